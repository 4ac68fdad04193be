"""NSynth (Engel et al. 2017), where the learner has it: 4-second notes of 1006 instruments as recordings.

Get the JSON/WAV edition; a folder such as `nsynth-test` holds `examples.json` and `audio/`.  CC BY 4.0.  Lesson 15.
"""

import collections
import functools
import json
import pathlib

from ddsp_helpers import audio
from ddsp_helpers.data.melodies import Note
from ddsp_helpers.data.sources import Recording

_RATE, _HELD_S, _LENGTH_S = 16000, 3.0, 4.0     # every note: held for three seconds, one second of release


def recordings(path, *, family=None, source=None, instrument=None, pitches=(24, 84), limit=None):
    """Notes of NSynth as recordings; the group is the pitch, so that held-out notes are pitches training has not heard.

    Args:
      path: a folder with examples.json and audio/.
      family: "bass", "brass", "flute", "guitar", "keyboard", "mallet", "organ", "reed", "string", "synth_lead", "vocal".
      source: "acoustic", "electronic" or "synthetic".
      instrument: one instrument, e.g. "flute_acoustic_002".
      pitches: lowest and highest MIDI note.
      limit: at most so many notes.

    Returns:
      list of Recording, sorted by name.

    Raises:
      ValueError: the folder is not NSynth, or no note matches.
    """
    path = pathlib.Path(path).expanduser()
    if not (path / "examples.json").is_file():
        raise ValueError(f"{path} holds no examples.json; the JSON/WAV edition of NSynth was wanted (lesson 15).")
    examples = json.loads((path / "examples.json").read_text(encoding="utf-8"))
    wanted = {"instrument_family_str": family, "instrument_source_str": source, "instrument_str": instrument}
    chosen = [
        (name, example) for name, example in sorted(examples.items())
        if all(value in (None, example[key]) for key, value in wanted.items())
        and pitches[0] <= example["pitch"] <= pitches[1]
    ][:limit]
    if not chosen:
        there = ", ".join(name for name, _ in instruments(path)[:8])
        raise ValueError(f"No note matches {wanted} from {pitches[0]} to {pitches[1]}; there are {there}, … (lesson 15).")
    return [_recording(path, name, example) for name, example in chosen]


def instruments(path):
    """The instruments in a folder of NSynth with their number of notes, most first.

    Returns:
      list of (instrument, notes).
    """
    examples = json.loads((pathlib.Path(path).expanduser() / "examples.json").read_text(encoding="utf-8"))
    return collections.Counter(example["instrument_str"] for example in examples.values()).most_common()


def _recording(path, name, example):
    file = path / "audio" / f"{name}.wav"
    if not file.is_file():
        raise ValueError(f"{file} is missing: unpack NSynth again (lesson 15).")
    return Recording(
        name=name, group=f"{example['instrument_str']} {example['pitch']}", sample_rate=_RATE, duration_s=_LENGTH_S,
        load=functools.partial(audio.load, file), fingerprint=f"nsynth {name} {file.stat().st_size}",
        licence="CC BY 4.0", credit="NSynth, Engel et al. 2017",
        notes=(Note(0.0, _HELD_S, float(example["pitch"]), example["velocity"] / 127),),
    )
