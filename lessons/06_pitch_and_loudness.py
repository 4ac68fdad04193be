# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 06 Pitch and loudness
# A singer becomes two curves. At the end you will have heard those two curves alone sing the song, and caught them lying.

# %% [markdown] tags=["badges"]
# Read 15 · do 25 · play 10 min · runs in 1 min on a CPU

# %% [markdown]
# **You will be able to** extract pitch and loudness from a recording · say what the numbers mean and how sure they are · recognise the sounds on
# which they lie.
#
# **Needs** lesson 02 (spectra); lesson 01 for dB. GPU: no.

# %% tags=["setup"]
# (set-up)

# %% [markdown]
# ## Play first
# Here is a voice, and below it a plain tone that was told only two things, fifty times a second: how high, and how loud.
# Everything else, the words, the breath, the person, is gone.

# %%
import numpy as np
from ddsp_helpers import assets, audio, features, units
from ddsp_helpers.classroom import check, listen, plots, quiz
from ddsp_helpers.classroom.sketches import sing

voice = audio.load(assets.voice("vocadito_14"), sample_rate=16000)
found = features.extract(voice.samples, sample_rate=16000)
listen.several({"the voice": voice, "its two curves, sung by a plain tone": sing(found)})

# %%
plots.features(found, title="What was heard in the voice")

# %%
quiz.predict("06")

# %% [markdown] tags=["instructor"]
# 50 minutes. Let the room sing one note together first: thirty voices, one f0? The likely wrong answer in 06.2 is the peak at lag 0. Without a
# network everything here still runs once the sounds are cached.

# %% [markdown]
# ## A pitch is a repetition
# A sung vowel repeats itself: shift the wave by one period and it lies on top of itself again. The *autocorrelation* measures how well it fits for
# every shift. Its first high peak after lag zero is the period, and its inverse is the fundamental frequency. Half a century of pitch trackers
# (autocorrelation, YIN, pYIN) refine this one idea.
#
# $$r(\tau) = \sum_t x(t)\,x(t+\tau), \qquad f_0 = \frac{f_s}{\tau^*}$$
#
# $x$: the samples of one frame · $\tau$: the shift, in samples · $r$: the autocorrelation · $\tau^*$: the shift of the first high peak ·
# $f_s$: sample rate, Hz · $f_0$: fundamental frequency, Hz.

# %%
start = int(2.5 * 16000)
frame = voice.samples[start:start + 1024]                       # 64 ms
r = np.array([np.sum(frame[:600] * frame[lag:lag + 600]) for lag in range(400)])
period = 40 + np.argmax(r[40:])                                 # below 40 samples it would be above 400 Hz
print(f"period {period} samples: f0 = {16000 / period:.1f} Hz")
plots.lines(np.arange(400), {"autocorrelation": r / r[0]}, x_label="shift (samples)", y_label="r / r(0)",
            title="A vowel fits onto itself every period")

# %% [markdown]
# *What did you see?* A second peak at twice the period, nearly as high. A tracker that takes it sings an octave too low: the classic *octave error*.

# %% [markdown]
# ## A network that has heard many voices
# CREPE looks at 1024 samples and answers with 360 numbers: how likely is each pitch, 20 cents apart, from 31.7 to 2005.5 Hz? Its confidence is the largest
# of them near the pitch that it names. A *Viterbi* path through all frames forbids wild jumps. SwiftF0 is a smaller network on a spectrogram; the two rarely make the same mistake.
#
# $$c = 1200 \log_2 \frac{f}{10\ \mathrm{Hz}}, \qquad \hat c = \frac{\sum_i p_i c_i}{\sum_i p_i}$$
#
# $f$: frequency, Hz · $c$: the same in cents (100 to a semitone) · $p_i$: likelihood of bin $i$ near the peak · $c_i$: its pitch, cents ·
# $\hat c$: the estimate, cents.

# %%
crepe = features.f0(voice.samples, sample_rate=16000, method="crepe-tiny")
swift = features.f0(voice.samples, sample_rate=16000, method="swiftf0")
tracks = {"CREPE": crepe.f0_hz, "SwiftF0": swift.f0_hz}
sure = {"CREPE": crepe.confidence, "SwiftF0": swift.confidence}
both = (crepe.confidence > 0.6) & (swift.confidence > 0.6)
apart = np.abs(units.hz_to_cents(crepe.f0_hz[both], swift.f0_hz[both]))
print(f"where both are sure they are {np.median(apart):.0f} cents apart (median), and further than 50 in "
      f"{100 * np.mean(apart > 50):.0f} % of the frames")
