# %% [markdown]
# # 09 Training
# Hear an instrument come out of nothing: a few minutes on your own processor, and a network plays the violin.

# %% [markdown] tags=["badges"]
# Read 15 · do 20 · play 10 min · CPU 6 min

# %% [markdown]
# **You will be able to** train an instrument by the clock · read a held-out curve and stop at the right moment · judge the result with figures
# and with your ears.
#
# **Needs** lessons 07 (a dataset) and 08 (the autoencoder) · GPU: no.

# %% tags=["setup"]
# set-up

# %% [markdown]
# ## Play first
# Two networks with the same architecture get the same pitch and loudness, taken from recorded violin notes (a tune made as in lesson 07).
# One has never heard a sound; the other one ships with this course and was trained for minutes, not for hours.

# %%
import numpy as np
from ddsp_helpers import audio, data, features, metrics, models, transfer
from ddsp_helpers.classroom import check, listen, plots, quiz

recording = data.performances("violin", minutes=0.5, held_out=0.0, seed=9)[0].load()
recording = audio.Audio(recording.samples[: 8 * recording.sample_rate], recording.sample_rate)
trained = models.load_instrument("violin")
untrained = models.Autoencoder(trained.model_spec)
played = {name: transfer.resynthesize(recording.samples, sample_rate=recording.sample_rate, model=model)
          for name, model in {"untrained": untrained, "trained": trained}.items()}
listen.several({"recording": recording, **{name: audio.Audio(x, 16000) for name, x in played.items()}})

# %%
quiz.predict("09")

# %% [markdown]
# ## What is minimised: the spectral distance
# A network learns by making one number smaller, so that number must say how far two *sounds* are apart.
# Comparing samples would not do: shift a tone by half a period and every sample is wrong, yet it sounds the same.
# So spectrograms are compared, at several window lengths: long windows see pitch, short ones see attacks.
# Lesson 05 took this distance apart; here it is used.
#
# $$L = \sum_{n} \frac{1}{|S_n|}\Big(\sum \big|S_n - \hat S_n\big| + \sum \big|\log S_n - \log \hat S_n\big|\Big)$$
#
# $S_n$ and $\hat S_n$ are the magnitude spectrograms of the recording and of what was played (no unit), $n$ the window length in samples
# ($2048, 1024, \dots, 64$) and $|S_n|$ the number of their entries.

# %%
real = audio.resample(recording.samples, from_hz=recording.sample_rate, to_hz=16000)
real = real[: min(len(real), len(played["trained"]))]
others = {"itself": real, "itself, 1 ms later": np.roll(real, 16), "itself, 6 dB softer": real / 2, **played}
distance = {name: metrics.spectral_distance(real, sound[: len(real)], sample_rate=16000)
            for name, sound in others.items()}
plots.bars(distance, y_label="spectral distance", title="How far from the recording")

# %% [markdown]
# *What did you see?* One millisecond of delay, which no one hears, costs little; half the level costs more, and an untrained network much more.
# The trained one is not at zero: it plays *a* bow noise, not *the* bow noise of this recording.

# %% [markdown]
# ## A dataset, and what is kept from it
# Training needs recordings, and judging needs recordings that training has never heard.
# The split is made by *recording* and here even by *note*: windows of one recording overlap, so a split by window would let the
# network see its own exam.
# Four minutes of music are enough to hear a violin; ten make it better.
#
# $$N_\text{windows} = \left\lfloor \frac{T - W}{S} \right\rfloor + 1$$
#
# $T$ is the length of a recording (s), $W$ the length of a window (s) and $S$ the distance between two windows (s).

# %%
from ddsp_helpers.data.prepare import prepare

minutes_of_music = lesson.choose(5.0, 1.5)
recordings = data.performances("violin", minutes=minutes_of_music, each_s=lesson.choose(30.0, 15.0), seed=1)
dataset = prepare(recordings, lesson.folder(f"violin, {minutes_of_music:g} min"), overwrite=True)
print(len(dataset.train_recordings), "recordings to learn from,", len(dataset.held_out_recordings), "kept")

