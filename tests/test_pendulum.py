"""What pendulum makes is taken wherever a date, a day or an instant is; and nothing of it is loaded for plain days."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pendulum
import pytest
from hypothesis import given, strategies as st

from aidtimeline import DateRange, Delivery, InvalidValue, MemoryLog, Source, Timeline, encode

SOURCE = Source(publisher="Rubryka", published=pendulum.date(2023, 11, 28))


def trucks(when: object) -> Delivery:
    return Delivery(date=when, item="truck", quantity=2, sources=SOURCE)  # type: ignore[arg-type]


@given(st.dates(), st.dates())
def test_an_interval_of_days_is_their_range(one: date, other: date) -> None:
    """From the first to the last, both inclusive; a reversed one is refused like the text."""
    first, last = (pendulum.date(each.year, each.month, each.day) for each in sorted((one, other)))
    found = DateRange.parse(pendulum.Interval(first, last))
    assert found == DateRange.between(first, last)
    assert (found.earliest, found.latest) == (min(one, other), max(one, other))
    assert DateRange.parse(first) == DateRange.parse(min(one, other)) == DateRange(min(one, other).isoformat())
    assert type(found.earliest) is type(DateRange.parse(first).earliest) is date
    if first != last:
        with pytest.raises(InvalidValue):
            DateRange.parse(pendulum.Interval(last, first))


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2023, 11, 20),
        pendulum.datetime(2023, 11, 20),
        pendulum.Interval(pendulum.datetime(2023, 11, 20), pendulum.datetime(2023, 11, 21)),
    ],
    ids=["datetime", "pendulum", "interval"],
)
def test_an_instant_is_no_day(instant: object) -> None:
    """Which day it is depends on the place."""
    with pytest.raises(InvalidValue, match=r"say which day it is: \.date\(\)"):
        trucks(instant)


def test_events_and_cuts_take_what_pendulum_makes() -> None:
    """Dates of events and sources, days and instants of questions."""
    log = MemoryLog()
    [record] = log.append(
        trucks(pendulum.Interval(pendulum.date(2023, 11, 20), pendulum.date(2023, 11, 22))),
        recorded_at=pendulum.datetime(2023, 11, 29, 8, tz="Asia/Tokyo"),
    )
    assert encode(record) == encode(next(iter(log.read())))
    assert '"recorded_at":"2023-11-28T23:00:00Z","date":"2023-11-20/2023-11-22"' in encode(record)
    timeline = Timeline.of(log)
    late = pendulum.datetime(2023, 11, 29, 9, tz="Asia/Tokyo")
    for known_at, number in ((late, 1), (late.subtract(days=1), 0), (pendulum.date(2023, 11, 28), 1)):
        view = timeline.as_of(pendulum.date(2023, 11, 30), known_at=known_at, recorded_until=late)
        assert len(view.counts()) == number
        assert type(view.as_of) is date
    assert not len(timeline.as_of("2023-11-30", recorded_until=late.subtract(hours=1, seconds=1)).counts())


@given(st.integers(-14 * 60, 14 * 60), st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))
def test_an_instant_of_any_zone_is_that_of_utc(minutes: int, instant: datetime) -> None:
    """It is written in UTC, whatever its offset; without one it is refused."""
    there = instant.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=minutes)))
    [record], [same] = (MemoryLog().append(trucks("2023"), recorded_at=each) for each in (there, there.astimezone(UTC)))
    assert encode(record) == encode(same)
    assert record.recorded_at.utcoffset() == timedelta(0)
    with pytest.raises(InvalidValue, match="with its offset from UTC"):
        MemoryLog().append(trucks("2023"), recorded_at=instant)


ZONES = ("UTC", "Asia/Tokyo", "Europe/Kyiv", "America/St_Johns", "Australia/Lord_Howe")


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from(ZONES),
    st.sampled_from((ZoneInfo, pendulum.timezone)),
    st.sampled_from((0, 1)),
    st.booleans(),
)
def test_an_instant_is_kept_as_a_plain_datetime_in_utc(
    clock: datetime, name: str, zone: Callable[[str], tzinfo], fold: int, wrapped: bool
) -> None:
    """Whatever was handed in: records and cuts are the same instant, with the repr and the pickle of a plain one."""
    there = clock.replace(tzinfo=zone(name), fold=fold)
    expected = datetime(1970, 1, 1, tzinfo=UTC) + (there.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC))
    given_in = pendulum.instance(there) if wrapped else there
    log = MemoryLog()
    [record] = log.append(trucks("1989"), recorded_at=given_in)
    view = Timeline.of(log).as_of("2023-11-30", known_at=given_in, recorded_until=given_in)
    for kept in (record.recorded_at, view.known_at, view.recorded_until):
        assert type(kept) is datetime
        assert kept.tzinfo is UTC
        assert (repr(kept), pickle.dumps(kept)) == (repr(expected), pickle.dumps(expected))


def test_plain_days_do_without_it() -> None:
    """The example record is read, asked and added to, and pendulum is not loaded."""
    code = """
import sys
from datetime import date
from aidtimeline import Delivery, MemoryLog, Source, Timeline
from aidtimeline import examples
assert examples.open().as_of("2023-11-28").counts()["truck"].low == 30
log = MemoryLog()
log.append(Delivery(date=date(2023, 11, 20), item="truck", sources=Source(publisher="A")))
assert len(Timeline.of(log).as_of(date(2023, 11, 20)).counts()) == 1
assert "pendulum" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
