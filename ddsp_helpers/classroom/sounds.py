"""From whatever a lesson holds (an Audio, an array, a tensor, a file) to one mono sound that a browser plays."""

import base64
import io
import os
import pathlib
import wave

import numpy as np

from ddsp_helpers import audio, levels


def one_sound(sound, *, sample_rate=None):
    """Samples [n] float32 and sample rate of a sound.

    Args:
      sound: audio.Audio, anything with .samples or .audio and .sample_rate, a path, or samples [n] or [1, n] (array or
        tensor).
      sample_rate: Hz, needed for bare samples.

    Returns:
      audio.Audio.

    Raises:
      ValueError: no rate is known, or several sounds came.
    """
    if isinstance(sound, (str, os.PathLike)):
        return audio.load(pathlib.Path(sound), sample_rate=sample_rate)
    samples, rate = sound, sample_rate
    for name in ("samples", "audio"):
        if hasattr(sound, name) and hasattr(sound, "sample_rate"):
            samples, rate = getattr(sound, name), sound.sample_rate
            break
    if rate is None:
        raise ValueError("Bare samples came without a rate; sample_rate= in Hz was wanted (lesson 01).")
    samples = np.asarray(samples, dtype=np.float32)
    if samples.ndim == 2 and samples.shape[0] == 1:
        samples = samples[0]
    return audio.Audio(levels.as_samples(samples), int(rate))


def wav_url(samples, sample_rate):
    """The samples as a 16-bit wav file in a data: address, at exactly the level they have."""
    pcm = np.clip(np.rint(np.asarray(samples) * 32767.0), -32768, 32767).astype("<i2")
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(int(sample_rate))
        file.writeframes(pcm.tobytes())
    return "data:audio/wav;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def safe(samples):
    """The samples through the limiter where they go beyond full scale, and by how many dB they did (0 if not)."""
    over_db = levels.peak_db(samples)
    return (levels.limit(samples), over_db) if over_db > 0.0 else (samples, 0.0)


def level_matched(sounds):
    """Sounds at one level: that of the loudest, or lower where a peak would then pass -1 dB.  Silence stays silence.

    Args:
      sounds: audio.Audio of any lengths and rates.

    Returns:
      List of audio.Audio.
    """
    own_db = [levels.rms_db(sound.samples) for sound in sounds]
    heard = [(db, levels.peak_db(sound.samples) - db) for db, sound in zip(own_db, sounds) if db > levels.FLOOR_DB]
    if not heard:
        return list(sounds)
    level_db = min(max(db for db, _ in heard), -1.0 - max(crest_db for _, crest_db in heard))
    gains_db = (level_db - db if db > levels.FLOOR_DB else 0.0 for db in own_db)
    return [audio.Audio(sound.samples * np.float32(10.0 ** (gain_db / 20.0)), sound.sample_rate)
            for sound, gain_db in zip(sounds, gains_db)]
