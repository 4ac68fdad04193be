"""Melodies to play: traditional tunes that ship, and exercises that visit every note of an instrument.

A melody is a list of `Note`; nothing here makes a sound.  Lesson 07 uses it.
"""

import dataclasses
import functools
import json

import numpy as np

from ddsp_helpers import assets, units


@dataclasses.dataclass(frozen=True)
class Note:
    """One note of a score: when it begins (s), how long it lasts (s), its pitch (MIDI), how strong it is (0 ... 1)."""

    onset_s: float
    duration_s: float
    midi: float
    velocity: float = 0.7

    @property
    def end_s(self):
        """When the note ends, seconds."""
        return self.onset_s + self.duration_s


def ended_before(note, following, *, rest_s):
    """The note, shorter where it has to be so that a rest comes before the next one; half of it stays at least.

    >>> ended_before(Note(0.0, 1.0, 60.0), Note(1.0, 1.0, 60.0), rest_s=0.25).duration_s
    0.75
    """
    end_s = min(note.end_s, max(following.onset_s - rest_s, note.onset_s + 0.5 * note.duration_s))
    return dataclasses.replace(note, duration_s=end_s - note.onset_s)


@functools.cache
def titles():
    """The melodies that ship.

    >>> len(titles()) > 10 and "Greensleeves" in titles()
    True
    """
    return tuple(_book())


@functools.cache
def _book():
    with assets.shipped("melodies", "melodies.json").open(encoding="utf-8") as file:
        return {entry["title"]: entry for entry in json.load(file)["melodies"]}


def melody(title, *, tempo=1.0):
    """A melody that ships, as notes.

    Args:
      title: one of titles().
      tempo: 2 plays twice as fast.

    Returns:
      list of Note, all of velocity 0.7.

    Raises:
      ValueError: no such melody.

    >>> [round(note.midi) for note in melody("Ode to Joy")[:5]]
    [64, 64, 65, 67, 67]
    """
    if title not in titles():
        raise ValueError(f"There is no melody {title!r}; there are {', '.join(titles())} (lesson 07).")
    entry = _book()[title]
    return parse(entry["notes"], beats_per_minute=entry["beats_per_minute"] * tempo)


def parse(text, *, beats_per_minute=100):
    """Reads "E4:1 R:.5 F#4:2" (pitch:beats, R is a rest) into notes.

    Raises:
      ValueError: a word is not pitch:beats.

    >>> parse("A4:1 R:1 B4:2", beats_per_minute=60)[1]
    Note(onset_s=2.0, duration_s=2.0, midi=71.0, velocity=0.7)
    """
    beat_s, now, notes = 60 / beats_per_minute, 0.0, []
    for word in text.split():
        pitch, _, beats = word.partition(":")
        try:
            length = float(beats) * beat_s
        except ValueError as error:
            raise ValueError(f"{word!r} came; pitch:beats such as A4:1.5 or R:1 was wanted (lesson 07).") from error
        if pitch != "R":
            notes.append(Note(now, length, float(units.note_to_midi(pitch))))
        now += length
    return notes


def exercise(kind, *, centre, seed=0):
    """Scales, arpeggios, leaps or long tones around a pitch.

    Args:
      kind: "scale", "arpeggio", "leaps" or "long".
      centre: MIDI note number around which it moves.
      seed: chooses tempo, direction and mode.

    Returns:
      list of Note.

    Raises:
      ValueError: an unknown kind.

    >>> len(exercise("long", centre=60)) > 2
    True
    """
    random = np.random.default_rng(seed)
    steps = {
        "scale": lambda: random.choice([[0, 2, 4, 5, 7, 9, 11, 12], [0, 2, 3, 5, 7, 8, 11, 12]]),
        "arpeggio": lambda: random.choice([[0, 4, 7, 12], [0, 3, 7, 12], [0, 4, 7, 10]]),
        "leaps": lambda: random.integers(-7, 8, 8),
        "long": lambda: random.integers(-4, 5, 3),
    }
    if kind not in steps:
        raise ValueError(f"There is no exercise {kind!r}; there are {', '.join(steps)} (lesson 07).")
    offsets = np.array(steps[kind]())
    if kind in ("scale", "arpeggio"):
        offsets = np.concatenate([offsets, offsets[-2::-1]]) - 6
        offsets = offsets if random.random() < 0.5 else -offsets
    length = {"scale": (0.16, 0.5), "arpeggio": (0.25, 0.7), "leaps": (0.3, 1.0), "long": (1.8, 3.2)}[kind]
    beat_s, now, notes = float(random.uniform(*length)), 0.0, []
    for offset in offsets:
        duration = beat_s * float(random.choice([1.0, 1.0, 0.5, 1.5])) if kind == "leaps" else beat_s
        notes.append(Note(now, duration, float(centre + offset)))
        now += duration
    return notes


def fit(notes, playable, *, seed=None):
    """Transposes a melody into the notes that an instrument has, by a shift that loses least.

    Pitches that stay outside move by octaves, or to the nearest playable note where that does not help.

    Args:
      notes: list of Note.
      playable: MIDI note numbers that can be played.
      seed: None takes the shift nearest to the middle of the range; a number draws one of the equally good shifts.

    Returns:
      list of Note with every midi in playable.

    Raises:
      ValueError: playable is empty.

    >>> [round(note.midi) for note in fit(parse("C4:1 E4:1"), [72, 73, 74, 75, 76])]
    [72, 76]
    """
    playable = np.array(sorted(set(playable)))
    if playable.size == 0:
        raise ValueError("The instrument came without playable notes; at least one was wanted (lesson 07).")
    midi = np.array([round(note.midi) for note in notes])
    middle = int(round(np.median(playable) - np.median(midi)))
    reach = int(playable[-1] - playable[0]) // 2 + 1
    shifts = sorted(range(middle - reach, middle + reach + 1), key=lambda shift: abs(shift - middle))
    kept = np.array([np.isin(midi + shift, playable).sum() for shift in shifts])
    best = np.flatnonzero(kept == kept.max())
    chosen = shifts[best[0] if seed is None else np.random.default_rng(seed).choice(best)]
    return [dataclasses.replace(note, midi=nearest(pitch + chosen, playable)) for note, pitch in zip(notes, midi)]


def nearest(midi, playable):
    """The pitch itself, else its nearest octave, else the nearest playable note."""
    playable = np.asarray(playable)
    octaves = playable[(playable - round(midi)) % 12 == 0]
    near = octaves if octaves.size else playable
    return float(near[np.argmin(np.abs(near - midi))])
