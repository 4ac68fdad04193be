"""Checks of lesson 13: real time."""

import numpy as np

from ddsp_helpers.classroom import diagrams, listen
from ddsp_helpers.classroom.check.framework import Wrong, array, call, exercise, near, number

_RATE = 16000


@exercise("13.1", "Latency")
def ex13_1(latency_ms):
    """Half a window, a frame, and the block twice; at two sample rates."""
    for window, hop, block, rate in ((512, 320, 256, 16000), (2048, 960, 128, 48000)):
        found = number(call(latency_ms, window, hop, block, rate, what="latency_ms"), "What latency_ms returns")
        half, ms = window / 2, 1000.0 / rate
        mistakes = {
            half + hop + 2 * block: "These are samples; a second has sample_rate of them, and milliseconds were wanted.",
            (half + hop + 2 * block) / rate: "These are seconds; milliseconds were wanted.",
            ms * (window + hop + 2 * block): "You counted the whole window. A frame stands in its middle, and only the second "
                                             "half of it has to be waited for.",
            ms * (half + hop + block): "You counted one block. The card waits for a full one before it hands it over, and "
                                       "plays what comes back when the next is due: that is two.",
            ms * (half + 2 * block): "The frame is missing: controls glide from one to the next, so the next must be known.",
            ms * (half + hop): "That is what the algorithm needs; the blocks of the sound card are missing.",
            (half + hop + 2 * block) / 16: "You took 16 samples a millisecond for granted; at another sample rate it is "
                                           "another number.",
        }
        wanted = ms * (half + hop + 2 * block)
        for value, words in mistakes.items():
            if abs(found - value) < 1e-3 < abs(value - wanted):
                raise Wrong(words)
        near(found, wanted, tolerance=1e-3, unit="ms", why="Half the window, one frame, one block in, one block out.",
             what=f"The latency with a window of {window}, a hop of {hop}, blocks of {block} samples at {rate} Hz")
    return "It is the same sum as live.latency(block), and what was measured above."


@exercise("13.2", "A room that streams")
def ex13_2(room_step):
    """Played in blocks shorter and longer than the room's answer, then joined and compared with the whole."""
    rng = np.random.default_rng(132)
    ir, sound = rng.normal(size=60) * np.exp(-np.arange(60) / 20), rng.normal(size=900)
    wanted = np.convolve(sound, ir)[:len(sound)]
    for block in (200, 60, 25, 7, 1):
        found, state = _joined(room_step, sound, ir, block)
        if np.allclose(found, wanted, atol=1e-9):
            if np.size(state) > 2 * len(ir):
                raise Wrong(f"The sound is right, but after {len(sound)} samples the state holds {np.size(state)} numbers, and "
                            f"after an hour? A room of {len(ir)} taps asks for the last {len(ir) - 1} samples.")
            continue
        alone = np.concatenate([np.convolve(piece, ir)[:len(piece)] for piece in _cut(sound, block)])
        if np.allclose(found, alone):
            raise Wrong("Every block begins in a silent room: what the blocks before still let sound is lost, and each edge "
                        "clicks. Pass it on in the state.", _heard(room_step))
        first = int(np.argmax(np.abs(found - wanted) > 1e-9))
        if block < len(ir) and first >= block:
            raise Wrong(f"Right for blocks as long as the room's answer, but not for blocks of {block} when it lasts "
                        f"{len(ir)} samples: what sounds on for several blocks gets lost, first at sample {first}. Keep all "
                        "of it, not only that of the last block.")
        if np.allclose(found[1:], wanted[:-1]):
            raise Wrong("Everything comes one sample late: the state holds one sample too many; "
                        f"{len(ir) - 1} of the past are enough for {len(ir)} taps.")
        raise Wrong(f"With blocks of {block} samples your sound differs from the whole first at sample {first}, by "
                    f"{np.abs(found - wanted)[first]:.3f}: in block {first // block}, {first % block} samples after its start.")
    return "Blocks of any size, even of one sample, give the samples of the whole: nobody hears a cut.", _heard(room_step)


def _cut(sound, block):
    return [sound[begin:begin + block] for begin in range(0, len(sound), block)]


def _joined(room_step, sound, ir, block):
    """A sound through a learner's step, block by block, and the last state; refuses what is no step."""
    state, pieces = None, []
    for piece in _cut(sound, block):
        answer = call(room_step, state, piece.copy(), ir.copy(), what="room_step")
        if not isinstance(answer, (tuple, list)) or len(answer) != 2:
            raise Wrong("room_step returned one thing; two were wanted: the next state, and the sound of this block.")
        state, out = answer
        out = array(out, "The sound of a block")
        if out.shape == (len(piece) + len(ir) - 1,):
            raise Wrong(f"A block of {len(piece)} samples came back with {len(out)}: the room sounds on after the block. Give "
                        f"{len(piece)} of them now and keep the rest in the state.")
        pieces.append(array(out, "The sound of a block", shape=(len(piece),)))
    return np.concatenate(pieces), state


