"""What the scrubber plays, exactly: one frame as sines, and a rectangle of time and frequency.

The browser computes the same in spectra.js: periodic Hann windows of about 64 ms, centred frames, a hop of a quarter.
Lesson 02 explains windows.
"""

import math

import numpy as np

_RANGE_DB, _FLOOR_DB, _FINER = 60.0, -60.0, 4


def window_size(sample_rate):
    """Samples in a window: the power of two nearest to 64 ms, at least 256.

    >>> window_size(16000), window_size(44100)
    (1024, 2048)
    """
    return 2 ** max(8, math.floor(math.log2(0.064 * sample_rate) + 0.5))


def hann(size):
    """The periodic Hann window, [size]."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)


def partials(samples, time_s, *, sample_rate, most=40):
    """The sines of one frame: the peaks of its spectrum, refined by a parabola through three points in dB.

    p = (l - r) / (2 (l - 2 m + r)) bins beside the peak m with neighbours l and r, and m - (l - r) p / 4 dB high.
    Zeros between the bins (four times as many) keep the parabola's error below a tenth of a cent.

    Args:
      samples: sound, [samples].
      time_s: centre of the frame, seconds.
      sample_rate: Hz.
      most: how many at most; the loudest are kept.

    Returns:
      Frequencies [partials], Hz, and amplitudes [partials], the loudest first; both empty in silence.

    >>> hz, amplitude = partials(0.5 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000), 0.5, sample_rate=16000)
    >>> round(float(hz[0]), 1), round(float(amplitude[0]), 3)
    (440.0, 0.5)
    """
    size = window_size(sample_rate)
    first = math.floor(time_s * sample_rate + 0.5) - size // 2
    frame = np.zeros(size)
    inside = slice(max(0, first), min(len(samples), first + size))
    frame[inside.start - first:inside.stop - first] = samples[inside]
    spectrum = np.fft.rfft(frame * hann(size), _FINER * size)
    db = 10 * np.log10(np.maximum(np.abs(spectrum) ** 2, 1e-12))
    left, middle, right = db[:-2], db[1:-1], db[2:]
    peak = np.flatnonzero((middle > max(db.max() - _RANGE_DB, _FLOOR_DB)) & (middle > left) & (middle >= right))
    left, middle, right = left[peak], middle[peak], right[peak]
    p = 0.5 * (left - right) / (left - 2 * middle + right)
    hz = (peak + 1 + p) * sample_rate / (_FINER * size)
    amplitude = 4 / size * 10 ** ((middle - 0.25 * (left - right) * p) / 20)
    order = np.argsort(-amplitude, kind="stable")[:most]
    return hz[order], amplitude[order]


def frozen(samples, time_s, *, sample_rate, duration_s=1.0, hop=64):
    """One frame held: its sines go on and on, [duration]; a spectrum knows no time.

    Args:
      samples: sound, [samples].
      time_s: centre of the frame, seconds.
      sample_rate: Hz.
      duration_s: how long it is held, seconds.
      hop: samples from control frame to control frame.
    """
    from ddsp_helpers import dsp

    hz, amplitude = partials(samples, time_s, sample_rate=sample_rate)
    frames = math.ceil(duration_s * sample_rate / hop)
    if len(hz) == 0:
        return np.zeros(frames * hop, np.float32)
    controls = (np.broadcast_to(x.astype(np.float32), [1, frames, len(hz)]) for x in (amplitude, hz))
    return dsp.sinusoidal_synthesis(*controls, sample_rate=sample_rate, hop=hop)[0].numpy()


def region(samples, *, sample_rate, time_s, hz):
    """Only what lies in a rectangle of time and frequency, [samples] as long as the sound.

    y = sum_t w ifft(M_t fft(w x_t)) / sum_t w^2, where M is 1 for frames and bins inside, 0 outside.

    Args:
      samples: sound, [samples].
      sample_rate: Hz.
      time_s: (start, end) of the rectangle, seconds.
      hz: (low, high) of the rectangle, Hz.
    """
    import tensorflow as tf

    from ddsp_helpers import dsp

    size, length = window_size(sample_rate), len(samples)
    hop, window = size // 4, tf.constant(hann(size), tf.float32)
    n_frames = -(-length // hop) + 1
    padded = np.pad(np.asarray(samples, np.float32), (size // 2, n_frames * hop - length))
    frames = dsp.frame(padded[None], size=size, hop=hop)[:, :n_frames]                 # [1, frames, size]
    centres_s, bins_hz = np.arange(n_frames) * hop / sample_rate, np.fft.rfftfreq(size, 1 / sample_rate)
    mask = np.outer((centres_s >= time_s[0]) & (centres_s <= time_s[1]), (bins_hz >= hz[0]) & (bins_hz <= hz[1]))
    kept = tf.signal.irfft(tf.signal.rfft(frames * window) * tf.cast(mask, tf.complex64), [size])
    sound = dsp.overlap_add(kept * window, hop=hop)
    weight = dsp.overlap_add(tf.tile((window * window)[None, None], [1, n_frames, 1]), hop=hop)
    return (sound / tf.maximum(weight, 1e-6))[0, size // 2:size // 2 + length].numpy()
