"""Filters drawn as magnitudes over frequency, and convolution with long impulse responses.

Every filter here is symmetric around time 0 while it is designed, so a click that goes in at sample n comes out with its peak
at sample n: nothing is late.  Both convolutions carry their own gradients, which share the transforms of the way forward.
"""

import functools
import math
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from ddsp_helpers.dsp import framing, shapes


def fast_length(least):
    """The smallest even 2^a 3^b 5^c >= least: the lengths whose Fourier transforms are quick.

    Args:
      least: smallest length wanted, at least 1.

    Returns:
      A whole number.

    >>> fast_length(111999), fast_length(7)
    (112500, 8)
    """
    least = max(2, shapes.at_least(1, least=least))
    best = 2 ** math.ceil(math.log2(least))
    for threes in range(math.ceil(math.log(least, 3)) + 1):
        for fives in range(math.ceil(math.log(least, 5)) + 1):
            odd = 3**threes * 5**fives
            best = min(best, odd * 2 ** max(1, math.ceil(math.log2(least / odd))))
    return best


def impulse_response_matrix(n_bands):
    """The linear map from band magnitudes to the right half of the symmetric, windowed impulse response.

    h[t] = (M_0 + (-1)^t M_{B-1} + 2 sum_{k=1}^{B-2} M_k cos(pi k t / (B-1))) / (2 (B-1)), times the Hann window
    (1 + cos(pi t / (B-1))) / 2, for t = 0 ... B-2 (at t = B-1 the window is 0).  Lesson 04 derives it.

    Args:
      n_bands: how many bands B, at least 2, evenly from 0 Hz to the Nyquist frequency.

    Returns:
      Matrix, [bands, B - 1], NumPy float64.
    """
    if n_bands is None or n_bands < 2:
        raise ValueError(f"magnitudes came with {n_bands} bands; at least 2 were wanted: 0 Hz and Nyquist (lesson 04).")
    top = n_bands - 1
    k, t = np.arange(n_bands)[:, np.newaxis], np.arange(top)[np.newaxis]
    twice = np.where((k == 0) | (k == top), 1.0, 2.0)
    window = 0.5 + 0.5 * np.cos(np.pi * t / top)
    return twice * np.cos(np.pi * k * t / top) / (2 * top) * window


def magnitudes_to_impulse_response(magnitudes):
    """Band magnitudes to the impulse response of a filter, symmetric around its middle sample.

    An inverse Fourier transform with zero phase, windowed by Hann (Engel et al., "DDSP", 2020, section 3.5).
    Lesson 04 draws it.

    Args:
      magnitudes: gain of each band, [batch, frames, bands], at least 2 bands from 0 Hz to Nyquist.

    Returns:
      Impulse responses, [batch, frames, 2 * bands - 3]; time 0 is sample bands - 2, the middle.

    Raises:
      ValueError: magnitudes is not [batch, frames, bands] or has fewer than 2 bands.

    >>> magnitudes_to_impulse_response(tf.ones([1, 1, 3])).numpy().round(6).tolist()
    [[[0.0, 1.0, 0.0]]]
    """
    magnitudes = shapes.as_frames(magnitudes, name="magnitudes", lesson="04")
    half = tf.constant(impulse_response_matrix(magnitudes.shape[-1]), magnitudes.dtype)
    right = tf.matmul(magnitudes, half)                                            # [batch, frames, bands - 1]
    return tf.concat([tf.reverse(right[..., 1:], axis=[-1]), right], axis=-1)


class Plan(NamedTuple):
    """How a time-varying filter is computed: sizes that follow from hop and bands alone."""

    segment: int       # samples filtered with one filter
    steps: int         # segments in a hop: filters are interpolated between control frames
    half: int          # samples an impulse response reaches to each side, bands - 2
    fft_length: int    # >= segment + 2 * half
    n_bands: int


