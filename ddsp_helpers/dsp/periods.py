"""Sounds with a period: a Fourier series per control frame, played at the phase of a gliding fundamental."""

import tensorflow as tf

from ddsp_helpers.dsp import kernels, shapes

_TOP = 6        # where the inputs of a reader hold the highest fundamentals


def frame_phases(f0_hz, *, sample_rate, hop, initial_phase=None, next_f0_hz=None):
    """Phase of the fundamental, a quadratic per frame: start + step * i + bend * i ** 2 cycles at sample i.

    Args:
      f0_hz: fundamental frequency, [batch, frames, 1], Hz.
      sample_rate: samples per second, Hz.
      hop: samples from frame to frame.
      initial_phase: phase at sample 0, [batch, 1], cycles; None for 0.
      next_f0_hz: frequency of the frame after the last, [batch, 1, 1], Hz; None holds the last.

    Returns:
      start, [batch, frames], in 0 ... 1; after, [batch, 1]; step and bend, [batch, frames]; all float64,
      cycles.

    Raises:
      ValueError: hop < 1, or initial_phase is not [batch, 1].
    """
    shapes.at_least(1, hop=hop)
    f = tf.cast(f0_hz[:, :, 0], tf.float64) / sample_rate                              # cycles per sample
    last = f[:, -1:] if next_f0_hz is None else tf.cast(next_f0_hz[:, :, 0], tf.float64) / sample_rate
    following = tf.concat([f[:, 1:], last], axis=1)
    first = tf.zeros_like(f[:, :1]) if initial_phase is None else tf.cast(initial_phase, tf.float64)
    if not first.shape.is_compatible_with([f.shape[0], 1]):
        raise ValueError(f"initial_phase came with shape {first.shape.as_list()}; {[f.shape[0], 1]} was wanted "
                         "(lesson 03).")
    turns = (f + following) * (0.5 * hop)                                              # of each frame
    sums = tf.cumsum(tf.concat([first, turns - tf.round(turns)], axis=1), axis=1)
    sums -= tf.floor(sums)
    return sums[:, :-1], sums[:, -1:], f, (following - f) / (2.0 * hop)


def periodic_sound(
    f0_hz, next_f0_hz, gain, next_gain, sines, next_sines, cosines=None, next_cosines=None, *, sample_rate, hop,
    initial_phase=None,
):
    """x = A sum_k (a_k cos(2 pi k phi) + b_k sin(2 pi k phi)), phi the integral of f0, silent above Nyquist.

    A harmonic is left out between two frames when it would reach Nyquist at either of them, so nothing
    aliases.  From a frame whose f0 is not a number on, the phase is unknown: so is the sound.

    Args:
      f0_hz: fundamental frequency, [batch, frames, 1], Hz.
      next_f0_hz: of the frame after the last, [batch, 1, 1], Hz.
      gain: A, [batch, frames, 1].
      next_gain: of the frame after the last, [batch, 1, 1].
      sines: b_k, [batch, frames, n_harmonics].
      next_sines: of the frame after the last, [batch, 1, n_harmonics].
      cosines: a_k, like sines; None for 0.
      next_cosines: like next_sines; None for 0.
      sample_rate: samples per second, Hz.
      hop: samples from frame to frame.
      initial_phase: phase at sample 0, [batch, 1], cycles; None for 0.

    Returns:
      Audio, [batch, frames * hop], float32; and the phase after the last sample, [batch, 1], float64 cycles.
    """
    start, after, step, bend = frame_phases(
        f0_hz, sample_rate=sample_rate, hop=hop, initial_phase=initial_phase, next_f0_hz=next_f0_hz
    )
    levels = gain, next_gain, sines, next_sines, cosines, next_cosines
    gain, next_gain, sines, next_sines, cosines, next_cosines = (
        None if level is None else tf.cast(level, tf.float32) for level in levels)
    gain, next_gain = (tf.where(tf.math.is_finite(phase)[..., None], level, float("nan"))
                       for phase, level in ((start, gain), (after, next_gain)))
    rows = tf.stop_gradient(tf.abs(tf.concat([f0_hz, next_f0_hz], axis=1)))
    top = tf.maximum(rows[:, :-1], rows[:, 1:]) / sample_rate                          # cycles per sample
    levels, lasts = _cut([gain, sines, cosines], [next_gain, next_sines, next_cosines])
    phases, _ = _cut([start[..., None], step[..., None], bend[..., None]])
    (top,), _ = _cut([tf.cast(top, tf.float32)], filled=0.5)                           # Nyquist: nothing sounds
    inputs = [level for both in zip(levels, lasts) for level in both] + [*phases, top]
    readers = kernels.period_readers(shapes.at_least(1, n_harmonics=sines.shape[-1]), int(hop))
    audio = _read(readers, inputs)                                            # [batch * pieces, frames, hop]
    batch, frames = tf.shape(f0_hz)[0], f0_hz.shape[1] or tf.shape(f0_hz)[1]
    audio = tf.reshape(audio, [batch, -1])[:, :frames * hop]
    return tf.ensure_shape(audio, [f0_hz.shape[0], f0_hz.shape[1] and f0_hz.shape[1] * hop]), after


