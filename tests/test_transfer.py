"""The transfer recipe: known controls in, known controls out; then through synthesis and back."""
import dataclasses
import types

import numpy as np
import pytest

from ddsp_helpers import audio, note_mask, streaming, transfer, tuning, units
from ddsp_helpers.data.statistics import Statistics, Summary
from ddsp_helpers.features import Features
from ddsp_helpers.spec import SPEC_16K
from ddsp_helpers.transfer import Settings

RATE = 16000


def statistics(*, mean=74.0, low=55.0, high=93.0, quietest=-40.0, loudest=-15.0):
    """Statistics of something like a violin."""
    pitch = Summary(mean, 7.0, low, high, low, high)
    loudness = Summary((quietest + loudest) / 2, 6.0, quietest, loudest, quietest, loudest)
    return Statistics(pitch, loudness, loudness, pitch, loudness, loudness,
                      tuple(np.linspace(quietest, loudest, 1000)), 0.8, 600.0, 10, 50)


def sung(midi, *, loudness_db=-30.0, confidence=0.95, frames=None):
    """Features of a voice; midi 0 is a rest."""
    midi = np.atleast_1d(np.asarray(midi, np.float64))
    midi = np.resize(midi, frames or len(midi))
    rest = midi <= 0
    level = np.where(rest, -60.0, np.broadcast_to(loudness_db, midi.shape))
    return Features(np.where(rest, 50.0, units.midi_to_hz(midi)), np.where(rest, 0.05, confidence), level, level - 10)


def phrase():
    """Six seconds: rests and notes that swell, with vibrato."""
    t = np.arange(300) / 50
    midi = 57 + 5 * (np.floor(t / 2) % 3) + 0.3 * np.sin(2 * np.pi * 5 * t)
    midi[(t % 2) > 1.6] = 0
    return sung(midi, loudness_db=-35 + 10 * np.sin(np.pi * (t % 2) / 1.6))


class Sawtooth:
    """An instrument with known sound: eight harmonics whose level follows the loudness it is asked for."""

    model_spec = types.SimpleNamespace(synth=SPEC_16K)

    def __init__(self, **options):
        self.statistics = statistics(**options)

    def blocks(self, features, block_frames=200):
        hop, phase = SPEC_16K.hop, 0.0
        f0 = np.asarray(features.f0_hz, np.float64)
        level = np.append(features.loudness_db, features.loudness_db[-1]).astype(np.float64)
        for start in range(0, len(f0), block_frames):
            part = slice(start, min(start + block_frames, len(f0)))
            at = np.arange(part.start * hop, part.stop * hop) / hop
            cycles = phase + np.cumsum(np.interp(at, np.arange(len(f0)), f0) / RATE)
            gain = 10 ** (np.interp(at, np.arange(len(level)), level) / 20 - 0.5)
            phase = cycles[-1] % 1.0
            yield (gain * sum(np.sin(2 * np.pi * k * cycles) / k for k in range(1, 9))).astype(np.float32)


@pytest.fixture
def sawtooth(monkeypatch):
    monkeypatch.setattr(streaming, "render", lambda model, f0_hz, loudness_db, **_: model.blocks(
        types.SimpleNamespace(f0_hz=f0_hz, loudness_db=loudness_db)))
    return Sawtooth()


# ------------------------------------------------------------------ notes

def test_the_mask_finds_the_notes_and_not_the_rests():
    features = phrase()
    score = note_mask.note_score(features.f0_confidence, features.loudness_db, frame_rate=50)
    truth = np.asarray(features.f0_confidence) > 0.5
    assert np.mean((score >= 1) == truth) > 0.95


def test_a_long_silence_does_not_turn_hiss_into_notes():
    features = phrase()
    quiet = np.full(5000, -80.0)
    hiss = np.concatenate([quiet, features.loudness_db]), np.concatenate([np.zeros(5000), features.f0_confidence])
    alone = note_mask.note_score(features.f0_confidence, features.loudness_db, frame_rate=50)
    assert np.allclose(note_mask.note_score(hiss[1], hiss[0], frame_rate=50)[5010:], alone[10:])


def test_segments_are_the_notes():
    assert note_mask.segments([True, True, False, True]) == [(0, 2), (3, 4)]
    assert note_mask.segments([False]) == []


