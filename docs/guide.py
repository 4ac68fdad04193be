"""The pages that are written by what the course knows: timetable, minutes, wrong answers, troubleshooting, glossary."""

import contextlib
import importlib.util
import io
import pathlib
import re
import tempfile

from docs import executed

ROOT, HERE = executed.ROOT, pathlib.Path(__file__).parent
_DAYS = (("00", "01", "02", "03", "04", "05"), ("06", "07", "08", "09", "10"))
_BEGIN, _BREAK, _LUNCH, _LUNCH_FROM = 9 * 60 + 30, 15, 60, 11 * 60 + 45      # minutes of the day
_ENDINGS = ((10, "One-minute paper: what was clear, what was not"),
            (30, "Showcase: one minute of sound from everyone, see the rubric"))
_TERM = re.compile(r"^(.+?) \[(\d\d)\]: (.+)$")


def timetable(facts):
    """Both days as Markdown tables, from the minutes of the badge rows; a lesson that is not there leaves no gap.

    Args:
      facts: {number: lessons.facts(stem)}.
    """
    told = []
    for day, (numbers, ending) in enumerate(zip(_DAYS, _ENDINGS), start=1):
        rows = _day([facts[number] for number in numbers if number in facts], *ending)
        head = f"### Day {day}\n\n| from | minutes | what | machine, short run |\n|---|---|---|---|\n"
        told.append(head + "\n".join(rows))
    return "\n\n".join(told)


def _day(today, last_minutes, last):
    """The rows of one day."""
    clock, rows, eaten = _BEGIN, [], False

    def row(minutes, what, machine=""):
        nonlocal clock
        rows.append(f"| {clock // 60}:{clock % 60:02d} | {minutes} | {what} | {machine} |")
        clock += minutes

    for place, fact in enumerate(today):
        row(fact["teach"], f"{_link(fact)}", minutes_of(fact))
        if not eaten and clock >= _LUNCH_FROM:
            row(_LUNCH, "*lunch*")
            eaten = True
        elif place + 1 < len(today) and fact["number"] != "00":
            row(_BREAK, "*break*")
    row(last_minutes, last)
    rows.append(f"| {clock // 60}:{clock % 60:02d} | | *end* | |")
    return rows


def _link(fact):
    return f"[{fact['number']} {fact['title']}](lessons/{fact['stem']}.ipynb)"


def minutes_of(fact):
    """The measured minutes of a lesson in words."""
    return f"{fact['machine_s'] / 60:.1f} min"


def measured(facts):
    """What each lesson asks of people and of the machine."""
    head = "| lesson | read | do | play | to teach | machine, short run |\n|---|---|---|---|---|---|\n"
    rows = [f"| {_link(fact)} | {fact['read']} | {fact['do']} | {fact['play']} | {fact['teach']} | {minutes_of(fact)} |"
            for fact in facts.values()]
    return head + "\n".join(rows)


def wrong_answers(facts):
    """What the lessons tell teachers, word for word."""
    return "\n\n".join(f"### {fact['number']} {fact['title']}\n\n" + "\n\n".join(fact["instructor"])
                       for fact in facts.values() if fact["instructor"])


def course():
    """The module course.py."""
    spec = importlib.util.spec_from_file_location("course", ROOT / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def remedies():
    """What course.py advises, by what the screen says: a Markdown table."""
    rows = ["| the screen says | what to do |", "|---|---|"]
    for pattern, remedy in course().REMEDIES:
        said = re.sub(r"\((?:\w+\|)+\w+\)", "compiler", pattern).replace(".*", "… ").split("|")
        rows.append(f"| {' or '.join(f'`{words}`' for words in said)} | {remedy} |")
    return "\n".join(rows)


def doctor():
    """What `python course.py doctor` says in a checkout where nothing was set up yet."""
    module, screen = course(), io.StringIO()
    with tempfile.TemporaryDirectory() as empty, contextlib.redirect_stdout(screen):
        module.VENV = pathlib.Path(empty) / ".venv"
        module.STAMP = module.VENV / "course.json"
        module.doctor([])
        text = re.sub(r"\d+ GB free", "… GB free", screen.getvalue().replace(empty, "…"))
    return "```text\n" + text.split("\n\n", 1)[1].rstrip() + "\n```"


def words():
    """What course.py can do, as its own help says it."""
    return "```text\n" + course().__doc__.strip() + "\n```"


def terms():
    """The glossary: (term, number of its lesson, sentence), sorted.

    Raises:
      ValueError: a line of docs/glossary.txt is not `term [NN]: sentence.`
    """
    found = []
    for line in (HERE / "glossary.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            parts = _TERM.match(line)
            if not parts:
                raise ValueError(f"docs/glossary.txt: {line!r} came; 'term [NN]: sentence.' was wanted.")
            found.append(parts.groups())
    return sorted(found, key=lambda entry: entry[0].lower())


def glossary(stems):
    """The glossary as MyST: every term one sentence, with a link to the lesson that explains it, if that stands."""
    where = {stem[:2]: f"[lesson {stem[:2]}](lessons/{stem}.ipynb)" for stem in stems}
    entries = [f"{term}\n  {sentence} ({where.get(number, f'lesson {number}')})\n"
               for term, number, sentence in terms()]
    return "```{glossary}\n" + "\n".join(entries) + "```"


def teaser(record):
    """The first pair of sounds of a lesson, to hear on the front page."""
    for cell in record["cells"] if record else []:
        for output in cell.get("outputs", []):
            shown = "".join(output.get("data", {}).get("text/html", ""))
            if "ab-players" in shown:
                return "```{raw} html\n" + shown + "\n```"
    return ""
