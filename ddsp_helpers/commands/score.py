"""The word that lets an instrument play a score: midi."""
import dataclasses
import itertools
import math
from pathlib import Path
import sys
import tempfile

import numpy as np

from ddsp_helpers.commands.options import load_model, model_options, new_file, place
from ddsp_helpers.progress import Bar, load_tensorflow

_CEILING_DB = -1.0


class Midi:
    """Let an instrument play a score: MIDI (.mid, .midi) or MusicXML (.musicxml, .xml, .mxl).

    Every track is played, one note at a time; chords become several voices, and all are mixed into one sound that
    never clips.  How each note is played (volume, vibrato, brightness …) is chosen by the instrument.  Save its choice
    with --save-expression, edit the table in a spreadsheet, and play it with --expression.
    SCORE may be a folder: then OUT is a folder too, what is there already is not made again, and a bad file stops
    nothing.

      python -m ddsp_helpers midi score.mid --instrument violin -o out.wav
      python -m ddsp_helpers midi score.mxl --tracks Soprano,Alto --instrument violin --pitch-offset -12 -o out.wav
      python -m ddsp_helpers midi my_scores --model my_player.npz -o my_sounds
    """

    @staticmethod
    def arguments(sub):
        sub.add_argument("score", type=place, metavar="SCORE", help="a score file, or a folder of them")
        model_options(sub, folder="players")
        sub.add_argument("-o", "--out", type=place, required=True, metavar="OUT",
                         help="the .wav or .flac file to make; of a folder of scores, the folder to fill")
        sub.add_argument("--tracks", metavar="LIST", help="only these: numbers from 1 or names, such as 1,3 or Soprano")
        sub.add_argument("--pitch-offset", type=float, default=0.0, metavar="SEMITONES",
                         help="transpose: 12 is an octave up (default: %(default)g)")
        sub.add_argument("--speed", type=float, default=1.0, metavar="RATE",
                         help="2 plays twice as fast (default: %(default)g)")
        sub.add_argument("--expression", type=place, metavar="TABLE",
                         help="play this .csv table instead of the instrument's own choice, note by note as it stands: "
                              "--pitch-offset and --speed are in it already")
        sub.add_argument("--save-expression", type=place, metavar="TABLE",
                         help="also write the table that is played, as .csv")
        sub.add_argument("--seed", type=int, default=0,
                         help="where chance begins: another number is another performance (default: %(default)s)")

    @staticmethod
    def run(options):
        if not (math.isfinite(options.speed) and options.speed > 0):
            raise ValueError(f"--speed came as {options.speed:g}; a number above 0 was wanted, 2 for twice as fast.")
        if not math.isfinite(options.pitch_offset):
            raise ValueError(f"--pitch-offset came as {options.pitch_offset:g}; semitones, such as -12, were wanted.")
        if options.score.is_dir():
            play_folder(options)
            return
        from ddsp_helpers import expression_table

        out = new_file(options.out, endings=(".wav", ".flac"))
        if options.save_expression:
            new_file(options.save_expression, endings=(".csv",))
        tables = expression_table.read(options.expression) if options.expression else None
        lines = read_lines(options.score, options)
        if tables and len(tables) != len(lines):
            raise ValueError(f"{options.expression} holds {len(tables)} voice{'s' * (len(tables) != 1)}, the score "
                             f"{len(lines)}; a table of this score was wanted (--save-expression makes one).")
        print(perform_lines(lines, load_player(options), out, options, tables=tables))


def load_player(options):
    """The player that the options ask for."""
    load_tensorflow()
    from ddsp_helpers import models

    return load_model(options, folder="players", load=models.load_player)


