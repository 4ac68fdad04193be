"""Did the melody survive a transfer?  Measured by listening again: pitch and loudness of the result.  Lesson 10."""
import dataclasses

import numpy as np

from ddsp_helpers import features as feature_room

MEDIAN_CENTS = 10.0            # what a transfer must keep to
WITHIN_50 = 0.95
CORRELATION = 0.9


@dataclasses.dataclass(frozen=True)
class Fidelity:
    """How closely a result follows the voice it came from.

    Args:
      median_cents: median distance of the result's pitch from the pitch that was asked for, on notes, cents.
      within_50_cents: share of the frames with a note that are less than 50 cents off.
      loudness_correlation: of the result's loudness with the voice's, over all frames, -1 to 1.
      loudness_correlation_on_notes: the same where notes sound.
      frames: how many frames with a note were compared.
    """

    median_cents: float
    within_50_cents: float
    loudness_correlation: float
    loudness_correlation_on_notes: float
    frames: int

    @property
    def holds(self):
        """Whether all three bars hold: median <= 10 cents, 95 % within 50 cents, correlation >= 0.9."""
        return bool(self.median_cents <= MEDIAN_CENTS and self.within_50_cents >= WITHIN_50
                    and self.loudness_correlation >= CORRELATION)

    def to_dict(self):
        """The figures and `holds`, for JSON."""
        return {**dataclasses.asdict(self), "holds": self.holds}


def check(result, *, pitch="crepe-tiny"):
    """Listen to a transferred sound again and compare it with what was asked for.

    Pitch is compared on every frame where a note was played, also where the tracker is unsure of the result.  The
    loudness is compared with the voice's own: the transfer may change its range, not its rise and fall.

    Args:
      result: transfer.Result.
      pitch: tracker that hears the result, a method of `features.f0`.

    Returns:
      Fidelity.

    Raises:
      ValueError: the result has no audio or the tracker is unknown.
    """
    heard = feature_room.extract(result.audio, sample_rate=result.sample_rate, pitch=pitch,
                                 frame_rate=result.adjusted.features.frame_rate)
    return compare(result, heard)


def compare(result, heard):
    """`check` for a result that was listened to already: heard is its Features."""
    played, mask = result.adjusted.features, result.adjusted.note_mask
    n = min(len(heard), len(played))
    mask = mask[:n]
    cents = 1200.0 * np.abs(np.log2(heard.f0_hz[:n][mask].astype(np.float64) / played.f0_hz[:n][mask]))
    voice_db, heard_db = result.features.loudness_db[:n], heard.loudness_db[:n]
    return Fidelity(
        median_cents=float(np.median(cents)), within_50_cents=float(np.mean(cents < 50.0)),
        loudness_correlation=_correlation(voice_db, heard_db),
        loudness_correlation_on_notes=_correlation(voice_db[mask], heard_db[mask]), frames=int(mask.sum()),
    )


def _correlation(a, b):
    """Pearson correlation of two curves; 0 where one is flat and says nothing."""
    if len(a) < 2 or min(np.std(a), np.std(b)) < 1e-6:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
