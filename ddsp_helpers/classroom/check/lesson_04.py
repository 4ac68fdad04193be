"""Checks of lesson 04: noise, filters, reverb."""

import numpy as np

from ddsp_helpers.classroom import listen, plots
from ddsp_helpers.classroom.check.framework import Wrong, array, call, exercise, near, number

_RATE = 16000


@exercise("04.1", "A stairwell")
def ex04_1(rt60_s, tau_s):
    rt60_s, tau_s = number(rt60_s, "rt60_s"), number(tau_s, "tau_s")
    for factor, why in ((1 / 3, "That is the time for 20 dB; 60 dB take three times as long."),
                        (2 / 3, "20 dB and 30 dB: did you look for an amplitude of 1/1000 with 10 log10? Use 20 log10.")):
        if abs(rt60_s - 1.5 * factor) < 0.01:
            raise Wrong(f"Your rt60_s is {rt60_s:.2f} s, too short. {why}", *_clap(rt60_s))
    near(rt60_s, 1.5, tolerance=0.01, what="Your rt60_s", unit="s", why="A straight line in dB: 20 dB take 0.5 s, so 60 dB take ...")
    wanted = 1.5 / np.log(1000)
    if abs(tau_s - wanted / 2) < 0.005:
        raise Wrong(f"Your tau_s is {tau_s:.3f} s: half of what was wanted. That is the time constant of the energy; the amplitude lives twice as long.")
    if abs(tau_s - 1.5 / 3) < 0.01 or abs(tau_s - 1.5 / 60) < 0.002:
        raise Wrong(f"Your tau_s is {tau_s:.3f} s: there a power of ten or a decibel was counted. The exponential wants the natural logarithm of 1000.")
    near(tau_s, wanted, tolerance=0.003, what="Your tau_s", unit="s", digits=3, why="exp(-RT60 / tau) = 1/1000.")
    return f"RT60 = {rt60_s:.2f} s, tau = {tau_s:.3f} s: a stairwell of concrete.", *_clap(rt60_s)


def _clap(rt60_s):
    """A clap in the learner's stairwell and in the one that was meant, switched."""
    t = np.arange(int(1.6 * _RATE)) / _RATE
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, len(t))
    return (listen.ab(noise * np.exp(-np.log(1000) * t / max(rt60_s, 0.01)), noise * np.exp(-np.log(1000) * t / 1.5),
                      sample_rate=_RATE, labels=("your stairwell", "the one that was meant")),)


def _announcement():
    """Two seconds of something like speech: a buzz that falls in pitch, with a hiss between its words."""
    t = np.arange(2 * _RATE) / _RATE
    f0_hz = 160 - 30 * t
    buzz = sum(np.sin(2 * np.pi * k * np.cumsum(f0_hz) / _RATE) / k for k in range(1, 40))
    words = np.sin(2 * np.pi * 2 * t)
    return 0.1 * buzz * np.maximum(words, 0) + 0.05 * np.random.default_rng(0).uniform(-1, 1, len(t)) * np.maximum(-words, 0)


