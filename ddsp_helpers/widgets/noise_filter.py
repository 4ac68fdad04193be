"""Draw a filter and hear noise through it.  Lesson 04."""

import numpy as np
import traitlets

from ddsp_helpers.classroom import plots
from ddsp_helpers.classroom.describe import describe_line
from ddsp_helpers.controls import Control
from ddsp_helpers.units import amplitude_to_db, db_to_amplitude
from ddsp_helpers.widgets.base import Widget

N_BANDS = 33
LEVEL = Control("level_db", -40.0, 0.0, "dB", "linear", -12.0, "how much the whole noise is turned down")
_X = np.linspace(0.0, 1.0, N_BANDS)             # 0 Hz ... Nyquist


def _bump(centre, width):
    return np.exp(-0.5 * ((_X - centre) / width) ** 2)


PRESETS = {
    "white": np.ones(N_BANDS),
    "wind": np.exp(-_X / 0.06) * (_X > 0),
    "hiss": _bump(0.85, 0.14),
    "whistle": _bump(0.1875, 0.012),
    "whispered ah": np.clip(_bump(0.095, 0.03) + 0.7 * _bump(0.155, 0.03) + 0.25 * _bump(0.33, 0.04)
                            + 0.12 * _bump(0.46, 0.05), 0, 1),
}


class NoiseFilter(Widget):
    """Bars for the gain of noise from 0 Hz to the Nyquist frequency; the sound is `dsp.filtered_noise`.

    Args:
      bands: [33] gains 0 ... 1, evenly from 0 Hz to Nyquist, or fewer (2 at least), which are interpolated; or the name
        of a preset: "white", "wind", "hiss", "whistle", "whispered ah".
      level_db: -40 ... 0 dB on top of the bands.
      sample_rate: Hz.
      duration_s: length of what the kernel renders, seconds.

    >>> NoiseFilter(bands="wind", level_db=-20)
    NoiseFilter(bands=[33 values], level_db=-20)
    """

    title = "Noise filter: draw a noise"
    script = "noise_filter"
    controls = (LEVEL,)
    presets = traitlets.Dict().tag(sync=True)
    rate_hz = traitlets.Int(16000).tag(sync=True)

    def __init__(self, *, sample_rate=16000, duration_s=3.0, **settings):
        self.sample_rate, self.duration_s = int(sample_rate), float(duration_s)
        presets = {name: np.round(bands, 5).tolist() for name, bands in PRESETS.items()}
        super().__init__(rate_hz=self.sample_rate, presets=presets, **settings)

    def defaults(self):
        return {**super().defaults(), "bands": PRESETS["wind"].tolist()}

    def check(self, value):
        value = super().check(value)
        return {**value, "bands": _bands(value["bands"])}

    def render(self, value):
        from ddsp_helpers import dsp

        hop = self.sample_rate // 50
        magnitudes = np.float32(value["bands"]) * np.float32(db_to_amplitude(value["level_db"]))
        frames = max(1, round(self.duration_s * 50))
        return dsp.filtered_noise(np.tile(magnitudes, [1, frames, 1]), hop=hop)

    def picture(self):
        hz = _X * self.sample_rate / 2
        gains_db = np.maximum(amplitude_to_db(np.asarray(self.value["bands"])), -60.0)
        figure, (axes,) = plots.new(title=self.title)
        axes.bar(hz, gains_db + 60.0, width=0.76 * hz[1], bottom=-60.0, color=plots.COLOURS[0])
        axes.set(xlabel="frequency (Hz)", ylabel="gain (dB)", ylim=(-60, 0))
        return plots.Picture(figure, f"Gain of noise in {N_BANDS} bands. {describe_line('Gain (dB)', hz, gains_db)}")


def _bands(values):
    """A preset's name or at least 2 gains as a list of 33."""
    if isinstance(values, str):
        if values not in PRESETS:
            raise ValueError(f"bands came as {values!r}; gains or one of {', '.join(PRESETS)} were wanted (lesson 04).")
        values = PRESETS[values]
    values = np.asarray(values, np.float64)
    if values.ndim != 1 or len(values) < 2 or not np.all((values >= 0) & (values <= 1)):
        raise ValueError(f"bands came with shape {list(values.shape)}; 2 or more gains from 0 to 1 were wanted "
                         "(lesson 04).")
    return (values if len(values) == N_BANDS else np.interp(_X, np.linspace(0, 1, len(values)), values)).tolist()
