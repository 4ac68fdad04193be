"""Sounds in step and the blind test, in a real JupyterLab; and the player for pages without a kernel."""
import json

import numpy as np
import pytest
from scipy import stats

from ddsp_helpers import audio, widgets
from ddsp_helpers.widgets.compare import p_value

SOUNDS = """
import numpy as np
from ddsp_helpers import audio, widgets
from ddsp_helpers.classroom import listen
t = np.arange(32000) / 16000
low = audio.Audio(np.float32(0.5 * np.sin(2 * np.pi * 330 * t)), 16000)
high = audio.Audio(np.float32(0.02 * np.sin(2 * np.pi * 495 * t[:8000] * 2)), 8000)
"""
CELLS = (SOUNDS + "w = widgets.Compare({'low': low, 'high': high}, title='Two'); w",
         "x = widgets.Compare({'low': low, 'high': high}, abx=True, trials=6, seed=4); x",
         "listen.ab(low, high, labels=('low', 'high'))")


@pytest.fixture(scope="module")
def notebook(open_notebook):
    return open_notebook(*CELLS)


@pytest.fixture
def two(notebook):
    touch = notebook.widget("Two")
    yield touch
    touch.root.evaluate("root => root.ddsp.stop()")


def position(touch):
    return touch.root.evaluate("root => root.ddsp.player.sounding?.made.position?.() ?? null")


def test_all_are_at_one_level_and_as_the_kernel_has_them(notebook, two, listening):
    heard = []
    for i, hz in enumerate((330, 495)):
        notebook.python("1", before=f"w.value = {{'heard': {i}}}")
        two.page.wait_for_function("([root, i]) => root.ddsp.value.heard === i", arg=[two.root.element_handle(), i])
        browser, exact = two.offline(0.9), two.tensorflow("w")
        rate = notebook.python("w.sound().sample_rate")
        assert abs(listening.cents(listening.strongest_hz(browser[1000:], 16000), hz)) < 1
        assert abs(listening.cents(listening.strongest_hz(exact, rate), hz)) < 1
        assert listening.level_db(browser[1000:]) == pytest.approx(listening.level_db(exact), abs=0.5)
        heard.append(listening.level_db(browser[1000:]))
    assert heard[0] == pytest.approx(heard[1], abs=0.5)
    assert notebook.python("w.level_db") == pytest.approx(heard[0], abs=0.5)


def test_keys_switch_while_they_run_on(notebook, two):
    assert position(two) is None                                              # nothing plays by itself
    two.button("Play").click()
    two.page.wait_for_timeout(400)
    two.page.keyboard.press("2")
    notebook.eventually("w.value['heard']", 1)
    two.wait_for_status("You hear 2: high")
    before = position(two)
    two.page.keyboard.press("1")
    two.wait_for_status("You hear 1: low")
    assert 0 < position(two) - before < 2 and before > 0.3                    # not begun again
    two.choose("heard-1")
    notebook.eventually("w.value['heard']", 1)


def test_the_position_can_be_chosen_and_a_loop_ended(notebook, two):
    slider = two.slider("position_s")
    two.press(slider, "Home", "PageUp", "PageUp")
    assert slider.get_attribute("aria-valuetext") == "0.4 of 2.0 seconds"
    two.button("Play").click()
    two.page.wait_for_function("root => root.ddsp.player.isPlaying", arg=two.root.element_handle())
    assert position(two) >= 0.4
    two.button("Loop").click()
    notebook.eventually("w.value['loop']", False)
    two.page.wait_for_function("root => !root.ddsp.player.isPlaying", arg=two.root.element_handle(), timeout=8000)
    two.button("Loop").click()
    notebook.eventually("w.value['loop']", True)


