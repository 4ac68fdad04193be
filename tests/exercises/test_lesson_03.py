"""The exercises of lesson 03."""
import numpy as np
import pytest

from ddsp_helpers.classroom import check
from tests.exercises.cases import judge


def oscillator(f_hz, sample_rate):
    return np.sin(2 * np.pi * np.cumsum(f_hz) / sample_rate)


def by_rotation(f_hz, sample_rate):         # arrows multiplied instead of phases added, and a cosine: right as well
    return np.cumprod(np.exp(2j * np.pi * f_hz / sample_rate)).real


def tempting(f_hz, sample_rate):
    return np.sin(2 * np.pi * f_hz * np.arange(len(f_hz)) / sample_rate)


def no_two_pi(f_hz, sample_rate):
    return np.sin(np.cumsum(f_hz) / sample_rate)


def average(f_hz, sample_rate):
    return np.sin(2 * np.pi * np.mean(f_hz) * np.arange(len(f_hz)) / sample_rate)


def an_octave_up(f_hz, sample_rate):
    return oscillator(2 * f_hz, sample_rate)


def bank(f0_hz, c, sample_rate):
    phase, k = np.cumsum(f0_hz) / sample_rate, np.arange(1, len(c) + 1)[:, None]
    return np.sum(c[:, None] * (k * f0_hz < sample_rate / 2) * np.sin(2 * np.pi * k * phase), axis=0)


def bank_in_a_loop(f0_hz, c, sample_rate):  # one harmonic at a time, each with its own sum: right as well
    sound = np.zeros(len(f0_hz))
    for k, share in enumerate(c, start=1):
        partial = share * np.sin(2 * np.pi * np.cumsum(k * f0_hz) / sample_rate)
        sound += np.where(k * f0_hz >= sample_rate / 2, 0.0, partial)
    return sound


def folding(f0_hz, c, sample_rate):
    phase, k = np.cumsum(f0_hz) / sample_rate, np.arange(1, len(c) + 1)[:, None]
    return np.sum(c[:, None] * np.sin(2 * np.pi * k * phase), axis=0)


def nyquist_mistaken(f0_hz, c, sample_rate):
    phase, k = np.cumsum(f0_hz) / sample_rate, np.arange(1, len(c) + 1)[:, None]
    return np.sum(c[:, None] * (k * f0_hz < sample_rate) * np.sin(2 * np.pi * k * phase), axis=0)


def from_zero(f0_hz, c, sample_rate):
    phase, k = np.cumsum(f0_hz) / sample_rate, np.arange(len(c))[:, None]
    return np.sum(c[:, None] * (k * f0_hz < sample_rate / 2) * np.sin(2 * np.pi * k * phase), axis=0)


def tempting_bank(f0_hz, c, sample_rate):
    phase, k = f0_hz * np.arange(len(f0_hz)) / sample_rate, np.arange(1, len(c) + 1)[:, None]
    return np.sum(c[:, None] * (k * f0_hz < sample_rate / 2) * np.sin(2 * np.pi * k * phase), axis=0)


def third_too_loud(f0_hz, c, sample_rate):
    c = c.copy()
    c[2] *= 2
    return bank(f0_hz, c, sample_rate)


def halved(f0_hz, c, sample_rate):
    return bank(f0_hz, c / c.sum() / 2, sample_rate)


@pytest.mark.parametrize("name, answers, status, words", [
    ("ex03_1", (4, 18), "right", "7920"),
    ("ex03_1", (440 / 110, np.array([18])), "right", ""),
    ("ex03_1", (3, 18), "wrong", "fundamental as the 1st"),
    ("ex03_1", (2, 18), "wrong", "octaves"),
    ("ex03_1", (4, 36), "wrong", "half the sample rate"),
    ("ex03_1", (4, 19), "wrong", "fold"),
    ("ex03_1", (..., ...), "not attempted", ""),
    ("ex03_2", (oscillator,), "right", "integral"),
    ("ex03_2", (by_rotation,), "right", "integral"),
    ("ex03_2", (tempting,), "wrong", "f(t) t. At the end the pitch swings by 622 Hz"),
    ("ex03_2", (no_two_pi,), "wrong", "6.28 times too low"),
    ("ex03_2", (average,), "wrong", "average"),
    ("ex03_2", (an_octave_up,), "wrong", "882 Hz"),
    ("ex03_2", (lambda f_hz, sample_rate: 0.5 * oscillator(f_hz, sample_rate),), "wrong", "6.0 dB too soft"),
    ("ex03_2", (lambda f_hz, sample_rate: np.sin(2 * np.pi * np.cumsum(f_hz)),), "wrong", "f / sample_rate"),
    ("ex03_2", (lambda f_hz, sample_rate: ...,), "not attempted", ""),
    ("ex03_3", (bank,), "right", "before it folds"),
    ("ex03_3", (bank_in_a_loop,), "right", "before it folds"),
    ("ex03_3", (folding,), "wrong", "folds to"),
    ("ex03_3", (nyquist_mistaken,), "wrong", "folds to"),
    ("ex03_3", (third_too_loud,), "wrong", "your 3rd harmonic is 6.0 dB too loud"),
    ("ex03_3", (from_zero,), "wrong", "harmonic is"),
    ("ex03_3", (tempting_bank,), "wrong", "f(t) t"),
    ("ex03_3", (halved,), "wrong", "all harmonics are 6.0 dB too soft"),
    ("ex03_3", (lambda f0_hz, c, sample_rate: ...,), "not attempted", ""),
])
def test_exercise(name, answers, status, words):
    judge(getattr(check, name), answers, status=status, words=words)
