"""What an export says when it has arrived: each claim with the measurement that proves it."""

import dataclasses
import pathlib


@dataclasses.dataclass(frozen=True)
class Report:
    """A file that left the notebook, and how it was proved.

    Args:
      format: a name of `export.FORMATS`.
      path: the file, or the folder, that was written.
      checks: pairs of texts: what was checked, what was measured.

    >>> print(Report("onnx", "violin.onnx", (("size", "1.2 MB"), ("largest difference", "2e-7"))))
    violin.onnx (onnx), each with proof:
      size                1.2 MB
      largest difference  2e-7
    """

    format: str
    path: pathlib.Path
    checks: tuple

    def __str__(self):
        width = max((len(what) for what, _ in self.checks), default=0)
        lines = [f"  {what.ljust(width)}  {measured}" for what, measured in self.checks]
        return "\n".join([f"{self.path} ({self.format}), each with proof:", *lines])


def only(models, *, format):
    """The one model of a format that takes exactly one.

    Raises:
      ValueError: none came, or several.

    >>> only(["violin"], format="onnx")
    'violin'
    """
    models = list(models)
    if len(models) != 1:
        raise ValueError(f"The format {format} came with {len(models)} instruments; exactly one was wanted. A web page takes "
                         "up to four (lesson 13).")
    return models[0]
