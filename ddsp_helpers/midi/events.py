"""What MIDI says between note-on and sound: pedals, re-struck notes, bend ranges; for files and NoteSequences alike."""
import dataclasses
import math
import warnings

from ddsp_helpers.data.melodies import Note
from ddsp_helpers.midi.parts import Part, check_notes, without_empty

PEDAL, DATA, DATA_FINE, NRPN_FINE, NRPN, RPN_FINE, RPN = 64, 6, 38, 98, 99, 100, 101    # control numbers
BEND = -1                           # in place of a control number
BEND_STEPS = 8192                   # a bend of the whole range
BEND_RANGE = 2.0                    # semitones, until the file says another (RPN 0)


@dataclasses.dataclass
class Line:
    """One instrument, raw: notes (onset_s, end_s, pitch, velocity 0 ... 127) and events (time_s, control, value)."""

    name: str = ""
    program: int = 0
    notes: list = dataclasses.field(default_factory=list)
    events: list = dataclasses.field(default_factory=list)

    def part(self):
        """As a Part, with pedals and bends worked out; None where no note lasts."""
        whole = check_notes([Note(float(onset), float(end) - float(onset), float(pitch), velocity / 127)
                             for onset, end, pitch, velocity in self.notes], where=self.name)
        where = f"part {self.name!r}" if self.name else "a part"
        notes = without_empty(whole, where=where)
        if not notes:
            return None
        notes = restruck(pedalled(sorted(notes, key=lambda note: note.onset_s), self.events))
        return Part(notes, name=self.name, program=self.program, bends=bends(self.events))


def pedalled(notes, events):
    """Notes released while the sustain pedal is down sound until it comes up, or until the end if it never does.

    The pedal holds what is released after it went down; a release at that very moment is not held.
    """
    spans = pedal_spans(events)
    if not spans:
        return notes
    last_s = max(max(note.end_s for note in notes), events[-1][0])
    held, at = {}, 0
    for index in sorted(range(len(notes)), key=lambda index: notes[index].end_s):
        end_s = notes[index].end_s
        while at < len(spans) and spans[at][1] <= end_s:
            at += 1
        if at < len(spans) and spans[at][0] < end_s:
            held[index] = min(spans[at][1], last_s)
    return [dataclasses.replace(note, duration_s=held[index] - note.onset_s) if index in held else note
            for index, note in enumerate(notes)]


def pedal_spans(events):
    """When the sustain pedal is down: (down_s, up_s) in order; up_s is infinite if it never comes up.

    >>> pedal_spans([(0.0, PEDAL, 127), (1.0, PEDAL, 100), (2.0, PEDAL, 0)])
    [(0.0, 2.0)]
    """
    spans, down_s = [], None
    for time_s, control, value in events:
        if control != PEDAL:
            continue
        if value >= 64 and down_s is None:
            down_s = time_s
        elif value < 64 and down_s is not None:
            spans.append((down_s, time_s))
            down_s = None
    return spans if down_s is None else [*spans, (down_s, math.inf)]


def restruck(notes):
    """A key that is struck again ends its old note; notes in order of onset."""
    ended, sounding = list(notes), {}
    for index, note in enumerate(notes):
        before = sounding.get(note.midi)
        if before is not None and ended[before].onset_s < note.onset_s < ended[before].end_s:
            ended[before] = dataclasses.replace(ended[before], duration_s=note.onset_s - ended[before].onset_s)
        sounding[note.midi] = index
    return ended


def bends(events):
    """Bends in semitones: wheel positions times the range of RPN 0, whichever changes; standing still is left out.

    >>> bends([(0.0, RPN, 0), (0.0, RPN_FINE, 0), (0.0, DATA, 12), (1.0, BEND, 4096)])
    ((1.0, 6.0),)
    """
    chosen, coarse, fine, wheel, curve = [127, 127], BEND_RANGE, 0.0, 0, [(0.0, 0.0)]
    for time_s, control, value in events:
        if control in (RPN, RPN_FINE):
            chosen[control == RPN_FINE] = value
        elif control in (NRPN, NRPN_FINE):
            chosen = [127, 127]                                 # other parameters: data entry is not the bend range
        elif control == DATA and chosen == [0, 0]:
            coarse = float(value)
        elif control == DATA_FINE and chosen == [0, 0]:
            fine = value / 100
        elif control == BEND:
            wheel = value
        semitones = wheel / BEND_STEPS * (coarse + fine)
        if semitones != curve[-1][1]:
            if len(curve) > 1 and curve[-1][0] == time_s:       # the last word of a moment counts
                curve.pop()
            if semitones != curve[-1][1]:
                curve.append((float(time_s), semitones))
    return tuple(curve[1:])


def drums_left_out(count):
    """Says how many strokes of drums were left out."""
    if count:
        warnings.warn(f"{count} drum stroke{'s' * (count != 1)} left out: drums have no pitch to play (lesson 11).",
                      stacklevel=3)
