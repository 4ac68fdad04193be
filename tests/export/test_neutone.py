"""An instrument in PyTorch is streaming.Live, and its file passes the checks of the Neutone kit and plays alone.

Both are an optional extra: `python course.py test --lane neutone` has them.
"""

import logging
import random
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers import SynthSpec, assets, audio, controls, dsp, models, streaming, units
from ddsp_helpers.export import export, neutone, neutone_card, neutone_kit
from ddsp_helpers.transfer import Settings
from tests.export import instruments

pytest.importorskip("torch", reason="PyTorch is an optional extra: python course.py test --lane neutone")

DECODERS = [{"decoder": "gru", "width": 48}, {"decoder": "mingru", "width": 48}, {"decoder": "cnn", "width": 12}]


def instrument(**fields):
    """An instrument whose every weight is heard, the same in every run."""
    keras.utils.set_random_seed(1)
    return instruments.instrument(**fields)


def above_db(wanted, found):
    """Level of a sound over that of its difference to another."""
    return 10.0 * np.log10(np.sum(np.square(wanted)) / max(np.sum(np.square(wanted - found)), 1e-30))


def random_frames(frames):
    """Leaping pitch and loudness, [frames] float32 each."""
    leaps = np.random.default_rng(5)
    return (2.0 ** leaps.uniform(6, 11.5, frames)).astype(np.float32), leaps.uniform(-80, 15, frames).astype(np.float32)


def level_db(sound):
    return 10.0 * np.log10(np.mean(np.square(sound)) + 1e-20)


@pytest.fixture(scope="module")
def torch():
    """PyTorch, in one thread."""
    neutone_kit.need()
    import torch

    with neutone_kit.one_thread(), torch.no_grad():
        yield torch


@pytest.fixture(scope="module")
def voice():
    """Eight seconds of singing, at 16 and at 48 kHz."""
    return {rate: audio.load(assets.voice("vocadito_10"), sample_rate=rate, duration_s=8.0).samples
            for rate in (16000, 48000)}


@pytest.fixture(scope="module")
def exported(torch, tmp_path_factory):
    """A model with a learned room, its file, and what the export said; everybody's random numbers stay as they were."""
    model, path = instrument(reverb_s=0.3, **DECODERS[0]), tmp_path_factory.mktemp("neutone") / "it.nm"
    model.reverb.ir.assign(model.reverb.ir * np.exp(-np.linspace(0.0, 7.0, 4800)) / 4.0)
    numbers = random.getstate(), torch.get_rng_state()
    report = export(model, path, format="neutone")
    assert random.getstate() == numbers[0] and torch.equal(torch.get_rng_state(), numbers[1])
    return model, path, report


def in_torch(torch, model, **settings):
    """The model's copy."""
    from ddsp_helpers.export import torch_instrument

    return torch_instrument.Instrument(streaming.Live(model, settings=Settings(**settings)), neutone._room(model)[0])


def rows(torch, *arrays):
    """Frames one by one, as tensors [1, channels]."""
    return zip(*(torch.from_numpy(np.array(array, np.float32)).split(1) for array in arrays))


def difference(torch, model, f0_hz, loudness_db):
    """Largest difference of a control, of a decoder that TorchScript has compiled."""
    copy = in_torch(torch, model)
    copy.decoder = torch.jit.script(copy.decoder)
    found = [copy.controls(*frame) for frame in rows(torch, f0_hz, loudness_db)]
    wanted = model.controls({"f0_hz": f0_hz[None, :, None], "loudness_db": loudness_db[None, :, None]})
    wanted = wanted["amplitude"] * wanted["harmonic_distribution"], wanted["noise_magnitudes"]
    return max(np.max(np.abs(torch.stack(got).numpy() - want[0])) for got, want in zip(zip(*found), wanted))


@pytest.mark.parametrize("fields", DECODERS)
def test_every_decoder_makes_the_controls_of_the_model(torch, fields):
    model = instrument(**fields)
    f0_hz, loudness_db = random_frames(300)
    found = model.controls({"f0_hz": f0_hz[None, :, None], "loudness_db": loudness_db[None, :, None]})
    assert np.ptp(found["amplitude"]) > 0.1 and np.ptp(found["noise_magnitudes"]) > 0.01, "controls that move"
    assert difference(torch, model, f0_hz, loudness_db) < 1e-4


