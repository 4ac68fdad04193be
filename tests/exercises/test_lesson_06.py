"""The exercises of lesson 06."""
import numpy as np
import pytest

from ddsp_helpers import units
from ddsp_helpers.classroom import check
from tests.exercises.cases import judge


def solution(frame, sample_rate):
    lags = np.arange(sample_rate // 1000, sample_rate // 60)
    n = len(frame) - lags[-1]
    r = np.array([np.sum(frame[:n] * frame[lag:lag + n]) for lag in lags])
    high = np.flatnonzero(r > 0.85 * r.max())
    first = high[high < high[0] + 8]
    return sample_rate / lags[first[np.argmax(r[first])]]


def highest_peak(frame, sample_rate):
    lags = np.arange(sample_rate // 1000, sample_rate // 60)
    n = len(frame) - lags[-1]
    return sample_rate / lags[np.argmax([np.sum(frame[:n] * frame[lag:lag + n]) for lag in lags])]


def by_differences(frame, sample_rate):         # the smallest difference instead of the largest product: another right answer
    n = len(frame) - 270
    lags = np.arange(16, 266)
    d = np.array([np.mean((frame[:n] - frame[lag:lag + n]) ** 2) for lag in lags])
    good = np.flatnonzero(d < d.min() + 0.05 * d.max())
    first = good[0] + np.argmin(d[good[0]:good[0] + 4])
    return sample_rate / lags[first]


def strongest_partial(frame, sample_rate):
    return np.argmax(np.abs(np.fft.rfft(frame))) * sample_rate / len(frame)


def from_lag_zero(frame, sample_rate):
    r = np.correlate(frame, frame, "full")[len(frame) - 1:]
    return sample_rate / (1 + np.argmax(r[1:]))


def mended(f0_hz, confidence):
    sure, at = confidence >= 0.5, np.arange(len(f0_hz))
    return units.midi_to_hz(np.interp(at, at[sure], units.hz_to_midi(f0_hz[sure])))


def mended_by_log(f0_hz, confidence):
    sure, at = confidence >= 0.5, np.arange(len(f0_hz))
    return np.exp(np.interp(at, at[sure], np.log(f0_hz[sure])))


def mended_in_hz(f0_hz, confidence):
    sure, at = confidence >= 0.5, np.arange(len(f0_hz))
    return np.interp(at, at[sure], f0_hz[sure])


def zeroed(f0_hz, confidence):
    return np.where(confidence >= 0.5, f0_hz, 0.0)


@pytest.mark.parametrize("name, answers, status, words", [
    ("ex06_1", (16000 / 36.36, 1200 * np.log2(16000 / 36.36 / 440)), "right", ""),
    ("ex06_1", (440.04, 0.17), "right", ""),
    ("ex06_1", (36.36 / 16000, 0.17), "wrong", "inverse"),
    ("ex06_1", (440.04, 100 * np.log2(16000 / 36.36 / 440)), "wrong", "1200"),
    ("ex06_1", (440.04, 40.0), "wrong", "too high"),
    ("ex06_1", (440.0, 0.0), "wrong", "round only at the end"),
    ("ex06_1", (..., ...), "not attempted", ""),
    ("ex06_2", (solution,), "right", "all four"),
    ("ex06_2", (by_differences,), "right", "all four"),
    ("ex06_2", (strongest_partial,), "wrong", "rich in partials"),
    ("ex06_2", (highest_peak,), "wrong", "too low"),
    ("ex06_2", (from_lag_zero,), "wrong", "Hz"),
    ("ex06_2", (lambda frame, sample_rate: sample_rate / solution(frame, sample_rate),), "wrong", "period in samples"),
    ("ex06_2", (lambda frame, sample_rate: ...,), "not attempted", ""),
    ("ex06_3", (mended,), "right", "bridged"),
    ("ex06_3", (mended_by_log,), "right", "bridged"),
    ("ex06_3", (mended_in_hz,), "wrong", "in Hz, not in semitones"),
    ("ex06_3", (zeroed,), "wrong", "0 or less"),
    ("ex06_3", (lambda f0_hz, confidence: f0_hz,), "wrong", "Nothing changed"),
    ("ex06_3", (lambda f0_hz, confidence: ...,), "not attempted", ""),
])
def test_exercise(name, answers, status, words):
    judge(getattr(check, name), answers, status=status, words=words)
