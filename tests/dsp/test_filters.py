"""Filters without delay, convolution, and a moving delay."""

import numpy as np
import pytest
import scipy.signal
import tensorflow as tf

from ddsp_helpers import dsp
from ddsp_helpers.dsp import segments


@pytest.mark.parametrize("bands", [2, 3, 17, 33, 65, 97, 129])
@pytest.mark.parametrize("at", [0, 499, 500, 777])
def test_no_hidden_delay(bands, at):
    rng = np.random.default_rng(bands)
    click = tf.one_hot([at], 1000)
    for magnitudes in (np.ones((1, 10, bands)), rng.uniform(0.1, 1, size=(1, 10, bands))):
        assert int(tf.argmax(tf.abs(dsp.time_varying_fir(click, magnitudes, hop=100)[0]))) == at


@pytest.mark.parametrize("bands", [2, 5, 65])
def test_impulse_response_is_symmetric_and_windowed(bands):
    magnitudes = np.random.default_rng(0).uniform(size=(1, 2, bands))
    ir = dsp.magnitudes_to_impulse_response(magnitudes).numpy()
    assert ir.shape == (1, 2, 2 * bands - 3)
    np.testing.assert_allclose(ir, ir[..., ::-1], atol=1e-7)
    zero_phase = np.fft.fftshift(np.fft.irfft(magnitudes), axes=-1) * scipy.signal.windows.hann(2 * (bands - 1), sym=False)
    np.testing.assert_allclose(ir, zero_phase[..., 1:], atol=1e-6)


def test_constant_filter_is_scipy_convolution():
    rng = np.random.default_rng(1)
    audio, magnitudes = rng.normal(size=(2, 950)), rng.uniform(size=(2, 1, 33))
    found = dsp.time_varying_fir(audio, np.repeat(magnitudes, 10, axis=1), hop=100)
    for row in range(2):
        ir = dsp.magnitudes_to_impulse_response(magnitudes)[row, 0]
        np.testing.assert_allclose(found[row], scipy.signal.convolve(audio[row], ir, mode="same"), atol=1e-5)


def test_gain_and_energy():
    audio = np.random.default_rng(2).normal(size=(1, 4000)).astype(np.float32)
    plain = dsp.time_varying_fir(audio, tf.ones([1, 20, 65]), hop=200)
    np.testing.assert_allclose(plain, audio, atol=1e-5)
    louder = dsp.time_varying_fir(audio, 2 * tf.ones([1, 20, 65]), hop=200).numpy()
    np.testing.assert_allclose(10 * np.log10(np.mean(louder**2) / np.mean(audio**2)), 6.0206, atol=1e-3)


def test_batch_is_loop_and_cut_is_whole(monkeypatch):
    rng = np.random.default_rng(3)
    audio, magnitudes = rng.normal(size=(3, 1330)), rng.uniform(size=(3, 14, 17))
    whole = dsp.time_varying_fir(audio, magnitudes, hop=100)
    for row in range(3):
        alone = dsp.time_varying_fir(audio[row:row + 1], magnitudes[row:row + 1], hop=100)
        np.testing.assert_allclose(alone[0], whole[row], atol=1e-6)
    monkeypatch.setattr(segments, "LONGEST", 6)
    np.testing.assert_allclose(dsp.time_varying_fir(audio, magnitudes, hop=100), whole, atol=1e-5)


@pytest.mark.parametrize("hop", [10, 50, 200])
def test_filter_gradients_are_finite_differences(hop):
    rng = np.random.default_rng(5)
    inputs = [tf.constant(rng.normal(size=(2, 3 * hop - 1)), tf.float32), tf.constant(rng.uniform(size=(2, 3, 9)), tf.float32)]
    _check_bilinear(lambda audio, magnitudes: dsp.time_varying_fir(audio, magnitudes, hop=hop), inputs, rng)


@pytest.mark.parametrize("irs", [1, 2])
def test_convolution_gradients_are_finite_differences(irs):
    rng = np.random.default_rng(6)
    inputs = [tf.constant(rng.normal(size=(2, 120)), tf.float32), tf.constant(rng.normal(size=(irs, 33)), tf.float32)]
    _check_bilinear(dsp.fft_convolve, inputs, rng)


