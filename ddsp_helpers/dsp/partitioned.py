"""Convolution with a long impulse response, block after block, without repeating what was computed before.

The impulse response is cut into parts as long as a block, and the spectra of the last blocks are kept: a block costs one
Fourier transform there, one back and a product with each part (Gardner, "Efficient Convolution without Input-Output
Delay", JAES 43, 1995, with parts of one length).  Nothing is late.  Lesson 13 counts what it saves.
"""

import tensorflow as tf

from ddsp_helpers.dsp import shapes


def init_stream(ir, *, batch, block):
    """State of `step_stream` before the first sample.

    Args:
      ir: impulse response, [1 or batch, taps].
      batch: rows of sound.
      block: samples in a block, at least 1.

    Returns:
      The spectra of the parts of ir, [1 or batch, parts, block + 1], those of the blocks before, [batch, parts - 1,
      block + 1], oldest first, and the block before, [batch, block].

    >>> room, heard, before = init_stream(tf.ones([1, 10]), batch=2, block=4)
    >>> room.shape.as_list(), heard.shape.as_list(), before.shape.as_list()
    ([1, 3, 5], [2, 2, 5], [2, 4])
    """
    ir, block = shapes.as_audio(ir, name="ir", lesson="04"), shapes.at_least(1, block=block)
    parts = -(-ir.shape[1] // block)
    cut = tf.reshape(tf.pad(ir, [[0, 0], [0, parts * block - ir.shape[1]]]), [-1, parts, block])
    return (tf.signal.rfft(cut, [2 * block]), tf.zeros([batch, parts - 1, block + 1], tf.complex64),
            tf.zeros([batch, block]))


def step_stream(state, audio):
    """The next blocks of audio convolved with the impulse response of the state.

    Args:
      state: of init_stream or the step before.
      audio: [batch, k * block], k at least 1.

    Returns:
      The next state, and sound of the same length; joined, what `fft_convolve` gives at once.

    Raises:
      ValueError: audio is no whole number of blocks.

    >>> state, audio = step_stream(init_stream(tf.ones([1, 10]), batch=1, block=4), tf.ones([1, 8]))
    >>> audio.numpy().round(4).tolist()
    [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]]
    """
    room, heard, before = state
    block, parts = before.shape[1], room.shape[1]
    if audio.shape[1] is not None and audio.shape[1] % block:
        raise ValueError(f"audio came with {audio.shape[1]} samples; a multiple of the block, {block}, was wanted (lesson 13).")
    both = tf.reshape(tf.concat([before, audio], axis=1), [tf.shape(audio)[0], -1, block])      # [batch, k + 1, block]
    heard = tf.concat([heard, tf.signal.rfft(tf.concat([both[:, :-1], both[:, 1:]], axis=2))], axis=1)
    k = audio.shape[1] // block if audio.shape[1] is not None else tf.shape(audio)[1] // block
    spectra = tf.add_n([room[:, parts - 1 - part, None] * heard[:, part:part + k] for part in range(parts)])
    sound = tf.signal.irfft(spectra, [2 * block])[:, :, block:]
    return (room, heard[:, k:], both[:, -1]), tf.reshape(sound, tf.shape(audio))
