"""The word export: what a musician reads, and what is left behind when it cannot be done."""

import pytest

from ddsp_helpers import __main__ as cli
from ddsp_helpers import commands, export, models
from ddsp_helpers.export import vst_plugin
from tests.export.instruments import instrument


def run(*arguments):
    return cli.main(["export", *map(str, arguments)])


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A training folder with an instrument, as training leaves one."""
    home = tmp_path_factory.mktemp("mine.training")
    models.save(instrument(decoder="cnn", width=8, name="mine"), home / "best.npz")
    return home


def test_help_names_every_format_and_instrument(capsys):
    with pytest.raises(SystemExit) as stop:
        run("--help")
    text = " ".join(capsys.readouterr().out.split())
    assert stop.value.code == 0
    for word in (*export.FORMATS, "violin", "saxophone", ".tflite", "--sample-rate"):
        assert word in text


def test_the_front_page_says_how_to_reach_music_software():
    assert "--format vst" in cli.ABOUT and list(commands.COMMANDS).index("export") > 0


def test_a_training_folder_becomes_a_plugin_instrument(mine, tmp_path, capsys):
    out = tmp_path / "new folder" / "Mine.tflite"
    assert run(mine, "--format", "vst", "-o", out) == 0
    said = capsys.readouterr().out
    for words in ("each with proof", "largest difference of a control", r"Documents\Magenta\DDSP\Models",
                  "/Users/YOU/Documents/Magenta/DDSP/Models"):
        assert words in said
    assert list(vst_plugin.folder(tmp_path)) == ["Mine"]


def test_an_instrument_that_ships_is_named(tmp_path, capsys):
    assert run("flute", "--format", "onnx", "-o", tmp_path / "flute.onnx") == 0
    assert f"onnxruntime.InferenceSession(\"{(tmp_path / 'flute.onnx').as_posix()}\")" in capsys.readouterr().out


@pytest.mark.parametrize("arguments, words", [
    (["kazoo", "--format", "vst", "-o", "{out}.tflite"], "no trained instrument 'kazoo'"),
    (["nowhere.npz", "--format", "vst", "-o", "{out}.tflite"], "no model at nowhere.npz"),
    (["no/such/folder", "--format", "vst", "-o", "{out}.tflite"], "no model at no/such/folder"),
    (["violin", "--format", "vst", "-o", "{out}.wav"], "ending in .tflite was wanted"),
    (["violin", "flute", "--format", "vst", "-o", "{out}.tflite"], "with 2 instruments; exactly one"),
    (["violin", "--format", "vst", "--title", "Strad", "-o", "{out}.tflite"], "came with title"),
    (["violin", "--sample-rate", "48000", "--format", "vst", "-o", "{out}.tflite"], "plugin wants 16000"),
])
def test_what_cannot_be_done_is_one_line_and_leaves_nothing(tmp_path, capsys, arguments, words):
    assert run(*(text.format(out=tmp_path / "out") for text in arguments)) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1 and words in error, error
    assert not list(tmp_path.iterdir())
