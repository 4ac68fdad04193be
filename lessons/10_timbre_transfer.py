# %% [markdown]
# # 10 Timbre transfer
# Sing, and hear a violin, a flute, a trumpet and a saxophone play what you sang.

# %% [markdown] tags=["badges"]
# Read 15 · do 20 · play 15 min · CPU 2 min

# %% [markdown]
# **You will be able to** move a voice into the range of an instrument · say why a transfer sounds wrong and repair it · measure whether the
# melody survived.
#
# **Needs** lesson 06 (pitch and loudness) and a trained instrument: four ship with the course · GPU: no.

# %% tags=["setup"]
# set-up

# %% [markdown]
# ## Play first
# A real singer (vocadito, phrase 10), and the same phrase on four instruments that have never heard a human voice.

# %%
import numpy as np
from ddsp_helpers import assets, audio, features, models, transfer, units
from ddsp_helpers.classroom import check, listen, plots, quiz

voice = audio.load(assets.voice("vocadito_10"))
heard = features.extract(voice.samples, sample_rate=voice.sample_rate)
names = ("violin", "flute", "trumpet", "saxophone")
instruments = {name: models.load_instrument(name) for name in names}
played = {name: transfer.transfer_features(heard, model=model) for name, model in instruments.items()}
listen.several({"the voice": voice, **played})

# %%
quiz.predict("10")

# %% [markdown]
# ## What is taken from the voice, and what is left
# Two curves are taken: pitch and loudness, fifty times a second. Everything else, the vowels, the breath, the person, is left behind.
# An instrument model turns the two curves into controls of its synthesizers, as it did for its own recordings.
# But it has heard *its* pitches and *its* loudness only, and outside of them it guesses.
#
# $$\text{sound} = \text{synth}\big(\text{decoder}(f_0(t), \ell(t))\big)$$
#
# $f_0(t)$ is the pitch (Hz) and $\ell(t)$ the loudness (dB) at time $t$ (s).

# %%
violin = instruments["violin"].statistics
midi = units.hz_to_midi(heard.f0_hz)
sung = midi[heard.f0_confidence > 0.7]
print(f"the voice: {units.midi_to_note(sung.min())} to {units.midi_to_note(sung.max())}")
for name, model in instruments.items():
    low, high = model.statistics.pitch_midi_notes.minimum, model.statistics.pitch_midi_notes.maximum
    print(f"{name}: {units.midi_to_note(low)} to {units.midi_to_note(high)}")
plots.features(heard, title="All that is taken from the voice")

# %% [markdown]
# ## Into its range: octaves
# Much of a man's voice lies below the lowest string of a violin, a G3 (196 Hz). Shifting by a whole number of octaves keeps the melody and its key.
# The rule that this package uses tries every octave, and takes the one that leaves the range of the instrument least;
# where several stay inside, the one nearest to its mean.
#
# $$f_0' = 2^{o} f_0, \qquad o = \arg\min_o \; \overline{\max(0,\, m_{\min} - m - 12 o,\, m + 12 o - m_{\max})}$$
#
# $o$ is the number of octaves, $m$ the pitch of the voice (MIDI), $m_{\min}$ and $m_{\max}$ the range of the instrument (MIDI); the bar is the mean over notes.

# %%
octaves = {name: transfer.choose_octave(sung, model.statistics) for name, model in instruments.items()}
print(octaves)
too_low = transfer.Settings(octave=octaves["violin"] - 2)
low = transfer.transfer_features(heard, model=instruments["violin"], settings=too_low)
listen.several({"in its range": played["violin"], "two octaves too low": low})

# %% [markdown]
# *What did you hear?* Below its lowest string the model must guess: it extrapolates, and the sound loses its violin.

# %% [markdown]
# ## Into its loudness: quantiles
# A singer's loudness has another range and another shape than a bow's. Mean and width could be matched, but the shapes would still differ.
# So every loudness is replaced by the one that is *as rare* in the instrument's recordings: the softest tenth becomes the softest tenth.
# Rises stay rises, because the map never falls.
#
# $$\ell' = Q_\text{instrument}\big(F_\text{voice}(\ell)\big)$$
#
# $F_\text{voice}$ tells which share of the voice's notes is softer than $\ell$ (dB), and $Q_\text{instrument}$ which loudness (dB) that share of the
# instrument's notes stays below.

