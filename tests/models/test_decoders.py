"""Decoders: sizes of the literature, no look into the future, pieces equal the whole."""

import pathlib
import subprocess
import sys

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


WITHOUT_XLA = """
import numpy as np, tensorflow as tf

function = tf.function

def without_xla(*args, jit_compile=None, **options):
    def refuse(*args):
        raise tf.errors.UnimplementedError(None, None, "no XLA here")
    if not jit_compile:
        return function(*args, **options)
    return refuse if args else lambda function: refuse

tf.function = without_xla
from ddsp_helpers.models.cnn import CNNDecoder
from ddsp_helpers.models.gru import GRUDecoder
from ddsp_helpers.models.mingru import MinGRUDecoder
from ddsp_helpers.models.pitch_generator import PitchGenerator

for kind in (CNNDecoder, GRUDecoder, MinGRUDecoder):
    decoder, x = kind(4, width=8), tf.random.normal([2, 10, 2])
    with tf.GradientTape() as tape:
        played = decoder(x)
    weights = [weight.value for weight in decoder.trainable_variables]
    assert all(gradient is not None for gradient in tape.gradient(played, weights))
    np.testing.assert_allclose(tf.function(decoder)(x), played, atol=1e-5)
generator = PitchGenerator(4)
generator.build((None, None, 3))
_, drawn = generator.generate(generator.init_state(), generator.context(tf.zeros([1, 5, 3])), np.full(6, 60.0),
                              np.ones(5, bool), random=np.random.default_rng(0))
assert drawn.shape == (5,)
"""


def test_without_xla_everything_plays_and_learns():
    """In a process of its own: what is compiled is decided once."""
    made = subprocess.run([sys.executable, "-c", WITHOUT_XLA], text=True, capture_output=True, timeout=300,
                          cwd=pathlib.Path(__file__).parents[2])
    assert made.returncode == 0, made.stderr[-2000:]
    assert "TensorFlow was built without XLA" in made.stderr
