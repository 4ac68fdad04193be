"""The published formula, written down as plainly as it is published: the yardstick of the benchmarks.

A bank of sine waves whose phases are running float32 sums (Engel et al., 2020): frequencies and amplitudes are brought
to audio rate first, then every harmonic is a sine of its own at every sample.
"""

import math

import tensorflow as tf


def hann_upsample(x, hop):
    """[batch, frames, channels] to [batch, frames * hop, channels] by overlapping Hann windows; the last is held."""
    following = tf.concat([x[:, 1:], x[:, -1:]], axis=1)
    ramp = 0.5 - 0.5 * tf.cos(math.pi / hop * tf.range(hop, dtype=x.dtype))[:, None]
    y = x[:, :, None] * (1 - ramp) + following[:, :, None] * ramp
    return tf.reshape(y, [x.shape[0], -1, x.shape[-1]])


def linear_upsample(x, hop):
    """[batch, frames, channels] to [batch, frames * hop, channels] by straight lines; the last is held."""
    following = tf.concat([x[:, 1:], x[:, -1:]], axis=1)
    ramp = (tf.range(hop, dtype=x.dtype) / hop)[:, None]
    y = x[:, :, None] + (following - x)[:, :, None] * ramp
    return tf.reshape(y, [x.shape[0], -1, x.shape[-1]])


def harmonic_synthesis(f0_hz, amplitude, harmonic_distribution, *, sample_rate, hop):
    """Audio [batch, frames * hop] as a bank of sines at audio rate with cumulative phases."""
    n_harmonics = harmonic_distribution.shape[-1]
    k = tf.range(1, n_harmonics + 1, dtype=f0_hz.dtype)
    frequencies_hz = linear_upsample(f0_hz * k, hop)
    below = tf.cast(f0_hz * k < sample_rate / 2, f0_hz.dtype)
    amplitudes = hann_upsample(amplitude * harmonic_distribution * below, hop)
    amplitudes *= tf.cast(frequencies_hz < sample_rate / 2, f0_hz.dtype)
    phases = tf.cumsum(2 * math.pi / sample_rate * frequencies_hz, axis=1)
    return tf.reduce_sum(amplitudes * tf.sin(phases), axis=-1)


def fft_convolve(audio, impulse_responses, *, hop):
    """Audio [batch, frames * hop] through one impulse response a frame, [batch, frames, taps]: FFTs of a power of two."""
    batch, frames, taps = impulse_responses.shape
    fft_length = 2 ** math.ceil(math.log2(hop + taps - 1))
    pieces = tf.signal.frame(audio, hop, hop, pad_end=True)
    spectra = tf.signal.rfft(pieces, [fft_length]) * tf.signal.rfft(impulse_responses, [fft_length])
    return tf.signal.overlap_and_add(tf.signal.irfft(spectra, [fft_length]), hop)


def filtered_noise(magnitudes, *, hop):
    """Uniform noise through windowed impulse responses of the magnitudes [batch, frames, bands]; fresh at every call."""
    batch, frames, bands = magnitudes.shape
    zero_phase = tf.signal.irfft(tf.complex(magnitudes, tf.zeros_like(magnitudes)))
    taps = 2 * (bands - 1)
    window = tf.signal.hann_window(taps, periodic=True)
    impulse_responses = tf.roll(zero_phase, taps // 2, axis=-1) * window
    noise = tf.random.uniform([batch, frames * hop], minval=-1.0, maxval=1.0)
    return fft_convolve(noise, impulse_responses, hop=hop)[:, taps // 2:taps // 2 + frames * hop]


def reverb(audio, impulse_response):
    """Audio [batch, samples] plus its convolution with [taps], tap 0 masked, the response repeated for every sound."""
    batch, samples = audio.shape
    masked = tf.concat([tf.zeros_like(impulse_response[:1]), impulse_response[1:]], axis=0)
    repeated = tf.tile(masked[None], [batch, 1])
    return audio + fft_convolve(audio, repeated[:, None], hop=samples)[:, :samples]


def spectral_loss(target, audio, *, fft_sizes=(2048, 1024, 512, 256, 128, 64)):
    """Mean L1 distance of magnitudes and of log magnitudes at several sizes, overlap 3/4; a scalar."""
    def magnitudes(x, size):
        return tf.abs(tf.signal.stft(x, size, size // 4, size, pad_end=True))

    def safe_log(x):
        return tf.math.log(tf.where(x <= 1e-5, 1e-5, x))

    loss = 0.0
    for size in fft_sizes:
        t, a = magnitudes(target, size), magnitudes(audio, size)
        loss += tf.reduce_mean(tf.abs(t - a)) + tf.reduce_mean(tf.abs(safe_log(t) - safe_log(a)))
    return loss
