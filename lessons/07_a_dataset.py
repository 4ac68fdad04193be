# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 07 A dataset
# Fifteen recorded violin notes learn to play tunes, and you find out which recordings would have spoiled an instrument before it was trained.

# %% [markdown] tags=["badges"]
# Read 15 · do 25 · play 10 min · runs in 1 min on a CPU

# %% [markdown]
# **You will be able to** turn recordings into a dataset · find what is wrong with a recording, and where · hold sound out so that a score means something.
#
# **Needs** lesson 06 (pitch and loudness). GPU: no.

# %% tags=["setup"]
# (set-up)

# %% [markdown]
# ## Play first
# Nobody played this. It is made of single notes, of the fifteen that a violinist recorded, one after the other, for a sample library.

# %%
import numpy as np
from ddsp_helpers import assets, audio, data, features, units
from ddsp_helpers.classroom import check, listen, plots, quiz
from ddsp_helpers.classroom.sketches import colours_of_sound, excerpt

recordings = data.performances("violin", minutes=lesson.choose(2, 1), each_s=15)
tune = excerpt(recordings[-1].load(), 0, 10)
listen.play(tune, label=recordings[-1].name)

# %%
quiz.predict("07")

# %% [markdown] tags=["instructor"]
# 50 minutes. Ask before block three: who has ever split data at random? Let them compute the leak in *Break it on purpose* before you explain it. Own recordings
# work best when each learner brings one minute of one instrument, recorded dry; a phone is good enough.

# %% [markdown]
# ## Notes become music
# An instrument model wants ten minutes of one instrument, alone, with every pitch and every loudness it should know. Where nobody has recorded that, single notes
# help: they are joined by legato, made softer by a gain and a gentle low-pass, and moved by up to three semitones to reach the notes between. This is honest work with
# limits: the library has one dynamic level, so *forte* and *piano* differ less here than on a real violin. And file names lie, so every pitch is measured:
#
# $$d = 1200 \log_2 \frac{f_\mathrm{measured}}{f_\mathrm{label}}$$
#
# $f_\mathrm{measured}$: fundamental frequency of the recording, Hz · $f_\mathrm{label}$: frequency of the note in its name, Hz · $d$: how far it is off, cents.

# %%
notes = assets.instrument_notes("trumpet")
for note in notes:
    if not note.label_is_right:
        print(f"{note.path.name} is called {units.midi_to_note(note.label_midi)} "
              f"and sounds {units.midi_to_note(note.midi)}")
plots.bars({note.path.stem: 100 * (note.pitch_midi - note.label_midi) for note in notes},
           y_label="measured pitch minus label (cents)", title="Eleven trumpet notes and their names")

# %%
wrong = next(note for note in notes if not note.label_is_right)
listen.play(excerpt(audio.load(wrong.path), wrong.start_s, 3), label=f"{wrong.path.name}")

# %% [markdown]
# *What did you hear?* A trained model would have believed the name. Two wrong octaves in eleven notes are a whole register that sounds wrong.

# %% [markdown]
# ## What is wrong with a recording
# A model learns what it hears: hum becomes part of the violin, clipping becomes its brightness, a second player its timbre. So each recording is examined, and each *finding* says
# what, where and what to do. An **error** leaves the recording out; a **warning** will be heard. Clipping, for example, is at least three neighbours at the very top:
#
# $$|x_t|, |x_{t+1}|, |x_{t+2}| \;\ge\; 0.9999 \max_s |x_s|$$
#
# $x_t$: sample at time $t$ · $\max_s |x_s|$: the peak of the recording. (A loud but clean sound touches its peak once.)

# %%
x = tune.samples
second = audio.match_level(excerpt(recordings[0].load(), 0, 10).samples, x)
spoiled = {"clean": x, "clipped": np.clip(30 * x, -0.5, 0.5), "two players": x + second,
           "far away": x / 30, "empty": 0 * x}
