"""Every part that plays on from a state gives, piece by piece, the samples that it gives at once."""

import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers import SynthSpec, dsp, effects, synths
from ddsp_helpers.models import cnn, gru, mingru

SPECS = {16000: SynthSpec(frame_rate=250, n_harmonics=40), 48000: SynthSpec(48000, 50, n_harmonics=60)}
BLOCKS = (64, 1024, 4096)
FRAMES = {16000: 130, 48000: 11}


def controls_of(name, spec):
    """A synthesizer and moving controls for it."""
    frames = FRAMES[spec.sample_rate]
    rng, f0_hz = np.random.default_rng(0), 200 + 50 * np.sin(np.arange(frames) / 3)[None, :, None]
    numbers = lambda channels: tf.constant(rng.standard_normal([2, frames, channels]), tf.float32)  # noqa: E731
    f0_hz = tf.constant(np.concatenate([f0_hz, 1.5 * f0_hz]), tf.float32)
    return {
        "harmonic": lambda: _with(synths.Harmonic(spec), numbers(1), numbers(spec.n_harmonics), f0_hz),
        "noise": lambda: _with(synths.FilteredNoise(spec, bias=0.0), numbers(spec.n_noise_bands)),
        "wavetable": lambda: _with(synths.Wavetable(spec), numbers(1), numbers(64), f0_hz),
        "sinusoidal": lambda: _with(synths.Sinusoidal(spec), numbers(5), numbers(5)),
        "fm": lambda: _with(synths.FM(spec, ratios=(1, 2)), numbers(2), f0_hz),
    }[name]()


def _with(synth, *outputs):
    return synth, synth.get_controls(*outputs)


@pytest.mark.parametrize("rate", SPECS)
@pytest.mark.parametrize("name", ["harmonic", "noise", "wavetable", "sinusoidal", "fm"])
def test_synthesizers(name, rate):
    spec = SPECS[rate]
    synth, controls = controls_of(name, spec)
    whole = synth.get_signal(**controls).numpy()
    held = {key: tf.concat([value, value[:, -1:]], axis=1) for key, value in controls.items()}
    for block in BLOCKS:
        size, pieces = max(1, block // spec.hop), []
        state = synth.init_state(2, **({"n_sines": 5} if name == "sinusoidal" else {}))
        for begin in range(0, FRAMES[rate], size):
            end = min(begin + size, FRAMES[rate]) + 1
            state, audio = synth.step(state, {key: value[:, begin:end] for key, value in held.items()})
            pieces.append(audio.numpy())
        np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, atol=1e-5)


@pytest.mark.parametrize("rate", SPECS)
@pytest.mark.parametrize("make", [
    lambda: effects.Reverb(700), lambda: effects.ExpDecayReverb(900), lambda: effects.FilteredNoiseReverb(800, n_frames=10),
], ids=["reverb", "decay", "noise"])
def test_rooms_with_pieces_of_any_size_and_with_blocks(make, rate):
    room = make()
    for weight in room.trainable_variables:
        weight.assign(tf.random.stateless_normal(weight.shape, [3, 4]) * 0.1 + weight)
    audio = tf.random.stateless_normal([2, 3 * 4096], [1, rate])
    whole = room(audio).numpy()
    for block in BLOCKS:
        for options in ({}, {"block": block}):
            state, pieces = room.init_state(2, **options), []
            for begin in range(0, audio.shape[1], block):
                state, sound = room.step(state, audio[:, begin:begin + block])
                pieces.append(sound.numpy())
            np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, atol=1e-5 * np.abs(whole).max())


@pytest.mark.parametrize("rate", SPECS)
def test_a_moving_filter(rate):
    spec = SPECS[rate]
    frames, fir = FRAMES[rate], effects.FIRFilter(spec.hop)
    audio = tf.random.stateless_normal([2, frames * spec.hop], [1, 2])
    controls = fir.get_controls(audio, tf.random.stateless_normal([2, frames, 33], [5, 6]))
    whole = fir.get_signal(**controls).numpy()
    silence = tf.zeros([2, spec.hop])                               # after the last frame
    audio = tf.concat([audio, silence], axis=1)
    magnitudes = tf.concat([controls["magnitudes"], controls["magnitudes"][:, -1:]], axis=1)
    for block in BLOCKS:
        size, state, pieces = max(1, block // spec.hop), fir.init_state(2, n_bands=33), []
        for begin in range(0, frames, size):
            end = min(begin + size, frames) + 1
            piece = {"audio": audio[:, begin * spec.hop:end * spec.hop], "magnitudes": magnitudes[:, begin:end]}
            state, sound = fir.step(state, piece)
            pieces.append(sound.numpy())
        np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, atol=1e-5)


@pytest.mark.parametrize("rate", SPECS)
def test_a_moving_delay(rate):
    delay = effects.ModDelay(rate)
    audio, gain, phase = (tf.random.stateless_normal([2, 9000], [seed, 2]) for seed in (1, 2, 3))
    controls = delay.get_controls(audio, gain, phase)
    whole = delay.get_signal(**controls).numpy()
    for block in (*BLOCKS, 777):
        state, pieces = delay.init_state(2), []
        for begin in range(0, 9000, block):
            piece = {name: value[:, begin:begin + block] for name, value in controls.items()}
            state, sound = delay.step(state, piece)
            pieces.append(sound.numpy())
        np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, atol=1e-5)


@pytest.mark.parametrize("make", [gru.GRUDecoder, mingru.MinGRUDecoder, cnn.CNNDecoder])
def test_decoders(make):
    decoder = make(7, width=12)
    x = tf.random.stateless_normal([2, 150, 2], [7, 8])
    whole = decoder(x).numpy()
    for size in (1, 13, 64):
        state, pieces = decoder.init_state(2), []
        for begin in range(0, 150, size):
            state, y = decoder.step(state, x[:, begin:begin + size])
            pieces.append(y.numpy())
        np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, atol=1e-4)


def test_what_does_not_fit_is_told():
    with pytest.raises(ValueError, match="multiple of the block, 64"):
        room = effects.Reverb(200)
        room.step(room.init_state(1, block=64), tf.zeros([1, 65]))
    with pytest.raises(ValueError, match="639 samples for 2 frames"):
        fir = effects.FIRFilter(320)
        fir.step(fir.init_state(1, n_bands=9), {"audio": tf.zeros([1, 639]), "magnitudes": tf.ones([1, 2, 9])})
    with pytest.raises(ValueError, match="lesson 13"):
        dsp.segments.init_stream(1, p=dsp.segments.plan(hop=64, n_bands=129))
