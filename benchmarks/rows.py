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
        return {"name": self.name, "value": self.value, "unit": self.unit, "bar": self.bar, "holds": self.holds}


def table(rows):
    """The rows as text in aligned columns."""
    mark = {True: "holds", False: "MISSED", None: ""}
    cells = [("name", "value", "unit", "bar", "")]
    cells += [(r.name, f"{r.value:.4g}", r.unit, r.bar, mark[r.holds]) for r in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells)
