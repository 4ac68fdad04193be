"""A piano roll as a page without a kernel shows it."""

import numpy as np

from ddsp_helpers import expression, units
from ddsp_helpers.classroom import plots
from ddsp_helpers.classroom.describe import number


def draw(table, unset, *, keys, title):
    """Notes above, the six expressions of each below.

    Args:
      table: an expression table, sorted; may be empty.
      unset: names of the expressions that nobody has set.
      keys: MIDI numbers of the lowest and the highest key.
      title: what it is.

    Returns:
      plots.Picture, its description made from the table.

    >>> from ddsp_helpers.data import Note
    >>> draw(expression.table_of([Note(0.0, 1.0, 69.0)]), [], keys=(57, 81), title="One").alt[:52]
    'One: a piano roll of 1 note, A4, over 1 s. No notes '
    """
    figure, (roll, *lanes) = plots.new(1 + len(expression.EXPRESSION), height=0.8, title=title)
    roll.get_gridspec().set_height_ratios([4.5] + [1] * len(lanes))
    both = overlapping(table)
    colours = [plots.COLOURS[1] if overlap else plots.COLOURS[0] for overlap in both]
    left, width = table["onset_s"].to_numpy(), table["duration_s"].to_numpy()
    roll.bar(left, 0.9, width, table["midi"] - 0.45, align="edge", color=colours, edgecolor="white", lw=0.6,
             hatch=["///" if overlap else "" for overlap in both])
    octaves = np.arange(-(-keys[0] // 12) * 12, keys[1] + 1, 12)
    roll.set_yticks(octaves, [units.midi_to_note(key) for key in octaves])
    roll.set(ylim=(keys[0] - 0.5, keys[1] + 0.5), ylabel="key")
    roll.grid(axis="y", color="0.9", lw=0.8)
    roll.set_axisbelow(True)
    for ax, (name, control) in zip(lanes, expression.CONTROLS.items()):
        x = table[name].clip(control.minimum, control.maximum)
        ax.bar(left, x - control.minimum, width, control.minimum, align="edge", color=plots.COLOURS[0], alpha=0.35)
        ax.hlines(x, left, left + width, color=plots.COLOURS[0], lw=2, ls=":" if name in unset else "-")
        ax.set(ylim=(control.minimum, control.maximum), yticks=[control.minimum, control.maximum])
        ax.set_ylabel(control.label, rotation=0, ha="right", va="center")
    lanes[-1].set_xlabel("time (s)")
    return plots.Picture(figure, _words(table, unset, int(both.sum()), title))


def overlapping(table):
    """Which notes of a sorted table sound while another one does, [notes], bool.

    >>> from ddsp_helpers.data import Note
    >>> overlapping(expression.table_of([Note(0.0, 1.0, 60.0), Note(0.5, 1.0, 62.0), Note(1.5, 1.0, 64.0)])).tolist()
    [True, True, False]
    """
    onset, end = table["onset_s"].to_numpy(), (table["onset_s"] + table["duration_s"]).to_numpy()
    if not len(onset):
        return np.zeros(0, bool)
    late = 1e-6
    into_next = np.append(end[:-1] > onset[1:] + late, False)
    into_this = np.append(False, np.maximum.accumulate(end)[:-1] > onset[1:] + late)
    return into_next | into_this


def _words(table, unset, n_overlapping, title):
    """The description of the picture."""
    n = len(table)
    if not n:
        return f"{title}: an empty piano roll."
    low, high = (units.midi_to_note(table["midi"].agg(which)) for which in ("min", "max"))
    pitches = low if low == high else f"from {low} to {high}"
    told = f"{title}: a piano roll of {n} note{'s' * (n > 1)}, {pitches}, over {number((table['onset_s'] + table['duration_s']).max())} s. "
    told += f"{n_overlapping} notes overlap. " if n_overlapping else "No notes overlap. "
    for name, control in expression.CONTROLS.items():
        x = table[name]
        spread = f"{number(x.min())}" if x.min() == x.max() else f"{number(x.min())} to {number(x.max())}, {number(x.mean())} on average"
        told += f"{control.label.capitalize()}: {'not set' if name in unset else spread}. "
    return told.strip()
