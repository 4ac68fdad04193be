"""A recurrent decoder without a loop: two minimal gated units, computed for all frames together."""

import keras
import tensorflow as tf

from ddsp_helpers.models.layers import Fc, MinGRU


class MinGRUDecoder(keras.layers.Layer):
    """Controls to synthesizer outputs through minimal gated recurrent units (Feng et al., 2024).

    x -> Fc -> [MinGRU -> Fc, added to what came in] x depth -> Dense.  One gated unit sees only its input, so two in a
    row are needed where one GRU reacts to its own state.  Lesson 13 compares the decoders.

    Args:
      n_outputs: channels out.
      width: channels and units, at least 1.
      depth: recurrent units in a row, at least 1.

    >>> MinGRUDecoder(5, width=4)(tf.zeros([2, 3, 2])).shape
    TensorShape([2, 3, 5])
    """

    def __init__(self, n_outputs, *, width=192, depth=2, **kwargs):
        super().__init__(**kwargs)
        self.before = Fc(width, name="before")
        self.memories = [MinGRU(width, name=f"mingru_{i}") for i in range(depth)]
        self.mixers = [Fc(width, name=f"mixer_{i}") for i in range(depth)]
        self.head = keras.layers.Dense(n_outputs, name="head")

    def build(self, shape):
        inner = (*shape[:-1], self.memories[0].units)
        self.before.build(shape)
        for layer in (*self.memories, *self.mixers, self.head):
            layer.build(inner)
        self.built = True

    def init_state(self, batch):
        """What is remembered before the first frame: one [batch, width] for each unit."""
        return tuple(memory.init_state(batch) for memory in self.memories)

    def step(self, state, x):
        """Decodes the frames of x, going on from state.

        Args:
          state: of init_state or of the step before.
          x: scaled controls, [batch, frames, channels].

        Returns:
          The new state and outputs, [batch, frames, n_outputs].
        """
        x = self.before(x)
        states = []
        for memory, mixer, before in zip(self.memories, self.mixers, state, strict=True):
            after, h = memory.step(before, x)
            x = x + mixer(h)
            states.append(after)
        return tuple(states), self.head(x)

    def call(self, x):
        return self.step(self.init_state(tf.shape(x)[0]), x)[1]
