"""How the addresses that a log cites look."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from aidtimeline.events import Source
from aidtimeline.report.columns import COUNT, TEXT, TEXTS, Column, Json, json_row
from aidtimeline.report.frame import Frame, flattened
from aidtimeline.report.look import Grid, Part
from aidtimeline.semantics.addresses import Address, Addresses
from aidtimeline.text import tables
from aidtimeline.vocabulary import NO_VOCABULARY

COLUMNS = (Column("url", TEXT), Column("archived", TEXTS), Column("publishers", TEXTS), Column("facts", COUNT))
"""The columns of an address."""

HEADS = (
    tables.Column("facts", "right"),
    tables.Column("publisher", wrap=True),
    tables.Column("address, and its kept copies"),
)


@frozen
class SourcesShown:
    """The addresses of a log in a folder; only those without a kept copy, if `lacking`."""

    folder: str
    addresses: Addresses
    lacking: bool

    def heading(self) -> list[str]:
        """What is listed, and how many of them lack a copy."""
        found, lack = self.addresses.rows, self.addresses.lacking
        return [f"addresses that {self.folder} cites: {len(found):,}; without a kept copy: {len(lack):,}"]

    def page(self) -> Iterator[Part]:
        """A line for each address: first those without a kept copy. Then how many facts have no address."""
        rows = sorted(self._rows(), key=lambda row: bool(row.archived))
        if rows:
            yield Grid(HEADS, [line for row in rows for line in _lines(row)])
        else:
            yield "Nothing."
        if without := self.addresses.without:
            yield f"{without:,} {'fact has' if without == 1 else 'facts have'} no source with an address"

    def frames(self) -> list[Frame]:
        """The addresses as a table of plain columns."""
        fields, values = flattened(COLUMNS, self._rows(), NO_VOCABULARY)
        return [Frame("sources", self.heading(), fields, list(map(tuple, values)))]

    def sources(self) -> Iterator[Source]:
        """Nobody: these are addresses."""
        return iter(())

    def json(self) -> Json:
        """The addresses as the rows of a JSON object; see docs/json.md."""
        return {"without": self.addresses.without, "rows": [json_row(COLUMNS, row) for row in self._rows()]}

    def _rows(self) -> tuple[Address, ...]:
        return self.addresses.lacking if self.lacking else self.addresses.rows


def _lines(row: Address) -> Iterator[tuple[str, ...]]:
    """An address, and a line for each kept copy."""
    yield f"{row.facts:,}", ", ".join(row.publishers), row.url
    yield from (("", "", f"  {copy}") for copy in row.archived)
