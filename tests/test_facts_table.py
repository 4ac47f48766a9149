"""The table of facts: rows made in bulk from lines are those of facts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from factstable import component, is_alone, made, rows_alone
from hypothesis import given, strategies as st

from aidtimeline.codec import encode, record_id
from aidtimeline.engines.facts import components
from aidtimeline.engines.facts.bulk import are_alone
from aidtimeline.engines.facts.columns import Columns
from aidtimeline.engines.facts.linking import Place
from aidtimeline.engines.facts.reading import Reading, as_written
from aidtimeline.engines.facts.rows import EVER, FOR_GOOD, Row
from aidtimeline.events import Correction, Delivery, Event, Record, Source
from aidtimeline.testing import events, instants, logs


def rows(columns: Columns) -> list[dict[str, object]]:
    """The rows of columns, with their texts, ordered by place."""
    texts = {name: list(codes) for name, codes in columns.texts.items()}
    found = [
        {
            name: texts[name][value] if name in texts else value
            for name, value in zip(columns.numbers, each, strict=True)
        }
        for each in zip(*columns.numbers.values(), strict=True)
    ]
    return sorted(found, key=lambda row: (row["file"], row["offset"]))


def in_columns(given: list[Row]) -> list[dict[str, object]]:
    columns = Columns()
    columns.add(given)
    return rows(columns)


def read(records: list[Record]) -> Reading:
    block = "".join(encode(record) + "\n" for record in records).encode()
    reading = Reading()
    reading.read_block(block, 0, 0, 0)
    return reading


def placed(records: list[Record]) -> list[tuple[Record, Place]]:
    offset, found = 0, []
    for number, record in enumerate(records, start=1):
        found.append((record, Place(0, offset, number)))
        offset += len(encode(record).encode()) + 1
    return found


@given(st.lists(st.tuples(events(), instants()), min_size=1, max_size=5, unique_by=lambda each: record_id(each[0])))
def test_rows_of_lines_are_those_of_facts(drawn: list[tuple[Event, object]]) -> None:
    """Whatever an event says that stands alone."""
    records = [Record(record_id(event), at, event) for event, at in drawn]  # type: ignore[arg-type]
    alone = [each for each in placed(records) if is_alone(each[0].event)]
    reading = read(records)
    assert rows(reading.columns) == in_columns(list(rows_alone(alone)))
    assert len(reading.aside) == len(records) - len(alone)


@given(logs())
def test_what_is_alone_is_seen_in_its_line(records: list[Record]) -> None:
    """The lines that are read in bulk are those of records that are alone."""
    some = [record for record in records if isinstance(record.event, Event)]
    assert are_alone(map(as_written, some)) == [is_alone(record.event) for record in some]


@given(logs())
def test_each_fact_has_rows_or_is_handed_over(records: list[Record]) -> None:
    """Every component has rows, or times in which it is handed over, or nothing that counts."""
    table = made(placed(records))
    assert {row.component for row in table.rows} <= {0, *(each.number for each in table.components)}
    assert all(row.since < row.until and row.known_from < row.known_to for row in table.rows)


@pytest.mark.parametrize("most_work", [0, 8, 20_000])
@given(records=logs(max_size=24))
def test_components_are_replayed_side_by_side_as_each_by_itself(records: list[Record], most_work: int) -> None:
    """Whatever is in them, and where some are too much work for every date of knowledge."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(components, "MOST_WORK", most_work)
        table = made(placed(records))
    for each in table.components:
        alone = component(each.number, table.linked[each.number], most_work)
        assert sorted(each.rows, key=repr) == sorted(alone.rows, key=repr)
        assert sorted(each.handed_over) == sorted(alone.handed_over)
        assert (each.recorded, each.faulty) == (alone.recorded, alone.faulty)


def test_a_component_of_thousands_of_records_is_replayed_once() -> None:
    """As it is known in the end; before that, all of it is handed over."""
    paper = Source(publisher="Rubryka", published="2023-01-01")
    first = Delivery(date="2023-01-01", item="truck", quantity=1, sources=paper)
    news = [
        Correction(
            of=record_id(first),
            event=evolve(first, quantity=number),
            sources=Source(
                publisher="NHK", published=date.fromordinal(date(1990, 1, 1).toordinal() + number).isoformat()
            ),
        )
        for number in range(2, 5_002)
    ]
    said: list[Delivery | Correction] = [first, *news]
    records = [Record(record_id(each), datetime(2025, 1, 1, tzinfo=UTC), each) for each in said]
    [found] = components.components_of({1: placed(records)})
    [row], [handed] = found.rows, found.handed_over
    assert (row.known_from, row.known_to) == (handed.known_to, FOR_GOOD)
    assert (handed.known_from, handed.whole, found.faulty) == (EVER, True, True)
