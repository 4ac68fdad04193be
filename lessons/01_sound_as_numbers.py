# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 01 Sound as numbers
# A voice becomes a list of numbers. You will hear what happens when the list is too short, and when its numbers are too coarse.

# %% [markdown] tags=["badges"]
# Read 15 · do 25 · play 10 min · runs in 1 min on a CPU

# %% [markdown]
# **You will be able to** predict where a tone lands that is too high for its sample rate · read, change and add levels in dB · say how many bits a
# sound needs.
#
# **Needs** lesson 00; sines and logarithms from school. GPU: no.

# %% tags=["setup"]
# (set-up)

# %% [markdown]
# ## Play first
# One voice, three lists of numbers. The first has 32 000 numbers a second, each as fine as a 16-bit file can be. The second keeps only every eighth
# number. The third keeps them all, but rounds each to one of seventeen values, from −1 to 1 in steps of an eighth.

# %%
import numpy as np
from ddsp_helpers import assets, audio, units
from ddsp_helpers.classroom import check, listen, plots, quiz
from ddsp_helpers.classroom.sketches import excerpt

scale = audio.load(assets.voice("scale"), duration_s=4)
every_eighth = audio.Audio(scale.samples[::8], scale.sample_rate // 8)
coarse = audio.Audio(np.round(8 * scale.samples) / 8, scale.sample_rate)
listen.several({"the voice": scale, "every eighth number": every_eighth, "seventeen values": coarse})

# %%
quiz.predict("01")

# %% [markdown] tags=["instructor"]
# 50 minutes: 10 to play, 15 for folding, 10 for levels, 15 for bits. Play the glide with the screen dark and let the room draw with one hand what it
# hears; then show the picture. Likely wrong answers: 01.1 says 13 kHz is "not heard at all"; 01.2 divides decibels by 10. Without Wi-Fi all of this
# runs once the sounds are cached; the folding part needs none.

# %% [markdown]
# ## Too high a tone folds back
# A microphone gives a voltage $x(t)$; a converter looks at it $f_s$ times a second and writes down what it sees. Between two looks the wave may do
# anything: a sine of frequency $f$ and one of $f + f_s$ pass through exactly the same points, because adding $f_s$ adds whole turns, $2\pi n$, at every
# sample. So does $f_s - f$, turned upside down. Frequencies therefore mean one thing only below $f_s / 2$, the *Nyquist frequency*; everything above *folds*
# back below it. This is *aliasing*.
#
# $$x_n = \sin\Big(2\pi \frac{f}{f_s} n\Big) = \sin\Big(2\pi \frac{f + f_s}{f_s} n\Big), \qquad f_\text{heard} = \Big|f - f_s\,\mathrm{round}\frac{f}{f_s}\Big|$$
#
# $n$: number of the sample · $x_n$: its value · $f$: frequency of the tone, Hz · $f_s$: sample rate, samples per second, Hz · $f_\text{heard}$: what
# the list plays, Hz.

# %%
rate = 8000
time_s = np.arange(4 * rate) / rate
true_hz = 4000 * time_s                                          # rises by 4 kHz each second, up to 16 kHz
glide = 0.2 * np.sin(2 * np.pi * 2000 * time_s ** 2)             # why 2000: lesson 03
heard_hz = np.abs(true_hz - rate * np.round(true_hz / rate))     # the formula above
display(plots.spectrogram(glide, sample_rate=rate, f0_hz=heard_hz[::160], n_fft=512,
                          title="A tone that only ever rises, 8000 samples a second; red line: the formula"))
listen.play(glide, sample_rate=rate, label="from 0 to 16 kHz, without a stop")

# %%
# Now you: drag the frequency past 4 kHz, then take away bits.
from ddsp_helpers import widgets

widgets.Oscillator(frequency_hz=3000, sample_rate_hz=8000)

# %% [markdown]
# *What did you hear?* Up, down, up, down. Nobody turned the tone round: it passed 4, 8 and 12 kHz. Once folded, nothing in the list tells it from a
# tone that was really there. So what is too high must be removed *before* sampling, by a low-pass filter; what is left is kept completely (Shannon, 1949).
# In the package, `audio.resample` filters first.

# %%
note = next(note for note in assets.instrument_notes("violin") if note.path.stem == "A4")
violin = excerpt(audio.load(note.path), 1, 4, sample_rate=48000)
folded = violin.samples[::8]                                     # 6000 samples a second
filtered = audio.resample(violin.samples, from_hz=48000, to_hz=6000)
display(plots.spectrogram(folded, sample_rate=6000, title="A violin's A4, every eighth of 48 000 samples"),
        plots.spectrogram(filtered, sample_rate=6000, title="The same, filtered first by audio.resample"))
listen.ab(folded, filtered, sample_rate=6000, labels=("every eighth sample", "audio.resample"))

# %% [markdown]
# *What did you see?* The A4 has *partials*, tones at multiples of 440 Hz (lesson 03). In the first picture others stand between them, folded down from
# 3 to 24 kHz. They stand in no simple ratio to the note, and they are the harshness that you hear.

# %% [markdown]
# ## Levels, and sums of sounds
# The *level* of a sound is its root mean square (RMS), told in *decibels* (dB) below full scale, which is 1. A sine of amplitude $a$ has the mean
# square $a^2/2$, because $\sin^2$ is one half on average: 3.01 dB below its peak. What two sounds make together depends on the mean of their product.
# Equal and in step, they double: +6.02 dB. Unrelated, like violin and flute, their product averages out: +3.01 dB. Equal and half a turn apart:
# silence.
#
# $$L = 20 \log_{10} \sqrt{\overline{x^2}}, \qquad \overline{(x + y)^2} = \overline{x^2} + \overline{y^2} + 2\,\overline{xy},
# \qquad \overline{xy} = \tfrac{ab}{2} \cos\varphi \ \text{for two sines}$$
#
# $\overline{x^2}$: mean over all samples · $L$: level, dB · $a, b$: amplitudes of two sines of one frequency · $\varphi$: the *phase* between them,
# radians.

# %%
def level_db(x):
    return 20 * np.log10(np.sqrt(np.mean(x ** 2)))

t = np.arange(16000) / 16000
turns = np.linspace(0, 1, 121)                                   # phase in turns: 1 is 360 degrees
tone = 0.2 * np.sin(2 * np.pi * 440 * t)
other = [0.2 * np.sin(2 * np.pi * (440 * t + turn)) for turn in turns]
gain_db = np.array([level_db(tone + x + 1e-9) - level_db(tone) for x in other])
plots.lines(360 * turns, {"level of the sum": np.where(gain_db > -25, gain_db, np.nan)},
            x_label="phase between two equal sines (degrees)", y_label="gain (dB)",
            mark={"in step: +6.02 dB": 6.02, "unrelated: +3.01 dB": 3.01},
            title="Two equal tones: anything from double to nothing (below −25 dB not drawn)")

# %% [markdown]
# Two sines of slightly different frequency drift through all these phases again and again. One line of trigonometry shows it: the sum is *one* sine in
# the middle whose amplitude goes up and down $|f_1 - f_2|$ times a second. Musicians tune by these *beats*.
#
# $$\sin 2\pi f_1 t + \sin 2\pi f_2 t = 2 \cos\big(2\pi \tfrac{f_1 - f_2}{2} t\big)\, \sin\big(2\pi \tfrac{f_1 + f_2}{2} t\big)$$

# %%
note = next(note for note in assets.instrument_notes("flute") if note.path.stem == "A4")
bowed = excerpt(violin, 0, 4).samples
blown = audio.match_level(excerpt(audio.load(note.path), 1, 4).samples, bowed)
for name, x in {"violin": bowed, "flute": blown, "both": bowed + blown}.items():
    print(f"{name:7} {level_db(x):.2f} dB; rms_db {audio.rms_db(x):.2f}, peak_db {audio.peak_db(x):.1f}")
four_s = np.arange(64000) / 16000
beats = 0.1 * (np.sin(2 * np.pi * 440 * four_s) + np.sin(2 * np.pi * 443 * four_s))
display(plots.waveform(beats[:16000], sample_rate=16000, title="440 Hz and 443 Hz: three beats in a second"))
listen.several({"440 Hz and 443 Hz": beats, "violin and flute, both A4": bowed + blown}, sample_rate=16000)

# %% [markdown]
# *What did you hear?* Three beats a second in the first. Violin and flute at one level make about 3 dB more, not 6: they are unrelated. In the package
# the same two sines are one call. It uses TensorFlow, whose arrays have a *batch* axis in front: several sounds at once. Frequencies come in *frames*,
# here 50 a second, so that they may change.

# %%
lesson.load_tensorflow()                                         # takes a few seconds
from ddsp_helpers import dsp

frames = 4 * 50
tones_hz = np.tile([440.0, 443.0], [1, frames, 1])               # [batch, frames, sines], Hz
same = dsp.sinusoidal_synthesis(np.full([1, frames, 2], 0.1), tones_hz, sample_rate=16000, hop=16000 // 50)
print(f"shape {same.shape}, largest difference from NumPy's {np.abs(same[0] - beats).max():.1e}")

# %% [markdown]
# ## Every number is rounded
# A file with $N$ bits has $2^N$ steps between −1 and 1, so a step is $\Delta = 2 / 2^N$ wide. Rounding is wrong by at most half a step, and if the wave
# moves over many steps, every error in between is as likely as any other: its mean square is $\Delta^2/12$. Compare that with the mean square of the
# sound, and you have the *signal-to-noise ratio* (SNR). The loudest sine has $L = -3.01$ dB, so its SNR is $6.02\,N + 1.76$ dB.
#
# $$\overline{e^2} = \frac{1}{\Delta} \int_{-\Delta/2}^{\Delta/2} e^2\, de = \frac{\Delta^2}{12}, \qquad
# \mathrm{SNR} = 10 \log_{10} \frac{\overline{x^2}}{\Delta^2/12} = L + 10 \log_{10}\big(3 \cdot 2^{2N}\big) = L + 4.77\ \mathrm{dB} + 6.02\ \mathrm{dB} \cdot N$$
#
# $e$: rounding error · $\Delta$: step · $N$: bits · $x$: the sound · $L$: its level, dB. One bit is worth 6 dB, and a sound 40 dB softer has 40 dB
# less SNR.

# %%
def quantise(x, bits):
    step = 2 / 2 ** bits
    return step * np.clip(np.round(x / step), -2 ** (bits - 1), 2 ** (bits - 1) - 1)

def snr_db(x, bits):
    return level_db(x) - level_db(quantise(x, bits) - x)

voice, bits = excerpt(scale, 0, 4).samples, np.arange(4, 17)
sine = np.sin(2 * np.pi * 443.217 * four_s)
measured = {"6.02 N + 1.76 dB": 6.02 * bits + 1.76,
            "a sine": [snr_db((1 - 2 / 2 ** n) * sine, n) for n in bits],
            "the voice": [snr_db(voice, n) for n in bits]}
plots.lines(bits, measured, x_label="bits", y_label="SNR (dB)", title="Six decibels for every bit")

# %%
few_bits = {f"{n} bits, SNR {snr_db(voice, n):.0f} dB": quantise(voice, n) for n in (16, 8, 6, 4)}
listen.several(few_bits, sample_rate=16000)

# %% [markdown]
# *What did you hear?* A hiss that is there only while the voice is, and rougher the fewer the bits. At 16 bits the noise lies 82 dB below this voice:
# that is why `audio.save` writes 16 bits, and why the package counts in 32-bit floats, which keep 24 bits whatever the level, until then.

# %%
path = lesson.folder("sine.wav")
audio.save(path, 0.999 * sine, sample_rate=16000)
error = audio.load(path).samples - 0.999 * sine
print(f"saved and loaded: SNR {level_db(sine) - level_db(error):.1f} dB; formula {6.02 * 16 + 1.76:.1f}")

# %% [markdown]
# ## Exercise 01.1 (easy): the whistle that came down
# A machine whistles at 13 kHz; the recorder takes 16 000 samples a second and has no filter. Which frequency is in the file, in Hz? And a trumpet plays
# 1200 Hz, with partials at 1200, 2400, 3600 Hz …: which partial (count the first as 1) is the first that folds?

# %% tags=["exercise"]
# BEGIN SOLUTION
#: heard_hz = ...
#: first_folded = ...
heard_hz = abs(13000 - 16000 * round(13000 / 16000))
first_folded = next(k for k in range(1, 100) if 1200 * k > 8000)
# END SOLUTION
check.ex01_1(heard_hz, first_folded)

# %% [markdown] tags=["hints"]
# Where is the Nyquist frequency of this recorder, and how far above it is the whistle?
# ---
# $f_\text{heard} = |f - f_s\,\mathrm{round}(f / f_s)|$. For the trumpet: which is the first $k$ with $1200\,k > 8000$?
# ---
# `heard_hz = abs(13000 - 16000 * round(13000 / 16000))`, and for the trumpet divide 8000 by 1200 and go to the next whole number.

# %% [markdown]
# ## Exercise 01.2 (core): mix two sounds
# Write a function that adds `b` to `a` so that `b` has an RMS level exactly `softer_db` decibels below that of `a`. Leave `a` as it is. Both are
# `[samples]`; return the sum, `[samples]`.

# %% tags=["exercise"]
def mix(a, b, softer_db):
    # BEGIN SOLUTION
    #: return ...
    gain_db = level_db(a) - softer_db - level_db(b)
    return a + b * 10 ** (gain_db / 20)
    # END SOLUTION

check.ex01_2(mix)

# %% [markdown] tags=["hints"]
# Which level has `b` now, and which level should it have? The difference is the gain, in dB.
# ---
# $g = 10^{G/20}$ turns a gain of $G$ dB into a factor for samples.
# ---
# `gain_db = level_db(a) - softer_db - level_db(b)`, then `a + b * 10 ** (gain_db / 20)`

# %% [markdown]
# ## Exercise 01.3 (stretch): noise that helps
# A tone softer than half a step is rounded to silence. Add a little random noise *before* rounding and the tone comes back, under a steady hiss: this
# is *dither*. Write `dithered(x, bits)`: `x` is `[samples]`; return `[samples]` on the same steps as `quantise`, with no more noise than needed.

# %% tags=["exercise"]
def dithered(x, bits):
    # BEGIN SOLUTION
    #: return ...
    step = 2 / 2 ** bits
    noise = np.random.uniform(-0.5, 0.5, len(x)) + np.random.uniform(-0.5, 0.5, len(x))
    return quantise(x + step * noise, bits)
    # END SOLUTION

check.ex01_3(dithered)

# %% [markdown] tags=["hints"]
# A wave at 0.4 of a step always rounds to 0. If a random number between −0.5 and 0.5 step is added first, how often does it round to 1?
# ---
# In 40 % of the cases: on average the result is 0.4 again. So add `step * np.random.uniform(-0.5, 0.5, len(x))`, then quantise.
# ---
# The sum of *two* such random numbers is better still: then the noise does not change with the sound. Quantise `x + step * noise`.

# %% [markdown]
# ## Break it on purpose
# What happens when a sound is too large for its numbers? A careful converter *clips* it at the top. A careless cast to 16-bit integers *wraps round*:
# what passes 32 767 comes out at −32 768. `audio.limit` turns the sound down around its peaks instead. The voice is made 12 dB louder
# (`units.db_to_amplitude` gives the factor) and put through all three; each is then turned down by 12 dB.

# %%
louder = units.db_to_amplitude(12) * voice
wrapped = np.round(louder * 32768).astype(np.int32).astype(np.int16) / 32768
at = np.argmax(np.abs(louder))
display(plots.waveform(wrapped[at - 320:at], sample_rate=16000, title="Wrapped round, 20 ms"))
broken = {"wrapped round": wrapped, "clipped": np.clip(louder, -1, 1), "audio.limit": audio.limit(louder)}
listen.several({name: x / 4 for name, x in broken.items()}, sample_rate=16000)

# %% [markdown]
# ## Your own sound
# Record five seconds or upload a file, then choose how many bits and which sample rate it may keep. How few are enough to know the person? To follow
# the words?

# %%
mine = listen.own_sound(assets.voice("vocadito_14"))
mine

# %%
bits_left, rate_left = 6, 4000
kept = audio.resample(mine.audio.samples, from_hz=mine.audio.sample_rate, to_hz=rate_left)
listen.ab(mine.audio, audio.Audio(quantise(kept, bits_left), rate_left), labels=(mine.name, "what is left"))

# %% [markdown]
# ## Recap
# 1. A list of samples at $f_s$ holds frequencies below $f_s/2$; higher ones fold to $|f - f_s\,\mathrm{round}(f/f_s)|$.
# 2. Filter before you throw samples away: `audio.resample`.
# 3. $L = 20 \log_{10}$ RMS. Twice the amplitude is +6.02 dB; two unrelated sounds of one level are +3.01 dB.
# 4. Two close frequencies beat $|f_1 - f_2|$ times a second.
# 5. Each bit is worth 6.02 dB: $\mathrm{SNR} = 6.02\,N + 1.76$ dB for the loudest sine.
#
# | what you hear | likely cause | what to do |
# |---|---|---|
# | tones that go down when they should go up | aliasing | low-pass before the rate is lowered |
# | hiss that comes and goes with the sound | too few bits | record louder, or with more bits; dither |
# | loud crackling | integers that wrapped round | `np.clip`, or `audio.limit`, before the cast |
# | two equal tracks make a thin or silent sum | one is upside down or late | look at the phase between them |

# %%
quiz.recap("01")

# %% [markdown] tags=["footer"]
# **Sounds.** The sung scale comes with audioFlux (MIT); the voice in *Your own sound*: *vocadito* (CC BY 4.0); violin and flute: VSCO 2 Community
# Edition through the tonejs-instruments packs (CC BY 3.0).
# **Read on.** Shannon: *Communication in the presence of noise* (1949), doi 10.1109/JRPROC.1949.232969 · Bennett: *Spectra of quantized signals*
# (1948), doi 10.1002/j.1538-7305.1948.tb01340.x · Lipshitz, Wannamaker, Vanderkooy: *Quantization and dither: a theoretical survey* (1992), Journal of
# the Audio Engineering Society 40 (5).
