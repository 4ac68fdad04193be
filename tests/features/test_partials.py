"""A sound of known controls is taken apart into them."""

import numpy as np
import pytest

from ddsp_helpers import SPEC_48K, SynthSpec, synths
from ddsp_helpers.features.partials import partials


def controls(spec, *, f0_hz=330.0, frames=60, noise=0.003, vibrato_cents=0.0):
    time = np.arange(frames) / spec.frame_rate
    f0 = f0_hz * 2 ** (vibrato_cents / 1200 * np.sin(2 * np.pi * 5 * time))
    k = np.arange(1, spec.n_harmonics + 1)
    distribution = np.where(k * f0[:, None] * 1.05 < spec.sample_rate / 2, 1.0 / k**1.3, 0.0)
    return {"f0_hz": f0[None, :, None].astype(np.float32),
            "amplitude": np.linspace(0.05, 0.4, frames, dtype=np.float32)[None, :, None],
            "harmonic_distribution": (distribution / distribution.sum(-1, keepdims=True))[None].astype(np.float32),
            "noise_magnitudes": np.full([1, frames, spec.n_noise_bands], noise, np.float32)}


def play(controls, spec):
    tones = {name: values for name, values in controls.items() if name != "noise_magnitudes"}
    sound = synths.Harmonic(spec).get_signal(**tones)
    return (sound + synths.FilteredNoise(spec).get_signal(noise_magnitudes=controls["noise_magnitudes"])).numpy()[0]


def db(x):
    return 20 * np.log10(np.maximum(np.asarray(x, np.float64), 1e-9))


@pytest.mark.parametrize("spec", [SynthSpec(), SPEC_48K], ids=["16k", "48k"])
@pytest.mark.parametrize("f0_hz", [110.0, 330.0, 880.0])
def test_level_and_partials_are_found_to_half_a_decibel(spec, f0_hz):
    truth = controls(spec, f0_hz=f0_hz, noise=0.0003)
    found = partials(play(truth, spec), truth["f0_hz"], spec=spec)
    inside = slice(5, -5)
    assert np.abs(db(found["amplitude"]) - db(truth["amplitude"]))[0, inside].max() < 0.5
    strong = truth["harmonic_distribution"][0, 0] > 0.01
    error = db(found["harmonic_distribution"])[0, inside][:, strong] - db(truth["harmonic_distribution"])[0, inside][:, strong]
    assert np.abs(error).max() < 1.0


def test_vibrato_moves_no_level():
    spec = SynthSpec()
    truth = controls(spec, vibrato_cents=30.0)
    found = partials(play(truth, spec), truth["f0_hz"], spec=spec)
    assert np.abs(db(found["amplitude"]) - db(truth["amplitude"]))[0, 5:-5].mean() < 0.3


def test_noise_between_the_partials_is_found():
    spec = SynthSpec()
    truth = controls(spec, noise=0.02)
    found = partials(play(truth, spec), truth["f0_hz"], spec=spec)
    error = db(found["noise_magnitudes"])[0, 5:-5].mean(0) - db(0.02)
    assert np.abs(error[2:-2]).max() < 3.0 and abs(np.median(error)) < 1.0


def test_played_again_it_is_close_to_the_recording():
    from ddsp_helpers import losses

    spec = SynthSpec()
    sound = play(controls(spec, noise=0.02), spec)
    again = play(partials(sound, np.full(60, 330.0), spec=spec), spec)
    distance = float(losses.spectral_distance(sound[None], again[None]).numpy()[0])
    silence = float(losses.spectral_distance(sound[None], 0 * sound[None]).numpy()[0])
    assert distance < 0.2 * silence


@pytest.mark.parametrize("audio, f0_hz, words", [
    (np.zeros([2, 100]), np.full(5, 440.0), "audio came with shape"),
    (np.zeros(0), np.full(5, 440.0), "audio came with shape"),
    (np.zeros(1600), np.array([440.0, 0.0]), "f0_hz came with frames"),
    (np.zeros(1600), np.array([440.0, np.nan]), "f0_hz came with frames"),
    (np.zeros(1600), np.zeros(0), "f0_hz came with frames"),
])
def test_bad_input_is_refused_in_words(audio, f0_hz, words):
    with pytest.raises(ValueError, match=words):
        partials(audio, f0_hz, spec=SynthSpec())
