"""How Sphinx reads the pages that `python -m docs` assembles in out/site-source.  Nothing is loaded from a host."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SOURCE, PARTS = ROOT / "out" / "site-source", ROOT / "out" / "site-parts"
LESSONS = {path.stem[:2]: path.stem for path in SOURCE.glob("lessons/[0-9][0-9]_*.ipynb")}

project, author = "A DDSP curriculum", "the authors of the course"
copyright = "the authors; texts CC BY 4.0, code Apache-2.0"
language = "en"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
templates_path = ["templates"]
suppress_warnings = ["ref.python"]             # "samples" in a docstring names no single target

myst_enable_extensions = ["dollarmath", "attrs_block"]
myst_heading_anchors = 3
myst_update_mathjax = False
nb_execution_mode = "off"               # the notebooks come executed (docs/executed.py)
nb_output_stderr = "remove"
nb_render_markdown_format = "myst"
nb_ipywidgets_js = {}
nb_code_prompt_show, nb_code_prompt_hide = "Show a solution", "Hide the solution"

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_preserve_defaults = True
napoleon_google_docstring, napoleon_numpy_docstring = True, False
napoleon_custom_sections = [("Attributes", "params_style")]
add_module_names = False

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = [str(Path(__file__).parent / "static"), str(PARTS / "static")]
html_extra_path = [str(PARTS / "extra")]
html_css_files = ["katex/katex.min.css", "course.css"]
html_js_files = [("katex/katex.min.js", {"defer": "defer"}), ("course.js", {"defer": "defer"})]
html_math_renderer = "katex"
html_copy_source = html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {
    "show_toc_level": 2, "use_download_button": False, "use_fullscreen_button": False, "use_issues_button": False,
    "use_repository_button": False, "use_edit_page_button": False, "home_page_in_toc": True,
    "navbar_persistent": [], "show_navbar_depth": 1,
    "pygments_light_style": "a11y-high-contrast-light", "pygments_dark_style": "a11y-high-contrast-dark",
}


def plain_text(app, what, name, obj, options, lines):
    """The docstrings are plain text: |x|, ** and name_ mean themselves, an indented example is a listing, and
    "Lesson 03 derives it." is a link where that lesson stands."""
    made, before = [], ""
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if indent >= 4 and made and not made[-1] and before and not before.startswith((" ", ">>>")):
            made += ["::", ""]
        listing = indent >= 4 or line.startswith((">>>", "..."))
        made.append(line if listing else _linked(_escaped(line)))
        before = line if line.strip() else before
    lines[:] = made


def _escaped(line):
    pieces = line.split("`")
    pieces[::2] = [re.sub(r"\||\*\*|\b\w+_(?!\w)", _literal, piece) for piece in pieces[::2]]
    return "`".join(pieces)


def _literal(found):
    return re.sub(r"[|*]|_$", lambda mark: "\\" + mark[0], found[0])


def _linked(line):
    def link(found):
        stem = LESSONS.get(found[2])
        return f":doc:`{found[0]} </lessons/{stem}>`" if stem else found[0]

    return re.sub(r"\b([Ll]esson) (\d\d)\b", link, line)


def _inline(writer, node):
    writer.body.append(writer.starttag(node, "span", "", CLASS="math") + writer.encode(node.astext()) + "</span>")
    raise _skip()


def _display(writer, node):
    writer.body.append(writer.starttag(node, "div", "", CLASS="math display") + writer.encode(node.astext()) + "</div>")
    raise _skip()


def _skip():
    from docutils import nodes

    return nodes.SkipNode()


def setup(app):
    app.add_html_math_renderer("katex", (_inline, None), (_display, None))     # static/course.js hands them to KaTeX
    app.connect("autodoc-process-docstring", plain_text, priority=400)      # before napoleon reads the sections
    return {"parallel_read_safe": True, "parallel_write_safe": True}
