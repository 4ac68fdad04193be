"""Autotune: how a singer is tuned, which scale they sing, and a pull towards it. NumPy only.  Lesson 10."""
import numpy as np

from ddsp_helpers import units

MAJOR = (0, 2, 4, 5, 7, 9, 11)          # semitones above the tonic; a minor scale is its relative major


def tuning_offset(midi):
    """How far a performance sits above the piano's keys, in semitones.

    The offset on a grid of 0.01 semitones that leaves the least mean distance to whole notes.

    Args:
      midi: pitch on notes, [frames], MIDI with fractions.

    Returns:
      Offset, -0.5 up to (not including) 0.5 semitones.

    >>> float(tuning_offset([60.2, 62.2, 64.2, 64.25]))
    0.2
    """
    midi = _pitches(midi)
    offsets = np.arange(-50, 50) / 100.0
    costs = [np.abs(midi - offset - np.round(midi - offset)).mean() for offset in offsets]
    return offsets[int(np.argmin(np.round(costs, 9)))]


def best_scale(midi, *, offset=0.0):
    """Tonic of the major scale that fits a performance best.

    Args:
      midi: pitch on notes, [frames], MIDI.
      offset: tuning_offset of the performance, semitones.

    Returns:
      Tonic as a pitch class, 0 (C) to 11 (B).

    >>> best_scale([62, 64, 66, 67, 69, 71, 73, 74])
    2
    """
    pitches = _pitches(midi) - offset
    costs = [np.abs(pitches - to_scale(pitches, tonic=tonic)).mean() for tonic in range(12)]
    return int(np.argmin(np.round(costs, 9)))


def to_scale(midi, *, tonic):
    """The nearest note of a major scale for every pitch, [frames] MIDI.

    >>> to_scale([60.4, 61.2, 63.4], tonic=0).tolist()
    [60.0, 62.0, 64.0]
    """
    midi = np.asarray(midi, dtype=np.float64)
    low = int(np.floor(midi.min())) - 3
    keys = np.arange(low, int(np.ceil(midi.max())) + 4)
    keys = keys[np.isin((keys - tonic) % 12, MAJOR)].astype(np.float64)
    above = np.clip(np.searchsorted(keys, midi), 1, len(keys) - 1)
    return np.where(midi - keys[above - 1] < keys[above] - midi, keys[above - 1], keys[above])


def autotune(f0_hz, note_mask, *, amount):
    """Pull a melody towards the scale it is sung in.

    midi + amount * (nearest note of the best major scale - midi), on notes; elsewhere pitch stays.

    Args:
      f0_hz: fundamental frequency, [frames], Hz; 0 where there is none.
      note_mask: True where a note sounds, [frames].
      amount: 0 leaves the pitch alone, 1 puts every frame on a note (vibrato is gone).

    Returns:
      f0 in Hz, [frames].

    Raises:
      ValueError: amount is outside 0 to 1.

    >>> autotune([445.0, 445.0], [True, False], amount=1.0).round(3).tolist()
    [440.0, 445.0]
    """
    if not 0.0 <= amount <= 1.0:
        raise ValueError(f"autotune amount is {amount}; 0 (off) to 1 (every frame on a note) was wanted. Lesson 10.")
    f0_hz = np.array(f0_hz, dtype=np.float64)
    on = np.asarray(note_mask, dtype=bool) & (f0_hz > 0)
    if amount == 0.0 or not on.any():
        return f0_hz
    midi = units.hz_to_midi(f0_hz[on])
    offset = tuning_offset(midi)
    target = to_scale(midi - offset, tonic=best_scale(midi, offset=offset))
    f0_hz[on] = units.midi_to_hz(midi + amount * (target - midi))
    return f0_hz


def _pitches(midi):
    """Pitches as float64 [frames], at least one."""
    midi = np.asarray(midi, dtype=np.float64)
    if midi.ndim != 1 or midi.size == 0:
        raise ValueError(f"pitch has shape {list(midi.shape)}; [frames] with at least one note was wanted. Lesson 10.")
    return midi
