"""One frame of a decoder in the plainest operations, for runtimes that have no loops, no layers and no Python.

The models compute all frames of a training batch together; a plugin asks for one every 20 ms.  Here each decoder is
written once more for a batch of one frame, from matrices by name and one flat state.  `tests/export` holds that both
agree.
"""

import numpy as np
import tensorflow as tf

from ddsp_helpers.models import store
from ddsp_helpers.models.cnn import CNNDecoder


def weights_of(model):
    """The weights of a model's decoder by their names, such as "gru/kernel", NumPy float32.

    >>> from ddsp_helpers import SynthSpec, models
    >>> model = models.Autoencoder(models.ModelSpec(SynthSpec(n_harmonics=2, n_noise_bands=3), decoder="gru", width=4))
    >>> weights_of(model)["gru/recurrent_kernel"].shape
    (4, 12)
    """
    decoder = {name: value for name, value in store.get_weights(model).items() if name.startswith("decoder/")}
    return {name.removeprefix("decoder/"): value for name, value in decoder.items()}


def state_sizes(model):
    """How many numbers each part of a decoder's state holds: what init_state gives, each part laid flat.

    >>> from ddsp_helpers import models
    >>> sum(state_sizes(models.Autoencoder(models.ModelSpec(decoder="cnn", width=8))))
    420
    """
    return [int(np.prod(part.shape[1:])) for part in tf.nest.flatten(model.decoder.init_state(1))]


def step_of(model):
    """The function of this module that computes a frame of a model's decoder."""
    return {"gru": gru_step, "mingru": mingru_step, "cnn": cnn_step}[model.model_spec.decoder]


def gru_step(w, state, x):
    """A frame of models.GRUDecoder.

    Args:
      w: weights by name, as weights_of.
      state: the memory, [width].
      x: scaled pitch and loudness, [1, 2].

    Returns:
      The next state, [width], and outputs, [1, n_outputs].
    """
    x, h = _fc(w, "before", x), state[tf.newaxis]
    xz, xr, xh = tf.split(x @ w["gru/kernel"] + w["gru/bias"][0], 3, axis=-1)
    hz, hr, hh = tf.split(h @ w["gru/recurrent_kernel"] + w["gru/bias"][1], 3, axis=-1)
    z, r = tf.sigmoid(xz + hz), tf.sigmoid(xr + hr)
    h = z * h + (1.0 - z) * tf.tanh(xh + r * hh)
    return h[0], _head(w, _fc(w, "after", tf.concat([x, h], axis=-1)))


def mingru_step(w, state, x):
    """A frame of models.MinGRUDecoder; state is the memories of its units in a row, [depth * width]."""
    x = _fc(w, "before", x)
    depth = state.shape[0] // x.shape[-1]
    after = []
    for i, h in enumerate(tf.split(state, depth)):
        gate, candidate = tf.split(x @ w[f"mingru_{i}/kernel"] + w[f"mingru_{i}/bias"], 2, axis=-1)
        z = tf.sigmoid(gate)
        h = (1.0 - z) * h[tf.newaxis] + z * candidate
        after.append(h[0])
        x = x + _fc(w, f"mixer_{i}", h)
    return tf.concat(after, axis=0), _head(w, x)


def cnn_step(w, state, x):
    """A frame of models.CNNDecoder; state is the frames that each convolution looks back at, in a row."""
    layers = [(name, w[f"{name}/kernel"], dilation) for name, dilation in cnn_layers()]
    sizes = [(kernel.shape[0] - 1) * dilation * kernel.shape[1] for _, kernel, dilation in layers]
    after = []
    for (name, kernel, dilation), before in zip(layers, tf.split(state, sizes), strict=True):
        size, channels_in, channels = kernel.shape
        past = tf.concat([tf.reshape(before, [-1, channels_in]), x], axis=0)
        taps = tf.concat([past[i * dilation:i * dilation + 1] for i in range(size)], axis=-1)
        y = tf.nn.relu6(_normal(w, name, taps @ tf.reshape(kernel, [size * channels_in, channels])))
        x = y if name == "before" else x + y
        after.append(tf.reshape(past[1:], [-1]))
    return tf.concat(after, axis=0), _head(w, x)


def cnn_layers():
    """The convolutions of models.CNNDecoder in order, (name, dilation)."""
    stacks = [(f"stack_{stack}_dilation_{dilation}", dilation)
              for stack in range(CNNDecoder.STACKS) for dilation in CNNDecoder.DILATIONS]
    return [("before", 1), *stacks]


def _fc(w, name, x):
    """models.layers.Fc."""
    return tf.nn.leaky_relu(_normal(w, name, x @ w[f"{name}/dense/kernel"] + w[f"{name}/dense/bias"]), alpha=0.2)


def _normal(w, name, y):
    """Each frame normalised over its channels, scaled and moved."""
    y -= tf.reduce_mean(y, axis=-1, keepdims=True)
    y *= tf.math.rsqrt(tf.reduce_mean(y * y, axis=-1, keepdims=True) + 1e-5)
    return y * w[f"{name}/norm/gamma"] + w[f"{name}/norm/beta"]


def _head(w, x):
    return x @ w["head/kernel"] + w["head/bias"]
