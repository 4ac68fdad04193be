"""Recorded notes played as music: melodies with legato, dynamics and vibrato, and exactly known notes.

What it is and what it is not: real notes, recombined.  Pitches between the recorded ones are reached by resampling the
nearest note (3 semitones at most, which also moves its resonances); the packs know one dynamic level, so softer notes
are made by a gain and a gentle low-pass.  Lesson 07 says so and shows how to use one's own recordings instead.
"""

import dataclasses
import functools
import hashlib

import numpy as np

from ddsp_helpers import assets, audio
from ddsp_helpers.data import melodies, notebank
from ddsp_helpers.data.sources import Recording
from ddsp_helpers.midi.parts import stretch

VERSION = 2              # of the way phrases are played: prepared datasets are told apart by it
_REFERENCE_DB = -12.0    # RMS of a note played as loud as possible
_SOFTEST_DB = -24.0      # how far below it the softest note lies
_GLIDE_S = 0.035


@dataclasses.dataclass(frozen=True)
class Style:
    """How a player plays.

    Args:
      legato: share of neighbouring notes that are joined, 0 ... 1.
      vibrato_cents: largest vibrato that is added, cents; 0 leaves the recorded one alone.
      vibrato: share of long notes that get it, 0 ... 1.
      detune_cents: standard deviation of the intonation, cents.
      max_shift: how far a recorded note may be resampled, semitones.
      vibrato_from_s: latest moment of a note at which it begins, seconds; shorter notes get none.
      colour: how far a note may be brighter or darker than its loudness makes it, 0 ... 1.
      detached: share of neighbouring notes between which the score itself gets a short rest, 0 ... 1; above 0, notes of
        one pitch always get it.
    """

    legato: float = 0.6
    vibrato_cents: float = 25.0
    vibrato: float = 0.3
    detune_cents: float = 4.0
    max_shift: float = 3.0
    vibrato_from_s: float = 0.4
    colour: float = 0.0
    detached: float = 0.0


# For models.Player: what a note's end and colour are does not follow from the rest.
EXPRESSIVE = Style(legato=1.0, vibrato_cents=60.0, vibrato=0.6, vibrato_from_s=0.15, colour=0.5, detached=0.4)


def playable(samples, *, max_shift=3.0, lowest=24, highest=94):
    """The MIDI notes within max_shift semitones of a recorded note and within the range of the pitch trackers."""
    return [
        midi for midi in range(lowest, highest + 1)
        if any(abs(sample.pitch_midi - midi) <= max_shift + 0.1 for sample in samples)
    ]


def held_out_notes(samples, *, share=0.15):
    """Chooses the recorded notes that training never hears.

    Inner notes whose neighbours lie close together are taken first, spread over the range, so that the training notes
    still reach (by resampling) most of what is held out.

    Args:
      samples: list of NoteSample.
      share: how many of them, 0 ... 0.5; at least one when share > 0.

    Returns:
      (training notes, held-out notes), two lists without a common recording.

    Raises:
      ValueError: fewer than four notes and share > 0, or share out of range.
    """
    if not 0 <= share <= 0.5:
        raise ValueError(f"share={share} came; 0 to 0.5 of the notes can be held out (lesson 07).")
    if share == 0:
        return list(samples), []
    if len(samples) < 4:
        raise ValueError(f"{len(samples)} notes came; at least 4 are wanted to hold some out (lesson 07).")
    samples = sorted(samples, key=lambda sample: sample.pitch_midi)
    pitch = np.array([sample.pitch_midi for sample in samples])
    count = max(1, round(share * len(samples)))
    chosen = []
    for part in np.array_split(np.arange(1, len(samples) - 1), count):
        free = [index for index in part if index - 1 not in chosen]
        if free:
            chosen.append(min(free, key=lambda index: pitch[index + 1] - pitch[index - 1]))
    return [s for i, s in enumerate(samples) if i not in chosen], [samples[i] for i in chosen]


def play(notes, samples, *, style=Style(), seed=0):
    """Plays a score on recorded notes.

    Args:
      notes: list of melodies.Note, pitches within reach of the samples.
      samples: list of NoteSample, at least one.
      style: how it is played.
      seed: everything that is left to chance.

    Returns:
      audio.Audio at the rate of the recordings, mono.

    Raises:
      ValueError: no samples or notes, or a note out of reach.
    """
    if not notes or not samples:
        raise ValueError("A score with at least one note, and at least one recorded note, were wanted (lesson 07).")
    random = np.random.default_rng(seed)
    bank = notebank.Bank(samples)
    rate = bank.sample_rate
    total = int((max(note.end_s for note in notes) + 0.6) * rate)
    out = np.zeros(total, np.float32)
    dynamics = _dynamics(notes, total, rate, random)
    joined = [
        index > 0 and note.onset_s - notes[index - 1].end_s < 0.03 and random.random() < style.legato
        for index, note in enumerate(notes)
    ]
    for index, note in enumerate(notes):
        before = notes[index - 1].midi if joined[index] else None
        bound = index + 1 < len(notes) and joined[index + 1]
        sound = _one(note, bank, style, random, before=before, bound=bound)
        start = int(note.onset_s * rate)
        sound = sound[:, :total - start]
        level = dynamics[start:start + sound.shape[1]]
        bright, dark = sound
        gain = 10 ** ((_REFERENCE_DB + _SOFTEST_DB * (1 - level)) / 20)
        share = np.clip(level + style.colour * random.uniform(-1, 1), 0, 1) if style.colour else level
        out[start:start + sound.shape[1]] += gain * (share * bright + (1 - share) * dark)
    peak = np.max(np.abs(out))
    return audio.Audio(out * np.float32(min(1.0, 0.95 / peak)), rate)


