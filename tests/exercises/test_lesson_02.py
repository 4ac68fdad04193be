"""The exercises of lesson 02."""
import numpy as np
import pytest
import scipy.signal

from ddsp_helpers.classroom import check
from tests.exercises.cases import judge


def hann(n):
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)


def cut(x, n_fft, hop):
    return np.array([x[start:start + n_fft] for start in range(0, len(x) - n_fft + 1, hop)])


def stft(x, n_fft, hop):
    return np.abs(np.fft.rfft(cut(x, n_fft, hop) * hann(n_fft), axis=1))


def stft_by_scipy(x, n_fft, hop):           # another library, another window symmetry: right as well
    window, overlap = np.hanning(n_fft), n_fft - hop
    *_, z = scipy.signal.stft(x, window=window, nperseg=n_fft, noverlap=overlap, boundary=None, padded=False)
    return np.abs(z.T) * np.sum(window)


def no_window(x, n_fft, hop):
    return np.abs(np.fft.rfft(cut(x, n_fft, hop), axis=1))


def both_halves(x, n_fft, hop):
    return np.abs(np.fft.fft(cut(x, n_fft, hop) * hann(n_fft), axis=1))


def one_too_few(x, n_fft, hop):
    return stft(x, n_fft, hop)[:-1]


def other_beginnings(x, n_fft, hop):
    return stft(np.concatenate([np.zeros(hop // 2), x])[:len(x)], n_fft, hop)


def levels(x, f0_hz, sample_rate):
    n = np.arange(len(x))
    sums = [np.sum(hann(len(x)) * x * np.exp(-2j * np.pi * k * f0_hz * n / sample_rate)) for k in range(1, 9)]
    return 20 * np.log10(np.abs(sums) / np.abs(sums[0]))


def by_padding(x, f0_hz, sample_rate):      # a finer grid instead of exact phasors: right as well
    size = 2**18
    spectrum = np.abs(np.fft.rfft(np.hanning(len(x)) * x, size))
    found = [spectrum[round(k * f0_hz * size / sample_rate)] for k in range(1, 9)]
    return 20 * np.log10(np.array(found) / found[0])


def nearest_bin(x, f0_hz, sample_rate):
    spectrum = np.abs(np.fft.rfft(np.hanning(len(x)) * x))
    found = [spectrum[round(k * f0_hz * len(x) / sample_rate)] for k in range(1, 9)]
    return 20 * np.log10(np.array(found) / found[0])


def leaking(x, f0_hz, sample_rate):
    n = np.arange(len(x))
    sums = [np.sum(x * np.exp(-2j * np.pi * k * f0_hz * n / sample_rate)) for k in range(1, 9)]
    return 20 * np.log10(np.abs(sums) / np.abs(sums[0]))


def from_zero(x, f0_hz, sample_rate):
    n = np.arange(len(x))
    sums = [np.sum(hann(len(x)) * x * np.exp(-2j * np.pi * k * f0_hz * n / sample_rate)) for k in range(8)]
    return 20 * np.log10(np.abs(sums) / np.abs(sums[1]))


@pytest.mark.parametrize("name, answers, status, words", [
    ("ex02_1", (16000 / 2048, 56), "right", "437.5"),
    ("ex02_1", (np.float32(7.8125), np.array(56)), "right", ""),
    ("ex02_1", (2048 / 16000, 56), "wrong", "seconds"),
    ("ex02_1", (8000 / 2048, 113), "wrong", "lower half"),
    ("ex02_1", (7.8125, 56.32), "wrong", "whole number"),
    ("ex02_1", (7.8125, 57), "wrong", "445.3"),
    ("ex02_1", (..., ...), "not attempted", ""),
    ("ex02_2", (stft,), "right", "stft_magnitude"),
    ("ex02_2", (stft_by_scipy,), "right", "stft_magnitude"),
    ("ex02_2", (no_window,), "wrong", "no window"),
    ("ex02_2", (both_halves,), "wrong", "mirror"),
    ("ex02_2", (one_too_few,), "wrong", "One frame is missing"),
    ("ex02_2", (lambda x, n_fft, hop: stft(x, n_fft, hop).T,), "wrong", "changed places"),
    ("ex02_2", (lambda x, n_fft, hop: stft(x, n_fft, hop) ** 2,), "wrong", "squares"),
    ("ex02_2", (lambda x, n_fft, hop: 2 * stft(x, n_fft, hop),), "wrong", "6.0 dB too loud"),
    ("ex02_2", (lambda x, n_fft, hop: np.fft.rfft(cut(x, n_fft, hop)),), "wrong", "complex"),
    ("ex02_2", (other_beginnings,), "wrong", "begin at 0"),
    ("ex02_2", (lambda x, n_fft, hop: ...,), "not attempted", ""),
    ("ex02_3", (levels,), "right", "dB"),
    ("ex02_3", (by_padding,), "right", "dB"),
    ("ex02_3", (nearest_bin,), "wrong", "nearest bin"),
    ("ex02_3", (leaking,), "wrong", "no window"),
    ("ex02_3", (lambda x, f0_hz, sample_rate: levels(x, f0_hz, sample_rate) / 2,), "wrong", "20 log10"),
    ("ex02_3", (lambda x, f0_hz, sample_rate: levels(x, f0_hz, sample_rate) - 20,), "wrong", "common shift"),
    ("ex02_3", (lambda x, f0_hz, sample_rate: levels(x, f0_hz, sample_rate) + np.eye(8)[2] * 6,), "wrong",
     "third partial is 6.0 dB too loud"),
    ("ex02_3", (from_zero,), "wrong", "0 dB"),
    ("ex02_3", (lambda x, f0_hz, sample_rate: ...,), "not attempted", ""),
])
def test_exercise(name, answers, status, words):
    judge(getattr(check, name), answers, status=status, words=words)
