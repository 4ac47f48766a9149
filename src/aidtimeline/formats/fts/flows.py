"""A flow of FTS, as its two shapes tell it: an object of the API's JSON, or a row of a table.

The table is what the Humanitarian Data Exchange flattens the API's answers to: `srcOrganization`, `destLocations`, …
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from aidtimeline.codec.jsonlines import Token
from aidtimeline.events import Source
from aidtimeline.formats.reading.sheets import Row, fold

MULTIPLE = "Multiple"
"""What a table says of several organisations."""


@frozen(kw_only=True)
class Flow:
    """A flow; what its file does not say is empty. `stands` is where in the file, `line` on which line of it."""

    stands: str
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


def of_object(found: Any, place: int) -> Flow:
    """The flow of an object of the API, which stands at this place in the list.

    Raises TypeError, AttributeError or InvalidValue where the object is not of the API's form.
    """

    def text(name: str) -> str:
        return _text(found.get(name))

    def names(side: str, kind: str, *fields: str) -> tuple[str, ...]:
        things = [each for each in found.get(side) or () if _text(each.get("type")) == kind]
        return tuple(next(filter(None, (_text(each.get(field)) for field in fields)), "") for each in things)

    return _flow(
        text,
        stands=f"flow {text('id')}" if text("id") else f"flow {place} of the file",
        donors=names("sourceObjects", "Organization", "name"),
        recipients=names("destinationObjects", "Organization", "name"),
        locations=names("destinationObjects", "Location", "name"),
        projects=names("destinationObjects", "Project", "code", "name") or names("destinationObjects", "Plan", "name"),
        reports=tuple(
            Source(publisher=_text(each.get("organization")), title=_told(each))
            for each in found.get("reportDetails") or ()
            if _text(each.get("organization"))
        ),
    )


def of_row(row: Row) -> Flow:
    """The flow of a row of a table, which does not say what is new money. What a pooled fund passes on never is."""
    cells = {fold(name): text for name, text in row.cells.items()}

    def text(name: str) -> str:
        return _text(cells.get(fold(name)))

    def one(*names: str) -> tuple[str, ...]:
        return tuple(filter(None, (text(name) for name in names)))[:1]

    return _flow(
        text,
        stands=row.place,
        line=row.number,
        donors=one("srcOrganization"),
        recipients=one("destOrganization"),
        locations=tuple(each.strip() for each in text("destLocations").split(",")),
        projects=one("destProjectCode", "destProject", "destPlan"),
        of_fund="pooled fund" in fold(text("srcOrganizationTypes")),
    )


def _flow(
    text: Callable[[str], str], *, stands: str, line: int | None = None, of_fund: bool = False, **own: Any
) -> Flow:
    """What both shapes call by the same names.

    FTS counts neither again as new what is internal to a boundary nor what is carried over.
    """
    told_before = fold(text("newMoney")) == "false" or text("boundary") == "internal" or text("flowType") == "Carryover"
    version = text("versionId")
    return Flow(
        stands=f"{stands}, version {version}" if version else stands,
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
        new_money=not (told_before or of_fund),
        parent=text("parentFlowId"),
        description=text("description"),
        reference=text("refCode"),
        type=text("flowType"),
        **own,
    )


def _told(report: Mapping[str, Any]) -> str:
    """How and when an organisation told FTS, which is no publication."""
    parts = (_text(report.get("reportChannel")), _text(report.get("date"))[:10])
    return ", ".join(("report to FTS", *filter(None, parts)))


def _text(found: object) -> str:
    """The text of a value that is no list or object; one space where it has several."""
    if found is None:
        return ""
    if isinstance(found, str | int | Token):
        return " ".join((found.text if isinstance(found, Token) else str(found)).replace("\0", " ").split())
    raise TypeError(found)
