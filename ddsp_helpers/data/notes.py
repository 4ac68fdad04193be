"""Recorded single notes: which pitch they really sound, where they begin and end.

File names lie now and then: a trumpet's `C3.wav` sounds C4, a cello's `As4.wav` sounds B4, its `E2.wav` is 45 cents flat.
So the pitch of every note is measured before it is used, and what was measured is believed.
No TensorFlow here.  Lesson 07 uses it.
"""

import dataclasses
import json
import os
import pathlib
import re
import warnings

import numpy as np

from ddsp_helpers import audio, units
from ddsp_helpers.features.clarity import harmonic_clarity

_NAME = re.compile(r"(?:^|[_\s-])([A-G](?:s|#|b)?-?\d)(?=$|[_\s.-])", re.IGNORECASE)
_SUFFIXES = (".wav", ".mp3", ".flac", ".ogg", ".aif", ".aiff")
_N_FFT = 16384
_QUIET_DB = -40.0       # relative to the loudest moment: below it, a note has not begun or is over


@dataclasses.dataclass(frozen=True)
class NoteSample:
    """One recorded note.

    Args:
      path: the sound file.
      midi: the pitch it sounds, a whole MIDI note number.
      label_midi: the pitch its name promises.
      cents: how far the measured pitch lies above midi, cents.
      start_s: where the sound begins, seconds.
      end_s: where it is over, seconds.
      level_db: RMS level of the sounding part, dB.
    """

    path: pathlib.Path
    midi: int
    label_midi: int
    cents: float
    start_s: float
    end_s: float
    level_db: float

    @property
    def label_is_right(self):
        """Whether the name of the file tells the pitch that it sounds."""
        return self.midi == self.label_midi

    @property
    def pitch_midi(self):
        """The measured pitch, a MIDI note number with its fraction."""
        return self.midi + self.cents / 100

    @property
    def duration_s(self):
        """Seconds of sound."""
        return self.end_s - self.start_s


def label(name):
    """The MIDI note number that a file name promises.

    Raises:
      ValueError: the name holds no note such as A4, As4, Bb3 or eb2.

    >>> label("As3.wav"), label("F2 v2.wav"), label("flute_A4_15_forte.mp3"), label("eb2_p_rr1.flac")
    (58, 41, 69, 39)
    """
    found = _NAME.search(pathlib.PurePath(name).stem)
    if not found:
        raise ValueError(f"The file name {str(name)!r} holds no note such as A4, As4 or Bb3 (lesson 07).")
    note = found.group(1)
    return int(round(float(units.note_to_midi(note[0].upper() + note[1:]))))


def pitch_hz(samples, *, sample_rate, f_min=55.0, f_max=4500.0, promised_midi=None):
    """The fundamental frequency of one steady note, from its average spectrum.

    Harmonics must be strong at k * f and weak halfway between: this decides the octave, where autocorrelation fails on
    high notes.  The peak is then placed by a parabola on the harmonics.  No voice activity, no vibrato, one note only.

    Args:
      samples: the sounding part of a note, [samples].
      sample_rate: Hz.
      f_min: lowest candidate, Hz.
      f_max: highest candidate, Hz.
      promised_midi: what the note is called; another octave must then be clearer by a quarter to be believed.

    Returns:
      Fundamental frequency, Hz.

    Raises:
      ValueError: the sound is silent or shorter than a hundredth of a second.

    >>> t = np.arange(22050) / 44100
    >>> tone = sum(np.sin(2 * np.pi * 220 * k * t) / k for k in range(1, 9))
    >>> round(pitch_hz(tone, sample_rate=44100), 1)
    220.0
    """
    samples = np.asarray(samples, np.float64)
    if samples.size < sample_rate / 100 or np.max(np.abs(samples)) < 1e-6:
        raise ValueError("A silent or very short sound has no pitch; at least 0.01 s of a note was wanted (lesson 06).")
    root, bin_hz = _average_spectrum(samples, sample_rate)
    candidates = f_min * 2 ** np.arange(0, np.log2(f_max / f_min), 1 / 120)
    clarity = harmonic_clarity(root[None], candidates[None] / bin_hz)[0]
    if promised_midi is not None:
        away = np.abs(units.hz_to_midi(candidates) - promised_midi)
        clarity = np.where(away < 3, 1.25 * clarity, clarity)
    frequency = candidates[np.argmax(clarity)]
    return _refine(root, bin_hz, frequency)


def _average_spectrum(samples, sample_rate):
    """Square root of the mean magnitude of windows spread over the sound, with its bin width in Hz."""
    if samples.size < _N_FFT:
        frames = [samples]
    else:
        starts = np.linspace(0, samples.size - _N_FFT, 6).astype(int)
        frames = [samples[start:start + _N_FFT] for start in starts]
    spectra = [np.abs(np.fft.rfft(frame * np.hanning(frame.size), 2 * _N_FFT)) for frame in frames]
    magnitude = np.sqrt(np.mean(np.square(spectra), axis=0))
    return np.sqrt(magnitude / magnitude.max()), sample_rate / (2 * _N_FFT)


