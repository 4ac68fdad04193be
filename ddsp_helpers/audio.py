"""Sound files: load, stream, save, resample; levels from `levels`. NumPy only, no TensorFlow.

Every function here speaks mono float32 in [-1, 1], `[samples]`.  Reading mixes channels to mono by their
mean; writing is atomic: a file appears complete under its name, or not at all.  Lesson 01 explains samples,
rates and dB.
"""
import errno
import os
from pathlib import Path
from typing import NamedTuple
import uuid

import numpy as np

from ddsp_helpers.levels import StreamLimiter, as_samples, limit, match_level, peak_db, rms_db

__all__ = ["Audio", "Info", "Writer", "blocks", "info", "limit", "load", "match_level", "peak_db", "resample",
           "rms_db", "save"]

_FORMATS = {".wav": "WAV", ".flac": "FLAC"}
_READ_BLOCK = 1 << 16        # frames read from disk at a time
_CANCELLED = 1e-4            # of the power of the channels is left in their mean: 40 dB less


class Audio(NamedTuple):
    """A mono sound: samples `[samples]` float32, sample_rate in Hz."""

    samples: np.ndarray
    sample_rate: int


class Info(NamedTuple):
    """What a sound file says of itself: sample_rate in Hz, channels, duration_s, format such as "WAV"."""

    sample_rate: int
    channels: int
    duration_s: float
    format: str