# %% [markdown]
# ## Steps downhill
# A step plays sixteen windows, measures the distance, and asks of every weight: which way is down?
# Because synthesizers are differentiable, the answer comes back through the sound itself (lesson 05).
# Adam moves each weight by its own measure, and the learning rate rises, then falls along a cosine until the time is over.
# Every now and then the held-out recordings are played; only an improvement *there* is kept.
#
# $$\theta \leftarrow \theta - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}$$
#
# $\theta$ is a weight, $\eta$ the learning rate, $\hat m$ and $\hat v$ the running means of its gradient and of the gradient's square, and $\epsilon$ a tiny
# number against division by zero. None has a unit.

# %%
from ddsp_helpers import training
from ddsp_helpers.widgets.training_time_lapse import Snapshots, TrainingTimeLapse

run_folder = lesson.folder("run", fresh=True)  # without fresh=True the training would go on where it stopped
model = models.Autoencoder(models.ModelSpec(dataset.spec, name="my violin"))
snapshots = Snapshots(model, features.extract(real[:64000], sample_rate=16000))  # plays 4 s now and then
history = training.fit(model, dataset, out=run_folder, minutes=lesson.choose(4.0, 1.5),
                       evaluate_every_s=lesson.choose(20.0, 10.0), progress=snapshots)
print(f"{history.step} steps; best held-out loss {history.best_loss:.2f} at step {history.best_step}")

# %%
steps = np.array([row["step"] for row in history.rows])
curves = {"training": [row["loss"] for row in history.rows],
          "held out": [row["held_out_loss"] for row in history.rows]}
plots.lines(steps, curves, x_label="step", y_label="spectral loss", title="Two curves to read together")

# %% [markdown]
# *What do you see?* Both curves fall. As long as the held-out one does too, the network learns the *instrument*; when it turns up while the training curve
# goes on falling, it has begun to learn the *recordings*.
#
# Now hear the same four seconds at every stage. Press *Play* and slide, or let it run through: what comes first, loudness, harmonics, or the bow?

# %%
TrainingTimeLapse(snapshots, recording=audio.Audio(real, 16000), curve=history.rows)

# %% [markdown]
# ## Judge it
# A loss is one number, and ears hear many things at once.
# So the model plays back the held-out recordings, and each aspect is measured on its own: spectrum, loudness, pitch.
# Then you listen, and when figures and ears disagree, find out why before you believe either.
#
# $$\Delta_\text{cents} = 1200\,\big|\log_2 (\hat f_0 / f_0)\big|$$
#
# $f_0$ and $\hat f_0$ (Hz) are the pitch of the recording and of what was played; 100 cents are a semitone.

# %%
from ddsp_helpers import evaluate

report = evaluate.evaluate(model, dataset, frechet=False, max_s=lesson.choose(60, 8))
print(report.table())

# %%
before = audio.Audio(transfer.resynthesize(real, sample_rate=16000, model=untrained), 16000)
after = audio.Audio(transfer.resynthesize(real, sample_rate=16000, model=model), 16000)
listen.several({"the recording": audio.Audio(real, 16000), "before training": before, "your violin": after})

# %%
plots.spectrogram(after, title="Your violin", max_hz=6000)

# %% [markdown]
# *What did you hear?* The pitch is right from the first step on, because it goes straight to the oscillators. What training adds is everything else: how loudness
# becomes an amplitude, so that notes swell and end, which harmonics are strong, how much bow is heard.

