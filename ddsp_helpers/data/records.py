"""TFRecord files that say what they hold: every record carries its specification and the version of its features.

A record is a stretch of one recording, audio and features; windows are cut when training reads it.  Lesson 07.
"""

import dataclasses
import json

import numpy as np

from ddsp_helpers.features import FEATURE_VERSION, Features
from ddsp_helpers.spec import SynthSpec

FORMAT = 1
SEGMENT_S = 60.0
FEATURES = ("f0_hz", "f0_confidence", "loudness_db", "power_db")


@dataclasses.dataclass(frozen=True, eq=False)
class Segment:
    """A stretch of one recording.

    Args:
      recording: its name.
      index: 0 for the first stretch of the recording.
      audio: [frames * hop] float32.
      features: features.Features of as many frames.
    """

    recording: str
    index: int
    audio: np.ndarray
    features: Features


def align(audio, features, *, spec):
    """Makes audio and features end together, on a frame: the audio is padded with zeros or cut to frames * hop samples.

    Raises:
      ValueError: they differ by more than a frame.
    """
    wanted = spec.n_samples(len(features))
    if abs(len(audio) - wanted) > spec.hop:
        raise ValueError(
            f"{len(audio)} samples came with {len(features)} frames; {len(features)} frames of {spec.hop} samples are "
            f"{wanted} samples. Were the features made at another rate? (lesson 07)"
        )
    audio = np.asarray(audio, np.float32)[:wanted]
    return np.pad(audio, (0, wanted - len(audio)))


def segments(recording, audio, features, *, spec, segment_s=SEGMENT_S):
    """Cuts one recording into stretches of at most segment_s; they join without a gap.

    Returns:
      list of Segment.
    """
    audio = align(audio, features, spec=spec)
    size = max(1, round(segment_s * spec.frame_rate))
    return [
        Segment(recording, index, audio[start * spec.hop:(start + size) * spec.hop], features[start:start + size])
        for index, start in enumerate(range(0, len(features), size))
    ]


def serialize(segment, *, spec):
    """A segment as the bytes of a tf.train.Example."""
    import tensorflow as tf

    head = {"format": FORMAT, "feature_version": FEATURE_VERSION, "spec": spec.to_dict(),
            "recording": segment.recording, "index": segment.index}
    values = {"head": json.dumps(head).encode(), "audio": np.asarray(segment.audio, "<f4").tobytes()}
    values |= {name: np.asarray(getattr(segment.features, name), "<f4").tobytes() for name in FEATURES}
    wrapped = {name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value])) for name, value in values.items()}
    return tf.train.Example(features=tf.train.Features(feature=wrapped)).SerializeToString()


def parse(content, *, spec, where="dataset"):
    """The segment in the bytes of a tf.train.Example.

    Args:
      content: what serialize returned.
      spec: the SynthSpec that is wanted.
      where: what the record belongs to, for the message.

    Raises:
      ValueError: another specification, another version of the features or of the format.
    """
    import tensorflow as tf

    fields = tf.train.Example.FromString(content).features.feature
    if "head" not in fields:
        raise ValueError(
            f"A record of the {where} does not say what it holds: it was not written by this package. Prepare the "
            "recordings again (lesson 07)."
        )
    head = json.loads(fields["head"].bytes_list.value[0])
    if head["format"] != FORMAT or head["feature_version"] != FEATURE_VERSION:
        raise ValueError(
            f"A record of the {where} has format {head['format']} and feature version {head['feature_version']}; "
            f"{FORMAT} and {FEATURE_VERSION} are wanted. Prepare the recordings again (lesson 07)."
        )
    SynthSpec.from_dict(head["spec"]).require_same(spec, mine="record", theirs=where)
    arrays = {name: np.frombuffer(fields[name].bytes_list.value[0], "<f4") for name in ("audio", *FEATURES)}
    audio = arrays.pop("audio")
    return Segment(head["recording"], head["index"], audio, Features(**arrays, frame_rate=spec.frame_rate))


def write(path, segments_iterable, *, spec):
    """Writes segments into one TFRecord file; returns how many."""
    import tensorflow as tf

    count = 0
    with tf.io.TFRecordWriter(str(path)) as writer:
        for segment in segments_iterable:
            writer.write(serialize(segment, spec=spec))
            count += 1
    return count


def read(paths, *, spec, where="dataset"):
    """Yields the segments of TFRecord files, in order.

    Raises:
      ValueError: a file is missing, cut off or damaged, or as parse.
    """
    import tensorflow as tf

    try:
        for content in tf.data.TFRecordDataset([str(path) for path in paths]).as_numpy_iterator():
            yield parse(content, spec=spec, where=where)
    except (tf.errors.DataLossError, tf.errors.NotFoundError) as damaged:
        raise ValueError(f"A file of the {where} is damaged or missing; prepare the recordings again (lesson 07). "
                         f"{damaged}") from damaged
