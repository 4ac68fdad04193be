"""Makes the instruments that ship with the course: `python data/checkpoints/make.py violin_16k [--recordings FOLDER]`.

One recipe an instrument. Each prepares a dataset from the recorded notes of a registry pack, played as music, and from
further recordings where there are some; trains; measures on what was held out; writes NAME.npz and its model card.
"""

import argparse
import dataclasses
import pathlib
import shlex
import sys
import time

from ddsp_helpers import assets, data, training
from ddsp_helpers.data.prepare import prepare
from ddsp_helpers.evaluate import evaluate
from ddsp_helpers.models import store
from ddsp_helpers.models.autoencoder import Autoencoder, ModelSpec
from ddsp_helpers.spec import SPEC_16K, SPEC_48K

HERE = pathlib.Path(__file__).resolve().parent
FIGURES = ("spectral_distance", "loudness_l1_db", "f0_median_cents", "f0_outlier_share", "frechet_distance")


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What an instrument is made from.

    Args:
      instrument: whose notes, one of assets.instruments().
      spec: SynthSpec.
      steps: of training; the cards tell how many minutes they take.
      music_minutes: how much music the notes are played into.
      width: of the decoder; 0 for the usual one.
    """

    instrument: str
    spec: object = SPEC_16K
    steps: int = 700
    music_minutes: float = 8.0
    width: int = 0


RECIPES = {
    "violin_16k": Recipe("violin"),
    "flute_16k": Recipe("flute"),
    "trumpet_16k": Recipe("trumpet"),
    "saxophone_16k": Recipe("saxophone"),
    "violin_48k": Recipe("violin", SPEC_48K, steps=1200),
    "flute_48k": Recipe("flute", SPEC_48K),
}
MOST_OUTLIERS = 0.1      # share of notes off pitch on held-out sound; above it an instrument has lost its harmonics


def recordings_of(recipe, folders):
    """The performances of a pack, and everything in further folders, of which every sixth note or take is held out."""
    found = data.performances(recipe.instrument, minutes=recipe.music_minutes)
    for path, licence, credit in folders:
        more = data.folder(path, licence=licence, credit=credit, take_s=20.0)
        kept_back = sorted({recording.group for recording in more})[2::6]
        found += [dataclasses.replace(recording, held_out=recording.group in kept_back) for recording in more]
    return found


def card_text(name, recipe, card):
    """The model card as Markdown."""
    figures = "\n".join(f"| {key.replace('_', ' ')} | {value:.4g} |" for key, value in card["held_out"].items())
    sources = "\n".join(f"- {line}" for line in card["data"])
    spec = recipe.spec
    further = " The further recordings have dynamics of their own." if "--recordings" in card["command"] else ""
    return f"""# {name}

A DDSP instrument: pitch and loudness in, {recipe.instrument} out. {spec.sample_rate} Hz, {spec.frame_rate} frames a
second, {spec.n_harmonics} harmonics, {spec.n_noise_bands} noise bands, decoder `{card['decoder']}`,
{card['parameters']:,} weights, stored in 16 bits.

## Learned from
{sources}

Weights: Apache-2.0; the recordings' licences ask for the credits above.

## Made by
`{card['command']}`: {card['steps']} steps, {card['minutes']:g} minutes of two CPU cores.

## Held-out figures
Recordings that training never heard ({card['seconds']:.0f} s), played back from their pitch and loudness:

| figure | value |
|---|---|
{figures}

## Know before use
The notes of the pack were recorded at one dynamic level; softer ones are made by a gain and a low-pass, so brightness
follows loudness less than on the real instrument.{further} One voice at a time.
"""


def make(name, folders, *, work, command):
    """Prepares, trains, measures and writes one instrument."""
    recipe = RECIPES[name]
    recordings = recordings_of(recipe, folders)
    dataset = prepare(recordings, work / f"{name}_dataset", spec=recipe.spec)
    model = Autoencoder(ModelSpec(recipe.spec, width=recipe.width, name=name.split("_")[0]))
    history = training.fit(model, dataset, out=work / f"{name}_run", steps=recipe.steps, clock=_two_cores_s)
    model = store.load(work / f"{name}_run" / "best.npz")
    report = evaluate(model, dataset, max_s=240)
    if not report.summary["f0_outlier_share"] <= MOST_OUTLIERS:
        raise ValueError(f"{name} plays {report.summary['f0_outlier_share']:.0%} of the held-out notes off pitch; at most "
                         f"{MOST_OUTLIERS:.0%} may ship. Train it again with another seed or a smaller learning rate.")
    credits = sorted({f"{r.credit or r.name} ({r.licence or 'licence not stated'})" for r in recordings})
    card = {
        "data": credits, "command": command, "steps": history.step, "minutes": round(history.elapsed_s / 60, 1),
        "decoder": model.model_spec.decoder, "parameters": model.count_params(), "seconds": report.summary["seconds"],
        "held_out": {key: report.summary[key] for key in FIGURES if report.summary.get(key) is not None},
    }
    store.save(model, HERE / f"{name}.npz", card=card)
    (HERE / f"{name}.md").write_text(card_text(name, recipe, card), encoding="utf-8")
    print(report.table())


def _two_cores_s():
    """Seconds of two whole cores that were used: what else the machine does at the time is not counted."""
    return time.process_time() / 2


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", choices=sorted(RECIPES), metavar="NAME", help=", ".join(sorted(RECIPES)))
    parser.add_argument("--recordings", nargs=3, action="append", default=[], metavar=("FOLDER", "LICENCE", "CREDIT"),
                        help="further recordings to learn from")
    parser.add_argument("--work", type=pathlib.Path, default=assets.cache_folder() / "checkpoints",
                        help="where datasets and runs are kept")
    chosen = parser.parse_args(arguments)
    shown = [(pathlib.Path(folder).name, *rest) for folder, *rest in chosen.recordings]
    for name in chosen.names:
        command = shlex.join(["python", "data/checkpoints/make.py", name,
                              *(part for item in shown for part in ("--recordings", *item))])
        make(name, chosen.recordings, work=chosen.work, command=command)


if __name__ == "__main__":
    main(sys.argv[1:])
