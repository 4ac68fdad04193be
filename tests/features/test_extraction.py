"""All features of one sound share their frames; a file in pieces gives what the array gives."""
import numpy as np
import pytest
import soundfile

from ddsp_helpers import audio, features
from ddsp_helpers.features import extraction

GOLDEN = [(1000, 1.0, 19.81, -3.01), (1000, 0.1, -0.19, -23.01), (440, 1.0, 15.71, -3.01),
          (100, 1.0, 1.04, -3.07)]


def tone(f_hz, amplitude=0.5, seconds=1.0, rate=16000):
    return (amplitude * np.sin(2 * np.pi * f_hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def phrase(rate=16000):
    """Three notes with silence between, 3.3 s."""
    notes = ((300, 0.5, 1.0), (1, 0.0, 0.4), (450, 0.2, 1.0), (220, 0.7, 0.9))
    return np.concatenate([tone(f_hz, amplitude, seconds, rate) for f_hz, amplitude, seconds in notes])


@pytest.mark.parametrize("f_hz, amplitude, loudness_db, power_db", GOLDEN)
def test_golden_levels(f_hz, amplitude, loudness_db, power_db):
    heard = features.extract(tone(f_hz, amplitude), sample_rate=16000, pitch="swiftf0")
    assert abs(heard.loudness_db[20:30].mean() - loudness_db) < 0.05
    assert abs(heard.power_db[20:30].mean() - power_db) < 0.15


def test_silence():
    heard = features.extract(np.zeros(16000), sample_rate=16000)
    assert len(heard) == 50 and heard.duration_s == 1.0
    np.testing.assert_allclose(heard.loudness_db, -80, atol=1e-3)
    np.testing.assert_allclose(heard.power_db, -80, atol=1e-3)
    assert heard.f0_confidence.max() == 0


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_pitch_and_loudness_share_their_frames(rate):
    """A tone that begins at 1.0 s: both curves rise at frame 50, give or take what their windows see."""
    sound = np.concatenate([np.zeros(rate), tone(440, 0.5, 1.0, rate)]).astype(np.float32)
    heard = features.extract(sound, sample_rate=rate)
    assert len(heard) == 100
    for curve, threshold in ((heard.f0_confidence, 0.5), (heard.loudness_db, -15), (heard.power_db, -30)):
        assert abs(int(np.argmax(curve > threshold)) - 50) <= 1


@pytest.mark.parametrize("n", [1, 100, 319, 320, 321, 47999, 48001])
@pytest.mark.parametrize("rate", [16000, 48000])
def test_every_length(n, rate):
    heard = features.extract(tone(440, seconds=4)[:n], sample_rate=rate, pitch="swiftf0")
    assert len(heard) == -(-n * 50 // rate)
    assert all(np.isfinite(curve).all() for curve in heard.to_inputs().values())


@pytest.mark.parametrize("pitch", ["crepe-tiny", "swiftf0"])
def test_a_file_in_pieces_equals_the_array(tmp_path, monkeypatch, pitch):
    soundfile.write(tmp_path / "a.wav", phrase(44100), 44100, subtype="FLOAT")
    whole = features.extract(audio.load(tmp_path / "a.wav").samples, sample_rate=44100, pitch=pitch)
    monkeypatch.setattr(extraction, "_PIECE_S", 0.37)
    shares = []
    pieces = features.extract_file(tmp_path / "a.wav", pitch=pitch, progress=shares.append)
    assert len(pieces) == len(whole) and shares == sorted(shares) and shares[-1] == 1.0
    sounding = whole.f0_confidence > 0.5
    np.testing.assert_allclose(pieces.f0_hz[sounding], whole.f0_hz[sounding], rtol=1e-3)
    np.testing.assert_allclose(pieces.f0_confidence, whole.f0_confidence, atol=2e-3)
    np.testing.assert_allclose(pieces.loudness_db, whole.loudness_db, atol=0.02)
    np.testing.assert_allclose(pieces.power_db, whole.power_db, atol=0.02)


def test_three_hours(tmp_path):
    """A long recording: nothing but the features grows, and its one note is heard where it is."""
    with soundfile.SoundFile(tmp_path / "long.flac", "w", 16000, 1, subtype="PCM_16") as file:
        for minute in range(180):
            file.write(np.concatenate([tone(330, seconds=5) * (minute == 170), np.zeros(55 * 16000)]))
    process = pytest.importorskip("psutil").Process()
    features.extract(tone(330, seconds=31), sample_rate=16000)           # what is loaded once is not counted
    used = [process.memory_info().rss]
    watch = lambda _: used.append(process.memory_info().rss)
    heard = features.extract_file(tmp_path / "long.flac", progress=watch)
    assert len(heard) == 3 * 3600 * 50
    assert max(used) - used[0] < 250e6                                     # the sound alone would fill 690 MB
    sounding = np.flatnonzero(heard.f0_confidence > 0.5)
    assert abs(sounding[0] - 170 * 3000) < 4 and abs(len(sounding) - 250) < 8
    assert abs(1200 * np.log2(np.median(heard.f0_hz[sounding]) / 330)) < 10


@pytest.mark.parametrize("samples", [1, 882, 883, 44101])
def test_a_file_has_the_frames_of_its_array(samples, tmp_path):
    sound = tone(330, seconds=1.1, rate=44100)[:samples]
    soundfile.write(tmp_path / "sound.wav", sound, 44100, subtype="FLOAT")
    heard = features.extract_file(tmp_path / "sound.wav", pitch="swiftf0")
    assert len(heard) == len(features.extract(sound, sample_rate=44100, pitch="swiftf0")) == -(-samples * 50 // 44100)


def test_features_slice_and_refuse():
    heard = features.extract(phrase(), sample_rate=16000, pitch="swiftf0")
    part = heard[50:100]
    assert len(part) == 50 and part.frame_rate == 50
    np.testing.assert_array_equal(part.f0_hz, heard.f0_hz[50:100])
    assert part.times_s[-1] == pytest.approx(0.98)
    assert heard.to_inputs()["f0_hz"].shape == (1, len(heard), 1)
    with pytest.raises(ValueError, match="wanted a slice"):
        heard[3]
    with pytest.raises(ValueError, match="all of one length"):
        heard.replace(f0_hz=heard.f0_hz[1:])


def test_bad_files(tmp_path):
    (tmp_path / "diary.wav").write_text("not a sound")
    with pytest.raises(ValueError, match="not sound that can be read"):
        features.extract_file(tmp_path / "diary.wav")
    with pytest.raises(ValueError, match="divides 16000"):
        features.extract(tone(440), sample_rate=16000, frame_rate=333)