def detach(notes, *, share, seed=0):
    """Shortens notes that would run into the next one, so that a rest of 40 to 120 ms lets it begin anew.

    Args:
      notes: list of melodies.Note in the order of their onsets.
      share: how many of them; those of the same pitch as the next one always.
      seed: which ones, and by how much.

    Returns:
      list of melodies.Note.

    >>> [round(note.duration_s, 2) for note in detach(melodies.parse("A4:1 A4:1 B4:1", beats_per_minute=60), share=0.0)]
    [0.94, 1.0, 1.0]
    """
    random, out = np.random.default_rng(seed), list(notes)
    for index, (note, following) in enumerate(zip(notes, notes[1:])):
        chance, rest_s = random.random(), random.uniform(0.04, 0.12)
        if following.onset_s - note.end_s < 0.03 and (chance < share or round(note.midi) == round(following.midi)):
            out[index] = melodies.ended_before(note, following, rest_s=rest_s)
    return out


def _dynamics(notes, total, rate, random):
    """A smooth curve of loudness, 0 (softest) ... 1, through the velocities, with a swell or a fade on each note."""
    times, values = [], []
    for note in notes:
        swell = random.uniform(-0.25, 0.25)
        for share, change in ((0.0, 0.0), (0.5, swell), (0.95, swell * random.uniform(-0.5, 0.5) - 0.05)):
            times.append(note.onset_s + share * note.duration_s)
            values.append(note.velocity + change)
    curve = np.interp(np.arange(0, total, 64) / rate, times, np.clip(values, 0.0, 1.0))
    return np.interp(np.arange(total), np.arange(0, total, 64), curve).astype(np.float32)


