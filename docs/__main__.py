"""The site: `python course.py site`, or

    python -m docs              runs the notebooks that changed, builds out/site/, checks its links, figures and headings
    python -m docs --axe        and looks for barriers with axe-core in a browser
    python -m docs --as-is      builds from the notebooks as they last ran, even if the package changed since

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


def execute():
    """Runs the solved notebooks that have no valid record; returns findings."""
    stale = [lessons.notebooks(stem)[1] for stem in lessons.stems() if executed.read(lessons.notebooks(stem)[1]) is None]
    if not stale:
        return []
    print(f"Running {len(stale)} notebooks", flush=True)
    return [] if run_tests.notebooks(["-q"], map(str, stale)) else ["a notebook failed: see above"]


def assemble(records):
    """Writes the source of every page below out/site-source; unchanged files keep their date, others go."""
    facts = {stem[:2]: lessons.facts(stem, record) for stem, record in records.items()}
    fast = any(fact["fast"] for fact in facts.values())
    cores = max((fact["cores"] or 0 for fact in facts.values()), default=0)
    parts = {"teaser": guide.teaser(records.get("00_start_here")), "glossary": guide.glossary(records), "timetable": guide.timetable(facts),
             "measured": guide.measured(facts), "wrong answers": guide.wrong_answers(facts), "remedies": guide.remedies(),
             "doctor": guide.doctor(), "words": guide.words(),
             "conditions": f"here on a machine of {cores} cores, {'in the short run (`DDSP_FAST=1`)' if fast else 'in full'}"}
    pages = dict(reference.pages())
    for path in (ROOT / "docs" / "pages").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        for name, part in parts.items():
            text = text.replace(f"<!-- {name} -->", part)
        pages[path.name] = text
    pages["lessons/index.md"] = lessons.index(facts)
    for stem, record in records.items():
        pages[f"lessons/{stem}.ipynb"] = lessons.page(stem, record)
        for path in lessons.notebooks(stem):
            write(PARTS / "extra" / path.relative_to(ROOT), path.read_text(encoding="utf-8"))
    for path in [path for path in SOURCE.rglob("*") if path.is_file()]:
        if path.relative_to(SOURCE).as_posix() not in pages:
            path.unlink()
    for name, text in pages.items():
        write(SOURCE / name, text)
    write(PARTS / "static" / "minutes.json", json.dumps({number: {key: fact[key] for key in ("title", "read", "do", "play", "teach", "machine_s", "fast", "cores")}
                                              for number, fact in facts.items()}, indent=1, ensure_ascii=False) + "\n")
    typeset = assets.fetch("katex")
    for path in typeset.glob("*.*"):
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
    done = subprocess.run([sys.executable, "-m", "sphinx", "-q", "-b", "html", "-c", str(ROOT / "docs"), "-d", str(OUT / "site-doctrees"),
                           "-w", str(warnings), str(SOURCE), str(SITE)], cwd=ROOT, check=False,
                          env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}, stderr=subprocess.DEVNULL)
    told = warnings.read_text(encoding="utf-8").splitlines() if warnings.is_file() else []
    return [line for line in told if line.strip()] + ([] if done.returncode == 0 else [f"Sphinx ended with {done.returncode}"])


def main(arguments=None):
    """Command line.  Returns the exit code: 0 only if nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m docs", description="Builds the site into out/site and checks it.")
    parser.add_argument("--axe", action="store_true", help="look for barriers with axe-core in a browser, too")
    parser.add_argument("--as-is", action="store_true", help="run nothing: build from the notebooks as they last ran")
    options, began = parser.parse_args(arguments), time.monotonic()
    found = [] if options.as_is else execute()
    records = {stem: executed.read(lessons.notebooks(stem)[1], as_is=options.as_is) for stem in lessons.stems()}
    found += [f"{stem}: it was not run, so it is not on the site" for stem, record in records.items() if record is None]
    records = {stem: record for stem, record in records.items() if record is not None}
    for stem, record in records.items():
        found += [f"{stem}, solved: {line}" for line in lint.executed(record, solved=True) + lessons.too_slow(record)]
        stub = executed.read(lessons.notebooks(stem)[0])        # there after `python course.py test`
        found += [f"{stem}: {line}" for line in lint.executed(stub, solved=False)] if stub else []
    assemble(records)
    found += render() + check.site(SITE)
    if options.axe:
        from docs import axe

        found += axe.findings(path for path in sorted(SITE.rglob("*.html")) if "_static" not in path.parts)
    print("\n".join(found))
    pages = len(list(SITE.rglob("*.html")))
    print(f"{pages} pages, {len(found)} findings, {time.monotonic() - began:.0f} s: {pathlib.Path(SITE, 'index.html').as_uri()}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
