"""Windows of recordings as batches: from memory, or streamed from files.  Lesson 07 draws them.

A window begins on a frame.  Recordings shorter than a window are joined, one after the other, so that a folder of short
notes becomes windows with several notes instead of windows of padding.
"""

import dataclasses

import numpy as np

from ddsp_helpers.data import records
from ddsp_helpers.data.statistics import note_mask

_NAMES = ("f0_hz", "f0_confidence", "loudness_db", "power_db")


@dataclasses.dataclass(frozen=True, eq=False)
class Table:
    """All windows of a set of recordings, in memory.

    Args:
      audio: [frames, hop] float32, all recordings one after the other.
      features: [frames, 4] float32, columns in the order of _NAMES.
      starts: [windows] int64, first frame of each window.
      latest: [windows] int64, the last frame at which the window could begin without leaving its recording.
      n_frames: length of a window.
      stride: distance of windows, frames.
    """

    audio: np.ndarray
    features: np.ndarray
    starts: np.ndarray
    latest: np.ndarray
    n_frames: int
    stride: int

    @classmethod
    def of(cls, recordings, *, n_frames, stride, hop):
        """Builds the table from (name, audio, features) tuples.

        Raises:
          ValueError: no window holds a note.
        """
        audio, features, starts, latest, begin = [], [], [], [], 0
        for sound, values, notes in _streams(recordings, n_frames, hop):
            places = begin + _places(notes, n_frames, stride)
            starts += list(places)
            latest += [begin + len(values) - n_frames] * len(places)
            audio.append(sound)
            features.append(values)
            begin += len(values)
        if not starts:
            raise ValueError("No window of these recordings holds a note; see the findings of the dataset (lesson 07).")
        return cls(np.concatenate(audio), np.concatenate(features), np.array(starts), np.array(latest), n_frames, stride)

    def __len__(self):
        return len(self.starts)

    def shuffled(self, batch_size, *, seed):
        """Endless batches: every window once an epoch, shuffled, begun a random part of a stride later."""
        import tensorflow as tf

        latest, starts = tf.constant(self.latest), tf.constant(self.starts)

        def places(step, chosen):
            jitter = tf.random.stateless_uniform(tf.shape(chosen), [seed, step], 0, self.stride, tf.int64)
            return tf.minimum(tf.gather(starts, chosen) + jitter, tf.gather(latest, chosen))

        order = tf.data.Dataset.range(len(self)).shuffle(len(self), seed=seed).repeat()
        batches = order.batch(batch_size, drop_remainder=True).enumerate().map(places)
        return batches.map(self._cut(batch_size), num_parallel_calls=2).prefetch(4)

    def in_order(self, batch_size):
        """Every window once, in order."""
        import tensorflow as tf

        return tf.data.Dataset.from_tensor_slices(self.starts).batch(batch_size).map(self._cut(None)).prefetch(2)

    def _cut(self, batch_size):
        """The function from first frames [b] to a batch."""
        import tensorflow as tf

        audio, features, offsets = tf.constant(self.audio), tf.constant(self.features), tf.range(self.n_frames, dtype=tf.int64)

        def cut(first):
            frames = first[:, None] + offsets                                   # [b, f]
            sound = tf.reshape(tf.gather(audio, frames), [tf.shape(first)[0], -1])
            sound = tf.ensure_shape(sound, [batch_size, self.n_frames * self.audio.shape[1]])
            values = tf.ensure_shape(tf.gather(features, frames), [batch_size, self.n_frames, len(_NAMES)])
            return {"audio": sound, **{name: values[:, :, i:i + 1] for i, name in enumerate(_NAMES)}}

        return cut


def _places(notes, n_frames, stride):
    """The first frames, int64, of the windows that hold a note; the last window ends where the notes [frames] end."""
    last = len(notes) - n_frames
    places = np.unique(np.append(np.arange(0, last + 1, stride), last))
    return np.array([place for place in places if notes[place:place + n_frames].any()], np.int64)


def _streams(recordings, n_frames, hop):
    """(audio [frames, hop], features [frames, 4], note mask) at least n_frames long: short recordings are joined."""
    waiting = []
    for _, audio, features in recordings:
        stream = _as_stream(audio, features, hop)
        if len(stream[1]) >= n_frames:
            yield stream
            continue
        waiting.append(stream)
        if sum(len(values) for _, values, _ in waiting) >= n_frames:
            yield tuple(np.concatenate(parts) for parts in zip(*waiting))
            waiting = []
    if waiting:
        sound, values, notes = (np.concatenate(parts) for parts in zip(*waiting))
        missing = n_frames - len(values)
        silence = np.tile(np.array([[values[-1, 0], 0.0, -80.0, -80.0]], np.float32), [missing, 1])
        yield (np.concatenate([sound, np.zeros([missing, hop], np.float32)]), np.concatenate([values, silence]),
               np.concatenate([notes, np.zeros(missing, bool)]))


def _as_stream(audio, features, hop):
    values = np.stack([getattr(features, name) for name in _NAMES], axis=-1).astype(np.float32)
    return np.asarray(audio, np.float32).reshape(len(values), hop), values, note_mask(features)


def streamed(paths, *, spec, n_frames, stride, batch_size, seed):
    """Endless batches from TFRecord files that are too large for memory; windows do not cross records.

    Records shorter than a window are padded with silence here.
    """
    import tensorflow as tf

    from ddsp_helpers.features import Features

    def places(values):
        return _places(note_mask(Features(*values.T, frame_rate=spec.frame_rate)), n_frames, stride)

    for path in paths:      # the specification of every file is checked before anything is trained on it
        next(iter(records.read([path], spec=spec)), None)

    def open_record(content):
        kinds = {name: tf.io.FixedLenFeature([], tf.string) for name in ("audio", *_NAMES)}
        fields = {name: tf.io.decode_raw(value, tf.float32) for name, value in
                  tf.io.parse_single_example(content, kinds).items()}
        audio = tf.reshape(fields.pop("audio"), [-1, spec.hop])
        values = tf.stack([fields[name] for name in _NAMES], axis=-1)
        missing = tf.maximum(0, n_frames - tf.shape(audio)[0])
        silence = tf.tile([[values[-1, 0], 0.0, -80.0, -80.0]], [missing, 1])
        audio, values = tf.pad(audio, [[0, missing], [0, 0]]), tf.concat([values, silence], 0)
        starts = tf.ensure_shape(tf.numpy_function(places, [values], tf.int64), [None])

        def cut(start):
            part = values[start:start + n_frames]
            window = {"audio": tf.ensure_shape(tf.reshape(audio[start:start + n_frames], [-1]), [n_frames * spec.hop])}
            part = tf.ensure_shape(part, [n_frames, len(_NAMES)])
            return window | {name: part[:, i:i + 1] for i, name in enumerate(_NAMES)}

        return tf.data.Dataset.from_tensor_slices(starts).map(cut)

    files = tf.data.Dataset.from_tensor_slices([str(path) for path in paths]).shuffle(len(paths), seed=seed).repeat()
    content = files.interleave(tf.data.TFRecordDataset, cycle_length=4, num_parallel_calls=2)
    return (content.interleave(open_record, cycle_length=8, num_parallel_calls=2)
            .shuffle(64 * batch_size, seed=seed).batch(batch_size, drop_remainder=True).prefetch(4))