@pytest.mark.assets
@pytest.mark.parametrize("fields", DECODERS)
def test_also_from_a_real_voice(torch, voice, fields):
    model = instrument(**fields)
    listener = streaming.Live(model).listener
    _, heard = listener.step(listener.init_state(), voice[16000])
    assert difference(torch, model, heard.f0_hz, heard.loudness_db) < 1e-4


def test_a_weight_in_another_order_is_noticed(torch):
    model = instrument(**DECODERS[0])
    copy = in_torch(torch, model)
    z, r, h = copy.decoder.gru.recurrent_kernel.chunk(3, dim=1)
    copy.decoder.gru.recurrent_kernel.copy_(torch.cat([r, z, h], dim=1))
    with pytest.raises(ValueError, match="plays other controls"):
        neutone._parity(model, copy)


@pytest.mark.parametrize("synth", [SynthSpec(), SynthSpec(48000, 50, 160, 97)])
def test_both_synthesizers_and_the_room_sound_as_those_of_the_package(torch, synth):
    from ddsp_helpers.export import torch_synths

    f0_hz = random_frames(100)[0]
    leaps = np.random.default_rng(6)
    levels = (0.1 * leaps.random([100, synth.n_harmonics])).astype(np.float32)
    magnitudes = leaps.random([100, synth.n_noise_bands]).astype(np.float32)
    harmonic, noise = torch_synths.Harmonic(synth), torch_synths.FilteredNoise(synth, 3)
    ends = [[torch.cat(pair) for pair in zip(frame, after)] for frame, after in zip(
        list(rows(torch, f0_hz, levels, magnitudes))[:-1], list(rows(torch, f0_hz, levels, magnitudes))[1:])]
    played = torch.cat([harmonic(f0, level) for f0, level, _ in ends]).numpy()
    breath = torch.cat([noise(bands) for _, _, bands in ends]).numpy()
    rates = {"sample_rate": synth.sample_rate, "hop": synth.hop}
    wanted = dsp.harmonic_synthesis(f0_hz[None, :, None], np.ones([1, 100, 1], np.float32), levels[None], **rates)
    assert above_db(wanted[0, :len(played)], played) > 80
    wanted = dsp.filtered_noise(magnitudes[None], hop=synth.hop, seed=3)
    assert above_db(wanted[0, :len(breath)], breath) > 100
    ir = np.append(0.0, leaps.normal(size=5 * synth.hop + 7)).astype(np.float32)
    room = torch_synths.Room(synth.hop, ir)
    wet = torch.cat([room(part) for part in torch.from_numpy(breath).split(synth.hop)]).numpy()
    assert above_db(dsp.fft_convolve(breath[None], ir[None])[0], wet) > 100


def test_noise_is_the_same_bit_by_bit_for_days(torch):
    from ddsp_helpers.export import torch_synths

    key = int(dsp.noise.noise_keys(1, 0)[0])
    for start in (0, 2**31 - 50, 2**32 - 50, 2**33 + 12345):
        wanted = dsp.white_noise(100, batch=1, seed=0, start=tf.constant(start, tf.int64))
        np.testing.assert_array_equal(torch_synths.noise_at(key, start + torch.arange(100)), wanted[0])


@pytest.mark.assets
@pytest.mark.parametrize("rate", [16000, 48000])
def test_a_real_voice_is_heard_and_followed_alike(torch, voice, rate):
    live = streaming.Live(models.load_instrument("violin", sample_rate=rate))
    copy = in_torch(torch, live.model)
    hops = torch.from_numpy(voice[rate]).split(live.synth.hop)
    heard = torch.stack([copy.listener(hop) for hop in hops]).numpy()
    _, wanted = live.listener.step(live.listener.init_state(), voice[rate])
    n = len(wanted)
    assert n > 390
    assert np.max(np.abs(units.hz_to_cents(heard[:n, 0], wanted.f0_hz))) < 0.1
    assert np.max(np.abs(heard[:n, 1] - wanted.f0_confidence)) < 1e-3
    assert np.max(np.abs(heard[:n, 2] - wanted.loudness_db)) < 0.01


