"""Octave errors of a pitch tracker, heard and mended: does the spectrum say f0, or half, or twice of it?

A tracker that errs takes a strong partial for the fundamental, or one octave too low.  For each frame the partials of
f0 / 4, f0 / 3, f0 / 2, f0, 2 f0 and 3 f0 are weighed:

    clarity(f) = sum_k 0.84^(k - 1) [r(k f) - 0.7 r((k - 1/2) f) - 0.3 r((k - 1/3) f)],   k = 1 ... 8,

r the square root of the magnitude, 1 at its largest.  The cheapest path through the six follows what is clear and
leaps seldom.  The same clarity decides the octave of recorded notes in `data.notes`.  No TensorFlow.  Lesson 06.
"""

import numpy as np

from ddsp_helpers.features.framing import Framer

RATIOS = np.array([1 / 4, 1 / 3, 1 / 2, 1.0, 2.0, 3.0])
_RATE, _SIZE, _N_FFT = 16000, 2048, 4096
_K = np.arange(1, 9)
_WEIGHT = 0.84 ** (_K - 1)
_PLACES = np.concatenate([_K, _K - 0.5, _K - 1 / 3])                             # [24], partials
_SIGNED = np.concatenate([_WEIGHT, -0.7 * _WEIGHT, -0.3 * _WEIGHT])
_BLUR = 0.012                # of a frequency: how far from it a partial may lie
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
    bins = f0_hz[:, None, None] * RATIOS[:, None] * _PLACES * (_N_FFT / _RATE)     # [frames, 5, 24]
    half = np.maximum(1.0, _BLUR * bins)
    best = np.zeros(bins.shape, np.float32)
    for step in (-1.0, -0.5, 0.0, 0.5, 1.0):
        at = np.rint(bins + step * half).astype(np.int64)
        inside = at < root.shape[1]
        read = np.take_along_axis(root, np.minimum(at, root.shape[1] - 1).reshape(len(root), -1), axis=1)
        best = np.maximum(best, np.where(inside, read.reshape(at.shape), 0.0))
    return best @ _SIGNED


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
