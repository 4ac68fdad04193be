"""Tunes in ABC notation as notes: the fiddle tunes of the registry pack `tunes`, or any .abc file of one voice.

Read are pitches, lengths, accidentals, key signatures with modes, ties, triplets and dotted pairs.  Repeats are played
once; chords keep their highest note; ornaments and words are left out.  Lesson 07 plays instruments over them.
"""

import pathlib
import re

from ddsp_helpers import assets
from ddsp_helpers.data.melodies import Note

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
_MODES = {"": 0, "maj": 0, "ion": 0, "mix": -1, "dor": -2, "m": -3, "min": -3, "aeo": -3, "phr": -4, "loc": -5, "lyd": 1}
_TOKEN = re.compile(
    r"(?P<accidental>\^\^|\^|__|_|=)?(?P<pitch>[A-Ga-gzx])(?P<octave>[,']*)(?P<times>\d*)(?P<slash>/*)(?P<over>\d*)"
    r"|\((?P<tuplet>[2-9])|(?P<broken>[<>]+)|(?P<tie>-)|(?P<bar>\|)"
)
_SKIPPED = re.compile(r'"[^"]*"|\{[^}]*\}|![^!]*!|\[[A-Za-z]:[^\]]*\]|%.*')


def tunes():
    """Paths of the fiddle tunes of Ryan's Mammoth Collection (1883), fetched once."""
    return sorted(assets.fetch("tunes").glob("*.abc"))


def read(path, *, quarters_per_minute=100):
    """The notes of an .abc file.

    Raises:
      ValueError: it has no notes.
    """
    return parse(pathlib.Path(path).read_text(encoding="latin-1"), quarters_per_minute=quarters_per_minute)


def parse(text, *, quarters_per_minute=100):
    """The notes of one tune in ABC notation.

    Args:
      text: header lines such as "K:D" and the tune.
      quarters_per_minute: tempo in quarter notes.

    Returns:
      list of melodies.Note.

    Raises:
      ValueError: there are no notes.

    >>> [round(note.midi) for note in parse("L:1/4\\nK:D\\nD F A2")]
    [62, 66, 69]
    """
    unit, key, body = 1 / 8, {}, []
    for line in text.splitlines():
        field = re.match(r"([A-Za-z]):(.*)", line)
        if field and field[1] == "L":
            above, _, below = field[2].strip().partition("/")
            unit = float(above) / float(below or 1)
        elif field and field[1] == "K":
            key = key_signature(field[2].strip())
        elif not field:
            body.append(_SKIPPED.sub("", line))
    notes = _play(" ".join(body), unit * 4 * 60 / quarters_per_minute, key)
    if not notes:
        raise ValueError("The ABC text holds no notes; a header with K: and lines of notes were wanted (lesson 07).")
    return notes


def key_signature(name):
    """Semitones that a key adds to each letter.

    Raises:
      ValueError: not a key.

    >>> key_signature("Edor") == {"F": 1, "C": 1}, key_signature("Bb")
    (True, {'B': -1, 'E': -1})
    """
    found = re.match(r"([A-G])([#b]?)\s*([A-Za-z]{0,3})", name)
    if not found or found[3].lower() not in _MODES:
        raise ValueError(f"K:{name} came; a key such as D, Gm or Edor was wanted (lesson 07).")
    fifths = _FIFTHS[found[1]] + 7 * {"": 0, "#": 1, "b": -1}[found[2]] + _MODES[found[3].lower()]
    letters = "FCGDAEB" if fifths > 0 else "BEADGCF"
    return {letter: 1 if fifths > 0 else -1 for letter in letters[:abs(fifths)]}


def _play(body, unit_s, key):
    """Walks through the tokens of a tune."""
    notes, now, measure, triplet, stretch, tied = [], 0.0, {}, 0, 1.0, False
    for token in _TOKEN.finditer(re.sub(r"\[([^\]|:]*)\]", _highest, body)):
        if token["bar"]:
            measure = {}
        elif token["tuplet"]:
            triplet = int(token["tuplet"])
            share = {2: 3 / 2, 3: 2 / 3, 4: 3 / 4, 6: 1 / 3}.get(triplet, 2 / triplet)
        elif token["tie"]:
            tied = bool(notes)
        elif token["broken"]:
            longer = 2 - 0.5 ** len(token["broken"])
            first, stretch = (longer, 2 - longer) if token["broken"][0] == ">" else (2 - longer, longer)
            if notes and abs(notes[-1].end_s - now) < 1e-9:
                before = notes[-1]
                now += before.duration_s * (first - 1)
                notes[-1] = Note(before.onset_s, before.duration_s * first, before.midi)
        else:
            length = unit_s * _length(token) * stretch * (share if triplet else 1.0)
            stretch, triplet = 1.0, max(0, triplet - 1)
            if token["pitch"] not in "zx":
                midi = _midi(token, key, measure)
                if tied and notes[-1].midi == midi:
                    notes[-1] = Note(notes[-1].onset_s, now + length - notes[-1].onset_s, midi)
                else:
                    notes.append(Note(now, length, midi))
            tied = False
            now += length
    return notes


def _highest(chord):
    """The highest note of a chord in brackets: good enough by its last one."""
    parts = [part[0] for part in _TOKEN.finditer(chord[1]) if part["pitch"]]
    return parts[-1] if parts else ""


def _length(token):
    """Length of a note in units: 3/2, 2, /2, // …"""
    halves = 2 ** len(token["slash"]) if not token["over"] else int(token["over"])
    return int(token["times"] or 1) / (halves if token["slash"] else 1)


def _midi(token, key, measure):
    """MIDI number of a note; an accidental holds until the bar line."""
    letter = token["pitch"].upper()
    octave = 5 if token["pitch"].islower() else 4
    octave += token["octave"].count("'") - token["octave"].count(",")
    if token["accidental"]:
        measure[letter, octave] = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}[token["accidental"]]
    return float(12 * (octave + 1) + _STEPS[letter] + measure.get((letter, octave), key.get(letter, 0)))
