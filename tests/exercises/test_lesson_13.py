"""Every check of lesson 13: right, another right, wrong in plausible ways, untouched."""

import numpy as np
import pytest

from ddsp_helpers.classroom import check
from tests.exercises.cases import judge


def latency_ms(window, hop, block, sample_rate):
    return 1000 * (window / 2 + hop + 2 * block) / sample_rate


def latency_in_parts(window, hop, block, sample_rate):
    return sum(1e3 / sample_rate * part for part in (window / 2, hop, block, block))


def keep_the_past(state, block, ir):
    heard = np.concatenate([np.zeros(len(ir) - 1) if state is None else state, block])
    return heard[len(block):], np.convolve(heard, ir, "valid")


def keep_the_tail(state, block, ir):
    sound = np.convolve(block, ir)
    if state is not None:
        sound[:len(state)] += state[:len(sound)]
        state = np.concatenate([sound[len(block):], np.zeros(0)])
    return sound[len(block):], sound[:len(block)]


def forget(state, block, ir):
    return 0, np.convolve(block, ir)[:len(block)]


def only_the_last_block(state, block, ir):
    before = np.zeros(0) if state is None else state
    return block, np.convolve(np.concatenate([before, block]), ir)[len(before):len(before) + len(block)]


def too_long(state, block, ir):
    return 0, np.convolve(block, ir)


def one_sample_too_many(state, block, ir):
    heard = np.concatenate([np.zeros(len(ir)) if state is None else state, block])
    return heard[len(block):], np.convolve(heard, ir, "valid")[:len(block)]


def remember_everything(state, block, ir):
    heard = block if state is None else np.concatenate([state, block])
    return heard, np.convolve(heard, ir)[len(heard) - len(block):len(heard)]


def wrong_way_round(state, block, ir):
    return keep_the_past(state, block, ir[::-1])


def one_pass(decay, drive, distance):
    a = np.concatenate([np.ones(distance), decay[:-distance]])
    b = np.concatenate([np.zeros(distance), drive[:-distance]])
    return decay * a, drive + decay * b


def one_pass_in_place(decay, drive, distance):
    drive[distance:] = drive[distance:] + decay[distance:] * drive[:-distance]
    decay[distance:] = decay[distance:] * decay[:-distance]
    return decay, drive


def rolled(decay, drive, distance):
    return decay * np.roll(decay, distance), drive + decay * np.roll(drive, distance)


def own_decay(decay, drive, distance):
    a, b = np.pad(decay, (distance, 0))[:-distance], np.pad(drive, (distance, 0))[:-distance]
    return decay * a, drive + a * b


def decay_stays(decay, drive, distance):
    return decay, one_pass(decay, drive, distance)[1]


def undiminished(decay, drive, distance):
    return decay, drive + np.pad(drive, (distance, 0))[:-distance]


def the_loop(decay, drive, distance):
    for t in range(distance, len(drive)):
        drive[t] += decay[t] * drive[t - distance]
    return decay, drive


def always_one_back(decay, drive, distance):
    return one_pass(decay, drive, 1)


def decays_die_at_the_edge(decay, drive, distance):
    return decay * np.pad(decay, (distance, 0))[:-distance], one_pass(decay, drive, distance)[1]


RIGHT = [
    ("ex13_1", latency_ms), ("ex13_1", latency_in_parts), ("ex13_2", keep_the_past), ("ex13_2", keep_the_tail),
    ("ex13_3", one_pass), ("ex13_3", one_pass_in_place), ("ex13_3", decays_die_at_the_edge),
]
WRONG = [
    ("ex13_1", lambda w, h, b, r: 1000 * (w + h + 2 * b) / r, "whole window"),
    ("ex13_1", lambda w, h, b, r: 1000 * (w / 2 + h + b) / r, "one block"),
    ("ex13_1", lambda w, h, b, r: (w / 2 + h + 2 * b) / r, "seconds"),
    ("ex13_1", lambda w, h, b, r: w / 2 + h + 2 * b, "samples"),
    ("ex13_1", lambda w, h, b, r: 1000 * (w / 2 + h) / r, "blocks of the sound card"),
    ("ex13_1", lambda w, h, b, r: 1000 * (w / 2 + 2 * b) / r, "frame is missing"),
    ("ex13_1", lambda w, h, b, r: (w / 2 + h + 2 * b) / 16, "16 samples a millisecond"),
    ("ex13_1", lambda w, h, b, r: 40.0, "too low"),
    ("ex13_2", forget, "silent room"), ("ex13_2", only_the_last_block, "several blocks"), ("ex13_2", too_long, "sounds on"),
    ("ex13_2", one_sample_too_many, "one sample late"), ("ex13_2", remember_everything, "an hour"),
    ("ex13_2", lambda state, block, ir: block, "two were wanted"), ("ex13_2", wrong_way_round, "differs from the whole"),
    ("ex13_3", rolled, "roll"), ("ex13_3", own_decay, "its own decay"), ("ex13_3", decay_stays, "decay is still the old"),
    ("ex13_3", undiminished, "undiminished"), ("ex13_3", the_loop, "the loop"), ("ex13_3", always_one_back, "distance 2"),
    ("ex13_3", lambda decay, drive, distance: drive, "two arrays"),
]
STUBS = [("ex13_1", lambda w, h, b, r: ...), ("ex13_2", lambda state, block, ir: ...), ("ex13_3", lambda a, b, distance: ...)]


CASES = [(name, answer, "right", "") for name, answer in RIGHT]
CASES += [(name, answer, "wrong", words) for name, answer, words in WRONG]
CASES += [(name, answer, "not attempted", "") for name, answer in STUBS]


@pytest.mark.parametrize("name, answer, status, words", CASES)
def test_exercise(name, answer, status, words):
    judge(getattr(check, name), (answer,), status=status, words=words)