def _open(path):
    """A soundfile.SoundFile open for reading, or a ValueError that says what the file is instead."""
    import soundfile

    path = Path(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise ValueError(f"{path} {what}; wanted a sound file (wav, flac, ogg or mp3). Lesson 01.")
    if path.stat().st_size == 0:
        raise ValueError(f"{path} is empty (0 bytes); wanted sound (wav, flac, ogg or mp3). Lesson 01.")
    try:
        file = soundfile.SoundFile(path)
    except soundfile.LibsndfileError as error:
        with open(path, "rb") as stream:
            head = stream.read(24)
        raise ValueError(f"{path} is not sound that can be read here: it begins with {head!r}. Wanted wav, "
                         "flac, ogg or mp3, and the name's ending does not make it one: convert it first. "
                         f"Lesson 01. ({error})") from error
    if file.frames == 0:
        file.close()
        raise ValueError(f"{path} is a sound file with no samples in it; wanted at least one. Lesson 01.")
    return file


class _Mixer:
    """Channels of a file `[frames, channels]` -> `[frames]`; refuses NaN and infinity, and channels that cancel."""

    def __init__(self, path, start=0):
        self._path, self._at, self._apart, self._mixed = path, start, 0.0, 0.0

    def push(self, frames):
        mono = frames[:, 0] if frames.shape[1] == 1 else frames.mean(axis=1, dtype=np.float32)
        if not np.isfinite(mono).all():
            at = self._at + int(np.argmin(np.isfinite(mono)))
            raise ValueError(f"{self._path} holds NaN or infinity (first at sample {at}); wanted finite samples. "
                             "Export the sound again from where it was made. Lesson 01.")
        if frames.shape[1] > 1:
            self._apart += float(np.square(frames, dtype=np.float64).sum()) / frames.shape[1]
            self._mixed += float(np.square(mono, dtype=np.float64).sum())
        self._at += len(frames)
        return np.ascontiguousarray(mono, dtype=np.float32)

    def finish(self):
        """To be called when all is read."""
        if self._mixed < _CANCELLED * self._apart:
            raise ValueError(f"{self._path} has channels that cancel when they are mixed: one is the other upside "
                             "down, as a cable with crossed wires makes it. Save one channel alone as a mono file and "
                             "use that. Lesson 01.")


def info(path):
    """Rate, channels and length of a sound file, without reading its samples.

    Args:
      path: a wav, flac, ogg or mp3 file.

    Returns:
      Info(sample_rate, channels, duration_s, format).

    Raises:
      ValueError: the file is missing, empty, or not sound.
    """
    with _open(path) as file:
        return Info(file.samplerate, file.channels, file.frames / file.samplerate, file.format)


def load(path, *, sample_rate=None, offset_s=0.0, duration_s=None):
    """Read a sound file as mono float32.  Lesson 01.

    Args:
      path: a wav, flac, ogg or mp3 file of any rate, mono or not (channels are averaged).
      sample_rate: wanted rate in Hz; None keeps the file's own.
      offset_s: where to begin, seconds, from 0 to the length of the file.
      duration_s: how much to read, seconds, above 0; None reads to the end.

    Returns:
      Audio(samples [samples] float32, sample_rate).

    Raises:
      ValueError: missing, empty or not sound; NaN in it; channels that cancel; offset past the end; duration not
        above 0.
    """
    if duration_s is not None and not duration_s > 0:
        raise ValueError(f"duration_s is {duration_s}; wanted seconds above 0, or None for all. Lesson 01.")
    with _open(path) as file:
        start = round(offset_s * file.samplerate)
        if not 0 <= start < file.frames:
            lasts = file.frames / file.samplerate
            raise ValueError(f"offset_s is {offset_s}, but {path} lasts {lasts:.3f} s. Lesson 01.")
        frames = -1 if duration_s is None else max(1, round(duration_s * file.samplerate))
        file.seek(start)
        mixer = _Mixer(path, start)
        samples = mixer.push(file.read(frames, dtype="float32", always_2d=True))
        mixer.finish()
        rate = file.samplerate
    if samples.size == 0:
        raise ValueError(f"{path} promises samples and holds none: it was cut off. Copy it again. Lesson 01.")
    if sample_rate is None or sample_rate == rate:
        return Audio(samples, rate)
    return Audio(resample(samples, from_hz=rate, to_hz=sample_rate), _rate(sample_rate))


def blocks(path, *, sample_rate=None, block_s, overlap_s=0.0):
    """Read a sound file piece by piece, in memory that does not grow with its length.

    Block i begins at i * (block_s - overlap_s).  Joined (overlaps dropped) the blocks equal `load`.

    Args:
      path: a sound file.
      sample_rate: wanted rate in Hz; None keeps the file's own.
      block_s: seconds in a block, above 0; the last block may be shorter.
      overlap_s: seconds a block shares with the one before, from 0 to below block_s.

    Returns:
      An iterator of samples [block] float32.

    Raises:
      ValueError: at the call if the file is not sound or the lengths make no sense; while reading, at a NaN; at the
        end, if the channels cancel.
    """
    if not (block_s > 0 and 0 <= overlap_s < block_s):
        raise ValueError(f"block_s is {block_s} and overlap_s {overlap_s}; wanted 0 <= overlap_s < block_s. "
                         "Lesson 01.")
    file = _open(path)
    rate = file.samplerate if sample_rate is None else _rate(sample_rate)
    size, overlap = max(1, round(block_s * rate)), round(overlap_s * rate)
    return _cut(_resampled_pieces(file, path, rate), size, min(overlap, size - 1))


def _resampled_pieces(file, path, rate):
    """The file's mono samples at `rate`, in pieces of whatever length arises."""
    import soxr

    same = rate == file.samplerate
    stream = None if same else soxr.ResampleStream(file.samplerate, rate, 1, dtype="float32")
    with file:
        mixer = _Mixer(path)
        while True:
            piece = mixer.push(file.read(_READ_BLOCK, dtype="float32", always_2d=True))
            yield piece if stream is None else stream.resample_chunk(piece, last=len(piece) == 0)
            if len(piece) == 0:
                mixer.finish()
                return


def _cut(pieces, size, overlap):
    """Regroup pieces into blocks of `size` that share `overlap` samples."""
    held, length, fresh = [], 0, False
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        fresh = fresh or len(piece) > 0
        while length >= size:
            joined = np.concatenate(held)
            yield joined[:size].copy()
            held, length = [joined[size - overlap:]], length - size + overlap
            fresh = length > overlap
    if fresh:
        yield np.concatenate(held)


def _rate(sample_rate):
    """A sample rate as an int, or a ValueError."""
    if not (sample_rate > 0 and float(sample_rate).is_integer()):
        raise ValueError(f"sample rate is {sample_rate}; wanted a whole number of Hz above 0, such as 16000. "
                         "Lesson 01.")
    return int(sample_rate)


def resample(samples, *, from_hz, to_hz):
    """Change the sample rate with a band-limited filter of zero delay.  Lesson 01.

    Args:
      samples: sound, [samples].
      from_hz: its sample rate, Hz.
      to_hz: the wanted sample rate, Hz.

    Returns:
      The same sound, [about samples * to_hz / from_hz] float32.

    Raises:
      ValueError: samples is not [samples] of finite numbers, or a rate is not a whole number above 0.

    >>> resample(np.zeros(48000), from_hz=48000, to_hz=16000).shape
    (16000,)
    """
    samples, from_hz, to_hz = as_samples(samples), _rate(from_hz), _rate(to_hz)
    if from_hz == to_hz:
        return samples
    import soxr

    return soxr.resample(samples, from_hz, to_hz)


class Writer:
    """Write a wav or flac file block by block; it appears under its name only when it is complete.

    Use it in a `with` block.  An error inside (a full disk, a KeyboardInterrupt) leaves no new file behind,
    and an older file of the same name untouched.

    Args:
      path: ends in .wav or .flac; 16 bits a sample.
      sample_rate: Hz.
      limit: False refuses samples beyond [-1, 1]; True passes the sound through `limit` instead.
    """

    def __init__(self, path, *, sample_rate, limit=False):
        self.path, self.sample_rate, self.written = Path(path), _rate(sample_rate), 0
        if self.path.suffix.lower() not in _FORMATS:
            raise ValueError(f"{path} ends in {self.path.suffix!r}; wanted .wav or .flac. Lesson 01.")
        if not self.path.parent.is_dir():
            raise ValueError(f"there is no folder {self.path.parent} for {self.path.name}: make it first.")
        self._limiter = StreamLimiter() if limit else None
        self._part = self.path.with_name(f".{self.path.name}.{uuid.uuid4().hex[:8]}.part")
        self._file = None

    def __enter__(self):
        import soundfile

        self._file = self._attempt(soundfile.SoundFile, self._part, "w", samplerate=self.sample_rate,
                                   channels=1, format=_FORMATS[self.path.suffix.lower()], subtype="PCM_16")
        return self

    def write(self, samples):
        """Append samples [samples]; ValueError at NaN or, without `limit`, beyond [-1, 1]."""
        samples = as_samples(samples)
        self._put(samples if self._limiter is None else self._limiter.push(samples))

    def _put(self, samples):
        peak = float(np.abs(samples).max(initial=0.0))
        if peak > 1.0 + 1e-6:
            raise ValueError(f"samples reach {peak:.4g}; a file holds -1 to 1. Turn the sound down, or pass "
                             "limit=True. Lesson 01.")
        pcm = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype(np.int16)   # reading divides by 32768
        self._attempt(self._file.write, pcm)
        self.written += len(pcm)

    def _attempt(self, action, *args, **options):
        """Do it; whatever stops a write becomes one OSError that says what to do."""
        import soundfile

        try:
            return action(*args, **options)
        except (soundfile.LibsndfileError, AssertionError, OSError) as error:
            number = getattr(error, "errno", None) or errno.ENOSPC
            what = f"could not finish writing, is the disk full? Nothing was left behind. ({error})"
            raise OSError(number, what, str(self.path)) from error

    def __exit__(self, kind, value, traceback):
        try:
            if kind is None:
                self._finish()
        finally:
            if not self._file.closed:
                self._attempt(self._file.close)
            self._part.unlink(missing_ok=True)

    def _finish(self):
        if self._limiter is not None:
            self._put(self._limiter.flush())
        if self.written == 0:
            raise ValueError(f"nothing was written to {self.path}; wanted at least one sample. Lesson 01.")
        self._attempt(self._file.close)
        found = self._attempt(info, self._part).duration_s * self.sample_rate
        if round(found) != self.written:        # a disk that fills up at the last block tells nobody else
            what = "the disk is full: the file came out short and was removed"
            raise OSError(errno.ENOSPC, what, str(self.path))
        self._attempt(os.replace, self._part, self.path)


def save(path, samples, *, sample_rate, limit=False):
    """Write a mono sound as 16-bit wav or flac, atomically.  A 16-bit file loaded and saved is the same.

    Args:
      path: ends in .wav or .flac; the folder exists.
      samples: sound, [samples], in [-1, 1].
      sample_rate: Hz.
      limit: True lets louder sound through the limiter instead of refusing it.

    Raises:
      ValueError: NaN, beyond [-1, 1] without limit, not [samples], or another file ending.
      OSError: the disk is full or not writable; an older file of this name is still there, no part of a new.
    """
    samples = as_samples(samples)
    with Writer(path, sample_rate=sample_rate, limit=limit) as writer:
        writer.write(samples)
