"""The spectral loss: its value and gradient against float64, and inside training."""

import contextlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers import dsp, losses
from ddsp_helpers.losses import MultiScaleSpectralLoss, spectral_distance

SIZES = (128, 64)


def magnitudes64(audio, size, hop):
    """[frames, bins] in float64, frames that start at every hop, the end filled with zeros."""
    padded = np.pad(np.asarray(audio, np.float64), [0, size])
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    return np.stack([np.abs(np.fft.rfft(padded[i:i + size] * window)) for i in range(0, len(audio), hop)])


def distance64(target, audio, sizes=SIZES, *, overlap=0.75, mag_weight=1.0, logmag_weight=1.0):
    total = 0.0
    for size in sizes:
        t, a = (magnitudes64(x, size, round(size * (1 - overlap))) for x in (target, audio))
        logs = np.log(np.maximum(t, 1e-5)) - np.log(np.maximum(a, 1e-5))
        total += mag_weight * np.mean(np.abs(t - a)) + logmag_weight * np.mean(np.abs(logs))
    return total


def pair(samples, batch=2, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(batch, samples)).astype(np.float32) * 0.1 for _ in range(2)]


@pytest.mark.parametrize(("samples", "settings"), [
    (500, {}), (257, {"mag_weight": 0.3}), (500, {"logmag_weight": 0.0}), (500, {"overlap": 0.5}), (64, {}),
])
def test_value_is_float64_numpy(samples, settings):
    target, audio = pair(samples)
    wanted = [distance64(t, a, **settings) for t, a in zip(target, audio)]
    loss = MultiScaleSpectralLoss(SIZES, **settings)
    np.testing.assert_allclose(loss(target, audio), np.mean(wanted), rtol=1e-5)
    np.testing.assert_allclose(spectral_distance(target, audio, loss=loss), wanted, rtol=1e-5)


def test_gradient_is_float64_difference():
    target, audio = pair(500, batch=1, seed=1)
    with tf.GradientTape() as tape:
        x = tf.constant(audio)
        tape.watch(x)
        value = MultiScaleSpectralLoss(SIZES)(target, x)
    gradient = tape.gradient(value, x).numpy()[0].astype(np.float64)
    rng = np.random.default_rng(2)
    for _ in range(5):
        direction = rng.normal(size=500)
        ends = [distance64(target[0], audio[0] + sign * 1e-7 * direction) for sign in (1, -1)]
        np.testing.assert_allclose(gradient @ direction, (ends[0] - ends[1]) / 2e-7, rtol=2e-3, atol=1e-3)


