"""What IATI can say of a fact: an exact amount, on a day, in a project, by somebody. Nothing vague becomes exact.

Of what is observed it can say budgets and planned disbursements of a period, and values of the indicators of results.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from aidtimeline.events import State
from aidtimeline.formats.iati.plans import FOR, PLANS
from aidtimeline.formats.iati.results import MEASURES, TARGET
from aidtimeline.formats.iati.transactions import FLOWS
from aidtimeline.semantics import Fact
from aidtimeline.values.converters import is_record_id
from aidtimeline.values.currencies import CURRENCIES
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
CANCELLED = "a promise of which a part is cancelled that is no exact amount on a day"
CANCELLATION = "a cancellation of what is not written"
NO_INDICATOR = "a level of goods or money: IATI has levels of indicators only"
NARROWER = "a plan or level of parties, places or purposes that IATI has no element for"
VAGUE_PERIOD = "of a vague period: IATI has days only"
NO_MEASURE = "of a unit that is none of IATI's measures"
NOBODY = "of an unknown party whose books it is from: IATI takes it for the organisation that reports"
BY_OTHERS = "reported by others than the organisation that reports its activity, or in part cancelled by others"
OTHERWISE = "of which something else would be read again, such as with what it overlaps"

#: Kinds that are neither of an activity nor transactions, and why they are not written.
OF_NO_TYPE: Mapping[str, str] = {
    "announcement": "an announcement: IATI has no intentions",
    "delivery": "goods: IATI has money only",
    "training": "training: IATI has money only",
    "cancellation": CANCELLATION,
}

# What is left out of a fact that is written, or stands there because IATI wants it and nobody states it.
NO_VALUE_DATE = "a value date that nobody states: that of the transaction stands there, since IATI wants one"
BARE_SHARES = (
    "shares that do not come to 100, or that nobody states: they are written so, and IATI's ruleset refuses them"
)
PURPOSE = "what it is for: IATI has no code for that, or only one for a whole activity"
NOTE = "a note with characters that no XML file may have"
NO_VALUE_DATE_OF_PLAN = (
    "the value date of a plan that nobody states: the first day of its period stands there, since IATI wants one"
)
NOTE_OF_PLAN = "the note of a plan"
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
    if isinstance(fact.event, State):
        return None
    return _why_no_level(fact) if fact.kind == "observation" else _why_no_transaction(fact)


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
        OTHERWISE: any(map(is_record_id, fact.overlaps)),
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def _why_no_level(fact: Fact) -> str | None:
    plan = is_plan(fact)
    days = days_of_plan(fact) if plan else days_of(fact.period if is_target(fact) else fact.date)
    reasons = {
        NO_INDICATOR: fact.indicator is None or fact.item is not None or fact.value is not None,
        NO_PROJECT: fact.project is None,
        DISPUTED: bool(fact.disputed & {"date", "quantity"}),
        VAGUE_VALUE: fact.quantity is not None and not fact.quantity.is_exact,
        VAGUE_PERIOD: days is None,
        NO_MEASURE: not plan and fact.unit is not None and fact.unit not in MEASURES.values(),
        NARROWER: any(getattr(fact, name) for name in _NEVER_OF_LEVELS) or fact.humanitarian is not None,
        PART: fact.part_of is not None,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


_NEVER_OF_LEVELS = ("via", "package", "sector", "scope", "aid_type", "tied")


def is_plan(fact: Fact) -> bool:
    """Whether it is a budget or a planned disbursement, which are in a currency; an indicator may be called so too."""
    return fact.kind == "observation" and fact.indicator in PLANS and fact.unit in CURRENCIES


def days_of_plan(fact: Fact) -> tuple[str, str | None] | None:
    """The first and the last day of the period of a plan, of which a planned disbursement may lack the last.

    One that ends before it begins is no period; so it was read, and only the note has its days.
    """
    time = fact.period
    if time is None:
        found = _PERIOD.fullmatch((fact.event.note or "").rpartition(FOR)[2])
        return None if found is None else (found[1], found[2])
    if time.qualified or time.earliest is None or (time.latest is None and fact.indicator == "budget"):
        return None
    return time.earliest.isoformat(), None if time.latest is None else time.latest.isoformat()


_PERIOD = re.compile("([0-9]{4}-[0-9]{2}-[0-9]{2})/([0-9]{4}-[0-9]{2}-[0-9]{2})")


def is_target(fact: Fact) -> bool:
    """Whether it says what an indicator is to reach, and in which period."""
    return fact.kind == "observation" and fact.period is not None and (fact.indicator or "").endswith(TARGET)


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


def days_of(date: DateRange | None) -> tuple[str, str] | None:
    """The first and the last of a range of days, `YYYY-MM-DD`; None if an end is open, or in doubt.

    >>> days_of(DateRange("2023-11")), days_of(DateRange("2023-11~")), days_of(DateRange("2023/.."))
    (('2023-11-01', '2023-11-30'), None, None)
    """
    if date is None or date.qualified or date.earliest is None or date.latest is None:
        return None
    return date.earliest.isoformat(), date.latest.isoformat()
