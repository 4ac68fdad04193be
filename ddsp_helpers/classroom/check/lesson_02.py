"""Checks of lesson 02: spectra."""

import numpy as np

from ddsp_helpers.classroom import listen, plots
from ddsp_helpers.classroom.check.framework import Wrong, array, call, exercise, near, number

_RATE = 16000


@exercise("02.1", "Which bin?")
def ex02_1(hz_per_bin, bin_of_a4):
    hz_per_bin, bin_of_a4 = number(hz_per_bin, "hz_per_bin"), number(bin_of_a4, "bin_of_a4")
    for guess, why in ((2048 / _RATE, "That is how long the piece lasts, in seconds; the distance between bins "
                                      "is its inverse."),
                       (8000 / 2048, "The 2048 bins share all 16 000 Hz; rfft shows the lower half of them, 1025 "
                                     "bins for 8000 Hz."),
                       (4 * _RATE / 2048, "That is the width of a peak through a Hann window, four bins; one bin was "
                                          "asked for.")):
        if abs(hz_per_bin - guess) < 0.01:
            raise Wrong(f"Your hz_per_bin is {hz_per_bin:.4g}. {why}")
    near(hz_per_bin, _RATE / 2048, tolerance=0.01, what="Your hz_per_bin", unit="Hz",
         why="The wave that fits once into 2048 samples is bin 1.")
    if abs(bin_of_a4 - 440 / hz_per_bin) < 0.01:
        raise Wrong(f"A4 lies at {bin_of_a4:.2f} bins; the nearest bin is a whole number.")
    if bin_of_a4 == 57:
        raise Wrong("Bin 57 is at 445.3 Hz; bins are counted from 0, and 440 / 7.8125 is 56.3: which whole "
                    "number is nearest?")
    near(bin_of_a4, 56, tolerance=0.01, what="Your bin_of_a4", digits=0,
         why="Divide 440 Hz by the distance between two bins.")
    return "7.8125 Hz apart; bin 56 is at 437.5 Hz, ten cents below A4. That is as near as a bin comes."


def _sound():
    """A vibrato tone over a soft hiss: what a spectrogram is for."""
    t = np.arange(8000) / _RATE
    turns = 440 * t + 3 * np.sin(2 * np.pi * 5 * t) / 5
    return (sum(np.sin(2 * np.pi * k * turns) / k for k in range(1, 6)) * 0.1
            + 0.001 * np.random.default_rng(2).normal(size=len(t))).astype(np.float64)


def _frames(x, n_fft, hop):
    return np.lib.stride_tricks.sliding_window_view(x, n_fft)[::hop]


@exercise("02.2", "Your own spectrogram")
def ex02_2(my_stft):
    x = _sound()
    for n_fft, hop in ((512, 128), (256, 256)):
        frames, n = _frames(x, n_fft, hop), np.arange(n_fft)
        windows = {"hann": 0.5 - 0.5 * np.cos(2 * np.pi * n / n_fft), "even": np.hanning(n_fft), "box": np.ones(n_fft),
                   "hamming": np.hamming(n_fft), "blackman": np.blackman(n_fft)}
        made = {name: np.abs(np.fft.rfft(frames * window, axis=1)) for name, window in windows.items()}
        answer = call(my_stft, x.copy(), n_fft, hop, what="my_stft")
        if np.iscomplexobj(np.asarray(answer)):
            raise Wrong("my_stft returns complex numbers; their lengths were wanted: np.abs.")
        answer = array(answer, "What my_stft returns")
        _shape(answer, made["hann"].shape, n_fft)
        picture = plots.heatmap(np.abs(answer), frame_rate=_RATE / hop, y_label="bin", title="Yours")
        if any(_close(answer, made[name]) for name in ("hann", "even")):
            continue
        wanted = plots.heatmap(made["hann"], frame_rate=_RATE / hop, y_label="bin", title="Wanted")
        raise Wrong(_difference(answer, made, frames, n_fft), picture, wanted)
    return "Your spectrogram is that of `dsp.stft_magnitude`, but for where the frames begin.", picture


def _shape(answer, wanted, n_fft):
    """Refuses another shape and says where it comes from."""
    frames, bins = wanted
    if answer.shape == wanted:
        return
    shape = list(answer.shape)
    cause = ""
    if answer.ndim == 2 and answer.shape == (bins, frames):
        cause = " Time and frequency changed places: transpose it with .T."
    elif answer.ndim == 2 and answer.shape[1] == n_fft:
        cause = " np.fft.fft repeats every bin above Nyquist; np.fft.rfft leaves the mirror image out."
    elif answer.ndim == 2 and answer.shape[0] == frames - 1:
        cause = " One frame is missing: the last one begins at len(x) - n_fft, and range leaves its end out."
    elif answer.ndim == 2 and answer.shape[0] > frames:
        cause = " Only whole frames were wanted."
    raise Wrong(f"my_stft returns shape {shape}; {list(wanted)}, frames by bins, was wanted.{cause}")


def _close(a, b):
    return np.abs(a - b).max() < 1e-3 * np.abs(b).max()


