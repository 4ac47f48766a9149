"""What IATI can say of a fact: an exact amount, on a day, in a project, by somebody. Nothing vague becomes exact."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aidtimeline.events import State
from aidtimeline.formats.iati.transactions import FLOWS
from aidtimeline.semantics import Fact
from aidtimeline.values.dates import DateRange

#: IATI codelist TransactionType, by the kind of an event and whose books it is from.
CODES: Mapping[tuple[str, str], str] = {(kind.kind, side): code for code, (kind, side) in FLOWS.items()}

# Why a fact is not written.
NO_PROJECT = "of no project: IATI has transactions of activities only"
NO_VALUE = "a promise of goods without a value: IATI has money only"
NO_TYPE = "of a kind that IATI has in the other party's books only (a receipt is in the receiver's)"
IN_DOUBT = "in doubt: it may not have happened by then, or may have been replaced"
DISPUTED = "disputed: reports contradict each other about its date or value"
VAGUE_VALUE = "of a vague value: IATI has exact ones only"
VAGUE_DATE = "of a vague date: IATI has days only"
VAGUE_VALUE_DATE = "of a vague value date: IATI has days only"
PART = "part of another record, which has its money already: IATI has no word for that"
CANCELLED = "a promise of which a part is cancelled: IATI has no word for that"
NOBODY = "of an unknown party whose books it is from: IATI takes it for the organisation that reports"
BY_OTHERS = "told by others than the organisation that reports its activity"
OTHERWISE = "of which something else would be read again, such as with what it overlaps"

#: Kinds that are neither of an activity nor transactions, and why they are not written.
OF_NO_TYPE: Mapping[str, str] = {
    "announcement": "an announcement: IATI has no intentions",
    "delivery": "goods: IATI has money only",
    "training": "training: IATI has money only",
    "cancellation": "a cancellation: what it ends is not written",
    "observation": "a level, budget, plan or result: only activities and transactions are written",
}

# What is left out of a fact that is written, or stands there because IATI wants it and nobody states it.
NO_VALUE_DATE = "a value date that nobody states: that of the transaction stands there, since IATI wants one"
BARE_SHARES = (
    "shares that do not come to 100, or that nobody states: they are written so, and IATI's ruleset refuses them"
)
PURPOSE = "what it is for: IATI has no code for that, or only one for a whole activity"
NOTE = "a note with characters that no XML file may have"
#: Fields for which IATI has no element.
WITHOUT: Mapping[str, str] = {
    "via": "intermediaries (via)",
    "item": "goods (item, quantity): the value is written",
    "valued": "the value in other currencies (valued)",
    "period": "the time that the money is for (period)",
    "package": "the package that it belongs to (package)",
    "due": "when a promise is to be kept (due)",
    "fulfils": "which promise is kept (fulfils)",
}

_RECORD = re.compile("[0-9a-f]{32}")


def why_not(fact: Fact) -> str | None:
    """Why IATI cannot say a fact, whatever its activity; None if it can.

    >>> from aidtimeline import Timeline
    >>> facts = Timeline.open("events").as_of("2023-11-28").facts
    >>> sorted({why_not(fact) for fact in facts if fact.kind == "delivery"})
    ['goods: IATI has money only']
    """
    if fact.kind in OF_NO_TYPE:
        return OF_NO_TYPE[fact.kind]
    if not fact.certain or fact.planned:
        return IN_DOUBT
    return None if isinstance(fact.event, State) else _why_no_transaction(fact)


def _why_no_transaction(fact: Fact) -> str | None:
    value, side = fact.value, fact.side or "provider"
    owner = fact.donor if side == "provider" else fact.recipient
    reasons = {
        NO_VALUE: value is None,
        NO_PROJECT: fact.project is None,
        NO_TYPE: (fact.kind, side) not in CODES,
        DISPUTED: bool(fact.disputed & {"date", "value"}),
        VAGUE_VALUE: value is not None and not value.amount.is_exact,
        VAGUE_DATE: day_of(fact.date) is None,
        VAGUE_VALUE_DATE: fact.value_date is not None and day_of(fact.value_date) is None,
        PART: fact.part_of is not None,
        NOBODY: owner is None,
        OTHERWISE: any(map(is_record, fact.overlaps)),
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def left_out_of(fact: Fact) -> list[str]:
    """What a fact states for which a transaction has no element."""
    found = [name for name in WITHOUT if getattr(fact.event, name, None)]
    if fact.fulfils and "fulfils" not in found:
        found.append("fulfils")
    return [WITHOUT[name] for name in found]


def day_of(date: DateRange | None) -> str | None:
    """A date as a day, `YYYY-MM-DD`; None if it may be of another day, or is doubted.

    >>> day_of(DateRange("2023-11-28")), day_of(DateRange("2023-11")), day_of(DateRange("2023-11-28~"))
    ('2023-11-28', None, None)
    """
    if date is None or date.qualified or date.earliest is None or date.earliest != date.latest:
        return None
    return date.earliest.isoformat()


def is_record(slug: str) -> bool:
    """Whether what a fact overlaps with is a record, and no project."""
    return _RECORD.fullmatch(slug) is not None
