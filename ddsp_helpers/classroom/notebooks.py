"""lessons/NN_title.py -> notebooks/NN_title.ipynb (for learners) and notebooks/solutions/ (solved, for teachers).

    python -m ddsp_helpers.classroom.notebooks            writes what changed
    python -m ddsp_helpers.classroom.notebooks --check    fails if a notebook is not in step, or badly made

A lesson is a jupytext `py:percent` file; what the tags and marks in it mean is written in lessons/README.md.  The same
file always gives the same bytes: no outputs, no counts, cell ids made from the cells.
"""

import argparse
import hashlib
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEARNER, SOLVED = "learner", "solved"
_BEGIN, _END, _STUB = "# BEGIN SOLUTION", "# END SOLUTION", "#: "

SETUP = '''# Set-up: the same cell in every lesson. It installs and upgrades nothing.
import pathlib, sys
sys.path[:0] = [str(p) for p in pathlib.Path.cwd().parents if (p / "ddsp_helpers" / "classroom").is_dir()][:1]
from ddsp_helpers.classroom import start
lesson = start("{number}")'''

SETUP_WITH_ADDRESS = '''# Set-up: the same cell in every lesson. It installs what is missing and upgrades nothing.
import importlib.util, pathlib, subprocess, sys
sys.path[:0] = [str(p) for p in pathlib.Path.cwd().parents if (p / "ddsp_helpers" / "classroom").is_dir()][:1]
if importlib.util.find_spec("ddsp_helpers") is None:  # alone, as in Google Colab: every version there stays
    pip = [sys.executable, "-m", "pip"]
    archive = "{archive}"
    pathlib.Path("here.txt").write_bytes(subprocess.check_output([*pip, "list", "--format=freeze"]))
    subprocess.check_call([*pip, "install", "-q", "-c", "here.txt", archive])
from ddsp_helpers.classroom import start
lesson = start("{number}")'''

