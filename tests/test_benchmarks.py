"""The machinery of the benchmarks; what they measure is no test."""

import json
import sys
import types

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks.rows import Row, faster, markdown, table
from benchmarks.timing import Timing, interleaved
from benchmarks.workers import Worker


def test_a_row_meets_its_bar_or_misses_it():
    assert Row("speed", 40.0, "x", ">=", 40).holds and not Row("speed", 39.0, "x", ">=", 40).holds
    assert Row("speed", float("nan"), "x", ">=", 40).holds is False and Row("speed", 1.0, "x").holds is None
    rows = [Row("speed", 39.0, "x", ">=", 40), Row("size", 1.0, "MB")]
    assert "MISSED" in table(rows).splitlines()[1] and "MISSED" not in table(rows).splitlines()[2]
    assert markdown(rows).splitlines()[2] == "| speed | 39 | x | >= 40 | MISSED |"


def test_the_bar_is_held_against_the_peer_where_it_is_installed():
    took = {"ours": Timing(1.0, 2.0), "textbook": Timing(50.0, 80.0)}
    *_, row = faster("synth", took, 30)
    assert (row.value, row.holds) == (40.0, True)                  # the clock says 50, the processors 40
    found = {row.name: row for row in faster("synth", {**took, "peer": Timing(20.0, 40.0)}, 30)}
    assert found["synth: times faster than the textbook"].holds is None
    assert found["synth: times faster than the peer"].holds is False
    assert found["synth: what the textbook costs of the peer"].value == 2.0


def test_medians_of_alternating_rounds():
    order, seconds = [], iter([9.0, 9.0, 1.0, 10.0, 3.0, 30.0, 2.0, 20.0])

    def work(name):
        def run():
            order.append(name)
            value = next(seconds)
            return Timing(value, value)

        return run

    took = interleaved({"a": work("a"), "b": work("b")}, rounds=3, most=1, steady_s=0.0)
    assert order == ["a", "b"] * 4 and took == {"a": Timing(2.0, 2.0), "b": Timing(20.0, 20.0)}


def test_quick_works_are_measured_more_often():
    done = []
    interleaved({"a": lambda: done.append("a") or Timing(1.0, 1.0)}, rounds=3, most=1)
    assert len(done) == 1 + 4 * 3


def test_a_benchmark_that_breaks_down_keeps_its_rows_and_the_next_one_runs(monkeypatch, tmp_path, capsys):
    def broken():
        yield Row("before", 1.0, "s")
        raise RuntimeError("no")

    for name, run in (("broken", broken), ("sound", lambda: [Row("after", 2.0, "s", "<", 3)])):
        monkeypatch.setitem(sys.modules, f"benchmarks.{name}", types.SimpleNamespace(run=run))
    monkeypatch.setattr(benchmarks, "NAMES", {"broken": "", "sound": ""})
    path = tmp_path / "out" / "figures.json"
    arguments = ["--json", str(path), "--markdown", str(tmp_path / "figures.md")]
    assert benchmarks.main(["all", *arguments]) == 1 and "RuntimeError: no" in capsys.readouterr().err
    found = {row["name"]: row["holds"] for row in json.loads(path.read_text())}
    assert found == {"before": None, "broken: came to its end": False, "after": True}
    assert "| after | 2 | s | < 3 | holds |" in (tmp_path / "figures.md").read_text(encoding="utf-8")
    assert benchmarks.main(["sound"]) == 0
    with pytest.raises(SystemExit):
        benchmarks.main(["nothing of that name"])


def test_a_worker_tells_time_and_memory_and_what_went_wrong():
    code = ("from benchmarks.workers import serve; "
            "serve({'good': lambda: print('not an answer'), 'bad': lambda: 1 / 0}.get)")
    with Worker([sys.executable, "-c", code]) as worker:
        took = worker.work("good")()
        assert 0 <= took.cpu_s < 10 and 0 < took.wall_s < 60
        assert worker.peak_mb > 1 or sys.platform == "win32"
        with pytest.raises(RuntimeError, match="(?s)while it did 'bad'.*ZeroDivisionError"):
            worker.work("bad")()
