# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 03 Harmonic synthesis
# Twenty-three sines become a violin, and you hear what one wrong line of code does to them.

# %% [markdown] tags=["badges"]
# Read 20 · do 30 · play 10 min · runs in 1 min on a CPU

# %% [markdown]
# **You will be able to** build an oscillator bank with correct phase · shape a sound by its harmonic distribution · take a recorded note apart and play
# it again.
#
# **Needs** lessons 01 (aliasing, levels) and 02 (phasors, windows). GPU: no.

# %% tags=["setup"]
# (set-up)

# %% [markdown]
# ## Play first
# One sine, then four, then twenty, at 220, 440, 660 Hz … All have one pitch. What changes is the *timbre*, the colour of the tone. Below the players
# you can paint it: each bar is one sine.

# %%
import numpy as np
from ddsp_helpers import assets, audio, units, widgets
from ddsp_helpers.classroom import check, listen, plots, quiz
from ddsp_helpers.classroom.sketches import excerpt

t = np.arange(32000) / 16000
grown = {f"sines: {count}": sum(0.12 / k * np.sin(2 * np.pi * k * 220 * t) for k in range(1, count + 1))
         for count in (1, 4, 20)}
display(listen.several(grown, sample_rate=16000))
widgets.HarmonicSpectrum(f0_hz=220, harmonics_a="saw", harmonics_b="clarinet-like")

# %%
quiz.predict("03")

# %% [markdown] tags=["instructor"]
# 60 minutes: 10 to play and paint, 10 for the bank, 20 for phase, 10 for frames, 10 for the violin. The phase is the heart: let somebody walk along a
# wall at changing speed while the room calls out the speed; where are they? Likely wrong answers: 03.2 is `np.sin(2 * np.pi * f_hz * t)`; 03.3 forgets
# Nyquist. If the Wi-Fi dies everything runs once the sounds are cached; all but the violin needs no sounds at all.

# %% [markdown]
# ## A string sings in whole numbers
# A string held at both ends can only swing in halves, thirds, quarters …, so a string of *fundamental frequency* $f_0$ sounds at $f_k = k f_0$: its *harmonics*.
# Their shares of the amplitude, the *harmonic distribution* $c_k$, make the timbre; the sum $A$ is how strong the whole is. With the shares kept to a
# sum of 1, timbre and strength can be turned independently. Harmonics at or above Nyquist must be left out, or they fold (lesson 01).
#
# $$x(t) = A \sum_{k=1}^{K} c_k \sin(2\pi\, k f_0\, t), \qquad \sum_k c_k = 1, \qquad c_k = 0 \ \text{ where } k f_0 \ge f_s/2$$
#
# $x$: sound · $A$: amplitude · $k$: number of the harmonic, up to $K$ · $c_k$: its share · $f_0$: fundamental frequency, Hz · $t$: time, s · $f_s$:
# sample rate, Hz.

# %%
f0_hz, k = 220.0, np.arange(1, 41)
shares = {"all, 1 / k": 1 / k, "odd only, 1 / k": (k % 2) / k, "around the 5th": np.exp(-(k - 5) ** 2 / 4)}
sounds = {}
for name, c in shares.items():
    c = c * (k * f0_hz < 8000)                                   # Nyquist
    sounds[name] = 0.3 * sum(c_k * np.sin(2 * np.pi * n * f0_hz * t) for n, c_k in zip(k, c / c.sum()))
display(plots.partials([f0_hz * k[:36]], amplitudes=1 / k[:36], title="1 / k: 36 harmonics fit below 8 kHz"))
listen.several(sounds, sample_rate=16000)

# %% [markdown]
# *What did you hear?* A bowed string, something hollow like a clarinet, something like a vowel: one formula, three lists of numbers. In the package a
# control has the axes `[batch, frames, channels]`, so that it may change over time.

# %%
lesson.load_tensorflow()                                         # takes a few seconds
from ddsp_helpers import dsp, features

f0 = np.full([1, 100, 1], 220.0, np.float32)                     # [batch, frames, 1], Hz
frequencies = dsp.harmonic_frequencies(f0, n_harmonics=40)
distribution = dsp.normalize_harmonics(np.tile(np.float32(1 / k), [1, 100, 1]), f0, sample_rate=16000)
print(f"{frequencies.shape}, the last two {frequencies[0, 0, -2:].numpy()} Hz")
shares = distribution[0, 0].numpy()
print(f"{distribution.shape}, {np.count_nonzero(shares)} of 40 not 0, sum {shares.sum():.3f}")

