"""The exercises of lesson 04."""

import numpy as np
import pytest
from scipy.signal import firwin

from ddsp_helpers.classroom import check
from tests.exercises.cases import judge

RATE = 16000
BANDS_HZ = np.linspace(0, 8000, 65)
PASS = (BANDS_HZ >= 300) & (BANDS_HZ <= 3400)


def impulse_response(magnitudes, windowed=True):
    top = len(magnitudes) - 1
    h = np.fft.fftshift(np.fft.irfft(magnitudes))[1:]
    t = np.arange(1 - top, top)
    return h * (0.5 + 0.5 * np.cos(np.pi * t / top)) if windowed else h


def telephone():
    return impulse_response(PASS * 1.0)


def by_firwin():                                 # another window, another way: another right answer
    return firwin(127, [300, 3400], fs=RATE, pass_zero=False)


def unwindowed():
    return impulse_response(PASS * 1.0, windowed=False)


def bands_to_the_sample_rate():
    hz = np.linspace(0, 16000, 65)
    return impulse_response(((hz >= 300) & (hz <= 3400)) * 1.0)


def low_pass():
    return impulse_response((BANDS_HZ <= 3400) * 1.0)


def unshifted():
    return np.fft.irfft(PASS * 1.0)[:127]


def delayed(x, delay_samples):
    position = np.arange(len(x)) - delay_samples
    return np.interp(position, np.arange(-1, len(x)), np.concatenate([[0.0], x]), left=0.0)


def delayed_by_index(x, delay_samples):
    d = np.floor(delay_samples).astype(int)
    q, padded = delay_samples - d, np.concatenate([np.zeros(2000), x])
    at = np.arange(len(x)) - d + 2000
    return (1 - q) * padded[at] + q * padded[at - 1]


def rounded(x, delay_samples):
    at = np.arange(len(x)) - np.round(delay_samples).astype(int)
    return np.where(at >= 0, x[np.maximum(at, 0)], 0.0)


def wrapped(x, delay_samples):
    d = np.floor(delay_samples).astype(int)
    q, at = delay_samples - d, np.arange(len(x)) - d
    return (1 - q) * x[at] + q * x[at - 1]


def ahead(x, delay_samples):
    return np.interp(np.arange(len(x)) + delay_samples, np.arange(len(x)), x)


def swapped(x, delay_samples):
    d = np.floor(delay_samples).astype(int)
    q, padded = delay_samples - d, np.concatenate([np.zeros(2000), x])
    at = np.arange(len(x)) - d + 2000
    return q * padded[at] + (1 - q) * padded[at - 1]


@pytest.mark.parametrize("name, answers, status, words", [
    ("ex04_1", (0.5 * 60 / 20, 1.5 / np.log(1000)), "right", "concrete"),
    ("ex04_1", (1.5, 0.5 / np.log(10)), "right", "concrete"),
    ("ex04_1", (0.5, 0.5 / np.log(1000)), "wrong", "three times as long"),
    ("ex04_1", (1.5, 1.5 / np.log(1e6)), "wrong", "energy"),
    ("ex04_1", (1.5, 1.5 / np.log10(1000)), "wrong", "natural logarithm"),
    ("ex04_1", (..., ...), "not attempted", ""),
    ("ex04_2", (telephone,), "right", "nothing is late"),
    ("ex04_2", (by_firwin,), "right", "nothing is late"),
    ("ex04_2", (unwindowed,), "wrong", "without a window"),
    ("ex04_2", (bands_to_the_sample_rate,), "wrong", "half the sample rate"),
    ("ex04_2", (low_pass,), "wrong", "below 300 Hz"),
    ("ex04_2", (unshifted,), "wrong", "fftshift"),
    ("ex04_2", (lambda: PASS * 1.0,), "wrong", "not symmetric"),
    ("ex04_2", (lambda: ...,), "not attempted", ""),
    ("ex04_3", (delayed,), "right", "two singers"),
    ("ex04_3", (delayed_by_index,), "right", "two singers"),
    ("ex04_3", (rounded,), "wrong", "whole samples"),
    ("ex04_3", (wrapped,), "wrong", "not the end of the sound"),
    ("ex04_3", (ahead,), "wrong", "future"),
    ("ex04_3", (swapped,), "wrong", "swapped"),
    ("ex04_3", (lambda x, delay_samples: ...,), "not attempted", ""),
])
def test_exercise(name, answers, status, words):
    judge(getattr(check, name), answers, status=status, words=words)
