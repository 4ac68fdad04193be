"""Frequency modulation, against float64, against Bessel functions and against itself."""

import numpy as np
import pytest
import scipy.special
import tensorflow as tf

from ddsp_helpers import SynthSpec, dsp, synths

ALGORITHMS = [("chain", (1, 2, 3.5)), ("parallel", (1, 1.41, 3)), ("pairs", (1, 1, 2, 7)), ((None, 0, 0, 1), (1, 1, 2, 3))]


def controls(batch, frames, n, *, seed=0):
    rng = np.random.default_rng(seed)
    f0_hz = rng.uniform(180, 260, [batch, frames, 1]).astype(np.float32)
    return f0_hz, rng.uniform(0.1, 1.5, [batch, frames, n]).astype(np.float32)


def textbook(f0_hz, levels, *, ratios, targets, sample_rate, hop):
    """Every operator in float64; f0 linear, levels on Hann ramps, silent where a hop reaches Nyquist."""
    f0_hz, levels = f0_hz[..., 0].astype(np.float64), levels.astype(np.float64)
    next_hz = np.concatenate([f0_hz[:, 1:], f0_hz[:, -1:]], axis=1)
    following = np.concatenate([levels[:, 1:], levels[:, -1:]], axis=1)
    i = np.arange(hop)
    turns = np.cumsum((f0_hz + next_hz) * hop / 2 / sample_rate, axis=1)
    starts = np.concatenate([np.zeros_like(turns[:, :1]), turns[:, :-1]], axis=1)[..., None]
    phi = starts + (f0_hz[..., None] * i + (next_hz - f0_hz)[..., None] * i * i / (2 * hop)) / sample_rate
    ramp = 0.5 - 0.5 * np.cos(np.pi * i / hop)
    bends, audio = [0.0] * len(ratios), 0.0
    for j in reversed(range(len(ratios))):
        level = levels[..., j, None] * (1 - ramp) + following[..., j, None] * ramp
        level = level * (ratios[j] * np.maximum(f0_hz, next_hz) < sample_rate / 2)[..., None]
        wave = level * np.sin(2 * np.pi * ratios[j] * phi + bends[j])
        if targets[j] is None:
            audio = audio + wave
        else:
            bends[targets[j]] = bends[targets[j]] + wave
    return audio.reshape(len(f0_hz), -1)


def snr_db(reference, audio):
    return 10 * np.log10(np.sum(reference ** 2) / np.sum((audio - reference) ** 2))


@pytest.mark.parametrize("algorithm, ratios", ALGORITHMS)
@pytest.mark.parametrize("sample_rate, hop", [(16000, 320), (48000, 192)])
def test_equals_the_float64_textbook(algorithm, ratios, sample_rate, hop):
    f0_hz, levels = controls(2, 20, len(ratios))
    audio = dsp.fm_synthesis(f0_hz, levels, ratios=ratios, algorithm=algorithm, sample_rate=sample_rate, hop=hop)
    assert audio.shape == (2, 20 * hop) and audio.dtype == tf.float32
    reference = textbook(f0_hz, levels, ratios=ratios, targets=dsp.fm_targets(algorithm, len(ratios)),
                         sample_rate=sample_rate, hop=hop)
    assert snr_db(reference, audio.numpy()) > 115


@pytest.mark.parametrize("index", [0.5, 2.0, 5.0])
def test_sidebands_are_bessel_functions(index):
    f0_hz, levels = np.full([1, 50, 1], 100.0), np.tile([0.8, index], [1, 50, 1])
    audio = dsp.fm_synthesis(f0_hz, levels, ratios=(20, 1), sample_rate=16000, hop=320).numpy()[0]
    found = 2 * np.abs(np.fft.rfft(audio.astype(np.float64))) / 16000           # bins of 1 Hz
    for n in range(-8, 9):
        assert found[2000 + 100 * n] == pytest.approx(0.8 * abs(scipy.special.jv(n, index)), abs=2e-6)


def test_two_modulators_convolve_their_sidebands():
    f0_hz, levels = np.full([1, 50, 1], 100.0), np.tile([1.0, 1.2, 0.7], [1, 50, 1])
    audio = dsp.fm_synthesis(f0_hz, levels, ratios=(40, 1, 7), algorithm="parallel", sample_rate=16000, hop=320)
    found = 2 * np.abs(np.fft.rfft(audio.numpy()[0].astype(np.float64))) / 16000
    for n, m in ((0, 0), (1, 0), (1, 1), (-2, 1), (2, -2)):
        expected = abs(sum(scipy.special.jv(n - 7 * j, 1.2) * scipy.special.jv(m + j, 0.7) for j in range(-4, 5)))
        assert found[4000 + 100 * (n + 7 * m)] == pytest.approx(expected, abs=2e-6)


def test_without_modulation_it_is_a_sine_in_tune_after_ten_minutes():
    f0_hz, levels = np.full([1, 30000, 1], 441.3, np.float32), np.zeros([1, 30000, 2], np.float32)
    levels[..., 0] = 1.0
    rates = {"ratios": (1.41, 1), "sample_rate": 16000, "hop": 320}
    state = tf.zeros([1, 2], tf.float64)
    for first in range(0, 30000, 5000):
        audio, state = dsp.fm_synthesis(f0_hz[:, :5000], levels[:, :5000], initial_phase=state, return_phase=True, **rates)
    t = np.arange(25000 * 320, 30000 * 320, dtype=np.float64) / 16000
    reference = np.sin(2 * np.pi * 1.41 * np.float64(np.float32(441.3)) * t)
    assert snr_db(reference, audio.numpy()[0]) > 110


