"""The fast path of periodic sounds: one period per frame by an inverse FFT, read at the fundamental's phase.

Between two control frames a harmonic sound is a cross-fade of two waveforms of constant shape.  Each shape is
a Fourier series, so an inverse FFT draws one period of it, and audio is that period looked up at the phase.
The lookup is a non-uniform FFT (Dutt and Rokhlin, 1993; kernel of Barnett, Magland and af Klinteberg, 2019):
the series is divided by the Fourier transform of a short bump, and a few table points weighted by the bump
give the exact value back, equally well for every harmonic.  The cost hardly depends on how many harmonics
there are, and the gradient is the same steps backwards: spread instead of look up, forward FFT instead of
inverse.

Phases are 32-bit fixed point: whole cycles overflow away, the top bits are the table index, the rest the
fraction.
"""

import functools
import math
import warnings

import numpy as np
import tensorflow as tf

LONGEST = 1024              # frames in one compiled piece; longer sounds are cut in pieces of half of it


def plan(n_harmonics, hop):
    """Table points per period and per lookup.

    Six points of a table with at least 4 points per period of the highest harmonic, or, where such tables
    would cost more than the lookups, eight points of one with at least 2.5.

    >>> plan(60, 320), plan(64, 64), plan(100, 64)
    ((256, 6), (256, 6), (256, 8))
    """
    fine, coarse = (max(16, 2 ** math.ceil(math.log2(ratio * n_harmonics))) for ratio in (4.0, 2.5))
    return (fine, 6) if fine <= max(coarse, 2 * hop) else (coarse, 8)


def bump(n_harmonics, size, taps):
    """The lookup kernel exp(b (sqrt(1 - x ** 2) - 1)), x = -1 ... 1 over so many taps of a table of a size.

    Returns:
      Polynomial coefficients of the taps' weights in u - 1/2, where u in 0 ... 1 is the position between two
      table points, [taps, taps + 4]; and the kernel's Fourier transform at harmonics 1 ... n_harmonics,
      [n_harmonics].
    """
    b = 0.98 * math.pi * taps * (1.0 - n_harmonics / size)

    def psi(distance):                                           # distance in table points
        inside = np.maximum(0.0, 1.0 - (distance * 2.0 / taps) ** 2)
        return np.where(inside > 0, np.exp(b * (np.sqrt(inside) - 1.0)), 0.0)

    u = 0.5 - 0.5 * np.cos(np.pi * (np.arange(64) + 0.5) / 64)   # Chebyshev points
    fit = np.polynomial.polynomial.polyfit
    weights = [fit(u - 0.5, psi(u - offset), taps + 3) for offset in offsets(taps)]
    points, areas = np.polynomial.legendre.leggauss(200)
    points, areas = points * taps / 2, areas * taps / 2
    k = np.arange(1, n_harmonics + 1)
    transform = np.cos(2 * np.pi * k[:, None] * points / size) @ (areas * psi(points))
    return np.array(weights), transform


