"""A live instrument: the same samples for blocks of any size, as late as it says, moved where the instrument plays."""

import sys
import types

import numpy as np
import pytest

from ddsp_helpers import features, models, streaming
from ddsp_helpers.streaming.follow import Follower
from ddsp_helpers.transfer import Settings
from tests.features.test_live import saw


@pytest.fixture(scope="module", params=[16000, 48000])
def live(request):
    return streaming.Live(models.load_instrument("violin", sample_rate=request.param))


@pytest.fixture(scope="module")
def statistics():
    return models.load_instrument("violin").statistics


def play(live, sound, block):
    state, played = live.init_state(), []
    for begin in range(0, len(sound), block):
        state, out = live.step(state, sound[begin:begin + block])
        played.append(out)
    return np.concatenate(played)


def test_blocks_of_any_size_give_the_same_samples(live):
    rate = live.synth.sample_rate
    sound, _ = saw(lambda t: 300 + 60 * t, rate, 0.7)
    reference = play(live, sound, 1024)
    assert np.max(np.abs(reference)) > 0.01
    for block in (64, 777, len(sound)):
        np.testing.assert_allclose(play(live, sound, block), reference, atol=1e-5)


def test_live_is_what_the_parts_give_offline(live):
    rate, hop = live.synth.sample_rate, live.synth.hop
    sound, _ = saw(330.0, rate, 1.0)
    _, heard = live.listener.step(live.listener.init_state(), sound)
    follower = Follower(live.model.statistics)
    _, f0_hz, loudness_db = follower.step(follower.init_state(), heard)
    whole = np.concatenate(list(streaming.render(live.model, f0_hz, loudness_db)))
    played = play(live, sound, 256)
    np.testing.assert_allclose(played[live.delay:], whole[:len(played) - live.delay], atol=1e-4)
    assert not np.any(played[:live.delay]) and live.delay == live.listener.size // 2 + hop


def test_a_step_of_pitch_is_heard_after_the_stated_time(live):
    rate, found = live.synth.sample_rate, []
    for offset in (0.0, 0.005, 0.01, 0.015):
        sound, _ = saw(lambda t: np.where(t < 0.5 + offset, 330.0, 440.0), rate, 1.0)
        tracker = features.live.Listener(sample_rate=rate, frame_rate=500 if rate == 48000 else 250, f_min=200.0)
        _, heard = tracker.step(tracker.init_state(), play(live, sound, 256))
        ratio = heard.f0_hz / np.median(heard.f0_hz[(heard.times_s > 0.3) & (heard.times_s < 0.45)])
        step_s = heard.times_s[(ratio > 1.15) & (heard.times_s > 0.45)][0]
        found.append(step_s - 0.5 - offset)
    latency = live.latency(256)
    assert abs(np.mean(found) - latency.algorithm_s) < 0.006 and latency.algorithm_s <= 0.04
    assert latency.total_s == pytest.approx(latency.algorithm_s + 512 / rate)
    assert latency.window_s + latency.frame_s == pytest.approx(live.delay / rate)


def test_settings_are_heard_from_the_next_block_on(live):
    rate = live.synth.sample_rate
    sound, _ = saw(440.0, rate, 0.6)
    before = live.settings
    try:
        live.settings = Settings(octave=0, pitch_shift_semitones=7.0)
        tracker = features.live.Listener(sample_rate=rate)
        _, heard = tracker.step(tracker.init_state(), play(live, sound, 512))
        assert np.median(heard.f0_hz[15:]) == pytest.approx(440 * 2 ** (7 / 12), rel=0.01)
    finally:
        live.settings = before


def test_it_never_passes_full_scale(live):
    sound, _ = saw(440.0, live.synth.sample_rate, 0.5)
    before, live.settings = live.settings, Settings(loudness_shift_db=20.0)
    assert 0.1 < np.max(np.abs(play(live, 5 * sound, 512))) < 1.0
    live.settings = before


def test_models_that_cannot_play_live():
    with pytest.raises(ValueError, match="no statistics"):
        streaming.Live(models.Autoencoder(models.ModelSpec(decoder="cnn")))
    latent = models.Autoencoder(models.ModelSpec(decoder="cnn", z_dims=2))
    latent.statistics = models.load_instrument("violin").statistics
    with pytest.raises(ValueError, match="z_dims=2"):
        streaming.Live(latent)


# -- the recipe without a future ---------------------------------------------------------------------------------------


def frames(midi, *, confidence=0.95, loudness_db=-20.0):
    midi = np.asarray(midi, float)
    return features.Features(440 * 2 ** ((midi - 69) / 12), np.full(len(midi), confidence),
                             np.full(len(midi), loudness_db), np.full(len(midi), -30.0))


