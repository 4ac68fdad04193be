"""What runs through every wire of the autoencoder: a picture to click, stems to solo and mute.  Lesson 08."""

import numpy as np
import traitlets

from ddsp_helpers.classroom import plots
from ddsp_helpers.classroom.sounds import one_sound
from ddsp_helpers.controls import Control
from ddsp_helpers.widgets.base import Widget, pcm

STEMS = ("harmonic", "noise", "reverb")
WIRES = {                     # name: (unit, what runs there)
    "audio": ("", "the recording, which becomes two curves"),
    "f0_hz": ("Hz", "the pitch; it also goes straight to the harmonic synthesizer"),
    "loudness_db": ("dB", "the loudness"),
    "encoded": ("", "pitch and loudness, scaled to about 0 to 1: all that the decoder is told"),
    "outputs": ("", "any numbers: amplitude, harmonics and noise bands before get_controls"),
    "amplitude": ("", "sum of the amplitudes of all harmonics"),
    "harmonic_distribution": ("", "share of each harmonic; they sum to 1"),
    "noise_magnitudes": ("", "gain of the noise filter in each band"),
    "harmonic": ("", "the harmonics, a sum of sines"),
    "noise": ("", "the noise, through its filter"),
    "sum": ("", "both together, dry"),
    "output": ("", "what is heard, with what is muted left out"),
}
_SOUNDS = ("audio", "harmonic", "noise", "sum", "output")


class SignalFlow(Widget):
    """The autoencoder as a flow of signals: click a wire to see and hear it, mute or solo a part.

    Args:
      model: models.Autoencoder.
      inputs: Features, or {"f0_hz", "loudness_db"}, each [1, frames, 1] (with z_dims also "z"); keep it under 12 s.
      recording: the sound that the curves were taken from, as in `listen.play`; None where they were drawn.
      sample_rate: Hz, for a recording of bare samples.
      reverb: an effect of effects.py to put behind the model; by default its own, if it has one.
      **settings: what is chosen at the beginning: wire="f0_hz", muted=["noise"], solo="", time_s=0.0.

    Attributes:
      wires: {name: array} of all that runs between the parts, as the model has it: [1, frames, channels], [1, samples].
      value: wire, muted (some of "harmonic", "noise", "reverb"), solo (one of them or ""), time_s of the cursor.

    Raises:
      ValueError: an unknown wire or part, or inputs of more than one sound.
    """

    title = "Through the autoencoder"
    script = "signal_flow"

    told = traitlets.List().tag(sync=True)             # of each wire: name, unit, words, shape, kind
    facts = traitlets.Dict().tag(sync=True)
    packed = traitlets.Bytes().tag(sync=True)          # all wires but sum and output, then the reverb of both stems

    def __init__(self, model, inputs, *, recording=None, sample_rate=None, reverb=None, **settings):
        inputs = inputs.to_inputs() if hasattr(inputs, "to_inputs") else dict(inputs)
        spec = model.model_spec.synth
        self.sample_rate = spec.sample_rate
        self.wires, self._wet = _run(model, inputs, model.reverb if reverb is None else reverb)
        if recording is not None:
            heard = _at_rate(recording, sample_rate, spec.sample_rate, self.wires["sum"].shape[1])
            self.wires = {"audio": heard, **self.wires}
        batch, frames = self.wires["f0_hz"].shape[:2]
        if batch != 1:
            raise ValueError(f"inputs came with {batch} sounds; one was wanted: x[:1] (lesson 08).")
        duration_s = frames / spec.frame_rate
        self.controls = (Control("time_s", 0.0, duration_s, "s", "linear", 0.0, "where the cursor stands"),)
        super().__init__(**settings)
        self.told = [_told(name, array) for name, array in self.wires.items()]
        self.facts = {**spec.to_dict(), "hop": spec.hop, "frames": frames, "has_reverb": self._wet is not None,
                      "decoder": f"{model.model_spec.decoder.upper()} decoder", "weights": int(model.count_params())}
        sent = [x for name, x in self.wires.items() if name not in ("sum", "output")] + list(self._wet or ())
        self.packed = pcm(np.concatenate([np.asarray(x, np.float32).ravel() for x in sent]))

    def defaults(self):
        return {**super().defaults(), "wire": "f0_hz", "muted": [], "solo": ""}

    def check(self, value):
        value = super().check(value)
        if value["wire"] not in self.wires:
            raise ValueError(f"wire came as {value['wire']!r}; one of {', '.join(self.wires)} was wanted (lesson 08).")
        unknown = [part for part in (*value["muted"], *filter(None, [value["solo"]])) if part not in STEMS]
        if unknown:
            raise ValueError(f"{', '.join(unknown)} came; parts to mute or solo are {', '.join(STEMS)} (lesson 08).")
        return {**value, "muted": list(value["muted"])}

    def render(self, value):
        """What is heard with what is muted left out, [samples]."""
        gains, stems = _gains(value), [self.wires["harmonic"], self.wires["noise"], *(self._wet or ())]
        return sum(gain * stem[0] for gain, stem in zip(gains, stems))

    def picture(self):
        """The chosen wire: a curve, a colour map or a waveform."""
        name, frame_rate = self.value["wire"], self.facts["frame_rate"]
        x = self.wires[name] if name != "output" else self.render(self.value)[None]
        if name in _SOUNDS:
            return plots.spectrogram(x[0], sample_rate=self.sample_rate, title=name)
        if x.shape[-1] <= 2:
            unit = WIRES[name][0]
            labels = ("pitch", "loudness") if name == "encoded" else (name,)
            return plots.lines(np.arange(x.shape[1]) / frame_rate, dict(zip(labels, x[0].T)), x_label="time (s)",
                               y_label=f"{name} ({unit})" if unit else name, title=name)
        return plots.heatmap(x, frame_rate=frame_rate, y_label="channel", title=name, decibels=name != "outputs")