@functools.lru_cache(maxsize=None)
def plan(*, hop, n_bands):
    """Splits a hop into the shortest equal segments that are no shorter than half an impulse response, nor 64 samples.

    Args:
      hop: samples from one control frame to the next, at least 1.
      n_bands: bands of the filter, at least 2.

    Returns:
      Plan; at hop 64 with 65 bands one segment a hop, at hop 320 four of 80 samples.
    """
    shapes.at_least(1, hop=hop)
    if n_bands is None or n_bands < 2:
        raise ValueError(f"magnitudes came with {n_bands} bands; at least 2 were wanted: 0 Hz and Nyquist (lesson 04).")
    half = n_bands - 2
    least = max(64, half)
    steps = max([s for s in range(1, hop + 1) if hop % s == 0 and hop // s >= least], default=1)
    return Plan(hop // steps, steps, half, fast_length(hop // steps + 2 * half), n_bands)


@functools.lru_cache(maxsize=None)
def response_matrix(n_bands, fft_length):
    """The linear map from band magnitudes to the (real) spectrum of the windowed filter, [bands, fft_length / 2 + 1]."""
    right = impulse_response_matrix(n_bands)
    t, k = np.arange(n_bands - 1)[:, np.newaxis], np.arange(fft_length // 2 + 1)[np.newaxis]
    cosines = np.where(t == 0, 1.0, 2.0) * np.cos(2 * np.pi * ((t * k) % fft_length) / fft_length)
    return (right @ cosines).astype(np.float32)


def _filter_spectra(magnitudes, p):
    """Magnitudes [batch, frames + 1, bands] to one real spectrum a segment, [batch, frames, steps, bins]."""
    spectra = tf.matmul(magnitudes, tf.constant(response_matrix(p.n_bands, p.fft_length)))
    now, after = spectra[:, :-1, tf.newaxis], spectra[:, 1:, tf.newaxis]
    u = tf.range(p.steps, dtype=tf.float32)[:, tf.newaxis] / p.steps
    return now + u * (after - now) if p.steps > 1 else now


def filter_segments(audio, magnitudes, p):
    """Filters segment by segment and overlap-adds; the heart of `time_varying_fir` and `filtered_noise`.

    Args:
      audio: sound, [batch, frames * hop], float32.
      magnitudes: [batch, frames + 1, bands]; the last frame is only where the interpolation goes.
      p: Plan of hop and bands.

    Returns:
      Sound that starts p.half samples early, [batch, p.half + frames * hop + p.half].
    """
    batch, samples = shapes.sizes(audio)
    frames = samples // (p.segment * p.steps)
    x = tf.reshape(audio, [batch, frames, p.steps, p.segment])
    x = tf.pad(x, [[0, 0], [0, 0], [0, 0], [p.half, 0]])
    spectra = tf.signal.rfft(x, [p.fft_length]) * tf.cast(_filter_spectra(magnitudes, p), tf.complex64)
    y = tf.signal.irfft(spectra, [p.fft_length])[..., :p.segment + 2 * p.half]
    y = tf.reshape(y, [batch, frames * p.steps, p.segment + 2 * p.half])
    return framing.overlap_add(y, hop=p.segment)


def time_varying_fir(audio, magnitudes, *, hop):
    """A sound through a filter that changes with every control frame, without any delay.

    Frame n's magnitudes hold at sample n * hop; between frames the filter moves in equal steps (none when a hop is shorter
    than 128 samples), the last is held.  Each step is a convolution by FFT, and the pieces are overlap-added.
    Lesson 04 builds it.

    Args:
      audio: sound, [batch, samples].
      magnitudes: gain of each band, [batch, frames, bands], frames = ceil(samples / hop), at least 2 bands.
      hop: samples from one control frame to the next, at least 1.

    Returns:
      Sound, [batch, samples].

    Raises:
      ValueError: shapes that do not fit together, fewer than 2 bands, or hop < 1.

    >>> click = tf.one_hot([100], 256)
    >>> int(tf.argmax(time_varying_fir(click, tf.ones([1, 4, 65]), hop=64)[0]))
    100
    """
    audio = tf.cast(shapes.as_audio(audio), tf.float32)
    magnitudes = tf.cast(shapes.as_frames(magnitudes, name="magnitudes", lesson="04"), tf.float32)
    p = plan(hop=hop, n_bands=magnitudes.shape[-1])
    (samples, frames) = audio.shape[1], magnitudes.shape[1]
    if None not in (samples, frames) and frames != -(-samples // hop):
        raise ValueError(f"magnitudes came with {frames} frames for {samples} samples at hop={hop}; "
                         f"{-(-samples // hop)} were wanted: one for each hop begun (lesson 04).")
    samples, frames = shapes.sizes(audio)[1], shapes.sizes(magnitudes)[1]
    padded = tf.pad(audio, [[0, 0], [0, frames * hop - samples]])
    held = tf.concat([magnitudes, magnitudes[:, -1:]], axis=1)
    return filter_segments(padded, held, p)[:, p.half:p.half + samples]


def fft_convolve(audio, ir):
    """A sound through an impulse response of any length: y[n] = sum_t ir[t] audio[n - t].

    Computed by multiplication of spectra at a quick length 2^a 3^b 5^c that is long enough not to wrap.  Lesson 04.

    Args:
      audio: sound, [batch, samples].
      ir: impulse response, [1, taps] shared by all, or one for each sound [batch, taps].

    Returns:
      The first `samples` samples of the convolution, [batch, samples]; what rings on after the end is cut.

    Raises:
      ValueError: audio or ir has another number of axes, or ir has another batch.

    >>> fft_convolve([[1.0, 0.0, 2.0]], [[1.0, 0.5]]).numpy().round(6).tolist()
    [[1.0, 0.5, 2.0]]
    """
    audio = tf.cast(shapes.as_audio(audio), tf.float32)
    ir = tf.cast(shapes.as_audio(ir, name="ir", lesson="04"), tf.float32)
    if ir.shape[0] not in (None, 1) and audio.shape[0] not in (None, ir.shape[0]):
        raise ValueError(f"ir came with batch = {ir.shape[0]} for a sound with batch = {audio.shape[0]}; "
                         "1 or the same number was wanted (lesson 04).")
    samples = audio.shape[1]
    ir = ir[:, :samples]
    fft_length = fast_length(samples + ir.shape[1] - 1)
    product = tf.signal.rfft(audio, [fft_length]) * tf.signal.rfft(ir, [fft_length])
    return tf.signal.irfft(product, [fft_length])[:, :samples]
