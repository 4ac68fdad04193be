"""Recordings to dataset: split by recording, resumable, atomic, self-describing; batches fit the model."""

import concurrent.futures
import json
import warnings

import numpy as np
import pytest
import soundfile

from ddsp_helpers import audio as audio_files
from ddsp_helpers.audio import Audio
from ddsp_helpers.data import Dataset, Recording, folder, records
from ddsp_helpers.data import prepare as preparation
from ddsp_helpers.data.prepare import analyse, prepare, split
from ddsp_helpers.spec import SPEC_48K, SynthSpec

RATE = 16000
QUIET = {"progress": False, "pitch": "swiftf0"}


def tone(midi, seconds=3.0, rate=RATE):
    time = np.arange(int(seconds * rate)) / rate
    f0_hz = 440 * 2 ** ((midi - 69) / 12)
    fade = np.minimum(1, np.minimum(time, time[::-1]) / 0.1)
    return (0.2 * fade * sum(np.sin(2 * np.pi * k * f0_hz * time) / k for k in range(1, 6))).astype(np.float32)


def recording(name, samples, *, rate=RATE, group=None, held_out=None):
    return Recording(name, group or name, rate, len(samples) / rate, lambda: Audio(samples, rate),
                     fingerprint=f"{name} {len(samples)}", held_out=held_out)


@pytest.fixture(scope="module")
def takes():
    return [recording(f"take {index}", tone(60 + index)) for index in range(6)]


@pytest.fixture(scope="module")
def dataset(takes, tmp_path_factory):
    return prepare(takes, tmp_path_factory.mktemp("sets") / "mine", window_s=2.0, stride_s=0.5, held_out=0.2, **QUIET)


def test_the_folder_describes_itself(dataset):
    again = Dataset.open(dataset.path)
    assert again.spec == SynthSpec() and again.statistics == dataset.statistics
    assert len(again.train_recordings) == 5 and len(again.held_out_recordings) == 1
    assert 59 < again.statistics.pitch_midi_notes.mean < 67
    assert "5 recordings to train on" in again.summary()
    assert not dataset.path.with_name("mine.partial").exists()


def test_held_out_recordings_are_in_no_training_file(dataset):
    held = {entry.name for entry in dataset.held_out_recordings}
    assert {name for name, _, _ in dataset.read("train")}.isdisjoint(held)
    assert {name for name, _, _ in dataset.read("held_out")} == held


def test_audio_and_features_come_back_whole(dataset, takes):
    audio, features = dataset.recording("take 0")
    np.testing.assert_allclose(audio, takes[0].load().samples, atol=1e-7)
    assert len(features) * dataset.spec.hop == len(audio)
    assert np.median(features.f0_hz) == pytest.approx(261.6, rel=0.01)
    with pytest.raises(ValueError, match="no recording 'x'"):
        dataset.recording("x")


@pytest.mark.parametrize("in_memory", [True, False])
def test_training_batches(dataset, in_memory):
    import tensorflow as tf

    batches = dataset.train(4, in_memory=in_memory)
    assert batches.element_spec["audio"].shape == (4, 32000)
    for batch in batches.take(12):      # more than an epoch: it does not end
        assert {name: tuple(value.shape) for name, value in batch.items()} == {
            "audio": (4, 32000), "f0_hz": (4, 100, 1), "f0_confidence": (4, 100, 1), "loudness_db": (4, 100, 1),
            "power_db": (4, 100, 1)}
        assert all(bool(tf.reduce_all(tf.math.is_finite(value))) for value in batch.values())


def test_windows_keep_audio_and_features_together(dataset):
    batch = next(iter(dataset.train(8, seed=3)))
    for sound, f0_hz in zip(batch["audio"].numpy(), batch["f0_hz"].numpy()[:, :, 0]):
        middle = sound[8000:24000]
        spectrum = np.abs(np.fft.rfft(middle * np.hanning(16000)))
        assert np.argmax(spectrum) == pytest.approx(np.median(f0_hz[25:75]), rel=0.02)     # bins of 1 Hz


