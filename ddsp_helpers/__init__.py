"""Differentiable digital signal processing: the helpers behind the lessons.

`import ddsp_helpers` is quick: every room is imported when it is first used, so nothing loads TensorFlow
before a sound is actually synthesised.

>>> import ddsp_helpers
>>> ddsp_helpers.SynthSpec().hop
320
"""

import importlib
import importlib.util
import pkgutil

__version__ = "0.1.0"

_NAMES = {"SynthSpec": "spec", "SPEC_16K": "spec", "SPEC_48K": "spec", "Control": "controls"}

__all__ = sorted([*_NAMES, "__version__"])


def __getattr__(name):
    """Imports a room, or a name from a room, on first use (PEP 562)."""
    if name in _NAMES:
        value = getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    elif not name.startswith("_") and importlib.util.find_spec(f"{__name__}.{name}"):
        value = importlib.import_module(f"{__name__}.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    rooms = {room.name for room in pkgutil.iter_modules(__path__)} - {"__main__"}
    return sorted(rooms | set(__all__))
