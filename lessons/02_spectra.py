# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 02 Spectra
# A violin note comes apart into its partials, and you hear them one at a time. Then a picture of a voice becomes something that you can read.

# %% [markdown] tags=["badges"]
# Read 20 · do 25 · play 10 min · runs in 1 min on a CPU

# %% [markdown]
# **You will be able to** compute a spectrum with nothing but products and sums · choose a window · read pitch, vowels and noise in a spectrogram.
#
# **Needs** lesson 01 (sampling, dB); complex numbers as arrows in a plane. GPU: no.

# %% tags=["setup"]
# (set-up)

# %% [markdown]
# ## Play first
# A violinist plays one note, an A4. It is one pitch to your ears, and yet it is many tones at once: here are four of its *partials*, cut out of the
# recording and nothing else done to them.

# %%
import numpy as np
from ddsp_helpers import assets, audio, units
from ddsp_helpers.classroom import check, listen, plots, quiz
from ddsp_helpers.classroom.sketches import excerpt

note = next(note for note in assets.instrument_notes("violin") if note.path.stem == "A4")
violin = excerpt(audio.load(note.path), 0.5, 2.5).samples
spectrum, hz = np.fft.rfft(violin), np.fft.rfftfreq(len(violin), 1 / 16000)
f0_hz = units.midi_to_hz(note.pitch_midi)                        # 442.2 Hz: it was measured, not believed
sounds = {"the whole note": violin}
for k in (1, 2, 5, 8):
    sounds[f"partial {k}, near {k * f0_hz:.0f} Hz"] = np.fft.irfft(spectrum * (np.abs(hz - k * f0_hz) < 60))
listen.several(sounds, sample_rate=16000)

# %% [markdown]
# And here is somebody who sings. Time runs to the right, frequency upwards, and what is bright is strong.

# %%
voice = excerpt(audio.load(assets.voice("vocadito_10")), 0.25, 2.5)
display(plots.spectrogram(voice, max_hz=4000, title="Two and a half seconds of a voice"))
listen.play(voice, label="the voice in the picture")

# %%
quiz.predict("02")

# %% [markdown] tags=["instructor"]
# 55 minutes: 5 to play, 15 for the phasor, 10 for windows, 15 for the spectrogram, 10 to read pictures together. Draw the phasor on the board and let
# one half of the room clap the sound, the other turn the arrow. Likely wrong answers: 02.2 returns `n_fft` columns instead of `n_fft / 2 + 1`; 02.3
# reads the nearest bin. If the Wi-Fi dies everything goes on once the sounds are cached; without sounds, use `np.random` and sines.

# %% [markdown]
# ## Ask a sound for a frequency
# How much of 440 Hz is in a sound? Multiply it by an arrow of length 1 that turns *backwards* 440 times a second, a *phasor*, and add everything up.
# What turns at 440 Hz in the sound now stands still, so its products pile up in one direction; everything else goes on turning and cancels. The length
# of the sum is the amount, its angle the phase. The *discrete Fourier transform* (DFT) asks for all frequencies that fit into $N$ samples a whole
# number of times.
#
# $$X_k = \sum_{n=0}^{N-1} x_n\, e^{-2\pi i\, k n / N}, \qquad f_k = k\, \frac{f_s}{N}$$
#
# $x_n$: samples · $N$: how many · $k$: number of the *bin* · $X_k$: its sum, a complex number · $f_k$: its frequency, Hz · $f_s$: sample rate, Hz. A
# sine of amplitude $a$ at $f_k$ gives $|X_k| = aN/2$.

# %%
frame, n = violin[1600:1600 + 2048], np.arange(2048)
def phasor(hz):
    return np.exp(-2j * np.pi * hz * n / 16000)

running = {f"asked for {hz} Hz": np.abs(np.cumsum(frame * phasor(hz))) for hz in (440, 480, 880)}
plots.lines(n / 16, running, x_label="time (ms)", y_label="length of the sum",
            title="The sum grows only where the violin has something")

# %%
bins_hz = np.arange(1025) * 16000 / 2048
X = np.array([np.sum(frame * phasor(hz)) for hz in bins_hz])     # a question for every bin
print(f"largest difference from np.fft.rfft: {np.abs(X - np.fft.rfft(frame)).max():.1e}")
plots.lines(bins_hz, {"violin A4": units.amplitude_to_db(np.abs(X) * 2 / 2048)}, x_label="frequency (Hz)",
            y_label="amplitude (dB)", title="One spectrum: 128 ms of a violin")

