"""The site that `make docs` makes: it builds without a warning, no link of it is lost, and it needs no network."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import aidtimeline

ROOT = Path(__file__).parent.parent


class Page(HTMLParser):
    """What a page of the site links, what it loads, its anchors, and its text."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors = {""}
        self.text = ""
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where an element leads."""
        values = {name: value or "" for name, value in attrs}
        self.anchors.add(values.get("id", ""))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "link" and "href" in values:
            self.loads.append(values["href"])
        if tag in ("img", "script", "iframe") and "src" in values:
            self.loads.append(values["src"])

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, as `make docs` makes it; its warnings are errors."""
    out = tmp_path_factory.mktemp("site")
    words = ["-m", "sphinx", "-q", "-W", "--keep-going", "-c", str(ROOT / "docs"), "-d", str(out / "trees")]
    done = subprocess.run(
        [sys.executable, *words, str(ROOT), str(out / "html")], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    return out / "html"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    """Its pages; those in _static are templates of the theme."""
    return {file: Page(file) for file in sorted(site.rglob("*.html")) if "_static" not in file.parts}


def lost(file: Path, link: str, pages: dict[Path, Page]) -> bool:
    """Whether a link of a page leads nowhere in the site."""
    parts = urlsplit(link)
    target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    return not target.exists() or (target in pages and unquote(parts.fragment) not in pages[target].anchors)


def test_each_link_within_the_site_leads_somewhere(pages: dict[Path, Page]) -> None:
    """Each link to a page, an anchor or a file of the site leads to one that is there."""
    found = [(file, link) for file, page in pages.items() for link in (*page.links, *page.loads) if "://" not in link]
    inside = [(file, link) for file, link in found if not link.startswith(("mailto:", "data:"))]

    assert len(inside) > 1000
    assert [(file.name, link) for file, link in inside if lost(file, link, pages)] == []


def test_each_page_is_reached_from_the_first(site: Path, pages: dict[Path, Page]) -> None:
    """Whoever follows links from index.html comes to each page of README.md and docs/."""
    seen: set[Path] = set()
    ahead = [(site / "index.html").resolve()]
    while ahead:
        file = ahead.pop()
        if file in seen or file not in pages:
            continue
        seen.add(file)
        ahead += [(file.parent / unquote(urlsplit(link).path)).resolve() for link in pages[file].links]
    written = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    html = [site.resolve() / page.relative_to(ROOT).with_suffix(".html") for page in written]

    assert [file for file in html if file not in seen] == []


def test_the_site_needs_no_network(site: Path, pages: dict[Path, Page]) -> None:
    """Pages and styles load nothing from another place: no fonts, scripts or pictures."""
    away = [(file.name, each) for file, page in pages.items() for each in page.loads if "//" in each]
    styles = [
        (file.name, each)
        for file in site.rglob("*.css")
        for each in re.findall(r"(?:url\(|@import )['\"]?((?:https?:)?//[^)'\"]*)", file.read_text(encoding="utf-8"))
    ]

    assert (away, styles) == ([], [])


def test_what_only_the_tests_need_is_not_shown(pages: dict[Path, Page]) -> None:
    """The set-up of examples, in comments and fixtures, is in no page."""
    assert [file.name for file, page in pages.items() if re.search(r"monkeypatch|<!--", page.text)] == []


def test_the_reference_has_each_public_name(pages: dict[Path, Page]) -> None:
    """Each public name at the top of the package has its place in the reference."""
    anchors = set().union(*(page.anchors for file, page in pages.items() if file.parent.name == "api"))
    names = {f"aidtimeline.{name}" for name in import_module(aidtimeline.__name__).__all__}

    assert names - anchors == set()
