"""Reports in short: who reported, when it was published, and what a report says that is no number of its fact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple, TypeAlias

from aidtimeline.events import Source
from aidtimeline.semantics.accounts import Account
from aidtimeline.semantics.facts import Fact
from aidtimeline.semantics.provenance import out_by
from aidtimeline.values.amounts import Money
from aidtimeline.values.dates import DateRange

NOBODY = "–"
"""The name of a report that names nobody."""

When: TypeAlias = tuple[bool, date]
"""The order of reports: by the first day of publication, those without one last."""


class Said(NamedTuple):
    """A report of a fact in short: the source, and what it says that is no number of the fact."""

    source: Source
    remark: str = ""

    @property
    def when(self) -> When:
        """Its place among other reports."""
        return when(self.source.published)

    @property
    def text(self) -> str:
        """The report in a few words: "B 2023 (says EUR 500)"."""
        published = self.source.published
        return f"{name_of(self.source)}{'' if published is None else f' {published.text}'}{self.remark}"


def name_of(source: Source) -> str:
    """Who reported: the publisher, or else what is nearest to one."""
    return source.publisher or source.attribution or source.title or _site(source.url) or source.dataset or NOBODY


def when(published: DateRange | None) -> When:
    """When a report comes among others."""
    return published is None, (published and published.earliest) or date.min


def otherwise(fact: Fact, account: Account, *, money: bool) -> str:
    """What an account says that is no number of its fact: in another unit or currency, or as a plan beside the deed."""
    amount = account.value if money else account.quantity
    if amount is None:
        return ""
    other = account.unit != fact.unit if not isinstance(amount, Money) else amount.currency != fact.currency
    planned = account.planned and not fact.planned
    unit = "" if money or account.unit == fact.unit else f" {account.unit or 'pieces'}"
    return f" ({'planned' if planned else 'says'} {amount}{unit})" if other or planned else ""


def said_of(fact: Fact, known_at: date | datetime | None, *, money: bool) -> Iterator[Said]:
    """The reports of a fact that were out by a cut of knowledge (inclusive; None: all), account by account."""
    for account in fact.accounts:
        remark = otherwise(fact, account, money=money)
        for source in account.sources:
            if out_by(source, known_at):
                yield Said(source, remark)


def _site(url: str | None) -> str | None:
    """The name of the site in an address; the address itself if it has none."""
    if url is None:
        return None
    from urllib.parse import urlsplit  # noqa: PLC0415  (few reports have nothing but an address)

    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
