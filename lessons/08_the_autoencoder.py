# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 08 The autoencoder
# Draw two curves and a violin plays them. Then open it, and hear what runs through every wire.

# %% [markdown] tags=["badges"]
# Read 20 · do 25 · play 10 min · runs in 1 min on a CPU

# %% [markdown]
# **You will be able to** read every shape between two curves and a sound · say which part learns and which part knows physics · take the sound of each part by
# itself.
#
# **Needs** lesson 03 (harmonics), 04 (filtered noise), 06 (pitch and loudness). GPU: no.

# %% tags=["setup"]
# (set-up)

# %% [markdown]
# ## Play first
# Four seconds, two curves: a pitch that glides over three notes with a little vibrato, and a loudness that swells and dies. No violinist was asked. Change the numbers, run it again.

# %%
import numpy as np
import tensorflow as tf
from ddsp_helpers import assets, data, features, models, units
from ddsp_helpers.classroom import check, listen, plots, quiz

violin = models.load_instrument("violin")
time_s = np.arange(4 * 50) / 50                                                 # 50 frames a second
midi = np.interp(time_s, [0, 1, 1.2, 2.2, 2.4, 4], [69, 69, 74, 74, 76, 76]) + 0.2 * np.sin(35 * time_s)
loudness_db = -40 + 40 * np.sin(np.pi * time_s / 4)
inputs = {"f0_hz": tf.constant(units.midi_to_hz(midi), tf.float32)[None, :, None],
          "loudness_db": tf.constant(loudness_db, tf.float32)[None, :, None]}    # [batch, frames, 1]
played = violin(inputs)
listen.play(played["audio"], sample_rate=16000, label="two curves, played by a violin model")

# %%
quiz.predict("08")

# %% [markdown] tags=["instructor"]
# 55 minutes. Draw the four boxes on the board first: encode, decode, two synthesizers, sum. The likely wrong answer in 08.1 is `[8, 3, 1]` for f0: seconds instead of
# frames. If time is short, skip the GRU equation and keep *with and without memory*.

# %% [markdown]
# ## Encode: two numbers a frame
# An autoencoder squeezes a sound through something small and rebuilds it. Here the small thing is not learned at all: it is pitch and loudness, which a musician can read and
# draw. The encoder only brings both to about 0 … 1, because networks learn badly from numbers like 440 and −35. Equal steps are equal musical steps:
#
# $$x_1 = \frac{1}{127}\Big(69 + 12 \log_2 \frac{f_0}{440\ \mathrm{Hz}}\Big), \qquad x_2 = \frac{L}{80\ \mathrm{dB}} + 1$$
#
# $f_0$: fundamental frequency, Hz · $L$: loudness, dB · $x_1, x_2$: what the decoder reads, no unit. 16 000 samples a second have become 100 numbers.

# %%
x = violin.encode(inputs)
print("encoded", tuple(x.shape), " = [batch, frames, pitch and loudness]")
plots.lines(time_s, {"pitch": x[0, :, 0], "loudness": x[0, :, 1]}, x_label="time (s)", y_label="scaled",
            title="All that the decoder is told")

# %% [markdown]
# ## Decode: the part that learns
# Everything that makes it a violin sits in the weights of the decoder. It must remember: whether a bow has just begun or has been sounding for a second is not in the present frame. A *gated
# recurrent unit* carries a state from frame to frame and learns when to keep it.
#
# $$h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tanh\!\big(W x_t + r_t \odot (U h_{t-1}) + b\big)$$
#
# $x_t$: input of frame $t$ · $h_t$: state, 192 numbers · $z_t, r_t$: gates between 0 and 1, computed from $x_t$ and $h_{t-1}$ · $W, U, b$: learned weights · $\odot$: number by number.

# %%
decoder = violin.decoder
before = decoder.before(x)                                       # every frame alone
memory = decoder.memory(before)                                  # from frame to frame
after = decoder.after(tf.concat([before, memory], axis=-1))
outputs = decoder.head(after)
for name, values in {"before": before, "memory": memory, "after": after, "outputs": outputs}.items():
    print(f"{name:8} {tuple(values.shape)}")
print(f"{violin.count_params():,} weights; outputs = 1 amplitude + 100 harmonics + 65 noise bands")
plots.heatmap(memory, frame_rate=50, y_label="unit of the memory", title="What it remembers", decibels=False)

