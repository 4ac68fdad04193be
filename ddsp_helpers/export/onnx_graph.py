"""The decoders as ONNX graphs, written node by node: any number of sounds, any number of frames, a state in and out.

The GRU of ONNX is that of Keras with its weights transposed (the same order of gates, and the reset gate after the
product: linear_before_reset), so it is one node.  A minimal GRU is a Scan, a convolution is a Conv over the frames that
came before and those that came now.  Operators of opset 17 (https://onnx.ai/onnx/operators), which ONNX Runtime has
known since 1.12.
"""

import math

import numpy as np
import onnx
from onnx import helper, numpy_helper

from ddsp_helpers import units
from ddsp_helpers.export import one_frame

OPSET, FILE_VERSION = 17, 8      # the file version that came with this opset: older runtimes refuse newer ones
INPUTS = ("f0_hz", "loudness_db")
OUTPUTS = ("amplitude", "harmonic_distribution", "noise_magnitudes")


def build(model):
    """The whole decoder step of a model.

    Inputs f0_hz, loudness_db [batch, frames, 1] and state_0, state_1, ...; outputs amplitude, harmonic_distribution and
    noise_magnitudes [batch, frames, channels], and next_state_0, ...: the state to give back with the frames that
    follow.

    Args:
      model: models.Autoencoder.

    Returns:
      onnx.ModelProto.
    """
    g, synth = Graph(one_frame.weights_of(model)), model.model_spec.synth
    states = [list(part.shape[1:]) for part in _parts(model)]
    before = [f"state_{i}" for i in range(len(states))]
    after, outputs = _DECODERS[model.model_spec.decoder](g, before, _scaled(g))
    _controls(g, outputs, synth, model.noise.bias)
    for name, value in zip(before, after, strict=True):
        g.add("Identity", value, out=f"next_{name}")
    channels = dict(zip(OUTPUTS, (1, synth.n_harmonics, synth.n_noise_bands)))
    given = [_tensor(name, ["batch", "frames", 1]) for name in INPUTS]
    given += [_tensor(name, ["batch", *shape]) for name, shape in zip(before, states)]
    made = [_tensor(name, ["batch", "frames", size]) for name, size in channels.items()]
    made += [_tensor(f"next_{name}", ["batch", *shape]) for name, shape in zip(before, states)]
    graph = helper.make_graph(g.nodes, "decoder", given, made, g.constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=FILE_VERSION,
                             producer_name="ddsp_helpers", doc_string=str(model.model_spec))


class Graph:
    """Nodes and constants, added one by one; each gives the name of what it makes.

    Args:
      weights: {name: array}, constants that nodes may take by name.
    """

    def __init__(self, weights):
        self.nodes, self.constants, self.weights = [], [], weights

    def add(self, operator, *inputs, out=None, **attributes):
        """Adds a node; inputs are names, weights' names, numbers or arrays."""
        out = out or f"{operator}_{len(self.nodes)}"
        inputs = [self._name(value) for value in inputs]
        self.nodes.append(helper.make_node(operator, inputs, [out] if isinstance(out, str) else out, **attributes))
        return out

    def _name(self, value):
        """The name of an input; a number, an array or a weight becomes a constant."""
        if isinstance(value, str):
            if value in self.weights and value not in {constant.name for constant in self.constants}:
                self.constants.append(numpy_helper.from_array(np.ascontiguousarray(self.weights[value]), value))
            return value
        value = np.asarray(value, np.float32 if not isinstance(value, np.ndarray) else None)
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), f"constant_{len(self.constants)}"))
        return self.constants[-1].name


def _parts(model):
    """The parts of a decoder's state."""
    state = model.decoder.init_state(1)
    return state if isinstance(state, tuple) else (state,)


def _tensor(name, shape):
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)


def _whole(*numbers):
    return np.array(numbers, np.int64)


# ------------------------------------------------------------------ around the decoder

def _scaled(g):
    """models.encoders.ControlEncoder: [batch, frames, 2]."""
    octaves = g.add("Log", g.add("Div", g.add("Max", "f0_hz", 1e-30), 440.0))
    midi = g.add("Add", g.add("Mul", octaves, 12.0 / math.log(2.0)), 69.0)
    midi = g.add("Where", g.add("Greater", "f0_hz", 0.0), midi, 0.0)
    loudness = g.add("Add", g.add("Div", "loudness_db", units.LOUDNESS_RANGE_DB), 1.0)
    return g.add("Concat", g.add("Div", midi, units.F0_RANGE_MIDI), loudness, axis=-1)


