"""Working on one clip after the other, so that what a clip needs stays in the processor's cache."""

import tensorflow as tf

from ddsp_helpers.dsp import shapes

UNROLLED = 32        # clips that are written out one by one, which is quicker than a loop


def each_clip(function, inputs, dtypes):
    """Calls a function of one clip for every clip of a batch, and stacks what it returns.

    Args:
      function: takes one clip of each input and returns a tuple of tensors.
      inputs: tuple of tensors, each [batch, ...].
      dtypes: tuple with the type of each result.

    Returns:
      Tuple of tensors, each [batch, ...].

    >>> each_clip(lambda x, y: (x + y,), (tf.ones([2, 3]), tf.ones([2, 3])), (tf.float32,))[0].shape.as_list()
    [2, 3]
    """
    batch = inputs[0].shape[0]
    if batch is None or batch > UNROLLED:
        signature = tuple(dtypes)
        return tf.map_fn(lambda clip: tuple(function(*clip)), tuple(inputs), fn_output_signature=signature)
    outputs = [function(*clip) for clip in zip(*[tf.unstack(x) for x in inputs])]
    return tuple(tf.stack(of_all) for of_all in zip(*outputs))


def cut(x, *, piece):
    """Cuts rows along the second axis: [batch, n * piece, ...] to [batch * n, piece, ...]."""
    return tf.reshape(x, [-1, piece, *shapes.sizes(x)[2:]])


def piece_length(n, longest):
    """How long the equal pieces are that something of length n is worked on in: at most about longest.

    The length is rounded up, by at most a sixteenth, to five binary digits: every length is its own compiled
    function, and so sounds of similar length share one.

    Args:
      n: whole length, at least 1; None where it is not known in advance.
      longest: the length that a piece should not pass, at least 1.

    Returns:
      A whole number.

    >>> [piece_length(n, 100) for n in (7, 90, 101, None)]
    [7, 92, 52, 100]
    """
    if n is None:
        return longest
    length = -(-n // -(-n // longest))
    step = 2 ** max(0, (length - 1).bit_length() - 5)
    return -(-length // step) * step
