"""MusicXML: notes of every part on one clock, ties joined, repeats played.

note-seq 0.0.5 has a reader too; it misses tempo marks outside directions, keeps tempo changes to the parts below them,
strikes tied notes twice, moves B sharp and C flat by an octave, and counts programs from 1.  Lesson 11.
"""
import dataclasses
import io
import warnings
import xml.etree.ElementTree as ElementTree
import zipfile

import numpy as np

from ddsp_helpers.midi.events import Line, drums_left_out
from ddsp_helpers.midi.repeats import order_of_measures

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MARKS = {"pppp": 0.1, "ppp": 0.18, "pp": 0.28, "p": 0.4, "mp": 0.52, "mf": 0.64, "f": 0.76, "ff": 0.88, "fff": 0.97}
_UNITS = {"whole": 4.0, "half": 2.0, "quarter": 1.0, "eighth": 0.5, "16th": 0.25}     # quarter notes
_LOUD = 90                          # velocity that MusicXML calls 100 %
_VELOCITY = 0.7                     # without any mark, as of a Note
_QPM = 120.0


@dataclasses.dataclass
class _Measure:
    """One measure of one part, in quarter notes from its beginning."""

    length: float = 0.0
    notes: list = dataclasses.field(default_factory=list)       # (onset, duration, midi, velocity, ties)
    tempos: list = dataclasses.field(default_factory=list)      # (onset, quarters per minute)


@dataclasses.dataclass
class _Left:
    """What is left out."""

    graces: int = 0
    drums: int = 0


def read(data, *, where):
    """The parts of a score as Lines.

    Raises:
      ValueError: the bytes are not MusicXML by parts.
    """
    root, left = _root(data, where), _Left()
    about = {entry.get("id"): entry for entry in root.findall("part-list/score-part")}
    try:
        parts = [(about.get(part.get("id")), _measures(part, left)) for part in root.findall("part")]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{where} is not valid MusicXML: a note or a mark cannot be read ({error}) "
                         "(lesson 11).") from error
    if not any(measures for _, measures in parts):
        return []
    lengths = [max(measures[n].length for _, measures in parts if n < len(measures))
               for n in range(max(len(measures) for _, measures in parts))]
    order = order_of_measures(root.find("part"))
    begins = np.concatenate([[0.0], np.cumsum([lengths[n] for n in order])])
    seconds = _clock(parts, order, begins)
    drums_left_out(left.drums)
    if left.graces:
        warnings.warn(f"{where}: {left.graces} grace note{'s' * (left.graces != 1)} left out.", stacklevel=3)
    return [_line(entry, measures, order, begins, seconds) for entry, measures in parts]


def _root(data, where):
    """The document, unpacked if it is compressed."""
    try:
        if data[:2] == b"PK":
            data = _unpacked(data)
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, zipfile.BadZipFile, KeyError, StopIteration, RuntimeError, ValueError) as error:
        said = str(error) or "it holds no score"
        raise ValueError(f"{where} cannot be read as MusicXML: {said} (lesson 11).") from error
    if root.tag != "score-partwise":
        raise ValueError(f"{where} holds <{root.tag}>; a <score-partwise> of MusicXML was wanted. Save it again from a "
                         "music program (lesson 11).")
    return root


