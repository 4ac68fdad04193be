"""Players keep levels, pictures describe themselves, quizzes explain, checks say what differs."""
import base64
import io
import re
import sys
import subprocess
import types
import wave

import numpy as np
import pytest

from ddsp_helpers import audio
from ddsp_helpers.classroom import beginning, check, describe, listen, plots, quiz
from ddsp_helpers.classroom.check import framework

TONE = (0.1 * np.sin(2 * np.pi * 220 * np.arange(8000) / 16000)).astype(np.float32)


def played(shown):
    """The samples in the players of something shown."""
    sounds = []
    for data in re.findall(r"data:audio/wav;base64,([A-Za-z0-9+/=]+)", shown._repr_html_()):
        with wave.open(io.BytesIO(base64.b64decode(data))) as file:
            sounds.append(np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767)
    return sounds


def test_a_player_keeps_the_level_and_never_starts_by_itself():
    shown = listen.play(TONE, sample_rate=16000, label="a <tone>")
    np.testing.assert_allclose(played(shown)[0], TONE, atol=2e-5)
    assert "autoplay" not in shown._repr_html_() and "<tone>" not in shown._repr_html_()
    assert "-23.0 dB" in repr(shown)


def test_two_sounds_below_each_other_keep_their_difference_in_level():
    quiet, loud = played(listen.several({"quiet": TONE / 10, "loud": TONE}, sample_rate=16000))
    assert audio.rms_db(loud) - audio.rms_db(quiet) == pytest.approx(20, abs=0.1)


def test_too_loud_a_sound_is_limited_and_says_so():
    shown = listen.play(20 * TONE, sample_rate=16000)
    assert np.abs(played(shown)[0]).max() < 1.0 and "limiter" in repr(shown)


def test_ab_matches_levels_and_blind_hides_the_names():
    a, b = played(listen.ab(TONE, 5 * TONE, sample_rate=16000))
    assert audio.rms_db(a) == pytest.approx(audio.rms_db(b), abs=0.1)
    shown = listen.ab(TONE, 2 * TONE, sample_rate=16000, labels=("secret one", "secret two"), blind=True, seed=1)
    before_reveal = shown._repr_html_().split("<details>")[0]
    assert "secret" not in before_reveal and "secret" in shown._repr_html_()


def test_sounds_come_in_many_shapes(tmp_path):
    audio.save(tmp_path / "a.wav", TONE, sample_rate=16000)
    result = types.SimpleNamespace(audio=TONE, sample_rate=16000)
    for sound in (audio.Audio(TONE, 16000), tmp_path / "a.wav", result):
        assert len(played(listen.play(sound))[0]) == 8000
    assert len(played(listen.play(TONE[None], sample_rate=16000))[0]) == 8000
    with pytest.raises(ValueError, match="sample_rate"):
        listen.play(TONE)


def test_one_by_one_leaves_out_what_cannot_be_heard():
    shown = listen.one_by_one([[[3000.0, 6000.0, 9000.0]]], sample_rate=16000)
    assert len(played(shown)) == 2 and "harmonic 2, 6000 Hz" in repr(shown)


