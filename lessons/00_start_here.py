# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 00 Start here
# A voice goes in, a violin comes out: in about a minute, on this computer.

# %% [markdown] tags=["badges"]
# Read 10 · do 10 · play 10 min · runs in 1 min on a CPU

# %% [markdown]
# **You will be able to** run a lesson · compare two sounds fairly · say what is taken from a voice when it becomes a violin.
#
# **Needs** headphones or loudspeakers. No mathematics yet, no programming beyond changing a number. GPU: no.
#
# *How it works:* click into the grey cell below and press **Shift + Enter**. The cell runs, its result appears below it, and the next cell is chosen. Go on like that; nothing can be damaged.

# %% tags=["setup"]
# (set-up)

# %% [markdown]
# ## Play first
# Somebody sings for nine seconds. A model that has only ever heard a violin plays what was sung. Press *Play in step*, then *Switch* as often as you like: both
# are always at the same place of the tune.

# %%
import numpy as np
from ddsp_helpers import assets, audio, models, transfer
from ddsp_helpers.classroom import check, listen, plots, quiz

voice = audio.load(assets.voice("vocadito_10"))
violin = models.load_instrument("violin")
result = transfer.transfer(voice.samples, sample_rate=voice.sample_rate, model=violin)
listen.ab(voice, result, labels=("the voice", "the violin"))

# %%
quiz.predict("00")

# %% [markdown] tags=["instructor"]
# 30 minutes, before the workshop or as its first half hour. Let every table play the first sound together: who has no sound? Headphones on the computer, not on the screen; the browser's
# tab not muted. Without Wi-Fi: copy the cache folder that `python course.py doctor` names from a stick.

# %% [markdown]
# ## Set your volume
# Sound levels are counted in *decibels* below the loudest that a file can hold, which is 0 dB. Six decibels less is half the amplitude; about ten less sounds half as loud. Set the volume so that the
# first tone is comfortable. If you still hear the last one, your room is quiet enough for this course.
#
# $$L = 20 \log_{10} \sqrt{\frac{1}{N} \sum_{n=1}^{N} x_n^2}$$
#
# $x_n$: sample $n$, between −1 and 1 · $N$: number of samples · $L$: level, dB (it is negative: 0 dB is the top).

# %%
time_s = np.arange(16000) / 16000                               # one second, 16 000 samples
tone = 0.3 * np.sin(2 * np.pi * 440 * time_s)
steps = {f"{db} dB softer": tone * 10 ** (-db / 20) for db in (0, 12, 24, 36)}
listen.several(steps, sample_rate=16000)

# %% [markdown]
# *What did you hear?* The players here never turn a sound up or down by themselves: the bar shows the level that you hear. What goes beyond 0 dB passes a limiter, and the caption says so.

# %% [markdown]
# ## Compare fairly
# Of two equal sounds, ears call the louder one better. So `listen.ab` first brings both to one level, and with `blind=True` it hides which is which. One of these is the violin as
# the model plays it; the other has lost everything above 2 kHz.
#
# $$g = 10^{(L_b - L_a) / 20}$$
#
# $L_a, L_b$: levels of the two sounds, dB · $g$: the factor that brings the first to the level of the second.

# %%
dull = audio.resample(audio.resample(result.audio, from_hz=16000, to_hz=4000), from_hz=4000, to_hz=16000)
dull = dull[:len(result.audio)]
listen.ab(result, dull, sample_rate=16000, labels=("all of it", "below 2 kHz"), blind=True)

# %% [markdown]
# *What did you hear?* Decide first, then unfold *Which was which?*

# %% [markdown]
# ## What was taken from the voice
# Fifty times a second, two numbers are read from the voice: how high, and how loud. A small network, trained on a violin, turns them into instructions for a synthesizer: how strong is each harmonic, how
# strong is the noise of the bow? The singer's words and the singer's throat stay behind. Lessons 06 to 10 build every step of this.
#
# $$\text{sound} = \text{synthesizer}\big(\text{network}(f_0, L)\big)$$
#
# $f_0$: pitch, Hz · $L$: loudness, dB; both change over time.

# %%
plots.features(result.features, title="All that was taken from the voice")

# %%
display(plots.spectrogram(audio.resample(voice.samples, from_hz=voice.sample_rate, to_hz=16000),
                          sample_rate=16000, title="The voice", max_hz=5000))
plots.spectrogram(result, title="The violin", max_hz=5000)

