"""What the site's pages say follows from the lessons and the code, and a fault in either is noticed."""
import collections
import datetime
import re

import nbformat
import pytest

from ddsp_helpers.classroom import lint, notebooks
from docs import check, executed, guide, lessons, reference

LESSONS = {path.stem[:2]: path for path in notebooks.lesson_files()}
TERMS = guide.terms()
_ACRONYM = re.compile(r"\b(?=(?:[a-z]*[A-Z]){3})[A-Za-z]+\d*\b")


def prose(path):
    """The words of a lesson, without code, equations, credits and hints."""
    blocks = re.split(r"(?m)^# %%", path.read_text(encoding="utf-8"))
    text = "\n".join(block for block in blocks if block.startswith(" [markdown]") and "footer" not in block[:40])
    return re.sub(r"(?s)\$\$.*?\$\$|\$[^$]*\$|`[^`]*`", "", text)


def test_every_term_is_a_word_of_its_lesson_and_one_sentence():
    repeated = [term for term, count in collections.Counter(term.lower() for term, _, _ in TERMS).items() if count > 1]
    absent = [f"{term} [{number}]" for term, number, _ in TERMS
              if number in LESSONS and term.lower() not in LESSONS[number].read_text(encoding="utf-8").lower()]
    long = [term for term, _, sentence in TERMS if not sentence.endswith(".") or re.search(r"\. [A-Z]", sentence)]
    assert not repeated and not absent and not long


@pytest.mark.parametrize("number", LESSONS)
def test_every_abbreviation_of_a_lesson_is_in_the_glossary(number):
    known = " ".join(f"{term} {sentence}" for term, _, sentence in TERMS)
    assert [word for word in sorted(set(_ACRONYM.findall(prose(LESSONS[number])))) if word not in known] == []


@pytest.mark.parametrize("number", LESSONS)
def test_every_lesson_gives_the_glossary_its_words(number):
    assert sum(where == number for _, where, _ in TERMS) >= 4


