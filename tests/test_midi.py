"""Scores in and out: seconds by hand, what pedals and bends do, lines of one note, every file that cannot be read."""
import io
import math
import time
import warnings
import zipfile

import mido
import numpy as np
import pytest

from ddsp_helpers import midi
from ddsp_helpers.data.melodies import Note, parse
from ddsp_helpers.midi.events import DATA, PEDAL, RPN, RPN_FINE
from ddsp_helpers.midi.repeats import order_of_measures

ON, OFF, TEMPO = "note_on", "note_off", "set_tempo"


def save(path, *tracks, ticks=480, kind=1):
    """A MIDI file out of tracks of (tick, type, settings)."""
    file = mido.MidiFile(type=kind, ticks_per_beat=ticks)
    for events in tracks:
        track, now = mido.MidiTrack(), 0
        for tick, name, settings in events:
            made = mido.MetaMessage if name in (TEMPO, "track_name", "time_signature") else mido.Message
            track.append(made(name, time=tick - now, **settings))
            now = tick
        file.tracks.append(track)
    file.save(path)
    return path


def note(on, off, pitch=60, velocity=80, channel=0):
    return [(on, ON, {"note": pitch, "velocity": velocity, "channel": channel}),
            (off, OFF, {"note": pitch, "channel": channel})]


def control(tick, number, value):
    return (tick, "control_change", {"control": number, "value": value})


def spans(part):
    return [(round(item.onset_s, 6), round(item.end_s, 6), item.midi) for item in part.notes]


# ------------------------------------------------------------------ seconds

def test_seconds_follow_the_tempo_changes(tmp_path):
    """480 ticks a quarter: one at 120 (0.5 s), two at 60 (2 s), then 240 (0.25 s each), by hand."""
    tempo = [(0, TEMPO, {"tempo": 500_000}), (480, TEMPO, {"tempo": 1_000_000}), (1440, TEMPO, {"tempo": 250_000})]
    played = note(0, 480, 60) + note(480, 1440, 62) + note(1440, 1920, 64) + note(1920, 2400, 65)
    part, = midi.read(save(tmp_path / "a.mid", tempo, played))
    assert spans(part) == [(0, 0.5, 60), (0.5, 2.5, 62), (2.5, 2.75, 64), (2.75, 3.0, 65)]


def test_a_tempo_on_any_track_counts_and_a_note_may_span_it(tmp_path):
    tempo = [(240, TEMPO, {"tempo": 1_000_000})]
    part, = midi.read(save(tmp_path / "a.mid", note(0, 480), tempo))
    assert spans(part) == [(0, 0.25 + 0.5, 60)]


def test_a_file_of_one_track_and_one_of_many_say_the_same(tmp_path):
    tempo = [(0, TEMPO, {"tempo": 400_000})]
    one, = midi.read(save(tmp_path / "one.mid", tempo + note(100, 700), kind=0))
    many, = midi.read(save(tmp_path / "many.midi", tempo, note(100, 700)))
    assert one.notes == many.notes


# ------------------------------------------------------------------ what is one part

def test_one_part_for_each_track_channel_and_program(tmp_path):
    program = [(480, "program_change", {"program": 73, "channel": 0})]
    first = [(0, "track_name", {"name": "Lead"})] + note(0, 480, 60) + program + note(480, 960, 62)
    second = note(0, 480, 48, channel=0) + note(480, 960, 50, channel=1)
    parts = midi.read(save(tmp_path / "a.mid", first, second))
    assert [(part.name, part.program, [n.midi for n in part.notes]) for part in parts] == [
        ("Lead", 0, [60]), ("Lead", 73, [62]), ("", 0, [48]), ("", 0, [50])]


def test_drums_are_left_out_and_said(tmp_path):
    path = save(tmp_path / "a.mid", note(0, 480), note(0, 10, 36, channel=9) + note(480, 490, 38, channel=9))
    with pytest.warns(UserWarning, match="2 drum strokes left out"):
        part, = midi.read(path)
    assert spans(part) == [(0, 0.5, 60)]


def test_velocity_is_0_to_1(tmp_path):
    part, = midi.read(save(tmp_path / "a.mid", note(0, 480, velocity=127) + note(480, 960, velocity=1)))
    assert [n.velocity for n in part.notes] == [1.0, 1 / 127]


# ------------------------------------------------------------------ pedal and re-struck keys