# %% [markdown]
# ## Phase is the integral of frequency
# A wheel that turns $f$ times a second has turned $\phi = f t$ times after $t$ seconds, as long as $f$ stays. If $f$ changes, each moment adds its own
# bit: $\phi$ is the *integral* of $f$, and frequency is the derivative of phase. The tempting $\sin(2\pi f(t)\, t)$ is wrong: its derivative has a
# second term, $t$ times the change of $f$, which grows without end. A vibrato of ±5 Hz, 5 times a second, swings by ±157 Hz after one second and by
# ±628 Hz after four.
#
# $$\phi(t) = \phi_0 + \int_0^t f(\tau)\, d\tau, \qquad x(t) = \sin 2\pi\phi(t), \qquad \frac{d}{dt}\big[f(t)\,t\big] = f(t) + t\, f'(t) \ \ne\ f(t)$$
#
# $\phi$: phase, cycles (whole turns) · $\phi_0$: phase at the start · $f(t)$: frequency, Hz · $f'$: its change, Hz per second.

# %%
t = np.arange(64000) / 16000
f_hz = 440 + 5 * np.sin(2 * np.pi * 5 * t)                       # vibrato
wrong = 0.2 * np.sin(2 * np.pi * f_hz * t)
right = 0.2 * np.sin(2 * np.pi * np.cumsum(f_hz) / 16000)        # the sum of f / fs: each sample adds its bit
display(plots.spectrogram(wrong, sample_rate=16000, max_hz=1500, title="sin(2 pi f(t) t)"),
        plots.spectrogram(right, sample_rate=16000, max_hz=1500, title="sin(2 pi times the sum of f / fs)"))
listen.several({"sin(2 pi f(t) t)": wrong, "summed phase": right}, sample_rate=16000)

# %% [markdown]
# *What did you hear?* A siren that goes mad, and a vibrato. A change of note shows the same mistake in another way: at the change, $f(t)\,t$ jumps to
# another place of the wave, and a jump is a click.

# %%
notes_hz = np.where(t < 0.77, 330.0, 392.0)[:24000]
jump = 0.2 * np.sin(2 * np.pi * notes_hz * t[:24000])
flow = 0.2 * np.sin(2 * np.pi * np.cumsum(notes_hz) / 16000)
near = slice(12240, 12400)                                       # 10 ms around the change
display(plots.waveform(jump[near], sample_rate=16000, title="From E4 to G4 by f(t) t"),
        plots.waveform(flow[near], sample_rate=16000, title="From E4 to G4 by the summed phase"))
listen.several({"f(t) t": jump, "summed phase": flow}, sample_rate=16000)

# %% [markdown]
# The sum has a trap of its own. A 32-bit float holds 24 bits, so the larger the phase, the coarser its steps. At 48 kHz an A4 adds 0.0576 radians a
# sample; after a minute it has reached 166 000 radians, where a float32 moves only in steps of $1/64 = 0.0156$. So 0.0576 is rounded to four steps, 0.0625,
# and the tone is 141 cents sharp, far more than a semitone. `dsp.phase` adds up whole frames in float64 and keeps only the fraction of a turn; within a
# frame the numbers stay small.

# %%
second = np.arange(60) * 48000
textbook = np.cumsum(np.full(60 * 48000, 2 * np.pi * 440 / 48000, np.float32))      # stays float32
heard_hz = (textbook[second + 47999] - textbook[second].astype(float)) / (2 * np.pi * 47999 / 48000)
cycles, _ = dsp.phase(np.full([1, 6000, 1], 440.0, np.float32), sample_rate=48000, hop=480)
error = cycles[0].numpy() - np.arange(60 * 48000) * 440 / 48000
print(f"dsp.phase: off by at most {np.abs(error - np.round(error)).max():.0e} cycles in this minute")
display(plots.lines(second / 48000, {"float32 sum": units.hz_to_cents(heard_hz, 440.0)}, x_label="time (s)",
                    y_label="cents", title="How far an A4 is out of tune, 48 000 samples a second"))
turns = {"float32 sum, first second": textbook[:48000], "float32 sum, last second": textbook[-48000:],
         "dsp.phase, last second": 2 * np.pi * cycles[0, -48000:].numpy()}
