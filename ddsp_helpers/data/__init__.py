"""Recordings become datasets: where they come from, what is wrong with them, how they are kept.  Lesson 07.

    from ddsp_helpers.data import folder
    from ddsp_helpers.data.prepare import prepare

    dataset = prepare(folder("my recordings"), "datasets/mine")

The names below are imported on first use.
"""

import importlib

_NAMES = {
    "Dataset": "dataset", "Finding": "diagnose", "Note": "melodies", "Recording": "sources", "Statistics": "statistics",
    "folder": "sources", "note_mask": "statistics", "performances": "phrases",
}
_MODULES = (
    "abc_notation", "beam", "dataset", "diagnose", "melodies", "note_frames", "notebank", "notes", "nsynth", "performed", "phrases",
    "prepare",
    "records", "sf2", "soundfont",
    "sources", "statistics", "urmp", "windows",
)

__all__ = sorted([*_NAMES, *_MODULES])


def __getattr__(name):
    """Imports a module of this room, or one of the names above, on first use (PEP 562)."""
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return __all__
