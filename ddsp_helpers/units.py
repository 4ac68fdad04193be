"""Conversions between the units of music and of signals.

Every function takes a number, a NumPy array or a TensorFlow tensor of any shape and gives back the same kind
and shape. Nothing here imports TensorFlow: a tensor can only arrive when TensorFlow is already loaded.
"""

import math
import re
import sys

import numpy as np

F0_RANGE_MIDI = 127.0      # scale_f0 maps MIDI 0 ... 127 to 0 ... 1
LOUDNESS_RANGE_DB = 80.0   # scale_loudness maps -80 ... 0 dB to 0 ... 1
_LN_10 = math.log(10.0)
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


class _NumpyMaths:
    """The few functions used below, for numbers and arrays."""

    log, exp, where, maximum, abs = np.log, np.exp, np.where, np.maximum, np.abs

    @staticmethod
    def softplus(x):
        return np.logaddexp(x, np.zeros([], getattr(x, "dtype", None)))


def _maths(x):
    """The module that computes on x, and x as a floating-point array of its kind."""
    tf = sys.modules.get("tensorflow")
    if tf is not None and hasattr(tf, "is_tensor") and (tf.is_tensor(x) or isinstance(x, tf.Variable)):
        x = tf.convert_to_tensor(x)
        return _tensor_maths(tf), x if x.dtype.is_floating else tf.cast(x, tf.float32)
    x = np.asarray(x)
    x = x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)
    return _NumpyMaths, x if x.ndim else x[()]


def _tensor_maths(tf):
    """The same few functions for tensors."""

    class TensorMaths:
        log, exp, where = staticmethod(tf.math.log), staticmethod(tf.exp), staticmethod(tf.where)
        maximum, abs = staticmethod(tf.maximum), staticmethod(tf.abs)
        softplus = staticmethod(tf.math.softplus)

    return TensorMaths


def _log_of_positive(m, x):
    """log(x), and 0 where x <= 0, with a finite gradient everywhere."""
    one = x * 0 + 1
    return m.log(m.where(x > 0, x, one))


def hz_to_midi(f_hz):
    """MIDI note number of a frequency.

    midi = 69 + 12 log2(f / 440 Hz); no pitch (f <= 0) gives 0.  Lesson 01 derives it.

    Args:
      f_hz: frequency, any shape, Hz.

    Returns:
      MIDI note numbers with fractions, same shape.

    >>> float(hz_to_midi(440.0)), float(hz_to_midi(0.0))
    (69.0, 0.0)
    """
    m, f_hz = _maths(f_hz)
    midi = 69.0 + _log_of_positive(m, f_hz / 440.0) * (12.0 / math.log(2.0))
    return _keep(m, m.where(f_hz > 0, midi, f_hz * 0), f_hz)


def midi_to_hz(midi):
    """Frequency of a MIDI note number: f = 440 Hz * 2 ** ((midi - 69) / 12).

    Args:
      midi: note numbers, any shape; fractions are allowed.

    Returns:
      Frequencies, same shape, Hz.

    >>> float(midi_to_hz(57))
    220.0
    """
    m, midi = _maths(midi)
    return 440.0 * m.exp((midi - 69.0) * (math.log(2.0) / 12.0))


def hz_to_cents(f_hz, reference_hz=440.0):
    """Musical distance of a frequency from a reference: 1200 log2(f / reference) cents.

    Args:
      f_hz: frequency > 0, any shape, Hz.
      reference_hz: frequency > 0, a number or a shape that broadcasts, Hz.

    Returns:
      Cents (100 in a semitone), same shape; NaN or infinite where a frequency is not positive.

    >>> round(float(hz_to_cents(441.0, 440.0)), 2)
    3.93
    """
    m, f_hz = _maths(f_hz)
    return m.log(f_hz / reference_hz) * (1200.0 / math.log(2.0))


def cents_to_ratio(cents):
    """Frequency ratio of an interval in cents: 2 ** (cents / 1200).

    >>> float(cents_to_ratio(1200.0))
    2.0
    """
    m, cents = _maths(cents)
    return m.exp(cents * (math.log(2.0) / 1200.0))


def amplitude_to_db(amplitude, *, floor_db=-120.0):
    """Level of an amplitude: 20 log10(|a|) dB, and floor_db for anything quieter.

    Args:
      amplitude: any shape, 1.0 is full scale.
      floor_db: the lowest level that is told, dB.

    Returns:
      Levels, same shape, dB re full scale.

    >>> round(float(amplitude_to_db(0.5)), 2), float(amplitude_to_db(0.0))
    (-6.02, -120.0)
    """
    m, amplitude = _maths(amplitude)
    least = 10.0 ** (floor_db / 20.0)
    size = m.abs(amplitude)
    level_db = m.log(m.maximum(size, least)) * (20.0 / _LN_10)
    return _keep(m, m.where(size > least, level_db, level_db * 0 + floor_db), amplitude)


def db_to_amplitude(level_db):
    """Amplitude of a level: 10 ** (dB / 20).

    >>> round(float(db_to_amplitude(-6.0206)), 4)
    0.5
    """
    m, level_db = _maths(level_db)
    return m.exp(level_db * (_LN_10 / 20.0))


