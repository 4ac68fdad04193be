"""Levels of sounds in dB, and the limiter that protects ears. NumPy only, no TensorFlow.  Lesson 01."""
import math

import numpy as np

FLOOR_DB = -120.0            # what a level function calls digital silence


def as_samples(samples, name="samples"):
    """Samples as float32 `[n]`, or a ValueError that says what came."""
    given = np.asarray(samples)
    samples = given.astype(np.float32, copy=False)
    if samples.ndim != 1 or samples.size == 0:
        hint = " Take one sound of the batch: audio[0]." if samples.ndim == 2 else ""
        raise ValueError(f"{name} has shape {list(samples.shape)}; wanted [samples], at least one.{hint} "
                         "Lesson 01.")
    if not np.isfinite(samples).all():
        at = int(np.argmin(np.isfinite(samples)))
        raise ValueError(f"{name} holds NaN or infinity (first at sample {at}); wanted finite numbers. "
                         "Lesson 01.")
    if given.dtype.kind in "iu" and np.abs(samples).max() > 1:
        raise ValueError(f"{name} holds whole numbers ({given.dtype}) up to {np.abs(samples).max():.0f}; wanted numbers of "
                         "-1 to 1: divide by full scale, 32768 where they have 16 bits. Lesson 01.")
    return samples


def rms_db(samples):
    """Level of a sound: 20 log10 of its root mean square, dB re full scale, not below -120.  Lesson 01.

    >>> round(rms_db(np.sin(2 * np.pi * np.arange(16000) * 100 / 16000)), 2)
    -3.01
    """
    return _db(math.sqrt(float(np.mean(np.square(as_samples(samples), dtype=np.float64)))))


def peak_db(samples):
    """Largest |sample| of a sound, dB re full scale, not below -120.  Lesson 01.

    >>> round(peak_db([0.0, -0.5]), 2)
    -6.02
    """
    return _db(float(np.abs(as_samples(samples)).max()))


def _db(amplitude):
    return max(FLOOR_DB, 20.0 * math.log10(amplitude)) if amplitude > 0 else FLOOR_DB


def match_level(samples, reference):
    """Scale a sound to the RMS level of another: comparisons then compare timbre.  Silence stays silence.

    Args:
      samples: sound to scale, [samples].
      reference: sound whose level is wanted, [other samples].

    Returns:
      Scaled sound, [samples] float32; it may pass 1 (see `limit`).
    """
    samples = as_samples(samples)
    own_db = rms_db(samples)
    if own_db <= FLOOR_DB:
        return samples.copy()
    return samples * np.float32(10.0 ** ((rms_db(as_samples(reference, "reference")) - own_db) / 20.0))


def limit(samples, *, ceiling_db=-1.0, lookahead_samples=128):
    """Turn a sound down around its peaks, smoothly, so that no sample passes the ceiling.

    The gain a peak needs is held over +-lookahead and smoothed over as much, so the average never exceeds it.
    A sound under the ceiling comes back unchanged.

    Args:
      samples: sound, [samples], any level.
      ceiling_db: largest allowed |sample|, dB, at most 0.
      lookahead_samples: how early the gain begins to fall, at least 1.

    Returns:
      Limited sound, [samples] float32.

    >>> peak_db(limit(np.array([0.1, 2.0, 0.1]), ceiling_db=-1.0)) <= -1.0
    True
    """
    samples = as_samples(samples)
    if ceiling_db > 0 or lookahead_samples < 1:
        raise ValueError(f"ceiling_db is {ceiling_db}, lookahead_samples {lookahead_samples}; wanted at most "
                         "0 dB and at least 1 sample. Lesson 01.")
    ceiling = 10.0 ** (ceiling_db / 20.0)
    if np.abs(samples).max() <= ceiling:
        return samples.copy()
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    wanted = np.minimum(1.0, ceiling / np.maximum(np.abs(samples), 1e-9, dtype=np.float64))
    half = 2 * (lookahead_samples // 2) + 1                       # odd: two of them reach +-(half - 1)
    held = minimum_filter1d(wanted, 2 * half - 1, mode="nearest")
    gain = uniform_filter1d(uniform_filter1d(held, half, mode="nearest"), half, mode="nearest")
    edge = ceiling * (1 - 1e-7)                                     # only rounding is left to clip
    return np.clip(samples * gain, -edge, edge).astype(np.float32)


class StreamLimiter:
    """`limit` over blocks: holds back what later samples may still turn down."""

    REACH = 2 * 130              # samples a peak is felt before and after itself, a little more than needed

    def __init__(self):
        self._held, self._past = np.zeros(0, np.float32), 0

    def push(self, samples):
        self._held = np.concatenate([self._held, samples])
        return self._emit(len(self._held) - self.REACH)

    def flush(self):
        return self._emit(len(self._held))

    def _emit(self, end):
        if end <= self._past:
            return np.zeros(0, np.float32)
        out = limit(self._held)[self._past:end]
        keep = max(0, end - self.REACH)
        self._held, self._past = self._held[keep:], end - keep
        return out
