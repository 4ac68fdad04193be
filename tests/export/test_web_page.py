"""The exported page in a real Chromium, without a network: a real voice at its microphone, keys, files, the room."""

import io

import numpy as np
import pytest

from ddsp_helpers import assets, audio, dsp, features, models, streaming
from ddsp_helpers.export import export, quantise, web
from docs import axe
from tests.export.in_browser import array_of, launch, open_page, text_of
from tests.export.instruments import instrument

NAMES = ("violin", "flute", "trumpet", "saxophone")
RATE = 16000


@pytest.fixture(scope="module")
def played(four):
    """The violin with the weights of the page, as Python plays it."""
    told, blobs = web.read(four[0])
    model = models.load_instrument("violin")
    weights = quantise.unpack(blobs["weights-0"], told["instruments"][0]["layout"])
    names = models.store.get_weights(model)
    models.store.set_weights(model, {name: weights[name].reshape(names[name].shape) for name in names})
    return model


@pytest.fixture(scope="module")
def voice():
    """Four seconds of a real voice at 16 kHz, fading in and out."""
    samples = audio.load(assets.voice(), sample_rate=RATE, duration_s=4.0).samples
    ramp = np.minimum(1.0, np.minimum(np.arange(len(samples)), np.arange(len(samples))[::-1]) / 800)
    return (samples * ramp).astype(np.float32)


