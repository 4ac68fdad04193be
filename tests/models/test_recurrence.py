"""The recurrences: equal to Keras, to their sequential form and to finite differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers.models import recurrence
from ddsp_helpers.models.layers import GRU, CausalConv, MinGRU


def _gradients(layer, x, weight):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        loss = tf.reduce_sum(y * weight)
    return [y, *tape.gradient(loss, [x, *[w.value for w in layer.trainable_variables]])]


def test_gru_and_its_gradients_equal_those_of_keras():
    keras.utils.set_random_seed(0)
    x, weight = tf.random.normal([3, 11, 5]), tf.random.normal([3, 11, 7])
    mine, theirs = GRU(7), keras.layers.GRU(7, return_sequences=True)
    mine.build(x.shape)
    theirs.build(x.shape)
    mine.bias.assign(tf.random.normal(mine.bias.shape))
    theirs.set_weights(mine.get_weights())
    for a, b in zip(_gradients(mine, x, weight), _gradients(theirs, x, weight), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-5)


def test_gru_in_a_graph_equals_gru_outside():
    x, layer = tf.random.normal([2, 37, 4]), GRU(6)
    np.testing.assert_allclose(layer(x), tf.function(layer)(x), atol=1e-6)


def test_gru_gradient_reaches_the_initial_state():
    layer = GRU(3)
    layer.build((None, None, 2))
    x, state = tf.random.normal([1, 5, 2]), tf.random.normal([1, 3])
    with tf.GradientTape() as tape:
        tape.watch(state)
        loss = tf.reduce_sum(layer.step(state, x)[1] ** 2)
    gradient = tape.gradient(loss, state).numpy()
    for i in range(3):
        nudge = np.eye(3, dtype=np.float32)[i] * 1e-2
        high, low = (float(tf.reduce_sum(layer.step(state + sign * nudge, x)[1] ** 2)) for sign in (1, -1))
        assert gradient[0, i] == pytest.approx((high - low) / 2e-2, rel=2e-2, abs=1e-3)


@pytest.mark.parametrize("frames", [1, 2, 7, 64, 100])
def test_scan_equals_the_loop_in_float64(frames):
    rng = np.random.default_rng(frames)
    decay, drive = rng.uniform(0, 1, [2, frames, 3]), rng.normal(size=[2, frames, 3])
    h = start = rng.normal(size=[2, 3])
    expected = []
    for t in range(frames):
        h = decay[:, t] * h + drive[:, t]
        expected.append(h)
    found = recurrence.linear_recurrence(*(tf.constant(a, tf.float32) for a in (decay, drive, start)))
    np.testing.assert_allclose(found, np.stack(expected, axis=1), atol=1e-5)


def test_scan_gradient_equals_that_of_the_loop():
    decay, drive = tf.random.uniform([2, 9, 3]), tf.random.normal([2, 9, 3])
    start, weight = tf.random.normal([2, 3]), tf.random.normal([2, 9, 3])

    def loop(decay, drive, start):
        states = [start]
        for t in range(9):
            states.append(decay[:, t] * states[-1] + drive[:, t])
        return tf.stack(states[1:], axis=1)

    results = []
    for form in (loop, recurrence.linear_recurrence):
        with tf.GradientTape() as tape:
            tape.watch([decay, drive, start])
            loss = tf.reduce_sum(form(decay, drive, start) * weight)
        results.append(tape.gradient(loss, [decay, drive, start]))
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_scan_is_stable_over_a_long_silence():
    found = recurrence.linear_recurrence(tf.zeros([1, 5000, 1]), tf.ones([1, 5000, 1]), tf.ones([1, 1]))
    np.testing.assert_array_equal(found, np.ones([1, 5000, 1]))


def test_mingru_all_at_once_equals_frame_by_frame():
    x, layer = tf.random.normal([2, 50, 4]), MinGRU(6)
    whole = layer(x)
    state, parts = layer.init_state(2), []
    for t in range(50):
        state, y = layer.step(state, x[:, t:t + 1])
        parts.append(y)
    np.testing.assert_allclose(tf.concat(parts, axis=1), whole, atol=1e-5)


def test_convolution_equals_the_definition():
    x, layer = tf.random.normal([1, 12, 2]), CausalConv(3, size=3, dilation=2)
    found, kernel = layer(x)[0].numpy(), np.asarray(layer.kernel)
    t = 9
    # The taps are stored from the oldest frame to the newest.
    y = sum(x[0, t - 2 * i].numpy() @ kernel[2 - i] for i in range(3))
    y = (y - y.mean()) / np.sqrt(y.var() + 1e-5)
    np.testing.assert_allclose(found[t], np.clip(y, 0, 6), atol=1e-5)


def test_a_wrong_size_is_told_in_words():
    with pytest.raises(ValueError, match=r"projected came with shape .*12.* was wanted"):
        recurrence.gru(tf.zeros([1, 3, 5]), tf.zeros([1, 4]), tf.zeros([4, 12]), tf.zeros([12]))
