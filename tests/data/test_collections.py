"""NSynth and URMP folders, made small here, are read as they are laid out."""

import json

import numpy as np
import pytest

from ddsp_helpers import audio
from ddsp_helpers.data import nsynth, urmp


def save(path, seconds, rate=16000):
    path.parent.mkdir(parents=True, exist_ok=True)
    audio.save(path, (0.1 * np.sin(np.arange(int(seconds * rate)) * 0.1)).astype(np.float32), sample_rate=rate)


@pytest.fixture
def nsynth_folder(tmp_path):
    examples = {}
    for instrument, family, pitch in (("flute_acoustic_002", "flute", 60), ("flute_acoustic_002", "flute", 62),
                                      ("bass_synthetic_033", "bass", 40)):
        name = f"{instrument}-{pitch:03d}-100"
        examples[name] = {"instrument_str": instrument, "instrument_family_str": family, "pitch": pitch, "velocity": 100,
                          "instrument_source_str": instrument.split("_")[1]}
        save(tmp_path / "audio" / f"{name}.wav", 4)
    (tmp_path / "examples.json").write_text(json.dumps(examples))
    return tmp_path


def test_nsynth(nsynth_folder):
    flutes = nsynth.recordings(nsynth_folder, family="flute")
    assert [r.name for r in flutes] == ["flute_acoustic_002-060-100", "flute_acoustic_002-062-100"]
    assert len({r.group for r in flutes}) == 2 and flutes[0].notes[0].midi == 60
    assert flutes[0].load().samples.shape == (64000,)
    assert len(nsynth.recordings(nsynth_folder, limit=1)) == 1
    assert nsynth.instruments(nsynth_folder)[0] == ("flute_acoustic_002", 2)
    with pytest.raises(ValueError, match="No note matches.*flute_acoustic_002"):
        nsynth.recordings(nsynth_folder, family="organ")
    with pytest.raises(ValueError, match="JSON/WAV"):
        nsynth.recordings(nsynth_folder / "audio")
    (nsynth_folder / "audio" / "flute_acoustic_002-060-100.wav").unlink()
    with pytest.raises(ValueError, match="is missing"):
        nsynth.recordings(nsynth_folder, family="flute")


def test_urmp(tmp_path):
    save(tmp_path / "01_Jupiter_vn_vc" / "AuSep_1_vn_01_Jupiter.wav", 1, rate=48000)
    save(tmp_path / "01_Jupiter_vn_vc" / "AuSep_2_vc_01_Jupiter.wav", 1, rate=48000)
    notes = tmp_path / "01_Jupiter_vn_vc" / "Notes_1_vn_01_Jupiter.txt"
    notes.write_text("0.1\t\t440.0\t\t0.5\n0.7\t\t880.0\t\t0.2\n")
    part, = urmp.recordings(tmp_path, instrument="violin")
    assert (part.name, part.group, part.sample_rate) == ("1_vn_01_Jupiter", "01_Jupiter", 48000)
    assert [note.midi for note in part.notes] == [69, 81]
    assert urmp.recordings(tmp_path, instrument="vc")[0].notes == ()
    with pytest.raises(ValueError, match="there is vc, vn"):
        urmp.recordings(tmp_path, instrument="flute")
    with pytest.raises(ValueError, match="'kazoo'"):
        urmp.recordings(tmp_path, instrument="kazoo")
    notes.write_text("0.1 440.0\n")
    with pytest.raises(ValueError, match="line 1"):
        urmp.recordings(tmp_path, instrument="vn")