def test_gradient_is_that_of_plain_tensorflow():
    target, audio = pair(500, seed=3)

    def plain(x):
        total = 0.0
        for size in SIZES:
            t, a = (tf.abs(tf.signal.stft(y, size, size // 4, size, pad_end=True)) for y in (tf.constant(target), x))
            logs = [tf.math.log(tf.maximum(y, 1e-5)) for y in (t, a)]
            total += tf.reduce_mean(tf.abs(t - a)) + tf.reduce_mean(tf.abs(logs[0] - logs[1]))
        return total

    x = tf.constant(audio)
    gradients = []
    for function in (plain, lambda x: MultiScaleSpectralLoss(SIZES)(target, x)):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = 3.0 * function(x)
        gradients.append(tape.gradient(value, x).numpy())
    np.testing.assert_allclose(gradients[1], gradients[0], atol=2e-4 * np.abs(gradients[0]).max())


def test_silence_is_finite():
    silence, (target, _) = tf.zeros([2, 500]), pair(500)
    for t in (target, silence):
        with tf.GradientTape() as tape:
            tape.watch(silence)
            value = MultiScaleSpectralLoss(SIZES)(t, silence)
        assert np.isfinite(value) and np.all(np.isfinite(tape.gradient(value, silence)))


def test_long_sounds_are_compared_in_pieces(monkeypatch):
    target, audio = pair(1500, seed=4)
    loss = MultiScaleSpectralLoss((64,))
    x = tf.constant(audio)

    def both():
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = loss(target, x)
        return value, tape.gradient(value, x), loss.per_clip(target, x)

    whole = both()
    monkeypatch.setattr(losses, "LONGEST", 512)
    for cut, once in zip(both(), whole):
        np.testing.assert_allclose(cut, once, rtol=1e-4, atol=1e-7)


def test_batch_is_loop():
    target, audio = pair(500, batch=3, seed=5)
    loss = MultiScaleSpectralLoss(SIZES)
    alone = [float(loss(target[i:i + 1], audio[i:i + 1])) for i in range(3)]
    np.testing.assert_allclose(loss(target, audio), np.mean(alone), rtol=1e-5)


def test_same_windows_in_milliseconds():
    assert MultiScaleSpectralLoss.for_sample_rate(48000).fft_sizes == (6144, 3072, 1536, 768, 384, 192)
    assert MultiScaleSpectralLoss.for_sample_rate(16000).fft_sizes == MultiScaleSpectralLoss().fft_sizes
    target, audio = pair(500)
    assert np.isfinite(MultiScaleSpectralLoss.for_sample_rate(44100).per_clip(target, audio)[0])


def test_descent_makes_a_sound_alike():
    target = dsp.filtered_noise(tf.random.stateless_uniform([1, 8, 9], [1, 2]), hop=64)
    gains = tf.Variable(0.5 * tf.ones([1, 8, 9]))
    loss, optimizer = MultiScaleSpectralLoss((128, 64)), keras.optimizers.Adam(0.05)
    values = []
    for _ in range(30):
        with tf.GradientTape() as tape:
            values.append(loss(target, dsp.filtered_noise(tf.abs(gains), hop=64)))
        optimizer.apply_gradients([(tape.gradient(values[-1], gains), gains)])
    assert values[-1] < 0.5 * values[0]


class Player(keras.Model):
    """The smallest model with noise, a room and a loss."""

    def __init__(self):
        super().__init__()
        from ddsp_helpers.effects import Reverb
        self.room = Reverb(50)
        self.gains = self.add_weight(shape=(9,), initializer="ones")

    def call(self, levels):
        magnitudes = tf.abs(tf.convert_to_tensor(self.gains)) * levels                # [batch, frames, 9]
        return self.room(dsp.filtered_noise(magnitudes, hop=64))


@pytest.mark.parametrize("how", ["pieces compiled", "step compiled", "mirrored"])
def test_inside_model_fit(how):
    levels, target = np.ones((4, 5, 1), np.float32), dsp.filtered_noise(0.3 * tf.ones([4, 5, 9]), hop=64).numpy()
    scope = tf.distribute.MirroredStrategy(["CPU:0"]).scope() if how == "mirrored" else contextlib.nullcontext()
    with scope:
        model = Player()
        model.compile(optimizer=keras.optimizers.Adam(0.05), loss=MultiScaleSpectralLoss((128, 64)),
                      jit_compile=how == "step compiled")
    history = model.fit(levels, target, batch_size=2, epochs=4, verbose=0).history["loss"]
    assert history[-1] < history[0] and np.all(np.isfinite(history))


@pytest.mark.parametrize(("work", "words"), [
    (lambda: MultiScaleSpectralLoss()(np.ones((1, 100)), np.ones((1, 101))), "same shape"),
    (lambda: MultiScaleSpectralLoss()(np.ones(100), np.ones(100)), r"\[batch, samples\]"),
    (lambda: MultiScaleSpectralLoss(()), "at least"),
    (lambda: MultiScaleSpectralLoss((66,)), "66"),
    (lambda: MultiScaleSpectralLoss(mag_weight=-1.0), "negative"),
])
def test_says_what_is_wrong(work, words):
    with pytest.raises(ValueError, match=words):
        work()