for name, samples in spoiled.items():
    heard = features.extract(samples, sample_rate=16000)
    findings = data.diagnose.diagnose(samples, heard, sample_rate=16000)
    print(f"{name}: " + ("; ".join(f"{f.severity}: {f}" for f in findings) or "nothing wrong"))

# %%
first_seconds = {name: spoiled[name][:64000] for name in ("clean", "clipped", "two players")}
listen.several(first_seconds, sample_rate=16000)

# %% [markdown]
# *What did you hear?* No check is perfect: two players an octave apart share their partials and pass for one. Your ears have the last word.

# %% [markdown]
# ## Hold out whole recordings
# Training cuts recordings into windows that overlap. To know whether a model has *learned* or only *remembered*, some sound must stay unheard. The split is made by
# whole recordings, here even by whole recorded notes; a split by windows would put most samples of every test window into training as well.
#
# $$N = \Big\lfloor \frac{T - W}{S} \Big\rfloor + 1$$
#
# $T$: length of a recording, s · $W$: length of a window, s · $S$: stride, from one window to the next, s · $N$: number of windows.

# %%
dataset = data.prepare.prepare(recordings, lesson.folder("violin"), held_out=0.15, window_s=4.0, stride_s=1.0,
                               overwrite=True, progress=False)
print(dataset.summary())

# %%
midi = {}
for split in ("train", "held_out"):
    parts = [units.hz_to_midi(f.f0_hz[data.note_mask(f)]) for _, _, f in dataset.read(split)]
    midi[split.replace("_", " ")] = np.concatenate(parts)
plots.histogram(midi, x_label="pitch (MIDI)", title="What the violin plays")

# %% [markdown]
# The two sides overlap in range but not in recorded notes. A batch, the form in which training meets the data, has these shapes: audio `[batch, samples]`, controls
# `[batch, frames, 1]`.

# %%
batch = next(iter(dataset.train(batch_size=4)))
for name, values in batch.items():
    print(f"{name:14} {tuple(values.shape)}")
listen.several({f"window {i + 1}": batch["audio"][i] for i in range(2)}, sample_rate=dataset.spec.sample_rate)

# %% [markdown]
# ## Exercise 07.1 (easy): how many windows?
# A recording lasts 30 s. Windows are 4 s long and begin every second. How many are there, and how many seconds of sound do they hold in all?

# %% tags=["exercise"]
# BEGIN SOLUTION
#: n_windows = ...
#: seconds = ...
n_windows = (30 - 4) // 1 + 1
seconds = 4 * n_windows
# END SOLUTION
check.ex07_1(n_windows, seconds)

# %% [markdown] tags=["hints"]
# Where does the last window begin?
# ---
# It must end at 30 s, so it begins at 26 s; and the first begins at 0 s.
# ---
# Count the starts 0, 1, … 26. Each window holds 4 s, whether they overlap or not.

# %% [markdown]
# ## Exercise 07.2 (core): a fair split
# `sessions[i]` names the session in which recording `i` was made. Return the set of the numbers `i` to hold out: about a quarter of the recordings (15 to 40 %), and never one
# session on both sides.

# %% tags=["exercise"]
def hold_out(sessions):
    # BEGIN SOLUTION
    #: return ...
    chosen = set()
    for session in sorted(set(sessions), key=sessions.count):
        members = {i for i, name in enumerate(sessions) if name == session}
        if len(chosen | members) <= 0.4 * len(sessions):
            chosen |= members
        if len(chosen) >= 0.15 * len(sessions):
            break
    return chosen
    # END SOLUTION

check.ex07_2(hold_out)

# %% [markdown] tags=["hints"]
# Why must the recordings of one session stay together? Think of the room, the microphone, the mood.
# ---
# Choose sessions, not recordings: add whole sessions until you have enough.
# ---
# Go through `sorted(set(sessions), key=sessions.count)`, the smallest first, and stop at 15 % of the recordings.

# %% [markdown]
# ## Exercise 07.3 (stretch): find the flat tops
# Write a function that returns the share (0 to 1) of samples that lie in a flat top: three or more neighbours at the peak, as the formula above says. A clean sound gives 0.

