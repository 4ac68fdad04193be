# %% [markdown]
# # 13 Real time
# Sing, and the violin answers before you have finished the note; then it leaves the notebook, for a web page and for your music software.

# %% [markdown] tags=["badges"]
# Read 20 · do 25 · play 20 min · CPU 2 min

# %% [markdown]
# **You will be able to** count the latency of a live instrument, part by part, and measure it · make a computation stream, and prove that nobody hears
# the cuts · choose decoder, rate and block with reasons, and take an instrument out of Python.
#
# **Needs** lessons 08 (the autoencoder) and 10 (timbre transfer) · headphones · GPU: no.

# %% tags=["setup"]
# set-up

# %% [markdown]
# ## Play first
# The voice of lesson 10 and a violin, but this time the violin plays *while* the voice sings. A simulated sound card hands over 256 samples, wants 256
# back, and hands over the next. At no moment did the violin know more than had been sung until then. The third player is what the singer hears:
# their own voice at once, the violin when it comes.

# %%
import keras, pandas, time
import numpy as np, tensorflow as tf
from ddsp_helpers import assets, audio, export, metrics, models, streaming, transfer, widgets
from ddsp_helpers.classroom import check, diagrams, listen, plots, quiz, sketches

voice, violin = sketches.excerpt(audio.load(assets.voice("vocadito_10"))), models.load_instrument("violin")
live = streaming.Live(violin)
played = streaming.simulate(live, voice.samples, block=256)
print(played)
late = np.pad(played.audio, (2 * 256, 0))[:len(played.audio)]               # a block in, a block out
listen.several({"the voice": voice, "the violin, live": audio.Audio(played.audio, 16000),
                "both, as the singer hears them": audio.Audio(0.5 * voice.samples + late, 16000)})

# %%
quiz.predict("13")

# %% [markdown] tags=["instructor"]
# 65 minutes: 10 to play and predict, 15 for latency, 15 for state, 10 for the decoders while they learn, 15 for export. Bring a pair of wired headphones a
# head: Bluetooth alone adds more than everything that is counted here, and a loudspeaker is heard by the microphone. Likely wrong answers: 13.1 counts
# one block or the whole window; 13.2 works until blocks are shorter than the room; 13.3 changes the array that it still reads. If you have DDSP-VST installed,
# export before the lesson and open it in a music program on the projector. Nothing here needs a network.

# %% [markdown]
# ## Latency: where the time goes
# *Latency* is the time from what is sung to what is heard of it. A pitch can only be named when two periods of it were heard, so the tracker looks at a
# *window* and knows the pitch of its middle when its end has come. Controls glide from frame to frame, and the noise's filter begins to sound before its
# frame (by as many samples as it has bands, less one), so the next frame must be known as well.
# And a sound card moves *blocks*: it waits until one is full, and plays what comes back when the next is due.
#
# $$L = \frac{W}{2} + H + \frac{2B}{f_s}$$
#
# $L$: latency (s) · $W$: analysis window (s) · $H$: one control frame (s) · $B$: block (samples) · $f_s$: sample rate (Hz). Converters and drivers
# add a few milliseconds of their own. Below, a voice together with its late copy: from when on do you hear two?

# %%
def milliseconds(latency):
    return {"half a window": 1e3 * latency.window_s, "one frame": 1e3 * latency.frame_s,
            "a block in": 1e3 * latency.block_s, "a block out": 1e3 * latency.block_s}

counted = {f"{block} samples": milliseconds(live.latency(block)) for block in (64, 128, 256, 512, 1024, 2048)}
short, copies = voice.samples[:4 * 16000], {}
for ms in (0, 20, 70, 200):
    copy = np.pad(short, (16 * ms, 0))[:len(short)]
    copies[f"{ms} ms late"] = audio.Audio((short + copy) / 2, 16000)
display(plots.bars(counted, y_label="latency (ms)", title="Where the time goes, for six sizes of a block"),
        listen.several(copies))

# %%
t, hann, at, c5 = np.arange(4 * 16000) / 16000, np.hanning(480), slice(16000, 32000, 40), 523.25
jumps_s = np.cumsum(np.random.default_rng(13).uniform(0.2, 0.4, 20))               # from A4 to C5 and back
notes_hz = np.where(np.searchsorted(jumps_s, t) % 2, c5, 440)
steps = 0.2 * np.sin(2 * np.pi * np.cumsum(notes_hz) / 16000)
answer = streaming.simulate(live, steps, block=256)

