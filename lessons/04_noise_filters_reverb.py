# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 04 Noise, filters, reverb
# Give a flute its breath back, and put a singer into a cathedral: both out of nothing but noise.

# %% [markdown] tags=["badges"]
# Read 20 · do 25 · play 10 min · runs in 1 min on a CPU

# %% [markdown]
# **You will be able to** draw a filter and hear it · rebuild the breath of a recording from noise · compute the sound of a room from its impulse response.
#
# **Needs** lesson 01 (levels in dB) and 02 (spectra, windows). GPU: no. TensorFlow: only where the package is compared with what you wrote.

# %% tags=["setup"]
# (set-up)

# %% [markdown]
# ## Play first
# A flute, and the same note sung by its harmonics alone (lesson 03 builds such tones). Listen to the air between the two. What is missing has no pitch, so no sum of harmonics will ever make it.

# %%
import numpy as np
from ddsp_helpers import assets, audio, units
from ddsp_helpers.classroom import check, listen, plots, quiz, sketches

note = next(note for note in assets.instrument_notes("flute") if note.midi == 81)     # A5
flute = sketches.excerpt(audio.load(note.path), note.start_s, 4.0)
flute.samples[-3200:] *= np.linspace(1, 0, 3200, dtype=np.float32)                    # no click at the end
tone = sketches.harmonics_only(flute, units.midi_to_hz(note.pitch_midi))
listen.several({"a flute": flute, "its harmonics alone": tone})

# %%
quiz.predict("04")

# %% [markdown] tags=["instructor"]
# 55 minutes. Begin with the room silent for ten seconds: what you hear is filtered noise in a reverb. Likely wrong answers: in 04.1 a time constant half as long (energy instead of amplitude), in 04.2 bands that
# reach to the sample rate instead of half of it, in 04.3 a delay rounded to whole samples. Short of time: leave out the breath. If the Wi-Fi fails, nothing stops: the flute and the voice are in the cache after one run.

# %% [markdown]
# ## White noise: every frequency, none preferred
# Draw each sample at random, with mean 0 and variance $\sigma^2$, and pay no attention to the samples before. In the power $|X_k|^2$ of a window of $N$ samples all products of two *different* samples vanish on average; only
# the $N$ squares are left, and they do not know $k$. So every frequency gets the same power: the noise is *white*.
#
# $$X_k = \sum_{n=0}^{N-1} w_n x_n e^{-2\pi i k n/N}, \qquad \mathbb{E}\,|X_k|^2 = \sum_{n,m} w_n w_m\,\mathbb{E}[x_n x_m]\,e^{-2\pi i k (n-m)/N} = \sigma^2 \sum_n w_n^2$$
#
# $x_n$: samples · $w_n$: window · $X_k$: spectrum at bin $k$ · $\mathbb{E}$: mean over many windows · $\sigma^2$: variance; for samples spread evenly over $-1 \dots 1$ it is $\frac13$, a level of $-4.8$ dB.

# %%
rng = np.random.default_rng(4)
noise, window = rng.uniform(-1, 1, 200 * 1024), np.hanning(1025)[:-1]
expected = np.sum(window**2) / 3
power = np.abs(np.fft.rfft(noise.reshape(200, 1024) * window)) ** 2 / expected
print(f"level {audio.rms_db(noise):.2f} dB; the power of a bin scatters by {np.std(power):.2f} of its mean")
curves = {"one window": 10 * np.log10(power[0]), "mean of 200 windows": 10 * np.log10(power.mean(axis=0))}
display(plots.lines(np.fft.rfftfreq(1024, 1 / 16000), curves, x_label="frequency (Hz)",
                    y_label="power / expected (dB)", title="White on average, ragged at any moment"))
listen.play(0.1 * noise[:32000], sample_rate=16000, label="white noise, 20 dB down")

