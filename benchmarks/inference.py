"""A minute of one voice from pitch and loudness: speed on one core and peak memory, each model in its own process.

`python -m benchmarks.inference` is one such process; it takes names such as "ours 60" line by line.
"""

import contextlib
import sys

from benchmarks import peer
from benchmarks.rows import Row
from benchmarks.timing import interleaved
from benchmarks.workers import Worker, serve

SECONDS, LONG_SECONDS = 60, 600


def run():
    command = [sys.executable, "-m", "benchmarks.inference"]
    with contextlib.ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(command, cores=1)) for name in ("nothing", "ours", "textbook")}
        rival = stack.enter_context(peer.worker(cores=1))
        works = {name: worker.work(f"{name} {SECONDS}") for name, worker in workers.items()}
        works.pop("nothing")()
        if rival:
            workers["peer"], works["peer"] = rival, rival.work("inference")
        took = interleaved(works)
        base_mb = workers.pop("nothing").peak_mb
        memory_mb = {name: worker.peak_mb - base_mb for name, worker in workers.items()}
        workers["ours"].work(f"ours {LONG_SECONDS}")()
        longer_mb = workers["ours"].peak_mb - base_mb
    for name, timing in took.items():
        bar = {"relation": ">=", "limit": 150} if name == "ours" else {}
        yield Row(f"60 s of one voice on one core: {name}", SECONDS / timing.cpu_s, "x real time, processor", **bar)
        yield Row(f"60 s of one voice on one core: {name}, on the clock", SECONDS / timing.wall_s, "x real time")
    for other in ("textbook", "peer"):
        if other in took:
            yield Row(f"60 s of one voice: times faster than the {other}", took["ours"].times_faster(took[other]), "x")
    for name, value in memory_mb.items():
        yield Row(f"60 s of one voice, memory above TensorFlow's: {name}", value, "MB")
    yield Row("10 min of one voice, memory above TensorFlow's: ours", longer_mb, "MB")
    yield Row("growth of it from 60 s to 10 min", longer_mb - memory_mb["ours"], "MB", "<", 50)


def make(name):
    """The work "ours SECONDS", "textbook SECONDS" or "nothing …", a function without arguments."""
    import numpy as np
    import tensorflow as tf

    which, seconds = name.split()
    seconds = int(seconds)
    if which == "nothing":
        return lambda: tf.zeros([1]).numpy()
    if which == "ours":
        from ddsp_helpers import models, streaming

        model = models.Autoencoder(models.ModelSpec())
        f0_hz = np.full(seconds * model.model_spec.synth.frame_rate, 220.0, np.float32)
        return lambda: [block.size for block in streaming.render(model, f0_hz, np.full_like(f0_hz, -20.0))]
    from benchmarks.solo_instrument import FRAME_RATE, SoloInstrument

    plain, shape = tf.function(SoloInstrument(reverb_s=0).call), [1, seconds * FRAME_RATE, 1]
    return lambda: plain({"f0_hz": tf.fill(shape, 220.0), "loudness_db": tf.fill(shape, -20.0)})["audio"].numpy()


if __name__ == "__main__":
    serve(make)