def upper(sound):                                                                  # the share of C5
    low, high = (np.abs(np.convolve(sound * np.exp(-2j * np.pi * hz * t), hann, "same")) for hz in (440, c5))
    return high / (low + high + 1e-6)
sung, came = upper(steps), upper(answer.audio)
fits = [np.corrcoef(sung[8000:-1600], came[8000 + 16 * ms:][:len(sung) - 9600])[0, 1] for ms in range(100)]
print(f"measured: {np.argmax(fits)} ms; counted without blocks: {1e3 * live.latency(256).algorithm_s:.0f} ms")
plots.lines(t[at], {"sung": sung[at], "played": came[at]}, x_label="time (s)", y_label="0: A4, 1: C5")

# %% [markdown]
# *What did you hear and see?* A few milliseconds only colour the voice; then it is doubled, then there are two. Measuring agrees with counting: the
# tune that was played fits the tune that was sung best when it is moved by half a window and a frame. (The simulated card does not wait, so its two
# blocks are not in the sound; `live.latency(block).total_s` counts them. A leap of a fifth or an octave can take a frame or two more: while the window holds
# both notes, it also holds a lower one whose partials they both are. Try `c5 = 660` or `880`.)
#
# ## State: what must not be forgotten
# A computation that gets its sound in blocks has to keep what the next block needs: its *state*. The tracker keeps half a window, the network its
# memory, the oscillator its phase, a room everything that still echoes. Then blocks of any size give the samples of the whole, and
# memory does not grow, whether you play for a minute or for an evening.
#
# $$(s_{n+1},\; y_n) = \mathrm{step}(s_n,\; x_n), \qquad s_0 = \mathrm{init\_state}$$
#
# $x_n$: block $n$ that comes in · $y_n$: block $n$ that goes out · $s_n$: the state between. The longest memory is a room's. With $N$ taps each sample asks for
# $N$ products. Cut into parts as long as a block, with the spectra of past blocks kept (*partitioned convolution*), it asks for far fewer, and nothing is late: a
# block costs one Fourier transform there, one back, and a complex product for each frequency and part.
#
# $$\frac{2 \cdot 2B \log_2 2B + 4 \lceil N/B \rceil (B + 1)}{B} \quad\text{products a sample}$$
#
# $B$: block (samples) · $N$: length of the room's impulse response (taps) · a transform of $M$ samples counts as $M \log_2 M$ products, a complex product as four.

# %%
for block in (64, 257, 600):
    again = streaming.simulate(live, voice.samples[:48000], block=block).audio
    print(f"blocks of {block}: at most {np.abs(again - played.audio[:48000]).max():.1e} from blocks of 256")
kept = {"tracker": live.listener.init_state(), "network": violin.decoder.init_state(1),
        "oscillator": violin.harmonic.init_state(1), "noise": violin.noise.init_state(1)}
