"""The notebooks are in step with the lessons and well made."""
import pytest

from ddsp_helpers.classroom import lint, notebooks

NOTEBOOKS = sorted([*notebooks.ROOT.glob("notebooks/*.ipynb"), *notebooks.ROOT.glob("notebooks/solutions/*.ipynb")])
BOTH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")


def test_every_notebook_is_in_step_with_its_lesson():
    assert notebooks.out_of_step() == []


def test_building_twice_gives_the_same_bytes():
    path = notebooks.lesson_files()[0]
    assert notebooks.build(path, "learner") == notebooks.build(path, "learner")


@BOTH
def test_notebook_is_well_made(path):
    assert lint.notebook(path) == []


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


def test_the_command_reports_what_is_badly_made(monkeypatch, capsys):
    monkeypatch.setattr(lint, "MOST_CELLS", 3)
    assert notebooks.main(["--check"]) == 1
    assert "00_start_here.ipynb: " in capsys.readouterr().out


def test_a_broken_exercise_is_refused():
    for text in ("x = 1", "# BEGIN SOLUTION\nx = 1", "# END SOLUTION\n# BEGIN SOLUTION"):
        with pytest.raises(ValueError, match="SOLUTION"):
            notebooks.split(text)
