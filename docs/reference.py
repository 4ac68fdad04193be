"""The package reference: one page a room, made by autodoc from the docstrings."""

import ast

from docs.executed import ROOT

PACKAGE = ROOT / "ddsp_helpers"
_ORDER = ("units", "audio", "levels", "tuning", "spec", "controls", "dsp", "synths", "effects", "losses", "features",
          "midi", "expression", "expression_table", "data", "assets", "transcribe", "models", "training", "rehearsal", "callbacks",
          "transfer", "streaming", "perform", "evaluate", "metrics")
_LEFT_OUT = {"__init__", "__main__", "__pycache__", "commands", "tour"}     # what the command line uses, nobody imports


def rooms():
    """{room: its files with something public}, in the order in which a sound passes through them, others after."""
    names = {path.stem for path in PACKAGE.iterdir()} - _LEFT_OUT
    ordered = sorted(names, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
    found = {name: list(filter(_is_public, _files(name))) for name in ordered}
    return {name: files for name, files in found.items() if files}


def _files(room):
    return sorted((PACKAGE / room).rglob("*.py")) if (PACKAGE / room).is_dir() else [PACKAGE / f"{room}.py"]


def _is_public(path):
    """Whether a file has a function or class to document; what imports PyTorch, an extra, cannot be read here."""
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    return path.stem != "__init__" and not path.stem.startswith("torch_") and any(
        isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_") for node in tree.body)


def room_page(room, files):
    """The page of one room, reStructuredText: what the room is, then each of its files."""
    whole = _module(PACKAGE / room)
    lines = [_title(whole, "=")]
    if (PACKAGE / room).is_dir():
        lines.append(f".. automodule:: {whole}\n   :no-members:\n")
    for path in files:
        name = _module(path)
        lines += [_title(name.removeprefix("ddsp_helpers."), "-")] if name != whole else []
        lines.append(f".. automodule:: {name}\n   :members:\n")
    return "\n".join(lines)


def _module(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _title(text, mark):
    return f"``{text}``\n{mark * (len(text) + 4)}\n"


def pages():
    """{path below the source folder: text} of the reference."""
    found = rooms()
    words = ("`ddsp_helpers` without the lessons, room by room, in the order in which a sound passes through them. "
             "Audio is `[batch, samples]`, controls are `[batch, frames, channels]`; units are in the names.")
    index = ["# Package reference", "", words, "", "```{toctree}", ":maxdepth: 1", "", *found, "```", ""]
    made = {f"reference/{room}.rst": room_page(room, files) for room, files in found.items()}
    return {"reference/index.md": "\n".join(index), **made}
