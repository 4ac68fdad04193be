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


def excerpt(sound, start_s=0.0, seconds=8.0, *, sample_rate=16000):
    """A stretch of a sound, at a rate that keeps players small.

    Args:
      sound: audio.Audio.
      start_s: where it begins, seconds.
      seconds: how long it is.
      sample_rate: of the result, Hz.

    Returns:
      audio.Audio.

    >>> len(excerpt(audio.Audio(np.ones(44100, np.float32), 44100), 0.25, 0.5).samples)
    8000
    """
    start = int(start_s * sound.sample_rate)
    cut = sound.samples[start:start + int(seconds * sound.sample_rate)]
    return audio.Audio(audio.resample(cut, from_hz=sound.sample_rate, to_hz=sample_rate), sample_rate)


def colours_of_sound(samples, *, sample_rate=16000, n_bands=32, hop=320):
    """Log energies in bands, a coarse picture of the timbre of each frame: [frames, n_bands], dB.

    Args:
      samples: [n].
      sample_rate: Hz.
      n_bands: bands of equal width on a logarithmic axis from 60 Hz.
      hop: samples from frame to frame.
    """
    frames = np.lib.stride_tricks.sliding_window_view(np.asarray(samples), 1024)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(1024), axis=1)) ** 2
    edges = np.geomspace(60.0, sample_rate / 2, n_bands + 1) * 1024 / sample_rate
    bins = np.arange(power.shape[1])
    weights = np.maximum(0, 1 - np.abs(bins[:, None] - edges[:-1]) / np.maximum(np.diff(edges), 1.0))
    return 10 * np.log10(power @ weights + 1e-8)


def harmonics_only(sound, f0_hz, *, n_fft=2048, hop=320):
    """The harmonics of a held note, measured and played again by sines: what is no harmonic is gone.

    Args:
      sound: audio.Audio, one note.
      f0_hz: its fundamental frequency; it may waver by a quarter tone.
      n_fft: window length, samples.
      hop: samples from one measurement to the next.

    Returns:
      audio.Audio of the same length.
    """
    window = np.hanning(n_fft + 1)[:-1]
    padded = np.pad(sound.samples, (n_fft // 2, n_fft))
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop][: len(sound.samples) // hop + 2]
    size = np.abs(np.fft.rfft(frames * window, axis=1)) * 2 / np.sqrt(n_fft * np.sum(window**2))
    bin_hz, rows = sound.sample_rate / n_fft, np.arange(len(size))
    near = np.arange(int(f0_hz / bin_hz * 0.96), int(f0_hz / bin_hz * 1.04) + 2)
    top = near[np.argmax(size[:, near], axis=1)]
    left, middle, right = (np.log(np.maximum(size[rows, top + d], 1e-9)) for d in (-1, 0, 1))
    bend = np.minimum(left - 2 * middle + right, -1e-3)
    track_hz = bin_hz * (top + np.clip(0.5 * (left - right) / bend, -1, 1))        # the top of a parabola
    at = np.arange(len(sound.samples)) / hop
    cycles = np.cumsum(np.interp(at, rows, track_hz)) / sound.sample_rate
    tone = np.zeros(len(at))
    for k in range(1, int(sound.sample_rate / 2 / f0_hz)):
        bins = np.round(k * track_hz / bin_hz).astype(int)
        lobe = [size[rows, np.minimum(bins + d, n_fft // 2)] ** 2 for d in range(-2, 3)]
        tone += np.interp(at, rows, np.sqrt(np.sum(lobe, axis=0))) * np.sin(2 * np.pi * k * cycles)
    return audio.Audio(np.float32(tone), sound.sample_rate)
