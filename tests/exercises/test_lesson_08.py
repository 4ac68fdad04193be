"""The exercises of lesson 08."""
import numpy as np
import pytest

from ddsp_helpers import units
from ddsp_helpers.classroom import check
from tests.exercises.cases import judge

SHAPES = {"audio": (8, 48000), "f0_hz": (8, 150, 1), "harmonic_distribution": (8, 150, 100), "noise_magnitudes": (8, 150, 65)}


def sigmoid(y):
    return 1 / (1 + np.exp(-y))


def odd(distribution):
    kept = np.array(distribution)
    kept[..., 1::2] = 0.0
    return kept / kept.sum(axis=-1, keepdims=True)


def odd_by_mask(distribution):
    kept = distribution * (np.arange(1, distribution.shape[-1] + 1) % 2)
    return kept / np.sum(kept, -1)[..., None]


def quiet(distribution):
    return distribution * (np.arange(1, distribution.shape[-1] + 1) % 2)


def even(distribution):
    kept = np.array(distribution)
    kept[..., ::2] = 0.0
    return kept / kept.sum(axis=-1, keepdims=True)


def over_everything(distribution):
    kept = quiet(distribution)
    return kept / kept.sum()


@pytest.mark.parametrize("name, answers, status, words", [
    ("ex08_1", (SHAPES,), "right", "384 000"),
    ("ex08_1", ({name: list(shape) for name, shape in SHAPES.items()},), "right", ""),
    ("ex08_1", ({**SHAPES, "f0_hz": (8, 3, 1)},), "wrong", "frame rate"),
    ("ex08_1", ({**SHAPES, "f0_hz": (8, 150)},), "wrong", "axes"),
    ("ex08_1", ({**SHAPES, "audio": (8, 16000)},), "wrong", "sample rate"),
    ("ex08_1", ({**SHAPES, "audio": 7},), "wrong", "no shape"),
    ("ex08_1", ({name: ... for name in SHAPES},), "not attempted", ""),
    ("ex08_2", (lambda y: 2 * sigmoid(y) ** np.log(10) + 1e-7,), "right", ""),
    ("ex08_2", (units.exp_sigmoid,), "right", ""),
    ("ex08_2", (lambda y: 2 * sigmoid(y) ** 10 + 1e-7,), "wrong", "2.303"),
    ("ex08_2", (lambda y: sigmoid(y) ** np.log(10) + 1e-7,), "wrong", "factor 2"),
    ("ex08_2", (lambda y: 2 * sigmoid(y) ** np.log(10),), "wrong", "1e-7"),
    ("ex08_2", (lambda y: np.tanh(y),), "wrong", "was wanted"),
    ("ex08_2", (lambda y: 2 * sigmoid(y) ** np.log(10) + 10e-7,), "wrong", "At -100 you return 1e-06; 1e-07"),
    ("ex08_2", (lambda y: ...,), "not attempted", ""),
    ("ex08_3", (odd,), "right", ""),
    ("ex08_3", (odd_by_mask,), "right", ""),
    ("ex08_3", (quiet,), "wrong", "too quiet"),
    ("ex08_3", (even,), "wrong", "octave"),
    ("ex08_3", (over_everything,), "wrong", "last axis"),
    ("ex08_3", (lambda distribution: distribution,), "wrong", "even"),
    ("ex08_3", (lambda distribution: 0 * distribution,), "wrong", "sum to 0.000"),
    ("ex08_3", (lambda distribution: ...,), "not attempted", ""),
])
def test_exercise(name, answers, status, words):
    judge(getattr(check, name), answers, status=status, words=words)
