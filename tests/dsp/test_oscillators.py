"""The physics of harmonic synthesis, against float64 and against itself."""

import math

import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers import dsp
from ddsp_helpers.dsp import kernels, periods


def controls(batch, frames, n_harmonics, *, frame_rate, seed=0, low_hz=220.0):
    rng = np.random.default_rng(seed)
    t = np.arange(frames) / frame_rate
    drift = np.cumsum(rng.normal(0, 0.02, [batch, frames]), axis=1) + 0.03 * np.sin(2 * np.pi * 5.5 * t)
    f0_hz = np.clip(low_hz * 2.0 ** drift, 40, 2000)[..., None].astype(np.float32)
    amplitude = (0.3 + 0.2 * np.sin(3 * t + rng.uniform(0, 6, [batch, 1])))[..., None].astype(np.float32)
    shares = rng.uniform(0, 1, [batch, frames, n_harmonics]) / np.arange(1, n_harmonics + 1)
    shares /= shares.sum(-1, keepdims=True)
    return f0_hz, amplitude, shares.astype(np.float32)


def textbook(f0_hz, levels, *, sample_rate, hop):
    """Every harmonic a float64 sine; f0 linear, levels on Hann ramps, silent where a hop reaches Nyquist."""
    f0_hz, levels = f0_hz[..., 0].astype(np.float64), levels.astype(np.float64)
    next_hz = np.concatenate([f0_hz[:, 1:], f0_hz[:, -1:]], axis=1)
    next_levels = np.concatenate([levels[:, 1:], levels[:, -1:]], axis=1)
    i = np.arange(hop)
    frames = np.cumsum((f0_hz + next_hz) * hop / 2 / sample_rate, axis=1)
    starts = np.concatenate([np.zeros_like(frames[:, :1]), frames[:, :-1]], axis=1)[..., None]
    cycles = starts + (f0_hz[..., None] * i + (next_hz - f0_hz)[..., None] * i * i / (2 * hop)) / sample_rate
    ramp = 0.5 - 0.5 * np.cos(np.pi * i / hop)
    audio = np.zeros_like(cycles)
    for k in range(1, levels.shape[-1] + 1):
        audible = (k * np.maximum(f0_hz, next_hz) < sample_rate / 2)[..., None]
        level = levels[..., k - 1, None] * (1 - ramp) + next_levels[..., k - 1, None] * ramp
        audio += audible * level * np.sin(2 * np.pi * k * cycles)
    return audio.reshape(len(f0_hz), -1)


def snr_db(reference, audio):
    return 10 * np.log10(np.sum(reference ** 2) / np.sum((audio - reference) ** 2))


@pytest.mark.parametrize("sample_rate, hop, n_harmonics", [
    (16000, 320, 100), (16000, 64, 60), (48000, 960, 160), (48000, 192, 200), (22050, 441, 1),
])
def test_equals_the_float64_textbook(sample_rate, hop, n_harmonics):
    f0_hz, amplitude, shares = controls(2, 40, n_harmonics, frame_rate=sample_rate / hop, low_hz=120.0)
    audio = dsp.harmonic_synthesis(f0_hz, amplitude, shares, sample_rate=sample_rate, hop=hop)
    assert audio.shape == (2, 40 * hop) and audio.dtype == tf.float32
    reference = textbook(f0_hz, amplitude * shares, sample_rate=sample_rate, hop=hop)
    assert snr_db(reference, audio.numpy()) > 105


def test_every_single_harmonic_is_exact():
    for k in (1, 50, 100):
        shares = np.zeros([1, 10, 100], np.float32)
        shares[..., k - 1] = 1.0
        f0_hz, amplitude, _ = controls(1, 10, 1, frame_rate=50, low_hz=60.0)
        audio = dsp.harmonic_synthesis(f0_hz, amplitude, shares, sample_rate=16000, hop=320)
        assert snr_db(textbook(f0_hz, amplitude * shares, sample_rate=16000, hop=320), audio.numpy()) > 90


def test_jumps_of_f0_do_not_alias():
    f0_hz = np.array([220.0, 3000.0, 110.0, 0.0, 440.0, 9000.0, 100.0], np.float32)[None, :, None]
    levels = np.full([1, 7, 60], 0.01, np.float32)
    audio = dsp.harmonic_synthesis(f0_hz, np.ones_like(f0_hz), levels, sample_rate=16000, hop=320).numpy()
    assert snr_db(textbook(f0_hz, levels, sample_rate=16000, hop=320), audio) > 90
    low = dsp.harmonic_synthesis(f0_hz, np.ones_like(f0_hz), levels, sample_rate=16000, hop=320)
    assert np.all(np.isfinite(low.numpy()))
    assert np.abs(audio[0, 5 * 320:6 * 320]).max() == 0        # above Nyquist at one end: silent


