"""How far a transcription can be trusted, in a musician's words.  Lesson 11."""

import dataclasses
from typing import NamedTuple

import numpy as np

from ddsp_helpers import units
from ddsp_helpers.data.diagnose import Finding

SHORT_S = 0.06
SEVERAL = 0.3                # share of frames that sound like two notes, from which on it is no solo
_COVERED = (0.5, 0.8)        # share of the sound inside notes: unusable below the first, fair below the second
_TREMBLES_CENTS = 60.0       # median deviation within one note, from which on it is hardly a note
_MOST_DOUBTFUL = 0.2         # share of doubtful notes, from which on the whole is only fair


class Doubt(NamedTuple):
    """A note that may be wrong: its index in the notes, why, and what to do."""

    index: int
    reason: str
    remedy: str


@dataclasses.dataclass(frozen=True)
class Report:
    """How good the notes of a recording are.  str() is the verdict and the doubts.

    Args:
      count: how many notes.
      covered: share of the sounding time that lies in notes, 0 to 1.
      deviation_cents: how far pitch strays from its note, median over all frames in notes, cents.
      short_share: share of notes shorter than 60 ms.
      doubtful: tuple of Doubt.
      several_voices: share of the loud frames that sound like two notes at once.
      findings: tuple of data Finding: what is wrong with the recording as a whole, and the remedy.
      quality: "good", "fair" or "unusable".
    """

    count: int
    covered: float
    deviation_cents: float
    short_share: float
    doubtful: tuple
    several_voices: float
    findings: tuple
    quality: str

    @property
    def usable(self):
        """Whether the notes can be used at all."""
        return self.quality != "unusable"

    @property
    def verdict(self):
        """One sentence: how many notes, how good, and what is wrong."""
        text = f"{self.count} note{'' if self.count == 1 else 's'}"
        if self.count:
            text += (f" in {self.covered:.0%} of the sound, pitch within {self.deviation_cents:.0f} cents of each, "
                     f"{len(self.doubtful) or 'none'} doubtful")
        words = {"good": "good", "fair": "usable, listen to the doubtful ones", "unusable": "not usable"}[self.quality]
        return f"{text}: {words}." + "".join(f" {finding}." for finding in self.findings)

    def __str__(self):
        lines = [f"note {doubt.index + 1}: {doubt.reason}. {doubt.remedy}." for doubt in self.doubtful]
        return "\n".join([self.verdict, *lines])


def judge(notes, heard, features, *, voices, loud_db):
    """The Report of notes.

    Args:
      notes: tuple of melodies.Note.
      heard: the placing.Heard they were found in.
      features: features.Features, for the level.
      voices: share of the loud frames that sound like several voices.
      loud_db: RMS level of the loud notes, dB.
    """
    frames = [_frames(note, heard) for note in notes]
    inside = np.zeros(len(heard.midi), bool)
    for part in frames:
        inside[part] = True
    sounding = features.power_db > max(loud_db - 25.0, -70.0)
    covered = float(inside[sounding].mean()) if sounding.any() else 0.0
    astray = [100.0 * np.abs(heard.midi[part] - note.midi) for note, part in zip(notes, frames)]
    doubtful = tuple(_doubts(notes, astray, heard, frames))
    short = np.mean([note.duration_s < SHORT_S for note in notes]) if notes else 0.0
    findings = tuple(_findings(notes, sounding, covered, voices, len(heard.midi) / heard.frame_rate))
    quality = "good"
    if covered < _COVERED[1] or len(doubtful) > _MOST_DOUBTFUL * len(notes):
        quality = "fair"
    if any(finding.severity == "error" for finding in findings):
        quality = "unusable"
    stray = float(np.median(np.concatenate(astray))) if notes else 0.0
    return Report(len(notes), covered, stray, float(short), doubtful, voices, findings, quality)


def _frames(note, heard):
    """The frames of a note as a slice of at least one."""
    start = min(round(note.onset_s * heard.frame_rate), len(heard.midi) - 1)
    return slice(start, max(start + 1, round(note.end_s * heard.frame_rate)))


def _findings(notes, sounding, covered, voices, length_s):
    """What is wrong with the recording as a whole."""
    where_s = (0.0, length_s)
    if not sounding.any():
        yield Finding("silence", "error", where_s, "It is silent",
                      "Check the microphone and its input, or choose another recording")
    elif voices > SEVERAL:
        yield Finding("several voices", "error", where_s, f"{voices:.0%} of it sounds like two notes at once",
                      "Only one voice can be written down: record a single line, damp ringing strings, less room")
    elif not notes or covered < _COVERED[0]:
        yield Finding("no pitch", "error", where_s, f"Only {covered:.0%} of the sound has a pitch that can be followed",
                      "Noise, speech, percussion and chords have none: leave it out, record closer and with less "
                      "noise, or try another pitch tracker")


def _doubts(notes, astray, heard, frames):
    """A Doubt for every note that may be wrong, the first reason that holds."""
    for index, (note, cents, part) in enumerate(zip(notes, astray, frames)):
        name = units.midi_to_note(note.midi)
        around = [other.midi for other in notes[max(0, index - 1):index] + notes[index + 1:index + 2]]
        leaps = [abs(note.midi - other) for other in around]
        if note.duration_s < SHORT_S:
            yield Doubt(index, f"{name} at {note.onset_s:.2f} s lasts only {1000 * note.duration_s:.0f} ms",
                        "Listen: is it an ornament, or the way into the next note? Remove it if it is no note")
        elif note.duration_s < 0.15 and leaps and min(leaps) > 10.5:
            yield Doubt(index, f"{name} at {note.onset_s:.2f} s leaps an octave away and back",
                        "Trackers err by octaves: listen, and narrow f_min and f_max to the instrument's range")
        elif np.median(cents) > _TREMBLES_CENTS:
            yield Doubt(index, f"{name} at {note.onset_s:.2f} s strays {np.median(cents):.0f} cents from its pitch",
                        "A slide or a wide vibrato has no single pitch: check where it begins and ends")
        elif np.median(heard.weight[part]) < 0.5:
            yield Doubt(index, f"the pitch of {name} at {note.onset_s:.2f} s is uncertain",
                        "Breath, noise or reverberation covers it: compare with another pitch tracker")
