"""What is wrong with a notebook, one line each: the rules of lessons/README.md that a machine can hold.

    python -m ddsp_helpers.classroom.notebooks --check

`notebook` reads one as it is kept, `executed` what it showed when it ran, `page` any HTML.  Each rule has a planted
fault in tests/classroom/test_lint.py that it must find.
"""

import html.parser
import json
import pathlib
import re

MOST_CELLS, MOST_LINES, WIDEST = 45, 12, 110
_LABELLED = {"audio": "a player", "video": "a video", "canvas": "a drawing", "iframe": "a frame"}


def notebook(path, text=None):
    """What is wrong with a notebook that is kept without outputs.

    Args:
      path: notebooks/NN_title.ipynb or notebooks/solutions/NN_title.ipynb.
      text: its content, where it is not what the file holds.

    Returns:
      Findings, a list of lines; empty when all is well.
    """
    from ddsp_helpers.classroom.notebooks import set_up_cell

    path = pathlib.Path(path)
    cells = json.loads(path.read_text(encoding="utf-8") if text is None else text)["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    prose = [_source(cell) for cell in cells if cell["cell_type"] == "markdown"]
    found = [f"{len(cells)} cells, at most {MOST_CELLS}"] if len(cells) > MOST_CELLS else []
    if len({cell["id"] for cell in cells}) < len(cells):
        found.append("two cells have the same id")
    if not code or _source(code[0]) != set_up_cell(path.stem[:2]):
        found.append("the first code cell is not the set-up cell")
    if not re.search(r"Read \d+ · do \d+ · play \d+ min", "".join(prose[:3])):
        found.append("no minutes to read, do and play below the title")
    found += _headings([len(mark) for text in prose for mark in re.findall(r"(?m)^(#+) ", _without_code(text))])
    found += [line for cell in code for line in _code(cell)]
    found += [line for text in prose for line in _prose(text)]
    found += links("\n\n".join(prose), path.parent)
    return found + list(_exercises(code, solved=path.parent.name == "solutions"))


def _source(cell):
    return "".join(cell["source"])


def _without_code(text):
    return re.sub(r"(?s)```.*?```|`[^`\n]*`", "", text)


def _headings(levels):
    found = [] if levels.count(1) == 1 and levels[0] == 1 else ["exactly one H1, at the top, was wanted"]
    if any(after > before + 1 for before, after in zip(levels, levels[1:])):
        found.append("a heading level is skipped")
    return found


def _code(cell):
    source = _source(cell)
    lines = [line for line in source.split("\n") if line.strip() and not line.strip().startswith("#")] or [""]
    if len(lines) > MOST_LINES:
        yield f"a cell of {len(lines)} lines, at most {MOST_LINES}: {lines[0]}"
    if max(map(len, lines)) > WIDEST:
        yield f"a line of code longer than {WIDEST}: {max(lines, key=len)}"
    if cell["outputs"] or cell["execution_count"] is not None:
        yield f"outputs are kept: {lines[0]}"
    if re.search(r"(?m)^\s*[%!]", source) or "NBVAL_CHECK_OUTPUT" in source:
        yield f"magic, shell or a vacuous check: {lines[0]}"


def _prose(text):
    if re.search(r"!\[\s*\]\(", text) or re.search(r"<img(?![^>]*alt=\"[^\"]+\")", text):
        yield "an image without alt text"
    if re.search(r"\[(here|click here|this|link)\]\(", text, re.IGNORECASE):
        yield "a link whose words say nothing"
    if text.count("<details") != text.count("</details>"):
        yield "a fold that is not closed"


def links(text, folder):
    """Dead links in Markdown: no such file or heading; addresses on the web are judged by their form alone.

    >>> links("[a](nowhere.md) [b](#gone) [c](https://example.org/x) [d](htp:/x)", ".")
    ['a dead link: nowhere.md', 'a dead link: #gone', 'a malformed address: htp:/x']
    """
    text = _without_code(text)
    anchors = {re.sub(r"[^\w\s-]", "", title).strip().lower().replace(" ", "-")
               for title in re.findall(r"(?m)^#+ (.*)$", text)}
    found = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"(?i)[a-z]+:", target):
            if not re.fullmatch(r"(https?://[\w-]+(\.[\w-]+)+(:\d+)?(/[^\s]*)?|mailto:\S+@\S+)", target):
                found.append(f"a malformed address: {target}")
            continue
        file, _, anchor = target.partition("#")
        if (file and not (pathlib.Path(folder) / file).exists()) or (not file and anchor.lower() not in anchors):
            found.append(f"a dead link: {target}")
    return found