# %% [markdown]
# *What did you see?* Peaks at 440, 880, 1320 Hz …: the partials that you heard. The *fast Fourier transform* (FFT) gives the same numbers without doing
# the same product twice: for $N = 2048$ about two hundred times fewer of them. Between the peaks lies a floor that is higher than it should be. That is
# the next story.

# %% [markdown]
# ## A sharp cut leaks
# A tone that fits $N$ samples a whole number of times meets one bin and no other. A tone *between* two bins meets them all, because the piece begins
# and ends in the middle of a wave, and such edges contain every frequency: this is *leakage*. The sum is a geometric series, and it falls off slowly,
# with the distance. A *window* fades the piece in and out. The one that fades like a cosine is called *Hann*; it is three phasors, one that stands
# still and two that turn once, so a tone now reaches two bins either way instead of one.
#
# $$|X| = \frac{a}{2} \Big|\sum_{n=0}^{N-1} e^{2\pi i\,\delta n/N}\Big|
# = \frac{a}{2} \left|\frac{1 - e^{2\pi i\,\delta}}{1 - e^{2\pi i\,\delta/N}}\right| = \frac{a}{2} \left|\frac{\sin \pi\delta}{\sin(\pi\delta/N)}\right|
# \approx \frac{aN}{2} \cdot \frac{|\sin \pi\delta|}{\pi\delta}$$
#
# $$w_n = \tfrac{1}{2} - \tfrac{1}{2} \cos \frac{2\pi n}{N} = \tfrac{1}{2} - \tfrac{1}{4} e^{2\pi i\, n/N} - \tfrac{1}{4} e^{-2\pi i\, n/N}$$
#
# $\delta$: distance from the tone to the bin, in bins · $a$: amplitude of the tone · $N$: samples · $w_n$: Hann window, by which the samples are
# multiplied first.

# %%
n = np.arange(1024)
hann = 0.5 - 0.5 * np.cos(2 * np.pi * n / 1024)
tones = 0.5 * np.sin(2 * np.pi * 64.5 * n / 1024) + 0.001 * np.sin(2 * np.pi * 110 * n / 1024)
leaks = {}
for name, window in {"sharp cut": np.ones(1024), "Hann window": hann}.items():
    level = units.amplitude_to_db(np.abs(np.fft.rfft(window * tones)), floor_db=-120)
    leaks[name] = (level - level.max())[20:141]
plots.lines(np.arange(20, 141) * 15.625, leaks, x_label="frequency (Hz)", y_label="level (dB)",
            title="A strong tone at 1008 Hz hides a weak one at 1719 Hz, 54 dB below, until a window is used")

# %%
time_s = np.arange(32000) / 16000
tone = 0.2 * np.sin(2 * np.pi * 440.0 * time_s)
place = (time_s % 0.25) / 0.06                                   # four times a second, 60 ms each
sharp = tone * (place < 1)
faded = tone * (place < 1) * (0.5 - 0.5 * np.cos(2 * np.pi * np.minimum(place, 1)))
listen.several({"cut sharply": sharp, "through a Hann window": faded}, sample_rate=16000)

# %% [markdown]
# *What did you hear?* Each sharp piece begins and ends with a click. The click *is* the leakage: energy at frequencies that the tone itself does not
# have.

# %% [markdown]
# ## A picture of time
# A melody has no single spectrum. So take the spectrum of a short piece, move on by a *hop*, take the next, and stand them side by side: the *short-time
# Fourier transform* (STFT), whose magnitudes in dB are a *spectrogram*. A piece of $N$ samples lasts $\Delta t = N/f_s$, and a Hann window shows a tone
# four bins wide, $\Delta f = 4 f_s/N$. Whatever $N$ you choose, the product is 4: *when* and *how high* cannot both be sharp.
#
# $$X_{m,k} = \sum_{n=0}^{N-1} w_n\, x_{mH + n - N/2}\; e^{-2\pi i\, kn/N}, \qquad \Delta t\, \Delta f = \frac{N}{f_s} \cdot \frac{4 f_s}{N} = 4$$
#
# $m$: number of the frame · $H$: hop, samples · $w_n$: window · $N$: its length, samples · $\Delta t$: s · $\Delta f$: Hz. The middle of frame $m$ lies
# at sample $mH$.

# %%
second = excerpt(voice, 1.4, 1.0)
pictures = [plots.spectrogram(second, n_fft=size, max_hz=4000,
                              title=f"{size} samples, {size / 16:.0f} ms: {64000 / size:.0f} Hz wide")
            for size in (128, 1024, 4096)]
display(*pictures)
listen.play(second, label="the second in the pictures")

