"""The pitch editor in a real JupyterLab: drawn, repaired, undone, and sung as dsp.harmonic_synthesis sings it."""
import numpy as np
import pytest

from ddsp_helpers import widgets

CELL = """
import numpy as np
from ddsp_helpers import widgets
f0 = 220 * 2 ** (np.arange(100) / 100 * 0.5)              # A3 to D#4 in two seconds
t = np.arange(32000) / 16000
phase = np.cumsum(np.interp(t * 50, np.arange(100), f0)) / 16000
sound = sum(0.2 / k * np.sin(2 * np.pi * k * phase) for k in (1, 2, 3))
tracked, confidence = f0.copy(), np.full(100, 0.9)
tracked[40:50] *= 2                                       # an octave error
tracked[60:70], confidence[60:70] = 1000.0, 0.1           # and a guess
w = widgets.F0Editor(sound, tracked, confidence, 50, sample_rate=16000, title="Edit")
w
"""


@pytest.fixture(scope="module")
def notebook(open_notebook):
    return open_notebook(CELL)


@pytest.fixture
def editor(notebook):
    touch = notebook.widget("Edit")
    notebook.python("1", before="w.value = w.defaults(); w.source = 'browser'")
    touch.page.wait_for_function("root => !root.ddsp.value.edited.includes(1) && root.ddsp.value.frame === 0",
                                 arg=touch.root.element_handle())
    yield touch
    touch.root.evaluate("root => root.ddsp.stop()")


def canvas(editor):
    return editor.root.locator("canvas").first


def select(editor, first, last):
    """Drags over frames first ... last, of 50 a second."""
    editor.choose("select")
    at = editor.root.evaluate("(root, frames) => frames.map((n) => root.ddsp.plot.toX(n / 50) / root.ddsp.plot.width)", [first, last])
    editor.drag(canvas(editor), (at[0], 0.5), (at[1], 0.5))
    editor.page.wait_for_function("([root, wanted]) => root.ddsp.value.selection.join() === wanted",
                                  arg=[editor.root.element_handle(), f"{first},{last}"])


def test_an_unsure_stretch_is_found_and_bridged(notebook, editor):
    editor.button("Next unsure").click()
    notebook.eventually("w.value['selection']", [60, 69])
    editor.button("Interpolate").click()
    notebook.eventually("sum(w.value['edited'])", 10)
    f0_hz, truth = np.array(notebook.python("w.f0_hz.tolist()")), 220 * 2 ** (np.arange(100) / 100 * 0.5)
    np.testing.assert_allclose(f0_hz[60:70], truth[60:70], rtol=1e-5)        # the truth is a line in semitones
    assert notebook.python("w.confidence[[59, 60, 69, 70]].tolist()") == [0.9, 1, 1, 0.9]


def test_an_octave_error_is_repaired_and_undone(notebook, editor):
    select(editor, 40, 49)
    editor.button("Octave down").click()
    np.testing.assert_allclose(notebook.eventually("w.f0_hz[40:50].tolist()", lambda x: x[0] < 400),
                               220 * 2 ** (np.arange(40, 50) / 100 * 0.5), rtol=1e-5)
    editor.button("Undo").click()
    notebook.eventually("w.f0_hz[40]", lambda x: x > 400)
    assert notebook.python("int(w.edited.sum())") == 0
    editor.button("Redo").click()
    notebook.eventually("w.f0_hz[40]", lambda x: x < 400)
    editor.press(canvas(editor), "Control+z")
    notebook.eventually("w.f0_hz[40]", lambda x: x > 400)


def test_hold_goes_on_from_before_and_silence_is_silent(notebook, editor):
    select(editor, 40, 49)
    editor.press(canvas(editor), "h")
    held = notebook.eventually("w.f0_hz[39:50].tolist()", lambda x: x[1] < 400)
    np.testing.assert_allclose(held, held[0], rtol=1e-6)
    editor.press(canvas(editor), "Delete")
    notebook.eventually("w.f0_hz[40:50].tolist()", [0.0] * 10)
    assert notebook.python("w.tone()[1][40:50].tolist()") == [0.0] * 10
    silent = editor.tensorflow("w")[41 * 320:48 * 320]
    assert np.abs(silent).max() < 1e-6