def test_a_low_voice_is_moved_by_octaves_that_stay(statistics):
    follower = Follower(statistics)
    state, f0_hz, _ = follower.step(follower.init_state(), frames([45.0] * 10 + [48.0] * 10))
    ratio = f0_hz / np.repeat([110.0, 130.8128], 10)
    np.testing.assert_allclose(ratio, 4.0, rtol=1e-4)                # the violin's mean is two octaves higher


def test_loudness_moves_to_the_instrument_s(statistics):
    follower = Follower(statistics)
    _, _, loudness_db = follower.step(follower.init_state(), frames([69.0] * 500, loudness_db=-25.0))
    first, last = loudness_db[0], loudness_db[-1]
    assert abs(first - -25.0) < 2.0                                  # nothing jumps at the first note
    assert abs(last - statistics.loudness_db_notes.mean) < 2.0


def test_between_notes_the_pitch_stays_and_it_is_quieter(statistics):
    follower = Follower(statistics, Settings(match_loudness=False, octave=0))
    state, f0_hz, loudness_db = follower.step(follower.init_state(), frames([69.0] * 5))
    _, between_hz, between_db = follower.step(state, frames([40.0] * 5, confidence=0.3))
    np.testing.assert_allclose(between_hz, 440.0, rtol=1e-5)
    np.testing.assert_allclose(between_db, loudness_db - Settings().quiet_db)


def test_autotune_pulls_to_the_nearest_semitone(statistics):
    follower = Follower(statistics, Settings(octave=0, autotune=1.0))
    _, f0_hz, _ = follower.step(follower.init_state(), frames([69.3]))
    assert f0_hz[0] == pytest.approx(440.0)


# -- the loop ----------------------------------------------------------------------------------------------------------


def test_the_simulated_card_counts_late_blocks(live):
    rate, block = live.synth.sample_rate, 512
    sound, _ = saw(330.0, rate, 10 * block / rate)
    seconds = iter(np.cumsum(np.repeat([0.0, 0.5 * block / rate], 10)).tolist() + [0.0])
    assert streaming.simulate(live, sound, block=block, clock=lambda: next(seconds)).under_runs == 0
    slow = [0.5, 0.5, 1.75, 0.5, 0.5] + 5 * [0.5]                     # the third is late by 0.75, the fourth by 0.25
    times = np.cumsum([0.0, *(part for share in slow for part in (share * block / rate, 0.0))])
    ticks = iter(times.tolist())
    played = streaming.simulate(live, sound, block=block, clock=lambda: next(ticks))
    assert (played.under_runs, played.blocks) == (2, 10) and played.slowest_s == pytest.approx(1.75 * block / rate)
    assert len(played.audio) == len(sound) and "2 of them late" in str(played)


def test_a_block_or_a_voice_that_is_none(live):
    with pytest.raises(ValueError, match="block=0"):
        streaming.simulate(live, np.zeros(10), block=0)
    with pytest.raises(ValueError, match="shape"):
        streaming.simulate(live, np.zeros([2, 10]))


class _Card:
    """A sound card that brings a few blocks and keeps what is played."""

    PortAudioError, CallbackAbort = OSError, StopIteration
    played, wrong = [], ""

    def __init__(self, *, samplerate, blocksize, callback, **_):
        if self.wrong:
            raise self.PortAudioError(self.wrong)
        self.rate, self.block, self.callback, self.latency = samplerate, blocksize, callback, (0.01, 0.02)

    def __enter__(self):
        sound, _ = saw(440.0, self.rate, 20 * self.block / self.rate)
        for number, block in enumerate(sound.reshape(20, self.block)):
            out = np.zeros([self.block, 1], np.float32)
            status = types.SimpleNamespace(output_underflow=number == 3, input_overflow=False)
            self.callback(block[:, None], out, self.block, None, status)
            self.played.append(out[:, 0])

    def __exit__(self, *_):
        return False


def test_a_sound_card_plays_what_the_simulated_one_plays(live, monkeypatch):
    monkeypatch.setattr(_Card, "played", [])
    module = types.SimpleNamespace(Stream=_Card, PortAudioError=OSError, CallbackAbort=StopIteration)
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    told = []
    found = streaming.sound_card(live, block=512, seconds=0.01, tell=told.append)
    sound, _ = saw(440.0, live.synth.sample_rate, 20 * 512 / live.synth.sample_rate)
    np.testing.assert_allclose(np.concatenate(_Card.played), streaming.simulate(live, sound, block=512).audio, atol=1e-6)
    assert found.blocks == 20 and found.under_runs >= 1 and found.latency.block_s == pytest.approx(0.015) and told
    monkeypatch.setattr(_Card, "wrong", "no such rate")
    with pytest.raises(ValueError, match="no such rate"):
        streaming.sound_card(live, block=512, seconds=0.01)
