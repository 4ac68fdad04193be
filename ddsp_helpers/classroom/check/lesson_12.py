"""Checks of lesson 12: learning to perform."""

import numpy as np

from ddsp_helpers.classroom.check.framework import Wrong, array, call, exercise, near, number
from ddsp_helpers.expression import EXPRESSION

_VIBRATO = EXPRESSION.index("vibrato")


@exercise("12.1", "Nats")
def ex12_1(nats):
    """The logarithm of a mixture of two logistic densities, per cent, at +15 cents."""
    found = number(nats, "nats")
    wide, narrow = 0.3 / (4 * 6), 0.7 * _logistic(15, -12, 4)
    wanted = np.log(wide + narrow)
    mistakes = {
        wide + narrow: "That is the density itself; its natural logarithm was wanted.",
        -wanted: "Your sign is turned round: a loss is the *negative* log-likelihood, this is the log-likelihood.",
        np.log10(wide + narrow): "You took the logarithm to base 10; nats are counted with the natural one, np.log.",
        np.log2(wide + narrow): "You took the logarithm to base 2, so these are bits; nats need np.log.",
        np.log(wide / 0.3 + narrow / 0.7): "The weights 0.7 and 0.3 are missing: your density would not add up to one.",
        np.log(wide) + np.log(narrow): "You added the logarithms of the two; a mixture adds the densities, then takes the logarithm.",
        0.7 * np.log(narrow / 0.7) + 0.3 * np.log(wide / 0.3): "You mixed logarithms; a mixture mixes densities, then takes one logarithm.",
        np.log(6 * wide + 4 * narrow): "Each density is divided by its own scale s; without it, wide components count too much.",
    }
    for value, words in mistakes.items():
        if abs(found - value) < 2e-3:
            raise Wrong(words)
    near(found, wanted, tolerance=5e-3, what="Your log-likelihood", unit="nats", digits=3,
         why="Two densities with their weights, one sum, one logarithm.")
    return f"{wanted:.2f} nats, of a density per cent. The component at -12 cents gives hardly anything: 27 cents are nearly 7 of its scales."


def _logistic(x, middle, scale):
    z = np.exp(-(x - middle) / scale)
    return z / (scale * (1 + z) ** 2)


@exercise("12.2", "Teacher forcing")
def ex12_2(see_the_past):
    """Compared frame by frame on two recordings of random deviations."""
    rng = np.random.default_rng(12)
    for shape in ((2, 6), (3, 40)):
        true = rng.normal(size=shape)
        found = array(call(see_the_past, true.copy(), what="see_the_past"), "What see_the_past returns", shape=shape)
        wanted = np.concatenate([np.zeros([shape[0], 1]), true[:, :-1]], 1)
        if np.allclose(found, wanted):
            continue
        if np.allclose(found, true):
            raise Wrong("Every frame sees itself. The network would learn to copy, and has nothing to copy when it plays alone.")
        if np.allclose(found, np.roll(true, 1, 1)):
            raise Wrong("The first frame sees the last one of the recording: np.roll goes around. Before the first there is nothing, 0.")
        if np.allclose(found[:, :-1], true[:, 1:]):
            raise Wrong("Each frame sees the one *after* it. When the network plays alone, the future is not there yet.")
        if np.allclose(found[1:], true[:-1]):
            raise Wrong("You shifted along the first axis: each recording sees another recording. Time is the second axis.")
        if np.allclose(found[:, 1:], true[:, :-1]):
            near(found[0, 0], 0.0, tolerance=1e-8, what="What the first frame sees", why="Nothing was played before it.")
        when = int(np.argmax(np.abs(found - wanted).max(0) > 1e-6))
        near(found[0, when], wanted[0, when], tolerance=1e-8, what=f"What frame {when} of the first recording sees", digits=3,
             why=f"Frame {when} sees frame {when - 1}." if when else "Nothing was played before the first frame.")
        raise Wrong("One of the recordings is not shifted as the first one is.")
    return "Every frame now learns from the true past, all frames at once; only when it plays alone does the network go step by step."


@exercise("12.3", "Obedience")
def ex12_3(disobedience):
    """Compared on random tables whose cut notes are far off, and on two that obey."""
    rng = np.random.default_rng(123)
    asked, found = rng.uniform(0, 1, [2, 5, 6]), rng.uniform(0, 1, [2, 5, 6])
    whole = np.array([[0, 1, 1, 1, 0], [1, 1, 0, 0, 0]], float)
    found[whole == 0] += 3.0
    found[..., _VIBRATO] += 1.0
    away, kept = np.abs(found - asked), [i for i in range(6) if i != _VIBRATO]
    inside = whole > 0
    wanted = away[inside][:, kept].mean()
    value = number(call(disobedience, asked.copy(), found.copy(), whole.copy(), what="disobedience"), "What disobedience returns")
    mistakes = {
        away[inside].mean(): "Vibrato is counted in yours. It is the pitch generator's affair: leave column 3 out.",
        away[..., kept].mean(): "Notes that the window cuts count in yours; only part of them is heard, so they cannot obey.",
        away.mean(): "Vibrato and notes that the window cuts are counted in yours.",
        away[inside][:, kept].sum() / (10 * 5): "Your sum leaves out the cut notes, but you divide by all of them.",
        away[inside][:, kept].sum() / (inside.sum() * 6): "You divide by six controls; five are counted.",
        away[inside][:, kept].sum(): "That is the sum; the mean was wanted.",
        (away[inside][:, kept] ** 2).mean(): "You squared the differences; their absolute values were wanted.",
        (found - asked)[inside][:, kept].mean(): "Too loud and too soft cancel in yours: take absolute values before the mean.",
        abs((found - asked)[inside][:, kept].mean()): "Too loud and too soft cancel in yours: take absolute values before the mean.",
    }
    for wrong, words in mistakes.items():
        if abs(value - wrong) < 1e-6:
            raise Wrong(words)
    near(value, wanted, tolerance=1e-6, what="The disobedience of a random table", digits=4,
         why="Absolute differences of five controls, over the whole notes only, then one mean.")
    exact = number(call(disobedience, asked, asked.copy(), whole, what="disobedience"), "What disobedience returns")
    near(exact, 0.0, tolerance=1e-9, what="The disobedience of a player that does what it is asked")
    return "Multiply it by a weight, add it to the loss, and a request becomes something that the network is judged by."