@pytest.mark.parametrize("synth, settings", [
    (SynthSpec(16000, 250, 30, 33), {"autotune": 0.5}), (SynthSpec(48000, 50, 60, 97), {"octave": 1, "quiet_db": 20.0}),
])
def test_other_rates_and_settings_are_the_live_instrument(torch, synth, settings):
    model = instrument(synth=synth, decoder="mingru", width=16)
    live, copy = streaming.Live(model, settings=Settings(**settings)), in_torch(torch, model, **settings)
    sound = neutone._glide(synth.sample_rate)
    wanted = live.step(live.init_state(), sound)[1][live.delay:]
    hops = torch.from_numpy(sound).split(synth.hop)
    played = torch.cat([copy(hop, *torch.tensor([[0.0], [0.0], [1.0], [0.0]])) for hop in hops]).numpy()
    played = played[copy.delay_samples:][:len(wanted)]
    assert copy.delay_samples == -(-live.listener.size // 2 // synth.hop) * synth.hop <= live.delay
    assert len(played) == len(wanted) and above_db(wanted, played) > 40


@pytest.mark.parametrize("settings", [
    {}, {"octave": -1, "match_loudness": False, "quiet_db": 30.0}, {"autotune": 0.5, "pitch_shift_semitones": 3.0},
    {"loudness_shift_db": -6.0, "threshold": 0.5},
])
def test_the_follower_follows_with_any_settings(torch, settings):
    from ddsp_helpers import features

    model, moves = instrument(decoder="cnn", width=4), np.random.default_rng(7)
    f0_hz = units.midi_to_hz(50.0 + np.cumsum(moves.normal(size=600)) % 30)
    heard = np.stack([f0_hz, moves.random(600), moves.uniform(-90, 10, 600)], axis=1).astype(np.float32)
    follower = streaming.Follower(model.statistics, Settings(**settings))
    _, *wanted = follower.step(follower.init_state(), features.Features(*heard.T, heard[:, 2]))
    copy = torch.jit.script(in_torch(torch, model, **settings).follower)
    midi, loudness_db = np.array([copy(frame) for frame in torch.from_numpy(heard)]).T
    np.testing.assert_allclose(units.midi_to_hz(midi), wanted[0], rtol=1e-5)
    np.testing.assert_allclose(np.maximum(loudness_db, -80.0), wanted[1], atol=1e-3)


def test_the_file_passes_the_kit_s_checks_and_is_the_live_instrument(exported):
    model, path, report = exported
    assert path.stat().st_size > 4 * model.count_params()
    checks = dict(report.checks)
    assert "passed, version" in checks["checks of the Neutone kit"] and report.format == "neutone"
    assert "320 samples, 20 ms" in checks["delay"]
    assert [part.name for part in path.parent.iterdir()] == [path.name], "nothing lies beside it"


@pytest.mark.assets
def test_a_real_voice_through_the_file_alone_is_the_live_instrument(exported, voice):
    model, path, _ = exported
    live = streaming.Live(model)
    padded = np.append(voice[16000], np.zeros(live.delay, np.float32))
    wanted = live.step(live.init_state(), padded)[1][live.delay:]
    played, _ = neutone_kit.play(path, voice[16000], sample_rate=16000, block=320)
    assert -50 < level_db(wanted) < -10 and np.max(np.abs(wanted)) < 0.9 and above_db(wanted, played) > 40


@pytest.mark.parametrize("block", [64, 500, 512, 2048])
def test_blocks_of_any_size_give_the_same_samples(exported, block):
    _, path, _ = exported
    sound = neutone._glide(16000)[:32000]
    whole, _ = neutone_kit.play(path, sound, sample_rate=16000, block=320)
    pieces, file = neutone_kit.play(path, sound, sample_rate=16000, block=block)
    np.testing.assert_allclose(pieces, whole, atol=1e-6)
    assert file.calc_buffering_delay_samples() <= 2 * max(block, 320)


def test_it_starts_again_and_plays_in_hosts_of_another_rate(torch, exported):
    _, path, _ = exported
    sound = neutone._glide(16000)[8000:24000]
    first, file = neutone_kit.play(path, sound, sample_rate=16000, block=320)
    file.reset()
    parts = torch.from_numpy(np.append(sound, np.zeros(320, np.float32))).split(320)
    again = torch.cat([file(part[None]).clone() for part in parts], 1)[0, 320:].numpy()
    np.testing.assert_array_equal(again[:len(first)], first)
    faster, _ = neutone_kit.play(path, neutone._glide(44100)[22050:66150], sample_rate=44100, block=512)
    assert abs(level_db(faster[11025:]) - level_db(first[4000:])) < 3


def played_with(torch, path, **knobs):
    """A held A3, three seconds, with some knobs elsewhere; the last two of them."""
    file = torch.jit.load(path)
    file.set_daw_sample_rate_and_buffer_size(16000, 320)
    t = np.arange(48000) / 16000
    tone = sum(np.sin(2 * np.pi * 220 * k * t) / k for k in range(1, 6)) * 0.1
    values = file.get_default_param_values().clone()
    for number, name in enumerate(("pitch", "loudness", "noise", "room")):
        values[number] = knobs.get(name, float(values[number]))
    parts = torch.from_numpy(tone.astype(np.float32)).split(320)
    return torch.cat([file(part[None], values.repeat(1, 320)).clone() for part in parts], 1)[0, 16000:].numpy()


def test_four_knobs(torch, exported):
    _, path, _ = exported
    rest, silent = played_with(torch, path), {"noise": 0.0, "room": 0.0}
    tone = played_with(torch, path, **silent)
    octave = float(controls.PITCH_SHIFT.to_unit(-12.0))
    spectra = [np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) for sound in (
        tone, played_with(torch, path, pitch=octave, **silent))]
    lowest = [int(np.argmax(spectrum > 0.05 * spectrum.max())) / 2.0 for spectrum in spectra]        # bins of 0.5 Hz
    assert lowest[0] / lowest[1] == pytest.approx(2.0, rel=0.02)
    between = [np.sum(np.square(spectrum[600:640])) for spectrum in (
        np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) for sound in (
            tone, played_with(torch, path, room=0.0), played_with(torch, path, room=0.0, noise=1.0)))]
    assert between[0] < 1e-3 * between[1], "no noise between the harmonics"
    assert between[2] / between[1] == pytest.approx(4.0, rel=0.05), "twice as much"
    assert np.max(np.abs(rest - played_with(torch, path, room=0.5))) > 1e-4
    loud = played_with(torch, path, loudness=float(controls.LOUDNESS_SHIFT.to_unit(20.0)))
    assert np.max(np.abs(rest - loud)) > 1e-3


