"""Time several ways of doing the same work side by side on a machine that others share."""

import statistics
import time


def interleaved_medians(works, *, rounds=7, warm_up=1):
    """Median wall-clock seconds of each work, measured in alternating rounds.

    Interleaving spreads whatever else the machine does over all the works, so that their ratios mean something
    where their seconds do not.

    Args:
      works: {name: function without arguments}; each call does the whole work.
      rounds: how many timed calls of each.
      warm_up: untimed calls of each before (compilation, caches).

    Returns:
      {name: median seconds}.
    """
    for work in works.values():
        for _ in range(warm_up):
            work()
    seconds = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}

