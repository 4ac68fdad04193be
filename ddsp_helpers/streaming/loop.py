"""Blocks that come and go in real time: through a sound card, or through a simulated one.  Lesson 13."""
import contextlib
import dataclasses
import gc
import time

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Played:
    """What a loop did.

    Args:
      audio: what was played, [samples]; of a sound card None.
      seconds: how long it played, s.
      blocks: how many blocks came.
      under_runs: how many were not ready when they had to be played.
      busy: share of the time that was spent computing, 0 to 1 where all is well.
      slowest_s: the block that took longest, s.
      latency: Latency; of a sound card with the block times that its driver reports.
    """

    audio: np.ndarray | None
    seconds: float
    blocks: int
    under_runs: int
    busy: float
    slowest_s: float
    latency: "object"

    def __str__(self):
        return (f"{self.seconds:.1f} s in {self.blocks} blocks, {self.under_runs} of them late; busy {self.busy:.1%} of the time, "
                f"slowest block {1000 * self.slowest_s:.2f} ms; latency {self.latency}")


class _Clock:
    """Times blocks and counts those that are late: a block must be ready when the next has come."""

    def __init__(self, block_s):
        self.block_s, self.blocks, self.under_runs = block_s, 0, 0
        self.used_s = self.slowest_s = self._behind_s = 0.0

    def took(self, seconds):
        self.blocks += 1
        self.used_s += seconds
        self.slowest_s = max(self.slowest_s, seconds)
        self._behind_s = max(0.0, self._behind_s + seconds - self.block_s)   # a late block delays the next one
        if self._behind_s > 0.0:
            self.under_runs += 1

    def report(self, audio, latency):
        seconds = self.blocks * self.block_s
        return Played(audio, seconds, self.blocks, self.under_runs, self.used_s / max(seconds, 1e-9), self.slowest_s, latency)


def simulate(live, audio, *, block=256, clock=time.perf_counter):
    """Plays a recording through a live instrument as a sound card would, without waiting for it.

    A block counts as late when computing it, and whatever was late before, takes longer than the block lasts.

    Args:
      live: Live.
      audio: the voice at the model's rate, [samples].
      block: samples in a block, at least 1.
      clock: seconds, for tests.

    Returns:
      Played, with as many samples as came, `live.delay` samples late.

    Raises:
      ValueError: audio is not [samples] of finite numbers, or block < 1.
    """
    audio = np.asarray(audio, np.float32)
    if audio.ndim != 1 or not len(audio) or block < 1:
        raise ValueError(f"audio came with shape {list(audio.shape)} and block={block}; [samples] and at least 1 were wanted "
                         "(lesson 13).")
    live.warm_up(block)
    state, played = live.init_state(), np.zeros(-(-len(audio) // block) * block, np.float32)
    timer = _Clock(block / live.synth.sample_rate)
    with _no_collection():
        for begin in range(0, len(audio), block):
            piece = audio[begin:begin + block]
            started = clock()
            state, out = live.step(state, piece)
            timer.took(clock() - started)
            played[begin:begin + len(out)] = out
    return timer.report(played[:len(audio)], live.latency(block))


def sound_card(live, *, block=256, seconds=None, microphone=None, loudspeaker=None, tell=None):
    """Plays what a microphone hears, until `seconds` have passed or the program is interrupted (Ctrl-C).

    Use headphones: a loudspeaker is heard by the microphone.  Needs the package sounddevice.

    Args:
      live: Live.
      block: samples in a block; smaller is quicker and asks more of the computer.
      seconds: how long, s; None for ever.
      microphone, loudspeaker: names or numbers of sounddevice's devices; None for the usual ones.
      tell: None, or a function that is called with the Played so far, about twice a second.

    Returns:
      Played.

    Raises:
      ModuleNotFoundError: sounddevice is not installed.
      ValueError: the sound card cannot be opened with this rate and block.
    """
    import sounddevice

    rate = live.synth.sample_rate
    live.warm_up(block)
    state, timer = live.init_state(), _Clock(block / rate)
    failed = []

    def callback(heard, out, _frames, _time, status):
        nonlocal state
        started = time.perf_counter()
        try:
            state, out[:, 0] = live.step(state, heard[:, 0])
        except Exception as error:                                   # of another thread: shown below
            failed.append(error)
            raise sounddevice.CallbackAbort from error
        timer.took(time.perf_counter() - started)
        timer.under_runs += bool(status.output_underflow or status.input_overflow)

    try:
        stream = sounddevice.Stream(samplerate=rate, blocksize=block, channels=1, dtype="float32", latency="low",
                                    device=(microphone, loudspeaker), callback=callback)
    except sounddevice.PortAudioError as error:
        raise ValueError(f"The sound card does not open with {rate} Hz and blocks of {block}: {error}. Choose another block, or "
                         "another device of `python -m sounddevice` (lesson 13).") from error
    with _no_collection(), stream:
        ends = None if seconds is None else time.monotonic() + seconds
        latency = dataclasses.replace(live.latency(block), block_s=sum(stream.latency) / 2)
        with contextlib.suppress(KeyboardInterrupt):                 # how a player ends a performance
            while not failed and (ends is None or time.monotonic() < ends):
                time.sleep(0.5 if ends is None else min(0.5, max(0.0, ends - time.monotonic())))
                if tell is not None:
                    tell(timer.report(None, latency))
    if failed:
        raise failed[0]
    return timer.report(None, latency)


@contextlib.contextmanager
def _no_collection():
    """Python tidies up its memory afterwards: a pause in the middle would be heard."""
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
