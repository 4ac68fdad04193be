"""A training step (forward, backward, update) beside the textbook's: batch 16 of 4 s at 16 kHz, 100 harmonics, 65 bands."""

import numpy as np
import tensorflow as tf

from benchmarks.rows import Row
from benchmarks.solo_instrument import FRAME_RATE, SoloInstrument
from benchmarks.synthesis import controls
from benchmarks.timing import interleaved_medians
from ddsp_helpers import losses, synths
from ddsp_helpers.models import Autoencoder, ModelSpec
from ddsp_helpers.spec import SynthSpec
from ddsp_helpers.units import scale_f0, scale_loudness

BATCH, SECONDS = 16, 4
SPEC_250 = SynthSpec(frame_rate=FRAME_RATE)


def batch_for(spec, *, batch=BATCH, seconds=SECONDS):
    """A batch of random sound and controls for a specification."""
    frames = seconds * spec.frame_rate
    rng = np.random.default_rng(0)
    return {
        "audio": tf.constant(rng.uniform(-0.3, 0.3, [batch, spec.n_samples(frames)]), tf.float32),
        "f0_hz": controls(batch, frames)[0],
        "loudness_db": tf.constant(rng.uniform(-60, 0, [batch, frames, 1]), tf.float32),
    }


class SameNetwork(SoloInstrument):
    """The textbook's network with this package's synthesizers and loss: what the synthesis alone is worth."""

    def __init__(self, **settings):
        super().__init__(n_harmonics=SPEC_250.n_harmonics, reverb_s=0, **settings)
        self.harmonic, self.noise = synths.Harmonic(SPEC_250), synths.FilteredNoise(SPEC_250)
        self.distance = losses.MultiScaleSpectralLoss()

    def call(self, inputs):
        outputs = self.decoder([scale_f0(inputs["f0_hz"]), scale_loudness(inputs["loudness_db"])])
        amplitude, distribution, noise = tf.split(outputs, self.split, axis=-1)
        return {"audio": self.harmonic(amplitude, distribution, inputs["f0_hz"]) + self.noise(noise)}

    def loss(self, target, audio):
        return self.distance(target, audio)


def step_of(model, batch):
    """One update of an Autoencoder, as model.fit does it."""
    import keras

    model.compile(optimizer=keras.optimizers.Adam(1e-3, global_clipnorm=3.0), jit_compile=False)
    return lambda: model.train_on_batch(batch)


def run():
    plain, same = SoloInstrument(n_harmonics=100, reverb_s=0), SameNetwork()
    slow = batch_for(SPEC_250)
    works = {"textbook": _textbook_step(plain, slow), "same network": _textbook_step(same, slow)}
    default = SynthSpec()
    for name in ("gru", "mingru", "cnn"):
        works[name] = step_of(Autoencoder(ModelSpec(default, decoder=name)), batch_for(default))
    works["minGRU at 250 Hz"] = step_of(Autoencoder(ModelSpec(SPEC_250, decoder="mingru", width=512)), slow)
    took = interleaved_medians(works, rounds=3)
    heard = BATCH * SECONDS
    bars = {"same network": 2.8, "minGRU at 250 Hz": 6.5, "gru": 20.0}
    rows = [Row(f"{name}: audio trained per second", heard / seconds, "s/s") for name, seconds in took.items()]
    for name, bar in bars.items():
        rows.append(Row(f"{name}: times faster than the textbook", took["textbook"] / took[name], "x", ">=", bar))
    return rows


def _textbook_step(model, batch):
    step = model.make_train_step()
    return lambda: step(batch).numpy()
