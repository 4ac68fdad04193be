"""Windows from memory and from files: the same ones."""

import numpy as np

from ddsp_helpers.data import records, windows
from ddsp_helpers.features import Features
from ddsp_helpers.spec import SynthSpec

SPEC = SynthSpec(sample_rate=4000, frame_rate=50, n_harmonics=6, n_noise_bands=9)


def test_streamed_windows_begin_where_those_in_memory_do(tmp_path):
    """The audio of a frame is its number, so that a window tells where it begins; frames 100 to 200 are silent."""
    sounds = (np.arange(330) < 100) | (np.arange(330) >= 200)
    loudness_db = np.where(sounds, -20.0, -80.0)
    features = Features(np.full(330, 220.0), 0.9 * sounds, loudness_db, loudness_db, SPEC.frame_rate)
    audio = np.repeat(np.arange(330, dtype=np.float32), SPEC.hop)
    records.write(tmp_path / "a.tfrecord", records.segments("a", audio, features, spec=SPEC), spec=SPEC)
    table = windows.Table.of([("a", audio, features)], n_frames=50, stride=25, hop=SPEC.hop)
    streamed = windows.streamed(
        [tmp_path / "a.tfrecord"], spec=SPEC, n_frames=50, stride=25, batch_size=len(table), seed=0)
    begun = [int(audio[0]) for batch in streamed.take(20) for audio in batch["audio"].numpy()]
    assert sorted(set(begun)) == table.starts.tolist()
    assert 280 in begun and 125 not in begun        # the end is heard, the silence is not


def test_what_is_streamed_and_shorter_than_a_window_ends_in_silence(tmp_path):
    features = Features(np.full(20, 220.0), np.full(20, 0.9), np.full(20, -20.0), np.full(20, -30.0), SPEC.frame_rate)
    records.write(tmp_path / "a.tfrecord", records.segments("a", np.ones(20 * SPEC.hop), features, spec=SPEC), spec=SPEC)
    streamed = windows.streamed([tmp_path / "a.tfrecord"], spec=SPEC, n_frames=50, stride=25, batch_size=1, seed=0)
    batch = next(iter(streamed))
    np.testing.assert_array_equal(batch["audio"][0], np.arange(50 * SPEC.hop) < 20 * SPEC.hop)
    np.testing.assert_array_equal(batch["f0_hz"], np.full([1, 50, 1], 220.0))
