"""The autoencoder: shapes, gradients, what it refuses."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers import SynthSpec
from ddsp_helpers.models.autoencoder import Autoencoder, ModelSpec

SMALL = SynthSpec(sample_rate=4000, frame_rate=50, n_harmonics=6, n_noise_bands=9)


def _inputs(batch=2, frames=15, spec=SMALL):
    return {
        "f0_hz": tf.fill([batch, frames, 1], 220.0), "loudness_db": tf.fill([batch, frames, 1], -20.0),
        "audio": tf.random.stateless_normal([batch, frames * spec.hop], [0, 1]) * 0.1,
    }


@pytest.mark.parametrize("decoder", ["gru", "mingru", "cnn"])
def test_shapes_and_ranges(decoder):
    outputs = Autoencoder(ModelSpec(SMALL, decoder=decoder, width=8))(_inputs())
    assert outputs["audio"].shape == (2, 15 * SMALL.hop)
    assert outputs["amplitude"].shape == (2, 15, 1)
    assert outputs["harmonic_distribution"].shape == (2, 15, 6)
    assert outputs["noise_magnitudes"].shape == (2, 15, 9)
    np.testing.assert_allclose(tf.reduce_sum(outputs["harmonic_distribution"], axis=-1), 1.0, atol=1e-5)


def test_audio_is_the_synthesis_of_the_controls():
    model = Autoencoder(ModelSpec(SMALL, width=8, reverb_s=0.1))
    inputs = _inputs()
    np.testing.assert_array_equal(model(inputs)["audio"], model.synthesize(model.controls(inputs)))


def test_every_weight_learns():
    model = Autoencoder(ModelSpec(SMALL, width=8, z_dims=2, reverb_s=0.05))
    inputs = _inputs()
    with tf.GradientTape() as tape:
        loss = model.compute_loss(inputs, y_pred=model(inputs, training=True))
    gradients = tape.gradient(loss, [w.value for w in model.trainable_variables])
    silent = [w.path for w, g in zip(model.trainable_variables, gradients, strict=True)
              if g is None or not np.any(g) or not np.all(np.isfinite(g))]
    assert silent == []


def test_keras_fit_lowers_the_loss():
    keras.utils.set_random_seed(0)
    model = Autoencoder(ModelSpec(SMALL, decoder="cnn", width=8))
    model.compile(optimizer=keras.optimizers.Adam(1e-2), jit_compile=False)
    batches = tf.data.Dataset.from_tensors(_inputs()).repeat(25)
    losses = model.fit(batches, epochs=3, verbose=0, shuffle=False).history["loss"]
    assert losses[-1] < losses[0]


def test_training_hears_another_noise_each_time_and_playing_the_same():
    model, inputs = Autoencoder(ModelSpec(SMALL, decoder="cnn", width=8)), _inputs()
    assert np.array_equal(model(inputs)["audio"], model(inputs)["audio"])
    assert not np.array_equal(model(inputs, training=True)["audio"], model(inputs, training=True)["audio"])


def test_the_default_instrument_is_below_a_megabyte_in_16_bits():
    assert Autoencoder(ModelSpec()).count_params() * 2 < 1e6


def test_48_khz_model_plays():
    spec = SynthSpec(48000, 50, 160, 97)
    assert Autoencoder(ModelSpec(spec, decoder="cnn"))(_inputs(1, 5, spec))["audio"].shape == (1, 4800)


@pytest.mark.parametrize("fields, words", [
    ({"decoder": "lstm"}, "decoder came as 'lstm'"), ({"width": -1}, "width came as -1"),
    ({"reverb_s": -0.5}, "reverb_s came as -0.5"),
])
def test_a_wrong_specification_is_told_in_words(fields, words):
    with pytest.raises(ValueError, match=words):
        ModelSpec(**fields)


def test_missing_inputs_are_told_in_words():
    with pytest.raises(ValueError, match="misses .*loudness_db"):
        Autoencoder(ModelSpec(SMALL, width=8)).controls({"f0_hz": tf.zeros([1, 3, 1])})


def test_specification_survives_json():
    spec = ModelSpec(SMALL, decoder="mingru", width=32, z_dims=3, reverb_s=0.5, name="flute")
    assert ModelSpec.from_dict(spec.to_dict()) == spec


@pytest.mark.parametrize("decoder", ["gru", "mingru", "cnn"])
def test_an_untrained_instrument_is_a_quiet_sawtooth(decoder):
    keras.utils.set_random_seed(0)
    controls = Autoencoder(ModelSpec(SMALL, decoder=decoder)).controls(_inputs())
    shares = np.mean(controls["harmonic_distribution"], axis=(0, 1))
    assert shares[0] > 1.3 * shares[1] > 1.5 * shares[3]           # 1 / k, give or take what the first weights add
    assert 0.05 < np.mean(controls["amplitude"]) < 0.6 and np.mean(controls["noise_magnitudes"]) < 1e-2
