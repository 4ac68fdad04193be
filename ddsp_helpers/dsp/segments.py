"""The fast path of time-varying filters: two FFTs a segment, and one matrix for all filters.

The band magnitudes of a segment become the spectrum of its windowed impulse response by one constant matrix
[bands, bins]: inverse transform, window and forward transform are linear, so they are multiplied together
once, in float64.  That spectrum is real, because the impulse response is symmetric around time 0; nothing is
delayed.  The gradient uses the transform of the sound again: for magnitudes d_M = Re(X conj(G)) W^T, for the
sound the same filter once more.  Lesson 04 builds the plain form.
"""

import functools
import math
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from ddsp_helpers.dsp import clips, framing, shapes
from ddsp_helpers.dsp.kernels import compiled

LONGEST = 4096       # segments in one compiled piece


def fast_length(least):
    """The smallest even 2^a 3^b 5^c >= least: the lengths whose Fourier transforms are quick.

    Args:
      least: smallest length wanted, at least 1.

    Returns:
      A whole number.

    >>> fast_length(111999), fast_length(7)
    (112500, 8)
    """
    least = max(2, shapes.at_least(1, least=least))
    best = 2 ** math.ceil(math.log2(least))
    for threes in range(math.ceil(math.log(least, 3)) + 1):
        for fives in range(math.ceil(math.log(least, 5)) + 1):
            odd = 3**threes * 5**fives
            best = min(best, odd * 2 ** max(1, math.ceil(math.log2(least / odd))))
    return best


def impulse_response_matrix(n_bands):
    """The linear map from band magnitudes to the right half of the symmetric, windowed impulse response.

    h[t] = (M_0 + (-1)^t M_{B-1} + 2 sum_{k=1}^{B-2} M_k cos(pi k t / (B-1))) / (2 (B-1)), times the Hann
    window (1 + cos(pi t / (B-1))) / 2, for t = 0 ... B-2 (at t = B-1 the window is 0).  Lesson 04 derives it.

    Args:
      n_bands: how many bands B, at least 2, evenly from 0 Hz to the Nyquist frequency.

    Returns:
      Matrix, [bands, B - 1], NumPy float64.

    Raises:
      ValueError: fewer than 2 bands.
    """
    if n_bands is None or n_bands < 2:
        raise ValueError(f"magnitudes came with {n_bands} bands; at least 2 were wanted: 0 Hz and Nyquist "
                         "(lesson 04).")
    top = n_bands - 1
    k, t = np.arange(n_bands)[:, np.newaxis], np.arange(top)[np.newaxis]
    twice = np.where((k == 0) | (k == top), 1.0, 2.0)
    window = 0.5 + 0.5 * np.cos(np.pi * t / top)
    return twice * np.cos(np.pi * k * t / top) / (2 * top) * window