def test_the_pedal_holds_what_is_released_while_it_is_down(tmp_path):
    events = [*note(0, 480, 60), control(600, PEDAL, 127), *note(700, 800, 62), control(960, PEDAL, 0),
              *note(1000, 1100, 64)]
    part, = midi.read(save(tmp_path / "a.mid", events))
    assert np.allclose(spans(part), [(0, 0.5, 60), (700 / 960, 1.0, 62), (1000 / 960, 1100 / 960, 64)], atol=1e-6)


def test_a_pedal_that_changes_as_a_note_ends_does_not_hold_it(tmp_path):
    """Pedalling at the bar line, quantised: up and down at the tick of the note's end."""
    events = [control(0, PEDAL, 127), *note(10, 480), control(480, PEDAL, 0), control(480, PEDAL, 127),
              *note(480, 600, 62), control(960, PEDAL, 0)]
    part, = midi.read(save(tmp_path / "a.mid", events))
    assert [round(n.end_s, 6) for n in part.notes] == [0.5, 1.0]


def test_a_key_struck_again_under_the_pedal_ends_its_old_note(tmp_path):
    events = [control(0, PEDAL, 127), *note(0, 100), *note(480, 600), *note(700, 720, 67), control(960, PEDAL, 0)]
    part, = midi.read(save(tmp_path / "a.mid", events))
    assert spans(part)[0] == (0, 0.5, 60) and spans(part)[1] == (0.5, 1.0, 60)


def test_a_pedal_that_never_comes_up_holds_to_the_end(tmp_path):
    part, = midi.read(save(tmp_path / "a.mid", [control(0, PEDAL, 64), *note(0, 100), *note(480, 960, 62)]))
    assert [n.end_s for n in part.notes] == [1.0, 1.0]


def test_a_key_struck_again_without_release(tmp_path):
    """On, on, off, off: the second stroke ends the first note, the first release the second."""
    on, off = note(0, 0)
    events = [on, (480, *on[1:]), (480, *off[1:]), (960, *off[1:])]
    part, = midi.read(save(tmp_path / "a.mid", events))
    assert spans(part) == [(0, 0.5, 60), (0.5, 1.0, 60)]


def test_a_note_that_never_ends_is_said(tmp_path):
    with pytest.warns(UserWarning, match="1 note without an end"):
        part, = midi.read(save(tmp_path / "a.mid", [note(0, 0)[0], *note(480, 960, 62)]))
    assert spans(part)[0] == (0, 1.0, 60)


def test_notes_of_no_length_are_left_out_and_counted(tmp_path):
    with pytest.warns(UserWarning, match="2 notes of no length"):
        part, = midi.read(save(tmp_path / "a.mid", note(0, 0) + note(10, 10) + note(480, 960)))
    assert spans(part) == [(0.5, 1.0, 60)]


def absolute(path):
    """(tick, event) of a file of one track."""
    track = mido.MidiFile(path).tracks[0]
    return zip(np.cumsum([event.time for event in track]), track)


def test_pedals_agree_with_note_seq(tmp_path):
    """The public peer on a random performance: its own reader and its own sustain."""
    import note_seq

    random = np.random.default_rng(1)
    events = []
    for pitch in range(60, 72):             # each key alone: how the peer treats re-strikes differs
        on = int(random.integers(0, 4000))
        events += note(on, on + int(random.integers(50, 900)), pitch)
    moments = (300, 900, 1250, 2300, 2600, 3700, 3900, 4400)
    events += [control(tick, PEDAL, 127 * (n % 2 == 0)) for n, tick in enumerate(moments)]
    path = save(tmp_path / "a.mid", sorted(events, key=lambda event: event[0]))
    theirs = note_seq.apply_sustain_control_changes(note_seq.midi_file_to_note_sequence(str(path)))
    part, = midi.read(path)
    held = sorted((n.midi, n.onset_s, n.end_s) for n in part.notes)
    assert np.allclose(held, sorted((n.pitch, n.start_time, n.end_time) for n in theirs.notes), atol=1e-6)
    lifted = [tick / 960 for tick, event in absolute(path) if event.type == "control_change" and not event.value]
    assert sum(np.isclose(lifted, n.end_s).any() for n in part.notes) > 2, "some notes were held"


# ------------------------------------------------------------------ bends

