"""Where recordings come from: folders of sound files, or anything that can hand over samples.

A `Recording` knows its name, its *group* (what must stay together when recordings are held out) and how to load itself.
Lesson 07 uses it.
"""

import dataclasses
import filecmp
import functools
import pathlib
import re
import warnings
from typing import Callable

import numpy as np

from ddsp_helpers import audio
from ddsp_helpers.data import notes

SUFFIXES = (".wav", ".mp3", ".flac", ".ogg", ".oga", ".opus", ".aif", ".aiff", ".aifc", ".au", ".caf", ".w64", ".rf64")
UNREADABLE = (".m4a", ".m4b", ".aac", ".wma", ".mp4", ".mov", ".mkv", ".webm", ".avi", ".amr", ".3gp", ".ape", ".wv")
_LONG_S = 600.0      # a longer file is read in takes, so that an hour never lies in memory at once
_TAKE_S = 300.0


@dataclasses.dataclass(frozen=True)
class Recording:
    """One recording, loaded when it is needed.

    Args:
      name: unique within a dataset, for people.
      group: recordings of one group are held out together.
      sample_rate: of what load returns, Hz.
      duration_s: length, seconds.
      load: () -> audio.Audio.
      fingerprint: changes when the sound changes; prepared features are kept under it.
      licence: under which the sound may be used.
      credit: whom to credit.
      notes: what is played (melodies.Note), where it is known.
      held_out: True where the source itself holds it out, False beside such recordings, else None.
    """

    name: str
    group: str
    sample_rate: int
    duration_s: float
    load: Callable[[], audio.Audio] = dataclasses.field(repr=False)
    fingerprint: str = dataclasses.field(repr=False)
    licence: str = ""
    credit: str = ""
    notes: tuple = dataclasses.field(default=(), repr=False)
    held_out: bool | None = None


def folder(path, *, group="auto", take_s=None, licence="", credit=""):
    """The recordings of a folder (and its sub-folders), or of one file.

    Args:
      path: a folder, or one sound file: anything libsndfile reads, any rate, mono or not.  Copies are left out.
      group: what stays together in the held-out split.  "auto": the note for a folder of single notes (so all takes of
        one note go to the same side), else the file; "file" (a wav and the flac of its name are one); "folder"; or a
        regular expression whose groups name it, e.g. r"(.*)_rr[0-9]" for takes.
      take_s: cut every file at its quietest moments into takes of about this many seconds, each its own group.  Held
        out are then whole takes of the same session: more honest than windows, less than other recordings.
      licence: of the recordings, for the dataset and the model card.
      credit: whom to credit.

    Returns:
      list of Recording, sorted by name.

    Raises:
      ValueError: nothing there, no sound files, an unreadable file, or an expression that does not match a file.
    """
    path = pathlib.Path(path).expanduser()
    if not path.exists():
        raise ValueError(f"{path} does not exist; a folder of recordings or a sound file was wanted (lesson 07).")
    files = [path] if path.is_file() else _without_copies(sorted(file for file in path.rglob("*") if _is_sound(file)))
    foreign = [file for file in sorted(path.rglob("*")) if _is_sound(file, UNREADABLE)]
    if not files:
        remedy = _convert(foreign) if foreign else "Put your recordings there, or convert m4a and video to wav first"
        raise ValueError(f"{path} holds no sound files ({', '.join(SUFFIXES[:5])} …). {remedy} (lesson 07).")
    if foreign:
        warnings.warn(f"{_convert(foreign)} (lesson 07).", stacklevel=2)
    root = path.parent if path.is_file() else path
    name_group = _grouping(files, root, group)
    return [
        recording
        for file in files
        for recording in _takes(file, root, name_group(file), take_s, {"licence": licence, "credit": credit})
    ]


def _is_sound(file, suffixes=SUFFIXES):
    return file.suffix.lower() in suffixes and not file.name.startswith(".") and file.is_file()