def test_a_batch_equals_its_clips():
    f0_hz, amplitude, shares = controls(3, 12, 20, frame_rate=50)
    together = dsp.harmonic_synthesis(f0_hz, amplitude, shares, sample_rate=16000, hop=320).numpy()
    for n in range(3):
        alone = dsp.harmonic_synthesis(
            f0_hz[n:n + 1], amplitude[n:n + 1], shares[n:n + 1], sample_rate=16000, hop=320)
        np.testing.assert_allclose(together[n], alone.numpy()[0], atol=1e-6)


def test_pieces_equal_one_call(monkeypatch):
    f0_hz, amplitude, shares = controls(2, 21, 30, frame_rate=50)
    rates = {"sample_rate": 16000, "hop": 320}
    whole, after = dsp.harmonic_synthesis(f0_hz, amplitude, shares, return_phase=True, **rates)
    state, pieces = tf.zeros([2, 1], tf.float64), []
    for first, last in ((0, 1), (1, 8), (8, 20)):
        audio, state = dsp.harmonic_synthesis(
            *(x[:, first:last] for x in (f0_hz, amplitude, shares)), initial_phase=state, return_phase=True,
            next_frame=tuple(x[:, last:last + 1] for x in (f0_hz, amplitude, shares)), **rates)
        pieces.append(audio.numpy())
    audio, state = dsp.harmonic_synthesis(
        *(x[:, 20:] for x in (f0_hz, amplitude, shares)), initial_phase=state, return_phase=True, **rates)
    np.testing.assert_allclose(np.concatenate([*pieces, audio.numpy()], axis=1), whole.numpy(), atol=2e-6)
    np.testing.assert_allclose(state.numpy(), after.numpy(), atol=1e-9)
    monkeypatch.setattr(kernels, "LONGEST", 8)        # long sounds are cut inside: the same samples
    cut = dsp.harmonic_synthesis(f0_hz, amplitude, shares, **rates)
    np.testing.assert_allclose(cut.numpy(), whole.numpy(), atol=1e-6)


def test_unknown_lengths_and_batches_inside_a_function():
    f0_hz, amplitude, shares = controls(2, 9, 20, frame_rate=50)

    @tf.function(input_signature=[
        tf.TensorSpec([None, None, 1]), tf.TensorSpec([None, None, 1]), tf.TensorSpec([None, None, 20])])
    def synthesize(f0_hz, amplitude, shares):
        with tf.GradientTape() as tape:
            tape.watch(amplitude)
            audio = dsp.harmonic_synthesis(f0_hz, amplitude, shares, sample_rate=16000, hop=320)
        return audio, tape.gradient(audio, amplitude)

    audio, gradient = synthesize(f0_hz, amplitude, shares)
    direct = dsp.harmonic_synthesis(f0_hz, amplitude, shares, sample_rate=16000, hop=320)
    np.testing.assert_allclose(audio.numpy(), direct.numpy(), atol=1e-6)
    assert gradient.shape == (2, 9, 1)


def test_a_note_is_played_with_no_more_harmonics_than_sound():
    readers = kernels.period_readers(200, 320)
    for f0_hz, n_harmonics in ((30.0, 200), (61.0, 200), (63.0, 128), (124.0, 64), (300.0, 32), (0.0, 200)):
        top = tf.constant([[2.0 * f0_hz], [f0_hz]]) / 16000.0
        assert readers[int(kernels.least_reader(readers, top))].n_harmonics == n_harmonics
        assert n_harmonics == 200 or (n_harmonics + 1) * f0_hz >= 8000               # none that sounds is left out


