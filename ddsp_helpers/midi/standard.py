"""Standard MIDI files, read and written event by event: the order within a moment, and tempo on any track, count.

Bytes are mido's work.  pretty_midi, through which note-seq reads and writes, looks for tempo on the first track only,
and sorts the controls of one moment by number, so that a bend range that it writes can no longer be read.  Lesson 11.
"""
import bisect
import collections
import io
import math
import warnings

import numpy as np

from ddsp_helpers.midi.events import BEND, BEND_STEPS, DATA, DATA_FINE, RPN, RPN_FINE, Line, drums_left_out
from ddsp_helpers.midi.parts import named

_DRUMS = 9                          # the channel, counted from 0
_ALL_OFF = (120, 123)
_QUARTER_TICKS, _QUARTER_US = 960, 500_000
_TICKS_S = _QUARTER_TICKS * 1e6 / _QUARTER_US       # ticks a second: half a tick is 0.26 ms


def read(data, *, where):
    """The instruments of a MIDI file: one Line for each track, channel and program that has notes, drums left out.

    Raises:
      ValueError: the bytes are not a MIDI file that can be read.
    """
    tracks, ticks_per_quarter = _tracks(data, where)
    seconds = _clock(tracks, ticks_per_quarter)
    lines, histories, drums, hanging = {}, collections.defaultdict(list), 0, 0
    names = [_name(track) for track in tracks]
    for number, track in enumerate(tracks):
        struck, left = _struck(track)
        hanging += left
        for channel, program, on, off, pitch, velocity in struck:
            if channel == _DRUMS:
                drums += 1
                continue
            line = lines.setdefault((number, channel, program), Line(names[number], program))
            line.notes.append((seconds(on), seconds(off), pitch, velocity))
        for tick, event in track:
            if event.type == "pitchwheel":
                histories[number, event.channel].append((seconds(tick), BEND, event.pitch))
            elif event.type == "control_change":
                histories[number, event.channel].append((seconds(tick), event.control, event.value))
    drums_left_out(drums)
    if hanging:
        warnings.warn(f"{where}: {hanging} note{'s' * (hanging != 1)} without an end; ended where the track ends.",
                      stacklevel=3)
    return _with_history(lines, histories)


def _name(track):
    """The track's name; mido reads latin-1, many programs write UTF-8."""
    name = next((event.name for _, event in track if event.type == "track_name"), "").strip("\0 ")
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def _with_history(lines, histories):
    """Gives each line its channel's controls; those of a track without notes go to every track with that channel."""
    playing = {(track, channel) for track, channel, _ in lines}
    for (track, channel, _), line in lines.items():
        elsewhere = [events for (other, its), events in histories.items()
                     if its == channel and (other, its) not in playing]
        own = histories.get((track, channel), [])
        line.events = sorted(sum([*elsewhere, own], []), key=lambda event: event[0])
    return list(lines.values())


def _tracks(data, where):
    """Tracks of (tick, event), and ticks a quarter note."""
    import mido

    if data[:4] != b"MThd":
        raise ValueError(f"{where} is not a MIDI file: it begins with {data[:12]!r}, not with MThd (lesson 11).")
    try:
        file = mido.MidiFile(file=io.BytesIO(data))
    except Exception as error:          # whatever a broken file does to the parser means one thing: unreadable
        raise ValueError(f"{where} cannot be read as MIDI: {error or type(error).__name__}. The file is broken or cut "
                         "off (lesson 11).") from error
    if file.type == 2:
        raise ValueError(f"{where} is a MIDI file of type 2, a collection of patterns; type 0 or 1, a score, was "
                         "wanted (lesson 11).")
    if file.ticks_per_beat <= 0:
        raise ValueError(f"{where} counts time in film frames (SMPTE); ticks of a quarter note were wanted. Save it "
                         "again from a music program (lesson 11).")
    tracks = []
    for track in file.tracks:
        ticks = np.cumsum([event.time for event in track], dtype=np.int64).tolist()
        tracks.append(list(zip(ticks, track)))
    return tracks, file.ticks_per_beat


def _clock(tracks, ticks_per_quarter):
    """A function from ticks to seconds: the tempo changes of all tracks, 120 quarters a minute before the first."""
    changes = {0: _QUARTER_US}
    for tick, event in sorted(((tick, event) for track in tracks for tick, event in track if event.type == "set_tempo"),
                              key=lambda change: change[0]):
        changes[tick] = event.tempo
    at = np.array(list(changes), dtype=np.int64)
    tick_s = np.array(list(changes.values()), dtype=np.float64) / (1e6 * ticks_per_quarter)
    begins_s = np.concatenate([[0.0], np.cumsum(np.diff(at) * tick_s[:-1])]).tolist()
    at, tick_s = at.tolist(), tick_s.tolist()

    def seconds(tick):
        index = bisect.bisect_right(at, tick) - 1
        return begins_s[index] + (tick - at[index]) * tick_s[index]

    return seconds


