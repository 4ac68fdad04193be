"""Scores to sound: does it play what is written, do the six controls obey, how close to held-out performances, how fast?

The score is the soprano of a Bach chorale (BWV 66.6), moved into each instrument's range.
"""

import dataclasses
import time

import numpy as np

from benchmarks import midi_ddsp
from benchmarks.rows import Row
from ddsp_helpers import assets, audio, data, expression, features, losses, metrics, models, perform, transcribe, transfer, units
from ddsp_helpers import midi as scores
from ddsp_helpers.data import melodies, soundfont
from ddsp_helpers.data.note_frames import NoteFrames
from ddsp_helpers.data.phrases import EXPRESSIVE
from ddsp_helpers.features.partials import partials

CHORALE = "bwv66.6"
MOVE = 0.3
HELD_OUT_MINUTES = 12.0       # of which 15 % are held out, the recipe of data/players/make.py


def run():
    yield from midi_ddsp.memory()       # first: a process inherits the peak of the one that started it
    names = assets.trained_instruments(folder="players")
    soprano = scores.chorale(CHORALE)[0]
    for name in names:
        player = models.load_shipped_player(name)
        notes = in_range(soprano.notes, player)
        yield from plays_the_score(name, player, notes)
        yield from obeys(name, player, notes)
        yield from held_out(name, player)
    yield from detectors(soprano.notes)
    yield from speed(models.load_shipped_player(names[-1]), soprano.notes)


def in_range(notes, player):
    """The notes, transposed into what the player has learned."""
    lowest, highest = perform.playable(player)
    return melodies.fit(list(notes), range(lowest, highest + 1))


def plays_the_score(name, player, notes):
    """The score played, and its notes found again by ear."""
    table = perform.express(player, notes)
    sound = perform.synthesize(player, perform.controls(player, table))
    found = compared(sound, expression.notes_of(table))
    yield Row(f"{name}: notes of the score found again", found.recall, "share", ">=", 0.98)
    yield Row(f"{name}: pitch, median error", found.pitch_error_cents, "cents", "<=", 10.0)
    yield Row(f"{name}: onsets, median error", 1000 * found.onset_error_s, "ms", "<=", 30.0)


def compared(sound, notes):
    """transcribe.Comparison of what is heard in a sound with its score."""
    return transcribe.compare(transcribe.notes(sound.samples, sample_rate=sound.sample_rate).notes, notes)


def detectors(notes):
    """What the detector itself gets wrong: on a plain synthesis of the score, and on a soundfont's violin."""
    rate = 16000
    for name, sound in (("plain synthesis", plain(notes, rate)), ("soundfont violin", soundfont.play(notes, sample_rate=rate))):
        found = compared(sound, notes)
        yield Row(f"detector on a {name}: notes found", found.recall, "share")
        yield Row(f"detector on a {name}: onsets, median error", 1000 * found.onset_error_s, "ms")
        yield Row(f"detector on a {name}: pitch, median error", found.pitch_error_cents, "cents")


def plain(notes, rate):
    """Ten falling harmonics a note, 10 ms up, 30 ms down."""
    out = np.zeros(int((notes[-1].end_s + 0.5) * rate), np.float32)
    for note in notes:
        begin, count = round(note.onset_s * rate), round(note.duration_s * rate)
        t = np.arange(count) / rate
        f0_hz = 440.0 * 2 ** ((note.midi - 69) / 12)
        envelope = np.minimum(1, np.minimum(t / 0.01, (note.duration_s - t) / 0.03))
        out[begin:begin + count] += 0.1 * envelope * sum(np.sin(2 * np.pi * k * f0_hz * t) / k for k in range(1, 11))
    return audio.Audio(out, rate)


def obeys(name, player, notes):
    """Each control of every note moved by +0.3; what is measured in the sound, mean over the notes."""
    table = perform.express(player, notes)
    base = heard(player, table)
    for column, control in expression.CONTROLS.items():
        moved = table.copy()
        moved[column] = np.minimum(moved[column] + MOVE, 1.0 if column == "peak_position" else 9.0)
        change = (heard(player, moved) - base).mean(0)
        mine = expression.EXPRESSION.index(column)
        others = np.abs(np.delete(change, mine)).max()
        yield Row(f"{name}: {column} + {MOVE} moves itself by", change[mine], "", ">=", 0.15)
        yield Row(f"{name}: {column} + {MOVE} moves another one by at most", others, "", "<=", 0.15)


def heard(player, table):
    """The six controls of a table's notes, measured in the sound that is made of it, [notes, 6]."""
    sound = perform.synthesize(player, perform.controls(player, table))
    notes = expression.notes_of(table)
    return expression.values_of(perform.hear(sound, spec=player.model_spec.synth, notes=notes).table)


