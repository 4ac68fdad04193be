"""A delay line whose length moves: chorus, flanger, vibrato."""

import tensorflow as tf

from ddsp_helpers.dsp import shapes


def modulated_delay(audio, delay_samples):
    """Each output sample reads the sound delay_samples earlier, between samples by a straight line.

    y[n] = (1 - q) x[n - d] + q x[n - d - 1], delay = d + q, d whole and 0 <= q < 1; before the sound begins
    it is silent. Nothing wraps around, whatever the delay.  Lesson 04 makes a chorus of it.

    Args:
      audio: sound, [batch, samples].
      delay_samples: delay of each output sample, [batch, samples], >= 0 (a negative one, which would be the
        future, reads as 0).

    Returns:
      Delayed sound, [batch, samples]; differentiable in the sound and in the delay.

    Raises:
      ValueError: audio or delay_samples is not [batch, samples], or their shapes differ.

    >>> modulated_delay([[1.0, 2.0, 4.0, 8.0]], [[0.0, 0.5, 1.0, 9.0]]).numpy().tolist()
    [[1.0, 1.5, 2.0, 0.0]]
    """
    audio = shapes.as_audio(audio)
    delay = tf.cast(shapes.as_audio(delay_samples, name="delay_samples", lesson="04"), audio.dtype)
    if not audio.shape.is_compatible_with(delay.shape):
        raise ValueError(f"delay_samples came with shape {list(delay.shape)} for audio {list(audio.shape)}; "
                         "the same shape was wanted (lesson 04).")
    samples = shapes.sizes(audio)[1]
    whole = tf.floor(tf.clip_by_value(delay, 0.0, tf.cast(samples, delay.dtype)))
    between = tf.maximum(delay, 0.0) - whole                                      # [batch, samples], 0 ... 1
    between = tf.where(delay < tf.cast(samples, delay.dtype), between, 0.0)
    newer = samples + 1 + tf.range(samples) - tf.cast(whole, tf.int32)           # index into the padded sound
    padded = tf.pad(audio, [[0, 0], [samples + 1, 0]])
    read = tf.gather(padded, newer, axis=1, batch_dims=1)
    older = tf.gather(padded, newer - 1, axis=1, batch_dims=1)
    return (1.0 - between) * read + between * older
