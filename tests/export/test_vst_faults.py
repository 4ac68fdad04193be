"""Faults planted into a file for the plugin: each is refused, and the reason is told."""

import io
import shutil
import tempfile
import zipfile

import flatbuffers
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

from ddsp_helpers.export import export, vst, vst_contract, vst_graph, vst_plugin
from tests.export.instruments import tiny


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A file as it should be, bytes."""
    path = tmp_path_factory.mktemp("plugin") / "good.tflite"
    export(tiny(), path, format="vst")
    return path.read_bytes()


def flatbuffer(data):
    """The model without the archive behind it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return data[:archive.infolist()[0].header_offset]


def attached(path, model, **metadata):
    """A file of a model and metadata; None takes an entry away."""
    path.write_bytes(model)
    entries = {**vst.metadata_of(tiny()), **metadata}
    vst.attach_metadata(path, {name: value for name, value in entries.items() if value is not None})
    return path


def changed(data, change):
    """The flatbuffer after change(model) has edited its objects."""
    model = schema.ModelT.InitFromPackedBuf(flatbuffer(data), 0)
    for buffer in model.buffers:
        buffer.data = None if buffer.data is None else buffer.data.copy()       # as read they cannot be written
    change(model)
    builder = flatbuffers.Builder(len(data))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def tensor(model, name):
    return next(each for each in model.subgraphs[0].tensors if each.name == name.encode())


def largest_weights(model):
    """The buffer with most numbers: a matrix."""
    return max((buffer for buffer in model.buffers if buffer.data is not None), key=lambda buffer: len(buffer.data))


def test_a_file_that_is_only_packed_again_is_good(good, tmp_path):
    assert vst.prove(attached(tmp_path / "it.tflite", changed(good, lambda model: None)), tiny())


def rename(model):
    tensor(model, "call_pw_scaled:0").name = b"serving_default_pw_scaled:0"


def rename_output(model):
    tensor(model, "StatefulPartitionedCall:2").name = b"PartitionedCall:2"


def shrink(model):
    tensor(model, "call_state:0").shape = [256]


def halve(model):
    tensor(model, "StatefulPartitionedCall:1").type = schema.TensorType.FLOAT16


def one_input_less(model):
    model.subgraphs[0].inputs = model.subgraphs[0].inputs[:2]


def newer(model):
    model.operatorCodes[0].version = 99


def custom(model):
    model.operatorCodes[0].builtinCode = model.operatorCodes[0].deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
    model.operatorCodes[0].customCode = b"FlexLgamma"


@pytest.mark.parametrize("fault, words", [
    (rename, "inputs are called .*serving_default_pw_scaled:0.*were wanted"),
    (rename_output, "outputs are called .*'PartitionedCall:2'"),
    (shrink, r"call_state:0 came with the shape \[256\], 256 numbers; 512 were wanted"),
    (halve, "StatefulPartitionedCall:1 is not of 32-bit"),
    (one_input_less, "inputs are called"),
    (newer, "came in version 99; version . at most is known of TensorFlow Lite 2.9"),
    (custom, "'FlexLgamma' is not built into TensorFlow Lite"),
])
def test_a_changed_contract_is_refused(good, tmp_path, fault, words):
    path = attached(tmp_path / "it.tflite", changed(good, fault))
    with pytest.raises(ValueError, match=words):
        vst_plugin.Plugin(path)


def test_an_operation_that_only_tensorflow_has_is_refused(tmp_path):
    """Not planted by hand: a graph that needs one, converted with permission to use it."""

    class Wrong(vst_graph.PluginGraph):
        @tf.function(autograph=False, input_signature=vst_graph.PluginGraph.call.input_signature)
        def call(self, f0_scaled, pw_scaled, state):
            w = self.weights["head/bias"]
            return tf.linalg.inv((f0_scaled + w[:1])[None])[0], tf.zeros([60]), tf.zeros([65]), 0.5 * state

    with tempfile.TemporaryDirectory() as folder:
        wrong = Wrong(tiny())
        tf.saved_model.save(wrong, folder, signatures={"call": wrong.call})
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=["call"])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
        path = attached(tmp_path / "it.tflite", converter.convert())
    with pytest.raises(ValueError, match="'FlexMatrixInverse' is not built into"):
        vst_plugin.Plugin(path)


