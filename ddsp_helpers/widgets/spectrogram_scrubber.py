"""A spectrogram to listen into: hold a frame, or hear a rectangle of time and frequency alone."""

import numpy as np
import traitlets

from ddsp_helpers.classroom import plots
from ddsp_helpers.classroom.sounds import one_sound
from ddsp_helpers.controls import Control
from ddsp_helpers.widgets import analysis
from ddsp_helpers.widgets.base import Widget, pcm

LISTEN = ("frame", "region")
_HELD_S, _EDGE_S, _AROUND = 4.0, 0.01, 0.5


class SpectrogramScrubber(Widget):
    """Drag over a spectrogram: the frame under the pointer sounds on, or the rectangle sounds alone.  Lesson 02.

    Args:
      sound: audio.Audio, anything else that `listen.play` takes.
      sample_rate: Hz, for bare samples.
      max_hz: highest frequency shown, Hz; None for half the sample rate.
      settings: title=, value= as for every widget.

    Attributes:
      value: listen "frame" or "region"; time_s of the frame; start_s, end_s, low_hz, high_hz of the rectangle.

    >>> tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    >>> scrubber = SpectrogramScrubber(tone, sample_rate=16000)
    >>> scrubber.value = {"time_s": 0.5}
    >>> round(float(scrubber.partials()[0][0]))
    440
    """

    script = "spectrogram_scrubber"
    samples = traitlets.Bytes().tag(sync=True)
    rate = traitlets.Int().tag(sync=True)
    heading = traitlets.Unicode().tag(sync=True)

    def __init__(self, sound, *, sample_rate=None, max_hz=None, title="Inside a spectrogram", **settings):
        self.original, self.title = one_sound(sound, sample_rate=sample_rate), title
        self.sample_rate = int(self.original.sample_rate)
        seconds, top = len(self.original.samples) / self.sample_rate, float(max_hz or self.sample_rate / 2)
        if not 0 < top <= self.sample_rate / 2:
            raise ValueError(f"max_hz is {top:g}; above 0 and at most half the sample rate, {self.sample_rate / 2:g} Hz, was "
                             "wanted (lesson 02).")
        self.controls = (
            Control("time_s", 0.0, seconds, "s", "linear", _loudest_s(self.original), "the frame that is held"),
            Control("start_s", 0.0, seconds, "s", "linear", 0.25 * seconds, "where the rectangle begins"),
            Control("end_s", 0.0, seconds, "s", "linear", 0.75 * seconds, "where the rectangle ends"),
            Control("low_hz", 0.0, top, "Hz", "linear", 0.05 * top, "the lower edge of the rectangle"),
            Control("high_hz", 0.0, top, "Hz", "linear", 0.25 * top, "the upper edge of the rectangle"),
        )
        super().__init__(samples=pcm(self.original.samples), rate=self.sample_rate, heading=title, **settings)

    def defaults(self):
        return {**super().defaults(), "listen": "frame"}

    def check(self, value):
        if value["listen"] not in LISTEN:
            raise ValueError(f"listen came as {value['listen']!r}; one of {', '.join(LISTEN)} was wanted (lesson 02).")
        for low, high in (("start_s", "end_s"), ("low_hz", "high_hz")):
            if value[low] > value[high]:
                raise ValueError(f"{low} = {value[low]:g} lies above {high} = {value[high]:g}; the rectangle was wanted the "
                                 "other way round (lesson 02).")
        return super().check(value)

    def partials(self):
        """The sines of the frame that is held: frequencies [partials], Hz, and amplitudes [partials], loudest first."""
        return analysis.partials(self.original.samples, self.value["time_s"], sample_rate=self.sample_rate)

    def render(self, value):
        """The frame held for four seconds, or the rectangle alone with the quarter second around it, [n]."""
        samples, rate = self.original.samples, self.sample_rate
        if value["listen"] == "frame":
            held = analysis.frozen(samples, value["time_s"], sample_rate=rate, duration_s=_HELD_S)
            edge = np.minimum(1.0, np.minimum(np.arange(len(held)), np.arange(len(held))[::-1]) / (_EDGE_S * rate))
            return held * edge                                          # it is played in a loop: no click where it begins again
        alone = analysis.region(samples, sample_rate=rate, time_s=(value["start_s"], value["end_s"]),
                                hz=(value["low_hz"], value["high_hz"]))
        around = _AROUND * analysis.window_size(rate)
        first = max(0, int(value["start_s"] * rate - around))
        return alone[first:max(first + 1, int(value["end_s"] * rate + around))]

    def picture(self):
        top, size = self.controls[-1].maximum, analysis.window_size(self.sample_rate)
        return plots.spectrogram(self.original, title=self.title, max_hz=top, n_fft=size, overlay=self._mark)

    def _mark(self, ax):
        """Draws what is heard into a spectrogram; returns the words about it."""
        value = self.value
        if value["listen"] == "region":
            left, right, low, high = (value[name] for name in ("start_s", "end_s", "low_hz", "high_hz"))
            ax.fill([left, right, right, left], [low, low, high, high], fill=False, ec="white", lw=2)
            return f"Heard: the rectangle from {left:.2f} to {right:.2f} s and from {low:.0f} to {high:.0f} Hz."
        hz, _ = self.partials()
        ax.axvline(value["time_s"], color="white", lw=2)
        return f"Held: the frame at {value['time_s']:.2f} s, " + (
            f"{len(hz)} sines, the strongest at {hz[0]:.0f} Hz." if len(hz) else "which is silent.")


def _loudest_s(sound):
    """Centre of the loudest tenth of a second."""
    size = max(1, min(len(sound.samples), sound.sample_rate // 10))
    power = np.cumsum(np.concatenate([[0.0], np.square(sound.samples, dtype=np.float64)]))
    return float((np.argmax(power[size:] - power[:-size]) + size / 2) / sound.sample_rate)
