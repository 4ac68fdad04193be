# %% [markdown]
# # 12 MIDI-DDSP: learn to perform
# Hear a violin that plays every note alike, and one that has learned from performances how a note is begun, swelled and coloured.

# %% [markdown] tags=["badges"]
# Read 20 · do 25 · play 10 min · CPU 6 min

# %% [markdown]
# **You will be able to** train a player on performances whose notes are known · read a likelihood in nats, and say why a pitch is drawn and not
# averaged · measure whether a player does what it is asked.
#
# **Needs** lessons 09 (training) and 11 (notes to sound) · GPU: no.

# %% tags=["setup"]
# set-up

# %% [markdown]
# ## Play first
# Eleven notes from the *Largo* of Dvořák's ninth symphony (1893), three times: sampled notes out of a soundfont, a trained player that is told
# to play every note alike, and the same player when it chooses.

# %%
import dataclasses
import keras
import numpy as np
import pandas
import tensorflow as tf
from ddsp_helpers import assets, audio, data, expression, metrics, models, perform, training, units, widgets
from ddsp_helpers.classroom import check, listen, plots, quiz

largo = "E5:1.5 G5:.5 G5:2 E5:1.5 D5:.5 C5:2 D5:1 E5:1 G5:1.5 E5:.5 D5:3"
tune = data.melodies.parse(largo, beats_per_minute=84)
tune = [dataclasses.replace(note, velocity=0.5 + 0.3 * np.sin(np.pi * i / 10)) for i, note in enumerate(tune)]
shipped, sampled = models.load_shipped_player("violin"), data.soundfont.play(tune, program="violin")
sampled = audio.Audio(audio.resample(sampled.samples, from_hz=sampled.sample_rate, to_hz=16000), 16000)

# %%
def render(player, table, temperature=0.5):
    return perform.synthesize(player, perform.controls(player, table, temperature=temperature))

tables = {"every note alike": perform.constant_expression(shipped, tune),
          "as the player chooses": perform.express(shipped, tune)}
listen.several({"a soundfont": sampled, **{name: render(shipped, table) for name, table in tables.items()}})

# %%
quiz.predict("12")

# %% [markdown]
# ## What a performance knows
# A player learns from recordings in which every note is known: its beginning, its length, its pitch. From the sound six numbers a note are
# measured (lesson 11), and, frame by frame, how far the pitch is from the note. URMP has such recordings of thirteen instruments, played by musicians
# and annotated by hand; whoever has it writes `data.urmp.recordings(folder, instrument="violin")` below. *Here* nobody performed: fifteen recorded
# notes are played over melodies by a program, thirteen to learn from and two kept. So the notes are known exactly, and the style was invented: chance
# chooses vibrato, colour and rests, more than taste would, so that no control follows from another.
#
# $$d_t = 69 + 12 \log_2 \frac{f_0(t)}{440\,\mathrm{Hz}} - m_{i(t)}$$
#
# $d_t$: deviation of the pitch (semitones) at frame $t$ · $f_0$: pitch (Hz) · $m_i$: the note of the score (MIDI) · $i(t)$: the number of the note
# that has begun last.

# %%
from ddsp_helpers.data import performed, phrases
from ddsp_helpers.data.prepare import prepare

def perform_and_measure(name, minutes, style=None):
    each_s = lesson.choose(30, 15)
    recordings = data.performances("violin", minutes=minutes, each_s=each_s, style=style, seed=12)
    dataset = prepare(recordings, lesson.folder(f"{name}, {minutes:g} min"), overwrite=True, progress=False)
    return performed.Performances.of(dataset)

performances = perform_and_measure("expressive", lesson.choose(6.0, 1.0), phrases.EXPRESSIVE)
known, kept = performances.tables["train"], performances.tables["held_out"]
six = list(expression.EXPRESSION)
score = [data.Note(*note) for entry in performances.dataset.held_out_recordings for note in entry.notes]
print(len(known["features"]), "notes to learn from,", len(kept["features"]), "kept: other recorded notes")

