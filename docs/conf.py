"""How Sphinx makes one site of README.md, CONTRIBUTING.md, CHANGELOG.md and docs/: `make docs`.

The pages are plain Markdown that reads well on a code host. What a site needs beside is made here:

- The order. Pages follow each other as docs/index.md lists them, section by section. Below a page `x.md` stand those of
  the folder `x/`, in the order in which it links them; what it does not link comes last. An `x/index.md` does the same.
- The reference. A block of names under ```` ```{api} ```` becomes what their docstrings say.
"""

from __future__ import annotations

import inspect
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from sphinx.addnodes import pending_xref
from sphinx.pycode import ModuleAnalyzer

import aidtimeline

ROOT = Path(__file__).parent.parent

project = "aidtimeline"
author = "the authors of aidtimeline"
copyright = f"{author}, MIT licence"
release = aidtimeline.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/**.md",
    "benchmarks/README.md",
    "tests/golden/README.md",
]
exclude_patterns = [".*", "build", "dist", "src", "mutants", "**/node_modules"]
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]
myst_heading_anchors = 6

default_role = "py:obj"
add_module_names = False
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_inherit_docstrings = False
autodoc_default_options = {"members": True}
python_maximum_signature_line_length = 88
napoleon_numpy_docstring = False

html_theme = "pydata_sphinx_theme"
html_title = f"aidtimeline {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["_extra/index.html"]
templates_path = ["_templates"]
html_sidebars = {"**": ["order.html"]}
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navbar_center": [],
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_end": [],
    "show_toc_level": 2,
}

SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]*)\]\(([^)#:\s]+)\.md\)")
FOLDER = re.compile(r"\[([^\]]*)\]\(([\w./-]+)\)")
NAMES = re.compile(r"^```\{api\}\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TABLE = re.compile(r"(?:^\|.*\|$\n?){3,}", re.MULTILINE)
PAGE = re.compile(r"\bdocs/([a-z0-9/-]+)\.md\b")


def linked(page: str, text: str) -> dict[str, str]:
    """The pages that a page links, in order, by their names from the root, and what the first link to each says.

    >>> linked("docs/index", "[One](tutorial.md) [Two](../README.md) [one](tutorial.md) [there](https://x.org/a.md)")
    {'docs/tutorial': 'One', 'README': 'Two'}
    """
    pages: dict[str, str] = {}
    for said, link in LINK.findall(text):
        pages.setdefault((ROOT / page).parent.joinpath(link).resolve().relative_to(ROOT.resolve()).as_posix(), said)
    return pages


def toctree(entries: list[str], caption: str = "") -> str:
    """A table of contents that is not shown in its page, but gives the pages their place."""
    lines = [f":caption: {caption}"] * bool(caption)
    return "\n".join(["", "```{toctree}", ":hidden:", *lines, *entries, "```", ""])


def below(page: str, found: set[str]) -> set[str]:
    """The pages that stand below a page: those of the folder of its name, or of the folder whose index it is.

    >>> sorted(below("docs/checks", {"docs/checks", "docs/checks/dangling", "docs/json"}))
    ['docs/checks/dangling']
    """
    folder = page.removesuffix("index") if page.endswith("/index") else f"{page}/"
    inside = (each for each in found if each.startswith(folder) and each != page)
    return {each for each in inside if "/" not in each.removeprefix(folder).removesuffix("/index")}


def contents(page: str, text: str, found: set[str]) -> str:
    """The tables of contents of a page: of docs/index.md one for each of its sections."""
    if page != root_doc:
        children = below(page, found)
        ordered = [each for each in linked(page, text) if each in children]
        rest = sorted(children.difference(ordered))
        return toctree([f"/{each}" for each in (*ordered, *rest)]) if children else ""
    trees = []
    listed = linked(page, text)
    _, *parts = SECTION.split(text)
    for title, part in zip(parts[::2], parts[1::2], strict=True):
        folder = f"docs/{title.lower()}"
        has_parent = {folder, f"{folder}/index"} & found
        rest = [] if has_parent else sorted(below(folder, found).difference(listed))
        entries = [f"{said} </{each}>" for each, said in linked(page, part).items()]
        trees.append(toctree([*entries, *(f"/{each}" for each in rest)], title))
    return "".join(trees)


def public(room: str) -> dict[str, Any]:
    """The public names of a module."""
    module = import_module(room)
    return {name: getattr(module, name) for name in sorted(module.__all__)}


def split(name: str) -> tuple[str, str]:
    """A name of Python as the module that has it, and its own.

    >>> split("aidtimeline.report.write")
    ('aidtimeline.report', 'write')
    """
    room, _, last = name.rpartition(".")
    return room, last


def full_names() -> dict[str, str]:
    """The names of the whole reference, by their last part."""
    return {split(name)[1]: name for name in chosen(" ".join(all_named()))}


def all_named() -> list[str]:
    """The names of all blocks of the reference, as they stand there."""
    pages = (page.read_text(encoding="utf-8") for page in sorted(ROOT.glob("docs/api/*.md")))
    return [name for page in pages for block in NAMES.findall(page) for name in block.split()]


def chosen(names: str) -> list[str]:
    """The names of a block: `room.*` stands for those of a room that no block names, and the top does not have."""
    named = set(all_named())
    top = [id(each) for each in public("aidtimeline").values()]
    expanded = []
    for name in names.split():
        room, last = split(name)
        if last == "*":
            rest = {f"{room}.{each}": found for each, found in public(room).items()}
            expanded += [
                each
                for each, found in rest.items()
                if each not in named and (room == "aidtimeline" or id(found) not in top)
            ]
        else:
            expanded.append(name)
    return expanded


def documented(name: str) -> str:
    """The directive that documents a public name of a module.

    >>> documented("aidtimeline.replay"), documented("aidtimeline.UsageError")
    ('.. autofunction:: aidtimeline.replay', '.. autoexception:: aidtimeline.UsageError')
    """
    room, last = split(name)
    found = getattr(import_module(room), last)
    if inspect.isclass(found):
        return f".. auto{'exception' if issubclass(found, BaseException) else 'class'}:: {name}"
    return f".. autofunction:: {name}" if inspect.isroutine(found) else f".. autodata:: {name}\n   :no-value:"


def _reference(names: re.Match[str]) -> str:
    return "\n".join(["```{eval-rst}", *(f"{documented(name)}\n" for name in chosen(names[1])), "```"])


def on_source(app: Any, page: str, source: list[str]) -> None:
    """Add to a page what only the site needs."""
    text = FOLDER.sub(lambda link: link[1] if (ROOT / page).parent.joinpath(link[2]).is_dir() else link[0], source[0])
    source[0] = NAMES.sub(_reference, text) + contents(page, text, set(app.env.found_docs))


def list_table(rows: re.Match[str]) -> str:
    """A table of Markdown as one of reStructuredText.

    >>> print(list_table(TABLE.search("| a | b |\\n|---|---|\\n| 1 | 2 |\\n")))
    <BLANKLINE>
    .. list-table::
       :header-rows: 1
    <BLANKLINE>
       * - a
         - b
       * - 1
         - 2
    <BLANKLINE>
    """
    head, _, *body = ([cell.strip() for cell in row.strip("|").split("|")] for row in rows[0].splitlines())
    shown = [head, *body] if any(head) else body
    lines = [f"   {mark} - {cell}" for row in shown for mark, cell in zip("*" + " " * len(row), row, strict=False)]
    options = ["   :header-rows: 1"] if any(head) else []
    return "\n".join(["", ".. list-table::", *options, "", *lines, ""])


def comment(name: str, found: object) -> list[str]:
    """What stands below a constant, in the module that has it."""
    last = name.rpartition(".")[2]
    for room, module in sorted(sys.modules.items()):
        if room.startswith("aidtimeline") and vars(module).get(last) is found:
            analyzer = ModuleAnalyzer.for_module(room)
            if ("", last) in analyzer.find_attr_docs():
                return analyzer.attr_docs["", last]
    return []


_as_written: dict[str, list[str]] = {}


def before_napoleon(_app: Any, what: str, name: str, _found: Any, _options: Any, lines: list[str]) -> None:
    """Napoleon takes what stands before a colon for the type of an attribute: keep what was written."""
    if what in ("attribute", "property"):
        _as_written[name] = list(lines)


def on_docstring(_app: Any, what: str, name: str, found: Any, _options: Any, lines: list[str]) -> None:
    """Make links of the pages that a docstring names, and of a test's folder one that a reader might have."""
    written = comment(name, found) if what == "data" else _as_written.pop(name, lines)
    text = TABLE.sub(list_table, "\n".join(written))
    text = PAGE.sub(r":doc:`docs/\1.md </docs/\1>`", text)
    text = re.sub(r'getfixture\("tmp_path"\) / ("[^"]*")', r"Path(\1)", text)
    lines[:] = text.replace('getfixture("tmp_path")', '"mine"').splitlines()
    if what == "class":
        known = {id(getattr(import_module(room), last)): last for room, last in map(split, full_names().values())}
        parent = next((known[id(each)] for each in found.__mro__[1:] if id(each) in known), None)
        lines += ["", f"It has all that `{parent}` has, too.", ""] if parent else []


def on_signature(
    _app: Any, _what: str, _name: str, _found: Any, _options: Any, arguments: str | None, gives: str | None
) -> tuple[str | None, str | None]:
    """Defaults that are objects have names."""
    if arguments:
        arguments = re.sub(r"<function (\w+)(?: at [^>]*)?>", r"\1", arguments)
        arguments = arguments.replace(repr(import_module("aidtimeline.vocabulary").NO_VOCABULARY), "NO_VOCABULARY")
    return arguments, gives


def on_read(_app: Any, doctree: Any) -> None:
    """A name of Python leads to the public name that it is, or nowhere: Sphinx would take any that ends like it."""
    full = full_names()
    for reference in doctree.findall(pending_xref):
        if reference.get("refdomain") == "py":
            reference.attributes.pop("refspecific", None)
            reference["reftarget"] = full.get(reference["reftarget"], reference["reftarget"])


def setup(app: Any) -> dict[str, bool]:
    """What Sphinx calls."""
    app.connect("source-read", on_source)
    app.connect("autodoc-process-docstring", on_docstring)
    app.connect("autodoc-process-docstring", before_napoleon, priority=100)
    app.connect("autodoc-process-signature", on_signature)
    app.connect("doctree-read", on_read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