@pytest.mark.parametrize("algorithm, ratios", ALGORITHMS)
def test_pieces_equal_the_whole(algorithm, ratios):
    synth = synths.FM(SynthSpec(frame_rate=250), ratios=ratios, algorithm=algorithm)
    rng = np.random.default_rng(3)
    raw = rng.uniform(-2, 2, [2, 20, len(ratios)]).astype(np.float32)
    made = synth.get_controls(raw, controls(2, 20, 1)[0])
    whole = synth.get_signal(**made).numpy()
    held = {name: tf.concat([x, x[:, -1:]], axis=1) for name, x in made.items()}
    state, pieces = synth.init_state(2), []
    for first, last in ((0, 5), (5, 6), (6, 20)):
        state, audio = synth.step(state, {name: x[:, first:last + 1] for name, x in held.items()})
        pieces.append(audio.numpy())
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, atol=1e-5)
    with pytest.raises(ValueError, match="and one more"):
        synth.step(state, {name: x[:, :1] for name, x in held.items()})


def test_a_batch_equals_its_clips_and_lengths_may_be_unknown():
    f0_hz, levels = controls(3, 7, 3)
    rates = {"ratios": (1, 2, 3), "sample_rate": 16000, "hop": 64}
    together = dsp.fm_synthesis(f0_hz, levels, **rates).numpy()
    for n in range(3):
        alone = dsp.fm_synthesis(f0_hz[n:n + 1], levels[n:n + 1], **rates).numpy()
        np.testing.assert_allclose(together[n], alone[0], atol=1e-6)
    unknown = tf.function(lambda f, x: dsp.fm_synthesis(f, x, **rates), input_signature=[
        tf.TensorSpec([None, None, 1]), tf.TensorSpec([None, None, 3])])
    np.testing.assert_allclose(unknown(f0_hz, levels), together, atol=1e-6)


@pytest.mark.parametrize("algorithm", ["chain", "parallel"])
def test_gradients_equal_finite_differences(algorithm):
    f0_hz, levels = (x.astype(np.float64) for x in controls(1, 4, 3, seed=5))
    ratios, targets = np.array([1.0, 2.0, 3.0]), dsp.fm_targets(algorithm, 3)
    probe = np.random.default_rng(1).normal(size=[1, 4 * 64])
    variables = [tf.constant(f0_hz, tf.float32), tf.constant(levels, tf.float32), tf.constant(ratios)]
    with tf.GradientTape() as tape:
        tape.watch(variables)
        audio = dsp.fm_synthesis(variables[0], variables[1], ratios=variables[2], algorithm=algorithm,
                                 sample_rate=16000, hop=64)
        loss = tf.reduce_sum(audio * probe.astype(np.float32))
    gradients = [g.numpy() for g in tape.gradient(loss, variables)]

    def value(f0_hz, levels, ratios):
        return np.sum(probe * textbook(f0_hz, levels, ratios=ratios, targets=targets, sample_rate=16000, hop=64))

    for which, small in enumerate((1e-4, 1e-5, 1e-6)):
        for at in np.ndindex(gradients[which].shape):
            inputs = [[x.copy() for x in (f0_hz, levels, ratios)] for _ in range(2)]
            inputs[0][which][at] += small
            inputs[1][which][at] -= small
            slope = (value(*inputs[0]) - value(*inputs[1])) / (2 * small)
            largest = float(np.abs(gradients[which]).max())
            assert gradients[which][at] == pytest.approx(slope, rel=2e-3, abs=2e-3 * largest)


def test_an_operator_beyond_nyquist_is_silent():
    f0_hz, levels = np.full([1, 4, 1], 1000.0), np.ones([1, 4, 2])
    rates = {"sample_rate": 16000, "hop": 64}
    plain = dsp.fm_synthesis(f0_hz, levels[..., :1], ratios=(1,), **rates)
    np.testing.assert_allclose(dsp.fm_synthesis(f0_hz, levels, ratios=(1, 8), **rates), plain, atol=1e-6)
    assert np.abs(dsp.fm_synthesis(f0_hz, levels, ratios=(8, 1), **rates)).max() == 0


def test_controls_are_in_range_and_wrong_ones_are_refused():
    synth = synths.FM(SynthSpec(frame_rate=250), ratios=(1, 2), max_index=6.0)
    levels = synth.get_controls(np.full([1, 3, 2], 50.0), np.full([1, 3, 1], 200.0))["levels"].numpy()
    np.testing.assert_allclose(levels[0, 0], [2.0, 6.0], rtol=1e-5)
    with pytest.raises(ValueError, match=r"\[batch, frames, 2\] was wanted"):
        synth.get_controls(np.zeros([1, 3, 3]), np.zeros([1, 3, 1]))
    for algorithm in ("ring", (None,), (None, 1), (0, None)):
        with pytest.raises(ValueError, match="algorithm"):
            synths.FM(SynthSpec(), ratios=(1, 2), algorithm=algorithm)
