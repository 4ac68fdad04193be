"""Stretches of one pitch become notes with exact times: onsets from the flux, ends from the level.  No TensorFlow.

Pitch says that there is a new note, a little late (a tracker hears 64 ms at once), and the flux says when it began.  A
note of the same pitch again shows in flux and level, or in partials that lose their step.  Lesson 11.
"""

import dataclasses

import numpy as np

from ddsp_helpers.note_mask import segments
from ddsp_helpers.transcribe import onsets
from ddsp_helpers.transcribe.segments import level_of, stretches

AUDIBLE_DB = 45.0            # below the loud notes: quieter is silence
CONFIDENT = 0.4
END_DB = 20.0                # below its own level a note is over
_VALLEY_DB = 6.0             # above that floor there must be sound on both sides of a gap
LEAST_S = 0.04               # a shorter note is none
_BRIDGE_S = 0.08             # a tracker may be unsure for so long while one note becomes the next
_BEFORE_S, _AFTER_S = 0.09, 0.02      # around a change of pitch: where its onset is looked for
_STANDS_OUT, _NEARLY = 3.0, 0.5       # an onset's flux: times the usual; its first peak, as a share of the largest
_APART_S = 0.1               # two notes of one pitch begin at least so far apart
_ATTACK = {"times": 6.0, "flux": 0.012, "rise_db": 3.0, "drop_db": 2.0, "louder_db": 12.0}
_BREAK = {"times": 12.0, "radians": 0.1, "after_s": 0.1}


@dataclasses.dataclass(frozen=True)
class Heard:
    """What notes are made of: pitch and incoherence, [frames]; flux and level, [values] at onsets.RATE."""

    midi: np.ndarray
    weight: np.ndarray
    sounding: np.ndarray
    frame_rate: int
    flux: np.ndarray
    level_db: np.ndarray
    incoherence: np.ndarray

    @classmethod
    def of(cls, features, flux, level_db, incoherence, *, loud_db):
        """From features.Features and the curves of the meters; loud_db is the RMS level of loud notes."""
        audible = features.power_db > loud_db - AUDIBLE_DB
        confidence = np.where(audible, features.f0_confidence, 0.0)
        midi = 69.0 + 12.0 * np.log2(np.maximum(features.f0_hz, 1.0) / 440.0, dtype=np.float64)
        weight = np.clip((confidence - 0.3) / 0.4, 0.0, 1.0)
        sounding = _bridged(confidence >= CONFIDENT, audible, round(_BRIDGE_S * features.frame_rate))
        return cls(midi, weight, sounding, features.frame_rate, flux, level_db, incoherence)

    def pitch_of(self, start_s, end_s):
        """Pitch of a note, the median of its believed frames after the way into it: MIDI note number."""
        start, end = (min(round(time_s * self.frame_rate), len(self.midi)) for time_s in (start_s, end_s))
        start = min(start + min(int(0.4 * (end - start)), round(0.1 * self.frame_rate)), len(self.midi) - 1)
        return level_of(self.midi, self.weight, start, max(start + 1, end))

    def level(self, start_s, end_s):
        """Level between two times, [values], dB; at least one value."""
        start = min(round(start_s * onsets.RATE), len(self.level_db) - 1)
        return self.level_db[start:max(start + 1, round(end_s * onsets.RATE))]


def _bridged(sounding, audible, longest):
    """`sounding` with short gaps closed where the sound goes on."""
    bridged = sounding.copy()
    for start, end in segments(~sounding):
        if 0 < start and end < len(sounding) and end - start <= longest and audible[start:end].all():
            bridged[start:end] = True
    return bridged


def place(heard):
    """All notes of a sound, in order.

    Args:
      heard: a Heard.

    Returns:
      list of (onset_s, end_s).
    """
    placed = []
    for first, last in segments(heard.sounding):
        if last - first >= LEAST_S * heard.frame_rate and heard.weight[first:last].any():
            placed += _in_one_breath(heard, first, last)
    placed.sort()
    ends = [min(end, after) for (_, end), after in zip(placed, [onset for onset, _ in placed[1:]] + [np.inf])]
    return [(onset, end) for (onset, _), end in zip(placed, ends) if end - onset >= LEAST_S]


def _in_one_breath(heard, first, last):
    """The notes of frames first to last, in which sound never stops: [(onset_s, end_s)]."""
    rate = heard.frame_rate
    pieces = [(first + start, first + end) for start, end in
              stretches(heard.midi[first:last], heard.weight[first:last], frame_rate=rate)]
    edges = [_beginning(heard, first / rate)]
    edges += [_change(heard, *piece, before[0]) for before, piece in zip(pieces, pieces[1:])]
    edges.append(last / rate)
    placed = []
    for number in range(len(pieces)):
        parts = _alive(heard, edges[number], edges[number + 1])
        parts = [again for part in parts for again in _struck_again(heard, *part)]
        if number + 1 < len(pieces) and len(parts) > 1 and edges[number + 1] - parts[-1][0] < _APART_S:
            edges[number + 1] = parts.pop()[0]        # struck before its pitch is heard: breath or bow speak first
        placed += parts
    return placed


