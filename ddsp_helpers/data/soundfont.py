"""Soundfonts (SF2): scores and MIDI files rendered with sampled instruments, in NumPy alone.

Good for ear training and tests, weak for training: most solo presets loop a few hundredths of a second of one note, and
a model learns that loop.  Lesson 07 shows the difference; `phrases` plays longer recorded notes instead.  The format is
the SoundFont 2.04 specification; filters beyond a low-pass, modulators and stereo are left out.
"""

import functools
import hashlib
import importlib.util
import pathlib

import numpy as np

from ddsp_helpers import audio
from ddsp_helpers.data import sf2
from ddsp_helpers.data.melodies import Note
from ddsp_helpers.data.sources import Recording

VERSION = 1
# General MIDI programs of the solo instruments in the lessons, counted from 0
PROGRAMS = {
    "violin": 40, "viola": 41, "cello": 42, "trumpet": 56, "trombone": 57, "tuba": 58, "horn": 60, "soprano saxophone": 64,
    "saxophone": 65, "tenor saxophone": 66, "baritone saxophone": 67, "oboe": 68, "bassoon": 70, "clarinet": 71,
    "piccolo": 72, "flute": 73, "recorder": 74, "pan flute": 75, "ocarina": 79,
}


def default_path():
    """The small General MIDI soundfont (TimGM6mb, GPL 2) that comes with the package pretty_midi.

    Raises:
      ValueError: pretty_midi is not installed.
    """
    found = importlib.util.find_spec("pretty_midi")
    if not found:
        raise ValueError("No soundfont came: pip install pretty_midi brings one, or name an .sf2 file (lesson 07).")
    return pathlib.Path(found.origin).parent / "TimGM6mb.sf2"


def program_number(program):
    """General MIDI number (0 ... 127) of a name in PROGRAMS, or the number itself.

    Raises:
      ValueError: neither.
    """
    if isinstance(program, str) and program in PROGRAMS:
        return PROGRAMS[program]
    if isinstance(program, int) and 0 <= program <= 127:
        return program
    raise ValueError(f"program={program!r} came; 0 to 127 or one of {', '.join(PROGRAMS)} was wanted (lesson 07).")


def play(notes, *, program="violin", soundfont=None, sample_rate=44100):
    """Renders notes with a preset of a soundfont.

    Args:
      notes: list of melodies.Note; velocity 1 is the loudest.
      program: General MIDI number or a name in PROGRAMS.
      soundfont: an .sf2 file; default_path() by default.
      sample_rate: Hz.

    Returns:
      audio.Audio, mono, peak at most 0.95.

    Raises:
      ValueError: no notes, no such preset, or the file is not a soundfont.
    """
    if not notes:
        raise ValueError("A score with at least one note was wanted; none came (lesson 07).")
    font = sf2.read(pathlib.Path(soundfont or default_path()))
    total = int((max(note.end_s for note in notes) + 1.0) * sample_rate)
    out = np.zeros(total, np.float64)
    for note in notes:
        velocity = int(np.clip(round(note.velocity * 127), 1, 127))
        zones = font.zones(program_number(program), key=round(note.midi), velocity=velocity)
        for zone in zones:
            sound = _voice(font, zone, note, velocity, sample_rate) / len(zones)
            start = int(note.onset_s * sample_rate)
            out[start:start + len(sound)] += sound[:total - start]
    peak = np.max(np.abs(out))
    return audio.Audio((out * min(1.0, 0.95 / max(peak, 1e-9))).astype(np.float32), sample_rate)


def _voice(font, zone, note, velocity, rate):
    """One sampled note with its envelope."""
    release = min(zone.release_s, 0.6)
    length = int((note.duration_s + release) * rate)
    time = np.arange(length) / rate
    bend = np.sin(2 * np.pi * zone.vibrato_hz * np.maximum(time - zone.vibrato_delay_s, 0)) * zone.vibrato_semitones
    semitones = (note.midi - zone.root) * zone.scale + zone.tune + bend
    ratio = 2 ** (semitones / 12) * zone.sample_rate / rate
    position = np.cumsum(ratio) - ratio
    sound = _read(font.samples, zone, position) * zone.envelope(time, note.duration_s)
    if zone.cutoff_hz < 0.45 * rate:
        from scipy import signal

        sound = signal.sosfilt(signal.butter(2, zone.cutoff_hz, fs=rate, output="sos"), sound)
    return sound * zone.gain * (velocity / 127) ** 2


def _read(samples, zone, position):
    """Cubic interpolation of a sample that loops."""
    index = np.floor(position).astype(np.int64)
    t = position - index
    a, b, c, d = (_at(samples, zone, index + offset) for offset in (-1, 0, 1, 2))
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))


def _at(samples, zone, index):
    """Sample values at whole positions within a zone: looped, or silent past the end."""
    index = np.maximum(index, 0)
    if zone.loops:
        around = zone.loop_start + (index - zone.loop_start) % max(1, zone.loop_end - zone.loop_start)
        index = np.where(index >= zone.loop_end, around, index)
        return samples[zone.start + index] / 32768.0
    inside = zone.start + index < zone.end
    return np.where(inside, samples[np.minimum(zone.start + index, zone.end - 1)] / 32768.0, 0.0)


def midi_notes(path, *, monophonic=True):
    """The notes of a MIDI file, drums left out.

    Args:
      path: a .mid file.
      monophonic: end each note where the next begins, and keep the highest of a chord.

    Returns:
      list of melodies.Note in order.

    Raises:
      ValueError: not a MIDI file, or it has no notes.
    """
    import pretty_midi

    try:
        score = pretty_midi.PrettyMIDI(str(path))
    except (OSError, ValueError, EOFError, KeyError, IndexError) as error:
        raise ValueError(f"{path} is not a MIDI file that can be read: {error} (lesson 07).") from error
    found = [
        Note(float(note.start), float(note.end - note.start), float(note.pitch), note.velocity / 127)
        for instrument in score.instruments if not instrument.is_drum for note in instrument.notes
    ]
    if not found:
        raise ValueError(f"{path} has no notes besides drums (lesson 07).")
    found.sort(key=lambda note: (note.onset_s, -note.midi))
    return _one_voice(found) if monophonic else found


def _one_voice(notes):
    """Keeps the highest of notes that begin together; ends each where the next begins."""
    kept = []
    for note in notes:
        if kept and note.onset_s - kept[-1].onset_s < 0.03:
            continue
        if kept and kept[-1].end_s > note.onset_s:
            kept[-1] = Note(kept[-1].onset_s, note.onset_s - kept[-1].onset_s, kept[-1].midi, kept[-1].velocity)
        kept.append(note)
    return kept


def recordings(midi_files, *, program="violin", soundfont=None, sample_rate=44100):
    """MIDI files rendered with a soundfont, as recordings for data.prepare: one a file, notes known.

    Raises:
      ValueError: as midi_notes and play.
    """
    path = pathlib.Path(soundfont or default_path())
    made = []
    for file in map(pathlib.Path, midi_files):
        notes = tuple(midi_notes(file))
        mark = repr((VERSION, notes, program_number(program), path.name, path.stat().st_size, sample_rate))
        made.append(Recording(
            name=f"{file.stem} ({program})", group=file.stem, sample_rate=sample_rate,
            duration_s=max(note.end_s for note in notes) + 1.0, fingerprint=hashlib.sha256(mark.encode()).hexdigest(),
            load=functools.partial(play, notes, program=program, soundfont=path, sample_rate=sample_rate), notes=notes,
            licence=f"rendered with the soundfont {path.name}; see its licence",
        ))
    return made
