"""Notes heard in solo recordings: against known scores, in pieces, and what is said about sounds without notes."""
import dataclasses
import itertools
import warnings

import numpy as np
import pytest

from ddsp_helpers import audio, transcribe
from ddsp_helpers.data import phrases, soundfont
from ddsp_helpers.data.melodies import Note
from ddsp_helpers.data.sources import Recording
from ddsp_helpers.transcribe import coherence, octaves, onsets, segments

RATE = 16000


def synthesized(score, *, attack_s=0.01, vibrato_cents=0.0, partials=12, tail_s=0.3):
    """A score played by a harmonic tone with straight attacks, over a little noise, [samples]."""
    sound = 1e-4 * np.random.default_rng(0).standard_normal(round((score[-1].end_s + tail_s) * RATE))
    for note in score:
        t = np.arange(round(note.duration_s * RATE)) / RATE
        midi = note.midi + vibrato_cents / 100 * np.sin(2 * np.pi * 6 * t)
        phase = 2 * np.pi * np.cumsum(440 * 2 ** ((midi - 69) / 12)) / RATE
        tone = sum(np.sin(k * phase) / k for k in range(1, partials + 1))
        level = np.clip(t / attack_s, 0, 1) * np.clip((note.duration_s - t) / 0.02, 0, 1) * note.velocity ** 2
        start = round(note.onset_s * RATE)
        sound[start:start + len(t)] += 0.15 * level * tone
    return sound.astype(np.float32)


def line(pitches, *, step_s=0.35, gap_s=0.0, start_s=0.2):
    """Notes one after the other; their onsets fall between the frames."""
    return [Note(start_s + i * (step_s + 0.0013), step_s - gap_s, float(midi)) for i, midi in enumerate(pitches)]


def heard(sound, **options):
    return transcribe.notes(sound, **{"sample_rate": RATE, "pitch": "swiftf0", **options})


# ------------------------------------------------------------------ the judge

def test_the_judge_counts_what_is_found_missed_and_extra():
    score = [Note(0, 1, 60), Note(1, 1, 62), Note(2, 1, 64)]
    found = [Note(0.02, 1, 60.1), Note(2.5, 1, 64), Note(0.98, 1, 61.9)]
    result = transcribe.compare(found, score)
    assert result.pairs == ((0, 0), (2, 1))
    assert result.missed == (score[2],) and result.extra == (found[1],)
    assert result.recall == result.precision == pytest.approx(2 / 3)
    assert result.onset_errors_s == pytest.approx([0.02, -0.02]) and result.onset_bias_s == pytest.approx(0)
    assert result.onset_error_s == pytest.approx(0.02) and result.pitch_error_cents == pytest.approx(10)
    assert "66.7% (2 of 3 notes)" in result.table() and "E4 at 2.00 s" in result.table()


def test_the_matching_is_the_best_of_all():
    """Greedy would give the middle note to its nearest neighbour and lose a pair; brute force says what is best."""
    random = np.random.default_rng(3)
    for _ in range(30):
        found, score = ([Note(t, 0.1, 60.0) for t in random.uniform(0, 0.4, 5)] for _ in range(2))
        best = (0, 0.0)
        for order in itertools.permutations(range(5)):
            apart = [abs(found[a].onset_s - score[b].onset_s) for a, b in enumerate(order)]
            near = [value for value in apart if value <= 0.1]
            best = min(best, (-len(near), sum(near)))
        result = transcribe.compare(found, score)
        assert (-len(result.pairs), np.abs(result.onset_errors_s).sum()) == pytest.approx(best)


def test_a_known_bias_is_taken_off_and_tolerances_hold():
    score = line([60, 62, 64])
    late = [dataclasses.replace(note, onset_s=note.onset_s + 0.15) for note in score]
    assert transcribe.compare(late, score).recall == 0
    assert transcribe.compare(late, score, bias_s=0.15).onset_error_s == pytest.approx(0, abs=1e-9)
    sharp = [dataclasses.replace(note, midi=note.midi + 0.6) for note in score]
    assert transcribe.compare(sharp, score).recall == 0
    assert transcribe.compare(sharp, score, pitch_tolerance_cents=60).pitch_error_cents == pytest.approx(60)


def test_the_judge_refuses_and_survives_nothing():
    nothing = transcribe.compare([], [])
    assert np.isnan(nothing.recall) and np.isnan(nothing.onset_error_s) and "-" in nothing.table()
    with pytest.raises(ValueError, match="above 0"):
        transcribe.compare([], [], onset_tolerance_s=0)
    with pytest.raises(ValueError, match="found note 1"):
        transcribe.compare([Note(float("nan"), 1, 60)], [])