def _difference(answer, made, frames, n_fft):
    """What a spectrogram of the right shape has that it should not have."""
    hann = made["hann"]
    if _close(answer, made["box"]):
        return "You have no window: every partial leaks into all bins, which fills the dark between them."
    for name in ("hamming", "blackman"):
        if _close(answer, made[name]):
            return f"That is a {name.capitalize()} window. It is a good window, but a Hann window was asked for."
    if _close(answer, hann**2) or _close(answer, made["even"] ** 2):
        return "You return powers, the squares; magnitudes were wanted."
    late = np.abs(np.fft.rfft(frames, axis=1) * np.hanning(hann.shape[1]))
    if _close(answer, late):
        return "The window was multiplied with the spectrum; it belongs on the samples, before the transform."
    if (answer < 0).any():
        return "There are negative values: are they dB, or real parts? Lengths of complex numbers were wanted."
    ratio = np.sum(answer * hann) / np.sum(hann**2)
    if _close(answer / max(ratio, 1e-12), hann):
        return (f"The picture is right but {abs(20 * np.log10(ratio)):.1f} dB too {'loud' if ratio > 1 else 'soft'}: "
                f"nothing was to be divided by. (The sum of a Hann window of {n_fft} is {n_fft // 2}.)")
    per_frame = np.abs(answer - hann).max(axis=1) / hann.max()
    return (f"The frames differ from those wanted, most in frame {int(per_frame.argmax())}, by "
            f"{100 * per_frame.max():.0f} % of the largest magnitude. Do your frames begin at 0, hop, 2 hop …?")


_NOTES = (          # f0 in Hz, levels of partials 1 ... 8 in dB, what it is
    (196.3, (0, -4, -9, -7, -15, -12, -20, -24), "a low note"),
    (441.7, (0, 6, -3, -18, -10, -25, -30, -35), "a note whose second partial is the strongest"),
    (652.0, (0, -20, -8, -30, -12, -40, -16, -50), "a note with strong odd partials"),
)


def _note(f0_hz, levels_db, n=4096):
    t = np.arange(n) / _RATE
    return 0.1 * sum(10 ** (level / 20) * np.sin(2 * np.pi * k * f0_hz * t + k) for k, level in enumerate(levels_db, 1))


@exercise("02.3", "How strong is each partial?")
def ex02_3(partial_levels):
    worst = 0.0
    for f0_hz, levels_db, words in _NOTES:
        levels_db = np.array(levels_db, float)
        x = _note(f0_hz, levels_db)
        answer = call(partial_levels, x.copy(), f0_hz, _RATE, what="partial_levels")
        answer = array(answer, "What partial_levels returns", shape=[8])
        error = answer - levels_db
        if np.abs(error).max() <= 0.3:
            worst = max(worst, np.abs(error).max())
            continue
        heard = _both(f0_hz, np.clip(answer, -60, 20), levels_db)
        raise Wrong(f"In {words}, {f0_hz:g} Hz: {_which(error)} {_why(answer, levels_db, x, f0_hz)}", heard)
    return (f"All partials of three notes are right to {worst:.2f} dB. With these eight numbers a synthesizer can "
            "play the note: lesson 03.", _both(f0_hz, answer, levels_db))


def _both(f0_hz, answer, levels_db):
    """A second with the learner's levels and one with the right ones."""
    return listen.ab(_note(f0_hz, answer, _RATE), _note(f0_hz, levels_db, _RATE), sample_rate=_RATE,
                     labels=("a note with your levels", "the note"))


def _which(error):
    at = int(np.abs(error).argmax())
    number = {0: "first", 1: "second", 2: "third"}.get(at, f"{at + 1}th")
    return f"your {number} partial is {abs(error[at]):.1f} dB too {'loud' if error[at] > 0 else 'soft'}."


def _why(answer, levels_db, x, f0_hz):
    """Where wrong levels probably come from."""
    if abs(answer[0]) > 0.3:
        shifted = np.abs(answer - answer[0] - levels_db).max() < 0.3
        return "The levels are right but for a common shift: subtract that of the first partial." if shifted else (
            "The first level is to be 0 dB: all are relative to it.")
    if np.abs(2 * answer - levels_db).max() < 0.5:
        return "All are half of what they should be: an amplitude counts 20 log10, not 10 log10."
    if np.abs(answer / 2 - levels_db).max() < 0.5:
        return "All are twice what they should be: was a power counted with 20 log10?"
    n = np.arange(len(x))
    bins = np.rint(np.arange(1, 9) * f0_hz * len(x) / _RATE).astype(int)
    at_the_bin = "That is the nearest bin, up to 1.4 dB below the top of its peak: let the phasor turn at k f0 itself."
    for window, why in ((np.hanning(len(x)), at_the_bin),
                        (np.ones(len(x)), "Read at the nearest bin, without a window.")):
        sums = np.abs(np.fft.rfft(window * x))[bins]
        if np.abs(20 * np.log10(sums / sums[0]) - answer).max() < 0.1:
            return why
    sums = np.abs([np.sum(x * np.exp(-2j * np.pi * k * f0_hz * n / _RATE)) for k in range(1, 9)])
    if np.abs(20 * np.log10(sums / sums[0]) - answer).max() < 0.1:
        return "There is no window: the strong partials leak into the weak ones."
    return ""