def power_to_db(power, *, floor_db=-80.0):
    """Level of a power: 10 log10(p) dB, and floor_db for anything quieter.

    Args:
      power: any shape, >= 0.
      floor_db: the lowest level that is told, dB.

    Returns:
      Levels, same shape, dB.

    >>> round(float(power_to_db(0.01)), 6), float(power_to_db(0.0))
    (-20.0, -80.0)
    """
    m, power = _maths(power)
    least = 10.0 ** (floor_db / 10.0)
    level_db = m.log(m.maximum(power, least)) * (10.0 / _LN_10)
    return _keep(m, m.where(power > least, level_db, level_db * 0 + floor_db), power)


def exp_sigmoid(x):
    """Any real number to a valid amplitude: 2 sigmoid(x) ** ln(10) + 1e-7.

    The shape that the DDSP paper (Engel et al., 2020) gives its controls: for negative x an exponential,
    steep like loudness perception, and never above 2.  Lesson 08 plots it.

    Args:
      x: network outputs, any shape, any range.

    Returns:
      Values in (1e-7, 2.0000001), same shape.

    >>> round(float(exp_sigmoid(0.0)), 5), round(float(exp_sigmoid(10.0)), 5)
    (0.4054, 1.99979)
    """
    m, x = _maths(x)
    return 2.0 * m.exp(-_LN_10 * m.softplus(-x)) + 1e-7


def inverse_exp_sigmoid(y):
    """The network output that exp_sigmoid turns into the amplitude y: logit((y / 2) ** (1 / ln(10))).

    Args:
      y: amplitudes, 0 < y < 2; NumPy.

    Returns:
      Real numbers, same shape, NumPy float64.

    Raises:
      ValueError: an amplitude that exp_sigmoid never reaches.

    >>> inverse_exp_sigmoid(exp_sigmoid(-3.0)).round(4).tolist()
    -3.0
    """
    y = np.asarray(y, np.float64)
    if not np.all((y > 1e-7) & (y < 2.0)):
        raise ValueError(f"Amplitudes from {np.min(y)} to {np.max(y)} came; between 0 and 2 was wanted (lesson 08).")
    share = ((y - 1e-7) / 2.0) ** (1.0 / _LN_10)
    return np.log(share / (1.0 - share))


def scale_f0(f0_hz):
    """Fundamental frequency to the range a network likes: midi / 127; no pitch (f0 <= 0) gives 0.

    >>> round(float(scale_f0(440.0)), 4), float(scale_f0(0.0))
    (0.5433, 0.0)
    """
    return hz_to_midi(f0_hz) / F0_RANGE_MIDI


def unscale_f0(f0_scaled):
    """The inverse of scale_f0 for pitched frames; 0 gives 0 Hz.

    >>> round(float(unscale_f0(69 / 127)), 3), float(unscale_f0(0.0))
    (440.0, 0.0)
    """
    m, f0_scaled = _maths(f0_scaled)
    return _keep(m, m.where(f0_scaled > 0, midi_to_hz(f0_scaled * F0_RANGE_MIDI), f0_scaled * 0), f0_scaled)


def scale_loudness(loudness_db):
    """Loudness to the range a network likes: dB / 80 + 1.  Loud sounds may exceed 1.

    >>> float(scale_loudness(-40.0))
    0.5
    """
    return _maths(loudness_db)[1] / LOUDNESS_RANGE_DB + 1.0


def unscale_loudness(loudness_scaled):
    """The inverse of scale_loudness: (x - 1) * 80 dB.

    >>> float(unscale_loudness(0.5))
    -40.0
    """
    return (_maths(loudness_scaled)[1] - 1.0) * LOUDNESS_RANGE_DB


def note_to_midi(name):
    """MIDI number of a note name; sharps are written # or s, flats b; A4 is 69.

    Args:
      name: such as "A4", "As4", "A#4", "Bb3", "C-1".

    Returns:
      A whole number.

    Raises:
      ValueError: the text is not a note name.

    >>> note_to_midi("A4"), note_to_midi("As4"), note_to_midi("Bb3")
    (69, 70, 58)
    """
    match = re.fullmatch(r"([A-Ga-g])([#s♯]*|[b♭]*)(-?\d+)", str(name).strip())
    if match is None:
        raise ValueError(
            f"{name!r} came; a note name such as 'A4', 'As4', 'A#4' or 'Bb3' was wanted (lesson 01)."
        )
    letter, accidentals, octave = match.groups()
    shift = len(accidentals) * (-1 if accidentals[:1] in ("b", "♭") else 1)
    return _STEPS[letter.upper()] + shift + 12 * (int(octave) + 1)


def midi_to_note(midi):
    """Name of the nearest note, written with sharps.

    Args:
      midi: one note number; fractions are rounded.

    Returns:
      A name such as "A#4".

    >>> midi_to_note(69), midi_to_note(58.2)
    ('A4', 'A#3')
    """
    number = math.floor(float(midi) + 0.5)
    return f"{_NAMES[number % 12]}{number // 12 - 1}"


def _keep(m, value, like):
    """np.where returns an array even for one number: give a number back for a number."""
    return value[()] if m is _NumpyMaths and not getattr(like, "ndim", 0) else value
