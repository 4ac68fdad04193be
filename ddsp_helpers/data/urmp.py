"""URMP (Li et al. 2018), where the learner has it: separately recorded parts of 44 chamber pieces as recordings.

The folder `Dataset` holds a folder a piece with `AuSep_1_vn_01_Jupiter.wav` and `Notes_1_vn_01_Jupiter.txt` (onset in
seconds, frequency in Hz, duration in seconds).  For research use; see its own terms.  Lessons 07 and 11.
"""

import functools
import pathlib
import re

from ddsp_helpers import audio, units
from ddsp_helpers.data.melodies import Note
from ddsp_helpers.data.sources import Recording

INSTRUMENTS = {
    "violin": "vn", "viola": "va", "cello": "vc", "double bass": "db", "flute": "fl", "oboe": "ob", "clarinet": "cl",
    "saxophone": "sax", "bassoon": "bn", "trumpet": "tpt", "horn": "hn", "trombone": "tbn", "tuba": "tba",
}
_NAME = re.compile(r"AuSep_(?P<part>\d+)_(?P<instrument>[a-z]+)_(?P<piece>.+)\.wav$")


def recordings(path, *, instrument):
    """All parts of an instrument; the group is the piece, so that whole pieces are held out.

    Args:
      path: the folder with the pieces.
      instrument: a name in INSTRUMENTS, or URMP's own abbreviation.

    Returns:
      list of Recording with their annotated notes.

    Raises:
      ValueError: an unknown instrument, or no such part in the folder.
    """
    short = INSTRUMENTS.get(instrument, instrument)
    if short not in INSTRUMENTS.values():
        raise ValueError(f"instrument={instrument!r} came; one of {', '.join(INSTRUMENTS)} was wanted (lesson 07).")
    path = pathlib.Path(path).expanduser()
    found = [(file, _NAME.search(file.name)) for file in sorted(path.rglob("AuSep_*.wav"))]
    parts = [(file, name) for file, name in found if name and name["instrument"] == short]
    if not parts:
        there = sorted({name["instrument"] for _, name in found if name})
        raise ValueError(
            f"{path} holds no part of {instrument!r}; there is {', '.join(there) or 'nothing of URMP'} (lesson 07)."
        )
    return [_recording(file, name) for file, name in parts]


def _recording(file, name):
    info = audio.info(file)
    notes_file = file.with_name(file.name.replace("AuSep_", "Notes_")).with_suffix(".txt")
    return Recording(
        name=file.stem.removeprefix("AuSep_"), group=name["piece"], sample_rate=info.sample_rate,
        duration_s=info.duration_s, load=functools.partial(audio.load, file),
        fingerprint=f"urmp {file.name} {file.stat().st_size}", licence="see the terms of URMP",
        credit="URMP, Li et al. 2018", notes=read_notes(notes_file) if notes_file.is_file() else (),
    )


def read_notes(file):
    """The notes of a Notes_….txt file.

    Returns:
      tuple of melodies.Note; their pitch is measured, with fractions.

    Raises:
      ValueError: a line is not onset, frequency, duration.
    """
    notes = []
    for number, line in enumerate(pathlib.Path(file).read_text(encoding="utf-8").splitlines(), start=1):
        try:
            onset_s, f0_hz, duration_s = map(float, line.split())
        except ValueError as error:
            raise ValueError(f"{file}, line {number}: onset, frequency, duration wanted; {line!r} came.") from error
        notes.append(Note(onset_s, duration_s, float(units.hz_to_midi(f0_hz))))
    return tuple(notes)
