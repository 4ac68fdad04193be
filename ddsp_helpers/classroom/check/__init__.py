"""Checks of the exercises: `check.ex06_1(answer)` says what differs, lets you hear it, and never punishes an empty stub.

The checks of lesson NN live in lesson_NN.py beside this file and are imported when they are first used.
"""

import importlib
import re

from ddsp_helpers.classroom.check.framework import Outcome, Wrong, exercise  # noqa: F401

_NAME = re.compile(r"ex(\d\d)_\d+")


def __getattr__(name):
    """check.exNN_k comes from lesson_NN."""
    found = _NAME.fullmatch(name)
    if not found:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; checks are called exNN_k, e.g. ex06_1")
    try:
        module = importlib.import_module(f"{__name__}.lesson_{found.group(1)}")
    except ModuleNotFoundError as missing:
        raise AttributeError(f"there are no checks for lesson {found.group(1)}") from missing
    return getattr(module, name)
