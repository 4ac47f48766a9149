"""Facts that stand by themselves: made once for all dates of knowledge, and the same that combining accounts gives."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from datetime import UTC, date, datetime

import attrs
import pytest
from hypothesis import given

from aidtimeline import Cancellation, Delivery, Event, Pledge, Record, Source
from aidtimeline.codec import record_id
from aidtimeline.events import Announcement, Disbursement
from aidtimeline.semantics import Belief, Fact, believe, cut
from aidtimeline.semantics.amendments import known_by
from aidtimeline.semantics.beliefs import believe_at
from aidtimeline.semantics.facts import BY_BEHIND, changed
from aidtimeline.semantics.recorded import Recorded
from aidtimeline.testing.drawnlogs import cuts, logs
from aidtimeline.testing.laws import Cuts
from aidtimeline.testing.strategies import events

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)
PAPER = Source(publisher="Rubryka", published="2023-06-01")


def recorded(*events: Event) -> list[Record]:
    return [Record(record_id(event), NOON, event) for event in events]


def combined(records: Sequence[Record]) -> Recorded:
    """The log, as if every event might be amended: all facts are made of accounts, and none stands by itself."""
    found = Recorded.of(records)
    found.__dict__["amended"] = frozenset(found.repaired.events)
    return found


def said(belief: Belief) -> object:
    """All that a belief says; lines are compared by what they are, not by which they are."""
    beside = [(fact.fulfils, fact.line and fact.line.node, fact.takes_off, fact.rank) for fact in belief.facts]
    return belief.facts, beside, belief.links, belief.problems, belief.fulfils_unbelieved


FEW_AMENDED = logs(max_size=12, moves=("event",) * 6 + ("replace", "duplicate", "duplicate", "correct", "corroborate"))


@given(logs() | FEW_AMENDED, cuts())
def test_what_nothing_aims_at_is_what_its_one_account_says(records: list[Record], asked: Cuts) -> None:
    """Made on its own or combined from accounts, a fact is the same at every date of knowledge."""
    alone, all_combined = Recorded.of(records), combined(records)
    for known_at in (asked.known_at, None):
        one, other = believe_at(alone, known_by(known_at)), believe_at(all_combined, known_by(known_at))
        assert said(one) == said(other)
        assert cut(one, asked.as_of) == cut(other, asked.as_of)


@given(events())
def test_an_event_alone_is_a_fact_of_its_one_account(event: Event) -> None:
    """Of every kind, with every field."""
    [one], [other] = believe(recorded(event)).facts, believe_at(combined(recorded(event)), known_by(None)).facts
    assert (one.behind is None, other.behind is None) == (False, True)
    assert one == other
    assert (repr(one), str(one), one.weighed) == (repr(other), str(other), other.weighed)


@given(logs(), cuts())
def test_one_log_answers_for_every_date_of_knowledge(records: list[Record], asked: Cuts) -> None:
    """No belief leaves anything behind that another would see."""
    log = Recorded.of(records, asked.recorded_until)
    for known_at in (asked.known_at, None, asked.known_at):
        assert said(believe_at(log, known_by(known_at))) == said(
            believe(records, known_at=known_at, recorded_until=asked.recorded_until)
        )


EVENTS = (
    Delivery(date="2023", item="truck", quantity="2..4", sources=PAPER),
    Disbursement(date="2023-05", value="USD 5", sources=PAPER),
    Announcement(date="2024", item="truck", intent="delivery", sources=PAPER),
)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_what_is_made_on_demand_takes_part_in_all_that_facts_can_do(event: Event) -> None:
    """Facts are compared, hashed, printed, changed and sent elsewhere as if everything had been made at once."""
    [fact] = believe(recorded(event)).facts
    [same] = believe(recorded(event)).facts
    whole = attrs.evolve(fact, behind=None)
    assert fact == same == whole
    assert hash(fact) == hash(same) == hash(whole)
    assert repr(fact) == repr(whole)
    assert pickle.loads(pickle.dumps(same)) == fact
    assert [account.record.id for account in fact.accounts] == list(fact.members) == [fact.id]
    for each in (fact, same, whole):
        other = changed(each, certain=False)
        assert (other, other.certain) == (attrs.evolve(each, certain=False), False)


def test_a_fact_made_from_columns_asks_what_is_behind_it_once() -> None:
    """So facts may be made from stored columns, and their events read from the log only where somebody asks."""
    [fact] = believe(recorded(EVENTS[0])).facts
    asked = []

    class Stored:
        def __getattr__(self, name: str) -> object:
            asked.append(name)
            return getattr(fact, name)

    lazy = changed(fact)
    object.__setattr__(lazy, "behind", Stored())
    assert (lazy.id, lazy.date, asked) == (fact.id, fact.date, [])
    assert (lazy.item, lazy.donor, lazy == fact, asked) == ("truck", None, True, list(BY_BEHIND))


def test_a_fact_has_nothing_else() -> None:
    """A field that there is not is an error, also where some are made on demand."""
    [fact] = believe(recorded(EVENTS[0])).facts
    with pytest.raises(AttributeError, match="donors"):
        fact.donors  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        fact.certain = False  # type: ignore[misc]


def test_what_has_to_do_with_nothing_is_in_a_view_as_it_is_believed() -> None:
    """Of what surely counts nothing is copied; what is undecided, or keeps or ends a promise, says so in the view."""
    pledge = Pledge(date="2023-01-01", item="truck", quantity=9, sources=PAPER)
    [promise] = recorded(pledge)
    kept = Delivery(date="2023-02-01", item="truck", quantity=2, fulfils=promise.id, sources=PAPER)
    ended = Cancellation(date="2023-03-01", item="truck", quantity=1, supersedes=promise.id, sources=PAPER)
    plain = Delivery(date="2023-01-05", item="tent", quantity=2, sources=PAPER)
    belief = believe([promise, *recorded(kept, ended, plain, EVENTS[0])])
    believed: dict[str, Fact] = {fact.id: fact for fact in belief.facts}
    seen = {fact.id: fact for fact in cut(belief, date(2023, 4, 1))}
    same = {each for each in seen if seen[each] is believed[each]}
    assert same == {record_id(plain)}
    assert not seen[record_id(EVENTS[0])].certain
    assert seen[record_id(kept)].keeps
    assert seen[record_id(ended)].keeps
