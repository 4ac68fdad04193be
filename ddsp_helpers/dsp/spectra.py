"""Sound seen over frequency: magnitudes, mel bands, A-weighted loudness, RMS level.  All differentiable."""

import functools
import math

import numpy as np
import tensorflow as tf

from ddsp_helpers.dsp import framing, shapes

FLOOR_DB = -80.0


def _centred_frames(audio, *, size, hop):
    """Frames whose middle is at sample i * hop, [batch, ceil(samples / hop), size]."""
    n_frames = -(-shapes.sizes(audio)[1] // hop)
    padded = tf.pad(audio, [[0, 0], [size // 2, size - size // 2]])
    return framing.frame(padded, size=size, hop=hop)[:, :n_frames]


def stft_magnitude(audio, *, n_fft, hop):
    """Magnitudes of the short-time Fourier transform, with a periodic Hann window.

    |X[i, k]| = |sum_t w[t] x[i hop + t - n_fft / 2] e^(-2 pi j k t / n_fft)|; frame i is centred at sample i
    * hop, and the sound is extended with zeros.  Lesson 02 derives it.

    Args:
      audio: sound, [batch, samples].
      n_fft: samples in a window, even, at least 2.
      hop: samples from one frame to the next, at least 1.

    Returns:
      Magnitudes, [batch, ceil(samples / hop), n_fft / 2 + 1].

    Raises:
      ValueError: audio is not [batch, samples], n_fft is odd or too small, or hop < 1.

    >>> stft_magnitude(tf.ones([1, 100]), n_fft=64, hop=25).shape.as_list()
    [1, 4, 33]
    """
    audio = shapes.as_audio(audio, lesson="02")
    if shapes.at_least(2, n_fft=n_fft) % 2:
        raise ValueError(f"n_fft came as {n_fft}; an even number was wanted (lesson 02).")
    window = tf.signal.hann_window(n_fft, periodic=True, dtype=audio.dtype)
    spectra = tf.signal.rfft(_centred_frames(audio, size=n_fft, hop=shapes.at_least(1, hop=hop)) * window)
    return smooth_abs(spectra)


@tf.custom_gradient
def smooth_abs(spectra):
    """|z| with gradient z / |z|, and 0 where z = 0 (silence must not make NaN)."""
    magnitudes = tf.abs(spectra)

    def gradient(upstream):
        scale = tf.math.divide_no_nan(upstream, magnitudes)
        return tf.complex(scale * tf.math.real(spectra), scale * tf.math.imag(spectra))

    return magnitudes, gradient


@functools.lru_cache(maxsize=None)
def mel_matrix(*, sample_rate, n_fft, n_mels=128, f_min_hz=20.0, f_max_hz=8000.0):
    """Triangles that gather Fourier bins into bands evenly spaced in mel, each of area 1 (Slaney, 1998).

    mel = f / (200/3) below 1 kHz, 15 + 27 ln(f / 1000) / ln(6.4) above.  Lesson 02 plots it.

    Args:
      sample_rate: Hz.
      n_fft: size of the transform, even.
      n_mels: how many bands, at least 1.
      f_min_hz: lowest corner, Hz.
      f_max_hz: highest corner, Hz, at most half the sample rate.

    Returns:
      Weights, [n_fft / 2 + 1, n_mels], NumPy float32.

    Raises:
      ValueError: no room between f_min_hz and f_max_hz, or f_max_hz is above Nyquist.
    """
    if not 0 <= f_min_hz < f_max_hz <= sample_rate / 2:
        raise ValueError(f"mel bands came from {f_min_hz} to {f_max_hz} Hz; 0 <= f_min_hz < f_max_hz <= "
                         f"{sample_rate / 2} Hz was wanted at sample rate {sample_rate} (lesson 02).")
    linear, ratio = 200.0 / 3.0, math.log(6.4) / 27.0
    low, high = (f / linear if f < 1000 else 15 + math.log(f / 1000) / ratio for f in (f_min_hz, f_max_hz))
    mels = np.linspace(low, high, shapes.at_least(1, n_mels=n_mels) + 2)
    corners = np.where(mels < 15, mels * linear, 1000 * np.exp(ratio * (mels - 15)))
    bins = np.arange(n_fft // 2 + 1)[:, np.newaxis] * sample_rate / n_fft
    left, middle, right = corners[:-2], corners[1:-1], corners[2:]
    triangles = np.minimum((bins - left) / (middle - left), (right - bins) / (right - middle))
    weights = (np.maximum(0, triangles) * 2 / (right - left)).astype(np.float32)
    weights.setflags(write=False)       # one array for everybody who asks
    return weights


def mel(audio, *, sample_rate, n_fft=1024, hop=256, n_mels=128, f_min_hz=20.0, f_max_hz=8000.0):
    """Magnitudes gathered into mel bands: stft_magnitude times mel_matrix.

    Args:
      audio: sound, [batch, samples].
      sample_rate: Hz.
      n_fft: samples in a window, even.
      hop: samples from one frame to the next.
      n_mels: how many bands.
      f_min_hz: lowest corner, Hz.
      f_max_hz: highest corner, Hz.

    Returns:
      Magnitudes, [batch, ceil(samples / hop), n_mels].

    >>> mel(tf.ones([1, 1000]), sample_rate=16000, n_mels=40).shape.as_list()
    [1, 4, 40]
    """
    bands = {"n_mels": n_mels, "f_min_hz": f_min_hz, "f_max_hz": f_max_hz}
    weights = mel_matrix(sample_rate=sample_rate, n_fft=n_fft, **bands)
    magnitudes = stft_magnitude(audio, n_fft=n_fft, hop=hop)
    return tf.matmul(magnitudes, tf.constant(weights, magnitudes.dtype))


def a_weighting(frequencies_hz):
    """How much quieter (or louder) a frequency sounds than 1 kHz: the A curve of IEC 61672.

    Args:
      frequencies_hz: any shape, Hz, >= 0; NumPy.

    Returns:
      dB, same shape, NumPy float64, not below -80.

    >>> a_weighting([100.0, 1000.0]).round(1).tolist()
    [-19.1, 0.0]
    """
    f2 = np.asarray(frequencies_hz, np.float64) ** 2
    with np.errstate(divide="ignore"):
        weight = (2.0 + 20 * math.log10(12194.217) * 2 + 40 * np.log10(f2) - 20 * np.log10(f2 + 12194.217**2)
                  - 20 * np.log10(f2 + 20.598997**2) - 10 * np.log10(f2 + 107.65265**2)
                  - 10 * np.log10(f2 + 737.86223**2))
    return np.maximum(weight, FLOOR_DB)


def _hop(sample_rate, frame_rate):
    if sample_rate % frame_rate:
        raise ValueError(f"frame_rate={frame_rate} came with sample_rate={sample_rate}; one that divides it "
                         "was wanted (lesson 06).")
    return sample_rate // frame_rate


def _power_to_db(power):
    least = 10.0 ** (FLOOR_DB / 10.0)
    return tf.math.log(tf.maximum(power, least)) * (10.0 / math.log(10.0))


def loudness_db(audio, *, sample_rate, frame_rate=50, n_fft=512):
    """A-weighted loudness of every control frame.

    L[i] = 10 log10(mean_k |X[i, k]|^2 10^(A_k / 10)), not below -80 dB: the mean over bins is of powers, as
    in magenta/ddsp from version 2 on.  A 1 kHz sine of amplitude 1 has 19.81 dB at n_fft = 512.  Lesson 06
    derives it.

    Args:
      audio: sound, [batch, samples].
      sample_rate: Hz.
      frame_rate: frames per second, Hz; it must divide sample_rate.
      n_fft: samples in a window, even.

    Returns:
      Loudness, [batch, ceil(samples / hop)], dB; frame i is centred at sample i * hop.

    Raises:
      ValueError: audio is not [batch, samples], frame_rate does not divide sample_rate, or n_fft is odd.

    >>> loudness_db(tf.zeros([1, 640]), sample_rate=16000).numpy().round(3).tolist()
    [[-80.0, -80.0]]
    """
    magnitudes = stft_magnitude(audio, n_fft=n_fft, hop=_hop(sample_rate, frame_rate))
    weights = 10.0 ** (a_weighting(np.arange(n_fft // 2 + 1) * sample_rate / n_fft) / 10.0)
    power = tf.linalg.matvec(magnitudes**2, tf.constant(weights / (n_fft // 2 + 1), magnitudes.dtype))
    return _power_to_db(power)


def rms_power_db(audio, *, sample_rate, frame_rate=50, frame_size=1024):
    """RMS level of every control frame: 10 log10(mean of x^2), not below -80 dB.  Lesson 06.

    Args:
      audio: sound, [batch, samples].
      sample_rate: Hz.
      frame_rate: frames per second, Hz; it must divide sample_rate.
      frame_size: samples in a frame, at least 1.

    Returns:
      Level, [batch, ceil(samples / hop)], dB re full scale; frame i is centred at sample i * hop.

    Raises:
      ValueError: audio is not [batch, samples], or frame_rate does not divide sample_rate.

    >>> rms_power_db(0.1 * tf.ones([1, 4096]), sample_rate=16000).numpy()[0, 5].round(3).tolist()
    -20.0
    """
    audio = shapes.as_audio(audio, lesson="06")
    size = shapes.at_least(1, frame_size=frame_size)
    frames = _centred_frames(audio, size=size, hop=_hop(sample_rate, frame_rate))
    return _power_to_db(tf.reduce_mean(frames**2, axis=-1))
