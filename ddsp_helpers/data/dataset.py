"""A prepared dataset: a folder with TFRecord files and one JSON file that says everything about them.  Lesson 07.

Held out are whole recordings.  `train` and `held_out` give batches for model.fit; datasets of up to two hours at 16 kHz
live in memory, so that training never waits for a disk; larger ones are streamed.
"""

import dataclasses
import json
import pathlib

import numpy as np

from ddsp_helpers.data import windows
from ddsp_helpers.data.diagnose import Finding
from ddsp_helpers.data.statistics import Statistics
from ddsp_helpers.spec import SynthSpec

FORMAT = 1
DESCRIPTION = "dataset.json"
_IN_MEMORY_BYTES = 5e8     # building the table needs about three times as much for a moment


@dataclasses.dataclass(frozen=True)
class Entry:
    """What a dataset remembers of one recording; notes are (onset_s, duration_s, midi, velocity) where they are known."""

    name: str
    group: str
    held_out: bool
    seconds: float
    licence: str = ""
    credit: str = ""
    notes: tuple = dataclasses.field(default=(), repr=False)


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """A dataset on disk; Dataset.open reads it, data.prepare.prepare makes it.

    Args:
      path: its folder.
      spec: SynthSpec of the audio and the frames.
      feature_version: of the features inside.
      pitch: the pitch tracker that was used.
      window_s: default length of a training window, seconds.
      stride_s: default distance of training windows, seconds.
      recordings: tuple of Entry, training first.
      statistics: Statistics of the training recordings.
      findings: tuple of Finding.
      request: fingerprint of what was asked for.
      files: {"train": [...], "held_out": [...]}, names of TFRecord files.
    """

    path: pathlib.Path
    spec: SynthSpec
    feature_version: str
    pitch: str
    window_s: float
    stride_s: float
    recordings: tuple
    statistics: Statistics
    findings: tuple
    request: str
    files: dict

    @classmethod
    def open(cls, path):
        """Opens a prepared dataset.

        Raises:
          ValueError: there is none, its preparation was interrupted, its description is damaged, or another version of the
            package made it.
        """
        from ddsp_helpers.features import FEATURE_VERSION

        path = pathlib.Path(path).expanduser()
        file = path / DESCRIPTION
        if not file.is_file():
            begun = path.with_name(path.name + ".partial").is_dir()
            raise ValueError(
                f"{path} holds no dataset ({DESCRIPTION} is missing). "
                + ("Its preparation was interrupted: run the same prepare again, it goes on." if begun
                   else "Make one: prepare(folder('my recordings'), …) or `python -m ddsp_helpers prepare` (lesson 07).")
            )
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            made = content.pop("format"), content["feature_version"]
            if made == (FORMAT, FEATURE_VERSION):
                return cls(path=path, **_from_json(content))
        except (ValueError, LookupError, TypeError, AttributeError) as damage:
            raise ValueError(f"{file} is damaged ({damage!r}); prepare the recordings again (lesson 07).") from damage
        raise ValueError(f"{path} was prepared by another version (features {made[1]}, here {FEATURE_VERSION}). Prepare it again "
                         "(lesson 07).")

    @property
    def train_recordings(self):
        """The recordings that training hears."""
        return tuple(entry for entry in self.recordings if not entry.held_out)

    @property
    def held_out_recordings(self):
        """The recordings that training never hears."""
        return tuple(entry for entry in self.recordings if entry.held_out)

    def train(self, batch_size=16, *, seconds=None, seed=0, in_memory=None):
        """Endless shuffled batches of windows of the training recordings.

        Args:
          batch_size: windows in a batch.
          seconds: length of a window; the dataset's own by default.
          seed: of the order and of the place of the windows.
          in_memory: None decides by size.

        Returns:
          tf.data.Dataset of {"audio": [b, n], "f0_hz", "f0_confidence", "loudness_db", "power_db": [b, f, 1]}.

        Raises:
          ValueError: a file is damaged or made with another specification, or seconds is too short.
        """
        n_frames = self._n_frames(seconds)
        stride = max(1, round(self.stride_s * self.spec.frame_rate))
        if self._fits(in_memory):
            table = windows.Table.of(self.read("train"), n_frames=n_frames, stride=stride, hop=self.spec.hop)
            return table.shuffled(batch_size, seed=seed)
        return windows.streamed(
            self._paths("train"), spec=self.spec, n_frames=n_frames, stride=stride, batch_size=batch_size, seed=seed
        )

    def held_out(self, batch_size=16, *, seconds=None):
        """The held-out recordings once, window after window in a fixed order; the last batch may be smaller.

        Raises:
          ValueError: nothing is held out.
        """
        if not self.held_out_recordings:
            raise ValueError(
                f"{self.path} holds nothing out: prepare it again with held_out=0.15, else nobody can tell learning from "
                "remembering (lesson 07)."
            )
        n_frames = self._n_frames(seconds)
        table = windows.Table.of(self.read("held_out"), n_frames=n_frames, stride=n_frames, hop=self.spec.hop)
        return table.in_order(batch_size)

    def read(self, split):
        """Whole recordings of a split, "train" or "held_out": yields (name, audio [n] float32, features.Features)."""
        from ddsp_helpers.data import records

        if split not in self.files:
            raise ValueError(f"split={split!r} came; 'train' or 'held_out' was wanted (lesson 07).")
        parts = []
        for segment in records.read(self._paths(split), spec=self.spec, where=f"dataset {self.path}"):
            if parts and segment.recording != parts[0].recording:
                yield _joined(parts)
                parts = []
            parts.append(segment)
        if parts:
            yield _joined(parts)

    def recording(self, name):
        """One recording by its name: (audio [n] float32, features.Features).

        Raises:
          ValueError: no such recording.
        """
        for split in self.files:
            for found, audio, features in self.read(split):
                if found == name:
                    return audio, features
        names = ", ".join(entry.name for entry in self.recordings)
        raise ValueError(f"There is no recording {name!r} in {self.path}; there are {names} (lesson 07).")

    def summary(self):
        """A few lines for people."""
        seconds = {side: sum(e.seconds for e in entries) for side, entries in
                   (("train", self.train_recordings), ("held out", self.held_out_recordings))}
        notes = self.statistics.pitch_midi_notes
        return "\n".join([
            f"{len(self.train_recordings)} recordings to train on ({seconds['train'] / 60:.1f} min), "
            f"{len(self.held_out_recordings)} held out ({seconds['held out'] / 60:.1f} min)",
            f"{self.spec.sample_rate} Hz, {self.spec.frame_rate} frames/s; pitch by {self.pitch}",
            f"notes from MIDI {notes.minimum:.0f} to {notes.maximum:.0f} (mean {notes.mean:.1f}), "
            f"loudness {self.statistics.loudness_db_notes.mean:.0f} dB where a note sounds "
            f"({self.statistics.note_share:.0%} of the time)",
            *_in_short(self.findings),
        ])

    def _n_frames(self, seconds):
        n_frames = round((self.window_s if seconds is None else seconds) * self.spec.frame_rate)
        if n_frames < 2:
            raise ValueError(f"seconds={seconds} came; windows of at least two frames were wanted (lesson 07).")
        return n_frames

    def _paths(self, split):
        return [self.path / name for name in self.files[split]]

    def _fits(self, in_memory):
        seconds = sum(entry.seconds for entry in self.train_recordings)
        return seconds * self.spec.sample_rate * 4 < _IN_MEMORY_BYTES if in_memory is None else in_memory


