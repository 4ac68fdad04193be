"""Performances: windows that know their notes."""

import numpy as np
import pytest

from ddsp_helpers import expression
from ddsp_helpers.data.performed import MOST_NOTES, Performances, performance
from tests.performed_data import SPEC, Melodies, line, recording


@pytest.fixture(scope="module")
def performances():
    return Performances.of(Melodies())


def test_a_performance_measures_its_notes():
    notes = line()
    audio, features = recording(notes)
    found = performance(audio, features.f0_hz, features.f0_confidence, notes, spec=SPEC)
    assert found["expression"].shape == (len(notes), 6)
    volume = found["expression"][:, expression.EXPRESSION.index("volume")]
    assert np.corrcoef(volume, np.log([note.velocity for note in notes]))[0, 1] > 0.9
    inside = found["sure"] > 0
    away = np.abs(found["deviation"][inside])           # a frame that begins half a frame early may still hear the note before
    assert np.percentile(away, 90) < 0.25 and 0.08 < np.median(away) < 0.2
    np.testing.assert_allclose(found["f0_hz"][inside, 0], features.f0_hz[inside], rtol=1e-3)


def test_wrong_pitches_are_held_not_learned():
    notes = line()
    audio, features = recording(notes)
    f0_hz = features.f0_hz.copy()
    f0_hz[20:23] *= 2                                                   # an octave error of the tracker
    found = performance(audio, f0_hz, features.f0_confidence, notes, spec=SPEC)
    assert not found["sure"][20:23].any()
    np.testing.assert_allclose(found["deviation"][20:23], found["deviation"][19])


def test_batches_fit_together(performances):
    batch = {name: value.numpy() for name, value in next(iter(performances.train(4, seconds=1.0))).items()}
    assert batch["audio"].shape == (4, SPEC.sample_rate) and batch["index"].shape == (4, 50)
    assert batch["features"].shape == (4, MOST_NOTES, 8) and batch["expression"].shape == (4, MOST_NOTES, 6)
    pitch = np.take_along_axis(batch["features"][..., 0], batch["index"], 1) * 12 + 69      # of the note of each frame
    np.testing.assert_allclose(pitch, batch["pitch"], atol=1e-4)
    assert (batch["whole"] <= batch["there"]).all() and batch["whole"].sum() > 0
    for row in range(4):                                                # whole notes have all their frames in the window
        for note in np.flatnonzero(batch["whole"][row]):
            length_s = 0.3 * np.exp(2 * batch["features"][row, note, 1])
            assert abs((batch["index"][row] == note)[batch["sounding"][row] > 0].sum() / 50 - length_s) < 0.05


def test_held_out_windows_come_once_and_in_order(performances):
    first = [batch["audio"].numpy() for batch in performances.held_out(2, seconds=1.0)]
    again = [batch["audio"].numpy() for batch in performances.held_out(2, seconds=1.0)]
    assert len(first) > 1 and all(np.array_equal(a, b) for a, b in zip(first, again))


def test_recordings_without_notes_are_said():
    with pytest.warns(UserWarning, match="1 recordings have no notes"):
        Performances.of(Melodies(without_notes=1))
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="no recording with notes in its part 'train'"):
        Performances.of(Melodies(without_notes=3))
