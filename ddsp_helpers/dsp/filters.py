"""Filters drawn as magnitudes over frequency, and convolution with long impulse responses.

Every filter drawn here is symmetric around time 0, so a click that goes in at sample n comes out with its
peak at sample n: nothing is late.  Both convolutions carry their own gradients, which use the transforms of
the way forward again.
"""

import tensorflow as tf

from ddsp_helpers.dsp import clips, segments, shapes


def magnitudes_to_impulse_response(magnitudes):
    """Band magnitudes to the impulse response of a filter, symmetric around its middle sample.

    An inverse Fourier transform with zero phase, windowed by Hann (Engel et al., "DDSP", 2020, section 3.5).
    Lesson 04 draws it.

    Args:
      magnitudes: gain of each band, [batch, frames, bands], at least 2 bands from 0 Hz to Nyquist.

    Returns:
      Impulse responses, [batch, frames, 2 * bands - 3]; time 0 is sample bands - 2, the middle.

    Raises:
      ValueError: magnitudes is not [batch, frames, bands] or has fewer than 2 bands.

    >>> magnitudes_to_impulse_response(tf.ones([1, 1, 3])).numpy().round(6).tolist()
    [[[0.0, 1.0, 0.0]]]
    """
    magnitudes = shapes.as_frames(magnitudes, name="magnitudes", lesson="04")
    half = tf.constant(segments.impulse_response_matrix(magnitudes.shape[-1]), magnitudes.dtype)
    right = tf.matmul(magnitudes, half)                                           # [batch, frames, bands - 1]
    return tf.concat([tf.reverse(right[..., 1:], axis=[-1]), right], axis=-1)


def time_varying_fir(audio, magnitudes, *, hop):
    """A sound through a filter that changes with every control frame, without any delay.

    Frame n's magnitudes hold at sample n * hop; between frames the filter moves in equal steps (none when a
    hop is shorter than 128 samples), the last is held.  Each step is a convolution by FFT, and the pieces are
    overlap-added. Lesson 04 builds it.

    Args:
      audio: sound, [batch, samples].
      magnitudes: gain of each band, [batch, frames, bands], frames = ceil(samples / hop), at least 2 bands.
      hop: samples from one control frame to the next, at least 1.

    Returns:
      Sound, [batch, samples].

    Raises:
      ValueError: shapes that do not fit together, fewer than 2 bands, or hop < 1.

    >>> click = tf.one_hot([100], 256)
    >>> int(tf.argmax(time_varying_fir(click, tf.ones([1, 4, 65]), hop=64)[0]))
    100
    """
    audio = tf.cast(shapes.as_audio(audio), tf.float32)
    magnitudes = tf.cast(shapes.as_frames(magnitudes, name="magnitudes", lesson="04"), tf.float32)
    p = segments.plan(hop=hop, n_bands=magnitudes.shape[-1])
    (samples, frames) = audio.shape[1], magnitudes.shape[1]
    if None not in (samples, frames) and frames != -(-samples // hop):
        raise ValueError(f"magnitudes came with {frames} frames for {samples} samples at hop={hop}; "
                         f"{-(-samples // hop)} were wanted: one for each hop begun (lesson 04).")
    samples, (batch, frames, _) = shapes.sizes(audio)[1], shapes.sizes(magnitudes)
    piece = segments.piece_frames(frames, p)
    n_pieces = -(-frames // piece)
    padded = tf.pad(audio, [[0, 0], [0, n_pieces * piece * hop - samples]])
    pieces = segments.cut_magnitudes(magnitudes, piece=piece, n_pieces=n_pieces)
    filtered = segments.filter_segments(pieces, clips.cut(padded, piece=piece * hop), p=p)
    filtered = segments.join(filtered, batch=batch, n_pieces=n_pieces, p=p)[:, p.half:p.half + samples]
    return tf.ensure_shape(filtered, audio.shape)


def fft_convolve(audio, ir):
    """A sound through an impulse response of any length: y[n] = sum_t ir[t] audio[n - t].

    Computed by multiplication of spectra at a quick length 2^a 3^b 5^c that is long enough not to wrap.
    Lesson 04.

    Args:
      audio: sound, [batch, samples].
      ir: impulse response, [1, taps] shared by all, or one for each sound [batch, taps].

    Returns:
      The first `samples` samples of the convolution, [batch, samples]; what rings on after the end is cut.

    Raises:
      ValueError: audio or ir has another number of axes, or ir has another batch.

    >>> fft_convolve([[1.0, 0.0, 2.0]], [[1.0, 0.5]]).numpy().round(6).tolist()
    [[1.0, 0.5, 2.0]]
    """
    audio = tf.cast(shapes.as_audio(audio), tf.float32)
    ir = tf.cast(shapes.as_audio(ir, name="ir", lesson="04"), tf.float32)
    if ir.shape[0] not in (None, 1) and audio.shape[0] not in (None, ir.shape[0]):
        raise ValueError(f"ir came with batch = {ir.shape[0]} for a sound with batch = {audio.shape[0]}; "
                         "1 or the same number was wanted (lesson 04).")
    if None in (audio.shape[1], ir.shape[1]):
        raise ValueError(f"audio came with shape {list(audio.shape)} and ir with {list(ir.shape)}; lengths "
                         "known in advance were wanted (lesson 04).")
    ir = ir[:, :audio.shape[1]]
    return _convolve(audio, ir, segments.fast_length(audio.shape[1] + ir.shape[1] - 1))


def _convolve(audio, ir, fft_length):
    """Convolution whose gradients use the spectra of the way forward again."""

    @tf.custom_gradient
    def run(audio, ir):
        x, h = tf.signal.rfft(audio, [fft_length]), tf.signal.rfft(ir, [fft_length])

        def back(spectra, samples):
            return tf.signal.irfft(spectra, [fft_length])[:, :samples]

        def gradient(upstream):
            g = tf.signal.rfft(upstream, [fft_length])
            by_ir = tf.math.conj(x) * g                                       # correlation, [batch, bins]
            if ir.shape[0] == 1:
                by_ir = tf.reduce_sum(by_ir, axis=0, keepdims=True)
            return back(g * tf.math.conj(h), audio.shape[1]), back(by_ir, ir.shape[1])

        return back(x * h, audio.shape[1]), gradient

    return run(audio, ir)
