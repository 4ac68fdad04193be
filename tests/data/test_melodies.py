"""Scores: notation, exercises, fitting into the range of an instrument."""

import pytest

from ddsp_helpers.data import melodies


def test_every_melody_can_be_read_and_is_monophonic():
    for title in melodies.titles():
        notes = melodies.melody(title)
        assert len(notes) > 15
        assert all(30 < note.midi < 100 and note.duration_s > 0 for note in notes)
        assert all(a.end_s <= b.onset_s + 1e-9 for a, b in zip(notes, notes[1:]))


def test_bad_words_are_named():
    with pytest.raises(ValueError, match="'E4' came"):
        melodies.parse("C4:1 E4")
    with pytest.raises(ValueError, match="Greensleeves"):
        melodies.melody("Yesterday")
    with pytest.raises(ValueError, match="arpeggio"):
        melodies.exercise("polka", centre=60)


@pytest.mark.parametrize("kind", ["scale", "arpeggio", "leaps", "long"])
def test_exercises_stay_near_their_centre_and_repeat(kind):
    notes = melodies.exercise(kind, centre=70, seed=3)
    assert notes == melodies.exercise(kind, centre=70, seed=3)
    assert all(abs(note.midi - 70) <= 8 for note in notes)


def test_fit_keeps_the_tune_where_it_fits():
    tune = melodies.melody("Ode to Joy")
    moved = melodies.fit(tune, range(72, 100), seed=1)
    steps = {round(b.midi - a.midi) for a, b in zip(tune, moved)}
    assert len(steps) == 1
    assert all(72 <= note.midi < 100 for note in moved)


def test_fit_uses_only_playable_notes():
    playable = [60, 61, 62, 70, 71]
    assert {note.midi for note in melodies.fit(melodies.melody("Greensleeves"), playable)} <= set(playable)
    with pytest.raises(ValueError, match="without playable notes"):
        melodies.fit(melodies.melody("Sakura"), [])
