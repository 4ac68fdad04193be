"""Encoders: what is heard of a sound, in the range a network likes."""

import keras
import numpy as np
import tensorflow as tf

from ddsp_helpers import dsp, units
from ddsp_helpers.dsp.shapes import as_frames
from ddsp_helpers.models.layers import GRU

N_MFCC = 30


class ControlEncoder(keras.layers.Layer):
    """Pitch and loudness, scaled: MIDI / 127 and dB / 80 + 1.  Nothing is learned here.

    >>> ControlEncoder()(tf.fill([1, 4, 1], 440.0), tf.fill([1, 4, 1], -40.0)).numpy()[0, 0].round(4).tolist()
    [0.5433, 0.5]
    """

    channels = 2

    def call(self, f0_hz, loudness_db):
        """Scales the controls.

        Args:
          f0_hz: fundamental frequency, [batch, frames, 1], Hz; 0 where there is no pitch.
          loudness_db: [batch, frames, 1], dB.

        Returns:
          [batch, frames, 2].
        """
        f0_hz = as_frames(f0_hz, channels=1, name="f0_hz")
        loudness_db = as_frames(loudness_db, channels=1, name="loudness_db")
        return tf.concat([units.scale_f0(f0_hz), units.scale_loudness(loudness_db)], axis=-1)


class LatentEncoder(keras.layers.Layer):
    """What pitch and loudness do not say: a few numbers a frame from the cepstrum of the sound (Engel et al., 2020).

    audio -> 30 mel-frequency cepstral coefficients -> normalised in each frame -> GRU -> Dense.  Lesson 15 plays with z.

    Args:
      z_dims: numbers for each frame, at least 1.
      synth: SynthSpec with the rates.
      width: units of the GRU.

    >>> from ddsp_helpers import SynthSpec
    >>> LatentEncoder(3, SynthSpec())(tf.zeros([1, 3200])).shape
    TensorShape([1, 10, 3])
    """

    def __init__(self, z_dims, synth, *, width=64, **kwargs):
        super().__init__(**kwargs)
        self.synth = synth
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, name="norm")
        self.memory = GRU(width, name="gru")
        self.head = keras.layers.Dense(z_dims, name="head")

    def build(self, shape):
        self.norm.build((None, None, N_MFCC))
        self.memory.build((None, None, N_MFCC))
        self.head.build((None, None, self.memory.units))
        self.built = True

    def call(self, audio):
        """Audio [batch, samples] to z [batch, frames, z_dims]."""
        rate = self.synth.sample_rate
        n_fft = 2 * round(0.032 * rate)  # 64 ms
        power = tf.square(dsp.mel(audio, sample_rate=rate, n_fft=n_fft, hop=self.synth.hop, f_max_hz=min(8000.0, rate / 2)))
        bands = power.shape[-1]
        k, n = np.arange(N_MFCC)[None], np.arange(bands)[:, None]
        cosines = tf.constant(np.cos(np.pi * k * (2 * n + 1) / (2 * bands)) / bands, tf.float32)  # [bands, N_MFCC]
        return self.head(self.memory(self.norm(tf.matmul(tf.math.log(power + 1e-6), cosines))))