def _unpacked(data):
    """The score inside an .mxl archive: the first root file of its container."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "META-INF/container.xml" in archive.namelist():
            container = ElementTree.fromstring(archive.read("META-INF/container.xml"))
            name = next(entry.get("full-path") for entry in container.iter() if entry.tag.endswith("rootfile"))
        else:
            name = next(name for name in archive.namelist() if name.endswith((".xml", ".musicxml")))
        return archive.read(name)


def _line(entry, measures, order, begins, seconds):
    """A part, its measures in playing order, on the clock of the score."""
    name = (entry.findtext("part-name") or "").strip() if entry is not None else ""
    program = entry.findtext("midi-instrument/midi-program") if entry is not None else None
    line = Line(name, min(127, max(0, int(program) - 1)) if program else 0)
    played = [(begin + onset, duration, midi, velocity, ties)
              for number, begin in zip(order, begins) if number < len(measures)
              for onset, duration, midi, velocity, ties in measures[number].notes]
    for onset, duration, midi, velocity in _tied(sorted(played, key=lambda note: note[0])):
        line.notes.append((seconds(onset), seconds(onset + duration), midi, velocity * 127))
    return line


def _tied(notes):
    """Notes with ties joined: a tie goes on where the same pitch begins as the first ends."""
    joined, open_ties = [], {}
    for onset, duration, midi, velocity, ties in notes:
        before = open_ties.pop((midi, round(onset, 6)), None) if "stop" in ties else None
        if before is None:
            joined.append([onset, duration, midi, velocity])
            before = joined[-1]
        else:
            before[1] += duration
        if "start" in ties:
            open_ties[midi, round(onset + duration, 6)] = before
    return joined


def _clock(parts, order, begins):
    """A function from quarter notes to seconds: the tempo marks of all parts, 120 a minute before the first."""
    changes = {0.0: _QPM}
    for begin, number in zip(begins, order):
        for _, measures in reversed(parts):                         # where marks disagree, the upper part's counts
            for onset, qpm in measures[number].tempos if number < len(measures) else []:
                changes[begin + onset] = qpm
    at = np.array(sorted(changes))
    second_a_quarter = 60 / np.array([changes[time] for time in at])
    begins_s = np.concatenate([[0.0], np.cumsum(np.diff(at) * second_a_quarter[:-1])])

    def seconds(quarters):
        index = np.searchsorted(at, quarters + 1e-9, side="right") - 1
        return float(begins_s[index] + (quarters - at[index]) * second_a_quarter[index])

    return seconds


def _measures(part, left):
    """The measures of a part as written; divisions, transposition and loudness go on from measure to measure."""
    state = {"divisions": 1.0, "transpose": 0.0, "velocity": _VELOCITY}
    return [_measure(measure, state, left) for measure in part.findall("measure")]


def _measure(xml, state, left):
    """One measure: a cursor that notes and <forward> move on and <backup> moves back."""
    measure, now, onset = _Measure(), 0.0, 0.0
    for item in xml:
        lasts = float(item.findtext("duration") or 0) / state["divisions"]
        if item.tag == "attributes":
            _attributes(item, state)
        elif item.tag == "backup":
            now -= lasts
        elif item.tag == "forward":
            now += lasts
        elif item.tag in ("direction", "sound"):
            _direction(item, now, measure, state)
        elif item.tag == "note" and item.find("duration") is None:
            left.graces += item.find("grace") is not None
        elif item.tag == "note":
            if item.find("chord") is None:                          # a note of a chord begins with the one before it
                onset, now = now, now + lasts
            left.drums += item.find("unpitched") is not None
            if item.find("pitch") is not None and item.find("cue") is None:
                ties = frozenset(tie.get("type") for tie in item.findall("tie"))
                measure.notes.append((onset, lasts, _pitch(item.find("pitch")) + state["transpose"],
                                      _velocity(item.get("dynamics"), state["velocity"]), ties))
        measure.length = max(measure.length, now)
    return measure


def _attributes(item, state):
    """How long a quarter note is, and how a transposing instrument sounds."""
    if item.findtext("divisions"):
        state["divisions"] = float(item.findtext("divisions"))
        if state["divisions"] <= 0:
            raise ValueError(f"divisions of {state['divisions']:g}")
    transposed = item.find("transpose")
    if transposed is not None:
        octaves = int(transposed.findtext("octave-change") or 0)
        state["transpose"] = float(transposed.findtext("chromatic") or 0) + 12 * octaves


def _direction(item, now, measure, state):
    """Tempo and loudness marks; a <sound> says what is played, else the printed mark counts."""
    sound = item if item.tag == "sound" else item.find("sound")
    qpm = float(sound.get("tempo") or 0) if sound is not None else 0.0
    mark = item.find("direction-type/metronome")
    if not qpm and mark is not None and (mark.findtext("per-minute") or "").replace(".", "", 1).isdigit():
        dotted = 1.5 if mark.find("beat-unit-dot") is not None else 1.0
        qpm = float(mark.findtext("per-minute")) * _UNITS.get(mark.findtext("beat-unit"), 1.0) * dotted
    if qpm > 0:
        measure.tempos.append((now, qpm))
    for printed in item.findall("direction-type/dynamics/*"):
        state["velocity"] = _MARKS.get(printed.tag, state["velocity"])
    state["velocity"] = _velocity(sound.get("dynamics") if sound is not None else None, state["velocity"])


def _velocity(percent, otherwise):
    """MusicXML's loudness in percent of velocity 90, as 0 ... 1."""
    return otherwise if percent is None else min(1.0, max(1 / 127, float(percent) / 100 * _LOUD / 127))


def _pitch(xml):
    """MIDI note number of a <pitch>; quarter tones keep their half."""
    return _STEPS[xml.findtext("step")] + float(xml.findtext("alter") or 0) + 12 * (int(xml.findtext("octave")) + 1)
