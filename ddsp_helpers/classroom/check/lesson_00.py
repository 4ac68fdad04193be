"""Checks of lesson 00: start here."""

import numpy as np

from ddsp_helpers import audio
from ddsp_helpers.classroom import listen, plots
from ddsp_helpers.classroom.check.framework import Wrong, array, call, exercise, near, number

_RATE = 16000


def _sine(f0_hz, amplitude):
    return amplitude * np.sin(2 * np.pi * f0_hz * np.arange(_RATE) / _RATE)


@exercise("00.1", "20 dB softer")
def ex00_1(factor):
    factor = number(factor, "factor")
    tone = _sine(440.0, 0.3)
    if abs(factor - 0.1) < 1e-3:
        return "A tenth of the amplitude. Hear it:", listen.several({"before": tone, "after": factor * tone}, sample_rate=_RATE)
    if abs(factor - 10) < 0.1:
        raise Wrong("A factor of 10 makes it 20 dB louder. Softer needs the minus sign.")
    if abs(factor - 0.01) < 1e-4:
        raise Wrong("A factor of 0.01 is 40 dB softer: for amplitudes divide the decibels by 20, not by 10.")
    if factor <= 0:
        raise Wrong(f"Your factor is {factor:g}. Zero is silence and a negative factor turns the wave upside down; neither is 20 dB.")
    raise Wrong(f"Your factor is {factor:g}: that changes the level by {20 * np.log10(factor):+.1f} dB; -20 dB was wanted.",
                listen.several({"wanted": 0.1 * tone, "yours": factor * tone}, sample_rate=_RATE))


@exercise("00.2", "A level meter")
def ex00_2(level_db):
    square = np.where(np.arange(_RATE) % 40 < 20, 0.25, -0.25)
    for x, words in ((_sine(440.0, 0.5), "a sine of amplitude 0.5"), (square, "a square wave of amplitude 0.25"),
                     (_sine(100.0, 0.01), "a soft sine")):
        answer = number(call(level_db, x.copy(), what="level_db"), "What level_db returns")
        wanted = audio.rms_db(x)
        power = np.mean(x**2)
        for guess, why in ((20 * np.log10(power), "That is 20 log10 of the mean square: the root is missing (or take 10 log10)."),
                           (20 * np.log10(np.abs(x).max()), "That is the level of the peak, not of the root mean square."),
                           (np.sqrt(power), "That is the root mean square; its logarithm is missing."),
                           (10 * np.log10(np.sqrt(power)), "That is 10 times the logarithm; a root takes 20 times."),
                           (20 * np.log(np.sqrt(power)), "That is the natural logarithm; decibels take `np.log10`."),
                           (20 * np.log10(np.sqrt(np.sum(x**2))), "You summed the squares; the mean was wanted."),
                           (20 * np.log10(np.mean(np.abs(x))), "That is the mean of the absolute values; the formula squares first."),
                           (-wanted, "The sign is turned round: levels below full scale are negative.")):
            if abs(answer - guess) < 0.01 < abs(wanted - guess):
                raise Wrong(f"For {words} you return {answer:.2f}. {why}")
        near(answer, wanted, tolerance=0.05, what=f"For {words} your level", unit="dB")
    return "Your meter agrees with the one under every player."


@exercise("00.3", "Your first sound")
def ex00_3(my_tone):
    x = array(my_tone, "my_tone")
    if x.shape != (_RATE,):
        raise Wrong(f"my_tone has shape {list(x.shape)}; one second is [{_RATE}] samples.")
    if np.abs(x).max() < 1e-6:
        raise Wrong("my_tone is silent.")
    wanted = _sine(660.0, np.sqrt(2) * 10 ** (-26 / 20))
    both = listen.several({"wanted": wanted, "yours": x}, sample_rate=_RATE)
    strongest = float(np.argmax(np.abs(np.fft.rfft(x))))
    if abs(strongest - 660) > 1:
        hint = " Is the 2π missing?" if abs(strongest - 660 / (2 * np.pi)) < 2 else ""
        raise Wrong(f"Your tone sounds at {strongest:.0f} Hz; 660 Hz was wanted.{hint}", both)
    level = audio.rms_db(x)
    why = "The root mean square of a sine is its amplitude divided by the square root of 2." if abs(level + 29.01) < 0.1 else None
    near(level, -26.0, tolerance=0.1, what="The level of your tone", unit="dB", why=why)
    share = np.abs(np.fft.rfft(x))[660] ** 2 / np.sum(np.abs(np.fft.rfft(x)) ** 2)
    if share < 0.99:
        raise Wrong("Level and pitch are right, but it is no plain sine: other frequencies sound too.",
                    plots.waveform(x[:200], sample_rate=_RATE, title="your tone"), both)
    return "An E5, at exactly -26 dB. You have synthesized your first sound.", listen.play(x, sample_rate=_RATE, label="your tone")
