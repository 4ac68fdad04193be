"""Scores in and out: MIDI files, MusicXML and note-seq's NoteSequence become parts of notes, and parts become files.

    from ddsp_helpers import midi

    soprano, alto, tenor, bass = midi.chorale("bwv66.6")
    for part in midi.read("score.mid"):
        for line in midi.voices(part): ...          # one note at a time: what an instrument can play

Seconds are those of the score's tempo changes; the sustain pedal, re-struck notes and pitch bends are honoured.
Nothing here needs TensorFlow, and note-seq is imported only where a NoteSequence goes in or out.  Lesson 11 plays them.
"""
from ddsp_helpers.midi.files import chorale, chorales, read, write
from ddsp_helpers.midi.parts import Part, bend_curve, fit_range, stretch, transpose
from ddsp_helpers.midi.sequences import from_note_sequence, to_note_sequence
from ddsp_helpers.midi.voices import voices

__all__ = ["Part", "bend_curve", "chorale", "chorales", "fit_range", "from_note_sequence", "read", "stretch",
           "to_note_sequence", "transpose", "voices", "write"]
