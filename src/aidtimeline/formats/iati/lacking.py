"""What an activity is written without, or with though nobody states it: the reasons, by its facts and its elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aidtimeline.formats.iati.measuring import NO_MEASURE, NO_TYPE
from aidtimeline.formats.iati.planning import has_own_note
from aidtimeline.formats.iati.sayable import (
    BARE_SHARES,
    NO_VALUE_DATE,
    NO_VALUE_DATE_OF_PLAN,
    NOTE,
    NOTE_OF_PLAN,
    PURPOSE,
    is_plan,
    left_out_of,
)
from aidtimeline.formats.iati.sharing import PURPOSES, is_bare, lacks_type
from aidtimeline.formats.iati.values import is_xml
from aidtimeline.formats.reading.xml import Element
from aidtimeline.semantics import Fact

NO_SCOPE_TYPE = "the type or list of a plan or emergency that nobody states: it is empty, since IATI wants one"


def of_activity(element: Element) -> Iterator[str]:
    """What an element of an activity has empty, beside its profile."""
    results = [each for each in element.children if each.tag == "result"]
    if lacks_type(element.children):
        yield NO_SCOPE_TYPE
    if results:
        yield NO_TYPE
    if any(not each.get("measure") for result in results for each in result.all("indicator")):
        yield NO_MEASURE


def of_transaction(fact: Fact, said: Mapping[str, Any]) -> Iterator[str]:
    """What a transaction is written without; `said` is what is read again of its purposes."""
    stated = {name: getattr(fact, name) for name in PURPOSES}
    reasons = {
        NO_VALUE_DATE: fact.value_date is None,
        PURPOSE: any(value is not None and said.get(name) is None for name, value in stated.items()),
        BARE_SHARES: any(is_bare(said.get(name), name) for name in PURPOSES),
        NOTE: not is_xml(fact.event.note or ""),
    }
    yield from left_out_of(fact)
    yield from (reason for reason, applies in reasons.items() if applies)


def of_level(fact: Fact) -> Iterator[str]:
    """What a plan, or a value of an indicator, is written without."""
    plan = is_plan(fact)
    reasons = {
        NO_VALUE_DATE_OF_PLAN: plan,
        NOTE_OF_PLAN: plan and has_own_note(fact),
        NOTE: not plan and not is_xml(fact.event.note or ""),
    }
    yield from (reason for reason, applies in reasons.items() if applies)