def _run(model, inputs, reverb):
    """All wires by name, and the reverberation of both stems or None."""
    encoded = model.encode(inputs)
    outputs = model.decoder(encoded)
    controls = model.physical_controls(outputs, inputs["f0_hz"])
    harmonic = model.harmonic.get_signal(
        **{key: controls[key] for key in ("amplitude", "harmonic_distribution", "f0_hz")})
    noise = model.noise.get_signal(noise_magnitudes=controls["noise_magnitudes"], seed=0)
    wires = {"f0_hz": inputs["f0_hz"], "loudness_db": inputs["loudness_db"], "encoded": encoded, "outputs": outputs,
             **{key: controls[key] for key in ("amplitude", "harmonic_distribution", "noise_magnitudes")},
             "harmonic": harmonic, "noise": noise, "sum": harmonic + noise}
    wet = None if reverb is None else [np.asarray(reverb(x) - x) for x in (harmonic, noise)]
    wires["output"] = wires["sum"] if wet is None else wires["sum"] + wet[0] + wet[1]
    return {name: np.asarray(x, np.float32) for name, x in wires.items()}, wet


def _at_rate(recording, sample_rate, rate, samples):
    """A recording at the model's rate and as long as its sound, [1, samples]."""
    from ddsp_helpers import audio

    sound = one_sound(recording, sample_rate=sample_rate)
    found = audio.resample(sound.samples, from_hz=sound.sample_rate, to_hz=rate)[:samples]
    return np.pad(found, (0, samples - len(found)))[None].astype(np.float32)


def _told(name, array):
    kind = "sound" if name in _SOUNDS else "curve" if array.shape[-1] <= 2 else "map"
    unit, words = WIRES[name]
    return {"name": name, "unit": unit, "words": words, "shape": list(array.shape), "kind": kind}


def _gains(value):
    """Of harmonic, noise, reverberated harmonic and reverberated noise: 0 or 1 each."""
    solo, heard = value["solo"], {part: part not in value["muted"] for part in STEMS}
    parts = [solo == part if solo in ("harmonic", "noise") else heard[part] for part in ("harmonic", "noise")]
    dry, wet = solo != "reverb", heard["reverb"] or solo == "reverb"
    return [float(part and dry) for part in parts] + [float(part and wet) for part in parts]
