"""The streamed path is the optimal path, and it leaps only when it must."""
import numpy as np
import pytest

from ddsp_helpers.features.viterbi import Viterbi


def best_path(emission, *, reach, leap):
    """Plain dynamic programming in float64 over the full transition matrix."""
    n = emission.shape[1]
    distance = np.abs(np.arange(n)[:, None] - np.arange(n))
    near = np.maximum(reach + 1 - distance, 0)
    whole = (reach + 1 - np.abs(np.arange(-reach, reach + 1))).sum()
    with np.errstate(divide="ignore"):
        log_p = np.log(np.maximum((1 - leap) * near / whole, leap / n))
    score, back = emission[0].astype(np.float64), []
    for frame in emission[1:]:
        scores = score[:, None] + log_p
        back.append(scores.argmax(axis=0))
        score = scores.max(axis=0) + frame
    path = [int(score.argmax())]
    for row in back[::-1]:
        path.append(int(row[path[-1]]))
    return np.array(path[::-1])


@pytest.mark.parametrize("pieces", [1, 3, 50])
def test_equals_dynamic_programming(pieces):
    emission = np.log(np.random.default_rng(0).uniform(0.01, 1, [200, 40])).astype(np.float32)
    viterbi = Viterbi(40, reach=5, leap=0.02)
    parts = [viterbi.push(piece) for piece in np.array_split(emission, pieces)] + [viterbi.flush()]
    np.testing.assert_array_equal(np.concatenate(parts), best_path(emission, reach=5, leap=0.02))


def test_octave_errors_are_bridged_and_notes_are_reached():
    emission = np.full([60, 360], np.log(0.01), np.float32)
    emission[:30, 100] = np.log(0.9)
    emission[30:, 200] = np.log(0.9)
    emission[10:12, 40] = np.log(0.95)                       # two frames an octave too low
    viterbi = Viterbi(360)
    path = np.concatenate([viterbi.push(emission), viterbi.flush()])
    np.testing.assert_array_equal(path, [100] * 30 + [200] * 30)


def test_memory_stays_bounded():
    viterbi = Viterbi(30, reach=3, patience=500)
    rng, longest, total = np.random.default_rng(0), 0, 0
    for _ in range(40):
        total += len(viterbi.push(np.log(rng.uniform(0.01, 1, [100, 30]))))
        longest = max(longest, len(viterbi._back))
    assert longest < 300 and total + len(viterbi.flush()) == 4000
    flat = Viterbi(30, reach=1, patience=50, leap=1e-9)      # survivors never agree: patience decides
    assert sum(len(flat.push(np.zeros([20, 30]))) for _ in range(20)) > 200 and len(flat._back) <= 120


def test_wrong_shapes_and_arguments():
    with pytest.raises(ValueError, match=r"wanted \[frames, 30\]"):
        Viterbi(30).push(np.zeros([5, 31]))
    with pytest.raises(ValueError, match="leap"):
        Viterbi(30, leap=0)
    assert len(Viterbi(30).flush()) == 0
