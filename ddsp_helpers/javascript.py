"""Joins JavaScript with the shared modules it imports: a widget, or the page of an export, gets exactly one text.

Each file stays an ordinary ES module.  A shared module becomes a block with its own scope that gives back what it
exports; the widget's own file comes last and keeps its `export default`.  The same files give the same text.
"""

import functools
import pathlib
import re

_HERE = pathlib.Path(__file__).parent
WIDGETS, PAGE = _HERE / "widgets", _HERE / "export" / "web_page"
FOLDERS = (WIDGETS, PAGE)                                         # what is played in a notebook is played in a page too
_IMPORT = re.compile(r'^import\s+(?:\{([^}]*)\}|\*\s+as\s+(\w+))\s+from\s+"\./([\w.]+)\.js";[ \t]*$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
_LEFT_OVER = re.compile(r"^\s*(?:import\b.*|export\b(?! default).*)", re.MULTILINE)


@functools.cache
def join(name, *folders):
    """One ES module from `NAME.js` and everything it imports.

    Args:
      name: the file without its .js.
      *folders: where the files lie, the first that has one; by default those of the widgets and of the page.

    Returns:
      Text of a module with a default export.

    Raises:
      ValueError: a file is missing, imports go round in a circle, or an import or export has a form that this
        joiner does not know.

    >>> join("harmonic_spectrum").count("export default")
    1
    """
    folders, order = folders or FOLDERS, []
    _visit(name, folders, order, ())
    parts = [_shared(part, folders) for part in order[:-1]]
    return "\n".join([*parts, _imports_replaced(_read(name, folders), name)])


def _visit(name, folders, order, above):
    """Appends the imports of a file, then the file: each once, always in the same order."""
    if name in above:
        raise ValueError(f"{name}.js imports itself by way of {' -> '.join(above)}; no circle was wanted.")
    if name not in order:
        for _, _, other in _IMPORT.findall(_read(name, folders)):
            _visit(other, folders, order, (*above, name))
        order.append(name)


def _read(name, folders):
    file = next((folder / f"{name}.js" for folder in folders if (folder / f"{name}.js").is_file()), None)
    if file is None:
        raise ValueError(f"{name}.js is imported but is not there.")
    return file.read_text(encoding="utf-8").replace("\r\n", "\n")


def _shared(name, folders):
    """A shared module as `const module_NAME = (() => { …; return { exports }; })();`."""
    text = _read(name, folders)
    exports = _EXPORT.findall(text)
    body = _imports_replaced(_EXPORT.sub("", text), name)
    return f"const module_{name} = (() => {{\n{body}\nreturn {{ {', '.join(exports)} }};\n}})();"


def _imports_replaced(text, name):
    def replaced(match):
        names, whole, other = match.groups()
        return f"const {whole or '{ ' + names.strip().replace(' as ', ': ') + ' }'} = module_{other};"

    text = _IMPORT.sub(replaced, text)
    if odd := _LEFT_OVER.search(text):
        raise ValueError(f"{name}.js has {odd.group().strip()!r}; wanted import {{ a, b }} from \"./x.js\"; or "
                         "export function, class or const at the beginning of a line.")
    return text