# %% [markdown]
# *What did you hear?* A steady hiss, though no two windows are alike: the ear averages, as the second curve does.
#
# ## A filter that you can draw
# Wanted: gains $M_0 \dots M_{B-1}$ at $B$ frequencies, evenly from 0 Hz to half the sample rate. A filter that delays nothing has a real spectrum, so its impulse response is symmetric around time 0, and the inverse Fourier
# transform is left with cosines. It rings forever; a window $w$ of Hann makes it end. To filter is then a weighted sum of neighbours: a *finite impulse response* (FIR).
#
# $$h[t] = \frac{w[t]}{2(B-1)}\Big(M_0 + (-1)^t M_{B-1} + 2\sum_{k=1}^{B-2} M_k \cos\frac{\pi k t}{B-1}\Big), \quad w[t] = \frac12 + \frac12\cos\frac{\pi t}{B-1}, \quad y[n] = \sum_{t=2-B}^{B-2} h[t]\,x[n-t]$$
#
# $M_k$: gain at $k f_s / (2(B-1))$ Hz · $f_s$: sample rate, Hz · $t$: time in samples, negative before and positive after · $h$: impulse response, $2B-3$ samples · $x, y$: sound before and after.

# %%
def impulse_response(magnitudes, windowed=True):
    top = len(magnitudes) - 1
    h = np.fft.fftshift(np.fft.irfft(magnitudes))[1:]          # the sum of cosines; time 0 in the middle
    t = np.arange(1 - top, top)
    return h * (0.5 + 0.5 * np.cos(np.pi * t / top)) if windowed else h

bands_hz = np.linspace(0, 8000, 65)                            # 65 bands, 125 Hz apart
wanted = np.where((bands_hz >= 1000) & (bands_hz <= 2000), 1.0, 0.0)
responses = {"without window": impulse_response(wanted, False), "with window": impulse_response(wanted)}
plots.lines(np.arange(-63, 64), responses, x_label="time (samples)", y_label="h",
            title="Symmetric around time 0: nothing is late")

# %%
curves = {name: np.abs(np.fft.rfft(h, 4096)) for name, h in responses.items()}
decibels = {name: 20 * np.log10(np.maximum(curve, 1e-4)) for name, curve in curves.items()}
smeared = np.convolve(wanted, [0.25, 0.5, 0.25], "same")
error = np.abs(curves["with window"][::32] - smeared).max()
print(f"at the bands it is the smeared wish, to within {error:.0e}")
display(plots.lines(np.fft.rfftfreq(4096, 1 / 16000), decibels, x_label="frequency (Hz)", y_label="gain (dB)",
                    title="What the filter really does"))
filtered = {f"noise, {name}": 0.3 * np.convolve(noise[:32000], h, "same") for name, h in responses.items()}
listen.several(filtered, sample_rate=16000)

# %% [markdown]
# Without the window the gain is right at the bands and misbehaves between them: two bands beyond the edge it still leaks at −20 dB. With it, at −40 dB; the price: to multiply by a Hann window is to convolve the spectrum with
# $(\frac14, \frac12, \frac14)$, so each edge is *smeared* into the next band. More bands, a longer filter, less smear.
#
# **The same in the package**, for a whole batch: magnitudes are `[batch, frames, bands]`. (A processor with the same filter inside is `effects.FIRFilter`.) And the delay, measured with a click: none. (Measured in the same way, magenta/ddsp 3.7.0 is 2
# samples late with 65 bands.)

# %%
lesson.load_tensorflow()                                       # takes a few seconds
from ddsp_helpers import dsp, effects

hiss = dsp.white_noise(32000, batch=1, seed=4)[0].numpy()
print(f"white noise of the package: {audio.rms_db(hiss):.2f} dB")
same = dsp.magnitudes_to_impulse_response(wanted[None, None])[0, 0].numpy()
print(f"the impulse responses differ by {np.abs(same - responses['with window']).max():.0e}")
click = np.zeros([1, 3200], np.float32)
click[0, 1000] = 1.0
rung = dsp.time_varying_fir(click, np.tile(wanted, [1, 10, 1]), hop=320)
print("a click at sample 1000 comes out with its peak at sample", int(np.argmax(rung[0])))

# %% [markdown]
# *What did you hear?* A wind that is almost a pitch. The narrower the band, the more it sings. Draw others:

# %%
from ddsp_helpers import widgets

widgets.NoiseFilter(bands="wind", level_db=-20)

