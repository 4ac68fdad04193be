"""Oscillator, harmonic spectrum, noise filter, impulse response: touched in a JupyterLab, heard, held to TensorFlow."""
import numpy as np
import pytest

CELLS = (
    "from ddsp_helpers import widgets\nsine = widgets.Oscillator()\nsine",
    "bank = widgets.HarmonicSpectrum()\nbank",
    "noise = widgets.NoiseFilter()\nnoise",
    "room = widgets.ImpulseResponse()\nroom",
)
TITLES = {
    "sine": "Oscillator: past the Nyquist frequency", "bank": "Harmonic spectrum: paint a timbre",
    "noise": "Noise filter: draw a noise", "room": "Impulse response: build a room",
}
SKIP, AHEAD = 2000, 64           # past the fade-in; what the limiter looks ahead, samples
LEVEL = """root => {
  const { context, master } = globalThis[Symbol.for("ddsp_helpers.page")];
  return master.then(({ output }) => new Promise((done) => {
    const ear = new AnalyserNode(context, { fftSize: 4096 }), heard = new Float32Array(4096);
    output.connect(ear);
    setTimeout(() => {
      ear.getFloatTimeDomainData(heard);
      output.disconnect(ear);
      done(Math.max(...heard.map(Math.abs)));
    }, 300);
  }));
}"""


@pytest.fixture(scope="module")
def notebook(open_notebook):
    return open_notebook(*CELLS)


@pytest.fixture
def touch(notebook):
    """touch("sine"): the widget, at rest as at the beginning; silent again afterwards."""
    touched = []

    def one(name):
        widget = notebook.widget(TITLES[name])
        notebook.python("1", before=f"{name}.value = {name}.defaults(); {name}.source = 'browser'")
        until_the_browser_has(notebook, widget, name)
        touched.append(widget)
        return widget

    yield one
    for widget in touched:
        widget.root.evaluate("root => root.ddsp.stop()")


def put(notebook, widget, name, **values):
    """Sets values from Python and waits until the browser has them."""
    notebook.python("1", before=f"{name}.value = {values!r}")
    until_the_browser_has(notebook, widget, name)


def until_the_browser_has(notebook, widget, name):
    """Waits until all of a widget's value in the browser is what it is in the kernel."""
    same = """([root, wanted]) => Object.entries(wanted).every(
        ([key, x]) => JSON.stringify(root.ddsp.value[key]) === JSON.stringify(x))"""
    value = notebook.python(f"dict({name}.value)")
    widget.page.wait_for_function(same, arg=[widget.root.element_handle(), value])


def both(widget, name, *, seconds=1.0, sample_rate=16000):
    """The same stretch of the browser's and of the kernel's rendering."""
    browser = widget.offline(seconds, sample_rate=sample_rate)[SKIP + AHEAD:]
    exact = widget.tensorflow(name)[SKIP:SKIP + len(browser)]
    return browser[:len(exact)], exact


def same_sound(listening, browser, exact, *, rate=16000, near_hz=None):
    """Pitch within a cent, level within half a decibel."""
    assert listening.level_db(browser) == pytest.approx(listening.level_db(exact), abs=0.5)
    if near_hz:
        pitches = [listening.pitch_hz(samples, rate, near_hz=near_hz) for samples in (browser, exact)]
        assert abs(listening.cents(*pitches)) < 1 and abs(listening.cents(pitches[0], near_hz)) < 1


def test_nothing_plays_by_itself(notebook):
    for title in TITLES.values():
        assert notebook.widget(title).status() == ""
    assert notebook.page.evaluate("globalThis[Symbol.for('ddsp_helpers.page')]?.context ?? null") is None


@pytest.mark.parametrize("hz, rate, heard_hz", [
    (1000, 16000, 1000), (9000, 16000, 7000), (15900, 8000, 100), (17000, 48000, 17000)])
def test_a_sine_past_nyquist_lands_where_theory_says(notebook, touch, listening, hz, rate, heard_hz):
    sine = touch("sine")
    put(notebook, sine, "sine", frequency_hz=float(hz), sample_rate_hz=float(rate))
    browser, exact = both(sine, "sine", sample_rate=rate)
    same_sound(listening, browser, exact, rate=rate, near_hz=heard_hz)
    assert np.abs(browser - exact).max() < 1e-3
    card = sine.offline(1.0, sample_rate=48000)[6000:]          # as a sound card plays it
    assert abs(listening.cents(listening.strongest_hz(card, 48000), heard_hz)) < 1
    assert listening.level_db(card) == pytest.approx(listening.level_db(exact), abs=0.5)


