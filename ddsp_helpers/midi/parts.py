"""A part of a score: its notes and bends, and what is done to notes before an instrument plays them.  Lesson 11."""
import dataclasses
import math
import warnings

import numpy as np

from ddsp_helpers import units
from ddsp_helpers.data.melodies import Note


@dataclasses.dataclass(frozen=True)
class Part:
    """What one instrument plays: notes in order of their beginning, and the bends that hold until the next.

    Args:
      notes: data.melodies.Note, any number, in any order; the part keeps them by onset, the highest first.
      name: of the part, such as "Soprano".
      program: General MIDI sound, 0 ... 127.
      bends: pairs (time in seconds, semitones), each holding until the next; before the first there is none.

    Raises:
      ValueError: a note or a bend is not possible (NaN, a negative duration, a note number outside 0 ... 127).

    >>> Part([Note(1.0, 0.5, 62.0), Note(0.0, 1.0, 60.0)], name="Flute").end_s
    1.5
    """

    notes: tuple
    name: str = ""
    program: int = 0
    bends: tuple = ()

    def __post_init__(self):
        notes = sorted(self.notes, key=lambda note: (note.onset_s, -note.midi))
        bends = sorted(((float(time_s), float(semitones)) for time_s, semitones in self.bends), key=lambda at: at[0])
        object.__setattr__(self, "notes", tuple(check_notes(notes, where=self.name)))
        object.__setattr__(self, "bends", tuple(bends))
        if not all(map(math.isfinite, (value for bend in bends for value in bend))):
            raise ValueError(f"{named(self)}: a bend is not a pair of finite numbers; (seconds, semitones) was wanted "
                             "(lesson 11).")
        if not 0 <= self.program <= 127:
            raise ValueError(f"{named(self)}: program came as {self.program}; 0 to 127 was wanted (lesson 11).")

    @property
    def end_s(self):
        """When its last note ends, seconds; 0 without notes."""
        return max((note.end_s for note in self.notes), default=0.0)


def named(part):
    """A part as a sentence calls it."""
    return f"part {part.name!r}" if part.name else "a part"


def check_notes(notes, *, where=""):
    """The notes, or a ValueError in words about the first that cannot be.

    >>> check_notes([Note(0.0, -1.0, 60.0)])
    Traceback (most recent call last):
    ValueError: note 1 lasts -1 s; a duration of at least 0 was wanted (lesson 11).
    """
    start = f"part {where!r}: " if where else ""
    for number, note in enumerate(notes, 1):
        values = {"onset_s": note.onset_s, "duration_s": note.duration_s, "midi": note.midi, "velocity": note.velocity}
        for name, value in values.items():
            if not math.isfinite(value):
                raise ValueError(f"{start}note {number} has {name} = {value}; a finite number was wanted (lesson 11).")
        if note.duration_s < 0:
            raise ValueError(f"{start}note {number} lasts {note.duration_s:g} s; a duration of at least 0 was wanted "
                             "(lesson 11).")
        if note.onset_s < 0:
            raise ValueError(f"{start}note {number} begins at {note.onset_s:g} s; 0 or later was wanted (lesson 11).")
        if not 0 <= note.midi <= 127:
            raise ValueError(f"{start}note {number} has the pitch {note.midi:g}; a MIDI note number, 0 to 127, was "
                             "wanted (lesson 11).")
        if not 0 <= note.velocity <= 1:
            raise ValueError(f"{start}note {number} has the velocity {note.velocity:g}; 0 to 1 was wanted (lesson 11).")
    return notes


def without_empty(notes, *, where):
    """The notes that last; how many do not is said in a warning."""
    lasting = [note for note in notes if note.duration_s > 0]
    if len(lasting) < len(notes):
        warnings.warn(f"{where}: {_count(len(notes) - len(lasting))} of no length left out.", stacklevel=3)
    return lasting


def _count(number):
    return f"{number} note{'s' * (number != 1)}"