def _struck(track):
    """Notes of a track as (channel, program, on tick, off tick, pitch, velocity), and how many were never ended.

    A key struck again ends its old note.  An end at the tick of a re-strike belongs to the old note.
    """
    programs, down, notes = [0] * 16, {}, []

    def end(key, tick):
        on, program, velocity, _ = down.pop(key)
        notes.append((key[0], program, on, tick, key[1], velocity))

    last = 0
    for tick, event in track:
        last = tick
        if event.type == "program_change":
            programs[event.channel] = event.program
        elif event.type == "note_on" and event.velocity > 0:
            key = (event.channel, event.note)
            if key in down and down[key][0] == tick:            # doubled: one key, one note
                continue
            if again := key in down:
                end(key, tick)
            down[key] = (tick, programs[event.channel], event.velocity, again)
        elif event.type in ("note_on", "note_off"):
            key = (event.channel, event.note)
            if key in down and not (down[key][0] == tick and down[key][3]):
                end(key, tick)
        elif event.type == "control_change" and event.control in _ALL_OFF:
            for key in [key for key in down if key[0] == event.channel]:
                end(key, tick)
    hanging = len(down)
    for key in list(down):
        end(key, last)
    return sorted(notes, key=lambda note: note[2]), hanging


def write(parts, file):
    """Writes parts as a MIDI file of type 1 into an open file: a track of tempo, then one track a part."""
    import mido

    made = mido.MidiFile(type=1, ticks_per_beat=_QUARTER_TICKS, charset="utf-8")
    made.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=_QUARTER_US)]))
    channels = [channel for channel in range(16) if channel != _DRUMS]
    for number, part in enumerate(parts):
        port, channel = divmod(number, len(channels))
        begin = [mido.MetaMessage("track_name", name=part.name)] if part.name else []
        begin += [mido.MetaMessage("midi_port", port=port)] if port else []
        begin.append(mido.Message("program_change", channel=channels[channel], program=part.program))
        track, now = mido.MidiTrack(begin), 0
        for tick, _, event in sorted(_messages(part, channels[channel]), key=lambda entry: entry[:2]):
            event.time, now = tick - now, tick
            track.append(event)
        made.tracks.append(track)
    made.save(file=file)


def _messages(part, channel):
    """(tick, order within the tick, message) of a part: bend range, bends, ends, beginnings."""
    import mido

    say_rounded(part)
    reach = bend_range(part.bends)
    if part.bends:
        for control, value in ((RPN, 0), (RPN_FINE, 0), (DATA, reach), (DATA_FINE, 0), (RPN, 127), (RPN_FINE, 127)):
            yield 0, 0, mido.Message("control_change", channel=channel, control=control, value=value)
    for time_s, semitones in part.bends:
        yield _tick(time_s), 1, mido.Message("pitchwheel", channel=channel, pitch=bend_steps(semitones, reach))
    for note in part.notes:
        on, pitch = _tick(note.onset_s), round(note.midi)
        off = max(on + 1, _tick(note.end_s))
        yield off, 2, mido.Message("note_off", channel=channel, note=pitch)
        yield on, 3, mido.Message("note_on", channel=channel, note=pitch, velocity=max(1, round(note.velocity * 127)))


def say_rounded(part):
    """Warns of pitches between the keys, which MIDI notes cannot carry."""
    between = sum(note.midi != round(note.midi) for note in part.notes)
    if between:
        warnings.warn(f"{named(part)}: {between} pitch{'es' * (between != 1)} between two keys rounded to the nearer; "
                      "bends would carry the rest (lesson 11).", stacklevel=3)


def _tick(time_s):
    return max(0, round(time_s * _TICKS_S))


def bend_range(bends):
    """Whole semitones that hold every bend, at least the usual 2.

    Raises:
      ValueError: a bend of more than 127 semitones.

    >>> bend_range([(0.0, 0.5), (1.0, -2.5)])
    3
    """
    reach = max([2, *(math.ceil(abs(semitones)) for _, semitones in bends)])
    if reach > 127:
        raise ValueError(f"A bend of {reach} semitones came; at most 127 was wanted (lesson 11).")
    return reach


def bend_steps(semitones, reach):
    """A bend as the 14 bits of the pitch wheel, -8192 ... 8191."""
    return min(BEND_STEPS - 1, round(semitones / reach * BEND_STEPS))