listen.several({name: 0.2 * np.sin(x) for name, x in turns.items()}, sample_rate=48000)

# %% [markdown]
# ## From frames to samples
# A network that plays an instrument decides perhaps 50 times a second, once a *frame*; in between somebody has to draw a line. If each amplitude is
# simply held, it moves in steps, and steps are sharp cuts: they leak (lesson 02), which is heard as a buzz at the frame rate, *zipper noise*. A
# straight line is better; a *Hann ramp*, half a cosine, has no corners either. Frequencies go in straight lines: then the phase in a frame is a
# parabola, which can be summed exactly.
#
# $$a_{mH+i} = (1 - u_i)\, a_m + u_i\, a_{m+1}, \qquad u_i = \tfrac{1}{2} - \tfrac{1}{2} \cos\frac{\pi i}{H}, \qquad i = 0 \dots H - 1$$
#
# $a_m$: amplitude of frame $m$ · $H$: hop, samples from frame to frame · $u_i$: the ramp.

# %%
amplitude = np.float32(0.15 + 0.15 * np.sin(2 * np.pi * 3 * np.arange(100) / 50))   # 50 frames a second
u = 0.5 - 0.5 * np.cos(np.pi * np.arange(320) / 320)
following = np.append(amplitude[1:], amplitude[-1])
ramps = (amplitude[:, None] * (1 - u) + following[:, None] * u).reshape(-1)
same = dsp.upsample(amplitude[None, :, None], 320, "hann")[0, :, 0]
print(f"dsp.upsample differs by at most {np.abs(same - ramps).max():.0e}")
sine = np.sin(2 * np.pi * 440 * t[:32000])
sounds = {"held": sine * np.repeat(amplitude, 320), "Hann ramps": sine * ramps}
seen = {name: np.abs(np.fft.rfft(x * np.hanning(32000))[:2001]) / 8000 for name, x in sounds.items()}
display(plots.lines(np.arange(2001) / 2, {name: units.amplitude_to_db(x) for name, x in seen.items()},
                    x_label="frequency (Hz)", y_label="amplitude (dB)", title="One sine, two ways"))
listen.ab(*sounds.values(), sample_rate=16000, labels=tuple(sounds))

# %% [markdown]
# *What did you see?* Sidebands every 50 Hz around the tone: the zipper. All of this lesson is one call in the package, `dsp.harmonic_synthesis`. Its
# two sisters: `dsp.sinusoidal_synthesis`, whose partials go where they like, as those of a bell do, and `dsp.wavetable_synthesis`, which repeats one
# period of anything; here of a cello.

# %%
f0 = np.float32(units.midi_to_hz(np.repeat([60.0, 64, 67, 72], 50))[None, :, None])     # C, E, G, C
level = np.tile(np.float32(0.3 * np.minimum(1, np.linspace(1.5, 0, 50))), 4)[None, :, None]
cello = next(note for note in assets.instrument_notes("cello") if note.path.stem == "C3")
once = round(16000 / units.midi_to_hz(cello.pitch_midi))         # samples in one period
period = excerpt(audio.load(cello.path), 1, 1).samples[None, None, :once]
partials_hz = f0 * np.float32([1, 2.76, 5.4, 8.93])              # of a struck bar
levels = level * np.float32([0.3, 0.12, 0.05, 0.03])
at = {"sample_rate": 16000, "hop": 320}
sisters = {"harmonic": dsp.harmonic_synthesis(f0, level, np.tile(distribution, [1, 2, 1]), **at),
           "sinusoidal": dsp.sinusoidal_synthesis(levels, partials_hz, **at),
           "wavetable": dsp.wavetable_synthesis(f0, level, period, **at)}
listen.several(sisters, sample_rate=16000)

# %% [markdown]
# ## A violin from twenty-three sines
# Now take a real note apart. Its $f_0$ comes from a pitch tracker (lesson 06). At every frame a phasor asks for each harmonic, under a Hann window of
# 32 ms, as in lesson 02; twice the sum over the sum of the window is the amplitude. Then play the numbers back.
#
# $$a_{m,k} = \frac{2}{\sum_n w_n} \Big| \sum_n w_n\, x_{mH+n}\; e^{-2\pi i\, k f_0 n / f_s} \Big|, \qquad A_m = \sum_k a_{m,k}, \qquad c_{m,k} = \frac{a_{m,k}}{A_m}$$
#
# $a_{m,k}$: amplitude of harmonic $k$ in frame $m$ · $w_n$: Hann window around the frame · $A_m$, $c_{m,k}$: amplitude and distribution, as above.

