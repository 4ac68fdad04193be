"""The decoders beside each other: parameters, training speed, live speed and latency, held-out distance of the race."""

import contextlib
import sys

import numpy as np

from benchmarks import race
from benchmarks.rows import Row
from benchmarks.timing import interleaved
from benchmarks.workers import Worker, serve

BATCH, CLIP_S, STEPS, SECONDS = 16, 1.0, 10, 10


def run():
    from ddsp_helpers import models

    command = [sys.executable, "-m", "benchmarks.decoders"]
    with contextlib.ExitStack() as stack:
        worker, one_core = stack.enter_context(Worker(command)), stack.enter_context(Worker(command, cores=1))
        works = {("train", name): worker.work(f"train {name}") for name in race.DECODERS}
        works |= {("play", name): one_core.work(f"play {name}") for name in race.DECODERS}
        took = interleaved(works)
    held_out = race.kept()
    for name in race.DECODERS:
        model = models.Autoencoder(models.ModelSpec(decoder=name))
        yield Row(f"{name}: parameters", model.count_params(), "")
        yield Row(f"{name}: training steps of {BATCH} x {CLIP_S:g} s in a minute of two cores",
                  STEPS * 120 / took["train", name].cpu_s, "")
        yield Row(f"{name}: live, frame by frame, one core", SECONDS / took["play", name].cpu_s, "x real time, processor")
        yield Row(f"{name}: latency of the decoder, frames that it looks ahead", looks_ahead(model.decoder), "", "<=", 0)
        for minutes, distance in sorted(held_out.get(name, {}).items()):
            yield Row(f"{name}: held-out spectral distance after {minutes:g} min", distance, "")


def looks_ahead(decoder, *, frames=120, changed=60):
    """How many frames before a changed one an output moves; 0 for a causal decoder."""
    rng = np.random.default_rng(0)
    x = rng.uniform(size=[1, frames, 2]).astype(np.float32)
    other = x.copy()
    other[0, changed] += 0.1
    moved = np.any(np.asarray(decoder(x)) != np.asarray(decoder(other)), axis=(0, 2))
    return changed - int(np.flatnonzero(moved)[0])


def make(name):
    """The work "train DECODER" or "play DECODER", a function without arguments."""
    import tensorflow as tf

    from ddsp_helpers import models, streaming

    what, decoder = name.split()
    model = models.Autoencoder(models.ModelSpec(decoder=decoder))
    rate, frames = model.model_spec.synth.sample_rate, model.model_spec.synth.frame_rate
    if what == "play":
        stream, pitch = streaming.Stream(model), np.full(1, 220.0, np.float32)
        stream.warm_up(1)

        def play():
            state = stream.init_state(1)
            for _ in range(SECONDS * frames):
                state, _ = stream.play(state, pitch, np.full(1, -20.0, np.float32))

        return play
    model.compile(optimizer="adam")
    count = round(CLIP_S * frames)
    batch = {"audio": tf.random.stateless_normal([BATCH, round(CLIP_S * rate)], [0, 0]) * 0.1,
             "f0_hz": tf.fill([BATCH, count, 1], 220.0), "loudness_db": tf.fill([BATCH, count, 1], -20.0)}
    again = tf.data.Dataset.from_tensors(batch).repeat(STEPS)
    return lambda: model.fit(again, verbose=0)


if __name__ == "__main__":
    serve(make)