def test_bends_are_2_semitones_unless_the_file_says(tmp_path):
    wheel = [(0, "pitchwheel", {"pitch": 4096}), (480, "pitchwheel", {"pitch": -8192})]
    part, = midi.read(save(tmp_path / "a.mid", [wheel[0], *note(0, 470), wheel[1], *note(480, 960)]))
    assert part.bends == ((0.0, 1.0), (0.5, -2.0))
    wide = [control(0, RPN, 0), control(0, RPN_FINE, 0), control(0, DATA, 12), control(0, 38, 50)]
    part, = midi.read(save(tmp_path / "b.mid", [*wide, wheel[0], *note(0, 470)]))
    assert part.bends == ((0.0, 6.25),)


def test_another_parameter_does_not_change_the_bend_range(tmp_path):
    tuning = [control(0, RPN, 0), control(0, RPN_FINE, 1), control(0, DATA, 100)]
    nrpn = [control(0, 99, 0), control(0, 98, 0), control(0, DATA, 100)]
    for other in (tuning, nrpn):
        part, = midi.read(save(tmp_path / "a.mid", [*other, (0, "pitchwheel", {"pitch": 4096}), *note(0, 480)]))
        assert part.bends == ((0.0, 1.0),)


def test_bend_curve_holds_and_begins_without_bend():
    times = np.linspace(0, 3, 301)
    curve = midi.bend_curve(((1.0, 0.5), (2.0, -1.0)), times)
    assert np.array_equal(curve, np.where(times < 1, 0, np.where(times < 2, 0.5, -1.0)))
    assert midi.bend_curve((), times).tolist() == [0.0] * 301
    with pytest.raises(ValueError, match="order of time"):
        midi.bend_curve(((2.0, 0.5), (1.0, -1.0)), times)


# ------------------------------------------------------------------ round trips

def performance(seed=0, count=60, bends=True):
    random = np.random.default_rng(seed)
    now, notes = 0.0, []
    for _ in range(count):
        length = float(random.uniform(0.05, 2.0))
        notes.append(Note(now, length, float(random.integers(30, 100)), float(random.uniform(0.01, 1))))
        now += length + float(random.choice([0.0, 0.3]))
    wheel = [(float(t), float(s)) for t, s in zip(np.sort(random.uniform(0, now, 40)), random.uniform(-13, 13, 40))]
    return midi.Part(notes, name="Geige für Ω" if seed else "Lead", program=40 + seed, bends=wheel if bends else ())


def assert_same(found, wanted, *, time_s):
    assert (found.name, found.program, len(found.notes)) == (wanted.name, wanted.program, len(wanted.notes))
    for ours, theirs in zip(found.notes, wanted.notes):
        assert ours.midi == theirs.midi and abs(ours.velocity - theirs.velocity) <= 1 / 127
        assert abs(ours.onset_s - theirs.onset_s) <= time_s and abs(ours.end_s - theirs.end_s) <= time_s
    assert len(found.bends) == len(wanted.bends)
    for ours, theirs in zip(found.bends, wanted.bends):
        assert abs(ours[0] - theirs[0]) <= time_s and abs(ours[1] - theirs[1]) <= 0.01


def test_a_file_comes_back_as_it_was_written(tmp_path):
    parts = [performance(0), performance(1, bends=False), performance(2)]
    midi.write(parts, tmp_path / "a.mid")
    for found, wanted in zip(midi.read(tmp_path / "a.mid"), parts, strict=True):
        assert_same(found, wanted, time_s=0.001)


def test_two_hours_come_back_within_a_millisecond_and_in_seconds(tmp_path):
    notes = [Note(n * 0.36, 0.3, 40.0 + n % 50) for n in range(20_000)]
    begin = time.process_time()
    midi.write([midi.Part(notes)], tmp_path / "a.mid")
    part, = midi.read(tmp_path / "a.mid")
    line, = midi.voices(part)
    assert time.process_time() - begin < 10
    assert line.end_s > 7195 and np.abs(np.array([n.onset_s for n in line.notes]) -
                                        np.array([n.onset_s for n in notes])).max() < 0.001


def test_twenty_parts_keep_their_own_bends(tmp_path):
    """More parts than MIDI has channels."""
    parts = [midi.Part([Note(0, 1, 60.0)], name=f"{n}", bends=((0.5, 0.1 * n),)) for n in range(1, 21)]
    midi.write(parts, tmp_path / "a.mid")
    found = midi.read(tmp_path / "a.mid")
    assert [part.name for part in found] == [part.name for part in parts]
    assert [part.bends[0][1] for part in found] == pytest.approx([0.1 * n for n in range(1, 21)], abs=0.01)


