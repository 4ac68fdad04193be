"""A score to play, to draw and to colour: notes on a piano roll, and below them how each of them is played."""

import dataclasses
import json
import os

import numpy as np
import traitlets

from ddsp_helpers import expression
from ddsp_helpers.classroom import plots
from ddsp_helpers.classroom.sounds import one_sound
from ddsp_helpers.controls import Control
from ddsp_helpers.widgets import plain_tone, roll_picture
from ddsp_helpers.widgets.base import Widget, pcm

TEMPO = Control("beats_per_minute", 20.0, 300.0, "", "linear", 100.0, "how many quarter notes a minute the grid has")
LENGTHS = ("1/16", "1/8", "1/4", "1/2", "1/1")
GRIDS = ("free", *LENGTHS[:3])
_MARGIN, _FEWEST_KEYS = 4, 24
_LONGEST_SHOWN_S = 12            # a page without a kernel holds no longer sound


class PianoRoll(Widget):
    """Notes to move, draw and play in, with the six numbers that say how each is played.  Lesson 11.

    `Play` is a plain tone made in the browser; `Render` asks `render` and puts the rendering before the last edits beside
    the one after them, in step and at their own levels.  Without `render`, `sound()` is the plain tone, exactly.

    Args:
      table: an expression table (expression.COLUMNS, one row a note; the six of expression.EXPRESSION may be missing: their
        defaults then, and the lane says so), or a list of data.Note, which may be empty.
      render: function of an expression table that gives a sound; None for none.
      original: the sound that the table was measured in, to be heard beside the renderings; as in `listen.play`.
      lowest: MIDI number of the lowest key, or None for a little below the notes.
      highest: of the highest.
      title: one line.
      beats_per_minute, grid, step: see `value`.

    Attributes:
      value: notes, rows of the ten columns, in any order; unset, the expressions that nobody has set; selected, numbers of
        notes; beats_per_minute; grid, one of GRIDS; step, what a note played in step by step lasts, one of LENGTHS.
      table: the notes as they are now, sorted, settable.
      edited: whether they are other notes, or otherwise played, than those that came.

    Raises:
      ValueError: a table that cannot be played, notes outside the keys, or no room for a key.

    >>> from ddsp_helpers.data.melodies import parse
    >>> roll = PianoRoll(parse("A4:1 B4:1", beats_per_minute=60))
    >>> roll.value = {"notes": [[0.5, 0.5, 72, 0.7, 0.9, 0.2, 0.4, 0.1, 0.3, 1.0]]}
    >>> roll.table["midi"].tolist(), roll.edited
    ([72.0], True)
    """

    title = "Piano roll"
    script = "piano_roll"
    controls = (TEMPO,)
    lanes = traitlets.List().tag(sync=True)              # the six expressions as declared
    key_range = traitlets.List().tag(sync=True)               # MIDI numbers of the lowest and the highest key
    can_render = traitlets.Bool().tag(sync=True)
    original = traitlets.Bytes().tag(sync=True)
    original_rate = traitlets.Int().tag(sync=True)

    def __init__(self, table, render=None, original=None, lowest=None, highest=None, *, title=None, **settings):
        if render is not None and not callable(render):
            raise ValueError(f"render came as {type(render).__name__}; a function that makes a sound of a table was wanted, such "
                             "as lambda table: perform.synthesize(player, perform.controls(player, table)) (lesson 11).")
        self._given, self._unset = _rows(table)
        self._keys = _keys(self._given, lowest, highest)
        self._perform, self._sounds = render, {}
        self._pair = [None, self._given]                 # the notes of the two renderings that are compared
        self.title = title or self.title
        heard = None if original is None else one_sound(original)
        super().__init__(key_range=list(self._keys), can_render=render is not None, heading=self.title,
                         original=b"" if heard is None else pcm(heard.samples),
                         original_rate=0 if heard is None else heard.sample_rate, **settings)
        self.lanes = [{**dataclasses.asdict(control), "label": control.label} for control in expression.CONTROLS.values()]

    def defaults(self):
        return {**super().defaults(), "notes": self._given, "unset": self._unset, "selected": [], "grid": "free", "step": "1/8"}

    def check(self, value):
        _check_rows(value["notes"], self._keys)
        unknown = sorted(set(value["unset"]) - set(expression.EXPRESSION))
        if unknown:
            raise ValueError(f"unset names {', '.join(unknown)}; some of {', '.join(expression.EXPRESSION)} were wanted (lesson 11).")
        if not all(isinstance(i, int) and 0 <= i < len(value["notes"]) for i in value["selected"]):
            raise ValueError(f"selected is {value['selected']!r}; numbers of the {len(value['notes'])} notes, from 0, were wanted "
                             "(lesson 11).")
        for name, known in (("grid", GRIDS), ("step", LENGTHS)):
            if value[name] not in known:
                raise ValueError(f"{name} is {value[name]!r}; one of {', '.join(known)} was wanted (lesson 11).")
        return super().check(value)

    @property
    def table(self):
        """The notes as they are now: a new pandas.DataFrame with the columns expression.COLUMNS, sorted by onset."""
        return _table(self.value["notes"])

    @table.setter
    def table(self, table):
        rows, unset = _rows(table)
        self.value = {"notes": rows, "unset": unset, "selected": []}

    @property
    def edited(self):
        """Whether the notes differ from those that came, in anything but their order."""
        return sorted(map(_numbers, self.value["notes"])) != sorted(map(_numbers, self._given))

    def _performed(self, rows):
        """The exact sound of notes; the latest renderings are kept."""
        key = json.dumps(rows)
        if key not in self._sounds:
            if self._perform is None:
                sound = plain_tone.render(rows)
            elif rows:
                sound = one_sound(self._perform(_table(rows)))
            else:
                raise ValueError("There is no note to render; at least one was wanted (lesson 11).")
            kept = {json.dumps(notes) for notes in self._pair}
            self._sounds = {known: x for known, x in self._sounds.items() if known in kept} | {key: sound}
        return self._sounds[key]

    def rate_of(self, value):
        return self._performed(value["notes"]).sample_rate

    def render(self, value):
        """What the function `render` makes of the notes, [samples]; without one the plain tone."""
        return self._performed(value["notes"]).samples

    def sound(self):
        return self._performed(self.value["notes"])

    def on_perform(self, content, buffers):
        """Renders notes for the front end: those before the edits, if there were any, and those after."""
        rows = self.check({**self.value, "notes": content["notes"], "selected": []})["notes"]
        if rows != self._pair[1]:
            self._pair = [self._pair[1], rows]
        sounds = {name: self._performed(notes) for name, notes in zip(("before", "after"), self._pair) if notes}
        return {"names": list(sounds), "rates": [sound.sample_rate for sound in sounds.values()]}, \
            [pcm(sound.samples) for sound in sounds.values()]

    def picture(self):
        """The roll and its six lanes, plots.Picture."""
        return roll_picture.draw(self.table, self.value["unset"], keys=self._keys, title=self.title)

    def _is_quick(self):
        """A page being made may wait for a player; a cell that shows the widget does not."""
        short = max((row[0] + row[1] for row in self.value["notes"]), default=0) <= _LONGEST_SHOWN_S
        return short and (super()._is_quick() if self._perform is None else os.environ.get("DDSP_STATIC") == "1")

    def __repr__(self):
        return f"PianoRoll({len(self.value['notes'])} notes, {'edited' if self.edited else 'as they came'})"


