"""axe-core on the built pages, in a real browser: serious and critical barriers, in light and dark, wide and narrow."""

import contextlib
import pathlib

from ddsp_helpers import assets
from ddsp_helpers.classroom import browser

GRAVE = ("serious", "critical")
VIEWS = (("light", 1280, 900), ("dark", 390, 844))       # a desk by day, a phone by night
_PATIENCE_MS = 180_000
_RUN = "axe.run(document, {resultTypes: ['violations', 'incomplete'], preload: false})"
_WIDGETS = "[...document.querySelectorAll('.live-widget')].map((one) => one.dataset.alive)"
_UNSET = "[...document.querySelectorAll('.katex-error')].map((place) => place.title)"


def findings(pages, *, views=VIEWS, play=None):
    """Serious and critical findings, equations that could not be set and widgets that do not live, one line each.

    Args:
      pages: paths of .html files.
      views: (colour scheme, width, height) triples in which each is looked at.
      play: Playwright, where it has been started already.
    """
    from playwright.sync_api import sync_playwright

    script = (assets.fetch("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    pages, found = list(map(pathlib.Path, pages)), []
    with contextlib.nullcontext(play) if play else sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-background-networking", "--mute-audio"]
        program = play.chromium.launch(executable_path=browser.need(), args=flags)
        for scheme, width, height in views:
            context = program.new_context(color_scheme=scheme, viewport={"width": width, "height": height})
            context.set_default_timeout(_PATIENCE_MS)
            for path in pages:
                found += [f"{path.name} ({scheme}, {width} wide): {line}" for line in _judge(context, path, script)]
            context.close()
        program.close()
    return found


def _judge(context, path, script):
    """The findings in one page; a page that the browser cannot show in time is one."""
    from playwright.sync_api import Error

    page = context.new_page()
    try:
        page.goto(path.resolve().as_uri(), wait_until="domcontentloaded")
        page.wait_for_function(f"{_WIDGETS}.every(Boolean)")
        page.evaluate(script)
        result, unset, widgets = page.evaluate(_RUN), page.evaluate(_UNSET), page.evaluate(_WIDGETS)
    except Error as error:
        return [f"it could not be looked at: {error.message.splitlines()[0]}"]
    finally:
        page.close()
    grave = [f"{rule['id']} ({rule['impact']}, {len(rule['nodes'])} times): {rule['help']}, e.g. {_example(rule)}"
             for rule in result["violations"] if rule["impact"] in GRAVE]
    return [*grave, *_invisible(result["incomplete"]), *(f"an equation that KaTeX cannot set: {why}" for why in unset),
            *(f"a widget that does not live in the page: {told}" for told in widgets if told != "yes")]


def _example(rule):
    return rule["nodes"][0]["html"][:140]


def _invisible(incomplete):
    """Text in the colour of its background: axe leaves that to a person, because it may be meant."""
    for rule in incomplete:
        for node in rule["nodes"] if rule["id"] == "color-contrast" else []:
            if any((check["data"] or {}).get("messageKey") == "equalRatio" for check in node["any"]):
                yield f"color-contrast: text that cannot be seen, e.g. {node['html'][:140]}"
