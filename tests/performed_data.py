"""Performances that are synthesised in memory: notes of known pitch, level, colour and vibrato."""

import types

import numpy as np

from ddsp_helpers import SynthSpec
from ddsp_helpers.data.melodies import Note
from ddsp_helpers.features import Features

SPEC = SynthSpec(sample_rate=8000, frame_rate=50, n_harmonics=8, n_noise_bands=9)


def line(seed=0, count=10):
    """Notes one after the other, some joined, some not."""
    random, notes, now = np.random.default_rng(seed), [], 0.1
    for _ in range(count):
        length = float(random.uniform(0.25, 0.6))
        notes.append(Note(now, length * float(random.choice([1.0, 0.8])), float(random.integers(60, 72)),
                          float(random.uniform(0.3, 1.0))))
        now += length
    return notes


def recording(notes, seed=0, spec=SPEC):
    """(audio, Features) of a line: three partials, level by velocity, vibrato of 20 cents."""
    random = np.random.default_rng(seed)
    frames = int((notes[-1].end_s + 0.4) * spec.frame_rate)
    time = np.arange(frames * spec.hop) / spec.sample_rate
    pitch, level = np.full(len(time), notes[0].midi), np.zeros(len(time))
    for note in notes:
        pitch[time >= note.onset_s] = note.midi
        inside = (time >= note.onset_s) & (time < note.end_s)
        level[inside] = 0.3 * note.velocity * np.minimum(1, (time[inside] - note.onset_s) / 0.02)
    pitch = pitch + 0.2 * np.sin(2 * np.pi * 5 * time)
    f0_hz = 440 * 2 ** ((pitch - 69) / 12)
    phase = 2 * np.pi * np.cumsum(f0_hz) / spec.sample_rate
    audio = level * sum(np.sin(k * phase) / k for k in (1, 2, 3)) + 0.001 * random.normal(size=len(time))
    confidence = (level[::spec.hop] > 0.01).astype(float)
    zeros = np.zeros(frames)
    return audio.astype(np.float32), Features(f0_hz[::spec.hop], confidence, zeros - 30, zeros - 30)


class Melodies:
    """What data.performed.Performances asks of a data.Dataset."""

    spec, statistics, path = SPEC, None, "memory"

    def __init__(self, *, train=3, held_out=1, without_notes=0):
        self.lines = {f"line {i}": line(i) for i in range(train + held_out)}
        self.held = set(list(self.lines)[train:])
        self.recordings = tuple(
            types.SimpleNamespace(name=name, notes=() if i < without_notes else tuple(
                (n.onset_s, n.duration_s, n.midi, n.velocity) for n in notes))
            for i, (name, notes) in enumerate(self.lines.items()))

    def read(self, split):
        for number, (name, notes) in enumerate(self.lines.items()):
            if (name in self.held) == (split == "held_out"):
                yield (name, *recording(notes, number))