plots.pitch(tracks, confidence=sure, at_least=0.6, title="Two trackers, one voice")

# %%
listen.ab(sing(found), sing(found.replace(f0_hz=swift.f0_hz, f0_confidence=swift.confidence)),
          labels=("CREPE", "SwiftF0"))

# %% [markdown]
# *What did you hear?* Where both are sure they agree. Listen to the ends of words: CREPE still sings where SwiftF0, no longer sure, is silent. Where
# neither is sure their pitches lie octaves apart, and only the confidence spares you that: a pitch without it is worth nothing.

# %% [markdown]
# ### Mend it by hand
# The white line is where CREPE is sure; the grey dots are guesses, and stay silent. *Next unsure* goes to the next gap in a tone, *Interpolate* bridges it in
# semitones, and where you hear another pitch than you see, draw it: it sounds while you draw. *Undo* takes everything back. Then run the cell below.

# %%
from ddsp_helpers import widgets

part = slice(100, 350)                                          # frames: seconds 2 to 7
excerpt = audio.Audio(voice.samples[2 * 16000:7 * 16000], 16000)
editor = widgets.F0Editor(excerpt, crepe.f0_hz[part], crepe.confidence[part], frame_rate=50, threshold=0.6)
editor

# %%
mended = found[part].replace(f0_hz=editor.f0_hz, f0_confidence=editor.confidence)
print(f"{editor.edited.sum()} of {len(mended)} frames are yours")
listen.ab(sing(found[part]), sing(mended), labels=("as tracked", "as you mended it"))

# %% [markdown]
# ## Loud is not the same as strong
# Ears hear 100 Hz about 19 dB weaker than 1 kHz. *A-weighting* imitates that: each bin of the spectrum counts as much as an ear would let it. Loudness is the mean
# of the weighted power, in dB; it follows what a player means by *forte*. It is still a simple model: no masking, no memory.
#
# $$L_n = 10 \log_{10}\Big(\frac{1}{K}\sum_k 10^{A(f_k)/10}\,|X_n(k)|^2\Big)$$
#
# $X_n(k)$: spectrum of frame $n$ (Hann window, 512 samples at 16 kHz) · $K$: bins · $A(f_k)$: A-weighting at the frequency of bin $k$, dB ·
# $L_n$: loudness, dB, not below −80.

# %%
time_s = np.arange(16000) / 16000
tones = {f"{hz} Hz": 0.1 * np.sin(2 * np.pi * hz * time_s) for hz in (100, 300, 1000, 3000)}
for name, x in tones.items():
    loudness_db = features.extract(x, sample_rate=16000, pitch="swiftf0").loudness_db[25]
    print(f"{name:>8}: level {audio.rms_db(x):6.1f} dB, loudness {loudness_db:6.1f} dB")
listen.several(tones, sample_rate=16000)

# %% [markdown]
# *What did you hear?* Four tones of one level. If the first is hardly there, your ears (or your loudspeakers) are A-weighted too.

# %% [markdown]
# ## Exercise 06.1 (easy): from a period to a note
# At 16 kHz a flute repeats itself every 36.36 samples. What is its fundamental frequency in Hz, and how many cents does it lie above A4 (440 Hz)?

# %% tags=["exercise"]
# BEGIN SOLUTION
#: f0_hz = ...
#: cents = ...
f0_hz = 16000 / 36.36
cents = 1200 * np.log2(f0_hz / 440)
# END SOLUTION
check.ex06_1(f0_hz, cents)

# %% [markdown] tags=["hints"]
# How many periods fit into one second, that is into 16 000 samples?
# ---
# An octave, a factor of two, is 1200 cents. Which function turns factors into sums?
# ---
# `cents = 1200 * np.log2(f0_hz / 440)`

# %% [markdown]
# ## Exercise 06.2 (core): your own pitch tracker
# Write a function that takes one frame `[1024]` at `sample_rate` (Hz) and returns its fundamental frequency in Hz by autocorrelation. Look for pitches between 60
# and 1000 Hz. The check plays known tones to it, some with a weak fundamental.

