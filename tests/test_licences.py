"""docs/licences.md: the licence of each package that the library needs, by extra, and of what developers use.

`python tests/test_licences.py` writes the page, from what is installed beside it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "licences.md"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS: Mapping[str, list[str]] = {
    name: needs for name, needs in PROJECT["project"]["optional-dependencies"].items() if name != "all"
}

HEAD = """# Licences

aidtimeline is under the [MIT licence](../LICENSE). These are the licences of the packages that it needs, and of those
that they need, as they state them. [decisions.md](decisions.md) says why each was chosen. `python
tests/test_licences.py` writes this page from what is installed. A test refuses any package for users that asks for more
than to be named, but for Hypothesis (MPL-2.0), which is imported only, and only by those who ask for the extra
`testing`.
"""

SAID: Mapping[str, str] = {
    "apache software license": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "bsd license": "BSD",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
}
"""What packages write instead of the name that SPDX has. "BSD" does not say which of them."""

LOOKED_AT: Mapping[str, str] = {
    "atheris": "Apache-2.0",
    "axe-playwright-python": "MIT",
    "currencyconverter": "Apache-2.0",
}
"""Packages that state no licence in their metadata, and have it in a file."""

PERMISSIVE = frozenset({"0BSD", "CC0-1.0", "MIT", "MIT-CMU", "PSF-2.0", "Zlib", "Apache-2.0"})
PERMISSIVE |= {"BSD", "BSD-2-Clause", "BSD-2-Clause-Views", "BSD-3-Clause"}
COPYLEFT = frozenset({"LGPL-2.1-only", "MPL-2.0"})

ALLOWED: Mapping[str, Collection[str]] = {"hypothesis": {"The extra `testing`"}}
"""What is not permissive, and where it may be for all that."""


def names(requirements: Iterable[str], extras: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
    """The packages that are required here, with their extras."""
    for each in map(Requirement, requirements):
        markers = [{"extra": extra} for extra in extras or {""}]
        if each.marker is None or any(each.marker.evaluate(environment) for environment in markers):
            yield canonicalize_name(each.name), frozenset(each.extras)


def needed(requirements: Iterable[str]) -> dict[str, Distribution | None]:
    """All packages that are needed for these, by name; None for one that is not installed."""
    found: dict[str, Distribution | None] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    left = list(names(requirements))
    while left:
        name, extras = package = left.pop()
        if package in seen:
            continue
        seen.add(package)
        if name == "aidtimeline":
            left += [each for extra in extras for each in names(EXTRAS[extra])]
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            found[name] = None
            continue
        left += names(found[name].requires or (), extras)  # type: ignore[union-attr]
    return dict(sorted(found.items()))


def licence(package: Distribution) -> str:
    """The licence of a package, by the name of SPDX if it has one; "unknown" if it states none."""
    about: Any = package.metadata
    classified = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier", []) if each.startswith("License")]
    title = (about.get("License") or "").strip().partition("\n")[0]
    looked_at = LOOKED_AT.get(canonicalize_name(package.name))
    for said in (about.get("License-Expression"), looked_at, title, *(classified if len(classified) == 1 else ())):
        known = SAID.get((said or "").lower(), said or "")
        if parts(known) and parts(known) <= PERMISSIVE | COPYLEFT:
            return known
    return " or ".join(classified) or "unknown"


def parts(expression: str) -> set[str]:
    """The licences in an expression of SPDX."""
    return {each.strip("() ") for each in re.split(r" (?:AND|OR|WITH) ", expression) if each}


def is_permissive(expression: str) -> bool:
    """Whether a licence asks for no more than to be named."""
    return bool(parts(expression)) and parts(expression) <= PERMISSIVE


def groups() -> Iterator[tuple[str, list[str]]]:
    """What the library needs itself, for each extra, and for developers."""
    yield "The library itself", PROJECT["project"]["dependencies"]
    for name, requirements in EXTRAS.items():
        yield f"The extra `{name}`", requirements
    yield "For developers only", [each for each in PROJECT["dependency-groups"]["dev"] if isinstance(each, str)]


def tables() -> dict[str, dict[str, str]]:
    """The licence of each package that is installed, by group; what the library needs itself is not said again."""
    found: dict[str, dict[str, str]] = {}
    core: set[str] = set()
    for group, requirements in groups():
        packages = {name: package for name, package in needed(requirements).items() if package and name not in core}
        found[group] = {name: licence(package) for name, package in packages.items()}
        core = core or set(found[group])
    return found


def written() -> str:
    """The page."""
    page = HEAD
    for group, packages in tables().items():
        rows = "".join(f"| {name} | {said} |\n" for name, said in packages.items())
        page += f"\n## {group}\n\n" + (f"| package | licence |\n|---|---|\n{rows}" if rows else "Nothing more.\n")
    return page


def listed() -> dict[str, dict[str, str]]:
    """The tables of the page."""
    halves = re.split(r"^## (.*)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    rows = re.compile(r"^\| (?!package )([\w.-]+) \| (.*) \|$", re.MULTILINE)
    return {group: dict(rows.findall(text)) for group, text in zip(halves[::2], halves[1::2], strict=True)}


def test_the_page_has_each_package_that_is_named_in_pyproject() -> None:
    """In its group, and with a licence; what the library needs itself stands there only."""
    page = listed()
    core = set(page["The library itself"])
    lacking = [
        (group, name)
        for group, requirements in groups()
        for name, _ in names(requirements)
        if name not in page[group] and name != "aidtimeline" and (group == "The library itself" or name not in core)
    ]

    assert list(page) == [group for group, _ in groups()]
    assert lacking == [], "python tests/test_licences.py writes the page"


def test_what_is_installed_has_the_licences_of_the_page() -> None:
    """A version may state its licence in other words, or need another package; never under another kind of licence."""
    page = listed()
    changed = {
        (group, name): said
        for group, packages in tables().items()
        for name, said in packages.items()
        if name in page[group] and is_permissive(page[group][name]) != is_permissive(said)
    }

    assert changed == {}, "python tests/test_licences.py writes the page"


@pytest.mark.parametrize("source", [tables, listed], ids=["installed", "page"])
def test_what_users_install_asks_for_nothing_but_to_be_named(source: Callable[[], dict[str, dict[str, str]]]) -> None:
    """What the library needs is permissive, and so are extras, but for what is named here."""
    refused = {
        (group, name): said
        for group, packages in source().items()
        for name, said in packages.items()
        if group != "For developers only" and not is_permissive(said) and group not in ALLOWED.get(name, ())
    }

    assert refused == {}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        *((each, False) for each in ("", "unknown", "====", "GPL-3.0-only", "MIT AND GPL-2.0-only", "MPL-2.0")),
        *((each, True) for each in ("MIT AND PSF-2.0", "Apache-2.0 OR BSD-2-Clause")),
    ],
)
def test_what_is_not_known_is_refused(said: str, expected: bool) -> None:
    """A licence that is missing, or not known to be permissive, is never taken for one that is."""
    assert is_permissive(said) == expected


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
