"""How clearly a spectrum is that of one fundamental: the places of its partials against the places between them.

    clarity(f) = sum_k 0.84^(k - 1) [r(k f) - 0.7 r((k - 1/2) f) - 0.3 r((k - 1/3) f)],   k = 1 ... 8,

r the square root of the magnitude.  Half of f is unclear because every other of its places is empty, twice of f because
there is sound between its places.  Decides octaves in `data.notes` and in `transcribe.octaves`.  No TensorFlow.  Lesson 06.
"""

import numpy as np

_K = np.arange(1, 9)
_WEIGHT = 0.84 ** (_K - 1)
_PLACES = np.concatenate([_K, _K - 0.5, _K - 1 / 3])                             # [24], partials
_SIGNED = np.concatenate([_WEIGHT, -0.7 * _WEIGHT, -0.3 * _WEIGHT])
_BLUR = 0.012                # of a frequency: how far from it a partial may lie, a fifth of a semitone
_STEPS = np.linspace(-1, 1, 9)


def harmonic_clarity(root, candidates):
    """Clarity of candidates for the fundamental.

    Args:
      root: square roots of magnitude spectra, [frames, bins].
      candidates: fundamentals, [frames, candidates], in bins.

    Returns:
      [frames, candidates].

    >>> root = np.zeros([1, 200]); root[0, 20:180:20] = 1.0
    >>> int(harmonic_clarity(root, np.array([[10.0, 20.0, 40.0]])).argmax())
    1
    """
    places = candidates[..., None] * _PLACES                                     # [frames, candidates, 24]
    middle, half = np.rint(places).astype(np.int64), np.maximum(1, np.rint(_BLUR * places))
    best = np.zeros(places.shape, root.dtype)
    for step in _STEPS:
        at = np.clip(middle + np.rint(step * half).astype(np.int64), 0, root.shape[1] - 1)
        best = np.maximum(best, np.take_along_axis(root, at.reshape(len(root), -1), axis=1).reshape(at.shape))
    return np.where(middle + half < root.shape[1], best, 0.0) @ _SIGNED
