"""Checks of lesson 03: harmonic synthesis."""

import numpy as np

from ddsp_helpers.classroom import listen, plots
from ddsp_helpers.classroom.check.framework import Wrong, array, call, exercise, near, number

_RATE = 16000


@exercise("03.1", "Count harmonics")
def ex03_1(which, how_many):
    which, how_many = number(which, "which"), number(how_many, "how_many")
    if which == 3:
        raise Wrong("The 3rd harmonic of 110 Hz is 330 Hz, an E. Count the fundamental as the 1st.")
    if which == 2:
        raise Wrong("A4 is two octaves above A2, but harmonics are multiples: 440 Hz is how many times 110 Hz?")
    near(which, 4, tolerance=0.01, what="Your which", digits=0, why="It is the k for which 110 k = 440.")
    if how_many == 36:
        raise Wrong("36 multiples of 440 Hz fit below 16 kHz; Nyquist is half the sample rate.")
    if how_many == 19:
        raise Wrong("The 19th harmonic is at 8360 Hz: it would fold. The last below 8000 Hz counts.")
    near(how_many, 18, tolerance=0.01, what="Your how_many", digits=0,
         why="How often does 440 Hz fit into 8000 Hz, in whole numbers?")
    return "A2's fourth harmonic is an A4, and 18 of its own fit: the last is at 7920 Hz, 80 Hz below Nyquist."


def _turns(f_hz, sample_rate):
    """Phase at every sample, cycles: each step with the mean of both its frequencies, [samples]."""
    return np.concatenate([[0.0], np.cumsum((f_hz[1:] + f_hz[:-1]) / 2)]) / sample_rate


_SECONDS = np.arange(3 * _RATE) / _RATE
_FREQUENCIES = (         # what it is, frequency at every sample
    ("a steady tone of 441.3 Hz", np.full(3 * _RATE, 441.3)),
    ("a vibrato of 440 Hz, 6 Hz either way", 440 + 6 * np.sin(2 * np.pi * 5.5 * _SECONDS)),
    ("a change from 330 to 392 Hz", np.where(_SECONDS < 1.27, 330.0, 392.0)),
)


@exercise("03.2", "An oscillator that may change its mind")
def ex03_2(my_oscillator):
    for words, f_hz in _FREQUENCIES:
        answer = call(my_oscillator, f_hz.copy(), _RATE, what="my_oscillator")
        answer = array(answer, "What my_oscillator returns", shape=[len(f_hz)])
        wanted = np.sin(2 * np.pi * _turns(f_hz, _RATE))
        if np.abs(answer).max() < 1e-6:
            raise Wrong(f"For {words} my_oscillator is silent.")
        yours = 0.2 * answer / np.abs(answer).max()
        heard = listen.ab(yours, 0.2 * wanted, sample_rate=_RATE, labels=("yours", "wanted"))
        _compare_phase(answer, f_hz, words, heard)
    return "Steady, with vibrato and through a change of note: your phase is the integral of the frequency.", heard


def _compare_phase(answer, f_hz, words, heard):
    """Turns an answer back by the phase that is wanted: what is left must stand still."""
    from scipy.signal import hilbert

    arrow = hilbert(answer)[400:-400] * np.exp(-2j * np.pi * _turns(f_hz, _RATE))[400:-400]
    middle = arrow.mean()
    if np.abs(arrow - middle).max() < 0.25 * abs(middle) and abs(middle) > 1e-3:
        level_db = 20 * np.log10(abs(middle))
        if abs(level_db) > 0.2:
            side = "loud" if level_db > 0 else "soft"
            raise Wrong(f"The frequency is right, but the sine is {abs(level_db):.1f} dB too {side}: an amplitude of 1 "
                        "was wanted.", heard)
        return
    raise Wrong(f"For {words}: {_why_phase(answer, f_hz)}", heard)


def _why_phase(answer, f_hz):
    """What a wrong phase was made of."""
    n = np.arange(len(f_hz))
    guesses = (
        (f_hz * n / _RATE, "your phase is f(t) t. " + _swing(f_hz)),
        (np.cumsum(f_hz) / _RATE / (2 * np.pi), "your tone is 6.28 times too low: a turn is 2 pi radians."),
        (np.cumsum(f_hz), "your phase moves by f turns a sample; it is f / sample_rate."),
        (f_hz, "your sine is of the frequency itself; its phase, the sum of f / sample_rate, was wanted."),
        (np.mean(f_hz) * n / _RATE, "your tone is steady, at the average of the frequencies."),
        (f_hz[0] * n / _RATE, "your tone keeps the first frequency for ever."),
    )
    for cycles, why in guesses:
        for wave in (np.sin(2 * np.pi * cycles), np.cos(2 * np.pi * cycles)):
            if np.abs(answer - wave).max() < 0.05:
                return why
    crossings = np.count_nonzero(np.diff(np.signbit(answer))) / 2 / (len(answer) / _RATE)
    cents = 1200 * np.log2(max(crossings, 1e-3) / np.mean(f_hz))
    if abs(cents) > 30:
        return f"your tone is at about {crossings:.0f} Hz on average; {np.mean(f_hz):.0f} Hz was wanted."
    return "the average frequency is right, but not at every moment."


