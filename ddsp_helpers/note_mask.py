"""Where notes are: a score for every control frame, and pitch that stays sensible between notes. NumPy only.

The controls of one recording are `[frames]` here, as `features.extract` gives them.  Lesson 10 plots both.
"""
import numpy as np

CONFIDENCE_EXPONENT = 2.0
CONFIDENCE_AT_NOTE = 0.7       # a frame of mean loudness and this confidence scores exactly 1
SMOOTHING_S = 0.16
FLOOR_DB = -80.0


def smooth(x, *, width):
    """Centred moving average, `[frames]` -> `[frames]`; the ends average over what is there.

    >>> smooth([0.0, 3.0, 0.0, 0.0], width=3).tolist()
    [1.5, 1.0, 1.0, 0.0]
    """
    x = np.asarray(x, dtype=np.float64)
    kernel = np.ones(min(width, 2 * len(x) - 1))
    start = (len(kernel) - 1) // 2
    total = np.convolve(x, kernel)[start:start + len(x)]
    count = np.convolve(np.ones(len(x)), kernel)[start:start + len(x)]
    return total / count


def note_score(f0_confidence, loudness_db, *, frame_rate, floor_db=FLOOR_DB):
    """How much each frame is part of a note: 1 is the threshold that the transfer recipe uses.

    score = smooth(confidence ** 2) (loudness - floor) / (mean loudness - floor) / 0.7 ** 2, after the timbre
    transfer recipe of DDSP (Engel et al., 2020).  The mean is taken over frames above the floor, so that a long
    silence does not make hiss look like a note.

    Args:
      f0_confidence: from the pitch tracker, [frames], 0 to 1.
      loudness_db: A-weighted loudness, [frames], dB.
      frame_rate: frames per second.
      floor_db: loudness that counts as silence, dB.

    Returns:
      Scores, [frames], 0 or more; all 0 for silence.

    Raises:
      ValueError: the two do not have the same shape [frames], or hold NaN.

    >>> note_score([0.7, 0.7, 0.7], [-20.0, -20.0, -20.0], frame_rate=50).round(6).tolist()
    [1.0, 1.0, 1.0]
    """
    confidence = _frames(f0_confidence, "f0_confidence")
    loudness = _frames(loudness_db, "loudness_db")
    if confidence.shape != loudness.shape:
        raise ValueError(f"f0_confidence has {len(confidence)} frames and loudness_db {len(loudness)}; as many in "
                         "both were wanted. Lesson 06.")
    height = np.maximum(loudness - floor_db, 0.0)
    sounding = height > 0
    if not sounding.any():
        return np.zeros(len(height))
    width = max(1, round(SMOOTHING_S * frame_rate))
    sure = smooth(np.clip(confidence, 0.0, 1.0) ** CONFIDENCE_EXPONENT, width=width)
    return sure * height / height[sounding].mean() / CONFIDENCE_AT_NOTE ** CONFIDENCE_EXPONENT


def bridge_pitch(f0_hz, note_mask):
    """Pitch that glides from note to note where there is no note, so that a tail or a breath keeps a sane pitch.

    Args:
      f0_hz: fundamental frequency, [frames], Hz; 0 where the tracker found none.
      note_mask: True where a note sounds, [frames].

    Returns:
      f0 in Hz, [frames]: as it came on notes, straight lines in log frequency between them, held at the ends.
      All 0 if no frame has both a note and a pitch.

    >>> bridge_pitch([100.0, 0.0, 0.0, 0.0, 1600.0], [1, 0, 0, 0, 1]).round(6).tolist()
    [100.0, 200.0, 400.0, 800.0, 1600.0]
    """
    f0_hz = _frames(f0_hz, "f0_hz")
    known = np.flatnonzero(np.asarray(note_mask, dtype=bool) & (f0_hz > 0))
    if len(known) == 0:
        return np.zeros(len(f0_hz))
    log_f0 = np.interp(np.arange(len(f0_hz)), known, np.log(f0_hz[known]))
    bridged = np.exp(log_f0)
    bridged[known] = f0_hz[known]
    return bridged


def segments(note_mask):
    """Notes as pairs of frames: where each begins, and the first frame after it.

    >>> segments([False, True, True, False, True])
    [(1, 3), (4, 5)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(note_mask, dtype=np.int8), [0]])))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2])]


def _frames(x, name):
    """x as float64 [frames] without NaN."""
    x = np.asarray(x, dtype=np.float64)
    if x.ndim != 1 or x.size == 0:
        raise ValueError(f"{name} has shape {list(x.shape)}; [frames] was wanted, at least one. Lesson 06.")
    if not np.isfinite(x).all():
        raise ValueError(f"{name} holds NaN or infinity (first at frame {int(np.argmin(np.isfinite(x)))}); finite "
                         "numbers were wanted. Lesson 06.")
    return x