PICTURES = {
    "lines": lambda: plots.lines([0, 1, 2], {"a": [1, 5, 2], "b": [0, np.nan, 1]}, x_label="time (s)", y_label="level (dB)"),
    "waveform": lambda: plots.waveform(TONE, sample_rate=16000),
    "spectrogram": lambda: plots.spectrogram(TONE, sample_rate=16000, f0_hz=np.full(25, 220.0)),
    "pitch": lambda: plots.pitch({"a": [220.0, 440.0, 0.0]}, confidence={"a": [1, 1, 0]}),
    "heatmap": lambda: plots.heatmap(np.eye(4, 6), frame_rate=50, y_label="harmonic", title="Shares"),
    "bars": lambda: plots.bars({"violin": 1.0, "flute": 2.5}, y_label="distance"),
    "parts": lambda: plots.bars({"64": {"in": 4.0, "out": 4.0}, "256": {"in": 16.0, "out": 16.0}}, y_label="latency (ms)"),
    "histogram": lambda: plots.histogram({"a": np.arange(100)}, x_label="pitch (MIDI)"),
    "partials": lambda: plots.partials([[[110.0, 220.0, 330.0]]]),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_alt_text_with_numbers(name):
    picture = PICTURES[name]()
    alt = re.search(r'<img alt="([^"]+)"', picture._repr_html_()).group(1)
    assert len(alt) > 40 and re.search(r"\d", alt) and repr(picture) == picture.alt
    assert picture.png[:4] == b"\x89PNG"


def test_the_legend_of_lines_covers_none_of_them():
    figure, (ax,) = plots.new(title="Two")
    plots._draw_lines(ax, np.arange(9), {"a": np.arange(9) % 2, "b": -(np.arange(9) % 2)}, x_label="x", y_label="y")
    figure.draw_without_rendering()
    assert ax.get_legend().get_window_extent().y0 >= ax.bbox.y1 - 1


def test_a_curve_of_one_value_is_a_dot():
    _, (ax,) = plots.new()
    plots._draw_lines(ax, np.array([7.0]), {"loss": [3.0]}, x_label="step", y_label="loss")
    assert ax.lines[0].get_marker() == "o"


def test_alt_text_follows_the_data():
    assert "highest (5) at 1" in PICTURES["lines"]().alt and "33 % is left out" in PICTURES["lines"]().alt
    assert "flute 2.5" in PICTURES["bars"]().alt
    assert "64 8 (in 4, out 4), 256 32 (in 16, out 16)." in PICTURES["parts"]().alt
    assert "strongest frequency is 219 Hz" in PICTURES["spectrogram"]().alt
    assert describe.describe_line("x", [0, 1], [np.nan, np.nan]) == "x is empty."


def test_a_quiz_explains_every_choice_and_refuses_half_a_question():
    question = quiz.Question("Which?", (("this", True, "*Because* `2 * 3 * 4`."), ("that", False, "A mix-up.")))
    shown = quiz.ask(question)._repr_html_()
    assert shown.count("<details") == 2 and "<em>Because</em> <code>2 * 3 * 4</code>" in shown
    for choices in ((("a", True, "x"),), (("a", True, "x"), ("b", True, "y")), (("a", True, "x"), ("b", False, " "))):
        with pytest.raises(ValueError):
            quiz.Question("Which?", choices)


@check.exercise("99.1", "a number")
def ex(answer):
    value = framework.number(answer, "Your answer")
    framework.near(value, 2.0, tolerance=0.1, what="Your answer", unit="Hz", why="Was it halved?")
    return "Yes."


def test_a_check_says_what_differs():
    assert ex(2.05).status == "right" and bool(ex(2.05))
    outcome = ex(3)
    assert outcome.status == "wrong" and "1.00 Hz too high. Was it halved?" in outcome.message and not outcome
    assert ex(...).status == "not attempted" and "not attempted yet" in repr(ex(...))
    for odd in ("two", None, [1, 2], np.nan, len):
        assert ex(odd).status == "wrong"
    assert "is nothing; numbers were wanted" in ex(None).message


def test_a_check_survives_a_failing_function():
    for function, message in ((lambda x: 1 / 0, "ZeroDivisionError"), (lambda x: None, "nothing"), (3, "a function was wanted")):
        with pytest.raises(check.Wrong, match=message):
            framework.call(function, 1)
    with pytest.raises(framework.NotAttempted):
        framework.call(lambda x: ..., 1)
    assert framework.array([[1, 2]], "x", shape=[None, 2]).shape == (1, 2)
    with pytest.raises(check.Wrong, match=r"shape \[1, 2\]; \[3, any\] was wanted"):
        framework.array([[1, 2]], "x", shape=[3, None])


def test_several_sounds_in_step_are_at_one_level_and_silence_stays_silent():
    sounds = [("a", audio.Audio(TONE, 16000)), ("b", audio.Audio(TONE[::2] / 8, 8000)), ("c", audio.Audio(0 * TONE, 16000))]
    shown = listen.in_step(sounds)
    a, b, c = played(shown)
    assert audio.rms_db(a) == pytest.approx(audio.rms_db(b), abs=0.1) and not c.any()
    assert "a / b / c: all at" in repr(shown) and "IN_STEP" not in shown._repr_html_() and "inStep(" in shown._repr_html_()
    assert "</script><b>" not in listen.in_step([("</script><b>", sounds[0][1]), sounds[1]])._repr_html_()


def test_own_sound_begins_with_the_bundled_one_and_takes_another():
    mine = listen.own_sound(audio.Audio(TONE, 16000))
    assert not mine.is_mine and mine.audio.sample_rate == 16000 and mine.name == "the bundled sound"
    reply, _ = mine.on_take({"sample_rate": 48000, "name": "your recording"}, [memoryview(TONE.astype("<f4").tobytes())])
    assert mine.is_mine and mine.name == "your recording" and mine.audio.sample_rate == 48000
    assert mine.audio.samples.dtype == np.float32 and "0.2 s at 48 kHz" in reply["words"]
    with pytest.raises(ValueError, match="silent"):
        mine.take(np.zeros(100), 16000, "nothing")
    mine.take(np.tile(TONE, 40), 16000, "long")
    assert mine.name == "long" and len(mine.audio.samples) == 15 * 16000
    mine.value = {"chosen": "bundled"}
    assert not mine.is_mine and len(mine.audio.samples) == len(TONE)
    with pytest.raises(ValueError, match="only once"):
        listen.own_sound(audio.Audio(TONE, 16000)).value = {"chosen": "mine"}


def test_start_reports_and_refuses_nonsense(capsys, monkeypatch):
    monkeypatch.setenv("DDSP_FAST", "1")
    lesson = beginning.start("06")
    assert lesson.choose(100, 3) == 3 and "Lesson 06" in capsys.readouterr().out
    assert "%pip install" in beginning.report(beginning.Lesson("06", False, 2, ("soxr",)))
    with pytest.raises(ValueError, match="two digits"):
        beginning.start(6)


def test_the_classroom_does_not_load_tensorflow():
    code = ("import sys; from ddsp_helpers.classroom import check, listen, plots, quiz, start; start('01'); "
            "sys.exit('tensorflow' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_a_lesson_keeps_what_it_makes_beside_the_notebook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lesson = beginning.Lesson("07", False, 2, ())
    folder = lesson.folder("violin")
    assert folder == tmp_path / "work" / "07" / "violin" and folder.parent.is_dir() and not folder.exists()
    folder.mkdir()
    (folder / "kept").touch()
    assert (lesson.folder("violin") / "kept").exists()
    assert not lesson.folder("violin", fresh=True).exists()


def test_a_lesson_that_begins_without_tensorflow_loads_it_late_and_quietly():
    code = ("import sys; from ddsp_helpers.classroom import start; lesson = start('01'); early = 'tensorflow' in sys.modules; "
            "lesson.load_tensorflow(); sys.exit(early or 'tensorflow' not in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