def test_a_term_without_its_lesson_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(guide, "HERE", tmp_path)
    (tmp_path / "glossary.txt").write_text("bin: a frequency.\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"term \[NN\]"):
        guide.terms()


def record(path, seconds=90.0):
    made = nbformat.read(path, as_version=4)
    made.metadata.record = {"key": executed.key(path), "seconds": seconds, "fast": True, "cores": 2}
    return made


FACTS = {stem[:2]: lessons.facts(stem, record(lessons.notebooks(stem)[1])) for stem in lessons.stems()}


def test_a_lesson_tells_its_minutes_and_its_teacher_what_goes_wrong():
    for fact in FACTS.values():
        assert fact["title"] and fact["promise"] and fact["teach"] == fact["read"] + fact["do"] + fact["play"]
        assert fact["instructor"], f"{fact['number']}: no cell for teachers"
        assert fact["instructor"][0] in guide.wrong_answers(FACTS)


def test_the_timetable_counts_every_minute_and_ends_in_the_afternoon():
    days = guide.timetable(FACTS).split("### Day ")[1:]
    assert len(days) == 2
    for day in days:
        rows = [row.split("|")[1:3] for row in day.splitlines() if re.match(r"\| \d", row)]
        clock = [datetime.datetime.strptime(at.strip(), "%H:%M") for at, _ in rows]
        took = [int(minutes) for _, minutes in rows if minutes.strip()]
        assert [(b - a).seconds // 60 for a, b in zip(clock, clock[1:])] == took
        assert clock[-1].hour < 17, "a day is too long"
    assert "1.5 min" in days[0] and "*break*" in days[1]


def test_what_is_measured_is_not_typed():
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (guide.HERE / "pages").glob("*.md"))
    assert set(re.findall(r"<!-- ([a-z ]+) -->", pages)) == {
        "teaser", "glossary", "timetable", "measured", "wrong answers", "remedies", "doctor", "words", "conditions"}
    assert not re.search(r"\d+(\.\d+)? min\b", (guide.HERE / "pages" / "instructor.md").read_text(encoding="utf-8"))


def test_troubleshooting_says_what_the_code_says():
    table, said = guide.remedies(), guide.doctor()
    for _, remedy in guide.course().REMEDIES:
        assert remedy in table
    assert "`No space left`" in table and "MISSING" in said and "python course.py setup" in said
    assert "python course.py site" in guide.words()


def test_the_reference_has_every_room():
    rooms = reference.rooms()
    assert {"units", "audio", "dsp", "synths", "effects", "losses", "features", "data", "models", "training",
            "transfer", "classroom", "widgets"} <= set(rooms)
    assert list(rooms)[:2] == ["units", "audio"]
    assert ".. automodule:: ddsp_helpers.dsp.oscillators" in reference.room_page("dsp", rooms["dsp"])


def test_a_solution_is_folded_and_a_widget_without_a_kernel_says_so():
    stem = lessons.stems()[0]
    made = record(lessons.notebooks(stem)[1])
    made.cells.append(nbformat.v4.new_code_cell("mine", outputs=[nbformat.v4.new_output(
        "display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "mine"})]))
    shown = nbformat.reads(lessons.page(stem, made), as_version=4)
    exercises = [cell for cell in shown.cells if "check.ex" in cell.source and cell.cell_type == "code"]
    assert exercises and all(cell.metadata.tags == ["hide-input"] for cell in exercises)
    data = shown.cells[-1].outputs[0].data
    assert "application/vnd.jupyter.widget-view+json" not in data and "running kernel" in data["text/html"]
    assert "> **For teachers.**" not in "".join(cell.source for cell in shown.cells)


def test_a_record_counts_only_for_the_notebook_that_ran(tmp_path, monkeypatch):
    monkeypatch.setattr(executed, "RECORDS", tmp_path)
    path = lessons.notebooks(lessons.stems()[0])[1]
    assert executed.read(path) is None
    target = executed.record_of(path)
    target.parent.mkdir(parents=True)
    made = record(path)
    nbformat.write(made, target)
    assert executed.read(path).metadata.record.seconds == 90.0
    made.metadata.record.key = "of another notebook"
    nbformat.write(made, target)
    assert executed.read(path) is None and executed.read(path, as_is=True) is not None


GOOD = ('<html lang="en"><head><title>A</title><link rel="stylesheet" href="a.css"></head><body><h1 id="a">A</h1>'
        '<h2>B</h2><a href="b.html#b">B</a> <a href="#a">A</a> <a href="https://example.org/x">x</a>'
        '<img alt="a curve, 1 to 2" src="a.png">'
        '<audio controls aria-label="a voice" src="data:audio/wav;base64,AA"></audio></body></html>')


@pytest.mark.parametrize("change, words", [
    (("", ""), ""),
    (("b.html#b", "c.html"), "a dead link: c.html"),
    (("b.html#b", "b.html#c"), "a dead link: b.html#c"),
    (("#a", "#nowhere"), "a dead link: #nowhere"),
    (("https://example.org/x", "https:/example"), "a dead link: https:/example"),
    (('src="a.png"', 'src="b.png"'), "a dead link: b.png"),
    (('href="a.css"', 'href="https://cdn.example.org/a.css"'), "from another host"),
    (('alt="a curve, 1 to 2"', ""), "a figure without alt text"),
    (('aria-label="a voice"', ""), "a player without a label"),
    (("h2", "h3"), "a heading level is skipped"),
    (('lang="en"', ""), "no lang"),
])
def test_a_fault_in_a_built_page_is_found(tmp_path, change, words):
    for name, text in {"a.html": GOOD.replace(*change) if change[0] else GOOD, "a.css": "", "a.png": "",
                       "b.html": GOOD.replace('id="a"', 'id="b"').replace("#a", "#b")}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    check._ids.cache_clear()
    found = "\n".join(check.site(tmp_path))
    assert words in found and bool(found) == bool(words), found


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "lessons/README.md"])
def test_the_texts_of_the_repository_have_no_dead_links(name):
    path = notebooks.ROOT / name
    assert lint.links(path.read_text(encoding="utf-8"), path.parent) == []


def test_a_notebook_that_takes_too_long_is_remarked_upon():
    path = lessons.notebooks(lessons.stems()[0])[1]
    assert lessons.too_slow(record(path, seconds=100)) == []
    assert "at most 120" in lessons.too_slow(record(path, seconds=130))[0]
    trains = record(path, seconds=130)
    trains.cells.append(nbformat.v4.new_code_cell("history = training.fit(model, dataset)"))
    assert lessons.too_slow(trains) == []


def test_an_empty_site_is_a_finding(tmp_path):
    assert check.site(tmp_path) == ["no pages were built"]
