"""The textbook model: the published `solo_instrument` in plain Keras, to compare with.

Architecture and sizes: Engel et al., DDSP, ICLR 2020, and the public configuration of the same name: two stacks of
three 512-wide layers, a GRU of 512, three more layers, 250 frames a second, a reverb of three seconds, and the
textbook synthesizers of `benchmarks.textbook`. It has 4,801,150 weights in the decoder with 60 harmonics.
"""

import keras
import tensorflow as tf

from benchmarks import textbook
from ddsp_helpers.units import exp_sigmoid, scale_f0, scale_loudness

FRAME_RATE = 250


def _keras_block(width):
    """Dense -> LayerNorm -> leaky ReLU (slope 0.2)."""
    return keras.Sequential([keras.layers.Dense(width), keras.layers.LayerNormalization(epsilon=1e-5),
                             keras.layers.LeakyReLU(negative_slope=0.2)])


def _keras_gru(units):
    return keras.layers.GRU(units, return_sequences=True)


def decoder(*, width=512, n_harmonics=60, n_noise_bands=65, block=_keras_block, recurrent=_keras_gru):
    """(f0_scaled, loudness_scaled), each [batch, frames, 1] -> [batch, frames, 1 + harmonics + bands]."""
    def stack(x):
        for _ in range(3):
            x = block(width)(x)
        return x

    f0, loudness = keras.Input([None, 1]), keras.Input([None, 1])
    each = [stack(f0), stack(loudness)]
    heard = recurrent(width)(keras.layers.Concatenate()(each))
    hidden = stack(keras.layers.Concatenate()([*each, heard]))
    return keras.Model([f0, loudness], keras.layers.Dense(1 + n_harmonics + n_noise_bands)(hidden))


class SoloInstrument(keras.Model):
    """Controls in, audio out, by the textbook formulas; trained by the step of `make_train_step`.

    Args:
      sample_rate: Hz.
      n_harmonics, n_noise_bands: of the synthesizers.
      reverb_s: length of the trainable impulse response, seconds; 0 leaves it out.
      net: another decoder with the same inputs and outputs, such as one of other layers.
    """

    def __init__(self, *, sample_rate=16000, n_harmonics=60, n_noise_bands=65, reverb_s=3.0, net=None, seed=0):
        super().__init__()
        keras.utils.set_random_seed(seed)
        self.sample_rate, self.hop = sample_rate, sample_rate // FRAME_RATE
        self.split = [1, n_harmonics, n_noise_bands]
        self.decoder = net or decoder(n_harmonics=n_harmonics, n_noise_bands=n_noise_bands)
        self.impulse_response = None
        if reverb_s:
            self.impulse_response = self.add_weight(
                shape=[int(reverb_s * sample_rate)], name="impulse_response",
                initializer=keras.initializers.RandomNormal(stddev=1e-6, seed=seed))

    def call(self, inputs):
        outputs = self.decoder([scale_f0(inputs["f0_hz"]), scale_loudness(inputs["loudness_db"])])
        amplitude, distribution, noise = tf.split(outputs, self.split, axis=-1)
        audio = textbook.harmonic_synthesis(
            inputs["f0_hz"], exp_sigmoid(amplitude), exp_sigmoid(distribution),
            sample_rate=self.sample_rate, hop=self.hop)
        audio += textbook.filtered_noise(exp_sigmoid(noise - 5.0), hop=self.hop)
        if self.impulse_response is not None:
            audio = textbook.reverb(audio, self.impulse_response)
        return {"audio": audio}

    def distance(self, target, audio):
        """The textbook's distance of two sounds; a scalar."""
        return textbook.spectral_loss(target, audio)

    def make_train_step(self, *, learning_rate=3e-4, clip_norm=3.0):
        """A compiled function batch -> loss that updates the weights once."""
        optimizer = keras.optimizers.Adam(learning_rate, global_clipnorm=clip_norm)

        @tf.function
        def step(batch):
            with tf.GradientTape() as tape:
                loss = self.distance(batch["audio"], self(batch)["audio"])
            gradients = tape.gradient(loss, self.trainable_variables)
            optimizer.apply_gradients(zip(gradients, self.trainable_variables))
            return loss

        return step
