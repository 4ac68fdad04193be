"""Spectra, loudness and level against librosa, SciPy and published values."""

import librosa
import numpy as np
import pytest
import scipy.signal
import tensorflow as tf

from ddsp_helpers import dsp

RATE = 16000


def sine(frequency_hz, amplitude, seconds=1.0):
    return (amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * RATE)) / RATE))[None].astype(np.float32)


GOLDEN = [  # signal, loudness at n_fft 512, at 2048, RMS power; dB, in the middle of the sound
    (sine(1000, 1.0), 19.81, 25.84, -3.01), (sine(1000, 0.1), -0.19, 5.84, -23.01), (sine(440, 1.0), 15.71, 21.74, -3.01),
    (sine(100, 1.0), 1.04, 6.72, -3.07), (np.zeros((1, RATE), np.float32), -80.0, -80.0, -80.0),
]


@pytest.mark.parametrize(("audio", "at_512", "at_2048", "power"), GOLDEN)
def test_published_values(audio, at_512, at_2048, power):
    middle = slice(20, 30)
    for n_fft, wanted in ((512, at_512), (2048, at_2048)):
        found = dsp.loudness_db(audio, sample_rate=RATE, n_fft=n_fft)[0, middle]
        np.testing.assert_allclose(found, wanted, atol=0.02)
    np.testing.assert_allclose(dsp.rms_power_db(audio, sample_rate=RATE)[0, middle], power, atol=0.06)


def test_published_values_of_noise():
    noise = dsp.white_noise(10 * RATE, batch=1, seed=0)
    for n_fft, wanted in ((512, 18.19), (2048, 24.23)):
        assert abs(np.mean(dsp.loudness_db(noise, sample_rate=RATE, n_fft=n_fft)) - wanted) < 0.1
    assert abs(np.mean(dsp.rms_power_db(noise, sample_rate=RATE)) + 4.80) < 0.05


def test_a_weighting_is_librosa():
    frequencies_hz = np.array([0.0, 10.0, 20.0, 100.0, 440.0, 1000.0, 4000.0, 8000.0, 20000.0])
    with np.errstate(divide="ignore"):
        wanted = librosa.A_weighting(frequencies_hz)
    np.testing.assert_allclose(dsp.a_weighting(frequencies_hz), wanted, atol=1e-4)


def test_magnitudes_are_librosa():
    audio = np.random.default_rng(0).normal(size=(2, 3000)).astype(np.float32)
    found = dsp.stft_magnitude(audio, n_fft=512, hop=160)
    assert found.shape == (2, 19, 257)
    for row in range(2):
        wanted = np.abs(librosa.stft(audio[row].astype(np.float64), n_fft=512, hop_length=160, pad_mode="constant"))
        np.testing.assert_allclose(found[row], wanted.T, atol=1e-4)


@pytest.mark.parametrize(("rate", "n_fft", "n_mels", "low", "high"), [(16000, 1024, 128, 20, 8000), (48000, 2048, 40, 0, 24000)])
def test_mel_is_librosa(rate, n_fft, n_mels, low, high):
    found = dsp.mel_matrix(sample_rate=rate, n_fft=n_fft, n_mels=n_mels, f_min_hz=low, f_max_hz=high)
    wanted = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=n_mels, fmin=low, fmax=high)
    np.testing.assert_allclose(found.T, wanted, atol=1e-6)


def test_level_is_float64_numpy():
    audio = np.random.default_rng(1).normal(size=(1, 4000)) * 0.1
    padded = np.pad(audio[0], 2000)
    wanted = [10 * np.log10(np.mean(padded[2000 + i * 320 - 512:2000 + i * 320 + 512] ** 2)) for i in range(13)]
    np.testing.assert_allclose(dsp.rms_power_db(audio, sample_rate=RATE)[0], wanted, atol=1e-3)


def test_frames_and_timing():
    """Frame n listens around sample n * hop: a click there is loudest there."""
    click = np.zeros((1, 16001), np.float32)
    click[0, 25 * 320] = 1.0
    loudness = dsp.loudness_db(click, sample_rate=RATE)
    assert loudness.shape == (1, 51) and int(np.argmax(loudness)) == 25
    assert dsp.loudness_db(np.ones((1, 48000)), sample_rate=48000, frame_rate=250).shape == (1, 250)


def test_ten_times_the_amplitude_is_20_db():
    audio = np.random.default_rng(2).normal(size=(1, 8000)) * 0.01
    for level in (dsp.loudness_db, dsp.rms_power_db):
        change = level(10 * audio, sample_rate=RATE) - level(audio, sample_rate=RATE)
        np.testing.assert_allclose(change, 20.0, atol=1e-3)


@pytest.mark.parametrize("level", [dsp.loudness_db, dsp.rms_power_db])
def test_gradients(level):
    rng = np.random.default_rng(3)
    audio = tf.constant(rng.normal(size=(1, 2000)) * 0.1)                              # float64
    direction = tf.constant(rng.normal(size=(1, 2000)))
    with tf.GradientTape() as tape:
        tape.watch(audio)
        value = tf.reduce_sum(level(audio, sample_rate=RATE))
    slope = float(tf.reduce_sum(tape.gradient(value, audio) * direction))
    ends = [float(tf.reduce_sum(level(audio + sign * 1e-6 * direction, sample_rate=RATE))) for sign in (1, -1)]
    np.testing.assert_allclose(slope, (ends[0] - ends[1]) / 2e-6, rtol=1e-4)


def test_silence_has_a_finite_gradient():
    silence = tf.zeros([1, 1000])
    with tf.GradientTape() as tape:
        tape.watch(silence)
        value = tf.reduce_sum(dsp.stft_magnitude(silence, n_fft=64, hop=16))
    assert np.all(np.isfinite(tape.gradient(value, silence)))


def test_energy():
    """Parseval: the squared spectra of overlapping Hann windows hold the energy of the sound."""
    audio = scipy.signal.windows.hann(4000)[None] * np.random.default_rng(4).normal(size=(1, 4000))
    magnitudes = dsp.stft_magnitude(audio, n_fft=256, hop=64).numpy().astype(np.float64)
    twice = np.where((np.arange(129) == 0) | (np.arange(129) == 128), 1.0, 2.0)
    energy = np.sum(magnitudes**2 * twice) / 256 / (0.375 * 256 / 64)
    np.testing.assert_allclose(energy, np.sum(audio**2), rtol=1e-3)


@pytest.mark.parametrize(("work", "words"), [
    (lambda: dsp.loudness_db(np.ones((1, 100)), sample_rate=RATE, frame_rate=60), "divides"),
    (lambda: dsp.loudness_db(np.ones(100), sample_rate=RATE), r"\[batch, samples\]"),
    (lambda: dsp.stft_magnitude(np.ones((1, 100)), n_fft=63, hop=16), "even"),
    (lambda: dsp.mel_matrix(sample_rate=RATE, n_fft=512, f_max_hz=9000.0), "Hz was wanted"),
])
def test_says_what_is_wrong(work, words):
    with pytest.raises(ValueError, match=words):
        work()
