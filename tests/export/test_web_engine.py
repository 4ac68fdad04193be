"""The page's engine beside Python's: weights, networks, synthesizers, pitch tracker, keys; in a real Chromium."""

import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers import SynthSpec, assets, audio, dsp, synths
from ddsp_helpers.export import quantise, web
from ddsp_helpers.features.live import Listener
from tests.export.in_browser import Engine, launch, text_of
from tests.export.instruments import PLUGIN, SMALL, instrument


@pytest.fixture(scope="module")
def engine(play, tmp_path_factory):
    browser = launch(play)
    yield Engine(browser, tmp_path_factory.mktemp("engine"))
    browser.close()


def carried(model, levels=31):
    """A model as a page carries it: what JavaScript is given, and the model with those weights."""
    packed, layout, coarse = quantise.quantised(model, levels)
    told = web.settings([coarse], [layout])
    text = quantise.as_text(packed)
    return {"told": told["instruments"][0], "rules": told["rules"], "weights": text}, coarse


def random_controls(spec, frames, seed=0):
    random = np.random.default_rng(seed)
    shares = random.uniform(0, 1, [1, frames, spec.n_harmonics])
    f0_hz = 440 * 2 ** np.interp(np.arange(frames), np.arange(0, frames + 6, 6), random.uniform(-2, 1, frames // 6 + 1))
    return {"f0_hz": np.float32(f0_hz)[None, :, None], "amplitude": np.float32(random.uniform(0, 0.5, [1, frames, 1])),
            "harmonic_distribution": np.float32(shares / shares.sum(axis=-1, keepdims=True)),
            "noise_magnitudes": np.float32(random.uniform(0, 0.02, [1, frames, spec.n_noise_bands]))}


_VOICES = """
const { rate, native, hop, bands, harmonics, frames, kind } = given, frameRate = native / hop;
const [f0, amplitudes, noise] = [given.f0, given.amplitudes, given.noise].map(floats);
const voice = kind === "noise" ? new engine.NoiseVoice(rate, { native, nativeHop: hop, bands }) :
  new engine.HarmonicVoice(rate, { native, harmonics });
const frame = (n) => { const i = Math.min(n, frames - 1); return { f0Hz: f0[i],
  amplitudes: amplitudes.subarray(i * harmonics, (i + 1) * harmonics),
  noise: noise.subarray(i * bands, (i + 1) * bands) }; };
const at = (n) => Math.round(n * rate / frameRate), out = new Float32Array(at(frames));
for (let n = 0; n < frames; n++) {
  const size = at(n + 1) - at(n);
  voice.begin(frame(n), frame(n + 1), size);
  for (let i = 0; i < size; i += 100) voice.add(out, at(n) + i, i, Math.min(size, i + 100));      // in any pieces
}
return out;
"""


def sound(engine, kind, spec, controls, rate=None):
    amplitudes = controls["amplitude"] * controls["harmonic_distribution"]
    return engine.run(
        _VOICES, kind=kind, rate=rate or spec.sample_rate, native=spec.sample_rate, hop=spec.hop,
        bands=spec.n_noise_bands, harmonics=spec.n_harmonics, frames=controls["f0_hz"].shape[1],
        f0=text_of(controls["f0_hz"]), amplitudes=text_of(amplitudes), noise=text_of(controls["noise_magnitudes"]))


SPECS = [SMALL, PLUGIN, SynthSpec(sample_rate=16000, frame_rate=250),
         SynthSpec(sample_rate=48000, n_harmonics=160, n_noise_bands=97)]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.sample_rate} Hz, hop {spec.hop}")
def test_at_the_models_rate_the_samples_are_those_of_python(engine, spec):
    controls = random_controls(spec, 30)
    tones = {name: controls[name] for name in ("f0_hz", "amplitude", "harmonic_distribution")}
    exact = synths.Harmonic(spec).get_signal(**tones)[0].numpy()
    np.testing.assert_allclose(sound(engine, "harmonic", spec, controls), exact, atol=2e-5)
    noise = controls["noise_magnitudes"]
    exact = synths.FilteredNoise(spec).get_signal(noise_magnitudes=noise)[0].numpy()
    np.testing.assert_allclose(sound(engine, "noise", spec, controls), exact, atol=2e-6)


def bands_db(samples, rate, edges):
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2 / np.sum(np.hanning(len(samples)) ** 2) / rate
    hz = np.fft.rfftfreq(len(samples), 1 / rate)
    bands = [power[(hz >= low) & (hz < high)].mean() for low, high in zip(edges, edges[1:])]
    return 10 * np.log10(np.array(bands) + 1e-30)


@pytest.mark.parametrize("native, rate", [(16000, 44100), (16000, 48000), (48000, 44100)])
def test_at_another_rate_the_spectrum_is_the_same_and_nothing_is_heard_above_what_the_model_knows(engine, native, rate):
    spec = SynthSpec(sample_rate=native, n_harmonics=40, n_noise_bands=65)
    frames, slope = 150, np.linspace(1.0, 0.1, 65)
    controls = {"f0_hz": np.full([1, frames, 1], 3 * native / 128), "amplitude": np.full([1, frames, 1], 0.5),
                "harmonic_distribution": np.full([1, frames, 40], 1 / 40),
                "noise_magnitudes": np.tile(0.02 * slope, [1, frames, 1])}
    edges, top = np.linspace(0, 0.45 * min(native, rate), 9), min(native, rate) / 2
    exact, played = (sound(engine, "noise", spec, controls, r) for r in (native, rate))
    assert np.abs(bands_db(exact, native, edges) - bands_db(played, rate, edges)).max() < 0.5     # power in each hertz
    if rate > native:
        beyond = bands_db(played, rate, [1.04 * top, 0.49 * rate])[0]
        assert beyond < bands_db(played, rate, edges).min() - 45
    tone = sound(engine, "harmonic", spec, controls, rate)
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone)))) / len(tone) * 4
    places = np.arange(1, 41) * 3 * native / 128 * len(tone) / rate
    heard = [spectrum[int(at) - 1:int(at) + 3].max() if at < len(spectrum) - 3 else 0 for at in places]
    wanted = np.where(np.arange(1, 41) * 3 / 128 < min(native, rate) / 2 / native, 0.5 / 40, 0)
    np.testing.assert_allclose(heard, wanted, rtol=0.2, atol=1e-4)                      # a Hann window between two bins


