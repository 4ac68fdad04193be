"""Differentiable digital signal processing: the helpers behind the lessons.

`import ddsp_helpers` is quick: the rooms below are imported when they are first used, so nothing loads TensorFlow
before a sound is actually synthesised.

>>> import ddsp_helpers
>>> ddsp_helpers.SynthSpec().hop
320
"""

import importlib

__version__ = "0.1.0"

_ROOMS = (
    "assets", "audio", "classroom", "controls", "data", "dsp", "effects", "evaluate", "features", "losses", "models",
    "spec", "streaming", "synths", "training", "transfer", "units",
)
_NAMES = {
    "SynthSpec": "spec", "SPEC_16K": "spec", "SPEC_48K": "spec", "Control": "controls",
}

__all__ = sorted([*_ROOMS, *_NAMES, "__version__"])


def __getattr__(name):
    """Imports a room, or a name from a room, on first use (PEP 562)."""
    if name in _ROOMS:
        value = importlib.import_module(f"{__name__}.{name}")
    elif name in _NAMES:
        value = getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return __all__