def test_silence_scores_nothing_and_bad_frames_are_refused():
    assert not note_mask.note_score(np.ones(9), np.full(9, -80.0), frame_rate=50).any()
    with pytest.raises(ValueError, match="9 frames and loudness_db 8"):
        note_mask.note_score(np.ones(9), np.ones(8), frame_rate=50)
    with pytest.raises(ValueError, match="frame 2"):
        note_mask.note_score(np.ones(4), [0, 0, np.nan, 0], frame_rate=50)


# ------------------------------------------------------------------ pitch

@pytest.mark.parametrize("midi, octave", [(50, 2), (62, 1), (74, 0), (79, 0), (84, -1), (98, -2)])
def test_the_octave_goes_into_the_range(midi, octave):
    adjusted = transfer.adjust(sung([midi], frames=100), statistics(), Settings())
    assert adjusted.octave == octave
    assert np.allclose(units.hz_to_midi(adjusted.features.f0_hz), midi + 12 * octave, atol=1e-3)


def test_the_classic_rule_rounds_as_the_recipe_says():
    choose = transfer.choose_octave
    assert choose(np.array([74.0 - 13]), statistics(), rule="classic") == 2      # 1.08 octaves, up
    assert choose(np.array([74.0 - 19]), statistics(), rule="classic") == 1      # 1.58 octaves, down
    assert choose(np.array([74.0 + 5]), statistics(), rule="classic") == 0


def test_manual_shifts_add_up():
    settings = Settings(octave=1, pitch_shift_semitones=-3, loudness_shift_db=6, match_loudness=False)
    adjusted = transfer.adjust(sung([60], frames=100), statistics(), settings)
    assert np.allclose(units.hz_to_midi(adjusted.features.f0_hz), 69, atol=1e-3)
    assert np.allclose(adjusted.features.loudness_db, -24, atol=1e-4)


def test_pitch_between_notes_is_sane():
    adjusted = transfer.adjust(phrase(), statistics(), Settings(octave=0))
    midi = units.hz_to_midi(adjusted.features.f0_hz)
    assert midi.min() > 56.5 and midi.max() < 67.5            # the 50 Hz of the rests are gone


def test_autotune_finds_tuning_and_scale_and_keeps_what_it_is_told():
    melody = np.repeat([62, 64, 66, 67, 69, 71, 73, 74], 20) + 0.3
    assert tuning.tuning_offset(melody) == pytest.approx(0.3)
    assert tuning.best_scale(melody, offset=0.3) == 2                                  # D major
    mask = np.ones(len(melody), bool)
    hard = tuning.autotune(units.midi_to_hz(melody), mask, amount=1.0)
    half = tuning.autotune(units.midi_to_hz(melody), mask, amount=0.5)
    assert np.allclose(units.hz_to_midi(hard), melody - 0.3, atol=1e-6)
    assert np.allclose(units.hz_to_midi(half), melody - 0.15, atol=1e-6)
    assert np.array_equal(tuning.autotune(units.midi_to_hz(melody), mask, amount=0.0), units.midi_to_hz(melody))


def test_autotune_pulls_a_wrong_note_into_the_scale():
    assert tuning.to_scale([63.2], tonic=0).tolist() == [64.0]        # D sharp is not in C major
    assert tuning.to_scale([59.4, 60.6], tonic=0).tolist() == [59.0, 60.0]


# ------------------------------------------------------------------ loudness

def test_loudness_takes_the_instrument_s_distribution():
    rng = np.random.default_rng(0)
    voice = rng.normal(-45, 5, 5000)
    target = np.sort(rng.gamma(2, 5, 1000) - 50)
    mapped = transfer.match_quantiles(voice, np.ones(5000, bool), target)
    assert np.abs(np.quantile(mapped, [0.05, 0.5, 0.95]) - np.quantile(target, [0.05, 0.5, 0.95])).max() < 0.3
    assert (np.diff(mapped[np.argsort(voice)]) >= 0).all()            # louder stays louder


def test_loudness_goes_on_beyond_the_notes():
    mapped = transfer.match_quantiles([-60.0, -40.0, -30.0, -20.0], [0, 1, 1, 1], [-20.0, -15.0, -10.0])
    assert mapped.tolist() == [-40.0, -20.0, -15.0, -10.0]
    flat = transfer.match_quantiles([-30.0, -30.0], [1, 1], [-20.0, -15.0, -10.0])
    assert flat.tolist() == [-15.0, -15.0]