# %% [markdown]
# *What did you see?* One second of a voice, three times. In the first picture a tone is wider than the partials are apart, and the stripes are gone; in
# the last the beginnings are. Look for these:
#
# | in the picture | in the sound |
# |---|---|
# | level stripes, equally far apart | partials; their distance is the pitch |
# | stripes that bend and wave together | the pitch glides, or has vibrato |
# | broad bright clouds that move | *formants*: the resonances of the mouth, the vowels |
# | grey without stripes | noise: an s, breath, the bow on the string |
# | upright edges | something begins: a consonant, a new note |
#
# Find each of them below: hold a frame, or draw a rectangle and hear it alone (the hiss at 1.45 s reaches up to 8 kHz). In the package a spectrogram is
# `dsp.stft_magnitude`; its frame 100 is the sum above.

# %%
from ddsp_helpers import widgets

widgets.SpectrogramScrubber(voice, listen="region", start_s=1.38, end_s=1.55, low_hz=4000, high_hz=8000)

# %%
lesson.load_tensorflow()                                         # takes a few seconds
from ddsp_helpers import dsp

magnitude = dsp.stft_magnitude(voice.samples[None], n_fft=1024, hop=160)      # [batch, frames, bins]
middle = 100 * 160
by_hand = np.abs(np.fft.rfft(hann * voice.samples[middle - 512:middle + 512]))
print(f"shape {magnitude.shape}, largest difference {np.abs(magnitude[0, 100] - by_hand).max():.1e}")

# %% [markdown]
# Ears do not count in Hz. From 200 to 300 Hz they hear a fifth, from 4000 to 4100 Hz hardly a step; and they follow ratios of level, which is why
# colours are in dB. The *mel* scale is even in Hz below 1 kHz and in ratios above. Triangles that are equally wide in mel gather the bins into bands:
# `dsp.mel`.
#
# $$m(f) = \frac{3 f}{200}\ \text{ for } f < 1000\ \text{Hz}, \qquad m(f) = 15 + 27\, \frac{\ln(f/1000)}{\ln 6.4}\ \text{ above}$$
#
# $f$: frequency, Hz · $m$: mel as Slaney (1998) defined it, without unit.

# %%
layout = {"sample_rate": 16000, "n_fft": 1024, "n_mels": 64}
bands = dsp.mel(voice.samples[None], hop=160, **layout)          # [batch, frames, 64]
triangles = {f"band {i}": dsp.mel_matrix(**layout)[:, i - 1] for i in (8, 16, 32, 48, 64)}
display(plots.lines(np.arange(513) * 15.625, triangles, x_label="frequency (Hz)", y_label="weight",
                    title="Five of the 64 mel bands"),
        plots.heatmap(bands.numpy(), frame_rate=100, y_label="mel band", title="The voice as ears divide it"))
steps = {}
for low in (200, 1000, 4000):
    tone_hz = np.where(time_s < 1, low, low + 100)
    steps[f"{low} to {low + 100} Hz"] = 0.1 * np.sin(2 * np.pi * tone_hz * time_s)
listen.several(steps, sample_rate=16000)

# %% [markdown]
# *What did you hear?* Three times 100 Hz, and three very different steps. What compares spectra in Hz spends half of its attention above 4 kHz;
# remember it in lesson 05, where a loss does so.

# %% [markdown]
# ## Exercise 02.1 (easy): which bin?
# A spectrum of 2048 samples at 16 kHz. How many Hz lie between two bins, and which bin is nearest to A4, 440 Hz?

# %% tags=["exercise"]
# BEGIN SOLUTION
#: hz_per_bin = ...
#: bin_of_a4 = ...
hz_per_bin = 16000 / 2048
bin_of_a4 = round(440 / hz_per_bin)
# END SOLUTION
check.ex02_1(hz_per_bin, bin_of_a4)

# %% [markdown] tags=["hints"]
# Bin 1 is the wave that fits exactly once into the 2048 samples. What is its frequency?
# ---
# $f_k = k f_s / N$. For the second answer solve it for $k$ and round.
# ---
# `hz_per_bin = 16000 / 2048`, and `round(440 / hz_per_bin)`

# %% [markdown]
# ## Exercise 02.2 (core): your own spectrogram
# Write `my_stft(x, n_fft, hop)`: cut `x`, `[samples]`, into frames of `n_fft` samples that begin at 0, `hop`, 2 `hop` … (whole frames only), multiply
# each by a Hann window, and return the magnitudes of its DFT, `[frames, n_fft / 2 + 1]`. `np.fft.rfft` may do the sums.

# %% tags=["exercise"]
def my_stft(x, n_fft, hop):
    # BEGIN SOLUTION
    #: return ...
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    starts = range(0, len(x) - n_fft + 1, hop)
    frames = np.array([x[start:start + n_fft] for start in starts])
    return np.abs(np.fft.rfft(frames * window, axis=1))
    # END SOLUTION