# %%
moved = played["violin"].adjusted
matched = {"the voice": heard.loudness_db, "what the violin is asked for": moved.features.loudness_db}
curves = plots.lines(heard.times_s, matched, x_label="time (s)", y_label="loudness (dB)",
                     title="Before and after")
on = moved.note_mask
shapes = {"voice": heard.loudness_db[on], "asked for": moved.features.loudness_db[on],
          "violin": np.array(violin.loudness_quantiles_db)}
display(curves, plots.histogram(shapes, x_label="loudness (dB)", title="The shapes agree now"))

# %% [markdown]
# ## Where a note is: the mask
# Between notes there is breath, and a tracker that must name a pitch names a wrong one. A score says how much each frame is a note.
# Frames below the threshold are turned down, and the pitch glides through them from note to note.
#
# $$s = \overline{c^2} \cdot \frac{\ell - \ell_\min}{\bar\ell - \ell_\min} \cdot \frac{1}{0.7^2}$$
#
# $c$ is the tracker's confidence (0 to 1), the bar over it a moving average, $\ell$ the loudness and $\bar\ell$ its mean (dB), $\ell_\min$ that of
# silence. A note is where $s \geq$ `threshold`.

# %%
mask = np.where(moved.note_mask, 1.0, 0.0)
sure = {"confidence": heard.f0_confidence, "note": mask}
display(plots.lines(heard.times_s, sure, x_label="time (s)", y_label="0 to 1", title="Where notes are"))
settings = transfer.Settings(threshold=1.3, quiet_db=40)
strict = transfer.transfer_features(heard, model=instruments["violin"], settings=settings)
listen.ab(played["violin"], strict, labels=("threshold 1", "threshold 1.3"))

# %% [markdown]
# ### Do you really hear it?
# Who knows what to hear, hears it. In a blind test X is A or B, drawn anew each time, and you say which. Whoever only guesses $n$ times is right $k$ times
# or more with probability $p$; below 0.05 nobody believes any longer that you guessed. Try it, then read the result.
#
# $$p = \frac{1}{2^n} \sum_{j=k}^{n} \binom{n}{j}$$
#
# $n$: trials · $k$: right answers · $p$: chance of as many by guessing.

# %%
from ddsp_helpers import widgets

blind = widgets.Compare({"threshold 1": played["violin"], "threshold 1.3": strict}, abx=True, trials=8)
blind

# %%
blind.result

# %% [markdown]
# ## Did the melody survive?
# Listen again with the tracker that listened to the voice, and compare what was played with what was asked for.
# The three bars: half of the frames within 10 cents, 95 % of them within 50, and loudness that rises and falls together (correlation 0.9).

# %%
figures = {name: transfer.check(result) for name, result in played.items()}
for name, found in figures.items():
    print(f"{name:10} median {found.median_cents:4.1f} cents, {found.within_50_cents:6.1%} within 50, "
          f"loudness correlation {found.loudness_correlation:.2f}")
again = features.extract(played["violin"].audio, sample_rate=16000)
plots.pitch({"asked for": moved.features.f0_hz, "played": again.f0_hz})

# %% [markdown]
# ### Between the instruments
# All four models speak one language: f0, an amplitude, shares of harmonics, bands of noise. So there is something between a violin and a trumpet: mix their
# *controls*, then make one sound. (Mixed waveforms would be two players at once.) The four weights are bilinear in the place of the puck and sum to 1.

# %%
same = transfer.Settings(octave=octaves["violin"])               # one octave for all: only the timbre moves
asked = {name: transfer.adjust(heard, instruments[name].statistics, same).features[:250] for name in names}
widgets.XYPad({name: instruments[name].controls(asked[name].to_inputs()) for name in names})

# %% [markdown]
# ## Exercise 10.1 (easy): which octave
# A voice sings around MIDI 52, an instrument's recordings lie around MIDI 79. By how many whole octaves is the voice shifted to come as near as
# possible? Put it into `octaves_up`.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: octaves_up = ...
octaves_up = round((79 - 52) / 12)
# END SOLUTION
check.ex10_1(octaves_up)

# %% [markdown] tags=["hints"]
# How many semitones apart are they, and how many semitones has an octave?
# ---
# $(79 - 52) / 12 = 2.25$ octaves.
# ---
# The nearest whole number: `round(...)`.