def test_a_note_sequence_comes_back_as_it_went():
    parts = [performance(0), performance(1, bends=False)]
    sequence = midi.to_note_sequence(parts)
    assert sequence.total_time == pytest.approx(max(part.end_s for part in parts))
    for found, wanted in zip(midi.from_note_sequence(sequence), parts, strict=True):
        assert_same(found, wanted, time_s=1e-9)


def test_a_file_and_note_seq_of_that_file_are_the_same_parts(tmp_path):
    import note_seq

    parts = [performance(0, bends=False), performance(1, bends=False)]
    midi.write(parts, tmp_path / "a.mid")
    theirs = midi.from_note_sequence(note_seq.midi_file_to_note_sequence(str(tmp_path / "a.mid")))
    for found, wanted in zip(midi.read(tmp_path / "a.mid"), theirs, strict=True):
        assert np.allclose([(n.onset_s, n.end_s, n.midi, n.velocity) for n in found.notes],
                           [(n.onset_s, n.end_s, n.midi, n.velocity) for n in wanted.notes], atol=1e-6)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    midi.write([performance(0)], tmp_path / "a.mid")
    before = (tmp_path / "a.mid").read_bytes()
    monkeypatch.setattr(mido.MidiFile, "save", lambda self, file: (file.write(b"MThd half"), 1 / 0))
    with pytest.raises(ZeroDivisionError):
        midi.write([performance(1)], tmp_path / "a.mid")
    assert (tmp_path / "a.mid").read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_pitches_between_the_keys_are_rounded_and_said(tmp_path):
    with pytest.warns(UserWarning, match="1 pitch between two keys"):
        midi.write([midi.Part([Note(0, 1, 60.4)])], tmp_path / "a.mid")
    assert midi.read(tmp_path / "a.mid")[0].notes[0].midi == 60


# ------------------------------------------------------------------ lines of one note

def is_line(part):
    return all(a.end_s <= b.onset_s + 1e-6 for a, b in zip(part.notes, part.notes[1:]))


def test_a_line_is_returned_as_it_is():
    part = midi.Part(parse("A4:1 R:1 B4:2 C5:1"))
    with warnings.catch_warnings(action="error"):
        assert midi.voices(part) == [part] and midi.voices(part)[0] is part


def test_four_parts_in_one_staff_become_four_lines_again():
    parts = midi.chorale("bwv66.6")
    one = midi.Part([n for part in parts for n in part.notes], name="Organ")
    with pytest.warns(UserWarning, match="up to 4 notes at once; split into 4 voices") as said:
        lines = midi.voices(one)
    assert [line.name for line in lines] == [f"Organ, voice {n}" for n in (1, 2, 3, 4)] and all(map(is_line, lines))
    unisons = len(one.notes) - sum(len(line.notes) for line in lines)
    assert (unisons > 0) == any("doubled" in str(warning.message) for warning in said)
    kept = {(n.onset_s, n.midi) for n in one.notes}
    assert {(n.onset_s, n.midi) for line in lines for n in line.notes} == kept
    shared = len({(n.onset_s, n.midi) for n in lines[0].notes} & {(n.onset_s, n.midi) for n in parts[0].notes})
    assert shared >= 0.9 * len(parts[0].notes), "the highest voice is the soprano"


def test_each_voice_takes_the_nearest_note():
    """From C5 and C4 to E4 and B3: 8 + 1 semitones, not 4 + 13."""
    high, low = quiet_voices([Note(0, 1, 72.0), Note(0, 1, 60.0), Note(1, 1, 64.0), Note(1, 1, 59.0)])
    assert [n.midi for n in high.notes] == [72, 64] and [n.midi for n in low.notes] == [60, 59]


def quiet_voices(notes):
    with warnings.catch_warnings(action="ignore"):
        return midi.voices(midi.Part(notes))


@pytest.mark.parametrize("notes, ends", [
    ([Note(0, 0.55, 60.0), Note(0.5, 0.5, 62.0)], [0.5, 1.0]),                  # 50 ms
    ([Note(0, 2.3, 60.0), Note(2.0, 2.0, 62.0)], [2.0, 4.0]),                   # 13 % of a long note
])
def test_legato_is_no_chord(notes, ends):
    line, = midi.voices(midi.Part(notes))
    assert [n.end_s for n in line.notes] == pytest.approx(ends)


