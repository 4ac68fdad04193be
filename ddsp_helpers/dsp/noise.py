"""White noise that is the same in every run, whole or in pieces; and noise shaped by a filter."""

import tensorflow as tf

from ddsp_helpers.dsp import segments, shapes

_GOLDEN = 0x9E3779B9     # 2 ** 32 / golden ratio, odd: spreads seeds and rows over all 32 bits


def _mix(x):
    """Scrambles 32-bit integers so that neighbours become unrelated (the finaliser of MurmurHash3)."""
    x = tf.bitwise.bitwise_xor(x, tf.bitwise.right_shift(x, tf.constant(16, tf.uint32)))
    x = x * tf.constant(0x85EBCA6B, tf.uint32)
    x = tf.bitwise.bitwise_xor(x, tf.bitwise.right_shift(x, tf.constant(13, tf.uint32)))
    x = x * tf.constant(0xC2B2AE35, tf.uint32)
    return tf.bitwise.bitwise_xor(x, tf.bitwise.right_shift(x, tf.constant(16, tf.uint32)))


def _uint32(x):
    """Whole numbers modulo 2 ** 32; Python's or a tensor."""
    if isinstance(x, int):
        return tf.constant(x % 2**32, tf.uint32)
    return tf.cast(tf.bitwise.bitwise_and(tf.cast(x, tf.int64), 2**32 - 1), tf.uint32)


def noise_keys(batch, seed):
    """One 32-bit key for each row of a batch: mix(seed * golden + mix(row * golden)).

    Args:
      batch: how many rows.
      seed: whole number, Python's or a tensor.

    Returns:
      Keys, [batch], uint32.
    """
    golden = tf.constant(_GOLDEN, tf.uint32)
    rows = tf.cast(tf.range(batch), tf.uint32)
    return _mix(_uint32(seed) * golden + _mix(rows * golden))


def noise_at(keys, index):
    """Uniform noise in [-1, 1) from a key and a sample index: mix(mix(index + key) ^ key), its upper 24 bits.

    Args:
      keys: [batch], uint32.
      index: sample numbers, [samples], uint32.

    Returns:
      Noise, [batch, samples], float32.
    """
    keys = keys[:, tf.newaxis]
    bits = _mix(tf.bitwise.bitwise_xor(_mix(index[tf.newaxis] + keys), keys))
    upper = tf.cast(tf.bitwise.right_shift(bits, tf.constant(8, tf.uint32)), tf.int32)
    return tf.cast(upper, tf.float32) * 2.0**-23 - 1.0


def white_noise(n_samples, *, batch, seed, start=0):
    """Uniform white noise in [-1, 1): a hash of seed, row and absolute sample number.

    No generator carries a state: sample n is the same whether the sound is made whole or in pieces, here or
    in a web page. It repeats after 2 ** 32 samples, a day at 48 kHz.  Lesson 04 listens to it.

    Args:
      n_samples: how many samples, at least 1.
      batch: how many independent rows, at least 1.
      seed: whole number; another seed is another noise.
      start: number of the first sample, a whole number or a scalar tensor.

    Returns:
      Noise, [batch, n_samples], float32; mean 0, power 1/3 (-4.77 dB).

    Raises:
      ValueError: n_samples < 1 or batch < 1.

    >>> whole = white_noise(10, batch=1, seed=7)
    >>> bool(tf.reduce_all(whole[:, 4:] == white_noise(6, batch=1, seed=7, start=4)))
    True
    """
    n_samples, batch = shapes.at_least(1, n_samples=n_samples), shapes.at_least(1, batch=batch)
    return noise_at(noise_keys(batch, seed), _uint32(start) + tf.cast(tf.range(n_samples), tf.uint32))


