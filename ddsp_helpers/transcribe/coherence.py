"""Whether the partials of a tone keep in step: where they all lose it at once, a new note has begun on the same pitch.

Partial k of one oscillation advances by k times the phase of the first, also in vibrato and glides.  A second stroke of
the bow or tongue starts with phases of its own, even where the level shows no gap.  With the phase advance phi_k of
each partial over 5 ms, less the one that f0 explains,

    incoherence^2 = sum_k w_k (phi_k - k s)^2 / sum_k w_k,   s = sum_k w_k k phi_k / sum_k w_k k^2,

w_k the amplitudes.  After the phase-based onset detection of Bello, Sandler, ICASSP 2003.  No TensorFlow.  Lesson 11.
"""

import numpy as np

from ddsp_helpers.features.framing import Framer

_RATE, _SIZE, _STEP = 16000, 1024, 80
_PARTIALS = 8
_HIGHEST_HZ = 7000.0


class CoherenceMeter:
    """Incoherence at every frame of a 16 kHz sound that arrives in pieces: push(samples) ..., flush().

    Args:
      f0_hz: pitch of the whole sound, [frames], Hz.
      frame_rate: frames per second; divides 16000.
    """

    def __init__(self, f0_hz, *, frame_rate):
        self._f0_hz, self._done = np.asarray(f0_hz, np.float64), 0
        self._framer = Framer(size=_SIZE + _STEP, hop=_RATE // frame_rate)

    def push(self, samples):
        """Incoherence [k], radians, of the frames that samples [n] complete."""
        return self._measure(self._framer.push(samples))

    def flush(self):
        """Incoherence [k] of the remaining frames."""
        return self._measure(self._framer.flush())

    def _measure(self, frames):
        f0_hz = self._f0_hz[self._done:self._done + len(frames)]
        self._done += len(frames)
        starts = range(0, len(f0_hz), 500)
        parts = [incoherence(frames[start:start + 500], f0_hz[start:start + 500]) for start in starts]
        return np.concatenate([np.zeros(0), *parts])


def incoherence(frames, f0_hz):
    """How far the partials of each frame are out of step.

    Args:
      frames: pieces of sound at 16 kHz, [frames, 1104].
      f0_hz: pitch of each, [frames], Hz.

    Returns:
      [frames], radians, 0 for a steady or gliding tone.

    >>> t = np.arange(1104) / 16000
    >>> tone = sum(np.sin(2 * np.pi * 220 * k * t + k) / k for k in range(1, 9))
    >>> bool(incoherence(tone[None], np.array([221.0]))[0] < 0.01)
    True
    """
    window = np.hanning(_SIZE + 1)[:-1]
    turn = np.exp(-2j * np.pi * f0_hz[:, None] / _RATE * np.arange(_SIZE)).astype(np.complex64)
    now, later = (np.asarray(frames[:, start:start + _SIZE] * window, np.complex64) for start in (0, _STEP))
    advance, amplitude = [], []
    for _ in range(_PARTIALS):                                   # turned back k times: partial k stands still
        now, later = now * turn, later * turn
        both = later.sum(axis=1) * np.conj(now.sum(axis=1))
        advance.append(np.angle(both))
        amplitude.append(np.sqrt(np.abs(both)))
    k = np.arange(1, _PARTIALS + 1)
    expected = 2 * np.pi * _STEP / _RATE * f0_hz[:, None] * k
    phase = np.angle(np.exp(1j * (np.stack(advance, axis=1) - expected)))
    weight = np.stack(amplitude, axis=1) * (k * f0_hz[:, None] < _HIGHEST_HZ) + 1e-9
    slope = (weight * k * phase).sum(axis=1) / (weight * k ** 2).sum(axis=1)
    return np.sqrt((weight * (phase - slope[:, None] * k) ** 2).sum(axis=1) / weight.sum(axis=1))
