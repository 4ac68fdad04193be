"""Folders become recordings with groups that keep takes together; long files are cut at pauses."""

import shutil

import numpy as np
import pytest

from ddsp_helpers import audio
from ddsp_helpers.data import sources

RATE = 8000


def save(path, seconds, *, rate=RATE, level=0.3):
    path.parent.mkdir(parents=True, exist_ok=True)
    time, hz = np.arange(int(seconds * rate)) / rate, 220 + sum(path.name.encode()) % 97     # no file is another's copy
    audio.save(path, (level * np.sin(2 * np.pi * hz * time)).astype(np.float32), sample_rate=rate)


def test_reads_a_folder_and_its_folders(tmp_path):
    save(tmp_path / "one.wav", 1)
    save(tmp_path / "deeper" / "two.flac", 2, rate=16000)
    (tmp_path / "notes.txt").write_text("not sound")
    recordings = sources.folder(tmp_path, licence="CC0", credit="Me")
    assert [r.name for r in recordings] == ["deeper/two.flac", "one.wav"]
    assert [(r.sample_rate, round(r.duration_s)) for r in recordings] == [(16000, 2), (RATE, 1)]
    assert recordings[1].load().samples.shape == (RATE,)
    assert recordings[0].licence == "CC0"


def test_takes_of_a_note_stay_together(tmp_path):
    for name in ("a2_f_rr1", "a2_f_rr2", "a2_p_rr1", "a2_p_rr2", "c3_f_rr1", "c3_f_rr2", "c3_p_rr1", "c3_p_rr2"):
        save(tmp_path / f"{name}.wav", 0.2)
    assert {r.group for r in sources.folder(tmp_path)} == {"note 45", "note 48"}
    assert len({r.group for r in sources.folder(tmp_path, group="file")}) == 8
    assert {r.group for r in sources.folder(tmp_path, group=r"(.*)_rr\d")} == {"a2_f", "a2_p", "c3_f", "c3_p"}
    with pytest.raises(ValueError, match="does not match"):
        sources.folder(tmp_path, group=r"take(\d+)")


def test_a_long_file_is_cut_where_it_is_quiet(tmp_path):
    loud = 0.3 * np.sin(np.arange(RATE * 30) * 0.2)
    for middle in (9.3, 21.2):
        loud[int((middle - 0.2) * RATE):int((middle + 0.2) * RATE)] = 0
    audio.save(tmp_path / "long.wav", loud.astype(np.float32), sample_rate=RATE)
    recordings = sources.folder(tmp_path, take_s=10)
    assert len(recordings) == 3 and len({r.group for r in recordings}) == 3
    edges = np.cumsum([r.duration_s for r in recordings])
    assert edges == pytest.approx([9.3, 21.2, 30.0], abs=0.2)
    joined = np.concatenate([r.load().samples for r in recordings])
    np.testing.assert_allclose(joined, audio.load(tmp_path / "long.wav").samples, atol=1e-6)


def test_a_very_long_file_becomes_takes_of_one_group(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "_LONG_S", 5.0)
    monkeypatch.setattr(sources, "_TAKE_S", 2.0)
    save(tmp_path / "hours.wav", 8)
    recordings = sources.folder(tmp_path)
    assert len(recordings) == 4 and {r.group for r in recordings} == {"hours"}


def test_one_recording_in_two_formats_stays_together(tmp_path):
    for name in ("a.wav", "a.flac", "b.wav"):
        save(tmp_path / name, 1)
    assert [r.group for r in sources.folder(tmp_path)] == ["a", "a", "b"]


def test_a_copy_under_another_name_is_left_out(tmp_path):
    save(tmp_path / "a.wav", 1)
    save(tmp_path / "b.wav", 1)
    shutil.copy(tmp_path / "b.wav", tmp_path / "c.wav")
    with pytest.warns(UserWarning, match="c.wav is a copy of b.wav and is left out"):
        assert [r.name for r in sources.folder(tmp_path)] == ["a.wav", "b.wav"]


def test_what_cannot_be_read_is_named_with_what_to_do(tmp_path):
    for name in ("b.m4a", "a.wma", ".hidden.m4a", "readme.txt"):
        (tmp_path / name).write_bytes(b"ftypM4A")
    with pytest.raises(ValueError, match="no sound files.*a.wma, b.m4a cannot be read here.*ffmpeg -i .*a.wma.*a.wav"):
        sources.folder(tmp_path)
    save(tmp_path / "one.wav", 1)
    with pytest.warns(UserWarning, match="a.wma, b.m4a cannot be read here; convert to wav first: ffmpeg -i") as said:
        assert [recording.name for recording in sources.folder(tmp_path)] == ["one.wav"]
    assert len(said) == 1


def test_a_changed_file_has_another_fingerprint(tmp_path):
    save(tmp_path / "a.wav", 1)
    before = sources.folder(tmp_path)[0].fingerprint
    save(tmp_path / "a.wav", 1.5)
    assert sources.folder(tmp_path)[0].fingerprint != before


def test_nothing_there_is_said(tmp_path):
    with pytest.raises(ValueError, match="does not exist"):
        sources.folder(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="no sound files.*m4a"):
        sources.folder(tmp_path)
    (tmp_path / "text.wav").write_text("this is a text renamed to wav, not sound at all")
    with pytest.raises(ValueError, match="text.wav is not sound"):
        sources.folder(tmp_path)
