"""ABC notation: keys, accidentals, lengths, ties, triplets; all 1,059 fiddle tunes can be read."""

import pytest

from ddsp_helpers.data import abc_notation as abc


def read(body, *, key="C"):
    notes = abc.parse(f"X:1\nT:Air\nL:1/4\nK:{key}\n{body}\n", quarters_per_minute=60)
    return [(note.onset_s, note.duration_s, note.midi) for note in notes]


def test_pitches_octaves_and_rests():
    assert read("C c c' C, z B") == [(0, 1, 60), (1, 1, 72), (2, 1, 84), (3, 1, 48), (5, 1, 71)]


def test_lengths():
    assert [n[1] for n in read("C2 C/2 C/ C3/2 C//")] == [2, 0.5, 0.5, 1.5, 0.25]
    assert [n[1] for n in read("C>C C<C")] == [1.5, 0.5, 0.5, 1.5]
    assert [round(n[1], 3) for n in read("(3CDE F")] == [0.667, 0.667, 0.667, 1]


def test_keys_and_accidentals():
    assert [n[2] for n in read("F C", key="D")] == [66, 61]
    assert [n[2] for n in read("B E", key="Gm")] == [70, 63]
    assert [n[2] for n in read("^C C | C =C", key="C")] == [61, 61, 60, 60]
    assert [n[2] for n in read("B", key="Glyd")] == [71]
    with pytest.raises(ValueError, match="K:H"):
        read("C", key="H")


def test_ties_chords_and_ornaments():
    assert read("C-C D") == [(0, 2, 60), (2, 1, 62)]
    assert read('{g}[CEG] "Am"~A !trill!B') == [(0, 1, 67), (1, 1, 69), (2, 1, 71)]


def test_a_text_without_notes():
    with pytest.raises(ValueError, match="no notes"):
        abc.parse("T:nothing\nK:C\n")


def test_all_tunes_of_the_pack():
    found = abc.tunes()
    assert len(found) == 1059
    good = 0
    for path in found:
        notes = abc.read(path)
        assert all(a.end_s <= b.onset_s + 1e-6 for a, b in zip(notes, notes[1:]))
        good += len(notes) > 20 and min(n.midi for n in notes) >= 48 and max(n.midi for n in notes) <= 100
    assert good > 1040
