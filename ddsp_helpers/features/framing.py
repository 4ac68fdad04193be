"""Frames of a sound that arrives in pieces: frame n is centred at sample n * hop."""
import numpy as np

SILENCE_DB = -80.0           # a frame quieter than this has no pitch, whatever a tracker would say


def audible(frames):
    """Which frames [frames, size] rise above SILENCE_DB (RMS without the mean): [frames] bool."""
    return np.std(frames, axis=1) > 10.0 ** (SILENCE_DB / 20.0) if len(frames) else np.zeros(0, bool)


class Framer:
    """Cuts a stream of samples into frames centred at n * hop, zeros beyond both ends.

    Pushing a sound in pieces gives the same frames as pushing it whole; what waits is shorter than one frame.

    Args:
      size: samples in a frame, even.
      hop: samples from one frame's centre to the next.

    >>> framer = Framer(size=4, hop=2)
    >>> framer.push(np.array([1, 2, 3], np.float32)).tolist()
    [[0.0, 0.0, 1.0, 2.0]]
    >>> framer.flush().tolist()
    [[1.0, 2.0, 3.0, 0.0]]
    """

    def __init__(self, *, size, hop):
        self.size, self.hop = size, hop
        self._held = np.zeros(size // 2, np.float32)
        self._samples = self._frames = 0

    def push(self, samples):
        """Frames [k, size] that samples [n] complete."""
        self._held = np.concatenate([self._held, np.asarray(samples, np.float32)])
        self._samples += len(samples)
        return self._cut((len(self._held) - self.size) // self.hop + 1)

    def flush(self):
        """The remaining frames: ceil(samples / hop) in all."""
        missing = -(-self._samples // self.hop) - self._frames
        needed = (missing - 1) * self.hop + self.size
        self._held = np.concatenate([self._held, np.zeros(max(0, needed - len(self._held)), np.float32)])
        return self._cut(missing)

    def _cut(self, count):
        if count <= 0:
            return np.zeros([0, self.size], np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(self._held, self.size)[::self.hop][:count]
        self._held = self._held[count * self.hop:]
        self._frames += count
        return frames
