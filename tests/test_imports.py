"""Imports point one way, and importing the package is quick."""

import ast
import pathlib
import pkgutil
import subprocess
import sys

import pytest

PACKAGE = pathlib.Path(__file__).parents[1] / "ddsp_helpers"
ROOMS = sorted(room.name for room in pkgutil.iter_modules([str(PACKAGE)]))
FLOORS = [
    {"units", "audio", "spec", "controls", "levels", "notes", "tuning"},
    {"dsp"},
    {"synths", "effects", "losses", "features", "data", "assets", "midi", "transcribe"},
    {"models"},
    {"training", "transfer", "streaming", "evaluate", "perform", "rehearsal"},
    {"export"},
]
ABOVE_ALL = {"classroom", "widgets", "tour"}  # may import anything, imported by none


def rooms_imported(path):
    """The rooms of the package that one file names in its import statements."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "ddsp_helpers":
            names = [f"ddsp_helpers.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        else:
            names = []
        found |= {name.split(".")[1] for name in names if name.startswith("ddsp_helpers.")}
    return found & set(ROOMS)


def files_of(room):
    return sorted((PACKAGE / room).rglob("*.py")) if (PACKAGE / room).is_dir() else [PACKAGE / f"{room}.py"]


def floor_of(room):
    return next((n for n, rooms in enumerate(FLOORS) if room in rooms), None)


@pytest.mark.parametrize("room", [room for room in ROOMS if floor_of(room) is not None])
def test_no_room_imports_from_above(room):
    for path in files_of(room):
        for other in rooms_imported(path) - {room}:
            assert other not in ABOVE_ALL, f"{path} imports {other}, which nothing may import"
            if floor_of(other) is not None:
                assert floor_of(other) <= floor_of(room), f"{path} ({room}) imports {other} from above"


def test_dsp_knows_no_file_no_model():
    for path in files_of("dsp"):
        assert rooms_imported(path) <= {"dsp", "units", "spec", "controls"}, path


@pytest.mark.parametrize("room", ["units", "audio", "spec", "controls"])
def test_the_first_lessons_need_no_tensorflow(room):
    for node in ast.walk(ast.parse((PACKAGE / f"{room}.py").read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            assert not any(name.split(".")[0] in ("tensorflow", "keras") for name in names), room


def test_import_is_quick_and_without_tensorflow():
    code = (
        "import sys, time; t = time.perf_counter(); import ddsp_helpers; t = time.perf_counter() - t; "
        "ddsp_helpers.SynthSpec(); import ddsp_helpers.units, ddsp_helpers.dsp; dir(ddsp_helpers); "
        "print(t, 'tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
        for _ in range(3)
    ]
    seconds, loaded = zip(*(run.stdout.split() for run in runs))
    assert set(loaded) == {"False"}
    assert min(map(float, seconds)) < 0.3


def test_unknown_names_are_refused():
    import ddsp_helpers

    with pytest.raises(AttributeError, match="no attribute 'violin'"):
        ddsp_helpers.violin
    with pytest.raises(AttributeError, match="no attribute 'violin'"):
        ddsp_helpers.dsp.violin
