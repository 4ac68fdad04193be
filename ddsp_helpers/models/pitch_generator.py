"""Notes to the pitch that a player makes of them, frame by frame: glides, intonation, vibrato."""

import math

import keras
import numpy as np
import tensorflow as tf

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

    @tf.function(jit_compile=True, autograph=False)
    def _block(self, h, last, seen, step_from, uniform, temperature):
        """BLOCK frames on from memory h and deviation last.

        step_from: semitones from a frame's note to the note of the frame before it, [batch, BLOCK].
        """

        def step(i, h, last, out):
            before = tf.clip_by_value(last + step_from[:, i], -_WIDEST, _WIDEST)
            now = seen[:, i:i + 1]
            h, states = self.memory.step(h, tf.concat([now, squash(before)[:, None, None]], -1))
            logits, middle, scale = self._components(now, states, before[:, None])
            chosen = tf.argmax(logits[:, 0] - temperature * tf.math.log(-tf.math.log(uniform[:, i, 1:])), -1)   # Gumbel
            pick = tf.one_hot(chosen, self.mixture)
            middle, scale = (tf.reduce_sum(pick * values[:, 0], -1) for values in (middle, scale))
            u = uniform[:, i, 0]
            last = tf.clip_by_value(middle + temperature * scale * (tf.math.log(u) - tf.math.log1p(-u)), -_WIDEST, _WIDEST)
            return i + 1, h, last, out.write(i, last)

        out = tf.TensorArray(tf.float32, BLOCK, element_shape=last.shape)
        _, h, last, out = tf.while_loop(lambda i, *_: i < BLOCK, step, (tf.constant(0), h, last, out))
        return h, last, tf.transpose(out.stack())

    def generate(self, conditioning, pitch, *, seed=0, temperature=0.5):
        """Draws the deviations of a score.

        Args:
          conditioning: [1, frames, channels].
          pitch: MIDI number of each frame's note, [frames].
          seed: of what is drawn.
          temperature: how far from the likeliest pitch, 0 ... 1; 1 draws from the distribution itself.

        Returns:
          Deviations, [frames] float32, semitones.
        """
        random = np.random.default_rng(seed)
        frames, padding = len(pitch), -len(pitch) % BLOCK
        seen = tf.pad(self.context(conditioning), [[0, 0], [0, padding], [0, 0]])
        step_from = np.pad(-np.diff(pitch, prepend=pitch[:1]), (0, padding)).astype(np.float32)
        h, last, out = self.memory.init_state(1), tf.zeros([1]), []
        for begin in range(0, frames, BLOCK):
            uniform = random.uniform(1e-4, 1.0 - 1e-4, [1, BLOCK, 1 + self.mixture]).astype(np.float32)
            h, last, drawn = self._block(h, last, seen[:, begin:begin + BLOCK], step_from[None, begin:begin + BLOCK],
                                         uniform, tf.constant(float(temperature)))
            out.append(drawn.numpy()[0])
        return np.concatenate(out)[:frames]


def log_likelihood_of_a_cent(log_density):
    """Log density per semitone as log probability of one cent, the unit of the published model's classes.

    >>> round(float(log_likelihood_of_a_cent(math.log(100.0))), 6)
    0.0
    """
    return log_density - math.log(100.0)
