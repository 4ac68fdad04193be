"""note-seq's NoteSequence, in and out.  note_seq takes seconds to import, so it waits until one is made.  Lesson 11."""
import warnings

from ddsp_helpers.midi import standard
from ddsp_helpers.midi.events import BEND, DATA, DATA_FINE, RPN, RPN_FINE, Line, drums_left_out

_RPN_FIRST = {RPN: 0, RPN_FINE: 0, DATA: 1, DATA_FINE: 1}       # a moment has no order of its own in a NoteSequence


def from_note_sequence(sequence):
    """The parts of a NoteSequence: one for each instrument and program (and part of a score), drums left out.

    Sustain pedal, re-struck notes and pitch bends are worked out, as in `read`.

    Args:
      sequence: note_seq.NoteSequence, in seconds.

    Returns:
      list of Part, in the order of the instruments.

    Raises:
      ValueError: it is not a NoteSequence, holds no notes, or holds one that cannot be.

    >>> from ddsp_helpers.midi import Part, to_note_sequence
    >>> from ddsp_helpers.data.melodies import parse
    >>> from_note_sequence(to_note_sequence([Part(parse("A4:1 B4:1"), name="Flute")]))[0].notes[1].midi
    71.0
    """
    if getattr(getattr(sequence, "DESCRIPTOR", None), "name", "") != "NoteSequence":
        raise ValueError(f"{type(sequence).__name__} came; a note_seq.NoteSequence was wanted (lesson 11).")
    names = {info.instrument: info.name for info in sequence.instrument_infos}
    score = {info.part: info.name for info in sequence.part_infos}
    lines, drums = {}, 0
    for note in sequence.notes:
        if note.is_drum:
            drums += 1
            continue
        key = (note.instrument, note.program, note.part)
        name = names.get(note.instrument) or score.get(note.part, "")
        line = lines.setdefault(key, Line(name, note.program))
        line.notes.append((note.start_time, note.end_time, note.pitch, note.velocity))
    drums_left_out(drums)
    histories = {}
    for change in sequence.control_changes:
        histories.setdefault(change.instrument, []).append((change.time, change.control_number, change.control_value))
    for bend in sequence.pitch_bends:
        histories.setdefault(bend.instrument, []).append((bend.time, BEND, bend.bend))
    for key, line in lines.items():
        line.events = sorted(histories.get(key[0], []), key=lambda event: (event[0], _RPN_FIRST.get(event[1], 2)))
    parts = [part for key in sorted(lines) if (part := lines[key].part())]
    if not parts:
        raise ValueError("The NoteSequence holds no notes to play; at least one was wanted (lesson 11).")
    return parts


def to_note_sequence(parts):
    """Parts as a NoteSequence: times exact, velocities in 127 steps, bends in 8192 steps of their range.

    Args:
      parts: list of Part.

    Returns:
      note_seq.NoteSequence with one instrument a part.

    Raises:
      ValueError: a bend of more than 127 semitones.
      ModuleNotFoundError: note-seq is not installed, or cannot be imported here.
    """
    sequence = _music_pb2().NoteSequence(ticks_per_quarter=960)
    sequence.tempos.add(time=0, qpm=120)
    for instrument, part in enumerate(parts):
        whose = {"instrument": instrument, "program": part.program}
        if part.name:
            sequence.instrument_infos.add(instrument=instrument, name=part.name)
        standard.say_rounded(part)
        for note in part.notes:
            sequence.notes.add(start_time=note.onset_s, end_time=note.end_s, pitch=round(note.midi),
                               velocity=max(1, round(note.velocity * 127)), **whose)
        reach = standard.bend_range(part.bends)
        if part.bends:
            for control, value in ((RPN, 0), (RPN_FINE, 0), (DATA, reach), (DATA_FINE, 0)):
                sequence.control_changes.add(time=0, control_number=control, control_value=value, **whose)
        for time_s, semitones in part.bends:
            sequence.pitch_bends.add(time=time_s, bend=standard.bend_steps(semitones, reach), **whose)
    sequence.total_time = max((part.end_s for part in parts), default=0.0)
    return sequence


def _music_pb2():
    """note-seq's messages; on Python 3.13 it needs a module that Python no longer has."""
    try:
        with warnings.catch_warnings(action="ignore"):          # of programs for compressed sound, which no note needs
            from note_seq.protobuf import music_pb2
    except ModuleNotFoundError as error:
        remedy = "audioop-lts" if "audioop" in (error.name or "") else "note-seq"
        raise ModuleNotFoundError(f"note_seq cannot be imported: {error}. What to do: pip install {remedy} "
                                  "(lesson 11).", name=remedy) from error
    return music_pb2