def _check_bilinear(function, inputs, rng):
    """Gradients along random directions against central differences, exact for what is linear in each input."""
    weights = tf.constant(rng.normal(size=function(*inputs).shape), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = tf.reduce_sum(function(*inputs) * weights)
    for i, gradient in enumerate(tape.gradient(value, inputs)):
        direction = tf.constant(rng.normal(size=inputs[i].shape), tf.float32)
        ends = [
            tf.reduce_sum(function(*[x + sign * direction if j == i else x for j, x in enumerate(inputs)]) * weights)
            for sign in (1, -1)
        ]
        np.testing.assert_allclose(tf.reduce_sum(gradient * direction), (ends[0] - ends[1]) / 2, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize(("samples", "taps"), [(1, 1), (100, 7), (50, 200), (997, 641)])
def test_convolution_is_numpy(samples, taps):
    rng = np.random.default_rng(7)
    audio, ir = rng.normal(size=(3, samples)), rng.normal(size=(3, taps))
    shared, each = dsp.fft_convolve(audio, ir[:1]), dsp.fft_convolve(audio, ir)
    for row in range(3):
        np.testing.assert_allclose(shared[row], np.convolve(audio[row], ir[0])[:samples], atol=2e-5)
        np.testing.assert_allclose(each[row], np.convolve(audio[row], ir[row])[:samples], atol=2e-5)


def test_quick_lengths():
    for least in (1, 7, 129, 191, 1001, 63999, 111999):
        length, rest = segments.fast_length(least), segments.fast_length(least)
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        assert least <= length <= 1.2 * least + 2 and length % 2 == 0 and rest == 1


def test_delay_is_linear_interpolation_and_never_wraps():
    rng = np.random.default_rng(8)
    audio, delay = rng.normal(size=(2, 300)), rng.uniform(0, 400, size=(2, 300))
    found = dsp.modulated_delay(audio, delay)
    for row in range(2):
        at = np.arange(300) - delay[row]
        wanted = np.interp(at, np.arange(-1, 300), np.concatenate([[0], audio[row]]), left=0)
        np.testing.assert_allclose(found[row], wanted, atol=2e-3)                     # float32 delays
    np.testing.assert_allclose(dsp.modulated_delay(audio, np.zeros((2, 300))), audio, atol=1e-7)
    assert not np.any(dsp.modulated_delay(audio, np.full((2, 300), 1e6)))


def test_delay_gradients():
    rng = np.random.default_rng(9)
    audio, delay = (tf.constant(x, tf.float64) for x in (rng.normal(size=(1, 50)), rng.uniform(0.1, 9.9, size=(1, 50))))
    with tf.GradientTape() as tape:
        tape.watch([audio, delay])
        value = tf.reduce_sum(dsp.modulated_delay(audio, delay) ** 2)
    by_audio, by_delay = tape.gradient(value, [audio, delay])
    step = 1e-6
    for i in (20, 33):
        bump = step * tf.one_hot([i], 50, dtype=tf.float64)
        for gradient, plus, minus in ((by_audio, (audio + bump, delay), (audio - bump, delay)),
                                      (by_delay, (audio, delay + bump), (audio, delay - bump))):
            ends = [tf.reduce_sum(dsp.modulated_delay(*end) ** 2) for end in (plus, minus)]
            np.testing.assert_allclose(gradient[0, i], (ends[0] - ends[1]) / (2 * step), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("work", "words"), [
    (lambda: dsp.time_varying_fir(tf.ones([1, 100]), tf.ones([1, 3, 9]), hop=50), "2 were wanted"),
    (lambda: dsp.time_varying_fir(tf.ones([100]), tf.ones([1, 2, 9]), hop=50), r"\[batch, samples\]"),
    (lambda: dsp.magnitudes_to_impulse_response(tf.ones([1, 2, 1])), "at least 2"),
    (lambda: dsp.fft_convolve(tf.ones([3, 10]), tf.ones([2, 4])), "batch = 2"),
    (lambda: dsp.modulated_delay(tf.ones([1, 4]), tf.ones([1, 5])), "delay_samples"),
])
def test_says_what_is_wrong(work, words):
    with pytest.raises(ValueError, match=words):
        work()