def _exercises(code, *, solved):
    """Two or three exercises; stubs for learners, solutions for teachers, never both."""
    exercises = [_source(cell) for cell in code if re.search(r"check\.ex\d\d_\d\(", _source(cell))]
    if not 2 <= len(exercises) <= 3:
        yield f"{len(exercises)} exercises, two or three were wanted"
    for text in exercises:
        if bool(re.search(r"(= \.\.\.|return \.\.\.|: \.\.\.)", text)) is solved:
            yield f"{'a stub' if solved else 'a solution'} is shown: {text.splitlines()[0]}"


def executed(notebook, *, solved):
    """What is wrong with the outputs of a notebook that was run.

    Args:
      notebook: nbformat node or dict with outputs.
      solved: True wants every exercise to be right, False every stub to be "not attempted yet".

    Returns:
      Findings, a list of lines.
    """
    found = []
    for cell in notebook["cells"]:
        outputs = cell.get("outputs", [])
        may_fail = "nbval-raises-exception" in cell["metadata"].get("tags", [])
        found += [f"a cell failed with {output['ename']}: {output['evalue']}" for output in outputs
                  if output["output_type"] == "error" and not may_fail]
        shown = [output["data"] for output in outputs if "data" in output]
        found += [line for data in shown for line in page("".join(data.get("text/html", "")))]
        found += ["a picture without a description" for data in shown
                  if any(kind.startswith("image/") for kind in data) and "text/html" not in data]
        verdict = re.search(r"Exercise \d\d\.\d: ([a-z ]+)", str([data.get("text/plain") for data in shown]))
        if re.search(r"check\.ex\d\d_\d\(", _source(cell)):
            wanted, got = "right" if solved else "not attempted yet", verdict[1] if verdict else "no verdict"
            found += [] if got == wanted else [f"an exercise is {got!r}, {wanted!r} was wanted: {_source(cell)[:60]!r}"]
    return found


def page(text, *, whole=False):
    """What is wrong with a piece of HTML: figures without words, players without names, sound that starts by itself.

    Args:
      text: HTML.
      whole: True for a whole page, which also has a language, a title and headings in order.

    Returns:
      Findings, a list of lines.

    >>> page('<img src="x.png"><audio controls></audio>')
    ['a figure without alt text: x.png', 'a player without a label']
    """
    reader = _Reader()
    reader.feed(text)
    reader.close()
    if not whole:
        return reader.found
    missing = [f"no {what}" for what in ("lang", "title") if what not in reader.seen]
    return reader.found + missing + _headings(reader.levels)


class _Reader(html.parser.HTMLParser):
    """Collects the findings, the levels of the headings, and the ids and links of a page."""

    def __init__(self):
        super().__init__()
        self.found, self.levels, self.seen, self.ids, self.links = [], [], set(), set(), []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        self.links += [given[name] for name in ("href", "src") if given.get(name)]
        if tag == "img" and not (given.get("alt") or "").strip() and given.get("role") != "presentation":
            self.found.append(f"a figure without alt text: {(given.get('src') or '')[:60]}")
        elif tag == "img" and "data:image/png" in (given.get("src") or "")[:20] and not re.search(r"\d", given["alt"]):
            self.found.append(f"a figure whose alt text has no number from its data: {given['alt'][:60]}")
        if tag in _LABELLED and not any(given.get(name) for name in ("aria-label", "aria-labelledby", "title")):
            if given.get("aria-hidden") != "true":
                self.found.append(f"{_LABELLED[tag]} without a label")
        if "autoplay" in given:
            self.found.append("a sound that starts by itself")
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.seen |= {"lang"} if given.get("lang") else {tag} & {"title"}


def read(text):
    """(ids, links) of a page: where one can jump to, and where it points."""
    reader = _Reader()
    reader.feed(text)
    return reader.ids, reader.links
