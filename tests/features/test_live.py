"""Pitch and loudness of a sound that is still arriving."""

import numpy as np
import pytest

from ddsp_helpers import dsp, features
from ddsp_helpers.features.live import Listener


def saw(f0_hz, rate, seconds=1.0, *, noise=0.003):
    """A band-limited sawtooth at f0_hz, a number or a function of time, and the true pitch of every sample."""
    time = np.arange(round(seconds * rate)) / rate
    true = np.broadcast_to(f0_hz(time) if callable(f0_hz) else f0_hz, time.shape)
    cycles = np.cumsum(true) / rate
    sound = sum(np.sin(2 * np.pi * k * cycles) / k * (k * true < 0.45 * rate) for k in range(1, 30))
    return (0.1 * sound + noise * np.random.default_rng(0).standard_normal(len(time))).astype(np.float32), true


def hear(sound, rate, block=None, **options):
    """Features of a sound that arrives in blocks."""
    listener = Listener(sample_rate=rate, **options)
    state, parts = listener.init_state(), []
    for begin in range(0, len(sound), block or len(sound)):
        state, heard = listener.step(state, sound[begin:begin + (block or len(sound))])
        parts.append(heard)
    return features.Features(*(np.concatenate([getattr(part, name) for part in parts])
                               for name in ("f0_hz", "f0_confidence", "loudness_db", "power_db")))


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_pitch_from_low_to_high_within_a_few_cents(rate):
    for f0_hz in (70.0, 131.3, 329.6, 740.0, 1391.0, 2005.0):
        sound, true = saw(f0_hz, rate)
        heard = hear(sound, rate)
        assert np.all(heard.f0_confidence[3:] > 0.9)
        assert np.median(np.abs(1200 * np.log2(heard.f0_hz[3:] / f0_hz))) < 2.0


def test_a_vibrato_is_followed_without_a_lag():
    sound, true = saw(lambda t: 440 * 2 ** (0.04 * np.sin(2 * np.pi * 5.5 * t)), 16000, 2.0)
    heard = hear(sound, 16000)
    cents = 1200 * np.log2(heard.f0_hz[5:] / true[::320][5:len(heard)])
    assert np.median(np.abs(cents)) < 5.0 and abs(np.mean(cents)) < 2.0


@pytest.mark.parametrize("semitones", [4, 7, 12, 19, -7, -12])
def test_a_leap_is_followed_within_two_frames(semitones):
    for low_hz in (220.0, 330.0, 440.0):
        notes_hz = low_hz, low_hz * 2 ** (semitones / 12)
        sound, true = saw(lambda t: np.where(t < 0.5, *notes_hz), 16000)
        heard = hear(sound, 16000)
        wrong = np.abs(1200 * np.log2(heard.f0_hz / true[::320])) > 50
        assert not np.any(wrong[27:]) and not np.any(wrong[2:24])      # the windows of 24 to 26 hold both notes


def test_noise_and_silence_have_no_pitch_and_keep_the_last_one():
    sound, _ = saw(300.0, 16000)
    noise = 0.1 * np.random.default_rng(1).standard_normal(16000)
    heard = hear(np.concatenate([sound, noise, np.zeros(16000)]).astype(np.float32), 16000)
    assert np.mean(heard.f0_confidence[55:98] < 0.5) > 0.95 and np.all(heard.f0_confidence[103:] < 0.5)
    assert heard.f0_hz[120] == pytest.approx(heard.f0_hz[140]) and np.all(heard.f0_hz > 0)


@pytest.mark.parametrize("rate", [16000, 48000])
@pytest.mark.parametrize("block", [64, 256, 1000, 4096])
def test_blocks_of_any_size_give_the_same_frames(rate, block):
    sound, _ = saw(lambda t: 200 + 100 * t, rate)
    whole, pieces = hear(sound, rate), hear(sound, rate, block)
    for name in ("f0_hz", "f0_confidence", "loudness_db", "power_db"):
        np.testing.assert_allclose(getattr(pieces, name), getattr(whole, name), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("rate", [16000, 48000])
def test_loudness_is_that_of_the_models(rate):
    sound, _ = saw(220.0, rate, noise=0.0)
    sound *= np.linspace(0.01, 1.0, len(sound), dtype=np.float32)
    offline = dsp.loudness_db(sound[None], sample_rate=rate, n_fft=round(0.032 * rate))[0].numpy()
    heard = hear(sound, rate)
    level = 20 * np.log10(rate / 16000) - (10 * np.log10(rate / 16000))       # of a longer window over more bins
    np.testing.assert_allclose(heard.loudness_db[2:], offline[2:len(heard)] - level, atol=0.05)


def test_a_frame_is_known_half_a_window_after_its_centre():
    listener = Listener(sample_rate=16000)
    state, heard = listener.step(listener.init_state(), np.zeros(listener.size // 2 + 9 * 320 - 1))
    assert len(heard) == 9                                           # frames 0 ... 8: the ninth misses a sample
    assert len(listener.step(state, np.zeros(1))[1]) == 1 and listener.delay_s == 0.016


@pytest.mark.parametrize("options", [{"sample_rate": 8000}, {"sample_rate": 16000, "frame_rate": 7}])
def test_rates_that_cannot_be_heard(options):
    with pytest.raises(ValueError, match="lesson 13"):
        Listener(**options)


def test_ranges_and_samples_that_cannot_be_heard():
    with pytest.raises(ValueError, match="f_min=20"):
        Listener(sample_rate=16000, f_min=20.0)
    listener = Listener(sample_rate=16000)
    with pytest.raises(ValueError, match="finite"):
        listener.step(listener.init_state(), np.array([0.0, np.nan]))