@pytest.fixture(scope="module")
def browser(play, voice, tmp_path_factory):
    """A browser whose microphone hears the voice, half a second of silence, the voice again, and so on."""
    path = tmp_path_factory.mktemp("microphone") / "voice.wav"
    audio.save(path, np.concatenate([voice, np.zeros(RATE // 2, np.float32)]), sample_rate=RATE)
    browser = launch(play, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                     f"--use-file-for-fake-audio-capture={path}")
    yield browser
    browser.close()


@pytest.fixture
def page(browser, four):
    page = open_page(browser, four[0])
    yield page
    page.context.close()
    assert not page.wrong, page.wrong


def live(model, samples):
    """What Python makes of a voice, in step with it."""
    player = streaming.Live(model)
    state, parts, hop = player.init_state(), [], player.synth.hop
    padded = np.concatenate([samples, np.zeros(player.delay + -(len(samples) + player.delay) % hop, np.float32)])
    for block in padded.reshape(-1, hop):
        state, audio = player.step(state, block)
        parts.append(audio)
    return np.concatenate(parts)[player.delay:player.delay + len(samples)]


@pytest.fixture(scope="module")
def period(voice):
    """What the microphone hears again and again."""
    return np.concatenate([voice, np.zeros(RATE // 2, np.float32)])


@pytest.fixture(scope="module")
def sung(played, period):
    """The violin as Python plays it while the voice is heard three times, [3, samples]."""
    return live(played, np.tile(period, 3)).reshape(3, -1)


@pytest.fixture(scope="module")
def exact(sung, voice):
    """The violin as Python plays it when the voice is heard for the first time."""
    return sung[0][:len(voice)]


def rendered(page, samples, rate, *, out=RATE):
    """The page's own rendering of a file."""
    code = """async ([text, rate, out]) => pack(
      await document.getElementById("stage").tt.renderFile({ samples: floats(text), rate }, out))"""
    return array_of(page.evaluate(code, [text_of(samples), rate, out]))[:round(len(samples) * out / rate)]


def snr_db(exact, heard):
    return 10 * np.log10(np.mean(exact**2) / np.mean((heard - exact)**2))


def mel_db(samples, rate):
    """Mean level of 40 mel bands up to 7.5 kHz, dB."""
    mel = dsp.mel(np.float32(samples)[None], sample_rate=rate, n_fft=2 * round(0.032 * rate), hop=rate // 50, n_mels=40,
                  f_max_hz=7500.0)
    return 10 * np.log10(np.mean(np.square(mel[0]), axis=0) + 1e-9)


def compare(samples, exact):
    """Median cents where both have a pitch, correlation of loudness, mean distance of mel bands, dB; at 16 kHz."""
    a, b = (features.extract(x, sample_rate=RATE, frame_rate=50, pitch="swiftf0") for x in (samples, exact))
    n = min(len(a), len(b))
    both = (a.f0_confidence[:n] > 0.8) & (b.f0_confidence[:n] > 0.8)
    cents = 1200 * np.abs(np.log2(a.f0_hz[:n][both] / b.f0_hz[:n][both]))
    loudness = [np.maximum(x.loudness_db[:n], -60) for x in (a, b)]
    return np.median(cents), np.corrcoef(*loudness)[0, 1], np.mean(np.abs(mel_db(samples, RATE) - mel_db(exact, RATE)))


def test_the_page_asks_for_nothing_and_shows_four_instruments(page, four):
    assert [url for url in page.asked if not url.startswith(("data:", "blob:"))] == [four[0].resolve().as_uri()]
    assert page.get_by_role("radio").filter(has_text="to").count() >= 4
    assert page.locator("#status").inner_text() == "Ready." and "violin" in page.title()


@pytest.mark.slow
def test_nobody_is_shut_out(four, play):
    assert axe.findings([four[0]], play=play) == []


@pytest.mark.assets
def test_a_file_is_rendered_as_python_renders_it_at_the_models_rate(page, exact, voice):
    assert snr_db(exact, rendered(page, voice, RATE)) > 40


@pytest.mark.assets
@pytest.mark.parametrize("rate", [44100, 48000])
def test_at_the_rate_of_a_sound_card_it_is_the_same_melody_and_the_same_sound(page, exact, voice, rate):
    finer = audio.resample(voice, from_hz=RATE, to_hz=rate)
    heard = audio.resample(rendered(page, finer, rate, out=rate), from_hz=rate, to_hz=RATE)
    cents, correlation, mel = compare(heard, exact)
    assert cents < 3 and correlation > 0.98 and mel < 1.0


@pytest.mark.assets
def test_a_voice_at_the_microphone_is_recorded_as_the_violin_that_python_plays(page, sung):
    page.get_by_role("button", name="Sing").click()
    page.locator("#status", has_text="the instrument follows").wait_for()
    page.wait_for_timeout(1000)
    heard = aligned(recorded(page, seconds=9.5), sung[2])                  # both have heard the voice before
    cents, correlation, mel = compare(heard, sung[2])
    assert cents < 10 and correlation > 0.9 and mel < 3.0
    page.get_by_role("button", name="Stop").click()
    assert page.locator(".tt-main").get_attribute("aria-pressed") == "false"


def recorded(page, *, seconds, during=lambda: None):
    """What the Record button takes, at 16 kHz."""
    page.get_by_role("button", name="Record").click()
    page.locator("#status", has_text="is recorded").wait_for()
    during()
    page.wait_for_timeout(1000 * seconds)
    page.get_by_role("button", name="Stop recording").click()
    link = page.locator(".tt-takes a").last
    link.wait_for()
    code = """async (link) => {
      const bytes = new Uint8Array(await new Promise((done, fail) => {
        const request = new XMLHttpRequest();
        Object.assign(request, { responseType: "arraybuffer", onload: () => done(request.response), onerror: fail });
        request.open("GET", link.href);
        request.send();
      }));
      return pack(bytes);
    }"""
    file = io.BytesIO(array_of(link.evaluate(code)).astype(np.uint8).tobytes())
    import soundfile

    samples, rate = soundfile.read(file, dtype="float32")
    return audio.resample(samples, from_hz=rate, to_hz=RATE)


def aligned(long, short):
    """The piece of a long sound that goes best with a short one, by their levels every 2 ms."""
    level = [np.sqrt(np.mean(x[:len(x) // 32 * 32].reshape(-1, 32)**2, axis=1)) for x in (long, short)]
    match = np.correlate(level[0] - level[0].mean(), level[1] - level[1].mean(), mode="valid")
    start = 32 * int(np.argmax(match))
    return long[start:start + len(short)]


def pitch_of(samples):
    heard = features.extract(samples, sample_rate=RATE, frame_rate=50, pitch="crepe-tiny")
    return 69 + 12 * np.log2(np.median(heard.f0_hz[heard.f0_confidence > 0.8]) / 440), audio.rms_db(samples)


def test_keys_play_on_the_computer_the_screen_and_midi(page):
    page.evaluate("document.getElementById('stage').tt.studio.set({ vibrato_cents: 0 })")
    base = page.evaluate("document.getElementById('stage').tt.keybed.base")

    def letters():
        page.keyboard.down("KeyZ")

    midi, level = pitch_of(recorded(page, seconds=1.5, during=letters)[RATE // 2:])
    page.keyboard.up("KeyZ")
    assert abs(midi - base) < 0.1 and level > -40
    key = page.get_by_role("button", name="C5", exact=True)
    key.focus()
    space = recorded(page, seconds=1.5, during=lambda: (key.focus(), page.keyboard.down("Space")))
    midi, _ = pitch_of(space[RATE // 2:])
    page.keyboard.up("Space")
    assert abs(midi - 72) < 0.1
    page.evaluate("document.getElementById('stage').tt.keybed.hearMidi([0x90, 76, 100])")
    page.evaluate("document.getElementById('stage').tt.keybed.hearMidi([0xe0, 127, 127])")
    page.locator('[role="radio"]', has_text="−1").click()
    midi, _ = pitch_of(recorded(page, seconds=1.5)[RATE // 2:])
    assert abs(midi - (76 + 2 - 12)) < 0.1                                  # a whole tone up, an octave down
    page.evaluate("document.getElementById('stage').tt.keybed.hearMidi([0x80, 76, 0])")
    page.wait_for_timeout(1500)
    assert audio.rms_db(recorded(page, seconds=0.5)) < -70


def test_a_touch_plays_and_lower_on_a_key_is_louder(browser, four):
    page = open_page(browser, four[0], viewport={"width": 390, "height": 844}, has_touch=True)
    key = page.get_by_role("button", name="E4", exact=True)
    key.scroll_into_view_if_needed()
    box = key.bounding_box()
    assert box["width"] >= 40 and page.evaluate("document.documentElement.scrollWidth") <= 390
    loudness = []
    for height in (0.7, 0.95):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + height * box["height"])
        page.mouse.down()
        page.wait_for_function("document.getElementById('stage').tt.ribbon.hz > 0")
        page.wait_for_timeout(700)
        assert abs(page.evaluate("69 + 12 * Math.log2(document.getElementById('stage').tt.ribbon.hz / 440)") - 64) < 0.5
        assert key.evaluate("key => key.classList.contains('tt-down')")
        loudness.append(page.evaluate("document.getElementById('stage').tt.ribbon.past.at(-1).db"))
        page.mouse.up()
        page.wait_for_timeout(700)
    assert loudness[1] > loudness[0] + 1
    page.context.close()
    assert not page.wrong, page.wrong


@pytest.mark.assets
def test_a_dropped_file_plays_and_is_saved(page, exact, voice, tmp_path):
    audio.save(tmp_path / "song.wav", voice, sample_rate=RATE)
    page.locator('input[type="file"]').set_input_files(tmp_path / "song.wav")
    page.locator("#status", has_text="song.wav plays through the instrument").wait_for()
    page.locator("#status", has_text="song.wav has ended").wait_for()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save as wav").click()
    assert saving.value.suggested_filename == "song violin.wav"
    saved = audio.load(saving.value.path(), sample_rate=RATE).samples
    cents, correlation, mel = compare(saved[:len(voice)], exact)
    assert cents < 3 and correlation > 0.98 and mel < 1.0
    page.locator('input[type="file"]').set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no sound"})
    page.locator("#status", has_text="notes.txt is no sound").wait_for()


def test_the_learned_room_is_heard(browser, tmp_path):
    model = instrument(decoder="cnn", reverb_s=0.2)
    model.reverb.ir.assign(0.2 * model.reverb.ir)                           # or it is louder than full scale
    export(model, tmp_path / "room.html", format="web", levels=127)
    told, blobs = web.read(tmp_path / "room.html")
    coarse = quantise.quantised(model, 127)[2]
    page = open_page(browser, tmp_path / "room.html")
    t = np.arange(RATE // 2) / RATE
    samples = np.float32(0.2 * np.sin(2 * np.pi * 330 * t) * np.minimum(1, 10 * t))
    exact, heard = live(coarse, samples), rendered(page, samples, RATE)
    page.context.close()
    assert len(blobs["room-0"]) > 1000 and told["instruments"][0]["room_samples"] == 3200
    assert snr_db(exact, heard) > 30


@pytest.mark.assets
def test_what_comes_in_can_be_heard_in_step_with_the_instrument(page, voice):
    page.locator('[role="radio"][data-key="input"]').click()
    np.testing.assert_allclose(rendered(page, voice, RATE)[:RATE], voice[:RATE], atol=1e-3)


def test_cards_and_octaves_are_reached_with_keys(page):
    cards = page.locator(".tt-card")
    cards.nth(0).focus()
    for n in (1, 2, 3, 0):
        page.keyboard.press("ArrowRight")
        assert cards.nth(n).get_attribute("aria-checked") == "true"
        assert page.locator("#stage").get_attribute("data-slot") == str(n)
        assert page.locator("#status").inner_text() == f"The {NAMES[n]} plays."
    loudness = page.locator('[data-control="loudness_shift_db"]')
    loudness.focus()
    page.keyboard.press("PageUp")
    assert page.evaluate("document.getElementById('stage').tt.studio.settings.loudness_shift_db") == 4
    page.locator(".tt-latency summary").click()
    parts = page.locator(".tt-latency li").all_inner_texts()
    total = sum(float(part.split(": ")[1].split()[0]) for part in parts)
    assert abs(float(page.locator(".tt-latency summary").inner_text().split()[1]) - total) < 1
    assert "one control frame: 20.0 ms" in parts
