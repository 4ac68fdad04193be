"""What is wrong with the built pages: dead links, figures without words, nameless players, headings out of order."""

import functools
import pathlib
import re
import urllib.parse

from ddsp_helpers.classroom import lint

_LOADED = re.compile(r"(?i)<(?:script|img|link|audio|source|iframe)\b[^>]*?\b(?:src|href)=[\"'](?:https?:)?//")


def pages(folder):
    """The pages of a site, without what the theme keeps for itself."""
    return [path for path in sorted(pathlib.Path(folder).rglob("*.html")) if "_static" not in path.parts]


def site(folder):
    """Findings in all pages below a folder, one line each."""
    found = [] if pages(folder) else ["no pages were built"]
    for path in pages(folder):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(folder)
        found += [f"{name}: {finding}" for finding in lint.page(text, whole=True)]
        found += [f"{name}: something is loaded from another host" for _ in _LOADED.findall(text)]
        found += [f"{name}: a dead link: {link}" for link in sorted(set(lint.read(text)[1])) if not _lives(link, path)]
    return found


def _lives(link, path):
    """Whether what a page points at is there; addresses on the web are judged by their form."""
    if re.match(r"(?i)(data|javascript|blob):", link):
        return True
    if re.match(r"(?i)[a-z][a-z0-9+.-]*:", link):
        return not lint.links(f"[x]({link.replace('(', '%28').replace(')', '%29')})", path.parent)
    file, _, anchor = urllib.parse.unquote(link).partition("#")
    target = (path.parent / file.split("?")[0]) if file else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return False
    return not anchor or target.suffix != ".html" or anchor in _ids(target)


@functools.lru_cache(maxsize=None)
def _ids(path):
    return lint.read(path.read_text(encoding="utf-8"))[0] | {"top"}
