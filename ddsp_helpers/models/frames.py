"""What a decoder does with every frame alone, with gradients of its own.

For one normalised layer automatic differentiation keeps some ten tensors and reads and writes them over and over; here
one is kept, and one pass computes the rest again.
"""

import tensorflow as tf

from ddsp_helpers.dsp.kernels import compiled


@tf.custom_gradient
def product(x, kernel):
    """x W for every frame: one matrix product over all frames of all clips, also in the gradient.

    Args:
      x: [batch, frames, channels in].
      kernel: W, [channels in, channels out].

    Returns:
      [batch, frames, channels out].

    >>> product(tf.ones([1, 2, 3]), tf.ones([3, 1])).numpy()[0, :, 0].tolist()
    [3.0, 3.0]
    """
    rows = tf.reshape(x, [-1, kernel.shape[0]])

    def gradient(upstream):
        upstream = tf.reshape(upstream, [-1, kernel.shape[1]])
        d_x = tf.matmul(upstream, _transposed(kernel))
        return tf.reshape(d_x, tf.shape(x)), tf.matmul(rows, upstream, transpose_a=True)

    return tf.reshape(tf.matmul(rows, kernel), [*tf.unstack(tf.shape(x))[:-1], kernel.shape[1]]), gradient


@compiled(one_shape=True)
def _transposed(kernel):
    """A transposed copy: products with it are a fifth quicker.  Compiled: TensorFlow would optimise the copy away."""
    return tf.transpose(kernel)


@tf.custom_gradient
def activated(y, bias, scale, offset):
    """A layer after its matrix product: leaky ReLU (slope 0.2) of scale * norm(y + bias) + offset, for every frame.

    norm(y) = (y - mean) / sqrt(variance + 1e-5) over the channels of a frame (Ba et al., 2016).

    Args:
      y: [batch, frames, channels].
      bias, scale, offset: [channels].

    Returns:
      [batch, frames, channels].

    >>> activated(tf.constant([[[1.0, 3.0]]]), tf.zeros([2]), tf.ones([2]), tf.zeros([2])).numpy().round(3).tolist()
    [[[-0.2, 1.0]]]
    """
    forward = _activated if tf.executing_eagerly() else _activated_compiled     # a listener has many lengths

    def gradient(upstream):
        return _activated_backward(y, bias, scale, offset, upstream)

    # stop_gradient: outside of graphs a tape would otherwise record the parts as well.
    return forward(*map(tf.stop_gradient, (y, bias, scale, offset))), gradient


def _normalized(y):
    """norm(y), and what it divided by, inverted, [batch, frames, 1]."""
    y -= tf.reduce_mean(y, axis=-1, keepdims=True)
    inverse = tf.math.rsqrt(tf.reduce_mean(y * y, axis=-1, keepdims=True) + 1e-5)
    return y * inverse, inverse


def _activated(y, bias, scale, offset):
    """The value of activated."""
    return tf.nn.leaky_relu(_normalized(y + bias)[0] * scale + offset, alpha=0.2)


_activated_compiled = compiled(_activated, one_shape=True)


@compiled(one_shape=True)
def _activated_backward(y, bias, scale, offset, upstream):
    """Gradients for y, bias, scale and offset."""
    rows, upstream = (tf.reshape(x, [-1, bias.shape[0]]) for x in (y, upstream))   # one axis: quicker sums
    normal, inverse = _normalized(rows + bias)
    d_offset = tf.where(normal * scale + offset > 0, upstream, 0.2 * upstream)
    d_normal = d_offset * scale
    along = tf.reduce_mean(d_normal * normal, axis=-1, keepdims=True)           # what the norm takes out again
    d_y = inverse * (d_normal - tf.reduce_mean(d_normal, axis=-1, keepdims=True) - normal * along)
    sums = [tf.reduce_sum(d, axis=0) for d in (d_y, d_offset * normal, d_offset)]
    return tf.reshape(d_y, tf.shape(y)), *sums
