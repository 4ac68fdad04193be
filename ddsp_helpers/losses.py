"""How different two sounds are: the multi-scale spectral distance that trains the instruments."""

import functools

import numpy as np
import tensorflow as tf

from ddsp_helpers.dsp import framing, shapes

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
        values, gradients = _values_and_gradients(target, audio, settings)
        return values, lambda upstream: upstream[:, tf.newaxis] * gradients

    return distance(audio)


def _values(target, audio, settings):
    scales, mag_weight, logmag_weight = settings
    total = 0.0
    for size, hop in scales:
        t, a = (tf.abs(_spectra(x, size, hop)) for x in (target, audio))
        log_t, log_a = (tf.math.log(tf.maximum(x, _EPSILON)) for x in (t, a))
        total += tf.reduce_mean(mag_weight * tf.abs(a - t) + logmag_weight * tf.abs(log_a - log_t), axis=[1, 2])
    return total


def _values_and_gradients(target, audio, settings):
    """Distances [batch] and their gradients by audio [batch, samples], all scales."""
    scales, mag_weight, logmag_weight = settings
    samples = shapes.sizes(audio)[1]
    values, gradients = [], []
    for size, hop in scales:
        spectra = _spectra(audio, size, hop)
        t, a = tf.abs(_spectra(target, size, hop)), tf.abs(spectra)
        log_difference = tf.math.log(tf.maximum(a, _EPSILON)) - tf.math.log(tf.maximum(t, _EPSILON))
        values.append(tf.reduce_mean(mag_weight * tf.abs(a - t) + logmag_weight * tf.abs(log_difference), axis=[1, 2]))
        by_log = tf.where(a > _EPSILON, tf.math.divide_no_nan(tf.sign(log_difference), a), 0.0)
        by_magnitude = mag_weight * tf.sign(a - t) + logmag_weight * by_log          # times frames * bins
        scale = tf.math.divide_no_nan(by_magnitude, a) * _bin_weights(size)
        frames = tf.signal.irfft(spectra * tf.cast(scale, tf.complex64), [size]) * _window(size)
        count = tf.cast(shapes.sizes(a)[1] * (size // 2 + 1), tf.float32)
        gradients.append(framing.overlap_add(frames / count, hop=hop)[:, :samples])
    return tf.add_n(values), tf.add_n(gradients)


def _spectra(audio, size, hop):
    """Spectra [batch, ceil(samples / hop), size / 2 + 1] of windows that start at every hop."""
    return tf.signal.rfft(framing.frame(audio, size=size, hop=hop) * _window(size))


def _window(size):
    """Periodic Hann window, [size]."""
    return tf.constant(_numpy_window(size))


@functools.lru_cache(maxsize=None)
def _numpy_window(size):
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)


@functools.lru_cache(maxsize=None)
def _numpy_bin_weights(size):
    weights = np.full(size // 2 + 1, size / 2, np.float32)
    weights[[0, -1]] = size
    return weights


def _bin_weights(size):
    """What makes an inverse real transform the transpose of the real transform, [bins]: size / 2, and size at both ends."""
    return tf.constant(_numpy_bin_weights(size))
