"""Badge and set-up cell: one address, nothing installed where the package is, nothing moved where it is not."""
import json

import pytest

from ddsp_helpers.classroom import notebooks

ADDRESS = "https://github.com/some-school/a-course"
ARCHIVE = ADDRESS + "/archive/refs/heads/main.zip"


@pytest.fixture
def elsewhere(tmp_path):
    """A copy of one lesson in a repository of a made-up address, which stands in one place."""
    (tmp_path / "lessons").mkdir()
    lesson = notebooks.lesson_files()[0]
    (tmp_path / "lessons" / lesson.name).write_text(lesson.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(f'[project.urls]\nRepository = "{ADDRESS}.git"\n', encoding="utf-8")
    return tmp_path


def set_up(text):
    """The source of the first code cell of a notebook."""
    first = next(cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")
    return "".join(first["source"])


def test_badge_and_set_up_cell_follow_from_one_address(elsewhere):
    made = notebooks.expected(elsewhere)
    for path, text in made.items():
        place = path.relative_to(elsewhere).as_posix()
        assert f"[Open in Colab](https://colab.research.google.com/github/some-school/a-course/blob/main/{place})" in text
        assert f'"{ARCHIVE}"' in set_up(text)
        assert max(map(len, set_up(text).split("\n"))) <= 110
    assert len({set_up(text) for text in made.values()}) == 1


def test_without_an_address_there_is_no_badge_and_nothing_to_install(elsewhere):
    (elsewhere / "pyproject.toml").write_text("[project]\n[project.urls]\n", encoding="utf-8")
    for text in notebooks.expected(elsewhere).values():
        assert "Open in Colab" not in text and "pip" not in set_up(text)


def test_an_address_that_colab_cannot_open_is_refused(elsewhere):
    (elsewhere / "pyproject.toml").write_text('[project.urls]\nRepository = "git@host:course"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="git@host:course.*https://github.com/OWNER/NAME was wanted"):
        notebooks.expected(elsewhere)


def test_a_set_up_cell_that_finds_the_package_installs_nothing(monkeypatch):
    def refuse(*command, **_):
        raise AssertionError(f"the set-up cell ran {command}")

    monkeypatch.setattr("subprocess.check_call", refuse)
    monkeypatch.setattr("subprocess.check_output", refuse)
    names = {}
    exec(notebooks.set_up_cell("01", archive=ARCHIVE), names)
    assert names["lesson"].number == "01"


def test_a_set_up_cell_that_is_alone_keeps_every_version_that_is_there(monkeypatch, tmp_path):
    ran = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("subprocess.check_output", lambda command: ran.append(command[1:]) or b"numpy==2.1.3\n")
    monkeypatch.setattr("subprocess.check_call", lambda command: ran.append(command[1:]))
    exec(notebooks.set_up_cell("01", archive=ARCHIVE).split("from ddsp_helpers")[0], {})
    assert ran == [["-m", "pip", "list", "--format=freeze"],
                   ["-m", "pip", "install", "-q", "-c", "here.txt", ARCHIVE]]
    assert (tmp_path / "here.txt").read_text() == "numpy==2.1.3\n"
