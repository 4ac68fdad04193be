"""The emulated plugin plays voices and keys as the plugin does."""

import numpy as np
import pytest

from ddsp_helpers import assets, audio, features, models, units
from ddsp_helpers.data.melodies import Note
from ddsp_helpers.export import export, vst, vst_plugin
from ddsp_helpers.midi import Part

RATE = 16000


@pytest.fixture(scope="module")
def violin(tmp_path_factory):
    """The violin that ships, in the plugin."""
    path = tmp_path_factory.mktemp("plugin") / "Violin.tflite"
    export(models.load_instrument("violin"), path, format="vst")
    return vst_plugin.Plugin(path)


def cents_off(sound, midi, *, from_s, to_s):
    """How far a sound is from a pitch between two moments: median, cents."""
    found = features.extract(sound, sample_rate=RATE, pitch="swiftf0")[round(50 * from_s):round(50 * to_s)]
    assert np.mean(found.f0_confidence) > 0.8, "not a pitched sound"
    return abs(float(np.median(units.hz_to_cents(found.f0_hz, units.midi_to_hz(midi)))))


# ------------------------------------------------------------------ keys

def test_a_key_rises_falls_holds_and_dies():
    envelope = vst_plugin.Envelope(attack_s=0.1, decay_s=0.2, sustain=0.5, release_s=0.4)
    since_s = np.array([0.0, 0.05, 0.1, 0.2, 0.3, 0.9, 1.0, 1.2, 1.4, 2.0])
    np.testing.assert_allclose(envelope.level(since_s, 1.0), [0, 0.5, 1, 0.75, 0.5, 0.5, 0.5, 0.25, 0, 0], atol=1e-12)
    with pytest.raises(ValueError, match="times above 0 s"):
        vst_plugin.Envelope(release_s=0.0)
    with pytest.raises(ValueError, match="sustain of 0 to 1"):
        vst_plugin.Envelope(sustain=1.5)


def test_velocity_is_scaled_power_and_the_newest_key_counts():
    part = Part([Note(0.0, 1.0, 60.0, velocity=0.5), Note(0.5, 1.0, 67.0, velocity=1.0)], bends=((1.0, 2.0),))
    f0_hz, power_db = vst_plugin.keys(part, envelope=vst_plugin.Envelope(0.02, 0.02, 1.0, 0.1))
    assert len(f0_hz) == len(power_db) == 81                    # 1.6 s, and the frame at its end
    np.testing.assert_allclose(units.hz_to_midi(f0_hz[[10, 30, 60]]), [60.0, 67.0, 69.0])
    np.testing.assert_allclose(power_db[[0, 10, 30, 74, 80]], [-80.0, -40.0, 0.0, 0.0, -80.0], atol=1e-6)
    with pytest.raises(ValueError, match="no notes"):
        vst_plugin.keys(Part([]))


def test_a_scale_of_keys_is_in_tune(violin):
    scale = [57, 59, 61, 62, 64, 66, 68, 69]
    sound = violin.play_part(Part([Note(0.5 * i, 0.4, midi) for i, midi in enumerate(scale)]))
    assert sound.broken_frames == 0 and 4.0 <= len(sound.audio) / RATE <= 4.05
    for i, midi in enumerate(scale):
        assert cents_off(sound.audio, midi, from_s=0.5 * i + 0.1, to_s=0.5 * i + 0.38) < 10, midi
    amplitude = sound.controls["amplitude"][0, :, 0]
    assert amplitude[-1] < 0.05 * amplitude.max()               # the last key has died away


# ------------------------------------------------------------------ voices

def test_a_hummed_tone_is_played_at_its_pitch_and_follows_its_level(violin):
    t = np.arange(2 * RATE) / RATE
    hum = sum(np.sin(2 * np.pi * 294.0 * k * t) / k**2 for k in range(1, 8)) * np.where(t < 1, 0.05, 0.2)
    sound = violin.play_audio(hum.astype(np.float32), sample_rate=RATE, pitch="swiftf0")
    assert len(sound.audio) == len(hum) and sound.broken_frames == 0
    assert cents_off(sound.audio, units.hz_to_midi(294.0), from_s=0.3, to_s=1.9) < 10
    soft, loud = (audio.rms_db(sound.audio[int(begin * RATE):int((begin + 0.5) * RATE)]) for begin in (0.3, 1.3))
    assert 4 < loud - soft < 24                                 # 12 dB more came in


def test_pitch_is_kept_within_what_the_plugin_takes(violin):
    found = violin.controls([0.0, 20000.0], [-20.0, -20.0])
    assert found["f0_hz"].reshape(-1).tolist() == pytest.approx([8.18, 12543.84])


@pytest.mark.assets
def test_a_real_voice_through_the_file_is_the_model_s_sound(violin):
    """Nine seconds of singing; a whole minute is in `python -m benchmarks export`."""
    sung = audio.load(assets.voice("vocadito_10"), sample_rate=RATE)
    heard = features.extract(sung.samples, sample_rate=RATE, pitch="swiftf0")
    sound, model = violin.play(heard.f0_hz, heard.power_db), models.load_instrument("violin")
    wanted = vst.expected_controls(model, heard.f0_hz, heard.power_db)
    assert sound.broken_frames == 0 and len(sound.audio) == 320 * len(heard) > 9 * RATE
    assert max(np.abs(sound.controls[name] - wanted[name]).max() for name in wanted) < 1e-4
    assert vst.signal_to_difference_db(vst_plugin.render(wanted), sound.audio) > 60
