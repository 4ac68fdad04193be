"""What only lessons use: start, checks, quizzes, players, plots, and the notebooks made from `lessons/`.

    from ddsp_helpers.classroom import check, listen, plots, quiz, start

Nothing else in the package imports this room, and it imports TensorFlow only inside the functions that need it.
"""

import importlib

_MODULES = ("check", "listen", "notebooks", "plots", "quiz")
_NAMES = {"start": "beginning", "Lesson": "beginning"}

__all__ = sorted([*_MODULES, *_NAMES])


def __getattr__(name):
    """Imports a module of this room, or one of the names above, on first use (PEP 562)."""
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return __all__
