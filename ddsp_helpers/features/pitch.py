"""Pitch: one call, three ways of hearing it.  Lesson 06 compares them, and shows when each of them lies."""
from typing import NamedTuple

import numpy as np

from ddsp_helpers import audio as audio_files
from ddsp_helpers.features import crepe
from ddsp_helpers.features.framing import Framer, audible

SAMPLE_RATE = 16000          # every feature is computed on a 16 kHz version of the sound
METHODS = tuple(f"crepe-{size}" for size in crepe.SIZES) + ("swiftf0", "pyin")
_PIECE = 30 * SAMPLE_RATE


class Track(NamedTuple):
    """A pitch track: f0_hz [frames], above 0 also where there is none; confidence [frames], 0 to 1."""

    f0_hz: np.ndarray
    confidence: np.ndarray


def f0(audio, *, sample_rate, frame_rate=50, method="crepe-tiny", viterbi=True, f_min=32.7, f_max=2000.0):
    """Pitch of one voice, frame by frame.  Frame n is centred at n / frame_rate seconds.  Lesson 06.

    Args:
      audio: sound, [samples].
      sample_rate: its rate, Hz; pitch is heard at 16 kHz.
      frame_rate: frames per second; divides 16000.
      method: "crepe-tiny" (default) to "crepe-full", "swiftf0" (fast; from 46.9 Hz), "pyin" (no network).
      viterbi: CREPE only: follow the likeliest path (True) or the loudest bin of each frame (False).
      f_min: lowest pitch to look for, Hz.
      f_max: highest pitch to look for, Hz.

    Returns:
      Track(f0_hz [frames], confidence [frames]) float32; frames = ceil(samples * frame_rate / sample_rate).

    Raises:
      ValueError: audio is not [samples] of finite numbers, an unknown method or one that is not installed,
        frame_rate does not divide 16000, or f_min is not below f_max.
    """
    sound = at_16k(audio, sample_rate=sample_rate, frame_rate=frame_rate)
    tracker = Tracker(frame_rate=frame_rate, method=method, viterbi=viterbi, f_min=f_min, f_max=f_max)
    parts = [tracker.push(sound[start:start + _PIECE]) for start in range(0, len(sound), _PIECE)]
    return join(parts + [tracker.flush()])


def at_16k(audio, *, sample_rate, frame_rate):
    """The sound at 16 kHz, cut or zero-padded to exactly ceil(samples * frame_rate / sample_rate) frames."""
    hop = hop_at_16k(frame_rate)
    samples = audio_files.resample(audio, from_hz=sample_rate, to_hz=SAMPLE_RATE)
    wanted = -(-len(np.asarray(audio)) * frame_rate // sample_rate) * hop
    return np.pad(samples, (0, max(0, wanted - len(samples))))[:wanted]


def hop_at_16k(frame_rate):
    """Samples per frame at 16 kHz, or a ValueError."""
    if not isinstance(frame_rate, (int, np.integer)) or not frame_rate > 0 or SAMPLE_RATE % frame_rate:
        raise ValueError(f"frame_rate is {frame_rate}; wanted a whole number that divides {SAMPLE_RATE}: 50, 250 ... "
                         "Lesson 06.")
    return SAMPLE_RATE // frame_rate


def join(tracks):
    """Pieces of a track, one after the other."""
    return Track(*(np.concatenate(parts) for parts in zip(*tracks)))


class Tracker:
    """Pitch of a 16 kHz sound that arrives in pieces: push(samples) -> Track ..., flush() -> Track.

    The pieces of track, joined, have ceil(samples / hop) frames.  Memory does not grow with the sound, save
    for "swiftf0" (a few bytes a frame).  Arguments as for `f0`.
    """

    def __init__(self, *, frame_rate=50, method="crepe-tiny", viterbi=True, f_min=32.7, f_max=2000.0):
        if not 0 < f_min < f_max:
            raise ValueError(f"f_min is {f_min} and f_max {f_max} Hz; wanted 0 < f_min < f_max. Lesson 06.")
        hop = hop_at_16k(frame_rate)
        if method == "swiftf0":
            from ddsp_helpers.features.swiftf0 import SwiftTracker

            self._inner = SwiftTracker(hop=hop, f_min=f_min, f_max=f_max)
        elif method == "pyin":
            from ddsp_helpers.features.pyin import PyinTracker

            self._inner = PyinTracker(hop=hop, f_min=f_min, f_max=f_max)
        elif method in METHODS:
            self._inner = crepe.CrepeTracker(size=method.removeprefix("crepe-"), hop=hop, viterbi=viterbi,
                                             f_min=f_min, f_max=f_max)
        else:
            raise ValueError(f"method is {method!r}; wanted one of {', '.join(METHODS)}. Lesson 06.")
        self._framer = Framer(size=1024, hop=hop)
        self._audible = np.zeros(0, bool)                       # for frames whose pitch is not out yet

    def push(self, samples):
        """The Track of the frames that are certain after these samples [n] at 16 kHz."""
        self._hear(self._framer.push(samples))
        return self._out(*self._inner.push(samples))

    def flush(self):
        """The Track of the remaining frames."""
        self._hear(self._framer.flush())
        return self._out(*self._inner.flush())

    def _hear(self, frames):
        self._audible = np.concatenate([self._audible, audible(frames)])

    def _out(self, f0_hz, confidence):
        heard, self._audible = self._audible[:len(f0_hz)], self._audible[len(f0_hz):]
        return Track(f0_hz, np.where(heard, confidence, 0.0).astype(np.float32))