def _in_short(findings):
    """One line for each kind of finding: how often, and the first."""
    kinds = {}
    for finding in findings:
        kinds.setdefault((finding.severity, finding.kind), []).append(finding)
    for (severity, kind), found in sorted(kinds.items()):
        more = f" (and {len(found) - 1} more; see Dataset.findings)" if len(found) > 1 else ""
        yield f"{severity}, {kind}: {found[0]}{more}"


def describe(dataset):
    """The content of dataset.json for a Dataset."""
    fields = {field.name: getattr(dataset, field.name) for field in dataclasses.fields(dataset) if field.name != "path"}
    return {
        "format": FORMAT, **fields, "spec": dataset.spec.to_dict(), "statistics": dataset.statistics.to_dict(),
        "recordings": [dataclasses.asdict(entry) for entry in dataset.recordings],
        "findings": [dataclasses.asdict(finding) for finding in dataset.findings],
    }


def _from_json(content):
    """The inverse of describe, without the format."""
    return {
        **content,
        "spec": SynthSpec.from_dict(content["spec"]),
        "statistics": Statistics.from_dict(content["statistics"]),
        "recordings": tuple(
            Entry(**{**entry, "notes": tuple(map(tuple, entry["notes"]))}) for entry in content["recordings"]
        ),
        "findings": tuple(
            Finding(**{**finding, "where_s": tuple(finding["where_s"])}) for finding in content["findings"]
        ),
    }


def _joined(parts):
    """Segments of one recording as one (name, audio, features)."""
    first = parts[0].features
    names = ("f0_hz", "f0_confidence", "loudness_db", "power_db")
    arrays = {name: np.concatenate([getattr(part.features, name) for part in parts]) for name in names}
    return parts[0].recording, np.concatenate([part.audio for part in parts]), first.replace(**arrays)
