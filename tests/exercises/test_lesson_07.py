"""The exercises of lesson 07."""
import itertools

import numpy as np
import pytest

from ddsp_helpers.classroom import check
from tests.exercises.cases import judge


def smallest_first(sessions):
    chosen = set()
    for session in sorted(set(sessions), key=sessions.count):
        members = {i for i, name in enumerate(sessions) if name == session}
        if len(chosen | members) <= 0.4 * len(sessions):
            chosen |= members
        if len(chosen) >= 0.15 * len(sessions):
            break
    return chosen


def any_that_fits(sessions):
    names = sorted(set(sessions))
    for size in range(1, len(names)):
        for some in itertools.combinations(names, size):
            members = [i for i, name in enumerate(sessions) if name in some]
            if 0.15 <= len(members) / len(sessions) <= 0.4:
                return np.array(members)
    return set()


def at_random(sessions):
    return set(np.random.default_rng(0).permutation(len(sessions))[: len(sessions) // 4].tolist())


def one_session(sessions):
    return {i for i, name in enumerate(sessions) if name == sessions[-1]}


def flat_tops(x):
    top = np.abs(x) >= 0.9999 * np.abs(x).max()
    three = top[:-2] & top[1:-1] & top[2:]
    flat = np.zeros(len(x), bool)
    for shift in range(3):
        flat[shift:len(x) - 2 + shift] |= three
    return flat.mean()


def by_runs(x):
    top = np.abs(x) >= 0.9999 * np.abs(x).max()
    runs = [len(list(group)) for value, group in itertools.groupby(top) if value]
    return sum(run for run in runs if run >= 3) / len(x)


def at_peak(x):
    return np.mean(np.abs(x) >= 0.9999 * np.abs(x).max())


def starts_only(x):
    top = np.abs(x) >= 0.9999 * np.abs(x).max()
    return np.mean(top[:-2] & top[1:-1] & top[2:])


def full_scale(x):
    return flat_tops(x) if np.abs(x).max() >= 0.9999 else 0.0


@pytest.mark.parametrize("name, answers, status, words", [
    ("ex07_1", (27, 108), "right", ""),
    ("ex07_1", (np.array([27]), 108.0), "right", ""),
    ("ex07_1", (26, 104), "wrong", "one too few"),
    ("ex07_1", (7, 28), "wrong", "overlap"),
    ("ex07_1", (27, 30), "wrong", "counts again"),
    ("ex07_1", (6.5, 26), "wrong", "6.5"),
    ("ex07_1", (..., ...), "not attempted", ""),
    ("ex07_2", (smallest_first,), "right", ""),
    ("ex07_2", (any_that_fits,), "right", ""),
    ("ex07_2", (at_random,), "wrong", "both sides"),
    ("ex07_2", (one_session,), "wrong", "%"),
    ("ex07_2", (lambda sessions: set(),), "wrong", "too few"),
    ("ex07_2", (lambda sessions: {"monday"},), "wrong", "numbers"),
    ("ex07_2", (lambda sessions: [name == sessions[0] for name in sessions],), "wrong", "numbers"),
    ("ex07_2", (lambda sessions: ...,), "not attempted", ""),
    ("ex07_3", (flat_tops,), "right", ""),
    ("ex07_3", (by_runs,), "right", ""),
    ("ex07_3", (at_peak,), "wrong", "%"),
    ("ex07_3", (starts_only,), "wrong", "runs of three begin"),
    ("ex07_3", (full_scale,), "wrong", "its own peak"),
    ("ex07_3", (lambda x: flat_tops(np.maximum(x, 0)),), "wrong", "below zero"),
    ("ex07_3", (lambda x: flat_tops(x) * len(x),), "wrong", "number of samples"),
    ("ex07_3", (lambda x: ...,), "not attempted", ""),
])
def test_exercise(name, answers, status, words):
    judge(getattr(check, name), answers, status=status, words=words)
