"""A listener that tells played controls from measured ones, at three speeds: the adversary of a Player."""

import keras
import tensorflow as tf

from ddsp_helpers.models.context import Context


class Discriminator(keras.layers.Layer):
    """Scores of every moment at three time scales, 1 for measured and 0 for played (after Wu et al., 2022, appendix).

    Args:
      width: channels.

    >>> Discriminator(4)(tf.zeros([1, 16, 2])).shape
    TensorShape([1, 28])
    """

    SCALES = (1, 2, 4)      # frames that are averaged into one

    def __init__(self, width=64, **kwargs):
        super().__init__(**kwargs)
        self.contexts = [Context(width, dilations=(1, 2), name=f"context_{scale}") for scale in self.SCALES]
        self.heads = [keras.layers.Dense(1, name=f"head_{scale}") for scale in self.SCALES]

    def build(self, shape):
        for context, head in zip(self.contexts, self.heads):
            context.build(shape)
            head.build((None, None, context.width))
        self.built = True

    def call(self, x):
        scores = []
        for scale, context, head in zip(self.SCALES, self.contexts, self.heads):
            slow = tf.nn.avg_pool1d(x, scale, scale, "VALID") if scale > 1 else x
            scores.append(head(context(slow))[..., 0])
        return tf.concat(scores, 1)


@tf.custom_gradient
def reverse_gradient(x, weight):
    """x itself, whose gradient comes back with the opposite sign (Ganin and Lempitsky, 2015): one step teaches both sides.

    >>> with tf.GradientTape() as tape:
    ...     x = tf.constant(2.0); tape.watch(x); y = reverse_gradient(x, 0.5) * 3.0
    >>> float(tape.gradient(y, x))
    -1.5
    """
    return tf.identity(x), lambda upstream: (-weight * upstream, None)
