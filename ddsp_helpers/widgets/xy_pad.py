"""A pad between four instruments: their controls are mixed, not their waveforms.  Lesson 10."""

import numpy as np
import traitlets

from ddsp_helpers.classroom import plots
from ddsp_helpers.controls import Control
from ddsp_helpers.spec import SPEC_16K
from ddsp_helpers.widgets.base import Widget, pcm

X = Control("x", 0.0, 1.0, "", "linear", 0.5, "from the left corners to the right ones")
Y = Control("y", 0.0, 1.0, "", "linear", 0.5, "from the lower corners to the upper ones")
_NAMES = ("f0_hz", "amplitude", "harmonic_distribution", "noise_magnitudes")


class XYPad(Widget):
    """Four sounds in the corners of a square, and whatever lies between them.

    The weights are bilinear and sum to 1: (1 - x) y, x y, (1 - x)(1 - y), x (1 - y) for the corners upper left,
    upper right, lower left, lower right.  Amplitudes, harmonic distributions and noise magnitudes are mixed by them, f0
    by their geometric mean; then one sound is made.

    Args:
      sounds: {name: controls} of four, in the order of the weights; controls as `Autoencoder.controls` returns them
        ([1, frames, channels] each), all of one length: four instruments playing the same phrase.
      spec: SynthSpec of the controls.
      **settings: where it begins, x=0.5 and y=0.5.

    Raises:
      ValueError: not four sounds, a control is missing, has another shape, or an f0 is not above 0.

    >>> flat = {"f0_hz": np.full([1, 5, 1], 220.0), "amplitude": np.ones([1, 5, 1]),
    ...         "harmonic_distribution": np.full([1, 5, 100], 0.01), "noise_magnitudes": np.zeros([1, 5, 65])}
    >>> pad = XYPad({name: flat for name in ("violin", "flute", "trumpet", "saxophone")}, x=0.25, y=1.0)
    >>> pad.weights
    {'violin': 0.75, 'flute': 0.25, 'trumpet': 0.0, 'saxophone': 0.0}
    """

    title = "A pad between four instruments"
    script = "xy_pad"
    controls = (X, Y)

    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    facts = traitlets.Dict().tag(sync=True)
    packed = traitlets.Bytes().tag(sync=True)            # [4, frames * (f0, amplitude, distribution, noise)], float32

    def __init__(self, sounds, *, spec=SPEC_16K, **settings):
        if len(sounds) != 4:
            raise ValueError(f"{len(sounds)} sounds came ({', '.join(sounds)}); four were wanted, one for each corner "
                             "(lesson 10).")
        self.spec, self.sample_rate = spec, spec.sample_rate
        self.sounds = {name: _checked(name, controls, spec) for name, controls in sounds.items()}
        frames = {len(controls["f0_hz"]) for controls in self.sounds.values()}
        if len(frames) > 1:
            raise ValueError(f"Sounds of {sorted(frames)} frames came; the same phrase from all four was wanted "
                             "(lesson 10).")
        super().__init__(**settings)
        self.names = list(sounds)
        self.facts = {**spec.to_dict(), "hop": spec.hop, "frames": frames.pop()}
        everything = [controls[name].ravel() for controls in self.sounds.values() for name in _NAMES]
        self.packed = pcm(np.concatenate(everything))

    @property
    def weights(self):
        """{name: share} of the four sounds where the pad stands; they sum to 1."""
        return dict(zip(self.sounds, _weights(self.value)))

    def mixed(self, value=None):
        """The controls there, {name: [1, frames, channels]}, as a model's."""
        return _mix(list(self.sounds.values()), _weights(value or self.value))

    def render(self, value):
        """The sound of a place on the pad, [samples]."""
        from ddsp_helpers import synths

        found = self.mixed(value)
        noise = synths.FilteredNoise(self.spec).get_signal(noise_magnitudes=found.pop("noise_magnitudes"))
        return (synths.Harmonic(self.spec).get_signal(**found) + noise)[0].numpy()

    def picture(self):
        """The mixed harmonic distribution over time."""
        told = ", ".join(f"{name} {100 * share:.0f} %" for name, share in self.weights.items())
        return plots.heatmap(self.mixed()["harmonic_distribution"][..., :30], frame_rate=self.spec.frame_rate,
                             y_label="harmonic", title=told)


def _checked(name, controls, spec):
    """The four controls of a sound, [frames, channels] each, or a ValueError."""
    missing = sorted(set(_NAMES) - set(controls))
    if missing:
        raise ValueError(f"{name} came without {', '.join(missing)}; the controls of a model were wanted (lesson 08).")
    channels = dict(zip(_NAMES, (1, 1, spec.n_harmonics, spec.n_noise_bands)))
    found = {key: np.asarray(controls[key], np.float32) for key in _NAMES}
    frames = found["f0_hz"].shape[1] if found["f0_hz"].ndim == 3 else 0
    for key, x in found.items():
        if x.shape != (1, frames, channels[key]) or not frames:
            wanted = f"[1, {frames or 'frames'}, {channels[key]}]"
            raise ValueError(f"{key} of {name} came with shape {list(x.shape)}; {wanted} was wanted (lesson 08).")
    if not (found["f0_hz"] > 0).all():
        raise ValueError(f"f0_hz of {name} is not above 0 everywhere; a pitch between the notes was wanted too "
                         "(lesson 10).")
    return {key: x[0] for key, x in found.items()}


def _weights(value):
    x, y = float(value["x"]), float(value["y"])
    return [(1 - x) * y, x * y, (1 - x) * (1 - y), x * (1 - y)]


def _mix(sounds, weights):
    """Weighted means of controls, [1, frames, channels] each; of f0 the geometric one."""
    mean = {key: sum(w * sound[key] for w, sound in zip(weights, sounds)) for key in _NAMES}
    mean["f0_hz"] = np.exp(sum(w * np.log(sound["f0_hz"]) for w, sound in zip(weights, sounds)))
    return {key: np.asarray(x, np.float32)[None] for key, x in mean.items()}