def test_rests_are_turned_down_and_never_below_silence():
    loud, soft = (transfer.adjust(phrase(), statistics(), Settings(quiet_db=quiet)) for quiet in (0, 30))
    rest = ~loud.note_mask
    change = loud.features.loudness_db - soft.features.loudness_db
    assert np.allclose(change[~rest], 0) and change[rest].mean() > 8
    assert soft.features.loudness_db.min() >= -80


# ------------------------------------------------------------------ settings and refusals

@pytest.mark.parametrize("name", transfer.SETTINGS)
def test_each_setting_knows_its_range(name):
    control = transfer.SETTINGS[name]
    assert getattr(Settings(), name) == control.default
    Settings(**{name: control.minimum}), Settings(**{name: control.maximum})
    with pytest.raises(ValueError, match=name):
        Settings(**{name: control.maximum + 1})


def test_an_octave_must_be_one():
    with pytest.raises(ValueError, match="'sideways'"):
        Settings(octave="sideways")


@pytest.mark.parametrize("features, words", [
    (sung([0], frames=100).replace(loudness_db=np.full(100, -80.0)), "silent"),
    (sung([60], frames=100, confidence=0.1), "no clear pitch"),
    (sung([60], frames=100, confidence=0.6), "lower the threshold"),
])
def test_no_notes_says_why(features, words):
    with pytest.raises(ValueError, match=words):
        transfer.adjust(features, statistics())


def test_a_melody_out_of_range_is_remarked():
    adjusted = transfer.adjust(sung([40], frames=100), statistics(), Settings(octave=0))
    assert "outside what the instrument was trained on (G3 to A6)" in adjusted.remarks[0]


def test_a_model_without_statistics_is_refused(sawtooth):
    sawtooth.statistics = None
    with pytest.raises(ValueError, match="no statistics"):
        transfer.transfer_features(phrase(), model=sawtooth)


# ------------------------------------------------------------------ through sound and back

def test_the_result_keeps_melody_and_dynamics(sawtooth):
    result = transfer.transfer_features(phrase(), model=sawtooth)
    found = transfer.check(result, pitch="swiftf0")
    assert result.adjusted.octave == 1
    assert found.holds, found
    assert found.median_cents < 5


def test_the_check_notices_a_wrong_note_and_a_wrong_dynamic(sawtooth):
    result = transfer.transfer_features(phrase(), model=sawtooth)
    wrong = transfer.transfer_features(phrase(), model=sawtooth, settings=Settings(octave=1, pitch_shift_semitones=1))
    assert not transfer.check(dataclasses.replace(wrong, adjusted=result.adjusted), pitch="swiftf0").holds
    flat = result.features.replace(loudness_db=result.features.loudness_db[::-1])
    assert transfer.check(dataclasses.replace(result, features=flat), pitch="swiftf0").loudness_correlation < 0.9


def test_file_to_file_equals_array_to_array(sawtooth, tmp_path):
    voice = np.concatenate([0.3 * block for block in sawtooth.blocks(phrase())])[:-100]
    audio.save(tmp_path / "voice.wav", voice, sample_rate=RATE, limit=True)
    heard, adjusted = transfer.transfer_file(tmp_path / "voice.wav", tmp_path / "out.wav", model=sawtooth, pitch="swiftf0")
    voice = audio.load(tmp_path / "voice.wav").samples
    result = transfer.transfer(voice, sample_rate=RATE, model=sawtooth, pitch="swiftf0")
    written = audio.load(tmp_path / "out.wav")
    assert len(written.samples) == len(voice) == len(result.audio)
    assert np.abs(written.samples - result.audio).max() < 1e-3
    assert len(heard) == len(adjusted.note_mask) == 300


def test_resynthesis_changes_nothing_but_the_player(sawtooth, tmp_path):
    voice = np.concatenate([0.3 * block for block in sawtooth.blocks(phrase())])
    audio.save(tmp_path / "phrase.wav", voice, sample_rate=RATE, limit=True)
    heard = transfer.resynthesize_file(tmp_path / "phrase.wav", tmp_path / "out.flac", model=sawtooth, pitch="swiftf0")
    again = transfer.resynthesize(audio.load(tmp_path / "phrase.wav").samples, sample_rate=RATE, model=sawtooth,
                                  pitch="swiftf0")
    assert np.abs(audio.load(tmp_path / "out.flac").samples - again).max() < 1e-3
    assert len(heard) == 300