# ------------------------------------------------------------------ known scores

@pytest.mark.parametrize("gap_s", [0.0, 0.05])
@pytest.mark.parametrize("vibrato_cents", [0, 60])
def test_a_synthetic_line_comes_back(gap_s, vibrato_cents):
    score = line([60, 62, 64, 65, 67, 72, 60, 69, 71, 67, 79, 74], gap_s=gap_s)
    found = heard(synthesized(score, vibrato_cents=vibrato_cents))
    result = transcribe.compare(found.notes, score)
    assert result.recall == 1 and not result.extra, result.table()
    assert abs(result.onset_bias_s) < 0.01 and result.onset_error_90_s < 0.025, result.table()
    assert result.pitch_error_cents < (5 if not vibrato_cents else 25)
    assert found.report.quality == "good" and found.report.covered > 0.85


def test_the_same_pitch_again():
    score = line([67] * 6, gap_s=0.03)
    result = transcribe.compare(heard(synthesized(score)).notes, score)
    assert result.recall == 1 and not result.extra, result.table()


def test_velocity_follows_the_level_and_scale_does_not_matter():
    score = [dataclasses.replace(note, velocity=v) for note, v in zip(line([60, 64, 67, 64]), (1.0, 0.5, 0.7, 0.4))]
    sound = synthesized(score)
    found = heard(sound).notes
    assert [note.velocity for note in found] == pytest.approx([1.0, 0.5, 0.7, 0.4], abs=0.06)
    quiet = heard(0.1 * sound).notes
    assert [note.onset_s for note in quiet] == pytest.approx([note.onset_s for note in found], abs=0.006)


@pytest.mark.parametrize("program", ["violin", "trumpet"])
def test_a_soundfont_shows_no_bias(program):
    score = line([69, 71, 72, 74, 72, 69, 76, 69], step_s=0.4)
    sound = soundfont.play(score, program=program)
    result = transcribe.compare(heard(sound.samples, sample_rate=sound.sample_rate).notes, score)
    assert result.recall == 1 and not result.extra, result.table()
    assert abs(result.onset_bias_s) < 0.005 and result.onset_error_90_s < 0.02, result.table()


@pytest.mark.assets
@pytest.mark.parametrize("instrument, bar", [("violin", 0.9), ("trumpet", 0.93), ("saxophone", 0.93), ("flute", 0.85)])
def test_recorded_notes_played_as_music(instrument, bar):
    """The flute's low notes speak a tenth of a second late: its score is not wholly in the sound."""
    results = []
    for recording in phrases.performances(instrument, minutes=0.5, each_s=7.0, seed=11)[1:4]:
        sound = recording.load()
        found = heard(sound.samples, sample_rate=sound.sample_rate)
        results.append(transcribe.compare(found.notes, recording.notes))
    pairs, missed, extra = (sum(len(getattr(each, name)) for each in results) for name in ("pairs", "missed", "extra"))
    errors_s = np.abs(np.concatenate([result.onset_errors_s for result in results]))
    assert pairs >= bar * (pairs + max(missed, extra)), [result.table() for result in results]
    assert np.median(errors_s) < 0.02


# ------------------------------------------------------------------ the parts

