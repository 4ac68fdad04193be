"""A nested state as one tensor, bit by bit, so that a call that is made every few milliseconds hands over little."""
import math

import tensorflow as tf


class Packing:
    """How states of one structure are packed into a float32 vector; numbers of any kind keep their bits.

    Args:
      state: a nested structure of tensors, as an example of structure, shapes and kinds.

    >>> packing = Packing({"phase": tf.constant(0.1, tf.float64), "tail": tf.ones([2, 3])})
    >>> packed = packing.pack({"phase": tf.constant(0.7, tf.float64), "tail": tf.zeros([2, 3])})
    >>> packed.shape.as_list(), packing.unpack(packed)["phase"].numpy().item()
    ([8], 0.7)
    """

    def __init__(self, state):
        self._structure = tf.nest.map_structure(lambda x: None, state)
        self._kinds = [(x.shape.as_list(), x.dtype) for x in tf.nest.flatten(state)]
        self._sizes = [math.prod(shape) * dtype.size // 4 for shape, dtype in self._kinds]
        self.size = sum(self._sizes)

    def pack(self, state):
        """The state as one vector, [size] float32."""
        return tf.concat([tf.reshape(_as_float32(x), [-1]) for x in tf.nest.flatten(state)], axis=0)

    def unpack(self, packed):
        """The state of a vector."""
        parts = tf.split(packed, self._sizes)
        return tf.nest.pack_sequence_as(
            self._structure, [_from_float32(part, *kind) for part, kind in zip(parts, self._kinds)])


def _as_float32(x):
    if x.dtype.is_complex:
        return tf.stack([tf.math.real(x), tf.math.imag(x)])
    return tf.bitcast(x, tf.float32)


def _from_float32(part, shape, dtype):
    if dtype.is_complex:
        return tf.complex(*tf.unstack(tf.reshape(part, [2, *shape])))
    return tf.bitcast(tf.reshape(part, [*shape, 2] if dtype.size == 8 else shape), dtype)
