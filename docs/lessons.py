"""Lessons as pages: the solved edition as it ran, with sounds and pictures, exercises folded."""

import json
import re

from docs import executed

ROOT = executed.ROOT
_NO_KERNEL = ('<p class="no-kernel"><strong>In the notebook</strong> here is a recorder and a button for your own '
              "file. They need a running kernel; this page goes on with the bundled sound.</p>")
_TEACHERS = "> **For teachers.**"


def stems():
    """The lessons that stand, in order: ["00_start_here", …]."""
    return sorted(path.stem for path in (ROOT / "notebooks" / "solutions").glob("[0-9][0-9]_*.ipynb"))


def notebooks(stem):
    """Both editions of a lesson: (learner's, solved)."""
    return ROOT / "notebooks" / f"{stem}.ipynb", ROOT / "notebooks" / "solutions" / f"{stem}.ipynb"


def facts(stem, record):
    """What a lesson says of itself, and how long it took: a dict.

    Keys: stem, number, title, promise; read, do, play (minutes of the badge row), teach (their sum); instructor
    (texts); machine_s (seconds for the whole solved notebook), fast, cores.
    """
    text = [cell["source"] for cell in record.cells if cell["cell_type"] == "markdown"]
    heading, promise = re.match(r"# \d\d (.+)\n+([\s\S]+)", text[0]).groups()
    minutes = {word.lower(): int(found) for word, found in re.findall(r"(?i)\b(read|do|play) (\d+)", "".join(text[:3]))}
    told = [_told(words) for words in text if words.startswith(_TEACHERS)]
    measured = record.metadata.record
    return {"stem": stem, "number": stem[:2], "title": heading, "promise": " ".join(promise.split()), **minutes,
            "teach": sum(minutes.values()), "instructor": told, "machine_s": measured.seconds, "fast": measured.fast,
            "cores": measured.cores}


def too_slow(record):
    """A remark if a notebook took longer than lessons/README.md allows: two minutes, six where it trains."""
    most = 360 if any("training.fit(" in cell["source"] for cell in record.cells) else 120
    took = record.metadata.record.seconds
    return [f"it took {took:.0f} s from top to bottom, at most {most} are wanted"] if took > most else []


def page(stem, record):
    """The record of a solved notebook as MyST-NB shows it: the text of an .ipynb file."""
    notebook = json.loads(json.dumps(record))
    live = notebook["metadata"].pop("live", {})
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            cell["source"] = _prose(source, stem)
            continue
        if re.search(r"check\.ex\d\d_\d\(", source):
            cell["metadata"]["tags"] = ["hide-input"]
        cell["outputs"] = [_without_kernel(output, live) for output in cell["outputs"]]
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)


def _told(source):
    """What a cell for teachers says."""
    return re.sub(r"(?m)^> ?", "", source).removeprefix("**For teachers.** ")


def _prose(source, stem):
    """Links that fit the site, and what is for teachers in a fold."""
    if source.startswith(_TEACHERS):
        return f'<details class="teachers"><summary>For teachers</summary>\n\n{_told(source)}\n\n</details>'
    editions = (f'<a href="../notebooks/{stem}.ipynb" download>the notebook</a>, '
                f'<a href="../notebooks/solutions/{stem}.ipynb" download>solved</a>')
    source = re.sub(r"([_^])(\\(?:min|max))\b", r"\1{\2}", source)       # KaTeX wants braces where MathJax does without
    return source.replace(f"[learner's edition](../{stem}.ipynb)", editions)


def _without_kernel(output, live):
    """A widget goes on in the page (static/course.js) above the picture and player that stand for it; or a sentence."""
    data = output.get("data", {})
    view = data.pop("application/vnd.jupyter.widget-view+json", None)
    if view and "text/html" not in data:
        data["text/html"] = _NO_KERNEL
    elif view and view["model_id"] in live:
        state = json.dumps(live[view["model_id"]], ensure_ascii=False).replace("<", "\\u003c")
        data["text/html"] = (f'<div class="live-widget"><script type="application/json">{state}</script>'
                             f'<div class="still">{"".join(data["text/html"])}</div></div>')
    return output


def index(facts):
    """The page that lists the lessons."""
    rows = [f"- **[{fact['number']} {fact['title']}]({fact['stem']}.ipynb)**, {fact['teach']} minutes. "
            f"{fact['promise']}" for fact in facts.values()]
    words = ("Each lesson is shown as it ran when this site was built, with its sounds and pictures. Solutions are "
             "folded, so you can try first; on your own computer (`python course.py`) you change the numbers and hear "
             "what happens.")
    return "\n".join(["# Lessons", "", words, "", *rows, "", "```{toctree}", ":hidden:", "",
                      *(fact["stem"] for fact in facts.values()), "```", ""])