def test_drawing_follows_the_pointer_and_sounds_meanwhile(notebook, editor):
    editor.choose("draw")
    box, page = canvas(editor).bounding_box(), editor.page
    sounding = "() => globalThis[Symbol.for('ddsp_helpers.page')]?.playing?.isPlaying ?? false"
    assert not page.evaluate(sounding)
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.7 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.3 * box["height"], steps=5)
    page.wait_for_function(sounding)
    assert notebook.python("int(w.edited.sum())") == 0                       # the kernel hears of it when it is let go
    page.mouse.up()
    page.wait_for_function(f"() => !({sounding})()")
    drawn = np.flatnonzero(notebook.eventually("w.edited.tolist()", any))
    f0_hz = np.array(notebook.python("w.f0_hz.tolist()"))[drawn]
    assert len(drawn) > 25 and np.all(np.diff(drawn) == 1)
    steps = np.diff(12 * np.log2(f0_hz))
    assert np.all(steps > 0) and steps.std() < 0.25 * steps.mean()           # a straight line in semitones
    editor.button("Undo").click()
    notebook.eventually("int(w.edited.sum())", 0)


def test_keys_move_the_pitch_in_semitones_and_cents(notebook, editor):
    editor.press(canvas(editor), "ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowUp")
    hz = 220 * 2 ** (0.01 + 1.05 / 12)
    notebook.eventually("w.f0_hz[2]", lambda x: x == pytest.approx(hz, rel=1e-5))           # each key is a message of its own
    assert "by hand" in canvas(editor).get_attribute("aria-valuetext")
    assert "A#3 + 17 cents, 235 Hz" in canvas(editor).get_attribute("aria-valuetext")
    editor.press(canvas(editor), "Shift+ArrowRight", "Shift+ArrowRight")
    notebook.eventually("w.value['selection']", [2, 4])
    editor.press(canvas(editor), "ArrowDown")
    notebook.eventually("int(w.edited.sum())", 3)
    editor.press(canvas(editor), "Escape")
    notebook.eventually("w.value['selection']", [])


def test_the_browser_sings_as_tensorflow_does(notebook, editor, listening):
    notebook.python("1", before="w.f0_hz = np.full(100, 330.0)")
    editor.page.wait_for_function("root => root.ddsp.value.f0_hz[99] === 330", arg=editor.root.element_handle())
    browser, exact = editor.offline(2.0)[1064:], editor.tensorflow("w")[1000:]
    exact = exact[:len(browser)]
    for hz in (330, 660, 990):
        pair = [listening.pitch_hz(samples, 16000, near_hz=hz) for samples in (browser, exact)]
        assert abs(listening.cents(*pair)) < 1 and abs(listening.cents(pair[0], hz)) < 1
    assert listening.level_db(browser) == pytest.approx(listening.level_db(exact), abs=0.5)
    sound_db = notebook.python("float(10 * np.log10(np.mean(np.square(sound))))")
    assert listening.level_db(exact) == pytest.approx(sound_db, abs=0.5)      # as loud as the sound itself


def test_gaps_and_glides_are_the_same_in_both(notebook, editor, listening):
    browser, exact = editor.offline(2.0)[64:], editor.tensorflow("w")
    glide, gap = slice(5 * 320, 38 * 320), slice(61 * 320, 68 * 320)
    for samples in (browser, exact):
        assert listening.level_db(samples[glide]) - listening.level_db(samples[gap]) > 60
    assert listening.level_db(browser[glide]) == pytest.approx(listening.level_db(exact[glide]), abs=0.1)
    assert np.corrcoef(browser[glide], exact[glide])[0, 1] > 0.9999          # sample by sample: not a cycle is lost


def test_the_sound_goes_on_while_the_kernel_is_busy_and_says_so(notebook, editor):
    editor.button("Play").click()
    notebook.start("import time; time.sleep(7)")
    editor.choose("tensorflow")
    editor.wait_for_status("slow or busy")
    assert editor.root.evaluate("root => root.ddsp.player.isPlaying")
    editor.wait_for_status("You hear TensorFlow's rendering")


def test_what_does_not_fit_is_refused_in_words():
    sound, f0_hz = np.zeros(16000), np.full(50, 220.0)
    make = lambda **settings: widgets.F0Editor(sound, **{"f0_hz": f0_hz, "sample_rate": 16000, **settings})    # noqa: E731
    for settings, words in (({"confidence": np.ones(9)}, "as many"), ({"frame_rate": 30}, "whole number"),
                            ({"f0_hz": f0_hz * 100}, "4200"), ({"f0_hz": []}, "empty")):
        with pytest.raises(ValueError, match=words):
            make(**settings)
    with pytest.raises(ValueError, match="50 were wanted"):
        make().f0_hz = np.full(49, 220.0)


def test_without_a_kernel_there_is_a_picture_and_the_tone():
    tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(16000) / 16000)
    w = widgets.F0Editor(tone, np.full(50, 220.0), sample_rate=16000)
    w.f0_hz = np.r_[np.full(25, 220.0), np.full(25, np.nan)]
    shown = w.snapshot()
    assert "25 of 50 frames were edited by hand" in shown.alt and "data:audio/wav" in shown._repr_html_()
    assert abs(shown.sound.samples[8800:]).max() < 1e-6 < abs(shown.sound.samples[:8000]).max()