@pytest.mark.parametrize("notes", [
    [Note(0, 1.0, 60.0), Note(0.5, 0.5, 62.0)],                                 # half of the note
    [Note(0, 4.0, 48.0), Note(3.5, 0.2, 72.0)],                                 # over a held note, which goes on
    [Note(0, 0.05, 60.0), Note(0.005, 0.05, 64.0)],                             # a short chord, spread
])
def test_a_chord_is_no_legato(notes):
    assert len(quiet_voices(notes)) == 2


def test_doubled_and_empty_notes_are_left_out_and_counted():
    part = midi.Part([Note(0, 1, 60.0, 0.5), Note(0, 1, 60.0, 0.8), Note(1, 0, 62.0), Note(1, 1, 64.0)])
    with pytest.warns(UserWarning) as said:
        line, = midi.voices(part)
    assert [(n.midi, n.velocity) for n in line.notes] == [(60, 0.8), (64, 0.7)]
    assert {str(warning.message) for warning in said} == {
        "a part: 1 note of no length left out.", "a part: 1 doubled note left out (same pitch, same moment)."}


# ------------------------------------------------------------------ notes for an instrument

def test_notes_outside_the_range_move_by_octaves():
    notes = [Note(n, 1, float(pitch)) for n, pitch in enumerate((20, 54, 55, 79, 80, 127))]
    said = "4 notes of 6 outside the instrument's range G3 to G5: G#0, F#3, G#5, G9; moved by octaves"
    with pytest.warns(UserWarning, match=said):
        moved = midi.fit_range(notes, 55, 79)
    assert [n.midi for n in moved] == [56, 66, 55, 79, 68, 79]
    with pytest.raises(ValueError, match="4 notes of 6 outside"):
        midi.fit_range(notes, 55, 79, strict=True)
    with pytest.raises(ValueError, match="No octave of G#0"):
        midi.fit_range(notes, 60, 64)
    with pytest.raises(ValueError, match="lowest note first"):
        midi.fit_range(notes, 79, 55)
    assert midi.fit_range(notes, 0, 127) == notes


def test_transpose_and_stretch():
    notes = parse("A4:1 R:1 B4:2", beats_per_minute=60)
    assert [n.midi for n in midi.transpose(notes, -12.5)] == [56.5, 58.5]
    assert [(n.onset_s, n.duration_s) for n in midi.stretch(notes, 0.5)] == [(0, 2), (4, 4)]
    with pytest.raises(ValueError, match="pitch 141"):
        midi.transpose(notes, 72)
    for speed in (0, -1, math.nan, math.inf):
        with pytest.raises(ValueError, match="speed came as"):
            midi.stretch(notes, speed)


# ------------------------------------------------------------------ MusicXML

def xml_note(step, octave, duration, extra="", alter=None):
    alter = f"<alter>{alter}</alter>" if alter is not None else ""
    return (f"<note>{'<chord/>' if 'chord' in extra else ''}<pitch><step>{step}</step>{alter}<octave>{octave}</octave>"
            f"</pitch><duration>{duration}</duration>{extra.replace('chord', '')}</note>")


def score(*parts, programs=None):
    about = "".join(f'<score-part id="P{n}"><part-name>Part {n}</part-name>{(programs or {}).get(n, "")}</score-part>'
                    for n in range(1, len(parts) + 1))
    bodies = "".join(f'<part id="P{n}">{body}</part>' for n, body in enumerate(parts, 1))
    return f'<?xml version="1.0"?><score-partwise><part-list>{about}</part-list>{bodies}</score-partwise>'


def read_xml(tmp_path, *parts, **settings):
    path = tmp_path / "a.musicxml"
    path.write_text(score(*parts, **settings), encoding="utf-8")
    return midi.read(path)


DIVISIONS = "<attributes><divisions>2</divisions></attributes>"


