"""Notes and expression in, a performance out: levels 3 to 1 of MIDI-DDSP in one model of three networks."""

import keras
import tensorflow as tf

from ddsp_helpers import expression
from ddsp_helpers.data.note_frames import N_NOTE_FEATURES, NoteFrames
from ddsp_helpers.models.context import Context
from ddsp_helpers.models.discriminator import Discriminator, reverse_gradient
from ddsp_helpers.models.expression_generator import ExpressionGenerator
from ddsp_helpers.models.instrument import Instrument
from ddsp_helpers.models.pitch_generator import PitchGenerator, squash

_CHANNELS = NoteFrames.n_timing + N_NOTE_FEATURES + len(expression.EXPRESSION)
_QUIET = 1e-4
_SCALE_DB = 20.0
_OBEDIENCE = 60.0       # weight of controls that are not obeyed
_ASKED = 0.3            # how far controls are moved in training to see whether they are obeyed


class Player(Instrument):
    """Plays scores (after Wu et al., "MIDI-DDSP", ICLR 2022).

    Three networks, trained together and each usable alone: `expression_generator` (notes -> six controls a note),
    `pitch_generator` (notes and controls -> f0), and the synthesis network (notes, controls and f0 -> amplitude, harmonic
    distribution, noise).  Trained through training.fit on data.performed.Performances.  Lessons 11 and 12.

    Args:
      model_spec: PlayerSpec.
    """

    def __init__(self, model_spec, **kwargs):
        super().__init__(model_spec, **kwargs)
        self.expression_generator = ExpressionGenerator(model_spec.expression_width, name="expression")
        self.pitch_generator = PitchGenerator(model_spec.pitch_width, mixture=model_spec.mixture, name="pitch")
        self.context = Context(model_spec.width, dilations=(1, 2, 4, 8, 16), name="context")
        self.head = keras.layers.Dense(model_spec.n_outputs, name="head")
        self.expression_generator.build((None, None, N_NOTE_FEATURES))
        self.pitch_generator.build((None, None, _CHANNELS))
        self.context.build((None, None, _CHANNELS + 1))
        self.head.build((None, None, model_spec.width))
        self._begin_quietly(self.head)
        self.discriminator = None
        if model_spec.adversarial:
            self.discriminator = Discriminator(name="discriminator")
            self.discriminator.build((None, None, 3 + model_spec.n_outputs - 1 + _CHANNELS))
        self.built = True

    def conditioning(self, frames, values):
        """What the networks read of a score, [batch, frames, channels].

        Args:
          frames: {"index": [batch, frames], "timing": [batch, frames, n], "features": [batch, notes, 8]}.
          values: the six controls, [batch, notes, 6].
        """
        of_note = tf.concat([frames["features"], values], -1)
        return tf.concat([frames["timing"], tf.gather(of_note, frames["index"], axis=1, batch_dims=1)], -1)

    def play(self, conditioning, deviation, f0_hz):
        """Controls of the synthesizers.

        Args:
          conditioning: [batch, frames, channels].
          deviation: of the pitch from the note, [batch, frames], semitones.
          f0_hz: [batch, frames, 1].
        """
        x = tf.concat([conditioning, squash(deviation)[..., None]], -1)
        return self.physical_controls(self.head(self.context(x)), f0_hz)

    def call(self, inputs, training=False):
        """Plays a batch of Performances with its own pitch: the controls, and "audio"."""
        f0_hz = tf.reshape(inputs["f0_hz"], [tf.shape(inputs["f0_hz"])[0], -1, 1])
        controls = self.play(self.conditioning(inputs, inputs["expression"]), inputs["deviation"], f0_hz)
        seed = tf.random.uniform([], 0, 2**30, dtype=tf.int32) if training else 0
        return {"audio": self.synthesize(controls, seed=seed), **controls}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The sum of what each network is taught by; each of several replicas gives its part."""
        return tf.add_n(list(self.loss_parts(x, y_pred, training=True).values())) / tf.distribute.get_strategy().num_replicas_in_sync

    def learn_from(self, dataset):
        """Its recordings' statistics, and how their notes are played on average (perform.constant_expression)."""
        super().learn_from(dataset)
        self.card = {**(self.card or {}), "mean_expression": dataset.mean_expression}

    def held_out_loss(self, batch):
        """Sound, pitch and expression of recordings that it never hears."""
        parts = self.loss_parts(batch, self(batch), training=False)
        return parts["sound"] + parts["pitch"] + parts["expression"]

    def loss_parts(self, batch, played, training):
        """A dictionary of losses.

        sound: spectral distance to the recording.  measured: to the controls measured in it, dB / 20.  pitch, expression:
        negative log-likelihoods.  obedience: controls that are moved at random must be found again in what is played.
        """
        parts = {
            "sound": self.spectral_loss(batch["audio"], played["audio"]),
            "measured": _away_from(batch, played),
            "pitch": 0.3 * self._pitch_loss(batch, training),
            "expression": 0.2 * self._expression_loss(batch, training),
        }
        if training:
            parts["obedience"] = _OBEDIENCE * self._disobedience(batch)
            if self.discriminator is not None:
                parts["adversarial"] = self._adversarial_loss(batch, played)
        return parts

    def _pitch_loss(self, batch, training):
        """Nats for each frame that has a pitch."""
        conditioning = self.conditioning(batch, batch["expression"])
        found = self.pitch_generator.distribution(conditioning, batch["deviation"], batch["pitch"], training)
        return -_mean(found.log_prob(batch["deviation"]), batch["sure"])

    def _expression_loss(self, batch, training):
        """Nats for each note, over its six controls."""
        found = self.expression_generator(batch["features"] * batch["there"][..., None], batch["expression"],
                                          training=training)
        return -_mean(tf.reduce_sum(found.log_prob(batch["expression"]), -1), batch["there"])

    def _disobedience(self, batch):
        """Mean of |measured - asked| for controls that are moved at random, over whole notes.

        One control of each note is moved, or (every other time) all of them; vibrato is the pitch generator's.
        """
        shape = tf.shape(batch["expression"])
        which = tf.one_hot(tf.random.uniform(shape[:2], 0, 2 * shape[2], tf.int32), shape[2])
        which = tf.where(tf.reduce_sum(which, -1, keepdims=True) > 0, which, 1.0)
        asked = tf.maximum(batch["expression"] + which * tf.random.normal(shape, stddev=_ASKED), 0.0)
        peak = expression.EXPRESSION.index("peak_position")
        limit = tf.one_hot(peak, shape[2]) + 10.0 * (1.0 - tf.one_hot(peak, shape[2]))
        asked = tf.minimum(asked, limit)
        f0_hz = tf.reshape(batch["f0_hz"], [shape[0], -1, 1])
        controls = self.play(self.conditioning(batch, asked), batch["deviation"], f0_hz)
        found = expression.per_note(expression.frame_levels(controls), batch, n_notes=asked.shape[1], sharpness=0.7)
        ours = 1.0 - tf.one_hot(expression.EXPRESSION.index("vibrato"), shape[2])
        return _mean(tf.reduce_mean(ours * tf.abs(found - asked), -1), batch["whole"])

    def _adversarial_loss(self, batch, played):
        """Least squares (Mao et al., 2017): the discriminator tells measured controls from played ones.

        Through reverse_gradient the networks learn the opposite in the same step.
        """
        conditioning = self.conditioning(batch, batch["expression"])
        weight = self.model_spec.adversarial
        real = self.discriminator(tf.concat([_as_seen(batch), conditioning], -1))
        fake = self.discriminator(tf.concat([reverse_gradient(_as_seen(played), weight), conditioning], -1))
        return tf.reduce_mean(tf.square(real - 1.0)) + tf.reduce_mean(tf.square(fake))


