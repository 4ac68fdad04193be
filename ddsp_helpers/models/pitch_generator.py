"""Notes to the pitch that a player makes of them, frame by frame: glides, intonation, vibrato."""

import keras
import numpy as np
import tensorflow as tf

from ddsp_helpers.dsp.kernels import compiled
from ddsp_helpers.models.context import Context
from ddsp_helpers.models.layers import GRU, Fc

_NARROWEST = 0.004     # scale of a component, semitones
_WIDEST = 2.0          # semitones from the note
BLOCK = 256            # frames that are compiled as one


def squash(deviation):
    """Semitones to what a network likes: cents near the note, less and less beyond a quarter tone.

    >>> [round(float(squash(tf.constant(x))), 2) for x in (0.0, 0.05, 1.0)]
    [0.0, 0.24, 1.5]
    """
    return tf.asinh(10.0 * deviation) / 2.0


class PitchGenerator(keras.layers.Layer):
    """Draws the deviation from the note, one frame after the other, from a mixture of logistic distributions.

    p(d_t | d_{<t}, score) = sum_k w_k Logistic(d_t; g_k d_{t-1} + m_k, s_k), the weights, gates, means and scales from a
    GRU.  MIDI-DDSP has 201 classes of one cent instead (Wu et al., 2022, appendix); a mixture knows that 5 cents lie
    between 4 and 6.  At a new note d_{t-1} is counted from that note.

    Args:
      width: channels and units.
      mixture: components.

    >>> generator = PitchGenerator(4, mixture=2)
    >>> generator.build((None, None, 3))
    >>> generator.distribution(tf.zeros([1, 5, 3]), tf.zeros([1, 5]), tf.zeros([1, 5])).log_prob(tf.zeros([1, 5])).shape
    TensorShape([1, 5])
    """

    def __init__(self, width, *, mixture=4, **kwargs):
        super().__init__(**kwargs)
        self.mixture = mixture
        self.context = Context(width, name="context")
        self.memory = GRU(width, name="memory")
        self.after = Fc(width, name="after")
        self.head = keras.layers.Dense(4 * mixture, name="head")
        self._compiled_block = compiled(self._block, one_shape=True)

    def build(self, shape):
        width = self.memory.units
        self.context.build(shape)
        self.memory.build((None, None, width + 1))
        self.after.build((None, None, 2 * width))
        self.head.build((None, None, width))
        self.built = True

    def _components(self, seen, h, before):
        """Logits, means and scales, each [batch, frames, mixture], from score, memory and the deviation before."""
        logits, gate, mean, scale = tf.split(self.head(self.after(tf.concat([seen, h], -1))), 4, -1)
        middle = tf.sigmoid(gate + 1.0) * before[..., None] + 0.3 * mean
        return logits, middle, _NARROWEST + 0.1 * tf.nn.softplus(scale - 1.0)

    def distribution(self, conditioning, deviation, pitch, training=False):
        """The distribution of every frame's deviation, given those before it.

        Args:
          conditioning: [batch, frames, channels].
          deviation: true deviations, [batch, frames], semitones; 0 where there is no pitch.
          pitch: MIDI number of each frame's note, [batch, frames].
          training: whether the past is blurred by some cents, so that the network learns to find back.

        Returns:
          tfp.distributions.MixtureSameFamily of shape [batch, frames].
        """
        import tensorflow_probability as tfp

        if training:
            deviation = deviation + tf.random.normal(tf.shape(deviation), stddev=0.02)
        before = tf.clip_by_value((deviation + pitch)[:, :-1] - pitch[:, 1:], -_WIDEST, _WIDEST)
        before = tf.pad(before, [[0, 0], [1, 0]])
        seen = self.context(conditioning)
        h = self.memory(tf.concat([seen, squash(before)[..., None]], -1))
        logits, middle, scale = self._components(seen, h, before)
        tfd = tfp.distributions
        return tfd.MixtureSameFamily(tfd.Categorical(logits=logits), tfd.Logistic(middle, scale))

    def init_state(self):
        """What is remembered before the first frame: nothing, and no deviation."""
        return self.memory.init_state(1), tf.zeros([1])

    def _block(self, state, seen, step_from, sounding, uniform, temperature):
        """BLOCK frames on.

        step_from: semitones from a frame's note to the note of the frame before it, [BLOCK].
        """

        def step(i, h, last, out):
            before = tf.clip_by_value(last + step_from[i], -_WIDEST, _WIDEST)
            now = seen[:, i][:, None]
            h, states = self.memory.step(h, tf.concat([now, squash(before)[:, None, None]], -1))
            logits, middle, scale = self._components(now, states, before[:, None])
            row = uniform[i]        # in one step: of a slice [i, 1:] in a loop XLA takes the wrong columns
            chosen = tf.argmax(logits[0, 0] - temperature * tf.math.log(-tf.math.log(row[1:])), -1)         # Gumbel
            pick = tf.one_hot(chosen, self.mixture)
            middle, scale = (tf.reduce_sum(pick * values[:, 0], -1) for values in (middle, scale))
            u = row[0]
            drawn = middle + temperature * scale * (tf.math.log(u) - tf.math.log1p(-u))
            last = tf.where(sounding[i], tf.clip_by_value(drawn, -_WIDEST, _WIDEST), before)
            return i + 1, h, last, out.write(i, last[0])

        out = tf.TensorArray(tf.float32, BLOCK, element_shape=[])
        _, h, last, out = tf.while_loop(lambda i, *_: i < BLOCK, step, (tf.constant(0), *state, out))
        return (h, last), out.stack()

    def generate(self, state, seen, pitch, sounding, *, random, temperature=0.5):
        """Draws the deviations of the next frames; only the last call may have another number than a multiple of BLOCK.

        Args:
          state: of init_state or of the call before.
          seen: self.context of the conditioning, [1, frames, width].
          pitch: MIDI number of each frame's note and, first, of the frame before, [1 + frames].
          sounding: whether a note sounds, [frames] bool; where none does, the deviation is held.
          random: numpy.random.Generator.
          temperature: how far from the likeliest pitch, 0 ... 1; 1 draws from the distribution itself.

        Returns:
          The next state, and deviations, [frames] float32, semitones.
        """
        frames, padding = len(pitch) - 1, -(len(pitch) - 1) % BLOCK
        seen = tf.pad(seen, [[0, 0], [0, padding], [0, 0]])
        step_from = np.pad(-np.diff(pitch), (0, padding)).astype(np.float32)
        sounding, temperature, out = np.pad(sounding, (0, padding)), tf.constant(float(temperature)), []
        for begin in range(0, frames, BLOCK):
            part = slice(begin, begin + BLOCK)
            uniform = random.uniform(1e-4, 1.0 - 1e-4, [BLOCK, 1 + self.mixture]).astype(np.float32)
            state, drawn = self._compiled_block(
                state, seen[:, part], step_from[part], sounding[part], uniform, temperature)
            out.append(drawn.numpy())
        return state, np.concatenate(out)[:frames]