# %% [markdown]
# ## Exercise 10.2 (core): as rare as
# Write `match(loudness_db, voice_db, instrument_db)`: for each value of `loudness_db` find which share of `voice_db` it stands at, and return the
# quantile of `instrument_db` at that share. Three arrays in dB in, one out, as long as the first.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: def match(loudness_db, voice_db, instrument_db):
#:     return ...
def match(loudness_db, voice_db, instrument_db):
    shares = np.linspace(0, 1, 1000)
    return np.interp(loudness_db, np.quantile(voice_db, shares), np.quantile(instrument_db, shares))
# END SOLUTION
check.ex10_2(match)

# %% [markdown] tags=["hints"]
# Draw the two sorted arrays over each other: same height in the order, same share.
# ---
# `np.quantile(voice_db, shares)` and `np.quantile(instrument_db, shares)` for the same `shares` are the points of the map.
# ---
# `np.interp(loudness_db, points_of_the_voice, points_of_the_instrument)`

# %% [markdown]
# ## Exercise 10.3 (stretch): autotune
# Write `autotune(midi, amount)`: pull each pitch towards the nearest whole note; `amount` 0 changes nothing, 1 puts it exactly there.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: def autotune(midi, amount):
#:     return ...
def autotune(midi, amount):
    return midi + amount * (np.round(midi) - midi)
# END SOLUTION
check.ex10_3(autotune)

# %% [markdown] tags=["hints"]
# How far is each pitch from its note, with its sign?
# ---
# `np.round(midi) - midi` is the way that is left; walk the part `amount` of it.
# ---
# `midi + amount * (...)`. The package's own version also finds the key and the tuning of the singer first.

# %%
tuned = {f"autotune {amount:g}": transfer.transfer_features(heard, model=instruments["flute"],
                                                           settings=transfer.Settings(autotune=amount))
         for amount in (0.0, 0.5, 1.0)}
listen.several(tuned)

# %% [markdown]
# ## Break it on purpose
# Take everything away that made the voice fit: no octave, no loudness map, no mask.

# %%
bare = transfer.Settings(octave=0, match_loudness=False, threshold=0.0, quiet_db=0.0)
listen.several({"with the recipe": played["trumpet"],
                "without": transfer.transfer_features(heard, model=instruments["trumpet"], settings=bare)})

# %% [markdown]
# *What did you hear?* Every breath became a note, and the trumpet was asked for pitches and levels that no trumpet has.

# %% [markdown]
# ## Your own sound
# Record yourself, or upload a file; then run the cell below it. Until then it plays another singer. One voice, no accompaniment, close to the microphone.

# %%
mine = listen.own_sound(default=assets.voice("vocadito_14"))
mine

# %%
me, me_rate = mine.audio.samples[: 12 * mine.audio.sample_rate], mine.audio.sample_rate
tuned = transfer.Settings(autotune=0.2)
result = transfer.transfer(me, sample_rate=me_rate, model=instruments["saxophone"], settings=tuned)
print(*result.adjusted.remarks, sep="\n")
listen.several({"you": audio.Audio(me, me_rate), "saxophone": result})

# %% [markdown]
# ## Recap
# - A transfer keeps pitch and loudness and leaves the rest; the instrument fills it with what it has learned.
# - Octaves move the melody into the instrument's range, quantiles move the loudness into its dynamics.
# - The mask says where notes are; between them the sound is turned down and the pitch is bridged.
# - Whether the melody survived can be measured: track the result again.
# - A voice is a person's: transfer your own, or one whose singer agreed.
#
# | what can go wrong | what to do |
# |---|---|
# | jumps by an octave | a cleaner recording; CREPE full; see lesson 06 |
# | chirps between words | a higher threshold, more quiet decibels |
# | dull, or shouting | `loudness_shift_db` up, or down |
# | two voices at once | record one voice at a time |

# %%
quiz.recap("10")

# %% [markdown] tags=["instructor"]
# Let someone sing live: it is the moment that people remember. Without a microphone, a phone recording uploaded as a file does as well. Likely wrong
# answer in 10.1: 3, by rounding up.

# %% [markdown] tags=["footer"]
# Sound: vocadito (R. Bittner and others, CC BY 4.0), sung phrases 10 and 14; instruments: see their model cards. Reference: J. Engel, L. Hantrakul, C. Gu,
# A. Roberts, DDSP: Differentiable Digital Signal Processing, ICLR 2020.
