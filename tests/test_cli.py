"""The command line: what a musician reads, what a script relies on."""
import json
import subprocess
import sys

import numpy as np
import pytest

from ddsp_helpers import __main__ as cli
from ddsp_helpers import audio, commands, models
from ddsp_helpers.commands import options
from ddsp_helpers.data import sources
from ddsp_helpers.data.dataset import Dataset
from ddsp_helpers.data.prepare import prepare
from ddsp_helpers.spec import SPEC_16K, SynthSpec

RATE = 16000


def melody(*, seconds=3.0, hz=220.0, seed=0):
    """A swelling tone with harmonics and a little noise."""
    t = np.arange(int(seconds * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * hz * k * t) / k**1.5 for k in range(1, 9))
    tone = tone * (0.12 + 0.08 * np.sin(2 * np.pi * 0.7 * t)) * np.minimum(1, 10 * np.minimum(t, t[-1] - t))
    return (tone + 1e-3 * np.random.default_rng(seed).standard_normal(len(t))).astype(np.float32)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A folder with recordings, a dataset of them, and an untrained instrument with their statistics."""
    home = tmp_path_factory.mktemp("workshop")
    (home / "recordings").mkdir()
    for number, hz in enumerate((196.0, 220.0, 262.0, 330.0)):
        audio.save(home / "recordings" / f"take {number}.wav", melody(hz=hz, seed=number), sample_rate=RATE)
    audio.save(home / "voice.wav", melody(hz=147.0), sample_rate=RATE)
    dataset = prepare(sources.folder(home / "recordings"), home / "dataset", window_s=1.0, held_out=0.25, pitch="swiftf0",
                      workers=1, progress=False)
    model = models.Autoencoder(models.ModelSpec(SPEC_16K, decoder="cnn", width=8, name="toy"))
    models.save(model, home / "toy.npz", statistics=dataset.statistics)
    return home


def run(*arguments):
    return cli.main([str(argument) for argument in arguments])


# ------------------------------------------------------------------ help

def test_help_is_quick_and_names_every_word():
    program = [sys.executable, "-c", "import sys; sys.argv = ['ddsp_helpers', '--help']\n"
               "import ddsp_helpers.__main__ as cli\ntry: cli.main()\nexcept SystemExit: pass\n"
               "sys.exit('tensorflow' in sys.modules)"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for word in ("prepare", "train", "transfer", "resynthesize", "evaluate", "assets", "tour"):
        assert f"    {word}" in done.stdout


@pytest.mark.parametrize("word", commands.COMMANDS)
def test_each_word_explains_itself_without_jargon(word, capsys):
    with pytest.raises(SystemExit) as stop:
        run(word, "--help")
    text = capsys.readouterr().out
    assert stop.value.code == 0 and len(text) > 300
    for jargon in ("tensor", "checkpoint", "kwargs", "TFRecord", "dict", "None"):
        assert jargon not in text.replace("TensorBoard", "").replace("tensorboard", ""), jargon


def test_ranges_in_the_help_are_the_declared_ones(capsys):
    from ddsp_helpers import transfer

    with pytest.raises(SystemExit):
        run("transfer", "--help")
    text = " ".join(capsys.readouterr().out.split())
    for control in transfer.SETTINGS.values():
        assert f"({control.minimum:g} to {control.maximum:g}, default {control.default:g})" in text


def test_a_wrong_word_ends_with_code_2(capsys):
    with pytest.raises(SystemExit) as stop:
        run("sing")
    assert stop.value.code == 2 and "sing" in capsys.readouterr().err


# ------------------------------------------------------------------ the work

def test_transfer_writes_a_sound_as_long_as_the_voice(workshop, tmp_path, capsys):
    out = tmp_path / "new folder" / "out.wav"
    code = run("transfer", workshop / "voice.wav", "--model", workshop / "toy.npz", "-o", out, "--pitch", "swiftf0",
               "--check", "--octave", "1", "--pitch-shift", "-2")
    said = capsys.readouterr()
    assert code == 0, said.err
    assert audio.info(out).duration_s == pytest.approx(3.0)
    assert "+1 octave," in said.out and "cents off in the median" in said.out


def test_resynthesize_and_evaluate(workshop, tmp_path, capsys):
    phrase, out, table = workshop / "recordings" / "take 1.wav", tmp_path / "out.flac", tmp_path / "table.json"
    assert run("resynthesize", phrase, "--model", workshop / "toy.npz", "-o", out, "--pitch", "swiftf0") == 0
    assert audio.info(out).duration_s == pytest.approx(3.0)
    assert run("evaluate", workshop / "toy.npz", workshop / "recordings", "--json", table, "--no-frechet", "--pitch",
               "swiftf0") == 0
    assert "spectral_distance" in capsys.readouterr().out
    assert json.loads(table.read_text())["summary"]["seconds"] == pytest.approx(12.0, abs=0.5)


def test_evaluate_takes_a_dataset(workshop, tmp_path, capsys):
    assert run("evaluate", workshop / "toy.npz", workshop / "dataset", "--no-frechet", "--pitch", "swiftf0") == 0
    said = capsys.readouterr().out
    held_out = Dataset.open(workshop / "dataset").held_out_recordings
    assert "spectral_distance" in said and all(entry.name in said for entry in held_out)


def test_prepare_then_train_makes_an_instrument(workshop, tmp_path, capsys):
    data, model = tmp_path / "data", tmp_path / "mine.npz"
    assert run("prepare", workshop / "recordings", "-o", data, "--pitch", "swiftf0", "--held-out", "0.25") == 0
    assert "1 held out" in capsys.readouterr().out
    code = run("train", data, "-o", model, "--steps", "2", "--batch-size", "2", "--decoder", "cnn")
    assert code == 0, capsys.readouterr().err
    assert models.load(model).model_spec.name == "mine"
    assert (tmp_path / "mine.training" / "history.json").is_file()


def test_one_recording_is_cut_into_takes(workshop, tmp_path, capsys):
    audio.save(tmp_path / "one.wav", melody(seconds=9.0), sample_rate=RATE)
    assert run("prepare", tmp_path / "one.wav", "-o", tmp_path / "data", "--take", "3", "--pitch", "swiftf0") == 0
    assert "2 recordings to learn from, 1 held out" in capsys.readouterr().out


def test_a_worker_of_several_trains_through_the_same_command(workshop, tmp_path):
    """MultiWorkerMirroredStrategy must stand before TensorFlow computes anything, so in a process of its own."""
    out = tmp_path / "shared.npz"
    done = subprocess.run(
        [sys.executable, "-m", "ddsp_helpers", "train", str(workshop / "dataset"), "-o", str(out), "--steps", "2",
         "--batch-size", "2", "--decoder", "cnn", "--distribute", "multiworker"],
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert models.load(out).model_spec.name == "shared"


def test_a_worker_that_is_not_the_first_keeps_no_instrument(workshop, tmp_path, monkeypatch, capsys):
    from ddsp_helpers import training

    asked = {}

    def fit(model, dataset, **settings):
        asked.update(settings, model=model)
        return training.History(settings["out"], 2, 1.0, 0.0, 2, "steps", ())

    monkeypatch.setattr(training, "fit", fit)
    out = tmp_path / "mine.npz"
    assert run("train", workshop / "dataset", "-o", out, "--steps", "2", "--distribute", "multiworker") == 0
    assert isinstance(asked["model"], models.ModelSpec) and asked["distribute"] == "multiworker"
    assert "first worker keeps the instrument" in capsys.readouterr().out and not out.exists()


def test_assets_lists_and_credits(capsys):
    assert run("assets") == 0
    assert "violin-notes" in capsys.readouterr().out
    assert run("assets", "--json") == 0
    assert {"name", "licence", "here"} <= set(json.loads(capsys.readouterr().out)[0])
    assert run("assets", "--credits", "violin-notes") == 0
    assert "CC BY 3.0" in capsys.readouterr().out


# ------------------------------------------------------------------ what cannot be done

@pytest.mark.parametrize("arguments, words", [
    (["transfer", "{voice}", "--model", "nowhere.npz", "-o", "{out}"], "no model at nowhere.npz"),
    (["transfer", "{voice}", "--instrument", "kazoo", "-o", "{out}"], "saxophone, trumpet, violin"),
    (["transfer", "{voice}", "--model", "{toy}", "-o", "out.mp3"], ".wav or .flac was wanted"),
    (["transfer", "{voice}", "--model", "{toy}", "-o", "{out}", "--autotune", "3"], "autotune came as 3"),
    (["transfer", "{voice}", "--model", "{toy}", "-o", "{out}", "--octave", "up"], "--octave came as 'up'"),
    (["transfer", "missing.wav", "--model", "{toy}", "-o", "{out}"], "missing.wav does not exist"),
    (["transfer", "{voice}", "--model", "{voice}", "-o", "{out}"], "cannot be read"),
    (["resynthesize", "missing.wav", "--model", "{toy}", "-o", "{out}"], "missing.wav does not exist"),
    (["evaluate", "{toy}", "no such folder"], "no such folder does not exist"),
    (["train", "no such dataset", "-o", "{out}.npz"], "holds no dataset"),
    (["prepare", "-o", "{out}"], "either a folder of recordings or --instrument"),
    (["prepare", "{voice}", "-o", "{out}"], "--take 30"),
    (["prepare", "{voice}", "-o", "{out}", "--held-out", "0"], "a share above 0"),
    (["prepare", "--instrument", "flute", "--take", "9", "-o", "{out}"], "--take came with --instrument"),
    (["prepare", "{voice}", "-o", "{out}", "--workers", "-3"], "workers came as -3"),
    (["prepare", "{voice}", "-o", "{out}", "--workers", "0"], "workers came as 0; at least 1"),
    (["evaluate", "kazoo", "{voice}", "--sample-rate", "48000"], "no trained instrument 'kazoo' at 48000 Hz"),
    (["evaluate", "nowhere.npz", "{voice}"], "no model at nowhere.npz"),
    (["evaluate", "no/such/folder", "{voice}"], "no model at no/such/folder"),
    (["train", "{dataset}", "-o", "{voice}"], "is a file"),
    (["train", "{dataset}", "-o", "{out}"], "ends in '.wav'; .npz was wanted, or a folder's name"),
    (["train", "{dataset}", "-o", "{folder}.npz"], "is a folder"),
    (["train", "{dataset}", "-o", "{out}.npz", "--minutes", "-1"], "minutes came as -1"),
    (["train", "{dataset}", "-o", "{out}.npz", "--steps", "0"], "steps came as 0"),
    (["train", "{dataset}", "-o", "{out}.npz", "--steps", "1", "--batch-size", "0"], "batch_size came as 0"),
    (["transfer", "{voice}", "--model", "{toy}", "-o", "{voice}"], "is the recording itself"),
    (["resynthesize", "{voice}", "--model", "{toy}", "-o", "{voice}"], "is the recording itself"),
    (["live", "--voice", "{voice}", "--model", "{toy}", "-o", "{voice}"], "is the recording itself"),
    (["transfer", "{voice}", "--model", "{toy}", "-o", "{folder}.wav"], "is a folder"),
    (["transfer", "{voice}", "--model", "{toy}", "-o", "{voice}/out.wav"], "nothing can be written"),
    (["transfer", "missing.wav", "--model", "{toy}", "-o", "{out}/new/out.wav"], "missing.wav does not exist"),
    (["assets", "--credits", "theremin"], "no pack 'theremin'"),
    (["assets", "--from", "nowhere"], "nowhere is no folder"),
    (["assets", "theremin"], "theremin"),
    (["tour", "--minutes", "99", "-o", "{out}"], "at most 10 minutes"),
    (["tour", "--instrument", "kazoo", "-o", "{out}"], "kazoo"),
])
def test_an_error_is_one_line_and_code_2(workshop, tmp_path, capsys, arguments, words):
    places = {"voice": workshop / "voice.wav", "toy": workshop / "toy.npz", "out": tmp_path / "out.wav",
              "dataset": workshop / "dataset", "folder": tmp_path / "folder"}
    for ending in (".wav", ".npz"):
        (tmp_path / f"folder{ending}").mkdir()
    sung = places["voice"].read_bytes()
    assert run(*(text.format(**places) for text in arguments)) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1 and words in error, error
    assert not (tmp_path / "out.wav").exists() and places["voice"].read_bytes() == sung


def test_a_place_where_nothing_can_be_written_is_said_before_the_work(workshop, tmp_path, capsys, monkeypatch):
    from ddsp_helpers import transfer

    monkeypatch.setattr("os.access", lambda *_: False)
    monkeypatch.setattr(transfer, "transfer_file", lambda *_, **__: pytest.fail("played first"))
    out = tmp_path / "new" / "o.wav"
    assert run("transfer", workshop / "voice.wav", "--model", workshop / "toy.npz", "-o", out) == 2
    assert f"In {tmp_path} nothing can be written" in capsys.readouterr().err and not out.parent.exists()


def test_a_package_that_is_not_of_the_set_up_is_named_with_its_remedy():
    assert "pip install sounddevice" in cli.one_line(ModuleNotFoundError("No module", name="sounddevice"))


def test_live_without_the_package_says_so_before_anyone_sings(workshop, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert run("live", "--model", workshop / "toy.npz") == 2
    said = capsys.readouterr()
    assert "the package sounddevice is missing" in said.err and "Sing" not in said.out


@pytest.mark.parametrize("arguments", [
    ["transfer", "{voice}", "--model", "{toy}", "-o", "{out}.wav"],
    ["resynthesize", "{voice}", "--model={toy}", "--out={out}.wav"],
    ["live", "--voice", "{voice}", "--model", "{toy}", "-o", "{out}.wav"],
    ["prepare", "~/recordings", "-o", "{out}", "--pitch", "swiftf0"],
    ["train", "~/dataset", "-o", "{out}.npz", "--steps", "1", "--batch-size", "2", "--decoder", "cnn"],
    ["evaluate", "{toy}", "~/dataset", "--json", "{out}.json", "--no-frechet", "--pitch", "swiftf0"],
    ["export", "{toy}", "--format", "onnx", "-o", "{out}.onnx"],
])
def test_a_tilde_is_the_home_folder_also_where_no_shell_says_so(workshop, tmp_path, monkeypatch, arguments):
    monkeypatch.setenv("HOME", str(workshop))
    monkeypatch.setenv("USERPROFILE", str(workshop))
    monkeypatch.chdir(tmp_path)
    out = f"made by {arguments[0]}"
    assert run(*(text.format(voice="~/voice.wav", toy="~/toy.npz", out=f"~/{out}") for text in arguments)) == 0
    assert list(workshop.glob(f"{out}*")) and not list(tmp_path.iterdir())


def test_every_path_of_every_word_knows_the_tilde():
    paths = {"FILE", "FOLDER", "VOICE", "PHRASE", "OUT", "DATASET", "RECORDINGS", "MODEL", "SCORE", "TABLE",
             "INSTRUMENT"}
    [words] = cli.parser()._subparsers._group_actions
    taken = [action for sub in words.choices.values() for action in sub._actions if action.metavar in paths]
    assert len(taken) >= 20 and all(action.type is options.place for action in taken)


def test_interrupted_is_said_so(workshop, tmp_path, capsys, monkeypatch):
    from ddsp_helpers import transfer

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(transfer, "transfer_file", interrupt)
    assert run("transfer", workshop / "voice.wav", "--model", workshop / "toy.npz", "-o", tmp_path / "o.wav") == 130
    assert "stopped" in capsys.readouterr().err


def test_a_dataset_for_another_rate_is_refused_in_words(workshop, tmp_path, capsys):
    other = SynthSpec(sample_rate=48000, n_harmonics=20, n_noise_bands=17)
    models.save(models.Autoencoder(models.ModelSpec(other, decoder="cnn", width=8)), tmp_path / "other.npz")
    assert run("evaluate", tmp_path / "other.npz", workshop / "dataset", "--no-frechet") == 2
    error = capsys.readouterr().err
    assert "sample rate" in error and "48000" in error and "16000" in error and "Prepare the dataset again" in error


# ------------------------------------------------------------------ live

def test_live_rehearses_a_file_without_a_sound_card(workshop, tmp_path, capsys):
    out = tmp_path / "live.wav"
    assert run("live", "--model", workshop / "toy.npz", "--voice", workshop / "voice.wav", "-o", out, "--block", 300) == 0
    sung, played = audio.load(workshop / "voice.wav"), audio.load(out)
    assert len(played.samples) == len(sung.samples) and np.any(played.samples)
    said = capsys.readouterr().out
    assert "latency 73.5 ms" in said and "late" in said              # 16 + 20 ms, and twice 300 samples of 16 kHz


@pytest.mark.parametrize("words, told", [
    (["--voice", "voice.wav"], "both were wanted"), (["--block", "0"], "--block came as 0"),
    (["--voice", "missing.wav", "-o", "out.wav"], "missing.wav"), (["--threshold", "9"], "9"),
])
def test_live_says_what_is_wrong(workshop, words, told, capsys, monkeypatch):
    monkeypatch.chdir(workshop)
    assert run("live", "--model", workshop / "toy.npz", *words) == 2
    assert told in capsys.readouterr().err
