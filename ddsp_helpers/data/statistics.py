"""What an instrument usually does: pitch, loudness and power over its training recordings.

Timbre transfer moves a voice into this range.  The recipe is that of the DDSP timbre-transfer notebook (Engel et al.
2020); lesson 10 derives it, lesson 07 looks at the numbers.
"""

import dataclasses

import numpy as np

from ddsp_helpers import units
from ddsp_helpers.note_mask import note_score

N_QUANTILES = 1000


@dataclasses.dataclass(frozen=True)
class Summary:
    """Mean, spread and range of one feature; mean_minimum and mean_maximum are averages over the recordings."""

    mean: float
    std: float
    minimum: float
    maximum: float
    mean_minimum: float
    mean_maximum: float

    @classmethod
    def of(cls, parts):
        """Summarises a list of [frames] arrays, one a recording; empty ones do not count."""
        parts = [np.asarray(part, np.float64) for part in parts if len(part)]
        if not parts:
            return cls(*[float("nan")] * 6)
        everything = np.concatenate(parts)
        numbers = (
            everything.mean(), everything.std(), everything.min(), everything.max(),
            np.mean([part.min() for part in parts]), np.mean([part.max() for part in parts]),
        )
        return cls(*(float(number) for number in numbers))


@dataclasses.dataclass(frozen=True)
class Statistics:
    """Pitch (MIDI), loudness (dB) and power (dB) of a dataset, over all frames and over the frames with a note.

    Args:
      pitch_midi, loudness_db, power_db: Summary over all frames (pitch: all frames with some confidence).
      pitch_midi_notes, loudness_db_notes, power_db_notes: Summary over the frames where a note sounds.
      loudness_quantiles_db: 1000 evenly spaced quantiles of loudness where a note sounds.
      note_share: share of frames where a note sounds.
      seconds: length of all recordings.
      n_recordings: how many.
      frame_rate: frames per second.
    """

    pitch_midi: Summary
    loudness_db: Summary
    power_db: Summary
    pitch_midi_notes: Summary
    loudness_db_notes: Summary
    power_db_notes: Summary
    loudness_quantiles_db: tuple
    note_share: float
    seconds: float
    n_recordings: int
    frame_rate: int

    def to_dict(self):
        """Plain dictionaries, lists and numbers, for JSON."""
        return {**dataclasses.asdict(self), "loudness_quantiles_db": list(self.loudness_quantiles_db)}

    @classmethod
    def from_dict(cls, fields):
        """The inverse of to_dict.

        Raises:
          ValueError: a field is missing or unknown.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        if set(fields) != known:
            raise ValueError(f"Statistics came with the fields {sorted(fields)}; {sorted(known)} were wanted (lesson 07).")
        made = {name: Summary(**value) if isinstance(value, dict) else value for name, value in fields.items()}
        return cls(**{**made, "loudness_quantiles_db": tuple(made["loudness_quantiles_db"])})


def note_mask(features, *, threshold=1.0):
    """Where a note sounds: confident pitch and enough loudness, by ddsp_helpers.note_mask.note_score.

    Args:
      features: features.Features, [frames] arrays.
      threshold: 0 calls everything a note, 2 is strict.

    Returns:
      [frames] bool.
    """
    if len(features) == 0:
        return np.zeros(0, bool)
    return note_score(features.f0_confidence, features.loudness_db, frame_rate=features.frame_rate) >= threshold


def measure(features_list, *, frame_rate, threshold=1.0):
    """Statistics of a dataset.

    Args:
      features_list: one features.Features a recording.
      frame_rate: frames per second.
      threshold: of note_mask.

    Returns:
      Statistics.

    Raises:
      ValueError: nothing came, or no frame of it is a note.
    """
    features_list = list(features_list)
    if not features_list:
        raise ValueError("Statistics of at least one recording were wanted; none came (lesson 07).")
    masks = [note_mask(features, threshold=threshold) for features in features_list]
    if not any(mask.any() for mask in masks):
        raise ValueError(
            "No frame of these recordings sounds like a note: they are silent, noisy or many-voiced. Listen to them and "
            "read their findings: diagnose (lesson 07)."
        )
    pitch = [np.asarray(units.hz_to_midi(np.maximum(features.f0_hz, 1e-3))) for features in features_list]
    sure = [features.f0_confidence > 0.1 for features in features_list]
    loudness = [features.loudness_db for features in features_list]
    power = [features.power_db for features in features_list]
    noted = np.concatenate([part[mask] for part, mask in zip(loudness, masks)]).astype(np.float64)
    quantiles = np.quantile(noted, np.linspace(0, 1, N_QUANTILES))
    frames = sum(len(features) for features in features_list)
    return Statistics(
        pitch_midi=Summary.of(_masked(pitch, sure)), loudness_db=Summary.of(loudness), power_db=Summary.of(power),
        pitch_midi_notes=Summary.of(_masked(pitch, masks)), loudness_db_notes=Summary.of(_masked(loudness, masks)),
        power_db_notes=Summary.of(_masked(power, masks)),
        loudness_quantiles_db=tuple(round(float(q), 4) for q in quantiles), note_share=len(noted) / frames,
        seconds=frames / frame_rate, n_recordings=len(features_list), frame_rate=int(frame_rate),
    )


def _masked(parts, masks):
    return [part[mask] for part, mask in zip(parts, masks)]
