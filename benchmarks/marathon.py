"""Does patience pay? Every decoder after ten times as long as the default one, five hours at the usual length of 20.

The contestants, clock and recordings are those of `race`, and what has run is kept. Draws out/benchmarks/marathon.png.
"""

from benchmarks.race import DECODERS, DEFAULT, OUT, hold, rows_of
from benchmarks.rows import Row


def run(minutes=20.0):
    short, long = minutes / 2, 5 * minutes
    final = hold([(DEFAULT, short), *((name, long) for name in DECODERS)], OUT / "marathon.png")
    best = min(final[name, long] for name in DECODERS)
    return rows_of(final) + [Row(f"{DEFAULT} after {short:g} min against the best after {long:g}",
                                 final[DEFAULT, short] / best, "x the distance", "<=", 1.05)]