# %%
swings = [note.duration_s * vibrato for note, vibrato in zip(score, kept["expression"][:, 3])]
first, widest = kept["note_recording"] == 0, int(np.argmax(swings))      # widest: long, with vibrato
recorded = expression.table_of([note for note, mine in zip(score, first) if mine], kept["expression"][first])
recorded = recorded[recorded["onset_s"] + recorded["duration_s"] < 11.5]
recording = audio.Audio(kept["audio"][:int(11.5 * 50)].reshape(-1), 16000)
widgets.PianoRoll(recorded, original=recording, title="A performance and what was measured in it")

# %% [markdown]
# *What did you see?* Six lanes that hardly repeat each other. Nobody can learn what a control means that hardly varies, or that always goes with
# another one. Playing in many styles is *augmentation*: the table says how much each control varies, and how much it goes with volume, when the same
# program plays plainly and expressively. Look at vibrato and at fluctuation.

# %%
plain = perform_and_measure("plain", lesson.choose(2.0, 0.5)).tables["train"]
styles = {"plain": plain["expression"], "expressive": known["expression"]}
pandas.DataFrame({f"{what}, {style}": values for style, e in styles.items() for what, values in
                  (("spread", e.std(0)), ("correlation with volume", np.corrcoef(e.T)[0]))},
                 index=expression.EXPRESSION).round(2)

# %% [markdown]
# ## A pitch is drawn, not averaged
# The pitch generator goes from frame to frame, and each step reads the one before: it is *autoregressive*. It says not one pitch but
# how likely each one is, as a *mixture* of bumps, each a *logistic distribution*. Training makes the recorded pitch likelier: its loss is the negative logarithm of the density,
# counted in *nats*. Squared error would ask for the mean instead. A vibrato may stand anywhere in its swing, and the mean of all swings is a
# straight line.
#
# $$p(d_t \mid d_{<t}) = \sum_{k=1}^{K} w_k\, \frac{e^{-z_k}}{s_k (1 + e^{-z_k})^2}, \qquad z_k = \frac{d_t - \mu_k}{s_k}, \qquad L = -\overline{\ln p}$$
#
# $w_k$: weights that sum to 1 · $\mu_k$, $s_k$: middle and scale (semitones) of bump $k$ · $K = 4$ · $p$: density (1/semitone) · $L$: loss (nats); a
# nat is $1/\ln 2 = 1.44$ bits.

# %%
here = slice(max(kept["note_frames"][widest][0] - 100, 0), kept["note_frames"][widest][1])
here = {name: values[None, here] for name, values in kept.items() if len(values) == len(kept["index"])}
seen = shipped.conditioning({**here, "features": kept["features"][None]}, kept["expression"][None])
found = shipped.pitch_generator.distribution(seen, here["deviation"], here["pitch"])
sure, cents, true = here["sure"][0] > 0, np.linspace(-80, 80, 321, dtype=np.float32), here["deviation"][0]
density = found.prob(cents[:, None, None] / 100).numpy()[:, 0] / 100
nats, bell = found.log_prob(true).numpy()[0], -0.5 * np.log(2 * np.pi * np.e * true[sure].var())
print(f"nats a frame: {nats[sure].mean():.2f} by the generator, {bell:.2f} by the best single bell curve")
note = np.flatnonzero((here["index"][0] == widest) & sure)[8:-4]
swing = note[np.argmax(true[note])], note[np.argmax(np.abs(true[note] - true[note - 1]))]
curves = {f"{100 * true[t - 1]:+.0f} cents before, {100 * true[t]:+.0f} now": density[:, t] for t in swing}
plots.lines(cents, curves, x_label="deviation (cents)", y_label="density (1/cent)")

