"""One frame of a decoder, again and again, is the decoder."""

import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers.export import one_frame
from tests.export.instruments import PLUGIN, SMALL, instrument


@pytest.mark.parametrize("decoder, width, numbers", [("gru", 12, 12), ("mingru", 10, 20), ("cnn", 8, 420)])
def test_frame_by_frame_is_the_decoder(decoder, width, numbers):
    model = instrument(SMALL, decoder=decoder, width=width)
    assert sum(one_frame.state_sizes(model)) == numbers
    x = tf.random.stateless_uniform([1, 130, 2], [1, 2])
    weights, step, state = one_frame.weights_of(model), one_frame.step_of(model), tf.zeros([numbers])
    outputs = []
    for t in range(x.shape[1]):
        state, frame = step(weights, state, x[:, t])
        outputs.append(frame)
    whole = model.decoder(x).numpy()
    assert whole.std(axis=1).min() > 1e-3, "outputs that do not move would prove nothing"
    np.testing.assert_allclose(tf.stack(outputs, axis=1), whole, atol=2e-5)


def test_states_that_the_plugin_can_keep():
    sizes = {fields: sum(one_frame.state_sizes(instrument(PLUGIN, decoder=fields[0], width=fields[1])))
             for fields in (("gru", 192), ("mingru", 192), ("cnn", 9), ("cnn", 10))}
    assert sizes == {("gru", 192): 192, ("mingru", 192): 384, ("cnn", 9): 472, ("cnn", 10): 524}
