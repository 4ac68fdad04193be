"""A sine past the Nyquist frequency, with few bits: what sampling and rounding do to a sound.  Lesson 01."""

import numpy as np

from ddsp_helpers.classroom import plots
from ddsp_helpers.controls import Control
from ddsp_helpers.units import db_to_amplitude
from ddsp_helpers.widgets.base import Widget

FREQUENCY = Control("frequency_hz", 50.0, 20000.0, "Hz", "log", 1000.0, "frequency of the sine before it is sampled")
SAMPLE_RATE = Control("sample_rate_hz", 8000.0, 48000.0, "Hz", "log", 8000.0, "how many samples a second are taken")
BITS = Control("bits", 2.0, 16.0, "", "linear", 16.0, "how finely each sample is rounded")
LEVEL = Control("level_db", -40.0, -6.0, "dB", "linear", -12.0, "peak level of the sine")
_DURATION_S = 2.0


class Oscillator(Widget):
    """A sine that may be dragged past the Nyquist frequency, with sample rate and bits to choose.

    Args:
      frequency_hz: of the sine before sampling, 50 ... 20000 Hz.
      sample_rate_hz: 8000 ... 48000 Hz.
      bits: 2 ... 16; samples are rounded to 2 ** bits steps between -1 and 1.
      level_db: peak level, -40 ... -6 dB.

    >>> Oscillator(frequency_hz=9000, sample_rate_hz=16000).heard_hz
    7000.0
    """

    title = "Oscillator: past the Nyquist frequency"
    script = "oscillator"
    controls = (FREQUENCY, SAMPLE_RATE, BITS, LEVEL)
    whole = ("bits",)

    @property
    def heard_hz(self):
        """The frequency of what is heard, Hz: |f - fs round(f / fs)|."""
        rate = self.rate_of(self.value)
        return abs(self.value["frequency_hz"] - rate * round(self.value["frequency_hz"] / rate))

    def rate_of(self, value):
        return round(value["sample_rate_hz"])

    def render(self, value):
        import tensorflow as tf

        from ddsp_helpers import dsp

        rate, hop, steps = self.rate_of(value), 100, 2.0 ** (round(value["bits"]) - 1)
        f0_hz = tf.fill([1, int(_DURATION_S * rate) // hop, 1], value["frequency_hz"])
        cycles, _ = dsp.phase(f0_hz, sample_rate=rate, hop=hop)
        exact = float(db_to_amplitude(value["level_db"])) * tf.sin(2.0 * np.pi * cycles)
        return tf.clip_by_value(tf.round(exact * steps) / steps, -1.0, 1.0 - 1.0 / steps)

    def picture(self):
        value, rate = self.value, self.rate_of(self.value)
        duration_s = min(0.02, 16.0 / rate)
        figure, (axes,) = plots.new(title=self.title)
        times, amplitude = np.linspace(0, duration_s, 1500), float(db_to_amplitude(value["level_db"]))
        sample_times = np.arange(int(duration_s * rate) + 1) / rate
        steps = 2.0 ** (round(value["bits"]) - 1)
        samples = np.round(amplitude * np.sin(2 * np.pi * value["frequency_hz"] * sample_times) * steps) / steps
        axes.plot(1000 * times, amplitude * np.sin(2 * np.pi * value["frequency_hz"] * times), lw=1.2,
                  color=plots.COLOURS[0], label=f"{value['frequency_hz']:.5g} Hz goes in")
        if value["frequency_hz"] >= rate / 2:
            alias_hz = value["frequency_hz"] - rate * round(value["frequency_hz"] / rate)
            axes.plot(1000 * times, amplitude * np.sin(2 * np.pi * alias_hz * times), "--", lw=2,
                      color=plots.COLOURS[1], label=f"{abs(alias_hz):.5g} Hz is heard")
        axes.plot(1000 * sample_times, samples, "o", color="black", ms=4, label=f"samples, {rate:.5g} a second")
        axes.set(xlabel="time (ms)", ylabel="amplitude", ylim=(-1.05 * amplitude, 1.5 * amplitude))
        axes.legend(fontsize=8, frameon=False, loc="upper center", ncols=3)
        return plots.Picture(figure, (
            f"A sine of {value['frequency_hz']:.5g} Hz and {len(samples)} samples of it, taken {rate:.5g} times a "
            f"second and rounded to {value['bits']:.0f} bits. Nyquist is {rate / 2:.5g} Hz; "
            f"{self.heard_hz:.5g} Hz is heard."))
