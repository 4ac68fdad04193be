"""Live: speed on one core, under-runs while the other core works, latency measured end to end, and the top of 48 kHz.

`python -m benchmarks.streaming` is one process that works line by line, such as "sound 48000".
"""

import contextlib
import multiprocessing
import os
import sys

import numpy as np

from benchmarks.rows import Row
from benchmarks.timing import interleaved
from benchmarks.workers import Worker, serve

RATES = {16000: 50, 48000: 20}          # and how many times real time decoder, synthesizers and room must play
BLOCK, SMALL_BLOCK, SECONDS, LONG_S, ROOM_S = 1024, 256, 20, 600, 1.0
INSTRUMENT = "violin"


def run():
    command = [sys.executable, "-m", "benchmarks.streaming"]
    with contextlib.ExitStack() as stack:
        worker = stack.enter_context(Worker(command, cores=1))
        works = {f"{what} {rate}": worker.work(f"{what} {rate}") for what in ("sound", "voice") for rate in RATES}
        took = interleaved(works)
    for rate, bar in RATES.items():
        sound, voice = (SECONDS / took[f"{what} {rate}"].cpu_s for what in ("sound", "voice"))
        yield Row(f"{rate // 1000} kHz, block {BLOCK}, one core: decoder, synthesizers and a room of {ROOM_S:g} s", sound,
                  "x real time, processor", ">=", bar)
        yield Row(f"{rate // 1000} kHz, block {BLOCK}, one core: voice in, sound out", voice, "x real time, processor", ">=", 8)
    yield from under_runs()
    yield from latencies()
    yield from brilliance()


# -- speed -----------------------------------------------------------------------------------------------------------


def make(name):
    """The work "sound RATE" or "voice RATE": SECONDS of it in blocks; a function without arguments."""
    what, rate = name.split()
    if what == "sound":
        return sound(int(rate))
    from ddsp_helpers import streaming

    live, sung = instrument(int(rate)), voice(int(rate), SECONDS)
    return lambda: streaming.simulate(live, sung, block=BLOCK)


