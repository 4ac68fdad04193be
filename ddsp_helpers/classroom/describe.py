"""Words about curves, made from their data: the alternative text of every picture."""

import numpy as np


def number(value):
    """A number as one would say it: three digits.

    >>> [number(x) for x in (0.12345, 440.04, 12345.6, 0)]
    ['0.123', '440', '12300', '0']
    """
    value = float(value)
    if value == 0 or not np.isfinite(value):
        return "0" if value == 0 else str(value)
    digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    rounded = round(value, 2 - int(np.floor(np.log10(abs(value)))))
    text = f"{rounded:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def span(x):
    """The ends of an axis in words."""
    x = np.asarray(x, float)
    return f"from {number(np.nanmin(x))} to {number(np.nanmax(x))}" if x.size else "empty"


def describe_line(label, x, y):
    """Where a curve begins, ends and turns, and how much of it is left out.

    >>> describe_line("level", [0, 1, 2], [1.0, 4.0, 2.0])
    'level begins at 1, ends at 2, is highest (4) at 1 and lowest (1) at 0.'
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    there = np.isfinite(y)
    if not there.any():
        return f"{label} is empty."
    xs, ys = x[there], y[there]
    high, low = int(np.argmax(ys)), int(np.argmin(ys))
    if ys[high] - ys[low] <= 1e-9 * max(1.0, abs(ys[high])):
        text = f"{label} stays at {number(ys[0])}"
    else:
        text = (f"{label} begins at {number(ys[0])}, ends at {number(ys[-1])}, is highest ({number(ys[high])}) at "
                f"{number(xs[high])} and lowest ({number(ys[low])}) at {number(xs[low])}")
    gaps = 1 - there.mean()
    return text + (f"; {100 * gaps:.0f} % is left out." if gaps > 0.005 else ".")
