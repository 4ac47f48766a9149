"""What the shipped strategies draw is what they say."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, seed, settings, strategies as st
from shares import SHARES, features, shares
from tangled import linked_logs

from aidtimeline.codec import decode, encode, record_id
from aidtimeline.events import EVENT_KINDS, KINDS, Record
from aidtimeline.testing import (
    Cuts,
    cuts,
    dates,
    events,
    logs,
    money,
    quantities,
    sources,
)
from aidtimeline.testing.strategies import FIRST
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange


def test_shares() -> None:
    """Drawn logs hold enough of everything that makes replay hard."""
    drawn: list[tuple[list[Record], Cuts]] = []

    @settings(max_examples=60, database=None, derandomize=False, suppress_health_check=list(HealthCheck))
    @given(logs(), cuts())
    def draw(records: list[Record], asked: Cuts) -> None:
        drawn.append((records, asked))

    # Hypothesis varies what it drew before, so several short runs show more than a long one.
    for number in range(10):
        seed(number)(draw)()
    found = shares(drawn)
    assert {name: share for name, share in found.items() if share < SHARES[name]} == {}


@given(dates())
def test_dates_are_valid(drawn: DateRange) -> None:
    """A drawn date is what its text parses to."""
    assert DateRange.parse(drawn.text) == drawn


def test_dates_of_every_form() -> None:
    """Every form of date is drawn."""
    forms = {
        *("0000-00-00", "0000-00", "0000", "000X", "00XX", "0000-00-XX", "0000-XX", "0000-XX-XX", "0000-00~", "0000?"),
        *("0000-00-00/0000-00-00", "0000-00-00/..", "../0000-00-00", "0000-00-00/", "/0000-00-00", "0000-00%"),
        *("[0000-00-00..0000-00-00]", "[0000-00-00..]", "[..0000-00-00]", "[..0000]"),
    }
    drawn: set[str] = set()

    @settings(max_examples=1500)
    @given(dates())
    def draw(drawn_date: DateRange) -> None:
        drawn.add(re.sub("[0-9]", "0", drawn_date.text))

    draw()
    assert forms - drawn == set()


@given(quantities(), money())
def test_amounts_are_valid(quantity: Quantity, value: Money) -> None:
    """A drawn amount is what its text parses to."""
    assert Quantity.parse(quantity.text) == quantity
    assert Money.parse(value.text) == value


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_events_of_a_kind(kind: str) -> None:
    """Events of each kind can be drawn, with each of their fields given."""

    @settings(max_examples=30)
    @given(events(kind))
    def draw(event: object) -> None:
        assert type(event) is KINDS[kind]

    draw()


@given(sources())
def test_sources(source: object) -> None:
    """A drawn source is one."""
    assert source == source  # noqa: PLR0124


@given(logs())
def test_ids_are_of_the_content(records: list[Record]) -> None:
    """The records of a log have the ids of their content, so that every log can be written."""
    for record in records:
        assert record.id == record_id(record.event)
        assert decode(encode(record)) == record


@settings(max_examples=10)
@given(linked_logs())
def test_linked_logs_are_undecided(records: list[Record]) -> None:
    """Linked logs hold more undecided dates than bounds promise to be tight for."""
    assert len(records) == 14
    assert all("a date that straddles the cut" in features([each], Cuts(FIRST)) for each in records)


@given(st.lists(st.tuples(logs(max_size=2), cuts()), max_size=2))
def test_shares_are_shares(drawn: list[tuple[list[Record], Cuts]]) -> None:
    """A share is a part of all the logs."""
    assert all(0 <= share <= 1 for share in shares(drawn).values())


def test_missing_hypothesis_is_explained() -> None:
    """Without Hypothesis the import says which extra brings it."""
    script = "import sys; sys.modules['hypothesis'] = None; import aidtimeline.testing"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "pip install 'aidtimeline[testing]'" in done.stderr
