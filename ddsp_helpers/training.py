"""Training an instrument: by the clock, judged on held-out recordings, never lost.  Lesson 09."""

import contextlib
import dataclasses
import functools
import json
import math
import os
import pathlib
import time
from typing import Callable

import filelock
import keras
import numpy as np
import tensorflow as tf

from ddsp_helpers import callbacks
from ddsp_helpers.models import store
from ddsp_helpers.models.instrument import Instrument

STATE_KIND = "ddsp_helpers training"


@dataclasses.dataclass(frozen=True)
class History:
    """What a training did.

    Args:
      out: its folder, with best.npz, last/state.npz and history.json.
      step: gradient steps in all.
      elapsed_s: time in all, s, over all resumptions.
      best_loss: lowest held-out loss.
      best_step: when it was reached.
      stopped: why it ended: "minutes", "steps", "patience" or "interrupted".
      rows: one dictionary for each evaluation: step, elapsed_s, loss, held_out_loss, learning_rate.
    """

    out: pathlib.Path
    step: int
    elapsed_s: float
    best_loss: float
    best_step: int
    stopped: str
    rows: tuple

    @property
    def best_path(self):
        """The instrument with the lowest held-out loss."""
        return self.out / "best.npz"


@dataclasses.dataclass(frozen=True)
class Limits:
    """When a training ends, and what happens on the way; see fit."""

    minutes: float | None
    steps: int | None
    patience: int | None
    learning_rate: float
    evaluate_every_s: float
    save_every_s: float = 10.0
    clock: Callable[[], float] = time.monotonic

    def share(self, run):
        """How much of the training is done, 0 to 1."""
        by_time = run.elapsed_s / (60.0 * self.minutes) if self.minutes else 0.0
        return min(max(by_time, run.step / self.steps if self.steps else 0.0), 1.0)

    def remaining_s(self, run):
        """Time left, s; None before the first step."""
        share = self.share(run)
        return run.elapsed_s * (1.0 / share - 1.0) if share else None

    def reason(self, run):
        """Why the training is over, or an empty text."""
        if self.steps and run.step >= self.steps:
            return "steps"
        if self.minutes and run.elapsed_s >= 60.0 * self.minutes:
            return "minutes"
        return "patience" if self.patience and run.since_best >= self.patience else ""


@dataclasses.dataclass
class Run:
    """A training's state and its folder: best.npz, last/state.npz, history.json.  Each file is replaced whole."""

    out: pathlib.Path
    seed: int
    dataset: str = ""
    step: int = 0
    elapsed_s: float = 0.0
    best_loss: float | None = None
    best_step: int = 0
    since_best: int = 0
    rows: list = dataclasses.field(default_factory=list)

    _KEPT = ("seed", "step", "elapsed_s", "best_loss", "best_step", "since_best", "rows")

    @property
    def state_path(self):
        """Where the last state is."""
        return self.out / "last" / "state.npz"

    def note(self, model, row):
        """Adds an evaluation; writes best.npz if it is the best."""
        self.rows.append(row)
        self.since_best += 1
        if self.best_loss is None or row["held_out_loss"] < self.best_loss:
            self.best_loss, self.best_step, self.since_best = row["held_out_loss"], row["step"], 0
            trained = {"steps": row["step"], "minutes": round(row["elapsed_s"] / 60, 2), "held_out_loss": self.best_loss}
            store.save(model, self.out / "best.npz", card={**(model.card or {}), "training": trained})

    def save(self, model):
        """Writes weights, optimizer and counters to one file, and the history for people."""
        arrays = {f"model/{name}": value for name, value in store.get_weights(model).items()}
        arrays |= {f"optimizer/{i:04d}": np.asarray(v) for i, v in enumerate(model.optimizer.variables)}
        kept = {name: getattr(self, name) for name in self._KEPT}
        header = {"kind": STATE_KIND, "model": model.model_spec.to_dict(), "dataset": self.dataset, **kept}
        store.write_npz(self.state_path, arrays, header, compress=False)
        temporary = self.out / ".history.json.part"
        temporary.write_text(json.dumps(kept, indent=1))
        os.replace(temporary, self.out / "history.json")

    def resume(self, model):
        """Goes on where the folder's last state ends, if there is one.

        Raises:
          ValueError: the folder holds the training of another model, or on another dataset.
        """
        if not self.state_path.exists():
            return
        arrays, header = store.read_npz(self.state_path, kind=STATE_KIND)
        there, here = header["model"], model.model_spec.to_dict()
        if there != here:
            different = ", ".join(f"{name} is {there.get(name)} there and {here[name]} here"
                                  for name in here if there.get(name) != here[name])
            raise ValueError(f"{self.out} holds the training of another model: {different}. Choose another folder, or "
                             "delete this one (lesson 09).")
        if header.get("dataset", self.dataset) != self.dataset:
            raise ValueError(f"{self.out} holds a training on another dataset. Choose another folder, or delete this "
                             "one (lesson 09).")
        weights = {name.split("/", 1)[1]: value for name, value in arrays.items() if name.startswith("model/")}
        store.set_weights(model, weights, source="last state")
        for i, variable in enumerate(model.optimizer.variables):
            variable.assign(arrays[f"optimizer/{i:04d}"])
        for name in self._KEPT:
            setattr(self, name, header[name])

    def history(self, stopped):
        """The History of this run."""
        best = float("nan") if self.best_loss is None else self.best_loss
        return History(self.out, self.step, self.elapsed_s, best, self.best_step, stopped, tuple(self.rows))


