# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 05 Gradients through sound
# A synthesizer with nine thousand knobs turns itself, all of them at once, until it sounds like a violin. You hear it on its way, and you hear where it gets stuck.

# %% [markdown] tags=["badges"]
# Read 20 · do 25 · play 10 min · runs in 3 min on a CPU

# %% [markdown]
# **You will be able to** compute a gradient through a synthesizer and check it · say what a spectral loss hears and what it does not · match a recorded note, and know which knobs gradient descent cannot turn.
#
# **Needs** lesson 03 (harmonics) and 04 (filtered noise). GPU: no.

# %% tags=["setup"]
# (set-up)

# %% [markdown]
# ## Play first
# One note of a violin, and five knobs. Match it by ear; the *loss* tells how far off you are. Then let Adam turn the same knobs. Last, let the ball roll on the landscape of the pitch: where does it stay?

# %%
import keras
import numpy as np
import tensorflow as tf
from ddsp_helpers import SynthSpec, assets, audio, dsp, features, losses, synths, widgets
from ddsp_helpers.classroom import check, listen, plots, quiz, sketches

note = next(note for note in assets.instrument_notes("violin") if note.midi == 57)                   # A3
violin = sketches.excerpt(audio.load(note.path), note.start_s, 1.5)
violin = audio.Audio(violin.samples * np.float32(10 ** (-(20 + audio.rms_db(violin.samples)) / 20)), 16000)
widgets.YouAgainstAdam(violin, seconds=1.5)

# %%
quiz.predict("05")

# %% [markdown] tags=["instructor"]
# 55 minutes. Let two learners race at the widget while the others listen with closed eyes and call *closer*, *further*. Likely wrong answers: in 05.1 a forgotten factor of 2, in 05.2 a comparison of samples, in 05.3 a scan that steps over the valley. While
# the match runs (a minute), draw the landscape of the pitch on the board and ask where a ball would stay. Without a network all of it runs, once the violin is in the cache.

# %% [markdown]
# ## Which way is down?
# A synthesizer is a formula, so one can ask how its sound changes when a knob is turned a little: the *derivative*. Ask the same of the error, and the answer says which way to turn, and how urgently. With one knob, the amplitude $a$ of a
# sine, it can be done by hand. TensorFlow does the same for any number of knobs, by the chain rule, backwards through every step of the synthesizer: the *gradient*.
#
# $$x_n = a\,s_n, \quad L(a) = \frac1N \sum_n (a s_n - y_n)^2, \quad \frac{dL}{da} = \frac2N \sum_n (a s_n - y_n)\,s_n, \qquad a \leftarrow a - \eta\,\frac{dL}{da}$$
#
# $s_n$: a sine of amplitude 1 · $y_n$: the target · $N$: samples · $L$: loss · $\eta$: step size. If the target is $y_n = a^* s_n$, then $\frac{dL}{da} = a - a^*$, because the mean of $s_n^2$ is $\frac12$: the gradient *is* the error.

# %%
sine, wanted = np.sin(2 * np.pi * 220 * np.arange(16000) / 16000), 0.5
def loss_at(a):
    return np.mean((a * sine - wanted * sine) ** 2)

by_hand = 2 * np.mean((0.1 * sine - wanted * sine) * sine)
by_difference = (loss_at(0.1 + 1e-4) - loss_at(0.1 - 1e-4)) / 2e-4
knob, hz = tf.Variable(0.1), np.full([1, 50, 1], 220.0)
with tf.GradientTape() as tape:
    sound = dsp.sinusoidal_synthesis(knob * np.ones([1, 50, 1], np.float32), hz, sample_rate=16000, hop=320)
    loss_value = tf.reduce_mean((sound - wanted * sine) ** 2)
by_tape = float(tape.gradient(loss_value, knob))
print(f"by hand {by_hand:.5f}, by difference {by_difference:.5f}, by tape {by_tape:.5f}")

