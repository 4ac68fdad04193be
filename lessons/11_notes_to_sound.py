# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 11 MIDI-DDSP: notes to sound
# Bach wrote the notes and nothing else. Hear a violin decide how to play each of them, then overrule it, note by note.

# %% [markdown] tags=["badges"]
# Read 20 · do 20 · play 20 min · CPU 1 min

# %% [markdown]
# **You will be able to** read and edit the six numbers that say how a note is played · take a recorded phrase apart into notes, expression and
# controls, and put it together changed · find the level on which a performance went wrong.
#
# **Needs** lessons 03 (harmonics), 04 (filtered noise) and 06 (pitch) · a trained player: one ships with the course · GPU: no.

# %% tags=["setup"]
# set-up

# %% [markdown]
# ## Play first
# The soprano of a chorale by Bach: fourteen notes, each with a pitch, a beginning and a length. The *score* says nothing more, and played as it stands
# every note is like every other one. A *player* chooses for each note how loud, how bright, with how much vibrato. The third performance overrules it
# by a rule of three lines: the higher, the louder and the brighter, and only long notes swing. A player works on three levels, and you can step in on
# each: notes → *expression* → *controls* → sound.

# %%
import numpy as np
from ddsp_helpers import assets, audio, data, expression, midi, models, perform, units, widgets
from ddsp_helpers.classroom import check, listen, plots, quiz
from ddsp_helpers.classroom.sketches import excerpt

player = models.load_shipped_player("violin")
notes = [note for note in midi.chorale("bwv66.6")[0].notes if note.end_s < 8]
plain = perform.constant_expression(player, notes)
table = perform.express(player, notes, temperature=0.5)
print(f"{len(notes)} notes:", *(units.midi_to_note(round(note.midi)) for note in notes))

# %%
def play(table):
    return perform.synthesize(player, perform.controls(player, table))

height = (table["midi"] - table["midi"].min()) / np.ptp(table["midi"])     # 0 lowest, 1 highest
overruled = table.assign(volume=1.0 + 0.3 * height, brightness=0.2 + 0.2 * height,
                         vibrato=np.where(table["duration_s"] > 0.5, 0.5, 0.0))
listen.in_step([("every note alike", play(plain)), ("as the player chooses", play(table)),
                ("overruled", play(overruled))])

# %%
quiz.predict("11")

# %% [markdown] tags=["instructor"]
# 60 minutes: 10 to play and predict, 15 at the piano roll in pairs (one draws, one closes the eyes and says which note changed), 15 for the way
# back, 20 for exercises. Likely wrong answers: 11.1 takes the decibels of the mean; 11.2 gives twice the extent, from lowest to highest; 11.3 rises
# by the same step for long and short notes. Nothing here needs a network once the chorales and the violin are cached.

# %% [markdown]
# ## Notes to expression: six numbers a note
# MIDI-DDSP (Wu et al., 2022) writes *how* a note is played as six numbers, its *expression*; with the note itself they are one row of an
# *expression table*. Each is *defined by a measurement*, so that what was asked for and what was played can be compared. The *expression
# generator*, a small recurrent network, reads the whole line and says for row after row how likely each value is, in view of the rows before. At
# `temperature=0` every note gets its likeliest row, which is close to the average; above, the rows are drawn.
#
# $$p(e_1, \dots, e_N \mid \text{notes}) = \prod_{i=1}^{N} p(e_i \mid e_1, \dots, e_{i-1}, \text{notes})$$
#
# $e_i$: the six numbers of note $i$, without unit, mostly 0 to 1 · $N$: number of notes. In a table of formulas:
#
# | column | measured as | more of it is |
# |---|---|---|
# | `volume` | $\overline{a}\,/\,60 + 1.5$ | louder; 0.1 is 6 dB |
# | `fluctuation` | $2.5\,\sigma(a)\,/\,60$ | more swelling and fading within the note |
# | `peak_position` | place of the largest $a$ | loudest later: 0 at its beginning, 1 at its end |
# | `vibrato` | $10 \max_{3 \dots 9\,\mathrm{Hz}} \lvert D \rvert \,/\, M$ | a wider swing of the pitch; a sine of $\pm s$ semitones gives $2.5\,s$ |
# | `brightness` | $5\,\overline{\kappa}\,/\,60$ | more of the high harmonics |
# | `attack_noise` | $\overline{b}\,/\,40 + 2.625$ in the first 40 ms | a scratchier beginning |
#
# $a$: level of the harmonics, dB · bar and $\sigma$: mean and standard deviation over the note's frames · $D$: FFT of the pitch's way from the
# note, semitones, under a Hann window · $M$: number of frames · $\kappa = \sum_k k\,c_k$: centre of the harmonics · $b$: level of the noise, dB.
# `velocity` is how strongly a MIDI key was struck, 0 to 1; this score does not say.