def _convert(files):
    """What to do with files that libsndfile does not read."""
    names = ", ".join(file.name for file in files[:5]) + (f" and {len(files) - 5} more" if len(files) > 5 else "")
    file = files[0]
    return f'{names} cannot be read here; convert to wav first: ffmpeg -i "{file}" "{file.with_suffix(".wav")}"'


def _without_copies(files):
    """Files that differ: a copy under another name could be learnt from and held out."""
    kept = {}
    for file in files:
        alike = kept.setdefault(file.stat().st_size, [])
        twin = next((other for other in alike if filecmp.cmp(file, other, shallow=False)), None)
        if twin:
            warnings.warn(f"{file.name} is a copy of {twin.name} and is left out (lesson 07).", stacklevel=3)
        else:
            alike.append(file)
    return sorted(file for alike in kept.values() for file in alike)


def _grouping(files, root, group):
    """The function from file to group name."""
    if group == "auto":
        group = "note" if len(files) >= 8 and all(map(_promises_note, files)) else "file"
    if group in ("note", "file", "folder"):
        return {
            "note": lambda file: f"note {notes.label(file.name)}",
            "file": lambda file: file.relative_to(root).with_suffix("").as_posix(),
            "folder": lambda file: file.parent.relative_to(root).as_posix(),
        }[group]

    def by_expression(file):
        found = re.search(group, file.name)
        if not found:
            raise ValueError(f"group={group!r} does not match {file.name}; every file must match (lesson 07).")
        return " ".join(part for part in (found.groups() or (found.group(),)) if part)

    return by_expression


def _promises_note(file):
    try:
        return notes.label(file.name) >= 0
    except ValueError:
        return False


def _takes(file, root, group, take_s, rights):
    """A file as one recording, or cut into takes."""
    info = audio.info(file)
    name = file.relative_to(root).as_posix()
    state = file.stat()
    mark = f"{name}:{state.st_size}:{state.st_mtime_ns}"
    wanted_s = take_s or (_TAKE_S if info.duration_s > _LONG_S else None)
    edges = cuts(file, take_s=wanted_s) if wanted_s and info.duration_s > 1.5 * wanted_s else [0.0, info.duration_s]
    pieces = list(zip(edges[:-1], edges[1:]))
    if len(pieces) == 1:
        return [Recording(name, group, info.sample_rate, info.duration_s, _loader(file, 0.0, None), mark, **rights)]
    return [
        Recording(
            f"{name} take {index + 1}", f"{group} take {index + 1}" if take_s else group, info.sample_rate, end - start,
            _loader(file, start, end - start), f"{mark}:{start:.3f}-{end:.3f}", **rights,
        )
        for index, (start, end) in enumerate(pieces)
    ]


def _loader(file, offset_s, duration_s):
    """A loader that can be sent to another process."""
    return functools.partial(audio.load, file, offset_s=offset_s, duration_s=duration_s)


def cuts(file, *, take_s):
    """Where to cut a long file: near every multiple of take_s, at the quietest tenth of a second within a quarter.

    Args:
      file: a sound file of any length; it is read in blocks.
      take_s: wanted length of a take, seconds.

    Returns:
      Edges in seconds, from 0 to the length of the file.
    """
    if not take_s >= 1:
        raise ValueError(f"take_s={take_s} came; takes of at least 1 s were wanted (lesson 07).")
    rate = audio.info(file).sample_rate
    step = rate // 10
    level, rest, total = [], np.zeros(0, np.float32), 0
    for block in audio.blocks(file, block_s=10.0):
        block = np.concatenate([rest, block])
        count = len(block) // step
        level.append(np.square(block[:count * step]).reshape(count, step).mean(axis=1))
        rest, total = block[count * step:], total + count * step
    level, length_s = np.concatenate(level), (total + len(rest)) / rate
    edges, target = [0.0], take_s
    while target < length_s - take_s / 2:
        low, high = int((target - take_s / 4) * 10), int((target + take_s / 4) * 10)
        edges.append((low + int(np.argmin(level[low:high])) + 0.5) / 10)
        target += take_s
    return [*edges, length_s]