def fit(model, dataset, *, out, minutes=None, steps=None, batch_size=16, seconds=2.0, learning_rate=3e-3, seed=0,
        distribute=None, evaluate_every_s=30.0, patience=20, tensorboard=False, progress=True, save_every_s=10.0,
        clock=time.monotonic):
    """Trains an instrument, and goes on where it was if it was interrupted or killed.

    Adam with a norm of gradients of at most 3 and a learning rate that rises, then falls by a cosine until the time is
    over.  The loss on held-out recordings decides which model is kept.  Lesson 09 watches it.

    Args:
      model: Autoencoder or Player, or a ModelSpec or PlayerSpec to build it from (with distribute="multiworker" always that).
      dataset: data.Dataset (for a player data.performed.Performances) of the same SynthSpec.
      out: folder for best.npz, last/, history.json; call again with the same folder to go on.
      minutes: wall-clock time in all, interruptions not counted.
      steps: gradient steps in all.
      batch_size: windows in a step, over all workers.
      seconds: length of a window, s.
      learning_rate: the highest one.
      seed: of the weights of a ModelSpec, the order of the windows and the noise.
      distribute: None, "mirrored" (all GPUs, or all logical CPUs, of this computer), "multiworker" (computers that
        TF_CONFIG names) or a tf.distribute.Strategy.
      evaluate_every_s: time between two held-out losses, s.
      patience: how many evaluations in a row may be worse than the best before the training ends; None for no end.
      tensorboard: also write losses, sounds and spectrograms to out/tensorboard.
      progress: True for a line of text, False for none, or a function that gets a dictionary.
      save_every_s: time between two saves of the last state, s: what a kill can cost.
      clock: what minutes are counted by, a function that returns s; on a machine that others share, for instance
        time.process_time.

    Returns:
      History.  The model has the weights of the best evaluation.

    Raises:
      ValueError: neither minutes nor steps, or a number not above 0, another SynthSpec, the folder of another model, of
        another dataset or of a training at work, a loss that diverged.
    """
    if minutes is None and steps is None:
        raise ValueError("fit came without an end; minutes=10 or steps=5000 was wanted (lesson 09).")
    for name, value in (("minutes", minutes), ("steps", steps), ("batch_size", batch_size)):
        if value is not None and not 0 < value < math.inf:
            raise ValueError(f"{name} came as {value}; a number above 0 was wanted (lesson 09).")
    strategy = _strategy(distribute)
    limits = Limits(minutes, steps, patience, learning_rate, evaluate_every_s, save_every_s, clock)
    run = Run(pathlib.Path(out), seed, getattr(dataset, "request", ""))
    chief = strategy is None or strategy.extended.should_checkpoint
    line = callbacks.ProgressLine(progress if chief else False)
    line.say("preparing: the first steps take some seconds longer")
    with _alone(run.out) if chief else contextlib.nullcontext(), strategy.scope() if strategy else contextlib.nullcontext():
        trained = _build(model, strategy, seed)
        dataset.spec.require_same(trained.model_spec.synth, mine="dataset", theirs="model")
        trained.learn_from(dataset)
        trained.compile(optimizer=make_optimizer(learning_rate), jit_compile=False)
        trained.optimizer.build(trained.trainable_variables)
        run.resume(trained)
        stopped = limits.reason(run) or _train(
            trained, dataset, run, limits, line, strategy=strategy, chief=chief, batch_size=batch_size, seconds=seconds,
            tensorboard=tensorboard)
    if chief:
        _take_best(trained, run)
    if isinstance(model, Instrument) and model is not trained:
        store.set_weights(model, store.get_weights(trained))
        model.statistics, model.card = trained.statistics, trained.card
    return run.history(stopped)


