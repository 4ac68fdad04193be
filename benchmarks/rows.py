"""A benchmark's result: rows of name, value, unit, bar, holds."""

import dataclasses
import operator

_RELATIONS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


@dataclasses.dataclass(frozen=True)
class Row:
    """One measured figure, and the bar it is held to (None: shown for information)."""

    name: str
    value: float
    unit: str
    relation: str = ""
    limit: float | None = None

    @property
    def bar(self):
        """The bar as text, e.g. '>= 40'; empty where there is none."""
        return "" if self.limit is None else f"{self.relation} {self.limit:g}"

    @property
    def holds(self):
        """Whether the value meets its bar; None where there is none. NaN meets no bar."""
        if self.limit is None:
            return None
        return bool(_RELATIONS[self.relation](self.value, self.limit))

    def to_dict(self):
        return {"name": self.name, "value": float(self.value), "unit": self.unit, "bar": self.bar, "holds": self.holds}


def faster(name, took, bar=None):
    """Rows of how many times faster ours is than the others that did the same work in the same run.

    Args:
      name: of the work.
      took: {"ours": Timing, "textbook": Timing}, and "peer" where it is installed.
      bar: how many times faster ours must be than the peer, or where there is none than the textbook; None: no bar.
    """
    rows = [Row(f"{name}: {who}", 1000 * timing.cpu_s, "ms of processor time") for who, timing in took.items()]
    others = [who for who in took if who != "ours"]
    for other in others:
        limit = {"relation": ">=", "limit": bar} if bar and other == others[-1] else {}
        rows.append(Row(f"{name}: times faster than the {other}", took["ours"].times_faster(took[other]), "x", **limit))
    if "peer" in took:
        of_peer = took["textbook"].cpu_s / took["peer"].cpu_s
        rows.append(Row(f"{name}: what the textbook costs of the peer", of_peer, "x"))
    return rows


def table(rows):
    """The rows as text in aligned columns."""
    cells = _cells(rows)
    widths = [max(len(row[i]) for row in cells) for i in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells)


def markdown(rows):
    """The rows as a Markdown table."""
    head, *lines = ["| " + " | ".join(row) + " |" for row in _cells(rows)]
    return "\n".join([head, "|---|---:|---|---|---|", *lines]) + "\n"


def _cells(rows):
    mark = {True: "holds", False: "MISSED", None: ""}
    return [("name", "value", "unit", "bar", "")] + [
        (row.name, f"{row.value:.4g}", row.unit, row.bar, mark[row.holds]) for row in rows]