@functools.lru_cache(maxsize=None)
def response_matrix(n_bands, fft_length):
    """The linear map from band magnitudes to the spectrum of the windowed filter, [bands, bins]."""
    right = impulse_response_matrix(n_bands)
    t, k = np.arange(n_bands - 1)[:, np.newaxis], np.arange(fft_length // 2 + 1)[np.newaxis]
    cosines = np.where(t == 0, 1.0, 2.0) * np.cos(2 * np.pi * ((t * k) % fft_length) / fft_length)
    return (right @ cosines).astype(np.float32)


class Plan(NamedTuple):
    """How a time-varying filter is computed: sizes that follow from hop and bands alone."""

    hop: int           # samples from one control frame to the next
    segment: int       # samples filtered with one filter
    steps: int         # segments in a hop: filters are interpolated between control frames
    half: int          # samples an impulse response reaches to each side, bands - 2
    fft_length: int    # >= segment + 2 * half
    n_bands: int


@functools.lru_cache(maxsize=None)
def plan(*, hop, n_bands):
    """Splits a hop into equal segments, short, but not below half an impulse response, nor 64 samples.

    Args:
      hop: samples from one control frame to the next, at least 1.
      n_bands: bands of the filter, at least 2.

    Returns:
      Plan.

    Raises:
      ValueError: hop < 1 or fewer than 2 bands.

    >>> plan(hop=64, n_bands=65).steps, plan(hop=320, n_bands=65).steps, plan(hop=960, n_bands=97).steps
    (1, 5, 10)
    """
    shapes.at_least(1, hop=hop)
    if n_bands is None or n_bands < 2:
        raise ValueError(f"magnitudes came with {n_bands} bands; at least 2 were wanted: 0 Hz and Nyquist "
                         "(lesson 04).")
    half = n_bands - 2
    least = max(64, half)
    steps = max([s for s in range(1, hop + 1) if hop % s == 0 and hop // s >= least], default=1)
    return Plan(int(hop), hop // steps, steps, half, fast_length(hop // steps + 2 * half), n_bands)


class SegmentFilter:
    """Filter and gradients for one clip, compiled; made once for each plan and source.

    Shapes, for f frames and s = f * steps segments: magnitudes [f + 1, bands]; the last frame is only where
    the interpolation goes.  Output and its gradient [half + f * hop + half]; spectra of the sound [s, bins]
    complex.

    Args:
      p: Plan.
      source: function of n_samples and a clip's inputs that gives its sound [n_samples]; None: the input is
        the sound.
    """

    def __init__(self, p, source):
        self.p, self.source = p, source
        self.bins, self.size = p.fft_length // 2 + 1, p.segment + 2 * p.half
        self.matrix = response_matrix(p.n_bands, p.fft_length)
        self.transposed = np.ascontiguousarray(self.matrix.T)
        weights = np.full(self.bins, 2.0 / p.fft_length, np.float32)
        weights[[0, -1]] = 1.0 / p.fft_length
        self.weights = weights                                        # what makes irfft the transpose of rfft
        self.forward, self.audio_gradient = compiled(self._forward), compiled(self._audio_gradient)
        self.magnitude_gradient = compiled(self._magnitude_gradient)

    def _forward(self, magnitudes, *inputs):
        p, frames = self.p, shapes.sizes(magnitudes)[0] - 1
        audio = inputs[0] if self.source is None else self.source(frames * p.hop, *inputs)
        x = tf.reshape(audio, [frames * p.steps, p.segment])
        x = tf.signal.rfft(tf.pad(x, [[0, 0], [p.half, 0]]), [p.fft_length])
        y = tf.signal.irfft(self._times(x, self._filters(magnitudes)), [p.fft_length])[:, :self.size]
        return framing.overlap_add(y[tf.newaxis], hop=p.segment)[0], x

    def _magnitude_gradient(self, x, upstream):
        p, g = self.p, self._upstream_spectra(upstream)
        d = (tf.math.real(x) * tf.math.real(g) + tf.math.imag(x) * tf.math.imag(g)) * self.weights
        if p.steps == 1:
            return (tf.pad(tf.matmul(d, self.transposed), [[0, 1], [0, 0]]),)
        d = tf.reshape(d, [-1, p.steps, self.bins])
        u = (np.arange(p.steps, dtype=np.float32) / p.steps)[:, np.newaxis]
        here = tf.pad(tf.reduce_sum(d * (1 - u), axis=1), [[0, 1], [0, 0]])
        after = tf.pad(tf.reduce_sum(d * u, axis=1), [[1, 0], [0, 0]])
        return (tf.matmul(here + after, self.transposed),)

    def _audio_gradient(self, magnitudes, upstream):
        p = self.p
        g = self._times(self._upstream_spectra(upstream), self._filters(magnitudes))
        return (tf.reshape(tf.signal.irfft(g, [p.fft_length])[:, p.half:p.half + p.segment], [-1]),)

    def _filters(self, magnitudes):
        """One real spectrum a segment, [s, bins]: between control frames they move by straight lines."""
        spectra = tf.matmul(magnitudes, self.matrix)
        if self.p.steps == 1:
            return spectra[:-1]
        now, after = spectra[:-1, tf.newaxis], spectra[1:, tf.newaxis]
        u = (np.arange(self.p.steps, dtype=np.float32) / self.p.steps)[:, np.newaxis]
        return tf.reshape(now + u * (after - now), [-1, self.bins])

    def _upstream_spectra(self, upstream):
        """Spectra of the pieces of the gradient that each segment reached, [s, bins]."""
        frames = framing.frame(upstream[tf.newaxis], size=self.size, hop=self.p.segment)[0]
        segments = (shapes.sizes(upstream)[0] - 2 * self.p.half) // self.p.segment
        return tf.signal.rfft(frames[:segments], [self.p.fft_length])

    @staticmethod
    def _times(x, h):
        return tf.complex(tf.math.real(x) * h, tf.math.imag(x) * h)


segment_filter = functools.lru_cache(maxsize=None)(SegmentFilter)


def filter_segments(magnitudes, *inputs, p, source=None):
    """Filters segment by segment and overlap-adds; the heart of `time_varying_fir` and `filtered_noise`.

    Args:
      magnitudes: [clips, frames + 1, bands], float32; the last frame is only where the interpolation goes.
      *inputs: the sound, [clips, frames * hop], float32; or what source makes a sound of, [clips, ...].
      p: Plan of hop and bands.
      source: see SegmentFilter.

    Returns:
      Sound that starts p.half samples early, [clips, p.half + frames * hop + p.half]; differentiable in
      magnitudes and, without source, in the sound.
    """
    kernel = segment_filter(p, source)

    @tf.custom_gradient
    def clip(magnitudes, *inputs):
        audio, spectra = kernel.forward(magnitudes, *inputs)

        def gradient(upstream):
            by_magnitudes, = kernel.magnitude_gradient(spectra, upstream)
            by_inputs = [None] * len(inputs)
            if source is None:
                by_inputs = kernel.audio_gradient(magnitudes, upstream)
            return by_magnitudes, *by_inputs

        return audio, gradient

    return clips.each_clip(lambda *of_one: (clip(*of_one),), (magnitudes, *inputs), (tf.float32,))[0]


def piece_frames(frames, p):
    """How many frames are filtered in one compiled piece: all that there are, or a part of a longer sound, which no
    impulse response outlasts."""
    longest = max(2, LONGEST // p.steps, -(-2 * p.half // p.hop))
    return clips.piece_length(frames if isinstance(frames, int) else None, longest)


def cut_magnitudes(magnitudes, *, piece, n_pieces):
    """Pieces [batch * n_pieces, piece + 1, bands] of [batch, frames, bands]; the last frame is held."""
    batch, frames, bands = shapes.sizes(magnitudes)
    more = n_pieces * piece + 1 - frames
    held = tf.concat([magnitudes, tf.repeat(magnitudes[:, -1:], more, axis=1)], axis=1)
    if isinstance(n_pieces, int) and n_pieces == 1:
        return held
    following = tf.reshape(held[:, piece::piece], [batch * n_pieces, 1, bands])
    return tf.concat([clips.cut(held[:, :-1], piece=piece), following], axis=1)


def join(pieces, *, batch, n_pieces, p):
    """Adds pieces [batch * n_pieces, half + piece * hop + half] to a sound that starts p.half early."""
    if isinstance(n_pieces, int) and n_pieces == 1:
        return pieces
    size, reach = shapes.sizes(pieces)[1], 2 * p.half
    pieces = tf.reshape(pieces, [batch, n_pieces, size])
    body, over = pieces[:, :, :size - reach], pieces[:, :, size - reach:]    # over: sounds in the next
    arriving = tf.pad(over, [[0, 0], [1, 0], [0, 0]])[:, :-1]
    body += tf.pad(arriving, [[0, 0], [0, 0], [0, size - 2 * reach]])
    return tf.concat([tf.reshape(body, [batch, n_pieces * (size - reach)]), over[:, -1]], axis=1)


def init_stream(batch, *, p):
    """What earlier pieces still let sound, before the first piece: nothing, [batch, p.half].

    Raises:
      ValueError: the filter reaches further back than the one frame that a step looks ahead.
    """
    if p.hop < p.half:
        raise ValueError(f"hop={p.hop} came with {p.n_bands} noise bands, whose filter sounds {p.half} samples "
                         "ahead; a hop of at least that was wanted, or fewer bands (lesson 13).")
    return tf.zeros([batch, p.half])


def step_stream(tail, magnitudes, now, following, *, p, source=None):
    """Filters the next frames, towards the frame after them.

    Args:
      tail: of init_stream or the step before.
      magnitudes: [batch, frames + 1, bands]; the last frame is the first of the next piece.
      now: inputs of filter_segments for the frames.
      following: those for the frame after them, whose filter begins to sound up to p.half samples early.
      p: Plan.
      source: as for filter_segments.

    Returns:
      The next tail, and sound, [batch, frames * hop].
    """
    size, half = (shapes.sizes(magnitudes)[1] - 1) * p.hop, p.half
    sound = filter_segments(magnitudes, *now, p=p, source=source)
    held = tf.repeat(magnitudes[:, -1:], 2, axis=1)       # where it goes is unknown, and its first segment does not ask
    early = filter_segments(held, *following, p=p, source=source)[:, :half]
    rest = size - half
    audio = sound[:, half:half + size] + tf.pad(tail, [[0, 0], [0, rest]]) + tf.pad(early, [[0, 0], [rest, 0]])
    return sound[:, half + size:], audio
