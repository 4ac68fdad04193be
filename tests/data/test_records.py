"""A record says what it holds; pieces join without a gap."""

import numpy as np
import pytest

from ddsp_helpers.data import records
from ddsp_helpers.features import Features
from ddsp_helpers.spec import SPEC_48K, SynthSpec

SPEC = SynthSpec()


def sound(frames):
    random = np.random.default_rng(0)
    values = random.uniform(0.1, 1, [4, frames]).astype(np.float32)
    return random.normal(size=frames * SPEC.hop).astype(np.float32), Features(*values, frame_rate=50)


def test_there_and_back_without_loss():
    audio, features = sound(130)
    pieces = records.segments("take", audio, features, spec=SPEC, segment_s=1.0)
    assert [len(piece.features) for piece in pieces] == [50, 50, 30]
    back = [records.parse(records.serialize(piece, spec=SPEC), spec=SPEC) for piece in pieces]
    np.testing.assert_array_equal(np.concatenate([piece.audio for piece in back]), audio)
    np.testing.assert_array_equal(np.concatenate([piece.features.f0_hz for piece in back]), features.f0_hz)
    assert [(piece.recording, piece.index) for piece in back] == [("take", 0), ("take", 1), ("take", 2)]


def test_files(tmp_path):
    audio, features = sound(60)
    pieces = records.segments("take", audio, features, spec=SPEC, segment_s=0.5)
    assert records.write(tmp_path / "a.tfrecord", pieces, spec=SPEC) == 3
    assert [piece.index for piece in records.read([tmp_path / "a.tfrecord"], spec=SPEC)] == [0, 1, 2]


def test_another_specification_is_refused_in_words():
    content = records.serialize(records.segments("take", *sound(10), spec=SPEC)[0], spec=SPEC)
    with pytest.raises(ValueError, match="sample rate .* is 16000 in the record but 48000 in the dataset"):
        records.parse(content, spec=SPEC_48K)


def test_another_feature_version_is_refused(monkeypatch):
    content = records.serialize(records.segments("take", *sound(10), spec=SPEC)[0], spec=SPEC)
    monkeypatch.setattr(records, "FEATURE_VERSION", "99")
    with pytest.raises(ValueError, match="Prepare the recordings again"):
        records.parse(content, spec=SPEC)


def test_a_foreign_record_is_refused():
    import tensorflow as tf

    with pytest.raises(ValueError, match="not written by this package"):
        records.parse(tf.train.Example().SerializeToString(), spec=SPEC)


def test_audio_and_features_that_do_not_fit():
    audio, features = sound(20)
    with pytest.raises(ValueError, match="made at another rate"):
        records.align(audio[:-1000], features, spec=SPEC)
    assert len(records.align(audio[:-100], features, spec=SPEC)) == 20 * SPEC.hop