# %% tags=["exercise"]
def clipped_share(x):
    # BEGIN SOLUTION
    #: return ...
    top = np.abs(x) >= 0.9999 * np.abs(x).max()
    three = top[:-2] & top[1:-1] & top[2:]                       # a run of three begins here
    flat = np.zeros(len(x), bool)
    for shift in range(3):
        flat[shift:len(x) - 2 + shift] |= three
    return flat.mean()
    # END SOLUTION

check.ex07_3(clipped_share)

# %% [markdown] tags=["hints"]
# Which samples are at the top at all? Make an array of True and False.
# ---
# Shift that array against itself: `top[:-2] & top[1:-1] & top[2:]` is True where a run of three begins.
# ---
# Mark all three samples of every such run, then take the mean.

# %% [markdown]
# ## Break it on purpose
# Here is the laziest model of all: for every frame that it should play, it copies the most similar frame of the training data. It understands nothing. Score it twice: once with windows drawn
# at random for the test, once with recordings held out.

# %%
tunes = [colours_of_sound(excerpt(recording.load(), 0, 14).samples) for recording in recordings[-4:]]

def copying_error_db(train, test):
    distance = [np.abs(train - frame).mean(axis=1).min() for frame in test[::10]]
    return np.mean(distance)

frames = np.concatenate(tunes)                                   # windows of 200 frames, a new one every 50
starts = np.random.default_rng(0).permutation(np.arange(0, len(frames) - 200, 50))
parts = np.split(starts, [len(starts) * 3 // 4])                 # three quarters to train on, one to test
by_window = [np.concatenate([frames[s:s + 200] for s in part]) for part in parts]
error = {"split by window": copying_error_db(*by_window),
         "split by recording": copying_error_db(np.concatenate(tunes[:3]), tunes[3])}
plots.bars(error, y_label="error of the copying model (dB)", title="The same model, two splits")

# %% [markdown]
# By window, the copyist looks like a genius: most of its test is in its memory. The number to believe is the other one. Published results have been undone by this.

# %% [markdown]
# ## Your own sound
# Record or upload up to 15 seconds of your instrument and read its findings. For a whole instrument, put ten minutes of wav, flac, ogg or mp3 files into a folder: `data.folder("my recordings")`
# gives the recordings, and everything above works on them unchanged.

# %%
mine = listen.own_sound(assets.voice("vocadito_10"))
mine

# %%
heard = features.extract(mine.audio.samples, sample_rate=mine.audio.sample_rate)
findings = data.diagnose.diagnose(mine.audio.samples, heard, sample_rate=mine.audio.sample_rate)
print("\n".join(f"{f.severity}: {f}" for f in findings) or f"{mine.name}: nothing wrong")
plots.features(heard, title=mine.name)

# %% [markdown]
# ## Recap
# 1. Ten minutes of one instrument, alone, in every pitch and loudness it should know.
# 2. Measure every label; believe the measurement.
# 3. A finding says what, where, and what to do.
# 4. $N = \lfloor (T - W) / S \rfloor + 1$ windows, which share most of their samples.
# 5. Hold out whole recordings: anything less measures memory.
#
# | what you hear in the model | what was in the data | what to do |
# |---|---|---|
# | a hum under every note | hum under every note | record again, or filter it before |
# | harsh loud notes | clipping | 10 dB less gain |
# | only one loudness | one dynamic level | record *piano* and *forte* |
# | silence | long pauses | cut them out |
#
# **Before you record others:** ask the player, write down what was agreed, and keep the licence with the sound. `prepare` keeps it in the dataset.

# %%
quiz.recap("07")

# %% [markdown] tags=["footer"]
# **Sounds.** Violin and trumpet notes: VSCO 2 Community Edition through the tonejs-instruments packs (CC BY 3.0); voice: *vocadito* (CC BY 4.0).
# **Read on.** Engel et al.: *DDSP* (ICLR 2020), arXiv 2001.04643 · Kapoor, Narayanan: *Leakage and the reproducibility crisis* (2023), doi 10.1016/j.patter.2023.100804.