def test_few_bits_make_the_same_noise_in_both(notebook, touch, listening):
    sine = touch("sine")
    put(notebook, sine, "sine", frequency_hz=441.0, bits=4.0, level_db=-6.0)
    browser, exact = both(sine, "sine", sample_rate=8000)
    times = (np.arange(len(exact)) + SKIP) / 8000
    pure = 10 ** (-6 / 20) * np.sin(2 * np.pi * 441 * times)
    for samples in (browser, exact):       # the error of rounding to steps of q is q / sqrt(12)
        assert listening.level_db(samples - pure) == pytest.approx(20 * np.log10(2 / 2**4 / np.sqrt(12)), abs=1)
    assert np.abs(browser - exact).max() < 1e-6
    assert set(np.round(exact * 8, 6)) <= set(range(-8, 8))


def test_the_oscillator_by_keys_and_by_pointer(notebook, touch):
    sine = touch("sine")
    slider = sine.slider("frequency_hz")
    assert slider.get_attribute("aria-valuetext") == "B5 + 21 cents, 1000 Hz"
    sine.press(slider, "ArrowRight")
    notebook.eventually("sine.value['frequency_hz']", pytest.approx(1000 * 2 ** (1 / 12)))
    sine.press(slider, "PageUp", "PageDown", "Shift+ArrowLeft")
    notebook.eventually("sine.value['frequency_hz']", pytest.approx(1000 * 2 ** (0.99 / 12)))
    sine.press(slider, "End")
    notebook.eventually("sine.value['frequency_hz']", 20000.0)
    sine.press(slider, "Home")
    notebook.eventually("sine.value['frequency_hz']", 50.0)
    sine.drag(slider, (0.1, 0.5), (0.6, 0.5))
    hz = 50.0 * 400 ** 0.6
    notebook.eventually("sine.value['frequency_hz']", pytest.approx(hz, rel=0.02))
    assert "past Nyquist" not in sine.root.inner_text()
    sine.press(sine.slider("bits"), "ArrowLeft")
    notebook.eventually("sine.value['bits']", 15.0)
    assert sine.slider("bits").get_attribute("aria-valuetext") == "15 bits"
    sine.press(sine.slider("frequency_hz"), "End")
    assert "past Nyquist" in sine.root.inner_text()
    notebook.eventually("sine.heard_hz", 4000.0)


def test_painted_bars_reach_python_and_sound_the_same(notebook, touch, listening):
    bank = touch("bank")
    bank.drag(bank.root.locator(".ddsp-bars"), (0.016, 0.05), (0.98, 0.9), steps=12)
    painted = np.array(notebook.eventually("bank.value['harmonics_a']", lambda a: a[31] < 0.01 and a[15] > 0.01))
    assert (np.diff(painted) <= 1e-9).all() and painted[0] > 0.9
    browser, exact = both(bank, "bank")
    same_sound(listening, browser, exact, near_hz=220)
    edges = np.arange(110, 7200, 220)                           # one band for each of the 32
    np.testing.assert_allclose(*(listening.band_levels_db(x, 16000, edges) for x in (browser, exact)), atol=0.5)


def test_one_bar_by_keys_speaks_hertz_and_decibels(notebook, touch):
    bank = touch("bank")
    bar = bank.root.locator('[data-bar="1"]')
    bank.press(bar, "ArrowRight", "ArrowRight")
    third = bank.root.locator('[data-bar="3"]')
    assert third.evaluate("bar => document.activeElement === bar")
    bank.press(third, "End", "PageDown")
    notebook.eventually("bank.value['harmonics_a'][2]", pytest.approx(10 ** (-6 / 20), abs=1e-3))
    assert third.get_attribute("aria-valuetext") == "-6.0 dB, 660 Hz, E5"
    put(notebook, bank, "bank", f0_hz=3000.0)
    assert "above Nyquist: silent" in third.get_attribute("aria-valuetext")
    assert notebook.python("bank.distribution().numpy()[0, 0, 2:].max()==0 and 1")


