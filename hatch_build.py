"""What hatchling does for this package, beside what pyproject.toml says.

**The record of events/** is put into the wheel, where `aidtimeline.examples` looks for it. Installed as editable, it
stays where it is.

**The page of the README** that an index of packages shows has links that lead somewhere from there. An index knows no
files of this repository. Where `[project.urls]` in pyproject.toml has a `Source`, links to files lead there. As long as
there is none, a link to a file is its text, and the page begins with where these files are.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(?P<picture>!?)\[(?P<text>(?:!\[[^\]]*\]\([^)\s]*\)|[^\]])*)\]\((?P<to>[^)\s]+)\)")
_NOWHERE = "*The files that this page names come with the source distribution.*\n\n"


class Example(BuildHookInterface[Any]):
    """The files of the record, which are in the repository once."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add them to a wheel."""
        if version == "standard":
            events = Path(self.root, "events")
            for path in (*events.glob("*.jsonl"), *events.glob("vocabulary/*.jsonl")):
                name = path.relative_to(events).as_posix()
                build_data["force_include"][str(path)] = f"aidtimeline/examples/events/{name}"


class Readme(MetadataHookInterface):
    """What hatchling asks for the metadata that pyproject.toml leaves open."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the page to the metadata."""
        page = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = page_of_index(page, metadata.get("urls", {}).get("Source"))
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def page_of_index(page: str, source: str | None) -> str:
    """A page with links that work anywhere, given the address of the repository, if it has one."""

    def link(found: re.Match[str]) -> str:
        text, to = _LINK.sub(link, found["text"]), found["to"]
        if to.startswith("#") or "://" in to:
            return f"{found['picture']}[{text}]({to})"
        if source is None:
            return "" if found["picture"] else to if to.endswith(f"/{text}") else text
        return f"{found['picture']}[{text}]({source}/{'raw' if found['picture'] else 'blob'}/HEAD/{to})"

    title, _, rest = _LINK.sub(link, page).partition("\n\n")
    note = "" if source else _NOWHERE
    return re.sub(r"\n{3,}", "\n\n", f"{title}\n\n{note}{rest}")
