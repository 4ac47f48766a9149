"""A flow of FTS, from either of its two shapes: an object in the JSON of the API, or a row of a table.

The table is what the Humanitarian Data Exchange makes of the API's answers: `srcOrganization`, `destLocations`, …
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from aidtimeline.codec.jsonlines import Token
from aidtimeline.events import Source
from aidtimeline.formats.reading.sheets import Row, fold

MULTIPLE = "Multiple"
"""What a table has instead of several organisations."""


@frozen(kw_only=True)
class Flow:
    """A flow. What its file does not say is empty. `place` and `line` say where it is in the file."""

    place: str
    line: int | None
    id: str
    status: str
    date: str
    decided: str
    reported: str
    updated: str
    usd: str
    original: str
    currency: str
    rate: str
    in_kind: bool
    new_money: bool
    parent: str
    donors: tuple[str, ...]
    recipients: tuple[str, ...]
    locations: tuple[str, ...]
    projects: tuple[str, ...]
    description: str
    reference: str
    type: str
    reports: tuple[Source, ...] = ()


def of_object(found: Any, number: int) -> Flow:
    """The flow of an object of the API; `number` is its position in the list, from 1.

    Raises TypeError, AttributeError or InvalidValue if the object is not of the form of the API.
    """

    def text(name: str) -> str:
        return _text(found.get(name))

    def names(side: str, kind: str, *fields: str) -> tuple[str, ...]:
        things = [each for each in found.get(side) or () if _text(each.get("type")) == kind]
        return tuple(next(filter(None, (_text(each.get(field)) for field in fields)), "") for each in things)

    return _flow(
        text,
        place=f"flow {text('id')}" if text("id") else f"flow {number} of the file",
        donors=names("sourceObjects", "Organization", "name"),
        recipients=names("destinationObjects", "Organization", "name"),
        locations=names("destinationObjects", "Location", "name"),
        projects=names("destinationObjects", "Project", "code", "name") or names("destinationObjects", "Plan", "name"),
        reports=tuple(
            Source(publisher=_text(each.get("organization")), title=_title(each))
            for each in found.get("reportDetails") or ()
            if _text(each.get("organization"))
        ),
    )


def of_row(row: Row) -> Flow:
    """The flow of a row of a table. If that does not say what is new money, what a pooled fund passes on is not."""
    cells = {fold(name): text for name, text in row.cells.items()}

    def text(name: str) -> str:
        return _text(cells.get(fold(name)))

    def one(*names: str) -> tuple[str, ...]:
        return tuple(filter(None, (text(name) for name in names)))[:1]

    return _flow(
        text,
        place=row.place,
        line=row.number,
        donors=one("srcOrganization"),
        recipients=one("destOrganization"),
        locations=tuple(each.strip() for each in text("destLocations").split(",")),
        projects=one("destProjectCode", "destProject", "destPlan"),
        of_fund="pooled fund" in fold(text("srcOrganizationTypes")),
    )


def _flow(
    text: Callable[[str], str], *, place: str, line: int | None = None, of_fund: bool = False, **own: Any
) -> Flow:
    """A flow from what both shapes call by the same names.

    FTS does not count what is internal to a boundary or carried over as new money.
    """
    old = fold(text("newMoney")) == "false" or text("boundary") == "internal" or text("flowType") == "Carryover"
    version = text("versionId")
    return Flow(
        place=f"{place}, version {version}" if version else place,
        line=line,
        id=text("id"),
        status=fold(text("status")),
        date=text("date"),
        decided=text("decisionDate"),
        reported=text("firstReportedDate"),
        updated=text("updatedAt"),
        usd=text("amountUSD"),
        original=text("originalAmount"),
        currency=text("originalCurrency"),
        rate=text("exchangeRate"),
        in_kind=fold(text("contributionType")).replace("-", " ") == "in kind",
        new_money=not (old or of_fund),
        parent=text("parentFlowId"),
        description=text("description"),
        reference=text("refCode"),
        type=text("flowType"),
        **own,
    )


def _title(report: Mapping[str, Any]) -> str:
    """How and when an organisation reported to FTS, which is not a publication."""
    parts = (_text(report.get("reportChannel")), _text(report.get("date"))[:10])
    return ", ".join(("report to FTS", *filter(None, parts)))


def _text(found: object) -> str:
    """A value as text on one line. Raises TypeError for a list or an object."""
    if found is None:
        return ""
    if isinstance(found, str | int | Token):
        return " ".join((found.text if isinstance(found, Token) else str(found)).replace("\0", " ").split())
    raise TypeError(found)
