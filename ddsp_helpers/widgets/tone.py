"""A small synthesizer of five knobs, differentiable in each: what a learner and gradient descent both turn."""

import dataclasses
import math

import numpy as np
import tensorflow as tf

from ddsp_helpers import controls, dsp, losses, synths
from ddsp_helpers.controls import Control
from ddsp_helpers.spec import SynthSpec

SPEC = SynthSpec(sample_rate=16000, frame_rate=50, n_harmonics=60, n_noise_bands=17)
AMPLITUDE = Control("amplitude_db", -60.0, 0.0, "dB", "linear", -20.0, "sum of the amplitudes of all harmonics")
SLOPE = Control("slope_db", -30.0, 0.0, "dB", "linear", -12.0, "level from octave to octave of harmonics: brightness")
EVEN = Control("even_db", -40.0, 10.0, "dB", "linear", 0.0, "even harmonics against odd ones: few sound hollow")
NOISE = Control("noise_db", -90.0, -10.0, "dB", "linear", -60.0, "magnitude of the noise: breath or bow")
CHUNK = 16          # sounds of a landscape that are rendered at once


class Tone:
    """Harmonics that fall by a slope, even against odd, and white noise, all under one envelope.

    A_k ~ k^(slope / 6.02), times 10^(even / 20) for even k, scaled to sum to the amplitude.  Each knob stands at a
    position u = 0 ... 1 of its declared range.  Lesson 05 turns them.

    Args:
      envelope: level over time, [frames], 0 to 1.
      contour: pitch over time against the f0 knob, [frames], 1 where it is the knob's.
      f0_hz: lowest, first and highest pitch of the f0 knob, Hz.

    >>> tone = Tone(np.ones(50), np.ones(50), f0_hz=(110.0, 220.0, 440.0))
    >>> tone.audio(tone.positions({})[None]).shape
    TensorShape([1, 16000])
    """

    def __init__(self, envelope, contour, *, f0_hz):
        low, first, high = f0_hz
        pitch = dataclasses.replace(controls.F0, minimum=float(low), maximum=float(high), default=float(first))
        self.knobs = (pitch, AMPLITUDE, SLOPE, EVEN, NOISE)
        self.names = tuple(knob.name for knob in self.knobs)
        self.envelope, self.contour = np.asarray(envelope, np.float32), np.asarray(contour, np.float32)
        self.harmonic = synths.Harmonic(SPEC)
        breath = np.repeat(self.envelope[None, :, None], SPEC.n_noise_bands, axis=2)         # [1, frames, bands]
        self.breath = synths.FilteredNoise(SPEC).get_signal(noise_magnitudes=breath)         # of magnitude 1

    def positions(self, values):
        """Positions [5] of {name: value}; a knob that is missing stands at rest."""
        return np.array([knob.to_unit(values.get(knob.name, knob.default)) for knob in self.knobs], np.float32)

    def values(self, positions):
        """{name: value} of positions [5]."""
        return {knob.name: float(knob.from_unit(float(u))) for knob, u in zip(self.knobs, positions)}

    def controls(self, positions):
        """Positions [batch, 5] to the controls of the harmonics, each [batch, frames, channels]."""
        f0_hz, amplitude_db, slope_db, even_db, _ = self._columns(positions)
        f0_hz = f0_hz * tf.constant(self.contour)[None, :, None]                            # [batch, frames, 1]
        k = np.arange(1, SPEC.n_harmonics + 1, dtype=np.float32)
        share = _amplitude(slope_db * np.log2(k) + even_db * (k % 2 == 0)) * tf.ones_like(f0_hz)
        return {"f0_hz": f0_hz, "amplitude": _amplitude(amplitude_db) * tf.constant(self.envelope)[None, :, None],
                "harmonic_distribution": dsp.normalize_harmonics(share, f0_hz, sample_rate=SPEC.sample_rate)}

    def audio(self, positions):
        """The sound of positions [batch, 5], [batch, frames * hop]; every row has the same noise."""
        positions = tf.convert_to_tensor(positions, tf.float32)
        noise = _amplitude(self._columns(positions)[-1][:, 0]) * self.breath
        return self.harmonic.get_signal(**self.controls(positions)) + noise

    def _columns(self, positions):
        """The knobs' values, each [batch, 1, 1]."""
        return [_from_unit(knob, positions[:, i, None, None]) for i, knob in enumerate(self.knobs)]


def _from_unit(knob, u):
    """Control.from_unit of a tensor."""
    if knob.curve == "log":
        return knob.minimum * tf.exp(u * math.log(knob.maximum / knob.minimum))
    return knob.minimum + u * (knob.maximum - knob.minimum)


def _amplitude(db):
    return tf.exp(db * (math.log(10.0) / 20.0))


