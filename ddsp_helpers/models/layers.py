"""Small layers that every decoder is built from."""

import keras
import tensorflow as tf

from ddsp_helpers.models import frames, recurrence


class Fc(keras.layers.Layer):
    """A fully connected block: Dense, normalisation of each frame over its channels, leaky ReLU of slope 0.2.

    The block of the DDSP paper (Engel et al., 2020).  It treats every frame alone, so it needs no state to stream.

    Args:
      width: channels out.

    >>> Fc(4)(tf.zeros([1, 3, 2])).shape
    TensorShape([1, 3, 4])
    """

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(width, name="dense")
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, name="norm")

    def build(self, shape):
        self.dense.build(shape)
        self.norm.build((*shape[:-1], self.dense.units))
        self.built = True

    def call(self, x):
        weights = (self.dense.kernel, self.dense.bias, self.norm.gamma, self.norm.beta)
        kernel, *others = map(tf.convert_to_tensor, weights)
        return frames.activated(frames.product(x, kernel), *others)


class GRU(keras.layers.Layer):
    """A gated recurrent unit with the weights of keras.layers.GRU and a gradient that costs a third.

    Args:
      units: size of the state.

    >>> GRU(4)(tf.zeros([1, 3, 2])).shape
    TensorShape([1, 3, 4])
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, shape):
        self.kernel = self.add_weight(
            shape=(shape[-1], 3 * self.units), initializer="glorot_uniform", name="kernel")
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, 3 * self.units), initializer="orthogonal", name="recurrent_kernel")
        self.bias = self.add_weight(shape=(2, 3 * self.units), initializer="zeros", name="bias")
        self.built = True

    def init_state(self, batch):
        """The state before the first frame, [batch, units], zeros."""
        return tf.zeros([batch, self.units])

    def step(self, state, x):
        """Goes on from state over the frames of x.

        Args:
          state: [batch, units].
          x: [batch, frames, channels], any number of frames from 1.

        Returns:
          The state after the last frame, and h after every frame, [batch, frames, units].
        """
        bias = tf.convert_to_tensor(self.bias)
        projected = frames.product(x, tf.convert_to_tensor(self.kernel)) + bias[0]
        states = recurrence.gru(projected, state, tf.convert_to_tensor(self.recurrent_kernel), bias[1])
        return states[:, -1], states

    def call(self, x):
        return self.step(self.init_state(tf.shape(x)[0]), x)[1]


class MinGRU(keras.layers.Layer):
    """A recurrent unit whose gate looks only at the input, so that all frames are computed together.

    z = sigmoid(x W_z + b_z),  c = x W_c + b_c,  h <- (1 - z) h + z c   (Feng et al., 2024, arXiv 2410.01201).

    The paper makes c positive so that it can compute with logarithms; the loop here divides by nothing and needs no
    logarithm, and c keeps its sign.

    Args:
      units: size of the state.

    >>> MinGRU(4)(tf.zeros([1, 3, 2])).shape
    TensorShape([1, 3, 4])
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, shape):
        self.kernel = self.add_weight(
            shape=(shape[-1], 2 * self.units), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(2 * self.units,), initializer=_slow_gates, name="bias")
        self.built = True

    def init_state(self, batch):
        """The state before the first frame, [batch, units], zeros."""
        return tf.zeros([batch, self.units])

    def step(self, state, x):
        """Goes on from state over the frames of x; one frame or many, the samples are the same.

        Args:
          state: [batch, units].
          x: [batch, frames, channels], any number of frames from 1.

        Returns:
          The state after the last frame, and h after every frame, [batch, frames, units].
        """
        gates = frames.product(x, tf.convert_to_tensor(self.kernel)) + tf.convert_to_tensor(self.bias)
        gate, candidate = tf.split(gates, 2, axis=-1)
        z = tf.sigmoid(gate)
        states = recurrence.linear_recurrence(1.0 - z, z * candidate, state)
        return states[:, -1], states

    def call(self, x):
        return self.step(self.init_state(tf.shape(x)[0]), x)[1]


def _slow_gates(shape, dtype=None):
    """Gate biases from 0 to -4: units that remember from 2 to 50 frames before anything is learned."""
    units = shape[0] // 2
    return tf.cast(tf.concat([tf.linspace(0.0, -4.0, units), tf.zeros([units])], axis=0), dtype or tf.float32)


class CausalConv(keras.layers.Layer):
    """A dilated convolution over time that looks only back, then per-frame normalisation and ReLU6.

    y_t = relu6(norm(sum_i W_i x_{t - i d})),  i = 0 ... size - 1.  Its state is the last (size - 1) d frames of x.

    Args:
      channels: channels out.
      size: taps.
      dilation: d, frames between taps.

    >>> CausalConv(4, size=3, dilation=2)(tf.zeros([1, 3, 2])).shape
    TensorShape([1, 3, 4])
    """

    def __init__(self, channels, *, size=3, dilation=1, **kwargs):
        super().__init__(**kwargs)
        self.channels, self.size, self.dilation = channels, size, dilation
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, name="norm")

    def build(self, shape):
        self.channels_in = shape[-1]
        self.kernel = self.add_weight(
            shape=(self.size, self.channels_in, self.channels), initializer="he_uniform", name="kernel")
        self.norm.build((*shape[:-1], self.channels))
        self.built = True

    @property
    def memory(self):
        """Frames of the past that the next output needs."""
        return (self.size - 1) * self.dilation

    def init_state(self, batch):
        """The past before the first frame, [batch, memory, channels in], zeros."""
        return tf.zeros([batch, self.memory, self.channels_in])

    def step(self, state, x):
        """Goes on from state over the frames of x.

        Args:
          state: [batch, memory, channels in].
          x: [batch, frames, channels in], any number of frames from 1.

        Returns:
          The new state and y, [batch, frames, channels].
        """
        past = tf.concat([state, x], axis=1)
        n_frames = tf.shape(x)[1]
        taps = [past[:, i * self.dilation: i * self.dilation + n_frames] for i in range(self.size)]
        kernel = tf.reshape(tf.convert_to_tensor(self.kernel), [self.size * self.channels_in, self.channels])
        y = tf.nn.relu6(self.norm(frames.product(tf.concat(taps, axis=-1), kernel)))
        return past[:, n_frames:], y

    def call(self, x):
        return self.step(tf.zeros([tf.shape(x)[0], self.memory, self.channels_in]), x)[1]
