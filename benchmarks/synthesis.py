"""The parts of a training step, each beside the textbook formula: batch 16 of 4 s, 250 frames a second."""

import numpy as np
import tensorflow as tf

from benchmarks import textbook
from benchmarks.rows import Row
from benchmarks.timing import interleaved_medians
from ddsp_helpers import dsp, losses

SAMPLE_RATE, HOP, FRAMES, HARMONICS, BANDS = 16000, 64, 1000, 100, 65


def controls(batch, frames, *, n_harmonics=HARMONICS, n_bands=BANDS, seed=0):
    """Random but musical controls: f0_hz around 200 Hz with vibrato, amplitude, distribution, noise magnitudes."""
    rng = np.random.default_rng(seed)
    turns = np.linspace(0, 40, frames)[None, :, None] + rng.uniform(0, 6, [batch, 1, 1])
    f0_hz = rng.uniform(120, 400, [batch, 1, 1]) * 2 ** (np.sin(turns) / 24)
    distribution = rng.uniform(0, 1, [batch, frames, n_harmonics]) / np.arange(1, n_harmonics + 1)
    parts = (f0_hz, rng.uniform(0.1, 0.5, [batch, frames, 1]), distribution / distribution.sum(-1, keepdims=True),
             rng.uniform(0, 0.05, [batch, frames, n_bands]))
    return [tf.constant(part, tf.float32) for part in parts]


def forward_and_gradient(function, inputs, wanted):
    """Two compiled functions without arguments: the value of function(*inputs), and its gradient for `wanted`."""
    forward = tf.function(lambda: function(*inputs))

    @tf.function
    def gradient():
        with tf.GradientTape() as tape:
            tape.watch([inputs[i] for i in wanted])
            out = function(*inputs)
            value = tf.reduce_sum(out * out) if out.shape.rank else out
        return tape.gradient(value, [inputs[i] for i in wanted])

    return (lambda: forward().numpy()), (lambda: [g.numpy() for g in gradient()])


def compare(name, ours, plain, inputs, wanted, bars, *, rounds=5):
    """Rows of how many times faster ours is than plain, forward and forward + gradient."""
    mine, theirs = forward_and_gradient(ours, inputs, wanted), forward_and_gradient(plain, inputs, wanted)
    rows = []
    for kind, a, b, bar in zip(("forward", "forward + gradient"), mine, theirs, bars):
        took = interleaved_medians({"ours": a, "textbook": b}, rounds=rounds)
        rows.append(Row(f"{name}, {kind}: ours", 1000 * took["ours"], "ms"))
        rows.append(Row(f"{name}, {kind}: textbook", 1000 * took["textbook"], "ms"))
        limit = {"relation": ">=", "limit": bar} if bar else {}
        rows.append(Row(f"{name}, {kind}: times faster", took["textbook"] / took["ours"], "x", **limit))
    return rows


def run():
    f0_hz, amplitude, distribution, magnitudes = controls(16, FRAMES)
    rates = {"sample_rate": SAMPLE_RATE, "hop": HOP}
    rows = compare("harmonic, batch 16", lambda *c: dsp.harmonic_synthesis(*c, **rates),
                   lambda *c: textbook.harmonic_synthesis(*c, **rates), (f0_hz, amplitude, distribution), (1, 2), (40, 30),
                   rounds=3)
    at_48k = controls(1, FRAMES)[:3]
    fast = {"sample_rate": 48000, "hop": 192}
    rows += compare("harmonic, batch 1 at 48 kHz", lambda *c: dsp.harmonic_synthesis(*c, **fast),
                    lambda *c: textbook.harmonic_synthesis(*c, **fast), at_48k, (1, 2), (40, None))
    rows += compare("noise, batch 16", lambda m: dsp.filtered_noise(m, hop=HOP),
                    lambda m: textbook.filtered_noise(m, hop=HOP), (magnitudes,), (0,), (None, 2.5))
    rng = np.random.default_rng(1)
    sounds = [tf.constant(rng.uniform(-0.3, 0.3, [16, FRAMES * HOP]), tf.float32) for _ in range(2)]
    response = tf.constant(rng.normal(0, 0.01, [SAMPLE_RATE]) * np.exp(-np.arange(SAMPLE_RATE) / 3000), tf.float32)
    rows += compare("reverb of 1 s, batch 16", lambda x, ir: x + dsp.fft_convolve(x, ir[None]),
                    textbook.reverb, (sounds[0], response), (0, 1), (None, 4))
    loss = losses.MultiScaleSpectralLoss()
    rows += compare("spectral loss, batch 16", lambda t, x: loss(t, x), textbook.spectral_loss, sounds, (1,), (None, 1.7))
    return rows + _harmonic_count()


def _harmonic_count():
    """How the cost grows from 20 to 200 harmonics."""
    works = {}
    for n in (20, 200):
        inputs = controls(16, FRAMES, n_harmonics=n)[:3]
        works[n] = forward_and_gradient(
            lambda *c: dsp.harmonic_synthesis(*c, sample_rate=SAMPLE_RATE, hop=HOP), inputs, (1, 2))[0]
    took = interleaved_medians(works)
    return [Row("harmonic, 200 harmonics against 20", took[200] / took[20], "x the time", "<", 1.5)]