# %%
names = [units.midi_to_note(round(pitch)) for pitch in table["midi"]]
table.round(2).assign(midi=names).rename(columns={"midi": "note"})

# %% [markdown]
# In the *piano roll* the same table is seen: notes above, a lane for each number below. Drag across a lane to paint it, drag notes to move them;
# *Play* is a plain tone at once, *Render* asks the player, and lets you switch between before and after. Try: no vibrato at all, then all of it on
# the last note.

# %%
roll = widgets.PianoRoll(table, render=play, title="Bach, and how it is played")
roll

# %% [markdown]
# ## Expression to controls: a pitch that is drawn
# The synthesizers want curves, fifty numbers a second and more. The *pitch generator* says for every frame how far the pitch may lie from the note:
# not one number but a *distribution*, a mixture of bell-shaped curves. One value is drawn from it and fed back, so glides, intonation and vibrato
# come out a little different each time, as a player's do. The *temperature* is how far from the likeliest a draw may go; the *seed* makes it
# repeatable. A second network reads table and pitch and says amplitude, harmonics and noise, and nothing in it is left to chance.
#
# $$p(d_m \mid d_1, \dots, d_{m-1}) = \sum_{j=1}^{4} w_j\, \mathrm{Logistic}(d_m;\, \mu_j, s_j), \qquad f_{0,m} = 440 \cdot 2^{(n + d_m - 69)/12}$$
#
# $d_m$: way of the pitch from the note in frame $m$, semitones · $w_j$, $\mu_j$, $s_j$: share, centre and width of curve $j$; centre and width in
# semitones · $n$: the note, MIDI number · $f_{0,m}$: Hz.

# %%
pair = perform.express(player, [data.Note(0.0, 0.6, 69.0), data.Note(0.6, 2.4, 74.0)])
pair = pair.assign(volume=1.2, vibrato=[0.1, 0.5])               # 0.5: 20 cents to either side
drawn = {f"temperature {temperature}, seed {seed}":
         perform.controls(player, pair, temperature=temperature, seed=seed)
         for temperature, seed in ((0, 0), (1, 0), (1, 1))}
at = np.arange(36, 150)                                          # frames of the second note
cents = {name: 100 * (units.hz_to_midi(controls["f0_hz"][0, at, 0]) - 74) for name, controls in drawn.items()}
display(plots.lines(at / 50, cents, x_label="time (s)", y_label="cents from D5",
                    title="One long note, drawn three times"))
listen.several({name: perform.synthesize(player, controls) for name, controls in drawn.items()})

# %% [markdown]
# *What did you see?* At temperature 0 every frame takes its likeliest pitch, and every performance is the same. Above it each seed has its own:
# vibratos of about one width, out of step, each a little out of tune in its own way. That was the prediction.
#
# Does the player do what the table says? Ask for less and for more of each number, measure what is played by the formulas above, and see which
# share of the difference arrives. A bar at 1 obeys.

