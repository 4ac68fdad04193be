"""The lint can fail: every rule finds the fault that is planted for it, and nothing in a sound notebook."""
import copy
import json
import subprocess
import sys

import nbformat
import pytest

from ddsp_helpers.classroom import lint, notebooks

LEARNER = notebooks.ROOT / "notebooks" / f"{notebooks.lesson_files()[0].stem}.ipynb"
SOLVED = LEARNER.parent / "solutions" / LEARNER.name


def planted(path, change):
    """The findings in a notebook after a change to its list of cells."""
    made = json.loads(path.read_text(encoding="utf-8"))
    change(made["cells"])
    return lint.notebook(path, json.dumps(made))


def add(source, kind="markdown", **more):
    """A change that adds one cell at the end."""
    fields = {"outputs": [], "execution_count": None} if kind == "code" else {}
    cell = {"cell_type": kind, "id": "planted", "metadata": {}, "source": source, **fields, **more}
    return lambda cells: cells.append(cell)


def exercises(cells):
    return [cell for cell in cells if cell["cell_type"] == "code" and "check.ex" in "".join(cell["source"])]


def first_exercise(cells):
    return exercises(cells)[0]


FAULTS = {
    "outputs are kept": add("1 + 1", "code", outputs=[{"output_type": "stream", "name": "stdout", "text": "2"}]),
    "outputs are kept: x = 1": add("x = 1", "code", execution_count=3),
    "an image without alt text": add("![](picture.png)"),
    "image without alt": add('<img src="picture.png">'),
    "a dead link: 99_nowhere.ipynb": add("[the next lesson](99_nowhere.ipynb)"),
    "a dead link: #no-such-heading": add("[above](#no-such-heading)"),
    "a malformed address: https:/example.org": add("[a paper](https:/example.org)"),
    "whose words say nothing": add("[here](https://example.org)"),
    "a heading level is skipped": add("## one\n\n#### two"),
    "exactly one H1": add("# another title"),
    "a fold that is not closed": add("<details><summary>more</summary>"),
    "a cell of 13 lines": add("\n".join(["x = 1"] * 13), "code"),
    "longer than 110": add("x = " + "1 + " * 40 + "1", "code"),
    "magic, shell": add("!ls", "code"),
    "vacuous check": add("# NBVAL_CHECK_OUTPUT\nx = 1", "code"),
    "46 cells": lambda cells: cells.extend(dict(cells[0], id=str(n), source="words") for n in range(46 - len(cells))),
    "the same id": lambda cells: cells.append(dict(cells[-1])),
    "not the set-up cell": lambda cells: next(c for c in cells if c["cell_type"] == "code").update(source="import it"),
    "no minutes": lambda cells: [c.update(source="words") for c in cells[1:3] if c["cell_type"] == "markdown"],
    "a solution is shown": lambda cells: first_exercise(cells).update(source="x = 1\ncheck.ex00_1(x)"),
    "exercises, two or three": lambda cells: [cells.remove(cell) for cell in exercises(cells)],
}


def test_sound_notebooks_have_no_findings():
    assert planted(LEARNER, lambda cells: None) == planted(SOLVED, lambda cells: None) == []


@pytest.mark.parametrize("words", FAULTS)
def test_a_planted_fault_is_found(words):
    assert words in "\n".join(planted(LEARNER, FAULTS[words]))


def test_a_stub_in_the_solved_edition_is_found():
    assert "a stub is shown" in " ".join(
        planted(SOLVED, lambda cells: first_exercise(cells).update(source="x = ...\ncheck.ex00_1(x)")))


def test_code_in_prose_is_no_heading_and_no_link():
    assert planted(LEARNER, add("```\n#### comment\n[a](b)\n```\nand `[c](d)`")) == []


RUN = {"cells": [
    {"cell_type": "code", "metadata": {}, "source": "check.ex00_1(x)", "outputs": [
        {"output_type": "execute_result", "metadata": {}, "execution_count": 1,
         "data": {"text/html": "<b>right</b>", "text/plain": "Exercise 00.1: right. Yes."}}]},
    {"cell_type": "code", "metadata": {}, "source": "plots.bars(x)", "outputs": [
        {"output_type": "display_data", "metadata": {}, "data": {
            "text/html": '<img alt="Bar chart: a 1, b 2." src="data:,"><audio aria-label="a" src="data:,"></audio>'}}]},
]}


def shown(text):
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": text}}


@pytest.mark.parametrize("words, output", [
    ("a cell failed with NameError: x", {"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": []}),
    ("a figure without alt text", shown('<img src="data:image/png;base64,AA">')),
    ("a figure without alt text", shown('<img alt=" " src="data:image/png;base64,AA">')),
    ("no number from its data", shown('<img alt="A plot of the loudness." src="data:image/png;base64,AA">')),
    ("a player without a label", shown('<audio controls src="data:audio/wav;base64,AA"></audio>')),
    ("a sound that starts by itself", shown('<audio aria-label="a" autoplay src="data:,"></audio>')),
    ("a picture without a description", {"output_type": "display_data", "metadata": {}, "data": {"image/png": "AA"}}),
])
def test_a_fault_in_what_a_notebook_shows_is_found(words, output):
    faulty = copy.deepcopy(RUN)
    assert lint.executed(faulty, solved=True) == []
    faulty["cells"][1]["outputs"].append(output)
    assert words in " ".join(lint.executed(faulty, solved=True))


def test_a_solution_that_is_not_right_is_found():
    wrong = copy.deepcopy(RUN)
    wrong["cells"][0]["outputs"][0]["data"]["text/plain"] = "Exercise 00.1: not yet. Too loud."
    assert "'not yet', 'right' was wanted" in " ".join(lint.executed(wrong, solved=True))
    assert "'right', 'not attempted yet' was wanted" in " ".join(lint.executed(RUN, solved=False))
    wrong["cells"][0]["outputs"].clear()
    assert "'no verdict'" in " ".join(lint.executed(wrong, solved=True))


def test_a_cell_that_may_fail_is_let_through():
    tagged = copy.deepcopy(RUN)
    tagged["cells"][1].update(metadata={"tags": ["nbval-raises-exception"]}, outputs=[
        {"output_type": "error", "ename": "ValueError", "evalue": "clipped", "traceback": []}])
    assert lint.executed(tagged, solved=True) == []


def test_a_page_has_a_language_a_title_and_headings_in_order():
    good = '<html lang="en"><head><title>A</title></head><body><h1>A</h1><h2>B</h2></body></html>'
    assert lint.page(good, whole=True) == []
    for change, words in ((('lang="en"', ""), "no lang"), (("<title>A</title>", ""), "no title"),
                          (("h2", "h3"), "skipped"), (("h2", "h1"), "one H1")):
        assert words in " ".join(lint.page(good.replace(*change), whole=True))


@pytest.mark.slow
def test_a_failing_cell_turns_the_notebook_lane_red(tmp_path):
    for source, code in (("assert 1 + 1 == 2", 0), ("assert 1 + 1 == 3", 1)):
        path = tmp_path / "00_planted.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), path)
        run = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:python", "-p",
                              "docs.executed", "--nbval-lax", "--nbval-current-env", str(path)],
                             capture_output=True, text=True, cwd=notebooks.ROOT)
        assert run.returncode == code, run.stdout
