"""The parts of a training step, each beside the textbook formula: batch 16 of 4 s, 250 frames a second."""

import tensorflow as tf

from benchmarks import inputs, peer, textbook
from benchmarks.inputs import FRAMES, HOP, SAMPLE_RATE
from benchmarks.rows import Row, faster
from benchmarks.timing import interleaved, timed
from ddsp_helpers import dsp, losses

FORWARD, GRADIENT = "forward", "forward + gradient"


def compiled(function, values, wanted):
    """Two compiled functions without arguments: the value of function(*values), and its gradient for `wanted`.

    The first as in use without a gradient, the second from the way forward and back.
    """
    values = [tf.constant(value) for value in values]

    @tf.function
    def forward():
        return function(*values)

    @tf.function
    def gradient():
        with tf.GradientTape() as tape:
            tape.watch([values[i] for i in wanted])
            out = function(*values)
            value = tf.reduce_sum(out * out) if out.shape.rank else out
        return tape.gradient(value, [values[i] for i in wanted])

    return {FORWARD: lambda: forward().numpy(), GRADIENT: lambda: [g.numpy() for g in gradient()]}


def compare(name, ours, plain, values, wanted, bars, rival=None):
    """Rows of how many times faster ours is than plain and, where it is installed, than the peer."""
    mine, theirs = compiled(ours, values, wanted), compiled(plain, values, wanted)
    for kind, bar in zip((FORWARD, GRADIENT), bars):
        works = {"ours": timed(mine[kind]), "textbook": timed(theirs[kind])}
        if rival:
            works["peer"] = rival.work(f"{name}, {kind}")
        yield from faster(f"{name}, {kind}", interleaved(works, rounds=2), bar)


def run():
    f0_hz, amplitude, distribution, magnitudes = inputs.controls(16, FRAMES)
    slow, fast = {"sample_rate": SAMPLE_RATE, "hop": HOP}, {"sample_rate": 48000, "hop": 192}
    with peer.worker() as rival:
        yield from compare("harmonic, batch 16", lambda *c: dsp.harmonic_synthesis(*c, **slow),
                           lambda *c: textbook.harmonic_synthesis(*c, **slow), (f0_hz, amplitude, distribution), (1, 2),
                           (40, 30), rival)
        yield from compare("harmonic, batch 1 at 48 kHz", lambda *c: dsp.harmonic_synthesis(*c, **fast),
                           lambda *c: textbook.harmonic_synthesis(*c, **fast), inputs.controls(1, FRAMES)[:3], (1, 2),
                           (40, None), rival)
        yield from compare("noise, batch 16", lambda m: dsp.filtered_noise(m, hop=HOP),
                           lambda m: textbook.filtered_noise(m, hop=HOP), (magnitudes,), (0,), (None, 2.5), rival)
        yield from compare("reverb of 1 s, batch 16", lambda x, ir: x + dsp.fft_convolve(x, ir[None]), textbook.reverb,
                           (inputs.sounds(1)[0], inputs.impulse_response()), (0, 1), (None, 4), rival)
        loss = losses.MultiScaleSpectralLoss()
        yield from compare("spectral loss, batch 16", loss, textbook.spectral_loss, inputs.sounds(2), (1,), (None, 1.7),
                           rival)
    yield from _harmonic_count("120 to 400 Hz at 16 kHz", slow, 1.5)
    yield from _harmonic_count("114 Hz at 48 kHz, where all 200 sound", {"sample_rate": 48000, "hop": 960}, None,
                               frames=200, lowest_hz=112.0, highest_hz=116.0)


def _harmonic_count(name, rates, bar, *, frames=FRAMES, **pitch):
    """How the cost grows from 20 to 200 harmonics."""
    works = {n: compiled(lambda *c: dsp.harmonic_synthesis(*c, **rates),
                         inputs.controls(16, frames, n_harmonics=n, **pitch)[:3], (1, 2)) for n in (20, 200)}
    for kind in (FORWARD, GRADIENT):
        took = interleaved({n: timed(work[kind]) for n, work in works.items()})
        grown, limit = 1 / took[200].times_faster(took[20]), {"relation": "<", "limit": bar} if bar else {}
        yield Row(f"{name}, {kind}: 200 harmonics against 20", grown, "x the time", **limit)