def play_folder(options):
    """Plays every score of a folder; ends in a ValueError that names those that failed."""
    from ddsp_helpers.midi.files import MIDI, MUSICXML

    if options.expression or options.save_expression:
        raise ValueError("A folder of scores came with an expression table; a table belongs to one score.")
    out = options.out
    if out.suffix.lower() in (".wav", ".flac") or out.is_file():
        raise ValueError(f"{options.score} is a folder of scores, so {out} must be a folder too.")
    scores = sorted(path for path in options.score.iterdir() if path.suffix.lower() in MIDI + MUSICXML)
    if not scores:
        raise ValueError(f"{options.score} holds no score; files ending in {', '.join(MIDI + MUSICXML)} were wanted.")
    out.mkdir(parents=True, exist_ok=True)
    stems = [path.stem for path in scores]
    player, failed = load_player(options), []
    for score in scores:
        target = out / f"{score.stem if stems.count(score.stem) == 1 else score.name}.wav"
        if target.exists():
            print(f"{target}: is there already.", flush=True)
            continue
        try:
            print(perform_lines(read_lines(score, options), player, target, options), flush=True)
        except (ValueError, OSError) as error:
            failed.append(score.name)
            print(f"failed: {score.name}: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
    if failed:
        raise ValueError(f"{len(failed)} of {len(scores)} scores failed: {', '.join(failed)}.")


def read_lines(path, options):
    """The voices of a score that are to be played, each one note at a time, at the asked pitch and speed."""
    from ddsp_helpers import midi

    lines = []
    for part in chosen(midi.read(path), options.tracks, path.name):
        for voice in midi.voices(part):
            notes = midi.stretch(midi.transpose(voice.notes, options.pitch_offset), options.speed)
            bends = [(time_s / options.speed, semitones) for time_s, semitones in voice.bends]
            lines.append(dataclasses.replace(voice, notes=tuple(notes), bends=tuple(bends)))
    return lines


def chosen(parts, tracks, where):
    """The parts that --tracks names, by number from 1 or by name."""
    if tracks is None:
        return parts
    there = ", ".join(f"{number} {part.name}".strip() for number, part in enumerate(parts, 1))
    found = []
    for word in filter(None, (word.strip() for word in tracks.split(","))):
        by_name = [part for part in parts if part.name.casefold() == word.casefold()]
        if not by_name and not (word.isdigit() and 1 <= int(word) <= len(parts)):
            raise ValueError(f"--tracks came with {word!r}; {where} has the tracks {there}.")
        found += by_name or [parts[int(word) - 1]]
    if not found:
        raise ValueError(f"--tracks came empty; {where} has the tracks {there}.")
    return [part for part in parts if any(part is one for one in found)]


def perform_lines(lines, player, out, options, *, tables=None):
    """Plays voices into one sound file, as tables say or as the player chooses; returns a sentence about it."""
    from ddsp_helpers import expression_table, midi, perform

    if tables is None:
        inside = perform.playable(player)
        notes = [midi.fit_range(line.notes, *inside) if inside else line.notes for line in lines]
        tables = [perform.express(player, list(line), seed=options.seed + n) for n, line in enumerate(notes)]
    if options.save_expression:
        expression_table.write(tables, options.save_expression)
    streams = [perform.play_blocks(player, table, bends=line.bends, seed=options.seed + n)
               for n, (table, line) in enumerate(zip(tables, lines))]
    end_s = max(float((table["onset_s"] + table["duration_s"]).max()) for table in tables)
    with Bar(f"{options.score.name} -> {out.name}") as bar:
        seconds, gain_db = mix(streams, out, sample_rate=player.model_spec.synth.sample_rate,
                               progress=lambda done_s: bar(min(1.0, done_s / end_s)))
    count, voices = sum(map(len, tables)), len(tables)
    turned = f", turned down by {-gain_db:.1f} dB so that nothing clips" if gain_db else ""
    return (f"{out}: {seconds:.1f} s, {count} note{'s' * (count != 1)} in {voices} voice{'s' * (voices != 1)}{turned}.")


def mix(streams, path, *, sample_rate, progress=lambda done_s: None):
    """Sums voices into a sound file, turned down as a whole where their sum would pass -1 dB; memory stays constant.

    Args:
      streams: one iterator a voice, of blocks of sound; the blocks of all have one length, but for the last of each.
      path: .wav or .flac.
      sample_rate: Hz.
      progress: called with the seconds that are done.

    Returns:
      Its length in seconds, and the gain in dB, 0 or below.
    """
    from ddsp_helpers import audio, units

    peak, length, size = 0.0, 0, 1 << 16
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as scratch:
        with (Path(scratch) / "sum").open("w+b") as kept:
            for blocks in itertools.zip_longest(*streams, fillvalue=np.zeros(0, np.float32)):
                total = np.zeros(max(map(len, blocks)), np.float32)
                for block in blocks:
                    total[:len(block)] += block
                kept.write(total.tobytes())
                peak, length = max(peak, float(np.abs(total).max(initial=0.0))), length + len(total)
                progress(length / sample_rate)
            gain_db = min(0.0, _CEILING_DB - float(units.amplitude_to_db(peak)))
            kept.seek(0)
            with audio.Writer(path, sample_rate=sample_rate) as writer:
                while piece := kept.read(4 * size):
                    writer.write(np.frombuffer(piece, np.float32) * np.float32(units.db_to_amplitude(gain_db)))
    return length / sample_rate, gain_db
