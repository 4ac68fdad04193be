"""What several words of the command line share: options, and files that are checked before anything heavy is loaded."""
import os
from pathlib import Path
import shutil
import tempfile

from ddsp_helpers.progress import load_tensorflow
from ddsp_helpers.spec import SPEC_16K, SPEC_48K

_PITCH = ("crepe-tiny", "crepe-small", "crepe-medium", "crepe-large", "crepe-full", "swiftf0", "pyin")
_PITCH_HELP = ("who listens for the pitch: crepe-tiny (default: quick and good), crepe-small, crepe-medium, "
               "crepe-large, crepe-full (each surer and slower), swiftf0 (quickest), pyin (the classic, which learned nothing)")
_SHORTEST_S = 0.1           # of a sound in which a note can be heard
SPECS = {"16000": SPEC_16K, "48000": SPEC_48K}


def place(text):
    """A path as it was typed: ~ is the home folder also where no shell says so, as in --out=~/x or in quotes."""
    return Path(os.path.expanduser(text))


def pitch_option(sub):
    """--pitch."""
    sub.add_argument("--pitch", choices=_PITCH, default="crepe-tiny", metavar="TRACKER", help=_PITCH_HELP)


def model_options(sub, *, folder="checkpoints"):
    """--instrument (of what ships in that folder of data/) or --model, and --sample-rate."""
    from ddsp_helpers import assets

    names = ", ".join(assets.trained_instruments(folder=folder)) or "none yet"
    which = sub.add_mutually_exclusive_group(required=True)
    which.add_argument("--instrument", metavar="NAME", help=f"an instrument that comes with the course: {names}")
    which.add_argument("--model", type=place, metavar="FILE",
                       help="an instrument that you trained: a .npz file or training folder")
    version_option(sub)


def version_option(sub):
    """--sample-rate of an instrument that ships."""
    sub.add_argument("--sample-rate", choices=sorted(SPECS), default="16000",
                     help="which version of an instrument that comes with the course, in Hz (default: %(default)s)")


def model_file(path):
    """The .npz file of a model that may be named by its training folder.

    Raises:
      ValueError: there is none.
    """
    for candidate in (path, path / "best.npz"):
        if candidate.is_file():
            return candidate
    raise ValueError(f"There is no model at {path}; a .npz file or the folder of a training was wanted. Make one with: "
                     "python -m ddsp_helpers train DATASET -o MODEL.npz")


def instrument_file(name, *, sample_rate):
    """The .npz of an instrument that is named as it ships, or that lies in a file or training folder.

    Args:
      name: Path of `place`.
      sample_rate: which version of what ships, Hz.

    Raises:
      ValueError: there is neither.
    """
    from ddsp_helpers import assets

    if not name.exists() and name.suffix != ".npz" and name.name == str(name):
        return assets.checkpoint(str(name), sample_rate=sample_rate)
    return model_file(name)


def load_model(options, *, folder="checkpoints", load=None):
    """The model that model_options asked for, read by models.load or another function."""
    from ddsp_helpers import assets

    if options.model:
        file = model_file(options.model)
    else:
        file = assets.checkpoint(options.instrument, sample_rate=int(options.sample_rate), folder=folder)
    load_tensorflow()
    from ddsp_helpers import models

    return (load or models.load)(file)


def new_file(path, *, endings, source=None):
    """A path to write to, refused before hours of work rather than after.

    Raises:
      ValueError: another ending, a folder, a place where nothing can be written, or the file `source`, which is read.
    """
    if path.suffix.lower() not in endings:
        raise ValueError(f"{path} ends in {path.suffix!r}; {' or '.join(endings)} was wanted.")
    if path.is_dir():
        raise ValueError(f"{path} is a folder; the name of a file was wanted.")
    if source is not None and path.exists() and path.samefile(source):
        raise ValueError(f"{path} is the recording itself, which would be lost; another name was wanted.")
    there = next(folder for folder in path.absolute().parents if folder.exists())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        raise ValueError(f"In {there} nothing can be written; another place for {path.name} was wanted.")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def copy_whole(source, target):
    """Copy a file so that the target is complete or as it was."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        part = shutil.copyfile(source, Path(scratch) / target.name)
        os.replace(part, target)


def sound_file(path):
    """Refuses what is no sound, or too short for a note, before anything heavy is loaded.

    Raises:
      ValueError: it is.
    """
    from ddsp_helpers import audio

    lasts_s = audio.info(path).duration_s
    if lasts_s < _SHORTEST_S:
        raise ValueError(f"{path} lasts {1000 * lasts_s:.3g} ms, too short to hear a note in it; at least "
                         f"{1000 * _SHORTEST_S:g} ms of sound were wanted (lesson 06).")
