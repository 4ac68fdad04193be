"""Rooms, filters and delays."""

import numpy as np
import pytest
import scipy.signal
import tensorflow as tf

from ddsp_helpers import effects

RNG = np.random.default_rng(0)


def sound(samples=900, batch=2):
    return np.random.default_rng(samples).normal(size=(batch, samples)).astype(np.float32)


def room(taps=200):
    reverb = effects.Reverb(taps)
    reverb.ir.assign(0.1 * np.random.default_rng(1).normal(size=taps))
    return reverb


def test_reverb_is_dry_plus_scipy_convolution_without_tap_0():
    reverb, audio = room(), sound()
    ir = reverb.ir.numpy().astype(np.float64)
    ir[0] = 0
    for row, found in zip(audio, reverb(audio)):
        np.testing.assert_allclose(found, row + scipy.signal.fftconvolve(row, ir)[:900], atol=2e-5)
    ir[0] = 1
    np.testing.assert_allclose(reverb.impulse_response()[0], ir, atol=1e-6)


def test_untrained_reverb_is_dry():
    audio = sound()
    np.testing.assert_allclose(effects.Reverb(1000)(audio), audio, atol=1e-3)


def test_reverb_gradients_are_finite_differences():
    reverb, audio = room(60), tf.constant(sound(150))
    weights = tf.constant(np.random.default_rng(2).normal(size=audio.shape), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(audio)
        value = tf.reduce_sum(reverb(audio) * weights)
    by_ir, by_audio = tape.gradient(value, [reverb.ir.value, audio])
    assert by_ir[0] == 0
    kept = reverb.ir.numpy()
    direction = np.random.default_rng(3).normal(size=60).astype(np.float32)
    ends = []
    for sign in (1, -1):
        reverb.ir.assign(kept + sign * direction)
        ends.append(float(tf.reduce_sum(reverb(audio) * weights)))
    np.testing.assert_allclose(np.vdot(by_ir, direction), (ends[0] - ends[1]) / 2, rtol=1e-3, atol=1e-3)
    reverb.ir.assign(kept)
    direction = tf.constant(sound(150, 2)[::-1].copy())
    ends = [float(tf.reduce_sum(reverb(audio + sign * direction) * weights)) for sign in (1, -1)]
    np.testing.assert_allclose(np.vdot(by_audio, direction), (ends[0] - ends[1]) / 2, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("make", [
    room, lambda: effects.ExpDecayReverb(300, decay=1.0), lambda: effects.FilteredNoiseReverb(300, n_frames=10, bias=2.0),
])
def test_in_pieces_equals_at_once(make):
    reverb, audio = make(), sound(1500)
    state, pieces, at = reverb.init_state(2), [], 0
    for samples in (1, 700, 99, 700):
        state, piece = reverb.step(state, audio[:, at:at + samples])
        pieces.append(piece)
        at += samples
    whole = reverb(audio)
    np.testing.assert_allclose(tf.concat(pieces, axis=1), whole, atol=1e-5 * max(1, np.abs(whole).max()))


@pytest.mark.parametrize(("rate", "decay"), [(16000, 2.0), (48000, 3.0), (16000, 0.0)])
def test_decay_time_is_what_it_says(rate, decay):
    reverb = effects.ExpDecayReverb(2 * rate, decay=decay)
    ir = reverb.impulse_response().numpy()[0, 1:].astype(np.float64)
    energy = np.cumsum(ir[::-1] ** 2)[::-1]                                    # Schroeder's backward integral
    level_db = 10 * np.log10(energy / energy[0])
    span = np.flatnonzero((level_db < -5) & (level_db > -15))
    slope, _ = np.polyfit(span / rate, level_db[span], 1)
    np.testing.assert_allclose(-60 / slope, reverb.reverb_time_s(sample_rate=rate), rtol=0.06)


def test_synthetic_rooms_can_be_learned():
    for reverb in (effects.ExpDecayReverb(200), effects.FilteredNoiseReverb(200, n_frames=10)):
        audio = sound()
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(reverb(audio) ** 2)
        for gradient in tape.gradient(value, reverb.trainable_variables):
            assert np.all(np.isfinite(gradient)) and np.any(gradient)
    assert len(effects.ExpDecayReverb(10).trainable_variables) == 2 and not effects.Reverb(10, trainable=False).trainable_variables


def test_wet_alone():
    reverb = effects.Reverb(100, add_dry=False)
    reverb.ir.assign(tf.one_hot(7, 100))
    audio = sound()
    np.testing.assert_allclose(reverb(audio)[:, 7:], audio[:, :-7], atol=1e-5)


def test_fir_filter():
    audio = sound(640)
    controls = effects.FIRFilter(64).get_controls(audio, tf.zeros([2, 10, 65]))
    np.testing.assert_allclose(controls["magnitudes"], 0.4054, atol=1e-4)
    np.testing.assert_allclose(effects.FIRFilter(64)(audio, tf.zeros([2, 10, 65])), 0.4054 * audio, atol=1e-4)


@pytest.mark.parametrize(("rate", "center_ms", "depth_ms"), [(16000, 15.0, 10.0), (48000, 5.0, 2.0), (16000, 0.0, 20.0)])
def test_delay_range_is_exactly_center_to_center_plus_depth(rate, center_ms, depth_ms):
    delay = effects.ModDelay(rate, center_ms=center_ms, depth_ms=depth_ms, add_dry=False)
    samples = rate // 10
    click = tf.one_hot([100], samples)
    for phase in (0.0, 0.5, 1.0):
        heard = delay.get_signal(audio=click, gain=tf.ones_like(click), phase=phase * tf.ones_like(click))
        wanted = 100 + (center_ms + phase * depth_ms) * rate / 1000
        assert int(tf.argmax(heard[0])) == round(wanted)
        np.testing.assert_allclose(tf.reduce_sum(heard), 1.0, atol=1e-3)


def test_delay_at_extreme_controls():
    audio = sound(1600)
    everything = 1000.0 * tf.ones([2, 1600])
    for phase in (everything, -everything):
        late = effects.ModDelay(16000, add_dry=False)(audio, everything, phase).numpy()
        assert not np.any(late[:, :239]) and np.all(np.isfinite(late))


@pytest.mark.parametrize(("work", "words"), [
    (lambda: effects.Reverb(1), "ir_samples"),
    (lambda: effects.FilteredNoiseReverb(1001, n_frames=10), "multiple"),
    (lambda: effects.ModDelay(16000, depth_ms=-1.0), "times >= 0"),
    (lambda: effects.FIRFilter(64).get_signal(audio=tf.ones([1, 128]), magnitudes=tf.ones([1, 3, 65])), "2 were wanted"),
    (lambda: effects.Reverb(10).step(effects.Reverb(10).init_state(1), tf.ones([1, 5]), tf.ones([1, 11])), "11 taps"),
])
def test_says_what_is_wrong(work, words):
    with pytest.raises(ValueError, match=words):
        work()