def filtered_noise(magnitudes, *, hop, seed=0, start=0):
    """White noise through a filter that changes with every control frame.

    Frame n's filter has the magnitudes of frame n at sample n * hop, from 0 Hz to the Nyquist frequency;
    between frames it is interpolated, the last frame is held (and the noise goes on, so that the end does not
    fade).  The filter is `time_varying_fir` (Engel et al., "DDSP", 2020, section 3.5), without its delay.
    Lesson 04 builds it.

    Args:
      magnitudes: gain of each band, [batch, frames, bands], >= 0, at least 2 bands.
      hop: samples from one control frame to the next, at least 1.
      seed: whole number or scalar tensor; another seed is another noise.
      start: absolute number of the first sample.

    Returns:
      Noise, [batch, frames * hop].

    Raises:
      ValueError: magnitudes is not [batch, frames, bands], fewer than 2 bands, or hop < 1.

    >>> filtered_noise(tf.ones([1, 3, 65]), hop=64).shape.as_list()
    [1, 192]
    """
    magnitudes = shapes.as_frames(magnitudes, name="magnitudes")
    magnitudes = tf.cast(magnitudes, tf.float32)
    p = segments.plan(hop=hop, n_bands=magnitudes.shape[-1])
    batch, frames, _ = shapes.sizes(magnitudes)
    extra = -(-p.half // hop)                                 # frames whose filters reach back before the end
    piece = segments.piece_frames(frames + extra, p)
    n_pieces = -(-(frames + extra) // piece)
    pieces = segments.cut_magnitudes(magnitudes, piece=piece, n_pieces=n_pieces)
    keys = tf.repeat(noise_keys(batch, seed), n_pieces)
    first = tf.tile(_uint32(start) + _uint32(piece * hop) * tf.cast(tf.range(n_pieces), tf.uint32), [batch])
    noise = segments.filter_segments(pieces, _signed(keys), _signed(first), p=p, source=_source)
    noise = segments.join(noise, batch=batch, n_pieces=n_pieces, p=p)[:, p.half:p.half + frames * hop]
    return tf.ensure_shape(noise, [magnitudes.shape[0], magnitudes.shape[1] and magnitudes.shape[1] * hop])


def _signed(x):
    """The same 32 bits as int32, which more operations take."""
    return tf.bitcast(x, tf.int32)


def _source(n_samples, key, first):
    """White noise [n_samples] of one key from one sample number on, inside the compiled filter."""
    index = tf.bitcast(first, tf.uint32) + tf.cast(tf.range(n_samples), tf.uint32)
    return noise_at(tf.bitcast(key, tf.uint32)[tf.newaxis], index)[0]


def init_stream(batch, *, n_bands, hop):
    """State of `step_stream` before the first sample.

    Args:
      batch: rows of sound.
      n_bands: bands of the filter, at least 2.
      hop: samples from one control frame to the next, at least n_bands - 2.

    Returns:
      The number of the next sample, [] int64, and what earlier pieces still let sound, [batch, n_bands - 2].

    Raises:
      ValueError: the filter reaches further back than the one frame that a step looks ahead.
    """
    p = segments.plan(hop=hop, n_bands=n_bands)
    return tf.zeros([], tf.int64), segments.init_stream(batch, p=p)


def step_stream(state, magnitudes, *, hop, seed=0):
    """The next piece of `filtered_noise`; piece by piece gives what the whole gives at once.

    Args:
      state: from init_stream or the step before.
      magnitudes: [batch, frames + 1, bands]; the last frame is the first of the next piece (at the end: the
        last again).
      hop: samples from one control frame to the next.
      seed: whole number.

    Returns:
      The next state, and noise [batch, frames * hop].
    """
    start, tail = state
    magnitudes = tf.cast(shapes.as_frames(magnitudes, name="magnitudes"), tf.float32)
    p = segments.plan(hop=hop, n_bands=magnitudes.shape[-1])
    batch, frames, _ = shapes.sizes(magnitudes)
    keys, first = _signed(noise_keys(batch, seed)), tf.fill([batch], _uint32(start))
    following = first + _uint32((frames - 1) * hop)
    tail, audio = segments.step_stream(tail, magnitudes, (keys, _signed(first)), (keys, _signed(following)), p=p,
                                       source=_source)
    return (start + tf.cast((frames - 1) * hop, tf.int64), tail), audio
