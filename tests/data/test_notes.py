"""Measured notes: the octave is right where names lie; bad files are named."""

import numpy as np
import pytest

from ddsp_helpers import assets, audio, units
from ddsp_helpers.data import notes

RATE = 44100


def tone(midi, *, seconds=1.0, partials=8, slope=1.0, missing=()):
    time = np.arange(int(seconds * RATE)) / RATE
    f0_hz = units.midi_to_hz(float(midi))
    parts = [np.sin(2 * np.pi * k * f0_hz * time) / k**slope for k in range(1, partials + 1)
             if k not in missing and k * f0_hz < RATE / 2]
    return (0.2 * sum(parts)).astype(np.float32)


@pytest.mark.parametrize("midi", [36.0, 48.3, 60.0, 69.2, 81.0, 93.0, 96.0])
@pytest.mark.parametrize("kind", [{}, {"partials": 2}, {"slope": 0.2}, {"missing": (2, 4, 6, 8)}])
def test_pitch_of_a_note_within_five_cents(midi, kind):
    found = units.hz_to_midi(notes.pitch_hz(tone(midi, **kind), sample_rate=RATE))
    assert abs(found - midi) < 0.05


def test_silence_has_no_pitch():
    with pytest.raises(ValueError, match="silent"):
        notes.pitch_hz(np.zeros(RATE), sample_rate=RATE)


def test_labels():
    assert [notes.label(name) for name in ("A4.wav", "Cs3.wav", "bb2_f_rr2.flac", "flute_C7_1_forte.mp3")] == [69, 49, 46, 96]
    with pytest.raises(ValueError, match="no note"):
        notes.label("kick.wav")


def test_a_wrong_octave_is_corrected_and_a_wrong_note_refused(tmp_path):
    audio.save(tmp_path / "C3.wav", tone(60), sample_rate=RATE)
    found = notes.measure(tmp_path / "C3.wav")
    assert (found.midi, found.label_midi, found.label_is_right) == (60, 48, False)
    audio.save(tmp_path / "E4.wav", tone(70), sample_rate=RATE)
    with pytest.raises(ValueError, match="E4.wav promises E4 but sounds A#4"):
        notes.load_folder(tmp_path)
    with pytest.warns(UserWarning, match="Left out: E4.wav"):
        assert [note.midi for note in notes.load_folder(tmp_path, skip_bad=True)] == [60]


def test_the_sounding_part(tmp_path):
    quiet = np.zeros(RATE // 2, np.float32)
    audio.save(tmp_path / "A4.wav", np.concatenate([quiet, tone(69), quiet]), sample_rate=RATE)
    found = notes.measure(tmp_path / "A4.wav")
    assert found.start_s == pytest.approx(0.5, abs=0.02)
    assert found.end_s == pytest.approx(1.5, abs=0.02)


def test_measurements_are_kept_and_renewed(tmp_path, monkeypatch):
    audio.save(tmp_path / "A4.wav", tone(69), sample_rate=RATE)
    first = notes.load_folder(tmp_path)
    monkeypatch.setattr(notes, "measure", lambda path: pytest.fail("measured again"))
    assert notes.load_folder(tmp_path) == first
    monkeypatch.undo()
    audio.save(tmp_path / "A4.wav", tone(57, seconds=2), sample_rate=RATE)
    assert notes.load_folder(tmp_path)[0].midi == 57


def test_the_trumpet_pack_names_two_notes_an_octave_too_low():
    wrong = {note.path.name: (note.label_midi, note.midi) for note in assets.instrument_notes("trumpet")
             if not note.label_is_right}
    assert wrong == {"C3.wav": (48, 60), "As3.wav": (58, 70)}


def test_every_violin_label_is_right():
    found = assets.instrument_notes("violin")
    assert len(found) == 15
    assert all(note.label_is_right and note.duration_s > 8 for note in found)
