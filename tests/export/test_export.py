"""The door of the room: what is refused, and that a file is there proved or not at all."""

import numpy as np
import pytest

from ddsp_helpers import export as room
from ddsp_helpers import models
from ddsp_helpers.export import export, onnx
from ddsp_helpers.export.report import Report
from tests.export.instruments import SMALL, instrument


@pytest.mark.parametrize("format, name, options, words", [
    ("mp3", "a.mp3", {}, "one of vst, web, neutone, savedmodel, onnx was wanted"),
    ("onnx", "a.tflite", {}, "ending in .onnx was wanted"),
    ("savedmodel", "a.pb", {}, "without an ending"),
    ("onnx", "a.onnx", {"colour": "red"}, "came with colour; it knows no options"),
])
def test_what_is_not_of_this_room_is_refused(tmp_path, format, name, options, words):
    with pytest.raises(ValueError, match=words):
        export(instrument(SMALL, decoder="cnn", width=4), tmp_path / name, format=format, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format, ending", [("vst", ".tflite"), ("savedmodel", ""), ("onnx", ".onnx")])
def test_one_instrument_of_pitch_and_loudness(tmp_path, format, ending):
    model = instrument(SMALL, decoder="cnn", width=4)
    for several, words in (([], "with 0 instruments"), ([model, model], "with 2 instruments"), (3, "came with int"),
                           (instrument(SMALL, decoder="cnn", width=4, z_dims=3), "z_dims=3"),
                           (models.Player(models.PlayerSpec(SMALL)), "came with Player")):
        with pytest.raises(ValueError, match=words):
            export(several, tmp_path / f"out{ending}", format=format)
    assert not list(tmp_path.iterdir())


def test_a_file_that_fails_its_proof_is_not_there_and_what_was_there_stays(tmp_path, monkeypatch):
    out, model = tmp_path / "mine.onnx", instrument(SMALL, decoder="cnn", width=4)
    out.write_text("before")
    monkeypatch.setattr(onnx, "difference", lambda *_, **__: 0.5)
    with pytest.raises(ValueError, match="differs from the model by 0.5"):
        export(model, out, format="onnx")
    assert out.read_text() == "before" and list(tmp_path.iterdir()) == [out]


def test_a_file_replaces_a_file_and_a_folder_a_folder(tmp_path, monkeypatch):
    written = []

    def write(models, out):
        written.append(out)
        if out.suffix:
            out.write_text("new")
            out.with_name("beside.wav").write_text("room")
        else:
            out.mkdir()
            (out / "new").write_text("new")
        return Report("onnx", out, (("one thing", "1"),))

    monkeypatch.setattr(onnx, "write", write)
    monkeypatch.setitem(room.FORMATS, "folder", room.FORMATS["onnx"]._replace(ending=""))
    (tmp_path / "a.onnx").write_text("old")
    assert export("model", tmp_path / "a.onnx", format="onnx").path == tmp_path / "a.onnx"
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "saved_model.pb").write_text("old")
    export("model", tmp_path / "a", format="folder")
    found = {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"a.onnx": "new", "beside.wav": "room", "a/new": "new"}
    assert all(path.parent.parent.parent == tmp_path for path in written), "not on another disk: a move there is a copy"


@pytest.mark.parametrize("format, name", [("savedmodel", "recordings"), ("onnx", "recordings.onnx"), ("savedmodel", "take")])
def test_a_folder_of_something_else_is_not_replaced(tmp_path, format, name):
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "take.wav").write_text("precious")
    (tmp_path / "recordings.onnx").symlink_to(tmp_path / "recordings")
    (tmp_path / "take").write_text("precious")
    with pytest.raises(ValueError, match=f"{name} is a (folder|file)"):
        export(instrument(SMALL, decoder="cnn", width=4), tmp_path / name, format=format)
    assert (tmp_path / "recordings" / "take.wav").is_file() and (tmp_path / "take").is_file()


def test_a_report_is_a_list_that_can_be_read():
    text = str(Report("onnx", "a.onnx", (("size", "3 bytes"), ("difference", "1e-7"))))
    assert text.splitlines() == ["a.onnx (onnx), each with proof:", "  size        3 bytes", "  difference  1e-7"]


def test_the_table_names_a_module_for_every_format():
    assert {each.module for each in room.FORMATS.values()} == {f"ddsp_helpers.export.{name}" for name in room.FORMATS}
    assert np.unique([each.ending for each in room.FORMATS.values()]).size == len(room.FORMATS)
