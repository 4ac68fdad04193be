"""Performances to learn from: windows of sound with their notes, how each is played, and the controls measured in them.

A data.Dataset whose recordings know their notes becomes what a Player trains on.  Lesson 12.
"""

import dataclasses
import warnings

import numpy as np

from ddsp_helpers import expression, units
from ddsp_helpers.data.melodies import Note
from ddsp_helpers.data.note_frames import NoteFrames, note_features
from ddsp_helpers.features.partials import partials

MOST_NOTES = 32             # in one window
_FURTHEST = 1.5             # semitones from its note: beyond it, a pitch is a tracker's mistake
_SURE = 0.5                 # confidence of a pitch that counts
_FRAMES = ("index", "sounding", "attack", "position", "timing", "pitch", "deviation", "sure", "f0_hz", "amplitude",
           "harmonic_distribution", "noise_magnitudes")
_NOTES = ("features", "expression")


def performance(audio, f0_hz, confidence, notes, *, spec):
    """One recording with its notes, as arrays.

    Args:
      audio: [frames * hop] float32.
      f0_hz, confidence: [frames].
      notes: list of data.Note in the order of their onsets.
      spec: SynthSpec.

    Returns:
      {"audio": [frames, hop], one array [frames, ...] for each name of _FRAMES, "features": [notes, 8], "expression":
      [notes, 6]}.
    """
    frames = NoteFrames.of(notes, n_frames=len(f0_hz), frame_rate=spec.frame_rate)
    deviation = units.hz_to_midi(np.maximum(f0_hz, 1.0)) - frames.pitch
    sure = frames.sounding & (np.asarray(confidence) > _SURE) & (np.abs(deviation) < _FURTHEST)
    deviation = _held(deviation, sure, frames.index).astype(np.float32)
    f0_hz = units.midi_to_hz(frames.pitch + deviation).astype(np.float32)
    controls = partials(audio, f0_hz, spec=spec)
    table = expression.measure(controls, notes, frame_rate=spec.frame_rate)
    return {
        "audio": np.asarray(audio, np.float32).reshape(len(f0_hz), spec.hop), "index": frames.index,
        "sounding": frames.sounding.astype(np.float32), "attack": frames.attack.astype(np.float32),
        "position": frames.position, "timing": frames.timing, "pitch": frames.pitch, "deviation": deviation,
        "sure": sure.astype(np.float32), **{name: values[0] for name, values in controls.items()},
        "features": note_features(notes), "expression": expression.values_of(table),
    }


def _held(deviation, sure, index):
    """Deviations where they are sure; elsewhere that of the last sure frame of the same note, else 0."""
    last = np.maximum.accumulate(np.where(sure, np.arange(len(sure)), -1))
    known = (last >= 0) & (index[last] == index)
    return np.where(known, deviation[last], 0.0)