def test_a_blind_test_is_counted_and_told(notebook):
    test = notebook.widget("Which one is X?")
    drawn = notebook.python("x.drawn")
    assert len(drawn) == 6 and set(drawn) == {0, 1}
    assert "right" not in test.root.inner_text().split("told at the end")[0].lower().replace("what was right is", "")
    test.press(test.root.locator('[data-key="heard-0"]'), "x")
    notebook.eventually("x.value['heard']", 2)
    assert notebook.python("x.sound().sample_rate") == (16000, 8000)[drawn[0]]
    for trial, truth in enumerate(drawn):
        answer = truth if trial else 1 - truth                                # one is wrong
        test.button(f"X is {'AB'[answer]}").click()
        notebook.eventually("len(x.value['answers'])", trial + 1)
        assert trial == 5 or "✓" not in test.root.inner_text()                # nothing is told before the end
    result = notebook.python("x.result")
    assert (result["correct"], result["answered"], result["a"], result["b"]) == (5, 6, "low", "high")
    assert result["p_value"] == pytest.approx(7 / 64)
    assert "5 of 6 right" in test.root.inner_text() and "(p = 0.11)" in test.root.inner_text()
    assert test.button("X is A").is_disabled() and test.root.inner_text().count("✓") == 5


def test_x_is_what_was_drawn(notebook, listening):
    test = notebook.widget("Which one is X?")
    for trial, truth in enumerate(notebook.python("x.drawn")[:3]):
        notebook.python("1", before=f"x.value = {{'answers': {[0] * trial}, 'heard': 2}}")
        test.page.wait_for_function("([root, n]) => root.ddsp.value.answers.length === n && root.ddsp.value.heard === 2",
                                    arg=[test.root.element_handle(), trial])
        assert listening.strongest_hz(test.offline(0.6)[1000:], 16000) == pytest.approx((330, 495)[truth], abs=0.2)


def test_the_player_without_a_kernel_runs_in_step(notebook):
    output = notebook.page.locator(".jp-OutputArea", has_text="low / high: both at").last
    output.scroll_into_view_if_needed()
    assert output.locator("audio").count() == 2
    output.get_by_role("button", name="Play in step").click()
    output.locator("output", has_text="you hear: low").wait_for(timeout=10000)
    output.get_by_role("button", name="Switch").click()
    output.locator("output", has_text="you hear: high").wait_for(timeout=10000)
    output.get_by_role("button", name="Stop").click()
    assert output.locator("output").inner_text() == ""


TONE = audio.Audio(np.float32(0.1 * np.sin(np.arange(8000) / 5)), 16000)


def test_guessing_is_a_binomial():
    for correct, answered in ((0, 5), (3, 5), (9, 10), (16, 16)):
        exact = stats.binomtest(correct, answered, 0.5, alternative="greater").pvalue
        assert p_value(correct, answered) == pytest.approx(exact)


def test_what_makes_no_comparison_is_refused_in_words():
    for sounds, settings, words in (({"a": TONE}, {}, "two or more"), ({"a": TONE, "b": TONE, "c": TONE}, {"abx": True}, "exactly two"),
                                    ({"a": TONE, "b": TONE}, {"abx": True, "trials": 0}, "at least 1")):
        with pytest.raises(ValueError, match=words):
            widgets.Compare(sounds, **settings)
    plain = widgets.Compare({"a": TONE, "b": TONE})
    for value, words in (({"heard": 2}, "from 0 to 1"), ({"answers": [1]}, "at most 0")):
        with pytest.raises(ValueError, match=words):
            plain.value = value
    with pytest.raises(ValueError, match="abx=True"):
        plain.result


def test_seeds_repeat_and_differ_and_results_export():
    draw = lambda seed: widgets.Compare({"a": TONE, "b": TONE}, abx=True, trials=30, seed=seed).drawn    # noqa: E731
    assert draw(1) == draw(1) != draw(2)
    test = widgets.Compare({"a": TONE, "b": TONE}, abx=True)
    test.value = {"answers": [0, 1, 0]}
    assert json.loads(json.dumps(test.result))["answers"] == ["A", "B", "A"]
    assert "in_step" not in test.snapshot()._repr_html_() and test.snapshot()._repr_html_().count("<audio") == 2