@pytest.mark.parametrize("n_harmonics", [6, 60])        # at 220 Hz 36 of 60 sound: a reader of fewer plays them
def test_gradients_equal_finite_differences(n_harmonics):
    rng = np.random.default_rng(1)
    f0_hz, amplitude, shares = (x.astype(np.float64) for x in controls(2, 5, n_harmonics, frame_rate=250, low_hz=300.0))
    probe = rng.normal(size=[2, 5 * 64])
    variables = [tf.constant(x, tf.float32) for x in (f0_hz, amplitude, shares)]
    with tf.GradientTape() as tape:
        tape.watch(variables)
        audio = dsp.harmonic_synthesis(*variables, sample_rate=16000, hop=64)
        loss = tf.reduce_sum(audio * probe.astype(np.float32))
    gradients = [g.numpy() for g in tape.gradient(loss, variables)]

    def value(f0_hz, amplitude, shares):
        return np.sum(probe * textbook(f0_hz, amplitude * shares, sample_rate=16000, hop=64))

    for which, (small, spots) in enumerate([(1e-4, 6), (1e-4, 4), (1e-4, 8)]):
        for _ in range(spots):
            at = tuple(rng.integers(0, n) for n in gradients[which].shape)
            inputs = [[x.copy() for x in (f0_hz, amplitude, shares)] for _ in range(2)]
            inputs[0][which][at] += small
            inputs[1][which][at] -= small
            slope = (value(*inputs[0]) - value(*inputs[1])) / (2 * small)
            largest = float(np.abs(gradients[which]).max())
            assert gradients[which][at] == pytest.approx(slope, rel=2e-3, abs=2e-3 * largest)


@pytest.mark.parametrize("sample_rate", [16000, 48000])
def test_the_phase_after_ten_minutes(sample_rate):
    rate, frames = 50, 30000
    hop, t = sample_rate // rate, np.arange(30000) / 50
    f0_hz = (440 * 2 ** (np.sin(2 * np.pi * 5.5 * t) / 24)).astype(np.float32)[None, :, None]
    start, _, step, bend = periods.frame_phases(tf.constant(f0_hz), sample_rate=sample_rate, hop=hop)
    f = [float(x) for x in f0_hz[0, :, 0]]
    for n in (15000, 29999):
        turns = math.fsum(f[:n] + f[1:n + 1]) * hop / 2 / sample_rate
        assert abs((start.numpy()[0, n] - turns + 0.5) % 1 - 0.5) < 1e-9   # cycles
    levels = np.full([1, 4, 40], 0.01, np.float32)                # and the sound of the last frames
    end = f0_hz[:, frames - 4:]
    audio = dsp.harmonic_synthesis(
        end, np.ones_like(end), levels, sample_rate=sample_rate, hop=hop,
        initial_phase=start[:, frames - 4:frames - 3])
    i = np.arange(hop)
    cycles = start.numpy()[0, frames - 4:, None] + step.numpy()[0, frames - 4:, None] * i
    cycles = (cycles + bend.numpy()[0, frames - 4:, None] * i * i)[:-1].reshape(-1)
    k = np.arange(1, 41) * (np.arange(1, 41) * end.max() < sample_rate / 2)
    reference = np.sin(2 * np.pi * cycles[:, None] * k).sum(-1) * 0.01
    assert snr_db(reference, audio.numpy()[0, :3 * hop]) > 95


def test_golden_values():
    share = np.full([1, 250, 60], 1.0, np.float32)
    f0_hz = np.full([1, 250, 1], 440.0, np.float32)
    share = dsp.normalize_harmonics(share, f0_hz, sample_rate=16000)
    assert int(tf.math.count_nonzero(share[0, 0])) == 18
    level = np.full_like(f0_hz, 0.405397)
    audio = dsp.harmonic_synthesis(f0_hz, level, share, sample_rate=16000, hop=64).numpy()
    assert np.sqrt(np.mean(audio ** 2)) == pytest.approx(0.0676, abs=5e-5)
    assert np.abs(audio).max() == pytest.approx(0.3018, abs=2e-4)  # 18 equal sines reach no higher


def test_tuning_is_better_than_a_tenth_of_a_cent():
    f0_hz = np.full([1, 50, 1], 441.3, np.float32)
    ones = np.ones_like(f0_hz)
    audio = dsp.harmonic_synthesis(f0_hz, ones, ones, sample_rate=48000, hop=960)
    zeros = np.flatnonzero((audio.numpy()[0, :-1] < 0) & (audio.numpy()[0, 1:] >= 0))
    y = audio.numpy()[0].astype(np.float64)
    crossings = zeros - y[zeros] / (y[zeros + 1] - y[zeros])
    measured_hz = (len(crossings) - 1) / (crossings[-1] - crossings[0]) * 48000
    assert abs(1200 * np.log2(measured_hz / np.float32(441.3))) < 0.01


def test_silence_and_no_pitch_are_silent():
    zeros, shares = np.zeros([1, 3, 1], np.float32), np.ones([1, 3, 4], np.float32)
    for f0_hz, amplitude in ((zeros, zeros + 1), (zeros + 440, zeros)):
        audio = dsp.harmonic_synthesis(f0_hz, amplitude, shares, sample_rate=16000, hop=64)
        assert np.abs(audio.numpy()).max() < 1e-6


