"""The classes of events: which can be made, what they take, and in which order a line has it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest

from aidtimeline.errors import InvalidValue
from aidtimeline.events import (
    AMENDMENT_KINDS,
    EVENT_KINDS,
    KINDS,
    AmendmentKind,
    AnyEvent,
    Delivery,
    Event,
    EventKind,
    Payment,
    Promise,
    Source,
    State,
    Training,
)

FIRST = "date project package donor recipient via location sector humanitarian scope"
OF_PROJECT = "date package donor recipient via location sector humanitarian scope project"
LAST = "part_of overlaps fulfils supersedes ref note sources"
GOODS, MONEY, BOOKED = "item quantity unit", "value valued aid_type tied period", "value_date side counterpart"

#: The fields of a line of each kind, in order. Those of old lines never change places.
LINES = {
    "announcement": f"{FIRST} intent party role {GOODS} {MONEY} {LAST}",
    "pledge": f"{FIRST} {GOODS} {MONEY} due {BOOKED} {LAST}",
    "commitment": f"{FIRST} {GOODS} {MONEY} due {BOOKED} {LAST}",
    "disbursement": f"{FIRST} {MONEY} {BOOKED} {LAST}",
    "receipt": f"{FIRST} {MONEY} {BOOKED} {LAST}",
    "expenditure": f"{FIRST} {MONEY} {BOOKED} {LAST}",
    "delivery": f"{FIRST} {GOODS} {MONEY} {BOOKED} {LAST}",
    "training": f"{FIRST} {GOODS} {LAST}",
    "project": f"{OF_PROJECT} title parent planned_start planned_end actual_start actual_end {LAST}",
    "status": f"{OF_PROJECT} status {LAST}",
    "participation": f"{OF_PROJECT} party role left {LAST}",
    "cancellation": f"{FIRST} {GOODS} {MONEY} {LAST}",
    "observation": f"{FIRST} of_kind item indicator quantity unit {MONEY} {LAST}",
    "correction": "of event reason ref note sources",
    "retraction": "of reason duplicate_of ref note sources",
    "corroboration": "of date quantity value ref note sources",
}

SOURCE_CODE = Path(__file__).parent.parent / "src" / "aidtimeline"
SOURCE = Source(publisher="Rubryka")


@pytest.mark.parametrize("kind", KINDS)
def test_fields_stand_in_the_order_of_a_line(kind: str) -> None:
    """However the classes share them."""
    assert [each.name for each in attrs.fields(KINDS[kind])] == LINES[kind].split()


def test_every_kind_has_its_line() -> None:
    """And no line is of a kind that is gone."""
    assert list(LINES) == list(KINDS)


@pytest.mark.parametrize("cls", [Event, Promise, Payment, State])
def test_an_event_is_of_some_kind(cls: Any) -> None:
    """What several kinds share is not a kind: it cannot be made by itself."""
    fields = {"value": "USD 5"} if cls is Payment else {"project": "hd"} if cls is State else {}
    with pytest.raises(TypeError, match="make a Delivery"):
        cls(date="2023", sources=SOURCE, **fields)


@pytest.mark.parametrize("cls", EVENT_KINDS.values(), ids=EVENT_KINDS)
def test_an_event_is_small(cls: type[Event]) -> None:
    """It has slots for its fields, and nothing else can be put into it."""
    assert "__dict__" not in {name for each in cls.__mro__ for name in vars(each)}


def test_a_field_takes_nothing_where_it_may_be_empty() -> None:
    """None is what an optional field has by default; anything else is held against what may stand in it."""
    assert Delivery(date="2023", item=None, value=None, sources=SOURCE).item is None
    with pytest.raises(InvalidValue, match="one of person, course"):
        Training(date="2023", quantity=8, unit="piece", sources=SOURCE)  # type: ignore[arg-type]


MADE_UP = '''
@frozen(kw_only=True, field_transformer=_in_line_order)
class Guarantee(Promise):
    """A promise to step in."""

    kind = "guarantee"
    firmness = 2

    guarantor: str | None = field(default=None, converter=optional_slug)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Service(Event, Goods):
    """Work that was done."""

    kind = "service"
    nature = DEED
    makes_good = ("goods",)
    units = ("hour", "day")

    unit: str | None = field(default=None, converter=lambda value: value and one_of(("hour", "day"), value))


@frozen(kw_only=True, field_transformer=_in_line_order)
class Estimate(Event, Goods):
    """What a source thinks has come."""

    kind = "estimate"
    nature = LEVEL


'''


@pytest.fixture(scope="module")
def with_new_kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package whose `events.py` has three classes and three rows more."""
    folder = tmp_path_factory.mktemp("src")
    shutil.copytree(SOURCE_CODE, folder / "aidtimeline", ignore=shutil.ignore_patterns("__pycache__"))
    module = folder / "aidtimeline" / "events.py"
    text = module.read_text(encoding="utf-8")
    amending = "@frozen(kw_only=True, field_transformer=_in_line_order)\nclass _Amending:"
    row = "    | Observation\n"
    assert [text.count(amending), text.count(row)] == [1, 1]
    text = text.replace(amending, MADE_UP.lstrip() + amending)
    module.write_text(text.replace(row, row + "    | Guarantee\n    | Service\n    | Estimate\n"), "utf-8")
    return folder


def test_a_new_kind_is_one_class_and_one_row(with_new_kinds: Path) -> None:
    """It is written, read, counted, checked and refused as its class says, and no other module knows of it."""
    tests = Path(__file__).with_name("madeup.py")
    command = [sys.executable, "-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider", str(tests)]
    environment = {**os.environ, "PYTHONPATH": str(with_new_kinds)}
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_words_of_checkers_are_those_of_the_tables() -> None:
    """A type checker knows the kinds by their words, and by their classes."""
    assert get_args(EventKind) == tuple(EVENT_KINDS) == tuple(each.kind for each in get_args(AnyEvent))
    assert get_args(AmendmentKind) == tuple(AMENDMENT_KINDS)
