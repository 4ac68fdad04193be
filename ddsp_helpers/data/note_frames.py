"""Notes frame by frame: which note a moment belongs to, and where in it the moment lies.  Lesson 11."""

import dataclasses

import numpy as np

ATTACK_S = 0.04                       # what of a note counts as its attack
_TIMES_S = (0.02, 0.08, 0.3, 1.2)     # how quickly the clocks of a note run
_JOINED_S = 0.06                      # a rest shorter than this is none: the player goes over to the next note


@dataclasses.dataclass(frozen=True, eq=False)
class NoteFrames:
    """The frames of a score; frame n lies at n / frame_rate seconds.

    A frame belongs to the last note that has begun (before the first: to the first), so that a rest belongs to the note
    that dies away in it.

    Args:
      index: which note, [frames] int32.
      sounding: whether the frame lies within the note, [frames] bool; every note has one such frame at least.
      attack: whether it lies within the first 40 ms of it, [frames] bool; one frame at least.
      position: where in the note, [frames] float32, 0 ... 1.
      timing: the clocks that a network reads, [frames, n_timing] float32, each about 0 ... 1.
      pitch: MIDI number of the note, [frames] float32.
    """

    index: np.ndarray
    sounding: np.ndarray
    attack: np.ndarray
    position: np.ndarray
    timing: np.ndarray
    pitch: np.ndarray

    n_timing = 2 * len(_TIMES_S) + len(_TIMES_S) + 3

    @classmethod
    def of(cls, notes, *, n_frames, frame_rate, start=0):
        """The frames start ... start + n_frames of a score.

        Args:
          notes: list of data.Note in the order of their onsets.
          n_frames: how many frames.
          frame_rate: frames per second.
          start: number of the first frame.

        Raises:
          ValueError: no notes.
        """
        if not len(notes):
            raise ValueError("A score without notes came; at least one was wanted (lesson 11).")
        onset, duration, pitch = (np.array([getattr(note, name) for note in notes], np.float64)
                                  for name in ("onset_s", "duration_s", "midi"))
        time = (start + np.arange(n_frames)) / frame_rate
        half = 0.5 / frame_rate
        index = np.maximum(np.searchsorted(onset - half, time, side="right") - 1, 0)
        since, until = time - onset[index], onset[index] + duration[index] - time
        sounding = (since >= -half) & ((until > half) | (since < half))
        attack = sounding & (since < max(ATTACK_S - half, half))
        position = np.clip(since / duration[index], 0.0, 1.0)
        return cls(index.astype(np.int32), sounding, attack, position.astype(np.float32),
                   _timing(since, until, duration[index], position, sounding), pitch[index].astype(np.float32))

    def batch(self):
        """What expression.per_note takes: a dictionary of [1, frames]."""
        return {name: getattr(self, name)[None] for name in ("index", "sounding", "attack", "position")}


def _timing(since, until, duration, position, sounding):
    """Clocks that count from the onset, to the offset and from the offset, at several speeds: exp(-time / speed)."""
    begun, over = since >= 0, until < 0
    clocks = [np.where(begun, np.exp(-np.maximum(since, 0) / s), 0.0) for s in _TIMES_S]
    clocks += [np.where(over, 0.0, np.exp(-np.maximum(until, 0) / s)) for s in _TIMES_S]
    clocks += [np.where(over, np.exp(-np.maximum(-until, 0) / s), 0.0) for s in _TIMES_S]
    return np.stack([*clocks, sounding, position, 0.3 * np.log(duration / 0.3)], -1).astype(np.float32)


def note_features(notes):
    """What a network knows of every note: pitch, length, strength, and how it is joined to its neighbours.

    Args:
      notes: list of data.Note in the order of their onsets.

    Returns:
      [notes, 8] float32: pitch around A4 in octaves, log length, velocity, two rests (exp(-seconds / 0.06)), two intervals
      in octaves (0 over a rest), and whether the note before had the same pitch.

    >>> from ddsp_helpers.data import Note
    >>> note_features([Note(0.0, 0.3, 69.0, 0.5), Note(0.3, 0.3, 81.0)]).round(2).tolist()[1]
    [1.0, 0.0, 0.7, 1.0, 0.0, 1.0, 0.0, 0.0]
    """
    onset, duration, midi, velocity = (np.array([getattr(note, name) for note in notes], np.float64)
                                       for name in ("onset_s", "duration_s", "midi", "velocity"))
    gap = np.maximum(onset[1:] - (onset + duration)[:-1], 0.0)
    joined, step = np.exp(-gap / _JOINED_S), np.clip(np.diff(midi) / 12.0, -1.0, 1.0)
    near = gap < _JOINED_S
    before, after = (np.concatenate([[0.0], joined]), np.concatenate([[0.0], step * near])), (
        np.concatenate([joined, [0.0]]), np.concatenate([step * near, [0.0]]))
    again = np.concatenate([[0.0], near & (np.abs(np.diff(midi)) < 0.5)])
    return np.stack([(midi - 69.0) / 12.0, 0.5 * np.log(np.maximum(duration, 0.01) / 0.3), velocity, before[0], after[0],
                     before[1], after[1], again], -1).astype(np.float32)


N_NOTE_FEATURES = 8
