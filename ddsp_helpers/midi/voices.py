"""Several notes at once become lines of one note at a time, which is what these instruments play.  Lesson 11."""
import dataclasses
import warnings

import numpy as np

from ddsp_helpers.midi.parts import Part, named, without_empty

LEGATO_S = 0.06         # a player's finger leaves the old note this late
LEGATO_SHARE = 0.2      # or by this much of the note, if the new note outlasts the old
_SAME_S = 1e-6          # sooner than this is rounding


def voices(part):
    """The lines of one note at a time that a part is made of: as few as its fullest chord needs.

    Where as many notes begin as voices are free, the highest voice takes the highest note; else each voice takes the
    note that lies nearest to its last one (the sum of all leaps is the smallest possible).  Short overlaps of legato
    playing (under 60 ms, or under a fifth of the note) are no chords: the old note ends where the new one begins.

    Args:
      part: Part.

    Returns:
      list of Part, the highest voice first; the part itself where it is one line already.

    >>> from ddsp_helpers.data.melodies import Note
    >>> with warnings.catch_warnings(action="ignore"):
    ...     high, low = voices(Part([Note(0, 1, 60.0), Note(0, 1, 67.0), Note(1, 1, 65.0), Note(1, 1, 62.0)]))
    >>> [note.midi for note in high.notes], [note.midi for note in low.notes]
    ([67.0, 65.0], [60.0, 62.0])
    """
    notes = _without_doubles(without_empty(part.notes, where=named(part)), part)
    lines = _share_out(notes)
    if len(lines) <= 1:
        line = lines[0] if lines else []
        return [part if tuple(line) == part.notes else dataclasses.replace(part, notes=tuple(line))]
    lines.sort(key=lambda line: -np.mean([note.midi for note in line]))
    warnings.warn(f"{named(part)} has up to {len(lines)} notes at once; split into {len(lines)} voices of one note at "
                  "a time, the highest first (lesson 11).", stacklevel=2)
    label = f"{part.name}, voice" if part.name else "voice"
    return [dataclasses.replace(part, notes=tuple(line), name=f"{label} {number}")
            for number, line in enumerate(lines, 1)]


def _without_doubles(notes, part):
    """One of the notes that begin together on the same pitch: the longest, at the greatest velocity."""
    kept = {}
    for note in notes:
        key = (round(note.onset_s / _SAME_S), note.midi)
        other = kept.get(key)
        kept[key] = note if other is None else dataclasses.replace(
            note, duration_s=max(note.duration_s, other.duration_s), velocity=max(note.velocity, other.velocity))
    if len(kept) < len(notes):
        doubled = len(notes) - len(kept)
        warnings.warn(f"{named(part)}: {doubled} doubled note{'s' * (doubled != 1)} left out (same pitch, same "
                      "moment).", stacklevel=3)
    return list(kept.values())


def _legato(old, new):
    """Whether a new note may end the old one, because they overlap only as legato does."""
    overlap_s = old.end_s - new.onset_s
    slip = overlap_s < LEGATO_S and overlap_s <= 0.5 * old.duration_s
    outlasted = overlap_s < LEGATO_SHARE * old.duration_s and new.end_s >= old.end_s - _SAME_S
    return overlap_s <= _SAME_S or slip or outlasted


class _Voice:
    """A line while it is made, and how high it lies so far."""

    def __init__(self):
        self.notes, self._sum = [], 0.0

    @property
    def height(self):
        return self._sum / len(self.notes)

    def add(self, note):
        """The next note; an overlap with the last one ends that one."""
        if self.notes and self.notes[-1].end_s > note.onset_s:
            self.notes[-1] = dataclasses.replace(self.notes[-1], duration_s=note.onset_s - self.notes[-1].onset_s)
        self.notes.append(note)
        self._sum += note.midi


def _share_out(notes):
    """Lines of notes: those that begin together are given to the voices that are free."""
    lines, at = [], 0
    while at < len(notes):
        end = at + 1
        while end < len(notes) and notes[end].onset_s - notes[at].onset_s <= _SAME_S:
            end += 1
        chord, at = notes[at:end], end
        for note, line in zip(chord, _takers(chord, lines)):
            if line is None:
                line = _Voice()
                lines.append(line)
            line.add(note)
    return [line.notes for line in lines]


def _takers(chord, lines):
    """For each note of a chord, the highest first, the voice that plays it; None asks for a new voice."""
    free = [[_legato(line.notes[-1], note) for line in lines] for note in chord]
    ready = [line for line, may in zip(lines, zip(*free)) if all(may)]
    if len(chord) == len(ready) == sum(map(any, zip(*free))):       # one for each: by height, which undoes any crossing
        return sorted(ready, key=lambda line: -line.height)
    from scipy.optimize import linear_sum_assignment

    busy = 1e6                                                      # above any sum of leaps
    cost = np.array([[_leap(line.notes[-1], note) if may else busy for line, may in zip(lines, row)]
                     for note, row in zip(chord, free)]).reshape(len(chord), len(lines))
    chosen = {row: column for row, column in zip(*linear_sum_assignment(cost)) if cost[row, column] < busy}
    return [lines[chosen[n]] if n in chosen else None for n in range(len(chord))]


def _leap(old, new):
    """Semitones between two notes; a little more for wide ones: of two equal sums the one without crossing wins."""
    leap = abs(old.midi - new.midi)
    return leap + 1e-3 * leap**2
