"""What happens beside the gradient steps: learning rate, progress, held-out loss, best and last files, TensorBoard."""

import math
import sys
import time

import keras
import numpy as np
import tensorflow as tf

_TICK_S = 0.5      # between two updates of the progress line, s
_AGREE_STEPS = 10  # between two agreements of several workers, steps


def schedule(fraction, step, *, peak, warm_up=60):
    """Learning rate over a training: a straight line up over the first steps, half a cosine down to a hundredth.

    The way up is counted in steps, not in time: compiling takes the first seconds, and a network whose first steps are
    large can lose its harmonics to the noise for good.

    Args:
      fraction: share of the training that is done, 0 to 1.
      step: steps that are done.
      peak: the highest learning rate.
      warm_up: steps until it is reached.

    >>> [round(schedule(f, n, peak=1.0), 3) for f, n in ((0.0, 0), (0.0, 29), (0.5, 1000), (1.0, 2000))]
    [0.017, 0.5, 0.505, 0.01]
    """
    rise = min(1.0, (step + 1) / warm_up)
    return peak * rise * (0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(fraction, 1.0))))


class ProgressLine:
    """One line of plain text that is written over itself, in a terminal and in a notebook; in a log, one line a result.

    Args:
      show: True, False, or a function that gets a dictionary for every update.
      stream: where to write; standard output by default.
    """

    def __init__(self, show, *, stream=None):
        self.show, self.stream, self.width = show, stream or sys.stdout, 0
        self.overwrites = hasattr(self.stream, "isatty") and self.stream.isatty() or "ipykernel" in sys.modules

    def say(self, text, *, keep=False):
        """Shows text; keep leaves it standing and goes to the next line."""
        if self.show is not True or not (keep or self.overwrites):
            return
        if self.overwrites:
            text, self.width = "\r" + text.ljust(self.width), len(text)
        self.stream.write(text + ("\n" if keep else ""))
        self.stream.flush()
        if keep:
            self.width = 0

    def update(self, row, *, keep=False):
        """Shows how far a training is, from a dictionary: step, elapsed_s, remaining_s, loss, held_out_loss, best."""
        if callable(self.show):
            self.show(dict(row, finished=keep))
            return
        parts = [f"training {_clock(row['elapsed_s'])}", f"step {row['step']}", f"loss {row['loss']:.3f}"]
        if row["best"] is not None:
            parts.append(f"held out {row['held_out_loss']:.3f} (best {row['best']:.3f})")
        if row["remaining_s"] is not None:
            parts.append(f"{_clock(row['remaining_s'])} left")
        self.say(" | ".join(parts), keep=keep)


def _clock(seconds):
    """Seconds as minutes:seconds, with hours where there are any."""
    seconds = int(max(seconds, 0))
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes:02d}:{seconds % 60:02d}"


class HeldOut:
    """The mean loss on recordings that training never sees, always on the same windows.

    Args:
      model: Autoencoder or Player.
      dataset: with held_out(batch_size).
      windows: how many windows at most, spread evenly over the recordings.

    Raises:
      ValueError: the dataset holds nothing out.
    """

    def __init__(self, model, dataset, *, windows=32):
        found = []
        for batch in dataset.held_out(1):
            found.append({name: np.asarray(value) for name, value in batch.items()})
            if len(found) == 16 * windows:
                break
        if not found:
            raise ValueError("The dataset holds no recording out, so nobody could tell learning from remembering; prepare "
                             "it again with held_out=0.15 and at least two recordings (lesson 07).")
        shape = found[0]["audio"].shape
        found = [batch for batch in found if batch["audio"].shape == shape]
        count = windows if len(found) >= windows else min(len(found), 16)
        chosen = [found[i] for i in np.linspace(0, len(found) - 1, count).round().astype(int)]
        size = min(count, 16)
        self.batches = [
            {name: tf.constant(np.concatenate([batch[name] for batch in chosen[i:i + size]])) for name in chosen[0]}
            for i in range(0, count - size + 1, size)
        ]
        self.model = model
        self._loss = tf.function(model.held_out_loss, autograph=False)

    def loss(self):
        """The loss now, a number."""
        return float(np.mean([self._loss(batch).numpy() for batch in self.batches]))


class Summaries:
    """Losses, sounds and spectrograms for TensorBoard.

    Args:
      folder: where TensorBoard looks.
      held_out: HeldOut, whose first windows are heard.
      clips: how many of them.
    """

    def __init__(self, folder, held_out, *, clips=3):
        self.held_out, self.clips = held_out, clips
        self.writer = tf.summary.create_file_writer(str(folder))
        self.sample_rate = held_out.model.model_spec.synth.sample_rate
        with self.writer.as_default(step=0):
            self._sound("recorded", held_out.batches[0]["audio"][:clips])

    def write(self, row):
        """Writes one row of the history, and what the model plays now."""
        batch = {name: values[:self.clips] for name, values in self.held_out.batches[0].items()}
        with self.writer.as_default(step=row["step"]):
            for name in ("loss", "held_out_loss", "learning_rate"):
                tf.summary.scalar(name, row[name])
            self._sound("played", self.held_out.model(batch)["audio"])
        self.writer.flush()

    def _sound(self, name, audio):
        tf.summary.audio(name, audio[..., None], self.sample_rate, max_outputs=self.clips)
        level = tf.math.log(tf.abs(tf.signal.stft(audio, 1024, 256)) + 1e-4)           # [clips, frames, bins]
        level = (level - tf.math.log(1e-4)) / (tf.math.log(100.0) - tf.math.log(1e-4))
        image = tf.reverse(tf.transpose(level, [0, 2, 1]), [1])[..., None]             # low notes at the bottom
        tf.summary.image(f"{name} spectrogram", tf.clip_by_value(image, 0.0, 1.0), max_outputs=self.clips)


