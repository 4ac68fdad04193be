"""How a check is written: a function that compares, raises `Wrong` with what differs, or returns a word of praise.

    @exercise("06.1", "One semitone as a ratio")
    def ex06_1(ratio):
        ratio = number(ratio, "ratio")
        near(ratio, 2 ** (1 / 12), tolerance=1e-4, what="Your ratio", digits=4)
        return "Twelve of these make an octave."

The untouched stub (`...`, or a function that returns `...`) is "not attempted yet", never wrong.
"""

import functools

import numpy as np

from ddsp_helpers.classroom.html import Shown, box, paragraph


class Wrong(Exception):
    """What differs, in words; optionally something to show or hear below it (Shown)."""

    def __init__(self, message, *shown):
        super().__init__(message)
        self.shown = shown


class NotAttempted(Exception):
    """The stub is still there."""


class Outcome(Shown):
    """The result of a check: .status "right", "wrong" or "not attempted", .message; true when right."""

    def __init__(self, status, exercise_name, message, shown=()):
        self.status, self.message = status, message
        heading = {"right": "right", "wrong": "not yet", "not attempted": "not attempted yet"}[status]
        heading = f"Exercise {exercise_name}: {heading}"
        inner = [paragraph(message), *(item._repr_html_() for item in shown)]
        super().__init__(box(status, heading, *inner), f"{heading}. {message}")

    def __bool__(self):
        return self.status == "right"


def exercise(name, title):
    """Makes a check out of a comparing function.

    The function takes the learner's answers.  It returns words (or words and Shown things) when they are right and raises
    Wrong when not.

    Args:
      name: number as the lesson writes it, e.g. "06.1".
      title: one line.
    """

    def wrap(compare):
        @functools.wraps(compare)
        def check(*answers, **named):
            try:
                if any(_untouched(answer) for answer in (*answers, *named.values())):
                    raise NotAttempted
                praise = compare(*answers, **named)
            except NotAttempted:
                return Outcome("not attempted", name, "Replace the ... in the cell above by your answer and run it again. "
                               "The hints unfold one at a time.")
            except Wrong as wrong:
                return Outcome("wrong", name, str(wrong), wrong.shown)
            words, *shown = praise if isinstance(praise, tuple) else (praise,)
            return Outcome("right", name, words, shown)

        check.exercise, check.title = name, title
        return check

    return wrap


def _untouched(answer):
    parts = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, (list, tuple)) else ()
    return answer is Ellipsis or any(part is Ellipsis for part in parts)


def call(function, *arguments, what="Your function", **named):
    """What a learner's function returns.

    Raises:
      NotAttempted: it returns `...` or raises NotImplementedError.
      Wrong: it is no function, stops with an error, or returns nothing.
    """
    if not callable(function):
        raise Wrong(f"{what} is {_kind(function)}; a function was wanted: pass its name without brackets.")
    try:
        result = function(*arguments, **named)
    except NotImplementedError as stub:
        raise NotAttempted from stub
    except Exception as error:      # whatever a learner's function does wrong belongs into the answer, not into a traceback
        raise Wrong(f"{what} stopped with {type(error).__name__}: {error}") from error
    if _untouched(result):
        raise NotAttempted
    if result is None:
        raise Wrong(f"{what} returned nothing: does it end with `return ...`?")
    return result


def number(answer, what):
    """The answer as one finite float."""
    values = array(answer, what)
    if values.size != 1:
        raise Wrong(f"{what} has {values.size} values (shape {list(values.shape)}); one number was wanted.")
    return float(values.reshape(-1)[0])


def array(answer, what, *, shape=None):
    """The answer as a float64 array of finite numbers; shape may hold None for any length."""
    if callable(answer) and not hasattr(answer, "shape"):
        raise Wrong(f"{what} is a function; its value was wanted: call it.")
    try:
        values = np.asarray("nothing" if answer is None else answer, dtype=np.float64)     # NumPy takes None for NaN
    except (TypeError, ValueError) as error:
        raise Wrong(f"{what} is {_kind(answer)}; numbers were wanted.") from error
    if not np.isfinite(values).all():
        raise Wrong(f"{what} holds NaN or infinity: is something divided by zero, or the logarithm of zero taken?")
    fits = shape is None or (
        values.ndim == len(shape) and all(want in (None, have) for want, have in zip(shape, values.shape))
    )
    if not fits:
        wanted = "[" + ", ".join("any" if length is None else str(length) for length in shape) + "]"
        raise Wrong(f"{what} has shape {list(values.shape)}; {wanted} was wanted.")
    return values


def near(value, wanted, *, tolerance, what, unit="", digits=2, why=None):
    """Passes a value within the tolerance; else says by how much it is too high or too low, and `why` if given.

    Args:
      value: a number.
      wanted: the expected one.
      tolerance: largest difference.
      what: e.g. "Your ratio".
      unit: e.g. "Hz".
      digits: after the point; 0 where a whole number is wanted, and any other is shown as it is.
      why: a sentence about the likely cause.
    """
    difference = value - wanted
    if abs(difference) <= tolerance:
        return
    unit, form = f" {unit}" if unit else "", f".{digits}f" if digits else "g"
    side = "too high" if difference > 0 else "too low"
    raise Wrong(f"{what} is {value:{form}}{unit}: that is {abs(difference):{form}}{unit} {side}."
                + (f" {why}" if why else ""))


def _kind(thing):
    return {"str": "a text", "NoneType": "nothing", "function": "a function"}.get(
        type(thing).__name__, f"a {type(thing).__name__}")