# %%
alone = expression.table_of([dataclasses.replace(score[widest], onset_s=0.1)], kept["expression"][[widest]])
drawn = [perform.controls(shipped, alone, seed=n, temperature=1.0) for n in range(lesson.choose(24, 12))]
mean = {**drawn[0], "f0_hz": np.exp(np.mean([np.log(one["f0_hz"]) for one in drawn], 0))}
inside = slice(6, 5 + int(50 * score[widest].duration_s))
away = [100 * (units.hz_to_midi(one["f0_hz"][0, inside, 0]) - score[widest].midi) for one in (*drawn, mean)]
depth = [expression.vibrato(x / 100, frame_rate=50) for x in away]
print(f"vibrato: recorded {alone['vibrato'][0]:.2f}, drawn {np.mean(depth[:-1]):.2f}, mean {depth[-1]:.2f}")
curves = {"one draw": away[0], "another": away[1], f"mean of {len(drawn)} draws": away[-1]}
sounds = {name: perform.synthesize(shipped, one) for name, one in (("drawn", drawn[0]), ("mean", mean))}
display(plots.lines(np.arange(len(away[0])) / 50, curves, x_label="time (s)", y_label="deviation (cents)"),
        listen.several(sounds))

# %% [markdown]
# *What did you see and hear?* In the middle of a swing the density leans the way the pitch is going; at the turn it stays. A draw swings as the
# recording did, the mean of many draws much less, and the less the longer a note has lasted.
#
# ## What is minimised: five losses and one for luxury
# Three networks learn in one step. They begin at a checkpoint that ships *half trained*, so that minutes are enough; Adam begins anew.
#
# $$L = L_\text{sound} + L_\text{measured} + 0.3\,L_\text{pitch} + 0.2\,L_\text{expression} + 60\,L_\text{obedience} \;(+\,L_\text{adversarial})$$
#
# | part | compares | unit |
# |---|---|---|
# | sound | spectrograms of what is played and of the recording (lesson 09) | – |
# | measured | level, harmonics, noise with those measured in the recording | 20 dB |
# | pitch, expression | negative log-likelihood of the recorded pitch, of the recorded six numbers | nats |
# | obedience | controls moved at random with what is then *measured in the result* | 1 |
# | adversarial | a discriminator tells played controls from measured ones; only with `PlayerSpec(adversarial=0.1)` | 1 |
#
# Obedience needs no recording. It asks for a note that nobody has played, brighter or softer than it was, and measures whether it came.

# %%
def held_out_parts(player):
    parts = [player.loss_parts(batch, player(batch), training=False) for batch in performances.held_out(4)]
    return {name: float(np.mean([part[name] for part in parts])) for name in parts[0]}

half, player = (models.load_player(assets.shipped("players", "violin_16k_half.npz")) for _ in range(2))
history = training.fit(player, performances, out=lesson.folder("run", fresh=True), learning_rate=2e-3,
                       minutes=lesson.choose(1.8, 0.2), evaluate_every_s=lesson.choose(15, 4))
later = f"{history.step} steps later"
pandas.DataFrame({"half trained": held_out_parts(half), later: held_out_parts(player)}).round(2)

# %%
def answers(player, table, by=0.3):
    notes, rows = expression.notes_of(table), {}
    before = expression.measure(perform.controls(player, table), notes)
    for name, control in expression.CONTROLS.items():
        step = by if table[name].mean() + by < control.maximum else -by      # up where there is room
        asked = table.assign(**{name: (table[name] + step).clip(0, control.maximum)})
        after = expression.measure(perform.controls(player, asked), notes)
        rows[f"{name} {(asked - table)[name].mean():+.2f}"] = (after - before)[six].mean()
    return pandas.DataFrame(rows).T.round(2)

obedient = answers(player, recorded)
obedient

