"""Equal wall-clock: who plays held-out recordings best after the same minutes on the same cores and recordings?

The published textbook model, the default decoder after half the time and after all of it, and every decoder after five
times as long. Runs are kept in the cache folder, and a race that was stopped goes on; draws out/benchmarks/race.png.
"""

import json
import pathlib
import time

import numpy as np

from benchmarks.rows import Row
from benchmarks.solo_instrument import FRAME_RATE, SoloInstrument
from ddsp_helpers import assets, data, losses, models, training
from ddsp_helpers.data.prepare import prepare
from ddsp_helpers.spec import SynthSpec

OUT = pathlib.Path("out/benchmarks")
DEFAULT, DECODERS = models.ModelSpec().decoder, ("gru", "mingru", "cnn")


def distance(play, dataset):
    """Mean spectral distance of play(batch) from the held-out sounds of a dataset."""
    return float(np.mean(np.concatenate([
        losses.spectral_distance(batch["audio"], play(batch)) for batch in dataset.held_out(batch_size=4)])))


def train_ours(decoder, dataset, minutes, folder):
    """[(minutes, held-out distance)] of one of this package's decoders, the best so far."""
    out = folder / f"{decoder}_{minutes:g}_min"
    history = training.fit(models.ModelSpec(dataset.spec, decoder=decoder), dataset, out=out, minutes=minutes, patience=None)
    curve = [(row["elapsed_s"] / 60, row["held_out_loss"]) for row in history.rows]
    model = models.load(history.best_path)
    return curve, distance(lambda batch: model(batch)["audio"], dataset)


def train_textbook(dataset, minutes, folder):
    """The same for the textbook model: batch 16 of 4 s, Adam at 1e-3 as in its notebooks."""
    kept = folder / f"textbook_{minutes:g}_min.json"
    if kept.exists():
        found = json.loads(kept.read_text())
        return found["curve"], found["distance"]
    model = SoloInstrument()
    step, curve, used_s = model.make_train_step(learning_rate=1e-3), [], 0.0
    next_look_s = minutes * 60 / 8
    for batch in dataset.train(16, seconds=4.0, seed=0):
        start = time.perf_counter()
        step(batch)
        used_s += time.perf_counter() - start
        if used_s >= min(next_look_s, minutes * 60):
            curve.append((used_s / 60, distance(lambda batch: model(batch)["audio"], dataset)))
            next_look_s = used_s + minutes * 60 / 8
        if used_s >= minutes * 60:
            break
    best = min(value for _, value in curve)
    kept.write_text(json.dumps({"curve": curve, "distance": best}))
    return curve, best


def run(minutes=20.0):
    folder = assets.cache_folder() / "race"
    recordings = data.performances("violin", minutes=10.0)
    dataset = prepare(recordings, folder / "50_frames")
    slow = prepare(recordings, folder / "250_frames", spec=SynthSpec(frame_rate=FRAME_RATE, n_harmonics=60))
    short, long = minutes / 2, 5 * minutes
    found = {f"textbook, {minutes:g} min": train_textbook(slow, minutes, folder)}
    for decoder, time_min in ((DEFAULT, short), (DEFAULT, minutes), *((name, long) for name in DECODERS)):
        found[f"{decoder}, {time_min:g} min"] = train_ours(decoder, dataset, time_min, folder)
    draw({name: curve for name, (curve, _) in found.items()}, OUT / "race.png")
    final = {name: value for name, (_, value) in found.items()}
    best = min(final[f"{name}, {long:g} min"] for name in DECODERS)
    rows = [Row(f"{name}: held-out spectral distance", value, "") for name, value in final.items()]
    return rows + [
        Row(f"{DEFAULT} against the textbook, {minutes:g} min each", final[f"{DEFAULT}, {minutes:g} min"]
            / final[f"textbook, {minutes:g} min"], "x the distance", "<=", 0.75),
        Row(f"{DEFAULT} after {short:g} min against the best after {long:g}", final[f"{DEFAULT}, {short:g} min"] / best,
            "x the distance", "<=", 1.05),
    ]


def draw(curves, path):
    """The race as a picture: best held-out distance so far over minutes, and every name."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 4.5), layout="constrained")
    for (name, curve), dash in zip(curves.items(), ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))):
        when, value = zip(*curve)
        axes.plot(when, np.minimum.accumulate(value), ls=dash, lw=2, label=name)
    axes.set(xlabel="training time on this machine (min)", ylabel="held-out spectral distance", xscale="log",
             title="Who plays held-out recordings best after the same time?")
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)

