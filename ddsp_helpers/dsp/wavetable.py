"""Wavetable oscillator: signed, band-limited."""

import tensorflow as tf

from ddsp_helpers.dsp.periods import periodic_sound
from ddsp_helpers.dsp.shapes import as_frames, frame_after, same_frames


def wavetable_synthesis(
    f0_hz, amplitude, wavetables, *, sample_rate, hop, initial_phase=None, next_frame=None, return_phase=False
):
    """Plays one period of any waveform at a changing pitch, without aliasing.

    The period is read as a Fourier series: x = A sum_k (a_k cos(2 pi k phi) + b_k sin(2 pi k phi)), where a_k
    and b_k are the table's discrete Fourier transform; terms at or above Nyquist are left out, and so is the
    constant term.

    Args:
      f0_hz: fundamental frequency, [batch, frames, 1], Hz.
      amplitude: [batch, frames, 1].
      wavetables: one period per frame, [batch, frames, size], or one for all frames, [batch, 1, size]; any
        sign.
      sample_rate: samples per second, Hz.
      hop: samples from frame to frame.
      initial_phase: phase at sample 0, [batch, 1], cycles; None for 0.
      next_frame: None holds the last frame; or (f0_hz, amplitude, wavetables) of the frame after, [batch, 1,
        ...].
      return_phase: also return the phase after the last sample.

    Returns:
      Audio, [batch, frames * hop]; with return_phase also the phase, [batch, 1], float64 cycles.

    Raises:
      ValueError: a shape is not as documented, a table is shorter than 4, or hop < 1.

    >>> period = [[[0.0, 1.0, 0.0, -1.0]]]
    >>> wavetable_synthesis([[[100.0]]], [[[1.0]]], period, sample_rate=16000, hop=64).shape.as_list()
    [1, 64]
    """
    f0_hz = as_frames(f0_hz, channels=1, name="f0_hz")
    amplitude = as_frames(amplitude, channels=1, name="amplitude")
    wavetables = as_frames(wavetables, name="wavetables")
    if wavetables.shape[-1] < 4:
        raise ValueError(
            f"wavetables came with {wavetables.shape[-1]} points a period; at least 4 are wanted (lesson 03)."
        )
    moving = {} if wavetables.shape[1] == 1 else {"wavetables": wavetables}
    same_frames(f0_hz=f0_hz, amplitude=amplitude, **moving)
    next_f0, next_amplitude, next_table = frame_after(next_frame, f0_hz, amplitude, wavetables)
    cosines, sines = (tf.ones_like(amplitude) * series for series in fourier_series(wavetables))
    next_cosines, next_sines = fourier_series(next_table)
    audio, after = periodic_sound(
        f0_hz, next_f0, amplitude, next_amplitude, sines, next_sines, cosines, next_cosines,
        sample_rate=sample_rate, hop=hop, initial_phase=initial_phase,
    )
    return (audio, after) if return_phase else audio


def fourier_series(wavetables):
    """Cosine and sine amplitudes of one period, without the constant and the Nyquist term.

    Args:
      wavetables: [..., size].

    Returns:
      a_k and b_k for k = 1 ... (size - 1) // 2, both [..., (size - 1) // 2].

    >>> cosines, sines = fourier_series([0.0, 1.0, 0.0, -1.0])
    >>> float(cosines[0]), float(sines[0])
    (0.0, 1.0)
    """
    wavetables = tf.convert_to_tensor(wavetables)
    size = wavetables.shape[-1]
    spectrum = tf.signal.rfft(wavetables)[..., 1:(size - 1) // 2 + 1] * (2.0 / size)
    return tf.math.real(spectrum), -tf.math.imag(spectrum)