class Match:
    """How far a Tone is from a target, and which way is down.

    Args:
      tone: Tone.
      target: sound as long as the tone, [samples] at 16 kHz.
    """

    def __init__(self, tone, target):
        self.tone, self.target = tone, tf.constant(np.asarray(target, np.float32))[None]
        self.loss = losses.MultiScaleSpectralLoss.for_sample_rate(SPEC.sample_rate)
        self._gradient = tf.function(self._gradient_of, autograph=False)

    def distance(self, positions):
        """The multi-scale spectral loss at positions [5]."""
        return float(self.loss.per_clip(self.target, self.tone.audio(np.asarray(positions)[None]))[0])

    def along(self, positions, knob, us):
        """The loss [n] while one knob goes through positions us [n] and the others stay at positions [5]."""
        rows = np.repeat(np.asarray(positions, np.float32)[None], len(us), axis=0)
        rows[:, self.tone.names.index(knob)] = us
        found = [self.loss.per_clip(tf.repeat(self.target, len(part), axis=0), self.tone.audio(part)).numpy()
                 for part in np.split(rows, range(CHUNK, len(rows), CHUNK))]
        return np.concatenate(found)

    def gradient(self, positions):
        """The loss at positions [5], a number, and its gradient [5] for each position."""
        loss, gradient = self._gradient(tf.constant(positions, tf.float32)[None])
        return float(loss), gradient.numpy()[0]

    def _gradient_of(self, positions):
        with tf.GradientTape() as tape:
            tape.watch(positions)
            loss = self.loss(self.target, self.tone.audio(positions))
        return loss, tape.gradient(loss, positions)


class Descent:
    """Adam, from where somebody stands, along the knobs that it may turn.

    m = 0.9 m + 0.1 g, v = 0.999 v + 0.001 g^2, u -= rate m / sqrt(v) with both corrected for their start (Kingma and
    Ba, 2015); the rate falls by a cosine.  f0 goes in steps twenty times as small: its whole range is two octaves.

    Args:
      match: Match.
      positions: where it begins, [5].
      turns: names of the knobs that move.
      steps: after how many steps the rate has fallen to a twentieth.
      rate: largest step of a knob, a share of its range.
    """

    def __init__(self, match, positions, *, turns, steps, rate):
        self.match, self.positions = match, np.array(positions, np.float64)
        names = match.tone.names
        self.scale = np.array([(name in turns) * (0.05 if name == "f0_hz" else 1.0) for name in names])
        self.steps, self.rate, self.step = steps, rate, 0
        self.mean, self.square = np.zeros(len(names)), np.zeros(len(names))

    def go(self):
        """One step; the row of where it stood: {"step", "loss", and every knob's value}."""
        loss, gradient = self.match.gradient(self.positions)
        row = {"step": self.step, "loss": loss, **self.match.tone.values(self.positions)}
        self.step += 1
        self.mean += 0.1 * (gradient - self.mean)
        self.square += 0.001 * (gradient**2 - self.square)
        mean, square = self.mean / (1 - 0.9**self.step), self.square / (1 - 0.999**self.step)
        fall = 0.05 + 0.95 * (0.5 + 0.5 * math.cos(math.pi * min(1.0, self.step / self.steps)))
        move = self.scale * self.rate * fall * mean / (np.sqrt(square) + 1e-8)
        self.positions = np.clip(self.positions - move, 0.0, 1.0)
        return row


def roll(cents, loss, start, *, width=10.0, step=15.0, least=1.0, longest=400):
    """A ball on a landscape: down the mean slope under it, in steps that are halved whenever it turns round.

    The slope is (L(x + width) - L(x - width)) / (2 width) of the straight lines between the points; the ball stops when
    its steps are shorter than `least`, or where it is flat.  The front end rolls by the same rule.

    Args:
      cents: where the loss is known, [n], ascending.
      loss: [n].
      start: where the ball is let go, cents.
      width: half the width of the ball, cents.
      step: its first step, cents.
      least: its last step, cents.
      longest: how many steps at most.

    Returns:
      Its places, [steps], cents; the first is the start.

    >>> x = np.linspace(-100, 100, 41)
    >>> abs(float(roll(x, (x / 100)**2, 90.0)[-1])) < 2
    True
    """
    low, high = float(cents[0]), float(cents[-1])
    path, way = [float(np.clip(start, low, high))], 0.0
    while len(path) <= longest and step >= least:
        ahead, behind = np.interp([path[-1] + width, path[-1] - width], cents, loss)
        turned, way = way, -float(np.sign(ahead - behind))
        if way == 0.0:
            break
        step = step / 2 if turned == -way else step
        path.append(float(np.clip(path[-1] + way * step, low, high)))
        if path[-1] == path[-2]:
            break
    return np.array(path)
