"""Every check of lesson 10: right, another right, wrong in two plausible ways, untouched."""

import numpy as np
import pytest

from ddsp_helpers.classroom import check
from tests.exercises.cases import judge


def match(loudness_db, voice_db, instrument_db):
    shares = np.linspace(0, 1, 1000)
    return np.interp(loudness_db, np.quantile(voice_db, shares), np.quantile(instrument_db, shares))


def match_by_counting(loudness_db, voice_db, instrument_db):
    share = [np.mean(voice_db <= value) for value in loudness_db]
    return np.quantile(instrument_db, share)


def match_mean_and_width(loudness_db, voice_db, instrument_db):
    return (loudness_db - voice_db.mean()) / voice_db.std() * instrument_db.std() + instrument_db.mean()


RIGHT = [
    ("ex10_1", 2), ("ex10_1", np.round(2.25)), ("ex10_2", match), ("ex10_2", match_by_counting),
    ("ex10_3", lambda midi, amount: midi + amount * (np.round(midi) - midi)),
    ("ex10_3", lambda midi, amount: (1 - amount) * midi + amount * np.floor(midi + 0.5)),
]
WRONG = [
    ("ex10_1", 3, "too high"), ("ex10_1", 27, "semitones"), ("ex10_1", 2.25, "whole"),
    ("ex10_2", match_mean_and_width, "mean and width"),
    ("ex10_2", lambda loudness_db, voice_db, instrument_db: loudness_db, "Nothing changed"),
    ("ex10_2", lambda a, voice, instrument: match(a, voice, instrument)[::-1], "falls"),
    ("ex10_3", lambda midi, amount: np.round(midi), "amount 0"),
    ("ex10_3", lambda midi, amount: midi + amount * (np.floor(midi) - midi), "your pitch for MIDI 60.7 is 60.35"),
    ("ex10_3", lambda midi, amount: midi + amount * (np.ceil(midi) - midi), "above or below"),
    ("ex10_1", 3, "3: that is 1 too high"),
]
STUBS = [("ex10_1", ...), ("ex10_2", lambda a, b, c: ...), ("ex10_3", lambda midi, amount: ...)]


CASES = [(name, answer, "right", "") for name, answer in RIGHT]
CASES += [(name, answer, "wrong", words) for name, answer, words in WRONG]
CASES += [(name, answer, "not attempted", "") for name, answer in STUBS]


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("name, answer, status, words", CASES)
def test_exercise(name, answer, status, words):
    judge(getattr(check, name), (answer,), status=status, words=words)
