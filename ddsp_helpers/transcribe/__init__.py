"""Solo recordings become notes, and notes are compared with a score.  Lesson 11.

    from ddsp_helpers import transcribe

    found = transcribe.notes_of_file("solo.wav")
    print(found.report)
    print(transcribe.compare(found.notes, score).table())
"""
from ddsp_helpers.transcribe.comparison import Comparison, compare
from ddsp_helpers.transcribe.report import Doubt, Report
from ddsp_helpers.transcribe.transcription import Transcription, notes, notes_of_file, with_notes

__all__ = ["Comparison", "Doubt", "Report", "Transcription", "compare", "notes", "notes_of_file", "with_notes"]