class Supervisor(keras.callbacks.Callback):
    """Runs a training by the clock: rates, held-out loss, files, the end.

    Args:
      run: training.Run, which holds the state and writes the files.
      limits: training.Limits.
      line: ProgressLine.
      held_out: HeldOut, or None on a worker that is not the chief.
      summaries: Summaries or None.
      agreement: function from [share done, stop] of the chief to the same numbers on every worker; None if alone.
    """

    def __init__(self, run, limits, line, *, held_out, summaries=None, agreement=None):
        super().__init__()
        self.run, self.limits, self.line, self.held_out = run, limits, line, held_out
        self.summaries, self.agreement = summaries, agreement
        self.started = limits.clock() - run.elapsed_s
        self.last_tick = self.last_save = time.monotonic()
        self.next_evaluation = run.elapsed_s + limits.evaluate_every_s
        self.share = limits.share(run)
        self.loss = float("nan")

    def on_train_batch_begin(self, batch, logs=None):
        self.rate = schedule(self.share, self.run.step, peak=self.limits.learning_rate)
        self.model.optimizer.learning_rate.assign(self.rate)

    def on_train_batch_end(self, batch, logs=None):
        run, now = self.run, time.monotonic()
        run.step += 1
        run.elapsed_s = self.limits.clock() - self.started
        chief = self.held_out is not None
        if chief and now - self.last_tick > _TICK_S:
            self._tick(float(np.mean(logs["loss"])), now)
        if chief and run.elapsed_s >= self.next_evaluation:
            self.evaluate(float(np.mean(logs["loss"])))
        if chief and time.monotonic() - self.last_save > self.limits.save_every_s:
            self.save()
        self._end(chief)

    def _end(self, chief):
        """Decides whether this step was the last one; several workers decide together."""
        share = self.limits.share(self.run) if chief else 0.0
        stop = chief and bool(self.limits.reason(self.run))
        if self.agreement is not None:
            if self.run.step % _AGREE_STEPS:
                return
            share, stop = self.agreement([share, float(stop)])
            self.model.reset_metrics()  # as in _tick, but all workers at the same step
        self.share, self.model.stop_training = share, bool(stop)

    def _require_numbers(self, *losses):
        """Ends a training that has diverged, before anything of it is kept."""
        if all(np.all(np.isfinite(values)) for values in (*losses, *self.model.get_weights())):
            return
        run = self.run
        kept = f"Its last good state is in {run.out}; go on" if run.state_path.exists() else "Nothing was kept; begin again"
        raise ValueError(
            f"At step {run.step} the loss or a weight is not a number any more: the training has diverged. {kept} with a "
            f"smaller learning_rate than {self.limits.learning_rate:g} (lesson 09).")

    def _tick(self, loss, now):
        self._require_numbers(loss)
        self.loss, self.last_tick = loss, now
        if self.agreement is None:
            self.model.reset_metrics()  # so that the loss is that of the last moments, not of the whole training
        self.line.update(self._row())

    def _row(self):
        run = self.run
        return {
            "step": run.step, "elapsed_s": run.elapsed_s, "remaining_s": self.limits.remaining_s(run), "loss": self.loss,
            "held_out_loss": run.rows[-1]["held_out_loss"] if run.rows else None, "best": run.best_loss,
            "learning_rate": getattr(self, "rate", 0.0),
        }

    def evaluate(self, loss=None):
        """Measures the held-out loss, keeps the model if it is the best so far, and saves."""
        run = self.run
        self.loss = self.loss if loss is None or not math.isfinite(loss) else loss
        held_out_loss = self.held_out.loss()
        self._require_numbers(held_out_loss)
        run.elapsed_s = self.limits.clock() - self.started
        row = {"step": run.step, "elapsed_s": round(run.elapsed_s, 2), "loss": self.loss, "held_out_loss": held_out_loss,
               "learning_rate": getattr(self, "rate", 0.0)}
        run.note(self.model, row)
        self.save()
        if self.summaries is not None:
            self.summaries.write(row)
        self.line.update(self._row(), keep=True)
        self.next_evaluation = run.elapsed_s + self.limits.evaluate_every_s

    def save(self):
        """Writes the last state, from which a killed training goes on."""
        self._require_numbers()
        self.run.save(self.model)
        self.last_save = time.monotonic()
