"""Each kind of bad recording is found, placed and answered with a remedy; good ones pass."""

import numpy as np
import pytest

from ddsp_helpers import features
from ddsp_helpers.data.diagnose import diagnose, several_voices

RATE = 16000


def tone(midi, *, seconds=3.0, level=0.3):
    time = np.arange(int(seconds * RATE)) / RATE
    f0_hz = 440 * 2 ** ((midi - 69) / 12)
    return (level * sum(np.sin(2 * np.pi * k * f0_hz * time) / k for k in range(1, 9)) / 2).astype(np.float32)


def found(audio, *, listen=True):
    heard = features.extract(audio, sample_rate=RATE) if listen else None
    result = diagnose(audio, heard, sample_rate=RATE, recording="take 1")
    assert all(f.remedy and f.message and str(f).startswith("take 1: ") for f in result)
    return {f.kind: f for f in result}


def test_a_good_recording_has_no_findings():
    assert found(np.concatenate([tone(60), tone(67), tone(64)])) == {}


def test_silence():
    result = found(np.full(RATE, 1e-5, np.float32), listen=False)
    assert list(result) == ["silence"] and result["silence"].severity == "error"


def test_digital_silence_has_the_floor_of_levels():
    assert "peak -120 dB" in str(found(np.zeros(RATE), listen=False)["silence"])


def test_ten_milliseconds():
    result = found(tone(69, seconds=0.01), listen=False)
    assert result["too short"].severity == "error" and "0.010 s" in result["too short"].message


def test_nothing_at_all():
    assert list(found(np.zeros(0, np.float32), listen=False)) == ["too short"]


def test_not_a_number():
    audio = tone(69)
    audio[RATE:RATE + 5] = np.nan
    result = found(audio, listen=False)
    assert result["nan"].severity == "error" and "5 samples" in result["nan"].message
    assert result["nan"].where_s == pytest.approx((1.0, 1.0 + 5 / RATE))


def test_hours_in_one_piece():
    audio = np.zeros(3 * 3600 * 100, np.float32)
    audio[::3] = 0.5
    assert "too long" in {f.kind for f in diagnose(audio, sample_rate=100)}


def test_clipping_is_placed():
    audio = tone(69)
    audio[RATE:] = np.clip(4 * audio[RATE:], -0.3, 0.3)
    result = found(audio, listen=False)
    assert result["clipping"].severity == "warning"
    assert 0.99 < result["clipping"].where_s[0] < 1.01
    assert "clipping" not in found(tone(69), listen=False)


def test_a_square_wave_scaled_down_is_still_clipped():
    assert "clipping" in found(0.2 * np.clip(tone(69) * 8, -1, 1), listen=False)


def test_quiet_pauses_and_offset():
    assert "quiet" in found(0.005 * tone(69), listen=False)
    assert "pauses" in found(np.concatenate([tone(69), np.zeros(6 * RATE, np.float32)]), listen=False)
    assert "offset" in found(tone(69) + 0.1, listen=False)


@pytest.mark.parametrize("interval", [3, 4, 5, 7, 9])
def test_two_notes_at_once(interval):
    result = found((tone(64) + tone(64 + interval)) / 2)
    assert "single line" in result["several voices"].remedy


def test_two_notes_one_after_the_other_are_one_voice():
    audio = np.concatenate([tone(60 + step, seconds=0.5) for step in (0, 4, 7, 12, 7, 4, 0)])
    share, _ = several_voices(audio, features.extract(audio, sample_rate=RATE), sample_rate=RATE)
    assert share < 0.1


def test_noise_has_no_pitch():
    noise = (0.1 * np.random.default_rng(0).normal(size=3 * RATE)).astype(np.float32)
    assert "no pitch" in found(noise)


def test_notes_out_of_range():
    audio = tone(95)
    heard = features.extract(audio, sample_rate=RATE)
    ones = np.ones(len(heard), np.float32)
    heard = heard.replace(f0_hz=1976 * ones, f0_confidence=0.9 * ones)
    assert "out of range" in {f.kind for f in diagnose(audio, heard, sample_rate=RATE)}
