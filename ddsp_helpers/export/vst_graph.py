"""The function inside the plugin's file: scaled pitch and power of one frame, and a state, to the controls of its
synthesizers.

The plugin differs from the models in three things, and all three are bridged inside the function.  It measures RMS
power where the models know A-weighted loudness: `power_curve`.  It plays 60 harmonics: those above are left out, and
the amplitude falls by their share.  It keeps 512 numbers for whatever remembers: the decoder's state, and zeros.
Lesson 13.
"""

import math

import numpy as np
import tensorflow as tf

from ddsp_helpers import units
from ddsp_helpers.export import one_frame
from ddsp_helpers.export import vst_contract as contract

FLOOR_DB = -80.0


def power_curve(statistics):
    """How loud the recordings of an instrument were at each power: a line through four points, in dB.

    Silence is silence; the mean over the recordings' quietest notes, over all notes, and over the loudest notes have
    the mean loudness of the same; beyond the last point loudness rises as power does.

    Args:
      statistics: data.Statistics of the instrument.

    Returns:
      Power [points] and loudness [points], both rising, dB, NumPy; from the last point on the slope is 1.

    Raises:
      ValueError: there are no statistics, or none of them is a number.
    """
    if statistics is None:
        raise ValueError("The instrument carries no statistics of its recordings; they were wanted, because the "
                         "plugin measures power and the instrument knows loudness. Save it with models.save(model, "
                         "path, statistics=...) (lessons 06 and 13).")
    power, loudness = statistics.power_db_notes, statistics.loudness_db_notes
    points = [(FLOOR_DB, FLOOR_DB)] + [
        (getattr(power, name), getattr(loudness, name)) for name in ("mean_minimum", "mean", "mean_maximum")]
    if not np.isfinite(points).all():
        raise ValueError(f"The statistics of the instrument hold {points} dB as power and loudness; numbers were "
                         "wanted: prepare and train again (lesson 07).")
    rising = points[:1]
    for point in points[1:]:
        if point[0] > rising[-1][0] + 0.1 and point[1] >= rising[-1][1]:      # those of one loudness have one point
            rising.append(point)
    return tuple(np.array(rising).T)


def loudness_at(power_db, statistics):
    """Loudness in dB, of any shape, that the plugin's instrument hears in a power in dB: `power_curve`, NumPy.

    >>> import types
    >>> notes = [types.SimpleNamespace(mean_minimum=-40.0 + d, mean=-30.0 + d, mean_maximum=-20.0 + d) for d in (0, 15)]
    >>> statistics = types.SimpleNamespace(power_db_notes=notes[0], loudness_db_notes=notes[1])
    >>> loudness_at([-90.0, -80.0, -60.0, -40.0, -30.0, 0.0], statistics).tolist()
    [-80.0, -80.0, -52.5, -25.0, -15.0, 15.0]
    """
    power, loudness = power_curve(statistics)
    power_db = np.asarray(power_db, np.float64)
    return np.interp(power_db, power, loudness) + np.maximum(power_db - power[-1], 0.0)


def require_fit(model):
    """Refuses a model that the plugin cannot hold, with the words that say what fits.

    Raises:
      ValueError: another sample rate, frame rate or number of noise bands, or too large a state.
    """
    synth, fields = model.model_spec.synth, ("sample_rate", "frame_rate", "n_noise_bands")
    wanted = dict(zip(fields, (contract.SAMPLE_RATE, contract.FRAME_RATE, contract.N_NOISE_BANDS)))
    for name, value in wanted.items():
        if getattr(synth, name) != value:
            raise ValueError(f"The instrument has {name}={getattr(synth, name)}; the DDSP-VST plugin wants {value}: "
                             "export an instrument of 16 kHz, 50 frames a second and 65 noise bands; at 48 kHz take "
                             "the format web or neutone (lesson 13).")
    size = sum(one_frame.state_sizes(model))
    if size > contract.N_STATE:
        raise ValueError(f"The decoder {model.model_spec.decoder} of width {model.model_spec.width} remembers {size} "
                         f"numbers; the DDSP-VST plugin keeps {contract.N_STATE}. What fits: gru up to width 512, "
                         "mingru up to 256, cnn up to 9 (lesson 13).")


