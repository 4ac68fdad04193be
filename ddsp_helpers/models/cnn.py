"""A tiny decoder: causal dilated convolutions, 2 to 10 thousand parameters."""

import keras
import tensorflow as tf

from ddsp_helpers.models.layers import CausalConv


class CNNDecoder(keras.layers.Layer):
    """Controls to synthesizer outputs through causal dilated convolutions (Volhejn, 2022, "DDSP-CNN-Tiny").

    A convolution in, then 2 stacks of 3 with dilations 1, 3, 9, each added to what came in, then Dense.  An output
    frame sees 55 frames: itself and 54 of the past.  Each frame is normalised over its own channels; the original
    normalises over time as well and so looks into the future (lesson 13 shows it).

    Args:
      n_outputs: channels out.
      width: channels of the convolutions; 8 makes 2,446 parameters with 2 inputs and 126 outputs, 16 makes 7,070.

    >>> CNNDecoder(5, width=4)(tf.zeros([2, 3, 2])).shape
    TensorShape([2, 3, 5])
    """

    STACKS = 2
    DILATIONS = (1, 3, 9)

    def __init__(self, n_outputs, *, width=16, **kwargs):
        super().__init__(**kwargs)
        self.before = CausalConv(width, name="before")
        self.convolutions = [
            CausalConv(width, dilation=dilation, name=f"stack_{stack}_dilation_{dilation}")
            for stack in range(self.STACKS) for dilation in self.DILATIONS
        ]
        self.head = keras.layers.Dense(n_outputs, name="head")

    def build(self, shape):
        inner = (*shape[:-1], self.before.channels)
        self.before.build(shape)
        for layer in (*self.convolutions, self.head):
            layer.build(inner)
        self.built = True

    @property
    def receptive_field(self):
        """Frames that one output frame sees, itself included."""
        return 1 + sum(layer.memory for layer in (self.before, *self.convolutions))

    def init_state(self, batch):
        """The frames that the convolutions look back at, before the first frame: zeros."""
        return tuple(layer.init_state(batch) for layer in (self.before, *self.convolutions))

    def step(self, state, x):
        """Decodes the frames of x, going on from state.

        Args:
          state: of init_state or of the step before.
          x: scaled controls, [batch, frames, channels].

        Returns:
          The new state and outputs, [batch, frames, n_outputs].
        """
        first, x = self.before.step(state[0], x)
        states = [first]
        for layer, before in zip(self.convolutions, state[1:], strict=True):
            after, y = layer.step(before, x)
            x = x + y
            states.append(after)
        return tuple(states), self.head(x)

    def call(self, x):
        return self.step(self.init_state(tf.shape(x)[0]), x)[1]