@exercise("04.2", "A telephone")
def ex04_2(telephone):
    h = array(call(telephone, what="telephone"), "What telephone returns", shape=[None])
    if len(h) > 127 or len(h) % 2 == 0:
        raise Wrong(f"Your response has {len(h)} samples; an odd number of at most 127 was wanted, so that one sample is the middle. "
                    "Are these gains over frequency, or a two-sided spectrum?")
    hz = np.fft.rfftfreq(8192, 1 / _RATE)
    gain_db = 20 * np.log10(np.maximum(np.abs(np.fft.rfft(h, 8192)), 1e-5))
    from scipy.signal import firwin

    wanted = firwin(127, [300, 3400], fs=_RATE, pass_zero=False, window="hann")
    wanted_db = 20 * np.log10(np.maximum(np.abs(np.fft.rfft(wanted, 8192)), 1e-5))
    sound = _announcement()
    shown = (plots.lines(hz, {"yours": gain_db, "a telephone": wanted_db}, x_label="frequency (Hz)", y_label="gain (dB)", title="Your telephone"),
             listen.ab(np.convolve(sound, h, "same"), np.convolve(sound, wanted, "same"), sample_rate=_RATE, labels=("yours", "a telephone")))
    late = int(np.argmax(np.abs(h))) - len(h) // 2
    if np.abs(h - h[::-1]).max() > 1e-6 * np.abs(h).max():
        raise Wrong(f"Your response is not symmetric; its largest sample lies {abs(late)} samples {'after' if late > 0 else 'before'} the middle. "
                    "Time 0 belongs into the middle: np.fft.fftshift.", *shown)
    worst = int(np.argmax(np.abs(gain_db) * ((hz >= 700) & (hz <= 2900))))
    if abs(gain_db[worst]) > 1.5:
        where = "Do your bands reach from 0 Hz to half the sample rate, 8000 Hz?" if gain_db[worst] < -20 else "A gain of 1 was wanted there."
        raise Wrong(f"At {hz[worst]:.0f} Hz, inside the band, your gain is {gain_db[worst]:.1f} dB. {where}", *shown)
    if gain_db[0] > -12:
        raise Wrong(f"At 0 Hz your gain is {gain_db[0]:.1f} dB: what lies below 300 Hz goes through. The telephone shuts it out as well.", *shown)
    above = hz >= 3800
    worst = int(np.argmax(np.where(above, gain_db, -200)))
    if gain_db[worst] > -35:
        why = "That is what a response leaks that was cut off without a window." if gain_db[above].mean() < -30 else "Nothing above 3400 Hz was to go through."
        raise Wrong(f"At {hz[worst]:.0f} Hz your gain is {gain_db[worst]:.1f} dB; below -35 dB was wanted. {why}", *shown)
    return f"Above 3800 Hz nothing is louder than {gain_db[worst]:.0f} dB, and nothing is late.", *shown


@exercise("04.3", "One singer becomes two")
def ex04_3(delayed):
    t = np.arange(2 * _RATE) / _RATE
    x = sum(np.sin(2 * np.pi * 220 * k * t) / k for k in range(1, 9)) * 0.15
    delay = 320 + 100 * (1 + np.sin(2 * np.pi * 0.8 * t))
    answer = array(call(delayed, x.copy(), delay.copy(), what="delayed"), "What delayed returns", shape=[len(x)])
    from ddsp_helpers import dsp            # the package's own answer, in float32

    wanted = dsp.modulated_delay(x[None].astype(np.float32), delay[None].astype(np.float32))[0].numpy()
    shown = (listen.ab(x + answer, x + wanted, sample_rate=_RATE, labels=("your chorus", "the package's")),)
    if np.abs(answer[:300]).max() > 1e-3:
        ahead = np.allclose(answer[:200], np.interp(np.arange(200) + delay[:200], np.arange(len(x)), x), atol=0.02)
        raise Wrong("Your copy begins at once, though its delay is at least 320 samples. "
                    + ("It reads the future: subtract the delay." if ahead else "What is read before the beginning is silence, and not the end of the sound."), *shown)
    whole = [np.where(at >= 0, x[np.maximum(at, 0)], 0.0) for at in (np.arange(len(x)) - f(delay).astype(int) for f in (np.round, np.floor, np.ceil))]
    if any(np.abs(answer - y).max() < 1e-6 for y in whole):
        raise Wrong("Your delay moves in whole samples: the copy jumps from one to the next, which rustles. Read between two samples.", *shown)
    error = float(np.abs(answer - wanted).max())
    if error > 2e-3:
        swapped = np.abs(answer - _swapped(x, delay)).max() < 1e-6
        raise Wrong(f"Your copy differs from the wanted one by up to {error:.3f}. "
                    + ("The two shares are swapped: at q = 0 only the nearer sample counts." if swapped else "Check the two neighbours and their shares."), *shown)
    return "The same samples as `dsp.modulated_delay`, and two singers where there was one.", *shown


def _swapped(x, delay):
    d = np.floor(delay).astype(int)
    q, at = delay - d, np.arange(len(x)) - d
    near, far = (np.where(i >= 0, x[np.maximum(i, 0)], 0.0) for i in (at, at - 1))
    return q * near + (1 - q) * far