# %%
def take_apart(x, size=512, hop=160):
    track = features.f0(x, sample_rate=16000, frame_rate=100, method="swiftf0")
    at, sure = np.arange(len(track.f0_hz)), track.confidence >= min(0.6, track.confidence.max())
    f0_hz = np.interp(at, at[sure], track.f0_hz[sure])           # [frames]; unsure ones are bridged
    n = np.arange(size) - size // 2
    window = 0.5 + 0.5 * np.cos(2 * np.pi * n / size)
    x = np.pad(x, (size // 2, size))
    frames = [x[m * hop:m * hop + size] * window for m in at]    # [frames, size]
    turn = np.exp(-2j * np.pi * f0_hz[:, None] * n / 16000)      # the phasor of the fundamental
    sums = [np.sum(frames * turn ** k, axis=1) for k in range(1, int(8000 / f0_hz.max()) + 1)]
    return f0_hz, 2 * np.abs(sums).T / window.sum()              # [frames], [frames, harmonics]

# %%
note = next(note for note in assets.instrument_notes("violin") if note.path.stem == "E4")
violin = excerpt(audio.load(note.path), 0, 4).samples
f0_hz, a = take_apart(violin)

def put_together(f0_hz, a):
    f0, total = np.float32(f0_hz[None, :, None]), np.float32(a.sum(axis=1)[None, :, None])
    shares = dsp.normalize_harmonics(np.float32(a[None]))
    return dsp.harmonic_synthesis(f0, total, shares, sample_rate=16000, hop=160)

display(plots.heatmap(a, frame_rate=100, y_label="harmonic", title="What is left, beside the pitch"))
listen.ab(violin, put_together(f0_hz, a), sample_rate=16000, labels=("the violin", f"{a.shape[1]} sines"))

# %% [markdown]
# *What did you hear?* The same player, the same string, the same vibrato. What is missing is the noise of the bow, which no harmonic can make: lesson 04.
# And the numbers are a hundredth of a second apart; a network that learns to say them from pitch and loudness is a DDSP instrument: lesson 08.

# %% [markdown]
# ## Exercise 03.1 (easy): count harmonics
# Which harmonic of A2 (110 Hz) is an A4 (440 Hz)? And how many harmonics of A4 fit below Nyquist at 16 kHz?

# %% tags=["exercise"]
# BEGIN SOLUTION
#: which = ...
#: how_many = ...
which = 440 / 110
how_many = int(8000 // 440)
# END SOLUTION
check.ex03_1(which, how_many)

# %% [markdown] tags=["hints"]
# The first harmonic is the fundamental itself. Which is an octave above it?
# ---
# $f_k = k f_0$. For the second question: the largest $k$ with $440\,k < 8000$.
# ---
# `which = 440 / 110`, and `8000 // 440`

# %% [markdown]
# ## Exercise 03.2 (core): an oscillator that may change its mind
# Write `my_oscillator(f_hz, sample_rate)`: `f_hz` is the frequency at every sample, `[samples]`, Hz. Return a sine of amplitude 1 that has this
# frequency at every moment, `[samples]`. The check plays a steady tone, a vibrato and a change of note.

# %% tags=["exercise"]
def my_oscillator(f_hz, sample_rate):
    # BEGIN SOLUTION
    #: return ...
    return np.sin(2 * np.pi * np.cumsum(f_hz) / sample_rate)
    # END SOLUTION

check.ex03_2(my_oscillator)

# %% [markdown] tags=["hints"]
# By how many turns does the wheel move from one sample to the next?
# ---
# By $f / f_s$ turns. The phase is the sum of all of them so far.
# ---
# `np.cumsum` sums so far; times $2\pi$, and into `np.sin`.

# %% [markdown]
# ## Exercise 03.3 (stretch): your own oscillator bank
# Write `my_bank(f0_hz, c, sample_rate)`: `f0_hz` is `[samples]`, `c` are the amplitudes of the harmonics, `[harmonics]`. Return
# $\sum_k c_k \sin(2\pi k \phi)$, `[samples]`. Wherever a harmonic is at or above Nyquist it is silent; the others stay as they are.

# %% tags=["exercise"]
def my_bank(f0_hz, c, sample_rate):
    # BEGIN SOLUTION
    #: return ...
    phase = np.cumsum(f0_hz) / sample_rate
    k = np.arange(1, len(c) + 1)[:, None]                        # [harmonics, 1]
    audible = k * f0_hz < sample_rate / 2                        # [harmonics, samples]
    return np.sum(c[:, None] * audible * np.sin(2 * np.pi * k * phase), axis=0)
    # END SOLUTION

check.ex03_3(my_bank)

# %% [markdown] tags=["hints"]
# The phase of the second harmonic is twice that of the first. So how many phases must be summed?
# ---
# One: $\phi$, as in 03.2. Harmonic $k$ is `np.sin(2 * np.pi * k * phase)`, times its amplitude, times 0 where $k f_0 \ge f_s/2$.
# ---
# `audible = k * f0_hz < sample_rate / 2` is True or False at every sample; multiplied it is 1 or 0.

# %% [markdown]
# ## Break it on purpose
# Forty harmonics rise from 200 to 1200 Hz, and nobody looks at Nyquist. What is too high folds and comes *down* while the tone goes up.
# `dsp.harmonic_synthesis` silences each harmonic in time.

# %%
rise = np.float32(np.geomspace(200, 1200, 150))
all_of_them = np.float32(1 / k / np.sum(1 / k))
phi = np.cumsum(np.interp(np.arange(48000) / 320, np.arange(150), rise)) / 16000
folding = sum(0.5 * c_k * np.sin(2 * np.pi * n * phi) for n, c_k in zip(k, all_of_them))
clean = dsp.harmonic_synthesis(rise[None, :, None], np.full([1, 150, 1], 0.5, np.float32),
                               np.tile(all_of_them, [1, 150, 1]), sample_rate=16000, hop=320)
display(plots.spectrogram(folding, sample_rate=16000, title="Nobody looked at Nyquist"),
        plots.spectrogram(clean, sample_rate=16000, title="dsp.harmonic_synthesis"))
listen.ab(folding, clean, sample_rate=16000, labels=("folding", "clean"))

# %% [markdown]
# ## Your own sound
# Record one long note, sung or played, or upload one. It is taken apart and put together, as it was and a fifth lower: the pitch is divided by 1.5, the
# curves of the harmonics stay. Does it still sound like you?

# %%
mine = listen.own_sound(assets.voice("scale"))
mine

# %%
sound = excerpt(mine.audio, 0, 5).samples
my_f0_hz, my_a = take_apart(sound)
listen.several({mine.name: sound, "from its harmonics": put_together(my_f0_hz, my_a),
                "a fifth lower": put_together(my_f0_hz / 1.5, my_a)}, sample_rate=16000)

# %% [markdown]
# ## Recap
# 1. $f_k = k f_0$; the harmonic distribution $c_k$ is the timbre, $A$ the strength.
# 2. Phase is the integral of frequency: sum $f / f_s$, never $f(t)\,t$.
# 3. Keep the phase small, or float32 plays out of tune: `dsp.phase`.
# 4. Between frames, Hann ramps for amplitudes and straight lines for frequencies.
# 5. Pitch and a few dozen curves are a violin, but for its noise.
#
# | what you hear | likely cause | what to do |
# |---|---|---|
# | a vibrato that grows into a siren | $\sin(2\pi f(t)\, t)$ | sum the phase |
# | clicks where the note changes | the phase jumps | sum the phase |
# | a long tone that drifts out of tune | a float32 sum | float64, or keep the fraction only |
# | a buzz at the frame rate | amplitudes held from frame to frame | Hann ramps |
# | tones that fall while the pitch rises | harmonics above Nyquist | `dsp.remove_above_nyquist` |

# %%
quiz.recap("03")

# %% [markdown] tags=["footer"]
# **Sounds.** Violin: VSCO 2 Community Edition, cello: Freesound contributors, both through the tonejs-instruments packs (CC BY 3.0); the sung scale
# comes with audioFlux (MIT).
# **Read on.** McAulay, Quatieri: *Speech analysis/synthesis based on a sinusoidal representation* (1986), doi 10.1109/TASSP.1986.1164910 · Serra,
# Smith: *Spectral modeling synthesis* (1990), doi 10.2307/3680788 · Engel, Hantrakul, Gu, Roberts: *DDSP* (ICLR 2020), arXiv 2001.04643.
