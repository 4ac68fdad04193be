"""Soundfont renders: in tune with the score, for every solo program; MIDI in; bad files named."""

import numpy as np
import pytest

from ddsp_helpers import units
from ddsp_helpers.data import notes, sf2, soundfont
from ddsp_helpers.data.melodies import Note

RATE = 22050


@pytest.mark.parametrize("program", ["violin", "flute", "trumpet", "saxophone", "clarinet", "cello"])
@pytest.mark.parametrize("midi", [60, 67, 73])
def test_plays_in_tune(program, midi):
    sound = soundfont.play([Note(0.0, 1.5, float(midi), 0.8)], program=program, sample_rate=RATE)
    part = sound.samples[int(0.4 * RATE):int(1.4 * RATE)]
    found = units.hz_to_midi(notes.pitch_hz(part, sample_rate=RATE, promised_midi=midi))
    assert abs(found - midi) < 0.25
    assert 0.001 < np.abs(sound.samples).max() <= 0.951


def test_loud_is_louder_and_the_end_is_silent():
    loud, soft = (soundfont.play([Note(0.0, 1.0, 69.0, v)], sample_rate=RATE).samples for v in (1.0, 0.25))
    assert np.abs(loud).max() > 4 * np.abs(soft).max()
    assert np.abs(loud[-100:]).max() < 1e-3


def test_the_default_file_lists_its_presets():
    presets = sf2.read(soundfont.default_path()).presets()
    assert len(presets) > 100 and "Violin" in presets[0, 40]


def test_midi_files_become_recordings(tmp_path):
    import pretty_midi

    score = pretty_midi.PrettyMIDI()
    piano = pretty_midi.Instrument(0)
    for pitch, start, end in ((60, 0.0, 1.2), (64, 0.0, 0.5), (67, 1.0, 2.0)):      # a chord, then an overlap
        piano.notes.append(pretty_midi.Note(100, pitch, start, end))
    drums = pretty_midi.Instrument(0, is_drum=True)
    drums.notes.append(pretty_midi.Note(100, 38, 0.0, 0.1))
    score.instruments += [piano, drums]
    score.write(str(tmp_path / "tune.mid"))
    made = soundfont.recordings([tmp_path / "tune.mid"], program="flute", sample_rate=RATE)
    assert [(round(n.midi), round(n.onset_s, 2)) for n in made[0].notes] == [(64, 0.0), (67, 1.0)]
    sound = made[0].load()
    assert sound.sample_rate == RATE and len(sound.samples) == pytest.approx(made[0].duration_s * RATE, abs=2)


def test_bad_files_are_named(tmp_path):
    (tmp_path / "a.sf2").write_bytes(b"RIFFxxxxWAVE")
    with pytest.raises(ValueError, match="not a SoundFont 2 file"):
        soundfont.play([Note(0, 1, 60.0)], soundfont=tmp_path / "a.sf2")
    with pytest.raises(ValueError, match="does not exist"):
        soundfont.play([Note(0, 1, 60.0)], soundfont=tmp_path / "b.sf2")
    (tmp_path / "text.mid").write_text("no music")
    with pytest.raises(ValueError, match="not a MIDI file"):
        soundfont.midi_notes(tmp_path / "text.mid")
    with pytest.raises(ValueError, match="program='kazoo'"):
        soundfont.program_number("kazoo")
    with pytest.raises(ValueError, match="none came"):
        soundfont.play([])
