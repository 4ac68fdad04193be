"""pYIN: pitch without a network, by autocorrelation and a hidden Markov model, through librosa.

Mauch, Dixon, "pYIN: A Fundamental Frequency Estimator Using Probabilistic Threshold Distributions",
ICASSP 2014.  Lesson 06 builds its first half, YIN.
"""
import numpy as np

_FRAME = 2048
_BLOCK_FRAMES = 1500         # frames analysed at a time
_CONTEXT_FRAMES = 50         # heard on both sides of a block and thrown away


class PyinTracker:
    """f0 and confidence (probability of voice) of a sound at 16 kHz that arrives in pieces.

    A long sound is heard in blocks with a second or so of context, so memory does not grow with it.
    """

    def __init__(self, *, hop, f_min, f_max):
        try:
            import librosa
        except ImportError as error:
            raise ValueError("method 'pyin' wants the package librosa, which is not installed: "
                             "pip install librosa. Lesson 06.") from error
        self._pyin = librosa.pyin
        self._hop, self._f_min, self._f_max = hop, f_min, f_max
        self._held, self._samples, self._before, self._frames = np.zeros(0, np.float32), 0, 0, 0

    def push(self, samples):
        """(f0_hz, confidence), [k] each, of the blocks completed by these samples [n]."""
        self._held = np.concatenate([self._held, np.asarray(samples, np.float32)])
        self._samples += len(samples)
        parts = [(np.zeros(0, np.float32), np.zeros(0, np.float32))]
        while len(self._held) >= (self._before + _BLOCK_FRAMES + _CONTEXT_FRAMES) * self._hop + _FRAME:
            parts.append(self._block(_BLOCK_FRAMES))
        return tuple(np.concatenate(part) for part in zip(*parts))

    def flush(self):
        """(f0_hz, confidence) of the remaining frames."""
        remaining = -(-self._samples // self._hop) - self._frames
        return self._block(remaining) if remaining else (np.zeros(0, np.float32), np.zeros(0, np.float32))

    def _block(self, count):
        first, wanted = self._before, self._before + count
        heard = self._held[:(wanted + _CONTEXT_FRAMES) * self._hop + _FRAME]
        heard = np.pad(heard, (0, max(0, _FRAME - len(heard))))
        f0_hz, _, voiced = self._pyin(heard, fmin=self._f_min, fmax=self._f_max, sr=16000,
                                      frame_length=_FRAME, hop_length=self._hop, fill_na=None,
                                      pad_mode="constant")
        self._before = min(wanted, _CONTEXT_FRAMES)
        self._held = self._held[(wanted - self._before) * self._hop:]
        self._frames += count
        return f0_hz[first:wanted].astype(np.float32), voiced[first:wanted].astype(np.float32)
