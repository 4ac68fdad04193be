"""Pure functions on tensors: oscillators, noise, filters, spectra.  No state, no files, no models.

Audio is [batch, samples], controls are [batch, frames, channels]; control frame n sits at sample n * hop.
Names are imported when they are first used.
"""

import importlib

_NAMES = {
    "oscillators": (
        "harmonic_frequencies", "remove_above_nyquist", "normalize_harmonics", "phase", "harmonic_synthesis",
    ),
    "sinusoidal": ("sinusoidal_synthesis",),
    "wavetable": ("wavetable_synthesis",),
    "fm": ("fm_synthesis", "fm_targets"),
    "interpolation": ("upsample",),
    "framing": ("frame", "overlap_add"),
    "noise": ("white_noise", "filtered_noise"),
    "filters": ("magnitudes_to_impulse_response", "time_varying_fir", "fft_convolve"),
    "delays": ("modulated_delay",),
    "spectra": ("stft_magnitude", "mel", "mel_matrix", "a_weighting", "loudness_db", "rms_power_db"),
}
_ROOMS = (*_NAMES, "kernels", "partitioned", "periods", "segments", "shapes")
_HOME = {name: room for room, names in _NAMES.items() for name in names}

__all__ = sorted([*_HOME, *_ROOMS])


def __getattr__(name):
    """Imports a room, or a function from its room, on first use (PEP 562)."""
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