def _controls(g, outputs, synth, noise_bias):
    """models.Instrument.physical_controls."""
    sizes = _whole(1, synth.n_harmonics, synth.n_noise_bands)
    raw = ["raw_amplitude", "raw_harmonics", "raw_noise"]
    amplitude, harmonics, noise = g.add("Split", outputs, sizes, out=raw, axis=-1)
    _exp_sigmoid(g, amplitude, out=OUTPUTS[0])
    _exp_sigmoid(g, g.add("Add", noise, noise_bias), out=OUTPUTS[2])
    frequencies_hz = g.add("Mul", "f0_hz", np.arange(1, synth.n_harmonics + 1, dtype=np.float32))
    below = g.add("Cast", g.add("Less", frequencies_hz, synth.sample_rate / 2), to=onnx.TensorProto.FLOAT)
    harmonics = g.add("Mul", _exp_sigmoid(g, harmonics), below)
    total = g.add("ReduceSum", harmonics, _whole(-1), keepdims=1)
    g.add("Div", harmonics, g.add("Max", total, 1e-8), out=OUTPUTS[1])          # a sum is 0, or 1e-7 at least


def _exp_sigmoid(g, x, out=None):
    """units.exp_sigmoid."""
    decay = g.add("Mul", g.add("Softplus", g.add("Neg", x)), -math.log(10.0))
    return g.add("Add", g.add("Mul", g.add("Exp", decay), 2.0), 1e-7, out=out)


# ------------------------------------------------------------------ layers and decoders

def _fc(g, name, x):
    """models.layers.Fc."""
    y = g.add("Add", g.add("MatMul", x, f"{name}/dense/kernel"), f"{name}/dense/bias")
    return g.add("LeakyRelu", _normal(g, name, y), alpha=0.2)


def _normal(g, name, y):
    return g.add("LayerNormalization", y, f"{name}/norm/gamma", f"{name}/norm/beta", axis=-1, epsilon=1e-5)


def _head(g, x):
    return g.add("Add", g.add("MatMul", x, "head/kernel"), "head/bias")


def _gru(g, states, x):
    """models.GRUDecoder."""
    kernel, recurrent, bias = (g.weights[f"gru/{name}"] for name in ("kernel", "recurrent_kernel", "bias"))
    x = _fc(g, "before", x)
    by_frame = g.add("Transpose", x, perm=[1, 0, 2])
    initial = g.add("Unsqueeze", states[0], _whole(0))
    h, last = g.add("GRU", by_frame, kernel.T[None], recurrent.T[None], bias.reshape(1, -1), "", initial,
                    out=["h", "last"], hidden_size=recurrent.shape[0], linear_before_reset=1)
    h = g.add("Transpose", g.add("Squeeze", h, _whole(1)), perm=[1, 0, 2])
    after = g.add("Squeeze", last, _whole(0))
    return [after], _head(g, _fc(g, "after", g.add("Concat", x, h, axis=-1)))


def _mingru(g, states, x):
    """models.MinGRUDecoder."""
    x, after = _fc(g, "before", x), []
    for i, before in enumerate(states):
        gates = g.add("Add", g.add("MatMul", x, f"mingru_{i}/kernel"), f"mingru_{i}/bias")
        gate, candidate = g.add("Split", gates, out=[f"gate_{i}", f"candidate_{i}"], axis=-1)
        z = g.add("Sigmoid", gate)
        decay, drive = g.add("Sub", 1.0, z), g.add("Mul", z, candidate)
        last, h = g.add("Scan", before, decay, drive, out=[f"last_{i}", f"h_{i}"], body=_linear_recurrence(),
                        num_scan_inputs=2, scan_input_axes=[1, 1], scan_output_axes=[1])
        after.append(last)
        x = g.add("Add", x, _fc(g, f"mixer_{i}", h))
    return after, _head(g, x)


def _linear_recurrence():
    """One frame of h <- decay h + drive: the body of a Scan."""
    nodes = [helper.make_node("Mul", ["decay", "h"], ["kept"]), helper.make_node("Add", ["kept", "drive"], ["next"]),
             helper.make_node("Identity", ["next"], ["heard"])]
    given, made = ([_tensor(name, None) for name in names] for names in (("h", "decay", "drive"), ("next", "heard")))
    return helper.make_graph(nodes, "linear_recurrence", given, made)


def _cnn(g, states, x):
    """models.CNNDecoder."""
    after = []
    for (name, dilation), before in zip(one_frame.cnn_layers(), states, strict=True):
        kernel = g.weights[f"{name}/kernel"]                                      # [taps, channels in, channels]
        past = g.add("Concat", before, x, axis=1)
        y = g.add("Conv", g.add("Transpose", past, perm=[0, 2, 1]), kernel.transpose(2, 1, 0), dilations=[dilation])
        y = g.add("Clip", _normal(g, name, g.add("Transpose", y, perm=[0, 2, 1])), 0.0, 6.0)
        memory = (kernel.shape[0] - 1) * dilation
        after.append(g.add("Slice", past, _whole(-memory), _whole(np.iinfo(np.int64).max), _whole(1)))
        x = y if name == "before" else g.add("Add", x, y)
    return after, _head(g, x)


_DECODERS = {"gru": _gru, "mingru": _mingru, "cnn": _cnn}
