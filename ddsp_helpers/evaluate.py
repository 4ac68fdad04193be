"""One call, one table: how well a model plays back sounds it has not heard.  Lessons 09 and 17.

    report = evaluate(model, dataset)            # or recordings, or a folder of sound files
    print(report.table())
    report.to_json("report.json")
"""
import dataclasses
import json
import math
import os
from pathlib import Path
import time
from typing import NamedTuple
import uuid

import numpy as np

from ddsp_helpers import metrics
from ddsp_helpers.data import prepare, sources
from ddsp_helpers.features import extraction

_CLIP_S = 8.0                # a recording is played back in pieces of this length
_LENGTH_S = 2.0              # clips are filled up to a multiple of this: few lengths, few compilations
_LEAST_S = 1.0               # a last piece shorter than this is left out, unless it is all there is
_ROW = ("spectral_distance", "loudness_l1_db", "loudness_correlation", "f0_median_cents", "f0_outlier_share",
        "voicing_agreement")


class Clip(NamedTuple):
    """A piece of a recording: its name, sound [samples] at the model's rate, and Features."""

    name: str
    samples: np.ndarray
    features: extraction.Features


@dataclasses.dataclass(frozen=True)
class Report:
    """What `evaluate` found: one row (a dict) per recording, and a summary over all of them.

    Args:
      rows: [{"name", "seconds", and the metrics of one recording}].
      summary: the means, weighted by seconds, and what belongs to the model: frechet_distance (with
        frechet_windows, how many windows of 3 s it rests on), real_time_factor, parameters.
      model: what was evaluated.
    """

    rows: tuple
    summary: dict
    model: str = ""

    def table(self):
        """The report as text with one line per recording, and the summary below."""
        rows = (*self.rows, {"name": "all", **self.summary})
        columns = [name for name in ("name", "seconds", *_ROW) if any(name in row for row in rows)]
        lines = [columns] + [[_text(row.get(name)) for name in columns] for row in rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
        rule = ["-" * width for width in widths]
        lines = [lines[0], rule, *lines[1:-1], rule, lines[-1]]
        text = ["  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
                for line in lines]
        return "\n".join([*text, "", *self._notes()])

    def _notes(self):
        for name in ("frechet_distance", "real_time_factor", "parameters"):
            if name in self.summary:
                metric = metrics.METRICS[name]
                figure = f"{_text(self.summary[name])} {metric.unit}".strip()
                yield f"{name}: {figure} ({metric.better} is better): {metric.says}"
        count = self.summary.get("frechet_windows", metrics.ENOUGH_WINDOWS)
        if count < metrics.ENOUGH_WINDOWS:
            yield f"frechet_distance rests on {count} windows; below {metrics.ENOUGH_WINDOWS} it is a hint."

    def to_dict(self):
        """Plain numbers and strings; a figure that could not be measured is None."""
        units = {name: metric.unit for name, metric in metrics.METRICS.items()}
        return _plain({"model": self.model, "summary": self.summary, "recordings": self.rows, "units": units})

    def to_json(self, path=None):
        """The report as JSON text; with a path, written there too (whole or not at all)."""
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
        if path is not None:
            path = Path(path)
            part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
            try:
                part.write_text(text + "\n", encoding="utf-8")
                os.replace(part, path)
            finally:
                part.unlink(missing_ok=True)
        return text


def compare_audio(reference, audio, sample_rate, *, pitch="crepe-tiny", frame_rate=50):
    """Every metric of one sound against its reference, both heard in the same way: two equal sounds differ by nothing.

    Args:
      reference: the real sound, [samples].
      audio: the sound to judge, [samples]; the longer of the two is cut.
      sample_rate: of both, Hz.
      pitch: the tracker that hears both, a method of `features.f0`.
      frame_rate: frames per second at which they are heard; divides 16000.

    Returns:
      {"spectral_distance", "loudness_l1_db", "loudness_correlation", "f0_median_cents", "f0_outlier_share",
      "voicing_agreement"}: floats, nan where there is nothing to measure.

    Raises:
      ValueError: either is not [samples] of finite numbers.
    """
    n = min(len(reference), len(audio))
    reference, audio = np.asarray(reference[:n]), np.asarray(audio[:n])
    real, made = (extraction.extract(sound, sample_rate=sample_rate, pitch=pitch, frame_rate=frame_rate)
                  for sound in (reference, audio))
    return {"spectral_distance": metrics.spectral_distance(reference, audio, sample_rate=sample_rate),
            **metrics.loudness_metrics(real.loudness_db, made.loudness_db),
            **metrics.pitch_metrics((real.f0_hz, real.f0_confidence), (made.f0_hz, made.f0_confidence))}


def evaluate(model, source, *, frechet=True, pitch="crepe-tiny", max_s=None, progress=None):
    """Let a model play back sounds and measure what comes out.

    Args:
      model: an Autoencoder.
      source: a Dataset (its held-out part is used), a list of Recordings, a list of sound files, or a folder.  What
        nothing can be learned from (silence, NaN …) is left out with a warning, as by data.prepare.
      frechet: also measure the Fréchet audio distance (fetches the `musicnn` pack once, 29 MB).
      pitch: the tracker that hears both sounds, piece by piece, and what the model plays unless a Dataset brings it.
      max_s: stop after so many seconds of sound; None uses all.
      progress: None, or a function called with the seconds done.

    Returns:
      Report.

    Raises:
      ValueError: the dataset was made for another specification, or there is no sound in the source.
    """
    spec = model.model_spec.synth
    rows, real, made, left_out, done_s, player = {}, [], [], [], 0.0, _Player(model, spec)
    for clip in _clips(source, spec, pitch, left_out):
        audio = player.play(clip)
        row = {"seconds": len(audio) / spec.sample_rate,
               **compare_audio(clip.samples, audio, spec.sample_rate, pitch=pitch, frame_rate=spec.frame_rate)}
        rows.setdefault(clip.name, []).append(row)
        if frechet:
            _embed_into(real, clip.samples, spec.sample_rate)
            _embed_into(made, audio, spec.sample_rate)
        done_s += row["seconds"]
        if progress is not None:
            progress(done_s)
        if max_s is not None and done_s >= max_s:
            break
    if not rows:
        raise ValueError("there is no sound to evaluate; wanted a Dataset with held-out recordings, a list of "
                         "Recordings or sound files, or a folder. Lesson 09." + "".join(f"\n- {f}" for f in left_out))
    prepare.say_left_out(left_out, stacklevel=3)
    summary = _mean([row for clips in rows.values() for row in clips])
    summary.update(real_time_factor=player.made_s / max(player.took_s, 1e-6), parameters=int(model.count_params()))
    if frechet:
        real, made = np.concatenate(real), np.concatenate(made)
        distance = metrics.frechet_distance(real, made) if len(real) > 1 else float("nan")
        summary.update(frechet_distance=distance, frechet_windows=len(real))
    table = tuple({"name": name, **_mean(clips)} for name, clips in rows.items())
    return Report(table, summary, model=model.model_spec.name or model.model_spec.decoder)


def _embed_into(points, samples, sample_rate):
    from ddsp_helpers.features import musicnn

    points.append(musicnn.embed(samples, sample_rate=sample_rate)[0])


class _Player:
    """Lets the model play clips, and keeps the time: of one processor core, whatever else the computer does.

    A model is compiled once for each length, so clips are filled up with silence to a few lengths, and the
    first of each length is played twice: the time that counts is that of playing.
    """

    def __init__(self, model, spec):
        self._play = getattr(model, "predict_on_batch", model)      # what Keras compiles
        self._spec, self._known = spec, set()
        self.made_s = self.took_s = 0.0

    def play(self, clip):
        """The model's version of a clip, [samples]."""
        whole = _filled(clip, self._spec, round(_LENGTH_S * self._spec.frame_rate))
        inputs = {**whole.features.to_inputs(), "audio": whole.samples[None]}
        if len(whole.samples) not in self._known:
            self._known.add(len(whole.samples))
            self._play(inputs)
        start = time.process_time()
        audio = np.asarray(self._play(inputs)["audio"])[0]
        self.took_s += time.process_time() - start
        self.made_s += len(audio) / self._spec.sample_rate
        if len(audio) != len(whole.samples):
            raise ValueError(f"the model made {len(audio)} samples of {len(whole.features)} frames; wanted "
                             f"{len(whole.samples)}: model and recording disagree on their rates. Lesson 08.")
        return audio[:len(clip.samples)]


def _filled(clip, spec, multiple):
    """The clip with silence behind it, up to a multiple of so many frames."""
    missing = -len(clip.features) % multiple
    heard = clip.features
    silence = {"f0_hz": heard.f0_hz[-1], "f0_confidence": 0.0, "loudness_db": -80.0, "power_db": -80.0}
    arrays = {name: np.pad(getattr(heard, name), (0, missing), constant_values=value)
              for name, value in silence.items()}
    samples = np.pad(clip.samples, (0, missing * spec.hop))
    return Clip(clip.name, samples, heard.replace(**arrays))


def _clips(source, spec, pitch, left_out):
    """Pieces of the source at the model's rates, one by one; left_out gets the findings of what cannot be used."""
    if hasattr(source, "read"):
        source.spec.require_same(spec, mine="dataset", theirs="model")
        for name, samples, heard in source.read("held_out"):
            yield from _pieces(name, samples, heard, spec)
        return
    for recording in _recordings([source] if isinstance(source, (str, os.PathLike)) else source):
        analysed = prepare.analyse(recording, spec=spec, pitch=pitch)
        if analysed.audio is None:
            left_out += analysed.findings
        else:
            yield from _pieces(recording.name, analysed.audio, analysed.features, spec)


def _recordings(source):
    """Recordings, and those of files and folders among them."""
    for each in source:
        yield from sources.folder(each) if isinstance(each, (str, os.PathLike)) else [each]


def _pieces(name, samples, heard, spec):
    """A recording cut into clips of some seconds; features are those of the whole, cut too."""
    samples = np.pad(samples, (0, max(0, len(heard) * spec.hop - len(samples))))
    frames = round(_CLIP_S * spec.frame_rate)
    for start in range(0, len(heard), frames):
        part = heard[start:start + frames]
        if start == 0 or part.duration_s >= _LEAST_S:
            yield Clip(name, samples[start * spec.hop:(start + len(part)) * spec.hop], part)


def _mean(rows):
    """Means over clips, weighted by their seconds; nan only where no clip has a figure."""
    seconds = np.array([row["seconds"] for row in rows])
    out = {"seconds": float(seconds.sum())}
    for name in _ROW:
        values = np.array([row[name] for row in rows])
        known = np.isfinite(values)
        out[name] = float(np.average(values[known], weights=seconds[known])) if known.any() else float("nan")
    return out


def _text(value):
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _plain(value):
    """The value with NumPy numbers as Python's and what is not finite as None."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
