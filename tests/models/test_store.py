"""Instruments in files: what is written is what is read; what does not fit is refused."""

import json

import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers import SPEC_48K, SynthSpec
from ddsp_helpers.models import store
from ddsp_helpers.models.autoencoder import Autoencoder, ModelSpec

SMALL = SynthSpec(sample_rate=4000, frame_rate=50, n_harmonics=6, n_noise_bands=9)
INPUTS = {"f0_hz": tf.fill([1, 20, 1], 220.0), "loudness_db": tf.fill([1, 20, 1], -20.0)}


@pytest.fixture
def model():
    return Autoencoder(ModelSpec(SMALL, width=8, reverb_s=0.02, name="test tone"))


@pytest.mark.parametrize("half, tolerance", [(False, 0.0), (True, 2e-2)])
def test_a_loaded_instrument_sounds_the_same(model, tmp_path, half, tolerance):
    store.save(model, tmp_path / "a.npz", half=half, card={"licence": "CC0"})
    loaded = store.load(tmp_path / "a.npz")
    assert loaded.model_spec == model.model_spec and loaded.card["licence"] == "CC0"
    before, after = (m(INPUTS)["audio"].numpy() for m in (model, loaded))
    np.testing.assert_allclose(after, before, atol=tolerance * np.abs(before).max() + 1e-9)


def test_the_file_holds_no_pickle_and_plain_json(model, tmp_path):
    store.save(model, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        assert json.loads(file["header"].tobytes())["model"]["name"] == "test tone"


def test_weight_names_stay(tmp_path):
    """Files of today must be read tomorrow, whatever a new version of Keras calls its weights."""
    names = list(store.get_weights(Autoencoder(ModelSpec(SMALL, decoder="gru", width=8))))
    assert names == [
        "decoder/before/dense/kernel", "decoder/before/dense/bias", "decoder/before/norm/gamma",
        "decoder/before/norm/beta", "decoder/gru/kernel", "decoder/gru/recurrent_kernel", "decoder/gru/bias",
        "decoder/after/dense/kernel", "decoder/after/dense/bias", "decoder/after/norm/gamma", "decoder/after/norm/beta",
        "decoder/head/kernel", "decoder/head/bias",
    ]


def test_weight_names_differ_from_each_other():
    model = Autoencoder(ModelSpec(SMALL, decoder="mingru", width=8, z_dims=2, reverb_s=0.02))
    assert len(store.get_weights(model)) == len(model.weights)


def test_another_specification_is_refused(model, tmp_path):
    store.save(model, tmp_path / "a.npz")
    with pytest.raises(ValueError, match="sample rate .* 48000 in the dataset but 4000 in the instrument a.npz"):
        store.load(tmp_path / "a.npz", synth=SPEC_48K)


def test_other_features_are_refused(model, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "FEATURE_VERSION", "old")
    store.save(model, tmp_path / "a.npz")
    monkeypatch.undo()
    with pytest.raises(ValueError, match="features of version 'old'"):
        store.load(tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"RIFF not an instrument", b"PK\x03\x04 cut short"])
def test_something_else_is_refused(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read as a ddsp_helpers instrument"):
        store.load(tmp_path / "a.npz")


def test_a_cut_file_and_a_foreign_file_are_refused(model, tmp_path):
    store.save(model, tmp_path / "a.npz")
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "b.npz").write_bytes(whole[:len(whole) // 2])
    np.savez(tmp_path / "c.npz", weights=np.zeros(3))
    store.write_npz(tmp_path / "d.npz", {}, {"kind": "shopping list"})
    for name, words in [("b", "cut short"), ("c", "something else"), ("d", "shopping list")]:
        with pytest.raises(ValueError, match=words):
            store.load(tmp_path / f"{name}.npz")
    with pytest.raises(ValueError, match="is not a file"):
        store.load(tmp_path / "e.npz")


def test_weights_of_another_decoder_are_refused(model):
    other = Autoencoder(ModelSpec(SMALL, decoder="cnn", width=8))
    with pytest.raises(ValueError, match="not those of ModelSpec.*decoder='gru'"):
        store.set_weights(model, store.get_weights(other))
    broken = {name: value * np.nan for name, value in store.get_weights(model).items()}
    with pytest.raises(ValueError, match="not numbers"):
        store.set_weights(model, broken)


def test_a_full_disk_leaves_the_old_file(model, tmp_path, monkeypatch):
    store.save(model, tmp_path / "a.npz")
    before = (tmp_path / "a.npz").read_bytes()

    def full(*args, **arrays):
        args[0].write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        store.save(model, tmp_path / "a.npz")
    assert (tmp_path / "a.npz").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]
