"""The fast path of periodic sounds: one period per frame by an inverse FFT, read at the fundamental's phase.

Between two control frames a harmonic sound is a cross-fade of two waveforms of constant shape.  Each shape is a Fourier
series, so an inverse FFT draws one period of it, and audio is that period looked up at the phase.  The lookup is a
non-uniform FFT (Dutt and Rokhlin, 1993; kernel of Barnett, Magland and af Klinteberg, 2019): the series is divided by the
Fourier transform of a short bump, and six table points weighted by the bump give the exact value back, equally well
for every harmonic.  The cost hardly depends on how many harmonics there are, and the gradient is the same steps backwards:
spread instead of look up, forward FFT instead of inverse.

Phases are 32-bit fixed point: whole cycles overflow away, the top bits are the table index, the rest the fraction.
"""

import functools
import math
import warnings

import numpy as np
import tensorflow as tf

TAPS = 6                    # table points per lookup
DEGREE = 9                  # of the polynomials that stand for the bump
LONGEST = 1024              # frames in one compiled piece; longer sounds are cut in pieces of half of it
_OFFSETS = range(1 - TAPS // 2, TAPS // 2 + 1)


def table_size(n_harmonics):
    """Points of one period: a power of two with at least four points per period of the highest harmonic.

    >>> table_size(60), table_size(100)
    (256, 512)
    """
    return max(16, 2 ** math.ceil(math.log2(4 * n_harmonics)))


@functools.lru_cache(maxsize=None)
def bump(n_harmonics):
    """The lookup kernel exp(b (sqrt(1 - x ** 2) - 1)) for one table size.

    Returns:
      Polynomial coefficients of the six weights in u - 1/2, where u in 0 ... 1 is the position between two table points,
      [6, DEGREE + 1]; and the kernel's Fourier transform at harmonics 1 ... n_harmonics, [n_harmonics].
    """
    size = table_size(n_harmonics)
    b = 0.98 * math.pi * TAPS * (1.0 - n_harmonics / size)

    def psi(distance):                                           # distance in table points
        inside = np.maximum(0.0, 1.0 - (distance * 2.0 / TAPS) ** 2)
        return np.where(inside > 0, np.exp(b * (np.sqrt(inside) - 1.0)), 0.0)

    u = 0.5 - 0.5 * np.cos(np.pi * (np.arange(64) + 0.5) / 64)   # Chebyshev points
    weights = [np.polynomial.polynomial.polyfit(u - 0.5, psi(u - offset), DEGREE) for offset in _OFFSETS]
    points, areas = np.polynomial.legendre.leggauss(200)
    points, areas = points * TAPS / 2, areas * TAPS / 2
    k = np.arange(1, n_harmonics + 1)
    transform = np.cos(2 * np.pi * k[:, None] * points / size) @ (areas * psi(points))
    return np.array(weights), transform


@functools.lru_cache(maxsize=1)
def can_compile():
    """Whether this TensorFlow can compile functions with XLA; where it cannot, the same functions run uncompiled."""
    try:
        tf.function(lambda x: x + 1.0, jit_compile=True)(tf.constant(1.0))
    except (tf.errors.OpError, ValueError) as error:
        warnings.warn(
            f"TensorFlow was built without XLA here ({type(error).__name__}): synthesis is exact but slower.",
            RuntimeWarning, stacklevel=2,
        )
        return False
    return True


def compiled(function):
    """Compiles a function of tensors with XLA, at its first call, where that is possible."""
    held = []

    @functools.wraps(function)
    def call(*args):
        if not held:
            with tf.init_scope():
                held.append(tf.function(function, jit_compile=can_compile(), reduce_retracing=False))
        return held[0](*args)

    return call


class PeriodReader:
    """Tables, lookup and gradients for one clip; made once for each number of harmonics and hop.

    Shapes, for f frames: here and there [f, n_harmonics] complex, the series at the start and at the end of each
    frame's hop; start and step [f, 1] int32, bend [f, 1] float32, the phase as fixed_phases gives it.
    """

    def __init__(self, n_harmonics, hop):
        self.n_harmonics, self.hop, self.size = n_harmonics, hop, table_size(n_harmonics)
        self.bits = self.size.bit_length() - 1
        weights, transform = bump(n_harmonics)
        self.weights = weights.astype(np.float32)
        slopes = weights[:, 1:] * np.arange(1, DEGREE + 1) * self.size      # per cycle, not per table point
        self.slopes = slopes.astype(np.float32)
        self.scale = (self.size / 2 / transform).astype(np.float32)         # irfft divides by size, and halves
        self.read, self.phase_gradients = compiled(self._read), compiled(self._phase_gradients)
        self._shares_compiled, self._spread_compiled = compiled(self._shares), compiled(self._spread)

    # -- the three compiled functions ---------------------------------------------------------------------------

    def _read(self, sines, cosines, last_sines, last_cosines, top, start, step, bend):
        """Audio [f, hop] of series [f, n_harmonics] whose frame after the last is [1, n_harmonics]."""
        tables = self._tables(sines, cosines, last_sines, last_cosines, top)
        index, u = self._position(start, step, bend)
        here, there = self._taps(tables, index, self._polynomials(self.weights, u))
        return here + (there - here) * self._ramp()

    def _phase_gradients(self, sines, cosines, last_sines, last_cosines, top, start, step, bend, upstream):
        """Gradients with respect to start, step and bend in cycles, each [f]."""
        tables = self._tables(sines, cosines, last_sines, last_cosines, top)
        index, u = self._position(start, step, bend)
        here, there = self._taps(tables, index, self._polynomials(self.slopes, u))
        slope = upstream * (here + (there - here) * self._ramp())
        i = tf.range(self.hop, dtype=tf.float32)
        return [tf.reduce_sum(slope * i ** power, axis=1) for power in (0, 1, 2)]

    def _shares(self, start, step, bend, upstream):
        """What each sample adds to its six points of both tables: where, [f * hop], and amounts, [12, f * hop]."""
        index, u = self._position(start, step, bend)
        rows = tf.range(tf.shape(upstream)[0])[:, None] * (2 * self.size)
        fading_in = upstream * self._ramp()
        amounts = [
            end * weight for weight in self._polynomials(self.weights, u) for end in (upstream - fading_in, fading_in)
        ]
        return tf.reshape(rows + index, [-1]), tf.reshape(tf.stack(amounts), [2 * TAPS, -1])

    def _spread(self, top, where, amounts):
        """Gradients with respect to sines and cosines, both for the frame itself and for the one after, [f, H]."""
        frames = tf.shape(top)[0]
        tables = tf.zeros([frames * 2 * self.size])
        row, index = where - tf.bitwise.bitwise_and(where, self.size - 1), where
        for tap, offset in enumerate(_OFFSETS):
            at = row + tf.bitwise.bitwise_and(index + offset, self.size - 1)
            tables = tf.tensor_scatter_nd_add(tables, at[:, None], amounts[2 * tap])
            tables = tf.tensor_scatter_nd_add(tables, at[:, None] + self.size, amounts[2 * tap + 1])
        spectra = tf.signal.rfft(tf.reshape(tables, [frames, 2, self.size]))[:, :, 1:self.n_harmonics + 1]
        scale = self._audible(top)[:, None] * (self.scale * (2.0 / self.size))
        sines, cosines = -tf.math.imag(spectra) * scale, tf.math.real(spectra) * scale
        return sines[:, 0], sines[:, 1], cosines[:, 0], cosines[:, 1]

    def level_gradients(self, top, start, step, bend, upstream):
        """Gradients with respect to the series; in two compiled parts, or XLA computes every weight six times."""
        return self._spread_compiled(top, *self._shares_compiled(start, step, bend, upstream))

    # -- their parts ------------------------------------------------------------------------------------------------

    def _audible(self, top):
        """1 where a harmonic stays below Nyquist for a whole hop, else 0; top [f, 1] in cycles per sample."""
        k = tf.range(1, self.n_harmonics + 1, dtype=tf.float32)
        return tf.cast(tf.abs(top) * k < 0.5, tf.float32)                               # [f, H]

    def _tables(self, sines, cosines, last_sines, last_cosines, top):
        """Periods at both ends of each hop, [f, 2, size], both without what would alias during the hop."""
        def both_ends(series, last):                                                    # [f, 2, H]
            return tf.stack([series, tf.concat([series[1:], last], axis=0)], axis=1)

        scale = self._audible(top)[:, None] * self.scale
        imaginary = -both_ends(sines, last_sines) * scale
        real = tf.zeros_like(imaginary) if cosines is None else both_ends(cosines, last_cosines) * scale
        room = self.size // 2 - self.n_harmonics
        return tf.signal.irfft(tf.pad(tf.complex(real, imaginary), [[0, 0], [0, 0], [1, room]]), [self.size])

    def _position(self, start, step, bend):
        """Table index [f, hop] int32, and the position between two table points minus a half, float32."""
        i = tf.range(self.hop)[None]
        curve = bend * tf.cast(i * i, tf.float32)
        curve = tf.cast((curve - tf.floor(curve)) * 2.0 ** 24, tf.int32)
        turns = start + step * i + tf.bitwise.left_shift(curve, 8)                       # wraps once a cycle
        rest = 32 - self.bits
        index = tf.bitwise.bitwise_and(tf.bitwise.right_shift(turns, rest), self.size - 1)
        u = tf.cast(tf.bitwise.bitwise_and(turns, 2 ** rest - 1), tf.float32) * 2.0 ** -rest
        return index, u - 0.5

    def _taps(self, tables, index, weights):
        """Weighted sums of six table points, for both ends of the hop, each [f, hop]."""
        flat = tf.reshape(tables, [-1])
        rows = tf.range(tf.shape(index)[0])[:, None] * (2 * self.size)
        here = there = 0.0
        for offset, weight in zip(_OFFSETS, weights):
            at = rows + tf.bitwise.bitwise_and(index + offset, self.size - 1)
            here += weight * tf.gather(flat, at)
            there += weight * tf.gather(flat, at + self.size)
        return here, there

    def _polynomials(self, coefficients, u):
        """Six polynomials at u, each the shape of u, by Horner's rule."""
        return [functools.reduce(lambda value, c: value * u + c, row[::-1], 0.0) for row in coefficients]

    def _ramp(self):
        """Half a Hann window from 0 towards 1, [hop]."""
        return tf.constant(0.5 - 0.5 * np.cos(np.pi * np.arange(self.hop) / self.hop), tf.float32)


period_reader = functools.lru_cache(maxsize=None)(PeriodReader)


def fixed_phases(start, step, bend):
    """Phases of frames in cycles, float64, as the kernel reads them: 32-bit fixed point and a float32 bend."""
    def fixed(cycles):
        return tf.cast(tf.cast(tf.round((cycles - tf.round(cycles)) * 2.0 ** 32), tf.int64), tf.int32)

    return fixed(start), fixed(step), tf.cast(bend, tf.float32)