def sound(rate):
    """Controls that arrive with every block, through decoder, synthesizers and a room."""
    from ddsp_helpers import models, streaming
    from ddsp_helpers.spec import SPEC_16K, SPEC_48K

    spec = {16000: SPEC_16K, 48000: SPEC_48K}[rate]
    stream = streaming.Stream(models.Autoencoder(models.ModelSpec(spec, reverb_s=ROOM_S)))
    stream.warm_up(-(-BLOCK // spec.hop))
    ends = np.arange(0, SECONDS * rate, BLOCK) // spec.hop
    f0_hz = np.full(SECONDS * spec.frame_rate, 220.0, np.float32)

    def play():
        state = stream.init_state(1)
        for begin, end in zip(ends[:-1], ends[1:]):
            state, _ = stream.play(state, f0_hz[begin:end], np.full(end - begin, -20.0, np.float32))

    return play


def instrument(rate):
    """The live instrument of all these works."""
    from ddsp_helpers import models, streaming

    return streaming.Live(models.load_instrument(INSTRUMENT, sample_rate=rate))


def voice(rate, seconds):
    """A real voice at a rate, again and again until seconds are full, [samples]."""
    from ddsp_helpers import assets, audio

    sung = audio.load(assets.voice("vocadito_14"))
    return np.resize(audio.resample(sung.samples, from_hz=sung.sample_rate, to_hz=rate), seconds * rate)


# -- real time -------------------------------------------------------------------------------------------------------


def under_runs():
    """Ten minutes through the simulated sound card, on one core, while another process keeps the other cores busy."""
    from ddsp_helpers import streaming

    with _busy_cores():
        for rate in RATES:
            played = streaming.simulate(instrument(rate), voice(rate, LONG_S), block=BLOCK)
            name = f"{rate // 1000} kHz, {LONG_S // 60} min in blocks of {BLOCK}, other cores loaded"
            yield Row(f"{name}: late blocks", played.under_runs, f"of {played.blocks}", "<=", 0)
            yield Row(f"{name}: slowest block", 1000 * played.slowest_s, "ms")


@contextlib.contextmanager
def _busy_cores():
    """This process on one core, and a busy process on each other one, where the system can tell them apart."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    busy = [multiprocessing.get_context("spawn").Process(target=_work_for_ever, args=(core,), daemon=True) for core in cores[1:]]
    for process in busy:
        process.start()
    if cores:
        os.sched_setaffinity(0, cores[:1])
    try:
        yield
    finally:
        if cores:
            os.sched_setaffinity(0, cores)
        for process in busy:
            process.kill()


def _work_for_ever(core):
    os.sched_setaffinity(0, [core])
    while True:
        sum(range(10000))


# -- latency ---------------------------------------------------------------------------------------------------------


def latencies():
    """How much later the sound follows the voice, measured on steps of pitch and on clicks, at many places of a frame."""
    for rate in RATES:
        live, name = instrument(rate), f"{rate // 1000} kHz, block {SMALL_BLOCK}"
        stated = live.latency(SMALL_BLOCK)
        yield Row(f"{name}, latency of the algorithm: half a window + a frame", 1000 * stated.algorithm_s, "ms", "<=", 40)
        yield Row(f"{name}, latency with both blocks", 1000 * stated.total_s, "ms")
        for what, measure in (("a step of pitch", pitch_delay_s), ("a click", click_delay_s)):
            found = 1000 * np.array([measure(live, offset) for offset in np.linspace(0, live.synth.hop, 9)[:-1]])
            yield Row(f"{name}, measured on {what}: mean of the algorithm", found.mean(), "ms", "<=", 40)
            yield Row(f"{name}, measured on {what}: latest", found.max(), "ms")


def _play(live, sound):
    state, played = live.init_state(), []
    for begin in range(0, len(sound), SMALL_BLOCK):
        state, out = live.step(state, sound[begin:begin + SMALL_BLOCK])
        played.append(out)
    return np.concatenate(played)


def _tone(f0_hz, rate):
    """Five harmonics of a fundamental, [samples] Hz."""
    cycles = np.cumsum(f0_hz) / rate
    return (0.1 * sum(np.sin(2 * np.pi * k * cycles) / k for k in range(1, 6))).astype(np.float32)


def pitch_delay_s(live, offset):
    """From the moment that a tone of 330 Hz becomes one of 440 Hz until what is played is half-way, s."""
    from ddsp_helpers.features.live import Listener

    rate, step_at = live.synth.sample_rate, live.synth.sample_rate + round(offset)
    f0_hz = np.where(np.arange(2 * rate) < step_at, 330.0, 440.0)
    played = _play(live, _tone(f0_hz, rate))
    tracker = Listener(sample_rate=rate, frame_rate=500 if rate % 500 == 0 else 50, f_min=200.0)
    _, heard = tracker.step(tracker.init_state(), played)
    after = heard.f0_hz / np.median(heard.f0_hz[200:450])
    half_way = np.flatnonzero((after > (440 / 330) ** 0.5) & (heard.times_s > 0.9))[0]
    return heard.times_s[half_way] - step_at / rate


def click_delay_s(live, offset):
    """From a click in silence until the power of what is played, over 5 ms, has risen half-way, s."""
    rate, click_at = live.synth.sample_rate, live.synth.sample_rate + round(offset)
    click = np.zeros(2 * rate, np.float32)
    click[click_at] = 0.9
    around = round(0.005 * rate)
    power = np.convolve(np.square(_play(live, click)), np.ones(around) / around, "same")[click_at - rate // 20:]
    return float(np.flatnonzero(power > np.max(power) / 2)[0] - rate // 20) / rate


# -- 48 kHz ----------------------------------------------------------------------------------------------------------


def brilliance():
    """Energy above 8 kHz of held-out recordings played back by the 48 kHz instruments, against the recordings' own."""
    from ddsp_helpers import assets, audio, data, features, models, streaming

    for name in assets.trained_instruments(sample_rate=48000):
        model, energy = models.load_instrument(name, sample_rate=48000), np.zeros(2)
        for take in (take for take in data.performances(name, minutes=8.0) if take.held_out):
            sound = take.load()
            recorded = audio.resample(sound.samples, from_hz=sound.sample_rate, to_hz=48000)
            heard = features.extract(recorded, sample_rate=48000)
            played = np.concatenate(list(streaming.render(model, heard.f0_hz, heard.loudness_db)))
            energy += [_above_8_khz(one) for one in (recorded, played)]
        difference_db = 10 * np.log10(energy[1] / energy[0])
        yield Row(f"{name} at 48 kHz: energy above 8 kHz against held-out recordings", difference_db, "dB")
        yield Row(f"{name} at 48 kHz: how far that is from theirs", abs(difference_db), "dB", "<=", 3)


def _above_8_khz(sound):
    """Energy of [samples] at 48 kHz above 8 kHz."""
    spectrum = np.fft.rfft(sound.astype(np.float64))
    return float(np.sum(np.square(np.abs(spectrum[round(8000 * len(sound) / 48000):]))))


if __name__ == "__main__":
    serve(make)
