"""Notes become a performance, level by level, and a performance becomes notes again.  Lesson 11.

    notes -> express -> expression table -> controls -> synthesize -> sound
    sound -> hear -> expression table

Each level can be used alone and edited before the next one reads it.  Any length, in constant memory.
"""

import dataclasses
import math

import numpy as np

from ddsp_helpers import audio, expression, midi, transcribe, units
from ddsp_helpers.data.melodies import ended_before
from ddsp_helpers.data.note_frames import NoteFrames, note_features

_TAIL_S = 0.5                # after the last note
_REATTACK_S = 0.07           # rest before a note of the same pitch as the one that it follows
_BLOCK = 1024                # frames that are computed at once
_NOTE_FRAME_RATE = 100       # frames per second in which notes are looked for, at least
_LONGEST_NOTE_BLOCK = 512    # notes that the expression generator plays at once


def express(player, notes, *, seed=0, temperature=0.0):
    """Chooses how each note of a line is played: level 3.

    A note that would run into another one of its pitch gets shorter, so that the next one can be heard to begin.

    Args:
      player: models.Player.
      notes: list of data.Note, one at a time, in the order of their onsets.
      seed: of what is left to chance.
      temperature: how far each control may lie from the likeliest, 0 ... 1.

    Returns:
      An expression table, see `expression`.

    Raises:
      ValueError: no notes, or two at once.
    """
    notes = _separated(_line(notes))
    random, features, values = np.random.default_rng(seed), note_features(notes), []
    for begin in range(0, len(notes), _LONGEST_NOTE_BLOCK):
        part = features[None, begin:begin + _LONGEST_NOTE_BLOCK]
        away = temperature * random.normal(size=[1, part.shape[1], len(expression.EXPRESSION)])
        values.append(player.expression_generator.generate(part, away.astype(np.float32)).numpy()[0])
    values = np.concatenate(values)
    limits = [(control.minimum, control.maximum) for control in expression.CONTROLS.values()]
    return expression.table_of(notes, np.clip(values, *np.array(limits).T))


def playable(player):
    """Lowest and highest note of the recordings that a player learned from, MIDI; None where it does not say."""
    if player.statistics is None:
        return None
    heard = player.statistics.pitch_midi_notes
    lowest, highest = math.floor(heard.minimum + 0.5), math.ceil(heard.maximum - 0.5)
    return (lowest, highest) if highest - lowest >= 11 else None


def constant_expression(player, notes):
    """A table in which every note is played in the same way, as the recordings are on average: what expression adds to."""
    table = expression.table_of(_separated(_line(notes)))
    for name, value in (player.card or {}).get("mean_expression", {}).items():
        table[name] = value
    return table


def controls(player, table, *, f0_hz=None, bends=(), seed=0, temperature=0.5):
    """Plays an expression table frame by frame: level 2.

    Args:
      player: models.Player.
      table: expression table.
      f0_hz: None lets the player draw the pitch; or the pitch of a recording, as `hear` gives it, [frames] or [1, frames, 1],
        Hz, to keep its intonation and vibrato while its expression is edited.
      bends: of the pitch, ((time_s, semitones), ...), each held until the next.
      seed: of the pitch.
      temperature: how far the pitch may go from the likeliest one, 0 ... 1.

    Returns:
      {"f0_hz", "amplitude", "harmonic_distribution", "noise_magnitudes"}, each [1, frames, channels] float32.

    Raises:
      ValueError: the table cannot be played, two of its notes sound at once, or f0_hz is not a pitch in every frame.
    """
    blocks = list(_control_blocks(player, table, bends, seed, temperature, f0_hz))
    return {name: np.concatenate([block[name] for block in blocks], 1) for name in blocks[0]}


def synthesize(player, controls, *, seed=0):
    """Controls to sound: level 1.

    Args:
      player: models.Player, or any models.Instrument.
      controls: what `controls` returns, changed or not.

    Returns:
      audio.Audio.
    """
    frames = controls["f0_hz"].shape[1]
    pieces = ({name: values[:, begin:begin + _BLOCK] for name, values in controls.items()}
              for begin in range(0, frames, _BLOCK))
    return audio.Audio(np.concatenate(list(_sound_blocks(player, pieces))), player.model_spec.synth.sample_rate)


