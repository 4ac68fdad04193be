"""Random but musical inputs of the benchmarks; NumPy alone, so that the peer's process reads the same file."""

import numpy as np

SAMPLE_RATE, HOP, FRAMES, HARMONICS, BANDS = 16000, 64, 1000, 100, 65     # 4 s at 250 frames a second


def controls(batch, frames, *, n_harmonics=HARMONICS, n_bands=BANDS, lowest_hz=120.0, highest_hz=400.0, seed=0):
    """f0_hz with vibrato [batch, frames, 1], amplitude, harmonic distribution and noise magnitudes, float32."""
    rng = np.random.default_rng(seed)
    turns = np.linspace(0, 40, frames)[None, :, None] + rng.uniform(0, 6, [batch, 1, 1])
    f0_hz = rng.uniform(lowest_hz, highest_hz, [batch, 1, 1]) * 2 ** (np.sin(turns) / 24)
    distribution = rng.uniform(0, 1, [batch, frames, n_harmonics]) / np.arange(1, n_harmonics + 1)
    parts = (f0_hz, rng.uniform(0.1, 0.5, [batch, frames, 1]), distribution / distribution.sum(-1, keepdims=True),
             rng.uniform(0, 0.05, [batch, frames, n_bands]))
    return [part.astype(np.float32) for part in parts]


def sounds(count, *, batch=16, samples=FRAMES * HOP):
    """So many different noisy sounds, each [batch, samples], float32."""
    rng = np.random.default_rng(1)
    return [rng.uniform(-0.3, 0.3, [batch, samples]).astype(np.float32) for _ in range(count)]


def impulse_response(*, seconds=1.0, sample_rate=SAMPLE_RATE):
    """A room that dies away, [taps], float32."""
    taps = round(seconds * sample_rate)
    return (np.random.default_rng(2).normal(0, 0.01, taps) * np.exp(-5 * np.arange(taps) / taps)).astype(np.float32)


def training_batch(*, batch, seconds, sample_rate=SAMPLE_RATE, frame_rate=SAMPLE_RATE // HOP):
    """{"audio": [batch, samples], "f0_hz", "loudness_db": [batch, frames, 1]}, float32."""
    frames = seconds * frame_rate
    loudness_db = np.random.default_rng(3).uniform(-60, 0, [batch, frames, 1])
    return {"audio": sounds(1, batch=batch, samples=seconds * sample_rate)[0],
            "f0_hz": controls(batch, frames)[0], "loudness_db": loudness_db.astype(np.float32)}
