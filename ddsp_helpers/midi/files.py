"""Score files: MIDI and MusicXML in, MIDI out, and chorales that are fetched once.  Lesson 11."""
import os
import pathlib
import tempfile

from ddsp_helpers import assets
from ddsp_helpers.midi import musicxml, standard

MIDI, MUSICXML = (".mid", ".midi"), (".musicxml", ".xml", ".mxl")


def read(path):
    """The parts of a score file.

    Seconds are those of the score's tempo changes.  Notes last as long as the sustain pedal holds them, a key struck
    again ends its old note, and bends come in semitones.  Drums and notes of no length are left out, with a warning.

    Args:
      path: .mid or .midi (standard MIDI file, any number of tracks), .musicxml, .xml or .mxl (MusicXML).

    Returns:
      list of Part: one for each track, channel and program of a MIDI file, one for each part of MusicXML.

    Raises:
      ValueError: there is no such file, it is not what its ending says, or it holds no notes.

    >>> from ddsp_helpers.data.melodies import parse
    >>> from ddsp_helpers.midi import Part
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write([Part(parse("A4:1 B4:2", beats_per_minute=60), name="Flute")], folder + "/tune.mid")
    ...     [(part.name, part.notes[1].midi, part.end_s) for part in read(folder + "/tune.mid")]
    [('Flute', 71.0, 3.0)]
    """
    path = pathlib.Path(path)
    kind = path.suffix.lower()
    if kind not in MIDI + MUSICXML:
        raise ValueError(f"{path} ends in {path.suffix!r}; {', '.join(MIDI + MUSICXML)} was wanted (lesson 11).")
    if not path.is_file():
        raise ValueError(f"{path} does not exist; a score file was wanted (lesson 11).")
    reader = standard if kind in MIDI else musicxml
    parts = [part for line in reader.read(path.read_bytes(), where=path.name) if (part := line.part())]
    if not parts:
        raise ValueError(f"{path.name} holds no notes to play; at least one was wanted (lesson 11).")
    return parts


def write(parts, path):
    """Writes parts as a MIDI file, whole or not at all.

    Times are kept to 0.3 ms, velocities to half of 1/127, bends to 1 cent (0.02 cents within 2 semitones).

    Args:
      parts: list of Part.
      path: the .mid or .midi file to make.

    Raises:
      ValueError: another ending, no notes, or a bend of more than 127 semitones.
    """
    path = pathlib.Path(path)
    if path.suffix.lower() not in MIDI:
        raise ValueError(f"{path} ends in {path.suffix!r}; {' or '.join(MIDI)} was wanted (lesson 11).")
    if not any(part.notes for part in parts):
        raise ValueError(f"No notes came for {path}; at least one was wanted (lesson 11).")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as scratch:
        made = pathlib.Path(scratch) / path.name
        with made.open("wb") as file:
            standard.write(parts, file)
        os.replace(made, path)


def chorales():
    """Names of the chorales of Johann Sebastian Bach that `chorale` knows; fetches them once.

    >>> "bwv66.6" in chorales()
    True
    """
    return sorted(path.stem for path in assets.fetch("chorales").glob("*.mxl"))


def chorale(name="bwv66.6"):
    """A chorale of Johann Sebastian Bach in four parts.

    Args:
      name: one of chorales().

    Returns:
      list of Part: Soprano, Alto, Tenor, Bass, one note at a time each.

    Raises:
      ValueError: no such chorale, or it could not be fetched.

    >>> [part.name for part in chorale()]
    ['Soprano', 'Alto', 'Tenor', 'Bass']
    """
    if name not in chorales():
        raise ValueError(f"There is no chorale {name!r}; there are {', '.join(chorales())} (lesson 11).")
    return read(assets.fetch("chorales") / f"{name}.mxl")