def _one(note, bank, style, random, *, before, bound):
    """One note with its envelope, bright and dark: [2, samples] at RMS 1."""
    rate = bank.sample_rate
    pitch = note.midi + random.normal() * style.detune_cents / 100
    sample = bank.nearest(pitch, style.max_shift, random)
    length = int((note.duration_s + (0.06 if bound else 0.09)) * rate)
    bend = _bend(length, rate, note, style, random, before)
    ratio = 2 ** ((pitch - sample.pitch_midi + bend) / 12)
    begin_s = sample.start_s
    if before is not None:                       # joined: no new attack, begin somewhere inside the tone
        spare = sample.duration_s - length / rate * float(ratio.mean()) - 0.2
        begin_s += min(random.uniform(0.12, 0.6), max(spare, 0.1))
    sound = bank.read(sample, begin_s, ratio, fundamental_midi=pitch)
    envelope = np.ones(sound.shape[1], np.float32)
    rise = int((0.05 if before is not None else 0.004) * rate)
    fall = int((0.06 if bound else 0.09) * rate)
    rise, fall = min(rise, len(envelope) // 3), min(fall, len(envelope) // 2)
    envelope[:rise] *= np.sin(np.linspace(0, np.pi / 2, rise, endpoint=False))
    envelope[-fall:] *= np.cos(np.linspace(0, np.pi / 2, fall))
    return sound * envelope


def _bend(length, rate, note, style, random, before):
    """Deviation from the note in semitones: a short glide from a neighbouring note, and vibrato on some long notes."""
    time = np.arange(length) / rate
    bend = np.zeros(length)
    if before is not None:
        bend += np.clip(before - note.midi, -2, 2) * np.exp(-time / _GLIDE_S)
    latest_s = style.vibrato_from_s
    if note.duration_s > latest_s + 0.1 and style.vibrato_cents > 0 and random.random() < style.vibrato:
        depth = random.uniform(0.3, 1) * style.vibrato_cents / 100
        fade = np.clip((time - random.uniform(min(0.1, latest_s), latest_s)) / (0.75 * latest_s), 0, 1)
        bend += depth * fade * np.sin(2 * np.pi * random.uniform(4.6, 6.4) * time)
    return bend


def score(playable_midi, *, duration_s, seed=0, tunes=()):
    """A score of melodies and exercises with phrase dynamics and rests, for the notes of an instrument.

    Args:
      playable_midi: MIDI note numbers that can be played.
      duration_s: about how long it lasts, seconds.
      seed: everything that is left to chance.
      tunes: more melodies, lists of Note, e.g. abc_notation.read of each of abc_notation.tunes().

    Returns:
      list of melodies.Note that lasts about duration_s.
    """
    random = np.random.default_rng(seed)
    notes, now = [], 0.15
    while now < duration_s - 1:
        seed = int(random.integers(1 << 30))
        if random.random() < 0.5:
            number, tempo = int(random.integers(len(melodies.titles()) + len(tunes))), float(random.uniform(0.75, 1.35))
            piece = _melody(number, tempo, tunes)
            first = int(random.integers(0, max(1, len(piece) - 12)))
            piece = melodies.fit(piece[first:first + int(random.integers(8, 20))], playable_midi, seed=seed)
        else:
            kind = str(random.choice(["scale", "arpeggio", "leaps", "long", "long"]))
            piece = melodies.exercise(kind, centre=int(random.choice(playable_midi)), seed=seed)
            piece = [dataclasses.replace(n, midi=melodies.nearest(n.midi, playable_midi)) for n in piece]
        piece = _phrase(piece, now, duration_s, random)
        notes += piece
        now = (piece[-1].end_s if piece else now) + float(random.choice([0.1, 0.3, 0.6, 1.2]))
    return notes


def _melody(number, tempo, tunes):
    """One of the melodies that ship, or of the tunes, at a tempo."""
    if number < len(melodies.titles()):
        return melodies.melody(melodies.titles()[number], tempo=tempo)
    return stretch(tunes[number - len(melodies.titles())], tempo)


def _phrase(piece, now, duration_s, random):
    """Moves a piece to its place and gives it an arc of dynamics."""
    start, low, high = piece[0].onset_s, random.uniform(0.1, 0.6), random.uniform(0.5, 1.0)
    placed = []
    for index, note in enumerate(piece):
        arc = np.sin(np.pi * (index + 0.5) / len(piece))
        velocity = float(np.clip(low + (high - low) * arc + random.normal() * 0.06, 0.02, 1.0))
        moved = dataclasses.replace(note, onset_s=now + note.onset_s - start, velocity=velocity)
        if moved.end_s > duration_s - 0.3:
            break
        placed.append(moved)
    return placed


def performances(instrument, *, minutes=10.0, each_s=30.0, held_out=0.15, style=None, seed=0, tunes=()):
    """Recordings of an instrument: its recorded notes played over melodies and exercises.

    The split is decided here: `held_out` of the recorded notes are played only in held-out recordings and never in the
    training ones.  Held-out sound is then notes that training has not heard, from the same session and microphone.

    Args:
      instrument: one of assets.instruments(), or a list of NoteSample.
      minutes: how much music in all, above 0.
      each_s: length of one recording, seconds.
      held_out: share of recorded notes, and of minutes, kept from training; 0 for none.
      style: how it is played; by default without added vibrato for violin, flute and cello, which have their own.
      seed: everything that is left to chance.
      tunes: more melodies to play, see score.

    Returns:
      list of Recording; their notes are known exactly.

    Raises:
      ValueError: an unknown instrument, or too few notes to hold some out.
    """
    if not minutes > 0 or not each_s >= 5:
        raise ValueError(f"minutes={minutes}, each_s={each_s} came; above 0 and at least 5 were wanted (lesson 07).")
    named = isinstance(instrument, str)
    samples = assets.instrument_notes(instrument) if named else list(instrument)
    name = instrument if named else "notes"
    if style is None:
        style = Style(vibrato_cents=0.0) if name in ("violin", "flute", "cello") else Style()
    heard, kept_back = held_out_notes(samples, share=held_out)
    count = max(2 if kept_back else 1, round(minutes * 60 / each_s))
    n_held_out = max(1, round(held_out * count)) if kept_back else 0
    pack = assets.catalogue()[f"{name}-notes"] if named else None
    rights = {"licence": pack.licence, "credit": pack.credit} if pack else {}
    return [
        _recording(f"{name} {'held out ' if index < n_held_out else ''}{index + 1:03d}",
                   kept_back if index < n_held_out else heard, each_s, style, seed * 100003 + index, tunes,
                   held_out=index < n_held_out if held_out else None, rights=rights)
        for index in range(count)
    ]


def _recording(name, samples, each_s, style, seed, tunes, *, held_out, rights):
    notes = score(playable(samples, max_shift=style.max_shift), duration_s=each_s, seed=seed, tunes=tunes)
    notes = tuple(detach(notes, share=style.detached, seed=seed) if style.detached else notes)
    content = repr((VERSION, [(s.path.name, s.pitch_midi, s.start_s) for s in samples], style, seed, notes))
    return Recording(
        name=name, group=name, sample_rate=notebank.rate_of(samples), duration_s=max(n.end_s for n in notes) + 0.6,
        load=functools.partial(play, notes, samples, style=style, seed=seed),
        fingerprint=hashlib.sha256(content.encode()).hexdigest(), notes=notes, held_out=held_out, **rights,
    )
