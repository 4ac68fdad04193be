"""Pictures of computations say what they draw."""

import pytest

from ddsp_helpers.classroom import diagrams


@pytest.mark.parametrize("n_frames, passes, known", [(2, 1, "1, 2"), (16, 4, "1, 2, 4, 8, 16"), (13, 4, "1, 2, 4, 8, 13")])
def test_passes_tells_how_many_there_are_and_what_the_last_frame_knows(n_frames, passes, known):
    picture = diagrams.passes(n_frames, title="A scan")
    assert f"A scan: {n_frames} frames, {passes} pass" in picture.alt and f"knows {known} frames" in picture.alt
    assert picture.png[:4] == b"\x89PNG"
