"""The XY pad: weights that sum to 1, controls that are mixed, and the same sound in the browser as in TensorFlow."""

import numpy as np
import pytest

SOUNDS = """
import numpy as np
from ddsp_helpers import widgets
t, k = np.arange(100) / 50, np.arange(1, 101)
f0_hz = 220 * 2 ** (np.where(t > 1, 3, 0) / 12 + 0.02 * np.sin(35 * t))
def sound(slope, noise, level):
    shares = np.where(k * f0_hz.max() < 8000, k ** slope, 0) * np.ones([100, 1])
    return {"f0_hz": f0_hz[None, :, None], "amplitude": level * np.sin(np.pi * t / 2)[None, :, None],
            "harmonic_distribution": (shares / shares.sum(1, keepdims=True))[None],
            "noise_magnitudes": noise * np.ones([1, 100, 65]) * np.linspace(1, 0, 65)}
sounds = {"dark": sound(-3.0, 0.0, 0.5), "bright": sound(-0.7, 0.001, 0.4),
          "breathy": sound(-2.0, 0.02, 0.2), "soft": sound(-1.5, 0.0, 0.1)}
"""


@pytest.fixture(scope="module")
def sounds():
    names = {}
    exec(SOUNDS, names)  # noqa: S102  (the cell that the notebook runs)
    return names["sounds"]


def test_weights_sum_to_one_and_corners_are_the_sounds(sounds):
    from ddsp_helpers import widgets

    pad = widgets.XYPad(sounds)
    for x, y in np.random.default_rng(0).uniform(size=[20, 2]):
        pad.value = {"x": x, "y": y}
        assert sum(pad.weights.values()) == pytest.approx(1.0) and min(pad.weights.values()) >= 0
        np.testing.assert_allclose(pad.mixed()["harmonic_distribution"].sum(-1), 1.0, rtol=1e-5)
    for (x, y), (name, controls) in zip([(0, 1), (1, 1), (0, 0), (1, 0)], sounds.items()):
        pad.value = {"x": x, "y": y}
        assert pad.weights[name] == 1.0
        for key, values in pad.mixed().items():
            np.testing.assert_allclose(values, controls[key], rtol=1e-5)


def test_the_middle_is_one_sound_not_four_at_once(sounds):
    """Two pitches a fifth apart meet in the middle (geometrically); a mixture of waveforms would keep both."""
    from ddsp_helpers import widgets

    low = {**sounds["dark"], "f0_hz": np.full([1, 100, 1], 200.0)}
    high = {**sounds["dark"], "f0_hz": np.full([1, 100, 1], 450.0)}
    pad = widgets.XYPad({"a": low, "b": high, "c": low, "d": high})
    np.testing.assert_allclose(pad.mixed()["f0_hz"], 300.0, rtol=1e-5)
    sound = pad.sound().samples
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert abs(np.argmax(spectrum) * 16000 / len(sound) - 300.0) < 1


def test_bad_calls_say_what_was_wanted(sounds):
    from ddsp_helpers import widgets

    with pytest.raises(ValueError, match="four were wanted"):
        widgets.XYPad(dict(list(sounds.items())[:3]))
    with pytest.raises(ValueError, match="noise_magnitudes of dark"):
        widgets.XYPad({**sounds, "dark": {**sounds["dark"], "noise_magnitudes": np.ones([1, 100, 64])}})
    with pytest.raises(ValueError, match="same phrase"):
        widgets.XYPad({**sounds, "dark": {key: x[:, :50] for key, x in sounds["dark"].items()}})
    with pytest.raises(ValueError, match="not above 0"):
        widgets.XYPad({**sounds, "dark": {**sounds["dark"], "f0_hz": np.zeros([1, 100, 1])}})
    with pytest.raises(ValueError, match="x came as 2"):
        widgets.XYPad(sounds).value = {"x": 2.0}


@pytest.fixture(scope="module")
def notebook(open_notebook):
    return open_notebook(SOUNDS + "\npad = widgets.XYPad(sounds)\npad")


@pytest.fixture(scope="module")
def touch(notebook):
    return notebook.widget("A pad between four instruments")


def test_dragging_and_keys_move_the_puck(touch, notebook):
    pad, puck = touch.root.locator(".ddsp-pad"), touch.slider("xy")
    touch.drag(pad, (0.5, 0.5), (0.25, 0.1))
    x, y = notebook.eventually("[pad.value['x'], pad.value['y']]", lambda at: at[0] < 0.3)
    assert abs(x - 0.25) < 0.01 and abs(y - 0.9) < 0.01
    assert puck.get_attribute("aria-valuetext").startswith("dark 6")
    touch.press(puck, "ArrowRight", "ArrowRight", "PageDown")
    x2, y2 = notebook.eventually("[pad.value['x'], pad.value['y']]", lambda at: at[1] < 0.75)
    assert (x2 - x, y2 - y) == (pytest.approx(0.04), pytest.approx(-0.2))
    touch.press(puck, "4")
    notebook.eventually("pad.weights['soft']", 1.0)
    touch.button("breathy").click()
    notebook.eventually("pad.weights['breathy']", 1.0)


def test_python_moves_the_puck(touch, notebook):
    notebook.python("1", before="pad.value = {'x': 0.5, 'y': 0.25}")
    touch.root.locator('[aria-valuetext="dark 13 %, bright 13 %, breathy 38 %, soft 38 %"]').wait_for(timeout=10000)


@pytest.mark.parametrize("rate", [16000, 48000])
def test_the_browser_sounds_like_tensorflow(touch, notebook, listening, rate):
    notebook.python("1", before="pad.value = {'x': 0.3, 'y': 0.4}")
    touch.root.locator('[aria-valuenow="0.300"]').wait_for(timeout=10000)
    browser = touch.offline(2.0, sample_rate=rate)[64:]                       # the limiter looks 64 samples ahead
    exact = touch.tensorflow("pad")
    inner = slice(rate // 8, -rate // 8), slice(2000, -2000)
    assert abs(listening.level_db(browser[inner[0]]) - listening.level_db(exact[inner[1]])) < 0.5
    last = slice(rate * 5 // 4, rate * 7 // 4), slice(20000, 28000)
    for k in (1, 4):
        hz = [listening.pitch_hz(x[part], r, near_hz=k * 220 * 2**0.25)
              for x, part, r in zip((browser, exact), last, (rate, 16000))]
        assert abs(listening.cents(*hz)) < 1
    if rate == 16000:                                                                       # sample by sample
        assert listening.level_db((browser - exact[:-64])[2000:-2000]) < listening.level_db(exact) - 60


def test_the_sound_follows_and_tensorflow_can_be_heard(touch, notebook):
    touch.button("Play").click()
    touch.wait_for_status("You hear the browser")
    touch.drag(touch.root.locator(".ddsp-pad"), (0.5, 0.5), (0.9, 0.9))
    touch.choose("tensorflow")
    touch.wait_for_status("TensorFlow's rendering", seconds=60)
    touch.choose("browser")
    touch.wait_for_status("You hear the browser")
    touch.button("Stop").click()


def test_without_a_kernel_a_picture_and_a_player_are_left(notebook):
    html = notebook.python("pad.snapshot()._repr_html_()")
    assert "<img alt=" in html and "<audio controls" in html and "breathy" in html
