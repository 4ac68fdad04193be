"""What the Neutone plugin loads: an instrument with four knobs.  `neutone_kit.need` makes sure of the imports here."""

from typing import Dict, List

import torch
from neutone_sdk import ContinuousNeutoneParameter, WaveformToWaveformBase
from torch import Tensor

from ddsp_helpers import controls


class NeutoneInstrument(WaveformToWaveformBase):
    """A torch_instrument.Instrument as the SDK wants it: one hop in, one hop out; hosts' blocks are the SDK's work.

    Every knob runs from 0 to 1.  Pitch and loudness move in the ranges of `controls`, pitch by whole semitones; noise
    is multiplied by up to 2; room is the level of the reverberated sound.

    Args:
      instrument: torch_instrument.Instrument.
      texts: neutone_card.describe's.
      room: where the room's knob stands at first.
    """

    def __init__(self, instrument, texts, *, room):
        self.name, self.short, self.long, self.technical = texts.name, texts.short, texts.long, texts.technical
        self.authors, self.tags = list(texts.authors), list(texts.tags)
        self.room, self.sample_rate, self.hop = room, instrument.sample_rate, instrument.hop
        self.delay_samples = instrument.delay_samples
        self.ranges = tuple((float(control.minimum), float(control.maximum - control.minimum)) for control in (
            controls.PITCH_SHIFT, controls.LOUDNESS_SHIFT, controls.REVERB_MIX))
        super().__init__(instrument)

    def get_neutone_parameters(self):
        pitch, loudness = controls.PITCH_SHIFT, controls.LOUDNESS_SHIFT
        return [
            ContinuousNeutoneParameter("Pitch", _range(pitch), float(pitch.to_unit(pitch.default))),
            ContinuousNeutoneParameter("Loudness", _range(loudness), float(loudness.to_unit(loudness.default))),
            ContinuousNeutoneParameter("Noise", "none to twice as much breath or bow", 0.5),
            ContinuousNeutoneParameter("Room", "none to as loud as the instrument", self.room),
        ]

    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
        (lowest, span), (quietest, span_db), (driest, wetter) = self.ranges
        semitones = torch.round(lowest + span * params["Pitch"])
        louder_db = quietest + span_db * params["Loudness"]
        return self.model(x[0], semitones, louder_db, 2.0 * params["Noise"], driest + wetter * params["Room"])[None]

    @torch.jit.export
    def calc_model_delay_samples(self) -> int:
        return self.delay_samples

    def reset_model(self) -> bool:
        self.model.reset()
        return True

    @torch.jit.export
    def is_input_mono(self) -> bool:
        return True

    @torch.jit.export
    def is_output_mono(self) -> bool:
        return True

    @torch.jit.export
    def get_native_sample_rates(self) -> List[int]:
        return [self.sample_rate]

    @torch.jit.export
    def get_native_buffer_sizes(self) -> List[int]:
        return [self.hop]

    def get_model_name(self) -> str:
        return self.name

    def get_model_authors(self) -> List[str]:
        return self.authors

    def get_model_short_description(self) -> str:
        return self.short

    def get_model_long_description(self) -> str:
        return self.long

    def get_technical_description(self) -> str:
        return self.technical

    def get_tags(self) -> List[str]:
        return self.tags

    def get_model_version(self) -> str:
        return "1.0.0"

    def is_experimental(self) -> bool:
        return True

    def get_citation(self) -> str:
        return "Engel et al., DDSP: Differentiable Digital Signal Processing, ICLR 2020"


def _range(control):
    return f"{control.minimum:g} to {control.maximum:g} {control.unit}"
