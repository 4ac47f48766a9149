"""What pyproject.toml promises, and the page that an index of packages shows."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
ANY_LINK = re.compile(r"\]\(([^)\s]+)\)")

page_of_index = runpy.run_path(str(ROOT / "hatch_build.py"))["page_of_index"]


def test_the_page_of_an_index_has_no_link_to_a_file() -> None:
    """Without an address of the repository, only links to the web are left, and each file is named by its path."""
    page = page_of_index(README, None)

    assert {link for link in ANY_LINK.findall(page) if not link.startswith("http")} == set()
    assert "docs/semantics.md" in page
    assert page.count("```") == README.count("```")
    assert page.splitlines()[2] == "*The files that this page names come with the source distribution.*"


def test_links_lead_to_the_repository_where_it_has_an_address() -> None:
    """A link leads to the page of a file there, a picture to its bytes, and links to the web stay."""
    page = page_of_index(
        "# T\n\n[![a](docs/a.png)](docs/a.md#b) [c](https://x.example) [d](#e)\n", "https://s.example/r"
    )

    assert page == (
        "# T\n\n[![a](https://s.example/r/raw/HEAD/docs/a.png)](https://s.example/r/blob/HEAD/docs/a.md#b)"
        " [c](https://x.example) [d](#e)\n"
    )


def test_users_extras_have_nothing_for_developers() -> None:
    """Developers' tools are in dependency groups; `all` is all other extras."""
    extras = dict(PROJECT["project"]["optional-dependencies"])
    [everything] = [Requirement(each) for each in extras.pop("all")]

    assert {"dev", "bench", "fuzz", "mutants"} <= set(PROJECT["dependency-groups"])
    assert not set(extras) & set(PROJECT["dependency-groups"])
    assert everything.extras == set(extras)


def test_nobody_is_told_of_an_extra_that_is_none() -> None:
    """Every `pip install 'aidtimeline[EXTRA]'` in messages and pages, and `.[EXTRA]`, has an extra that is there."""
    extras = set(PROJECT["project"]["optional-dependencies"])
    texts = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("src/**/*.py"),
        ROOT / "benchmarks" / "README.md",
    ]
    told = {
        name
        for path in (*texts, ROOT / "Makefile", ROOT / "docs" / "first-story.ipynb")
        for names in re.findall(r"(?:aidtimeline|'\.)\[([a-z,]+)\]", path.read_text(encoding="utf-8"))
        for name in names.split(",")
    }

    assert {"fast", "report", "all"} <= told <= extras


def test_the_oldest_python_of_the_classifiers_is_required() -> None:
    """The classifiers name each Python from the one that is required on."""
    pythons = [each.rpartition(" ")[2] for each in PROJECT["project"]["classifiers"] if re.search(r":: 3\.\d+$", each)]

    assert PROJECT["project"]["requires-python"] == f">={pythons[0]}"
    assert [int(each.split(".")[1]) for each in pythons] == list(range(11, 11 + len(pythons)))
