"""The notebooks are in step with the lessons and well made."""
import json
import re

import pytest

from ddsp_helpers.classroom import notebooks

NOTEBOOKS = sorted([*notebooks.ROOT.glob("notebooks/*.ipynb"), *notebooks.ROOT.glob("notebooks/solutions/*.ipynb")])
BOTH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")


def cells(path, kind=None):
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if kind in (None, cell["cell_type"])]


def source(cell):
    return "".join(cell["source"])


def lint(path):
    """What is wrong with a notebook, one line each."""
    found = []
    everything, code, text = cells(path), cells(path, "code"), cells(path, "markdown")
    if len(everything) > 45:
        found.append(f"{len(everything)} cells, at most 45")
    headings = [len(mark) for cell in text for mark in re.findall(r"(?m)^(#+) ", _without_code(source(cell)))]
    if headings.count(1) != 1 or headings[:1] != [1]:
        found.append("exactly one H1, at the top")
    if any(after > before + 1 for before, after in zip(headings, headings[1:])):
        found.append("a heading level is skipped")
    for cell in code:
        lines = [line for line in source(cell).split("\n") if line.strip() and not line.strip().startswith("#")]
        if len(lines) > 12:
            found.append(f"a cell of {len(lines)} lines, at most 12: {lines[0]}")
        if cell["outputs"] or cell["execution_count"] is not None:
            found.append("outputs are kept")
        if re.search(r"(?m)^\s*[%!]", source(cell)) or "NBVAL_CHECK_OUTPUT" in source(cell):
            found.append(f"magic, shell or a vacuous check: {lines[0]}")
        if max(map(len, lines), default=0) > 110:
            found.append(f"a line of code longer than 110: {max(lines, key=len)}")
    for cell in text:
        if re.search(r"!\[\s*\]\(", source(cell)) or re.search(r"<img(?![^>]*alt=\"[^\"]+\")", source(cell)):
            found.append("an image without alt text")
        if re.search(r"\[(here|click here|link)\]\(", source(cell), re.IGNORECASE):
            found.append("a link whose words say nothing")
        if source(cell).count("<details") != source(cell).count("</details>"):
            found.append("a fold that is not closed")
    return found


def _without_code(text):
    return re.sub(r"(?s)```.*?```", "", text)


def test_every_notebook_is_in_step_with_its_lesson():
    assert notebooks.out_of_step() == []


def test_building_twice_gives_the_same_bytes():
    path = notebooks.lesson_files()[0]
    assert notebooks.build(path, "learner") == notebooks.build(path, "learner")


@BOTH
def test_notebook_is_well_made(path):
    assert lint(path) == []


@BOTH
def test_cell_ids_are_unique(path):
    ids = [cell["id"] for cell in cells(path)]
    assert len(ids) == len(set(ids))


@BOTH
def test_set_up_cell_is_the_same_everywhere(path):
    assert source(cells(path, "code")[0]) == notebooks.SETUP.format(number=path.stem[:2])
    assert "Time" in source(cells(path)[1]) + source(cells(path)[2]) or re.search(r"\d+ min", source(cells(path)[1]))


@BOTH
def test_a_learner_sees_no_solution_and_a_teacher_no_stub(path):
    solved = path.parent.name == "solutions"
    exercises = [source(cell) for cell in cells(path, "code") if re.search(r"check\.ex\d\d_\d\(", source(cell))]
    assert 2 <= len(exercises) <= 3
    for text in exercises:
        assert bool(re.search(r"(= \.\.\.|return \.\.\.|: \.\.\.)", text)) is not solved, text


def test_a_badly_made_notebook_is_noticed(tmp_path):
    bad = {"cells": [
        {"cell_type": "markdown", "id": "a", "source": "## no title\n\n![](x.png)\n\n#### skipped"},
        {"cell_type": "code", "id": "b", "source": "\n".join(["x = 1"] * 13) + "\n!ls", "outputs": [1], "execution_count": 1},
    ]}
    path = tmp_path / "00_bad.ipynb"
    path.write_text(json.dumps(bad))
    found = " ".join(lint(path))
    for word in ("H1", "skipped", "alt text", "14 lines", "outputs", "shell"):
        assert word in found


def test_a_stale_notebook_is_noticed(tmp_path):
    (tmp_path / "lessons").mkdir()
    (tmp_path / "notebooks" / "solutions").mkdir(parents=True)
    lesson = tmp_path / "lessons" / "00_a.py"
    lesson.write_text("# %% [markdown]\n# # 00 A\n")
    for path, text in notebooks.expected(tmp_path).items():
        path.write_text(text)
    assert notebooks.out_of_step(tmp_path) == []
    lesson.write_text("# %% [markdown]\n# # 00 B\n")
    (tmp_path / "notebooks" / "99_gone.ipynb").write_text("{}")
    assert len(notebooks.out_of_step(tmp_path)) == 3


def test_a_broken_exercise_is_refused():
    for text in ("x = 1", "# BEGIN SOLUTION\nx = 1", "# END SOLUTION\n# BEGIN SOLUTION"):
        with pytest.raises(ValueError, match="SOLUTION"):
            notebooks.split(text)