def test_a_tempo_in_one_part_moves_all_parts(tmp_path):
    """Two quarters at 60, then 120: both parts end at 2 + 1 s, whichever of them carries the marks."""
    marks = ('<sound tempo="60"/>', '<direction><sound tempo="120"/></direction>')
    marked = (f"<measure>{DIVISIONS}{marks[0]}{xml_note('C', 4, 4)}</measure>"
              f"<measure>{marks[1]}{xml_note('D', 4, 4)}</measure>")
    plain = f"<measure>{DIVISIONS}{xml_note('E', 4, 4)}</measure><measure>{xml_note('F', 4, 4)}</measure>"
    for bodies in ((marked, plain), (plain, marked)):
        for part in read_xml(tmp_path, *bodies):
            assert [(n.onset_s, n.end_s) for n in part.notes] == [(0, 2), (2, 3)]


def test_a_printed_metronome_counts_where_no_sound_does(tmp_path):
    mark = ("<direction><direction-type><metronome><beat-unit>quarter</beat-unit><beat-unit-dot/>"
            "<per-minute>40</per-minute></metronome></direction-type></direction>")
    part, = read_xml(tmp_path, f"<measure>{DIVISIONS}{mark}{xml_note('C', 4, 2)}</measure>")
    assert part.notes[0].duration_s == pytest.approx(1.0)


def test_chords_backup_and_forward_place_notes(tmp_path):
    body = (f"<measure>{DIVISIONS}{xml_note('C', 5, 2)}{xml_note('E', 5, 2, 'chord')}"
            f"<backup><duration>2</duration></backup><forward><duration>1</duration></forward>{xml_note('C', 3, 3)}"
            f"</measure><measure>{xml_note('G', 4, 2)}</measure>")
    part, = read_xml(tmp_path, body)
    assert spans(part) == [(0, 0.5, 76), (0, 0.5, 72), (0.25, 1.0, 48), (1.0, 1.5, 67)]


def test_tied_notes_are_one_and_repeated_notes_are_two(tmp_path):
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    body = (f"<measure>{DIVISIONS}{xml_note('C', 4, 2)}{xml_note('C', 4, 2, start)}</measure>"
            f"<measure>{xml_note('C', 4, 4, stop + start)}</measure><measure>{xml_note('C', 4, 1, stop)}</measure>")
    part, = read_xml(tmp_path, body)
    assert spans(part) == [(0, 0.5, 60), (0.5, 2.25, 60)]


def test_pitches_programs_and_transposing_instruments(tmp_path):
    midi_instrument = '<midi-instrument id="I"><midi-program>41</midi-program></midi-instrument>'
    horn = "<attributes><divisions>2</divisions><transpose><chromatic>-7</chromatic></transpose></attributes>"
    notes = [("B", 3, 1), ("C", 4, -1), ("C", 5, None), ("A", 4, 0.5)]
    body = "".join(xml_note(step, octave, 2, alter=alter) for step, octave, alter in notes)
    violin, low = read_xml(tmp_path, f"<measure>{DIVISIONS}{body}</measure>", f"<measure>{horn}{body}</measure>",
                           programs={1: midi_instrument})
    assert [n.midi for n in violin.notes] == [60, 59, 72, 69.5] and violin.program == 40
    assert [n.midi for n in low.notes] == [53, 52, 65, 62.5] and low.program == 0


def test_grace_notes_and_drums_are_left_out_and_said(tmp_path):
    grace = "<note><grace/><pitch><step>D</step><octave>4</octave></pitch></note>"
    drum = "<note><unpitched/><duration>2</duration></note>"
    with pytest.warns(UserWarning) as said:
        first, second = xml_note("C", 4, 2), xml_note("E", 4, 2)
        part, = read_xml(tmp_path, f"<measure>{DIVISIONS}{grace}{first}{drum}{second}</measure>")
    assert spans(part) == [(0, 0.5, 60), (1.0, 1.5, 64)]
    assert "1 grace note left out" in str(said[1].message) and "1 drum stroke" in str(said[0].message)


def test_loudness_marks(tmp_path):
    def direction(mark):
        return f"<direction><direction-type><dynamics><{mark}/></dynamics></direction-type></direction>"

    body = (f"<measure>{DIVISIONS}{direction('pp')}{xml_note('C', 4, 2)}{direction('ff')}{xml_note('D', 4, 2)}"
            f'<direction><sound dynamics="88.89"/></direction>{xml_note("E", 4, 2)}</measure>')
    part, = read_xml(tmp_path, body)
    quiet, loud, exact = (n.velocity for n in part.notes)
    assert quiet < 0.35 < 0.8 < loud and exact == pytest.approx(0.8889 * 90 / 127)