# %% [markdown]
# What is that memory worth? Give the same decoder the same frames, one at a time, and wipe its state between them.

# %%
alone = tf.reshape(decoder(tf.reshape(x, [-1, 1, 2])), outputs.shape)     # 200 sounds of one frame each
forgetful = violin.synthesize(violin.physical_controls(alone, inputs["f0_hz"]))
listen.ab(played["audio"], forgetful, sample_rate=16000, labels=("with memory", "without memory"))

# %% [markdown]
# *What did you hear?* Without memory every frame is the first frame of a note. Listen to the swell and to the glides: who knows where it is in the note, and who does not?

# %% [markdown]
# ## Synthesize: the part that knows physics
# The 166 outputs of a frame can be any numbers; a synthesizer wants amplitudes above zero and shares that sum to one. `get_controls` sees to that, `get_signal` makes the sound:
# 100 harmonics of $f_0$, plus noise through a filter of 65 bands. Nothing is learned here, and everything can be differentiated, so that errors in the sound reach the weights.
#
# $$\mathrm{exp\_sigmoid}(y) = 2\,\sigma(y)^{\ln 10} + 10^{-7}, \qquad a_k = A\,\frac{d_k}{\sum_j d_j}$$
#
# $y$: an output · $\sigma$: the logistic function · $A$: amplitude of all harmonics · $d_k$: raw share of harmonic $k$, zero above half the sample rate · $a_k$: amplitude of harmonic $k$.

# %%
controls = violin.controls(inputs)
for name, values in controls.items():
    print(f"{name:22} {tuple(values.shape)}")
plots.heatmap(controls["harmonic_distribution"][..., :30], frame_rate=50, y_label="harmonic",
              title="Shares of the first 30 harmonics")

# %%
noise = violin.noise.get_signal(noise_magnitudes=controls["noise_magnitudes"])
tone = played["audio"] - noise
listen.several({"harmonics": tone, "noise": noise, "both": played["audio"]}, sample_rate=16000)

# %% [markdown]
# *What did you hear?* The noise is the bow on the string. Alone it is almost nothing; do you miss it in *harmonics*?

# %% [markdown]
# ## Full circle: a sound in, the same sound out
# Now the curves come from a recording (lesson 06), of notes that training has not heard. Encoder, decoder and synthesizers together rebuild it: this is what training (lesson 09) makes better, and the
# distance between the two sounds is what it minimises.

# %%
recording = data.performances("violin", minutes=0.5, each_s=8, seed=5)[0].load()
heard = features.extract(recording.samples, sample_rate=recording.sample_rate)
rebuilt = violin(heard.to_inputs())
listen.ab(recording, rebuilt["audio"][0], sample_rate=16000, labels=("recording", "rebuilt from two curves"))

# %% [markdown]
# ### Every wire
# All of this lesson in one picture. Click a wire, or walk along them with the arrow keys: its shape, its curve or colours, its sound. The cursor reads values in
# words. Below, mute the harmonics or let the noise play alone, while it sounds. Which wire knows that it is a violin?

# %%
from ddsp_helpers import widgets

widgets.SignalFlow(violin, heard[:200], recording=recording)

# %% [markdown]
# ## Exercise 08.1 (easy): every shape
# A batch of 8 sounds, 3 s each, at 16 kHz and 50 frames a second, 100 harmonics, 65 noise bands. Write each shape as a tuple.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: shapes = {"audio": ..., "f0_hz": ..., "harmonic_distribution": ..., "noise_magnitudes": ...}
shapes = {"audio": (8, 48000), "f0_hz": (8, 150, 1),
          "harmonic_distribution": (8, 150, 100), "noise_magnitudes": (8, 150, 65)}
# END SOLUTION
check.ex08_1(shapes)

# %% [markdown] tags=["hints"]
# What are the axes of audio, and what are the axes of a control?
# ---
# Audio is `[batch, samples]`, a control `[batch, frames, channels]`. How many frames are 3 s?
# ---
# 3 s are 48 000 samples or 150 frames; f0 has one channel.

# %% [markdown]
# ## Exercise 08.2 (core): exp_sigmoid
# Write the function from the formula above, for arrays of any shape. (Why not simply `exp`? Look at what your function does at 100.)

