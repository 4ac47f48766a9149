"""Columns that some versions of a table lack: these say nothing of what would stand there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from attrs import frozen

from aidtimeline.formats.reading.cells import fold
from aidtimeline.formats.tables.conditions import Like
from aidtimeline.formats.tables.mapping import OWN_NAMES, EventMapping, Field, TableMapping

LACKING = "a column that this version does not have: what the log has of the event stays"

_OF_VALUE = ("amount", "currency")


@frozen(slots=False)
class Optional:
    """The columns that a mapping calls optional."""

    mapping: TableMapping

    @cached_property
    def _rare(self) -> tuple[Like, ...]:
        return tuple(map(Like.parse, self.mapping.optional))

    def lacking(self, mapped: EventMapping, given: Mapping[str, str]) -> str | None:
        """A column that a version lacks and that decides whether an event is made, or None."""
        if not self._rare or mapped.each is not None:  # of several, each has its own
            return None
        return next(self._of(mapped.conditions.columns(), given), None)

    def unsaid(self, mapped: EventMapping, *given: Mapping[str, str]) -> frozenset[str]:
        """The fields of an event of which a version says nothing, since it lacks a column of each way to fill them."""
        if not self._rare:
            return frozenset()
        found = (
            name for name, several in mapped.fields.items() if any(self._is_unsaid(each, given) for each in several)
        )
        return frozenset("value" if name in _OF_VALUE else name for name in found)

    def _is_unsaid(self, ways: Field, given: tuple[Mapping[str, str], ...]) -> bool:
        """Whether all ways to fill a field need a column that is lacking."""
        return bool(ways) and all(any(self._of(text.template.columns, *given)) for text in ways)

    def _of(self, columns: Iterable[str], *given: Mapping[str, str]) -> Iterator[str]:
        for column in columns:
            name = fold(column)
            if name in OWN_NAMES or any(name in each for each in given):
                continue
            if any(each.fits(column) for each in self._rare):
                yield column
