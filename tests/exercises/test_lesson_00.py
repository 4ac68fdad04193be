"""The exercises of lesson 00."""
import numpy as np
import pytest

from ddsp_helpers import audio
from ddsp_helpers.classroom import check
from tests.exercises.cases import judge

TIMES = np.arange(16000) / 16000
TONE = np.sqrt(2) * 10 ** (-26 / 20) * np.sin(2 * np.pi * 660 * TIMES)
QUIET = 10 ** (-26 / 20) * np.sin(2 * np.pi * 660 * TIMES)


@pytest.mark.parametrize("name, answers, status, words", [
    ("ex00_1", (10 ** (-20 / 20),), "right", ""),
    ("ex00_1", (1 / 10,), "right", ""),
    ("ex00_1", (10.0,), "wrong", "louder"),
    ("ex00_1", (0.01,), "wrong", "not by 10"),
    ("ex00_1", (0.5,), "wrong", "-6.0 dB"),
    ("ex00_1", (-20,), "wrong", "upside down"),
    ("ex00_1", (...,), "not attempted", ""),
    ("ex00_2", (lambda x: 20 * np.log10(np.sqrt(np.mean(x**2))),), "right", ""),
    ("ex00_2", (lambda x: 10 * np.log10(np.mean(x**2)),), "right", ""),
    ("ex00_2", (audio.rms_db,), "right", ""),
    ("ex00_2", (lambda x: 20 * np.log10(np.mean(x**2)),), "wrong", "root is missing"),
    ("ex00_2", (lambda x: 20 * np.log10(np.abs(x).max()),), "wrong", "peak"),
    ("ex00_2", (lambda x: 20 * np.log10(np.mean(x)),), "wrong", ""),
    ("ex00_2", (lambda x: 20 * np.log(np.sqrt(np.mean(x**2))),), "wrong", "natural logarithm"),
    ("ex00_2", (lambda x: 10 * np.log10(np.sqrt(np.mean(x**2))),), "wrong", "20 times"),
    ("ex00_2", (lambda x: 20 * np.log10(np.sqrt(np.sum(x**2))),), "wrong", "the mean"),
    ("ex00_2", (lambda x: ...,), "not attempted", ""),
    ("ex00_3", (TONE,), "right", ""),
    ("ex00_3", (-TONE,), "right", ""),
    ("ex00_3", (QUIET,), "wrong", "square root of 2"),
    ("ex00_3", (np.sin(660 * TIMES) * 0.07,), "wrong", "2π"),
    ("ex00_3", (TONE[:8000],), "wrong", "[16000]"),
    ("ex00_3", (np.sign(TONE) * 10 ** (-26 / 20),), "wrong", "no plain sine"),
    ("ex00_3", (...,), "not attempted", ""),
])
def test_exercise(name, answers, status, words):
    with np.errstate(all="ignore"):
        judge(getattr(check, name), answers, status=status, words=words)
