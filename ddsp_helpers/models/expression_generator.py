"""Notes to the six controls of how each is played: level 3 of MIDI-DDSP."""

import keras
import tensorflow as tf

from ddsp_helpers.data.note_frames import N_NOTE_FEATURES
from ddsp_helpers.expression import EXPRESSION
from ddsp_helpers.models.context import BothWays
from ddsp_helpers.models.layers import GRU, Fc

_NARROWEST = 0.05      # standard deviation of a control
_FORGOTTEN = 0.4       # share of what is seen that training leaves out: performances have few notes


class ExpressionGenerator(keras.layers.Layer):
    """An autoregressive GRU over the notes of a line (Wu et al., "MIDI-DDSP", 2022, section 3.3).

    Every note sees the whole line through two GRUs and how the note before it was played; each control is normally
    distributed around what the network says.

    Args:
      units: of the GRUs.

    >>> ExpressionGenerator(4)(tf.zeros([1, 5, 8]), tf.zeros([1, 5, 6])).mean().shape
    TensorShape([1, 5, 6])
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.before, self.line = Fc(units, name="before"), BothWays(units, name="line")
        self.memory = GRU(units, name="memory")
        self.head = keras.layers.Dense(2 * len(EXPRESSION), name="head")

    def build(self, shape):
        units = self.memory.units
        self.before.build((None, None, N_NOTE_FEATURES))
        self.line.build((None, None, units))
        self.memory.build((None, None, 2 * units + len(EXPRESSION)))
        self.head.build((None, None, 3 * units))
        self.built = True

    def _of(self, seen, h):
        """The distribution of the controls from the line and the memory."""
        import tensorflow_probability as tfp

        mean, scale = tf.split(self.head(tf.concat([seen, h], -1)), 2, -1)
        return tfp.distributions.Normal(mean, _NARROWEST + tf.nn.softplus(scale - 2.0))

    def call(self, notes, values, training=False):
        """The distribution of every note's controls, given how the notes before it were played.

        Args:
          notes: data.note_frames.note_features, [batch, notes, 8].
          values: true controls, [batch, notes, 6].
          training: whether some of the past is forgotten, so that the network listens to the notes too.

        Returns:
          tfp.distributions.Normal of shape [batch, notes, 6].
        """
        seen = self.before(notes)
        before = tf.pad(values, [[0, 0], [1, 0], [0, 0]])[:, :-1]
        if training:
            seen, before = (tf.nn.dropout(x, _FORGOTTEN) for x in (seen, before))
        seen = self.line(seen)
        if training:
            seen = tf.nn.dropout(seen, _FORGOTTEN)
        return self._of(seen, self.memory(tf.concat([seen, before], -1)))

    @tf.function(autograph=False, reduce_retracing=True)
    def generate(self, notes, randomness):
        """Plays the line once, note after note.

        Args:
          notes: [1, notes, 8].
          randomness: normal numbers to go away from the mean by, [1, notes, 6] standard deviations; zeros take the means.

        Returns:
          [1, notes, 6].
        """
        seen = self.line(self.before(notes))
        count = tf.shape(notes)[1]

        def step(i, h, value, out):
            h, states = self.memory.step(h, tf.concat([seen[:, i:i + 1], value[:, None]], -1))
            found = self._of(seen[:, i:i + 1], states)
            value = (found.mean() + found.stddev() * randomness[:, i:i + 1])[:, 0]
            return i + 1, h, value, out.write(i, value)

        start = (tf.constant(0), self.memory.init_state(1), tf.zeros([1, len(EXPRESSION)]),
                 tf.TensorArray(tf.float32, count, element_shape=[1, len(EXPRESSION)]))
        *_, out = tf.while_loop(lambda i, *_: i < count, step, start)
        return tf.transpose(out.stack(), [1, 0, 2])
