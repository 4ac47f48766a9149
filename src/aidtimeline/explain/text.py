"""Explanations as a person reads and cites them."""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.events import Record, stated
from aidtimeline.explain.reasons import Reason, Report
from aidtimeline.text.safe import printable
from aidtimeline.text.tables import wrapped
from aidtimeline.vocabulary import Vocabulary
from aidtimeline.words import cited, named

#: What tells a fact from others, in the order in which it is told.
ABOUT = ("donor", "via", "recipient", "party", "role", "item", "project", "package", "location", "due")
NARROWEST = 24


def key_in_words(key: object) -> str:
    """A key as a person says it: its values, without those that are none.

    >>> key_in_words((("truck", "JP"), None)), key_in_words(())
    ('truck, JP', 'all')
    """
    if isinstance(key, tuple):
        return ", ".join(key_in_words(each) for each in key if each not in (None, (), (None,))) or "all"
    return str(key)


def said(answer: object, unit: str | None = None, currency: str | None = None) -> str:
    """An answer as a person says it.

    >>> said(frozenset({None, "closed"})), said("2 to 4", currency="EUR"), said(30, "metre")
    ('closed, or none yet', 'EUR 2 to 4', '30 metre')
    """
    if isinstance(answer, frozenset):
        return ", or ".join([*sorted(str(each) for each in answer - {None}), *["none yet"] * (None in answer)])
    flags = [name for name in ("disputed", "loose") if getattr(answer, name, False)]
    return ", ".join([" ".join(filter(None, (currency, str(answer), unit))), *flags])


def paragraph(reason: Reason, states: str, vocabulary: Vocabulary, width: int | None) -> Iterator[str]:
    """One fact: what it comes to, what it is, and who reports it; with what each says, where that is not the same."""
    yield from _wrap("", f"{_standing(reason, states)}: {reason.event.kind}, {reason.date}", width)
    yield f"  {reason.id}"
    yield from _wrap("  ", " · ".join(_about(reason, vocabulary)), width)
    replaced = ", ".join(reason.event.supersedes)
    yield from _wrap("  ", replaced and f"replaces {replaced}", width)
    if reason.disputed:
        yield from _wrap("  ", f"the reports disagree on its {' and '.join(sorted(reason.disputed))}:", width)
    alike = len({(report.date, report.quantity, report.value) for report in reason.reports}) == 1
    for report in reason.reports:
        yield from _wrap("  - ", cited(report.source) if alike else f"{_told(report)}: {cited(report.source)}", width)
    for record in reason.amendments:
        yield from _wrap("  ", _amendment(record), width)
    yield from _wrap("  ", reason.event.note and f"note: {reason.event.note}", width)


def _standing(reason: Reason, states: str) -> str:
    """What the fact is doing here."""
    if reason.part == "circle":
        return "not counted; it is in a circle of links, which are ignored"
    if reason.part == "duplicate":
        return "the same fact once more; it is told under another id"
    if reason.part == "replaces":
        return "may replace what counts" if reason.accounts else "not believed, but what it replaces may be replaced"
    return f"{states}, for sure" if reason.certain else f"{states}, or nothing"


def _about(reason: Reason, vocabulary: Vocabulary) -> Iterator[str]:
    for name in ABOUT:
        value = stated(reason.event, name, object)
        slugs = value if isinstance(value, tuple) else () if value is None else (value,)
        if slugs:
            words = (named(vocabulary, name, each) if isinstance(each, str) else str(each) for each in slugs)
            yield f"{name} {' and '.join(words)}"


def _told(report: Report) -> str:
    told = ", ".join(str(each) for each in (report.quantity, report.value) if each is not None)
    return f"{told} ({report.date})" if told and report.date else told or str(report.date or "the same")


def _amendment(record: Record) -> str:
    amendment = record.event
    who = "; ".join(map(cited, amendment.sources)) or "our own, without a source"
    why = stated(amendment, "reason", str)
    twin = stated(amendment, "duplicate_of", str)
    told = f"{amendment.kind} {record.id}" + (f" as a duplicate of {twin}" if twin else "")
    return f"{told} ({who})" + (f": {why}" if why else "")


def _wrap(lead: str, text: str | None, width: int | None) -> Iterator[str]:
    """The text in lines under each other, behind its lead; none where there is none."""
    if not text:
        return
    text = printable(text)
    for line in [text] if width is None else wrapped(text, max(width - len(lead), NARROWEST)):
        yield lead + line
        lead = " " * len(lead)
