"""Every check of lesson 09: right, another right, wrong in two plausible ways, untouched."""

import numpy as np
import pytest

from ddsp_helpers.classroom import check
from tests.exercises.cases import judge


def log_distance(s, t):
    return np.mean(np.abs(np.log(s + 1e-5) - np.log(t + 1e-5)))


def log_ratio(s, t):
    return np.abs(np.log((s + 1e-5) / (t + 1e-5))).sum() / s.size


def early_stop(losses, patience):
    best = 0
    for now, loss in enumerate(losses):
        if loss < losses[best]:
            best = now
        if now - best >= patience:
            break
    return best, now


def early_stop_by_slices(losses, patience):
    for now in range(len(losses)):
        best = losses.index(min(losses[: now + 1]))
        if now == best + patience:
            return [best, now]
    return [best, now]


RIGHT = [
    ("ex09_1", 21), ("ex09_1", 20), ("ex09_2", log_distance), ("ex09_2", log_ratio),
    ("ex09_3", early_stop), ("ex09_3", early_stop_by_slices),
]
WRONG = [
    ("ex09_1", 324, "windows"), ("ex09_1", 20.25, "quarter"), ("ex09_1", 22, "too high"),
    ("ex09_2", lambda s, t: np.mean((np.log(s + 1e-5) - np.log(t + 1e-5)) ** 2), "squared"),
    ("ex09_2", lambda s, t: np.mean(np.log(s + 1e-5) - np.log(t + 1e-5)), "cancel"),
    ("ex09_2", lambda s, t: np.mean(np.log(np.abs(s - t) + 1e-5)), "never negative"),
    ("ex09_2", lambda s, t: np.mean(np.abs(np.log10(s + 1e-5) - np.log10(t + 1e-5))), "natural logarithm"),
    ("ex09_2", lambda s, t: np.mean(np.abs(s - t)), "logarithms are missing"),
    ("ex09_2", lambda s, t: np.mean(np.abs(np.log(s) - np.log(t))), "infinity"),
    ("ex09_3", lambda losses, patience: (int(np.argmin(losses)), len(losses) - 1), "stop"),
    ("ex09_3", lambda losses, patience: (early_stop(losses, patience)[1], early_stop(losses, patience)[1]), "best"),
]
WRONG += [("ex09_3", lambda losses, patience: early_stop(losses, patience)[::-1], "other way round")]
STUBS = [("ex09_1", ...), ("ex09_2", lambda s, t: ...), ("ex09_3", lambda losses, patience: ...)]


CASES = [(name, answer, "right", "") for name, answer in RIGHT]
CASES += [(name, answer, "wrong", words) for name, answer, words in WRONG]
CASES += [(name, answer, "not attempted", "") for name, answer in STUBS]


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("name, answer, status, words", CASES)
def test_exercise(name, answer, status, words):
    judge(getattr(check, name), (answer,), status=status, words=words)