def _swing(f_hz):
    """What f(t) t does to a changing frequency, in numbers."""
    if np.ptp(f_hz[:_RATE]) < 1e-9:
        return "Where the frequency changes the phase jumps, and that is the click: sum f / sample_rate instead."
    moving = np.abs(np.gradient(f_hz) * _RATE).max() * len(f_hz) / _RATE
    return (f"At the end the pitch swings by {moving:.0f} Hz either way instead of {np.ptp(f_hz) / 2:.0f}: sum "
            "f / sample_rate instead.")


_SHARES = np.array([0.3, 0.15, 0.1, 0.2, 0.05, 0.02, 0.08, 0.04, 0.03, 0.03])


@exercise("03.3", "Your own oscillator bank")
def ex03_3(my_bank):
    steady = np.full(_RATE, 220.5)
    rising = np.geomspace(400.0, 1300.0, _RATE)
    for f0_hz, words in ((steady, "a steady tone"), (rising, "a rising tone")):
        answer = call(my_bank, f0_hz.copy(), _SHARES.copy(), _RATE, what="my_bank")
        answer = array(answer, "What my_bank returns", shape=[len(f0_hz)])
        if np.abs(answer).max() < 1e-6:
            raise Wrong(f"For {words} my_bank is silent.")
        levels, rest_db, heard = _by_harmonics(answer, f0_hz)
        picture = plots.spectrogram(answer / max(1, np.abs(answer).max()), sample_rate=_RATE, title="Yours")
        if words == "a rising tone" and rest_db > -35:
            raise Wrong(_why_rest(answer, f0_hz, rest_db), picture, heard)
        error_db = 20 * np.log10(np.maximum(levels, 1e-6) / _SHARES)
        at = int(np.abs(error_db).argmax())
        if np.abs(error_db).max() > 0.5:
            raise Wrong(f"In {words} {_which(error_db, at)}", picture, heard)
        if rest_db > -35:
            raise Wrong(f"In {words} there is sound that is no harmonic of it, {-rest_db:.0f} dB below the tone. Is "
                        "the phase summed, and is k a whole number from 1?", picture, heard)
    return "Each harmonic has its amplitude, in phase, and leaves before it folds.", heard


def _by_harmonics(answer, f0_hz):
    """Amplitudes of the harmonics [k], what no harmonic explains (dB above the sound wanted), and a player of both."""
    k, rest = np.arange(1, len(_SHARES) + 1), np.inf
    for begin in (0.0, 0.5, -0.5):          # a sum may count half a step more or less than the integral
        cycles = _turns(f0_hz, _RATE) + begin * f0_hz / _RATE
        arrows = np.exp(2j * np.pi * cycles[:, None] * k) * (k * f0_hz[:, None] < _RATE / 2)     # [samples, harmonics]
        basis = np.concatenate([arrows.imag, arrows.real], axis=1)
        fit, *_ = np.linalg.lstsq(basis, answer, rcond=None)
        left = np.mean((answer - basis @ fit) ** 2) / np.mean((arrows.imag @ _SHARES) ** 2)
        if left < rest:
            rest, levels, wanted = left, np.hypot(fit[:len(k)], fit[len(k):]), arrows.imag @ _SHARES
    loudest = max(1.0, np.abs(answer).max())
    heard = listen.ab(0.5 * answer / loudest, 0.5 * wanted, sample_rate=_RATE, labels=("yours", "wanted"))
    return levels, 10 * np.log10(rest + 1e-12), heard


def _which(error_db, at):
    """Which harmonics are off, and by how much."""
    if np.ptp(error_db) < 0.3:
        side = "loud" if error_db[0] > 0 else "soft"
        return f"all harmonics are {abs(error_db[0]):.1f} dB too {side}: c is to be used as it is."
    if error_db[at] < -60:
        return f"your {_ordinal(at + 1)} harmonic is missing: k runs from 1 to len(c)."
    side = "loud" if error_db[at] > 0 else "soft"
    return f"your {_ordinal(at + 1)} harmonic is {abs(error_db[at]):.1f} dB too {side}."


def _ordinal(k):
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(k, f"{k}th")


def _why_rest(answer, f0_hz, rest_db):
    """Where sound comes from that is no harmonic of a rising tone."""
    cycles, k = _turns(f0_hz, _RATE), np.arange(1, len(_SHARES) + 1)
    unheeded = np.sin(2 * np.pi * cycles[:, None] * k) @ _SHARES
    summed = np.sin(2 * np.pi * np.cumsum(f0_hz)[:, None] / _RATE * k) @ _SHARES
    if min(np.abs(answer - x).mean() for x in (unheeded, summed)) < 0.1 * np.abs(answer).mean():
        first = int(np.ceil(_RATE / 2 / f0_hz[-1]))
        return (f"At the end the {_ordinal(first)} harmonic would be at {first * f0_hz[-1]:.0f} Hz and folds to "
                f"{_RATE - first * f0_hz[-1]:.0f} Hz: nothing is silenced above Nyquist, {_RATE // 2} Hz.")
    tempting = np.sin(2 * np.pi * (f0_hz * np.arange(len(f0_hz)) / _RATE)[:, None] * k) @ _SHARES
    if np.corrcoef(answer, tempting)[0, 1] > 0.5:
        return "Your phase is f(t) t: the rising tone rises too far. Sum f0 / sample_rate instead."
    return (f"In the rising tone there is sound that is no harmonic of it, {-rest_db:.0f} dB below the tone. Look for "
            "lines that fall.")
