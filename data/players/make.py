"""Makes the players that ship with the course: `python data/players/make.py violin`.

One recipe for all: performances of the recorded notes of a registry pack, played so that how a note ends, swings and is
coloured does not follow from the rest; three networks trained together, then the expression generator alone; held-out
figures; NAME_16k.npz and its card.
"""

import argparse
import pathlib
import shlex
import sys
import time

import numpy as np

from ddsp_helpers import assets, data, models, rehearsal, training
from ddsp_helpers.data.melodies import Note
from ddsp_helpers.data.performed import Performances
from ddsp_helpers.data.phrases import EXPRESSIVE
from ddsp_helpers.data.prepare import prepare
from ddsp_helpers.models import store
from ddsp_helpers.spec import SPEC_16K

HERE = pathlib.Path(__file__).resolve().parent
INSTRUMENTS = ("violin", "flute", "trumpet", "saxophone")
STEPS = 900
HALF_TRAINED = 150          # steps of the checkpoint from which lesson 12 goes on
MUSIC_MINUTES = 12.0

CARD = """# {instrument}_16k, a player

Notes in, a performance on the {instrument} out (after MIDI-DDSP, Wu et al., ICLR 2022): six controls a note, the pitch, and the
controls of the synthesizers. 16000 Hz, 50 frames a second, {n_harmonics} harmonics, {n_noise_bands} noise bands, {parameters:,} weights,
stored in 16 bits.

## Learned from
{sources}

{music_minutes:g} minutes of melodies and exercises, played from {n_notes} recorded notes; the notes of the score are known exactly.
Weights: Apache-2.0; the recordings' licences ask for the credits above.

## Made by
`{command}`: {steps} steps, {minutes:g} minutes of two CPU cores.

## Held-out figures
Performances of recorded notes that training never heard:

| figure | value |
|---|---|
{figures}

## Know before use
Range: MIDI {lowest:g} to {highest:g}. One note at a time. The recorded notes have one dynamic level: softer and darker notes were made
by a gain and a low-pass, and vibrato partly by changing the speed of a recording. How notes follow one another was composed, not
played by a musician.
"""


def dataset_of(instrument, work):
    """The performances that a player learns from, a data.Dataset."""
    recordings = data.performances(instrument, minutes=MUSIC_MINUTES, style=EXPRESSIVE)
    return prepare(recordings, work / f"{instrument}_dataset", spec=SPEC_16K)


def make(instrument, *, work, command):
    """Prepares, trains, measures and writes one player."""
    dataset = dataset_of(instrument, work)
    performances = Performances.of(dataset)
    history = training.fit(models.PlayerSpec(dataset.spec, name=instrument), performances, out=work / f"{instrument}_run",
                           steps=STEPS, learning_rate=2e-3, patience=None, clock=_two_cores_s)
    player = models.load_player(history.best_path)
    rehearsal.rehearse(player, performances)
    midi = [Note(*note).midi for entry in dataset.recordings for note in entry.notes]
    figures = held_out_figures(player, performances)
    card = {
        "data": sorted({f"{entry.credit} ({entry.licence})" for entry in dataset.recordings}), "command": command,
        "steps": history.step, "minutes": round(history.elapsed_s / 60, 1), "held_out": figures,
        "lowest": min(midi), "highest": max(midi),
        "mean_expression": performances.mean_expression,
    }
    store.save(player, HERE / f"{instrument}_16k.npz", card=card)
    text = CARD.format(
        instrument=instrument, parameters=player.count_params(), music_minutes=MUSIC_MINUTES,
        n_notes=len(assets.instrument_notes(instrument)), sources="\n".join(f"- {line}" for line in card["data"]),
        figures="\n".join(f"| {name.replace('_', ' ')} | {value:.4g} |" for name, value in figures.items()),
        n_harmonics=dataset.spec.n_harmonics, n_noise_bands=dataset.spec.n_noise_bands, command=command,
        **{name: card[name] for name in ("steps", "minutes", "lowest", "highest")})
    (HERE / f"{instrument}_16k.md").write_text(text, encoding="utf-8")
    print(text)


def make_half_trained(instrument, *, work):
    """The player from which lesson 12 goes on: a training that was stopped early."""
    performances = Performances.of(dataset_of(instrument, work))
    player = store.build(models.PlayerSpec(performances.spec, name=instrument))
    training.fit(player, performances, out=work / f"{instrument}_half", steps=HALF_TRAINED, learning_rate=2e-3,
                 patience=None, clock=_two_cores_s)
    store.save(player, HERE / f"{instrument}_16k_half.npz", card={"steps": HALF_TRAINED})


def held_out_figures(player, performances):
    """Means of the losses on performances that training never heard."""
    parts = [player.loss_parts(batch, player(batch), training=False) for batch in performances.held_out(8)]
    names = {"sound": "spectral_distance", "pitch": "pitch_log_likelihood", "expression": "expression_log_likelihood"}
    scale = {"sound": 1.0, "pitch": -1 / 0.3, "expression": -1 / 0.2}
    return {title: float(np.mean([part[name] for part in parts]) * scale[name]) for name, title in names.items()}


def _two_cores_s():
    """Seconds of two whole cores that were used: what else the machine does at the time is not counted."""
    return time.process_time() / 2


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", choices=INSTRUMENTS, metavar="NAME", help=", ".join(INSTRUMENTS))
    parser.add_argument("--half", action="store_true", help="make the half-trained one instead")
    parser.add_argument("--work", type=pathlib.Path, default=assets.cache_folder() / "players",
                        help="where datasets and runs are kept")
    chosen = parser.parse_args(arguments)
    for name in chosen.names:
        if chosen.half:
            make_half_trained(name, work=chosen.work)
        else:
            make(name, work=chosen.work, command=shlex.join(["python", "data/players/make.py", name]))


if __name__ == "__main__":
    main(sys.argv[1:])
