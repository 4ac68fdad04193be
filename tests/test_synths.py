"""Synthesizers: controls in range, sound as documented, pieces equal to the whole."""

import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers import SynthSpec, dsp, synths

SPEC = SynthSpec(frame_rate=250, n_harmonics=20)


def outputs(kind, *, frames=20, seed=0):
    rng = np.random.default_rng(seed)

    def raw(n, low=-2.0, high=2.0):
        return rng.uniform(low, high, [2, frames, n]).astype(np.float32)

    if kind is synths.Harmonic:
        return raw(1), raw(20), raw(1, 100, 900)
    if kind is synths.FM:
        return raw(2), raw(1, 100, 900)
    if kind is synths.Wavetable:
        return raw(1), raw(16), raw(1, 100, 900)
    return raw(3), raw(3)


KINDS = [synths.Harmonic, synths.Sinusoidal, synths.Wavetable, synths.FM]


def test_harmonic_on_zeros_is_the_golden_one():
    synth = synths.Harmonic(SynthSpec(frame_rate=250, n_harmonics=60))
    inputs = np.zeros([1, 250, 1]), np.zeros([1, 250, 60]), np.full([1, 250, 1], 440.0)
    controls = synth.get_controls(*inputs)
    assert np.count_nonzero(controls["harmonic_distribution"][0, 0]) == 18
    audio = synth(*inputs).numpy()
    assert np.sqrt(np.mean(audio ** 2)) == pytest.approx(0.0676, abs=5e-5)
    assert 0.300 < np.abs(audio).max() < 0.309


@pytest.mark.parametrize("kind", KINDS)
def test_pieces_equal_the_whole(kind):
    synth = kind(SPEC)
    controls = synth.get_controls(*outputs(kind))
    whole = synth.get_signal(**controls).numpy()
    assert whole.shape == (2, 20 * SPEC.hop)
    held = {name: tf.concat([x, x[:, -1:]], axis=1) for name, x in controls.items()}
    state = synth.init_state(2, n_sines=3) if kind is synths.Sinusoidal else synth.init_state(2)
    pieces = []
    for first, last in ((0, 5), (5, 6), (6, 20)):
        state, audio = synth.step(state, {name: x[:, first:last + 1] for name, x in held.items()})
        pieces.append(audio.numpy())
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, atol=1e-5)
    with pytest.raises(ValueError, match="and one more"):
        synth.step(state, {name: x[:, :1] for name, x in held.items()})


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_reach_every_output(kind):
    variables = [tf.constant(x) for x in outputs(kind)]
    with tf.GradientTape() as tape:
        tape.watch(variables)
        loss = tf.reduce_sum(kind(SPEC)(*variables) ** 2)
    for gradient in tape.gradient(loss, variables):
        assert np.all(np.isfinite(gradient.numpy())) and np.any(gradient.numpy())


def test_wavetable_of_one_period_is_signed_and_in_tune():
    period = np.sin(2 * np.pi * np.arange(64) / 64)[None, None].astype(np.float32)
    f0_hz = np.full([1, 50, 1], 441.0, np.float32)
    audio = dsp.wavetable_synthesis(f0_hz, np.ones_like(f0_hz), period, sample_rate=16000, hop=320).numpy()[0]
    expected = np.sin(2 * np.pi * 441.0 * np.arange(16000) / 16000)
    np.testing.assert_allclose(audio, expected, atol=2e-5)
    assert abs(audio.mean()) < 1e-3


def test_wavetable_does_not_alias():
    saw = np.linspace(1, -1, 256, endpoint=False)[None, None].astype(np.float32)
    f0_hz = np.full([1, 50, 1], 1500.0, np.float32)
    audio = dsp.wavetable_synthesis(f0_hz, np.ones_like(f0_hz), saw, sample_rate=16000, hop=320).numpy()[0]
    spectrum = np.abs(np.fft.rfft(audio))                   # bins of 1 Hz: lines at multiples of 1500 Hz only
    lines = np.zeros(8001, bool)
    lines[[1500, 3000, 4500, 6000, 7500]] = True
    assert 20 * np.log10(spectrum[~lines].max() / spectrum.max()) < -90


def test_wavetables_per_frame_and_shapes():
    tables = np.zeros([1, 3, 2], np.float32)
    with pytest.raises(ValueError, match="at least 4"):
        dsp.wavetable_synthesis(np.ones([1, 3, 1]), np.ones([1, 3, 1]), tables, sample_rate=16000, hop=64)
    one, each = np.random.default_rng(0).normal(size=[1, 1, 32]).astype(np.float32), 6
    rates = {"sample_rate": 16000, "hop": 320}
    f0_hz = np.full([1, each, 1], 200.0, np.float32)
    np.testing.assert_allclose(
        dsp.wavetable_synthesis(f0_hz, np.ones_like(f0_hz), one, **rates),
        dsp.wavetable_synthesis(f0_hz, np.ones_like(f0_hz), np.repeat(one, each, axis=1), **rates), atol=1e-6)
    with pytest.raises(ValueError, match="wavetables"):
        dsp.wavetable_synthesis(f0_hz, np.ones_like(f0_hz), np.repeat(one, 2, axis=1), **rates)


def test_sinusoids_equal_harmonics():
    rng = np.random.default_rng(0)
    f0_hz = rng.uniform(200, 300, [2, 8, 1]).astype(np.float32)
    levels = rng.uniform(0, 0.1, [2, 8, 5]).astype(np.float32)
    rates = {"sample_rate": 16000, "hop": 64}
    harmonic = dsp.harmonic_synthesis(f0_hz, np.ones_like(f0_hz), levels, **rates)
    sines = dsp.sinusoidal_synthesis(levels, dsp.harmonic_frequencies(f0_hz, n_harmonics=5), **rates)
    np.testing.assert_allclose(sines, harmonic, atol=1e-5)


def test_a_distribution_of_the_wrong_size_is_refused():
    with pytest.raises(ValueError, match=r"\[batch, frames, 20\] was wanted"):
        synths.Harmonic(SPEC).get_controls(np.zeros([1, 4, 1]), np.zeros([1, 4, 21]), np.zeros([1, 4, 1]))


def test_gradients_inside_a_distribution_strategy():
    devices = tf.config.list_logical_devices("CPU")
    strategy = tf.distribute.MirroredStrategy([devices[0].name])
    with strategy.scope():
        level = tf.Variable(np.zeros([1, 20], np.float32))
    f0_hz = tf.fill([2, 4, 1], 300.0)

    @tf.function
    def replica():
        with tf.GradientTape() as tape:
            share = tf.tile(level[None], [2, 4, 1])
            loss = tf.reduce_sum(synths.Harmonic(SPEC)(tf.zeros([2, 4, 1]), share, f0_hz) ** 2)
        return tape.gradient(loss, level)

    gradient = strategy.run(replica)
    assert np.all(np.isfinite(gradient.numpy())) and np.any(gradient.numpy())
