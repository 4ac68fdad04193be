"""Layers that see a whole score: what comes is as much a part of a phrase as what went before."""

import keras
import tensorflow as tf

from ddsp_helpers.models.layers import GRU, CausalConv, Fc


class Context(keras.layers.Layer):
    """Dilated convolutions that look back and ahead, each added to what came in.

    Fc, then for each dilation d:  x <- x + relu6(norm(W x_{t-d} + W' x_t + W'' x_{t+d})).

    Args:
      width: channels.
      dilations: of the convolutions, frames.

    >>> Context(4)(tf.zeros([1, 9, 2])).shape
    TensorShape([1, 9, 4])
    """

    def __init__(self, width, *, dilations=(1, 2, 4, 8), **kwargs):
        super().__init__(**kwargs)
        self.width, self.dilations = width, dilations
        self.before = Fc(width, name="before")
        self.convolutions = [CausalConv(width, dilation=d, name=f"dilation_{d}") for d in dilations]

    def build(self, shape):
        self.before.build(shape)
        for layer in self.convolutions:
            layer.build((*shape[:-1], self.width))
        self.built = True

    @property
    def reach(self):
        """Frames that an output sees to either side."""
        return sum(self.dilations)

    def call(self, x):
        x = self.before(x)
        for layer in self.convolutions:
            ahead = tf.pad(x, [[0, 0], [0, layer.dilation], [0, 0]])
            x = x + layer(ahead)[:, layer.dilation:]
        return x


class BothWays(keras.layers.Layer):
    """Two GRUs, one from the first note on, one from the last note back, side by side.

    >>> BothWays(3)(tf.zeros([1, 5, 2])).shape
    TensorShape([1, 5, 6])
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.forwards, self.backwards = GRU(units, name="forwards"), GRU(units, name="backwards")

    def build(self, shape):
        self.forwards.build(shape)
        self.backwards.build(shape)
        self.built = True

    def call(self, x):
        return tf.concat([self.forwards(x), tf.reverse(self.backwards(tf.reverse(x, [1])), [1])], -1)
