"""The six controls mean what their definitions say."""

import numpy as np
import pandas
import pytest
import tensorflow as tf

from ddsp_helpers import expression
from ddsp_helpers.data.melodies import Note
from ddsp_helpers.data.note_frames import NoteFrames, note_features

NOTES = [Note(0.1, 0.8, 69.0), Note(1.0, 0.6, 71.0), Note(1.6, 0.4, 71.0)]
FRAMES = 110


def controls(**changes):
    values = {"f0_hz": np.full([1, FRAMES, 1], 440.0), "amplitude": np.full([1, FRAMES, 1], 0.1),
              "harmonic_distribution": np.tile(np.eye(30)[3], [1, FRAMES, 1]),
              "noise_magnitudes": np.full([1, FRAMES, 5], 0.001)}
    return {name: np.asarray(value, np.float32) for name, value in (values | changes).items()}


def test_plain_tone():
    table = expression.measure(controls(), NOTES)
    assert table.columns.tolist() == list(expression.COLUMNS) and len(table) == 3
    np.testing.assert_allclose(table["volume"], -20 / 60 + 1.5, atol=1e-3)
    np.testing.assert_allclose(table["brightness"], 4 * 5 / 60, atol=1e-3)
    np.testing.assert_allclose(table["attack_noise"], -60 / 40 + 2.625, atol=1e-3)
    np.testing.assert_allclose(table[["fluctuation", "vibrato"]], 0.0, atol=2e-3)


def test_each_control_is_moved_by_its_own_cause():
    base = expression.measure(controls(), NOTES)[list(expression.EXPRESSION)].to_numpy()
    time = np.arange(FRAMES) / 50
    swing = 440 * 2 ** (0.3 * np.sin(2 * np.pi * 5.5 * time)[None, :, None] / 12)
    causes = {
        "volume": controls(amplitude=np.full([1, FRAMES, 1], 0.2)),
        "fluctuation": controls(amplitude=0.1 * 10 ** (0.25 * np.sign(np.sin(2 * np.pi * 6.1 * time)))[None, :, None]),
        "vibrato": controls(f0_hz=swing),
        "brightness": controls(harmonic_distribution=np.tile(np.eye(30)[7], [1, FRAMES, 1])),
        "attack_noise": controls(noise_magnitudes=np.full([1, FRAMES, 5], 0.01)),
    }
    for name, changed in causes.items():
        moved = expression.measure(changed, NOTES)[list(expression.EXPRESSION)].to_numpy() - base
        column = expression.EXPRESSION.index(name)
        assert moved[:2, column].min() > 0.09, name
        others = [i for i, other in enumerate(expression.EXPRESSION) if other not in (name, "peak_position")]
        assert np.abs(moved[:, others]).max() < 0.02, name


def test_a_sine_of_vibrato_has_the_documented_size():
    time = np.arange(100) / 50
    for hz in (3.5, 5.0, 7.0):
        found = expression.vibrato(60 + 0.2 * np.sin(2 * np.pi * hz * time) + 0.1 * time, frame_rate=50)
        assert abs(found - 0.5) < 0.03, hz
    assert expression.vibrato(np.sin(time[:8] * 30), frame_rate=50) == 0.0           # shorter than 0.2 s
    assert expression.vibrato(0.3 * np.sin(2 * np.pi * 1.0 * time), frame_rate=50) < 0.05


def test_peak_position_is_where_the_loudest_frame_lies():
    for where in (0.1, 0.5, 0.9):
        time = np.arange(FRAMES) / 50
        bump = 0.05 + 0.2 * np.exp(-0.5 * ((time - 0.1 - 0.8 * where) / 0.04) ** 2)
        found = expression.measure(controls(amplitude=bump[None, :, None]), NOTES)["peak_position"][0]
        assert abs(found - where) < 0.04


def test_measures_have_gradients():
    frames = NoteFrames.of(NOTES, n_frames=FRAMES, frame_rate=50).batch()
    amplitude = tf.constant(controls(amplitude=0.1 + 0.05 * np.random.default_rng(0).random([1, FRAMES, 1]))["amplitude"])
    with tf.GradientTape() as tape:
        tape.watch(amplitude)
        levels = expression.frame_levels({**controls(), "amplitude": amplitude})
        values = expression.per_note(levels, frames, n_notes=3, sharpness=0.7)
        aim = tf.reduce_sum(values[:, :, :3])
    gradient = tape.gradient(aim, amplitude).numpy()
    assert np.all(np.isfinite(gradient)) and np.abs(gradient[0, 10:40]).min() > 0


def test_frames_of_notes():
    frames = NoteFrames.of(NOTES, n_frames=FRAMES, frame_rate=50)
    assert frames.index[[0, 5, 47, 50, 79, 80, 109]].tolist() == [0, 0, 0, 1, 1, 2, 2]
    assert frames.sounding[[4, 5, 44, 46, 50, 99, 101]].tolist() == [False, True, True, False, True, True, False]
    assert np.flatnonzero(frames.attack)[:2].tolist() == [5, 6]
    later = NoteFrames.of(NOTES, n_frames=40, frame_rate=50, start=40)
    np.testing.assert_array_equal(later.timing, frames.timing[40:80])
    assert frames.timing.shape[1] == NoteFrames.n_timing
    tiny = NoteFrames.of([Note(0.105, 0.004, 60.0)], n_frames=20, frame_rate=50)
    assert tiny.sounding.sum() == 1 and tiny.attack.sum() == 1


def test_features_of_notes_know_the_neighbours():
    features = note_features(NOTES)
    assert features.shape == (3, 8)
    assert features[2, 7] == 1.0 and features[1, 7] == 0.0        # the same pitch again, joined
    assert features[0, 4] < 0.4 < features[1, 4]                  # a rest of 0.1 s, none


@pytest.mark.parametrize("spoil, words", [
    (lambda table: table.drop(columns=["vibrato", "volume"]), "misses the columns volume, vibrato"),
    (lambda table: table.iloc[:0], "no row"),
    (lambda table: table.assign(volume=[1.0, float("nan"), 1.0]), "Row 1 .* 'volume'"),
    (lambda table: table.assign(duration_s=[1.0, 1.0, 0.0]), "Row 2 .* duration_s = 0"),
    (lambda table: table.assign(midi=[128.0, 60.0, 60.0]), "Row 0 .* midi = 128"),
    (lambda table: table.assign(onset_s=[-1.0, 0.0, 1.0]), "onset_s = -1"),
    (lambda table: table.assign(volume=["loud", 1, 1]), "something else than numbers"),
    (lambda table: None, "misses the columns"),
])
def test_tables_that_cannot_be_played_are_refused(spoil, words):
    with pytest.raises(ValueError, match=words):
        expression.check_table(spoil(expression.table_of(NOTES)))


def test_tables_are_sorted_and_survive_a_file(tmp_path):
    table = expression.table_of(NOTES)
    table.iloc[::-1].to_csv(tmp_path / "table.csv", index=False)
    again = expression.check_table(pandas.read_csv(tmp_path / "table.csv"))
    pandas.testing.assert_frame_equal(again, table)
    assert expression.notes_of(again) == NOTES
