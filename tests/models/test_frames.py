"""What is done with every frame alone: equal to Keras layers, values and gradients, in graphs and outside."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers.models import frames
from ddsp_helpers.models.layers import Fc


@pytest.mark.parametrize("run", [lambda function: function, tf.function], ids=["outside", "graph"])
def test_a_block_and_its_gradients_equal_those_of_keras_layers(run):
    keras.utils.set_random_seed(0)
    x, weight = tf.random.normal([3, 11, 5]), tf.random.normal([3, 11, 7])
    mine = Fc(7)
    theirs = keras.Sequential([keras.layers.Dense(7), keras.layers.LayerNormalization(epsilon=1e-5),
                               keras.layers.LeakyReLU(negative_slope=0.2)])
    for layer in (mine, theirs):
        layer.build(x.shape)
    for variable in mine.trainable_variables:
        variable.assign(tf.random.normal(variable.shape))
    theirs.set_weights(mine.get_weights())

    def gradients(layer):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
            loss = tf.reduce_sum(y * weight)
        return [y, *tape.gradient(loss, [x, *[w.value for w in layer.trainable_variables]])]

    for a, b in zip(run(gradients)(mine), run(gradients)(theirs), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-5)


def test_product_and_its_gradients_are_those_of_one_matrix_product():
    rng = np.random.default_rng(0)
    x, kernel, upstream = rng.normal(size=[2, 4, 3]), rng.normal(size=[3, 5]), rng.normal(size=[2, 4, 5])
    tensors = [tf.constant(a, tf.float32) for a in (x, kernel)]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        y = frames.product(*tensors)
    d_x, d_kernel = tape.gradient(y, tensors, output_gradients=tf.constant(upstream, tf.float32))
    np.testing.assert_allclose(y, x @ kernel, atol=1e-5)
    np.testing.assert_allclose(d_x, upstream @ kernel.T, atol=1e-5)
    np.testing.assert_allclose(d_kernel, np.einsum("bfi,bfo->io", x, upstream), atol=1e-5)
