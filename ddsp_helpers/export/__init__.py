"""A trained instrument leaves the notebook: into a plugin, a web page, another program; and proves that it arrived.

Every format is a module of this room with  write(models, out, **options) -> report.Report : it writes the file `out`
(and whatever belongs beside it), reads it back with nothing but the file, and compares.  A module is imported when it
is used. Lesson 13 writes a plugin and a page, and says where each format is at home.
"""

import dataclasses
import importlib
import inspect
import os
import pathlib
import tempfile
from typing import NamedTuple


class Format(NamedTuple):
    """The module that writes a format, the ending of its file ("" for a folder), and what it is for."""

    module: str
    ending: str
    about: str


FORMATS = {
    "vst": Format("ddsp_helpers.export.vst", ".tflite", "the DDSP-VST plugin of Magenta, in your music software"),
    "web": Format("ddsp_helpers.export.web", ".html", "one page that plays up to four instruments in a browser"),
    "neutone": Format("ddsp_helpers.export.neutone", ".nm", "the Neutone plugin, in your music software"),
    "savedmodel": Format("ddsp_helpers.export.savedmodel", "", "a folder for programs that use TensorFlow"),
    "onnx": Format("ddsp_helpers.export.onnx", ".onnx", "for programs in any language, by ONNX Runtime"),
}


def export(models, out, *, format, **options):
    """Writes an instrument for use outside of Python, proves the file, and only then lets it appear.

    Args:
      models: a models.Autoencoder, or for a format that takes several a list of them.
      out: the file to write; its ending is that of the format.  What was there before is replaced, a folder only if it
        is empty or an export too.
      format: a name of FORMATS.
      **options: of the format's own `write`.

    Returns:
      Report: what was checked and what was measured.

    Raises:
      ValueError: an unknown format or option, another ending, a folder of something else at `out`, a model that the
        format cannot carry, or a file that failed its proof; then nothing new is left behind.

    >>> sorted(FORMATS)
    ['neutone', 'onnx', 'savedmodel', 'vst', 'web']
    """
    write, out = writer(format, out, options), pathlib.Path(out)
    _refuse_to_lose(out, format)
    models = models if isinstance(models, (list, tuple)) else [models]
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        made = pathlib.Path(scratch) / "made"
        made.mkdir()
        report = write(models, made / out.name, **options)
        for part in sorted(made.iterdir(), key=lambda part: part.name == out.name):   # what was asked for comes last
            _replace(part, out.parent / part.name, pathlib.Path(scratch) / "before")
    return dataclasses.replace(report, path=out)


def writer(format, out, options=()):
    """The `write` of a format, after format, ending and options were looked at.

    Raises:
      ValueError: one of them is not of this room.
    """
    if format not in FORMATS:
        raise ValueError(f"format came as {format!r}; one of {', '.join(FORMATS)} was wanted (lesson 13).")
    ending = FORMATS[format].ending
    if pathlib.Path(out).suffix != ending:
        wanted = f"a file name ending in {ending}" if ending else "the name of a folder, without an ending,"
        raise ValueError(f"{out} came for the format {format}; {wanted} was wanted (lesson 13).")
    write = importlib.import_module(FORMATS[format].module).write
    known = list(inspect.signature(write).parameters)[2:]
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise ValueError(f"The format {format} came with {', '.join(unknown)}; it knows "
                         f"{', '.join(known) or 'no options'} (lesson 13).")
    return write


def _refuse_to_lose(out, format):
    """A ValueError where an export would take the place of something else than a file, or a folder of an export."""
    if out.is_dir():
        exported = not FORMATS[format].ending and ((out / "saved_model.pb").is_file() or not any(out.iterdir()))
        if not exported:
            raise ValueError(f"{out} is a folder with something else in it; another name for the format {format} was "
                             "wanted (lesson 13).")
    elif out.exists() and not FORMATS[format].ending:
        raise ValueError(f"{out} is a file; the name of a folder was wanted for the format {format} (lesson 13).")


def _replace(part, target, before):
    """Moves a finished file or folder into place; a folder that was there goes first, and comes back if that fails."""
    if not target.is_dir():
        os.replace(part, target)
        return
    os.replace(target, before)
    try:
        os.replace(part, target)
    except OSError:
        os.replace(before, target)
        raise
