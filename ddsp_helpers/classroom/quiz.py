"""Questions with an explanation for every choice, in plain HTML: they work without a kernel, by keyboard, in print."""

import dataclasses
import importlib
import re

from ddsp_helpers.classroom.html import Shown, escape


@dataclasses.dataclass(frozen=True)
class Question:
    """One question.

    Args:
      text: what is asked.
      choices: (choice, right, explanation) triples; exactly one is right, and wrong ones say why one may think so.

    Raises:
      ValueError: fewer than two choices, not exactly one right, or an explanation is missing.
    """

    text: str
    choices: tuple

    def __post_init__(self):
        if len(self.choices) < 2 or sum(bool(right) for _, right, _ in self.choices) != 1:
            raise ValueError(f"{self.text!r}: two or more choices with exactly one right were wanted (lesson 00).")
        if not all(why.strip() for _, _, why in self.choices):
            raise ValueError(f"{self.text!r}: every choice needs an explanation (lesson 00).")


def ask(*questions, heading=""):
    """Shows questions; a choice unfolds to its explanation when it is picked.

    >>> ask(Question("1 + 1?", (("2", True, "Yes."), ("3", False, "One too many."))))
    1 + 1?
      a) 2
      b) 3
    """
    body, words = ([f"<p><strong>{escape(heading)}</strong></p>"], [heading]) if heading else ([], [])
    for number, question in enumerate(questions, start=1):
        numbered = f"{number}. {question.text}" if len(questions) > 1 else question.text
        body.append(f'<p style="margin:.8em 0 .2em"><strong>{_text(numbered)}</strong></p>')
        words.append(numbered)
        for letter, (choice, right, why) in zip("abcdef", question.choices):
            verdict = "✓ Yes." if right else "✗ No."
            body.append(f'<details style="margin:.1em 0 .1em 1.2em"><summary>{_text(choice)}</summary>'
                        f'<p style="margin:.2em 0 .4em 1.2em">{verdict} {_text(why)}</p></details>')
            words.append(f"  {letter}) {choice}")
    return Shown(f'<div style="max-width:46em">{"".join(body)}</div>', "\n".join(words))


def predict(lesson):
    """The question before the lesson: choose first, then run on."""
    return ask(_questions(lesson).PREDICT, heading="Predict first: pick a choice, then run the next cells.")


def recap(lesson):
    """The questions at the end of a lesson, e.g. recap("06")."""
    return ask(*_questions(lesson).RECAP)


def _questions(lesson):
    """The module with the questions of a lesson."""
    try:
        return importlib.import_module(f"ddsp_helpers.classroom.questions.lesson_{lesson}")
    except ModuleNotFoundError as missing:
        raise ValueError(f"There are no questions for lesson {lesson!r}; two digits such as '06' were wanted.") from missing


def _text(text):
    """Text with `code` and *emphasis* as HTML."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if i % 2 else re.sub(r"\*(\w[^*]*)\*", r"<em>\1</em>", piece)
                   for i, piece in enumerate(pieces))
