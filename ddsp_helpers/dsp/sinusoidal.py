"""A bank of free sine waves."""

import math

import tensorflow as tf

from ddsp_helpers.dsp.periods import frame_phases
from ddsp_helpers.dsp.shapes import as_frames, frame_after, same_frames


def sinusoidal_synthesis(
    amplitudes, frequencies_hz, *, sample_rate, hop, initial_phase=None, next_frame=None, return_phase=False
):
    """A sum of sine waves, each with its own frequency and amplitude: x = sum_k A_k sin(2 pi phi_k).

    Between frames frequencies run linearly and amplitudes cross-fade along a Hann ramp.  A sine at or above
    Nyquist in either frame is silent between the two.  Lesson 03 builds it.

    Args:
      amplitudes: [batch, frames, n_sines].
      frequencies_hz: [batch, frames, n_sines], Hz.
      sample_rate: samples per second, Hz.
      hop: samples from frame to frame.
      initial_phase: phases at sample 0, [batch, n_sines], cycles; None for 0.
      next_frame: None holds the last frame; or (amplitudes, frequencies_hz) of the frame after, [batch, 1,
        n_sines].
      return_phase: also return the phases after the last sample.

    Returns:
      Audio, [batch, frames * hop]; with return_phase also phases, [batch, n_sines], float64 cycles.

    Raises:
      ValueError: a shape is not as documented, or hop < 1.

    >>> sinusoidal_synthesis([[[1.0, 0.5]]], [[[440.0, 555.5]]], sample_rate=16000, hop=64).shape.as_list()
    [1, 64]
    """
    amplitudes = tf.cast(as_frames(amplitudes, name="amplitudes"), tf.float32)
    n_sines = amplitudes.shape[-1]
    frequencies_hz = as_frames(frequencies_hz, channels=n_sines, name="frequencies_hz")
    same_frames(amplitudes=amplitudes, frequencies_hz=frequencies_hz)
    batch, frames = tf.shape(amplitudes)[0], amplitudes.shape[1]
    next_amplitudes, next_hz = frame_after(next_frame, amplitudes, frequencies_hz)

    def one_by_one(x):                                                           # [b, f, k] -> [b * k, f, 1]
        return tf.reshape(tf.transpose(x, [0, 2, 1]), [batch * n_sines, -1, 1])

    start, after, step, bend = frame_phases(
        one_by_one(frequencies_hz), sample_rate=sample_rate, hop=hop, next_f0_hz=one_by_one(next_hz),
        initial_phase=None if initial_phase is None else tf.reshape(initial_phase, [batch * n_sines, 1]),
    )
    i = tf.range(hop, dtype=tf.float64)
    cycles = start[..., None] + step[..., None] * i + bend[..., None] * i * i    # [b * k, f, hop]
    waves = tf.sin(2 * math.pi * tf.cast(cycles - tf.round(cycles), tf.float32))
    waves = tf.reshape(waves, [batch, n_sines, -1, hop])
    following_hz = tf.concat([frequencies_hz[:, 1:], next_hz], axis=1)
    audible = tf.cast(tf.maximum(frequencies_hz, following_hz) < sample_rate / 2, amplitudes.dtype)
    following = tf.concat([amplitudes[:, 1:], next_amplitudes], axis=1) * audible
    ramp = 0.5 - 0.5 * tf.cos(math.pi / hop * tf.range(hop, dtype=tf.float32))   # [hop]
    audio = tf.einsum("bfk,bkfh->bfh", amplitudes * audible, waves) * (1 - ramp)
    audio += tf.einsum("bfk,bkfh->bfh", following, waves) * ramp
    audio = tf.reshape(audio, [batch, frames * hop if frames else -1])
    return (audio, tf.reshape(after, [batch, n_sines])) if return_phase else audio
