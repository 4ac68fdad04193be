"""Conversions: golden values, inverses, and the same answers for numbers, arrays and tensors."""

import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers import units


def test_exp_sigmoid_golden_row():
    x = np.array([-10, -5, -2, 0, 2, 5, 10], np.float64)
    expected = [1.002e-7, 1.979e-5, 0.01493, 0.40540, 1.49315, 1.96931, 1.99979]
    np.testing.assert_allclose(units.exp_sigmoid(x), expected, rtol=5e-4)
    far = tf.constant([-200.0, 200.0])
    with tf.GradientTape() as tape:
        tape.watch(far)
        y = units.exp_sigmoid(far)
    assert np.all(np.isfinite(tape.gradient(y, far).numpy())) and np.all(np.isfinite(y.numpy()))


def test_pitch_golden_values():
    assert units.scale_f0(440.0) == pytest.approx(0.5433, abs=5e-5)
    assert units.scale_f0(880.0) - units.scale_f0(440.0) == pytest.approx(12 / 127)
    assert units.hz_to_midi(0.0) == 0 and units.scale_f0(-1.0) == 0 and units.unscale_f0(0.0) == 0
    assert units.hz_to_cents(880.0, 440.0) == pytest.approx(1200)
    assert units.cents_to_ratio(1200.0) == pytest.approx(2)


def test_levels():
    assert units.amplitude_to_db(2.0) - units.amplitude_to_db(1.0) == pytest.approx(6.0206, abs=1e-4)
    assert units.amplitude_to_db(0.0) == -120 and units.amplitude_to_db(0.0, floor_db=-80) == -80
    assert units.power_to_db(0.0) == -80 and units.power_to_db(0.1) == pytest.approx(-10)
    assert units.db_to_amplitude(20.0) == pytest.approx(10)
    assert units.scale_loudness(19.81) == pytest.approx(1.248, abs=1e-3)


@pytest.mark.parametrize("there, back, values", [
    (units.hz_to_midi, units.midi_to_hz, [27.5, 440.0, 4186.0]),
    (units.scale_f0, units.unscale_f0, [27.5, 440.0, 4186.0]),
    (units.scale_loudness, units.unscale_loudness, [-80.0, -33.0, 10.0]),
    (units.amplitude_to_db, units.db_to_amplitude, [0.001, 0.5, 2.0]),
])
def test_inverses_for_every_kind(there, back, values):
    np.testing.assert_allclose(back(there(np.array(values))), values, rtol=1e-9)
    single = back(there(np.array(values, np.float32)))
    assert single.dtype == np.float32
    tensor = back(there(tf.constant(values)))
    assert tf.is_tensor(tensor) and tensor.dtype == tf.float32
    np.testing.assert_allclose(tensor.numpy(), values, rtol=2e-5)
    assert isinstance(float(there(values[0])), float)
    assert tf.is_tensor(there(tf.Variable(values)))


def test_gradients_stay_finite_without_a_pitch():
    f0_hz = tf.constant([0.0, 440.0])
    with tf.GradientTape() as tape:
        tape.watch(f0_hz)
        scaled = units.scale_f0(f0_hz)
    assert np.all(np.isfinite(tape.gradient(scaled, f0_hz).numpy()))


def test_note_names():
    for midi in range(0, 128):
        assert units.note_to_midi(units.midi_to_note(midi)) == midi
    names = ("C4", "As4", "Bb3", "C-1", "fs5", "Cb4")
    assert [units.note_to_midi(name) for name in names] == [60, 70, 58, 0, 78, 59]
    with pytest.raises(ValueError, match="'H4' came; a note name"):
        units.note_to_midi("H4")


def test_inverse_exp_sigmoid():
    x = np.linspace(-6, 6, 25)
    np.testing.assert_allclose(units.inverse_exp_sigmoid(units.exp_sigmoid(x)), x, atol=1e-6)
    with pytest.raises(ValueError, match="between 0 and 2"):
        units.inverse_exp_sigmoid([0.5, 2.5])