def _usual(heard, at):
    """What the flux usually is around a value, half a second wide."""
    return float(np.median(heard.flux[max(0, at - 60):at + 60])) + 1e-4


def _first_rise(heard, low, high):
    """The first peak of the flux between two values that is not far below the largest, or None: [low, high)."""
    flux = heard.flux[max(0, low):high]
    if not len(flux) or flux.max() < _STANDS_OUT * _usual(heard, low):
        return None
    first = int(np.argmax(flux >= _NEARLY * flux.max()))
    while first + 1 < len(flux) and flux[first + 1] > flux[first]:
        first += 1
    return max(0.0, float(onsets.flux_time_s(max(0, low) + first)))


def _beginning(heard, start_s):
    """When a sound begins after silence: the first strong rise around the moment that its pitch is heard."""
    rise_s = _first_rise(heard, onsets.flux_index(start_s - 0.08), onsets.flux_index(start_s + 0.05))
    return start_s if rise_s is None else rise_s


def _change(heard, start, end, before):
    """When the note began whose pitch is heard from frame `start` on: the strongest flux, else where pitch departs."""
    rate = heard.frame_rate
    low = max(onsets.flux_index(before / rate + LEAST_S), onsets.flux_index(start / rate - _BEFORE_S))
    arrived = start + int(np.argmax(heard.weight[start:end] >= 0.5))       # in a gap there is no pitch to change
    rise_s = _first_rise(heard, low, onsets.flux_index(arrived / rate + _AFTER_S))
    if rise_s is not None:
        return rise_s
    old, new = (level_of(heard.midi, heard.weight, *part) for part in ((before, start), (start, end)))
    earliest = max(before + 1, start - round(_BEFORE_S * rate))
    departed = np.abs(heard.midi[earliest:start] - old) > 0.25 * abs(new - old)
    return (start - int(np.argmin(np.append(departed, False)[::-1][1:])) if departed.any() else start) / rate


def _alive(heard, start_s, end_s):
    """Parts of a stretch between valleys of the level, without the tail that is END_DB below the note's own level."""
    level = heard.level(start_s, end_s)
    floor = np.percentile(level, 80) - END_DB
    begin, parts = 0, []
    for start, end in segments(level <= floor):
        before, after = level[begin:start], level[end:]
        deep = len(before) and before.max() > floor + _VALLEY_DB
        if deep and (end - start >= 0.02 * onsets.RATE or end == len(level)):
            parts.append((begin, start))
            begin = end if len(after) and after.max() > floor + _VALLEY_DB else len(level)
    if begin < len(level):
        parts.append((begin, len(level)))
    times = [(start_s + first / onsets.RATE, start_s + last / onsets.RATE) for first, last in parts]
    times = [(first, last) for first, last in times if last - first >= LEAST_S]
    return [(first if first == start_s else max(start_s, _beginning(heard, first)), last) for first, last in times]


def _struck_again(heard, start_s, end_s):
    """A stretch cut where the same pitch begins again, [(onset_s, end_s)]."""
    times = sorted([*_attacks(heard, start_s, end_s), *_breaks(heard, start_s, end_s)])
    cuts = [start_s]
    for time_s in times:
        if time_s - cuts[-1] >= _APART_S:
            cuts.append(time_s)
    return list(zip(cuts, [*cuts[1:], end_s]))


def _attacks(heard, start_s, end_s):
    """Times at which the flux is far above the usual, and the level dips: attacks."""
    for at in range(onsets.flux_index(start_s + _APART_S), onsets.flux_index(end_s - 0.05)):
        flux = heard.flux[at]
        if flux < _ATTACK["flux"] or flux < heard.flux[max(0, at - 12):at + 13].max():
            continue
        time_s = float(onsets.flux_time_s(at))
        near = heard.level(max(start_s, time_s - 0.12), time_s + 0.02)
        bottom = max(0, len(near) - 16) + int(near[-16:].argmin())
        rise_db = heard.level(time_s, min(end_s, time_s + 0.08)).max() - near[bottom]
        drop_db = near[:bottom + 1].max() - near[bottom]
        dips = rise_db >= _ATTACK["rise_db"] and drop_db >= max(_ATTACK["drop_db"], rise_db - _ATTACK["louder_db"])
        if dips and flux >= _ATTACK["times"] * _usual(heard, at):
            yield time_s


def _breaks(heard, start_s, end_s):
    """Times at which all partials lose their step at once: a new stroke without a gap."""
    rate = heard.frame_rate
    first, last = round((start_s + _BREAK["after_s"]) * rate), round((end_s - _BREAK["after_s"]) * rate)
    half = round(0.3 * rate)
    for frame in range(first, last):
        value = heard.incoherence[frame]
        near = heard.incoherence[max(0, frame - half):frame + half]
        if value < _BREAK["radians"] or value < heard.incoherence[max(0, frame - 6):frame + 7].max():
            continue
        if value >= _BREAK["times"] * np.median(near):
            rise_s = _first_rise(heard, onsets.flux_index(frame / rate - 0.06), onsets.flux_index(frame / rate + 0.02))
            yield frame / rate if rise_s is None else rise_s