def _cut(tensors, nexts=None, *, filled=0.0):
    """Cuts long clips [batch, frames, n] into pieces [batch * pieces, piece, n], and the frames after them.

    The last piece is filled up with a value.  Pieces bound the memory of the tables and the number of lengths
    that are compiled.
    """
    frames = tensors[0].shape[1]
    if frames is not None and frames <= kernels.LONGEST:
        return tensors, nexts
    frames = frames or tf.shape(tensors[0])[1]
    piece = tf.minimum(frames, kernels.LONGEST // 2)
    pieces = -(-frames // piece)
    cut, lasts = [], []
    for index, tensor in enumerate(tensors):
        if tensor is None:
            cut.append(None)
            lasts.append(None)
            continue
        n = tensor.shape[-1]
        rows = tensor if nexts is None else tf.concat([tensor, nexts[index]], axis=1)
        rows = tf.pad(rows, [[0, 0], [0, pieces * piece + 1 - tf.shape(rows)[1]], [0, 0]], constant_values=filled)
        cut.append(tf.reshape(rows[:, :-1], [-1, piece, n]))
        lasts.append(tf.reshape(rows[:, piece::piece], [-1, 1, n]))
    return cut, lasts


def _read(readers, inputs):
    """Audio [clips, frames, hop], one clip at a time so that its tables stay in the processor's cache.

    Harmonics that are above Nyquist in all of a clip cost nothing: the least reader of the others plays it.
    The gradient is that of the same sum: spread the error into the tables, transform, keep the harmonics.
    """
    given = [x is not None for x in inputs]

    @tf.custom_gradient
    def read(*tensors):
        *levels, start, step, bend, top = _fill(tensors, given)
        clips = [*levels, top, *kernels.fixed_phases(start, step, bend)]
        audio = _each_clip(readers, lambda reader, *clip: (reader.read(*clip),), clips, 1)[0]

        def gradient(upstream):
            clips_and_upstream = [*clips, upstream]
            n_levels = sum(level is not None for level in levels)
            d_levels = _each_clip(readers, kernels.PeriodReader.level_gradients, clips_and_upstream, n_levels)
            d_phases = _each_clip(
                readers, lambda reader, *clip: reader.phase_gradients(*clip), clips_and_upstream, 3)
            d_phases = [tf.cast(d, tf.float64)[..., None] for d in d_phases]
            return [*d_levels, *d_phases, tf.zeros_like(top)]

        return audio, gradient

    return read(*[x for x in inputs if x is not None])


def _fill(tensors, given):
    """Puts None back where an input was not given."""
    tensors = iter(tensors)
    return [next(tensors) if is_given else None for is_given in given]


def _each_clip(readers, function, inputs, n_outputs):
    """Calls function(reader, *inputs of one clip) for every clip, with the least reader that it needs.

    Input _TOP is top; the outputs, n_outputs for each clip, are stacked.
    """
    given = [x is not None for x in inputs]
    present = [x for x in inputs if x is not None]

    def one(index):
        clip = _fill([x[index] for x in present], given)            # whole rows: TensorFlow copies nothing
        calls = [lambda reader=reader: tuple(function(reader, *clip)) for reader in readers]
        return calls[0]() if len(calls) == 1 else tf.switch_case(kernels.least_reader(readers, clip[_TOP]), calls)

    if present[0].shape[0] == 1:
        return [output[None] for output in one(0)]
    clips = tf.range(tf.shape(present[0])[0])
    return list(tf.map_fn(one, clips, fn_output_signature=(tf.float32,) * n_outputs))
