"""How different two sounds are: the multi-scale spectral distance that trains the instruments."""

import functools
import math

import numpy as np
import tensorflow as tf

from ddsp_helpers.dsp import clips, framing, shapes
from ddsp_helpers.dsp.kernels import compiled

LONGEST = 65536      # samples in one compiled piece

_EPSILON = 1e-5      # magnitudes below this count as this in the logarithm


class MultiScaleSpectralLoss:
    """Mean L1 distance of magnitudes and of log magnitudes, summed over several window sizes.

    sum over N of  mean |S_N(x) - S_N(y)| * mag_weight + mean |log S_N(x) - log S_N(y)| * logmag_weight,
    S_N magnitudes with a Hann window of N samples (Engel et al., "DDSP", 2020, section 4.2).  Short windows
    see when, long ones see which frequency.  Lesson 05 plots what each sees.

    The gradient is computed in the same pass as the value.  The target is a constant: no gradient flows to
    it.

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

    def __init__(self, fft_sizes=(2048, 1024, 512, 256, 128, 64), *, overlap=0.75, mag_weight=1.0,
                 logmag_weight=1.0, name="spectral_loss"):
        if not fft_sizes or mag_weight < 0 or logmag_weight < 0:
            raise ValueError(f"fft_sizes={fft_sizes}, mag_weight={mag_weight}, logmag_weight={logmag_weight} "
                             "came; at least one size and no negative weight were wanted (lesson 05).")
        hops = [size * (1.0 - overlap) for size in fft_sizes]
        for size, hop in zip(fft_sizes, hops):
            if hop < 1 or abs(hop - round(hop)) > 1e-9 or size % round(hop) or size % 2:
                raise ValueError(f"FFT size {size} with overlap={overlap} came, a hop of {hop:g} samples; an "
                                 "even size that is a multiple of a whole hop was wanted (lesson 05).")
        self.fft_sizes, self.overlap = tuple(int(size) for size in fft_sizes), overlap
        self.mag_weight, self.logmag_weight = float(mag_weight), float(logmag_weight)
        self.name = self.__name__ = name
        self._scales = tuple((size, round(hop)) for size, hop in zip(self.fft_sizes, hops))

    @classmethod
    def for_sample_rate(cls, sample_rate, **settings):
        """The same windows in milliseconds at another sample rate: 4 ... 128 ms, each twice the one before.

        >>> MultiScaleSpectralLoss.for_sample_rate(48000).fft_sizes
        (6144, 3072, 1536, 768, 384, 192)
        """
        shortest = 4 * round(16 * sample_rate / 16000)
        return cls(tuple(shortest * 2**octave for octave in range(5, -1, -1)), **settings)

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
        raise ValueError(f"target came with shape {list(target.shape)} and audio with {list(audio.shape)}; "
                         "the same shape was wanted (lesson 05).")
    return target, audio


def _distance(audio, target, settings):
    """Distances [batch] with the gradient that the same pass computed."""

    @tf.custom_gradient
    def distance(audio):
        pieces, step, kernels = _prepare(target, audio, settings)

        def piece(target, audio):
            found = [kernel.sum_and_gradient(target, audio, share) for kernel, share in kernels]
            return [tf.add_n(parts) for parts in zip(*found)]

        sums, gradients = clips.each_clip(piece, pieces, (tf.float32, tf.float32))
        batch, samples = shapes.sizes(audio)
        gradients = tf.reshape(gradients, [batch, -(-samples // step), pieces[0].shape[1]])
        gradients = framing.overlap_add(gradients, hop=step)[:, :samples]
        return _total(sums, batch), lambda upstream: upstream[:, tf.newaxis] * gradients

    return distance(audio)


def _values(target, audio, settings):
    """Distances [batch], without gradients."""
    pieces, _, kernels = _prepare(target, audio, settings)

    def piece(target, audio):
        return (tf.add_n([kernel.sum(target, audio, share)[0] for kernel, share in kernels]),)

    return _total(clips.each_clip(piece, pieces, (tf.float32,))[0], shapes.sizes(audio)[0])


def _total(sums, batch):
    return tf.reduce_sum(tf.reshape(sums, [batch, -1]), axis=1)


def _prepare(target, audio, settings):
    """Both sounds in pieces, the samples from piece to piece, and for each scale its kernel and 1 / (frames *
    bins).

    A piece carries `reach` samples of the next one, for the windows that begin in it.  What fills up the last
    piece is zero in both sounds: such windows are equal and add nothing.
    """
    scales, mag_weight, logmag_weight = settings
    reach, samples = max(size for size, _ in scales), audio.shape[1]
    longest = max(LONGEST, 4 * reach)
    if samples is not None and samples <= longest:
        step = clips.piece_length(samples, longest)
    else:                                                   # windows of every size begin where a piece begins
        unit = math.lcm(*[hop for _, hop in scales])
        step = unit * clips.piece_length(samples and -(-samples // unit), max(1, longest // unit))
    size = step + reach
    pieces = [tf.reshape(framing.frame(x, size=size, hop=step), [-1, size]) for x in (target, audio)]
    samples, kernels = shapes.sizes(audio)[1], []
    for size, hop in scales:
        count = tf.cast(-(-samples // hop) * (size // 2 + 1), tf.float32)
        kernels.append((_scale(size, hop, reach, mag_weight, logmag_weight), 1.0 / count))
    return tuple(pieces), step, kernels


class _Scale:
    """Distance at one window size of one piece of sound, [step + reach], compiled; made once a setting."""

    def __init__(self, size, hop, reach, mag_weight, logmag_weight):
        self.size, self.hop, self.reach = size, hop, reach
        self.mag_weight, self.logmag_weight = mag_weight, logmag_weight
        self.window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)
        self.transpose = np.full(size // 2 + 1, size / 2, np.float32)   # makes irfft the transpose of rfft
        self.transpose[[0, -1]] = size
        self.sum, self.sum_and_gradient = compiled(self._sum), compiled(self._sum_and_gradient)

    def _sum(self, target, audio, share):
        return (self._compare(target, audio)[0] * share,)

    def _sum_and_gradient(self, target, audio, share):
        total, difference, log_ratio, real, imaginary, power = self._compare(target, audio)
        inverse = tf.where(power > 0, tf.math.rsqrt(tf.maximum(power, 1e-38)), 0.0)
        by_log = tf.where(power > _EPSILON**2, tf.sign(log_ratio) * inverse, 0.0)
        by_magnitude = self.mag_weight * tf.sign(difference) + self.logmag_weight * by_log
        scale = by_magnitude * inverse * (self.transpose * share)
        frames = tf.signal.irfft(tf.complex(real * scale, imaginary * scale), [self.size]) * self.window
        gradient = framing.overlap_add(frames[tf.newaxis], hop=self.hop)[0]
        return total * share, tf.pad(gradient, [[0, shapes.sizes(audio)[0] - shapes.sizes(gradient)[0]]])

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
        """Real and imaginary parts, [frames, bins], of windows that begin before the last `reach` samples."""
        frames = -(-(shapes.sizes(audio)[0] - self.reach) // self.hop)
        windows = framing.frame(audio[tf.newaxis], size=self.size, hop=self.hop)[0, :frames]
        spectra = tf.signal.rfft(windows * self.window)
        return tf.math.real(spectra), tf.math.imag(spectra)


_scale = functools.lru_cache(maxsize=None)(_Scale)
