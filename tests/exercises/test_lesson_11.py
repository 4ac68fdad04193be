"""Every check of lesson 11: right, another right, wrong in several plausible ways, untouched."""

import numpy as np
import pytest

from ddsp_helpers import audio
from ddsp_helpers.classroom import check
from tests.exercises.cases import judge


def volume(amplitude):
    return np.mean(20 * np.log10(amplitude)) / 60 + 1.5


def spectrum(f0_hz, frame_rate, low_hz=3.0):
    cents = 1200 * np.log2(f0_hz / np.median(f0_hz))
    window = np.hanning(len(cents))
    size = 2 * np.abs(np.fft.rfft((cents - cents.mean()) * window, 8 * len(cents))) / window.sum()
    hz = np.fft.rfftfreq(8 * len(cents), 1 / frame_rate)
    swings = np.where((hz >= low_hz) & (hz <= 9), size, 0)
    return hz[np.argmax(swings)], swings.max()


def counted(f0_hz, frame_rate):
    """By zero crossings and the root mean square, without a Fourier transform."""
    midi, time = 12 * np.log2(f0_hz), np.arange(len(f0_hz))
    swing = midi - np.polyval(np.polyfit(time, midi, 1), time)
    crossings = np.flatnonzero(np.diff(np.sign(swing)))
    rate_hz = (len(crossings) - 1) / (crossings[-1] - crossings[0]) / 2 * frame_rate
    return [rate_hz, 100 * np.sqrt(2) * swing.std()]


def in_hz(f0_hz, frame_rate):
    return spectrum(f0_hz, frame_rate)[0], np.ptp(f0_hz) / 2


def crescendo(table, rise):
    share = (table["onset_s"] - table["onset_s"].iloc[0]) / (table["onset_s"].iloc[-1] - table["onset_s"].iloc[0])
    return table.assign(volume=table["volume"] + rise * share, brightness=table["brightness"] + rise * share / 3)


def crescendo_note_by_note(table, rise):
    made, onset = table.copy(), table["onset_s"].to_numpy()
    for row, share in enumerate(np.interp(onset, [onset.min(), onset.max()], [0, 1])):
        made.loc[row, "volume"] += rise * share
        made.loc[row, "brightness"] += rise * share / 3
    return made


def crescendo_by_rows(table, rise):
    share = np.linspace(0, 1, len(table))
    return table.assign(volume=table["volume"] + rise * share, brightness=table["brightness"] + rise * share / 3)


def crescendo_in_place(table, rise):
    table["volume"] += rise * (table["onset_s"] / table["onset_s"].max())
    return table


RIGHT = [
    ("ex11_1", volume), ("ex11_1", lambda a: 1.5 + np.log10(np.square(a)).sum() / len(a) / 6),
    ("ex11_2", spectrum), ("ex11_2", counted),
    ("ex11_3", crescendo), ("ex11_3", crescendo_note_by_note),
]
WRONG = [
    ("ex11_1", lambda a: 20 * np.log10(np.mean(a)) / 60 + 1.5, "mean of the amplitudes first"),
    ("ex11_1", lambda a: np.mean(10 * np.log10(a)) / 60 + 1.5, "20 times the logarithm"),
    ("ex11_1", lambda a: np.mean(20 * np.log10(a)) / 60, "plus 1.5"),
    ("ex11_1", lambda a: np.mean(20 * np.log10(a)), "plus 1.5"),
    ("ex11_1", lambda a: np.max(20 * np.log10(a)) / 60 + 1.5, "too high"),
    ("ex11_2", lambda f0_hz, rate: spectrum(f0_hz, rate) * np.array([1, 2]), "from the lowest to the highest"),
    ("ex11_2", in_hz, "in Hz"),
    ("ex11_2", lambda f0_hz, rate: spectrum(f0_hz, rate, low_hz=0.0), "drift"),
    ("ex11_2", lambda f0_hz, rate: spectrum(f0_hz, 50), "3.50 Hz too low"),
    ("ex11_2", lambda f0_hz, rate: spectrum(f0_hz, rate)[::-1], "the other way round"),
    ("ex11_2", lambda f0_hz, rate: spectrum(f0_hz, rate) / np.array([1, 2]), "sum of the window"),
    ("ex11_3", crescendo_by_rows, "short notes"),
    ("ex11_3", lambda table, rise: crescendo(table.assign(volume=0.9), rise), "one straight line"),
    ("ex11_3", lambda table, rise: crescendo(table, rise).assign(brightness=table["brightness"]), "brightness stayed"),
    ("ex11_3", crescendo_in_place, "was changed"),
    ("ex11_3", lambda table, rise: crescendo(table, 2 * rise), "too high"),
    ("ex11_3", lambda table, rise: crescendo(table, rise).assign(vibrato=0.5), "another column"),
    ("ex11_3", lambda table, rise: table["volume"] + rise, "misses"),
]
STUBS = [("ex11_1", lambda amplitude: ...), ("ex11_2", lambda f0_hz, frame_rate: ...),
         ("ex11_3", lambda table, rise: ...)]

CASES = [(name, answer, "right", "") for name, answer in RIGHT]
CASES += [(name, answer, "wrong", words) for name, answer, words in WRONG]
CASES += [(name, answer, "not attempted", "") for name, answer in STUBS]


@pytest.mark.parametrize("name, answer, status, words", CASES)
def test_exercise(name, answer, status, words):
    judge(getattr(check, name), (answer,), status=status, words=words)


def test_a_crescendo_is_heard_beside_what_it_was_made_from():
    played = []

    def play(table):
        played.append(table["volume"].to_numpy())
        return audio.Audio(np.zeros(800, np.float32), 16000)

    outcome = check.ex11_3(crescendo, play)
    assert outcome.status == "right" and "your crescendo" in outcome._repr_html_()
    before, after = played
    assert after[0] == before[0] and after[-1] == pytest.approx(before[-1] + 0.3)
