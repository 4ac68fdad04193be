"""Played notes: in tune, in time, dynamic, repeatable; held-out notes are never heard in training."""

import numpy as np
import pytest

from ddsp_helpers import assets, audio, units
from ddsp_helpers.data import notes, phrases
from ddsp_helpers.data.melodies import Note

RATE = 22050
PLAIN = phrases.Style(legato=0.0, vibrato_cents=0.0, detune_cents=0.0)


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bells")
    time = np.arange(4 * RATE) / RATE
    for name, midi in (("C4", 60), ("E4", 64), ("A4", 69), ("C5", 72), ("E5", 76), ("A5", 81)):
        f0_hz = units.midi_to_hz(float(midi))
        sound = sum(np.sin(2 * np.pi * k * f0_hz * time) / k for k in range(1, 7))
        audio.save(folder / f"{name}.wav", (0.3 * sound).astype(np.float32), sample_rate=RATE)
    return notes.load_folder(folder)


def heard(sound, start_s, end_s):
    part = sound.samples[int(start_s * sound.sample_rate):int(end_s * sound.sample_rate)]
    return float(units.hz_to_midi(notes.pitch_hz(part, sample_rate=sound.sample_rate)))


def test_plays_the_written_pitch_from_the_nearest_note(samples):
    score = [Note(0.2, 1.0, 62.0), Note(1.5, 1.0, 67.0), Note(2.8, 1.0, 80.0)]
    sound = phrases.play(score, samples, style=PLAIN)
    for note in score:
        assert abs(heard(sound, note.onset_s + 0.1, note.end_s - 0.1) - note.midi) < 0.04


def test_rests_are_silent_and_notes_begin_on_time(samples):
    sound = phrases.play([Note(0.5, 0.5, 69.0)], samples, style=PLAIN)
    level = np.abs(sound.samples)
    assert level[:int(0.499 * RATE)].max() == 0
    assert level[int(0.5 * RATE):int(0.56 * RATE)].max() > 0.01
    assert level[int(1.15 * RATE):].max() == 0


def test_legato_leaves_no_gap_and_detached_notes_do(samples):
    score = [Note(0.0, 0.8, 69.0), Note(0.8, 0.8, 72.0)]

    def dip(legato):
        sound = phrases.play(score, samples, style=phrases.Style(legato=legato, vibrato_cents=0.0))
        power = np.convolve(np.square(sound.samples), np.ones(200) / 200, "same")
        return power[int(0.76 * RATE):int(0.9 * RATE)].min() / power[int(0.3 * RATE):int(0.6 * RATE)].mean()

    assert dip(1.0) > 0.1


def test_soft_notes_are_quieter_and_darker(samples):
    def measured(velocity):
        score = [Note(0.0, 1.5, 69.0, velocity)]
        sound = phrases.play(score, samples, style=PLAIN, seed=1)
        part = sound.samples[int(0.3 * RATE):int(1.2 * RATE)]
        power = np.square(np.abs(np.fft.rfft(part * np.hanning(len(part)))))
        frequency = np.fft.rfftfreq(len(part), 1 / RATE)
        return np.mean(np.square(part)), (power * frequency).sum() / power.sum()

    (loud, bright), (soft, dark) = measured(0.9), measured(0.2)
    assert 10 * np.log10(loud / soft) > 10
    assert dark < 0.9 * bright


def test_the_same_seed_plays_the_same(samples):
    score = phrases.score(phrases.playable(samples), duration_s=8, seed=2)
    first, again = (phrases.play(score, samples, seed=5).samples for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - phrases.play(score, samples, seed=6).samples).max() > 0.01
    assert np.isfinite(first).all() and np.abs(first).max() <= 0.951


def test_scores_are_monophonic_and_playable(samples):
    playable = phrases.playable(samples)
    score = phrases.score(playable, duration_s=60, seed=0)
    assert all(note.midi in playable and 0 < note.velocity <= 1 for note in score)
    assert all(a.end_s <= b.onset_s + 1e-6 for a, b in zip(score, score[1:]))
    assert 55 < score[-1].end_s <= 60


def test_no_recorded_note_is_on_both_sides(samples):
    heard_notes, kept_back = phrases.held_out_notes(samples, share=0.3)
    assert not {note.path for note in heard_notes} & {note.path for note in kept_back}
    assert len(heard_notes) + len(kept_back) == len(samples) and kept_back
    assert phrases.held_out_notes(samples, share=0) == (samples, [])
    with pytest.raises(ValueError, match="at least 4"):
        phrases.held_out_notes(samples[:3], share=0.2)


def test_notes_out_of_reach_are_refused(samples):
    with pytest.raises(ValueError, match="semitones from the nearest recorded note"):
        phrases.play([Note(0.0, 1.0, 50.0)], samples, style=PLAIN)
    with pytest.raises(ValueError, match="at least one"):
        phrases.play([], samples)


def test_performances_of_a_registry_instrument():
    recordings = phrases.performances("flute", minutes=1.0, each_s=10.0)
    assert len(recordings) == 6
    assert [recording.held_out for recording in recordings].count(True) == 1
    assert "CC BY 3.0" in recordings[0].licence
    assert len({recording.fingerprint for recording in recordings}) == 6
    sound = recordings[1].load()
    assert len(sound.samples) == pytest.approx(recordings[1].duration_s * sound.sample_rate, abs=2)
    note = max(recordings[1].notes, key=lambda note: note.duration_s)
    assert abs(heard(sound, note.onset_s + 0.1, note.end_s - 0.05) - note.midi) < 0.3
    assert assets.instrument_notes("flute")


def test_bad_lengths_are_refused():
    with pytest.raises(ValueError, match="minutes=0"):
        phrases.performances("flute", minutes=0)


def test_more_melodies_can_be_played(samples):
    ladder = [[Note(index * 0.25, 0.25, 60.0 + index) for index in range(12)]] * 200
    score = phrases.score(phrases.playable(samples), duration_s=30, seed=1, tunes=ladder)
    rises = [b.midi - a.midi for a, b in zip(score, score[1:])]
    assert rises.count(1.0) > 10
