"""Every instrument that ships: its size, and the held-out figures on its card."""

import pathlib

from benchmarks.rows import Row
from ddsp_helpers import models

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data" / "checkpoints"


def paths():
    """The instrument files that ship, sorted."""
    return sorted(FOLDER.glob("*.npz"))


def run():
    rows = []
    for path in paths():
        card = models.load(path).card
        rows.append(Row(f"{path.stem}: size", path.stat().st_size / 1e6, "MB", "<", 1.0))
        rows += [Row(f"{path.stem}: {name.replace('_', ' ')}", value, "") for name, value in card["held_out"].items()]
    return rows