@dataclasses.dataclass(frozen=True, eq=False)
class Performances:
    """The performances of a dataset, measured and in memory; gives batches as data.Dataset does.

    Args:
      dataset: data.Dataset whose recordings know their notes.

    Raises:
      ValueError: no recording, or none that is held out, knows its notes.
    """

    dataset: object
    tables: dict

    @classmethod
    def of(cls, dataset):
        """Measures every recording of a dataset that knows its notes; the others are left out with a warning."""
        known = {entry.name: [Note(*note) for note in entry.notes] for entry in dataset.recordings if entry.notes}
        without = [entry.name for entry in dataset.recordings if not entry.notes]
        if without:
            warnings.warn(f"{len(without)} recordings have no notes and are left out, {without[0]!r} first; "
                          "transcribe.with_notes finds them (lesson 12).", stacklevel=2)
        tables = {}
        for split in ("train", "held_out"):
            parts = [performance(audio, features.f0_hz, features.f0_confidence, known[name], spec=dataset.spec)
                     for name, audio, features in dataset.read(split) if name in known]
            if not parts:
                raise ValueError(f"{dataset.path} holds no recording with notes in its part {split!r}; performances of an "
                                 "instrument, URMP, or recordings that were transcribed were wanted (lesson 12).")
            tables[split] = _joined(parts)
        return cls(dataset, tables)

    @property
    def spec(self):
        """SynthSpec of the sounds."""
        return self.dataset.spec

    @property
    def statistics(self):
        """data.Statistics of the training recordings."""
        return self.dataset.statistics

    @property
    def mean_expression(self):
        """The six controls of the training notes on average, by name."""
        return dict(zip(expression.EXPRESSION, map(float, self.tables["train"]["expression"].mean(0).round(4))))

    def train(self, batch_size=16, *, seconds=2.0, seed=0):
        """Endless shuffled batches of windows, begun anywhere in a training recording."""
        import tensorflow as tf

        table, length = self.tables["train"], self._length(seconds)
        starts = tf.constant(_starts(table, length, 1))
        order = tf.data.Dataset.range(len(starts)).shuffle(len(starts), seed=seed).repeat()
        batches = order.batch(batch_size, drop_remainder=True).map(lambda chosen: tf.gather(starts, chosen))
        return batches.map(_cut(table, length, batch_size), num_parallel_calls=2).prefetch(4)

    def held_out(self, batch_size=16, *, seconds=4.0):
        """The held-out recordings once, window after window."""
        import tensorflow as tf

        table, length = self.tables["held_out"], self._length(seconds)
        starts = tf.data.Dataset.from_tensor_slices(_starts(table, length, length))
        return starts.batch(batch_size).map(_cut(table, length, None)).prefetch(2)

    def _length(self, seconds):
        shortest = min(np.bincount(table["recording"]).min() for table in self.tables.values())
        return int(min(round(seconds * self.spec.frame_rate), shortest))


def _joined(parts):
    """Arrays of several recordings one after the other; index counts through all their notes."""
    counts = np.cumsum([0] + [len(part["features"]) for part in parts])
    table = {name: np.concatenate([part[name] for part in parts]) for name in ("audio", *_FRAMES, *_NOTES)}
    table["index"] = np.concatenate([part["index"] + first for part, first in zip(parts, counts)]).astype(np.int32)
    table["recording"] = np.concatenate([np.full(len(part["index"]), i) for i, part in enumerate(parts)])
    table["note_recording"] = np.concatenate([np.full(len(part["features"]), i) for i, part in enumerate(parts)])
    ends = np.searchsorted(table["index"], np.arange(counts[-1]), side="right")
    table["note_frames"] = np.stack([np.searchsorted(table["index"], np.arange(counts[-1])), ends], -1)
    return table


def _starts(table, length, stride):
    """First frames of windows that stay within one recording."""
    recording = table["recording"]
    first = np.arange(0, len(recording) - length + 1, stride)
    return first[recording[first] == recording[first + length - 1]]


def _cut(table, length, batch_size):
    """The function from first frames [batch] to a batch."""
    import tensorflow as tf

    held = {name: tf.constant(table[name]) for name in
            ("audio", *_FRAMES, *_NOTES, "note_recording", "note_frames")}
    last_note = len(table["features"]) - 1

    def cut(first):
        frames = first[:, None] + tf.range(length, dtype=tf.int64)
        batch = {name: tf.gather(held[name], frames) for name in ("audio", *_FRAMES)}
        batch["audio"] = tf.reshape(batch["audio"], [tf.shape(first)[0], length * table["audio"].shape[1]])
        begin = batch["index"][:, :1]
        notes = begin + tf.range(MOST_NOTES)
        there = tf.minimum(notes, last_note)
        batch["index"] = tf.minimum(batch["index"] - begin, MOST_NOTES - 1)
        bounds = tf.gather(held["note_frames"], there)
        same = (notes <= last_note) & (tf.gather(held["note_recording"], there) == tf.gather(held["note_recording"], begin))
        whole = same & (bounds[..., 0] >= first[:, None]) & (bounds[..., 1] <= first[:, None] + length)
        batch["there"], batch["whole"] = tf.cast(same, tf.float32), tf.cast(whole, tf.float32)
        batch |= {name: tf.gather(held[name], there) for name in _NOTES}
        return {name: tf.ensure_shape(value, [batch_size, *value.shape[1:]]) for name, value in batch.items()}

    return cut
