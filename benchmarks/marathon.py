"""Does patience pay? The default decoder beside the best one after ten times as long, two hours at the usual length.

The best is the one that leads after the short time. Whoever else was trained as long, `python -m benchmarks.race cnn 100`,
is compared as well. Clock and recordings are those of `race`, and what has run is kept. Draws out/benchmarks/marathon.png.
"""

from benchmarks.race import DECODERS, DEFAULT, hold, kept, rows_of
from benchmarks.rows import Row


def run(minutes=20.0):
    short, long = minutes / 2, 5 * minutes
    sprint = hold(*((name, short) for name in DECODERS))
    leader, _ = min(sprint, key=sprint.get)
    runners = [name for name in DECODERS if name == leader or long in kept().get(name, {})]
    final = hold(*sprint, *((name, long) for name in runners), picture="marathon.png")
    best = min(final[name, long] for name in runners)
    return rows_of(final) + [Row(f"{DEFAULT} after {short:g} min against the best after {long:g}",
                                 final[DEFAULT, short] / best, "x the distance", "<=", 1.05)]