def _rows(table):
    """Rows of the ten columns, sorted by onset, and the names of the expressions that the table has not."""
    if not hasattr(table, "columns"):
        notes = list(table)
        odd = next((note for note in notes if not all(hasattr(note, name) for name in expression.NOTE_COLUMNS)), None)
        if odd is not None:
            raise ValueError(f"{odd!r} came as a note; a data.Note, or an expression table for all of them, was wanted (lesson 11).")
        return _rows(expression.table_of(notes)[list(expression.NOTE_COLUMNS)])
    unset = [name for name in expression.EXPRESSION if name not in table.columns]
    table = table.assign(**{name: expression.CONTROLS[name].default for name in unset})
    if len(table):
        table = expression.check_table(table)
    return table[list(expression.COLUMNS)].astype(float).to_numpy().round(6).tolist() if len(table) else [], unset


def _check_rows(rows, keys):
    """Refuses notes that no instrument with these keys plays, in words."""
    for number, row in enumerate(rows):
        if len(row) != len(expression.COLUMNS) or not np.all(np.isfinite(np.asarray(row, float))):
            raise ValueError(f"Note {number} is {row!r}; numbers for {', '.join(expression.COLUMNS)} were wanted (lesson 11).")
        onset_s, duration_s, midi, velocity = row[:4]
        if onset_s < 0 or duration_s <= 0:
            raise ValueError(f"Note {number} begins at {onset_s:g} s and lasts {duration_s:g} s; from 0 s on, and more than 0 s, were "
                             "wanted (lesson 11).")
        if not keys[0] - 0.5 <= midi <= keys[1] + 0.5:
            raise ValueError(f"Note {number} has the pitch {midi:g}; one of the keys, {keys[0]} to {keys[1]}, was wanted: see lowest "
                             "and highest (lesson 11).")
        if not 0 <= velocity <= 1:
            raise ValueError(f"Note {number} has the velocity {velocity:g}; 0 to 1 was wanted (lesson 11).")


def _keys(rows, lowest, highest):
    """The lowest and the highest key: as asked for, or a little beyond the notes and two octaves at least."""
    midi = [row[2] for row in rows] or [60, 72]
    low, high = int(np.floor(min(midi))) - _MARGIN, int(np.ceil(max(midi))) + _MARGIN
    more = max(0, _FEWEST_KEYS - (high - low))
    low = max(0, low - more // 2) if lowest is None else int(lowest)
    high = min(127, high + (more + 1) // 2) if highest is None else int(highest)
    if not 0 <= low < high <= 127:
        raise ValueError(f"The keys would go from {low} to {high}; two MIDI numbers between 0 and 127, the lower one first, were wanted "
                         "(lesson 11).")
    return low, high


def _table(rows):
    """Rows as a table, sorted by onset."""
    import pandas

    table = pandas.DataFrame(np.asarray(rows, float).reshape(-1, len(expression.COLUMNS)), columns=list(expression.COLUMNS))
    return expression.check_table(table) if len(table) else table


def _numbers(row):
    return tuple(map(float, row))