class PluginGraph(tf.Module):
    """The function `call`, with the tensors that the plugin goes by, and a copy of a model's weights.

    Weights are plain variables of the module: those of Keras layers inside a module would be left behind.

    Args:
      model: models.Autoencoder with statistics.

    Raises:
      ValueError: the plugin cannot hold the model.
    """

    def __init__(self, model):
        super().__init__()
        require_fit(model)
        power, loudness = power_curve(model.statistics)
        slopes = np.append(np.diff(loudness) / np.diff(power), 1.0)
        self._knots = tf.constant(power / units.LOUDNESS_RANGE_DB + 1.0, tf.float32)
        self._bends = tf.constant(np.diff(slopes, prepend=0.0), tf.float32)
        self._synth, self._noise_bias = model.model_spec.synth, model.noise.bias
        self._state_size, self._step = sum(one_frame.state_sizes(model)), one_frame.step_of(model)
        self.weights = {name: tf.Variable(value, name=name) for name, value in one_frame.weights_of(model).items()}

    @tf.function(autograph=False, input_signature=[
        tf.TensorSpec([size], tf.float32, name=name.removeprefix("call_").removesuffix(":0"))
        for name, size in contract.INPUTS.items()])
    def call(self, f0_scaled, pw_scaled, state):
        """(amplitude [1], harmonics [60], noise [65], state [512]) of scaled pitch [1], power [1], the state before."""
        w = {name: tf.convert_to_tensor(variable) for name, variable in self.weights.items()}
        loudness_scaled = tf.reduce_sum(self._bends * tf.nn.relu(pw_scaled - self._knots), keepdims=True)
        x = tf.stack([f0_scaled, loudness_scaled], axis=-1)                                   # [1, 2]
        after, outputs = self._step(w, state[:self._state_size], x)
        amplitude, harmonics, noise = tf.split(outputs[0], [1, self._synth.n_harmonics, self._synth.n_noise_bands])
        amplitude, harmonics = self._sixty(_exp_sigmoid(amplitude), _exp_sigmoid(harmonics), f0_scaled)
        state = tf.concat([after, tf.zeros([contract.N_STATE - self._state_size])], axis=0)
        return amplitude, harmonics, _exp_sigmoid(noise + self._noise_bias), state

    def _sixty(self, amplitude, harmonics, f0_scaled):
        """The model's harmonics as the plugin's 60: below Nyquist, summing to 1, with the amplitude of what is left."""
        f0_hz = units.midi_to_hz(f0_scaled * units.F0_RANGE_MIDI)
        below = f0_hz * tf.range(1.0, self._synth.n_harmonics + 1.0) < self._synth.sample_rate / 2
        harmonics *= tf.cast(below, tf.float32)
        kept = harmonics[:contract.N_HARMONICS]
        total, share = tf.reduce_sum(harmonics, keepdims=True), tf.reduce_sum(kept, keepdims=True)
        kept = tf.concat([kept, tf.zeros([contract.N_HARMONICS - kept.shape[0]])], axis=0)
        return amplitude * share / _not_zero(total), kept / _not_zero(share)


def _not_zero(total):
    """A sum of exp_sigmoid, each at least 1e-7; above all of its range it is 0, and so is what it divides."""
    return tf.maximum(total, 1e-8)


def _exp_sigmoid(x):
    """units.exp_sigmoid in operations that a plugin has: softplus(-x) = relu(-x) + log(1 + e^-|x|)."""
    softplus = tf.nn.relu(-x) + tf.math.log(1.0 + tf.exp(-tf.abs(x)))
    return 2.0 * tf.exp(-math.log(10.0) * softplus) + 1e-7
