"""Reads recorded notes at any speed: the sampler behind `phrases`.  No TensorFlow.

A note is kept at twice its rate, so that a cubic through four neighbours reads between its samples with an error far
below the noise of the recording.  Lesson 07 uses it.
"""

import functools

import numpy as np

from ddsp_helpers import audio

_OVERSAMPLING = 2


class Bank:
    """The recorded notes of an instrument, ready to be read.

    Args:
      samples: list of NoteSample, all of one sample rate.

    Raises:
      ValueError: the files have different sample rates.
    """

    def __init__(self, samples):
        self.samples = list(samples)
        self.sample_rate = rate_of(self.samples)
        self._pitch = np.array([sample.pitch_midi for sample in self.samples])

    def nearest(self, midi, max_shift, random):
        """One of the recorded notes near a pitch, mostly the nearest.

        Raises:
          ValueError: none lies within max_shift semitones (and a quarter tone for intonation).
        """
        distance = np.abs(self._pitch - midi)
        reach = np.flatnonzero(distance <= max_shift + 0.6)
        if not reach.size:
            raise ValueError(
                f"MIDI {midi:.1f} is {distance.min():.1f} semitones from the nearest recorded note; at most {max_shift} "
                "were wanted. Transpose the melody (melodies.fit), or allow a larger max_shift (lesson 07)."
            )
        chance = np.exp(-2.0 * (distance[reach] - distance[reach].min()))
        return self.samples[int(random.choice(reach, p=chance / chance.sum()))]

    def read(self, sample, begin_s, ratio, *, fundamental_midi):
        """Reads a note at a changing speed.

        Args:
          sample: the NoteSample.
          begin_s: where in the file to begin, seconds.
          ratio: speed at each output sample, [n]; 2 sounds an octave higher.
          fundamental_midi: the pitch that comes out; the dark copy's low-pass follows it.

        Returns:
          [2, m] with m <= n: the note as recorded and a dark copy, both scaled to an RMS of 1 over the whole note.
        """
        tone = _tone(sample.path, sample.level_db, round(sample.pitch_midi, 2))
        step = _OVERSAMPLING * ratio
        position = begin_s * self.sample_rate * _OVERSAMPLING + np.cumsum(step) - step
        last = min(tone.shape[1] - 3, sample.end_s * self.sample_rate * _OVERSAMPLING)
        return _cubic(tone, position[:max(1, np.searchsorted(position, last))])


def rate_of(samples):
    """The common sample rate of recorded notes, Hz.

    Raises:
      ValueError: no notes, or several rates.
    """
    rates = {_rate(sample.path) for sample in samples}
    if len(rates) != 1:
        raise ValueError(f"Recorded notes of one sample rate were wanted; {sorted(rates) or 'none'} came (lesson 07).")
    return rates.pop()


@functools.lru_cache(maxsize=1024)
def _rate(path):
    return audio.info(path).sample_rate


@functools.lru_cache(maxsize=48)
def _tone(path, level_db, pitch_midi):
    """A note and its dark copy at twice the rate, RMS 1: [2, samples] float32."""
    sound = audio.load(path)
    bright = audio.resample(sound.samples, from_hz=sound.sample_rate, to_hz=_OVERSAMPLING * sound.sample_rate)
    bright = bright * np.float32(10 ** (-level_db / 20))
    dark = _low_pass(bright, 1.5 * 440 * 2 ** ((pitch_midi - 69) / 12), _OVERSAMPLING * sound.sample_rate)
    return np.stack([bright, dark]).astype(np.float32)


def _low_pass(samples, cutoff_hz, rate):
    """Second-order low-pass run forwards and backwards, so that nothing is delayed."""
    from scipy import signal

    sections = signal.butter(1, cutoff_hz, fs=rate, output="sos")
    return signal.sosfiltfilt(sections, samples)


def _cubic(tone, position):
    """Catmull-Rom interpolation of [channels, samples] at fractional positions [n]."""
    index = np.maximum(position.astype(np.int64), 1)
    t = (position - index).astype(np.float32)
    a, b, c, d = (tone[:, index + offset] for offset in (-1, 0, 1, 2))
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
