"""Networks that turn pitch and loudness into the controls of the synthesizers; one file a model.

Names are imported when they are first used.
"""

import importlib

_NAMES = {
    "model_spec": ("ModelSpec",),
    "autoencoder": ("Autoencoder",),
    "gru": ("GRUDecoder",),
    "mingru": ("MinGRUDecoder",),
    "cnn": ("CNNDecoder",),
    "encoders": ("ControlEncoder", "LatentEncoder"),
    "player_spec": ("PlayerSpec",),
    "player": ("Player",),
    "store": ("save", "load", "load_instrument", "load_player", "load_shipped_player"),
}
_ROOMS = (*_NAMES, "context", "discriminator", "expression_generator", "instrument", "layers", "pitch_generator",
          "recurrence")
_HOME = {name: room for room, names in _NAMES.items() for name in names}

__all__ = sorted([*_HOME, *_ROOMS])


def __getattr__(name):
    """Imports a model, or a room, on first use (PEP 562)."""
    if name in _HOME:
        value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    elif name in _ROOMS:
        value = importlib.import_module(f"{__name__}.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return __all__
