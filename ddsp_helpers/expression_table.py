"""Expression tables as CSV files, to be edited in any spreadsheet: one row a note, one column a control.  Lesson 11.

Several voices share a file by the column `voice`, numbered from 1; without it the file is one voice.
"""
import os
import pathlib
import tempfile

import numpy as np

from ddsp_helpers import expression

VOICE = "voice"


def write(tables, path):
    """Writes the tables of one or more voices, whole or not at all; `read` gives back the same numbers.

    Args:
      tables: list of expression tables, one a voice.
      path: ends in .csv.

    Raises:
      ValueError: another ending, no table, or one that cannot be played.
    """
    import pandas

    path = _csv(path)
    if not tables:
        raise ValueError("No expression table came; at least one was wanted (lesson 11).")
    checked = [expression.check_table(table).assign(**{VOICE: number}) for number, table in enumerate(tables, 1)]
    whole = pandas.concat(checked)[[VOICE, *expression.COLUMNS]]
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as scratch:
        part = pathlib.Path(scratch) / path.name
        whole.to_csv(part, index=False, encoding="utf-8")
        os.replace(part, path)


def read(path):
    """Reads a file of `write`, edited or not; a spreadsheet's semicolons and decimal commas are understood.

    Args:
      path: ends in .csv.

    Returns:
      list of expression tables, one a voice, in the order of their numbers.

    Raises:
      ValueError: there is no such file, it is no table, a column is missing, or a value is not a number.
    """
    import pandas

    path = _csv(path)
    if not path.is_file():
        raise ValueError(f"{path} does not exist; an expression table was wanted (lesson 11).")
    try:
        head = path.read_text(encoding="utf-8-sig").partition("\n")[0]
        style = {"sep": ";", "decimal": ","} if ";" in head else {}
        table = pandas.read_csv(path, encoding="utf-8-sig", skipinitialspace=True, **style)
    except ValueError as error:                 # pandas' own, and bytes that are no text
        raise ValueError(f"{path} is not a table: {error} (lesson 11).") from error
    table.columns = [str(name).strip() for name in table.columns]
    if VOICE not in table:
        table[VOICE] = 1
    numbers = pandas.to_numeric(table[VOICE], errors="coerce").to_numpy(float)
    bad = np.flatnonzero(~np.isfinite(numbers) | (numbers != np.round(numbers)))
    if bad.size:
        raise ValueError(f"{path}: row {bad[0]} has {table[VOICE].iloc[bad[0]]!r} for its voice; a whole number was "
                         "wanted (lesson 11).")
    try:
        checked = [expression.check_table(table[numbers == number]) for number in np.unique(numbers)]
        return checked or [expression.check_table(table)]
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _csv(path):
    """The path, or a ValueError."""
    path = pathlib.Path(path)
    if path.suffix.lower() != ".csv":
        raise ValueError(f"{path} ends in {path.suffix!r}; .csv was wanted (lesson 11).")
    return path