def _refine(root, bin_hz, frequency):
    """Places the fundamental by parabolas on its first harmonics, weighted by their strength."""
    found, strength = [], []
    for k in range(1, 7):
        low, high = (int(k * frequency * ratio / bin_hz) for ratio in (0.975, 1.026))
        if high + 2 >= root.size:
            break
        peak = low + int(np.argmax(root[low:high + 1]))
        left, top, right = root[peak - 1:peak + 2]
        bend = left - 2 * top + right
        shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
        found.append((peak + np.clip(shift, -0.5, 0.5)) * bin_hz / k)
        strength.append(top ** 2 * k)
    return float(np.average(found, weights=strength))


def sounding(samples, *, sample_rate):
    """Where a note begins and ends: the stretch within 40 dB of its loudest moment.

    Returns:
      (start, end), seconds; (0, 0) for silence.
    """
    hop = max(1, sample_rate // 100)
    count = len(samples) // hop
    power = np.square(np.asarray(samples, np.float64)[:count * hop]).reshape(count, hop).mean(axis=1)
    if not count or power.max() <= 1e-12:
        return 0.0, 0.0
    loud = np.flatnonzero(power > power.max() * 10 ** (_QUIET_DB / 10))
    return loud[0] * hop / sample_rate, (loud[-1] + 1) * hop / sample_rate


def measure(path, *, label_midi=None):
    """Measures one recorded note.

    Args:
      path: a sound file that holds a single note.
      label_midi: the promised pitch; read from the file name by default.

    Returns:
      NoteSample.

    Raises:
      ValueError: silence, or the pitch is more than 1.6 semitones away from every octave of the label.
    """
    path = pathlib.Path(path)
    label_midi = label(path.name) if label_midi is None else int(label_midi)
    sound = audio.load(path)
    start_s, end_s = sounding(sound.samples, sample_rate=sound.sample_rate)
    part = sound.samples[int(start_s * sound.sample_rate):int(end_s * sound.sample_rate)]
    middle = part[part.size // 10: max(part.size * 8 // 10, part.size // 10 + 1)]
    heard_hz = pitch_hz(middle, sample_rate=sound.sample_rate, promised_midi=label_midi)
    heard = float(units.hz_to_midi(heard_hz))
    off = (heard - label_midi + 6) % 12 - 6
    if abs(off) > 1.6:
        raise ValueError(
            f"{path.name} promises {units.midi_to_note(label_midi)} but sounds {units.midi_to_note(heard)} "
            f"({heard_hz:.1f} Hz), no octave of it. Listen to it: is it one clean note? Rename or remove it (lesson 07)."
        )
    midi = round(heard)
    level_db = 10 * np.log10(np.mean(np.square(part, dtype=np.float64)) + 1e-12)
    return NoteSample(path, midi, label_midi, 100 * (heard - midi), float(start_s), float(end_s), float(level_db))


def load_folder(folder, *, skip_bad=False):
    """Measures every note of a folder, lowest first; the result is kept beside the files when that is possible.

    Args:
      folder: holds one sound file a note; names carry the note (A4.wav, As3.wav, eb2_p_rr1.flac).
      skip_bad: leave out, with a warning, what cannot be read or contradicts its name, instead of refusing.

    Returns:
      list of NoteSample.

    Raises:
      ValueError: no sound files, or a note whose pitch contradicts its name.
    """
    folder = pathlib.Path(folder)
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    if not files:
        raise ValueError(f"{folder} holds no sound files; a folder of single recorded notes was wanted (lesson 07).")
    kept = folder / "measured_notes.json"
    sizes = {path.name: path.stat().st_size for path in files} | {"skip_bad": bool(skip_bad)}
    if kept.is_file():
        known = json.loads(kept.read_text(encoding="utf-8"))
        if known["sizes"] == sizes:
            return [NoteSample(path=folder / fields.pop("path"), **fields) for fields in known["notes"]]
    notes = []
    for path in files:
        try:
            notes.append(measure(path))
        except ValueError as bad:
            if not skip_bad:
                raise
            warnings.warn(f"Left out: {bad}", stacklevel=2)
    notes.sort(key=lambda note: (note.midi, note.path.name))
    _keep(kept, {"sizes": sizes, "notes": [{**dataclasses.asdict(note), "path": note.path.name} for note in notes]})
    return notes


def _keep(path, content):
    """Writes the measurements beside the notes; a folder that cannot be written just stays without."""
    if not os.access(path.parent, os.W_OK):
        return
    scratch = path.with_name(f".{path.name}-{os.getpid()}")
    scratch.write_text(json.dumps(content), encoding="utf-8")
    os.replace(scratch, path)
