"""Timbre transfer: one sound's pitch and loudness, played by another instrument.  Lesson 10.

A model has only heard its own instrument: its octaves, its loudness.  `adjust` moves the features of a voice there,
`transfer` lets the model play them, `check` measures on the result whether the melody survived.

    model = models.load_instrument("violin")
    result = transfer(voice, sample_rate=44100, model=model, settings=Settings(autotune=0.3))
"""
import dataclasses

import numpy as np

from ddsp_helpers import controls, features as feature_room, note_mask as notes, tuning, units
from ddsp_helpers.audio import Writer, info, limit
from ddsp_helpers.fidelity import Fidelity, check

__all__ = ["Adjusted", "Fidelity", "Result", "SETTINGS", "Settings", "adjust", "check", "choose_octave",
           "match_quantiles", "play_features", "resynthesize", "resynthesize_file", "transfer", "transfer_features",
           "transfer_file", "usual_range"]

OCTAVES = range(-4, 5)
FLOOR_DB = -80.0
HIGHEST_MIDI = 110.0           # above it the recipe trusts no pitch
SURE = 0.8                     # a confidence that is believed outside notes too
SETTINGS = {                   # what a slider may turn, and how far: one declared range each
    "pitch_shift_semitones": controls.PITCH_SHIFT, "loudness_shift_db": controls.LOUDNESS_SHIFT,
    "threshold": controls.THRESHOLD, "quiet_db": controls.QUIET, "autotune": controls.AUTOTUNE,
}


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a voice is moved into the range of an instrument.  `SETTINGS` holds the range of each slider.

    Args:
      octave: "auto" goes where the instrument plays most, "classic" is the rule of the DDSP notebook, or a whole
        number of octaves.
      pitch_shift_semitones: transposition on top of it.
      loudness_shift_db: added to the loudness that the model is asked for.
      threshold: 0 calls every frame a note, 2 is strict.
      quiet_db: how far frames between notes are turned down; the DDSP notebook takes 20, which silences breaths and tails.
      autotune: 0 leaves the intonation alone, 1 puts every frame on a note of the scale.
      match_loudness: give the notes the loudness distribution that the model was trained on.

    Raises:
      ValueError: a setting is outside its range.

    >>> Settings(autotune=0.5).octave
    'auto'
    """

    octave: str | int = "auto"
    pitch_shift_semitones: float = 0.0
    loudness_shift_db: float = 0.0
    threshold: float = 1.0
    quiet_db: float = 10.0
    autotune: float = 0.0
    match_loudness: bool = True

    def __post_init__(self):
        for name, control in SETTINGS.items():
            control.check(getattr(self, name))
        if self.octave not in ("auto", "classic") and self.octave not in OCTAVES:
            raise ValueError(f"octave came as {self.octave!r}; 'auto', 'classic' or a whole number from -4 to 4 was "
                             "wanted. Lesson 10.")


@dataclasses.dataclass(frozen=True, eq=False)
class Adjusted:
    """Features in the range of an instrument, and what was done to get them there.

    Args:
      features: Features to hand to a model.
      note_mask: True where a note sounds, [frames].
      octave: octaves the pitch was moved by.
      loudness_gain_db: mean change of loudness on notes, dB.
      remarks: what a player should know, one sentence each.
    """

    features: "feature_room.Features"
    note_mask: np.ndarray
    octave: int
    loudness_gain_db: float
    remarks: tuple = ()


@dataclasses.dataclass(frozen=True, eq=False)
class Result:
    """A transferred sound: audio [samples] at sample_rate, the features that came, and the ones that were played."""

    audio: np.ndarray
    sample_rate: int
    features: "feature_room.Features"
    adjusted: Adjusted


def choose_octave(midi, statistics, *, rule="auto"):
    """Whole octaves that bring a melody into an instrument's range.

    "auto": the shift whose pitches leave the range least, and among equals the one nearest to its mean.
    "classic": (instrument's mean - melody's mean) / 12, rounded down above 1.5 and up elsewhere.

    Args:
      midi: pitch on notes, [frames], MIDI.
      statistics: data.Statistics of the instrument.
      rule: "auto" or "classic".

    Returns:
      Octaves, -4 to 4.
    """
    pitch = statistics.pitch_midi_notes
    distance = (pitch.mean - float(np.mean(midi))) / 12.0
    if rule == "classic":
        return int(np.clip(np.floor(distance) if distance > 1.5 else np.ceil(distance), -4, 4))
    low, high = usual_range(statistics)

    def cost(octave):
        moved = midi + 12 * octave
        outside = np.maximum(low - moved, 0) + np.maximum(moved - high, 0)
        return round(float(outside.mean()), 2), abs(distance - octave)

    return min(OCTAVES, key=cost)


def usual_range(statistics):
    """Lowest and highest MIDI note that counts: a tracker's stray octave error must not widen the range.

    Args:
      statistics: data.Statistics of the instrument.
    """
    pitch = statistics.pitch_midi_notes
    return max(pitch.minimum, pitch.mean - 2.5 * pitch.std), min(pitch.maximum, pitch.mean + 2.5 * pitch.std)


def match_quantiles(loudness_db, note_mask, quantiles_db):
    """Loudness with the distribution of another instrument, still rising where it rose.

    Each quantile of the notes maps to the same quantile of the target; beyond both ends the curve goes on 1:1.

    Args:
      loudness_db: [frames], dB.
      note_mask: True where a note sounds, [frames], at least one.
      quantiles_db: evenly spaced quantiles of the instrument's notes, [quantiles], rising, dB.

    Returns:
      Loudness, [frames], dB.

    >>> match_quantiles([-40.0, -30.0, -20.0], [True] * 3, [-20.0, -15.0, -10.0]).tolist()
    [-20.0, -15.0, -10.0]
    """
    loudness = np.asarray(loudness_db, dtype=np.float64)
    target = np.maximum.accumulate(np.asarray(quantiles_db, dtype=np.float64))
    source = np.quantile(loudness[np.asarray(note_mask, dtype=bool)], np.linspace(0, 1, len(target)))
    if source[-1] - source[0] < 1e-6:                      # one loudness only: the middle of the target
        return loudness + float(np.median(target)) - source[0]
    points, first = np.unique(source, return_index=True)
    inside = np.interp(loudness, points, target[first])
    inside = np.where(loudness < source[0], target[0] + loudness - source[0], inside)
    return np.where(loudness > source[-1], target[-1] + loudness - source[-1], inside)


def adjust(features, statistics, settings=Settings()):
    """Move the features of a sound into the range of an instrument: the whole transfer recipe, in NumPy.

    Notes are found, pitch is moved by octaves, tuned and bridged between notes, loudness is mapped to the
    instrument's, frames between notes are turned down.  Recipe: timbre transfer of DDSP (Engel et al., 2020).

    Args:
      features: features.Features of the voice.
      statistics: data.Statistics of the instrument (`model.statistics`).
      settings: Settings.

    Returns:
      Adjusted.

    Raises:
      ValueError: no note was found.
    """
    settings = Settings(**settings) if isinstance(settings, dict) else settings
    score = notes.note_score(features.f0_confidence, features.loudness_db, frame_rate=features.frame_rate)
    f0_hz = np.asarray(features.f0_hz, dtype=np.float64)
    pitched = (f0_hz > 0) & (f0_hz < units.midi_to_hz(HIGHEST_MIDI))
    mask = (score >= settings.threshold) & (score > 0) & pitched
    if not mask.any():
        raise ValueError(_no_notes(features, score, settings))
    sure = mask | (pitched & (np.asarray(features.f0_confidence) >= SURE))       # a tail keeps its own pitch
    octave, f0_hz = _adjust_pitch(f0_hz, mask, sure, statistics, settings)
    loudness = np.asarray(features.loudness_db, dtype=np.float64)
    target = match_quantiles(loudness, mask, statistics.loudness_quantiles_db) if settings.match_loudness else loudness
    away = 1.0 - np.clip(score / max(settings.threshold, 1e-9), 0.0, 1.0)
    target = target + settings.loudness_shift_db - np.where(mask, 0.0, settings.quiet_db * away)
    gain_db = float(np.mean(target[mask] - loudness[mask]))
    target = np.maximum(target, FLOOR_DB)                  # what a model knows as silence
    power = np.maximum(np.asarray(features.power_db) + target - loudness, FLOOR_DB)
    moved = features.replace(f0_hz=f0_hz, loudness_db=target, power_db=power)
    return Adjusted(moved, mask, octave, gain_db, tuple(_remarks(moved, mask, statistics)))


def _adjust_pitch(f0_hz, mask, sure, statistics, settings):
    """Octaves chosen, and f0 in Hz [frames] moved, tuned, and bridged between notes."""
    octave = settings.octave
    if isinstance(octave, str):
        octave = choose_octave(units.hz_to_midi(f0_hz[mask]), statistics, rule=octave)
    f0_hz = tuning.autotune(f0_hz, mask, amount=settings.autotune)
    semitones = 12.0 * octave + settings.pitch_shift_semitones
    f0_hz = notes.bridge_pitch(f0_hz, sure) * 2.0 ** (semitones / 12.0)
    return int(octave), f0_hz


def _no_notes(features, score, settings):
    """What to say when there is nothing to play."""
    loudest = float(np.max(features.loudness_db))
    if loudest <= FLOOR_DB + 10:
        why = f"it is silent (its loudest moment is {loudest:.0f} dB); record it louder"
    elif score.max() == 0 or float(np.max(features.f0_confidence)) < 0.5:
        why = "no clear pitch was heard; record one voice or instrument at a time, close to the microphone"
    else:
        why = (f"the surest frame scores {score.max():.2f} and the threshold is {settings.threshold:g}; "
               "lower the threshold")
    return f"No note was found in this sound: {why}. Lesson 10 explains the note mask."


def _remarks(features, mask, statistics):
    """Sentences about what may sound wrong."""
    midi = units.hz_to_midi(features.f0_hz[mask])
    low, high = statistics.pitch_midi_notes.minimum, statistics.pitch_midi_notes.maximum
    outside = float(np.mean((midi < low - 1) | (midi > high + 1)))
    if outside > 0.05:
        yield (f"{outside:.0%} of the notes lie outside what the instrument was trained on "
               f"({units.midi_to_note(low)} to {units.midi_to_note(high)}): expect a stranger sound there.")
    if mask.mean() < 0.1:
        yield f"Only {mask.mean():.0%} of the time was heard as notes: is the threshold too strict, or the sound noisy?"


def transfer(audio, *, sample_rate, model, settings=Settings(), pitch="crepe-tiny"):
    """A sound, played by another instrument.

    Args:
      audio: one voice, [samples].
      sample_rate: its rate, Hz.
      model: models.Autoencoder with `.statistics`.
      settings: Settings.
      pitch: method of `features.f0`.

    Returns:
      Result; its audio lasts as long as the sound that came and is limited at -1 dB.

    Raises:
      ValueError: no note was found, the sound is empty or holds NaN, or the model carries no statistics.
    """
    heard = feature_room.extract(audio, sample_rate=sample_rate, frame_rate=_spec(model).frame_rate, pitch=pitch)
    return transfer_features(heard, model=model, settings=settings, duration_s=len(audio) / sample_rate)


def transfer_features(features, *, model, settings=Settings(), duration_s=None):
    """`transfer` for a sound whose features are already known: a slider moves, nothing is tracked again."""
    adjusted = adjust(features, _statistics(model), settings)
    return Result(limit(_play(model, adjusted.features, duration_s)), _spec(model).sample_rate, features, adjusted)


def resynthesize(audio, *, sample_rate, model, pitch="crepe-tiny"):
    """The model's own version of a sound of its instrument: features in, audio out, nothing adjusted.

    Args:
      audio: a recording of the instrument, [samples].
      sample_rate: its rate, Hz.
      model: models.Autoencoder.
      pitch: method of `features.f0`.

    Returns:
      Audio [samples] float32 at the model's sample rate, as long as the sound that came, limited at -1 dB.
    """
    heard = feature_room.extract(audio, sample_rate=sample_rate, frame_rate=_spec(model).frame_rate, pitch=pitch)
    return play_features(heard, model=model, duration_s=len(audio) / sample_rate)


def play_features(features, *, model, duration_s=None):
    """`resynthesize` for a sound whose features are already known: audio [samples], limited at -1 dB."""
    return limit(_play(model, features, duration_s))


def transfer_file(path, out, *, model, settings=Settings(), pitch="crepe-tiny", progress=None):
    """`transfer` from file to file, in memory that does not grow with the length of the sound.

    Only the features are held, 16 bytes a frame: 9 MB for three hours.

    Args:
      path: a sound file of any length.
      out: a .wav or .flac file; it appears when it is complete, or not at all.
      model, settings, pitch: as for `transfer`.
      progress: None, or a function called with the share done, 0 to 1.

    Returns:
      (Features that were heard, Adjusted).
    """
    statistics, heard = _statistics(model), _hear_file(path, model, pitch, progress)
    adjusted = adjust(heard, statistics, settings)
    _write(out, model, adjusted.features, path, progress)
    return heard, adjusted


def resynthesize_file(path, out, *, model, pitch="crepe-tiny", progress=None):
    """`resynthesize` from file to file, in memory that does not grow.  Returns the Features that were heard."""
    heard = _hear_file(path, model, pitch, progress)
    _write(out, model, heard, path, progress)
    return heard


def _hear_file(path, model, pitch, progress):
    half = None if progress is None else lambda share: progress(share / 2)
    return feature_room.extract_file(path, frame_rate=_spec(model).frame_rate, pitch=pitch, progress=half)


def _write(out, model, features, path, progress):
    """Stream what the model plays into a file, as long as the one at path."""
    wanted = max(1, round(info(path).duration_s * _spec(model).sample_rate))
    with Writer(out, sample_rate=_spec(model).sample_rate, limit=True) as writer:
        done = 0
        for block in _blocks(model, features):
            block = block[:wanted - done]
            if len(block):
                writer.write(block)
            done += len(block)
            if progress is not None:
                progress(0.5 + 0.5 * min(1.0, done / wanted))


def _play(model, features, duration_s):
    """What the model makes of features, [samples] float32."""
    audio = np.concatenate(list(_blocks(model, features)))
    return audio if duration_s is None else audio[:max(1, round(duration_s * _spec(model).sample_rate))]


def _blocks(model, features):
    """The sound in blocks [samples]; the same samples as in one call."""
    from ddsp_helpers import streaming

    for block in streaming.render(model, features.f0_hz, features.loudness_db):
        yield np.asarray(block, dtype=np.float32).reshape(-1)


def _spec(model):
    """The SynthSpec of a model."""
    return model.model_spec.synth


def _statistics(model):
    """The statistics of a model's instrument, or a ValueError."""
    statistics = getattr(model, "statistics", None)
    if statistics is None:
        raise ValueError("This model carries no statistics of its instrument (pitch and loudness range). Save it with "
                         "models.save(model, path, statistics=dataset.statistics). Lesson 10.")
    return statistics
