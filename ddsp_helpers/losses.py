"""How different two sounds are: the multi-scale spectral distance that trains the instruments."""

import functools

import numpy as np
import tensorflow as tf

from ddsp_helpers.dsp import clips, framing, shapes
from ddsp_helpers.dsp.kernels import compiled

LONGEST = 65536      # samples in one compiled piece

_EPSILON = 1e-5      # magnitudes below this count as this in the logarithm


class MultiScaleSpectralLoss:
    """Mean L1 distance of magnitudes and of log magnitudes, summed over several window sizes.

    sum over N of  mean |S_N(x) - S_N(y)| * mag_weight + mean |log S_N(x) - log S_N(y)| * logmag_weight,
    S_N magnitudes with a Hann window of N samples (Engel et al., "DDSP", 2020, section 4.2).  Short windows see when,
    long ones see which frequency.  Lesson 05 plots what each sees.

    The gradient is computed in the same pass as the value.  The target is a constant: no gradient flows to it.

    Args:
      fft_sizes: window sizes, samples; each a multiple of 4.
      overlap: share of a window that the next one covers again; 1 / (1 - overlap) must be whole.
      mag_weight: weight of the magnitudes, >= 0.
      logmag_weight: weight of the log magnitudes, >= 0.
      name: the name that Keras shows.

    Raises:
      ValueError: no size, a size that the hop does not divide, or a negative weight.

    >>> loss = MultiScaleSpectralLoss(fft_sizes=(64,))
    >>> float(loss(tf.ones([1, 256]), tf.ones([1, 256])))
    0.0
    """

    def __init__(self, fft_sizes=(2048, 1024, 512, 256, 128, 64), *, overlap=0.75, mag_weight=1.0, logmag_weight=1.0,
                 name="spectral_loss"):
        if not fft_sizes or mag_weight < 0 or logmag_weight < 0:
            raise ValueError(f"fft_sizes={fft_sizes}, mag_weight={mag_weight}, logmag_weight={logmag_weight} came; at least "
                             "one size and no negative weight were wanted (lesson 05).")
        hops = [size * (1.0 - overlap) for size in fft_sizes]
        for size, hop in zip(fft_sizes, hops):
            if hop < 1 or abs(hop - round(hop)) > 1e-9 or size % round(hop) or size % 2:
                raise ValueError(f"FFT size {size} with overlap={overlap} came, a hop of {hop:g} samples; an even size that "
                                 "is a multiple of a whole hop was wanted (lesson 05).")
        self.fft_sizes, self.overlap = tuple(int(size) for size in fft_sizes), overlap
        self.mag_weight, self.logmag_weight = float(mag_weight), float(logmag_weight)
        self.name = self.__name__ = name
        self._scales = tuple((size, round(hop)) for size, hop in zip(self.fft_sizes, hops))

    @classmethod
    def for_sample_rate(cls, sample_rate, **settings):
        """The same windows in milliseconds at another sample rate: sizes for 16 kHz times sample_rate / 16000.

        >>> MultiScaleSpectralLoss.for_sample_rate(48000).fft_sizes
        (6144, 3072, 1536, 768, 384, 192)
        """
        sizes = (2048, 1024, 512, 256, 128, 64)
        return cls(tuple(8 * round(size * sample_rate / 16000 / 8) for size in sizes), **settings)

    def __call__(self, target, audio):
        """The distance of two batches.

        Args:
          target: sound to come close to, [batch, samples].
          audio: sound, [batch, samples].

        Returns:
          A scalar, >= 0, float32; its gradient reaches audio.

        Raises:
          ValueError: shapes other than [batch, samples], or two different ones.
        """
        target, audio = _pair(target, audio)
        return tf.reduce_mean(_distance(audio, tf.stop_gradient(target), self._settings))

    def per_clip(self, target, audio):
        """The distance of each clip, [batch], without gradients: half the work."""
        target, audio = _pair(target, audio)
        return tf.stop_gradient(_values(target, audio, self._settings))

    @property
    def _settings(self):
        return self._scales, self.mag_weight, self.logmag_weight


def spectral_distance(target, audio, *, loss=None):
    """Multi-scale spectral distance of each clip, for evaluation.

    Args:
      target: sound to compare with, [batch, samples].
      audio: sound, [batch, samples].
      loss: MultiScaleSpectralLoss with the window sizes; by default those for 16 kHz.

    Returns:
      Distances, [batch], float32.

    Raises:
      ValueError: shapes other than [batch, samples], or two different ones.

    >>> spectral_distance(tf.ones([2, 256]), tf.ones([2, 256])).numpy().tolist()
    [0.0, 0.0]
    """
    return (loss or MultiScaleSpectralLoss()).per_clip(target, audio)


def _pair(target, audio):
    target = tf.cast(shapes.as_audio(target, name="target", lesson="05"), tf.float32)
    audio = tf.cast(shapes.as_audio(audio, lesson="05"), tf.float32)
    if not target.shape.is_compatible_with(audio.shape):
        raise ValueError(f"target came with shape {list(target.shape)} and audio with {list(audio.shape)}; the same shape was "
                         "wanted (lesson 05).")
    return target, audio


