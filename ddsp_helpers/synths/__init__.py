"""Synthesizers: network outputs to valid controls, valid controls to sound, at once or in pieces.

Every synthesizer has get_controls(outputs) -> dict, get_signal(**controls) -> audio and __call__(outputs),
which does both; init_state(batch) and step(state, controls) render the same samples piece by piece.  Lesson
08 uses each.
"""

from ddsp_helpers.synths.base import Synth
from ddsp_helpers.synths.fm import FM
from ddsp_helpers.synths.harmonic import Harmonic
from ddsp_helpers.synths.noise import FilteredNoise
from ddsp_helpers.synths.sinusoidal import Sinusoidal
from ddsp_helpers.synths.wavetable import Wavetable

__all__ = ["FM", "FilteredNoise", "Harmonic", "Sinusoidal", "Synth", "Wavetable"]
