"""Sounds you can touch: widgets that make sound in the browser while a slider moves.

`widgets.HarmonicSpectrum()` is the class `HarmonicSpectrum` of `harmonic_spectrum.py` with `harmonic_spectrum.js`;
every widget follows this rule, so there is no list to keep.  README.md says how to write one.

>>> from ddsp_helpers import widgets
>>> "HarmonicSpectrum" in dir(widgets)
True
"""

import importlib
import importlib.util
import pathlib
import re

_FOLDER = pathlib.Path(__file__).parent


def _file_of(name):
    """The module that a class lives in: XYPad -> xy_pad."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _class_of(file):
    """The widget class that a file defines."""
    return next(iter(re.findall(r"^class ([A-Z]\w*)\(.*Widget\):", file.read_text(encoding="utf-8"), re.MULTILINE)))


def __getattr__(name):
    """Imports a widget on first use (PEP 562)."""
    if name[:1].isupper() and (_FOLDER / f"{_file_of(name)}.js").is_file():
        value = getattr(importlib.import_module(f"{__name__}.{_file_of(name)}"), name)
    elif not name.startswith("_") and importlib.util.find_spec(f"{__name__}.{name}"):
        value = importlib.import_module(f"{__name__}.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return sorted(_class_of(script.with_suffix(".py")) for script in _FOLDER.glob("*.js")
                  if script.with_suffix(".py").is_file())
