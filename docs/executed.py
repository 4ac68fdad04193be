"""Notebooks are run once, by nbval; this pytest plugin keeps what they showed and how long they took.

    python -m pytest -p docs.executed --nbval-lax --nbval-current-env -p no:python notebooks

`python course.py test` runs exactly that, and the site is built from what it leaves in out/executed/: nothing runs
twice.  A record counts as long as the notebook, the package, the checkpoints and the pinned versions are the same.
"""

import datetime
import functools
import hashlib
import json
import os
import pathlib
import time

import nbformat
import pytest
from nbval.plugin import IPyNbCell

ROOT = pathlib.Path(__file__).resolve().parents[1]
RECORDS = ROOT / "out" / "executed"
_TELL = """import json, sys
if "ipywidgets" in sys.modules:
    states = sys.modules["ipywidgets"].Widget.get_manager_state()["state"]
    print(json.dumps({key: one for key, one in states.items() if "_esm" in one["state"]}))"""
_INPUTS = ("ddsp_helpers/**/*.py", "ddsp_helpers/**/*.js", "data/**/*.npz", "data/**/*.json", "requirements.txt")


@functools.cache
def _inputs():
    """A fingerprint of everything that a notebook's outputs depend on, besides the notebook."""
    total = hashlib.sha256()
    for path in sorted(path for pattern in _INPUTS for path in ROOT.glob(pattern)):
        total.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return total.hexdigest()


def key(notebook):
    """What a record of this notebook must have been made with."""
    return hashlib.sha256(pathlib.Path(notebook).read_bytes() + _inputs().encode()).hexdigest()[:16]


def record_of(notebook):
    """Where the record of notebooks/NN.ipynb or notebooks/solutions/NN.ipynb lies."""
    return RECORDS / pathlib.Path(notebook).resolve().relative_to(ROOT / "notebooks")


def read(notebook, *, as_is=False):
    """The executed notebook, or None where it was never run or something changed since.

    Its metadata.record holds: key, seconds (kernel start to last cell), fast (DDSP_FAST=1), cores, day; its
    metadata.live the front ends of the widgets as they stood at the end, {model id: {"state": …, "buffers": …}}.

    Args:
      notebook: path of a notebook below notebooks/.
      as_is: True takes a record although something changed.
    """
    path = record_of(notebook)
    found = nbformat.read(path, as_version=4) if path.is_file() else None
    return found if found and (as_is or found.metadata.record.key == key(notebook)) else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if isinstance(item, IPyNbCell) and not hasattr(item.parent, "began"):
        item.parent.began, item.parent.ran = time.perf_counter(), 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    try:
        return (yield)
    finally:
        if isinstance(item, IPyNbCell):
            item.parent.ran += 1
            item.cell.outputs = item.test_outputs or []
            item.cell.execution_count = item.parent.ran
            item.parent.took = time.perf_counter() - item.parent.began


def _widgets(kernel):
    """The widgets of a kernel with a front end of their own, as a page needs them to go on without it."""
    asked, told = kernel.execute_cell_input(_TELL, allow_stdin=False), ""
    kernel.await_reply(asked, timeout=60)
    while True:
        message = kernel.get_message("iopub", timeout=10)
        if message["parent_header"].get("msg_id") == asked:
            if message["content"].get("execution_state") == "idle":
                return json.loads(told or "{}")
            told += message["content"].get("text", "")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item, nextitem):
    if not isinstance(item, IPyNbCell) or (nextitem is not None and nextitem.parent is item.parent):
        return
    notebook, path = item.parent.nb, pathlib.Path(item.parent.path)
    whole = item.parent.ran == sum(cell.cell_type == "code" for cell in notebook.cells)
    if whole and ROOT / "notebooks" in path.parents:
        notebook.metadata.record = {
            "key": key(path), "seconds": round(item.parent.took, 1), "fast": os.environ.get("DDSP_FAST") == "1",
            "cores": os.cpu_count(), "day": datetime.date.today().isoformat(),
        }
        notebook.metadata.live = _widgets(item.parent.kernel) if item.parent.kernel.is_alive() else {}
        target = record_of(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