# %% [markdown]
# ## Exercise 00.1 (easy): softer
# By which number must you multiply a sound so that it becomes 20 dB softer? Replace the three dots and run the cell.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: factor = ...
factor = 10 ** (-20 / 20)
# END SOLUTION
check.ex00_1(factor)

# %% [markdown] tags=["hints"]
# Look at how the four tones above were made softer.
# ---
# A change of $d$ decibels multiplies the samples by $10^{d/20}$.
# ---
# Softer means that $d$ is negative: `10 ** (-20 / 20)`

# %% [markdown]
# ## Exercise 00.2 (core): a level meter
# Write the formula for $L$ as a function: samples in, level in dB out.

# %% tags=["exercise"]
def level_db(x):
    # BEGIN SOLUTION
    #: return ...
    return 20 * np.log10(np.sqrt(np.mean(x ** 2)))
    # END SOLUTION

check.ex00_2(level_db)

# %% [markdown] tags=["hints"]
# Read the formula from the inside: square, mean, root, logarithm.
# ---
# `np.mean`, `np.sqrt` and `np.log10` do one step each; `x ** 2` squares every sample.
# ---
# `20 * np.log10(np.sqrt(...))` of the mean of the squares.

# %% [markdown]
# ## Exercise 00.3 (stretch): your first sound
# Make one second of a sine of 660 Hz at 16 000 samples a second, with a level of −26 dB. (A sine of amplitude $a$ has the root mean square $a / \sqrt 2$.)

# %% tags=["exercise"]
# BEGIN SOLUTION
#: my_tone = ...
amplitude = np.sqrt(2) * 10 ** (-26 / 20)
my_tone = amplitude * np.sin(2 * np.pi * 660 * np.arange(16000) / 16000)
# END SOLUTION
check.ex00_3(my_tone)

# %% [markdown] tags=["hints"]
# Start from the tone in *Set your volume*: which number is its frequency, which its amplitude?
# ---
# The level says what the root mean square must be: $10^{-26/20}$.
# ---
# So the amplitude is `np.sqrt(2) * 10 ** (-26 / 20)`.

# %% [markdown]
# ## Break it on purpose
# Ask the violin for what no violin can play: the tune an octave *below* the singer. The model does not refuse. It plays on, outside of everything that it has heard.

# %%
deep = transfer.transfer_features(result.features, model=violin, settings=transfer.Settings(octave=-1))
print("\n".join(deep.adjusted.remarks))
listen.several({"where a violin lives": result, "an octave below the singer": deep})

# %% [markdown]
# ## Your own sound
# Press *Record*, sing or whistle for a few seconds, press *Stop*; or upload a file. Then run the next cell. Until you do, another singer stands in.

# %%
mine = listen.own_sound(assets.voice("vocadito_14"))
mine

# %%
my_violin = transfer.transfer(mine.audio.samples, sample_rate=mine.audio.sample_rate, model=violin)
print("\n".join(my_violin.adjusted.remarks) or "All of it lies in the range of the violin.")
listen.ab(mine.audio, my_violin, labels=(mine.name, "the violin"))

# %% [markdown]
# ## Recap
# 1. Shift + Enter runs a cell. *Run → Restart Kernel and Run All Cells* starts afresh.
# 2. Levels are in dB; 0 dB is the top, 6 dB is a factor of two in amplitude.
# 3. Compare at one level, best blind.
# 4. A voice becomes a violin through two curves, pitch and loudness.
# 5. A model outside its range gives no warning by itself.
#
# | what happens | likely cause | what to do |
# |---|---|---|
# | no sound | the tab or the computer is muted, another output is chosen | try any other page with sound |
# | `ModuleNotFoundError` | another environment's kernel | *Kernel → Change Kernel → DDSP curriculum* |
# | a download fails | no network | the message says what to copy where; then run the cell again |
# | no microphone | the page is neither https nor localhost | upload a file instead |

# %%
quiz.recap("00")

# %% [markdown] tags=["footer"]
# **Sounds.** Voices: *vocadito* (CC BY 4.0). The violin model learned from John Garner's BWV 1002 (Bach Violin Dataset, CC BY 3.0) and from notes of VSCO 2 Community
# Edition (CC BY 3.0); its card: `violin.card`.
# **Read on.** Engel, Hantrakul, Gu, Roberts: *DDSP: Differentiable Digital Signal Processing* (ICLR 2020), arXiv 2001.04643.
