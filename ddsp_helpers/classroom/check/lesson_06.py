"""Checks of lesson 06: pitch and loudness."""

import numpy as np

from ddsp_helpers import units
from ddsp_helpers.classroom import listen, plots
from ddsp_helpers.classroom.check.framework import Wrong, array, call, exercise, near, number

_RATE = 16000


@exercise("06.1", "From a period to a note")
def ex06_1(f0_hz, cents):
    f0_hz, cents = number(f0_hz, "f0_hz"), number(cents, "cents")
    wanted = _RATE / 36.36
    if abs(f0_hz - 36.36 / _RATE) < 1e-4:
        raise Wrong("Your f0_hz is the period in seconds; the frequency is its inverse.")
    near(f0_hz, wanted, tolerance=0.2, what="Your f0_hz", unit="Hz", why="How many periods of 36.36 samples fit into 16000?")
    exact = 1200 * np.log2(wanted / 440)
    if abs(cents - exact / 12) < 0.002:
        raise Wrong(f"Your cents are {cents:.2f}: that is twelve times too small, as if an octave had 100 cents. It has 1200.")
    near(cents, exact, tolerance=0.1, what="Your value in cents", unit="cents",
         why="Cents are 1200 log2 of a ratio of frequencies; round only at the end.")
    return f"{f0_hz:.1f} Hz, {cents:+.2f} cents from A4: nobody would hear the difference."


_TONES = (          # f0 in Hz, amplitudes of the partials, and what makes it a test
    (220.0, (1, 0.5, 0.3), "a plain tone"),
    (98.0, (1, 0.9, 0.8, 0.7, 0.6), "a low tone, rich in partials"),
    (622.0, (1, 0.4), "a high tone"),
    (147.0, (0.02, 1, 0.9, 0.8, 0.7), "a tone whose fundamental is nearly missing"),
)


def _tone(f0_hz, amplitudes, n_samples=1024):
    times = np.arange(n_samples) / _RATE
    return sum(a * np.sin(2 * np.pi * k * f0_hz * times + k) for k, a in enumerate(amplitudes, 1)) / sum(amplitudes)


@exercise("06.2", "Your own pitch tracker")
def ex06_2(my_f0):
    worst = 0.0
    for f0_hz, amplitudes, words in _TONES:
        frame = _tone(f0_hz, amplitudes)
        answer = number(call(my_f0, frame.copy(), _RATE, what="my_f0"), "What my_f0 returns")
        if answer <= 0:
            raise Wrong(f"For {words} of {f0_hz:g} Hz my_f0 returns {answer:g}; a frequency above 0 was wanted.")
        cents = 1200 * np.log2(answer / f0_hz)
        if abs(cents) > 60:
            heard = listen.several({
                f"wanted, {f0_hz:g} Hz": 0.3 * _tone(f0_hz, amplitudes, 12000),
                f"yours, {answer:.0f} Hz": 0.3 * _tone(min(answer, 7000.0), (1, 0.3), 12000)}, sample_rate=_RATE)
            if abs(answer - _RATE / f0_hz) < 0.5:
                raise Wrong(f"For {words} of {f0_hz:g} Hz my_f0 returns {answer:g}: that is the period in samples. "
                            "The frequency is sample_rate divided by it.")
            raise Wrong(f"For {words} of {f0_hz:g} Hz my_f0 returns {answer:.1f} Hz: {_distance(cents, answer, f0_hz)}.", heard)
        worst = max(worst, abs(cents))
    return (f"All four tones are found, the worst {worst:.0f} cents off: one sample more or less is all that a whole lag can tell. "
            "Fitting a parabola through the peak would do better.")


def _distance(cents, answer, f0_hz):
    """An interval in words, with its usual cause."""
    octaves = round(cents / 1200)
    if octaves and abs(cents - 1200 * octaves) < 60:
        size = "an octave" if abs(octaves) == 1 else f"{abs(octaves)} octaves"
        cause = "a whole number of periods fits too" if octaves < 0 else "the first peak was not the highest"
        return f"{size} too {'high' if octaves > 0 else 'low'}, because {cause}"
    if answer > 1000 or answer < 60:
        return "outside 60 to 1000 Hz; do the lags that you search belong to that range"
    return f"{abs(cents) / 100:.1f} semitones too {'high' if cents > 0 else 'low'}"


def _broken_track():
    """A track with three gaps of nonsense: f0_hz, confidence, and the f0_hz that is wanted."""
    midi = 57 + 12 * np.linspace(0, 1, 60)
    confidence = np.full(60, 0.9)
    f0_hz = units.midi_to_hz(midi)
    for gap in (slice(0, 4), slice(20, 41), slice(57, 60)):
        confidence[gap], f0_hz[gap] = 0.1, 1000.0
    wanted = np.array(midi)
    wanted[:4], wanted[57:] = midi[4], midi[56]
    return f0_hz, confidence, units.midi_to_hz(wanted)


@exercise("06.3", "Mend a track")
def ex06_3(mend):
    f0_hz, confidence, wanted = _broken_track()
    answer = array(call(mend, f0_hz.copy(), confidence.copy(), what="mend"), "What mend returns", shape=[60])
    if (answer <= 0).any():
        raise Wrong("What mend returns holds 0 or less; frequencies in Hz were wanted. Are they still MIDI numbers, or gaps?")
    cents = 1200 * np.log2(answer / wanted)
    picture = plots.pitch({"yours": answer, "wanted": wanted}, title="Mended")
    sure = confidence >= 0.5
    if np.abs(cents[sure]).max() > 1:
        scale = " They look like MIDI numbers: go back to Hz." if answer.max() < 128 else ""
        raise Wrong(f"Sure frames moved by up to {np.abs(cents[sure]).max():.0f} cents; they were to stay.{scale}", picture)
    if np.allclose(answer, f0_hz):
        raise Wrong("Nothing changed: the unsure frames still say 1000 Hz.", picture)
    ends = np.concatenate([cents[:4], cents[57:]])
    if np.abs(ends).max() > 1:
        raise Wrong("At the ends there is no second neighbour: hold the first and the last sure pitch.", picture)
    if np.abs(cents).max() > 1:
        in_hz = np.interp(np.arange(60), np.flatnonzero(sure), f0_hz[sure])
        why = "You drew the line in Hz, not in semitones." if np.abs(1200 * np.log2(answer / in_hz)).max() < 2 else (
            "Between the sure neighbours a straight line in semitones was wanted.")
        raise Wrong(f"In the gap you are up to {np.abs(cents).max():.0f} cents away. {why}", picture)
    return "The gap is bridged as a singer would.", picture
