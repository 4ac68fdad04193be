"""The scrubber in a real JupyterLab: a frame goes on sounding, a rectangle sounds alone, both as the kernel renders them."""
import numpy as np
import pytest

from ddsp_helpers import widgets
from ddsp_helpers.widgets import analysis

CELL = """
import numpy as np
from ddsp_helpers import widgets
t = np.arange(16000) / 16000
low, high = (sum(0.2 / k * np.sin(2 * np.pi * hz * k * t) for k in (1, 2, 3)) for hz in (440.0, 660.0))
sound = np.concatenate([low, high]) + 0.001 * np.random.default_rng(0).normal(size=32000)
w = widgets.SpectrogramScrubber(sound, sample_rate=16000, max_hz=4000, title="Scrub")
w
"""


@pytest.fixture(scope="module")
def notebook(open_notebook):
    return open_notebook(CELL)


@pytest.fixture
def scrubber(notebook):
    touch = notebook.widget("Scrub")
    notebook.python("1", before="w.value = w.defaults(); w.source = 'browser'")
    touch.page.wait_for_function("root => root.ddsp.value.listen === 'frame'", arg=touch.root.element_handle())
    yield touch
    touch.root.evaluate("root => root.ddsp.stop()")


def is_playing(touch):
    return touch.root.evaluate("root => root.ddsp.player.isPlaying")


def test_nothing_plays_by_itself(scrubber):
    assert not is_playing(scrubber) and scrubber.status() == ""


def test_a_frame_under_the_pointer_sounds_on(notebook, scrubber, listening):
    scrubber.drag(scrubber.root.locator("canvas").first, (0.2, 0.5), (0.8, 0.5))
    assert is_playing(scrubber)
    scrubber.wait_for_status("You hear the browser")
    notebook.eventually("w.value['time_s']", lambda s: 1.3 < s < 1.8)
    browser, exact = scrubber.offline(1.0)[1000:], scrubber.tensorflow("w")[1000:16000]
    for samples in (browser, exact):
        assert listening.strongest_hz(samples, 16000) == pytest.approx(660, abs=0.3)
    assert abs(listening.cents(listening.strongest_hz(browser, 16000), listening.strongest_hz(exact, 16000))) < 1
    for hz in (1320, 1980):
        pair = [listening.pitch_hz(samples, 16000, near_hz=hz) for samples in (browser, exact)]
        assert abs(listening.cents(*pair)) < 1
    assert listening.level_db(browser) == pytest.approx(listening.level_db(exact), abs=0.5)


def test_keys_move_the_frame_and_say_the_note(notebook, scrubber):
    slider = scrubber.slider("time_s")
    scrubber.press(slider, "Home", "PageUp", "PageUp", "ArrowRight")
    notebook.eventually("w.value['time_s']", pytest.approx(0.42))
    assert "A4" in slider.get_attribute("aria-valuetext") and "440 Hz" in slider.get_attribute("aria-valuetext")
    scrubber.press(slider, "End", "PageDown")
    notebook.eventually("w.value['time_s']", pytest.approx(1.8))
    assert "E5" in slider.get_attribute("aria-valuetext")
    assert "E5" in scrubber.root.locator("canvas").first.get_attribute("aria-label")


def test_a_rectangle_sounds_alone(notebook, scrubber, listening):
    scrubber.choose("region")
    scrubber.drag(scrubber.root.locator("canvas").first, (0.3, 0.72), (0.9, 0.35))
    value = notebook.eventually("w.value", lambda value: value["start_s"] < 0.6 and value["end_s"] > 1.5)
    assert is_playing(scrubber) and value["low_hz"] > 600 and value["high_hz"] > 2000
    browser, exact = scrubber.offline(1.2), scrubber.tensorflow("w")
    late = 64                                                     # the limiter's look-ahead
    np.testing.assert_allclose(browser[1000 + late:16000 + late], exact[1000:16000], atol=2e-4)
    assert listening.level_db(browser[1000:16000]) == pytest.approx(listening.level_db(exact[1000:16000]), abs=0.5)
    bands = listening.band_levels_db(exact[:8000], 16000, [0, value["low_hz"] - 40, value["high_hz"] + 40, 8000])
    assert bands[1] - max(bands[0], bands[2]) > 30


def test_edges_push_each_other_and_python_sees_it(notebook, scrubber):
    scrubber.choose("region")
    scrubber.press(scrubber.slider("low_hz"), "End")
    value = notebook.eventually("w.value", lambda value: value["low_hz"] == 4000)
    assert value["high_hz"] == 4000
    scrubber.press(scrubber.slider("high_hz"), "PageDown")
    notebook.eventually("w.value['low_hz'] <= w.value['high_hz'] < 4000", True)


def test_python_sets_it_and_tensorflow_is_heard(notebook, scrubber):
    notebook.python("1", before="w.value = {'listen': 'region', 'start_s': 0.1, 'end_s': 0.4, 'low_hz': 300, 'high_hz': 900}")
    scrubber.page.wait_for_function("root => root.ddsp.value.end_s === 0.4", arg=scrubber.root.element_handle())
    scrubber.button("Play").click()
    scrubber.choose("tensorflow")
    scrubber.wait_for_status("You hear TensorFlow's rendering")
    scrubber.choose("browser")
    scrubber.wait_for_status("You hear the browser")


def test_without_a_kernel_there_is_a_picture_and_a_player():
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    shown = widgets.SpectrogramScrubber(tone, sample_rate=16000).snapshot()
    assert "strongest at 440 Hz" in shown.alt and "data:audio/wav" in shown._repr_html_()


def test_bad_values_are_refused_in_words():
    tone = 0.3 * np.sin(np.arange(16000))
    w = widgets.SpectrogramScrubber(tone, sample_rate=16000)
    for value, words in (({"listen": "all"}, "frame, region"), ({"start_s": 0.9, "end_s": 0.1}, "the other way round"),
                         ({"time_s": 9.0}, "time_s"), ({"pitch": 1}, "no pitch")):
        with pytest.raises(ValueError, match=words):
            w.value = value
    with pytest.raises(ValueError, match="half the sample rate"):
        widgets.SpectrogramScrubber(tone, sample_rate=16000, max_hz=9000)


@pytest.mark.parametrize("hz", [97.3, 440.0, 1234.5, 7100.0])
def test_partials_are_exact_to_a_tenth_of_a_cent(hz):
    tone = 0.25 * np.sin(2 * np.pi * hz * np.arange(16000) / 16000 + 1)
    found_hz, amplitude = analysis.partials(tone, 0.5, sample_rate=16000)
    assert abs(1200 * np.log2(found_hz[0] / hz)) < 0.1 and amplitude[0] == pytest.approx(0.25, rel=1e-3)


def test_a_region_of_everything_is_the_sound_and_two_halves_add_up():
    sound = np.random.default_rng(0).normal(size=8000).astype(np.float32)
    cut = lambda hz: analysis.region(sound, sample_rate=16000, time_s=(0.0, 1.0), hz=hz)    # noqa: E731
    np.testing.assert_allclose(cut((0, 8000)), sound, atol=1e-5)
    np.testing.assert_allclose(cut((0, 2000)) + cut((2000.001, 8000)), sound, atol=1e-5)
    assert not analysis.frozen(np.zeros(4000), 0.1, sample_rate=16000).any()