def _db(x):
    """Amplitude to dB / 20, with a floor at -80 dB."""
    return tf.math.log(tf.square(x) + _QUIET**2) * (10.0 / 2.302585 / _SCALE_DB)


def _as_seen(controls):
    """Level, colour and noise for the discriminator, [batch, frames, 1 + harmonics + bands + 2]."""
    amplitude = tf.reshape(controls["amplitude"], [tf.shape(controls["amplitude"])[0], -1, 1])
    harmonics = amplitude * controls["harmonic_distribution"]
    levels = tf.stack(expression.frame_levels({**controls, "amplitude": amplitude}), -1)
    return tf.concat([levels * tf.constant([0.05, 0.1, 0.05]), _db(harmonics), _db(controls["noise_magnitudes"])], -1)


def _away_from(batch, played):
    """Mean distance of what is played from what was measured in the recording, dB / 20: level, harmonics, noise."""
    amplitude = tf.reshape(batch["amplitude"], tf.shape(played["amplitude"]))
    harmonics = tf.abs(_db(amplitude * batch["harmonic_distribution"])
                       - _db(played["amplitude"] * played["harmonic_distribution"]))
    there = tf.cast(amplitude * batch["harmonic_distribution"] > 3.0 * _QUIET, tf.float32)
    level = tf.abs(_db(amplitude) - _db(played["amplitude"]))
    noise = tf.abs(_db(batch["noise_magnitudes"]) - _db(played["noise_magnitudes"]))
    return tf.reduce_mean(level) + _mean(harmonics, there) + 0.5 * tf.reduce_mean(noise)


def _mean(values, weights):
    """Weighted mean."""
    return tf.reduce_sum(values * weights) / tf.maximum(tf.reduce_sum(weights), 1.0)
