"""Checks of lesson 09: training."""

import numpy as np

from ddsp_helpers.classroom.check.framework import Wrong, array, call, exercise, near, number

_CANCEL = "Differences of both signs cancel in your mean: take the absolute value of each first."
_LOSSES = ([5.0, 4.0, 3.0, 3.5, 3.4, 3.2, 2.0, 2.5], [3.0, 2.0, 1.0], [4.0, 4.5, 4.6, 4.7, 1.0], [2.0, 2.0, 2.0, 2.0])


@exercise("09.1", "One pass over the dataset")
def ex09_1(steps_for_one_pass):
    """Whole steps until 12 * 27 windows were heard in batches of 16; dropping the last part of a batch is accepted."""
    steps = number(steps_for_one_pass, "steps_for_one_pass")
    if steps == 20:
        return "Right if the last, smaller batch is dropped. With it, it is 21."
    if abs(steps - 324) < 0.5:
        raise Wrong("324 is the number of windows; a step takes 16 of them.")
    if abs(steps - 20.25) < 0.01:
        raise Wrong("20.25 steps: there is no quarter of a step. What happens to the last few windows?")
    near(steps, 21, tolerance=0, what="Your number", digits=0,
         why="12 recordings, 27 windows in each, 16 windows a step.")
    return "324 windows, 20 full steps and one of 4 windows."


@exercise("09.2", "The logarithmic half of the loss")
def ex09_2(log_distance):
    """Compared on random spectrograms, on one that is a copy, and on one with silence."""
    rng = np.random.default_rng(9)
    s, t = rng.uniform(0.05, 2.0, [20, 33]), rng.uniform(0.05, 2.0, [20, 33])
    wanted = float(np.mean(np.abs(np.log(s + 1e-5) - np.log(t + 1e-5))))
    found = number(call(log_distance, s, t, what="log_distance"), "log_distance(S, T)")
    signed = np.log(s) - np.log(t)
    for guess, why in ((np.mean(signed), _CANCEL), (abs(np.mean(signed)), _CANCEL),
                       (np.mean(signed**2), "You squared the differences; their absolute values were wanted."),
                       (wanted / np.log(10), "You took log10; `np.log` is the natural logarithm."),
                       (np.mean(np.abs(s - t)), "That is the distance of the magnitudes: the logarithms are missing.")):
        if abs(found - guess) < 1e-3:
            raise Wrong(why)
    if found < 0:
        raise Wrong(f"A distance is never negative; yours is {found:.3f}. Take the logarithms before the difference, "
                    "and its absolute value after it.")
    near(found, wanted, tolerance=1e-3 * wanted, what="The distance of two random spectrograms", digits=4,
         why="Logarithm first, then difference, absolute value, mean.")
    silent = number(call(log_distance, np.zeros([2, 3]), np.ones([2, 3]), what="log_distance"), "With silence it")
    near(silent, float(np.log(1 + 1e-5) - np.log(1e-5)), tolerance=0.01, what="The distance of silence from ones",
         why="Is 1e-5 added before both logarithms?")
    return "This half hears the quiet partials, the other half the loud ones."


@exercise("09.3", "When to stop")
def ex09_3(early_stop):
    """Compared with the rule on four curves and three patiences."""
    for losses in _LOSSES:
        for patience in (1, 2, 3):
            found = array(call(early_stop, list(losses), patience, what="early_stop"), "What early_stop returns", shape=(2,))
            best, stop = _early_stop(losses, patience)
            text = f"For the losses {losses} and patience {patience}"
            if stop != best and tuple(found) == (stop, best):
                raise Wrong(f"{text} you return {stop}, {best}: the other way round, first the best, then the stop.")
            if found[1] != stop:
                raise Wrong(f"{text} you stop at evaluation {found[1]:g}; {stop} was wanted.")
            if found[0] != best:
                raise Wrong(f"{text} your best evaluation is {found[0]:g}; until the stop it is {best}.")
    return "Note the third curve: a little more patience would have found the 1.0."


def _early_stop(losses, patience):
    """The first minimum so far, and where it lies patience evaluations back."""
    for now in range(len(losses)):
        best = int(np.argmin(losses[: now + 1]))
        if now - best >= patience:
            break
    return best, now
