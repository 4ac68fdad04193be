"""Control rate to audio rate, and cutting sounds into frames."""

import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers import dsp
from ddsp_helpers.dsp import clips, framing, interpolation


def test_published_rows():
    two = [[[0.0], [1.0]]]
    np.testing.assert_allclose(dsp.upsample(two, 4)[0, :, 0], [0, 0.25, 0.5, 0.75, 1, 1, 1, 1], atol=1e-6)
    np.testing.assert_allclose(dsp.upsample(two, 4, "hann")[0, :, 0], [0, 0.1464, 0.5, 0.8536, 1, 1, 1, 1], atol=1e-4)


@pytest.mark.parametrize("hop", [1, 3, 64, 960])
def test_linear_is_numpy_interpolation(hop):
    x = np.random.default_rng(0).normal(size=(2, 7, 3)).astype(np.float32)
    wanted = np.stack([[np.interp(np.arange(7 * hop), np.arange(7) * hop, row) for row in clip.T] for clip in x])
    np.testing.assert_allclose(dsp.upsample(x, hop), wanted.transpose(0, 2, 1), atol=1e-5)


@pytest.mark.parametrize("hop", [2, 5, 64])
def test_hann_is_overlapped_hann_windows(hop):
    x = np.random.default_rng(1).normal(size=7)
    window, wanted = np.hanning(2 * hop + 1)[:-1], np.zeros((7 + 2) * hop)
    for i, value in enumerate([*x, x[-1]]):
        wanted[i * hop:(i + 2) * hop] += value * window
    y = dsp.upsample(tf.constant(x[None, :, None], tf.float64), hop, "hann")[0, :, 0]
    np.testing.assert_allclose(y, wanted[hop:hop + 7 * hop], atol=1e-6)


def test_pieces_equal_whole():
    x = tf.random.stateless_normal([2, 9, 3], [1, 2])
    whole = dsp.upsample(x, 10, "hann")
    first = dsp.upsample(x[:, :4], 10, "hann", next_frame=x[:, 4:5])
    np.testing.assert_array_equal(tf.concat([first, dsp.upsample(x[:, 4:], 10, "hann")], axis=1), whole)


def test_unknown_sizes():
    function = tf.function(lambda x: dsp.upsample(x, 4), input_signature=[tf.TensorSpec([None, None, 2])])
    assert function(tf.ones([3, 5, 2])).shape == (3, 20, 2)


@pytest.mark.parametrize(("arguments", "words"), [
    (([[0.0, 1.0]], 4), "batch, frames"), (([[[0.0]]], 0), "hop"), (([[[0.0]]], 4, "cubic"), "cubic"),
])
def test_says_what_is_wrong(arguments, words):
    with pytest.raises(ValueError, match=words):
        interpolation.upsample(*arguments)


@pytest.mark.parametrize(("size", "hop", "samples"), [(8, 2, 31), (7, 3, 20), (4, 4, 16), (3, 5, 21)])
def test_frames_are_slices_and_overlap_add_is_their_transpose(size, hop, samples):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(2, samples)).astype(np.float32)
    frames = dsp.frame(x, size=size, hop=hop).numpy()
    padded = np.pad(x, [[0, 0], [0, size + hop]])
    assert frames.shape == (2, -(-samples // hop), size)
    for i in range(frames.shape[1]):
        np.testing.assert_array_equal(frames[:, i], padded[:, i * hop:i * hop + size])
    y = rng.normal(size=frames.shape).astype(np.float32)
    added = dsp.overlap_add(y, hop=hop).numpy()
    wanted = np.zeros((2, (frames.shape[1] - 1) * hop + size))
    for i in range(frames.shape[1]):
        wanted[:, i * hop:i * hop + size] += y[:, i]
    np.testing.assert_allclose(added, wanted, atol=1e-5)
    length = min(samples, added.shape[1])
    np.testing.assert_allclose(np.vdot(frames, y), np.vdot(x[:, :length], added[:, :length]), rtol=1e-4)


def test_frames_need_sizes():
    with pytest.raises(ValueError, match="size"):
        framing.frame(tf.ones([1, 4]), size=0, hop=1)


@pytest.mark.parametrize("batch", [1, 3])
def test_each_clip(batch):
    x = tf.random.stateless_normal([batch, 4], [0, 0])
    doubled, sums = clips.each_clip(lambda a: (2 * a, tf.reduce_sum(a)), (x,), (tf.float32, tf.float32))
    np.testing.assert_array_equal(doubled, 2 * x)
    np.testing.assert_allclose(sums, tf.reduce_sum(x, axis=1), rtol=1e-6)
