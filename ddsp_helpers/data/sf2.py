"""Reads SoundFont 2 files: which stretch of which sample sounds for a key, and how.  SoundFont 2.04 specification."""

import dataclasses
import functools
import struct

import numpy as np

# numbers of the generators that are used
_START, _END, _LOOP_START, _LOOP_END = 0, 1, 2, 3
_COARSE = {_START: 4, _END: 12, _LOOP_START: 45, _LOOP_END: 50}
_VIBRATO, _CUTOFF, _VIBRATO_DELAY, _VIBRATO_RATE = 6, 8, 23, 24
_DELAY, _ATTACK, _HOLD, _DECAY, _SUSTAIN, _RELEASE = 33, 34, 35, 36, 37, 38
_INSTRUMENT, _KEYS, _VELOCITIES, _ATTENUATION = 41, 43, 44, 48
_SEMITONES, _CENTS, _SAMPLE, _MODE, _SCALE, _ROOT = 51, 52, 53, 54, 56, 58
_DEFAULTS = {_CUTOFF: 13500, _SCALE: 100, _ROOT: -1} | {
    number: -12000 for number in (_VIBRATO_DELAY, _DELAY, _ATTACK, _HOLD, _DECAY, _RELEASE)
}
_NOT_ADDED = (_KEYS, _VELOCITIES, _INSTRUMENT, _SAMPLE, _MODE, _ROOT)


@dataclasses.dataclass(frozen=True)
class Zone:
    """A stretch of samples and how it sounds; positions in samples from start, times in seconds."""

    start: int
    end: int
    loop_start: int
    loop_end: int
    loops: bool
    sample_rate: int
    root: int
    scale: float
    tune: float
    gain: float
    cutoff_hz: float
    attack_s: float
    hold_s: float
    decay_s: float
    sustain_db: float
    release_s: float
    vibrato_semitones: float
    vibrato_hz: float
    vibrato_delay_s: float

    def envelope(self, time, duration_s):
        """Gain at each time: linear attack, hold, decay and release straight in dB."""
        held = np.minimum(time, duration_s)
        level_db = -np.clip((held - self.attack_s - self.hold_s) / self.decay_s * 100, 0, self.sustain_db)
        level_db = level_db - np.maximum(time - duration_s, 0) / self.release_s * 100
        return np.minimum(time / self.attack_s, 1.0) * 10 ** (level_db / 20)