@contextlib.contextmanager
def _alone(out):
    """Keeps a folder for one training; a killed one lets go by itself."""
    out.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(out / ".lock", blocking=False):
            yield
    except filelock.Timeout as busy:
        raise ValueError(f"Another training is at work in {out}; wait for it, or choose another folder (lesson 09).") from busy


def make_optimizer(learning_rate):
    """Adam that takes no step with a norm of gradients above 3 (Engel et al., 2020)."""
    return keras.optimizers.Adam(learning_rate, global_clipnorm=3.0)


def _build(model, strategy, seed):
    """The model to train: built here from its specification, or the given one where nothing is distributed."""
    if not isinstance(model, Instrument):
        keras.utils.set_random_seed(seed)
        return store.build(model)
    if strategy is None:
        return model
    copy = store.build(model.model_spec)
    store.set_weights(copy, store.get_weights(model))
    copy.card = model.card
    return copy


def _train(model, dataset, run, limits, line, *, strategy, chief, batch_size, seconds, tensorboard):
    """Runs model.fit under a Supervisor until a limit is reached.  Returns why it ended."""
    worker = _worker_index(strategy)
    held_out = callbacks.HeldOut(model, dataset) if chief else None
    summaries = callbacks.Summaries(run.out / "tensorboard", held_out) if tensorboard and chief else None
    seed = run.seed + 1000 * run.step + worker  # another order than before the interruption, another on each worker
    keras.utils.set_random_seed(seed % 2**31)
    supervisor = callbacks.Supervisor(
        run, limits, line, held_out=held_out, summaries=summaries,
        agreement=_agreement(strategy, chief) if _is_multiworker(strategy) else None)
    batches = dataset.train(batch_size, seconds=seconds, seed=seed)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    stopped = ""
    try:
        model.fit(batches.with_options(options), epochs=1, shuffle=False, verbose=0, callbacks=[supervisor])
    except KeyboardInterrupt:
        stopped = "interrupted"
    if chief:
        supervisor.evaluate()
    return stopped or limits.reason(run) or "minutes"


def _take_best(model, run):
    """Gives the model the weights of the best evaluation."""
    best = run.out / "best.npz"
    if best.exists():
        arrays, _ = store.read_npz(best, kind=store.kind_of(model.model_spec))
        store.set_weights(model, arrays, source="best.npz")


@functools.cache
def _strategy(distribute):
    """A tf.distribute.Strategy by its name; made once, because TensorFlow forgives no second one."""
    if distribute is None or isinstance(distribute, tf.distribute.Strategy):
        return distribute
    if distribute == "mirrored":
        kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
        return tf.distribute.MirroredStrategy([device.name for device in tf.config.list_logical_devices(kind)])
    if distribute == "multiworker":
        try:
            return tf.distribute.MultiWorkerMirroredStrategy()
        except RuntimeError as error:
            raise ValueError(
                "The workers can only be joined before TensorFlow computes anything: give fit a ModelSpec instead of a "
                f"model, in a fresh process (lesson 09). TensorFlow says: {error}") from error
    raise ValueError(f"distribute came as {distribute!r}; None, 'mirrored' or 'multiworker' was wanted (lesson 09).")


def _is_multiworker(strategy):
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


def _worker_index(strategy):
    """The number of this worker, 0 for the chief."""
    return strategy.cluster_resolver.task_id or 0 if _is_multiworker(strategy) else 0


def _agreement(strategy, chief):
    """A function that tells all workers what the chief decided."""

    @tf.function(autograph=False)
    def spread(values):
        return strategy.reduce("SUM", strategy.run(tf.identity, args=(values,)), axis=None)

    def agree(values):
        told = values if chief else [0.0] * len(values)
        return [float(value) for value in spread(tf.constant(told, tf.float32)).numpy()]

    return agree
