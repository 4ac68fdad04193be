"""Frequency modulation: sine waves that bend the phase of other sine waves."""

import math

import tensorflow as tf

from ddsp_helpers.dsp import shapes
from ddsp_helpers.dsp.interpolation import upsample
from ddsp_helpers.dsp.periods import frame_phases

ALGORITHMS = ("chain", "parallel", "pairs")


def fm_targets(algorithm, n_operators):
    """For each operator the number of the operator whose phase it bends; None for those that are heard.

    chain     2 bends 1, 1 bends 0, 0 is heard;
    parallel  all others bend 0, which is heard;
    pairs     1 bends 0, 3 bends 2, ...; 0, 2, ... are heard.

    Args:
      algorithm: one of these, or such a sequence of targets: whoever bends stands after whom it bends.
      n_operators: how many, at least 1.

    Returns:
      A tuple of n_operators numbers or None.

    Raises:
      ValueError: an unknown name, a sequence of another length, or a target that does not stand before.

    >>> fm_targets("chain", 3), fm_targets("parallel", 3), fm_targets("pairs", 4)
    ((None, 0, 1), (None, 0, 0), (None, 0, None, 2))
    """
    n = shapes.at_least(1, n_operators=n_operators)
    named = {"chain": (None, *range(n - 1)), "parallel": (None, *[0] * (n - 1)),
             "pairs": tuple(j - 1 if j % 2 else None for j in range(n))}
    if isinstance(algorithm, str):
        if algorithm not in named:
            raise ValueError(f"algorithm={algorithm!r} came; one of {ALGORITHMS} or a sequence of targets was "
                             "wanted (lesson 05).")
        return named[algorithm]
    targets = tuple(algorithm)
    if len(targets) != n or not all(t is None or 0 <= t < j for j, t in enumerate(targets)):
        raise ValueError(f"algorithm={targets} came for {n} operators; for each None, or the number of one "
                         "that stands before it, was wanted (lesson 05).")
    return targets


def fm_synthesis(
    f0_hz, levels, *, ratios, sample_rate, hop, algorithm="chain", initial_phase=None, next_frame=None,
    return_phase=False,
):
    """Sine waves of frequency r_j f0 that bend each other's phase: y = A sin(2 pi r_0 phi + I sin(2 pi r_1 phi)).

    phi is the integral of f0.  A sine of index I puts partials at |r_0 + n r_1| f0 with the amplitudes
    A |J_n(I)| of the Bessel functions (Chowning, "The synthesis of complex audio spectra by means of frequency
    modulation", 1973).  Whole ratios give harmonic sounds.  Between frames f0 runs linearly and levels
    cross-fade along a Hann ramp.  An operator at or above Nyquist is silent; partials beyond it fold, as in
    every FM synthesizer: about I + 1 of them stand on each side.  Lesson 05 matches a note with it.

    Args:
      f0_hz: fundamental frequency, [batch, frames, 1], Hz.
      levels: amplitude of an operator that is heard, index (radians) of one that bends another, [batch,
        frames, n_operators].
      ratios: frequency of each operator divided by f0, [n_operators]; numbers, or a tensor to be learned.
      sample_rate: samples per second, Hz.
      hop: samples from frame to frame.
      algorithm: who bends whom, see fm_targets.
      initial_phase: phases at sample 0, [batch, n_operators], cycles; None for 0.
      next_frame: None holds the last frame; or (f0_hz, levels) of the frame after, [batch, 1, ...].
      return_phase: also return the phases after the last sample.

    Returns:
      Audio, [batch, frames * hop]; with return_phase also phases, [batch, n_operators], float64 cycles.

    Raises:
      ValueError: a shape is not as documented, an algorithm that fm_targets refuses, or hop < 1.

    >>> f0_hz, levels = [[[220.0]] * 4], [[[0.5, 2.0]] * 4]
    >>> fm_synthesis(f0_hz, levels, ratios=(1, 1), sample_rate=16000, hop=64).shape.as_list()
    [1, 256]
    """
    f0_hz = shapes.as_frames(f0_hz, channels=1, name="f0_hz")
    ratios = tf.cast(ratios, tf.float64) if tf.is_tensor(ratios) or isinstance(ratios, tf.Variable) else (
        tf.constant(ratios, tf.float64))
    levels = tf.cast(shapes.as_frames(levels, channels=ratios.shape[0], name="levels", lesson="05"), tf.float32)
    shapes.same_frames(f0_hz=f0_hz, levels=levels)
    targets = fm_targets(algorithm, ratios.shape[0])
    next_f0, next_levels = shapes.frame_after(next_frame, f0_hz, levels)
    waves = _operator_phases(f0_hz, next_f0, ratios, initial_phase, sample_rate=sample_rate, hop=hop)
    cycles, audible, after = waves
    levels = upsample(levels, hop, "hann", next_frame=next_levels) * tf.repeat(audible, hop, axis=1)
    bends, audio = [0.0] * len(targets), 0.0
    for j in reversed(range(len(targets))):                       # whoever bends is ready before whom it bends
        wave = levels[..., j] * tf.sin(2 * math.pi * cycles[..., j] + bends[j])
        if targets[j] is None:
            audio += wave
        else:
            bends[targets[j]] += wave
    return (audio, after) if return_phase else audio


def _operator_phases(f0_hz, next_f0_hz, ratios, initial_phase, *, sample_rate, hop):
    """Cycles [batch, samples, operators] in -1/2 ... 1/2, audibility of each hop [batch, frames, operators], and
    the phases after the last sample [batch, operators], float64.

    Each operator's own frequency is summed in float64, so a ratio of any value stays in tune.
    """
    f0_hz = tf.cast(f0_hz, tf.float64)
    next_f0_hz = tf.cast(next_f0_hz, tf.float64)
    batch, frames, _ = shapes.sizes(f0_hz)
    n = ratios.shape[0]

    def one_by_one(x):                                                           # [b, f, n] -> [b * n, f, 1]
        return tf.reshape(tf.transpose(x, [0, 2, 1]), [batch * n, -1, 1])

    start, after, step, bend = frame_phases(
        one_by_one(f0_hz * ratios), sample_rate=sample_rate, hop=hop, next_f0_hz=one_by_one(next_f0_hz * ratios),
        initial_phase=None if initial_phase is None else tf.reshape(initial_phase, [batch * n, 1]),
    )
    i = tf.range(hop, dtype=tf.float64)
    cycles = start[..., None] + step[..., None] * i + bend[..., None] * i * i    # [b * n, f, hop]
    cycles = tf.cast(cycles - tf.round(cycles), tf.float32)
    cycles = tf.transpose(tf.reshape(cycles, [batch, n, frames * hop]), [0, 2, 1])
    top_hz = tf.maximum(f0_hz, tf.concat([f0_hz[:, 1:], next_f0_hz], axis=1)) * tf.abs(ratios)
    return cycles, tf.cast(top_hz < sample_rate / 2, tf.float32), tf.reshape(after, [batch, n])
