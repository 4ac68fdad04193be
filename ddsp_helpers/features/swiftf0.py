"""SwiftF0: a small network for pitch, run by onnxruntime; three times faster than the smallest CREPE.

Nieradzik, "SwiftF0: Fast and Accurate Monophonic Pitch Detection", 2025; package swift-f0 (MIT).  It answers
every 16 ms between 46.9 Hz and 2093.8 Hz; here its track is read at the course's frames.  Lesson 06.
"""
import numpy as np

_SEMITONE = 1.0 / 12.0


class SwiftTracker:
    """f0 and confidence of a sound at 16 kHz that arrives in pieces; everything comes out of flush().

    Until then it keeps two numbers for every 16 ms heard.
    """

    def __init__(self, *, hop, f_min, f_max):
        try:
            import swift_f0
        except ImportError as error:
            raise ValueError("method 'swiftf0' wants the package swift-f0, which is not installed: "
                             "pip install swift-f0. Lesson 06.") from error
        self._stream = swift_f0.SwiftF0().stream(fmin=f_min, fmax=f_max)
        self._hop, self._samples, self._results = hop, 0, []

    def push(self, samples):
        """Nothing yet: (f0_hz [0], confidence [0])."""
        self._samples += len(samples)
        self._results.append(self._stream.push(np.asarray(samples, np.float32), 16000))
        return np.zeros(0, np.float32), np.zeros(0, np.float32)

    def flush(self):
        """(f0_hz, confidence), [frames] each, of the whole sound."""
        if self._samples == 0:
            return np.zeros(0, np.float32), np.zeros(0, np.float32)
        self._results.append(self._stream.flush())
        time_s, f0_hz, confidence = (np.concatenate([getattr(result, name) for result in self._results])
                                     for name in ("timestamps", "pitch_hz", "confidence"))
        wanted_s = np.arange(-(-self._samples // self._hop)) * (self._hop / 16000.0)
        return read_track(time_s, f0_hz, wanted_s), np.interp(wanted_s, time_s, confidence).astype(np.float32)


def read_track(time_s, f0_hz, wanted_s):
    """A pitch track read at other times: a straight line in log frequency, the nearer frame across a leap.

    Args:
      time_s: times of the track, rising, [n].
      f0_hz: its pitch, [n], above 0.
      wanted_s: times to read, [m].

    Returns:
      Pitch, [m] float32, Hz.

    >>> read_track(np.array([0.0, 1.0]), np.array([440.0, 450.0]), np.array([0.5])).round(2).tolist()
    [444.97]
    >>> read_track(np.array([0.0, 1.0]), np.array([440.0, 880.0]), np.array([0.4])).tolist()
    [440.0]
    """
    octaves = np.log2(f0_hz)
    after = np.clip(np.searchsorted(time_s, wanted_s), 1, max(1, len(time_s) - 1))
    after = np.minimum(after, len(time_s) - 1)
    before = np.maximum(after - 1, 0)
    gap = np.where(after > before, time_s[after] - time_s[before], 1.0)
    share = np.clip((wanted_s - time_s[before]) / gap, 0.0, 1.0)
    leap = np.abs(octaves[after] - octaves[before]) > _SEMITONE
    share = np.where(leap, np.round(share), share)
    return (2.0 ** (octaves[before] * (1 - share) + octaves[after] * share)).astype(np.float32)
