"""The recorder in a real JupyterLab, with a microphone that plays a file, with none allowed, with files, with a busy kernel."""
import re

import numpy as np
import pytest

from ddsp_helpers import audio, widgets

CELL = """
import numpy as np
from ddsp_helpers import audio
from ddsp_helpers.classroom import listen
bundled = audio.Audio(np.float32(0.1 * np.sin(2 * np.pi * 220 * np.arange(16000) / 16000)), 16000)
r = listen.own_sound(bundled)
r
"""
SHORT = "s = listen.own_sound(bundled, longest_s=2, title='Two seconds')\ns"


def tone(hz, amplitude, seconds=3, rate=48000):
    return np.float32(amplitude * np.sin(2 * np.pi * hz * np.arange(seconds * rate) / rate))


@pytest.fixture(scope="module")
def with_microphone(launch, jupyter, tmp_path_factory):
    """with_microphone(samples): a notebook in a browser whose microphone hears these samples, at 48 kHz, over and over."""
    opened = []

    def open_one(samples):
        path = tmp_path_factory.mktemp("microphone") / "heard.wav"
        audio.save(path, samples, sample_rate=48000)
        browser = launch("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                         f"--use-file-for-fake-audio-capture={path}")
        opened.append(jupyter.notebook(browser, f"recorder_{len(opened)}_heard", (CELL, SHORT)))
        return opened[-1]

    yield open_one
    for notebook in opened:
        notebook.close()


@pytest.fixture(scope="module")
def hears_a4(with_microphone):
    return with_microphone(tone(440, 0.25))


@pytest.fixture(scope="module")
def no_microphone(open_notebook):
    return open_notebook(CELL)


@pytest.fixture(scope="module")
def not_allowed(launch, jupyter):
    """A browser that has a microphone and may not use it: nobody answers its question, which counts as no."""
    notebook = jupyter.notebook(launch("--use-fake-device-for-media-stream"), "recorder_not_allowed", (CELL,))
    yield notebook
    notebook.close()


def upload(recorder, name, content):
    recorder.root.locator('input[type="file"]').set_input_files({"name": name, "mimeType": "audio/wav", "buffer": content})


def wav(tmp_path, samples, rate):
    audio.save(tmp_path / "x.wav", samples, sample_rate=rate)
    return (tmp_path / "x.wav").read_bytes()


def test_what_the_microphone_hears_arrives_in_the_kernel(hears_a4, listening):
    recorder = hears_a4.widget("Your own sound")
    assert hears_a4.python("r.name") == "the bundled sound" and recorder.status() == ""
    recorder.button("Record").click()
    recorder.wait_for_status("Recording, 15 s at most: a good level.")
    recorder.root.locator(".ddsp-note", has_text=re.compile(r"[3-9] of 15 s, peak -12\.0 dB")).wait_for(timeout=30000)
    meter = recorder.root.locator('[role="meter"]')
    assert float(meter.get_attribute("aria-valuenow")) == pytest.approx(-12.04, abs=0.5)
    assert "a good level" in meter.get_attribute("aria-valuetext")
    recorder.button("Stop recording").click()
    recorder.wait_for_status("Run the next cell")
    assert hears_a4.python("[r.name, r.is_mine, str(r.audio.samples.dtype)]") == ["your recording", True, "float32"]
    samples, rate = np.array(hears_a4.python("r.audio.samples.tolist()")), hears_a4.python("r.audio.sample_rate")
    assert 3.0 < len(samples) / rate < 15
    later = samples[rate // 2:3 * rate // 2]
    assert abs(listening.cents(listening.strongest_hz(later, rate), 440)) < 1
    assert listening.level_db(later) == pytest.approx(listening.level_db(tone(440, 0.25)), abs=0.5)
    browser = recorder.offline(1.5, sample_rate=rate)[rate // 2:]
    assert abs(listening.cents(listening.strongest_hz(browser, rate), 440)) < 1
    assert listening.level_db(browser) == pytest.approx(listening.level_db(later), abs=0.5)


def test_it_stops_by_itself(hears_a4):
    recorder = hears_a4.widget("Two seconds")
    recorder.button("Record").click()
    recorder.wait_for_status("Run the next cell")
    rate = hears_a4.python("s.audio.sample_rate")
    assert hears_a4.python("len(s.audio.samples)") == 2 * rate
    recorder.choose("bundled")
    hears_a4.eventually("s.name", "the bundled sound")
    recorder.button("Play").click()
    recorder.page.wait_for_function("root => root.ddsp.player.isPlaying", arg=recorder.root.element_handle())
    recorder.button("Record again").click()                                   # recording ends the playing
    assert not recorder.root.evaluate("root => root.ddsp.player.isPlaying")
    recorder.wait_for_status("Run the next cell")
    assert hears_a4.python("s.name") == "your recording"


def test_clipping_is_told_in_words(with_microphone):
    recorder = with_microphone(np.clip(tone(300, 3.0), -1, 1)).widget("Your own sound")
    recorder.button("Record").click()
    recorder.wait_for_status("too loud, it clips. Go further away")
    assert recorder.root.locator('[role="meter"]').get_attribute("data-state") == "clipped"
    recorder.button("Stop recording").click()
    recorder.wait_for_status("Run the next cell")
    assert "it clips" in recorder.status()


def test_a_microphone_that_is_not_allowed_is_told(not_allowed):
    recorder = not_allowed.widget("Your own sound")
    recorder.button("Record").click()
    recorder.wait_for_status("The microphone was not allowed")
    assert "upload a file" in recorder.status() and "bundled sound is used" in recorder.status()
    assert recorder.button("Record").is_enabled() and not_allowed.python("r.is_mine") is False


def test_without_a_microphone_a_file_does(no_microphone, tmp_path):
    recorder = no_microphone.widget("Your own sound")
    recorder.button("Record").click()
    recorder.wait_for_status("No microphone was found. Plug one in, or upload a file.")
    samples = tone(500, 0.3, seconds=1, rate=8000)
    upload(recorder, "hum.wav", wav(tmp_path, samples, 8000))
    recorder.wait_for_status("hum.wav, 1.0 s at 8 kHz")
    assert no_microphone.python("[r.name, r.audio.sample_rate]") == ["hum.wav", 8000]
    np.testing.assert_allclose(no_microphone.python("r.audio.samples.tolist()"), samples, atol=1e-4)
    upload(recorder, "long.wav", wav(tmp_path, tone(500, 0.3, seconds=17, rate=8000), 8000))
    recorder.wait_for_status("the first 15 s of it")
    assert no_microphone.python("len(r.audio.samples)") == 15 * 8000
    recorder.choose("bundled")
    no_microphone.eventually("[r.name, len(r.audio.samples)]", ["the bundled sound", 16000])


def test_files_that_will_not_do_are_refused_in_words(no_microphone, tmp_path):
    recorder = no_microphone.widget("Your own sound")
    before = no_microphone.python("r.name")
    upload(recorder, "notes.wav", b"this is no sound at all, but long enough to look at")
    recorder.wait_for_status("notes.wav is no sound that this browser can read")
    upload(recorder, "quiet.wav", wav(tmp_path, np.zeros(8000, np.float32), 8000))
    recorder.wait_for_status("Not taken: The recording is silent")
    assert no_microphone.python("r.name") == before


def test_a_slow_kernel_gets_it_later(no_microphone, tmp_path):
    recorder = no_microphone.widget("Your own sound")
    no_microphone.python("1", before="import time; at_once = r.on_take; r.on_take = lambda *sent: time.sleep(6) or at_once(*sent)")
    upload(recorder, "patient.wav", wav(tmp_path, tone(500, 0.3, seconds=1, rate=8000), 8000))
    recorder.wait_for_status("The kernel is busy or gone")
    recorder.wait_for_status("patient.wav, 1.0 s at 8 kHz")
    assert no_microphone.python("r.name") == "patient.wav"


def test_a_sound_that_python_takes_reaches_the_page(no_microphone):
    recorder = no_microphone.widget("Your own sound")
    no_microphone.python("1", before="r.take(0.5 * np.sin(np.arange(12000)), 16000, 'a sine from Python')")
    plot = recorder.root.locator('canvas[aria-label="Waveform of a sine from Python, 0.8 seconds."]')
    plot.wait_for(timeout=15000)
    assert recorder.root.locator('[data-key="mine"]').get_attribute("aria-checked") == "true"


def test_a_page_without_a_microphone_says_what_it_needs(no_microphone):
    recorder = no_microphone.widget("Your own sound")
    recorder.page.evaluate("Object.defineProperty(navigator, 'mediaDevices', { value: undefined, configurable: true })")
    recorder.button("Record").click()
    recorder.wait_for_status("https or localhost is needed")


def test_a_dead_kernel_is_told_and_the_sound_stays(not_allowed, tmp_path):
    recorder = not_allowed.widget("Your own sound")
    not_allowed.start("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    upload(recorder, "late.wav", wav(tmp_path, tone(500, 0.3, seconds=1, rate=8000), 8000))
    recorder.wait_for_status("The kernel is busy or gone")
    recorder.page.locator("dialog.jp-Dialog button").first.click()            # JupyterLab says so too
    recorder.button("Play").click()
    recorder.page.wait_for_function("root => root.ddsp.player.isPlaying", arg=recorder.root.element_handle())


def test_without_a_kernel_there_is_a_picture_and_the_bundled_sound():
    shown = widgets.Recorder(audio.Audio(tone(440, 0.1, rate=16000), 16000)).snapshot()
    assert "the bundled sound" in shown.alt and "data:audio/wav" in shown._repr_html_()
