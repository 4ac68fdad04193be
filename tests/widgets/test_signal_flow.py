"""The signal flow: the model's own numbers on every wire, and stems that add up, in the browser as in TensorFlow."""

import numpy as np
import pytest

MODEL = """
import keras, numpy as np, tensorflow as tf
from ddsp_helpers import SynthSpec, effects, models, widgets
keras.utils.set_random_seed(3)
spec = SynthSpec(n_harmonics=20, n_noise_bands=17)
model = models.Autoencoder(models.ModelSpec(spec, decoder="cnn", width=16))
t = np.arange(100) / 50
inputs = {"f0_hz": (220 * 2 ** (np.where(t > 1, 4, 0) / 12)).astype("float32")[None, :, None],
          "loudness_db": (-20 - 5 * t).astype("float32")[None, :, None]}
recording = 0.1 * np.random.default_rng(0).normal(size=30000).astype("float32")
room = effects.ExpDecayReverb(4000, gain=-3.0)
"""


@pytest.fixture(scope="module")
def names():
    found = {}
    exec(MODEL, found)  # noqa: S102  (the cell that the notebook runs)
    return found


@pytest.fixture(scope="module")
def flow(names):
    from ddsp_helpers import widgets

    return widgets.SignalFlow(names["model"], names["inputs"], recording=names["recording"], sample_rate=16000,
                              reverb=names["room"])


def test_wires_are_what_the_model_computes(flow, names):
    played = names["model"](names["inputs"])
    for name in ("amplitude", "harmonic_distribution", "noise_magnitudes"):
        np.testing.assert_allclose(flow.wires[name], played[name], rtol=1e-5)
    np.testing.assert_allclose(flow.wires["sum"], played["audio"], atol=1e-6)
    np.testing.assert_allclose(flow.wires["output"], names["room"](played["audio"]), atol=1e-5)
    assert flow.wires["encoded"].shape == (1, 100, 2) and flow.wires["outputs"].shape == (1, 100, 38)
    assert flow.wires["audio"].shape == flow.wires["sum"].shape == (1, 32000)


def test_muting_and_soloing_leave_the_right_parts(flow):
    dry = {name: flow.wires[name][0] for name in ("harmonic", "noise", "sum", "output")}
    wet = dry["output"] - dry["sum"]
    cases = [({}, dry["output"]), ({"muted": ["reverb"]}, dry["sum"]), ({"solo": "reverb"}, wet),
             ({"muted": ["noise", "reverb"]}, dry["harmonic"]),
             ({"solo": "noise", "muted": ["reverb", "noise"]}, dry["noise"]),
             ({"muted": ["harmonic", "noise"]}, 0 * wet)]
    for value, wanted in cases:
        flow.value = {"muted": [], "solo": "", **value}
        np.testing.assert_allclose(flow.sound().samples, wanted, atol=2e-6)


def test_every_wire_has_a_picture_in_words(flow):
    for name in flow.wires:
        flow.value = {"wire": name}
        assert name in flow.picture().alt


def test_bad_calls_say_what_was_wanted(flow, names):
    from ddsp_helpers import widgets

    with pytest.raises(ValueError, match="one of audio, f0_hz"):
        flow.value = {"wire": "cable"}
    with pytest.raises(ValueError, match="harmonic, noise, reverb"):
        flow.value = {"muted": ["drums"]}
    with pytest.raises(ValueError, match="one was wanted"):
        widgets.SignalFlow(names["model"], {name: np.repeat(x, 2, axis=0) for name, x in names["inputs"].items()})


@pytest.fixture(scope="module")
def notebook(open_notebook):
    return open_notebook(MODEL + """
flow = widgets.SignalFlow(model, inputs, recording=recording, sample_rate=16000, reverb=room)
flow""")


@pytest.fixture(scope="module")
def touch(notebook):
    found = notebook.widget("Through the autoencoder")
    found.root.locator(".ddsp-panel").wait_for(timeout=30000)
    return found


def wire(touch, name):
    return touch.root.locator(f'[data-wire="{name}"]')


