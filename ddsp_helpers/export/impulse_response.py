"""The learned room of an instrument as a wav file, for any convolution reverb.

    write(model, "violin room.wav")
"""

import os
import pathlib
import uuid

import numpy as np

from ddsp_helpers.export.report import Report


def write(model, path):
    """Writes what a click becomes in the instrument's room: the click itself at sample 0, then what comes back.

    A reverb set to "100 % wet" sounds as the instrument does; one that adds the dry sound by itself needs the first
    sample muted. The numbers are 32-bit floating-point, so that the quiet end of the room is not lost, and the file
    says the instrument's own sample rate: a program at another rate must resample it, and does.

    Args:
      model: models.Autoencoder with a learned room (reverb_s above 0).
      path: file name ending in .wav; it appears whole or not at all.

    Returns:
      report.Report.

    Raises:
      ValueError: the model has no room, the ending is another, or the file does not read back as it was written.
    """
    import soundfile

    path = pathlib.Path(path)
    if path.suffix.lower() != ".wav":
        raise ValueError(f"{path} came for an impulse response; a file name ending in .wav was wanted (lesson 04).")
    if model.reverb is None:
        raise ValueError("The instrument has no learned room; one was wanted that was trained with reverb_s above 0 "
                         "(lessons 04 and 09).")
    taps, rate = np.asarray(model.reverb.impulse_response())[0], model.model_spec.synth.sample_rate
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        soundfile.write(part, taps, rate, format="WAV", subtype="FLOAT")
        found, found_rate = soundfile.read(part, dtype="float32")
        if found_rate != rate or not np.array_equal(found, taps):
            raise ValueError(f"{path} reads back as {len(found)} samples at {found_rate} Hz, not as the {len(taps)} "
                             f"at {rate} Hz that were written: is the disk full?")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return Report("impulse response", path, (
        ("sample rate in the header", f"{found_rate} Hz, the instrument's own"),
        ("samples read back", f"{len(found)} ({len(found) / rate:.2f} s), every one equal, dry click included"),
    ))
