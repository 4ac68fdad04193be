"""Noise that is the same everywhere, and its filter."""

import numpy as np
import pytest
import scipy.signal
import tensorflow as tf

from ddsp_helpers import SynthSpec, dsp
from ddsp_helpers.dsp import segments
from ddsp_helpers.synths import FilteredNoise

SHAPES = [(65, 64), (65, 320), (97, 960), (17, 20), (33, 100), (2, 50), (3, 7)]     # bands, hop


def _mix(x):
    x = np.asarray(x, np.uint32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    return x ^ (x >> np.uint32(16))


def reference_noise(n, *, row, seed, start=0):
    """The definition once more, in NumPy integers."""
    with np.errstate(over="ignore"):
        golden = np.uint32(0x9E3779B9)
        key = _mix(np.uint32(seed % 2**32) * golden + _mix(np.uint32(row) * golden))
        index = ((start + np.arange(n, dtype=np.int64)) % 2**32).astype(np.uint32)
        return (_mix(_mix(index + key) ^ key) >> np.uint32(8)) * 2.0**-23 - 1.0


def reference_filtered(noise, magnitudes, *, hop):
    """Sample by sample in float64: each sample spreads through the symmetric impulse response of its segment."""
    p = segments.plan(hop=hop, n_bands=magnitudes.shape[-1])
    half, top = p.half, magnitudes.shape[-1] - 1
    t = np.arange(-half, half + 1)
    out = np.zeros(len(noise) + 2 * half)
    for n, x in enumerate(noise):
        frame, step = n // hop, (n % hop) // p.segment
        now = magnitudes[min(frame, len(magnitudes) - 1)]
        after = magnitudes[min(frame + 1, len(magnitudes) - 1)]
        filter_ = now + (after - now) * step / p.steps
        ir = np.fft.fftshift(np.fft.irfft(filter_))[top - half:top + half + 1] * (0.5 + 0.5 * np.cos(np.pi * t / top))
        out[n:n + 2 * half + 1] += x * ir
    return out[half:]


@pytest.mark.parametrize(("seed", "start"), [(0, 0), (7, 12345), (-3, 2**32 - 4), (2**40 + 1, 5)])
def test_noise_is_its_integer_definition(seed, start):
    noise = dsp.white_noise(50, batch=3, seed=seed, start=start).numpy()
    wanted = np.stack([reference_noise(50, row=row, seed=seed, start=start) for row in range(3)])
    np.testing.assert_array_equal(noise, wanted.astype(np.float32))


def test_noise_is_white_uniform_and_independent():
    noise = dsp.white_noise(2**17, batch=2, seed=1).numpy()
    other = dsp.white_noise(2**17, batch=1, seed=2).numpy()
    three = np.concatenate([noise, other])
    assert three.min() >= -1 and three.max() < 1
    np.testing.assert_allclose(three.mean(axis=1), 0, atol=0.006)
    np.testing.assert_allclose((three**2).mean(axis=1), 1 / 3, atol=0.004)
    assert np.abs(np.corrcoef(three) - np.eye(3)).max() < 0.01
    _, power = scipy.signal.welch(three[0], nperseg=256)
    np.testing.assert_allclose(power[1:-1] / power[1:-1].mean(), 1, atol=0.2)
    counts, _ = np.histogram(three[0], bins=64, range=(-1, 1))
    assert np.sum((counts - 2048) ** 2 / 2048) < 110                                # chi squared, 63 degrees


@pytest.mark.parametrize(("bands", "hop"), SHAPES)
def test_filtered_noise_is_the_float64_sum(bands, hop):
    magnitudes = np.random.default_rng(bands).uniform(size=(1, 4, bands)) ** 2
    extra = -(-(bands - 2) // hop)
    noise = reference_noise((4 + extra) * hop, row=0, seed=3)
    wanted = reference_filtered(noise, magnitudes[0], hop=hop)[:4 * hop]
    found = dsp.filtered_noise(magnitudes, hop=hop, seed=3)[0]
    np.testing.assert_allclose(found, wanted, atol=2e-6)


@pytest.mark.parametrize(("bands", "hop"), SHAPES)
def test_in_pieces_equals_at_once(bands, hop):
    if hop < bands - 2:
        pytest.skip("looks further ahead than one frame; see test_says_what_is_wrong")
    spec = SynthSpec(sample_rate=50 * hop, frame_rate=50, n_noise_bands=bands)
    synth = FilteredNoise(spec, seed=5)
    magnitudes = np.random.default_rng(1).uniform(size=(2, 12, bands)).astype(np.float32)
    held = np.concatenate([magnitudes, magnitudes[:, -1:]], axis=1)
    state, pieces, at = synth.init_state(2), [], 0
    for frames in (1, 4, 1, 6):
        state, audio = synth.step(state, {"noise_magnitudes": held[:, at:at + frames + 1]})
        pieces.append(audio)
        at += frames
    whole = synth.get_signal(noise_magnitudes=magnitudes)
    np.testing.assert_allclose(tf.concat(pieces, axis=1), whole, atol=1e-6)


def test_long_sounds_are_cut_without_a_seam(monkeypatch):
    magnitudes = np.random.default_rng(2).uniform(size=(2, 21, 17)).astype(np.float32)
    whole = dsp.filtered_noise(magnitudes, hop=30, seed=1)
    monkeypatch.setattr(segments, "LONGEST", 8)
    np.testing.assert_allclose(dsp.filtered_noise(magnitudes, hop=30, seed=1), whole, atol=1e-6)


def test_unknown_sizes():
    function = tf.function(lambda m: dsp.filtered_noise(m, hop=40), input_signature=[tf.TensorSpec([None, None, 9])])
    magnitudes = tf.random.stateless_uniform([2, 5, 9], [0, 1])
    np.testing.assert_allclose(function(magnitudes), dsp.filtered_noise(magnitudes, hop=40), atol=1e-6)


@pytest.mark.parametrize(("bands", "hop"), [(65, 64), (17, 128), (9, 5)])
def test_gradient_is_finite_difference(bands, hop):
    rng = np.random.default_rng(4)
    magnitudes = tf.constant(rng.uniform(size=(2, 3, bands)), tf.float32)
    weights = tf.constant(rng.normal(size=(2, 3 * hop)), tf.float32)
    direction = tf.constant(rng.normal(size=magnitudes.shape), tf.float32)

    def loss(m):
        return tf.reduce_sum(dsp.filtered_noise(m, hop=hop) * weights)

    with tf.GradientTape() as tape:
        tape.watch(magnitudes)
        value = loss(magnitudes)
    slope = float(tf.reduce_sum(tape.gradient(value, magnitudes) * direction))
    difference = float(loss(magnitudes + direction) - loss(magnitudes - direction)) / 2  # exact: it is linear
    np.testing.assert_allclose(slope, difference, rtol=1e-3, atol=1e-3)


def test_flat_filter_passes_the_noise_and_silence_is_silent():
    flat = dsp.filtered_noise(tf.ones([1, 5, 65]), hop=80, seed=9)
    np.testing.assert_allclose(flat, dsp.white_noise(400, batch=1, seed=9), atol=1e-6)
    assert not np.any(dsp.filtered_noise(tf.zeros([1, 5, 65]), hop=80))


def test_published_level_of_zero_controls():
    synth = FilteredNoise(SynthSpec(frame_rate=250))
    controls = synth.get_controls(tf.zeros([1, 250, 65]))
    np.testing.assert_allclose(controls["noise_magnitudes"], 1.979e-5, rtol=1e-3)
    rms = np.sqrt(np.mean(synth.get_signal(**controls).numpy() ** 2))
    np.testing.assert_allclose(rms, 1.14e-5, rtol=0.02)


def test_a_band_is_heard_where_it_is_drawn():
    magnitudes = np.zeros((1, 200, 65), np.float32)
    magnitudes[:, :, 16] = 1.0                                                        # 2 kHz of 8
    frequencies, power = scipy.signal.welch(dsp.filtered_noise(magnitudes, hop=80)[0], fs=16000, nperseg=1024)
    assert abs(frequencies[np.argmax(power)] - 2000) < 130
    assert power[np.abs(frequencies - 2000) > 500].max() < 1e-4 * power.max()


def test_another_seed_a_training_step():
    synth = FilteredNoise(SynthSpec(frame_rate=250))
    magnitudes = tf.ones([1, 4, 65])
    seeded = [synth.get_signal(noise_magnitudes=magnitudes, seed=tf.constant(seed)).numpy() for seed in (1, 2)]
    assert np.abs(seeded[0] - seeded[1]).max() > 0.1
    np.testing.assert_array_equal(seeded[0], synth.get_signal(noise_magnitudes=magnitudes, seed=1))


@pytest.mark.parametrize(("work", "words"), [
    (lambda: dsp.filtered_noise(tf.ones([3, 65]), hop=64), "batch, frames"),
    (lambda: dsp.filtered_noise(tf.ones([1, 3, 1]), hop=64), "at least 2"),
    (lambda: dsp.white_noise(0, batch=1, seed=0), "n_samples"),
    (lambda: dsp.noise.init_stream(1, n_bands=65, hop=16), "63 samples ahead"),
    (lambda: FilteredNoise(SynthSpec()).get_controls(tf.ones([1, 3, 64])), "65"),
])
def test_says_what_is_wrong(work, words):
    with pytest.raises(ValueError, match=words):
        work()


def test_filters_longer_than_a_compiled_piece_are_heard_whole(monkeypatch):
    magnitudes = np.random.default_rng(0).uniform(0, 1, [1, 60, 9]).astype(np.float32)
    whole = dsp.filtered_noise(magnitudes, hop=1)
    monkeypatch.setattr(segments, "LONGEST", 4)
    np.testing.assert_allclose(dsp.filtered_noise(magnitudes, hop=1), whole, atol=1e-6)
