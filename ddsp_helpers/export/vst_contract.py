"""What the DDSP-VST plugin of Magenta wants of a file, and looks at before it plays it.

Read in the plugin's sources (magenta/ddsp-vst at f2996e9, built with TensorFlow 2.9.1): a TensorFlow Lite flatbuffer
with these tensors and none but built-in operations, and behind it a zip archive with one entry, metadata.json.
Lesson 13.
"""

import io
import json
import math
import struct
import zipfile

import numpy as np

SAMPLE_RATE, FRAME_RATE, FRAME_SIZE = 16000, 50, 1024    # Hz, Hz, samples
N_HARMONICS, N_NOISE_BANDS, N_STATE = 60, 65, 512
INPUTS = {"call_f0_scaled:0": 1, "call_pw_scaled:0": 1, "call_state:0": N_STATE}
AMPLITUDE, HARMONICS, NOISE, STATE = (f"StatefulPartitionedCall:{i}" for i in range(4))
OUTPUTS = {AMPLITUDE: 1, HARMONICS: N_HARMONICS, NOISE: N_NOISE_BANDS, STATE: N_STATE}
METADATA = "metadata.json"
METADATA_READ = ("mean_min_pitch_note_hz", "mean_max_pitch_note_hz", "mean_min_power_note", "mean_max_power_note",
                 "version", "export_time")

# The highest version of each operation that the runtime inside the plugin knows: those that
# tensorflow/lite/tools/versioning/runtime_version.cc gives to TensorFlow 2.9 or before (read at 00b1ec2, where
# tensorflow/lite/kernels/register.cc agrees). Only what a network of this kind may need; what is not here is refused.
# What is exported here uses version 1 alone, which by the same table every runtime since 1.14 has.
_BY_VERSION = {
    1: "RESHAPE EXP LOG FLOOR CEIL ROUND NEG SELECT_V2 SIN COS EXPAND_DIMS SQRT SHAPE RANK POW LOGICAL_OR LOGICAL_AND "
       "LOGICAL_NOT SQUARE ZEROS_LIKE FLOOR_MOD RANGE PRELU ELU HARD_SWISH ADD_N CUMSUM REDUCE_ANY REDUCE_ALL "
       "VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE CALL_ONCE",
    2: "DIV SPLIT_V SQUEEZE LESS LESS_EQUAL GREATER GREATER_EQUAL SELECT SUM REDUCE_PROD RSQRT LEAKY_RELU "
       "SQUARED_DIFFERENCE FLOOR_DIV MIRROR_PAD WHERE LOG_SOFTMAX",
    3: "RELU RELU6 TANH LOGISTIC CONCATENATION SOFTMAX MEAN REDUCE_MAX REDUCE_MIN EQUAL NOT_EQUAL PACK TILE FILL "
       "GATHER_ND AVERAGE_POOL_2D MAX_POOL_2D BROADCAST_TO",
    4: "ABS ADD PAD PADV2 SPLIT CAST MAXIMUM MINIMUM UNPACK BATCH_MATMUL",
    5: "MUL SUB GATHER TRANSPOSE SLICE",
    6: "CONV_2D DEPTHWISE_CONV_2D STRIDED_SLICE",
    9: "FULLY_CONNECTED",
}
NEWEST_VERSION = {name: version for version, names in _BY_VERSION.items() for name in names.split()}
_FLOAT32, _CUSTOM = 0, 32        # numbers of the flatbuffer's schema: TensorType.FLOAT32, BuiltinOperator.CUSTOM


def inspect(data):
    """Looks at a file as the plugin does.

    Args:
      data: the whole file, bytes.

    Returns:
      The metadata, a dictionary, and the checks, pairs of (what was checked, what was found).

    Raises:
      ValueError: the plugin would not list the file, or could not tell it from another.
    """
    _first_bytes(data)
    metadata, model = _metadata(data), _model(data)
    graph = model.subgraphs[0]
    _tensors(graph, graph.inputs, INPUTS, "inputs")
    _tensors(graph, graph.outputs, OUTPUTS, "outputs")
    operations = _operations(model)
    return metadata, (
        ("begins as a model, and as text", data[:8].hex(" ")),
        ("inputs: names, sizes, float32", f"{len(INPUTS)} as wanted"),
        ("outputs: names, sizes, float32", f"{len(OUTPUTS)} as wanted"),
        ("operations built into TensorFlow Lite 2.9", f"{len(operations)}, up to version {max(operations.values())}"),
        ("metadata: readable, complete", f"{len(metadata)} entries, identity {metadata['export_time']}"),
    )


