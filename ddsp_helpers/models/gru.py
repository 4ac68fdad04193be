"""The decoder of the DDSP paper, one size smaller: a gated recurrent unit between fully connected blocks."""

import keras
import tensorflow as tf

from ddsp_helpers.models.layers import GRU, Fc


class GRUDecoder(keras.layers.Layer):
    """Controls to synthesizer outputs through a gated recurrent unit.

    x -> Fc -> GRU -> Fc([Fc, GRU]) -> Dense.  The paper (Engel et al., 2020) has three Fc layers of 512 for each input
    and a GRU of 512 at 250 frames a second; at 50 frames a second a GRU of 192 follows as well.  Lesson 08 reads it.

    Args:
      n_outputs: channels out, one for each synthesizer control.
      width: channels of the blocks and units of the GRU, at least 1.

    >>> GRUDecoder(5, width=4)(tf.zeros([2, 3, 2])).shape
    TensorShape([2, 3, 5])
    """

    def __init__(self, n_outputs, *, width=192, **kwargs):
        super().__init__(**kwargs)
        self.before = Fc(width, name="before")
        self.memory = GRU(width, name="gru")
        self.after = Fc(width, name="after")
        self.head = keras.layers.Dense(n_outputs, name="head")

    def build(self, shape):
        width = self.memory.units
        self.before.build(shape)
        self.memory.build((*shape[:-1], width))
        self.after.build((*shape[:-1], 2 * width))
        self.head.build((*shape[:-1], width))
        self.built = True

    def init_state(self, batch):
        """What is remembered before the first frame, [batch, width]."""
        return self.memory.init_state(batch)

    def step(self, state, x):
        """Decodes the frames of x, going on from state.

        Args:
          state: of init_state or of the step before.
          x: scaled controls, [batch, frames, channels].

        Returns:
          The new state and outputs, [batch, frames, n_outputs].
        """
        x = self.before(x)
        state, h = self.memory.step(state, x)
        return state, self.head(self.after(tf.concat([x, h], axis=-1)))

    def call(self, x):
        return self.step(self.init_state(tf.shape(x)[0]), x)[1]
