"""Harmonic oscillators whose phase stays right."""

import tensorflow as tf

from ddsp_helpers.dsp.periods import frame_phases, periodic_sound
from ddsp_helpers.dsp.shapes import as_frames, at_least, frame_after, same_frames


def harmonic_frequencies(f0_hz, *, n_harmonics):
    """Frequencies of the partials of a harmonic sound.

    f_k = k * f0 for k = 1 ... n_harmonics.  Lesson 03 derives it.

    Args:
      f0_hz: fundamental frequency, [batch, frames, 1], Hz.
      n_harmonics: how many partials, at least 1.

    Returns:
      Frequencies, [batch, frames, n_harmonics], Hz.

    Raises:
      ValueError: f0_hz has no last axis of size 1, or n_harmonics < 1.

    >>> harmonic_frequencies([[[110.0]]], n_harmonics=3).numpy()[0, 0].tolist()
    [110.0, 220.0, 330.0]
    """
    f0_hz = as_frames(f0_hz, channels=1, name="f0_hz")          # [batch, frames, 1]
    k = tf.range(1, at_least(1, n_harmonics=n_harmonics) + 1)   # [n_harmonics]
    return f0_hz * tf.cast(k, f0_hz.dtype)                      # [batch, frames, n_harmonics]


def remove_above_nyquist(distribution, f0_hz, *, sample_rate):
    """Zeroes the harmonics that a sample rate cannot hold: those with k * f0 >= sample_rate / 2.

    Args:
      distribution: one value per harmonic, [batch, frames, n_harmonics].
      f0_hz: fundamental frequency, [batch, frames, 1], Hz.
      sample_rate: samples per second, Hz.

    Returns:
      The distribution with zeros, [batch, frames, n_harmonics].

    Raises:
      ValueError: a shape is not as documented.

    >>> remove_above_nyquist([[[1.0, 1.0, 1.0]]], [[[3000.0]]], sample_rate=16000).numpy()[0, 0].tolist()
    [1.0, 1.0, 0.0]
    """
    distribution = as_frames(distribution, name="distribution")
    frequencies_hz = harmonic_frequencies(f0_hz, n_harmonics=distribution.shape[-1])
    below = tf.cast(frequencies_hz < sample_rate / 2, distribution.dtype)
    return distribution * below


def normalize_harmonics(distribution, f0_hz=None, *, sample_rate=None):
    """Makes each frame's harmonics sum to 1; with f0_hz, those above Nyquist are zeroed first.

    A frame without any audible harmonic stays all zeros.

    Args:
      distribution: one value >= 0 per harmonic, [batch, frames, n_harmonics].
      f0_hz: None, or fundamental frequency, [batch, frames, 1], Hz.
      sample_rate: samples per second, Hz; needed with f0_hz.

    Returns:
      The distribution, [batch, frames, n_harmonics].

    Raises:
      ValueError: a shape is not as documented, or only one of f0_hz and sample_rate came.

    >>> normalize_harmonics([[[1.0, 1.0, 2.0]]]).numpy()[0, 0].tolist()
    [0.25, 0.25, 0.5]
    """
    distribution = as_frames(distribution, name="distribution")
    if (f0_hz is None) != (sample_rate is None):
        raise ValueError("f0_hz and sample_rate are wanted together: one came without the other (lesson 03).")
    if f0_hz is not None:
        distribution = remove_above_nyquist(distribution, f0_hz, sample_rate=sample_rate)
    return tf.math.divide_no_nan(distribution, tf.reduce_sum(distribution, axis=-1, keepdims=True))