_DECODE = """
const one = await engine.instrumentOf(given.told, engine.bytesOf(given.weights), null);
const decoder = new engine.Decoder(one.spec, one.weights), [f0, loudness] = [floats(given.f0), floats(given.loudness)];
return Array.from(f0).flatMap((hz, n) => {
  const { amplitude, amplitudes, noise } = decoder.step(hz, loudness[n]);
  return [amplitude, ...amplitudes, ...noise];
});
"""


@pytest.mark.parametrize("fields", [{"decoder": "gru", "width": 24}, {"decoder": "mingru", "width": 24},
                                    {"decoder": "cnn"}], ids=lambda fields: fields["decoder"])
def test_the_networks_say_what_python_says_with_the_same_weights(engine, fields):
    carries, coarse = carried(instrument(**fields))
    phrase = quantise.practice(coarse, seconds=4.0, seed=5)
    phrase["f0_hz"][0, 40:60] = 0.0                                         # no pitch
    exact = coarse.controls(phrase)
    amplitude, shares, noise = (exact[name] for name in ("amplitude", "harmonic_distribution", "noise_magnitudes"))
    exact = np.concatenate([amplitude, amplitude * shares, noise], -1)
    played = engine.run(_DECODE, **carries, f0=text_of(phrase["f0_hz"]), loudness=text_of(phrase["loudness_db"]))
    np.testing.assert_allclose(played.reshape(exact[0].shape), exact[0], rtol=1e-3, atol=1e-6)


_LISTEN = """
const listener = new engine.Listener(given.rate, given.rules.listener), { size } = listener;
const samples = floats(given.samples);
const held = new Float32Array(samples.length + size / 2), hop = given.rate / 50, out = [];
held.set(samples, size / 2);
for (let at = 0; at + size <= held.length; at += hop) {
  const { f0Hz, confidence, loudnessDb, powerDb } = listener.hear(held.subarray(at, at + size));
  out.push(f0Hz, confidence, loudnessDb, powerDb);
}
return out;
"""


@pytest.mark.assets
@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_the_listener_hears_what_python_hears_in_a_real_voice(engine, rate):
    samples = audio.load(assets.voice(), sample_rate=rate, duration_s=4.0).samples
    played = engine.run(_LISTEN, rate=rate, rules=web.rules(), samples=text_of(samples)).reshape(-1, 4)
    listener = Listener(sample_rate=rate)
    heard = listener.step(listener.init_state(), samples)[1]
    assert len(played) == len(heard)
    cents = 1200 * np.abs(np.log2(played[:, 0] / heard.f0_hz))
    assert np.mean(cents < 0.1) > 0.99 and np.median(cents) < 0.01          # float32 there, float64 here
    np.testing.assert_allclose(played[:, 1], heard.f0_confidence, atol=2e-2)
    np.testing.assert_allclose(played[:, 2], heard.loudness_db, atol=1e-2)
    np.testing.assert_allclose(played[:, 3], heard.power_db, atol=1e-2)


