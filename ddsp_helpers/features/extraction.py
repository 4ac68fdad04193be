"""All features of a sound in one call, from an array or from a file of any length.  Lesson 06."""
import dataclasses

import numpy as np

from ddsp_helpers import audio as audio_files
from ddsp_helpers.features.loudness import LevelMeter
from ddsp_helpers.features.pitch import SAMPLE_RATE, Tracker, at_16k, hop_at_16k

FEATURE_VERSION = "1"        # rises when a feature of the same sound comes out differently
_PIECE_S = 30.0
_ARRAYS = ("f0_hz", "f0_confidence", "loudness_db", "power_db")


@dataclasses.dataclass(frozen=True, eq=False)
class Features:
    """What is heard in a sound, frame by frame; frame n is centred at n / frame_rate seconds.

    Slicing gives the features of those frames: features[50:100].

    Args:
      f0_hz: pitch, [frames] float32, Hz, above 0; where there is none it means nothing and confidence is low.
      f0_confidence: [frames] float32, 0 to 1.
      loudness_db: A-weighted loudness, [frames] float32, dB, -80 for silence.
      power_db: RMS power, [frames] float32, dB.
      frame_rate: frames per second.

    Raises:
      ValueError: the arrays are not [frames] of one length.

    >>> features = Features(*np.ones([4, 100]), frame_rate=50)
    >>> len(features[10:20]), features.duration_s
    (10, 2.0)
    """

    f0_hz: np.ndarray
    f0_confidence: np.ndarray
    loudness_db: np.ndarray
    power_db: np.ndarray
    frame_rate: int = 50

    def __post_init__(self):
        for name in _ARRAYS:
            object.__setattr__(self, name, np.asarray(getattr(self, name), np.float32))
        shapes = {name: list(getattr(self, name).shape) for name in _ARRAYS}
        if self.f0_hz.ndim != 1 or len(set(map(tuple, shapes.values()))) > 1:
            raise ValueError(f"features have shapes {shapes}; wanted [frames], all of one length. Lesson 06.")

    def __len__(self):
        return len(self.f0_hz)

    def __getitem__(self, frames):
        if not isinstance(frames, slice):
            raise ValueError(f"features got index {frames!r}; wanted a slice, features[10:20]. Lesson 06")
        return self.replace(**{name: getattr(self, name)[frames] for name in _ARRAYS})

    @property
    def duration_s(self):
        """Length in seconds."""
        return len(self) / self.frame_rate

    @property
    def times_s(self):
        """Centre of each frame, [frames], seconds from the first."""
        return np.arange(len(self)) / self.frame_rate

    def replace(self, **changes):
        """The same features with some arrays changed."""
        return dataclasses.replace(self, **changes)

    def to_inputs(self):
        """What a model takes: {name: [1, frames, 1] float32} for the four features."""
        return {name: getattr(self, name)[None, :, None] for name in _ARRAYS}


class Extractor:
    """Features of a 16 kHz sound that arrives in pieces: push(samples) ..., then finish() -> Features.

    Args:
      frame_rate: frames per second; divides 16000.
      pitch: a method of `features.f0`.
      **options: viterbi, f_min, f_max of `features.f0`.
    """

    def __init__(self, *, frame_rate=50, pitch="crepe-tiny", **options):
        self._tracker = Tracker(frame_rate=frame_rate, method=pitch, **options)
        self._meter, self.frame_rate = LevelMeter(frame_rate=frame_rate), frame_rate
        self._tracks, self._levels = [], []

    def push(self, samples):
        """Hear samples [n] at 16 kHz."""
        self._tracks.append(self._tracker.push(samples))
        self._levels.append(self._meter.push(samples))

    def finish(self):
        """The Features of everything heard, ceil(samples / hop) frames."""
        self._tracks.append(self._tracker.flush())
        self._levels.append(self._meter.flush())
        arrays = [np.concatenate(parts) for parts in (*zip(*self._tracks), *zip(*self._levels))]
        return Features(*arrays, frame_rate=self.frame_rate)


def extract(audio, *, sample_rate, frame_rate=50, pitch="crepe-tiny", progress=None, **options):
    """Pitch, confidence, loudness and power of a sound.

    Args:
      audio: one voice, [samples].
      sample_rate: its rate, Hz; the features are those of a 16 kHz version.
      frame_rate: frames per second; divides 16000.
      pitch: "crepe-tiny" to "crepe-full", "swiftf0", "pyin".
      progress: None, or a function called with the share done, 0 to 1.
      **options: viterbi, f_min, f_max of `features.f0`.

    Returns:
      Features of ceil(samples * frame_rate / sample_rate) frames.

    Raises:
      ValueError: as `features.f0`.
    """
    sound = at_16k(audio, sample_rate=sample_rate, frame_rate=frame_rate)
    extractor = Extractor(frame_rate=frame_rate, pitch=pitch, **options)
    piece = int(_PIECE_S * SAMPLE_RATE)
    for start in range(0, len(sound), piece):
        extractor.push(sound[start:start + piece])
        if progress is not None:
            progress(min(1.0, (start + piece) / len(sound)))
    return extractor.finish()


def extract_file(path, *, frame_rate=50, pitch="crepe-tiny", progress=None, **options):
    """`extract` of a sound file of any length; only the features themselves grow with it.

    Args:
      path: a sound file; the other arguments are those of `extract`.

    Returns:
      Features of ceil(seconds * frame_rate) frames.

    Raises:
      ValueError: the file is missing, empty, not sound, or holds NaN; or as `features.f0`.
    """
    about, heard = audio_files.info(path), 0
    extractor = Extractor(frame_rate=frame_rate, pitch=pitch, **options)
    blocks = audio_files.blocks(path, sample_rate=SAMPLE_RATE, block_s=_PIECE_S)
    for number, block in enumerate(blocks, start=1):
        extractor.push(block)
        heard += len(block)
        if progress is not None:
            progress(min(1.0, number * _PIECE_S / about.duration_s))
    frames = -(-round(about.duration_s * about.sample_rate) * frame_rate // about.sample_rate)
    if heard == (frames - 1) * hop_at_16k(frame_rate):       # the last frame is shorter than a sample at 16 kHz
        extractor.push(np.zeros(1, np.float32))
    return extractor.finish()
