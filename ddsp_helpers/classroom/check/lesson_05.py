"""Checks of lesson 05: gradients through sound."""

import numpy as np

from ddsp_helpers.classroom import listen
from ddsp_helpers.classroom.check.framework import Wrong, array, call, exercise, number

_RATE = 16000


@exercise("05.1", "A gradient by hand")
def ex05_1(gradient):
    rng = np.random.default_rng(1)
    p, q = rng.normal(size=[2, 200])
    y, a, b = 0.7 * p - 0.4 * q + 0.1 * rng.normal(size=200), 0.2, 0.5
    answer = call(gradient, a, b, p.copy(), q.copy(), y.copy(), what="gradient")
    answer = array(answer, "What gradient returns", shape=[2])

    def loss(a, b):
        return np.mean((a * p + b * q - y) ** 2)

    wanted = np.array([loss(a + 1e-5, b) - loss(a - 1e-5, b), loss(a, b + 1e-5) - loss(a, b - 1e-5)]) / 2e-5
    if np.allclose(answer, wanted, rtol=1e-4):
        return f"dL/da = {answer[0]:.3f} and dL/db = {answer[1]:.3f}: a goes up, b goes down, and a difference of 0.00001 agrees."
    numbers = f"Yours: {answer[0]:.3f} and {answer[1]:.3f}; by differences: {wanted[0]:.3f} and {wanted[1]:.3f}."
    causes = ((wanted / 2, "Half of what was wanted: the derivative of a square is twice its inside."),
              (-wanted, "The sign is turned around: the error is what comes out minus what was wanted. As it stands, descent would climb."),
              (wanted * 200, "200 times too large for 200 samples: mean, not sum."),
              (wanted[::-1], "The two are in the wrong order: a belongs to p, b to q."))
    for guess, why in causes:
        if np.allclose(answer, guess, rtol=1e-4):
            raise Wrong(f"{numbers} {why}")
    raise Wrong(f"{numbers} Each is the mean of 2 (error) times what the knob multiplies.")


def _note(shares, f0_hz=220.0, seconds=0.8):
    t = np.arange(int(seconds * _RATE)) / _RATE
    tone = sum(share * np.sin(2 * np.pi * f0_hz * k * t) for k, share in enumerate(shares, 1))
    return 0.2 * tone * np.minimum(1, np.minimum(t, seconds - t) / 0.02)


@exercise("05.2", "An ear for colour only")
def ex05_2(colour_distance):
    hollow, full = (1, 0, 1 / 3, 0, 1 / 5, 0, 1 / 7), (1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6, 1 / 7)
    x, other = _note(hollow), _note(full)

    def distance(x, y):
        return number(call(colour_distance, x.copy(), y.copy(), what="colour_distance"), "What colour_distance returns")

    apart = distance(x, other)
    if abs(apart) < 1e-9:
        raise Wrong("A hollow tone and a full one: your distance says 0. It hears nothing at all.",
                    listen.ab(x, other, sample_rate=_RATE, labels=("hollow", "full")))
    if apart < 0:
        raise Wrong(f"A hollow tone and a full one: your distance says {apart:.3g}. A distance is never below 0.")
    for y, share, labels, words in (
        (-x, 1e-3, ("the sound", "upside down"), "It hears the phase: compare magnitudes of spectra, not samples."),
        (0.3 * x, 0.05, ("the sound", "softer"), "It hears the level: bring both to the same RMS first."),
    ):
        found = distance(x, y)
        if abs(found) > share * apart:
            raise Wrong(f"For a sound and the same {labels[1]} your distance says {found:.3g}, for a different colour {apart:.3g}. {words}",
                        listen.several({labels[0]: x, labels[1]: y}, sample_rate=_RATE))
    near = distance(x, _note((1, 0.1, 1 / 3, 0, 1 / 5, 0, 1 / 7)))
    if not near < apart:
        raise Wrong(f"A slightly different colour is {near:.3g} away, a very different one only {apart:.3g}: farther should cost more.")
    return "It hears colour, and neither level nor phase.", listen.ab(x, other, sample_rate=_RATE, labels=("hollow", "full"))


class _Gorge:
    """The spectral loss of a tone over its pitch, which counts how often it is asked."""

    SIZES = (4096, 1024)

    def __init__(self, f0_hz):
        self.f0_hz, self.asked = f0_hz, 0
        self.target = self._magnitudes(f0_hz)

    def _magnitudes(self, f0_hz):
        sound = _note(1 / np.arange(1, 13), f0_hz, 0.6)
        frames = [np.lib.stride_tricks.sliding_window_view(sound, size)[::size // 4] * np.hanning(size) for size in self.SIZES]
        return [np.abs(np.fft.rfft(frame)) for frame in frames]

    def __call__(self, f0_hz):
        self.asked += 1
        f0_hz = float(np.clip(f0_hz, 20.0, 1500.0))
        pairs = zip(self.target, self._magnitudes(f0_hz))
        return float(sum(np.mean(np.abs(a - b)) + np.mean(np.abs(np.log((a + 1e-3) / (b + 1e-3)))) for a, b in pairs))


@exercise("05.3", "Out of the hollows")
def ex05_3(find_f0):
    worst = 0.0
    for f0_hz in (184.8, 260.0, 409.4):
        gorge = _Gorge(f0_hz)
        found = number(call(find_f0, gorge, what="find_f0"), "What find_f0 returns")
        if found <= 0:
            raise Wrong(f"find_f0 returns {found:g}; a frequency above 0 Hz was wanted.")
        if gorge.asked == 0:
            raise Wrong("find_f0 never asked loss_at: the pitch is different every time.")
        cents = 1200 * np.log2(found / f0_hz)
        heard = listen.several({f"yours, {found:.1f} Hz": _note(1 / np.arange(1, 13), min(found, 2000.0)),
                                f"wanted, {f0_hz:.1f} Hz": _note(1 / np.arange(1, 13), f0_hz)}, sample_rate=_RATE)
        if gorge.asked > 250:
            raise Wrong(f"loss_at was asked {gorge.asked} times; at most 250 were wanted. Ask coarsely first, finely only where it is best.", heard)
        if abs(cents) > 40:
            raise Wrong(f"The gorge lies at {f0_hz:.1f} Hz; find_f0 says {found:.1f} Hz, {abs(cents) / 100:.1f} semitones away: "
                        f"{_hollow(gorge, found)}", heard)
        if abs(cents) > 5:
            raise Wrong(f"find_f0 is in the right gorge, {abs(cents):.0f} cents from its bottom; 5 were wanted. Look more finely there.", heard)
        worst = max(worst, abs(cents))
    return f"Three pitches found, the worst {worst:.1f} cents off. A pitch tracker does just that: it looks everywhere.", heard


def _hollow(gorge, found):
    """Whether an answer lies in a hollow of the loss, or nowhere in particular."""
    around = [gorge(found * 2 ** (cents / 1200)) for cents in (-40, -20, 0, 20, 40)]
    if around[2] <= min(around) + 0.02 * (max(around) - min(around)):
        return "a hollow of the loss, from which every small step leads up. Look everywhere before you go down."
    return "the gorge is only some 80 cents wide. Did the grid step over it?"