def _heard(room_step):
    """Three plucked notes in a room of half a second: the learner's, and as they should be."""
    times_s = np.arange(_RATE // 2) / _RATE
    notes = [np.sin(2 * np.pi * hz * times_s) * np.exp(-8 * times_s) for hz in (220, 277, 330)]
    sound = 0.2 * np.concatenate([*notes, np.zeros(_RATE // 2)])
    ir = np.random.default_rng(13).normal(size=_RATE // 2) * np.exp(-np.arange(_RATE // 2) / 1500) / 40
    ir[0] = 1.0
    mine, whole = _joined(room_step, sound, ir, 2000)[0], np.convolve(sound, ir)[:len(sound)]
    return listen.several({"yours, in blocks of 2000": mine, "at once": whole}, sample_rate=_RATE)


@exercise("13.3", "One pass of a scan")
def ex13_3(one_pass):
    """Six passes over fifty frames, compared with the loop, pass by pass."""
    rng = np.random.default_rng(133)
    decay, drive = rng.uniform(0.2, 1.0, 50), rng.normal(size=50)
    mine, theirs, distance = (decay, drive), (decay, drive), 1
    while distance < len(decay):
        theirs = _pass(*theirs, distance)
        answer = call(one_pass, mine[0].copy(), mine[1].copy(), distance, what="one_pass")
        if not isinstance(answer, (tuple, list)) or len(answer) != 2:
            raise Wrong("one_pass returned one thing; two arrays were wanted: the decay and the drive after the pass.")
        mine = tuple(array(part, f"The {name} after a pass", shape=decay.shape)
                     for part, name in zip(answer, ("decay", "drive")))
        _compare(mine, theirs, (decay, drive), distance)
        distance *= 2
    h = 0.0
    for t in range(len(decay)):
        h = decay[t] * h + drive[t]
    near(mine[1][-1], h, tolerance=1e-9, what="The last frame after all passes")
    passes = int(np.log2(distance))
    return f"{len(decay)} frames in {passes} passes, each over all frames at once; a loop needs {len(decay)} steps.", \
        diagrams.passes(len(decay) // 3, title="What you computed, for fewer frames")


def _pass(decay, drive, distance):
    """(a, b) of frames t - distance and t become one: h -> a_t (a h + b) + b_t."""
    a = np.concatenate([np.ones(distance), decay[:-distance]])
    b = np.concatenate([np.zeros(distance), drive[:-distance]])
    return decay * a, drive + decay * b


def _compare(mine, theirs, before, distance):
    """Says what differs after the pass over a distance; `before` is that of the first one."""
    matters = np.arange(len(theirs[0])) >= 2 * distance - 1     # an earlier decay only meets the nothing before frame 0
    off = [matters & (np.abs(mine[0] - theirs[0]) > 1e-9), np.abs(mine[1] - theirs[1]) > 1e-9]
    if not np.any(off):
        return
    decay, drive = before
    if distance == 1:
        if np.allclose(mine[1], drive + decay * np.roll(drive, 1)):
            raise Wrong("The first frame takes in the last one: np.roll goes around. Before the first frame there is nothing: "
                        "a drive of 0.")
        if np.allclose(mine[1][1:], drive[1:] + decay[:-1] * drive[:-1]):
            raise Wrong("The earlier frame is multiplied by its own decay in yours. What came before fades on the way to "
                        "frame t: by the decay of frame t.")
        if np.allclose(mine[1][1:], drive[1:] + drive[:-1]):
            raise Wrong("The earlier frame comes undiminished in yours; it fades by the decay of frame t.")
        if np.allclose(mine[1], theirs[1]) and np.allclose(mine[0], decay):
            raise Wrong("The drive is right, but the decay is still the old one: after a pass a frame reaches back two steps, "
                        "and over two steps sound fades by both decays.")
        loop = drive.copy()
        for t in range(1, len(loop)):
            loop[t] += decay[t] * loop[t - 1]
        if np.allclose(mine[1], loop):
            raise Wrong("You went from frame to frame and used what you had just changed: that is the loop. A pass reads only "
                        "what was there before it, so that all frames can go at once.")
    part = 0 if off[0].any() else 1
    t = int(np.argmax(off[part]))
    near(mine[part][t], theirs[part][t], tolerance=1e-9, digits=4,
         what=f"The {('decay', 'drive')[part]} of frame {t} after the pass over distance {distance}",
         why=f"It takes in frame {t - distance}." if t >= distance else "No frame lies so far before it: it stays as it is.")
