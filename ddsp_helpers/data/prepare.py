"""Recordings become a dataset: analyse each once, hold some out, write everything, appear at the end.  Lesson 07.

The steps are plain functions (`split`, `analyse`, `records.segments`, `records.serialize`, `statistics.measure`), used
here on all cores of one machine and in `data.beam` on a cluster.
"""

import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import time
import warnings

import filelock
import numpy as np

from ddsp_helpers import audio as audio_files
from ddsp_helpers.data import records, statistics
from ddsp_helpers.data.dataset import DESCRIPTION, Dataset, Entry, describe
from ddsp_helpers.data.diagnose import Finding, diagnose
from ddsp_helpers.spec import SPEC_16K

F_RANGE_HZ = (32.7, 2000.0)
_SHARD_BYTES = 100e6


@dataclasses.dataclass(frozen=True, eq=False)
class Analysed:
    """A recording with its features: audio [n] at the dataset's rate, features.Features, list of Finding.

    audio and features are None where an error finding says why nothing can be learned from it.
    """

    audio: np.ndarray | None
    features: object | None
    findings: tuple


def prepare(recordings, out, *, spec=SPEC_16K, window_s=4.0, stride_s=1.0, held_out=0.15, pitch="crepe-tiny",
            f_range_hz=F_RANGE_HZ, workers=None, seed=0, overwrite=False, progress=True):
    """Makes a dataset from recordings.

    Interrupted, it goes on where it stopped when it is called again; the folder `out` appears only when it is complete.
    Of two programs that prepare the same folder at once the second waits for the first.
    Recordings with an error finding are left out with a warning; Dataset.findings lists everything.

    Args:
      recordings: list of sources.Recording: data.folder(...), data.performances(...) or your own.
      out: folder of the new dataset.
      spec: SynthSpec; the audio is resampled to its rate.
      window_s: length of training windows, seconds.
      stride_s: distance of training windows, seconds.
      held_out: share of the recorded time to hold out, 0 ... 0.5, by whole groups of recordings; 0 for none.
      pitch: pitch tracker, see features.extract.
      f_range_hz: (lowest, highest) pitch of the instrument, Hz; a narrow range spares octave errors (a violin begins at
        196 Hz, a flute at 247 Hz).
      workers: how many recordings at once, at least 1; None takes the number of cores.
      seed: of the held-out choice.
      overwrite: replace a dataset that was made from something else.
      progress: True prints; a function is called with (done, total, name); False is silent.

    Returns:
      Dataset.

    Raises:
      ValueError: no usable recordings, nothing that could be held out, `out` holds another dataset, no notes in them,
        or workers below 1.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"workers came as {workers}; at least 1 was wanted, or None for one a core (lesson 07).")
    out, recordings = pathlib.Path(out).expanduser(), list(recordings)
    held = split(recordings, held_out=held_out, seed=seed)
    request = request_of(recordings, held, (spec.to_dict(), window_s, stride_s, pitch, *f_range_hz))
    plan = {"spec": spec, "pitch": pitch, "window_s": window_s, "stride_s": stride_s, "request": request}
    out.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(out.with_name(f".{out.name}.lock")):
        if not _is_there(out, request, overwrite=overwrite):
            partial = out.with_name(out.name + ".partial")
            partial.mkdir(exist_ok=True)
            settings = {"spec": spec, "pitch": pitch, "f_range_hz": tuple(f_range_hz)}
            kept = _analyse_all(recordings, partial, settings, workers=workers, progress=_reporter(progress))
            put_in_place(_write(recordings, kept, held, partial / "finished", plan), out)
            shutil.rmtree(partial)
    return Dataset.open(out)


def _is_there(out, request, *, overwrite):
    """Whether `out` holds what was asked for; something else is refused, unless it may be overwritten."""
    if (out / DESCRIPTION).is_file():
        try:
            if Dataset.open(out).request == request:
                return True
        except ValueError:
            if not overwrite:
                raise
    if out.exists() and not overwrite:
        raise ValueError(f"{out} exists and holds something else; choose another folder (in Python overwrite=True "
                         "replaces it; lesson 07).")
    return False


def split(recordings, *, held_out=0.15, seed=0):
    """Chooses what training never hears, by whole groups.

    Where a source holds recordings out (Recording.held_out), it is those.

    Args:
      recordings: list of Recording with unique names.
      held_out: share of the recorded time, 0 ... 0.5.
      seed: of the choice.

    Returns:
      Set of the names that are held out.

    Raises:
      ValueError: no recordings, names twice, a share out of range, or a single group.
    """
    names = [recording.name for recording in recordings]
    if not names or len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"Recordings with different names were wanted; {twice[:3] or 'none'} came (lesson 07).")
    if not 0 <= held_out <= 0.5:
        raise ValueError(f"held_out={held_out} came; a share of 0 to 0.5 was wanted (lesson 07).")
    decided = {recording.name for recording in recordings if recording.held_out}
    if decided or held_out == 0:
        return decided
    seconds = {}
    for recording in recordings:
        seconds[recording.group] = seconds.get(recording.group, 0.0) + recording.duration_s
    if len(seconds) < 2:
        raise ValueError(
            "All recordings belong together, so none can be held out honestly. Add another recording, or cut this one into "
            "takes: folder(path, take_s=30), on the command line --take 30 (lesson 07)."
        )
    return _choose(recordings, seconds, held_out, seed)


def _choose(recordings, seconds, held_out, seed):
    """Draws groups until the share is reached, skipping those that would overshoot by far."""
    wanted, chosen, total = held_out * sum(seconds.values()), set(), 0.0
    groups = [str(group) for group in np.random.default_rng(seed).permutation(sorted(seconds))]
    for group in groups:
        if total + seconds[group] <= 1.25 * wanted:
            chosen.add(group)
            total += seconds[group]
    if not chosen:
        chosen = {min(groups, key=seconds.get)}
    return {recording.name for recording in recordings if recording.group in chosen}


def analyse(recording, *, spec=SPEC_16K, pitch="crepe-tiny", f_range_hz=F_RANGE_HZ):
    """Loads a recording, resamples it, extracts its features and looks for what is wrong.

    Args:
      recording: sources.Recording.
      spec: SynthSpec of the dataset.
      pitch: pitch tracker.
      f_range_hz: (lowest, highest) pitch, Hz.

    Returns:
      Analysed; bad sound comes back as an error finding, not as an exception.
    """
    from ddsp_helpers import features

    try:
        sound = recording.load()
    except ValueError as bad:
        kind = "nan" if "NaN" in str(bad) else "unreadable"
        found = Finding(kind, "error", (0.0, 0.0), str(bad).rstrip("."), "Leave it out or export it again",
                        recording.name)
        return Analysed(None, None, (found,))
    found = diagnose(sound.samples, sample_rate=sound.sample_rate, recording=recording.name)
    if any(finding.severity == "error" for finding in found):
        return Analysed(None, None, tuple(found))
    heard = features.extract(sound.samples, sample_rate=sound.sample_rate, frame_rate=spec.frame_rate, pitch=pitch,
                             f_min=f_range_hz[0], f_max=f_range_hz[1])
    found = diagnose(sound.samples, heard, sample_rate=sound.sample_rate, recording=recording.name)
    samples = audio_files.resample(sound.samples, from_hz=sound.sample_rate, to_hz=spec.sample_rate)
    return Analysed(records.align(samples, heard, spec=spec), heard, tuple(found))


def request_of(recordings, held, settings):
    """A fingerprint of everything that the dataset depends on."""
    from ddsp_helpers.features import FEATURE_VERSION

    parts = [[recording.name, recording.fingerprint, recording.name in held] for recording in recordings]
    content = json.dumps([parts, settings, FEATURE_VERSION, records.FORMAT])
    return hashlib.sha256(content.encode()).hexdigest()


def _analyse_all(recordings, partial, settings, *, workers, progress):
    """Analyses what is not analysed yet, several at once; returns {name: file}."""
    from ddsp_helpers.features import FEATURE_VERSION

    spec = settings["spec"]
    mark = json.dumps([spec.sample_rate, spec.frame_rate, settings["pitch"], settings["f_range_hz"], FEATURE_VERSION])
    files = {
        recording.name: partial / (hashlib.sha256(f"{recording.fingerprint}{mark}".encode()).hexdigest()[:32] + ".npz")
        for recording in recordings
    }

    def work(recording):
        if not files[recording.name].is_file():
            _keep(files[recording.name], analyse(recording, **settings))
        return recording.name

    workers = workers or os.cpu_count() or 1
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        waiting = [pool.submit(work, recording) for recording in recordings]
        try:
            for done, future in enumerate(concurrent.futures.as_completed(waiting), start=1):
                progress(done, len(recordings), future.result())
        finally:
            pool.shutdown(cancel_futures=True)
    return files


def _keep(file, analysed):
    """Writes one analysed recording; half a file never counts."""
    arrays = {"findings": np.array(json.dumps([dataclasses.asdict(finding) for finding in analysed.findings]))}
    if analysed.audio is not None:
        arrays["audio"] = analysed.audio
        arrays |= {name: getattr(analysed.features, name) for name in records.FEATURES}
    scratch = file.with_suffix(".writing")
    with scratch.open("wb") as target:
        np.savez(target, **arrays)
    os.replace(scratch, file)


def _kept(file, spec):
    """The inverse of _keep."""
    from ddsp_helpers.features import Features

    with np.load(file) as arrays:
        found = tuple(Finding(**{**f, "where_s": tuple(f["where_s"])}) for f in json.loads(str(arrays["findings"])))
        if "audio" not in arrays:
            return Analysed(None, None, found)
        heard = Features(**{name: arrays[name] for name in records.FEATURES}, frame_rate=spec.frame_rate)
        return Analysed(arrays["audio"], heard, found)


def _write(recordings, files, held, folder, plan):
    """Writes the TFRecord files and dataset.json into a fresh folder."""
    spec = plan["spec"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    entries, findings, left_out, heard, names = [], [], [], [], {}
    for side, wanted in (("train", False), ("held_out", True)):
        writer = _Shards(folder, side, spec)
        for recording in (r for r in recordings if (r.name in held) == wanted):
            analysed = _kept(files[recording.name], spec)
            findings += analysed.findings
            if analysed.audio is None:
                left_out += analysed.findings
                continue
            writer.add(records.segments(recording.name, analysed.audio, analysed.features, spec=spec))
            entries.append(entry_of(recording, wanted, len(analysed.features) / spec.frame_rate))
            if not wanted:
                heard.append(analysed.features)
        names[side] = writer.close()
    conclude(folder, entries=entries, findings=findings, heard=heard, held=held, files=names, plan=plan)
    say_left_out(left_out, stacklevel=4)
    return folder


def say_left_out(findings, *, stacklevel):
    """Warns of each error finding: its recording was left out of what was made."""
    for finding in findings:
        warnings.warn(f"Left out: {finding}", stacklevel=stacklevel)


def conclude(folder, *, entries, findings, heard, held, files, plan):
    """Measures the statistics and writes dataset.json: the last step, which makes a folder a dataset.

    Args:
      folder: holds the TFRecord files already.
      entries: list of dataset.Entry.
      findings: list of Finding.
      heard: features.Features of each training recording.
      held: names that were to be held out.
      files: {"train": [...], "held_out": [...]}.
      plan: the other fields of Dataset: spec, pitch, window_s, stride_s, request.

    Raises:
      ValueError: nothing usable is left on one of the sides.
    """
    if not heard or (held and not any(entry.held_out for entry in entries)):
        missing = "to train on" if not heard else "to hold out"
        raise ValueError(
            f"No usable recording is left {missing} (lesson 07):\n" + "\n".join(f"- {finding}" for finding in findings)
        )
    numbers = statistics.measure(heard, frame_rate=plan["spec"].frame_rate)
    dataset = Dataset(path=folder, feature_version=records.FEATURE_VERSION, recordings=tuple(entries),
                      statistics=numbers, findings=tuple(findings), files=files, **plan)
    (folder / DESCRIPTION).write_text(json.dumps(describe(dataset), indent=1), encoding="utf-8")


def entry_of(recording, held_out, seconds):
    """What the dataset remembers of a recording."""
    notes = tuple((note.onset_s, note.duration_s, note.midi, note.velocity) for note in recording.notes)
    return Entry(recording.name, recording.group, held_out, seconds, recording.licence, recording.credit, notes)


class _Shards:
    """Writes segments into numbered TFRecord files of about 100 MB."""

    def __init__(self, folder, side, spec):
        self._folder, self._side, self._spec = folder, side, spec
        self._names, self._waiting, self._bytes = [], [], 0

    def add(self, segments):
        self._waiting += segments
        self._bytes += sum(segment.audio.nbytes for segment in segments)
        if self._bytes > _SHARD_BYTES:
            self._flush()

    def close(self):
        if self._waiting:
            self._flush()
        return self._names

    def _flush(self):
        name = f"{self._side}-{len(self._names):05d}.tfrecord"
        records.write(self._folder / name, self._waiting, spec=self._spec)
        self._names.append(name)
        self._waiting, self._bytes = [], 0


def put_in_place(finished, out):
    """Renames the finished folder to its place; an old dataset goes away only then."""
    old = out.with_name(out.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        os.replace(out, old)
    os.replace(finished, out)
    shutil.rmtree(old, ignore_errors=True)


def _reporter(progress):
    """The function that is told (done, total, name)."""
    if callable(progress):
        return progress
    begun = time.monotonic()

    def report(done, total, name):
        left = (time.monotonic() - begun) * (total - done) / done
        end = "\n" if done == total else ""
        print(f"\rprepared {done}/{total} ({name}), {left:.0f} s left    ", end=end, flush=True)

    return report if progress else lambda done, total, name: None