def phase(f0_hz, *, sample_rate, hop, initial_phase=None, next_f0_hz=None):
    """Phase of the fundamental at every sample, and at the sample after the last.

    The integral of a frequency that runs linearly from frame to frame.  Whole frames are summed in float64
    and only the fraction of a cycle is kept, so the pitch stays exact however long the sound is.  Lesson 03
    shows what goes wrong with a running sum in float32.

    Args:
      f0_hz: fundamental frequency, [batch, frames, 1], Hz.
      sample_rate: samples per second, Hz.
      hop: samples from frame to frame.
      initial_phase: phase at sample 0, [batch, 1], cycles; None for 0.
      next_f0_hz: frequency of the frame after the last, [batch, 1, 1], Hz; None holds the last.

    Returns:
      Phase [batch, frames * hop], float32 cycles in about 0 ... 1, and the phase after the last sample
      [batch, 1], float64.

    Raises:
      ValueError: a shape is not as documented, or hop < 1.

    >>> cycles, after = phase([[[1.0], [1.0]]], sample_rate=8, hop=2)
    >>> cycles.numpy()[0].tolist(), float(after[0, 0])
    ([0.0, 0.125, 0.25, 0.375], 0.5)
    """
    f0_hz = as_frames(f0_hz, channels=1, name="f0_hz")
    starts, after, step, bend = frame_phases(
        f0_hz, sample_rate=sample_rate, hop=hop, initial_phase=initial_phase, next_f0_hz=next_f0_hz
    )
    i = tf.range(hop, dtype=tf.float64)
    cycles = starts[:, :, None] + step[:, :, None] * i + bend[:, :, None] * i * i      # [batch, frames, hop]
    cycles = tf.cast(cycles - tf.floor(cycles), tf.float32)
    return tf.reshape(cycles, [tf.shape(f0_hz)[0], f0_hz.shape[1] * hop if f0_hz.shape[1] else -1]), after


def harmonic_synthesis(
    f0_hz, amplitude, harmonic_distribution, *, sample_rate, hop, initial_phase=None, next_frame=None,
    return_phase=False,
):
    """A harmonic sound: the sum of A_k sin(2 pi k phi) over k = 1 ... n_harmonics.

    A_k = amplitude * harmonic_distribution_k, and phi is the integral of f0.  Lesson 03 derives it.
    Between frames f0 runs linearly and amplitudes cross-fade along a Hann ramp.  Harmonics above Nyquist are
    silent.

    Args:
      f0_hz: fundamental frequency, [batch, frames, 1], Hz; 0 is silent.
      amplitude: sum of all harmonics' amplitudes, [batch, frames, 1].
      harmonic_distribution: share of each harmonic, [batch, frames, n_harmonics].
      sample_rate: samples per second, Hz.
      hop: samples from frame to frame.
      initial_phase: phase at sample 0, [batch, 1], cycles; None for 0.
      next_frame: None holds the last frame; or (f0_hz, amplitude, harmonic_distribution) of the frame after,
        [batch, 1, ...].
      return_phase: also return the phase after the last sample.

    Returns:
      Audio, [batch, frames * hop]; with return_phase also the phase, [batch, 1], float64 cycles.

    Raises:
      ValueError: a shape is not as documented, or hop < 1.

    >>> f0_hz, amplitude, distribution = [[[100.0]] * 4], [[[0.5]] * 4], [[[1.0]] * 4]
    >>> harmonic_synthesis(f0_hz, amplitude, distribution, sample_rate=16000, hop=64).shape.as_list()
    [1, 256]
    """
    f0_hz = as_frames(f0_hz, channels=1, name="f0_hz")
    amplitude = as_frames(amplitude, channels=1, name="amplitude")
    harmonic_distribution = as_frames(harmonic_distribution, name="harmonic_distribution")
    same_frames(f0_hz=f0_hz, amplitude=amplitude, harmonic_distribution=harmonic_distribution)
    next_f0, next_amplitude, next_distribution = frame_after(next_frame, f0_hz, amplitude, harmonic_distribution)
    audio, after = periodic_sound(
        f0_hz, next_f0, amplitude, next_amplitude, harmonic_distribution, next_distribution,
        sample_rate=sample_rate, hop=hop, initial_phase=initial_phase,
    )
    return (audio, after) if return_phase else audio
