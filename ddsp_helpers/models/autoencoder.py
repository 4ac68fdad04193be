"""The autoencoder: pitch and loudness in, the same sound out, through synthesizers that a network plays."""

import tensorflow as tf

from ddsp_helpers.models import cnn, gru, mingru
from ddsp_helpers.models.encoders import ControlEncoder, LatentEncoder
from ddsp_helpers.models.instrument import Instrument
from ddsp_helpers.models.model_spec import ModelSpec

__all__ = ["Autoencoder", "ModelSpec"]

_DECODERS = {"gru": gru.GRUDecoder, "mingru": mingru.MinGRUDecoder, "cnn": cnn.CNNDecoder}


class Autoencoder(Instrument):
    """A DDSP instrument (Engel et al., 2020): encoder, decoder, harmonic and noise synthesizers, room.

    Trained through `fit` on batches {"audio", "f0_hz", "loudness_db"}; the loss is the multi-scale spectral loss between
    "audio" in and "audio" out.  Lesson 08 reads every shape.

    Args:
      model_spec: ModelSpec.

    >>> from ddsp_helpers import SynthSpec
    >>> model = Autoencoder(ModelSpec(SynthSpec(n_harmonics=10, n_noise_bands=9), decoder="cnn"))
    >>> sound = model({"f0_hz": tf.fill([1, 5, 1], 440.0), "loudness_db": tf.fill([1, 5, 1], -20.0)})
    >>> sound["audio"].shape, sound["harmonic_distribution"].shape
    (TensorShape([1, 1600]), TensorShape([1, 5, 10]))
    """

    def __init__(self, model_spec, **kwargs):
        super().__init__(model_spec, **kwargs)
        synth = model_spec.synth
        self.encoder = ControlEncoder(name="encoder")
        self.decoder = _DECODERS[model_spec.decoder](model_spec.n_outputs, width=model_spec.width, name="decoder")
        self.decoder.build((None, None, ControlEncoder.channels + model_spec.z_dims))
        self._begin_quietly(self.decoder.head)
        self.latent = None
        if model_spec.z_dims:
            self.latent = LatentEncoder(model_spec.z_dims, synth, name="latent")
            self.latent.build((None, None))
        self.built = True

    def encode(self, inputs):
        """Scaled inputs of the decoder, [batch, frames, 2 + z_dims], of a dictionary of controls (or a batch)."""
        missing = {"f0_hz", "loudness_db"} - set(inputs)
        if missing:
            raise ValueError(
                f"The model came to {sorted(inputs)} and misses {sorted(missing)}; f0_hz and loudness_db, each "
                "[batch, frames, 1], were wanted (lesson 08).")
        x = self.encoder(inputs["f0_hz"], inputs["loudness_db"])
        if self.latent is None:
            return x
        if "z" not in inputs and "audio" not in inputs:
            raise ValueError(f"A model with z_dims={self.model_spec.z_dims} wants z, or audio to find it in (lesson 15).")
        z = inputs["z"] if "z" in inputs else self.latent(inputs["audio"])[:, :tf.shape(x)[1]]
        return tf.concat([x, z], axis=-1)

    def controls(self, inputs):
        """Decodes pitch and loudness to the controls of the synthesizers.

        Args:
          inputs: {"f0_hz": [batch, frames, 1] Hz, "loudness_db": [batch, frames, 1] dB}; with z_dims also "z" or "audio".

        Returns:
          {"f0_hz", "amplitude": [batch, frames, 1], "harmonic_distribution": [batch, frames, n_harmonics],
          "noise_magnitudes": [batch, frames, n_noise_bands]}.

        Raises:
          ValueError: an input is missing or has another shape.
        """
        return self.physical_controls(self.decoder(self.encode(inputs)), inputs["f0_hz"])

    def call(self, inputs, training=False):
        """Plays: the controls of `controls`, and "audio".  In training every step hears another noise."""
        controls = self.controls(inputs)
        seed = tf.random.uniform([], 0, 2**30, dtype=tf.int32) if training else 0
        return {"audio": self.synthesize(controls, seed=seed), **controls}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The spectral distance from the recording to what was played; each of several replicas gives its part."""
        return self.spectral_loss(x["audio"], y_pred["audio"]) / tf.distribute.get_strategy().num_replicas_in_sync
