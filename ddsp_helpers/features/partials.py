"""A recording taken apart into the controls of the synthesizers, by measuring instead of by learning.  Lesson 11.

Serra and Smith, "Spectral Modeling Synthesis", Computer Music Journal 14 (1990): the partials are read from the spectrum
at multiples of the pitch, the noise from what lies between them.
"""

import numpy as np

_PERIODS = 8.0                  # of the pitch in a window: partials lie two main lobes of a Hann window apart
_WINDOWS_S = (0.016, 0.032, 0.064, 0.128)
_ZOOM = 4                       # zero-padding: a partial lies at most 1/8 of a bin from a value of the spectrum
_LOG_BIAS = 0.5772156649        # mean of -ln(x) for an exponentially distributed x: noise power from its mean logarithm
_PIECE = 1024                   # frames at once
_PITCH_ERROR = 2 ** (30 / 1200) - 1    # of a tracker in a fast vibrato
_HALF_WIDTHS = (2, 4, 8)        # bins of the zero-padded spectrum, to either side of a partial


def partials(audio, f0_hz, *, spec):
    """Controls with which the synthesizers play a recording.

    Args:
      audio: one voice, [samples].
      f0_hz: its pitch, [frames] or [1, frames, 1], Hz; frame n is centred at n / frame_rate seconds.
      spec: SynthSpec of audio and controls.

    Returns:
      {"f0_hz", "amplitude": [1, frames, 1], "harmonic_distribution": [1, frames, n_harmonics], "noise_magnitudes":
      [1, frames, n_noise_bands]}, float32.

    Raises:
      ValueError: audio is not [samples], or the pitch is not a positive number everywhere.
    """
    audio = np.asarray(audio, np.float32)
    f0_hz = np.asarray(f0_hz, np.float64).reshape(-1)
    if audio.ndim != 1 or not len(audio):
        raise ValueError(f"audio came with shape {list(audio.shape)}; [samples] was wanted (lesson 11).")
    if not len(f0_hz) or not np.all(np.isfinite(f0_hz)) or np.min(f0_hz) <= 0:
        raise ValueError("f0_hz came with frames that are not positive numbers; a pitch in every frame was wanted, as "
                         "features.extract gives it (lesson 06).")
    amplitudes = np.zeros([len(f0_hz), spec.n_harmonics], np.float32)
    noise = np.zeros([len(f0_hz), spec.n_noise_bands], np.float32)
    choice = np.minimum(np.searchsorted(np.array(_WINDOWS_S), _PERIODS / f0_hz), len(_WINDOWS_S) - 1)
    for number, window_s in enumerate(_WINDOWS_S):
        chosen = np.flatnonzero(choice == number)
        for begin in range(0, len(chosen), _PIECE):
            frames = chosen[begin:begin + _PIECE]
            amplitudes[frames], noise[frames] = _measure(audio, frames, f0_hz[frames], window_s, spec)
    total = amplitudes.sum(-1, keepdims=True)
    return {
        "f0_hz": f0_hz[None, :, None].astype(np.float32), "amplitude": total[None],
        "harmonic_distribution": (amplitudes / np.maximum(total, 1e-7))[None], "noise_magnitudes": noise[None],
    }


def _measure(audio, frames, f0_hz, window_s, spec):
    """Amplitudes of the partials [frames, n_harmonics] and gains of the noise bands [frames, n_noise_bands]."""
    size = 2 * round(window_s * spec.sample_rate / 2)
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    centre = frames * spec.hop
    padded = np.pad(audio, (size // 2, max(0, int(centre[-1]) + size - len(audio))))
    spectrum = np.abs(np.fft.rfft(padded[centre[:, None] + np.arange(size)] * window, _ZOOM * size)).astype(np.float32)
    bin_hz = spec.sample_rate / (_ZOOM * size)
    k = np.arange(1, spec.n_harmonics + 1)
    hz = f0_hz[:, None] * k
    density = _noise_density(spectrum, hz, bin_hz, spec)                       # [frames, bands], power of a bin
    gains = np.sqrt(3.0 * density / np.sum(np.square(window)))                 # white noise in -1 ... 1 has power 1/3
    place = np.round(hz / bin_hz).astype(int)
    heard = hz < spec.sample_rate / 2
    largest, among = _largest_near(spectrum, np.clip(place, 0, spectrum.shape[1] - 1), hz, bin_hz)
    band = np.clip(hz / (spec.sample_rate / 2) * (spec.n_noise_bands - 1), 0, spec.n_noise_bands - 1)
    floor = np.take_along_axis(density, np.round(band).astype(int), 1)
    power = np.maximum(np.square(largest) - among * floor, 0.0)
    return np.where(heard, 2.0 * np.sqrt(power) / window.sum(), 0.0), gains


def _largest_near(spectrum, place, hz, bin_hz):
    """The largest value near each partial, further away for higher ones, because a mistake of the pitch grows with k.

    Returns:
      Magnitudes, and how many times the mean power the largest of as many bins of noise has; each [frames, n_harmonics].
    """
    from scipy import ndimage

    wanted = np.minimum(hz * _PITCH_ERROR, 0.25 * hz[:, :1]) / bin_hz
    largest, among = np.zeros(place.shape, np.float32), np.zeros(place.shape, np.float32)
    for number, half in enumerate(_HALF_WIDTHS):
        chosen = (wanted > _HALF_WIDTHS[number - 1]) if number else np.ones(place.shape, bool)
        highest = ndimage.maximum_filter1d(spectrum, 2 * half + 1, axis=1)
        largest = np.where(chosen, np.take_along_axis(highest, place, 1), largest)
        among = np.where(chosen, 1.8 + np.log((2 * half + 1) / (_ZOOM + 1)), among)
    return largest, among


def _noise_density(spectrum, hz, bin_hz, spec):
    """Power of the noise in a bin, [frames, bands]: mean log power of the bins that no partial reaches."""
    log_power = np.log(np.square(spectrum) + 1e-16)
    bins = np.arange(spectrum.shape[1])
    f0_hz = hz[:, :1]
    number = np.round(bins * bin_hz / f0_hz)                                   # the partial nearest to each bin
    away_hz = np.abs(bins * bin_hz - number * f0_hz)
    clear = (away_hz >= np.minimum(2.2 * _ZOOM * bin_hz, 0.35 * f0_hz)) | (number < 1) & (bins * bin_hz > 0.5 * f0_hz)
    places = np.linspace(0, spec.sample_rate / 2, spec.n_noise_bands)
    width_hz = places[1]
    distance = np.abs(bins[:, None] * bin_hz - places) / width_hz
    weight = np.maximum(1.0 - distance, 0.0) + 1e-3 * np.exp(-distance)        # a band without a clear bin asks its neighbours
    clear = clear.astype(np.float32)
    mean = (clear * log_power) @ weight.astype(np.float32) / np.maximum(clear @ weight.astype(np.float32), 1e-9)
    return np.exp(mean + _LOG_BIAS)
