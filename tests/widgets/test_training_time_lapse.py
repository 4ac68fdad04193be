"""The time-lapse: snapshots that a real training leaves, and sounds in step that the browser plays as they are."""

import numpy as np
import pytest

ROWS = """
import numpy as np
from ddsp_helpers import widgets
t = np.arange(24000) / 16000
sines = [(0.08 * (i + 1) * np.sin(2 * np.pi * (200 + 40 * i) * t)).astype("f4") for i in range(5)]
rows = [{"step": step, "elapsed_s": step / 4, "loss": 9 - i, "held_out_loss": 9.5 - i, "audio": sines[i]}
        for i, step in enumerate([0, 4, 20, 100, 1500])]
"""
CELL = ROWS + """
lapse = widgets.TrainingTimeLapse(rows, recording=0.3 * np.sin(2 * np.pi * 500 * t), curve=rows[1:])
lapse"""


@pytest.fixture(scope="module")
def rows():
    names = {}
    exec(ROWS, names)  # noqa: S102  (the cell that the notebook runs)
    return names["rows"]


def test_a_real_training_leaves_snapshots(tmp_path):
    from ddsp_helpers import SynthSpec, audio, models, training, widgets
    from ddsp_helpers.data import sources
    from ddsp_helpers.data.prepare import prepare
    from ddsp_helpers.widgets.training_time_lapse import Snapshots

    (tmp_path / "notes").mkdir()
    time_s = np.arange(48000) / 16000
    for name, hz in (("low", 220.0), ("high", 330.0), ("higher", 440.0)):
        tone = sum(0.2 / k * np.sin(2 * np.pi * k * hz * time_s) for k in range(1, 8)) * np.sin(np.pi * time_s / 3)
        audio.save(tmp_path / "notes" / f"{name}.wav", tone.astype(np.float32), sample_rate=16000)
    spec = SynthSpec(n_harmonics=20, n_noise_bands=9)
    dataset = prepare(sources.folder(tmp_path / "notes"), tmp_path / "data", spec=spec, window_s=1.0, held_out=0.34,
                      pitch="swiftf0", workers=1, progress=False)
    model = models.Autoencoder(models.ModelSpec(spec, decoder="cnn", width=8))
    phrase = {"f0_hz": np.full([1, 50, 1], 330.0, np.float32), "loudness_db": np.full([1, 50, 1], -20.0, np.float32)}
    told = []
    snapshots = Snapshots(model, phrase, progress=told.append)
    training.fit(model, dataset, out=tmp_path / "run", steps=12, batch_size=2, seconds=1.0, progress=snapshots)
    assert snapshots.rows[0]["step"] == 0 and snapshots.rows[-1]["step"] == 12
    assert all(row["audio"].shape == (16000,) for row in snapshots.rows)
    assert np.abs(snapshots.rows[0]["audio"] - snapshots.rows[-1]["audio"]).max() > 1e-3      # it has learned something
    assert told and snapshots.curve[-1]["step"] == 12 and np.isfinite(snapshots.curve[-1]["held_out_loss"])
    lapse = widgets.TrainingTimeLapse(snapshots, index=len(snapshots.rows) - 1)
    assert lapse.steps[0] == 0 and "Step 12" in lapse.picture().alt


def test_value_chooses_what_is_rendered(rows):
    from ddsp_helpers import widgets

    lapse = widgets.TrainingTimeLapse(rows, recording=rows[0]["audio"], index=2)
    np.testing.assert_allclose(lapse.sound().samples, rows[2]["audio"], atol=1e-6)
    lapse.value = {"original": True}
    np.testing.assert_allclose(lapse.sound().samples, rows[0]["audio"], atol=1e-6)
    assert lapse.steps == [0, 4, 20, 100, 1500]


def test_bad_calls_say_what_was_wanted(rows):
    from ddsp_helpers import widgets
    from ddsp_helpers.widgets.training_time_lapse import Snapshots

    with pytest.raises(ValueError, match="two or more"):
        widgets.TrainingTimeLapse(rows[:1])
    with pytest.raises(ValueError, match="index came as 7"):
        widgets.TrainingTimeLapse(rows, index=7)
    with pytest.raises(ValueError, match="recording= was wanted"):
        widgets.TrainingTimeLapse(rows, original=True)
    with pytest.raises(ValueError, match="above 1"):
        Snapshots(None, {}, growth=1.0)


@pytest.fixture(scope="module")
def notebook(open_notebook):
    return open_notebook(CELL)


@pytest.fixture(scope="module")
def touch(notebook):
    return notebook.widget("A training, heard step by step")


def test_keys_and_drags_go_through_the_training(touch, notebook):
    slider = touch.slider("index")
    touch.press(slider, "ArrowRight", "ArrowRight")
    notebook.eventually("lapse.value['index']", 2)
    assert slider.get_attribute("aria-valuetext") == "step 20, 5 s, held-out loss 7.50"
    touch.drag(slider, (0.5, 0.5), (1.0, 0.5))
    notebook.eventually("lapse.value['index']", 4)
    assert slider.get_attribute("aria-valuetext") == "step 1,500, 6.3 min, held-out loss 5.50"


@pytest.mark.parametrize("index, original, hz", [(0, False, 200.0), (3, False, 320.0), (1, True, 500.0)])
def test_the_browser_plays_what_the_model_played(touch, notebook, listening, index, original, hz):
    notebook.python("1", before=f"lapse.value = {{'index': {index}, 'original': {original}}}")
    touch.root.locator(f'[aria-valuenow="{index}"]').wait_for(timeout=10000)
    browser, exact = touch.offline(1.5), touch.tensorflow("lapse")
    assert abs(listening.level_db(browser[2000:22000]) - listening.level_db(exact[2000:22000])) < 0.5
    assert abs(listening.cents(listening.pitch_hz(browser[2000:22000], 16000, near_hz=hz), hz)) < 1


def test_it_runs_through_the_training_when_told_to(touch, notebook):
    notebook.python("1", before="lapse.value = {'index': 2, 'original': False}")
    touch.root.locator('[aria-valuenow="2"]').wait_for(timeout=10000)
    assert touch.root.locator(".ddsp-play").inner_text().startswith("▶")           # nothing plays by itself
    touch.button("Run through the training").click()
    notebook.eventually("lapse.value['index']", 4)
    touch.button("Run through the training").wait_for(timeout=15000)               # it has come to rest
    touch.button("The recording").click()
    notebook.eventually("lapse.value['original']", True)
    touch.root.locator(".ddsp-play").click()


def test_without_a_kernel_a_picture_and_a_player_are_left(notebook):
    html = notebook.python("lapse.snapshot()._repr_html_()")
    assert "<img alt=" in html and "<audio controls" in html