# %%
knobs = {rate: [0.1] for rate in (0.1, 0.5, 1.7)}
for rate, way in knobs.items():
    for _ in range(20):
        way.append(way[-1] - rate * 2 * np.mean((way[-1] * sine - wanted * sine) * sine))
display(plots.lines(np.arange(21), {f"step size {rate}": way for rate, way in knobs.items()}, x_label="step",
                    y_label="amplitude", title="Down to the target", mark={"wanted": wanted}))
listen.several({f"step {n}": knobs[0.1][n] * sine[:8000] for n in (0, 3, 20)}, sample_rate=16000)

# %% [markdown]
# *What did you hear?* The same tone, louder each time, and no step beyond 0.5. With a step size of 1.7 the knob turns too far every time, and still arrives.
#
# ## What a loss hears
# Comparing samples is a bad ear: turn a wave upside down and nobody notices, yet every sample is wrong. So compare *magnitudes of spectra*. A long window tells frequencies apart, a short one tells moments apart, hence six of them: 128 ms
# down to 4 ms at 16 kHz. Magnitudes see what is loud; their logarithms see what is soft, such as high harmonics and breath.
#
# $$D(x, y) = \sum_{W} \operatorname{mean}_{m,k}\Big(\big|X^W_{m,k} - Y^W_{m,k}\big| + \big|\ln X^W_{m,k} - \ln Y^W_{m,k}\big|\Big), \qquad X^W_{m,k} = \Big|\sum_n w_n\,x_{n + mW/4}\,e^{-2\pi i k n/W}\Big|$$
#
# $W$: window size, 2048, 1024, … 64 samples · $w$: Hann window · $m$: frame, one every $W/4$ samples · $k$: bin · $D$: *multi-scale spectral loss*, no unit. In the logarithm, magnitudes below $10^{-5}$ count as $10^{-5}$.