_HANDS = """
const hands = new engine.Hands(50), settings = { ...engine.SETTINGS, vibrato_cents: 0 }, out = [];
for (let n = 0; n < given.frames; n++) {
  for (const [at, message] of given.played) if (at === n) hands.set(message);
  const { f0Hz, loudnessDb } = hands.step([-30, -20, -10, 0, 10], settings);
  out.push(f0Hz, loudnessDb, hands.sounding ? 1 : 0);
}
return out;
"""


def test_the_last_key_sounds_louder_keys_are_louder_and_wheels_bend(engine):
    played = [[5, {"down": 69, "velocity": 0.4}], [20, {"down": 72, "velocity": 0.9}], [35, {"up": 72}],
              [45, {"bend": 2}], [55, {"bend": 0}], [60, {"pedal": True}], [61, {"up": 69}], [75, {"pedal": False}]]
    f0_hz, loudness_db, sounding = engine.run(_HANDS, frames=110, played=played).reshape(-1, 3).T
    midi = 69 + 12 * np.log2(f0_hz / 440)
    assert not sounding[:5].any() and sounding[5:75].all() and not sounding[-5:].any()
    np.testing.assert_allclose(midi[[18, 34, 44, 54, 59, 74]], [69, 72, 69, 71, 69, 69], atol=0.01)
    assert loudness_db[34] - loudness_db[18] > 10 and abs(loudness_db[44] - loudness_db[18]) < 1
    assert np.all(np.diff(loudness_db[75:85]) < 0) and np.all(loudness_db[-5:] == -80)


def test_a_room_at_another_rate_is_the_same_room(engine):
    room = np.zeros(200)
    room[[10, 90]] = 0.5, -0.25
    room = np.convolve(room, np.sinc(np.arange(-20, 21) * 0.5) * np.hanning(41))[:200]     # nothing above a quarter
    code = "return engine.roomAt(floats(given.room), 16000, 48000)"
    played = engine.run(code, room=text_of(room))
    hz = np.linspace(100, 3500, 50)
    response = [np.exp(-2j * np.pi * hz[:, None] * np.arange(len(h)) / rate) @ h
                for h, rate in ((room, 16000), (played, 48000))]
    np.testing.assert_allclose(*response, atol=0.02)


def test_weights_come_back_as_python_reads_them(engine):
    model = instrument(decoder="cnn")
    packed, layout = quantise.pack(quantise.decoder_weights(model), 47)
    mine = quantise.unpack(packed, layout)
    code = """const one = await engine.instrumentOf(given.told, engine.bytesOf(given.weights), null);
      return Object.keys(one.weights).sort().flatMap((name) => Array.from(one.weights[name]));"""
    read = engine.run(code, told={"layout": layout, "spec": {}}, weights=quantise.as_text(packed))
    names = sorted(mine, key=lambda name: name.removeprefix("decoder/"))
    np.testing.assert_array_equal(read, np.concatenate([mine[name].ravel() for name in names]))
    for name, weight in quantise.decoder_weights(model).items():
        columns = np.abs(weight.reshape(-1, weight.shape[-1]))
        step = columns.max(axis=0) / 47 if weight.ndim > 1 else 2e-3 * columns[0]
        assert np.all(np.abs(mine[name].reshape(weight.shape) - weight) <= 0.52 * step + 1e-6)


_CHANGE = """
const { rules } = given, settings = engine.SETTINGS;
const instruments = await Promise.all(
  given.instruments.map(({ told, weights }) => engine.instrumentOf(told, engine.bytesOf(weights), null)));
const kernel = new engine.InstrumentKernel(16000, { instruments, rules, source: "keys", settings });
const out = new Float32Array(40000);
kernel.set({ keys: { down: 60, velocity: 0.8 } });
for (let at = 0; at < out.length; at += 100) {
  if (at === 15000 && given.change) kernel.set({ chosen: 1 });
  if (at === 25000) kernel.set({ keys: { up: 60 } });
  kernel.process(out.subarray(at, at + 100));
}
return out;
"""


def test_instruments_change_without_a_click_and_rest_when_nobody_plays(engine):
    first, second = carried(instrument(decoder="cnn"))[0], carried(instrument(decoder="gru", width=16))[0]
    played = engine.run(_CHANGE, instruments=[first, second], rules=first["rules"], change=True)
    stayed = engine.run(_CHANGE, instruments=[first, first], rules=first["rules"], change=False)
    np.testing.assert_array_equal(played[:15000], stayed[:15000])
    assert np.abs(played[16000:24000] - stayed[16000:24000]).max() > 0.05         # another instrument
    jumps = np.abs(np.diff(played))
    assert jumps[14900:15800].max() < 1.5 * max(jumps[12000:14900].max(), jumps[16500:20000].max())
    assert jumps[36000:].max() < 1.5 * jumps[29000:36000].max()                 # no click when it begins to rest
    assert not played[:300].any() and not played[-100:].any()      # silence before the first key, after the last
