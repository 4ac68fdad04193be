"""Every check of lesson 12: right, another right, wrong in plausible ways, untouched."""

import numpy as np
import pytest

from ddsp_helpers.classroom import check
from tests.exercises.cases import judge


def logistic(x, middle, scale):
    z = (x - middle) / scale
    return np.exp(-z) / (scale * (1 + np.exp(-z)) ** 2)


LOW, HIGH = logistic(15, -12, 4), logistic(15, 15, 6)


def sech_squared():
    return np.logaddexp(np.log(0.7 / 16 / np.cosh(27 / 8) ** 2), np.log(0.3 / 24))


def see_the_past(deviation):
    return np.pad(deviation, [[0, 0], [1, 0]])[:, :-1]


def see_the_past_in_place(deviation):
    out = np.zeros_like(deviation)
    out[:, 1:] = deviation[:, :-1]
    return out


def from_one_on(deviation):
    return np.concatenate([deviation[:, :1], deviation[:, :-1]], 1)


def disobedience(asked, found, whole):
    away = np.abs(found - asked)[..., [0, 1, 2, 4, 5]]
    return np.sum(away.mean(-1) * whole) / np.sum(whole)


def disobedience_by_deleting(asked, found, whole):
    return np.delete(np.abs(asked - found), 3, -1)[whole == 1].mean()


def with_vibrato(asked, found, whole):
    return np.sum(np.abs(found - asked).mean(-1) * whole) / np.sum(whole)


def with_cut_notes(asked, found, whole):
    return np.delete(np.abs(asked - found), 3, -1).mean()


def over_all_notes(asked, found, whole):
    return np.mean(np.delete(np.abs(asked - found), 3, -1).mean(-1) * whole)


def with_sign(asked, found, whole):
    return np.delete(found - asked, 3, -1)[whole == 1].mean()


RIGHT = [
    ("ex12_1", np.log(0.7 * LOW + 0.3 * HIGH)), ("ex12_1", sech_squared()), ("ex12_1", -4.366),
    ("ex12_2", see_the_past), ("ex12_2", see_the_past_in_place),
    ("ex12_3", disobedience), ("ex12_3", disobedience_by_deleting),
]
WRONG = [
    ("ex12_1", 0.7 * LOW + 0.3 * HIGH, "density itself"), ("ex12_1", np.log(LOW + HIGH), "weights"),
    ("ex12_1", 4.366, "negative"), ("ex12_1", np.log10(0.7 * LOW + 0.3 * HIGH), "base 10"),
    ("ex12_1", np.log2(0.7 * LOW + 0.3 * HIGH), "bits"), ("ex12_1", np.log(0.7 * LOW) + np.log(0.3 * HIGH), "adds the densities"),
    ("ex12_1", 0.7 * np.log(LOW) + 0.3 * np.log(HIGH), "mixes densities"), ("ex12_1", -4.0, "too high"),
    ("ex12_1", np.log(0.7 * 4 * LOW + 0.3 * 6 * HIGH), "scale"),
    ("ex12_2", lambda deviation: deviation, "sees itself"), ("ex12_2", lambda deviation: np.roll(deviation, 1, 1), "roll"),
    ("ex12_2", lambda deviation: np.pad(deviation, [[0, 0], [0, 1]])[:, 1:], "after"), ("ex12_2", from_one_on, "first frame sees"),
    ("ex12_2", lambda deviation: np.pad(deviation, [[1, 0], [0, 0]])[:-1], "first axis"),
    ("ex12_2", lambda deviation: deviation[:, :-1], "shape"), ("ex12_2", lambda deviation: 2 * see_the_past(deviation), "frame 1"),
    ("ex12_3", with_vibrato, "vibrato"), ("ex12_3", with_cut_notes, "cut"), ("ex12_3", over_all_notes, "divide by all"),
    ("ex12_3", with_sign, "cancel"), ("ex12_3", lambda *tables: disobedience(*tables) * 5 / 6, "five are counted"),
    ("ex12_3", lambda asked, found, whole: 0.0, "too low"),
    ("ex12_3", lambda asked, found, whole: with_vibrato(asked, found, np.ones_like(whole)), "Vibrato and notes"),
]
STUBS = [("ex12_1", ...), ("ex12_2", lambda deviation: ...), ("ex12_3", lambda asked, found, whole: ...)]


CASES = [(name, answer, "right", "") for name, answer in RIGHT]
CASES += [(name, answer, "wrong", words) for name, answer, words in WRONG]
CASES += [(name, answer, "not attempted", "") for name, answer in STUBS]


@pytest.mark.parametrize("name, answer, status, words", CASES)
def test_exercise(name, answer, status, words):
    judge(getattr(check, name), (answer,), status=status, words=words)