def test_weights_of_keras_layers_that_stay_behind_are_noticed(tmp_path):
    """The trap of Keras 3: a module holds layers, and the converter finds none of their variables."""
    graph = vst_graph.PluginGraph(tiny())
    keras_variables = {weight.path.split("decoder/")[1]: weight for weight in tiny().decoder.weights}
    assert set(keras_variables) == set(graph.weights)
    graph.weights, graph.layer = Untracked(keras_variables), tiny().decoder
    path = attached(tmp_path / "it.tflite", vst.convert(graph))
    plugin = vst_plugin.Plugin(path)                    # the plugin sees nothing wrong
    with pytest.raises(ValueError, match="does not run.*left behind"):
        vst.prove(path, tiny())
    with pytest.raises(ValueError, match="does not run.*left behind"):
        plugin.require_numbers()


class Untracked(dict):
    """Variables that a module does not see."""


def test_weights_that_are_zero_or_not_numbers_are_noticed(good, tmp_path):
    def zero(model):
        largest_weights(model).data[:] = 0

    def nan(model):
        largest_weights(model).data.view(np.float32)[5] = np.nan

    path = attached(tmp_path / "it.tflite", changed(good, zero))
    with pytest.raises(ValueError, match="weights were changed or left behind"):
        vst.prove(path, tiny())
    path = attached(tmp_path / "it.tflite", changed(good, nan))
    with pytest.raises(ValueError, match="weights that are not numbers"):
        vst.prove(path, tiny())


def test_what_is_not_a_number_is_silence_in_the_plugin_and_is_reported(good, tmp_path):
    def nan(model):
        for buffer in model.buffers:
            if buffer.data is not None and len(buffer.data) > 1000:
                buffer.data.view(np.float32)[:] = np.nan

    plugin = vst_plugin.Plugin(attached(tmp_path / "it.tflite", changed(good, nan)))
    sound = plugin.play(np.full(20, 220.0), np.full(20, -20.0))
    assert sound.broken_frames == 20 and len(sound.audio) == 6400 and not sound.audio.any()


def test_one_identity_twice_in_a_folder_is_refused(good, tmp_path):
    (tmp_path / "brass").mkdir()
    (tmp_path / "Horn.tflite").write_bytes(good)
    export(tiny(), tmp_path / "brass" / "Tuba.tflite", format="vst")
    assert list(vst_plugin.folder(tmp_path)) == ["Horn", "Tuba"]
    shutil.copyfile(tmp_path / "Horn.tflite", tmp_path / "brass" / "Trombone.tflite")
    with pytest.raises(ValueError, match="Horn.tflite.* same export_time|same export_time"):
        vst_plugin.folder(tmp_path)


@pytest.mark.parametrize("cut, words", [
    (lambda data: data[:-30], "no readable metadata.json"),
    (lambda data: data[:len(data) // 2], "no readable metadata.json"),
    (lambda data: data[:3], "begins with"),
    (lambda data: b"", "begins with"),
    (lambda data: b"\x90" + data[1:], "begins with"),
    (lambda data: data[:1] + b"\x01" + data[2:], "begins with"),
    (lambda data: flatbuffer(data), "no readable metadata.json"),
])
def test_a_file_that_was_cut_or_is_something_else(good, tmp_path, cut, words):
    (tmp_path / "it.tflite").write_bytes(cut(good))
    with pytest.raises(ValueError, match=words):
        vst_plugin.Plugin(tmp_path / "it.tflite")


def test_a_model_that_was_cut_before_its_metadata_came(good, tmp_path):
    for length in (len(flatbuffer(good)) - 2000, 3000):
        with pytest.raises(ValueError, match="was damaged or cut off|does not load"):
            vst_plugin.Plugin(attached(tmp_path / "it.tflite", flatbuffer(good)[:length]))


def test_a_file_with_damaged_offsets_does_not_load(good, tmp_path):
    data = bytearray(flatbuffer(good))
    data[100:3000] = np.random.default_rng(0).integers(0, 256, 2900, dtype=np.uint8).tobytes()
    with pytest.raises(ValueError, match="was damaged or cut off|does not load"):
        vst_plugin.Plugin(attached(tmp_path / "it.tflite", bytes(data)))


@pytest.mark.parametrize("name", vst_contract.METADATA_READ)
def test_a_missing_entry_of_the_metadata_is_named(good, tmp_path, name):
    with pytest.raises(ValueError, match=f"misses {name}"):
        vst_plugin.Plugin(attached(tmp_path / "it.tflite", flatbuffer(good), **{name: None}))


def test_metadata_that_draws_nothing_is_refused(good, tmp_path):
    with pytest.raises(ValueError, match="four finite numbers"):
        vst_plugin.Plugin(attached(tmp_path / "it.tflite", flatbuffer(good), mean_min_power_note=float("nan")))
    with pytest.raises(ValueError, match="is not a file"):
        vst_plugin.Plugin(tmp_path / "none.tflite")
