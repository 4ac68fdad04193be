"""The file for the DDSP-VST plugin sounds as the model does, in the plugin's terms."""

import dataclasses

import numpy as np
import pytest

from ddsp_helpers import SPEC_48K, SynthSpec, units
from ddsp_helpers.data.statistics import Summary
from ddsp_helpers.export import export, vst, vst_contract, vst_graph, vst_plugin
from tests.export.instruments import PLUGIN, instrument, statistics, tiny

FRAMES = 160


def melody(frames=FRAMES, *, lowest_midi=50.0):
    """Pitch with vibrato and leaps, Hz, and power with silences, dB."""
    t = np.arange(frames)
    midi = lowest_midi + 12 * (t // 40) + 0.5 * np.sin(t / 1.4)
    return units.midi_to_hz(midi), np.where(t % 40 < 4, -80.0, -30 + 12 * np.sin(t / 9))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The smallest instrument in a plugin's file; do not change it."""
    path = tmp_path_factory.mktemp("plugin") / "Tiny Brass.tflite"
    export(tiny(), path, format="vst")
    return path


@pytest.mark.parametrize("fields", [{"decoder": "gru", "width": 192}, {"decoder": "mingru", "width": 256},
                                    {"decoder": "cnn", "width": 9}])
def test_every_decoder_that_fits_plays_as_the_model(tmp_path, fields):
    model = instrument(PLUGIN, **fields)
    report = export(model, tmp_path / "it.tflite", format="vst")
    plugin = vst_plugin.Plugin(tmp_path / "it.tflite")
    f0_hz, power_db = melody()
    inputs = {"f0_hz": f0_hz, "loudness_db": vst_graph.loudness_at(power_db, model.statistics)}
    wanted = model.controls({name: values.astype(np.float32)[None, :, None] for name, values in inputs.items()})
    found = plugin.controls(f0_hz, power_db)
    # Above 8000 / 60 Hz no harmonic after the 60th sounds at 16 kHz, so nothing is cut off; the notes begin at 146 Hz.
    for name in ("amplitude", "noise_magnitudes"):
        np.testing.assert_allclose(found[name], wanted[name], atol=1e-4)
    np.testing.assert_allclose(found["harmonic_distribution"], wanted["harmonic_distribution"][..., :60], atol=1e-4)
    sound = plugin.play(f0_hz, power_db)
    assert vst.signal_to_difference_db(model.synthesize(wanted)[0], sound.audio) > 60 and sound.broken_frames == 0
    assert "bar 0.0001" in str(report) and set(plugin.checks) < set(report.checks)


def test_low_notes_keep_the_level_of_each_of_the_sixty_harmonics(file):
    f0_hz, power_db = np.full(30, 55.0), np.linspace(-50, -10, 30)
    inputs = {"f0_hz": f0_hz, "loudness_db": vst_graph.loudness_at(power_db, statistics())}
    whole = tiny().controls({name: values.astype(np.float32)[None, :, None] for name, values in inputs.items()})
    found = vst_plugin.Plugin(file).controls(f0_hz, power_db)
    assert np.median(found["amplitude"] / whole["amplitude"]) < 0.9, "harmonics 61 to 100 carry some of the sound here"
    np.testing.assert_allclose(found["harmonic_distribution"].sum(axis=-1), 1.0, atol=1e-5)
    np.testing.assert_allclose(found["amplitude"] * found["harmonic_distribution"],
                               whole["amplitude"] * whole["harmonic_distribution"][..., :60], atol=1e-6)


def test_no_harmonic_below_nyquist_is_silence_not_a_division_by_zero(file):
    sound = vst_plugin.Plugin(file).play(np.full(5, 9000.0), np.full(5, -10.0))
    assert sound.broken_frames == 0 and not sound.controls["harmonic_distribution"].any()
    assert not sound.controls["amplitude"].any()


def test_fewer_harmonics_are_filled_up_with_silent_ones(tmp_path):
    model = instrument(SynthSpec(n_harmonics=20), decoder="cnn", width=4)
    export(model, tmp_path / "it.tflite", format="vst")
    found = vst_plugin.Plugin(tmp_path / "it.tflite").controls(np.full(4, 200.0), np.full(4, -20.0))
    assert not found["harmonic_distribution"][..., 20:].any() and np.all(found["harmonic_distribution"][..., :20] > 0)


# ------------------------------------------------------------------ power is not loudness

def test_power_becomes_the_loudness_that_the_recordings_had():
    points = [-80.0, -41.0, -24.0, -11.0]
    np.testing.assert_allclose(vst_graph.loudness_at(points, statistics()), [-80.0, -21.0, -3.0, 13.0])
    assert vst_graph.loudness_at(-120.0, statistics()) == -80.0, "nothing is quieter than silence"
    assert vst_graph.loudness_at(-5.0, statistics()) == pytest.approx(19.0), "beyond the loudest notes dB for dB"
    assert np.all(np.diff(vst_graph.loudness_at(np.linspace(-80, 0, 500), statistics())) > 0)


def test_recordings_of_one_loudness_give_a_straight_line():
    one = Summary(-30.0, 0.0, -30.0, -30.0, -30.0, -30.0)
    louder = dataclasses.replace(one, mean_minimum=-10.0)
    same = dataclasses.replace(statistics(), power_db_notes=one, loudness_db_notes=louder)
    power, loudness = vst_graph.power_curve(same)
    assert power.tolist() == [-80.0, -30.0] and loudness.tolist() == [-80.0, -10.0]


def test_the_curve_is_inside_the_file(file):
    """A model at the loudness of the curve, and the file at the power, frame by frame over all levels."""
    power_db = np.linspace(-90, 6, 100)
    wanted = vst.expected_controls(tiny(), np.full(100, 300.0), power_db)
    found = vst_plugin.Plugin(file).controls(np.full(100, 300.0), power_db)
    assert np.ptp(wanted["amplitude"]) > 0.01
    np.testing.assert_allclose(found["amplitude"], wanted["amplitude"], atol=1e-5)


# ------------------------------------------------------------------ what does not fit, what lies beside

@pytest.mark.parametrize("synth, fields, words", [
    (SPEC_48K, {"decoder": "cnn", "width": 8}, "sample_rate=48000; the DDSP-VST plugin wants 16000"),
    (SynthSpec(frame_rate=250), {"decoder": "cnn", "width": 8}, "frame_rate=250; the DDSP-VST plugin wants 50"),
    (SynthSpec(n_noise_bands=33), {"decoder": "cnn", "width": 8}, "n_noise_bands=33; the DDSP-VST plugin wants 65"),
    (PLUGIN, {"decoder": "cnn", "width": 16}, "cnn of width 16 remembers 836 numbers.*keeps 512.*cnn up to 9"),
    (PLUGIN, {"decoder": "mingru", "width": 257}, "remembers 514 numbers.*mingru up to 256"),
])
def test_what_does_not_fit_is_told_in_words(tmp_path, synth, fields, words):
    with pytest.raises(ValueError, match=words):
        export(instrument(synth, **fields), tmp_path / "it.tflite", format="vst")
    assert not list(tmp_path.iterdir())


def test_an_instrument_without_statistics_is_refused(tmp_path):
    model = instrument(PLUGIN, decoder="cnn", width=4)
    model.statistics = None
    with pytest.raises(ValueError, match="carries no statistics"):
        export(model, tmp_path / "it.tflite", format="vst")
    model.statistics = dataclasses.replace(statistics(), power_db_notes=Summary.of([]))
    with pytest.raises(ValueError, match="numbers were wanted"):
        export(model, tmp_path / "it.tflite", format="vst")


def test_a_room_leaves_as_a_wav_beside_the_file(tmp_path):
    report = export(instrument(PLUGIN, decoder="cnn", width=4, reverb_s=0.1), tmp_path / "Hall.tflite", format="vst")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Hall room.wav", "Hall.tflite"]
    assert "16000 Hz, the instrument's own" in str(report)


def test_metadata_is_that_of_the_instrument(file):
    found = vst_plugin.Plugin(file).metadata
    assert set(vst_contract.METADATA_READ) < set(found)
    assert found["mean_min_pitch_note_hz"] == pytest.approx(220.0) and found["mean_max_power_note"] == -11.0
    sizes = [found[name] for name in ("num_harmonics", "num_noise_amps", "sample_rate", "frame_rate", "frame_size")]
    assert sizes == [60, 65, 16000, 50, 1024]


def test_a_file_that_is_not_the_model_fails_its_proof(file):
    other = instrument(PLUGIN, decoder="cnn", width=8)
    other.decoder.head.bias.assign(other.decoder.head.bias + 0.01)
    with pytest.raises(ValueError, match="differs from the model"):
        vst.prove(file, other)
    with pytest.raises(ValueError, match="some were left behind"):
        vst.prove(file, instrument(PLUGIN, decoder="gru", width=192))