# %% tags=["exercise"]
def my_exp_sigmoid(y):
    # BEGIN SOLUTION
    #: return ...
    return 2 * (1 / (1 + np.exp(-y))) ** np.log(10) + 1e-7
    # END SOLUTION

check.ex08_2(my_exp_sigmoid)

# %% [markdown] tags=["hints"]
# Which part keeps the value above zero, and which keeps it below two?
# ---
# The logistic function is $1 / (1 + e^{-y})$; `np.log` is the natural logarithm.
# ---
# `2 * sigmoid ** np.log(10) + 1e-7`

# %% [markdown]
# ## Exercise 08.3 (stretch): a hollow violin
# A clarinet's tube favours the odd harmonics 1, 3, 5, … Take a harmonic distribution `[batch, frames, harmonics]` whose shares sum to 1 and return one that keeps only the odd harmonics, and
# sums to 1 again. Mind where Python begins to count.

# %% tags=["exercise"]
def hollow(distribution):
    # BEGIN SOLUTION
    #: return ...
    kept = np.array(distribution)
    kept[..., 1::2] = 0.0                                        # index 1 is harmonic 2
    return kept / kept.sum(axis=-1, keepdims=True)
    # END SOLUTION

check.ex08_3(hollow)

# %% [markdown] tags=["hints"]
# At which index does harmonic 1 stand?
# ---
# `distribution[..., 1::2]` are the harmonics 2, 4, 6, …
# ---
# Set those to zero, then divide by the sum over the last axis with `keepdims=True`.

# %% [markdown]
# ## Break it on purpose
# Forget the encoder. The same two curves, but in Hz and dB as they are: 440 instead of 0.54. The decoder has never met such numbers, and its gates jam: the violin falls
# silent, whatever was asked. There is no error: a network outside its range gives no warning.

# %%
raw = tf.concat([inputs["f0_hz"], inputs["loudness_db"]], axis=-1)
jammed = violin.physical_controls(decoder(raw), inputs["f0_hz"])
jammed_audio = violin.synthesize(jammed)
amplitude = {"as trained": controls["amplitude"][0, :, 0], "jammed": jammed["amplitude"][0, :, 0]}
display(plots.lines(time_s, amplitude, x_label="time (s)", y_label="amplitude",
                    title="One model, two scales"))
listen.several({"as trained": played["audio"], "jammed": jammed_audio}, sample_rate=16000)

# %% [markdown]
# ## Your own sound
# Sing, hum or upload: your two curves go straight into the violin. It will complain in its own way, since you may sing lower and louder than it ever played; lesson 10 meets it halfway.

# %%
mine = listen.own_sound(assets.voice("vocadito_14"))
mine

# %%
my_features = features.extract(mine.audio.samples, sample_rate=mine.audio.sample_rate)
as_violin = violin(my_features.to_inputs())["audio"]
listen.several({mine.name: mine.audio, "through the violin, as it is": as_violin}, sample_rate=16000)

# %% [markdown]
# ## Recap
# 1. Encode: f0 and loudness, scaled. Nothing learned.
# 2. Decode: 2 numbers a frame become 166. Everything learned.
# 3. `get_controls`: any numbers become valid controls.
# 4. `get_signal`: harmonics + filtered noise. Physics, differentiable.
# 5. `[batch, samples]` for audio, `[batch, frames, channels]` for controls.
#
# | what you hear | likely cause | what to do |
# |---|---|---|
# | silence | loudness near −80, or f0 above half the sample rate | plot the inputs |
# | silence, or one unchanging tone | inputs not scaled | feed Hz and dB to the model, not to the decoder |
# | clicks 50 times a second | controls that jump from frame to frame | look at them; smooth them |
# | only noise | harmonic amplitude near zero | train longer, look at the loudness |

# %%
quiz.recap("08")

# %% [markdown] tags=["footer"]
# **Sounds.** Violin: notes of VSCO 2 Community Edition (CC BY 3.0), from which, with John Garner's BWV 1002 (Bach Violin Dataset, CC BY 3.0), the model learned; voice: *vocadito* (CC BY 4.0).
# **Read on.** Engel, Hantrakul, Gu, Roberts: *DDSP* (ICLR 2020), arXiv 2001.04643 · Cho et al.: *GRU* (2014), arXiv 1406.1078 · Serra, Smith: *Spectral modeling synthesis* (1990), doi 10.2307/3680788.