# %%
def arrives(name, step=0.15):
    asked = [table.assign(**{name: table[name].mean() + way}) for way in (-step, step)]
    played = [expression.measure(perform.controls(player, one), notes)[name].mean() for one in asked]
    return (played[1] - played[0]) / (2 * step)

plots.bars({name: arrives(name) for name in expression.EXPRESSION}, y_label="played / asked for",
           title="Does it obey?")

# %% [markdown]
# *What did you see?* A short bar is a number that the player follows only half-heartedly: it bends what you ask for towards what goes together in
# what it has heard.
#
# **What it has heard** is real single notes of a violin, recombined into phrases by a program, so that every onset is known exactly. Each note was
# recorded at *one* strength; softer ones are the same notes turned down and dulled, part of the vibrato was added, and how notes follow one another
# was composed, not played by a musician. It knows no bow that really whispers, and it will not shape a phrase: that is left to you. (The published
# model learned from musicians: 13 instruments of the URMP recordings.)

# %% [markdown]
# ## Controls to sound, and back
# The last level is lessons 03 and 04: harmonics and filtered noise, and nothing in it is learned. So it can be walked backwards. Read the spectrum
# of a recording at the multiples of its pitch, and you have the harmonics; what lies between them is the noise (Serra, Smith, 1990). The published
# model trains a network for this step; measuring needs none. From the curves follow the six numbers of each note: a recording has become a table,
# and a table can be edited.
#
# $$a_{m,k} = \frac{2}{\sum_i h_i}\, \big\lvert X_m(k f_{0,m}) \big\rvert, \qquad A_m = \sum_k a_{m,k}, \qquad c_{m,k} = \frac{a_{m,k}}{A_m}$$
#
# $X_m(f)$: spectrum of frame $m$ at frequency $f$ (Hz) under a Hann window $h_i$ · $a_{m,k}$: amplitude of harmonic $k$ · $A_m$: amplitude ·
# $c_{m,k}$: harmonic distribution.

# %%
phrase = data.performances("violin", minutes=0.2, each_s=10, held_out=0.0, seed=3)[0]
recording = excerpt(phrase.load(), 0, 8)
score = [note for note in phrase.notes if note.end_s < 8]        # without a score: notes=None finds them
heard = perform.hear(recording, spec=player.model_spec.synth, notes=score)
harmonics = heard.controls["amplitude"] * heard.controls["harmonic_distribution"]
display(plots.heatmap(harmonics[..., :16], frame_rate=50, y_label="harmonic", title="What was measured"))
heard.table.round(2)

# %%
edited = heard.table.copy()
edited["vibrato"] = 0.8                                          # ± 32 cents on every note
edited["brightness"] -= 0.05
edited["peak_position"] = np.where(edited["duration_s"] > 0.6, 0.9, 0.2)   # long notes swell
listen.several({"1 the recording": recording,
                "2 its controls, played again": perform.synthesize(player, heard.controls),
                "3 its table, played by the player": play(heard.table),
                "4 the table, edited": play(edited)})

# %% [markdown]
# *What did you hear?* From 1 to 2 little is lost: 167 numbers a frame say nearly all. From 2 to 3 ten numbers a note must do: melody,
# dynamics and manner stay, and within each note the player makes up what the table does not say. In 4 somebody else plays the same notes: you.

# %% [markdown]
# ## Exercise 11.1 (easy): the volume of a note
# Write `volume(amplitude)`: `amplitude` holds the amplitudes of the frames of one note, `[frames]`, all above 0. Return its `volume` by the formula
# above: the mean level in dB, over 60, plus 1.5.

# %% tags=["exercise"]
def volume(amplitude):
    # BEGIN SOLUTION
    #: return ...
    return np.mean(20 * np.log10(amplitude)) / 60 + 1.5
    # END SOLUTION

check.ex11_1(volume)

# %% [markdown] tags=["hints"]
# How many dB is an amplitude of 0.1? (Lesson 01.)
# ---
# $20 \log_{10}$ of every frame first, then the mean.
# ---
# `np.mean(20 * np.log10(amplitude))`, then `/ 60 + 1.5`

