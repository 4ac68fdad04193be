"""Bad input: a clear error or a correct result, and nothing lost.  One test a case, through the public calls."""
import errno
import os
import pathlib
import resource
import signal
import subprocess
import sys
import time
import types

import numpy as np
import pytest
import soundfile

from ddsp_helpers import __main__ as cli
from ddsp_helpers import audio, features, models, streaming, training, transfer
from ddsp_helpers.data import sources
from ddsp_helpers.data.dataset import Dataset
from ddsp_helpers.data.diagnose import diagnose
from ddsp_helpers.data.prepare import prepare
from ddsp_helpers.spec import SPEC_16K, SynthSpec

RATE = 16000


def tone(hz=220.0, *, seconds=3.0, level=0.2):
    """A note with eight harmonics that swells, [samples]."""
    t = np.arange(round(seconds * RATE)) / RATE
    sound = sum(np.sin(2 * np.pi * hz * k * t) / k**1.5 for k in range(1, 9))
    return (level * sound * (0.6 + 0.4 * np.sin(2 * np.pi * 0.7 * t))).astype(np.float32)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Recordings, a dataset of them and an untrained instrument."""
    home = tmp_path_factory.mktemp("home")
    (home / "recordings").mkdir()
    for hz in (196.0, 262.0, 330.0):
        audio.save(home / "recordings" / f"take {hz:.0f}.wav", tone(hz), sample_rate=RATE)
    dataset = prepare(sources.folder(home / "recordings"), home / "dataset", window_s=1.0, held_out=0.3, pitch="swiftf0",
                      workers=1, progress=False)
    model = models.Autoencoder(models.ModelSpec(SPEC_16K, decoder="cnn", width=8, name="toy"))
    models.save(model, home / "toy.npz", statistics=dataset.statistics)
    return home


def refused(home, voice, capsys, *, word="transfer"):
    """The one line that a command says about a voice, after checking that nothing was left behind."""
    out = voice.with_name("out.wav")
    code = cli.main([word, str(voice), "--model", str(home / "toy.npz"), "-o", str(out), "--pitch", "swiftf0"])
    error = capsys.readouterr().err
    assert code == 2 and error.startswith("error: ") and error.count("\n") == 1, error
    assert [path.name for path in voice.parent.iterdir()] == [voice.name] or not out.exists()
    return error


# ------------------------------------------------------------------ sounds that are none

@pytest.mark.parametrize("word", ["transfer", "resynthesize"])
def test_an_empty_file(home, tmp_path, capsys, word):
    voice = tmp_path / "empty.wav"
    voice.touch()
    assert "empty (0 bytes)" in refused(home, voice, capsys, word=word)


def test_a_sound_file_without_samples(home, tmp_path, capsys):
    soundfile.write(tmp_path / "none.wav", np.zeros(0), RATE)
    assert "no samples" in refused(home, tmp_path / "none.wav", capsys)


@pytest.mark.parametrize("word", ["transfer", "resynthesize"])
def test_text_renamed_to_wav(home, tmp_path, capsys, word):
    (tmp_path / "song.wav").write_text("do re mi fa sol")
    error = refused(home, tmp_path / "song.wav", capsys, word=word)
    assert "begins with b'do re mi" in error and "is not sound" in error


def test_text_renamed_to_wav_among_recordings(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "song.wav").write_text("do re mi fa sol")
    assert cli.main(["prepare", str(tmp_path / "in"), "-o", str(tmp_path / "data")]) == 2
    assert "song.wav is not sound" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_a_folder_that_is_called_like_a_sound_among_recordings(home, tmp_path):
    (tmp_path / "session.wav").mkdir()
    audio.save(tmp_path / "session.wav" / "take.wav", tone(), sample_rate=RATE)
    assert [recording.name for recording in sources.folder(tmp_path)] == ["session.wav/take.wav"]


def test_nan_in_a_file(home, tmp_path, capsys):
    sound = tone()
    sound[16000] = np.nan
    soundfile.write(tmp_path / "nan.wav", sound, RATE, subtype="FLOAT")
    assert "NaN or infinity (first at sample 16000)" in refused(home, tmp_path / "nan.wav", capsys)


def test_nan_in_an_array(home):
    sound = tone()
    sound[5] = np.inf
    with pytest.raises(ValueError, match="(?i)nan"):
        transfer.transfer(sound, sample_rate=RATE, model=models.load(home / "toy.npz"), pitch="swiftf0")


# ------------------------------------------------------------------ sounds that cannot be played

def test_silence(home, tmp_path, capsys):
    audio.save(tmp_path / "silence.wav", np.zeros(2 * RATE), sample_rate=RATE)
    assert "it is silent" in refused(home, tmp_path / "silence.wav", capsys)


def test_silence_among_recordings_is_left_out_and_said(home, tmp_path, capsys):
    for file in (home / "recordings").iterdir():
        audio.save(tmp_path / file.name, audio.load(file).samples, sample_rate=RATE)
    audio.save(tmp_path / "pause.wav", np.zeros(3 * RATE), sample_rate=RATE)
    code = cli.main(["prepare", str(tmp_path), "-o", str(tmp_path / "data"), "--pitch", "swiftf0", "--held-out", "0.3"])
    said = capsys.readouterr()
    assert code == 0 and "pause.wav" in said.err
    assert "pause.wav" not in {entry.name for entry in Dataset.open(tmp_path / "data").recordings}


def test_noise_has_no_melody(home, tmp_path, capsys):
    noise = 0.1 * np.random.default_rng(0).standard_normal(2 * RATE)
    audio.save(tmp_path / "noise.wav", noise, sample_rate=RATE)
    assert "No note was found" in refused(home, tmp_path / "noise.wav", capsys)


@pytest.mark.parametrize("word, extra", [("transfer", ()), ("resynthesize", ()), ("live", ("--voice",))])
def test_ten_milliseconds_and_a_single_sample(home, tmp_path, capsys, word, extra):
    out = tmp_path / "out.wav"
    for samples, rate, told in ((160, RATE, "lasts 10 ms"), (1, 44100, "lasts 0.0227 ms")):
        audio.save(tmp_path / "short.wav", tone()[100:100 + samples], sample_rate=rate)
        voice = [*extra, str(tmp_path / "short.wav")]
        assert cli.main([word, *voice, "--model", str(home / "toy.npz"), "-o", str(out)]) == 2
        error = capsys.readouterr().err
        assert told in error and "at least 100 ms" in error and "lesson 06" in error and error.count("\n") == 1
        assert not out.exists()


def test_a_single_sample_is_played_as_one(home, tmp_path):
    audio.save(tmp_path / "one.wav", [0.1], sample_rate=44100)
    out = tmp_path / "out.wav"
    transfer.resynthesize_file(tmp_path / "one.wav", out, model=models.load(home / "toy.npz"), pitch="swiftf0",
                               progress=lambda share: None)
    assert len(audio.load(out).samples) == 1


def test_ten_milliseconds_teach_nothing():
    found = diagnose(tone(seconds=0.01), sample_rate=RATE)
    assert [finding.kind for finding in found] == ["too short"] and found[0].severity == "error"


# ------------------------------------------------------------------ sounds that are played, and remarked

def test_clipping_is_found_and_still_plays(home, tmp_path):
    clipped = np.clip(tone(level=2.0), -1, 1)
    heard = features.extract(clipped, sample_rate=RATE, pitch="swiftf0")
    assert "clipping" in {finding.kind for finding in diagnose(clipped, heard, sample_rate=RATE)}
    audio.save(tmp_path / "clipped.wav", clipped, sample_rate=RATE)
    out = tmp_path / "out.wav"
    assert cli.main(["transfer", str(tmp_path / "clipped.wav"), "--model", str(home / "toy.npz"), "-o", str(out), "--pitch",
                     "swiftf0"]) == 0
    assert np.abs(audio.load(out).samples).max() <= 1.0


def test_two_notes_at_once_are_found():
    both = (tone(220.0, seconds=6.0) + tone(277.2, seconds=6.0)).astype(np.float32)
    heard = features.extract(both, sample_rate=RATE, pitch="swiftf0")
    assert "several voices" in {finding.kind for finding in diagnose(both, heard, sample_rate=RATE)}
    one = tone(220.0, seconds=6.0)
    heard = features.extract(one, sample_rate=RATE, pitch="swiftf0")
    assert "several voices" not in {finding.kind for finding in diagnose(one, heard, sample_rate=RATE)}


# ------------------------------------------------------------------ three hours

def test_three_hours_are_streamed(home, tmp_path, monkeypatch):
    """The whole way of a three-hour file, with a quick player: memory must not grow with its length."""
    voice, hours_s = tmp_path / "opera.flac", 3 * 3600
    minute = np.tile(tone(seconds=3.0), 20)
    with audio.Writer(voice, sample_rate=RATE) as writer:
        for _ in range(hours_s // 60):
            writer.write(minute)

    class Quick:
        """Hears a steady note: the pitch network itself is timed elsewhere."""

        def __init__(self, *, frame_rate, **_):
            self.hop, self.seen, self.told = RATE // frame_rate, 0, 0

        def push(self, samples):
            self.seen += len(samples)
            return self._until(self.seen // self.hop)

        def flush(self):
            return self._until(-(-self.seen // self.hop))

        def _until(self, frames):
            count, self.told = frames - self.told, frames
            return features.Track(np.full(count, 220.0, np.float32), np.full(count, 0.95, np.float32))

    def steady(model, f0_hz, loudness_db, **_):
        for start in range(0, len(f0_hz), 200):
            yield np.full(len(f0_hz[start:start + 200]) * SPEC_16K.hop, 0.1, np.float32)

    monkeypatch.setattr(features.extraction, "Tracker", Quick)
    monkeypatch.setattr(streaming, "render", steady)
    model = types.SimpleNamespace(model_spec=models.ModelSpec(), statistics=Dataset.open(home / "dataset").statistics)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    heard, adjusted = transfer.transfer_file(voice, tmp_path / "out.flac", model=model)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert len(heard) == hours_s * 50 == len(adjusted.note_mask)
    assert audio.info(tmp_path / "out.flac").duration_s == pytest.approx(hours_s)
    assert grown_mb < 400, f"memory grew by {grown_mb:.0f} MB; the sound alone has {hours_s * RATE * 4 / 1e6:.0f} MB"


def test_pieces_of_a_long_sound_join_without_a_seam(home):
    """The same controls rendered in pieces and at once: the samples are the same."""
    model = models.load(home / "toy.npz")
    f0_hz, loudness_db = np.linspace(200, 400, 300, dtype=np.float32), np.full(300, -25.0, np.float32)
    pieces = np.concatenate(list(streaming.render(model, f0_hz, loudness_db, block_s=0.5)))
    whole = np.concatenate(list(streaming.render(model, f0_hz, loudness_db, block_s=60)))
    assert np.abs(pieces - whole).max() < 1e-5


# ------------------------------------------------------------------ things that do not fit together

def test_the_wrong_dataset_for_a_model(home, tmp_path):
    other = models.ModelSpec(SynthSpec(sample_rate=48000, n_harmonics=20, n_noise_bands=17), decoder="cnn", width=8)
    with pytest.raises(ValueError, match="sample rate .* 16000 in the dataset but 48000 in the model"):
        training.fit(other, Dataset.open(home / "dataset"), out=tmp_path / "run", steps=1, progress=False)
    assert not (tmp_path / "run" / "best.npz").exists()


def test_a_model_file_that_was_cut_short(home, tmp_path, capsys):
    whole = (home / "toy.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[:len(whole) // 2])
    assert cli.main(["transfer", str(home / "recordings" / "take 262.wav"), "--model", str(tmp_path / "cut.npz"), "-o",
                     str(tmp_path / "out.wav")]) == 2
    assert "damaged" in capsys.readouterr().err


# ------------------------------------------------------------------ the disk is full

def _full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_while_a_sound_is_written(home, tmp_path, capsys, monkeypatch):
    voice, out = home / "recordings" / "take 262.wav", tmp_path / "out.wav"
    audio.save(out, tone(), sample_rate=RATE)
    older = out.read_bytes()
    monkeypatch.setattr(soundfile.SoundFile, "write", _full)
    assert cli.main(["resynthesize", str(voice), "--model", str(home / "toy.npz"), "-o", str(out), "--pitch",
                     "swiftf0"]) == 2
    error = capsys.readouterr().err
    assert "disk full" in error and error.count("\n") == 1
    assert out.read_bytes() == older and [path.name for path in tmp_path.iterdir()] == ["out.wav"]


def test_a_full_disk_while_a_model_is_written(home, tmp_path, monkeypatch):
    model = models.load(home / "toy.npz")
    models.save(model, tmp_path / "model.npz")
    older = (tmp_path / "model.npz").read_bytes()
    monkeypatch.setattr(np, "savez_compressed", _full)
    with pytest.raises(OSError, match="No space left"):
        models.save(model, tmp_path / "model.npz")
    assert (tmp_path / "model.npz").read_bytes() == older and len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_while_a_dataset_is_written(home, tmp_path, monkeypatch):
    from ddsp_helpers.data import records

    recordings = sources.folder(home / "recordings")
    options = {"window_s": 1.0, "held_out": 0.3, "pitch": "swiftf0", "workers": 1, "progress": False}
    with monkeypatch.context() as patch:
        patch.setattr(records, "write", _full)
        with pytest.raises(OSError, match="No space left"):
            prepare(recordings, tmp_path / "data", **options)
    assert not (tmp_path / "data").exists()
    with pytest.raises(ValueError, match="interrupted: run the same prepare again"):
        Dataset.open(tmp_path / "data")
    assert len(prepare(recordings, tmp_path / "data", **options).recordings) == 3      # nothing was lost
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == ["data"]


# ------------------------------------------------------------------ killed

TRAINING = """
import sys
from ddsp_helpers import models, training
from ddsp_helpers.data.dataset import Dataset
spec = models.ModelSpec(decoder="cnn", width=8)
training.fit(spec, Dataset.open(sys.argv[1]), out=sys.argv[2], steps=100000, batch_size=1, seconds=0.5,
             evaluate_every_s=2, save_every_s=0.5)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL does not exist on Windows")
def test_killed_while_training(home, tmp_path):
    """Killed without warning, the training goes on from its last save."""
    run = tmp_path / "run"
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3",
                   "PYTHONPATH": str(pathlib.Path(models.__file__).parents[2])}
    worker = subprocess.Popen([sys.executable, "-c", TRAINING, str(home / "dataset"), str(run)], env=environment,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        patience = time.monotonic() + 180
        while not (run / "best.npz").exists() and time.monotonic() < patience and worker.poll() is None:
            time.sleep(0.2)
        time.sleep(0.6)
        worker.send_signal(signal.SIGKILL)
        errors = worker.communicate()[1]
    finally:
        worker.kill()
    assert (run / "best.npz").is_file(), errors.decode()[-2000:]
    models.load(run / "best.npz")
    _, header = models.store.read_npz(run / "last" / "state.npz", kind=training.STATE_KIND)
    assert header["step"] > 0
    spec = models.ModelSpec(decoder="cnn", width=8)
    done = training.fit(spec, Dataset.open(home / "dataset"), out=run, steps=header["step"] + 2, batch_size=1, seconds=0.5,
                        progress=False)
    assert done.step == header["step"] + 2 and done.elapsed_s > header["elapsed_s"]