def test_wires_are_clicked_and_walked_with_keys(touch, notebook):
    wire(touch, "harmonic_distribution").locator(".ddsp-name").click()
    notebook.eventually("flow.value['wire']", "harmonic_distribution")
    assert "[1, 100, 20]" in touch.root.locator(".ddsp-panel strong").inner_text()
    assert wire(touch, "harmonic_distribution").get_attribute("aria-checked") == "true"
    touch.page.keyboard.press("ArrowDown")
    notebook.eventually("flow.value['wire']", "noise_magnitudes")
    touch.page.keyboard.press("Home")
    notebook.eventually("flow.value['wire']", "audio")
    notebook.python("1", before="flow.value = {'wire': 'loudness_db'}")
    touch.root.locator('[data-wire="loudness_db"][aria-checked="true"]').wait_for(timeout=10000)


def test_the_cursor_says_values_as_a_musician_does(touch, notebook):
    wire(touch, "f0_hz").locator(".ddsp-name").click()
    cursor = touch.slider("time_s")
    touch.press(cursor, *["PageUp"] * 6)
    notebook.eventually("flow.value['time_s']", lambda s: s > 1.1)
    assert cursor.get_attribute("aria-valuetext") == "1.20 seconds: C#4, 277 Hz"
    wire(touch, "loudness_db").locator(".ddsp-name").click()
    assert cursor.get_attribute("aria-valuetext") == "1.20 seconds: -26.0 dB"


@pytest.mark.parametrize("value", ["{'muted': []}", "{'muted': ['noise', 'reverb']}",
                                   "{'solo': 'reverb', 'muted': []}"])
def test_the_browser_mixes_as_tensorflow_does(touch, notebook, listening, value):
    notebook.python("1", before=f"flow.value = {{'solo': '', **{value}}}")
    wanted = notebook.python("[flow.value['solo'], flow.value['muted']]")
    for _ in range(50):
        if [touch.state()["solo"], touch.state()["muted"]] == wanted:
            break
        touch.page.wait_for_timeout(100)
    browser, exact = touch.offline(2.0)[64:], touch.tensorflow("flow")[:-64]
    assert abs(listening.level_db(browser[2000:]) - listening.level_db(exact[2000:])) < 0.5
    near = 220.0 * 2 ** (4 / 12)
    heard, right = (listening.pitch_hz(x[18000:30000], 16000, near_hz=near) for x in (browser, exact))
    assert abs(listening.cents(heard, right)) < 1


def test_mute_and_solo_are_buttons(touch, notebook):
    notebook.python("1", before="flow.value = {'solo': '', 'muted': []}")
    touch.button("Mute noise").click()
    notebook.eventually("flow.value['muted']", ["noise"])
    touch.button("Solo harmonic").click()
    notebook.eventually("flow.value['solo']", "harmonic")
    assert touch.button("Solo harmonic").get_attribute("aria-pressed") == "true"
    touch.button("Solo harmonic").click()
    notebook.eventually("flow.value['solo']", "")


def test_every_wire_but_the_raw_outputs_can_be_heard(touch):
    for name in ("audio", "f0_hz", "encoded", "harmonic_distribution", "noise_magnitudes", "sum", "output"):
        wire(touch, name).locator(".ddsp-name").click()
        touch.button("Listen to this wire").click()
        touch.root.get_by_role("button", name="■ Stop").wait_for(timeout=30000)
        touch.root.get_by_role("button", name="■ Stop").click()
    wire(touch, "outputs").locator(".ddsp-name").click()
    assert touch.button("Listen to this wire").is_disabled()


def test_one_thing_sounds_at_a_time(touch):
    wire(touch, "sum").locator(".ddsp-name").click()
    touch.button("Listen to this wire").click()
    touch.root.get_by_role("button", name="■ Stop").wait_for(timeout=10000)
    touch.root.locator(".ddsp-play").click()
    touch.wait_for_status("You hear the browser")
    touch.button("Listen to this wire").wait_for(timeout=10000)              # it says Listen again: it has stopped
    touch.root.locator(".ddsp-play").click()


def test_without_a_kernel_a_picture_and_a_player_are_left(notebook):
    html = notebook.python("flow.snapshot()._repr_html_()")
    assert "<img alt=" in html and "<audio controls" in html
