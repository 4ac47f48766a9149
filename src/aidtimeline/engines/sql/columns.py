"""The columns of the views: for each its SQL over the rows of the table of facts.

An open end is larger (or earlier) than everything within a query, so that comparisons come out right: amounts have
`OPEN` there, days and instants are infinite. A query is run a second time with other stand-ins, one for each row, and
what comes out otherwise is null: it depends on what nobody knows (`asking`). `raw.turn` says which time it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from attrs import frozen

from aidtimeline.engines.facts.rows import EVER, FOR_GOOD, MOST_PLACES, NEVER, Flag, instant

PLACES = 9
"""How many decimal places amounts have; a fact with more is handed over."""

AMOUNT = f"DECIMAL(38,{PLACES})"

OPEN = 10**22
"""What stands for no upper end within a query. Five million of them can be added up; more are an error."""

_AGAIN = "(SELECT again FROM raw.turn)"
_OF_ROW = "(hash(id, id_rest, since, known_from) % 1000000007)"
_OTHER = f"CAST({OPEN} + (1 + CAST({_OF_ROW} AS HUGEINT)) * {OPEN // 10**9} AS {AMOUNT})"
"""Another stand-in for no upper end, up to twice as large, that no other row has."""
_DAYS = f"CAST(1 + {_OF_ROW} % 300 AS INTEGER)"

_UNIX = instant(datetime(1970, 1, 1, tzinfo=UTC))
_FIRST_DAY, _LAST_DAY = "DATE '0001-01-01'", "DATE '9999-12-31'"


@frozen
class Kinds:
    """The numbers of the kinds whose quantities are added up, and of those whose values are."""

    counted: tuple[int, ...]
    valued: tuple[int, ...]


def flag(which: Flag) -> str:
    """The condition that a row has a flag."""
    return f"((flags & {int(which)}) <> 0)"


def text(column: str, texts: str | None = None) -> str:
    """The text of a column of numbers, of the `texts` of that name or of another."""
    return f'(SELECT texts FROM raw."{texts or column}")["{column}" + 1]'


def _day(column: str) -> str:
    return (
        f"CASE {column} WHEN {EVER} THEN CASE WHEN {_AGAIN} THEN {_FIRST_DAY} + {_DAYS} ELSE DATE '-infinity' END"
        f" WHEN {NEVER} THEN CASE WHEN {_AGAIN} THEN {_LAST_DAY} - {_DAYS} ELSE DATE 'infinity' END"
        f" ELSE {_FIRST_DAY} + ({column} - 1) END"
    )


def _instant(column: str) -> str:
    return (
        f"CASE {column} WHEN {EVER} THEN"
        f" CASE WHEN {_AGAIN} THEN CAST({_FIRST_DAY} + {_DAYS} AS TIMESTAMP) ELSE TIMESTAMP '-infinity' END"
        f" WHEN {FOR_GOOD} THEN"
        f" CASE WHEN {_AGAIN} THEN CAST({_LAST_DAY} - {_DAYS} AS TIMESTAMP) ELSE TIMESTAMP 'infinity' END"
        f" ELSE make_timestamp({column} - {_UNIX}) END"
    )


def number_of_day(day: str) -> str:
    """The number of a day, given as a date or its text."""
    is_day = f"isfinite(CAST({day} AS DATE))"
    refused = f"error('found ' || coalesce(CAST({day} AS VARCHAR), 'null') || ', expected a day, such as 2023-11-28')"
    return f"CASE WHEN {is_day} THEN CAST({day} AS DATE) - {_FIRST_DAY} + 1 ELSE {refused} END"


def number_of_cut(cut: str) -> str:
    """The number of the last instant of a cut of knowledge: a day, an instant, or null for no cut."""
    end_of_day = f"epoch_us(CAST(CAST({cut} AS DATE) + 1 AS TIMESTAMP)) - 1"
    is_day = f"length(trim(CAST({cut} AS VARCHAR))) <= 10"
    found = f"CASE WHEN {is_day} THEN {end_of_day} ELSE epoch_us(CAST({cut} AS TIMESTAMPTZ)) END + {_UNIX}"
    refused = f"error('found ' || CAST({cut} AS VARCHAR) || ', expected a day or an instant')"
    is_endless = f"contains(lower(CAST({cut} AS VARCHAR)), 'infinity')"
    return f"CASE WHEN {cut} IS NULL THEN {FOR_GOOD - 1} WHEN {is_endless} THEN {refused} ELSE {found} END"


def _scaled(column: str, places: str, most: int) -> str:
    """A whole number of decimal places as a decimal, exactly."""
    steps = ", ".join(f"{Decimal(1).scaleb(-each):f}" for each in range(most + 1))
    return f"CAST({column} AS DECIMAL(19,0)) * (CAST([{steps}] AS DECIMAL({most + 1},{most})[]))[{places} + 1]"


@frozen
class _Measure:
    """What is measured: quantities or values."""

    name: str
    is_there: Flag
    is_open: Flag
    approximate: Flag
    up_to: Flag

    def condition(self, kinds: Iterable[int]) -> str:
        """The condition that a row has an amount that can be added up."""
        numbers = ", ".join(map(str, kinds)) or "-1"
        fits = f"NOT {flag(Flag.LARGE)} AND {self.name}_places <= {PLACES}"
        return f"{flag(self.is_there)} AND {fits} AND kind IN ({numbers})"

    def end(self, which: str) -> str:
        """One end of the amount, if it is not open."""
        return f"CAST({_scaled(f'{self.name}_{which}', f'{self.name}_places', PLACES)} AS {AMOUNT})"

    def columns(self, kinds: Iterable[int], cut: str | None) -> Iterator[tuple[str, str]]:
        """The columns of this measure. On the day of a `cut` what is not certain may be nothing."""
        is_there, is_open = flag(self.is_there), flag(self.is_open)
        stand_in = f"CASE WHEN {_AGAIN} THEN {_OTHER} ELSE CAST({OPEN} AS {AMOUNT}) END"
        low, high = self.end("low"), f"CASE WHEN {is_open} THEN {stand_in} ELSE {self.end('high')} END"
        if cut is not None:
            low = f"CASE WHEN certain <= {cut} THEN {low} ELSE least({low}, 0) END"
            high = f"CASE WHEN certain <= {cut} THEN {high} ELSE greatest({high}, 0) END"
        for name, end in (("low", low), ("high", high)):
            yield f"{self.name}_{name}", f"CAST(CASE WHEN {self.condition(kinds)} THEN {end} END AS {AMOUNT})"
        yield f"{self.name}_open", f"CASE WHEN {is_there} THEN {is_open} END"
        yield f"{self.name}_approximate", f"CASE WHEN {is_there} THEN {flag(self.approximate)} END"
        yield self.name, self.written()

    def written(self) -> str:
        """The amount as its source states it, as text."""
        name, is_open = self.name, flag(self.is_open)
        low, high = (
            f"rtrim(rtrim(CAST({_scaled(f'{name}_{end}', f'{name}_places', MOST_PLACES)} AS VARCHAR), '0'), '.')"
            for end in ("low", "high")
        )
        least, most = (
            f"CASE WHEN {flag(self.up_to)} THEN '' ELSE {low} END",
            f"CASE WHEN {is_open} THEN '' ELSE {high} END",
        )
        is_one = f"NOT {is_open} AND {name}_low = {name}_high"
        amount = f"CASE WHEN {is_one} THEN {low} ELSE {least} || '..' || {most} END"
        about = f"CASE WHEN {flag(self.approximate)} THEN '~' ELSE '' END"
        is_there = f"{flag(self.is_there)} AND NOT {flag(Flag.LARGE)}"
        return f"coalesce({name}_text, CASE WHEN {is_there} THEN {about} || {amount} END)"


_QUANTITY = _Measure("quantity", Flag.QUANTIFIED, Flag.QUANTITY_OPEN, Flag.QUANTITY_APPROXIMATE, Flag.QUANTITY_UP_TO)
_VALUE = _Measure("value", Flag.VALUED, Flag.VALUE_OPEN, Flag.VALUE_APPROXIMATE, Flag.VALUE_UP_TO)


def _hexadecimal(column: str) -> str:
    unsigned = f"CASE WHEN {column} < 0 THEN CAST({column} AS HUGEINT) + {2**64} ELSE {column} END"
    return f"printf('%016x', CAST({unsigned} AS UBIGINT))"


def columns(kinds: Kinds, cut: str | None = None) -> Mapping[str, str]:
    """The columns with their SQL, in order. `cut` is the number of a day: amounts are then what they are that day."""
    return {
        "id": f"{_hexadecimal('id')} || {_hexadecimal('id_rest')}",
        **_texts("kind", "date", "item"),
        "item_category": text("item", "item-category"),
        "indicator": text("indicator"),
        **dict(_QUANTITY.columns(kinds.counted, cut)),
        "unit": text("unit"),
        **dict(_VALUE.columns(kinds.valued, cut)),
        "currency": text("currency"),
        "disputed": flag(Flag.DISPUTED),
        "planned": flag(Flag.PLANNED),
        **_texts("donor", "recipient", "via", "project", "package", "location", "sector"),
        "humanitarian": f"({text('humanitarian')} = 'true')",
        "scope": text("scope"),
        "aid_type": text("aid-type"),
        **_texts("tied", "period"),
        "part_of": text("part-of"),
        **_texts("side", "counterpart", "party", "role", "dataset", "publisher", "published"),
        "since": _day("since"),
        "certain": _day("certain"),
        "until": _day("until"),
        "known_from": _instant("known_from"),
        "known_to": _instant("known_to"),
        "file": text("file"),
        "line": "nullif(line, 0)",
        "handed_over": "why",
    }


def _texts(*names: str) -> Mapping[str, str]:
    return {name: text(name) for name in names}
