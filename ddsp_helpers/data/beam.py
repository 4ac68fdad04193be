"""The steps of `prepare` as an Apache Beam pipeline, for people with a cluster: an extra (pip install apache-beam).

Beam wants an older protobuf than the pinned one; give it an environment of its own.  Every worker must see the folder of
the dataset and the recordings under the same path.  Lesson 07 mentions it; the steps are those of data.prepare.
"""

import dataclasses
import pathlib
import shutil

from ddsp_helpers.data import records
from ddsp_helpers.data.dataset import Dataset, Entry
from ddsp_helpers.data.prepare import F_RANGE_HZ, analyse, conclude, entry_of, put_in_place, request_of, split
from ddsp_helpers.spec import SPEC_16K


@dataclasses.dataclass(frozen=True, eq=False)
class Part:
    """What one recording contributes: its file (None when it is left out), entry, features, findings."""

    file: str | None
    entry: Entry | None
    features: object | None
    findings: tuple


def part(recording, *, index, held_out, folder, spec, pitch, f_range_hz=F_RANGE_HZ):
    """Analyses one recording and writes its TFRecord file; the work of one Beam element.

    Args:
      recording: sources.Recording.
      index: its place in the list, which names the file.
      held_out: whether training must not hear it.
      folder: where the file goes.
      spec: SynthSpec.
      pitch: pitch tracker.
      f_range_hz: (lowest, highest) pitch, Hz.

    Returns:
      Part.
    """
    analysed = analyse(recording, spec=spec, pitch=pitch, f_range_hz=f_range_hz)
    if analysed.audio is None:
        return Part(None, None, None, analysed.findings)
    name = f"{'held_out' if held_out else 'train'}-{index:05d}.tfrecord"
    scratch = pathlib.Path(folder) / f".{name}"
    pieces = records.segments(recording.name, analysed.audio, analysed.features, spec=spec)
    records.write(scratch, pieces, spec=spec)
    scratch.replace(pathlib.Path(folder) / name)
    entry = entry_of(recording, held_out, len(analysed.features) / spec.frame_rate)
    return Part(name, entry, None if held_out else analysed.features, analysed.findings)


def gather(parts, *, folder, held, plan):
    """Makes the parts of all recordings a dataset; the last Beam element.

    Args:
      parts: list of Part, in any order.
      folder: holds the files.
      held: names that were to be held out.
      plan: spec, pitch, window_s, stride_s, request.

    Raises:
      ValueError: nothing usable is left.
    """
    used = sorted((part for part in parts if part.file), key=lambda part: part.file)
    files = {side: [part.file for part in used if part.entry.held_out == (side == "held_out")]
             for side in ("train", "held_out")}
    used.sort(key=lambda part: part.entry.held_out)
    conclude(
        pathlib.Path(folder), entries=[part.entry for part in used], held=held, files=files, plan=plan,
        findings=[finding for part in parts for finding in part.findings],
        heard=[part.features for part in used if not part.entry.held_out],
    )


def prepare(recordings, out, *, spec=SPEC_16K, window_s=4.0, stride_s=1.0, held_out=0.15, pitch="crepe-tiny",
            f_range_hz=F_RANGE_HZ, seed=0, options=None):
    """data.prepare.prepare as a Beam pipeline.

    Args:
      recordings, out, spec, window_s, stride_s, held_out, pitch, f_range_hz, seed: as in data.prepare.prepare.
      options: apache_beam PipelineOptions; by default the DirectRunner.

    Returns:
      Dataset.

    Raises:
      ValueError: Beam is missing, `out` exists, or as data.prepare.prepare.
    """
    try:
        import apache_beam as beam
    except ImportError as missing:
        raise ValueError(
            "Apache Beam is not installed: pip install apache-beam in an environment of its own, or use "
            "data.prepare.prepare, which needs no cluster (lesson 07)."
        ) from missing
    out, recordings = pathlib.Path(out).expanduser(), list(recordings)
    if out.exists():
        raise ValueError(f"{out} exists; choose another folder for the new dataset (lesson 07).")
    held = split(recordings, held_out=held_out, seed=seed)
    folder = out.with_name(out.name + ".beam")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    request = request_of(recordings, held, (spec.to_dict(), window_s, stride_s, pitch, *f_range_hz))
    plan = {"spec": spec, "pitch": pitch, "window_s": window_s, "stride_s": stride_s, "request": request}
    work = {"folder": str(folder), "spec": spec, "pitch": pitch, "f_range_hz": f_range_hz}
    with beam.Pipeline(options=options) as pipeline:
        (pipeline
         | "recordings" >> beam.Create(list(enumerate(recordings)))
         | "one worker each" >> beam.Reshuffle()
         | "analyse and write" >> beam.Map(
             lambda pair: part(pair[1], index=pair[0], held_out=pair[1].name in held, **work))
         | "together" >> beam.combiners.ToList()
         | "describe" >> beam.Map(gather, folder=str(folder), held=held, plan=plan))
    put_in_place(folder, out)
    return Dataset.open(out)
