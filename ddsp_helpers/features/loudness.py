"""Loudness and power of a sound that arrives in pieces.  Formulas: `dsp.spectra`; lesson 06."""
import numpy as np

SAMPLE_RATE = 16000          # every feature is computed on a 16 kHz version of the sound
_REACH = 1024                # samples either side of a frame's centre that its level may depend on


class LevelMeter:
    """A-weighted loudness and RMS power of a 16 kHz sound: push(samples) ..., flush().

    Pieces, joined, equal the measure of the whole sound: a block is measured with its neighbours, whose
    frames are then dropped.  Memory does not grow with the sound.

    Args:
      frame_rate: frames per second; divides 16000.  Frame n is centred at sample n * 16000 / frame_rate.
    """

    def __init__(self, *, frame_rate=50):
        self.frame_rate, self._hop = frame_rate, SAMPLE_RATE // frame_rate
        self._context = -(-_REACH // self._hop)                       # frames
        self._held, self._before, self._samples, self._frames = np.zeros(0, np.float32), 0, 0, 0

    def push(self, samples):
        """(loudness_db, power_db), [k] each, of the frames whose surroundings have been heard."""
        self._held = np.concatenate([self._held, np.asarray(samples, np.float32)])
        self._samples += len(samples)
        return self._measure(len(self._held) // self._hop - self._context - self._before)

    def flush(self):
        """(loudness_db, power_db) of the remaining frames: ceil(samples / hop) in all."""
        return self._measure(-(-self._samples // self._hop) - self._frames)

    def _measure(self, count):
        if count <= 0:
            return np.zeros(0, np.float32), np.zeros(0, np.float32)
        end = self._before + count
        levels = [level[self._before:end] for level in measure(self._held, frame_rate=self.frame_rate)]
        self._before = min(end, self._context)
        self._held = self._held[(end - self._before) * self._hop:]
        self._frames += count
        return tuple(levels)


def measure(samples, *, frame_rate=50):
    """Loudness and power of a 16 kHz sound.

    Args:
      samples: sound at 16 kHz, [samples].
      frame_rate: frames per second; divides 16000.

    Returns:
      (loudness_db, power_db), [ceil(samples / hop)] float32 each: A-weighted, -80 dB for silence; and RMS.
    """
    from ddsp_helpers.dsp import spectra

    batch = np.asarray(samples, np.float32)[None]
    if not batch.any():                                 # hours of silence need no Fourier transform
        frames = -(-batch.shape[1] * frame_rate // SAMPLE_RATE)
        return (np.full(frames, spectra.FLOOR_DB, np.float32),) * 2
    rates = {"sample_rate": SAMPLE_RATE, "frame_rate": frame_rate}
    loudness_db = np.asarray(spectra.loudness_db(batch, **rates)).reshape(-1)
    return loudness_db, np.asarray(spectra.rms_power_db(batch, **rates)).reshape(-1)