class Soundfont:
    """An SF2 file in memory.

    Args:
      samples: all samples, [n] int16.
      tables: the records of its `pdta` chunk, by name.
    """

    def __init__(self, samples, tables):
        self.samples, self._tables = samples, tables

    def presets(self):
        """{(bank, program): name}."""
        return {(row[2], row[1]): _text(row[0]) for row in self._tables["phdr"][:-1]}

    def zones(self, program, *, key, velocity, bank=0):
        """The zones that sound for a key and a velocity, 0 ... 127.

        Raises:
          ValueError: no such preset, or it is silent for this key.
        """
        for index, row in enumerate(self._tables["phdr"][:-1]):
            if (row[2], row[1]) == (bank, program):
                found = [zone for outer in self._layers("p", index, key, velocity) if _INSTRUMENT in outer
                         for zone in self._inner(outer, key, velocity)]
                if found:
                    return found
                raise ValueError(f"Preset {_text(row[0])!r} of the soundfont has no sound for key {key} (lesson 07).")
        raise ValueError(f"The soundfont has no preset {program} in bank {bank}; it has {self.presets()} (lesson 07).")

    def _inner(self, outer, key, velocity):
        """Zones of an instrument, with the preset's generators added."""
        for inner in self._layers("i", outer[_INSTRUMENT], key, velocity):
            if _SAMPLE in inner:
                added = {number: value for number, value in outer.items() if number not in _NOT_ADDED}
                merged = _DEFAULTS | inner
                yield self._zone({**merged, **{n: merged.get(n, 0) + value for n, value in added.items()}})

    def _layers(self, kind, index, key, velocity):
        """Generators of the bags of a preset ("p") or an instrument ("i"), its global bag below each."""
        heads, bags, generators = (self._tables[name] for name in (
            ("phdr", "pbag", "pgen") if kind == "p" else ("inst", "ibag", "igen")))
        column = 3 if kind == "p" else 1
        link, common = (_INSTRUMENT if kind == "p" else _SAMPLE), {}
        for number, bag in enumerate(range(heads[index][column], heads[index + 1][column])):
            content = {oper: amount for oper, amount in generators[bags[bag][0]:bags[bag + 1][0]]}
            if number == 0 and link not in content:
                common = content
                continue
            merged = common | content
            if _inside(merged.get(_KEYS), key) and _inside(merged.get(_VELOCITIES), velocity):
                yield merged

    def _zone(self, g):
        """A Zone from merged generators."""
        _, start, end, loop_start, loop_end, rate, root, correction, _, _ = self._tables["shdr"][g[_SAMPLE]]
        places = [
            place + g.get(number, 0) + 32768 * g.get(_COARSE[number], 0)
            for number, place in ((_START, start), (_END, end), (_LOOP_START, loop_start), (_LOOP_END, loop_end))
        ]
        cutoff = g[_CUTOFF]
        return Zone(
            start=places[0], end=places[1], loop_start=places[2] - places[0], loop_end=places[3] - places[0],
            loops=g.get(_MODE, 0) & 1 == 1, sample_rate=rate, root=g[_ROOT] if g[_ROOT] >= 0 else root,
            scale=g[_SCALE] / 100, tune=g.get(_SEMITONES, 0) + (g.get(_CENTS, 0) + correction) / 100,
            gain=10 ** (-0.4 * g.get(_ATTENUATION, 0) / 200), cutoff_hz=8.176 * 2 ** (cutoff / 1200) if cutoff < 13500 else 1e9,
            attack_s=_seconds(g[_ATTACK]), hold_s=_seconds(g[_HOLD]) if g[_HOLD] > -12000 else 0.0,
            decay_s=_seconds(g[_DECAY]), sustain_db=g.get(_SUSTAIN, 0) / 10, release_s=max(0.03, _seconds(g[_RELEASE])),
            vibrato_semitones=g.get(_VIBRATO, 0) / 100, vibrato_hz=8.176 * 2 ** (g.get(_VIBRATO_RATE, 0) / 1200),
            vibrato_delay_s=_seconds(g[_VIBRATO_DELAY]),
        )


def _inside(pair, value):
    """Whether a value lies in a range that is packed into two bytes."""
    return pair is None or (pair & 0xFF) <= value <= ((pair >> 8) & 0xFF)


def _seconds(timecents):
    return 2 ** (timecents / 1200)


def _text(raw):
    return raw.split(b"\0")[0].decode("latin-1").strip()


_ROWS = {"phdr": "<20sHHHIII", "pbag": "<HH", "pgen": "<Hh", "inst": "<20sH", "ibag": "<HH", "igen": "<Hh",
         "shdr": "<20sIIIIIBbHH"}


@functools.lru_cache(maxsize=2)
def read(path):
    """Reads an .sf2 file.

    Raises:
      ValueError: it is missing or not a soundfont (sf3 with compressed samples is another format).
    """
    if not path.is_file():
        raise ValueError(f"The soundfont {path} does not exist (lesson 07).")
    content = path.read_bytes()
    if content[:4] != b"RIFF" or content[8:12] != b"sfbk":
        raise ValueError(f"{path} is not a SoundFont 2 file: it begins with {content[:12]!r} (lesson 07).")
    chunks = dict(_chunks(content, 12, len(content)))
    missing = sorted({"smpl", *_ROWS} - set(chunks))
    if missing:
        raise ValueError(f"{path} is cut off or not a SoundFont 2 file: {', '.join(missing)} missing (lesson 07).")
    tables = {}
    for name, row in _ROWS.items():
        size = struct.calcsize(row)
        tables[name] = list(struct.iter_unpack(row, chunks[name][:len(chunks[name]) // size * size]))
    for name in ("pgen", "igen"):
        tables[name] = [(oper, amount & 0xFFFF if oper in (_KEYS, _VELOCITIES, _INSTRUMENT, _SAMPLE) else amount)
                        for oper, amount in tables[name]]
    return Soundfont(np.frombuffer(chunks["smpl"], "<i2"), tables)


def _chunks(content, place, end):
    """Yields (name, bytes) of a RIFF file, going into its lists."""
    while place + 8 <= end:
        name, size = content[place:place + 4], struct.unpack_from("<I", content, place + 4)[0]
        if name == b"LIST":
            yield from _chunks(content, place + 12, min(place + 8 + size, end))
        else:
            yield name.decode("latin-1"), content[place + 8:place + 8 + size]
        place += 8 + size + size % 2
