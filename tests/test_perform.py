"""Scores to sound and back, level by level."""

import numpy as np
import pytest

from ddsp_helpers import audio, expression, models, perform, units
from ddsp_helpers.data.melodies import Note
from tests.performed_data import SPEC, line, recording

NOTES = [Note(0.1, 0.5, 62.0), Note(0.6, 0.5, 62.0), Note(1.2, 0.4, 67.0, 1.0)]


@pytest.fixture(scope="module")
def player():
    return models.Player(models.PlayerSpec(SPEC, width=16, pitch_width=8, expression_width=6, mixture=2))


def test_levels_follow_each_other(player):
    table = perform.express(player, NOTES)
    assert table["midi"].tolist() == [62.0, 62.0, 67.0]
    assert table["duration_s"][0] == pytest.approx(0.43)           # the same pitch follows: a rest lets it begin anew
    controls = perform.controls(player, table)
    frames = int(np.ceil((1.6 + 0.5) * 50))
    assert {name: value.shape for name, value in controls.items()} == {
        "f0_hz": (1, frames, 1), "amplitude": (1, frames, 1), "harmonic_distribution": (1, frames, 8),
        "noise_magnitudes": (1, frames, 9)}
    midi = units.hz_to_midi(controls["f0_hz"][0, :, 0])
    assert np.all(np.abs(midi[10:28] - 62) <= 2.01) and np.all(np.abs(midi[62:78] - 67) <= 2.01)
    sound = perform.synthesize(player, controls)
    assert len(sound.samples) == frames * SPEC.hop and sound.sample_rate == 8000


def test_blocks_join_without_a_seam(player, monkeypatch):
    notes = line(3, count=30)
    table = perform.express(player, notes)
    whole = perform.controls(player, table, temperature=0.0)
    samples = perform.synthesize(player, whole).samples
    assert np.abs(samples - player.synthesize(whole).numpy()[0]).max() < 1e-4
    monkeypatch.setattr(perform, "_BLOCK", 256)
    pieces = np.concatenate(list(perform.play_blocks(player, table, temperature=0.0)))
    assert np.abs(pieces - samples).max() < 1e-4


def test_bends_and_chance(player):
    table = perform.express(player, NOTES)
    plain = perform.controls(player, table, seed=1)["f0_hz"]
    np.testing.assert_array_equal(plain, perform.controls(player, table, seed=1)["f0_hz"])
    assert np.abs(plain - perform.controls(player, table, seed=2)["f0_hz"]).max() > 0
    bent = perform.controls(player, table, seed=1, bends=((1.0, 2.0),))["f0_hz"]
    cents = 1200 * np.log2(bent / plain)[0, :, 0]
    np.testing.assert_allclose(cents[:49], 0.0, atol=1e-3)
    np.testing.assert_allclose(cents[51:], 200.0, atol=1e-2)


def test_the_pitch_of_a_recording_may_be_kept(player):
    table = perform.express(player, NOTES)
    frames = int(np.ceil((1.6 + 0.5) * 50))
    wanted = units.midi_to_hz(np.where(np.arange(frames) < 59, 62.0, 67.0) + 0.3 * np.sin(np.arange(frames) / 2))
    kept = perform.controls(player, table, f0_hz=wanted[:-20])
    np.testing.assert_allclose(kept["f0_hz"][0, :-20, 0], wanted[:-20], rtol=1e-4)
    np.testing.assert_allclose(kept["f0_hz"][0, -20:, 0], wanted[-21], rtol=1e-4)       # held after its end
    drawn = perform.controls(player, table)
    assert np.abs(kept["harmonic_distribution"] - drawn["harmonic_distribution"]).max() > 0      # the network hears it too
    with pytest.raises(ValueError, match="positive numbers"):
        perform.controls(player, table, f0_hz=[440.0, 0.0])


def test_what_is_heard_is_what_was_played():
    notes = line(5)
    samples, _ = recording(notes, 5)
    heard = perform.hear(audio.Audio(samples, SPEC.sample_rate), spec=SPEC, pitch="swiftf0", notes=notes)
    assert heard.table["midi"].tolist() == [note.midi for note in notes] and heard.report is None
    assert np.corrcoef(heard.table["volume"], np.log([n.velocity for n in notes]))[0, 1] > 0.9
    assert 0.2 < heard.table["vibrato"].median() < 0.7           # 20 cents: 0.5
    found = perform.hear(audio.Audio(samples, SPEC.sample_rate), spec=SPEC, pitch="swiftf0")
    assert abs(len(found.table) - len(notes)) <= 1 and found.report is not None
    assert expression.check_table(found.table) is not None


@pytest.mark.parametrize("notes, words", [
    ([], "without notes"),
    ([Note(0.0, 1.0, 60.0), Note(0.5, 1.0, 64.0)], "Two notes sound at once at 0.50 s"),
])
def test_scores_that_cannot_be_played_are_refused(player, notes, words):
    with pytest.raises(ValueError, match=words):
        perform.express(player, notes)
    with pytest.raises(ValueError, match="Two notes|no row"):
        perform.controls(player, expression.table_of(notes) if notes else expression.table_of(NOTES).iloc[:0])


def test_constant_expression_is_the_mean_of_the_recordings(player):
    player.card = {"mean_expression": {"volume": 0.8, "vibrato": 0.2}}
    table = perform.constant_expression(player, NOTES)
    player.card = None
    assert set(table["volume"]) == {0.8} and set(table["vibrato"]) == {0.2}