check.ex02_2(my_stft)

# %% [markdown] tags=["hints"]
# Where does the last whole frame begin? One frame more would need samples that are not there.
# ---
# `range(0, len(x) - n_fft + 1, hop)` has all the beginnings. Multiply by the window *before* the transform.
# ---
# `np.abs(np.fft.rfft(frames * window, axis=1))` for `frames` of shape `[frames, n_fft]`.

# %% [markdown]
# ## Exercise 02.3 (stretch): how strong is each partial?
# Write `partial_levels(x, f0_hz, sample_rate)`: `x` is a piece of a steady note, `[4096]`, with partials at $k f_0$. Return the levels of partials 1 to
# 8 in dB, relative to the first (so the first is 0), `[8]`, to within 0.3 dB. The partials lie between bins.

# %% tags=["exercise"]
def partial_levels(x, f0_hz, sample_rate):
    # BEGIN SOLUTION
    #: return ...
    n = np.arange(len(x))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * n / len(x))
    sums = [np.sum(window * x * np.exp(-2j * np.pi * k * f0_hz * n / sample_rate)) for k in range(1, 9)]
    return 20 * np.log10(np.abs(sums) / np.abs(sums[0]))
    # END SOLUTION

check.ex02_3(partial_levels)

# %% [markdown] tags=["hints"]
# A phasor may turn at any frequency, not only at those of the bins. At which ones should yours turn?
# ---
# For each $k$: multiply `x` by a Hann window and by $e^{-2\pi i\, k f_0 n / f_s}$, add up, take the length.
# ---
# `20 * np.log10(np.abs(sums) / np.abs(sums[0]))` turns the eight sums into levels relative to the first.

# %% [markdown]
# ## Break it on purpose
# A hop longer than the window leaves gaps, and what falls into a gap does not exist. A click is put between two frames; then the hop is mended. (The
# picture in `plots.spectrogram` never hops further than a quarter of its window.)

# %%
click = np.zeros([1, 16000], np.float32)
click[0, 9216] = 0.5
for hop in (2048, 128):
    seen = dsp.stft_magnitude(click, n_fft=512, hop=hop)
    print(f"hop {hop:4}: {seen.shape[1]:3} frames, largest magnitude {seen.numpy().max():.2f}")
both = {"voice": voice.samples[:16000], "voice with the click": voice.samples[:16000] + click[0]}
listen.several(both, sample_rate=16000)

# %% [markdown]
# ## Your own sound
# Record five seconds or upload a file: speak one vowel after the other on one note, whisper, whistle. Change `n_fft` until you see what you want to
# see.

# %%
mine = listen.own_sound(assets.voice("scale"))
mine

# %%
heard = excerpt(mine.audio, 0, 8)
display(plots.spectrogram(heard, n_fft=1024, max_hz=5000, title=mine.name))
listen.play(heard, label=mine.name)

# %% [markdown]
# ## Recap
# 1. A phasor asks a sound for a frequency; the DFT asks for all that fit: $f_k = k f_s / N$.
# 2. A sharp cut leaks into all bins; a Hann window does not, and doubles the width of a peak.
# 3. $\Delta t\, \Delta f = 4$: long windows for pitch, short ones for onsets.
# 4. Stripes are partials, clouds are formants, grey is noise.
# 5. dB and mel lay out the picture as ears would.
#
# | what you see | likely cause | what to do |
# |---|---|---|
# | a floor that falls slowly away from every peak | no window | multiply by a Hann window |
# | no stripes under a sung note | window too short | a window of at least four periods |
# | smeared onsets | window too long | a shorter window |
# | an event that is not in the picture | hop longer than the window | hop of a quarter of the window |
#
# The four periods follow from $\Delta f = 4 f_s / N$: two stripes $f_0$ apart are separate when $\Delta f \le f_0$, so $N \ge 4 f_s / f_0$.

# %%
quiz.recap("02")

# %% [markdown] tags=["footer"]
# **Sounds.** Violin: VSCO 2 Community Edition through the tonejs-instruments packs (CC BY 3.0); voice: *vocadito* (CC BY 4.0); the sung scale comes
# with audioFlux (MIT).
# **Read on.** Cooley, Tukey: *An algorithm for the machine calculation of complex Fourier series* (1965), doi 10.1090/S0025-5718-1965-0178586-1 ·
# Harris: *On the use of windows for harmonic analysis with the discrete Fourier transform* (1978), doi 10.1109/PROC.1978.10837 · Gabor: *Theory of
# communication* (1946) · Slaney: *Auditory Toolbox*, version 2 (1998).