def test_seeds_repeat_the_order(dataset):
    first, again, other = (next(iter(dataset.train(4, seed=seed)))["f0_hz"].numpy() for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_held_out_windows_come_once_in_order(dataset):
    first, again = ([batch["audio"].numpy() for batch in dataset.held_out(1)] for _ in range(2))
    assert len(first) == 2      # 3 s: a window at 0 s and one that ends with the recording
    for a, b in zip(first, again):
        np.testing.assert_array_equal(a, b)
    assert next(iter(dataset.held_out(2, seconds=1.0)))["audio"].shape == (2, 16000)


def test_short_recordings_are_joined(tmp_path):
    notes = [recording(f"note {index}", tone(60 + index, 0.6)) for index in range(10)]
    made = prepare(notes, tmp_path / "set", window_s=1.5, held_out=0.2, **QUIET)
    batch = next(iter(made.train(2)))
    assert batch["audio"].shape == (2, 24000)
    assert len(np.unique(np.round(12 * np.log2(batch["f0_hz"].numpy()[0] / 440)))) > 1


def test_48k(tmp_path, takes):
    made = prepare(takes[:3], tmp_path / "set", spec=SPEC_48K, window_s=1.0, held_out=0.4, **QUIET)
    batch = next(iter(made.train(2)))
    assert batch["audio"].shape == (2, 48000) and batch["f0_hz"].shape == (2, 50, 1)
    audio, features = made.recording("take 0")
    assert np.median(features.f0_hz[10:-10]) == pytest.approx(261.6, rel=0.01)


def test_the_same_again_is_instant_and_something_else_is_refused(dataset, takes, monkeypatch):
    monkeypatch.setattr(preparation, "analyse", lambda *a, **k: pytest.fail("analysed again"))
    settings = {"window_s": 2.0, "stride_s": 0.5, "held_out": 0.2}
    assert prepare(takes, dataset.path, **settings, **QUIET).request == dataset.request
    with pytest.raises(ValueError, match="holds something else"):
        prepare(takes[:4], dataset.path, **settings, **QUIET)


def test_interrupted_preparation_goes_on(tmp_path, takes, monkeypatch):
    done = []
    real = preparation.analyse

    def interrupted(recording, **settings):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(recording.name)
        return real(recording, **settings)

    monkeypatch.setattr(preparation, "analyse", interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepare(takes, tmp_path / "set", workers=1, **QUIET)
    assert not (tmp_path / "set").exists()
    with pytest.raises(ValueError, match="interrupted: run the same prepare again"):
        Dataset.open(tmp_path / "set")

    def count(recording, **settings):
        done.append(recording.name)
        return real(recording, **settings)

    monkeypatch.setattr(preparation, "analyse", count)
    made = prepare(takes, tmp_path / "set", workers=1, **QUIET)
    assert sorted(done) == sorted(recording.name for recording in takes)     # nothing twice
    assert len(made.recordings) == 6
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".lock") == ["set"]


def test_killed_while_writing_leaves_no_dataset(tmp_path, takes, monkeypatch):
    monkeypatch.setattr(records, "write", lambda *a, **k: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        prepare(takes[:3], tmp_path / "set", **QUIET)
    assert not (tmp_path / "set").exists()
    monkeypatch.undo()
    assert len(prepare(takes[:3], tmp_path / "set", **QUIET).recordings) == 3


def test_bad_recordings_are_left_out_with_a_warning(tmp_path, takes):
    broken = tone(69)
    broken[100] = np.nan
    bad = [recording("silent", np.zeros(RATE, np.float32), held_out=False),
           recording("blip", tone(69, 0.01), held_out=False), recording("broken", broken, held_out=False)]
    with pytest.warns(UserWarning, match="Left out: silent"):
        made = prepare([*takes[:3], *bad], tmp_path / "set", held_out=0.3, **QUIET)
    assert {entry.name for entry in made.recordings} == {"take 0", "take 1", "take 2"}
    assert {finding.kind for finding in made.findings if finding.severity == "error"} == {"silence", "too short", "nan"}
    with warnings.catch_warnings(), pytest.raises(ValueError, match="No usable recording.*\n- silent: It is silent"):
        warnings.simplefilter("error")                  # each finding is said once
        prepare(bad, tmp_path / "nothing", held_out=0, **QUIET)
    assert not (tmp_path / "nothing").exists()


def test_a_finding_is_two_sentences(tmp_path):
    sound = np.stack([tone(69), -tone(69)], axis=1)
    soundfile.write(tmp_path / "anti.wav", sound, RATE)
    [finding] = analyse(folder(tmp_path)[0], pitch="swiftf0").findings
    assert "channels that cancel" in finding.message
    assert str(finding).endswith("Lesson 01. Leave it out or export it again.")


@pytest.mark.parametrize("workers", [0, -3])
def test_fewer_than_one_at_once_is_refused_before_anything(tmp_path, takes, workers):
    with pytest.raises(ValueError, match=f"workers came as {workers}; at least 1"):
        prepare(takes, tmp_path / "set", **{**QUIET, "workers": workers})
    assert not list(tmp_path.iterdir())


def test_a_folder_of_files_at_other_rates(tmp_path):
    (tmp_path / "in").mkdir()
    for index, rate in enumerate((8000, 44100, 22050)):
        audio_files.save(tmp_path / "in" / f"{index}.wav", tone(60 + index, rate=rate), sample_rate=rate)
    made = prepare(folder(tmp_path / "in"), tmp_path / "set", held_out=0.34, **QUIET)
    for entry in made.recordings:
        _, features = made.recording(entry.name)
        midi = 69 + 12 * np.log2(np.median(features.f0_hz[20:-20]) / 440)
        assert midi == pytest.approx(60 + int(entry.name[0]), abs=0.3)


def test_a_split_is_by_group_and_repeats():
    many = [recording(f"{group}{take}", tone(60, 0.5), group=group) for group in "abcdefgh" for take in (1, 2)]
    held = split(many, held_out=0.25, seed=1)
    assert held == split(many, held_out=0.25, seed=1)
    assert len(held) == 4 and all({f"{name[0]}1", f"{name[0]}2"} <= held for name in held)
    assert split(many, held_out=0) == set()


def test_a_source_that_decided_is_obeyed():
    marked = [recording("a", tone(60, 0.5), held_out=True), recording("b", tone(60, 0.5), held_out=False)]
    assert split(marked) == {"a"}


def test_a_single_recording_cannot_be_held_out():
    with pytest.raises(ValueError, match="take_s=30"):
        split([recording("only", tone(60, 0.5))])
    with pytest.raises(ValueError, match="different names"):
        split([recording("a", tone(60, 0.5))] * 2)
    with pytest.raises(ValueError, match="held_out=0.9"):
        split([recording("a", tone(60, 0.5))], held_out=0.9)


def test_nothing_held_out_is_said(tmp_path, takes):
    made = prepare(takes[:2], tmp_path / "set", held_out=0, **QUIET)
    with pytest.raises(ValueError, match="holds nothing out"):
        made.held_out(4)


def test_other_versions_and_damage_are_refused_in_words(dataset, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(dataset.path, copy)
    content = json.loads((copy / "dataset.json").read_text())
    (copy / "dataset.json").write_text(json.dumps({**content, "feature_version": "0"}))
    with pytest.raises(ValueError, match="another version"):
        Dataset.open(copy)
    (copy / "dataset.json").write_text(json.dumps({**content, "spec": {**content["spec"], "sample_rate": 48000}}))
    with pytest.raises(ValueError, match="sample rate .* is 16000 in the record but 48000"):
        Dataset.open(copy).train(2)
    (copy / "dataset.json").write_text(json.dumps(content))
    file = copy / content["files"]["train"][0]
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(ValueError, match="damaged"):
        Dataset.open(copy).train(2)
    file.unlink()
    with pytest.raises(ValueError, match="missing"):
        Dataset.open(copy).train(2)
    for damage in ("", "[]", "{}", json.dumps(content)[:200], json.dumps({**content, "files": {}, "notes": 1})):
        (copy / "dataset.json").write_text(damage)
        with pytest.raises(ValueError, match="dataset.json is damaged .* prepare the recordings again"):
            Dataset.open(copy)


def test_progress_is_told(tmp_path, takes, capsys):
    told = []
    prepare(takes[:2], tmp_path / "a", held_out=0, progress=lambda *news: told.append(news), pitch="swiftf0")
    assert [news[:2] for news in told] == [(1, 2), (2, 2)]
    prepare(takes[:2], tmp_path / "b", held_out=0, pitch="swiftf0")
    told = capsys.readouterr()
    assert "prepared 2/2" in told.out and not told.err


def test_two_programs_that_prepare_the_same_folder_do_the_work_once(tmp_path, takes, monkeypatch):
    done, real = [], preparation.analyse

    def counted(recording, **settings):
        done.append(recording.name)
        return real(recording, **settings)

    monkeypatch.setattr(preparation, "analyse", counted)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: prepare(takes[:3], tmp_path / "set", held_out=0.4, **QUIET), range(2)))
    assert sorted(done) == ["take 0", "take 1", "take 2"] and both[0].request == both[1].request


def test_overwrite_replaces_something_else_and_keeps_the_same(tmp_path, takes, monkeypatch):
    first = prepare(takes[:3], tmp_path / "set", held_out=0.4, **QUIET)
    other = prepare(takes[:4], tmp_path / "set", held_out=0.4, overwrite=True, **QUIET)
    assert other.request != first.request and len(other.recordings) == 4
    monkeypatch.setattr(preparation, "analyse", lambda *a, **k: pytest.fail("analysed again"))
    assert prepare(takes[:4], tmp_path / "set", held_out=0.4, overwrite=True, **QUIET).request == other.request