def test_gain_is_linear():
    f0_hz, amplitude, shares = controls(1, 10, 12, frame_rate=50)
    once, twice = (
        dsp.harmonic_synthesis(f0_hz, gain * amplitude, shares, sample_rate=16000, hop=320).numpy()
        for gain in (1, 2))
    level_db = 10 * np.log10(np.sum(twice ** 2) / np.sum(once ** 2))
    assert level_db == pytest.approx(6.0206, abs=1e-3)


def test_errors_say_what_came():
    with pytest.raises(ValueError, match=r"f0_hz came with shape \[1, 4\].*\[batch, frames, 1\]"):
        dsp.harmonic_frequencies(np.zeros([1, 4]), n_harmonics=3)
    with pytest.raises(ValueError, match="n_harmonics came as 0"):
        dsp.harmonic_frequencies(np.zeros([1, 4, 1]), n_harmonics=0)
    with pytest.raises(ValueError, match="frames = 4 but amplitude has frames = 5"):
        f0_hz, amplitude, shares = np.zeros([1, 4, 1]), np.zeros([1, 5, 1]), np.zeros([1, 4, 2])
        dsp.harmonic_synthesis(f0_hz, amplitude, shares, sample_rate=16000, hop=64)
    with pytest.raises(ValueError, match="together"):
        dsp.normalize_harmonics(np.zeros([1, 4, 3]), np.zeros([1, 4, 1]))


def oscillators(f0_hz, amplitude, levels, **rates):
    """What each oscillator makes of the same controls."""
    yield dsp.harmonic_synthesis(f0_hz, amplitude, levels, **rates)
    yield dsp.wavetable_synthesis(f0_hz, amplitude, levels, **rates)
    yield dsp.sinusoidal_synthesis(levels, tf.repeat(f0_hz, 4, axis=2), **rates)
    yield dsp.fm_synthesis(f0_hz, levels, ratios=(1, 2, 3, 4), **rates)


def test_tensors_of_any_precision_are_played():
    rng = np.random.default_rng(0)
    arrays = rng.uniform(100, 900, [1, 5, 1]), rng.uniform(0, 1, [1, 5, 1]), rng.uniform(0, 1, [1, 5, 4])
    single, double = [tf.constant(x, tf.float32) for x in arrays], [tf.constant(x) for x in arrays]
    rates = {"sample_rate": 16000, "hop": 32}
    kinds = single, double, [single[0], *double[1:]]
    for expected, *others in zip(*(oscillators(*given, **rates) for given in kinds), strict=True):
        for audio in others:
            np.testing.assert_allclose(audio, expected, atol=1e-5)


def test_a_pitch_that_is_not_a_number_is_not_played_as_something_else():
    f0_hz = np.full([1, 6, 1], 200.0, np.float32)
    f0_hz[0, 3] = np.nan
    for audio in oscillators(f0_hz, np.ones([1, 6, 1]), np.full([1, 6, 4], 0.1, np.float32), sample_rate=16000, hop=32):
        finite = np.isfinite(audio.numpy().reshape(6, 32)).all(1)
        assert finite.tolist() == [True, True, False, False, False, False]


def test_hops_phases_and_next_frames_of_another_shape_are_refused():
    f0_hz, amplitude, levels = np.ones([2, 4, 1]), np.ones([2, 4, 1]), np.ones([2, 4, 4])
    rates = {"sample_rate": 16000, "hop": 8}
    for hop in (0, 2.5):
        with pytest.raises(ValueError, match=f"hop came as {hop}"):
            next(oscillators(f0_hz, amplitude, levels, sample_rate=16000, hop=hop))
    with pytest.raises(ValueError, match="n_harmonics came as 0"):
        dsp.harmonic_synthesis(f0_hz, amplitude, levels[..., :0], **rates)
    with pytest.raises(ValueError, match=r"initial_phase came with shape \[1, 1\]; \[2, 1\] was wanted"):
        dsp.harmonic_synthesis(f0_hz, amplitude, levels, initial_phase=np.zeros([1, 1]), **rates)
    first = f0_hz[:, :1], amplitude[:, :1]
    for wrong in ((f0_hz, amplitude, levels), first, (*first, levels[:, :1, :2])):
        with pytest.raises(ValueError, match="next_frame came with shapes"):
            dsp.harmonic_synthesis(f0_hz, amplitude, levels, next_frame=wrong, **rates)