@pytest.mark.parametrize("bars, order", [
    ("a |: b :| c", [0, 1, 1, 2]),
    ("a b :| c :|", [0, 1, 0, 1, 2, 2]),
    ("|: a 1b :| 2c d", [0, 1, 0, 2, 3]),
    ("|: a 1,2b :| 3c |: d :|", [0, 1, 0, 1, 0, 2, 3, 3]),
    ("a b c", [0, 1, 2]),
])
def test_repeats_are_played(bars, order):
    import re
    import xml.etree.ElementTree as ElementTree

    measures = []
    for forward, ending, backward in re.findall(r"(\|:)?\s*([\d,]*)[a-z]\s*(:\|)?", bars):
        signs = '<barline><repeat direction="forward"/></barline>' if forward else ""
        signs += f'<barline><ending number="{ending}" type="start"/></barline>' if ending else ""
        signs += f'<barline><ending number="{ending}" type="stop"/></barline>' if ending else ""
        if backward:
            close = f'<ending number="{ending}" type="stop"/>' if ending else ""
            signs = signs.replace(f"<barline>{close}</barline>", "") if ending else signs
            signs += f'<barline>{close}<repeat direction="backward"/></barline>'
        measures.append(f"<measure>{signs}</measure>")
    assert order_of_measures(ElementTree.fromstring(f"<part>{''.join(measures)}</part>")) == order


def test_agrees_with_note_seq_where_note_seq_is_right(tmp_path):
    """One tempo of 120, no ties, no repeats: the peer's reader and this one."""
    from note_seq import musicxml_reader

    random = np.random.default_rng(3)
    notes = [xml_note("CDEFGAB"[random.integers(7)], random.integers(3, 6), random.integers(1, 5)) for _ in range(24)]
    body = "".join(f"<measure>{'' if n else DIVISIONS}{''.join(notes[n:n + 4])}</measure>" for n in range(0, 24, 4))
    part, = read_xml(tmp_path, body)
    theirs = musicxml_reader.musicxml_file_to_sequence_proto(str(tmp_path / "a.musicxml"))
    assert np.allclose([(n.onset_s, n.end_s, n.midi) for n in part.notes],
                       [(n.start_time, n.end_time, n.pitch) for n in theirs.notes])


def test_a_chorale_has_four_lines_at_the_tempo_of_the_score():
    parts = midi.chorale("bwv66.6")
    assert [part.name for part in parts] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert [part.end_s for part in parts] == pytest.approx([36 * 60 / 96] * 4)       # 9 bars of 4 quarters, 96 a minute
    assert [round(n.midi) for n in parts[0].notes[:8]] == [73, 71, 69, 71, 73, 76, 73, 71]
    means = [np.mean([n.midi for n in part.notes]) for part in parts]
    assert means == sorted(means, reverse=True)
    for name in midi.chorales():
        with warnings.catch_warnings(action="error"):
            parts = midi.chorale(name)
            assert len(parts) == 4 and all(midi.voices(part)[0] is part for part in parts), name
        assert len({round(part.end_s, 6) for part in parts}) == 1, name
    with pytest.raises(ValueError, match="no chorale 'bwv999'.*bwv66.6"):
        midi.chorale("bwv999")


# ------------------------------------------------------------------ what cannot be

