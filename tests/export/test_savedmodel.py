"""The SavedModel plays without this package, as the model does."""

import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers.export import export, savedmodel
from tests.export.instruments import SMALL, instrument


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    """An instrument with a room, its folder, and what was said of it."""
    model = instrument(SMALL, decoder="gru", width=8, reverb_s=0.1)
    path = tmp_path_factory.mktemp("exported") / "hall"
    return model, path, export(model, path, format="savedmodel")


def test_it_was_loaded_where_this_package_is_not(hall):
    _, path, report = hall
    assert ("loads where neither this package nor Keras is", "yes") in report.checks
    assert {what.split(":")[0] for what, _ in report.checks} >= {"controls", "play", "step"}
    assert (path / "saved_model.pb").is_file() and [each.name for each in path.parent.iterdir()] == ["hall"]


def test_any_length_of_several_sounds_is_the_model(hall):
    model, path, _ = hall
    loaded, rng = tf.saved_model.load(str(path)), np.random.default_rng(1)
    for batch, frames in ((2, 3), (1, 61)):
        inputs = {"f0_hz": tf.constant(rng.uniform(50, 500, [batch, frames, 1]), tf.float32),
                  "loudness_db": tf.constant(rng.uniform(-60, 0, [batch, frames, 1]), tf.float32)}
        wanted = model(inputs)
        np.testing.assert_allclose(loaded.signatures["play"](**inputs)["audio"], wanted["audio"], atol=1e-5)
        for name, values in loaded.signatures["controls"](**inputs).items():
            np.testing.assert_allclose(values, wanted[name], atol=1e-5, err_msg=name)


def test_the_program_that_proves_it_cannot_import_the_package():
    """Were the two names importable there, loading would prove nothing."""
    import subprocess
    import sys

    lines = savedmodel._PROGRAM.split("import numpy")[0] + "import ddsp_helpers"
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "ddsp_helpers" in done.stderr


def test_a_folder_that_plays_otherwise_or_not_at_all_fails_its_proof(hall, tmp_path, monkeypatch):
    model, path, _ = hall

    def otherwise(path, track):
        made = {f"{word}/{name}": values + 0.01
                for word in ("controls", "step") for name, values in model.controls(track).items()}
        return {**made, "play/audio": model(track)["audio"]}

    monkeypatch.setattr(savedmodel, "_elsewhere", otherwise)
    with pytest.raises(ValueError, match="plays otherwise than the model"):
        savedmodel.prove(path, model)
    monkeypatch.undo()
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="does not load with TensorFlow alone"):
        savedmodel.prove(tmp_path / "empty", model)
