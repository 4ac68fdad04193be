"""Time several ways of doing the same work side by side on a machine that others share."""

import statistics
import time
from typing import NamedTuple


class Timing(NamedTuple):
    """What one piece of work took: seconds on the clock, and seconds of all processors together."""

    wall_s: float
    cpu_s: float

    def times_faster(self, other):
        """How many times faster this is than other: on the clock or in processor time, whichever is less."""
        return min(other.wall_s / self.wall_s, other.cpu_s / self.cpu_s)


def timed(work):
    """A function without arguments that does the work and returns its Timing."""
    def run():
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        work()
        return Timing(time.perf_counter() - wall_s, time.process_time() - cpu_s)

    return run


def interleaved(works, *, rounds=3, quick_s=0.5, most=5, steady_s=20.0):
    """Median Timing of each work, measured in alternating rounds.

    Interleaving spreads whatever else the machine does over all the works, so that their ratios mean something where
    their seconds do not; and processor time hardly depends on what else runs.

    Args:
      works: {name: function that does the whole work and returns its Timing}, as `timed` makes them.
      rounds: how many times it is each one's turn; one turn more, the first, is not counted (compilation, caches).
      quick_s: a turn lasts as long as this, s: a quick work is done several times in it, a slow one once.
      most: how many times at most in one turn.
      steady_s: the rounds go on for so long, up to four times as many: quick works need it for a steady median, s.

    Returns:
      {name: Timing}.
    """
    found, steady = {name: [] for name in works}, time.perf_counter() + steady_s
    for turn in range(4 * rounds + 1):
        if turn > rounds and time.perf_counter() > steady:
            break
        for name, work in works.items():
            end, took = time.perf_counter() + quick_s, []
            while not took or (turn and len(took) < most and time.perf_counter() < end):
                took.append(work())
            if turn:
                found[name] += took
    return {name: Timing(*map(statistics.median, zip(*took))) for name, took in found.items()}