# %% [markdown]
# ## Exercise 11.2 (core): measure a vibrato
# Write `my_vibrato(f0_hz, frame_rate)`: `f0_hz` is the pitch of one note, `[frames]`, Hz, which may also drift slowly; `frame_rate` is frames per
# second. Return two numbers: how often it swings (Hz, between 3 and 9) and how far to either side of its middle (cents).

# %% tags=["exercise"]
def my_vibrato(f0_hz, frame_rate):
    # BEGIN SOLUTION
    #: return ...
    cents = 1200 * np.log2(f0_hz / np.median(f0_hz))
    window, size = np.hanning(len(cents)), 8 * len(cents)        # zeros behind: a finer scale of frequencies
    swing = 2 * np.abs(np.fft.rfft((cents - cents.mean()) * window, size)) / window.sum()
    hz = np.fft.rfftfreq(size, 1 / frame_rate)
    swing[(hz < 3) | (hz > 9)] = 0
    return hz[np.argmax(swing)], swing.max()
    # END SOLUTION

check.ex11_2(my_vibrato)

# %% [markdown] tags=["hints"]
# A vibrato is a sine in the pitch. What finds a sine in a curve, and in which unit should the curve be?
# ---
# Cents around the median, a Hann window, `np.fft.rfft`; look only at 3 to 9 Hz. `np.fft.rfftfreq(n, 1 / frame_rate)` gives the frequencies.
# ---
# The rate is the frequency of the largest value; the extent is `2 * abs(...) / window.sum()` there (as in lesson 03).

# %% [markdown]
# ## Exercise 11.3 (stretch): a crescendo
# Write `crescendo(table, rise)`: return a *copy* of an expression table in which `volume` is higher by `rise` at the last onset, by nothing at the
# first, and in between in proportion to the time. A louder string is a brighter one, so let `brightness` rise by a third as much. Add to what is
# there; everything else stays.

# %% tags=["exercise"]
def crescendo(table, rise):
    # BEGIN SOLUTION
    #: return ...
    onset_s = table["onset_s"]
    share = (onset_s - onset_s.iloc[0]) / (onset_s.iloc[-1] - onset_s.iloc[0])
    louder, brighter = table["volume"] + rise * share, table["brightness"] + rise * share / 3
    return table.assign(volume=louder, brightness=brighter)
    # END SOLUTION

check.ex11_3(crescendo, play)

# %% [markdown] tags=["hints"]
# Where between the first onset and the last does a note begin, as a share from 0 to 1?
# ---
# `share = (onset_s - first) / (last - first)`; a column of a table can be computed with as a whole.
# ---
# `table.assign(volume=table["volume"] + rise * share, brightness=...)` makes a copy with new columns.

# %% [markdown]
# ## Break it on purpose
# A player plays one note at a time, between its lowest and its highest, and knows the expressions it has met. First two notes at once; then a
# volume that no recording had, the chorale two octaves down, below its lowest string, and a run of 60 ms notes, for which its vibrato has no time
# and its attack no room.

# %%
chord = [data.Note(0.0, 1.0, 69.0), data.Note(0.5, 1.0, 73.0)]
try:
    perform.express(player, chord)
except ValueError as refused:
    print("As expected:", refused)
loud = perform.controls(player, table.assign(volume=3.0))
print(f"volume: asked for 3.0, played {expression.measure(loud, notes)['volume'].mean():.2f}")
run = [data.Note(0.06 * step, 0.06, 64.0 + step) for step in range(24)]
spare_ears = audio.Audio(0.1 * perform.synthesize(player, loud).samples, 16000)
listen.several({"as before": play(table), "volume 3, turned down by 20 dB": spare_ears,
                "two octaves too low": perform.play(player, midi.transpose(notes, -24)),
                "60 ms a note": perform.play(player, run)})