def test_presets_morph_and_nyquist(notebook, touch, listening):
    bank = touch("bank")
    bank.choose("b")
    bank.button("clarinet-like").click()
    notebook.eventually("bank.value['harmonics_b'] == bank.presets['clarinet-like']", True)
    bank.choose("a")
    put(notebook, bank, "bank", f0_hz=1500.0, morph=0.5)       # five harmonics below 8 kHz
    browser, exact = both(bank, "bank")
    same_sound(listening, browser, exact, near_hz=1500)
    shares = np.array(notebook.python("bank.distribution().numpy()[0, 0].tolist()"))
    assert shares.sum() == pytest.approx(1, abs=1e-5) and np.count_nonzero(shares) == 5
    for k in range(1, 6):
        level = listening.band_levels_db(browser, 16000, [1500 * k - 100, 1500 * k + 100])
        first = listening.band_levels_db(browser, 16000, [1400, 1600])
        assert level - first == pytest.approx(20 * np.log10(shares[k - 1] / shares[0]), abs=0.2)


def test_the_drawn_noise_is_tensorflows_noise(notebook, touch, listening):
    noise = touch("noise")
    noise.drag(noise.root.locator(".ddsp-bars"), (0.02, 0.9), (0.98, 0.1), steps=12)
    bands = notebook.eventually("noise.value['bands']", lambda bands: bands[32] > 0.5 and bands[0] < 0.05)
    assert len(bands) == 33
    browser, exact = both(noise, "noise")
    same_sound(listening, browser, exact)
    assert np.abs(browser - exact).max() < 1e-4                 # the same noise, sample for sample
    card = noise.offline(1.0, sample_rate=48000)[6000:]
    edges = np.arange(500, 7600, 500)
    np.testing.assert_allclose(listening.band_levels_db(card, 48000, edges) + 20 * np.log10(len(exact) / len(card)),
                               listening.band_levels_db(exact, 16000, edges), atol=1.5)
    band = noise.root.locator('[data-bar="1"]')
    noise.press(band, "Home")
    assert band.get_attribute("aria-valuetext") == "0 Hz, closed"
    noise.button("whistle").click()
    notebook.eventually("noise.value['bands'] == noise.presets['whistle']", True)


def test_a_room_is_the_same_in_both(notebook, touch, listening):
    room = touch("room")
    room.press(room.slider("reverb_time_s"), "PageUp")
    room.press(room.slider("mix"), "End")
    time_s = notebook.eventually("room.value['mix'] == 1.0 and room.value['reverb_time_s']", lambda s: s and s > 1.5)
    assert room.slider("reverb_time_s").get_attribute("aria-valuetext") == f"{time_s:.2f} seconds"
    browser, exact = both(room, "room", seconds=3.0)
    same_sound(listening, browser, exact)
    assert np.abs(browser - exact).max() < 1e-3
    card = room.offline(3.0, sample_rate=48000)[3 * (SKIP + AHEAD):]
    assert listening.level_db(card) == pytest.approx(listening.level_db(exact), abs=0.5)


def test_the_reverberation_time_is_what_the_slider_says(notebook, touch):
    touch("room")
    value = "{**room.value, 'early': 0.0, 'reverb_time_s': 0.8}"
    response = np.array(notebook.python(f"room.response({value}).numpy()[0].tolist()"))
    energy_db = 10 * np.log10(np.cumsum(response[::-1] ** 2)[::-1])              # Schroeder's backward integral
    times = np.arange(len(response)) / 16000
    used = (energy_db < energy_db[0] - 5) & (energy_db > energy_db[0] - 35)
    assert -60 / np.polyfit(times[used], energy_db[used], 1)[0] == pytest.approx(0.8, rel=0.05)
    assert np.sum(response**2) == pytest.approx(1, rel=0.1)


def test_play_switch_to_tensorflow_move_and_stop(notebook, touch):
    sine = touch("sine")
    play = sine.button("Play")
    play.click()
    sine.wait_for_status("You hear the browser")
    assert sine.root.evaluate(LEVEL) == pytest.approx(10 ** (-12 / 20), rel=0.05)
    sine.choose("tensorflow")
    sine.wait_for_status("You hear TensorFlow")
    assert notebook.python("sine.source") == "tensorflow"
    assert sine.root.evaluate(LEVEL) == pytest.approx(10 ** (-12 / 20), rel=0.05)
    sine.page.keyboard.press("Escape")
    sine.slider("level_db").focus()
    sine.page.keyboard.down("Home")                              # held: the browser sounds
    assert sine.root.evaluate(LEVEL) == pytest.approx(0.01, rel=0.1)
    sine.page.keyboard.up("Home")                                # let go: the kernel renders it
    sine.wait_for_status("You hear TensorFlow")
    assert sine.root.evaluate(LEVEL) == pytest.approx(0.01, rel=0.1)
    sine.button("Stop").click()
    sine.page.wait_for_timeout(150)
    assert sine.root.evaluate(LEVEL) < 1e-6