# %% [markdown]
# *What did you see?* A row is a request, a column what came of it. An obedient player has the request on the diagonal and little beside it.
#
# ## Judge it: figures, then ears
# The performances that were kept are played from four kinds of knowledge: their own six numbers and their own pitch, their numbers alone, the numbers that
# the player chooses from the notes, and the mean of all notes. The spectral distance asks whether *this* performance came back, the
# contour error how far the pitch went another way, and the last column whether each note was played like the recorded one.
#
# $$\Delta_\text{cents} = 100\; \overline{|\hat d_t - d_t|}, \qquad \Delta_e = \overline{|\hat e_i - e_i|}$$
#
# $\hat d_t$, $d_t$: deviation of the played and of the recorded pitch (semitones), over frames with a sure pitch · $\hat e_i$, $e_i$: the six controls of
# note $i$, measured in what was played and in the recording.

# %%
whole = expression.table_of([note for note, mine in zip(score, first) if mine], kept["expression"][first])
n, notes = int(50 * (whole["onset_s"] + whole["duration_s"]).max()), expression.notes_of(whole)
real, true_hz, sure = kept["audio"][:n].reshape(-1), kept["f0_hz"][:n], kept["sure"][:n] > 0

def judge(table, f0_hz=None):
    played = {name: values[:, :n] for name, values in perform.controls(player, table).items()}
    played["f0_hz"] = played["f0_hz"] if f0_hz is None else f0_hz[None]
    sound = perform.synthesize(player, played).samples
    off = (expression.measure(played, notes) - whole)[six].abs().to_numpy()
    cents = 1200 * np.abs(np.log2(played["f0_hz"][0] / true_hz))[sure]
    return metrics.spectral_distance(real, sound, sample_rate=16000), cents.mean(), off.mean()

# %%
alike, chosen = perform.constant_expression(player, notes), perform.express(player, notes)
found = {"its own six numbers and pitch": judge(whole, true_hz), "its own six numbers": judge(whole),
         "the player's choice": judge(chosen), "every note alike": judge(alike)}
pandas.DataFrame(found, index=["spectral distance", "contour error (cents)", "error of the six"]).T.round(3)

# %%
by_choice = render(player, perform.express(player, tune))
display(listen.ab(sampled, by_choice, labels=("the soundfont", "your player"), blind=True))
blind = widgets.Compare({"every note alike": render(player, perform.constant_expression(player, tune)),
                         "as it chooses": by_choice}, abx=True, trials=8)
blind

# %% [markdown]
# *What did you see and hear?* Its own six numbers bring a performance nearer: they carry what the notes do not say. The player's choice hardly comes
# nearer than the mean of all notes does, and that is honest: how these performances were played was left to chance, so there is
# little to guess from the notes, and the mean is the safest guess, as it was for the pitch. Taste can only be learned from people who had some.
# `blind.result` tells how many of your answers were right, and how likely that is by guessing (lesson 10).
#
# ## Exercise 12.1 (easy): nats
# A pitch generator says: with weight 0.7 a logistic bump at −12 cents with scale 4 cents, with weight 0.3 one at +15 cents with scale 6 cents. The
# recording has +15 cents. Put the log-likelihood, in nats of a density per cent, into `nats`.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: nats = ...
def logistic(x, middle, scale):
    z = (x - middle) / scale
    return np.exp(-z) / (scale * (1 + np.exp(-z)) ** 2)

nats = np.log(0.7 * logistic(15, -12, 4) + 0.3 * logistic(15, 15, 6))
# END SOLUTION
check.ex12_1(nats)

# %% [markdown] tags=["hints"]
# Which of the two bumps is near +15 cents, and what is its density right in its middle, where $z = 0$?
# ---
# In the middle a logistic density is $1 / (4 s)$. Each density is multiplied by its weight, and both are added before the logarithm is taken.
# ---
# `np.log(0.7 * logistic(15, -12, 4) + 0.3 / (4 * 6))`

# %% [markdown]
# ## Exercise 12.2 (core): teacher forcing
# In a training all frames are learned at once: each one reads the *true* deviation of the frame before. Write `see_the_past(deviation)`: an array
# [recordings, frames] in, one of the same shape out, in which each frame holds what was at the frame before. Before the first there was nothing: 0.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: def see_the_past(deviation):
#:     return ...
def see_the_past(deviation):
    return np.pad(deviation, [[0, 0], [1, 0]])[:, :-1]
