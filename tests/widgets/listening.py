"""What two renderings have in common: pitch in cents and level in dB, to a fraction of either."""

import numpy as np


def pitch_hz(samples, sample_rate, *, near_hz):
    """Frequency of the partial nearest to a guess: the phase advance between two windows, good to 0.01 cents.

    Args:
      samples: [n].
      sample_rate: Hz.
      near_hz: within a third of the true frequency.
    """
    samples = np.asarray(samples, np.float64)
    n = len(samples) // 2
    window, times = np.hanning(n), np.arange(n) / sample_rate
    for _ in range(4):
        turned = np.exp(-2j * np.pi * near_hz * times) * window
        shift = n // 8
        pieces = [np.sum(samples[start:start + n] * turned) * np.exp(-2j * np.pi * near_hz * start / sample_rate)
                  for start in (0, shift)]
        near_hz += np.angle(pieces[1] / pieces[0]) / (2 * np.pi * shift / sample_rate)
    return near_hz


def strongest_hz(samples, sample_rate):
    """Frequency of the strongest partial, Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return pitch_hz(samples, sample_rate, near_hz=np.argmax(spectrum) * sample_rate / len(samples))


def cents(a_hz, b_hz):
    return 1200 * np.log2(a_hz / b_hz)


def level_db(samples):
    return 10 * np.log10(np.mean(np.square(np.asarray(samples, np.float64))) + 1e-20)


def band_levels_db(samples, sample_rate, edges_hz):
    """Level of each band between neighbouring edges, dB."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / sample_rate)
    bands = zip(edges_hz, edges_hz[1:])
    return np.array([10 * np.log10(power[(hz >= low) & (hz < high)].sum() + 1e-20) for low, high in bands])
