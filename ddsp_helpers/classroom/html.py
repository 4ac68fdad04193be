"""Things that show themselves in a notebook: HTML on the screen, words everywhere else."""

import html

MARKS = {"right": ("#0072b2", "✓"), "wrong": ("#d55e00", "✗"), "not attempted": ("#767676", "…")}


class Shown:
    """Something with an HTML face and a wording: a notebook shows the first, print() and tests the second."""

    def __init__(self, body, words):
        self.body, self.words = body, words

    def _repr_html_(self):
        return self.body

    def __repr__(self):
        return self.words


def escape(text):
    """Text for HTML, quotes included."""
    return html.escape(str(text), quote=True)


def box(kind, heading, *parts):
    """A framed block; kind is "right", "wrong" or "not attempted": a colour and a sign, never a colour alone."""
    colour, sign = MARKS[kind]
    inner = "".join(parts)
    return (f'<div style="border-left:4px solid {colour};padding:.4em .9em;margin:.5em 0">'
            f'<strong><span aria-hidden="true" style="color:{colour}">{sign}</span> {escape(heading)}</strong>{inner}</div>')


def paragraph(text):
    """A paragraph of escaped text; `code` in backticks is set as code."""
    pieces = escape(text).split("`")
    joined = "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))
    return f'<p style="margin:.3em 0">{joined}</p>'


def stack(*shown):
    """Several things below each other, as one."""
    return Shown("".join(item._repr_html_() for item in shown), "\n".join(repr(item) for item in shown))
