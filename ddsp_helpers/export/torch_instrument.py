"""streaming.Live in PyTorch: a voice in, the instrument out, hop by hop; TorchScript compiles it."""

import functools
import math

import numpy as np
import torch
from torch import Tensor, nn

from ddsp_helpers import units
from ddsp_helpers.dsp.spectra import FLOOR_DB
from ddsp_helpers.export import torch_decoders, torch_follower, torch_listener, torch_synths
from ddsp_helpers.models import store
from ddsp_helpers.streaming import Follower, live as live_room


class Instrument(nn.Module):
    """What hears, follows, decodes and sounds.

    Args:
      live: streaming.Live.
      room: impulse response of the room without the dry sound, [taps], NumPy.
    """

    def __init__(self, live, room):
        super().__init__()
        model, spec, synth = live.model, live.model.model_spec, live.synth
        self.hop, self.sample_rate = synth.hop, synth.sample_rate
        self.parts = [1, synth.n_harmonics, synth.n_noise_bands]
        self.f0_range, self.loudness_range = units.F0_RANGE_MIDI, units.LOUDNESS_RANGE_DB
        self.noise_bias, self.floor_db, self.knee = model.noise.bias, FLOOR_DB, live_room.KNEE
        self.listener = torch_listener.Listener(live.listener)
        self.follower = torch_follower.Follower(
            Follower(model.statistics, live.settings, frame_rate=synth.frame_rate))
        self.decoder = torch_decoders.decoder_like(
            model.decoder, channels=model.encoder.channels, width=spec.width, n_outputs=spec.n_outputs)
        self.harmonic = torch_synths.Harmonic(synth)
        self.noise = torch_synths.FilteredNoise(synth, model.noise.seed)
        self.room = torch_synths.Room(synth.hop, room)
        self.frames = 0                                                        # heard so far
        waiting = {"f0_hz": 1, "levels": synth.n_harmonics, "magnitudes": synth.n_noise_bands, "mix": 1}
        for name, size in waiting.items():                                     # of the frame before
            self.register_buffer(name, torch.zeros(size), persistent=False)
        self.load_state_dict(_by_path(self, store.get_weights(model)))

    @property
    def delay_samples(self):
        """How long a sound takes from the voice to the instrument, samples, beside the host's blocks."""
        return self.listener.delay * self.hop

    def reset(self) -> None:
        """Forgets all that was heard and played."""
        self.listener.reset(), self.follower.reset(), self.decoder.reset()
        self.harmonic.reset(), self.noise.reset(), self.room.reset()
        self.frames = 0

    def forward(self, samples: Tensor, semitones: Tensor, louder_db: Tensor, noise_gain: Tensor, mix: Tensor) -> Tensor:
        """One hop.

        Args:
          samples: the voice, [hop].
          semitones: what the pitch is moved by beside the follower's octaves, [1].
          louder_db: added to the loudness that is asked for, [1], dB.
          noise_gain: of the noise, [1].
          mix: level of the room, [1].

        Returns:
          Sound, [hop], that was to be heard `delay_samples` before.
        """
        heard = self.listener(samples)
        self.frames += 1
        if self.frames < self.listener.delay:                      # no frame is centred before the first sample
            return torch.zeros_like(samples)
        midi, loudness_db = self.follower(heard)
        f0_hz = 440.0 * torch.exp2((midi - 69.0 + semitones) / 12.0)
        return self.limited(self.play(f0_hz, (loudness_db + louder_db).clamp(min=self.floor_db), noise_gain, mix))

    def limited(self, audio: Tensor) -> Tensor:
        """The end of streaming.Live: what is too loud bends and never passes 1."""
        over = (audio.abs() - self.knee).clamp(min=0.0) / (1.0 - self.knee)
        return torch.where(over > 0.0, audio.sign() * (self.knee + (1.0 - self.knee) * torch.tanh(over)), audio)

    def play(self, f0_hz: Tensor, loudness_db: Tensor, noise_gain: Tensor, mix: Tensor) -> Tensor:
        """Sound [hop] from the frame before to this one; silence at the first."""
        levels, magnitudes = self.controls(f0_hz, loudness_db)
        magnitudes = magnitudes * noise_gain
        before_hz, before_levels, before_magnitudes, before_mix = self.f0_hz, self.levels, self.magnitudes, self.mix
        self.f0_hz, self.levels, self.magnitudes, self.mix = f0_hz, levels, magnitudes, mix
        if self.frames <= self.listener.delay:
            return torch.zeros(self.hop)
        dry = self.harmonic(torch.cat([before_hz, f0_hz]), torch.stack([before_levels, levels]))
        dry = dry + self.noise(torch.stack([before_magnitudes, magnitudes]))
        return dry + self.room(dry) * torch.lerp(before_mix, mix, self.harmonic.ramp)

    def controls(self, f0_hz: Tensor, loudness_db: Tensor) -> tuple[Tensor, Tensor]:
        """models.Autoencoder.controls of one frame: each harmonic's amplitude, [n_harmonics], and the noise bands'."""
        midi = 69.0 + torch.log(f0_hz / 440.0) * (12.0 / math.log(2.0))
        scaled = torch.stack([midi / self.f0_range, loudness_db / self.loudness_range + 1.0], dim=1)
        amplitude, shares, magnitudes = self.decoder(scaled)[0].split(self.parts)
        shares = exp_sigmoid(shares) * (f0_hz * self.harmonic.k.float() < self.sample_rate / 2.0)
        shares = shares / shares.sum().clamp(min=1e-30)                        # all are 0 where f0 is above Nyquist
        return exp_sigmoid(amplitude) * shares, exp_sigmoid(magnitudes + self.noise_bias)


def exp_sigmoid(x: Tensor) -> Tensor:
    """units.exp_sigmoid."""
    return 2.0 * torch.exp(-math.log(10.0) * nn.functional.softplus(-x)) + 1e-7


def _by_path(module, weights):
    """The weights of models.store by the names that they have in module; the room's is not among them."""
    groups = [f".{name}." for name, part in module.decoder.named_children() if isinstance(part, nn.ModuleDict)]
    names = {}
    for name in module.state_dict():
        path = functools.reduce(lambda path, group: path.replace(group, "."), groups, name)
        names[path.replace(".", "/")] = name
    return {names.get(path, path): torch.from_numpy(np.array(value)) for path, value in weights.items()
            if path != "reverb/ir"}
