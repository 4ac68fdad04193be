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
    """The one instrument of a format that takes exactly one, if pitch and loudness are all that it plays from.

    Args:
      models: list of models.Autoencoder.
      format: a name of `export.FORMATS`, for the message.

    Raises:
      ValueError: none came, or several, or something that is no instrument of pitch and loudness.
    """
    from ddsp_helpers.models.model_spec import ModelSpec

    models = list(models)
    if len(models) != 1:
        raise ValueError(f"The format {format} came with {len(models)} instruments; exactly one was wanted. A web "
                         "page takes up to four (lesson 13).")
    model_spec = getattr(models[0], "model_spec", None)
    if not isinstance(model_spec, ModelSpec):
        raise ValueError(f"The format {format} came with {type(models[0]).__name__}; a models.Autoencoder was wanted, "
                         "an instrument that plays from pitch and loudness (lessons 09 and 13).")
    if model_spec.z_dims:
        raise ValueError(f"The format {format} came with an instrument of z_dims={model_spec.z_dims}; none was wanted: "
                         "outside of Python nobody says which latent timbre to play (lesson 15).")
    return models[0]