# %% [markdown]
# *What did you hear?* The first is refused, in words, before anything sounds: that is the kindest failure. The others are played, because a network
# always answers; what it answers outside of what it has heard is a guess. `midi.voices` splits chords into lines, `midi.fit_range` moves notes by
# octaves into a range.

# %% [markdown]
# ## Your own sound
# **A score.** Put a MIDI or MusicXML file beside this notebook and write its name below; up to four voices are played, each by a violin of its own.
# Until then: soprano and alto of the chorale.
#
# **A keyboard.** In the piano roll after it, *Play keys* makes two rows of letters a piano, and *Step by step* and *Record* write down what you
# play; a MIDI keyboard does as well. Clear it, or answer the first four notes.

# %%
my_score = None                                                  # for instance "my tune.mid"
parts = midi.read(my_score) if my_score else midi.chorale("bwv66.6")[:2]
lines = [line for part in parts for line in midi.voices(part)][:4]
mix = np.zeros(10 * 16000, np.float32)
for seed, line in enumerate(lines):
    inside = midi.fit_range([note for note in line.notes if note.end_s < 9], 55, 93)
    sound = perform.play(player, inside, seed=seed).samples if inside else mix[:0]
    mix[:len(sound)] += sound / np.sqrt(len(lines))
listen.play(mix, sample_rate=16000, label=f"{len(lines)} violins")

# %%
mine = widgets.PianoRoll(table.head(4), render=play, lowest=55, highest=90, title="Yours to play")
mine

# %% [markdown]
# **A voice.** Your notes and *how you sang them* become a table, and the violin plays it, at its own loudness and in its own octave.

# %%
voice = listen.own_sound(default=assets.voice("vocadito_14"))
voice

# %%
sung = excerpt(voice.audio, 0, 8)
heard = perform.hear(sung, spec=player.model_spec.synth)
print(str(heard.report).splitlines()[0])                         # the rest names doubtful notes
yours = heard.table.copy()
yours["midi"] += 12 * np.round((table["midi"].mean() - yours["midi"].mean()) / 12)  # its octave
for name in ("volume", "brightness", "attack_noise"):            # its level and colour
    yours[name] += table[name].mean() - yours[name].mean()
listen.several({voice.name: sung, "the violin, in your manner": play(yours)})

# %% [markdown]
# ## Recap
# - Notes, expression, controls, sound: four descriptions of one performance, each with more numbers than the one before; each can be edited.
# - The six numbers are measurements, so a player can be asked whether it obeyed.
# - Pitch is drawn from a distribution: temperature is how far it may stray, the seed repeats it.
# - Measuring goes the way back, from sound to curves to table, without a network.
# - A player knows what its recordings had: here one violin, one strength, one note at a time.
#
# | what you hear | likely cause | what to do |
# |---|---|---|
# | every note alike | the likeliest row for each | `perform.express(…, temperature=0.5)`, or paint the lanes |
# | out of tune, restless | temperature too high | 0.5 or less |
# | a buzz on high or low notes | outside of its range | `midi.fit_range` |
# | it ignores a lane | recordings without that difference | measure what arrives; lesson 12 trains with other recordings |
# | notes that stumble | a wrong transcription | give `notes`, if there is a score |

# %%
quiz.recap("11")

# %% [markdown] tags=["footer"]
# **Sounds and scores.** Violin: VSCO 2 Community Edition, through the tonejs-instruments packs (CC BY 3.0), recombined; voice: vocadito (R.
# Bittner and others, CC BY 4.0), phrase 14. Chorale: J. S. Bach, encoded by Margaret Greentree, distributed with music21.
# **Read on.** Wu, Manilow, Deng, Swavely, Kastner, Cooijmans, Courville, Huang, Engel: *MIDI-DDSP: Detailed Control of Musical Performance via Hierarchical Modeling* (ICLR 2022), arXiv
# 2112.09312 · Serra, Smith: *Spectral modeling synthesis* (1990), doi 10.2307/3680788.