def test_one_sound_at_a_time_and_never_too_loud(notebook, touch):
    sine, bank = touch("sine"), touch("bank")
    sine.button("Play").click()
    sine.wait_for_status("You hear")
    put(notebook, bank, "bank", amplitude=2.0, harmonics_a=[1.0] + [0.0] * 31)
    bank.button("Play").click()
    bank.wait_for_status("You hear")
    assert sine.button("Play").count() == 1                      # it was stopped
    assert bank.root.evaluate(LEVEL) <= 0.708
    loud = bank.offline(0.5)
    assert np.abs(loud).max() <= 10 ** (-3 / 20) + 1e-4
    assert np.abs(loud[:16]).max() < 0.1                         # faded in


def test_a_busy_kernel_leaves_the_sound_and_is_told(notebook, touch):
    noise = touch("noise")
    noise.button("Play").click()
    noise.wait_for_status("You hear the browser")
    notebook.start("import time; time.sleep(8)")
    noise.choose("tensorflow")
    noise.wait_for_status("slow or busy", seconds=20)
    assert noise.root.evaluate(LEVEL) > 0.01
    noise.wait_for_status("You hear TensorFlow")


def test_what_the_kernel_cannot_render_is_told(notebook, touch):
    noise = touch("noise")
    put(notebook, noise, "noise", level_db=-20.0)
    noise.button("Play").click()
    notebook.python("1", before="noise.render, kept = (lambda value: 1 / 0), noise.render")
    noise.choose("tensorflow")
    noise.wait_for_status("could not render this: ZeroDivisionError")
    assert noise.root.evaluate(LEVEL) > 0.01
    notebook.python("1", before="noise.render = kept")


def test_without_worklets_it_still_sounds(notebook, touch):
    bank = touch("bank")
    bank.page.evaluate("""() => { const real = AudioWorklet.prototype.addModule;
        AudioWorklet.prototype.addModule = () => Promise.reject(new Error("not on this page"));
        globalThis.restore = () => { AudioWorklet.prototype.addModule = real; };
        globalThis[Symbol.for("ddsp_helpers.page")].modules = new WeakMap(); }""")
    try:
        put(notebook, bank, "bank", amplitude=0.5, harmonics_a=[1.0] + [0.0] * 31)
        bank.button("Play").click()
        bank.wait_for_status("You hear the browser")
        assert bank.root.evaluate(LEVEL) == pytest.approx(0.5, rel=0.05)
    finally:
        bank.page.evaluate("globalThis.restore()")


def test_everything_that_moves_has_a_name_a_value_and_a_visible_focus(notebook):
    for title in TITLES.values():
        for slider in notebook.widget(title).root.locator('[role="slider"]').all()[:6]:
            names = [f"aria-value{part}" for part in ("min", "max", "now", "text")]
            told = {name: slider.get_attribute(name) for name in names}
            assert all(told.values()), told
            assert float(told["aria-valuemin"]) <= float(told["aria-valuenow"]) <= float(told["aria-valuemax"])
            assert slider.get_attribute("aria-label") or slider.get_attribute("aria-labelledby")
        first = notebook.widget(title).root.locator('[role="slider"][tabindex="0"]').first
        notebook.page.keyboard.press("Tab")
        first.focus()
        assert first.evaluate("x => getComputedStyle(x).outlineStyle") == "solid"
        assert all(len(canvas.get_attribute("aria-label") or "") > 20
                   for canvas in notebook.widget(title).root.locator("canvas[role=img]").all())


def test_a_dead_kernel_leaves_the_sound_and_is_told(notebook, touch):
    """The last test of this file: afterwards there is no kernel."""
    sine = touch("sine")
    sine.button("Play").click()
    sine.wait_for_status("You hear the browser")
    sine.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    sine.page.wait_for_function("!jupyterapp.shell.currentWidget.sessionContext.session?.kernel")
    sine.choose("tensorflow")
    sine.wait_for_status("browser plays on", seconds=20)
    sine.press(sine.slider("level_db"), "Home")
    assert sine.root.evaluate(LEVEL) == pytest.approx(0.01, rel=0.1)