def offsets(taps):
    """Table points around a position, relative to the one before it.

    >>> list(offsets(6))
    [-2, -1, 0, 1, 2, 3]
    """
    return range(1 - taps // 2, taps // 2 + 1)


@functools.lru_cache(maxsize=1)
def can_compile():
    """Whether this TensorFlow can compile with XLA; where it cannot, the same functions run uncompiled."""
    try:
        tf.function(lambda x: x + 1.0, jit_compile=True)(tf.constant(1.0))
    except (tf.errors.OpError, ValueError) as error:
        warnings.warn(
            f"TensorFlow was built without XLA here ({type(error).__name__}): synthesis is exact but slower.",
            RuntimeWarning, stacklevel=2,
        )
        return False
    return True


def compiled(function=None, *, one_shape=False):
    """Compiles a function of tensors with XLA, at its first call, where that is possible; one_shape for each shape anew, so
    that sizes are known while it is traced."""
    if function is None:
        return functools.partial(compiled, one_shape=one_shape)
    separate = functools.partial(function)     # TensorFlow counts retracing per code: keep readers apart
    held = []

    @functools.wraps(function)
    def call(*args):
        if not held:
            with tf.init_scope():
                held.append(tf.function(separate, jit_compile=can_compile(), reduce_retracing=not one_shape,
                                        autograph=False))
        return held[0](*args)

    return call


class PeriodReader:
    """Tables, lookup and gradients for one clip; made once for each number of harmonics, width and hop.

    Shapes, for f frames: gain [f, 1] times sines and cosines [f, width] are the series at the start of each
    hop, of which the first n_harmonics sound, and the last ones, [1, ...], those at the end of the last;
    cosines may be None.  top [f, 1], the highest fundamental in cycles per sample during each frame's hop;
    start and step [f, 1] int32, rest and bend [f, 1] float32, the phase as fixed_phases gives it.
    """

    def __init__(self, n_harmonics, width, hop):
        self.n_harmonics, self.width, self.hop = n_harmonics, width, hop
        self.size, self.taps = plan(n_harmonics, hop)
        self.bits = self.size.bit_length() - 1
        weights, transform = bump(n_harmonics, self.size, self.taps)
        self.weights = weights.astype(np.float32)
        slopes = weights[:, 1:] * np.arange(1, weights.shape[1]) * self.size     # per cycle, not table point
        self.slopes = slopes.astype(np.float32)
        self.scale = (self.size / 2 / transform).astype(np.float32)        # irfft divides by size, and halves
        self.read, self.phase_gradients = compiled(self._read), compiled(self._phase_gradients)
        self._shares_compiled, self._spread_compiled = compiled(self._shares), compiled(self._spread)

    # -- the compiled functions ---------------------------------------------------------------------------

    def _read(self, *inputs):
        """Audio [f, hop], of gain, last_gain, sines, last_sines, cosines, last_cosines, top and the phase."""
        *levels, start, step, rest, bend = inputs
        tables = self._tables(*levels)
        index, u = self._position(start, step, rest, bend)
        here, there = self._taps(tables, index, self._polynomials(self.weights, u))
        return here + (there - here) * self._ramp()

    def _phase_gradients(self, *inputs):
        """Gradients with respect to start, step and bend in cycles, each [f]; of _read's inputs and upstream."""
        *levels, start, step, rest, bend, upstream = inputs
        tables = self._tables(*levels)
        index, u = self._position(start, step, rest, bend)
        here, there = self._taps(tables, index, self._polynomials(self.slopes, u))
        slope = upstream * (here + (there - here) * self._ramp())
        i = tf.range(self.hop, dtype=tf.float32)
        return [tf.reduce_sum(slope * i ** power, axis=1) for power in (0, 1, 2)]

    def _shares(self, start, step, rest, bend, upstream):
        """What each sample adds to both tables: where, [f * hop], and how much, [taps, f * hop] complex64.

        The table at the start of a hop is the real part, the one at its end the imaginary part.
        """
        index, u = self._position(start, step, rest, bend)
        rows = tf.range(tf.shape(upstream)[0])[:, None] * self.size
        fading_in = upstream * self._ramp()
        fading_out = upstream - fading_in
        amounts = [tf.complex(fading_out * weight, fading_in * weight) for weight in self._polynomials(self.weights, u)]
        return tf.reshape(rows + index, [-1]), tf.reshape(tf.stack(amounts), [self.taps, -1])

    def _spread(self, gain, last_gain, sines, last_sines, cosines, last_cosines, top, where, amounts):
        """Gradients with respect to gain, last_gain, sines, last_sines and, if given, the two of cosines."""
        frames = tf.shape(top)[0]
        tables = tf.zeros([frames * self.size], tf.complex64)
        row = where - tf.bitwise.bitwise_and(where, self.size - 1)
        for tap, offset in enumerate(offsets(self.taps)):
            at = row + tf.bitwise.bitwise_and(where + offset, self.size - 1)
            tables = tf.tensor_scatter_nd_add(tables, at[:, None], amounts[tap])
        both = tf.signal.fft(tf.reshape(tables, [frames, self.size]))
        above, below = both[:, 1:self.n_harmonics + 1], tf.math.conj(both[:, :-self.n_harmonics - 1:-1])
        spectra = tf.stack([above + below, -1j * (above - below)], axis=1)         # of two real series, doubled
        scale = self._audible(top)[:, None] * (self.scale / self.size)
        by_gain, gradients, gains = 0.0, [], self._both_ends(gain, last_gain)
        silent = [[0, 0], [0, 0], [0, self.width - self.n_harmonics]]
        for part, series, last in ((-tf.math.imag(spectra), sines, last_sines),
                                   (tf.math.real(spectra), cosines, last_cosines)):
            if series is not None:
                by_gain += tf.reduce_sum(part * scale * self._both_ends(series, last), axis=2, keepdims=True)
                gradients.append(tf.pad(part * scale * gains, silent))
        return [one for both in (by_gain, *gradients) for one in (
            both[:, 0] + tf.pad(both[:-1, 1], [[1, 0], [0, 0]]),      # a frame ends a hop and starts one
            both[-1:, 1],
        )]

    def level_gradients(self, *inputs):
        """Gradients with respect to gain and series, of the inputs of _phase_gradients; in two parts, or XLA
        would compute weights repeatedly."""
        *levels, start, step, rest, bend, upstream = inputs
        return self._spread_compiled(*levels, *self._shares_compiled(start, step, rest, bend, upstream))

    # -- their parts ----------------------------------------------------------------------------------------

    def _audible(self, top):
        """1 where a harmonic stays below Nyquist for a whole hop, else 0; top [f, 1] in cycles per sample."""
        k = tf.range(1, self.n_harmonics + 1, dtype=tf.float32)
        return tf.cast(tf.abs(top) * k < 0.5, tf.float32)                               # [f, H]

    def _both_ends(self, rows, last):
        """What sounds at the start and at the end of each hop, [f, 2, n_harmonics]."""
        rows = tf.concat([rows, last], axis=0)[:, :self.n_harmonics]
        return tf.stack([rows[:-1], rows[1:]], axis=1)

    def _tables(self, gain, last_gain, sines, last_sines, cosines, last_cosines, top):
        """Periods at both ends of each hop, [f, 2, size], both without what would alias during the hop."""
        scale = self._audible(top)[:, None] * self.scale * self._both_ends(gain, last_gain)
        imaginary = -self._both_ends(sines, last_sines) * scale
        real = tf.zeros_like(imaginary) if cosines is None else self._both_ends(cosines, last_cosines) * scale
        room = self.size // 2 - self.n_harmonics
        return tf.signal.irfft(tf.pad(tf.complex(real, imaginary), [[0, 0], [0, 0], [1, room]]), [self.size])

    def _position(self, start, step, rest, bend):
        """Table index [f, hop] int32, and the position between two table points minus a half, float32."""
        i = tf.range(self.hop)[None]
        x = tf.cast(i, tf.float32)
        curve = (bend * x + rest) * x
        curve = tf.cast((curve - tf.floor(curve + 0.5)) * 2.0 ** 31, tf.int32)
        turns = start + step * i + tf.bitwise.left_shift(curve, 1)                  # wraps once a cycle
        below = 32 - self.bits
        index = tf.bitwise.bitwise_and(tf.bitwise.right_shift(turns, below), self.size - 1)
        u = tf.cast(tf.bitwise.bitwise_and(turns, 2 ** below - 1), tf.float32) * 2.0 ** -below
        return index, u - 0.5

    def _taps(self, tables, index, weights):
        """Weighted sums of table points, for both ends of the hop, each [f, hop]."""
        flat = tf.reshape(tables, [-1])
        rows = tf.range(tf.shape(index)[0])[:, None] * (2 * self.size)
        here = there = 0.0
        for offset, weight in zip(offsets(self.taps), weights):
            at = rows + tf.bitwise.bitwise_and(index + offset, self.size - 1)
            here += weight * tf.gather(flat, at)
            there += weight * tf.gather(flat, at + self.size)
        return here, there

    def _polynomials(self, coefficients, u):
        """Polynomials at u, each the shape of u, by Horner's rule."""
        return [functools.reduce(lambda value, c: value * u + c, row[::-1], 0.0) for row in coefficients]

    def _ramp(self):
        """Half a Hann window from 0 towards 1, [hop]."""
        return tf.constant(0.5 - 0.5 * np.cos(np.pi * np.arange(self.hop) / self.hop), tf.float32)


@functools.lru_cache(maxsize=None)
def period_readers(width, hop):
    """Readers of series [f, width], the last of all harmonics; the others of fewer, for high notes.

    >>> [reader.n_harmonics for reader in period_readers(100, 320)]
    [32, 64, 100]
    """
    fewer = [n for n in (32, 64, 128) if 4 * n <= 3 * width]
    return tuple(PeriodReader(n, width, hop) for n in (*fewer, width))


def least_reader(readers, top):
    """Index of the smallest reader with all harmonics that stay below Nyquist in a clip, as a scalar tensor.

    Args:
      readers: of period_readers.
      top: highest fundamental of each frame, [f, 1], cycles per sample.
    """
    lowest = tf.reduce_min(top)
    return tf.add_n([tf.cast(lowest * (reader.n_harmonics + 1) < 0.5, tf.int32) for reader in readers[:-1]])


def fixed_phases(start, step, bend):
    """Phases of frames in cycles, float64, as the kernel reads them.

    Returns:
      start and step as 32-bit fixed point, what is left of step, and bend, float32; all the shape of start.
    """
    def fixed(cycles):
        return tf.round((cycles - tf.round(cycles)) * 2.0 ** 32)

    def integer(cycles):
        return tf.cast(tf.cast(cycles, tf.int64), tf.int32)                    # 2 ** 31 wraps to -2 ** 31

    steps = fixed(step)
    rest = tf.cast((step - tf.round(step)) - steps * 2.0 ** -32, tf.float32)
    return integer(fixed(start)), integer(steps), rest, tf.cast(bend, tf.float32)
