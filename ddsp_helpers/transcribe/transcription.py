"""From a solo recording to its notes, whole or piece by piece from a file of any length.  Lesson 11."""

import dataclasses
import warnings

import numpy as np

from ddsp_helpers import audio as audio_files, features as feature_room, units
from ddsp_helpers.data.diagnose import several_voices
from ddsp_helpers.data.melodies import Note
from ddsp_helpers.features.pitch import at_16k
from ddsp_helpers.levels import as_samples
from ddsp_helpers.transcribe import report as reports
from ddsp_helpers.transcribe.coherence import CoherenceMeter
from ddsp_helpers.transcribe.octaves import OctaveMeter, mended
from ddsp_helpers.transcribe.onsets import OnsetMeter
from ddsp_helpers.transcribe.placing import Heard, place

SHORTEST_S = 0.1
_RATE = 16000                # everything is heard in a 16 kHz version of the sound
_PIECE_S = 30
_VELOCITY_DB = 40.0          # level = 40 log10(velocity): the curve that General MIDI recommends


@dataclasses.dataclass(frozen=True, eq=False)
class Transcription:
    """The notes of a recording, what was heard, and how far to trust it.

    Args:
      notes: melodies.Note in order: onset and duration in seconds, midi as measured (the median of the note, with its
        fraction), velocity relative to the loudest note.
      features: the features.Features they were found in, octave errors of the tracker mended.
      report: a Report; print it.
    """

    notes: tuple
    features: feature_room.Features
    report: reports.Report


def notes(audio, *, sample_rate, pitch="crepe-tiny", frame_rate=100, f_min=32.7, f_max=2000.0, progress=None):
    """The notes of a solo recording: one voice, one note at a time.

    A pitch track is cut into stretches of one pitch (segments), which begin where the spectral flux rises and are cut
    where the same pitch is attacked again (onsets, coherence, placing); octave errors of the tracker are mended
    (octaves).  What it cannot hear: the same pitch again, tied so softly that neither level nor partials break; that
    comes out as one long note.

    Args:
      audio: one voice, [samples].
      sample_rate: its rate, Hz.
      pitch: "crepe-tiny" to "crepe-full", "swiftf0" (three times faster), "pyin".
      frame_rate: pitch values per second, 50 to 250; divides 16000.
      f_min: lowest pitch to look for, Hz.
      f_max: highest pitch to look for, Hz.
      progress: None, or a function called with the share done, 0 to 1.

    Returns:
      Transcription.  A sound without notes (silence, noise, several voices) gives no or few notes, and a report that
      says so.

    Raises:
      ValueError: audio is not [samples] of finite numbers or lasts less than 0.1 s; or as `features.f0`.

    >>> t = np.arange(16000) / 16000
    >>> found = notes(0.3 * np.sin(2 * np.pi * 440 * t) * (t > 0.2), sample_rate=16000, pitch="pyin")
    >>> [(round(note.onset_s, 1), round(note.midi, 1)) for note in found.notes]
    [(0.2, 69.0)]
    """
    audio = as_samples(audio, "audio")
    _check(len(audio) / sample_rate, frame_rate)
    sound = at_16k(audio, sample_rate=sample_rate, frame_rate=frame_rate)
    options = {"frame_rate": frame_rate, "pitch": pitch, "f_min": f_min, "f_max": f_max}
    found = feature_room.extract(sound, sample_rate=_RATE, progress=progress, **options)
    pieces = (sound[start:start + _PIECE_S * _RATE] for start in range(0, len(sound), _PIECE_S * _RATE))
    return _transcribe(found, pieces, (f_min, f_max))


def notes_of_file(path, *, pitch="crepe-tiny", frame_rate=100, f_min=32.7, f_max=2000.0, progress=None):
    """`notes` of a sound file of any length: it is read twice, in pieces; only what was measured grows with it.

    Args:
      path: a wav, flac, ogg or mp3 file; the other arguments are those of `notes`.

    Returns:
      Transcription.

    Raises:
      ValueError: the file is missing, empty, not sound, shorter than 0.1 s or holds NaN; or as `notes`.
    """
    _check(audio_files.info(path).duration_s, frame_rate)
    options = {"frame_rate": frame_rate, "pitch": pitch, "f_min": f_min, "f_max": f_max}
    found = feature_room.extract_file(path, progress=progress, **options)
    return _transcribe(found, audio_files.blocks(path, sample_rate=_RATE, block_s=_PIECE_S), (f_min, f_max))


