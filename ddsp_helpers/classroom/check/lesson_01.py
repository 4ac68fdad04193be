"""Checks of lesson 01: sound as numbers."""

import numpy as np

from ddsp_helpers import audio
from ddsp_helpers.classroom import listen
from ddsp_helpers.classroom.check.framework import Wrong, array, call, exercise, near, number

_RATE = 16000


def _tone(hz, amplitude=0.2, seconds=1.0):
    return amplitude * np.sin(2 * np.pi * hz * np.arange(int(seconds * _RATE)) / _RATE)


@exercise("01.1", "The whistle that came down")
def ex01_1(heard_hz, first_folded):
    heard_hz, first_folded = number(heard_hz, "heard_hz"), number(first_folded, "first_folded")
    for guess, why in ((13000, "A list at 16 kHz holds nothing above 8000 Hz: where does 13 kHz fold to?"),
                       (5000, "That is how far the whistle lies above Nyquist; folded, it lies as far "
                              "below: 8000 - 5000."),
                       (-3000, "Right in size. A sine of -3000 Hz is one of 3000 Hz turned upside down: take the "
                               "absolute value."),
                       (0, "It is not lost: without a filter it is in the file, at another frequency.")):
        if abs(heard_hz - guess) < 1:
            raise Wrong(f"Your heard_hz is {heard_hz:g} Hz. {why}")
    if abs(heard_hz - 3000) > 1:
        tones = {"what is in the file": _tone(13000), f"yours, {heard_hz:g} Hz": _tone(heard_hz)}
        heard = listen.several(tones, sample_rate=_RATE)
        raise Wrong(f"Your heard_hz is {heard_hz:g} Hz; the file holds another tone. Compare the two.", heard)
    if first_folded == 6:
        raise Wrong("The 6th partial is at 7200 Hz and still below 8000 Hz: it is the last that does not fold.")
    if first_folded in (13, 14):
        raise Wrong(f"Partial {first_folded:g} is the first above 16 kHz, the sample rate; folding begins at "
                    "half of it.")
    near(first_folded, 7, tolerance=0.01, what="Your first_folded", digits=0,
         why="Which is the first whole k with 1200 k above 8000?")
    return ("13 kHz is heard at 3 kHz, and the trumpet's 7th partial, 8400 Hz, at 7600 Hz.",
            listen.play(_tone(13000), sample_rate=_RATE, label="the whistle as the file holds it"))


def _pair():
    """Two unrelated sounds of different level and different crest."""
    t = np.arange(2 * _RATE) / _RATE
    tune = sum(np.sin(2 * np.pi * 220 * k * t) / k for k in range(1, 6)) * (0.09 + 0.06 * np.sin(2 * np.pi * 2 * t))
    rain = 0.02 * np.random.default_rng(1).normal(size=len(t))
    return tune, rain


@exercise("01.2", "Mix two sounds")
def ex01_2(mix):
    tune, rain = _pair()
    for a, b, softer_db in ((tune, rain, 12.0), (rain, tune, 20.0), (tune, rain, -3.0)):
        answer = array(call(mix, a.copy(), b.copy(), softer_db, what="mix"), "What mix returns", shape=[len(a)])
        (gain_a, gain_b), *_ = np.linalg.lstsq(np.stack([a, b], axis=1), answer, rcond=None)
        wanted = 10 ** ((audio.rms_db(a) - softer_db - audio.rms_db(b)) / 20)
        heard = listen.ab(answer, a + wanted * b, sample_rate=_RATE, labels=("yours", "wanted"))
        if np.abs(answer - gain_a * a - gain_b * b).max() > 1e-3 * np.abs(answer).max():
            raise Wrong("Your mix is more than a sum of a and b, each times a number.", heard)
        if abs(gain_a - 1) > 0.01:
            raise Wrong(f"In your mix a is multiplied by {gain_a:.3g}; it was to stay as it is.", heard)
        if abs(gain_b) < wanted / 1e4:
            raise Wrong("In your mix b is not heard at all.", heard)
        if gain_b < 0:
            raise Wrong("In your mix b is upside down: its factor is negative.", heard)
        error_db = 20 * np.log10(gain_b / wanted)
        if abs(error_db) > 0.05:
            raise Wrong(f"Asked for a b that is {softer_db:g} dB softer, yours is {abs(error_db):.1f} dB too "
                        f"{'loud' if error_db > 0 else 'soft'}. {_cause(a, b, softer_db, gain_b)}", heard)
    return "Your b lies exactly where it was asked for, whatever its level was before.", heard


def _cause(a, b, softer_db, gain):
    """Where a wrong gain probably comes from."""
    levels = audio.rms_db(a) - audio.rms_db(b)
    peaks = audio.peak_db(a) - audio.peak_db(b)
    for guess, why in ((10 ** (-softer_db / 20), "What level had b before? Count from there."),
                       (10 ** ((levels - softer_db) / 10), "For amplitudes divide the decibels by 20, not by 10."),
                       (10 ** ((levels + softer_db) / 20), "The sign is turned round: softer is minus."),
                       (10 ** ((-levels - softer_db) / 20), "The levels of a and b changed places."),
                       (10 ** ((peaks - softer_db) / 20), "You compared the peaks; the RMS levels were wanted.")):
        if abs(20 * np.log10(gain / guess)) < 0.02:
            return why
    return "The gain in dB is level of a, minus softer_db, minus level of b."


@exercise("01.3", "Noise that helps")
def ex01_3(dithered):
    bits, step = 8, 2 / 2**8
    quiet = _tone(443.2, 0.4 * step, 4.0)
    answer = array(call(dithered, quiet.copy(), bits, what="dithered"), "What dithered returns", shape=[len(quiet)])
    plain = step * np.round(quiet / step)
    gain = 0.25 / max(np.abs(answer).max(), step)
    heard = listen.several({"yours, made louder": gain * answer, "the tone": gain * quiet,
                            "rounded without dither (silence)": gain * plain}, sample_rate=_RATE)
    off = np.abs(answer / step - np.round(answer / step)).max()
    if off > 1e-6:
        raise Wrong(f"Your samples lie up to {off:.2f} steps between two steps: with {bits} bits a step is {step:g}. "
                    "Was the noise added after rounding, or the step mistaken?", heard)
    if not answer.any():
        raise Wrong("The quiet tone was rounded to silence: no noise was added before rounding, or too little.", heard)
    if abs(answer.mean()) > 0.05 * step:
        raise Wrong(f"Your sound sits {answer.mean() / step:+.2f} steps off the middle: the noise is not "
                    "centred on zero.", heard)
    kept = np.dot(answer, quiet) / np.dot(quiet, quiet)
    # in units of step**2 / 12: rounding alone 1, one uniform number 2 on average, two uniform numbers 3
    noise = 12 * np.mean((answer - quiet) ** 2) / step**2
    if noise > 4.5:
        raise Wrong(f"The noise is {10 * np.log10(noise / 3):.0f} dB stronger than needed. The random numbers belong "
                    f"in units of one step, {step:g}.", heard)
    if abs(kept - 1) > 0.08:
        raise Wrong(f"The tone comes back {abs(20 * np.log10(max(kept, 1e-3))):.1f} dB too "
                    f"{'loud' if kept > 1 else 'soft'}: the noise does not reach "
                    "from half a step below to half a step above, as often here as there.", heard)
    praise = f"The tone is back, {abs(20 * np.log10(kept)):.1f} dB from its level, under a hiss."
    if noise < 2.5:
        praise += " Two random numbers instead of one would keep the hiss steady when the sound moves."
    return praise, heard
