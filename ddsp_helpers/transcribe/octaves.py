"""Octave errors of a pitch tracker, heard and mended: does the spectrum say f0, or half, or twice of it?

A tracker that errs takes a strong partial for the fundamental, or one octave too low.  For each frame the partials of
f0 / 4, f0 / 3, f0 / 2, f0, 2 f0 and 3 f0 are weighed by their `features.clarity`.  The cheapest path through the six
follows what is clear and leaps seldom.  No TensorFlow.  Lesson 06.
"""

import numpy as np

from ddsp_helpers.features.clarity import harmonic_clarity
from ddsp_helpers.features.framing import Framer

RATIOS = np.array([1 / 4, 1 / 3, 1 / 2, 1.0, 2.0, 3.0])
_RATE, _SIZE, _N_FFT = 16000, 2048, 4096
_LEAP, _SWITCH, _TRUST = 0.2, 0.5, 0.15    # price of a semitone, of another ratio; what the tracker's own word is worth


class OctaveMeter:
    """Clarity of the six candidates at every frame of a 16 kHz sound in pieces: push(samples) ..., flush().

    Args:
      f0_hz: the tracker's pitch of the whole sound, [frames], Hz.
      frame_rate: frames per second; divides 16000.
      f_min: lowest pitch that may be meant, Hz.
      f_max: highest, Hz.
    """

    def __init__(self, f0_hz, *, frame_rate, f_min, f_max):
        self._f0_hz, self._range, self._done = np.asarray(f0_hz, np.float64), (f_min, f_max), 0
        self._framer = Framer(size=_SIZE, hop=_RATE // frame_rate)

    def push(self, samples):
        """Clarities [k, 6] of the frames that samples [n] complete."""
        return self._weigh(self._framer.push(samples))

    def flush(self):
        """Clarities [k, 6] of the remaining frames."""
        return self._weigh(self._framer.flush())

    def _weigh(self, frames):
        f0_hz = self._f0_hz[self._done:self._done + len(frames)]
        self._done += len(frames)
        parts = [clarity(frames[start:start + 500], f0_hz[start:start + 500]) for start in range(0, len(f0_hz), 500)]
        candidates_hz = f0_hz[:, None] * RATIOS
        low, high = self._range
        possible = (candidates_hz >= low * 0.97) & (candidates_hz <= high * 1.03)
        possible[:, RATIOS == 1.0] = True
        return np.where(possible, np.concatenate([np.zeros([0, len(RATIOS)]), *parts]), -100.0).astype(np.float32)


def clarity(frames, f0_hz):
    """How clearly the spectrum of each frame is that of f0 / 4, f0 / 3, f0 / 2, f0, 2 f0, 3 f0.

    Args:
      frames: pieces of sound at 16 kHz, [frames, 2048].
      f0_hz: pitch of each, [frames], Hz.

    Returns:
      [frames, 6]; 0 in silence.

    >>> t = np.arange(2048) / 16000
    >>> tone = sum(np.sin(2 * np.pi * 220 * k * t) / k for k in range(1, 9))
    >>> [int(clarity(tone[None], np.array([hz])).argmax()) for hz in (110.0, 220.0, 440.0)]
    [4, 3, 2]
    """
    window = np.hanning(_SIZE + 1)[:-1].astype(np.float32)
    root = np.sqrt(np.abs(np.fft.rfft(frames * window, _N_FFT)))
    root = root / np.maximum(root.max(axis=1, keepdims=True), 1e-3)
    return harmonic_clarity(root, f0_hz[:, None] * RATIOS * (_N_FFT / _RATE))


def mended(midi, clarities):
    """A pitch track with its octave errors mended.

    Args:
      midi: pitch, [frames], MIDI note numbers.
      clarities: of an OctaveMeter, [frames, 6].

    Returns:
      Pitch, [frames], MIDI note numbers; each frame moved by one of the six intervals, mostly by none.
    """
    pitch = midi[:, None] + 12.0 * np.log2(RATIOS)                               # [frames, 6]
    switch = _SWITCH * (1.0 - np.eye(len(RATIOS)))
    gain = clarities + _TRUST * (RATIOS == 1.0)
    total, back = gain[0].astype(np.float64), np.zeros(clarities.shape, np.int8)
    for t in range(1, len(midi)):
        leap = np.minimum(np.abs(pitch[t][:, None] - pitch[t - 1]), 10.0)        # [to, from]
        scores = total - _LEAP * leap - switch
        back[t] = scores.argmax(axis=1)
        total = scores.max(axis=1) + gain[t]
        total -= total.max()
    state, path = int(total.argmax()), np.zeros(len(midi), np.int64)
    for t in range(len(midi) - 1, -1, -1):
        path[t] = state
        state = int(back[t, state])
    return pitch[np.arange(len(midi)), path]
