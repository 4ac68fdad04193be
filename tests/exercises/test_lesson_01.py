"""The exercises of lesson 01."""
import numpy as np
import pytest

from ddsp_helpers import audio
from ddsp_helpers.classroom import check
from tests.exercises.cases import judge


def mix(a, b, softer_db):
    return a + b * 10 ** ((audio.rms_db(a) - softer_db - audio.rms_db(b)) / 20)


def mix_by_power(a, b, softer_db):          # mean squares instead of levels: another right answer
    wanted = np.mean(a**2) / 10 ** (softer_db / 10)
    return a + b * np.sqrt(wanted / np.mean(b**2))


def own_level_forgotten(a, b, softer_db):
    return a + b * 10 ** (-softer_db / 20)


def divided_by_ten(a, b, softer_db):
    return a + b * 10 ** ((audio.rms_db(a) - softer_db - audio.rms_db(b)) / 10)


def by_peaks(a, b, softer_db):
    return a + b * 10 ** ((audio.peak_db(a) - softer_db - audio.peak_db(b)) / 20)


def turned_round(a, b, softer_db):
    return a + b * 10 ** ((audio.rms_db(a) + softer_db - audio.rms_db(b)) / 20)


def quantise(x, bits):
    step = 2 / 2**bits
    return step * np.clip(np.round(x / step), -2 ** (bits - 1), 2 ** (bits - 1) - 1)


def triangular(x, bits):
    return quantise(x + 2 / 2**bits * np.random.triangular(-1, 0, 1, len(x)), bits)


def rectangular(x, bits):                   # one uniform number: right as well
    return quantise(x + 2 / 2**bits * np.random.default_rng().uniform(-0.5, 0.5, len(x)), bits)


def noise_after(x, bits):
    return quantise(x, bits) + 2 / 2**bits * np.random.uniform(-0.5, 0.5, len(x))


def too_much(x, bits):
    return quantise(x + np.random.uniform(-0.5, 0.5, len(x)) * 0.2, bits)


def too_little(x, bits):
    return quantise(x + 2 / 2**bits * np.random.uniform(-0.2, 0.2, len(x)), bits)


def not_centred(x, bits):
    return quantise(x + 2 / 2**bits * np.random.uniform(0, 1, len(x)), bits)


@pytest.mark.parametrize("name, answers, status, words", [
    ("ex01_1", (3000, 7), "right", "7600"),
    ("ex01_1", (np.float64(3000.0), np.array([7])), "right", ""),
    ("ex01_1", (5000, 7), "wrong", "above Nyquist"),
    ("ex01_1", (13000, 7), "wrong", "holds nothing above 8000"),
    ("ex01_1", (1500, 7), "wrong", "another tone"),
    ("ex01_1", (3000, 6), "wrong", "last that does not fold"),
    ("ex01_1", (3000, 14), "wrong", "half of it"),
    ("ex01_1", (3000, 9), "wrong", "too high"),
    ("ex01_1", (..., ...), "not attempted", ""),
    ("ex01_2", (mix,), "right", "exactly"),
    ("ex01_2", (mix_by_power,), "right", "exactly"),
    ("ex01_2", (own_level_forgotten,), "wrong", "level had b before"),
    ("ex01_2", (divided_by_ten,), "wrong", "by 20, not by 10"),
    ("ex01_2", (turned_round,), "wrong", "24.0 dB too loud"),
    ("ex01_2", (by_peaks,), "wrong", "peaks"),
    ("ex01_2", (lambda a, b, softer_db: (mix(a, b, softer_db)) / 2,), "wrong", "stay as it is"),
    ("ex01_2", (lambda a, b, softer_db: a,), "wrong", "not heard"),
    ("ex01_2", (lambda a, b, softer_db: np.tanh(3 * mix(a, b, softer_db)),), "wrong", "more than a sum"),
    ("ex01_2", (lambda a, b, softer_db: ...,), "not attempted", ""),
    ("ex01_3", (triangular,), "right", "back"),
    ("ex01_3", (rectangular,), "right", "two random numbers"),
    ("ex01_3", (quantise,), "wrong", "silence"),
    ("ex01_3", (noise_after,), "wrong", "after rounding"),
    ("ex01_3", (too_much,), "wrong", "dB stronger than needed"),
    ("ex01_3", (not_centred,), "wrong", "steps off the middle"),
    ("ex01_3", (too_little,), "wrong", "too soft"),
    ("ex01_3", (lambda x, bits: ...,), "not attempted", ""),
])
def test_exercise(name, answers, status, words):
    judge(getattr(check, name), answers, status=status, words=words)