# %% [markdown]
# ## Breath: a filter that never stands still
# Fifty times a second, ask how strong the noise of the flute is in each of 33 bands. Harmonics are in the way, but they are few lines among many bins, and a *median* does not care about the few. Noise power in a bin is
# exponentially distributed; its median is $\ln 2$ times its mean. Then filter white noise, each moment with its own response, and fade from one to the next.
#
# $$M_b = \sqrt{\frac{P_b}{\sigma^2 \sum_n w_n^2}}, \quad P_b = \frac{1}{\ln 2}\,\underset{k \in b}{\mathrm{median}}\,|X_k|^2, \qquad y[n] = \sum_m v[n - mH]\,(h_m * x)[n]$$
#
# $P_b$: noise power of band $b$ · $M_b$: the gain that turns white noise of variance $\sigma^2$ into it · $m$: frame · $H$: hop, 320 samples · $v$: a Hann window of $2H$ samples, whose copies sum to 1 · $h_m$: response of frame $m$ · $*$: filtering.

# %%
hop, n_bands, window = 320, 33, np.hanning(2049)[:-1]
padded = np.pad(flute.samples, (1024, 2048))
frames = np.lib.stride_tricks.sliding_window_view(padded, 2048)[::hop][:len(flute.samples) // hop]
power = np.pad(np.abs(np.fft.rfft(frames * window)) ** 2, ((0, 0), (16, 16)), mode="edge")
bands = power[:, :32 * n_bands].reshape(-1, n_bands, 32)              # 32 bins for each band
magnitudes = np.sqrt(np.median(bands, axis=2) / np.log(2) / (np.sum(window**2) / 3))     # [frames, bands]
plots.heatmap(magnitudes, frame_rate=50, y_label="frequency (Hz)", y_values=(0, 8000),
              title="The breath of the flute")

# %%
def breathe(magnitudes, hop):
    y, fade = np.zeros((len(magnitudes) + 1) * hop), np.hanning(2 * hop + 1)[:-1]
    reach = 2 * (magnitudes.shape[1] - 2)                      # samples that a response needs around one
    x = rng.uniform(-1, 1, len(y) + reach)
    for start, wanted in zip(range(0, len(y), hop), magnitudes):
        piece = np.convolve(x[start:start + 2 * hop + reach], impulse_response(wanted), "valid")
        y[start:start + 2 * hop] += fade * piece
    return y[hop:]

breath = breathe(magnitudes, hop)
package = dsp.filtered_noise(magnitudes[None], hop=hop)[0].numpy()     # the same in the package
print(f"the breath: yours {audio.rms_db(breath):.1f} dB, the package's {audio.rms_db(package):.1f} dB")

# %%
display(listen.play(10 * breath, sample_rate=16000, label="the breath alone, 20 dB louder than it is"))
sounds = {"harmonics alone": tone, "harmonics and breath": tone.samples + breath, "the flute": flute}
listen.several(sounds, sample_rate=16000)

# %% [markdown]
# *What did you hear?* The breath lies 33 dB below the tone, and yet its absence is what gave the machine away.
#
# ## A room is one very long filter
# Clap once in a church: first the clap, then a few echoes, each later by its detour at 343 m/s and weaker with the distance, then so many that they are noise, dying exponentially. That answer to a click is the room's *impulse
# response* $h$; any other sound is a row of clicks of different size, so $y = h * x$. *Convolution theorem:* put $n = t + m$ into the transform of $y$, and the double sum falls apart into a product.
#
# $$Y(\omega) = \sum_n \sum_t h[t]\,x[n-t]\,e^{-i\omega n} = \sum_t h[t]\,e^{-i\omega t} \sum_m x[m]\,e^{-i\omega m} = H(\omega)\,X(\omega), \qquad h_{\text{tail}}[t] = g\,e^{-t/(\tau f_s)}\,x_t, \quad \mathrm{RT}_{60} = \tau \ln 1000 \approx 6.9\,\tau$$
#
# $H, X, Y$: spectra, $\omega$: frequency, radians per sample · $g$: gain · $\tau$: time constant, s, after which the amplitude is down to $1/e$ · $x_t$: white noise · $\mathrm{RT}_{60}$: *reverberation time*, s, until the level is down by
# 60 dB, an amplitude of $1/1000$.

# %%
def room(rt60_s, walls_m, tail=0.06):
    t = np.arange(int(1.2 * rt60_s * 16000)) / 16000
    h = tail * np.exp(-np.log(1000) * t / rt60_s) * rng.uniform(-1, 1, len(t)) * (t > max(walls_m) / 343)
    for metres in walls_m:
        h[int(metres / 343 * 16000)] += 1 / metres            # an early reflection
    h[0] = 1.0                                                # the sound itself
    return h

cathedral = room(3.0, walls_m=(7, 11, 16, 23, 31))
left = np.cumsum(cathedral[:0:-1] ** 2)[::-1]                 # energy still to come (Schroeder, 1965)
decay = {"energy still to come": 10 * np.log10(left / left[0])}
plots.lines(np.arange(1, len(cathedral)) / 16000, decay, x_label="time (s)", y_label="level (dB)",
            title="The cathedral dies away", mark={"60 dB down": -60})

# %%
voice = sketches.excerpt(audio.load(assets.voice("vocadito_14")), 0.3, 4.0).samples

def through(x, h):
    length = len(x) + len(h) - 1                              # long enough for the last sample to ring out
    return np.fft.irfft(np.fft.rfft(x, length) * np.fft.rfft(h, length), length)

in_cathedral = through(voice, cathedral)
sounds = {"a clap there": 0.5 * cathedral[:32000], "the voice": voice, "the voice there": 0.5 * in_cathedral}
listen.several(sounds, sample_rate=16000)

# %%
from timeit import timeit

directly = 20 * timeit(lambda: np.convolve(voice[:3200], cathedral), number=1)          # a twentieth of it
by_theorem = timeit(lambda: through(voice, cathedral), number=1)
print(f"directly {directly:.2f} s, by the theorem {by_theorem:.3f} s")
same = dsp.fft_convolve(voice[None], cathedral[None])[0].numpy()
print(f"the package's convolution differs by {np.abs(same - in_cathedral[:len(same)]).max():.0e}")
packaged = effects.ExpDecayReverb(len(cathedral), decay=np.log(1.2 * np.log(1000) - 2))
print(f"RT60 of the package's room: {packaged.reverb_time_s(sample_rate=16000):.2f} s")

# %%
widgets.ImpulseResponse(reverb_time_s=1.2, early=0.5, mix=0.3, sound=audio.Audio(voice, 16000))

# %% [markdown]
# *What did you hear?* The tail is the same hiss as at the beginning; convolved, it no longer sounds like noise at all. The theorem needs a fraction of a second where the sum needs seconds. **The same in the package**: `dsp.fft_convolve` returns the
# first `len(x)` samples; `effects.Reverb` keeps every tap of $h$ as a learned weight; `effects.ExpDecayReverb` learns only $g$ and $\tau$.
#
# ## Exercise 04.1 (easy): a stairwell
# You clap in a stairwell, and the level falls by 20 dB in the first half second. What is its reverberation time, in seconds, and what is the time constant $\tau$ of the amplitude, in seconds?

# %% tags=["exercise"]
# BEGIN SOLUTION
#: rt60_s = ...
#: tau_s = ...
rt60_s = 0.5 * 60 / 20
tau_s = rt60_s / np.log(1000)
# END SOLUTION
check.ex04_1(rt60_s, tau_s)

# %% [markdown] tags=["hints"]
# An exponential is a straight line in dB. How long until three times 20 dB?
# ---
# After RT60 the amplitude is $10^{-60/20} = 1/1000$; set $e^{-\mathrm{RT}_{60}/\tau}$ equal to it.
# ---
# `tau_s = rt60_s / np.log(1000)`

# %% [markdown]
# ## Exercise 04.2 (core): a telephone
# The old telephone let 300 to 3400 Hz through. Return the impulse response of such a filter at a sample rate of 16 kHz: symmetric, of at most 127 samples, and quieter than −35 dB above 3800 Hz. `impulse_response` from above may help.

# %% tags=["exercise"]
def telephone():
    # BEGIN SOLUTION
    #: return ...
    bands_hz = np.linspace(0, 8000, 65)
    return impulse_response(np.where((bands_hz >= 300) & (bands_hz <= 3400), 1.0, 0.0))
    # END SOLUTION

check.ex04_2(telephone)

# %% [markdown] tags=["hints"]
# With 65 bands, which frequency has the first band, and which the last?
# ---
# `np.linspace(0, 8000, 65)` are the frequencies; 1 where the telephone lets through, 0 elsewhere.
# ---
# `return impulse_response(np.where((bands_hz >= 300) & (bands_hz <= 3400), 1.0, 0.0))`

# %% [markdown]
# ## Exercise 04.3 (stretch): one singer becomes two
# A *chorus* adds a copy whose delay wanders, so that it is never quite in tune with the singer. Write the copy: sample $n$ reads the sound $D[n]$ samples earlier, and between two samples a straight line. With $D = d + q$, $d$ whole and
# $0 \le q < 1$: $\;y[n] = (1-q)\,x[n-d] + q\,x[n-d-1]$, and silence before the sound begins. The package calls it `dsp.modulated_delay`; the check compares yours with it.

# %% tags=["exercise"]
def delayed(x, delay_samples):
    # BEGIN SOLUTION
    #: return ...
    position = np.arange(len(x)) - delay_samples
    return np.interp(position, np.arange(-1, len(x)), np.concatenate([[0.0], x]), left=0.0)
    # END SOLUTION

check.ex04_3(delayed)

# %% [markdown] tags=["hints"]
# At which position, a number with a fraction, does output sample $n$ read the input?
# ---
# `position = np.arange(len(x)) - delay_samples`. Its whole part picks two neighbours, its fraction their shares. What is at negative positions?
# ---
# `np.interp(position, np.arange(-1, len(x)), np.concatenate([[0.0], x]), left=0.0)` draws the straight line.

# %% [markdown]
# ## Break it on purpose
# Take a transform exactly as long as the voice. Nothing complains, but a discrete Fourier transform believes that time is a circle: what should ring on after the end comes back *before the beginning*. Two seconds of silence in front make
# it plain.

# %%
late = np.concatenate([np.zeros(32000, np.float32), voice])
wrapped = np.fft.irfft(np.fft.rfft(late) * np.fft.rfft(cathedral, len(late)), len(late))
display(plots.waveform(0.5 * wrapped, sample_rate=16000, title="A room that knows the future"))
sounds = {"a circle of time": 0.5 * wrapped, "room enough": 0.5 * through(late, cathedral)}
listen.several(sounds, sample_rate=16000)

# %% [markdown]
# ## Your own sound
# Sing or speak, close to the microphone. Or clap once in a stairwell, a bathroom, a bottle: a recorded clap *is* an impulse response, and `as_room = True` sends the bundled voice through it.

# %%
mine = listen.own_sound(assets.voice("scale"))
mine

# %%
as_room = False                                               # True: your recording is the room
own = sketches.excerpt(mine.audio, 0.0, 6.0).samples
if as_room:
    dry, h = voice, own / np.sqrt(np.sum(own**2))
else:
    dry, h = own, room(1.2, walls_m=(3, 4, 6))
listen.several({"dry": dry, "in the room": 0.5 * through(dry, h)}, sample_rate=16000)

# %% [markdown]
# ## Recap
# 1. White noise has the same power everywhere, on average only.
# 2. Gains over frequency become an impulse response: inverse transform, window, middle at time 0.
# 3. Breath, bow and consonants are noise through a filter that moves: 65 numbers fifty times a second in the instruments of lesson 08.
# 4. To filter is to convolve; long filters go through $Y = HX$, with a transform long enough not to wrap.
# 5. A room is early reflections and noise that loses 60 dB in RT60.
#
# | what you hear | likely cause | what to do |
# |---|---|---|
# | whistling in a filtered noise | no window | window the impulse response |
# | everything a little late | the middle of the response is taken for its start | shift by half its length |
# | sound before the sound | transform too short, it wraps | pad to `len(x) + len(h) - 1` |
# | a click at every frame | filters switch | overlap and fade |

# %%
quiz.recap("04")

# %% [markdown] tags=["footer"]
# **Sounds.** Flute: VSCO 2 Community Edition (CC BY 3.0); voice: *vocadito* (CC BY 4.0); the sung scale comes with audioFlux (MIT).
# **Read on.** Smith: *Spectral Audio Signal Processing* (2011), on zero phase and windows · Schroeder: *New method of measuring reverberation time* (1965), doi 10.1121/1.1909343 · Engel, Hantrakul, Gu, Roberts: *DDSP* (2020), arXiv 2001.04643,
# sections 3.5 and 3.6.