def zipped(name, content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(name, content)
    return buffer.getvalue()



@pytest.mark.parametrize("name, content, words", [
    ("a.mid", b"Dear musician, this is a letter.", "not a MIDI file: it begins with b'Dear"),
    ("a.mid", b"", "not a MIDI file"),
    ("a.mid", b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0\x20\0\x90\x3c", "cannot be read as MIDI.*broken or cut off"),
    ("a.mid", b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0\4\0\xff\x2f\0", "a.mid holds no notes"),
    ("a.mid", b"MThd\0\0\0\6\0\2\0\1\1\xe0MTrk\0\0\0\4\0\xff\x2f\0", "type 2"),
    ("a.mid", b"MThd\0\0\0\6\0\1\0\1\xe7\x28MTrk\0\0\0\4\0\xff\x2f\0", "SMPTE"),
    ("a.wav", b"RIFF", "ends in '.wav'; .mid, .midi, .musicxml, .xml, .mxl was wanted"),
    ("a.xml", b"no markup at all", "cannot be read as MusicXML"),
    ("a.xml", b"<html></html>", "holds <html>; a <score-partwise>"),
    ("a.xml", b"<score-partwise></score-partwise>", "a.xml holds no notes"),
    ("a.musicxml", score("<measure><note><pitch><step>H</step><octave>4</octave></pitch><duration>1</duration></note>"
                         "</measure>").encode(), "not valid MusicXML"),
    ("a.musicxml", score("<measure><note><pitch><step>C</step><octave>4</octave></pitch><duration>one</duration></note>"
                         "</measure>").encode(), "not valid MusicXML"),
    ("a.musicxml", score(f"<measure>{xml_note('C', 19, 1)}</measure>").encode(), "pitch 240; a MIDI note number"),
    ("a.musicxml", score(f"<measure>{xml_note('C', 4, -1)}</measure>").encode(), "lasts -0.5 s"),
    ("a.musicxml", score(f"<measure>{xml_note('C', 4, 'nan')}</measure>").encode(), "finite number was wanted"),
    ("a.mxl", b"PK, but no archive", "cannot be read as MusicXML"),
    ("a.mxl", zipped("readme.txt", "no score"), "it holds no score"),
])
def test_a_file_that_cannot_be_read_says_why(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=words):
        midi.read(path)


def test_a_missing_file_a_folder_and_other_things(tmp_path):
    (tmp_path / "folder.mid").mkdir()
    for name in ("nowhere.mid", "folder.mid"):
        with pytest.raises(ValueError, match=f"{name} does not exist"):
            midi.read(tmp_path / name)
    with pytest.raises(ValueError, match="list came; a note_seq.NoteSequence was wanted"):
        midi.from_note_sequence([])
    with pytest.raises(ValueError, match="holds no notes"):
        midi.from_note_sequence(midi.to_note_sequence([]))
    with pytest.raises(ValueError, match="ends in '.wav'"):
        midi.write([performance()], tmp_path / "a.wav")
    with pytest.raises(ValueError, match="No notes came"):
        midi.write([midi.Part([])], tmp_path / "a.mid")
    with pytest.raises(ValueError, match="bend of 130 semitones"):
        midi.write([midi.Part([Note(0, 1, 60.0)], bends=((0, 130),))], tmp_path / "a.mid")
    assert not (tmp_path / "a.mid").exists()


def test_a_sequence_with_an_impossible_note_is_refused():
    sequence = midi.to_note_sequence([midi.Part([Note(0, 1, 60.0)])])
    sequence.notes[0].end_time = -1
    with pytest.raises(ValueError, match="lasts -1 s"):
        midi.from_note_sequence(sequence)
    sequence.notes[0].end_time = math.nan
    with pytest.raises(ValueError, match="duration_s = nan"):
        midi.from_note_sequence(sequence)
    sequence.notes[0].end_time, sequence.notes[0].pitch = 1, 200
    with pytest.raises(ValueError, match="pitch 200"):
        midi.from_note_sequence(sequence)


@pytest.mark.parametrize("settings, words", [
    ({"onset_s": math.nan}, "onset_s = nan"), ({"onset_s": -1.0}, "begins at -1 s"),
    ({"duration_s": -0.1}, "lasts -0.1 s"), ({"duration_s": math.inf}, "duration_s = inf"),
    ({"midi": -1.0}, "pitch -1"), ({"midi": 127.5}, "pitch 127.5"), ({"velocity": 1.1}, "velocity 1.1"),
])
def test_a_part_refuses_impossible_notes(settings, words):
    whole = {"onset_s": 0.0, "duration_s": 1.0, "midi": 60.0, "velocity": 0.5}
    with pytest.raises(ValueError, match=f"part 'Flute': note 1 .*{words}"):
        midi.Part([Note(**{**whole, **settings})], name="Flute")


def test_a_part_refuses_impossible_bends_and_programs():
    with pytest.raises(ValueError, match="a bend is not a pair of finite numbers"):
        midi.Part([], bends=((0.0, math.nan),))
    with pytest.raises(ValueError, match="program came as 128"):
        midi.Part([], program=128)


def test_reading_files_needs_no_note_seq_and_no_tensorflow():
    import subprocess
    import sys

    code = ("import sys; from ddsp_helpers import midi; midi.chorale(); "
            "print(sorted({'note_seq', 'tensorflow', 'pretty_midi'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
