"""The exercises of lesson 05."""

import numpy as np
import pytest

from ddsp_helpers.classroom import check
from tests.exercises.cases import judge


def gradient(a, b, p, q, y):
    error = a * p + b * q - y
    return 2 * np.mean(error * p), 2 * np.mean(error * q)


def by_matrix(a, b, p, q, y):                     # the same as linear algebra
    basis = np.stack([p, q])
    return 2 * basis @ (np.array([a, b]) @ basis - y) / len(y)


def by_difference(a, b, p, q, y):
    def loss(a, b):
        return np.mean((a * p + b * q - y) ** 2)
    return (loss(a + 1e-6, b) - loss(a - 1e-6, b)) / 2e-6, (loss(a, b + 1e-6) - loss(a, b - 1e-6)) / 2e-6


def scaled(factor):
    return lambda *inputs: tuple(factor * x for x in gradient(*inputs))


def magnitudes(x, size=1024):
    return np.abs(np.fft.rfft(np.lib.stride_tricks.sliding_window_view(x, size)[::size // 4] * np.hanning(size)))


def distance(x, y):
    a, b = magnitudes(x), magnitudes(y)
    return np.mean(np.abs(a - b)) + np.mean(np.abs(np.log(np.maximum(a, 1e-5) / np.maximum(b, 1e-5))))


def level(x):
    return x / np.sqrt(np.mean(x**2))


def by_angle(x, y):                               # the angle between two mean spectra: another right answer
    a, b = magnitudes(x).mean(axis=0), magnitudes(y).mean(axis=0)
    return np.arccos(min(1.0, a @ b / np.sqrt((a @ a) * (b @ b))))


def scan(step, fine):
    def find_f0(loss_at):
        grid = 150 * 2 ** (np.arange(0, 2400, step) / 1200)
        best = grid[np.argmin([loss_at(hz) for hz in grid])]
        close = best * 2 ** (np.arange(-step, step + 0.1, fine) / 1200) if fine else [best]
        return close[np.argmin([loss_at(hz) for hz in close])]
    return find_f0


def golden(loss_at):                              # a grid, then a golden section: another right answer
    grid = 150 * 2 ** (np.arange(0, 2400, 15) / 1200)
    best = np.log2(grid[np.argmin([loss_at(hz) for hz in grid])])
    low, high, share = best - 15 / 1200, best + 15 / 1200, (5 ** 0.5 - 1) / 2
    for _ in range(12):
        left, right = high - share * (high - low), low + share * (high - low)
        low, high = (low, right) if loss_at(2**left) < loss_at(2**right) else (left, high)
    return 2 ** ((low + high) / 2)


def descent(loss_at):
    cents, step = 1200 * np.log2(300 / 150), 12.0
    for _ in range(80):
        here, up = loss_at(150 * 2 ** (cents / 1200)), loss_at(150 * 2 ** ((cents + 1) / 1200))
        cents, step = cents - step * np.sign(up - here), step * 0.95
    return 150 * 2 ** (cents / 1200)


@pytest.mark.parametrize("name, answers, status, words", [
    ("ex05_1", (gradient,), "right", "agrees"),
    ("ex05_1", (by_matrix,), "right", "agrees"),
    ("ex05_1", (by_difference,), "right", "agrees"),
    ("ex05_1", (scaled(0.5),), "wrong", "twice its inside"),
    ("ex05_1", (scaled(-1),), "wrong", "sign"),
    ("ex05_1", (scaled(200),), "wrong", "mean, not sum"),
    ("ex05_1", (lambda *inputs: gradient(*inputs)[::-1],), "wrong", "wrong order"),
    ("ex05_1", (lambda a, b, p, q, y: ...,), "not attempted", ""),
    ("ex05_2", (lambda x, y: distance(level(x), level(y)),), "right", "colour"),
    ("ex05_2", (by_angle,), "right", "colour"),
    ("ex05_2", (distance,), "wrong", "level"),
    ("ex05_2", (lambda x, y: np.mean((level(x) - level(y)) ** 2),), "wrong", "phase"),
    ("ex05_2", (lambda x, y: 0.0,), "wrong", "hears nothing"),
    ("ex05_2", (lambda x, y: ...,), "not attempted", ""),
    ("ex05_3", (scan(15, 1),), "right", "looks everywhere"),
    ("ex05_3", (golden,), "right", "looks everywhere"),
    ("ex05_3", (descent,), "wrong", "hollow"),
    ("ex05_3", (scan(240, None),), "wrong", "semitones away"),
    ("ex05_3", (scan(25, None),), "wrong", "finely"),
    ("ex05_3", (scan(5, 1),), "wrong", "at most 250"),
    ("ex05_3", (lambda loss_at: 263.9,), "wrong", "never asked"),
    ("ex05_3", (lambda loss_at: ...,), "not attempted", ""),
])
def test_exercise(name, answers, status, words):
    judge(getattr(check, name), answers, status=status, words=words)
