"""A training step (forward, backward, update) beside the textbook's: batch 16 of 4 s, 100 harmonics, 65 bands.

Every model trains in a process of its own, which tells its memory too: `python -m benchmarks.training_step` takes their
names line by line.
"""

import contextlib
import sys

from benchmarks import inputs, peer
from benchmarks.rows import Row, faster
from benchmarks.timing import interleaved
from benchmarks.workers import Worker, serve

BATCH, SECONDS = 16, 4
SAME, MINGRU, DEFAULT = "GRU of 512 as in the textbook", "minGRU of 512, 250 frames a second", "default model"
BARS = {SAME: 2.8, MINGRU: 6.5, DEFAULT: 20.0}       # times faster; the same seconds of audio are in each step


def run():
    command = [sys.executable, "-m", "benchmarks.training_step"]
    with contextlib.ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(command)) for name in ("nothing", *BARS, "textbook")}
        rival = stack.enter_context(peer.worker())
        works = {name: worker.work(name) for name, worker in workers.items()}
        works.pop("nothing")()
        if rival:
            workers["peer"], works["peer"] = rival, rival.work("training step")
        took = interleaved(works, rounds=2)
    others = {name: took[name] for name in ("textbook", "peer") if name in took}
    for name, bar in BARS.items():
        yield from faster(f"training step, {name}", {"ours": took[name], **others}, bar)
    yield Row("default model: audio trained on per second", BATCH * SECONDS / took[DEFAULT].wall_s, "s/s")
    base_mb = workers.pop("nothing").peak_mb
    memory_mb = {name: worker.peak_mb - base_mb for name, worker in workers.items()}
    for name, value in memory_mb.items():
        yield Row(f"training, memory above TensorFlow's: {name}", value, "MB")
    yardstick = list(others)[-1]
    for name in (SAME, DEFAULT):
        share = memory_mb[name] / memory_mb[yardstick]
        yield Row(f"training, memory of {name} against the {yardstick}", share, "x", "<=", 1 / 3)


def make(name):
    """The step of the model of this name, a function without arguments."""
    import tensorflow as tf

    if name == "nothing":
        return lambda: tf.zeros([1]).numpy()
    from benchmarks.solo_instrument import FRAME_RATE, SoloInstrument
    from ddsp_helpers.models import Autoencoder, ModelSpec
    from ddsp_helpers.spec import SynthSpec

    spec = SynthSpec() if name == DEFAULT else SynthSpec(frame_rate=FRAME_RATE)
    batch = inputs.training_batch(batch=BATCH, seconds=SECONDS, frame_rate=spec.frame_rate)
    batch = {key: tf.constant(value) for key, value in batch.items()}
    if name in ("textbook", SAME):
        model = SoloInstrument(n_harmonics=spec.n_harmonics, reverb_s=0) if name == "textbook" else _same_network(spec)
        step = model.make_train_step()
        return lambda: step(batch).numpy()
    settings = {"decoder": "mingru", "width": 512} if name == MINGRU else {}
    return _step_of(Autoencoder(ModelSpec(spec, **settings)), batch)


def _same_network(spec):
    """The textbook's network with this package's layers, synthesizers and loss."""
    import tensorflow as tf

    from benchmarks.solo_instrument import SoloInstrument, decoder
    from ddsp_helpers import losses, synths
    from ddsp_helpers.models.layers import GRU, Fc
    from ddsp_helpers.units import scale_f0, scale_loudness

    class SameNetwork(SoloInstrument):
        harmonic, noise = synths.Harmonic(spec), synths.FilteredNoise(spec)
        spectral_loss = losses.MultiScaleSpectralLoss()

        def call(self, inputs):
            outputs = self.decoder([scale_f0(inputs["f0_hz"]), scale_loudness(inputs["loudness_db"])])
            amplitude, distribution, noise = tf.split(outputs, self.split, axis=-1)
            return {"audio": self.harmonic(amplitude, distribution, inputs["f0_hz"]) + self.noise(noise)}

        def distance(self, target, audio):
            return self.spectral_loss(target, audio)

    net = decoder(n_harmonics=spec.n_harmonics, block=Fc, recurrent=GRU)
    return SameNetwork(n_harmonics=spec.n_harmonics, reverb_s=0, net=net)


def _step_of(model, batch):
    """One update of an Autoencoder, as model.fit does it."""
    import keras

    model.compile(optimizer=keras.optimizers.Adam(1e-3, global_clipnorm=3.0), jit_compile=False)
    return lambda: model.train_on_batch(batch)


if __name__ == "__main__":
    serve(make)
