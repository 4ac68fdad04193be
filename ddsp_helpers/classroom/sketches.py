"""Small sounds that lessons draw with: no model, no TensorFlow."""

import numpy as np

from ddsp_helpers import audio


def sing(features, *, sample_rate=16000, level_db=-20.0, n_harmonics=6):
    """A plain tone that follows the pitch and the loudness of some features, and nothing else.

    Args:
      features: features.Features.
      sample_rate: Hz.
      level_db: RMS level of the result, dB.
      n_harmonics: a few partials of amplitude 1 / k^2; 1 is a sine.

    Returns:
      audio.Audio.
    """
    hop = sample_rate / features.frame_rate
    at = np.arange(int(len(features) * hop)) / hop                      # sample -> frame
    frames = np.arange(len(features))
    f0_hz = np.interp(at, frames, features.f0_hz)
    heard = np.where(features.f0_confidence > 0.4, features.loudness_db, -80.0)
    gain = np.interp(at, frames, 10.0 ** (np.maximum(heard, -80.0) / 20.0)) * (np.interp(at, frames, heard) > -70.0)
    cycles = np.cumsum(f0_hz / sample_rate)
    tone = sum(np.sin(2 * np.pi * k * cycles) / k**2 * (k * f0_hz < sample_rate / 2) for k in range(1, n_harmonics + 1))
    tone = np.float32(tone * gain)
    return audio.Audio(tone * np.float32(10.0 ** ((level_db - audio.rms_db(tone)) / 20.0)), sample_rate)
