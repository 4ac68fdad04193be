"""Several notes at once become lines of one note at a time, which is what an instrument of these lessons plays.  Lesson 11."""
import dataclasses
import warnings

import numpy as np

from ddsp_helpers.midi.parts import Part, named, without_empty

LEGATO_S = 0.06         # a player's finger leaves the old note this late
LEGATO_SHARE = 0.2      # or by this much of the note, if the new note outlasts the old
_SAME_S = 1e-6          # sooner than this is rounding


def voices(part):
    """The lines of one note at a time that a part is made of: as few as its fullest chord needs.

    A chord is shared out from the highest note down, each voice taking the note that lies nearest to its last one
    (the sum of all leaps is the smallest possible).  The short overlaps of legato playing (under 60 ms, or under a
    fifth of the note) are no chords: the old note ends where the new one begins.

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
    warnings.warn(f"{named(part)} has up to {len(lines)} notes at once; split into {len(lines)} voices of one note at a "
                  "time, the highest first (lesson 11).", stacklevel=2)
    label = f"{part.name}, voice" if part.name else "voice"
    return [dataclasses.replace(part, notes=tuple(line), name=f"{label} {number}") for number, line in enumerate(lines, 1)]


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
        warnings.warn(f"{named(part)}: {doubled} doubled note{'s' * (doubled != 1)} left out (same pitch, same moment).",
                      stacklevel=3)
    return list(kept.values())


def _legato(old, new):
    """Whether a new note may end the old one, because they overlap only as legato does."""
    overlap_s = old.end_s - new.onset_s
    slip = overlap_s < LEGATO_S and overlap_s <= 0.5 * old.duration_s
    return overlap_s <= _SAME_S or slip or (overlap_s < LEGATO_SHARE * old.duration_s and new.end_s >= old.end_s - _SAME_S)


def _share_out(notes):
    """Lines of notes: those that begin together are given to the lines that are free, nearest pitch first."""
    lines, at = [], 0
    while at < len(notes):
        end = at + 1
        while end < len(notes) and notes[end].onset_s - notes[at].onset_s <= _SAME_S:
            end += 1
        chord, at = notes[at:end], end                              # the highest first, as a Part keeps them
        chosen = _nearest(chord, lines)
        for n, note in enumerate(chord):
            if n in chosen:
                line = chosen[n]
                line[-1] = _ended(line[-1], note.onset_s)
            else:
                line = []
                lines.append(line)
            line.append(note)
    return lines


def _ended(note, at_s):
    """The note, over by at_s."""
    return note if note.end_s <= at_s else dataclasses.replace(note, duration_s=at_s - note.onset_s)


def _nearest(chord, lines):
    """{index of a note: the line that plays it}: as many as possible, the sum of leaps as small as possible."""
    from scipy.optimize import linear_sum_assignment

    busy = 1e6                                                      # above any sum of leaps
    cost = np.array([[abs(line[-1].midi - note.midi) if _legato(line[-1], note) else busy for line in lines]
                     for note in chord]).reshape(len(chord), len(lines))
    rows, columns = linear_sum_assignment(cost)
    return {int(row): lines[column] for row, column in zip(rows, columns) if cost[row, column] < busy}