def test_pieces_measure_what_the_whole_measures():
    sound = synthesized(line([60, 64, 67, 72]))
    f0_hz = np.full(-(-len(sound) // 160), 262.0)
    for make in (onsets.OnsetMeter, lambda: octaves.OctaveMeter(f0_hz, frame_rate=100, f_min=40, f_max=2000),
                 lambda: coherence.CoherenceMeter(f0_hz, frame_rate=100)):
        whole, cut = make(), make()
        one = [whole.push(sound), whole.flush()]
        many = [cut.push(sound[start:start + 3001]) for start in range(0, len(sound), 3001)] + [cut.flush()]
        if isinstance(one[0], tuple):
            one, many = ([part[0] for part in parts] for parts in (one, many))
        assert np.allclose(np.concatenate(one), np.concatenate(many), atol=1e-4)


def test_a_file_gives_the_notes_of_its_samples(tmp_path):
    sound = synthesized(line([60, 62, 64, 65, 67]))
    audio.save(tmp_path / "solo.wav", sound, sample_rate=RATE)
    of_file = transcribe.notes_of_file(tmp_path / "solo.wav", pitch="swiftf0")
    of_array = heard(audio.load(tmp_path / "solo.wav").samples)
    assert of_file.notes == of_array.notes and of_file.report.verdict == of_array.report.verdict


def test_octave_errors_are_mended():
    score = line([60, 64, 67])
    sound = synthesized(score)
    midi = np.repeat([60.0, 64.0, 67.0], 35)
    wrong = midi + np.where((np.arange(105) // 10) % 2, 12.0, 0.0)
    meter = octaves.OctaveMeter(440 * 2 ** ((wrong - 69) / 12), frame_rate=100, f_min=40, f_max=2000)
    clarity = np.concatenate([meter.push(sound[3200:3200 + 105 * 160]), meter.flush()])
    assert np.mean(np.abs(octaves.mended(wrong, clarity) - midi) < 0.1) > 0.95


def test_vibrato_is_one_note_and_a_scale_is_not():
    t = np.arange(200) / 100
    trembling = 60 + 0.6 * np.sin(2 * np.pi * 6 * t)
    assert segments.stretches(trembling, np.ones(200), frame_rate=100) == [(0, 200)]
    scale = np.repeat([60.0, 61.0, 63.0, 62.0], 50)
    assert segments.stretches(scale, np.ones(200), frame_rate=100) == [(0, 50), (50, 100), (100, 150), (150, 200)]
    glide = np.concatenate([np.full(60, 60.0), np.linspace(60, 65, 8), np.full(60, 65.0)])
    assert len(segments.stretches(glide, np.ones(128), frame_rate=100)) == 2


def test_a_new_stroke_breaks_the_step_of_the_partials():
    t = np.arange(2 * RATE) / RATE
    random = np.random.default_rng(1).uniform(0, 2 * np.pi, [2, 8])
    tones = [sum(np.sin(2 * np.pi * 220 * k * t + phase[k - 1]) / k for k in range(1, 9)) for phase in random]
    fade = np.clip((t - 1.0) / 0.05, 0, 1)
    joined = 0.1 * (np.cos(fade * np.pi / 2) * tones[0] + np.sin(fade * np.pi / 2) * tones[1])
    meter = coherence.CoherenceMeter(np.full(200, 220.0), frame_rate=100)
    curve = np.concatenate([meter.push(joined), meter.flush()])
    assert abs(int(curve[10:190].argmax()) + 10 - 102) < 6
    assert curve[95:110].max() > 20 * np.median(curve[10:190])


# ------------------------------------------------------------------ sounds without notes

def test_silence_and_noise_have_no_notes_and_it_is_said():
    silent = heard(np.zeros(2 * RATE, np.float32))
    assert silent.notes == () and not silent.report.usable and "silent" in silent.report.verdict
    noise = heard(0.1 * np.random.default_rng(0).standard_normal(3 * RATE))
    assert not noise.report.usable and "pitch" in str(noise.report)


def test_two_voices_are_no_solo():
    high, low = (synthesized([Note(0.2, 3.0, midi)]) for midi in (60.0, 66.3))
    report = heard(high + low).report
    assert not report.usable and "two notes at once" in report.verdict


def test_bad_input_is_refused_in_words():
    for bad, words in ((np.zeros(0), "at least one"), (np.full(RATE, np.nan), "NaN"), (np.zeros(160), "0.010 s"),
                       (np.zeros([2, RATE]), "one sound")):
        with pytest.raises(ValueError, match=words):
            heard(bad)
    with pytest.raises(ValueError, match="frame_rate"):
        heard(np.zeros(RATE), frame_rate=10)


def test_short_notes_are_doubted():
    score = [Note(0.2, 0.5, 60.0), Note(0.8, 0.04, 71.0), Note(0.95, 0.5, 62.0)]
    found = heard(synthesized(score))
    assert any("lasts only" in doubt.reason for doubt in found.report.doubtful), found.notes


# ------------------------------------------------------------------ training data

def recording(name, sound, notes=()):
    return Recording(name, name, RATE, len(sound) / RATE, lambda: audio.Audio(sound, RATE), name, notes=notes)


def test_recordings_without_notes_get_them():
    score = line([60, 64, 67, 72])
    solo, known = recording("solo", synthesized(score)), recording("known", synthesized(score), notes=tuple(score))
    silence = recording("silence", np.zeros(RATE, np.float32))
    said = []
    with pytest.warns(UserWarning, match="silence is left out.*silent"):
        kept = transcribe.with_notes([solo, known, silence], show=said.append, pitch="swiftf0")
    assert [entry.name for entry in kept] == ["solo", "known"] and kept[1].notes == tuple(score)
    assert transcribe.compare(kept[0].notes, score).recall == 1
    assert len(said) == 1 and said[0].startswith("solo: 4 notes")
    with warnings.catch_warnings(), pytest.raises(ValueError, match="None of 1"):
        warnings.simplefilter("ignore")
        transcribe.with_notes([silence], pitch="swiftf0")
