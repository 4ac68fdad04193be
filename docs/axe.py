"""axe-core on the built pages, in a real browser: serious and critical barriers, in light and dark, wide and narrow."""

import pathlib

from ddsp_helpers import assets
from ddsp_helpers.classroom import browser

GRAVE = ("serious", "critical")
VIEWS = (("light", 1280, 900), ("dark", 390, 844))       # a desk by day, a phone by night
_RUN = "axe.run(document, {resultTypes: ['violations'], preload: false})"


def findings(pages, *, views=VIEWS):
    """Serious and critical findings, one line each.

    Args:
      pages: paths of .html files.
      views: (colour scheme, width, height) triples in which each is looked at.
    """
    from playwright.sync_api import sync_playwright

    script = (assets.fetch("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    found = []
    with sync_playwright() as play:
        program = play.chromium.launch(executable_path=browser.need(), args=["--no-sandbox", "--disable-background-networking"])
        for scheme, width, height in views:
            context = program.new_context(color_scheme=scheme, viewport={"width": width, "height": height})
            for path in map(pathlib.Path, pages):
                found += [f"{path.name} ({scheme}, {width} wide): {line}" for line in _judge(context, path, script)]
            context.close()
        program.close()
    return found


def _judge(context, path, script):
    page = context.new_page()
    try:
        page.goto(path.resolve().as_uri(), wait_until="load")
        page.evaluate(script)
        violations = page.evaluate(_RUN)["violations"]
    finally:
        page.close()
    return [f"{rule['id']} ({rule['impact']}, {len(rule['nodes'])} times): {rule['help']}, e.g. {rule['nodes'][0]['html'][:140]}"
            for rule in violations if rule["impact"] in GRAVE]
