"""Statistics: the recipe by hand, JSON there and back."""

import json

import numpy as np
import pytest

from ddsp_helpers.data import statistics
from ddsp_helpers.features import Features


def melody(frames=300, *, midi=69.0, loudness=-20.0):
    """A note in the middle third, silence around it."""
    note = (np.arange(frames) // (frames // 3)) == 1
    return Features(
        f0_hz=np.where(note, 440 * 2 ** ((midi - 69) / 12), 900.0), f0_confidence=np.where(note, 0.95, 0.02),
        loudness_db=np.where(note, loudness, -80.0), power_db=np.where(note, loudness - 5, -90.0), frame_rate=50,
    ), note


def test_the_note_mask_finds_the_note():
    features, note = melody()
    mask = statistics.note_mask(features)
    assert mask.dtype == bool and mask.shape == note.shape
    assert np.mean(mask == note) > 0.98
    assert statistics.note_mask(features, threshold=0.0).all()


def test_a_level_tone_is_a_note_and_level_noise_is_not():
    ones = np.ones(100)
    tone = Features(440 * ones, 0.95 * ones, -20 * ones, -20 * ones, frame_rate=50)
    assert statistics.note_mask(tone).all()
    assert not statistics.note_mask(tone.replace(f0_confidence=0.2 * ones)).any()
    assert not statistics.note_mask(tone.replace(loudness_db=-80 * ones)).any()


def test_statistics_of_two_notes():
    made = statistics.measure([melody(midi=60)[0], melody(midi=72, loudness=-30)[0]], frame_rate=50)
    assert made.pitch_midi_notes.mean == pytest.approx(66, abs=0.01)
    assert (made.pitch_midi_notes.minimum, made.pitch_midi_notes.maximum) == pytest.approx((60, 72), abs=0.01)
    assert made.loudness_db_notes.mean == pytest.approx(-25, abs=0.2)
    assert made.loudness_db.minimum == -80
    assert len(made.loudness_quantiles_db) == 1000
    assert made.loudness_quantiles_db[0] == pytest.approx(-30) and made.loudness_quantiles_db[-1] == pytest.approx(-20)
    assert made.note_share == pytest.approx(1 / 3, abs=0.02)
    assert made.seconds == pytest.approx(12)


def test_json_there_and_back():
    made = statistics.measure([melody()[0]], frame_rate=50)
    assert statistics.Statistics.from_dict(json.loads(json.dumps(made.to_dict()))) == made
    with pytest.raises(ValueError, match="fields"):
        statistics.Statistics.from_dict({"pitch": 1})


def test_no_notes_are_refused():
    quiet = Features(*np.array([[440.0], [0.0], [-80.0], [-90.0]]).repeat(50, 1), frame_rate=50)
    with pytest.raises(ValueError, match="No frame of these recordings sounds like a note"):
        statistics.measure([quiet], frame_rate=50)
    with pytest.raises(ValueError, match="none came"):
        statistics.measure([], frame_rate=50)
