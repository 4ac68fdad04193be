"""The site: `python course.py site`, or

    python -m docs            runs the notebooks that changed, builds out/site/, checks its links, figures and headings
    python -m docs --axe      and looks for barriers with axe-core in a browser
    python -m docs --as-is    builds from the notebooks as they last ran, even if the package changed since

Notebooks run once, by nbval (docs/executed.py): after `python course.py test` nothing is left to run.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

from ddsp_helpers import assets
from ddsp_helpers.classroom import lint, run_tests
from docs import check, executed, guide, lessons, reference

ROOT = executed.ROOT
OUT = ROOT / "out"
SITE, SOURCE, PARTS = OUT / "site", OUT / "site-source", OUT / "site-parts"
_IN_MINUTES = ("title", "read", "do", "play", "teach", "machine_s", "fast", "cores")


def execute():
    """Runs the solved notebooks that have no valid record; returns findings."""
    solved = [lessons.notebooks(stem)[1] for stem in lessons.stems()]
    stale = [path for path in solved if executed.read(path) is None]
    if not stale:
        return []
    print(f"Running {len(stale)} notebooks", flush=True)
    return [] if run_tests.notebooks(["-q"], map(str, stale)) else ["a notebook failed: see above"]


def ran(*, as_is):
    """({stem: record} of the lessons that ran, findings in what they and the learners' editions showed)."""
    records, found = {}, []
    for stem in lessons.stems():
        stub, solved = (executed.read(path, as_is=as_is) for path in lessons.notebooks(stem))
        if solved is None:
            found.append(f"{stem}: it was not run, so it is not on the site")
            continue
        records[stem] = solved
        found += [f"{stem}, solved: {line}" for line in lint.executed(solved, solved=True)]
        if stub is not None:            # there after `python course.py test`
            found += [f"{stem}: {line}" for line in lint.executed(stub, solved=False)]
        for line in lessons.too_slow(solved):       # no finding: how long it takes depends on what else the machine does
            print(f"Remark on {stem}: {line}", flush=True)
    return records, found


def assemble(records):
    """Writes the source of every page below out/site-source; unchanged files keep their date, others go."""
    facts = {stem[:2]: lessons.facts(stem, record) for stem, record in records.items()}
    pages = {**written(records, facts), **reference.pages(), "lessons/index.md": lessons.index(facts)}
    for stem, record in records.items():
        pages[f"lessons/{stem}.ipynb"] = lessons.page(stem, record)
        for path in lessons.notebooks(stem):
            write(PARTS / "extra" / path.relative_to(ROOT), path.read_text(encoding="utf-8"))
    for path in filter(pathlib.Path.is_file, list(SOURCE.rglob("*"))):
        if path.relative_to(SOURCE).as_posix() not in pages:
            path.unlink()
    for name, text in pages.items():
        write(SOURCE / name, text)
    minutes = {number: {key: fact[key] for key in _IN_MINUTES} for number, fact in facts.items()}
    write(PARTS / "static" / "minutes.json", json.dumps(minutes, indent=1, ensure_ascii=False) + "\n")
    copy_katex()


def written(records, facts):
    """{name: text} of docs/pages, with what the course knows in the place of each <!-- name -->."""
    fast = any(fact["fast"] for fact in facts.values())
    cores = max((fact["cores"] for fact in facts.values()), default=0)
    how = "in the short run (`DDSP_FAST=1`)" if fast else "in full"
    parts = {
        "teaser": guide.teaser(records.get("00_start_here")), "glossary": guide.glossary(records),
        "timetable": guide.timetable(facts), "measured": guide.measured(facts),
        "conditions": f"here on a machine of {cores} cores, {how}",
        "wrong answers": guide.wrong_answers(facts), "remedies": guide.remedies(), "doctor": guide.doctor(),
        "words": guide.words(),
    }
    pages = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "pages").glob("*.md")}
    for name, part in parts.items():
        pages = {page: text.replace(f"<!-- {name} -->", part) for page, text in pages.items()}
    return pages


def copy_katex():
    """Puts KaTeX and its fonts beside the pages: nothing is loaded from a host."""
    for path in assets.fetch("katex").glob("*.*"):
        target = PARTS / "static" / "katex" / ("fonts" if path.suffix == ".woff2" else "") / path.name
        if path.suffix in (".js", ".css", ".woff2") and not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def write(path, text):
    """Writes a file only if its content differs, so that Sphinx rebuilds only what changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")


def render():
    """Runs Sphinx; returns its warnings as findings."""
    warnings = OUT / "site-warnings.txt"
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-c", str(ROOT / "docs"),
               "-d", str(OUT / "site-doctrees"), "-w", str(warnings), str(SOURCE), str(SITE)]
    done = subprocess.run(command, cwd=ROOT, check=False, stderr=subprocess.DEVNULL,       # they are in the file
                          env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""})
    told = [line for line in warnings.read_text(encoding="utf-8").splitlines() if line.strip()]
    return told + ([f"Sphinx ended with {done.returncode}"] if done.returncode else [])


def main(arguments=None):
    """Command line.  Returns the exit code: 0 only if nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m docs", description="Builds the site into out/site and checks it.")
    parser.add_argument("--axe", action="store_true", help="look for barriers with axe-core in a browser, too")
    parser.add_argument("--as-is", action="store_true", help="run nothing: build from the notebooks as they last ran")
    options, began = parser.parse_args(arguments), time.monotonic()
    found = [] if options.as_is else execute()
    records, in_outputs = ran(as_is=options.as_is)
    assemble(records)
    found += in_outputs + render() + check.site(SITE)
    if options.axe:
        from docs import axe

        found += axe.findings(check.pages(SITE))
    print("\n".join(found))
    print(f"{len(check.pages(SITE))} pages, {len(found)} findings, {time.monotonic() - began:.0f} s: "
          f"{(SITE / 'index.html').as_uri()}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