def play(player, notes, *, bends=(), seed=0):
    """A score as sound, through all levels.

    Args:
      player: models.Player.
      notes: list of data.Note, one at a time.
      bends: as for controls.
      seed: of what is left to chance.

    Returns:
      audio.Audio.
    """
    blocks = play_blocks(player, express(player, notes, seed=seed), bends=bends, seed=seed)
    return audio.Audio(np.concatenate(list(blocks)), player.model_spec.synth.sample_rate)


def play_blocks(player, table, *, bends=(), seed=0, temperature=0.5):
    """An expression table as blocks of sound, NumPy float32, in memory that does not grow with its length."""
    return _sound_blocks(player, _control_blocks(player, table, bends, seed, temperature))


@dataclasses.dataclass(frozen=True, eq=False)
class Heard:
    """What hear found: an expression table, the controls it was measured in, and how sure its notes are."""

    table: object
    controls: dict
    report: object


def hear(sound, *, spec, pitch="crepe-tiny", notes=None):
    """A recording as notes and expression: every level of a performance, measured.

    Args:
      sound: audio.Audio of one voice.
      spec: SynthSpec of the controls, for instance of a player.
      pitch: who listens for the pitch, see features.extract.
      notes: list of data.Note where the score is known; None finds the notes.

    Returns:
      Heard.

    Raises:
      ValueError: no note is heard.
    """
    from ddsp_helpers import features
    from ddsp_helpers.features.partials import partials

    samples, report = sound.samples, None
    if sound.sample_rate != spec.sample_rate:
        samples = audio.resample(samples, from_hz=sound.sample_rate, to_hz=spec.sample_rate)
    if notes is None:
        finer = -(-_NOTE_FRAME_RATE // spec.frame_rate)         # onsets want more frames than controls; each is one of both
        found = transcribe.notes(samples, sample_rate=spec.sample_rate, pitch=pitch, frame_rate=finer * spec.frame_rate)
        notes, report, f0_hz = list(found.notes), found.report, found.features.f0_hz[::finer]
    else:
        f0_hz = features.extract(samples, sample_rate=spec.sample_rate, frame_rate=spec.frame_rate, pitch=pitch).f0_hz
    measured = partials(samples, np.maximum(f0_hz, 20.0), spec=spec)
    return Heard(expression.measure(measured, notes, frame_rate=spec.frame_rate), measured, report)


def _line(notes):
    """The notes in order, or a ValueError where two sound at once."""
    notes = sorted(notes, key=lambda note: note.onset_s)
    if not notes:
        raise ValueError("A score without notes came; at least one was wanted (lesson 11).")
    for before, after in zip(notes, notes[1:]):
        if after.onset_s < before.end_s - 0.001:
            raise ValueError(f"Two notes sound at once at {after.onset_s:.2f} s (MIDI {before.midi:g} and {after.midi:g}); a "
                             "player plays one at a time: midi.voices splits a part into lines (lesson 11).")
    return notes


def _separated(notes):
    """Notes that run into another one of their pitch, a little shorter."""
    return [ended_before(note, following, rest_s=_REATTACK_S) if round(note.midi) == round(following.midi) else note
            for note, following in zip(notes, notes[1:])] + notes[-1:]


def _control_blocks(player, table, bends, seed, temperature, f0_hz=None):
    """Controls of an expression table in blocks of _BLOCK frames."""
    score = _Score(player, expression.check_table(table))
    deviation = score.deviations(seed, temperature) if f0_hz is None else score.deviations_of(f0_hz)
    for begin in range(0, score.n_frames, _BLOCK):
        frames, conditioning, (first, last), (skip, size) = score.block(begin, player.context.reach)
        times_s = np.arange(first, last) / score.frame_rate
        midi_pitch = frames.pitch + deviation[first:last] + midi.bend_curve(bends, times_s)
        f0_hz = units.midi_to_hz(midi_pitch)[None, :, None].astype(np.float32)
        played = score.play(conditioning, deviation[None, first:last], f0_hz)
        yield {name: values.numpy()[:, skip:skip + size] for name, values in played.items()}


class _Score:
    """A table in the form that the networks read, block by block, each with what lies around it."""

    def __init__(self, player, table):
        self.player, self.notes = player, _line(expression.notes_of(table))
        self.frame_rate = player.model_spec.synth.frame_rate
        self.n_frames = int(np.ceil((self.notes[-1].end_s + _TAIL_S) * self.frame_rate))
        self.of_note = np.concatenate([note_features(self.notes), expression.values_of(table)], -1)
        self.play = _compiled(player)

    def block(self, begin, reach):
        """Frames and conditioning of a block and `reach` more to either side; where they begin and end; where the block lies."""
        size = min(_BLOCK, self.n_frames - begin)
        first, last = max(begin - reach, 0), min(begin + size + reach, self.n_frames)
        frames = NoteFrames.of(self.notes, n_frames=last - first, frame_rate=self.frame_rate, start=first)
        conditioning = np.concatenate([frames.timing, self.of_note[frames.index]], -1)[None]
        return frames, conditioning, (first, last), (begin - first, size)

    def deviations(self, seed, temperature):
        """Deviations of the pitch from the notes, [frames], semitones."""
        generator, random = self.player.pitch_generator, np.random.default_rng(seed)
        state, before, out = generator.init_state(), self.notes[0].midi, []
        for begin in range(0, self.n_frames, _BLOCK):
            frames, conditioning, _, (skip, size) = self.block(begin, generator.context.reach)
            inside = slice(skip, skip + size)
            pitch = np.concatenate([[before], frames.pitch[inside]])
            state, drawn = generator.generate(state, generator.context(conditioning)[:, inside], pitch,
                                              frames.sounding[inside], random=random, temperature=temperature)
            before = pitch[-1]
            out.append(drawn)
        return np.concatenate(out)


    def deviations_of(self, f0_hz):
        """Deviations of a given pitch from the notes, [frames], semitones; beyond its end it is held."""
        f0_hz = np.asarray(f0_hz, np.float64).reshape(-1)
        if not len(f0_hz) or not np.all(np.isfinite(f0_hz)) or np.min(f0_hz) <= 0:
            raise ValueError(f"f0_hz came with {len(f0_hz)} frames that are not all positive numbers; a pitch in every frame was "
                             "wanted, as perform.hear gives it (lesson 11).")
        f0_hz = np.pad(f0_hz, (0, max(0, self.n_frames - len(f0_hz))), mode="edge")[:self.n_frames]
        frames = NoteFrames.of(self.notes, n_frames=self.n_frames, frame_rate=self.frame_rate)
        return (units.hz_to_midi(f0_hz) - frames.pitch).astype(np.float32)


def _compiled(player):
    """player.play as one graph, made once a player."""
    import tensorflow as tf

    if "_play_compiled" not in player.__dict__:
        player.__dict__["_play_compiled"] = tf.function(player.play, autograph=False, reduce_retracing=True)
    return player.__dict__["_play_compiled"]


def _sound_blocks(player, pieces):
    """Blocks of controls to blocks of sound: each waits for the first frame of the next."""
    import tensorflow as tf

    if "_sound_compiled" not in player.__dict__:
        player.__dict__["_sound_compiled"] = tf.function(player.step_sound, autograph=False)
    state, waiting = player.init_sound(1), None
    for piece in pieces:
        if waiting is not None:
            state, sound = _step(player, state, waiting, {name: values[:, :1] for name, values in piece.items()})
            yield sound
        waiting = piece
    yield _step(player, state, waiting, {name: values[:, -1:] for name, values in waiting.items()})[1]


def _step(player, state, now, after):
    """One block, towards the frame after it; padded to one size, so that one compilation serves all."""
    size = now["f0_hz"].shape[1]
    padding = [[0, 0], [0, _BLOCK - size], [0, 0]]
    joined = {name: np.pad(np.concatenate([now[name], after[name]], 1), padding, mode="edge").astype(np.float32)
              for name in now}
    state, sound = player.__dict__["_sound_compiled"](state, joined)
    return state, sound.numpy()[0, :player.model_spec.synth.n_samples(size)]
