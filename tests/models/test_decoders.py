"""Decoders: sizes of the literature, no look into the future, pieces equal the whole."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers.models.cnn import CNNDecoder
from ddsp_helpers.models.gru import GRUDecoder
from ddsp_helpers.models.mingru import MinGRUDecoder

DECODERS = [GRUDecoder, MinGRUDecoder, CNNDecoder]


@pytest.mark.parametrize("width, parameters", [(8, 2446), (16, 7070), (128, 313726)])
def test_cnn_has_the_published_number_of_parameters(width, parameters):
    decoder = CNNDecoder(126, width=width)
    decoder.build((None, None, 2))
    assert decoder.count_params() == parameters
    assert decoder.receptive_field == 55
    assert sum(state.shape[1] * state.shape[2] for state in decoder.init_state(1)) == 52 * width + 4


@pytest.mark.parametrize("kind", DECODERS)
def test_pieces_of_any_length_equal_the_whole(kind):
    decoder, x = kind(9, width=12), tf.random.normal([2, 70, 2])
    whole = decoder(x)
    state, parts, begin = decoder.init_state(2), [], 0
    for frames in (1, 1, 30, 5, 33):
        state, y = decoder.step(state, x[:, begin:begin + frames])
        parts.append(y)
        begin += frames
    np.testing.assert_allclose(tf.concat(parts, axis=1), whole, atol=1e-5)


@pytest.mark.parametrize("kind", DECODERS)
def test_the_future_changes_nothing(kind):
    decoder, x = kind(4, width=8), np.random.default_rng(0).normal(size=[1, 20, 2]).astype(np.float32)
    before = decoder(x).numpy()
    x[:, 15:] += 3.0
    after = decoder(x).numpy()
    np.testing.assert_allclose(after[:, :15], before[:, :15], atol=1e-6)
    assert np.abs(after[:, 15:] - before[:, 15:]).max() > 1e-3


@pytest.mark.parametrize("kind", DECODERS)
def test_batch_equals_loop(kind):
    decoder, x = kind(4, width=8), tf.random.normal([3, 10, 2])
    np.testing.assert_allclose(decoder(x), tf.concat([decoder(x[i:i + 1]) for i in range(3)], axis=0), atol=1e-5)


def test_cnn_sees_exactly_its_receptive_field():
    keras.utils.set_random_seed(0)
    decoder, x = CNNDecoder(4, width=8), np.random.default_rng(0).normal(size=[1, 80, 2]).astype(np.float32)
    before = decoder(x).numpy()
    x[:, 10] += 5.0
    changed = np.flatnonzero(np.abs(decoder(x).numpy() - before).max(axis=(0, 2)) > 1e-6)
    assert changed.min() == 10 and changed.max() == 10 + 54
