"""Paint a harmonic spectrum and hear it: timbre is how strong each harmonic is.  Lesson 03."""

import dataclasses

import numpy as np
import traitlets

from ddsp_helpers.classroom import plots
from ddsp_helpers.controls import AMPLITUDE, F0, Control
from ddsp_helpers.units import amplitude_to_db
from ddsp_helpers.widgets.base import Widget

N_HARMONICS = 32
MORPH = Control("morph", 0.0, 1.0, "", "linear", 0.0, "0 is spectrum A, 1 is spectrum B")
_K = np.arange(1, N_HARMONICS + 1)
PRESETS = {
    "sine": (_K == 1) * 1.0,
    "saw": 1.0 / _K,
    "square": (_K % 2) / _K,
    # a closed pipe: odd harmonics, and weak even ones that grow with height
    "clarinet-like": np.where(_K % 2, 1.0 / _K**1.1, 0.04 + 0.0 * _K) * np.exp(-_K / 14.0),
}


class HarmonicSpectrum(Widget):
    """Bars for up to 32 harmonics, two spectra A and B and a morph between them.

    The mixture (1 - morph) A + morph B is silent from the Nyquist frequency on, is normalised to a sum of 1, and is
    played by `dsp.harmonic_synthesis` at `amplitude`.

    Args:
      f0_hz: fundamental frequency, Hz.
      amplitude: sum of the amplitudes of all harmonics, 0 ... 2.
      morph: 0 (A) ... 1 (B).
      harmonics_a: [at most 32], amplitudes 0 ... 1; or the name of a preset: "sine", "saw", "square", "clarinet-like".
      harmonics_b: the same for B.
      sample_rate: Hz; harmonics from half of it on are silent.
      duration_s: length of what the kernel renders, seconds.

    >>> HarmonicSpectrum(f0_hz=110, harmonics_a="square")
    HarmonicSpectrum(amplitude=0.3, f0_hz=110, harmonics_a=[32 values], harmonics_b=[32 values], morph=0)
    """

    title = "Harmonic spectrum: paint a timbre"
    script = "harmonic_spectrum"
    controls = (F0, dataclasses.replace(AMPLITUDE, default=0.3), MORPH)
    presets = traitlets.Dict().tag(sync=True)
    rate_hz = traitlets.Int(16000).tag(sync=True)

    def __init__(self, *, sample_rate=16000, duration_s=2.0, **settings):
        self.sample_rate, self.duration_s = int(sample_rate), float(duration_s)
        presets = {name: np.round(harmonics, 5).tolist() for name, harmonics in PRESETS.items()}
        super().__init__(rate_hz=self.sample_rate, presets=presets, **settings)

    def defaults(self):
        return {**super().defaults(), "f0_hz": 220.0, "harmonics_a": PRESETS["saw"].tolist(),
                "harmonics_b": PRESETS["square"].tolist()}

    def check(self, value):
        value = super().check(value)
        for name in ("harmonics_a", "harmonics_b"):
            value[name] = _harmonics(value[name], name)
        return value

    def distribution(self, value=None):
        """The mixture of A and B as it sounds, [1, 1, 32]: silent from Nyquist on, with sum 1."""
        from ddsp_helpers import dsp

        value = value or self.value
        a, b = (np.asarray(value[name], np.float32) for name in ("harmonics_a", "harmonics_b"))
        mixed = (1.0 - value["morph"]) * a + value["morph"] * b
        return dsp.normalize_harmonics(mixed[None, None], [[[value["f0_hz"]]]], sample_rate=self.sample_rate)

    def render(self, value):
        from ddsp_helpers import dsp

        hop = self.sample_rate // 50
        frames = max(1, round(self.duration_s * 50))
        distribution = np.repeat(self.distribution(value), frames, axis=1)
        f0_hz, amplitude = (np.full([1, frames, 1], value[name], np.float32) for name in ("f0_hz", "amplitude"))
        return dsp.harmonic_synthesis(f0_hz, amplitude, distribution, sample_rate=self.sample_rate, hop=hop)

    def picture(self):
        figure, (axes,) = plots.new(title=f"{self.title}, f0 {self.value['f0_hz']:.4g} Hz")
        told = []
        for name, side, colour in (("harmonics_a", -0.2, plots.COLOURS[0]), ("harmonics_b", 0.2, plots.COLOURS[1])):
            levels_db = np.maximum(amplitude_to_db(np.asarray(self.value[name])), -60.0)
            axes.bar(_K + side, levels_db + 60.0, width=0.4, bottom=-60.0, color=colour, label=name[-1].upper())
            strongest = int(np.argmax(levels_db)) + 1
            told.append(f"{name[-1].upper()} is strongest at harmonic {strongest} and has "
                        f"{int(np.sum(levels_db > -60))} harmonics above -60 dB.")
        below = int(np.ceil(self.sample_rate / 2 / self.value["f0_hz"])) - 1
        if below < N_HARMONICS:
            axes.axvline(below + 0.5, color="0.4", ls="--", lw=1)
            told.append(f"Harmonics above number {below} lie beyond Nyquist and are silent.")
        axes.set(xlabel="harmonic", ylabel="level (dB)", ylim=(-60, 0), xlim=(0.4, N_HARMONICS + 0.6))
        axes.legend(fontsize=8, frameon=False, loc="upper right")
        return plots.Picture(figure, f"Levels of {N_HARMONICS} harmonics of {self.value['f0_hz']:.4g} Hz, two spectra. "
                                     f"{' '.join(told)} The morph stands at {self.value['morph']:.2g}.")


def _harmonics(values, name):
    """A preset's name or up to 32 amplitudes as a list of 32."""
    if isinstance(values, str):
        if values not in PRESETS:
            raise ValueError(f"{name} came as {values!r}; a list or one of {', '.join(PRESETS)} was wanted "
                             "(lesson 03).")
        values = PRESETS[values]
    values = np.asarray(values, np.float64)
    if values.ndim != 1 or not 1 <= len(values) <= N_HARMONICS or not np.all((values >= 0) & (values <= 1)):
        raise ValueError(f"{name} came with shape {list(values.shape)}; 1 to {N_HARMONICS} amplitudes from 0 to 1 were "
                         "wanted (lesson 03).")
    return [*values.tolist(), *[0.0] * (N_HARMONICS - len(values))]
