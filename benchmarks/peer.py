r"""The peer, magenta/ddsp, at the same works: run by a Python of its own, through its public functions.

Where the environment variable DDSP_PEER_PYTHON names a Python with `ddsp` 3.7.0 installed, the benchmarks let it run
this file and time it in the same rounds. The project itself never imports the peer. An environment for it, Python 3.11:

    pip install tensorflow==2.21.0 tensorflow-probability==0.25.0 tf_keras==2.21.0 gin-config==0.5.0 librosa==0.11.0 \
        dm-tree==0.1.10 dill==0.4.1 note-seq==0.0.5 mir_eval==0.8.2 pydub==0.25.1 "setuptools<81" future==1.0.0 \
        music21==10.5.1 cloudml-hypertune==0.1.0.dev6 tqdm
    pip install --no-deps ddsp==3.7.0
"""

import contextlib
import os
import pathlib
import sys
import types

VARIABLE = "DDSP_PEER_PYTHON"
_UNUSED = ("crepe", "hmmlearn", "tensorflow_datasets", "apache_beam", "google.cloud", "google.cloud.storage",
           "tensorflowjs", "tflite_support")


def worker(**settings):
    """A workers.Worker of the peer; where there is none, a context whose value is None."""
    from benchmarks.workers import Worker

    python = os.environ.get(VARIABLE)
    return Worker([python, str(pathlib.Path(__file__).resolve())], **settings) if python else contextlib.nullcontext()


def works(name):
    """The function without arguments behind a name that the benchmarks send."""
    if name == "nothing":
        return lambda: None
    if name == "training step":
        return _training_step()
    if name == "inference":
        return _inference()
    kind, _, direction = name.rpartition(", ")
    function, values, wanted = _synthesis(kind)
    return _compiled(function, values, wanted if direction == "forward + gradient" else None)


def _compiled(function, values, wanted):
    """function(*values) as one graph, or the gradient of its power (or of a scalar) for the wanted values."""
    import tensorflow as tf

    values = [tf.constant(value) for value in values]

    @tf.function
    def run():
        if wanted is None:
            return [function(*values)]
        with tf.GradientTape() as tape:
            tape.watch([values[i] for i in wanted])
            out = function(*values)
            value = tf.reduce_sum(out * out) if out.shape.rank else out
        return tape.gradient(value, [values[i] for i in wanted])

    return lambda: [x.numpy() for x in run()]


def _synthesis(kind):
    """A work of benchmarks.synthesis: function, inputs, and which of them a gradient is wanted for."""
    import ddsp
    import tensorflow as tf

    from benchmarks import inputs

    f0_hz, amplitude, distribution, magnitudes = inputs.controls(16, inputs.FRAMES)

    def harmonic(sample_rate, hop):
        return lambda f0, a, d: ddsp.core.harmonic_synthesis(
            f0, a, harmonic_distribution=d, n_samples=inputs.FRAMES * hop, sample_rate=sample_rate)

    def noise(magnitudes):
        white = tf.random.uniform([16, inputs.FRAMES * inputs.HOP], minval=-1.0, maxval=1.0)
        return ddsp.core.frequency_filter(white, magnitudes, window_size=0)

    def reverb(sound, response):
        return ddsp.effects.Reverb().get_signal(sound, tf.tile(response[None], [16, 1]))

    def loss(target, sound):
        return ddsp.losses.SpectralLoss(mag_weight=1.0, logmag_weight=1.0)(target, sound)

    return {
        "harmonic, batch 16": (harmonic(16000, 64), (f0_hz, amplitude, distribution), (1, 2)),
        "harmonic, batch 1 at 48 kHz": (harmonic(48000, 192), inputs.controls(1, inputs.FRAMES)[:3], (1, 2)),
        "noise, batch 16": (noise, (magnitudes,), (0,)),
        "reverb of 1 s, batch 16": (reverb, (inputs.sounds(1)[0], inputs.impulse_response()), (0, 1)),
        "spectral loss, batch 16": (loss, inputs.sounds(2), (1,)),
    }[kind]


def _model(frames, hop, n_harmonics):
    """The published solo_instrument without its reverb."""
    import ddsp
    import ddsp.training

    samples = frames * hop
    dag = [(ddsp.synths.Harmonic(n_samples=samples), ["amps", "harmonic_distribution", "f0_hz"]),
           (ddsp.synths.FilteredNoise(n_samples=samples, window_size=0, initial_bias=-10.0), ["noise_magnitudes"]),
           (ddsp.processors.Add(), ["filtered_noise/signal", "harmonic/signal"])]
    splits = (("amps", 1), ("harmonic_distribution", n_harmonics), ("noise_magnitudes", 65))
    return ddsp.training.models.Autoencoder(
        preprocessor=ddsp.training.preprocessing.F0LoudnessPreprocessor(time_steps=frames, compute_loudness=False),
        decoder=ddsp.training.decoders.RnnFcDecoder(input_keys=("ld_scaled", "f0_scaled"), output_splits=splits),
        processor_group=ddsp.processors.ProcessorGroup(dag=dag),
        losses=[ddsp.losses.SpectralLoss(mag_weight=1.0, logmag_weight=1.0)])


def _training_step():
    """Forward, backward, clipping, update: batch 16 of 4 s, 100 harmonics, as its trainer does it."""
    import tensorflow as tf

    from benchmarks import inputs

    batch = {name: tf.constant(value) for name, value in inputs.training_batch(batch=16, seconds=4).items()}
    model, optimizer = _model(inputs.FRAMES, inputs.HOP, inputs.HARMONICS), tf.keras.optimizers.Adam(3e-4)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            _, losses = model(dict(batch), return_losses=True, training=True)
        gradients = tape.gradient(losses["total_loss"], model.trainable_variables)
        gradients, _ = tf.clip_by_global_norm(gradients, 3.0)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return losses["total_loss"]

    return lambda: step().numpy()


def _inference(seconds=60):
    """A minute of one voice."""
    import tensorflow as tf

    frames = seconds * 250
    model = _model(frames, 64, 60)
    controls = {"f0_hz": tf.fill([1, frames, 1], 220.0), "loudness_db": tf.fill([1, frames, 1], -20.0),
                "audio": tf.zeros([1, frames * 64])}
    play = tf.function(lambda: model(dict(controls), training=False)["audio_synth"])
    return lambda: play().numpy()


if __name__ == "__main__":
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])

    def stand_in(name):
        """An empty module; whatever is looked up in it is an empty class."""
        module = types.ModuleType(name)
        module.__getattr__ = lambda attribute: type(attribute, (), {})
        return module

    sys.modules.update({name: stand_in(name) for name in _UNUSED})
    from benchmarks.workers import serve

    serve(works)