def broken_weights(data):
    """Names of the constants in a model that hold something else than finite numbers; the plugin does not look."""
    model = _model(data)
    constants = [(tensor, model.buffers[tensor.buffer].data) for graph in model.subgraphs for tensor in graph.tensors
                 if tensor.type == _FLOAT32]
    return [tensor.name.decode() for tensor, numbers in constants
            if numbers is not None and not np.isfinite(np.asarray(numbers, np.uint8).view(np.float32)).all()]


def _first_bytes(data):
    """The plugin reads the file as text; that leaves it whole if the text ends at its second byte."""
    if len(data) < 8 or data[4:8] != b"TFL3" or not 0 < data[0] < 0x80 or data[1] != 0:
        raise ValueError(f"The file begins with {bytes(data[:8])!r}; a small byte, then 0, and TFL3 from the fifth "
                         "byte on were wanted: it is no TensorFlow Lite model, or one that the plugin cannot read "
                         "(lesson 13).")


def _metadata(data):
    """The dictionary in the zip archive at the end."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = json.loads(archive.read(METADATA))
        missing = sorted(set(METADATA_READ) - set(found))
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise ValueError(f"The file has no readable {METADATA} in a zip archive at its end ({error}); it was cut off, "
                         "or nothing was attached to the model (lesson 13).") from error
    if missing:
        raise ValueError(f"{METADATA} misses {', '.join(missing)}; the plugin reads {', '.join(METADATA_READ)} "
                         "(lesson 13).")
    numbers = [found[name] for name in METADATA_READ[:4]]
    if not all(isinstance(number, (int, float)) and math.isfinite(number) for number in numbers):
        raise ValueError(f"{METADATA} holds the ranges {numbers}; four finite numbers were wanted (lesson 13).")
    return found


def _model(data):
    """The flatbuffer as objects."""
    from tensorflow.lite.python import schema_py_generated as schema

    try:
        return schema.ModelT.InitFromPackedBuf(data, 0)
    except (struct.error, TypeError, IndexError, AttributeError) as error:
        raise ValueError("The file is no whole TensorFlow Lite model: it was damaged or cut off on its way. Export it "
                         "again (lesson 13).") from error


def _tensors(graph, numbers, wanted, what):
    """Names as a set, then type and size of each."""
    found = {graph.tensors[number].name.decode(): graph.tensors[number] for number in numbers}
    if set(found) != set(wanted) or len(numbers) != len(wanted):
        raise ValueError(f"The {what} are called {sorted(found)}; {sorted(wanted)} were wanted, and the plugin goes "
                         "by the names (lesson 13).")
    for name, size in wanted.items():
        if found[name].type != _FLOAT32:
            raise ValueError(f"{name} is not of 32-bit floating-point numbers; those were wanted (lesson 13).")
        shape = [] if found[name].shape is None else [int(length) for length in found[name].shape]
        if math.prod(shape) != size:
            raise ValueError(f"{name} came with the shape {shape}, {math.prod(shape)} numbers; {size} were wanted "
                             "(lesson 13).")


def _operations(model):
    """{name: version} of the operations, each known to the plugin's runtime."""
    from tensorflow.lite.python import schema_py_generated as schema

    names = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
    found = {}
    for code in model.operatorCodes:
        number = max(code.builtinCode, code.deprecatedBuiltinCode)      # older writers filled only the second
        if number == _CUSTOM:
            raise ValueError(f"The operation {bytes(code.customCode or b'').decode()!r} is not built into TensorFlow "
                             "Lite; the plugin has none but the built-in ones (lesson 13).")
        name = names.get(number, f"number {number}")
        newest = NEWEST_VERSION.get(name)
        if newest is None or code.version > newest:
            has = "it is none of those" if newest is None else f"version {newest} at most is"
            raise ValueError(f"The operation {name} came in version {code.version}; {has} known of TensorFlow Lite "
                             "2.9, which is inside the plugin (lesson 13).")
        found[name] = code.version
    return found