def test_a_violin_that_is_asked_for_more_is_louder(torch):
    copy = in_torch(torch, models.load_instrument("violin"))
    hops, levels_db = torch.from_numpy(neutone._glide(16000)[12800:28800]).split(320), []
    for louder_db in (-15.0, 0.0, 10.0):
        copy.reset()
        sound = [copy(hop, *torch.tensor([[0.0], [louder_db], [1.0], [0.0]])) for hop in hops]
        levels_db.append(level_db(torch.cat(sound[10:]).numpy()))
    assert np.all(np.diff(levels_db) > 4.0), levels_db


def test_a_file_that_plays_otherwise_is_refused_and_never_appears(exported, tmp_path, monkeypatch):
    other = exported[1].read_bytes()
    monkeypatch.setattr(neutone_kit, "save", lambda wrapped, out, *, sound: out.write_bytes(other))
    with pytest.raises(ValueError, match="sounds different from its model"):
        export(instrument(decoder="cnn", width=4), tmp_path / "it.nm", format="neutone")
    assert not list(tmp_path.iterdir())


def test_what_the_kit_refuses_is_told(torch, tmp_path, monkeypatch):
    monkeypatch.setattr(neutone, "describe", lambda model, *, authors: neutone_card.Texts(
        "A name that is longer than the plugin shows", "short", "long", "technical", ("A",), ("voice",)))
    with pytest.raises(ValueError, match="kit refused the file, ValidationError.*too long"):
        export(instrument(decoder="cnn", width=4), tmp_path / "it.nm", format="neutone")
    assert not list(tmp_path.iterdir()) and logging.root.manager.disable == 0


def test_the_kit_finds_a_resampler_where_torchaudio_does_not_load(torch, monkeypatch):
    monkeypatch.setitem(sys.modules, "torchaudio.transforms", None)
    with neutone_kit._torchaudio():
        from torchaudio.transforms import Resample

        resampled = Resample(16000, 44100)(torch.ones([2, 1600]))
    assert resampled.shape == (2, 4410) and abs(float(resampled[1, 2000]) - 1.0) < 1e-3
    assert "torchaudio.transforms" not in sys.modules or sys.modules["torchaudio.transforms"] is None