def bend_curve(bends, times_s):
    """Pitch bend over time: each bend holds until the next, and before the first there is none.

    Args:
      bends: pairs (time_s, semitones) in order of time, as in Part.bends.
      times_s: when to look, any shape, seconds.

    Returns:
      Semitones, same shape as times_s, float64.

    >>> bend_curve([(1.0, 0.5), (2.0, -1.0)], [0.9, 1.0, 1.9, 2.0]).tolist()
    [0.0, 0.5, 0.5, -1.0]
    """
    times_s = np.asarray(times_s, dtype=np.float64)
    table = np.asarray(bends, dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(table).all() or (np.diff(table[:, 0]) < 0).any():
        raise ValueError("The bends are not finite or not in order of time; pairs (seconds, semitones) were wanted "
                         "(lesson 11).")
    semitones = np.concatenate([[0.0], table[:, 1]])
    return semitones[np.searchsorted(table[:, 0], times_s, side="right")]


def transpose(notes, semitones):
    """Every note higher or lower.

    Raises:
      ValueError: a note would leave 0 ... 127.

    >>> transpose([Note(0.0, 1.0, 60.0)], 7)[0].midi
    67.0
    """
    return check_notes([dataclasses.replace(note, midi=note.midi + semitones) for note in notes])


def stretch(notes, speed):
    """The same notes faster or slower: speed 2 takes half the time.

    Raises:
      ValueError: speed is not a number above 0.

    >>> stretch([Note(1.0, 0.5, 60.0)], 2)[0]
    Note(onset_s=0.5, duration_s=0.25, midi=60.0, velocity=0.7)
    """
    if not (math.isfinite(speed) and speed > 0):
        raise ValueError(f"speed came as {speed}; a number above 0 was wanted, 2 for twice as fast (lesson 11).")
    return [dataclasses.replace(note, onset_s=note.onset_s / speed, duration_s=note.duration_s / speed)
            for note in notes]


def fit_range(notes, lowest, highest, *, strict=False):
    """Moves the notes that an instrument does not have by octaves into its range; a warning says how many.

    Args:
      notes: list of Note.
      lowest, highest: the instrument's range, MIDI note numbers, both included.
      strict: raise instead of moving.

    Returns:
      list of Note with lowest <= midi <= highest.

    Raises:
      ValueError: the range is empty, a note has no octave in it, or strict and a note is outside.

    >>> with warnings.catch_warnings(action="ignore"):
    ...     [note.midi for note in fit_range([Note(0, 1, 50.0), Note(1, 1, 60.0)], 55, 84)]
    [62.0, 60.0]
    """
    if not lowest <= highest:
        raise ValueError(f"The range came as {lowest} to {highest}; the lowest note first was wanted (lesson 11).")
    outside = sorted({note.midi for note in notes if not lowest <= note.midi <= highest})
    if not outside:
        return list(notes)
    count = sum(not lowest <= note.midi <= highest for note in notes)
    which = ", ".join(map(_pitch, outside[:8])) + " …" * (len(outside) > 8)
    said = (f"{_count(count)} of {len(notes)} outside the instrument's range {_pitch(lowest)} to {_pitch(highest)}: "
            f"{which}")
    if strict:
        raise ValueError(f"{said}. Transpose the part, or let it move by octaves (lesson 11).")
    moved = {midi: _into(midi, lowest, highest) for midi in outside}
    warnings.warn(f"{said}; moved by octaves.", stacklevel=2)
    return [dataclasses.replace(note, midi=moved.get(note.midi, note.midi)) for note in notes]


def _into(midi, lowest, highest):
    """The nearest octave of a pitch inside a range."""
    up = 12 * (math.ceil((lowest - midi) / 12) if midi < lowest else -math.ceil((midi - highest) / 12))
    if not lowest <= midi + up <= highest:
        raise ValueError(f"No octave of {_pitch(midi)} lies in the range {_pitch(lowest)} to {_pitch(highest)}; a "
                         "range of an octave or more was wanted (lesson 11).")
    return midi + up


def _pitch(midi):
    """A pitch as a musician calls it: A4, or A4 +20 cents."""
    cents = round(100 * (midi - round(midi)))
    return units.midi_to_note(round(midi)) + (f" {cents:+d} cents" if cents else "")
