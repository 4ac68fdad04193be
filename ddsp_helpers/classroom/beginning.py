"""`start`: the first line of every lesson. It looks, says what it finds, and changes no installation."""

import dataclasses
import importlib.metadata
import importlib.util
import os
import pathlib
import platform
import random
import shutil
import sys

import numpy as np

SEED = 0
_NEEDED = {          # module -> (package, what to do without it)
    "numpy": "numpy", "scipy": "scipy", "soundfile": "soundfile", "soxr": "soxr", "matplotlib": "matplotlib",
    "tensorflow": "tensorflow", "keras": "keras", "ipywidgets": "ipywidgets", "anywidget": "anywidget",
}
_WITH_TENSORFLOW = ("00", *(f"{number:02d}" for number in range(5, 18)))
_TESTED_TF = ("2.19", "2.20", "2.21")


@dataclasses.dataclass(frozen=True)
class Lesson:
    """What `start` found: number of the lesson, whether to hurry, how many CPU cores, what is missing."""

    number: str
    fast: bool
    cores: int
    missing: tuple

    def choose(self, normal, fast):
        """normal, or fast where DDSP_FAST=1 asks for a short run (fewer steps, never another path)."""
        return fast if self.fast else normal

    def load_tensorflow(self):
        """Imports TensorFlow, quietly and seeded, where a lesson that begins without it (01 to 04) first needs it."""
        _load_tensorflow(SEED)

    def folder(self, name, *, fresh=False):
        """Where this lesson keeps what it makes: work/NN/name beside the notebook.

        Args:
          name: of the folder.
          fresh: True empties what an earlier run left there.
        """
        path = pathlib.Path("work", self.number, name).absolute()
        if fresh and path.exists():
            shutil.rmtree(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def start(number, *, seed=SEED):
    """Begins a lesson: sets the seeds and reports versions, cores and anything missing.

    It upgrades and installs nothing.  DDSP_FAST=1 in the environment makes the lessons that train take fewer steps.

    Args:
      number: two digits, e.g. "06".
      seed: for the random numbers of Python and NumPy.

    Returns:
      Lesson.

    Raises:
      ValueError: number is not two digits.
    """
    if not (isinstance(number, str) and len(number) == 2 and number.isdigit()):
        raise ValueError(f"number came as {number!r}; two digits such as '06' were wanted (lesson 00).")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")      # TensorFlow's start-up chatter is no part of a lesson
    random.seed(seed)
    np.random.seed(seed)
    if number in _WITH_TENSORFLOW and importlib.util.find_spec("tensorflow") and importlib.util.find_spec("keras"):
        _load_tensorflow(seed)
    missing = tuple(package for module, package in _NEEDED.items() if importlib.util.find_spec(module) is None)
    lesson = Lesson(number, os.environ.get("DDSP_FAST") == "1", os.cpu_count() or 1, missing)
    print(report(lesson, seed=seed))
    return lesson


def _load_tensorflow(seed):
    """Imports TensorFlow and sets its seed, without the lines about devices that it writes past Python."""
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        import keras
        import tensorflow as tf

        keras.utils.set_random_seed(seed)
        tf.zeros([1])                   # the first operation looks for devices
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def report(lesson, *, seed=SEED):
    """The lines that `start` prints."""
    versions = ", ".join(f"{name} {_version(name)}" for name in ("ddsp_helpers", "tensorflow", "keras", "numpy"))
    lines = [
        f"Lesson {lesson.number} · Python {platform.python_version()} · {versions}",
        f"{lesson.cores} CPU cores · seed {seed}" + (" · short run (DDSP_FAST=1)" if lesson.fast else ""),
    ]
    if lesson.missing:
        lines.append(f"Missing: {', '.join(lesson.missing)}. Run  %pip install {' '.join(lesson.missing)}  once, then "
                     "choose Restart kernel, then run this cell again.")
    elif not _version("tensorflow").startswith(_TESTED_TF):
        lines.append(f"TensorFlow {_version('tensorflow')} is not one of the tested versions ({', '.join(_TESTED_TF)}). "
                     "If something fails below, `python course.py` makes an environment in which it works.")
    else:
        lines.append("Ready. Sounds never start by themselves; begin with the volume low.")
    return "\n".join(lines)


def _version(package):
    """The installed version of a package, or "none"."""
    if package == "ddsp_helpers":
        from ddsp_helpers import __version__

        return __version__
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "none"