# %% [markdown]
# ## Exercise 09.1 (easy): one pass
# A dataset has 12 recordings of 30 s, cut into windows of 4 s, one every second. A step takes 16 windows.
# How many steps until every window was heard once? Put the whole number into `steps_for_one_pass`.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: steps_for_one_pass = ...
windows = 12 * ((30 - 4) // 1 + 1)
steps_for_one_pass = -(-windows // 16)
# END SOLUTION
check.ex09_1(steps_for_one_pass)

# %% [markdown] tags=["hints"]
# How many windows of 4 s begin in a recording of 30 s, if the last one must end with it?
# ---
# $\lfloor (30 - 4) / 1 \rfloor + 1 = 27$ windows a recording.
# ---
# $12 \cdot 27 / 16 = 20.25$: the last quarter of a batch is a step too.

# %% [markdown]
# ## Exercise 09.2 (core): the logarithmic half of the loss
# Write `log_distance(S, T)`: the mean absolute difference of the natural logarithms of two magnitude spectrograms, arrays of one shape.
# Add `1e-5` before each logarithm, so that silence has one.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: def log_distance(S, T):
#:     return ...
def log_distance(S, T):
    return np.mean(np.abs(np.log(S + 1e-5) - np.log(T + 1e-5)))
# END SOLUTION
check.ex09_2(log_distance)

# %% [markdown] tags=["hints"]
# Why the logarithm? A partial at −60 dB is heard, but next to one at 0 dB its magnitude is nothing.
# ---
# Logarithm first, then the difference, then its absolute value, then the mean over everything.
# ---
# `np.mean(np.abs(np.log(S + 1e-5) - ...))`

# %% [markdown]
# ## Exercise 09.3 (stretch): when to stop
# Write `early_stop(losses, patience)` for a list of held-out losses. Training stops at the first evaluation that comes `patience` evaluations after
# the best one so far, or at the last; an equal loss is no improvement. Return two indices, from 0: of the best evaluation until then, and of the one at which training stopped.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: def early_stop(losses, patience):
#:     return ...
def early_stop(losses, patience):
    best = 0
    for now, loss in enumerate(losses):
        if loss < losses[best]:
            best = now
        if now - best >= patience:
            break
    return best, now
# END SOLUTION
check.ex09_3(early_stop)

# %% [markdown] tags=["hints"]
# What must you remember while you walk through the list? Only one thing.
# ---
# The index of the best loss so far; compare the present index with it.
# ---
# `for now, loss in enumerate(losses):` … `if now - best >= patience: break`

# %% [markdown]
# ## Break it on purpose
# The learning rate is how far each step goes. Three hundred times too far, and every step lands on another mountain.

# %%
wild = models.Autoencoder(models.ModelSpec(dataset.spec))
try:
    steps = lesson.choose(40, 8)
    found = training.fit(wild, dataset, out=lesson.folder("wild", fresh=True), steps=steps, learning_rate=1.0,
                         progress=False)
    print(f"best held-out loss {found.best_loss:.1f}")
except ValueError as diverged:
    print("As expected:", diverged)
wild_sound = transfer.resynthesize(real, sample_rate=16000, model=wild)
listen.play(wild_sound, sample_rate=16000, label="learning rate 1.0")

# %% [markdown]
# *What did you hear?* The gradient is right, the step is not. The cure is a smaller rate, not a longer training.

# %% [markdown]
# ## Your own sound
# Put recordings of one instrument into a folder, one voice at a time, five to ten minutes in all, and write its name below.
# Until then the cell shows what a flute would start from. Then go back to *A dataset* and use `recordings` of your own.

# %%
my_folder = None                                       # for instance "recordings/my clarinet"
mine = data.folder(my_folder) if my_folder else data.performances("flute", minutes=0.5, held_out=0.0)
first = mine[0].load()
heard = features.extract(first.samples[: 8 * first.sample_rate], sample_rate=first.sample_rate)
plots.features(heard, title=f"{mine[0].name}: {sum(r.duration_s for r in mine) / 60:.1f} min in all")

# %% [markdown]
# ## Recap
# - A training minimises one number; the multi-scale spectral distance is one that agrees with ears on most things.
# - Held out are whole recordings, and the best evaluation on them decides which weights are kept.
# - The clock is a fine stopping rule when the learning rate knows about it.
# - A training that is killed goes on where it was: same folder, same call.
# - Figures first, ears second, and an explanation for every disagreement.
#
# | what can go wrong | what to do |
# |---|---|
# | held-out loss rises early | more recordings, more different ones |
# | it sounds like an organ | longer training; check that loudness varies in the dataset |
# | noise everywhere | noisy recordings: the network plays what it heard |
# | loss is NaN or stays where it began | a smaller learning rate |

# %%
quiz.recap("09")

# %% [markdown] tags=["instructor"]
# Start the training cell just before a break: four minutes. Likely wrong answer in 09.1: 20, which drops the last batch (accepted, with a remark).
# If the room has slow machines, show the shipped instrument's curve instead and let the training run on.

# %% [markdown] tags=["footer"]
# Sound: violin and flute notes of VSCO 2 Community Edition (CC BY 3.0), recombined; the trained instrument also learned from John Garner's BWV 1002 (Bach Violin
# Dataset, CC BY 3.0). Reference: J. Engel, L. Hantrakul, C. Gu, A. Roberts, DDSP: Differentiable Digital
# Signal Processing, ICLR 2020; D. Kingma, J. Ba, Adam: A Method for Stochastic Optimization, ICLR 2015.
