"""Where something begins in a sound: spectral flux, in pieces, with a fine level beside it.  No TensorFlow.

    flux[n] = mean over bands of max(0, L[n, b] - max(L[n - 3, b - 1 ... b + 1])),  L = log10(1 + 1000 S)

S are magnitudes in semitone bands.  The largest of three neighbouring bands is what must be exceeded, so that vibrato,
which moves energy to the next band, does not count as something new: Böck, Widmer, "Maximum filter vibrato suppression
for onset detection", DAFx 2013.  Lesson 06 shows pitch and level, lesson 11 the notes.
"""

import functools

import numpy as np

from ddsp_helpers.features.framing import Framer

SAMPLE_RATE = 16000
HOP = 80                     # 5 ms
RATE = SAMPLE_RATE // HOP    # values per second
_SIZE = 512                  # 32 ms: short enough to place an onset, long enough to tell partials apart
_N_FFT = 1024
_LAG = 3                     # hops between the spectra that are compared
_TARGET_DB = -20.0           # the level that a sound is brought to before the logarithm


class OnsetMeter:
    """Flux and level of a 16 kHz sound that arrives in pieces: push(samples) ..., flush().

    Pieces, joined, equal the measure of the whole sound; memory does not grow with it.  Level n is centred at n / RATE
    seconds, flux n half a lag earlier: flux_index says where.

    Args:
      loud_db: RMS level of the loud notes, dB; the flux is measured as if they were at -20 dB.
    """

    def __init__(self, *, loud_db=_TARGET_DB):
        self._gain = 10.0 ** ((_TARGET_DB - loud_db) / 20.0)
        self._framer = Framer(size=_SIZE, hop=HOP)
        self._past = None                                     # log spectra of the last _LAG frames

    def push(self, samples):
        """(flux, level_db), [k] each, that samples [n] complete."""
        return self._measure(self._framer.push(samples))

    def flush(self):
        """(flux, level_db) of the remaining frames: ceil(samples / HOP) in all."""
        return self._measure(self._framer.flush())

    def _measure(self, frames):
        spectra = log_spectra(frames, gain=self._gain)
        past = np.repeat(spectra[:1], _LAG, axis=0) if self._past is None else self._past
        joined = np.concatenate([past, spectra])
        self._past = joined[len(joined) - _LAG:] if len(joined) else None
        wide = np.pad(joined[:len(spectra)], [(0, 0), (1, 1)])
        wide = np.maximum(np.maximum(wide[:, :-2], wide[:, 1:-1]), wide[:, 2:])
        flux = np.maximum(joined[_LAG:] - wide, 0.0).mean(axis=1)
        return flux.astype(np.float32), levels_db(frames)


def flux_index(time_s):
    """Which value of the flux belongs to a time (s): it compares the spectra before and after it.

    >>> int(flux_index(1.0))
    202
    """
    return np.floor(np.asarray(time_s) * RATE + _LAG / 2 + 0.5).astype(int)[()]


def flux_time_s(index):
    """The time (s) that a value of the flux belongs to, midway between the spectra that it compares."""
    return (np.asarray(index) - _LAG / 2)[()] / RATE


@functools.cache
def _bands():
    """Semitone bands from A2 to 7.4 kHz: [bins, bands], each of sum 1; at least one bin wide."""
    bins_hz = np.fft.rfftfreq(_N_FFT, 1 / SAMPLE_RATE)
    centres = 110.0 * 2.0 ** (np.arange(74) / 12.0)
    width = np.maximum(centres * (2.0 ** (1 / 12.0) - 1), SAMPLE_RATE / _N_FFT)
    weights = np.maximum(0.0, 1.0 - np.abs(bins_hz[:, None] - centres) / width)
    return (weights / weights.sum(axis=0)).astype(np.float32)


def log_spectra(frames, *, gain=1.0):
    """L of frames [frames, 512]: log10(1 + 1000 S), [frames, 74]."""
    window = np.hanning(_SIZE + 1)[:-1].astype(np.float32) * np.float32(gain * 4 / _SIZE)
    return np.log10(1.0 + 1000.0 * (np.abs(np.fft.rfft(frames * window, _N_FFT)) @ _bands()))


def levels_db(frames):
    """RMS level of frames [frames, 512] under a Hann window, dB, not below -100."""
    window = np.square(np.hanning(_SIZE + 1)[:-1]).astype(np.float32)
    return (10.0 * np.log10(np.square(frames) @ (window / window.sum()) + 1e-10)).astype(np.float32)


def measure(samples, *, loud_db=_TARGET_DB):
    """Flux and level of a whole 16 kHz sound: (flux, level_db), [ceil(samples / HOP)] float32 each.

    >>> flux, level_db = measure(np.concatenate([np.zeros(8000), np.ones(8000)]).astype(np.float32))
    >>> len(flux), abs(int(np.argmax(flux)) - 100) < 4
    (200, True)
    """
    meter = OnsetMeter(loud_db=loud_db)
    parts = [meter.push(samples[start:start + 30 * SAMPLE_RATE]) for start in range(0, len(samples), 30 * SAMPLE_RATE)]
    return tuple(np.concatenate(part) for part in zip(*parts, meter.flush()))
