"""Three kinds that the library does not have: test_events.py runs this beside an `events.py` that has them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import find

from aidtimeline import Counts, InvalidValue, MoneySums, Record, RefusedBatch, UsageError, replay
from aidtimeline.checks import check
from aidtimeline.cli.application import application
from aidtimeline.codec import decode, encode, record_id
from aidtimeline.log.drafts import read_drafts
from aidtimeline.projections import Fulfilment, ProjectStates
from aidtimeline.semantics import believe
from aidtimeline.testing import events, logs

SOURCES = [{"publisher": "Rubryka", "published": "2024-12-31"}]
DAY = "2024-12-31"


def said(kind: str, day: str, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "date": day, "donor": "JP", "project": "hd", "sources": SOURCES} | fields


def guarantee(day: str = "2023-01-05", **fields: Any) -> dict[str, Any]:
    return said("guarantee", day, **{"item": "course", "quantity": 10, "unit": "day", "label": "it"} | fields)


def service(quantity: int, day: str = "2023-03-01", **fields: Any) -> dict[str, Any]:
    return said("service", day, item="course", quantity=quantity, **{"unit": "day"} | fields)


def log(*drafts: dict[str, Any]) -> list[Record]:
    lines = [("events.jsonl", number, json.dumps(draft)) for number, draft in enumerate(drafts, start=1)]
    made = [each for each in read_drafts(lines) if not isinstance(each, Record)]
    return [Record(record_id(each), datetime(2025, 1, 1, tzinfo=UTC), each) for each in made]


def test_a_made_up_kind_is_written_and_read() -> None:
    """Its own field stands after the common ones."""
    [record] = log(guarantee(guarantor="LT"))
    line = encode(record)
    assert decode(line) == record
    assert " ".join(list(json.loads(line))[4:]) == "date project donor guarantor item quantity unit sources"
    assert f"{find(events('service'), lambda event: event.nature.name == 'deed').kind}" == "service"
    assert find(logs(), lambda records: any(each.event.kind == "guarantee" for each in records))


def test_a_made_up_kind_is_counted() -> None:
    """Under its name, in sums, fulfilment and the state of its project."""
    records = log(guarantee(value={"amount": 5, "currency": "USD"}), service(4, fulfils=["@it"]))
    assert replay(records, Counts(kind="guarantee"), as_of=DAY)["course", "day"].low == 10  # type: ignore[arg-type]
    assert [row.key[0] for row in replay(records, MoneySums(), as_of=DAY).rows] == ["guarantee"]
    goods = next(each for each in replay(records, Fulfilment(DAY), as_of=DAY) if each.key.item == "course")
    assert goods.key.kind == "guarantee"
    assert [int(goods.promised.low), int(goods.linked.low)] == [10, 4]
    state = replay(records, ProjectStates(), as_of=DAY)["hd"]
    assert [len(state.promised.rows), len(state.delivered.rows), len(state.paid.rows)] == [1, 1, 0]


ESTIMATE = said("estimate", "2023-06", item="course", quantity=12, unit="day")
WORTH = {"kind": "corroboration", "of": "@it", "value": {"amount": 5, "currency": "USD"}, "sources": SOURCES}


@pytest.mark.parametrize(
    ("drafts", "expected"),
    [
        ([guarantee(due="2023-06")], {"overdue"}),
        ([guarantee(due="2023-06"), service(9, fulfils=["@it"])], set()),
        ([guarantee(), service(11, fulfils=["@it"])], {"over-delivered"}),
        ([guarantee(), service(9, supersedes=["@it"])], {"supersedes-wrong-kind"}),
        ([guarantee(), said("pledge", "2023-02", fulfils=["@it"])], {"fulfils-wrong-kind"}),
        ([guarantee(), said("commitment", "2023-02", fulfils=["@it"])], set()),
        ([service(9, label="it"), said("cancellation", "2023-06", supersedes=["@it"])], {"supersedes-wrong-kind"}),
        ([service(9, label="it"), WORTH], {"not-its-kind"}),
        ([service(9, unit=None)], {"no-unit"}),
        ([service(9), ESTIMATE], {"observation-above-counts"}),
    ],
)
def test_a_made_up_kind_is_checked(drafts: list[dict[str, Any]], expected: set[str]) -> None:
    """As what its class says that it is: a promise, a deed, a level."""
    found = check(log(*drafts), today=date(2026, 1, 1))
    assert {each.code for each in found} - {"unknown-slug"} == expected


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda: Counts(kind="estimate"), UsageError, "estimates are levels, never summed"),  # type: ignore[arg-type]
        (lambda: Counts(kind="guarantie"), UsageError, "did you mean guarantee"),  # type: ignore[arg-type]
        (lambda: log(said("guarantie", "2023")), RefusedBatch, "did you mean 'guarantee'"),
        (lambda: log(service(1, unit="week")), RefusedBatch, "one of hour, day"),
        (lambda: log(said("announcement", "2023", intent="gift")), RefusedBatch, "guarantee, service, estimate"),
        (lambda: events("gift"), InvalidValue, "guarantee, service, estimate"),
    ],
)
def test_what_a_made_up_kind_is_not_is_refused(ask: Callable[[], Any], error: type[Exception], message: str) -> None:
    """With the kinds that there are, the made-up ones among them."""
    with pytest.raises(error, match=message):
        ask()


def test_an_unknown_kind_is_wrong_use() -> None:
    """The command line names the kinds that there are."""
    result = CliRunner().invoke(application, ["counts", "--kind", "gift"])
    assert result.exit_code == 2
    assert "guarantee" in result.output


def test_a_class_without_a_row() -> None:
    """It can be replayed and checked; it is not written, and not asked for by name."""
    [record] = log(service(3))
    cls: Any = type("Gift", (type(record.event),), {"kind": "gift"})
    event = cls(date="2023", item="course", quantity=3, sources=record.event.sources)
    gift = Record(record.id, record.recorded_at, event)
    assert [fact.kind for fact in believe([gift]).facts] == ["gift"]
    assert {each.code for each in check([gift])} == {"no-unit", "unknown-slug"}
    assert not replay([gift], Counts(kind="service"), as_of=DAY).rows  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="of a known kind"):
        record_id(event)
