"""Pitch and loudness while the sound arrives: no network, no future, half a window late.  Lesson 13.

Pitch: the normalised square difference of McLeod and Wyvill, "A Smarter Way to Find Pitch", ICMC 2005, whose peaks a
path follows that is decided frame by frame, after Boersma, "Accurate short-term analysis of the fundamental frequency",
IFA Proceedings 17 (1993).  Loudness: that of `dsp.loudness_db`, with which the models were trained.
"""
import numpy as np

from ddsp_helpers.dsp.spectra import FLOOR_DB, a_weighting
from ddsp_helpers.features.extraction import Features
from ddsp_helpers.features.framing import SILENCE_DB

WINDOW_S = 0.032             # heard around a frame's centre: two periods of 62.5 Hz
RESOLUTION_HZ = 48000        # lags are read at least this finely
TOP_HZ = 8000.0              # loudness is that of a 16 kHz version of the sound
N_CANDIDATES = 6             # peaks that a path may choose from
UNVOICED = 0.6               # strength of "no pitch"
OCTAVE = 0.08                # added for each octave up: of equal peaks the first is the pitch
JUMP = 0.05                  # taken for each octave between two frames
SWITCH = 0.12                # taken for a change between pitch and no pitch


class Listener:
    """Pitch, confidence, loudness and power of a sound that arrives in pieces of any size.

    Frame n is centred at n / frame_rate seconds, as in `features.extract`, and is known `delay_s` later.  Memory does
    not grow, and pieces of any size give the same frames.

    Args:
      sample_rate: Hz, at least 16000; the sound is analysed at its own rate.
      frame_rate: frames per second; divides sample_rate.
      f_min: lowest pitch, Hz, at least 2 / WINDOW_S.
      f_max: highest pitch, Hz.

    Raises:
      ValueError: a rate or a range that cannot be heard.

    >>> listener = Listener(sample_rate=16000)
    >>> state, heard = listener.step(listener.init_state(), np.sin(2 * np.pi * 440 * np.arange(4000) / 16000))
    >>> len(heard), heard.f0_hz[5].round(1).item(), listener.delay_s
    (12, 440.0, 0.016)
    """

    def __init__(self, *, sample_rate, frame_rate=50, f_min=65.0, f_max=2200.0):
        if sample_rate < 16000 or sample_rate % frame_rate:
            raise ValueError(f"sample_rate={sample_rate} came with frame_rate={frame_rate}; at least 16000 Hz was wanted, and "
                             "a frame rate that divides it (lesson 13).")
        if not 2.0 / WINDOW_S <= f_min < f_max <= sample_rate / 4:
            raise ValueError(f"f_min={f_min} and f_max={f_max} Hz came; {2 / WINDOW_S} <= f_min < f_max <= {sample_rate / 4} "
                             "was wanted (lesson 13).")
        self.sample_rate, self.frame_rate, self.hop = sample_rate, frame_rate, sample_rate // frame_rate
        self.size = 2 * round(WINDOW_S * sample_rate / 2)
        self._finer = max(1, -(-RESOLUTION_HZ // sample_rate))       # lags are read at this multiple of the rate
        self._fft = 1 << (2 * self.size - 1).bit_length()
        rate = self._finer * sample_rate
        self._lags = np.arange(int(rate / f_max), int(rate / f_min) + 3)
        self._window = np.hanning(self.size + 1)[:-1].astype(np.float32)
        bins = np.arange(round(TOP_HZ * self.size / sample_rate) + 1)
        weight = 10.0 ** (a_weighting(bins * sample_rate / self.size) / 10.0)
        self._weights = (weight * (512 / self.size) ** 2 / len(bins)).astype(np.float32)   # as a window of 512 at 16 kHz

    @property
    def delay_s(self):
        """How long after its centre a frame is known, s."""
        return self.size / 2 / self.sample_rate

    def init_state(self):
        """Before the first sample: silence was heard, and no pitch."""
        return {"held": np.zeros(self.size // 2, np.float32), "f0_hz": np.array([np.nan]), "scores": np.zeros(1),
                "last_hz": 0.0}

    def step(self, state, samples):
        """Hears on.

        Args:
          state: of init_state or of the step before.
          samples: any number of them, [n].

        Returns:
          The next state, and the Features of the frames that are known now, perhaps none.  Where there is no pitch,
          f0_hz keeps the last one (f_min at first) and confidence is below 0.5.

        Raises:
          ValueError: samples is not [n] of finite numbers.
        """
        samples = np.asarray(samples, np.float32)
        if samples.ndim != 1 or not np.all(np.isfinite(samples)):
            raise ValueError(f"samples came with shape {list(samples.shape)}; [n] finite numbers were wanted (lesson 13).")
        held = np.concatenate([state["held"], samples])
        count = max(0, (len(held) - self.size) // self.hop + 1)
        state = {**state, "held": held[count * self.hop:]}
        if not count:
            return state, Features(*np.zeros([4, 0]), frame_rate=self.frame_rate)
        frames = np.lib.stride_tricks.sliding_window_view(held, self.size)[::self.hop][:count]
        f0_hz, confidence = np.zeros(count), np.zeros(count)
        for number, strengths in enumerate(self._periodicity(frames)):
            state, f0_hz[number], confidence[number] = self._follow(state, strengths)
        power_db = _db(np.mean(np.square(frames), axis=1))
        return state, Features(f0_hz, confidence, self._loudness_db(frames), power_db, frame_rate=self.frame_rate)

    def _loudness_db(self, frames):
        """A-weighted loudness of frames [k, size]: [k], dB."""
        spectrum = np.fft.rfft(frames * self._window)[:, :len(self._weights)]
        return _db((np.square(spectrum.real) + np.square(spectrum.imag)) @ self._weights)

    def _periodicity(self, frames):
        """n(lag) = 2 sum x_j x_(j + lag) / sum (x_j^2 + x_(j + lag)^2) of frames [k, size], at self._lags: [k, lags]."""
        frames = frames - np.mean(frames, axis=1, keepdims=True)
        power = np.square(np.abs(np.fft.rfft(frames, self._fft)))
        products = self._finer * np.fft.irfft(power, self._finer * self._fft)[:, self._lags]
        sums = np.pad(np.cumsum(np.square(frames), axis=1), ((0, 0), (1, 0)))
        place = self._lags / self._finer                                   # in samples, between two of them
        low, part = place.astype(int), place % 1.0
        energy = sums[:, self.size - low] - sums[:, low] + sums[:, -1:]
        next_energy = sums[:, self.size - low - 1] - sums[:, low + 1] + sums[:, -1:]
        audible = np.std(frames, axis=1, keepdims=True) > 10.0 ** (SILENCE_DB / 20.0)
        return np.where(audible, 2.0 * products / np.maximum(energy + part * (next_energy - energy), 1e-20), 0.0)

    def _follow(self, state, strengths):
        """One frame on the best path so far: the state, f0 in Hz and confidence."""
        hz, strength = self._candidates(strengths)
        octaves = np.abs(np.log2(hz[:, None] / state["f0_hz"]))            # NaN from or to "no pitch"
        both, one = ~np.isnan(octaves), np.isnan(hz)[:, None] != np.isnan(state["f0_hz"])
        cost = np.where(both, JUMP * np.nan_to_num(octaves), np.where(one, SWITCH, 0.0))
        scores = strength + np.max(state["scores"] - cost, axis=1)
        best = int(np.argmax(scores))
        last_hz = state["last_hz"] or float(self._finer * self.sample_rate / self._lags[-1])
        voiced = not np.isnan(hz[best])
        peak = float(np.clip(np.max(strengths), 0.0, 1.0))
        confidence = float(np.clip(strengths[self._nearest(hz[best])], 0.5, 1.0)) if voiced else min(peak, 0.49)
        last_hz = float(hz[best]) if voiced else last_hz
        return {**state, "f0_hz": hz, "scores": scores - scores[best], "last_hz": last_hz}, last_hz, confidence

    def _nearest(self, hz):
        return int(np.clip(round(self._finer * self.sample_rate / hz) - self._lags[0], 0, len(self._lags) - 1))

    def _candidates(self, strengths):
        """Pitches that this frame may have, Hz, NaN for none first, and how much speaks for each."""
        inner = strengths[1:-1]
        peaks = 1 + np.flatnonzero((inner > strengths[:-2]) & (inner >= strengths[2:]) & (inner > 0.3))
        before, at, after = strengths[peaks - 1], strengths[peaks], strengths[peaks + 1]
        shift = 0.5 * (before - after) / np.minimum(before - 2 * at + after, -1e-12)       # of a parabola through three
        hz = self._finer * self.sample_rate / (self._lags[peaks] + shift)
        height = np.minimum(at - 0.25 * (before - after) * shift, 1.0) + OCTAVE * np.log2(hz / 100.0)
        best = np.argsort(-height, kind="stable")[:N_CANDIDATES]
        return np.append(np.nan, hz[best]), np.append(UNVOICED, height[best])


def _db(power):
    return 10.0 * np.log10(np.maximum(power, 10.0 ** (FLOOR_DB / 10.0)))