# END SOLUTION
check.ex12_2(see_the_past)

# %% [markdown] tags=["hints"]
# What would the network learn if each frame could read itself? And could it read the next one when it plays alone?
# ---
# Put one 0 before the first frame of each recording, and drop the last frame.
# ---
# `np.pad(deviation, [[0, 0], [1, 0]])` puts it there; then `[:, ...]`.

# %% [markdown]
# ## Exercise 12.3 (stretch): obedience
# Write `disobedience(asked, found, whole)`: the mean absolute difference of `asked` and `found` (both [windows, notes, 6]), over the notes that are
# wholly inside their window (`whole`, [windows, notes], 1 or 0). Column 3, vibrato, is the pitch generator's and does not count.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: def disobedience(asked, found, whole):
#:     return ...
def disobedience(asked, found, whole):
    away = np.delete(np.abs(found - asked), 3, axis=-1).mean(-1)
    return np.sum(away * whole) / np.sum(whole)
# END SOLUTION
check.ex12_3(disobedience)

# %% [markdown] tags=["hints"]
# A note that is cut by the window's edge is heard in part only. What must it weigh in the mean?
# ---
# First the absolute differences, without column 3, and their mean over the five controls: one number a note. Then a mean weighted by `whole`.
# ---
# `away = np.delete(np.abs(found - asked), 3, axis=-1).mean(-1)`, then a sum of products divided by a sum of weights.

# %% [markdown]
# ## Break it on purpose
# Three ways. *Temperature*: 0 follows the likeliest bump and draws nothing, 2 draws from a mixture twice as wide. *No obedience*: the same half-trained
# network, as many steps, one loss less. *No dropout*: the expression generator sees few hundred notes; if it may see all of each of them at every step, it
# learns them by heart: *overfitting*.

# %%
told = perform.express(player, tune)
takes = {f"temperature {t:g}": perform.controls(player, told, temperature=t) for t in (0, 0.5, 2)}
tracks = {name: take["f0_hz"][0, :, 0] for name, take in takes.items()}
display(plots.pitch(tracks, title="Stiff, alive, drunk"),
        listen.several({name: perform.synthesize(player, take) for name, take in takes.items()}))

# %%
class Disobedient(models.Player):
    def loss_parts(self, batch, played, training):
        parts = super().loss_parts(batch, played, training)
        return {name: value for name, value in parts.items() if name != "obedience"}

spoiled = Disobedient(half.model_spec)
models.store.set_weights(spoiled, models.store.get_weights(half))
training.fit(spoiled, performances, out=lesson.folder("spoiled", fresh=True), learning_rate=2e-3,
             steps=history.step, evaluate_every_s=60, progress=False)
compared = {"with obedience": obedient, "without": answers(spoiled, recorded)}
pandas.DataFrame({(name, what): values for name, came in compared.items() for what, values in
                  (("came", np.diag(came)), ("beside it", came.abs().sum(axis=1) - np.abs(np.diag(came))))})

# %%
def lines_of(table, length=40):
    parts = np.split(np.arange(len(table["features"])), np.flatnonzero(np.diff(table["note_recording"])) + 1)
    rows = np.stack([np.resize(part, length) for part in parts])       # shorter lines are repeated
    return table["features"][rows], table["expression"][rows]

def new_generator():
    generator = models.expression_generator.ExpressionGenerator(48)
    generator.build((None, None, known["features"].shape[1]))
    return generator, keras.optimizers.Adam(1e-2), generator.trainable_variables

def nats_a_note(generator, line, training=False):
    found = generator(*line, training=training)
    return -tf.reduce_mean(tf.reduce_sum(found.log_prob(line[1]), -1))

# %%
def learn(dropout, steps=lesson.choose(300, 40)):
    generator, adam, weights = new_generator()
    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = nats_a_note(generator, lines_of(known), training=dropout)
        adam.apply(tape.gradient(loss, weights), weights)
        return nats_a_note(generator, lines_of(kept))
    return [min(float(step()), 8.0) for _ in range(steps)]