def _distance(audio, target, settings):
    """Distances [batch] with the gradient that the same pass computed."""

    @tf.custom_gradient
    def distance(audio):
        found = [_with_gradient(_scale(*scale, *settings[1:]), target, audio) for scale in settings[0]]
        values, gradients = (tf.add_n(parts) for parts in zip(*found))
        return values, lambda upstream: upstream[:, tf.newaxis] * gradients

    return distance(audio)


def _with_gradient(scale, target, audio):
    """Mean distance of one scale, [batch], and its gradient by audio, [batch, samples]."""
    pieces, hop = _pieces(scale, target, audio)
    sums, gradients = clips.each_clip(scale.sum_and_gradient, pieces, (tf.float32, tf.float32))
    batch, samples = shapes.sizes(audio)
    gradients = tf.reshape(gradients, [batch, -(-samples // hop), gradients.shape[-1]])
    count = scale.count(samples)
    return _total(sums, batch) / count, framing.overlap_add(gradients, hop=hop)[:, :samples] / count


def _values(target, audio, settings):
    """Distances [batch], without gradients."""
    total = 0.0
    for scale in settings[0]:
        scale = _scale(*scale, *settings[1:])
        sums, = clips.each_clip(scale.sum, _pieces(scale, target, audio)[0], (tf.float32,))
        batch, samples = shapes.sizes(audio)
        total += _total(sums, batch) / scale.count(samples)
    return total


def _total(sums, batch):
    return tf.reduce_sum(tf.reshape(sums, [batch, -1]), axis=1)


def _pieces(scale, target, audio):
    """Both sounds as overlapping pieces of bounded length, [batch * pieces, piece], and the samples from piece to piece.

    What fills up the last piece is zero in both sounds: such frames are equal and add nothing.
    """
    frames = None if audio.shape[1] is None else -(-audio.shape[1] // scale.hop)
    frames = clips.piece_length(frames, max(LONGEST, 4 * scale.size) // scale.hop)
    size, hop = (frames - 1) * scale.hop + scale.size, frames * scale.hop

    def cut(x):
        return tf.reshape(framing.frame(x, size=size, hop=hop), [-1, size])

    return (cut(target), cut(audio)), hop


class _Scale:
    """Distance at one window size of one piece of sound, compiled; made once for each setting."""

    def __init__(self, size, hop, mag_weight, logmag_weight):
        self.size, self.hop, self.mag_weight, self.logmag_weight = size, hop, mag_weight, logmag_weight
        self.window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)
        self.transpose = np.full(size // 2 + 1, size / 2, np.float32)     # what makes irfft the transpose of rfft
        self.transpose[[0, -1]] = size
        self.sum, self.sum_and_gradient = compiled(self._sum), compiled(self._sum_and_gradient)

    def count(self, samples):
        """Over how many magnitudes the mean goes: frames (one for each hop begun) times bins."""
        return tf.cast(-(-samples // self.hop) * (self.size // 2 + 1), tf.float32)

    def _sum(self, target, audio):
        return (self._compare(target, audio)[0],)

    def _sum_and_gradient(self, target, audio):
        total, difference, log_ratio, real, imaginary, power = self._compare(target, audio)
        inverse = tf.where(power > 0, tf.math.rsqrt(tf.maximum(power, 1e-38)), 0.0)
        by_log = tf.where(power > _EPSILON**2, tf.sign(log_ratio) * inverse, 0.0)
        by_magnitude = self.mag_weight * tf.sign(difference) + self.logmag_weight * by_log
        scale = by_magnitude * inverse * self.transpose
        frames = tf.signal.irfft(tf.complex(real * scale, imaginary * scale), [self.size]) * self.window
        return total, framing.overlap_add(frames[tf.newaxis], hop=self.hop)[0]

    def _compare(self, target, audio):
        """The summed distance, and what its gradient needs: one square root and one logarithm a magnitude."""
        target_real, target_imaginary = self._spectra(target)
        real, imaginary = self._spectra(audio)
        power = real * real + imaginary * imaginary                                   # [frames, bins]
        target_power = target_real * target_real + target_imaginary * target_imaginary
        difference = tf.sqrt(power) - tf.sqrt(target_power)
        least = _EPSILON**2
        log_ratio = 0.5 * tf.math.log(tf.maximum(power, least) / tf.maximum(target_power, least))
        total = tf.reduce_sum(self.mag_weight * tf.abs(difference) + self.logmag_weight * tf.abs(log_ratio))
        return total, difference, log_ratio, real, imaginary, power

    def _spectra(self, audio):
        """Real and imaginary parts, [frames, bins], of all windows that fit."""
        frames = (shapes.sizes(audio)[0] - self.size) // self.hop + 1
        windows = framing.frame(audio[tf.newaxis], size=self.size, hop=self.hop)[0, :frames]
        spectra = tf.signal.rfft(windows * self.window)
        return tf.math.real(spectra), tf.math.imag(spectra)


_scale = functools.lru_cache(maxsize=None)(_Scale)