numbers = {name: sum(int(np.size(x)) for x in tf.nest.flatten(part)) for name, part in kept.items()}
print("numbers kept:", numbers)
blocks, taps = 2 ** np.arange(4, 14), 16000                                # a room of one second at 16 kHz
parts = (4 * blocks * np.log2(2 * blocks) + 4 * -(-taps // blocks) * (blocks + 1)) / blocks
costs = {"every tap": np.full(len(blocks), taps), "partitioned": parts}
plots.lines(blocks, costs, x_label="block (samples)", y_label="products a sample", log_x=True, log_y=True,
            title="What a room of one second costs")

# %% [markdown]
# *What did you see?* Nothing that could be heard depends on where the sound is cut, and a few hundred numbers are all that the instrument remembers.
#
# ### No look at the future
# Live, an output may depend on the past and the present only: it is *causal*. Whether a network is, can be tested: change one frame of what goes in,
# and see which frames of what comes out change. A tiny network of convolutions that was published for real time (Volhejn, 2022) is normalised over its
# channels *and over time*; the mean over a recording needs its last frame. The decoder here normalises each frame over its own channels. How far a
# change reaches forward is its *receptive field*, or its memory.
#
# $$\frac{\partial y_t}{\partial x_s} = 0 \quad\text{for all}\quad s > t$$
#
# $x_s$: input at frame $s$ · $y_t$: output at frame $t$. Four networks before any training, one of them as it was published:

# %%
def poke(decoder, at=60, frames=160):
    x, poked = tf.random.stateless_uniform([1, frames, 2], seed=[1, 3]), tf.one_hot([at], frames)[..., None]
    return np.abs(decoder(x + 0.1 * poked) - decoder(x)).max((0, 2))

specs = {name: models.ModelSpec(violin.model_spec.synth, decoder=name, name=f"my {name}")
         for name in ("gru", "mingru", "cnn")}
peeking = models.Autoencoder(specs["cnn"]).decoder
for layer in (peeking.before, *peeking.convolutions):
    layer.norm = lambda y: (y - tf.reduce_mean(y)) / tf.math.reduce_std(y)           # over all frames
networks = {name: models.Autoencoder(specs[name]).decoder for name in specs} | {"cnn, over time": peeking}
reach = {name: poke(decoder) for name, decoder in networks.items()}
plots.lines(np.arange(-60, 100), {name: np.where(y > 0, y, np.nan) for name, y in reach.items()}, log_y=True,
            x_label="frames after the change", y_label="output moves by")

# %% [markdown]
# *What did you see?* Before the change no causal network moves, not by the last digit. Normalised over time, every frame moves, the first one too:
# trained like that, a network counts on a future that is missing on stage. Behind the change the convolutions forget at a sharp edge, the
# recurrent networks little by little.
#
# ## Three decoders
# A GRU reads its own state to decide what to keep, so frame $t$ has to wait for frame $t-1$: training is a loop. A minGRU (Feng et al., 2024) decides by its
# input alone. Then a step is a multiplication and an addition that are known beforehand, two steps combine into one of the same kind, and all frames
# are done in $\log_2 T$ passes: a *scan*. A CNN, a stack of convolutions over time, has no loop at all, and forgets what is older than its receptive field.
#
# $$h_t = a_t h_{t-1} + b_t, \qquad (a_s, b_s) \text{ then } (a_t, b_t) \;=\; (a_t a_s,\; a_t b_s + b_t)$$
#
# $h_t$: state after frame $t$ · $a_t$: decay, 0 to 1 · $b_t$: drive; none has a unit, and in a minGRU both follow from the input at $t$ · $T$: number of frames.
# Each pass asks as many processors as there are frames; with two cores a plain loop over $a$ and $b$ is as quick, and the package runs that.

# %%
diagrams.passes(16, title="How the last of 16 frames is made")

# %% [markdown]
# Which one shall play? Let all three *learn from the violin*, which is quick, because no sound is made: a student gets pitch and loudness, the violin
# (a GRU of its own) says what its synthesizers should do, and the student learns to say the same. This is called *distillation*. All take as many steps over
# one phrase of another singer, in several octaves and at two levels; they are judged on the voice from above, which none of them has met.

# %%
def sung_by(sound):
    return live.listener.step(live.listener.init_state(), sound.samples)[1]

other = sung_by(sketches.excerpt(audio.load(assets.voice("vocadito_14"))))
ways = [transfer.Settings(octave=octave, loudness_shift_db=db) for octave in (1, 2, 3) for db in (-6, 6)]
asked = [transfer.adjust(other, violin.statistics, way).features[:256] for way in ways]
questions = tf.concat([violin.encode(one.to_inputs()) for one in asked], axis=0)
answers = violin.decoder(questions)
print("questions", questions.shape, "answers", answers.shape)

# %%
def learn(name, steps=lesson.choose(200, 20)):
    student = models.Autoencoder(specs[name])
    student.statistics, weights = violin.statistics, student.decoder.trainable_variables
    adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(4e-3, steps))
    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            wrong = tf.reduce_mean(tf.abs(student.decoder(questions) - answers))
        adam.apply(tape.gradient(wrong, weights), weights)
    return student, [(step(), time.perf_counter()) for _ in range(steps)]

learned = {name: learn(name) for name in specs}

# %%
rows, heard = {}, {"the violin": played.audio}
for name, (student, history) in learned.items():
    player = streaming.Live(student)
    result, memory = streaming.simulate(player, voice.samples, block=256), poke(student.decoder)[60:]
    heard[name], times_s = result.audio, [at for _, at in history]
    rows[name] = {
        "weights": student.decoder.count_params(),
        "remembers (frames)": int(np.flatnonzero(memory > 0.01 * memory.max())[-1]),
        "training step (ms)": 1000 * np.median(np.diff(times_s)), "times real time": 1 / result.busy,
        "latency (ms)": 1000 * player.latency(256).total_s,
        "distance to the violin": metrics.spectral_distance(played.audio, result.audio, sample_rate=16000)}
display(pandas.DataFrame.from_dict(rows, orient="index").round(2), listen.several(heard, sample_rate=16000))

# %% [markdown]
# *What did you see and hear?* One latency for all: no decoder looks ahead. Live the decoder hardly counts: each weight is used once a frame, fifty
# times a second, while every harmonic is computed for every sample. What differs is the time that a step of training takes, the size, and how near the
# sound has come after so few steps: the CNN is by far the smallest, the recurrent networks come nearer. (*Remembers* says after how many frames a
# changed one moves the output by less than a hundredth of its largest effect. `models.ModelSpec(decoder="cnn")` trains one from recordings, as in
# lesson 09.)
#
# ## 16 or 48 kHz
# At 16 kHz nothing sounds above 8 kHz. A violin at 48 kHz needs more harmonics, more noise bands, three times the samples, and longer spectra in training;
# its controls still come fifty times a second. Whether you miss what is above 8 kHz depends on the instrument, your headphones and your age: so
# test it blind, on one and the same performance with and without its top.
#
# $$K = \left\lfloor \frac{f_s}{2 f_0} \right\rfloor$$
#
# $K$: harmonics below the Nyquist frequency · $f_s$: sample rate (Hz) · $f_0$: pitch (Hz).

# %%
fine, rate = models.load_instrument("violin", sample_rate=48000), 48000
sung = audio.resample(voice.samples[:4 * 16000], from_hz=16000, to_hz=rate)
small = streaming.simulate(live, voice.samples[:4 * 16000], block=256)
whole = streaming.simulate(streaming.Live(fine), sung, block=768)
topless = audio.resample(audio.resample(whole.audio, from_hz=rate, to_hz=16000), from_hz=16000, to_hz=rate)
top = whole.audio - topless[:len(whole.audio)]
print(f"above 8 kHz: {audio.rms_db(top) - audio.rms_db(whole.audio):.1f} dB, beside the whole sound")
print(f"busy {whole.busy:.1%} of the time at 48 kHz, {small.busy:.1%} at 16 kHz")
two = {"48 kHz": audio.Audio(whole.audio, rate), "cut at 8 kHz": audio.Audio(topless, rate)}
blind = widgets.Compare(two, abx=True, trials=8)
display(plots.spectrogram(whole.audio, sample_rate=rate, title="The violin at 48 kHz"))
blind

# %% [markdown]
# *What did you hear?* `blind.result` tells how many answers were right, and how likely that is by guessing (lesson 10). If you cannot tell them apart,
# 16 kHz is the honest choice: a third of the samples. Blocks may have three times as many samples at 48 kHz for the same latency.
#
# ## Out of the notebook
# An instrument leaves as a file, and each file *proves* itself: it is opened again with nothing but itself, and compared with the model; a file that differs
# does not appear. For a DAW (the program in which music is recorded and arranged) there are two plugins:
#
# - **DDSP-VST** (Magenta, free) lists every `.tflite` in `Documents/Magenta/DDSP/Models`: put it there, restart the plugin, choose the
#   instrument by the name of its file, and sing into the track, or send notes. It plays at 16 kHz with 60 harmonics, and reports 64 ms of latency to the DAW. A
#   learned room does not fit into the file: it comes as a wav beside it, for any convolution reverb behind the plugin.
# - **Neutone FX** (free) loads a `.nm` file by *load your own*: put it on a track with a voice and turn its four knobs. Making one needs PyTorch, in an
#   environment of its own with the extra `neutone` of this package.
#
# Below, the first is written, then played by an *emulator*: a program that knows the plugin's rules and this file only. Would the plugin take it? Are all its
# numbers numbers? Does it move the synthesizers as the model does? The emulator can say that; how it sounds in your DAW, only your DAW can.

# %%
import os
from ddsp_helpers.export import vst_plugin

tf.get_logger().setLevel("WARNING")                                     # no word about temporary files
folder = os.path.relpath(lesson.folder("instruments", fresh=True))
print(export.export(violin, f"{folder}/My violin.tflite", format="vst"))
plugin = vst_plugin.Plugin(f"{folder}/My violin.tflite")                # the bytes of the file, nothing else
moved = transfer.adjust(sung_by(voice), violin.statistics).features
by_file = plugin.play(moved.f0_hz, moved.power_db)
controls = violin.controls(moved.to_inputs())
by_model = violin.synthesize(controls)[0].numpy()
listen.several({"the model, told the loudness of the voice": by_model,
                "the file alone, told its power, as the plugin is": by_file.audio}, sample_rate=16000)

# %%
three = [violin, learned["mingru"][0], learned["cnn"][0]]
print(export.export(three, f"{folder}/play.html", format="web"))
print("\nAll formats:")
for name, each in export.FORMATS.items():
    print(f"  {name:11}{each.ending:9}{each.about}")
widgets.Instrument(three)

# %% [markdown]
# *What did you hear?* The plugin is told the *power* of a voice where the model learned *loudness*; the file carries the translation, so the two differ
# a little in how loud and how bright each note is. The page is one file too, with the violin and two of your students; it asks no network for anything:
# put it on your phone. What stands above is the same code inside the notebook: choose an instrument, allow the microphone, or play the keys. On the
# command line, `python -m ddsp_helpers export violin --format vst -o Violin.tflite` does the same, for each of the five formats.
#
# ## Exercise 13.1 (easy): how late?
# Write `latency_ms(window, hop, block, sample_rate)`: the latency from voice to violin in milliseconds, where window, hop (one control frame) and block are
# in samples and the sample rate in Hz.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: def latency_ms(window, hop, block, sample_rate):
#:     return ...
def latency_ms(window, hop, block, sample_rate):
    return 1000 * (window / 2 + hop + 2 * block) / sample_rate
# END SOLUTION
check.ex13_1(latency_ms)

# %% [markdown] tags=["hints"]
# Which four waits are there between the microphone and the loudspeaker?
# ---
# Half the window, one frame, a block in and a block out: add the samples first.
# ---
# A second has `sample_rate` samples, and 1000 milliseconds: `1000 * (...) / sample_rate`

# %% [markdown]
# ## Exercise 13.2 (core): a room that streams
# Write `room_step(state, block, ir)`: `block` holds the next samples of a dry sound, any number of them, `ir` the impulse response of a room. Return the next
# state and as many samples of wet sound. Before the first block, `state` is `None`: nothing has sounded yet.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: def room_step(state, block, ir):
#:     return ...
def room_step(state, block, ir):
    past = np.zeros(len(ir) - 1) if state is None else state
    heard = np.concatenate([past, block])
    return heard[len(block):], np.convolve(heard, ir, mode="valid")
# END SOLUTION
check.ex13_2(room_step)

# %% [markdown] tags=["hints"]
# How many samples of the past does the first sample of a block need, if the room answers for `len(ir)` samples?
# ---
# Put those `len(ir) - 1` samples before the block, convolve, and keep only what belongs to the block. Which samples will the next block need?
# ---
# `np.convolve(np.concatenate([past, block]), ir, mode="valid")` has exactly as many samples as the block; the state is the last `len(ir) - 1` samples.

# %% [markdown]
# ## Exercise 13.3 (stretch): one pass of a scan
# Write `one_pass(decay, drive, distance)`: every frame takes in the frame that lies `distance` before it, as the equation above combines two steps. Arrays
# [frames] come in; return the new decay and the new drive. Frames that have nothing so far before them stay as they are. The check then runs your pass over 1, 2,
# 4, … frames, and compares with the loop.

# %% tags=["exercise"]
# BEGIN SOLUTION
#: def one_pass(decay, drive, distance):
#:     return ...
def one_pass(decay, drive, distance):
    decay_before = np.concatenate([np.ones(distance), decay[:-distance]])
    drive_before = np.concatenate([np.zeros(distance), drive[:-distance]])
    return decay * decay_before, drive + decay * drive_before
# END SOLUTION
check.ex13_3(one_pass)

# %% [markdown] tags=["hints"]
# What does a step do that changes nothing? $h \to 1 \cdot h + 0$: so which decay and drive stand for "nothing before"?
# ---
# Move both arrays by `distance` frames, ones into the gap of the decay and zeros into that of the drive. Then apply the formula with $s = t -$ `distance`.
# ---
# `np.concatenate([np.ones(distance), decay[:-distance]])` is the decay of the earlier frame; the new drive is `drive + decay * drive_before`.

# %% [markdown]
# ## Break it on purpose
# Two ways to fail on stage. *Forget a state*: the oscillator begins anew in each block of ten frames. *A slower computer*: the clock of the simulated
# card is turned, as if everything took so many times longer; a block that is not ready in time is an *under-run*, a hole in the sound.

# %%
def play(forget):
    state = violin.init_sound(1)
    for n in range(0, len(moved) - 10, 10):
        state = {**state, "harmonic": violin.harmonic.init_state(1)} if forget else state
        state, piece = violin.step_sound(state, {name: part[:, n:n + 11] for name, part in controls.items()})
        yield piece

lateness, clock = {}, time.perf_counter
for slower in (1, 3, 10, 30, 100):
    run = streaming.simulate(live, voice.samples[:32000], block=256, clock=lambda: slower * clock())
    lateness[f"{slower} times slower"] = 100 * run.under_runs / run.blocks
takes = {"carried": tf.concat([*play(False)], 1), "forgotten": tf.concat([*play(True)], 1)}
display(plots.bars(lateness, y_label="blocks late (%)"), listen.several(takes, sample_rate=16000))

# %% [markdown]
# *What did you hear and see?* Clicks at every edge, five a second here, as often as blocks come: each begins its sines at phase 0. Hardly a block is late while
# there is time to spare, and all of them when there is none, because each late block delays the next one. Larger blocks help against single slow moments, and cost
# latency.
#
# ## Your own sound
# Record yourself, or upload a file; the cell below it plays you live, block by block, on the flute.

# %%
mine = listen.own_sound(default=assets.voice("vocadito_14"))
mine

# %%
me = sketches.excerpt(mine.audio, 0, 10)
flute = streaming.Live(models.load_instrument("flute"), settings=transfer.Settings(autotune=0.3))
result = streaming.simulate(flute, me.samples, block=256)
print(result)
listen.several({mine.name: me, "the flute, live": audio.Audio(result.audio, 16000)})

# %% [markdown]
# With a microphone on this computer, headphones, and `pip install sounddevice`, nothing has to be recorded first:
#
# ```python
# print(streaming.sound_card(live, block=256, seconds=30))
# ```
#
# or, without a notebook, `python -m ddsp_helpers live --instrument violin`.
#
# ## Recap
# - Latency is waiting for sound that is not there yet: half a window, a frame, two blocks. A faster computer only makes the blocks smaller.
# - A state carries what the next block needs; then blocks of any size give the same samples.
# - Causal means that no output asks for a later input. One changed frame shows whether that is so.
# - GRU, minGRU and CNN differ in size, memory and training, not in latency.
# - A file is an instrument only when it has been opened again and played.
#
# | what can go wrong | what to do |
# |---|---|
# | clicks, regularly | a state that is not carried from block to block |
# | holes, now and then | under-runs: a larger block; close other programs; 16 instead of 48 kHz |
# | it feels late | a smaller block; wired headphones; on Windows a driver that is made for music |
# | it howls | headphones: the microphone hears the loudspeaker |
# | DDSP-VST does not list it | the folder; restart the plugin; export again rather than copy a file: each has an identity of its own |
# | an export is refused | the message says why: DDSP-VST has room for a state of 512 numbers, and a `cnn` of 16 channels needs more |

# %%
quiz.recap("13")

# %% [markdown] tags=["footer"]
# Sound: vocadito (R. Bittner and others, CC BY 4.0), phrases 10 and 14; instruments: see their model cards. References: P. McLeod, G. Wyvill, A Smarter
# Way to Find Pitch, ICMC 2005; W. G. Gardner, Efficient Convolution without Input-Output Delay, Journal of the AES 43, 1995; W. D. Hillis, G. L.
# Steele, Data Parallel Algorithms, Communications of the ACM 29, 1986; L. Feng and others, Were RNNs All We Needed?, arXiv 2410.01201; V. Volhejn,
# Accelerating Neural Audio Synthesis, ETH Zürich 2022; DDSP-VST, Google Magenta, 2022.