curves = {"with dropout": learn(True), "without": learn(False)}
plots.lines(np.arange(len(curves["without"])), curves, x_label="step", y_label="held-out loss (nats a note)",
            mark={"six fixed bell curves": 0.5 * np.log(2 * np.pi * np.e * known["expression"].var(0)).sum()})

# %% [markdown]
# *What did you see?* After some hundred steps without obedience a control may still come, but others come with it: who asks for brightness gets a
# noisier attack (a short run, `DDSP_FAST`, is over before that). Without
# dropout the loss on kept performances falls, turns and rises: each further step makes the generator worse at music that it has not heard. The dotted line
# knows nothing of the notes, one bell curve for each control; what lies below it was learned from notes.
#
# ## Your own sound
# Recordings of your own have no score. `transcribe.with_notes` listens for it (lesson 11), and then they are performances like all others. Until
# `my_folder` names a folder, the cell takes a flute, hides its score and listens.

# %%
from ddsp_helpers import transcribe

my_folder = None                                       # for instance "recordings/my clarinet"
flute = data.performances("flute", minutes=0.2, each_s=12, held_out=0.0, style=phrases.EXPRESSIVE, seed=3)
hidden = [dataclasses.replace(recording, notes=()) for recording in flute]
mine = transcribe.with_notes(data.folder(my_folder, take_s=30) if my_folder else hidden)
if not my_folder:
    print(transcribe.compare(mine[0].notes, flute[0].notes).table())
heard = mine[0].load()
listen.play(heard.samples[: 12 * heard.sample_rate], sample_rate=heard.sample_rate, label=mine[0].name)

# %% [markdown]
# Five minutes or more of them train a player, from nothing, in about as many minutes:
#
# ```python
# performances = performed.Performances.of(prepare(mine, lesson.folder("mine")))
# history = training.fit(models.PlayerSpec(name="mine"), performances, out=lesson.folder("my run"), minutes=10)
# player = models.load_player(history.best_path)
# ```
#
# ## Recap
# - A performance data set knows its notes; six numbers a note and the way of the pitch are measured in it.
# - Notes that were composed by a program teach notes that were composed by a program: musicians' recordings (URMP, your own) teach more.
# - A pitch is drawn from a density, frame after frame; its loss is a negative log-likelihood, and the mean would be a straight line.
# - Controls do what their names say only if that is part of the loss.
# - Figures say whether this performance came back; ears say whether it is a good one.
#
# | what can go wrong | what to do |
# |---|---|
# | a control moves two lanes | a style in which the two are independent; more weight on obedience |
# | the pitch wanders off | a lower temperature; check the notes of the recordings |
# | every phrase the same | the expression generator has few notes: more recordings, dropout, `express(..., temperature=0.5)` |
# | notes begin too late | the transcription is late: compare it with a score |

# %%
quiz.recap("12")

# %% [markdown] tags=["instructor"]
# 60 minutes. Start the training cell, then talk about the losses: it takes two minutes, the one without obedience two more. Likely wrong answers: 12.1 adds
# two logarithms, 12.2 uses np.roll (the first frame then sees the last one). Slow machines: everything works with fewer steps, and with the shipped
# player in place of the trained one (`player = shipped`). Without a network: the violin and the flute are in the offline pack.

# %% [markdown] tags=["footer"]
# Sound: violin and flute notes of VSCO 2 Community Edition (CC BY 3.0), recombined; soundfont TimGM6mb (T. Brechbill, GPL 2); melody: A. Dvořák, 1893. References:
# Y. Wu and others, MIDI-DDSP: Detailed Control of Musical Performance via Hierarchical Modeling, ICLR 2022; B. Li and others, URMP, IEEE Transactions on
# Multimedia 2019; T. Salimans and others, PixelCNN++, ICLR 2017 (mixtures of logistics); X. Mao and others, Least Squares Generative Adversarial Networks,
# ICCV 2017.