def _check(duration_s, frame_rate):
    if not 50 <= frame_rate <= 250:
        raise ValueError(f"frame_rate is {frame_rate}; 50 to 250 pitch values a second were wanted: fewer miss short "
                         "notes. Lesson 11.")
    if duration_s < SHORTEST_S:
        raise ValueError(f"the sound lasts {duration_s:.3f} s; at least {SHORTEST_S} s were wanted to hear a note. "
                         "Lesson 11.")


def _transcribe(features, pieces, pitch_range):
    """The Transcription of 16 kHz pieces of 30 s whose features are known."""
    audible = features.power_db[features.power_db > -75.0]
    loud_db = float(np.percentile(audible, 90)) if len(audible) else -75.0
    f0 = {"f0_hz": features.f0_hz, "frame_rate": features.frame_rate}
    low, high = pitch_range
    meters = OnsetMeter(loud_db=loud_db), CoherenceMeter(**f0), OctaveMeter(**f0, f_min=low, f_max=high)
    measured, voices = [], []
    for number, piece in enumerate(pieces):
        measured.append([meter.push(piece) for meter in meters])
        first = number * _PIECE_S * features.frame_rate
        voices.append(_voices(piece, features[first:first + _PIECE_S * features.frame_rate], loud_db))
    measured.append([meter.flush() for meter in meters])
    curves, incoherence, clarities = zip(*measured)
    flux, level_db = (np.concatenate(part) for part in zip(*curves))
    heard = Heard.of(features, flux, level_db, np.concatenate(incoherence)[:len(features)], loud_db=loud_db)
    clarities = np.concatenate(clarities)[:len(features)]
    heard = dataclasses.replace(heard, midi=mended(heard.midi, clarities))
    found = _notes(heard, place(heard))
    features = features.replace(f0_hz=units.midi_to_hz(heard.midi))
    share = np.average([v[0] for v in voices], weights=[v[1] + 1e-9 for v in voices])
    return Transcription(found, features, reports.judge(found, heard, features, voices=float(share), loud_db=loud_db))


def _voices(piece, features, loud_db):
    """(share that sounds like several voices, how many frames that rests on) of one piece."""
    frames = int(np.sum(features.power_db > loud_db - 25.0))
    if not frames:
        return 0.0, 0
    return several_voices(piece, features, sample_rate=_RATE)[0], frames


def _notes(heard, placed):
    """melodies.Note for each (onset, end): the median pitch, and velocity from the level."""
    if not placed:
        return ()
    level_db = np.array([np.percentile(heard.level(*times), 80) for times in placed], np.float64)
    velocity = 10.0 ** ((level_db - level_db.max()) / _VELOCITY_DB)
    return tuple(Note(float(onset_s), float(end_s - onset_s), heard.pitch_of(onset_s, end_s), float(strength))
                 for (onset_s, end_s), strength in zip(placed, velocity))


def with_notes(recordings, *, show=print, **options):
    """Recordings for training that know their notes: those without a score get what is heard in them.

    Args:
      recordings: list of data Recordings; notes that one brings are kept.
      show: called with one line a recording, how good its notes are; None is silent.
      **options: pitch, frame_rate, f_min, f_max of `notes`.

    Returns:
      list of Recording with notes.  A recording that cannot be used is left out, with a warning that says why.

    Raises:
      ValueError: none of the recordings can be used.
    """
    kept, recordings = [], list(recordings)
    for recording in recordings:
        if recording.notes:
            kept.append(recording)
            continue
        try:
            sound = recording.load()
            found = notes(sound.samples, sample_rate=sound.sample_rate, **options)
        except ValueError as bad:
            warnings.warn(f"{recording.name} is left out: {bad}", stacklevel=2)
            continue
        if not found.report.usable:
            warnings.warn(f"{recording.name} is left out: {found.report.verdict}", stacklevel=2)
            continue
        if show is not None:
            show(f"{recording.name}: {found.report.verdict}")
        kept.append(dataclasses.replace(recording, notes=found.notes))
    if not kept:
        raise ValueError(f"None of {len(recordings)} recordings has notes that can be used; solo recordings, one "
                         "note at a time, were wanted. The warnings above say what is wrong with each. Lesson 11.")
    return kept