# %% tags=["exercise"]
def my_f0(frame, sample_rate):
    # BEGIN SOLUTION
    #: return ...
    lags = np.arange(sample_rate // 1000, sample_rate // 60)
    n = len(frame) - lags[-1]                                   # the same number of products for every shift
    r = np.array([np.sum(frame[:n] * frame[lag:lag + n]) for lag in lags])
    high = np.flatnonzero(r > 0.85 * r.max())                   # the tops of all high peaks
    first = high[high < high[0] + 8]                            # of the first one
    return sample_rate / lags[first[np.argmax(r[first])]]
    # END SOLUTION

check.ex06_2(my_f0)

# %% [markdown] tags=["hints"]
# Which shifts belong to 1000 Hz and to 60 Hz? Only those compete; at shift zero everything fits.
# ---
# Give every shift the same number of products, or long shifts lose because they sum fewer of them.
# ---
# The highest peak may be the second or third period, an octave or more too low. Take the *first* lag whose `r` is above `0.85 * r.max()`, and from
# there climb to the top of that peak.

# %% [markdown]
# ## Exercise 06.3 (stretch): mend a track
# `f0_hz` and `confidence` are `[frames]`. Where confidence is below 0.5, draw a straight line *in semitones* between the sure neighbours
# (and hold the first and last sure pitch at the ends). Return f0 in Hz, `[frames]`.

# %% tags=["exercise"]
def mend(f0_hz, confidence):
    # BEGIN SOLUTION
    #: return ...
    sure, at = confidence >= 0.5, np.arange(len(f0_hz))
    midi = np.interp(at, at[sure], units.hz_to_midi(f0_hz[sure]))
    return units.midi_to_hz(midi)
    # END SOLUTION

check.ex06_3(mend)

# %% [markdown] tags=["hints"]
# Halfway between A3 and A4 a musician hears D#4 (311 Hz), not 330 Hz. On which scale is that the middle?
# ---
# `np.interp(x, known_x, known_y)` draws straight lines and holds the ends.
# ---
# Interpolate `units.hz_to_midi(f0_hz[sure])` over the frame numbers, then go back with `units.midi_to_hz`.

# %% [markdown]
# ## Break it on purpose
# Two people sing at once; a voice whispers (noise stands in for it); a bell rings, whose partials are not whole multiples of anything. The tracker still answers every time. Watch the confidence: it falls for the whisper,
# but for two voices it may stay high while the pitch jumps between them. No number says "this question has no answer".

# %%
whisper = audio.match_level(np.random.default_rng(0).normal(size=32000), voice.samples)
duet = voice.samples[16000:48000] + audio.resample(voice.samples, from_hz=20000, to_hz=16000)[16000:48000]
bell = sum(np.sin(2 * np.pi * 220 * k * np.arange(32000) / 16000) for k in (1, 2.76, 5.4)) / 12
lies = {"whisper": whisper, "duet": 0.5 * duet, "bell": bell}
heard = {name: features.f0(np.float32(x), sample_rate=16000) for name, x in lies.items()}
pitches = {name: track.f0_hz for name, track in heard.items()}
confidence = {name: track.confidence for name, track in heard.items()}
display(plots.pitch(pitches, confidence=confidence, title="Three lies"))
listen.several(lies, sample_rate=16000)

# %% [markdown]
# ## Your own sound
# Record five seconds or upload a file, then run the cell below it. Whistle, hum, talk, play two strings at once: where does the confidence break?
# Until you do, a sung scale stands in.

# %%
mine = listen.own_sound(assets.voice("scale"))
mine

# %%
sound = mine.audio
my_features = features.extract(sound.samples, sample_rate=sound.sample_rate)
display(plots.features(my_features, title=mine.name))
listen.ab(sound, sing(my_features), labels=(mine.name, "its two curves"))

# %% [markdown]
# ## Recap
# 1. Pitch is repetition: $f_0 = f_s / \tau^*$.
# 2. A tracker always answers; its confidence says whether to believe it.
# 3. Octave errors come from a sound that also fits onto itself at two periods.
# 4. Loudness is power weighted as an ear weights it, in dB.
# 5. Both at 50 frames a second are all a DDSP instrument hears: 100 numbers a second.
#
# | what you hear | likely cause | what to do |
# |---|---|---|
# | the melody jumps an octave | octave error | Viterbi on, narrower `f_min` … `f_max`, a larger CREPE |
# | a pitch in silence | no confidence mask | look at `f0_confidence` first |
# | a melody nobody sang | two voices, or reverberation | record one voice, close |
# | loudness follows the bass too little | A-weighting | that is what ears do |

# %%
quiz.recap("06")

# %% [markdown] tags=["footer"]
# **Sounds.** Voices: *vocadito* (CC BY 4.0); the sung scale comes with audioFlux (MIT).
# **Read on.** Kim, Salamon, Li, Bello: *CREPE* (2018), doi 10.1109/ICASSP.2018.8461329 · de Cheveigné, Kawahara: *YIN* (2002), doi 10.1121/1.1458024 ·
# A-weighting: IEC 61672-1.