# %%
sizes = (2048, 1024, 512, 256, 128, 64)
def magnitudes(x, size):
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(x, (0, size)), size)[:len(x):size // 4]
    return np.abs(np.fft.rfft(frames * np.hanning(size + 1)[:-1]))

def distances(x, y):
    pairs = [(magnitudes(x, size), magnitudes(y, size)) for size in sizes]
    logs = [np.log(np.maximum(a, 1e-5) / np.maximum(b, 1e-5)) for a, b in pairs]
    return [np.mean(np.abs(a - b)) + np.mean(np.abs(log)) for (a, b), log in zip(pairs, logs)]

spectral = losses.MultiScaleSpectralLoss()                            # the same in the package
x, y = violin.samples, np.roll(violin.samples, 800)
print(f"yours {sum(distances(x, y)):.4f}, the package's {float(spectral(x[None], y[None])):.4f}")

# %% [markdown]
# Three pairs try this ear. *Upside down*: $x$ and $-x$. *Two kinds of wrong*: a buzz a semitone too sharp, and the buzz with just as much hiss as makes the loss equal. *Damped and ramped*: beats that die away, and the same played backwards,
# so that only the order within a fiftieth of a second differs.

# %%
t, random = np.arange(24000) / 16000, np.random.default_rng(5)
floor, hiss = random.normal(size=[2, 24000])
def buzz(f0_hz):
    return 0.1 * sum(np.cos(2 * np.pi * f0_hz * k * t) / k for k in range(1, 21)) + 1e-3 * floor

mine, sharp = buzz(220.0), buzz(220.0 * 2 ** (1 / 12))
out_of_tune, low, high = sum(distances(mine, sharp)), 1e-4, 1e-1
for _ in range(14):                                             # search the level of the hiss by halving
    level = np.sqrt(low * high)
    too_little = sum(distances(mine, mine + level * hiss)) < out_of_tune
    low, high = (level, high) if too_little else (low, level)
damped = 0.3 * np.exp(-np.log(2) * (t % 0.02) / 0.004) * np.sin(2 * np.pi * 800 * t)

# %%
pairs = {"upside down": (mine, -mine), "a semitone sharp": (mine, sharp), "hiss": (mine, mine + level * hiss),
         "damped, ramped": (damped, damped[::-1])}
for name, (x, y) in pairs.items():
    by_samples = np.mean((x - y) ** 2) / np.mean(x**2)
    print(f"{name:17} samples {by_samples:6.3f}   spectral loss {sum(distances(x, y)):6.3f}")
each = {name: distances(*pair) for name, pair in pairs.items() if name in ("hiss", "damped, ramped")}
display(plots.lines(np.array(sizes) / 16, each, x_label="window (ms)", y_label="distance", log_x=True,
                    title="Order is for short windows"))
display(listen.ab(mine, -mine, sample_rate=16000, labels=("the buzz", "upside down")))
display(listen.ab(sharp, mine + level * hiss, sample_rate=16000, labels=("a semitone sharp", "with hiss")))
listen.ab(damped, damped[::-1], sample_rate=16000, labels=("damped", "ramped"))

# %% [markdown]
# *What did you hear?* Upside down: nothing, and the loss agrees. Out of tune and hissing: one number, two very different mistakes. Damped and ramped: a drumming, and something closer to a tone; a window of 128 ms can hardly tell them apart. A loss is an ear of a
# certain make; trust it where you have tested it.
#
# ## Match a recorded note
# Now the violin. Fifty times a second: one amplitude, 60 shares of harmonics, 65 noise bands: some nine thousand knobs. `get_controls` turns any real numbers into valid controls, so descent cannot leave the allowed range. *Adam* gives every
# knob a step of its own: the mean gradient divided by its usual size, so that quiet harmonics learn as fast as loud ones. The pitch is not among the knobs: a tracker (lesson 06) has found it.
#
# $$g = \frac{\partial D}{\partial \theta}, \qquad \mu \leftarrow 0.9\,\mu + 0.1\,g, \qquad \nu \leftarrow 0.999\,\nu + 0.001\,g^2, \qquad \theta \leftarrow \theta - \eta\,\frac{\hat\mu}{\sqrt{\hat\nu} + \epsilon}$$
#
# $\theta$: a knob, any real number · $g$: its gradient · $\mu, \nu$: running means of $g$ and $g^2$, with hats: corrected for their start at 0 · $\eta$: step size, here 0.1 · $\epsilon$: a tiny number against division by 0.

# %%
spec, target = SynthSpec(n_harmonics=60, n_noise_bands=65), tf.constant(violin.samples)[None]
tracked = features.f0(violin.samples, sample_rate=16000)
f0_hz = tf.constant(tracked.f0_hz[None, :75, None])                   # [batch, frames, 1]
harmonic, breath = synths.Harmonic(spec), synths.FilteredNoise(spec)
def knobs_at(value, channels):
    return tf.Variable(tf.fill([1, 75, channels], value))

# %%
def match(render, knobs, steps, target=target, keep=()):
    adam, kept, way = keras.optimizers.Adam(0.1), {}, []
    for step in range(steps + 1):
        with tf.GradientTape() as tape:
            sound = render()
            distance = spectral(target, sound)
        way.append(float(distance))
        kept.update({f"step {step}": sound[0].numpy()} if step in keep else {})
        adam.apply(tape.gradient(distance, knobs), knobs)
    return way, kept

# %%
knobs = amplitude, shares, bands = knobs_at(-2.0, 1), knobs_at(0.0, 60), knobs_at(0.0, 65)
steps = lesson.choose(150, 50)
def render():
    return harmonic(amplitude, shares, f0_hz) + breath(bands)

way, kept = match(render, knobs, steps, keep=(0, 10, 40, steps))
print(f"{sum(int(tf.size(knob)) for knob in knobs)} knobs, loss from {way[0]:.1f} to {way[-1]:.2f}")
display(plots.lines(np.arange(steps + 1), {"loss": way}, x_label="step", y_label="spectral loss", log_y=True,
                    title="Down, all knobs at once"))
listen.several({**kept, "the violin": violin}, sample_rate=16000)

# %% [markdown]
# *What did you hear?* First a buzz with all harmonics alike. Step by step the high ones retire, and then the bow appears. Compare the last with the violin: what is still missing?
#
# ## Why pitch cannot be learned this way
# Leave every knob where it is and move only the pitch. The harmonics of a wrong pitch lie *between* those of the target: they cost, and where exactly they lie hardly matters. So the landscape of the loss is a plain with ripples, and a
# narrow gorge at the right place. A ball that follows the slope sees only what is under it.
#
# $$L(c) = D\big(x_{f_0 2^{c/1200}},\, y\big), \qquad c \leftarrow c - \eta\,\frac{\hat\mu}{\sqrt{\hat\nu} + \epsilon}$$
#
# $c$: how far the pitch is off, cents · $x_f$: the synthesizer at fundamental frequency $f$, all else as matched · $\eta$: 3 cents · the rest as above.

# %%
matched, rest = harmonic.get_controls(amplitude, shares, f0_hz), breath(bands)
def at(cents):
    return harmonic.get_signal(**{**matched, "f0_hz": f0_hz * 2 ** (cents / 1200)}) + rest

def roll(start):
    cents, path, adam = tf.Variable(float(start)), [], keras.optimizers.Adam(3.0)
    for _ in range(lesson.choose(60, 30)):
        with tf.GradientTape() as tape:
            distance = spectral(target, at(cents))
        path.append(float(cents))
        adam.apply([tape.gradient(distance, cents)], [cents])
    return path

# %%
grid = np.arange(-700, 701, lesson.choose(10, 20)).astype(np.float32)
landscape = [float(spectral(target, at(cents))) for cents in grid]
paths = {f"from {start} cents": roll(start) for start in (-25, 100, -300)}
display(plots.descents(grid, landscape, paths, x_label="pitch away from the violin's (cents)",
                       y_label="spectral loss", title="One gorge, many hollows"))
stuck = at(paths["from 100 cents"][-1])[0]
sounds = {"where the ball from 100 cents stays": stuck, "the tracked pitch": at(0.0)[0], "the violin": violin}
listen.several(sounds, sample_rate=16000)

# %% [markdown]
# *What did you see?* Only the ball that began inside the gorge found the bottom. Nothing is wrong with the gradient: it is right, and local. The remedy is to *measure* the pitch, not to learn it: that is why every DDSP instrument has a pitch
# tracker in front.
#
# ## What other synthesizers can match
# The same target, the same noise, the same loss, the same number of steps. A *wavetable* repeats one period: here one for the whole note, so its spectrum never moves. *FM* bends the phase of a sine by other sines; one number, the index
# $I$, moves all partials at once, along the Bessel functions.
#
# $$\text{wavetable: } x = A\,T(\varphi \bmod 1), \qquad \text{FM: } x = A \sin(2\pi r_0 \varphi + I \sin 2\pi r_1 \varphi) = A \sum_{n} J_n(I) \sin 2\pi (r_0 + n r_1)\varphi$$
#
# $\varphi$: integral of $f_0$, cycles · $A$: amplitude · $T$: one period, 128 numbers · $r_0, r_1$: ratios to $f_0$ · $I$: index, radians · $J_n$: Bessel function of order $n$.

# %%
table = tf.Variable(0.5 * np.sin(2 * np.pi * np.arange(128, dtype=np.float32) / 128)[None, None])
wave, two, four = synths.Wavetable(spec), synths.FM(spec, ratios=(1, 1)), synths.FM(spec, ratios=(1, 1, 1, 2))
gain, shares, volume, levels_2, levels_4 = (knobs_at(-2.0, channels) for channels in (1, 60, 1, 2, 4))
zoo = {"60 harmonics": (lambda: harmonic(gain, shares, f0_hz), [gain, shares]),
       "one wavetable": (lambda: wave(volume, table, f0_hz), [volume, table]),
       "FM, 2 sines": (lambda: two(levels_2, f0_hz), [levels_2]),
       "FM, chain of 4": (lambda: four(levels_4, f0_hz), [levels_4])}
results, sounds = {"noise alone": float(spectral(target, rest))}, {}
for name, (render, knobs) in zoo.items():
    way, kept = match(lambda: render() + rest, knobs, steps, keep=[steps])
    results[name], count = way[-1], sum(int(tf.size(knob)) for knob in knobs)
    sounds[f"{name}, {count} knobs"] = kept[f"step {steps}"]

# %%
display(plots.bars(results, y_label="spectral loss after the last step", title="Same target, same noise"))
listen.several({**sounds, "the violin": violin}, sample_rate=16000)

# %% [markdown]
# *What did you hear?* With a knob for every harmonic the loss over each is nearly a bowl. The wavetable has the right colour on average and none of its movement. FM cannot lower its third harmonic without moving the fifth, and the Bessel functions
# go up and down, so it easily gets stuck in hollows of its own; a longer chain helps, and is harder to steer.
#
# ## Exercise 05.1 (easy): a gradient by hand
# Two knobs: $x_n = a\,p_n + b\,q_n$, loss $L = \frac1N \sum_n (x_n - y_n)^2$. Return $\partial L/\partial a$ and $\partial L/\partial b$ for arrays `p`, `q`, `y` `[n]` and numbers `a`, `b`. The check compares with differences.

# %% tags=["exercise"]
def gradient(a, b, p, q, y):
    # BEGIN SOLUTION
    #: return ...
    error = a * p + b * q - y
    return 2 * np.mean(error * p), 2 * np.mean(error * q)
    # END SOLUTION

check.ex05_1(gradient)

# %% [markdown] tags=["hints"]
# How does the error of sample $n$ change when $a$ grows a little?
# ---
# Chain rule: the derivative of a square is twice its inside, times the derivative of the inside, which is $p_n$ or $q_n$.
# ---
# `error = a * p + b * q - y`, then `2 * np.mean(error * p)` and the same with `q`.

# %% [markdown]
# ## Exercise 05.2 (core): an ear for colour only
# Write a distance of two sounds `[n]` that hears which partials there are and not how loud the sound is: (nearly) 0 for $x$ and $0.3\,x$, 0 for $x$ and $-x$, clearly above 0 for a different timbre. `distances` from above may help.

# %% tags=["exercise"]
def colour_distance(x, y):
    # BEGIN SOLUTION
    #: return ...
    return sum(distances(x / np.sqrt(np.mean(x**2)), y / np.sqrt(np.mean(y**2))))
    # END SOLUTION

check.ex05_2(colour_distance)

# %% [markdown] tags=["hints"]
# What has to happen to both sounds before they are compared?
# ---
# Bring both to the same level: divide each by its RMS, $\sqrt{\frac1N\sum x_n^2}$. Then compare magnitudes, not samples.
# ---
# `return sum(distances(x / np.sqrt(np.mean(x**2)), y / np.sqrt(np.mean(y**2))))`

# %% [markdown]
# ## Exercise 05.3 (stretch): out of the hollows
# `loss_at(f0_hz)` is a spectral loss with one gorge somewhere between 150 and 600 Hz. Find its bottom to within 5 cents. You may ask at most 250 times. Slopes mislead; what else can you do?

# %% tags=["exercise"]
def find_f0(loss_at):
    # BEGIN SOLUTION
    #: return ...
    grid = 150 * 2 ** (np.arange(0, 2400, 15) / 1200)                          # 160 questions
    best = grid[np.argmin([loss_at(hz) for hz in grid])]
    close = best * 2 ** (np.arange(-15, 15.1, 1) / 1200)                       # 31 more
    return close[np.argmin([loss_at(hz) for hz in close])]
    # END SOLUTION

check.ex05_3(find_f0)

# %% [markdown] tags=["hints"]
# How narrow is the gorge in the figure above? How close must two questions lie so that one falls into it?
# ---
# Ask on a grid of equal steps in *cents* first, `150 * 2 ** (cents / 1200)`, keep the best, then ask more finely around it.
# ---
# 15 cents for two octaves are 160 questions; then from 15 below to 15 above the best one in steps of 1 cent.

# %% [markdown]
# ## Break it on purpose
# The step size. For the one knob above each step multiplies the error by $1 - \eta$: at 1.7 by $-0.7$, which shrinks. Beyond 2 every step leaves the error larger than before. The sound is scaled down to spare your ears; in a training it would be
# the end.

# %%
errors = {rate: -0.4 * (1 - rate) ** np.arange(9) for rate in (0.5, 1.7, 2.3)}
curves = {f"step size {rate}": error for rate, error in errors.items()}
display(plots.lines(np.arange(9), curves, x_label="step", y_label="error of the amplitude", title="Too bold"))
wild = np.concatenate([(wanted + error) * sine[:4000] for error in errors[2.3]])
listen.play(wild / 10, sample_rate=16000, label="step size 2.3, a quarter of a second a step, 20 dB down")

# %% [markdown]
# ## Your own sound
# Hum or play one steady note of two seconds. The second half a second in is matched, knob by knob, as the violin was.

# %%
mine = listen.own_sound(assets.voice("scale"))
mine

# %%
own = sketches.excerpt(mine.audio, 0.5, 1.5).samples
own = np.pad(own, (0, 24000 - len(own)))
f0_own = tf.constant(features.f0(own, sample_rate=16000).f0_hz[None, :75, None])
knobs = amplitude, shares, bands = knobs_at(-2.0, 1), knobs_at(0.0, 60), knobs_at(0.0, 65)
way, kept = match(lambda: harmonic(amplitude, shares, f0_own) + breath(bands), knobs, steps,
                  target=tf.constant(own)[None], keep=(steps,))
print(f"loss from {way[0]:.1f} to {way[-1]:.2f}")
listen.ab(own, kept[f"step {steps}"], sample_rate=16000, labels=(mine.name, "matched"))

# %% [markdown]
# ## Recap
# 1. A gradient says which way to turn each knob, and it is local.
# 2. The spectral loss hears magnitudes: long windows which frequency, short ones when; it does not hear phase.
# 3. Equal losses may sound very different.
# 4. Harmonics and noise bands can be learned; pitch has a gorge among hollows, and is measured instead.
# 5. A synthesizer can only match what its knobs can move on their own.
#
# | what you hear | likely cause | what to do |
# |---|---|---|
# | a wrong pitch that never improves | f0 was learned | track it |
# | a loss that jumps and grows | step size too large | a tenth of it |
# | dull, without air | only magnitudes, no logarithms | weigh both |
# | the right colour, no life | knobs that do not move in time | more frames, or a synthesizer with knobs for it |

# %%
quiz.recap("05")

# %% [markdown] tags=["footer"]
# **Sounds.** Violin: VSCO 2 Community Edition (CC BY 3.0); the sung scale comes with audioFlux (MIT).
# **Read on.** Engel, Hantrakul, Gu, Roberts: *DDSP* (2020), arXiv 2001.04643 · Turian, Henry: *I'm sorry for your loss: spectrally-based audio distances are bad at pitch* (2020), arXiv 2012.04572 · Kingma, Ba: *Adam* (2015), arXiv 1412.6980 · Chowning:
# *The synthesis of complex audio spectra by means of frequency modulation* (1973) · Patterson: *The sound of a sinusoid: spectral models* (1994), on damped and ramped sounds.
