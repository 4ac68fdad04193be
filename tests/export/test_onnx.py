"""The .onnx file gives the model's controls in ONNX Runtime, in any pieces."""

import numpy as np
import onnx
import onnxruntime
import pytest

from ddsp_helpers import SynthSpec, assets, audio, features, models
from ddsp_helpers.export import export
from ddsp_helpers.export.onnx import Decoder, difference
from tests.export.instruments import SMALL, instrument


def track(frames, batch=1):
    """Pitch with silences, and loudness, [batch, frames, 1] float32."""
    rng = np.random.default_rng(2)
    f0_hz = np.where(rng.random([batch, frames, 1]) < 0.1, 0.0, 2 ** rng.uniform(5, 11.5, [batch, frames, 1]))
    loudness_db = rng.uniform(-80, 15, [batch, frames, 1])
    return {"f0_hz": f0_hz.astype(np.float32), "loudness_db": loudness_db.astype(np.float32)}


@pytest.mark.parametrize("synth, fields", [
    (SMALL, {"decoder": "gru", "width": 24}), (SMALL, {"decoder": "mingru", "width": 24}),
    (SynthSpec(48000, 250, 40, 33), {"decoder": "cnn", "width": 8, "reverb_s": 0.01}),
])
def test_any_pieces_of_several_sounds_are_the_model(tmp_path, synth, fields):
    model, path = instrument(synth, **fields), tmp_path / "it.onnx"
    report = export(model, path, format="onnx")
    inputs = track(130, batch=3)
    wanted = model.controls(inputs)
    for block in (130, 37, 1):
        found = Decoder(path).controls(inputs, block=block)
        assert set(found) == {"amplitude", "harmonic_distribution", "noise_magnitudes"}
        for name, values in found.items():
            np.testing.assert_allclose(values, wanted[name], atol=1e-4, err_msg=f"{name}, blocks of {block}")
    assert "frame by frame" in str(report)
    assert (tmp_path / "it room.wav").is_file() == bool(model.reverb)


def test_an_old_runtime_can_read_it(tmp_path):
    export(instrument(SMALL, decoder="cnn", width=4), tmp_path / "it.onnx", format="onnx")
    proto = onnx.load(tmp_path / "it.onnx")
    assert (proto.ir_version, proto.opset_import[0].version) == (8, 17)
    named = {given.name: given.shape for given in onnxruntime.InferenceSession(tmp_path / "it.onnx").get_inputs()}
    assert named["f0_hz"] == ["batch", "frames", 1] and named["state_6"] == ["batch", 18, 4]


def test_other_weights_fail_the_proof(tmp_path):
    from ddsp_helpers.export import onnx as room

    model = instrument(SMALL, decoder="gru", width=8)
    export(model, tmp_path / "it.onnx", format="onnx")
    model.decoder.memory.recurrent_kernel.assign(model.decoder.memory.recurrent_kernel * 1.1)
    with pytest.raises(ValueError, match="differs from the model"):
        room.prove(tmp_path / "it.onnx", model)


@pytest.mark.assets
def test_a_real_voice_through_the_file(tmp_path):
    model = models.load_instrument("flute")
    export(model, tmp_path / "flute.onnx", format="onnx")
    sung = audio.load(assets.voice("vocadito_10"), sample_rate=16000)
    heard = features.extract(sung.samples, sample_rate=16000, pitch="swiftf0")
    for block in (len(heard), 1):
        assert difference(tmp_path / "flute.onnx", model, heard.f0_hz, heard.loudness_db, block=block) < 1e-4