METADATA = {
    "kernelspec": {"display_name": "DDSP curriculum", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def build(path, edition):
    """The notebook of one lesson.

    Args:
      path: lessons/NN_title.py.
      edition: "learner" or "solved".

    Returns:
      The text of the .ipynb file.

    Raises:
      ValueError: the lesson's marks do not match, or a tag is unknown.
    """
    import jupytext
    import nbformat

    path = pathlib.Path(path)
    lesson = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    cells = _hints_first([made for cell in lesson.cells for made in _cells(cell, path, edition)])
    notebook = nbformat.v4.new_notebook(metadata=METADATA)
    notebook.cells = [_cell(kind, source, tags) for kind, source, tags in cells if source.strip()]
    _give_ids(notebook.cells)
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


_SOLUTION, _HINT = "<details><summary>A solution", "<details><summary>Hint"
_TAGS = {"setup", "badges", "footer", "exercise", "hints", "instructor", "nbval-raises-exception"}


def _cells(cell, path, edition):
    """What becomes of one cell of a lesson: (kind, source, tags) triples."""
    tags = set(cell.metadata.get("tags", []))
    if tags - _TAGS:
        raise ValueError(f"{path.name}: unknown tag {sorted(tags - _TAGS)}; known are {sorted(_TAGS)} (lessons/README.md).")
    number, kept = path.stem[:2], sorted(tags & {"nbval-raises-exception"})
    if "instructor" in tags:
        return [] if edition == LEARNER else [("markdown", f"> **For teachers.** {_quoted(cell.source)}", ["instructor"])]
    if "setup" in tags:
        return [("code", set_up_cell(number, root=path.resolve().parents[1]), [])]
    if "badges" in tags:
        return [("markdown", _badges(path, cell.source, edition), [])]
    if "footer" in tags:
        return [("markdown", _footer(path, cell.source, edition), [])]
    if "hints" in tags:
        return [("markdown", _hints(cell.source, path), [])]
    if "exercise" not in tags:
        if _BEGIN in cell.source:
            raise ValueError(f"{path.name}: a solution stands in a cell without the tag exercise (lessons/README.md).")
        return [(cell.cell_type, cell.source, kept)]
    stub, solved, solution = split(cell.source, where=path.name)
    if edition == SOLVED:
        return [("code", solved, kept)]
    return [("code", stub, kept), ("markdown", _folded(solution, path), [])]


def split(source, *, where="lesson"):
    """An exercise cell as (stub, solved, solution only).

    Between the marks, lines that begin with `#:` belong to the stub, all others to the solution.

    >>> split("# BEGIN SOLUTION\\n#: x = ...\\nx = 2\\n# END SOLUTION\\ncheck.ex00_1(x)")
    ('x = ...\\ncheck.ex00_1(x)', 'x = 2\\ncheck.ex00_1(x)', 'x = 2')
    """
    stub, solved, solution, inside = [], [], [], False
    for line in source.split("\n"):
        bare = line.strip()
        if bare in (_BEGIN, _END):
            if inside == (bare == _BEGIN):
                raise ValueError(f"{where}: {_BEGIN} and {_END} do not come in pairs (lessons/README.md).")
            inside = not inside
        elif inside and bare.startswith(_STUB.strip()):
            stub.append(line[: len(line) - len(line.lstrip())] + bare[len(_STUB):])
        elif inside:
            solved.append(line)
            solution.append(line)
        else:
            stub.append(line)
            solved.append(line)
    if inside or not solution or len(stub) + len(solution) < len(solved):
        raise ValueError(f"{where}: an exercise without {_BEGIN} ... {_END} around a solution (lessons/README.md).")
    return "\n".join(stub), "\n".join(solved), "\n".join(solution)


def _hints_first(cells):
    """The cells, with each folded solution below the hints that follow it."""
    cells = list(cells)
    for i, ((_, above, _), (_, below, _)) in enumerate(zip(cells, cells[1:])):
        if above.startswith(_SOLUTION) and below.startswith(_HINT):
            cells[i:i + 2] = reversed(cells[i:i + 2])
    return cells


def _folded(solution, path):
    return (f"{_SOLUTION}</summary>\n\n```python\n{solution}\n```\n\n"
            f"The whole lesson, solved: [solutions/{path.stem}.ipynb](solutions/{path.stem}.ipynb)\n\n</details>")


def _hints(source, path):
    """Three hints, separated by lines of ---, as three folds."""
    hints = [hint.strip() for hint in re.split(r"(?m)^---$", source)]
    if len(hints) != 3 or not all(hints):
        raise ValueError(f"{path.name}: {len(hints)} hints came; three, separated by ---, were wanted (lessons/README.md).")
    return "\n".join(
        f"{_HINT} {number} of 3</summary>\n\n{hint}\n\n</details>" for number, hint in enumerate(hints, 1)
    )


def _badges(path, source, edition):
    """The row below the title: where it runs, the other edition, and what the author wrote (minutes)."""
    other = (f"[solved edition](solutions/{path.stem}.ipynb)" if edition == LEARNER
             else f"[learner's edition](../{path.stem}.ipynb)")
    return " · ".join([*_colab(path, edition), "Local: `python course.py`", other, source.strip()])


def repository(root=ROOT):
    """The address of the repository as pyproject.toml names it, [project.urls] Repository, or None.

    Raises:
      ValueError: it is not https://github.com/OWNER/NAME, which is what Colab opens.
    """
    project = root / "pyproject.toml"
    urls = tomllib.loads(project.read_text("utf-8")).get("project", {}).get("urls", {}) if project.is_file() else {}
    address = urls.get("Repository", "").rstrip("/").removesuffix(".git")
    if address and not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", address):
        raise ValueError(f"[project.urls] Repository in pyproject.toml came as {address!r}; "
                         "https://github.com/OWNER/NAME was wanted (CONTRIBUTING.md).")
    return address or None


def set_up_cell(number, *, root=ROOT, archive=None):
    """The source of the set-up cell, which installs from an archive where a notebook is alone.

    Args:
      number: two digits, of the lesson.
      root: the repository, whose pyproject.toml names the address.
      archive: address of a zip of the repository; by default that of the branch main.
    """
    archive = archive or (f"{repository(root)}/archive/refs/heads/main.zip" if repository(root) else None)
    return SETUP_WITH_ADDRESS.format(number=number, archive=archive) if archive else SETUP.format(number=number)


def _colab(path, edition):
    """A Colab link where pyproject.toml names the repository, else nothing."""
    address = repository(path.resolve().parents[1])
    if not address:
        return []
    folder = "notebooks" if edition == LEARNER else "notebooks/solutions"
    place = address.replace("https://github.com/", "https://colab.research.google.com/github/")
    return [f"[Open in Colab]({place}/blob/main/{folder}/{path.stem}.ipynb)"]


def _footer(path, source, edition):
    """What the author wrote, then licence and the lessons before and after."""
    lessons = lesson_files(path.parent)
    at = lessons.index(path) if path in lessons else 0
    links = []
    for word, neighbour in (("Before", at - 1), ("Next", at + 1)):
        if 0 <= neighbour < len(lessons):
            stem = lessons[neighbour].stem
            links.append(f"{word}: [{stem[:2]} {stem[3:].replace('_', ' ')}]({stem}.ipynb)")
    licence = "Text CC BY 4.0, code Apache-2.0."
    return "\n\n".join(part for part in (source.strip(), " · ".join([*links, licence])) if part)


def _quoted(source):
    return source.strip().replace("\n", "\n> ")


def _cell(kind, source, tags):
    import nbformat

    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    return make(source.rstrip("\n"), metadata={"tags": tags} if tags else {})


def _give_ids(cells):
    """Ids from kind and source: editing one cell changes one id."""
    seen = {}
    for cell in cells:
        mark = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[mark] = seen.get(mark, 0) + 1
        cell["id"] = mark if seen[mark] == 1 else f"{mark}-{seen[mark]}"


def lesson_files(folder=None):
    """The lessons, in order."""
    return sorted(pathlib.Path(folder or ROOT / "lessons").glob("[0-9][0-9]_*.py"))


def expected(root=ROOT):
    """{path of a notebook: the text it should have} for all lessons and both editions."""
    wanted = {}
    for path in lesson_files(root / "lessons"):
        wanted[root / "notebooks" / f"{path.stem}.ipynb"] = build(path, LEARNER)
        wanted[root / "notebooks" / "solutions" / f"{path.stem}.ipynb"] = build(path, SOLVED)
    return wanted


def out_of_step(root=ROOT):
    """What differs between lessons/ and notebooks/, one line each; empty when they are in step."""
    wanted = expected(root)
    there = {*root.glob("notebooks/*.ipynb"), *root.glob("notebooks/solutions/*.ipynb")}
    lines = [f"{path.relative_to(root)}: has no lesson" for path in sorted(there - set(wanted))]
    for path, text in wanted.items():
        if path not in there:
            lines.append(f"{path.relative_to(root)}: is missing")
        elif path.read_text(encoding="utf-8") != text:
            lines.append(f"{path.relative_to(root)}: differs from its lesson")
    return lines


def badly_made(root=ROOT):
    """What `lint` finds in notebooks/, one line each."""
    from ddsp_helpers.classroom import lint

    paths = sorted([*root.glob("notebooks/*.ipynb"), *root.glob("notebooks/solutions/*.ipynb")])
    return [f"{path.relative_to(root)}: {finding}" for path in paths for finding in lint.notebook(path)]


def main(arguments=None):
    """Command line: write, or with --check only compare.  Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ddsp_helpers.classroom.notebooks", description="Lessons become notebooks.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if one is not in step or badly made")
    check = parser.parse_args(arguments).check
    different = out_of_step() + (badly_made() if check else [])
    print("\n".join(different) or "All notebooks are in step with their lessons.")
    if check:
        return 1 if different else 0
    for path, text in expected().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
