"""What every instrument has: synthesizers that a network plays, and a distance by which it learns."""

import keras
import numpy as np
import tensorflow as tf

from ddsp_helpers import effects, losses, synths, units


class Instrument(keras.Model):
    """Synthesizers behind a network; `models.Autoencoder` and `models.Player` are instruments.

    Args:
      model_spec: a specification with synth (SynthSpec), n_outputs and reverb_samples.
    """

    def __init__(self, model_spec, **kwargs):
        super().__init__(**kwargs)
        self.model_spec = model_spec
        self.statistics = None  # of the recordings it learned from
        self.card = None        # what a person should know about the instrument
        synth = model_spec.synth
        self.harmonic = synths.Harmonic(synth)
        self.noise = synths.FilteredNoise(synth)
        self.reverb = None
        if model_spec.reverb_samples:
            self.reverb = effects.Reverb(model_spec.reverb_samples, name="reverb")
        self.spectral_loss = losses.MultiScaleSpectralLoss.for_sample_rate(synth.sample_rate)

    def physical_controls(self, outputs, f0_hz):
        """Outputs of a decoder, [batch, frames, n_outputs], to the valid controls of the synthesizers."""
        synth = self.model_spec.synth
        amplitude, distribution, noise = tf.split(outputs, [1, synth.n_harmonics, synth.n_noise_bands], axis=-1)
        controls = self.harmonic.get_controls(amplitude, distribution, f0_hz)
        return {**controls, **self.noise.get_controls(noise)}

    def synthesize(self, controls, *, seed=0):
        """Controls (as the model made them, or changed by hand) to audio, [batch, frames * hop].

        Args:
          controls: {"f0_hz", "amplitude", "harmonic_distribution", "noise_magnitudes"}, each [batch, frames, channels].
          seed: of the noise, a whole number or a scalar tensor.
        """
        harmonic = self.harmonic.get_signal(
            **{name: controls[name] for name in ("amplitude", "harmonic_distribution", "f0_hz")})
        audio = harmonic + self.noise.get_signal(noise_magnitudes=controls["noise_magnitudes"], seed=seed)
        return audio if self.reverb is None else self.reverb(audio)

    def init_sound(self, batch):
        """State of step_sound before the first sample: everything is silent."""
        return {"harmonic": self.harmonic.init_state(batch), "noise": self.noise.init_state(batch),
                "reverb": self.reverb.init_state(batch, block=self.model_spec.synth.hop) if self.reverb else ()}

    def step_sound(self, state, controls):
        """Plays on: renders all frames of controls but the last, which is the first of the next piece.

        Args:
          state: of init_sound or of the step before.
          controls: as for synthesize, [batch, frames + 1, channels].

        Returns:
          The next state, and audio, [batch, frames * hop].
        """
        tones = {name: controls[name] for name in ("f0_hz", "amplitude", "harmonic_distribution")}
        harmonic, audio = self.harmonic.step(state["harmonic"], tones)
        noise, breath = self.noise.step(state["noise"], {"noise_magnitudes": controls["noise_magnitudes"]})
        audio, reverb = audio + breath, state["reverb"]
        if self.reverb:
            reverb, audio = self.reverb.step(reverb, audio)
        return {"harmonic": harmonic, "noise": noise, "reverb": reverb}, audio

    def learn_from(self, dataset):
        """What an instrument remembers of its recordings beside its weights."""
        self.statistics = dataset.statistics

    def held_out_loss(self, batch):
        """By what a training is judged on recordings that it never hears: the spectral distance."""
        return self.spectral_loss(batch["audio"], self(batch)["audio"])

    def train_step(self, data):
        """One gradient step of Keras.  Between several workers Keras averages results over an axis: give them one."""
        results = super().train_step(data)
        if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
            results = {name: tf.reshape(value, [1]) for name, value in results.items()}
        return results

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Nothing: __init__ builds every weight.  What Keras does here fails where several workers share batches."""

    def _begin_quietly(self, head):
        """Lets a decoder's last layer begin as a quiet sawtooth: harmonics that fall as 1 / k, hardly any noise.

        From equally strong harmonics, far too bright for any instrument, the way down is so steep that the first steps
        can silence them for good and leave only the noise to learn.
        """
        outputs = np.zeros(self.model_spec.n_outputs, np.float32)
        n_harmonics = self.model_spec.synth.n_harmonics
        outputs[0] = units.inverse_exp_sigmoid(0.2)
        outputs[1:1 + n_harmonics] = units.inverse_exp_sigmoid(1.0 / np.arange(1, n_harmonics + 1))
        head.kernel.assign(0.1 * head.kernel)
        head.bias.assign(outputs)
