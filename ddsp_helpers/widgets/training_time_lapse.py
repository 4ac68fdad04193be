"""Hear a network learn: what it played at each stage of a training, on one slider.  Lesson 09."""

import numpy as np
import traitlets

from ddsp_helpers import audio
from ddsp_helpers.classroom import plots
from ddsp_helpers.classroom.describe import number
from ddsp_helpers.classroom.sounds import one_sound, safe
from ddsp_helpers.controls import Control
from ddsp_helpers.widgets.base import Widget


class Snapshots:
    """Plays the same phrase again and again while a model learns: training.fit(model, …, progress=snapshots).

    The phrase is rendered before the first step, then whenever the training has gone `growth` times as far, and at the
    latest evaluation: a dozen sounds for a training of minutes, most of them early, where most happens.

    Args:
      model: models.Autoencoder, the one that is trained (not a ModelSpec).
      inputs: Features or {"f0_hz", "loudness_db"} of the phrase, [1, frames, 1]; four seconds are enough.
      progress: what to do besides, as in training.fit: True for a line of text, False, or a function.
      growth: ratio of the steps of two snapshots, above 1.

    Attributes:
      rows: {"step", "elapsed_s", "loss", "held_out_loss", "audio"} of each snapshot; audio [samples] float32.
      curve: {"step", "loss", "held_out_loss"} at each evaluation.

    Raises:
      ValueError: growth is not above 1.

    >>> model = lambda inputs: {"audio": inputs["f0_hz"][..., 0]}
    >>> heard = Snapshots(model, {"f0_hz": np.ones([1, 4, 1])}, progress=False)
    >>> row = {"loss": 5.0, "held_out_loss": None, "best": None, "remaining_s": None, "finished": False}
    >>> for step in range(1, 20):
    ...     heard({**row, "step": step, "elapsed_s": step})
    >>> [row["step"] for row in heard.rows]
    [0, 1, 3, 6, 10, 16]
    """

    def __init__(self, model, inputs, *, progress=True, growth=1.5):
        if not growth > 1:
            raise ValueError(f"growth came as {growth}; a ratio above 1 was wanted (lesson 09).")
        self.model, self.growth, self.curve = model, growth, []
        self.inputs = inputs.to_inputs() if hasattr(inputs, "to_inputs") else inputs
        self._show, self._kept, self._latest = _shown(progress), [], None
        self._kept.append(self._played({"step": 0, "elapsed_s": 0.0, "loss": None, "held_out_loss": None}))

    @property
    def rows(self):
        """All snapshots, the latest evaluation last."""
        last = [self._latest] if self._latest and self._latest["step"] > self._kept[-1]["step"] else []
        return [*self._kept, *last]

    def __call__(self, row):
        """Hears of a step: the function that training.fit calls."""
        self._show(row)
        if row["step"] >= self.growth * self._kept[-1]["step"] + 1:
            self._kept.append(self._played(row))
        elif row["finished"]:
            self._latest = self._played(row)
        if row["finished"]:
            self.curve.append({name: row[name] for name in ("step", "loss", "held_out_loss")})

    def _played(self, row):
        sound = np.asarray(self.model(self.inputs)["audio"], np.float32)[0]
        return {**{name: row[name] for name in ("step", "elapsed_s", "loss", "held_out_loss")}, "audio": sound}


def _shown(progress):
    """What training.fit's own argument `progress` means, as a function of a row."""
    if callable(progress):
        return progress
    from ddsp_helpers import callbacks

    line = callbacks.ProgressLine(progress)
    return lambda row: line.update(row, keep=row["finished"])


class TrainingTimeLapse(Widget):
    """A slider over the steps of a training: the sound of each, its spectrogram, and the losses.

    All sounds run in step, so sliding changes the training and nothing else.

    Args:
      snapshots: Snapshots, or a list of {"step", "audio"} with, where known, "elapsed_s", "loss", "held_out_loss".
      recording: the sound that the phrase was taken from, as in `listen.play`; None for none.
      sample_rate: Hz, of the snapshots and of a recording of bare samples.
      curve: rows of {"step", "loss", "held_out_loss"}, such as History.rows; by default what the snapshots know.
      **settings: where it begins: index=0, original=False.

    Attributes:
      value: index, the number of the snapshot; original, True where the recording is heard instead.
      steps: of each snapshot.

    Raises:
      ValueError: fewer than two snapshots, or the recording is wanted and there is none.
    """

    title = "A training, heard step by step"
    script = "training_time_lapse"
    whole = ("index",)
    uses_tensorflow = False

    facts = traitlets.Dict().tag(sync=True)
    packed = traitlets.Bytes().tag(sync=True)          # all snapshots, then the recording: 16-bit samples

    def __init__(self, snapshots, *, recording=None, sample_rate=16000, curve=None, **settings):
        rows = getattr(snapshots, "rows", snapshots)
        if len(rows) < 2:
            raise ValueError(f"{len(rows)} snapshots came; two or more were wanted (lesson 09).")
        self.rows, self.sample_rate = list(rows), int(sample_rate)
        length = min(len(row["audio"]) for row in self.rows)
        self.sounds = [safe(np.asarray(row["audio"][:length], np.float32))[0] for row in self.rows]
        self.recording = None if recording is None else _fitted(recording, sample_rate, length)
        self.controls = (Control("index", 0.0, len(self.rows) - 1.0, "", "linear", 0.0, "which snapshot is heard"),)
        super().__init__(**settings)
        curve = getattr(snapshots, "curve", []) if curve is None else curve
        told = [{name: row.get(name) for name in ("step", "elapsed_s", "loss", "held_out_loss")} for row in self.rows]
        self.facts = {"rows": told, "sample_rate": self.sample_rate, "length": length,
                      "has_recording": recording is not None,
                      "curve": [{name: row.get(name) for name in ("step", "loss", "held_out_loss")} for row in curve]}
        everything = self.sounds + ([] if self.recording is None else [self.recording])
        self.packed = np.rint(np.concatenate(everything) * 32767).astype("<i2").tobytes()

    def defaults(self):
        return {**super().defaults(), "original": False}

    def check(self, value):
        value = super().check(value)
        if value["original"] and self.recording is None:
            raise ValueError("original came as True, but no recording was given; recording= was wanted (lesson 09).")
        return {**value, "index": float(round(value["index"])), "original": bool(value["original"])}

    @property
    def steps(self):
        """Of each snapshot."""
        return [row["step"] for row in self.rows]

    def render(self, value):
        """The snapshot that is chosen, or the recording, [samples]."""
        return self.recording if value["original"] else self.sounds[int(value["index"])]

    def picture(self):
        """The spectrogram of what is chosen."""
        row = self.rows[int(self.value["index"])]
        loss = row.get("held_out_loss")
        name = "The recording" if self.value["original"] else f"Step {row['step']}"
        told = "" if loss is None or self.value["original"] else f", held-out loss {number(loss)}"
        return plots.spectrogram(self.render(self.value), sample_rate=self.sample_rate, title=name + told)


def _fitted(recording, sample_rate, length):
    """A recording at the rate and length of the snapshots, [length]."""
    sound = one_sound(recording, sample_rate=sample_rate)
    found = audio.resample(sound.samples, from_hz=sound.sample_rate, to_hz=sample_rate)[:length]
    return safe(np.pad(found, (0, length - len(found))).astype(np.float32))[0]
