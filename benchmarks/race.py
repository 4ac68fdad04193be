"""The same minutes, cores and recordings for everybody: who then plays held-out recordings best?

The published textbook model, every decoder of this package after half that time, and the default one after all of it.
A minute is a minute of two whole cores, counted in processor time, so that the race is fair on a machine that others
share. Each contestant is a process of its own, `python -m benchmarks.race gru 10`, and is kept in the cache folder: a
race that was stopped goes on. Draws out/benchmarks/race.png.
"""

import json
import pathlib
import subprocess
import sys
import time

import numpy as np

from benchmarks.rows import Row
from ddsp_helpers import assets
from ddsp_helpers.models.model_spec import DECODER_WIDTHS, ModelSpec

OUT = pathlib.Path("out/benchmarks")
DEFAULT, DECODERS = ModelSpec().decoder, tuple(DECODER_WIDTHS)
CORES = 2


def clock():
    """Seconds of two whole cores that this process has used."""
    return time.process_time() / CORES


def folder():
    """Where the race is kept."""
    return assets.cache_folder() / "race"


def run(minutes=20.0):
    half = minutes / 2
    final = hold(("textbook", minutes), *((name, half) for name in DECODERS), (DEFAULT, minutes), picture="race.png")
    best = min(final[name, half] for name in DECODERS)
    return rows_of(final) + [
        Row(f"{DEFAULT} against the textbook, {minutes:g} min each", final[DEFAULT, minutes] / final["textbook", minutes],
            "x the distance", "<=", 0.75),
        Row(f"{DEFAULT} against the best decoder, {half:g} min each", final[DEFAULT, half] / best, "x the distance", "<=",
            1.0),
    ]


def hold(*starters, picture=None):
    """Lets those run that have not run yet; {(who, minutes): held-out distance}, and the curves as a picture in OUT."""
    for who, minutes in starters:
        if not _kept(who, minutes).exists():
            subprocess.run([sys.executable, "-m", "benchmarks.race", who, str(minutes)], check=True)
    kept = {starter: json.loads(_kept(*starter).read_text()) for starter in starters}
    if picture:
        draw({f"{who}, {minutes:g} min": found["curve"] for (who, minutes), found in kept.items()}, OUT / picture)
    return {starter: found["distance"] for starter, found in kept.items()}


def rows_of(final):
    """A row for each contestant."""
    return [Row(f"{who}, {minutes:g} min: held-out spectral distance", value, "")
            for (who, minutes), value in final.items()]


def _kept(who, minutes):
    return folder() / f"{who}_{minutes:g}_min.json"


def kept():
    """{who: {minutes: held-out distance}} of everybody who has run so far."""
    found = {}
    for path in sorted(folder().glob("*_min.json")):
        who, minutes, _ = path.stem.rsplit("_", 2)
        found.setdefault(who, {})[float(minutes)] = json.loads(path.read_text())["distance"]
    return found


def train(who, minutes):
    """Trains one contestant and keeps its curve [(minutes, held-out distance)] and its best distance."""
    from ddsp_helpers import data
    from ddsp_helpers.data.prepare import prepare
    from ddsp_helpers.spec import SynthSpec

    recordings = data.performances("violin", minutes=10.0)
    if who == "textbook":
        spec = SynthSpec(frame_rate=250, n_harmonics=60)
        curve, best = _train_textbook(prepare(recordings, folder() / "250_frames", spec=spec), minutes)
    else:
        curve, best = _train_ours(who, prepare(recordings, folder() / "50_frames"), minutes)
    _kept(who, minutes).write_text(json.dumps({"curve": curve, "distance": best}))


def _train_ours(decoder, dataset, minutes):
    from ddsp_helpers import models, training

    history = training.fit(models.ModelSpec(dataset.spec, decoder=decoder), dataset, minutes=minutes, patience=None,
                           out=folder() / f"{decoder}_{minutes:g}_min", evaluate_every_s=minutes * 60 / 20, clock=clock)
    model = models.load(history.best_path)
    curve = [(row["elapsed_s"] / 60, row["held_out_loss"]) for row in history.rows]
    return curve, distance(lambda batch: model(batch)["audio"], dataset)


def _train_textbook(dataset, minutes):
    """Batch 16 of 4 s and Adam at 1e-3, as in its notebooks; looking at the held-out sound costs it no time."""
    from benchmarks.solo_instrument import SoloInstrument

    model, curve, used_s = SoloInstrument(), [], 0.0
    step, looks = model.make_train_step(learning_rate=1e-3), iter(np.arange(1, 9) * minutes * 60 / 8)
    look_s = next(looks)
    for batch in dataset.train(16, seconds=4.0, seed=0):
        begun = clock()
        step(batch)
        used_s += clock() - begun
        if used_s >= look_s:
            curve.append((used_s / 60, distance(lambda batch: model(batch)["audio"], dataset)))
            print(f"textbook: {used_s / 60:.1f} min, held out {curve[-1][1]:.3f}", flush=True)
            look_s = next((look for look in looks if look > used_s), None)
        if used_s >= minutes * 60:
            return curve, min(value for _, value in curve)
    raise AssertionError("a training dataset does not end")


def distance(play, dataset):
    """Mean spectral distance of play(batch) from the held-out sounds of a dataset."""
    from ddsp_helpers import losses

    return float(np.mean(np.concatenate([
        losses.spectral_distance(batch["audio"], play(batch)) for batch in dataset.held_out(batch_size=4)])))


def draw(curves, path):
    """The race as a picture: best held-out distance so far over minutes, and every name."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot, ticker

    figure, axes = pyplot.subplots(figsize=(9, 4.5), layout="constrained")
    for number, (name, curve) in enumerate(curves.items()):
        when, value = zip(*curve)
        dash = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))[number % 6]
        axes.plot(when, np.minimum.accumulate(value), ls=dash, lw=2, label=name)
    axes.set(xlabel="training time on two cores (min)", ylabel="held-out spectral distance", xscale="log",
             title="Who plays held-out recordings best after the same time?")
    axes.xaxis.set(major_locator=ticker.LogLocator(subs=(1, 2, 5)), major_formatter="{x:g}",
                   minor_locator=ticker.NullLocator())
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


if __name__ == "__main__":
    train(sys.argv[1], float(sys.argv[2]))
