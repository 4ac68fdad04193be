"""The published MIDI-DDSP synthesis generator, re-stated in plain Keras, to compare training with.

Architecture and sizes: Wu et al., "MIDI-DDSP", ICLR 2022, appendix, and its public code's configuration: 250 frames a second;
five layers of 256 on the conditioning; for the pitch a bidirectional GRU of 256 and two GRUs of 256 that read the pitch
before, 201 classes of a cent; for the rest 4 x 5 dilated convolutions of 128 channels; textbook synthesizers and spectral
loss.  Left out here: its discriminator, which makes a step slower still, and its embedding of instruments.
"""

import contextlib
import sys

from benchmarks.rows import Row
from benchmarks.timing import interleaved
from benchmarks.workers import Worker, serve

SECONDS, BATCH = 4, {"published": 4, "ours": 16}
LONG = ("1 min", "20 min")          # of music, each made in a process of its own
CLASSES, HARMONICS, BANDS = 201, 60, 65


def rows():
    """Seconds of audio that a second of two cores trains on."""
    command = [sys.executable, "-m", "benchmarks.midi_ddsp"]
    with contextlib.ExitStack() as stack:
        works = {name: stack.enter_context(Worker(command)).work(name) for name in BATCH}
        took = interleaved(works, rounds=2)
    per_cpu_s = {name: BATCH[name] * SECONDS / timing.cpu_s * 2 for name, timing in took.items()}
    for name, value in per_cpu_s.items():
        yield Row(f"training of the synthesis generator, {name}: audio per second of two cores", value, "s/s")
    yield Row("training: ours beside the published architecture", per_cpu_s["ours"] / per_cpu_s["published"], "x", ">=", 1.0)


def memory():
    """How much more memory twenty minutes of music take than one."""
    command, peaks_mb = [sys.executable, "-m", "benchmarks.midi_ddsp"], {}
    for name in LONG:
        with Worker(command) as worker:
            worker.work(name)()
            peaks_mb[name] = worker.peak_mb
        yield Row(f"score to sound, {name}: most memory", peaks_mb[name], "MB")
    yield Row("score to sound: memory of 20 minutes above that of 1", peaks_mb[LONG[1]] - peaks_mb[LONG[0]], "MB", "<=", 100.0)


def make(name):
    """The work of a name, a function without arguments."""
    if name in LONG:
        return lambda: _play(60 * int(name.split()[0]))
    return _published_step() if name == "published" else _our_step()


def _play(seconds):
    """Plays so many seconds of a scale on a player of the usual size."""
    from ddsp_helpers import models, perform
    from ddsp_helpers.data.melodies import Note

    notes = [Note(0.5 * n, 0.45, 60.0 + n % 12) for n in range(2 * seconds)]
    player = models.Player(models.PlayerSpec())
    for _ in perform.play_blocks(player, perform.express(player, notes)):
        pass


def _our_step():
    import keras

    from ddsp_helpers import models
    from ddsp_helpers.training import make_optimizer

    player = models.Player(models.PlayerSpec())
    player.compile(optimizer=make_optimizer(2e-3), jit_compile=False)
    batch = _batch(player.model_spec.synth, BATCH["ours"])
    keras.utils.set_random_seed(0)
    return lambda: player.train_on_batch(batch)


def _batch(spec, size):
    """One batch of Performances of a synthetic line."""
    import types

    import numpy as np

    from ddsp_helpers.data.performed import Performances
    from ddsp_helpers.features import Features

    random = np.random.default_rng(0)
    notes = [(0.5 * n, 0.45, float(random.integers(60, 80)), 0.7) for n in range(4 * SECONDS)]
    frames = 2 * SECONDS * spec.frame_rate
    audio, flat = 0.1 * random.normal(size=frames * spec.hop).astype(np.float32), np.full(frames, -30.0)
    features = Features(np.full(frames, 330.0), np.ones(frames), flat, flat, frame_rate=spec.frame_rate)
    dataset = types.SimpleNamespace(spec=spec, recordings=[types.SimpleNamespace(name="line", notes=notes)],
                                    read=lambda split: [("line", audio, features)])
    return next(iter(Performances.of(dataset).train(size, seconds=SECONDS)))


def _published_step():
    import keras
    import numpy as np
    import tensorflow as tf

    from benchmarks import textbook
    from ddsp_helpers.units import exp_sigmoid

    frames, hop, size = SECONDS * 250, 64, BATCH["published"]
    random = np.random.default_rng(0)
    conditioning = tf.constant(random.normal(size=[size, frames, 10]), tf.float32)
    f0_hz, target = tf.fill([size, frames, 1], 330.0), tf.constant(random.normal(size=[size, frames * hop]), tf.float32)
    classes = tf.constant(random.integers(0, CLASSES, [size, frames]))
    before = tf.one_hot(tf.pad(classes, [[0, 0], [1, 0]])[:, :-1], CLASSES)
    net = _published(keras)
    optimizer = keras.optimizers.Adam(3e-4, global_clipnorm=2.5)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            logits, outputs = net([conditioning, before])
            amplitude, distribution, noise = tf.split(outputs, [1, HARMONICS, BANDS], axis=-1)
            audio = textbook.harmonic_synthesis(f0_hz, exp_sigmoid(amplitude), exp_sigmoid(distribution), sample_rate=16000,
                                                hop=hop)
            audio += textbook.filtered_noise(exp_sigmoid(noise - 5.0), hop=hop)
            loss = textbook.spectral_loss(target, audio)
            loss += tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits))
        variables = net.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    return lambda: step().numpy()


def _published(keras):
    """(conditioning [b, f, 10], pitch before [b, f, 201]) -> logits [b, f, 201], synthesizer outputs [b, f, 126]."""
    layers = keras.layers
    conditioning, before = keras.Input([None, 10]), keras.Input([None, CLASSES])
    x = conditioning
    for width in (512, 512, 512, 512, 256):
        x = layers.LeakyReLU(negative_slope=0.2)(layers.LayerNormalization()(layers.Dense(width)(x)))
    seen = layers.Bidirectional(layers.GRU(256, return_sequences=True))(x)
    h = layers.Concatenate()([seen, layers.Dropout(0.5)(before)])
    for _ in range(2):
        h = layers.GRU(256, return_sequences=True)(h)
    logits = layers.Dense(CLASSES)(h)
    y = layers.Dense(128)(x)
    for _ in range(4):
        for power in range(5):
            z = layers.Conv1D(128, 3, padding="same", dilation_rate=2**power)(y)
            y = layers.Add()([y, layers.LayerNormalization()(layers.ReLU()(z))])
    return keras.Model([conditioning, before], [logits, layers.Dense(1 + HARMONICS + BANDS)(y)])


if __name__ == "__main__":
    serve(make)