def held_out(name, player):
    """Performances of recorded notes that training never heard: from true, predicted and constant expression.

    Where the player draws the pitch, its likeliest course is taken, temperature 0; "with its pitch" keeps the pitch of the
    recording, which the autoencoder is given too.
    """
    spec, rows, steady = player.model_spec.synth, {}, []
    autoencoder = models.load_instrument(name)
    for recording in data.performances(name, minutes=HELD_OUT_MINUTES, style=EXPRESSIVE):
        if not recording.held_out:
            continue
        sound = recording.load()
        target = audio.resample(sound.samples, from_hz=sound.sample_rate, to_hz=spec.sample_rate)
        target = target[:len(target) // spec.hop * spec.hop]
        track = features.extract(target, sample_rate=spec.sample_rate, frame_rate=spec.frame_rate)
        notes = list(recording.notes)
        measured = partials(target, track.f0_hz, spec=spec)
        true = expression.measure(measured, as_tuned(notes, track), frame_rate=spec.frame_rate)
        predicted = expression.table_of(notes, expression.values_of(perform.express(player, notes)))
        constant = expression.table_of(notes, expression.values_of(perform.constant_expression(player, notes)))
        played = {"autoencoder": transfer.resynthesize(target, sample_rate=spec.sample_rate, model=autoencoder)}
        for kind, table in (("true", true), ("predicted", predicted), ("constant", constant)):
            played[kind] = perform.synthesize(player, perform.controls(player, table, temperature=0.0)).samples
        kept = perform.controls(player, true, f0_hz=track.f0_hz)
        played["true with its pitch"] = perform.synthesize(player, kept).samples
        steady.append(steady_error(true, track))
        for kind, samples in played.items():
            rows.setdefault(kind, []).append(distances(target, samples, track, spec))
    mean = {kind: np.mean(values, 0) for kind, values in rows.items()}
    for kind, (distance, cents) in mean.items():
        yield Row(f"{name}, held out: spectral distance, {kind}", distance, "")
        yield Row(f"{name}, held out: f0 contour error, {kind}", cents, "cents")
    yield Row(f"{name}, held out: f0 contour error of a steady pitch in the middle of each note's", np.mean(steady), "cents")
    for number, what in enumerate(("spectral distance", "f0 contour error")):
        for kind in ("true", "true with its pitch"):
            yield Row(f"{name}, held out: {what} from {kind.replace('true', 'true expression')}, of the autoencoder's",
                      mean[kind][number] / mean["autoencoder"][number], "x", "<=", 1.15)
        yield Row(f"{name}, held out: {what} from predicted, of constant expression's",
                  mean["predicted"][number] / mean["constant"][number], "x", "<", 1.0)


def steady_error(table, track):
    """Median distance of the pitch from the middle pitch of its note, cents: a yardstick for a player that knows of each note
    its pitch and how far, not when, it swings; what is below it has learned how notes begin and end."""
    frames = NoteFrames.of(expression.notes_of(table), n_frames=len(track), frame_rate=track.frame_rate)
    away = 100 * np.abs(units.hz_to_midi(track.f0_hz) - frames.pitch)
    return float(np.median(away[frames.sounding & (track.f0_confidence >= metrics.VOICED)]))


def as_tuned(notes, track):
    """The notes at the pitch at which each was really played, the median of its frames: intonation is expression too."""
    frames = NoteFrames.of(notes, n_frames=len(track), frame_rate=track.frame_rate)
    midi = units.hz_to_midi(track.f0_hz)
    away = [np.median((midi - frames.pitch)[frames.sounding & (frames.index == number)]) for number in range(len(notes))]
    return [dataclasses.replace(note, midi=note.midi + float(np.clip(cents, -0.5, 0.5))) for note, cents in zip(notes, away)]


def distances(target, samples, track, spec):
    """Spectral distance, and median error of the pitch in cents, of a performance from a recording."""
    count = min(len(target), len(samples))
    distance = float(losses.spectral_distance(target[None, :count], samples[None, :count]).numpy()[0])
    again = features.extract(samples, sample_rate=spec.sample_rate, frame_rate=spec.frame_rate)
    frames = min(len(track), len(again))
    error = metrics.pitch_metrics((track.f0_hz[:frames], track.f0_confidence[:frames]),
                                  (again.f0_hz[:frames], again.f0_confidence[:frames]))
    return distance, error["f0_median_cents"]


def speed(player, notes):
    """Score to sound on all cores, after one performance that compiles; training beside the published architecture."""
    notes = in_range(notes, player)
    perform.play(player, notes)
    begun = time.perf_counter()
    sound = perform.play(player, notes, seed=1)
    yield Row("score to sound", len(sound.samples) / sound.sample_rate / (time.perf_counter() - begun), "x real time", ">=",
              20.0)
    yield from midi_ddsp.rows()
