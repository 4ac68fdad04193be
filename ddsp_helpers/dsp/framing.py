"""Cutting a sound into overlapping frames, and adding frames back into a sound."""

import tensorflow as tf

from ddsp_helpers.dsp import shapes


def frame(audio, *, size, hop):
    """Overlapping pieces of a sound: frame i holds samples i * hop ... i * hop + size - 1.

    The sound is extended with zeros so that every sample is in a frame that starts at or before it.  The
    frames are slices of the sound reshaped into hops, which is quicker than gathering them one by one.
    Lesson 02 draws them.

    Args:
      audio: sound, [batch, samples].
      size: samples in a frame, at least 1.
      hop: samples from one frame to the next, at least 1.

    Returns:
      Frames, [batch, ceil(samples / hop), size].

    Raises:
      ValueError: audio is not [batch, samples], size < 1 or hop < 1.

    >>> frame([[1.0, 2.0, 3.0, 4.0]], size=4, hop=2).numpy()[0].tolist()
    [[1.0, 2.0, 3.0, 4.0], [3.0, 4.0, 0.0, 0.0]]
    """
    audio = shapes.as_audio(audio)
    shapes.at_least(1, size=size), shapes.at_least(1, hop=hop)
    batch, samples = shapes.sizes(audio)
    n_frames, pieces = -(-samples // hop), -(-size // hop)
    padded = tf.pad(audio, [[0, 0], [0, (n_frames + pieces - 1) * hop - samples]])
    hops = tf.reshape(padded, [batch, n_frames + pieces - 1, hop])                 # [batch, hops, hop]
    frames = tf.concat([hops[:, i:i + n_frames] for i in range(pieces)], axis=-1)  # [batch, frames, ...]
    return frames[:, :, :size]


def overlap_add(frames, *, hop):
    """The sum of frames that start hop samples apart: the transpose of `frame`.

    Args:
      frames: pieces of sound, [batch, frames, size].
      hop: samples from the start of one frame to the start of the next, at least 1.

    Returns:
      Sound, [batch, (frames - 1) * hop + size].

    Raises:
      ValueError: frames is not [batch, frames, size], or hop < 1.

    >>> overlap_add([[[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]]], hop=2).numpy()[0].tolist()
    [1.0, 1.0, 2.0, 2.0, 1.0, 1.0]
    """
    frames = shapes.as_frames(frames, name="frames")
    shapes.at_least(1, hop=hop)
    batch, n_frames, size = shapes.sizes(frames)
    pieces = -(-size // hop)
    frames = tf.pad(frames, [[0, 0], [0, 0], [0, pieces * hop - size]])
    frames = tf.reshape(frames, [batch, n_frames, pieces, hop])
    hops = tf.add_n([tf.pad(frames[:, :, i], [[0, 0], [i, pieces - 1 - i], [0, 0]]) for i in range(pieces)])
    audio = tf.reshape(hops, [batch, (n_frames + pieces - 1) * hop])
    return audio[:, :(n_frames - 1) * hop + size]
