"""Checks: each code is found where it is meant, not where it is not, and mended as docs/checks/ says."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from aidtimeline import Counts, Delivery, Problem, Record, Source, Timeline, Vocabulary, replay
from aidtimeline.checks import CHECKS, check
from aidtimeline.checks.codes import BY_NAME
from aidtimeline.checks.duplicates import LOOK_BACK
from aidtimeline.codec import record_id
from aidtimeline.events import Observation, Retraction
from aidtimeline.log.drafts import read_drafts
from aidtimeline.semantics import believe
from aidtimeline.testing import logs
from aidtimeline.vocabulary import Dataset, Item, Party, ProjectName

ROOT = Path(__file__).parent.parent
RECORDED = datetime(2025, 1, 1, 12, tzinfo=UTC)
VOCABULARY = Vocabulary(
    items={slug: Item(slug=slug, label=slug) for slug in ("truck", "radio", "course")},
    parties={
        slug: Party(slug=slug, name=slug, country=country)
        for slug, country in {"JP": "JP", "LT": "LT", "UA": "UA", "sesu": "UA", "undp": None}.items()
    },
    projects={"hd": ProjectName(slug="hd", label="hd")},
)

Draft = dict[str, Any]


def said(kind: str, day: str | None = "2023-03-01", by: str = "Rubryka", **fields: Any) -> Draft:
    """A draft of an event, reported at the end of 2024 unless it says when."""
    sources = [{"publisher": by, "published": fields.pop("published", "2024-12-31")}]
    return {"kind": kind, **({"date": day} if day else {}), "sources": sources} | fields


def delivery(quantity: int | str = 30, day: str = "2023-03-01", **fields: Any) -> Draft:
    return said("delivery", day, **{"donor": "JP", "recipient": "UA", "item": "truck", "quantity": quantity} | fields)


def pledge(quantity: int | str = 30, day: str = "2023-01-05", **fields: Any) -> Draft:
    return said("pledge", day, **{"donor": "JP", "recipient": "UA", "item": "truck", "quantity": quantity} | fields)


def paid(amount: int | str, day: str = "2023-03-01", kind: str = "disbursement", **fields: Any) -> Draft:
    return said(kind, day, **{"donor": "JP", "value": {"amount": amount, "currency": "USD"}} | fields)


def observed(quantity: int | str, day: str = "2023-06-01", **fields: Any) -> Draft:
    return said("observation", day, item="truck", quantity=quantity, **fields)


def status(status: str, day: str, **fields: Any) -> Draft:
    return said("status", day, project="hd", status=status, **fields)


def repair(of: str, **event: Any) -> Draft:
    return {"kind": "correction", "of": of, "reason": "written down wrongly", "event": event}


def log(*drafts: Draft) -> list[Record]:
    """The records of drafts, each from a line of its own."""
    lines = [("events.jsonl", number, json.dumps(draft)) for number, draft in enumerate(drafts, start=1)]
    records = []
    for number, each in enumerate(read_drafts(lines), start=1):
        assert not isinstance(each, Record)
        at = RECORDED + timedelta(minutes=number)
        records.append(Record(record_id(each), at, each, file="events.jsonl", line=number))
    return records


def problems(*drafts: Draft, today: date | None = None) -> list[Problem]:
    return check(log(*drafts), VOCABULARY, today=today)


def codes(*drafts: Draft, today: date | None = None) -> list[str]:
    return [f"{problem.severity} {problem.code}" for problem in problems(*drafts, today=today)]


# What each record says.


def test_a_sound_log_has_no_problems() -> None:
    """A promise, what came of it, a second account, and a level that agrees: nothing to report."""
    assert not codes(
        pledge(50, label="pledge", due="2023-12-31"),
        delivery(30, "2023-03-01", label="first", fulfils=["@pledge"]),
        said("corroboration", None, by="Kyodo News", of="@first", quantity=30),
        delivery(20, "2023-09-01", fulfils=["@pledge"]),
        observed(30),
        observed("40..60", "2023-10-01", recipient="UA"),
    )


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        ({"kind": "retraction", "of": "0" * 32, "reason": "x"}, "dangling"),
        (said("corroboration", None, of="0" * 32), "dangling"),
        (delivery(1, fulfils=["0" * 32]), "dangling"),
        (delivery(1, supersedes=["0" * 32]), "dangling"),
        (said("corroboration", None, of="@second"), "bad-amendment"),
        (delivery(1, fulfils=["@second"]), "bad-link"),
        (delivery(1, supersedes=["@second"]), "bad-link"),
    ],
)
def test_what_aims_at_nothing_or_at_an_amendment(draft: Draft, code: str) -> None:
    """Links and amendments must aim at an event of the log."""
    second = said("corroboration", None, by="Kyodo News", of="@it", label="second")
    found = problems(delivery(label="it"), second, draft)
    assert [(problem.code, problem.severity, problem.line) for problem in found] == [(code, "error", 3)]


def test_a_date_after_its_report() -> None:
    """What was published on 1 May cannot report June; nor can a corroboration, nor a correction."""
    [found] = problems(delivery(30, "2023-06", published="2023-05-01"))
    assert (found.code, found.severity, found.path) == ("date-after-report", "error", "$.date")
    assert found.hint is not None
    assert "due" in found.hint
    early = said("corroboration", None, of="@it", date="2023-06", published="2023-05-01")
    assert codes(delivery(label="it"), early) == ["error date-after-report"]
    silent = said("corroboration", None, of="@it", published="2023-01-01")
    assert codes(delivery(label="it"), silent) == []
    news = said("correction", None, of="@it", published="2023-05-01", event=delivery(30, "2023-06"))
    [found] = problems(delivery(label="it"), news)
    assert (found.code, found.line, found.path) == ("date-after-report", 2, "$.event.date")
    assert not codes(delivery(30, "2023", published="2023-05-01"))


def test_repairs_that_disagree() -> None:
    """Two repairs of one record that say different things; the one recorded last decides, and is reported."""
    seven, eight = (repair("@it", **delivery(number)) for number in (7, 8))
    [found] = problems(delivery(label="it"), seven, eight)
    assert (found.code, found.severity, found.path) == ("repairs-disagree", "warning", "$.of")
    assert "decides" in found.message
    gone = {"kind": "retraction", "of": "@it"}
    assert codes(delivery(label="it"), seven, gone) == ["warning repairs-disagree"]
    assert not codes(delivery(label="it"), seven, seven | {"reason": "so it is"})
    assert not codes(delivery(label="it"), seven, gone | {"sources": [{"publisher": "A", "published": "2024-12-31"}]})


@pytest.mark.parametrize("gone", [False, True], ids=["corrected", "retracted"])
def test_the_hint_settles_repairs_that_disagree(gone: bool) -> None:
    """It is the draft of a repair that says the same as the one which decides; a third opinion settles nothing."""
    drafts = [delivery(label="it"), repair("@it", **delivery(7))]
    drafts.append({"kind": "retraction", "of": "@it"} if gone else repair("@it", **delivery(8)))
    [found] = problems(*drafts)
    settled = json.loads(found.hint or "")
    assert not problems(*drafts, settled)
    assert codes(*drafts, repair("@it", **delivery(9))) == ["warning repairs-disagree"]
    assert codes(*drafts, settled, repair("@it", **delivery(9))) == ["warning repairs-disagree"]


def test_a_duplicate_of_itself_is_a_problem_and_counts() -> None:
    """A line of another log may say so; what it names still counts."""
    [first] = log(delivery())
    itself = Retraction(of=first.id, duplicate_of=first.id)
    [found] = check([first, Record(record_id(itself), RECORDED, itself)], VOCABULARY)
    assert (found.code, found.event_id) == ("bad-link", record_id(itself))
    assert "itself" in found.message


def test_a_report_without_its_publication_date() -> None:
    """Each such report is found, with the day that is taken instead; so is one whose date has no end."""
    draft = delivery() | {"sources": [{"publisher": "A"}, {"publisher": "B", "published": "2023-12-01"}]}
    [found] = problems(draft)
    assert (found.code, found.severity, found.path) == ("no-publication-date", "warning", "$.sources[0].published")
    assert found.hint is not None
    assert "2025-01-01" in found.hint
    assert codes(delivery(published="2024-12/..")) == ["warning no-publication-date"]
    assert not codes(delivery() | {"sources": [{"publisher": "A", "retrieved": "2024-12-01"}]})


def test_a_dataset_without_its_publication_date_is_told_once() -> None:
    """Not of each of its records, but of its first, with how many there are; of one alone that is not said."""

    def taken(dataset: str, quantity: int, published: str | None = None) -> Draft:
        own = {"dataset": dataset, "publisher": "A", "published": published}
        return delivery(quantity) | {"sources": [own, {"url": "https://example.org"}]}

    drafts = [taken("a", 1), taken("b", 2), taken("a", 3), taken("c", 4, "2024"), taken("a", 5)]
    found = [each for each in problems(*drafts) if each.code == "no-publication-date"]
    assert [(each.line, "here and in 2 more of the dataset" in each.message) for each in found] == [
        (1, True),
        (2, False),
    ]
    assert "more" not in found[1].message


def test_accounts_that_do_not_compare() -> None:
    """Another currency, another unit, or an amount that the kind does not have: each is set aside, and reported."""
    value = {"amount": 5, "currency": "EUR"}
    assert codes(paid(4, label="it"), said("corroboration", None, of="@it", value=value)) == ["warning other-currency"]
    assert codes(
        delivery(30, label="it"),
        delivery(2, unit="set", label="other"),
        {"kind": "retraction", "of": "@other", "duplicate_of": "@it"},
    ) == ["warning other-unit"]
    assert codes(paid(4, label="it"), said("corroboration", None, of="@it", quantity=5)) == ["warning not-its-kind"]
    training = said("training", item="course", quantity=8, unit="person", label="it")
    assert codes(training, said("corroboration", None, of="@it", value=value)) == ["warning not-its-kind"]
    assert not codes(delivery(label="it"), said("corroboration", None, of="@it", quantity=30, value=value))


def test_training_without_its_unit() -> None:
    """Persons or courses: no pieces are trained."""
    assert codes(said("training", item="course", quantity=8)) == ["warning no-unit"]
    assert not codes(said("training", item="course", quantity=8, unit="person"), said("training", item="course"))


def test_an_unknown_slug_is_told_once_with_the_nearest() -> None:
    """However often it stands in the log, and in whichever field."""
    [found, other] = problems(delivery(item="trcuk"), delivery(31, item="trcuk"), delivery(4, via=["jica"]))
    assert (found.code, found.path, found.hint) == ("unknown-slug", "$.item", "did you mean 'truck'?")
    assert found.message.endswith("here and in 1 more")
    assert (other.path, other.hint) == ("$.via", None)


def test_what_overlaps_with_no_record_and_no_project_is_told() -> None:
    """A misspelt project, or an id cut too short, would leave a sum exact that is in doubt."""
    assert codes(delivery(overlaps=["c0ffee"])) == ["warning unknown-slug"]
    assert not codes(delivery(overlaps=["hd"]), delivery(31, label="it"), delivery(4, overlaps=["@it"]))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (delivery(item="trcuk"), "unknown-slug"),
        (delivery(day="2024-06", published="2024-05-01"), "date-after-report"),
        (delivery() | {"sources": [{"publisher": "A"}]}, "no-publication-date"),
        (delivery(fulfils=["0" * 32]), "dangling"),
        (said("training", item="course", quantity=8), "no-unit"),
    ],
)
def test_what_a_repair_has_mended_is_found_no_more(wrong: Draft, code: str) -> None:
    """A log only grows: what is wrong in it can be put right by a repair, and then it is."""
    assert [problem.code for problem in problems(wrong)] == [code]
    right = delivery()
    assert not codes(wrong | {"label": "it"}, repair("@it", **right))
    assert not codes(wrong | {"label": "it"}, {"kind": "retraction", "of": "@it", "reason": "never happened"})
    [found] = problems(delivery(label="it"), repair("@it", **wrong))
    assert (found.code, found.line) == (code, 2)
    assert found.path is not None
    assert found.path.startswith("$.event.")


# Links.


def test_what_supersedes_something_later() -> None:
    """A pledge cannot replace, from January on, one that is made in March; where dates overlap, it may."""
    [found] = problems(pledge(100, "2023-03-01", label="it"), pledge(150, "2023-01-05", supersedes=["@it"]))
    assert (found.code, found.severity, found.line) == ("supersedes-later", "error", 2)
    assert "events.jsonl:1" in found.message
    assert not codes(pledge(100, "2023-03-01", label="it"), pledge(150, "[..2023-06]", supersedes=["@it"]))
    assert not codes(pledge(100, "2023-03-01", label="it"), pledge(150, "2023-01-05?", supersedes=["@it"]))


def test_what_was_delivered_before_it_was_promised() -> None:
    """Early deliveries happen; promises of what has been delivered are worth a look."""
    [found] = problems(pledge(30, "2023-05-01", label="it"), delivery(30, "2023-03-01", fulfils=["@it"]))
    assert (found.code, found.severity, found.path) == ("fulfils-later", "warning", "$.fulfils")
    assert not codes(pledge(30, "2023", label="it"), delivery(30, "2023-03-01", fulfils=["@it"]))


def test_the_links_of_a_duplicate_are_its_facts() -> None:
    """Two records that are one fact: what either fulfils, the fact fulfils."""
    assert codes(
        pledge(30, "2023-05-01", label="it"),
        delivery(30, label="first"),
        delivery(30, by="Kyodo News", label="again", fulfils=["@it"]),
        {"kind": "retraction", "of": "@again", "duplicate_of": "@first"},
    ) == ["warning fulfils-later"]


FINE: list[str] = []
LOOK, WRONG = ["warning supersedes-wrong-kind"], ["error supersedes-wrong-kind"]
announced = said("announcement", "2023-01-02", intent="delivery", donor="JP")
cancelled = said("cancellation", "2023-02-01", supersedes=["@plan"])
plan = said("commitment", "2023-01-01", donor="LT", label="plan")


@pytest.mark.parametrize(
    ("kind", "superseded", "expected"),
    [
        ("pledge", announced, FINE),
        ("commitment", pledge(), FINE),
        ("pledge", said("commitment", "2023-01-02"), FINE),
        ("pledge", cancelled, FINE),
        ("delivery", announced, FINE),
        ("participation", announced, FINE),
        ("delivery", delivery(12), FINE),
        ("status", status("pipeline", "2023-01-01"), FINE),
        ("cancellation", pledge(), FINE),
        ("cancellation", announced, FINE),
        ("cancellation", status("pipeline", "2023-01-01"), FINE),
        ("cancellation", cancelled, LOOK),
        ("cancellation", delivery(), WRONG),
        ("cancellation", paid(5), WRONG),
        ("observation", delivery(), WRONG),
        ("observation", pledge(), WRONG),
        ("observation", observed(0, "2023-01-01"), FINE),
        ("delivery", pledge(), LOOK),
        ("disbursement", pledge(), LOOK),
        ("pledge", delivery(), LOOK),
        ("status", pledge(), LOOK),
        ("delivery", observed(0, "2023-01-01"), LOOK),
    ],
)
def test_kinds_that_supersede_each_other(kind: str, superseded: Draft, expected: list[str]) -> None:
    """Promises may be changed and plans come true; what has happened is not cancelled, and no level replaces it."""
    fields: dict[str, Draft] = {
        "status": {"project": "hd", "status": "implementation"},
        "participation": {"project": "hd", "party": "JP", "role": "member"},
        "observation": {"item": "radio", "quantity": 0},
        "disbursement": {"value": {"amount": 5, "currency": "USD"}},
    }
    newer = said(kind, "2023-06-01", supersedes=["@it"], **fields.get(kind, {}))
    assert codes(plan, superseded | {"label": "it"}, newer) == expected


@pytest.mark.parametrize(
    ("target", "kind", "wrong"),
    [
        (pledge(), "delivery", False),
        (pledge(), "commitment", False),
        (pledge(), "pledge", False),
        (announced, "participation", False),
        (announced, "announcement", False),
        (said("commitment", "2023-01-02"), "pledge", True),
        (pledge(), "announcement", True),
        (pledge(), "cancellation", True),
        (pledge(), "observation", True),
        (delivery(31), "delivery", True),
        (status("pipeline", "2023-01-01"), "delivery", True),
    ],
)
def test_kinds_that_fulfil_each_other(target: Draft, kind: str, wrong: bool) -> None:
    """Only promises and announcements are fulfilled, and only by what is as firm or firmer."""
    fields: dict[str, Draft] = {
        "participation": {"project": "hd", "party": "JP", "role": "member"},
        "announcement": {"intent": "delivery"},
        "observation": {"item": "radio", "quantity": 0},
        "cancellation": {"supersedes": ["@plan"]},
    }
    fulfilling = said(kind, "2023-06-01", fulfils=["@it"], **fields.get(kind, {}))
    expected = ["error fulfils-wrong-kind"] if wrong else []
    assert codes(plan, target | {"label": "it"}, fulfilling) == expected


# Promises.


def test_more_delivered_than_was_promised() -> None:
    """What fulfils a pledge of 30 comes to 31 at least; the problem is at the last delivery."""
    first = delivery(20, "2023-02-01", fulfils=["@it"])
    [found] = problems(pledge(30, label="it"), first, delivery(11, fulfils=["@it"]))
    assert (found.code, found.severity, found.line) == ("over-delivered", "warning", 3)
    assert "at least 31 truck came, and at most 30 were promised" in found.message
    assert not codes(pledge(30, label="it"), first, delivery("10..12", fulfils=["@it"]))
    assert not codes(pledge("1..", label="it"), first)
    assert not codes(pledge("~30", label="it"), first, delivery(11, fulfils=["@it"]))


def test_money_beyond_what_was_promised() -> None:
    """Of money, stages and sides are summed apart: they report the same money."""
    promised = said("commitment", "2023-01-05", donor="JP", value={"amount": 100, "currency": "USD"}, label="it")
    assert codes(promised, paid(60, fulfils=["@it"]), paid(50, "2023-04-01", fulfils=["@it"])) == [
        "warning over-delivered"
    ]
    receipt = paid(60, kind="receipt", side="receiver", fulfils=["@it"])
    spent = paid(60, kind="expenditure", fulfils=["@it"])
    assert not codes(promised, paid(60, fulfils=["@it"]), receipt, spent)


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param(
            [pledge(14, label="a"), pledge(8, label="b"), delivery(20, fulfils=["@a", "@b"])], id="of two promises"
        ),
        pytest.param(
            [pledge(10, label="a"), pledge(30, "2023-02-01", supersedes=["@a"]), delivery(20, fulfils=["@a"])],
            id="of a promise that was raised",
        ),
        pytest.param(
            [pledge(30, label="a"), pledge(10, "2024-02-01", supersedes=["@a"]), delivery(20, fulfils=["@a"])],
            id="of a promise that was lowered later",
        ),
        pytest.param(
            [
                pledge(30, label="a"),
                delivery(12, "2023-02-01", label="d", fulfils=["@a"]),
                delivery(30, supersedes=["@d"], fulfils=["@a"]),
            ],
            id="a running total",
        ),
        pytest.param(
            [pledge(10, label="a"), pledge(5, item=None, label="b"), delivery(20, fulfils=["@a", "@b"])],
            id="of anything at all",
        ),
        pytest.param([pledge(10, label="a"), delivery(20, item="radio", fulfils=["@a"])], id="of something else"),
        pytest.param([pledge(10, label="a"), delivery(20, unit="kg", fulfils=["@a"])], id="in another unit"),
    ],
)
def test_what_is_not_more_than_was_promised(drafts: list[Draft]) -> None:
    """Promises that hang together are taken together, at the most they ever came to."""
    assert not codes(*drafts)


def test_a_raise_and_its_commitment_are_promised_once() -> None:
    """100, raised to 150, made firm as 150: 150 in all, and 160 delivered are too many."""
    assert codes(
        pledge(100, label="a"),
        pledge(150, "2023-02-01", supersedes=["@a"], label="b"),
        said("commitment", "2023-02-02", item="truck", quantity=150, fulfils=["@b"], label="c"),
        delivery(80, "2023-03-01", fulfils=["@a"]),
        delivery(80, "2023-04-01", fulfils=["@c"]),
    ) == ["warning over-delivered"]


def test_two_promises_in_place_of_one_are_what_they_come_to_together() -> None:
    """30, replaced by 10 and 10: 30 at most, never 30 beside one of them."""
    promises = [pledge(30, label="a"), *(pledge(10, f"2023-02-0{day}", supersedes=["@a"]) for day in (1, 2))]
    assert not codes(*promises, delivery(30, fulfils=["@a"]))
    assert codes(*promises, delivery(31, fulfils=["@a"])) == ["warning over-delivered"]


TODAY = date(2025, 1, 1)


def test_a_promise_long_overdue() -> None:
    """Due by the end of 2023, and a year and a day later nothing is known to have come; without a clock, who knows."""
    due = pledge(30, due="2023-12")
    [found] = problems(due, today=TODAY)
    assert (found.code, found.severity, found.path) == ("overdue", "warning", "$.due")
    assert "was due Dec 2023, at least 1 year 1 day ago, and by 2025-01-01" in found.message
    [found] = problems(pledge(30, due="2023-12-31"), today=TODAY)
    assert "was due 31 Dec 2023, 1 year 1 day ago" in found.message
    assert not codes(due)
    assert not codes(due, today=date(2024, 12, 30))
    assert not codes(pledge(30, due="2023-12?"), pledge(31, due="2023/.."), pledge(32), today=TODAY)


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param([delivery(1, fulfils=["@it"], item="radio", donor=None)], id="linked"),
        pytest.param([delivery(1)], id="the same donor and item"),
        pytest.param([delivery(1, donor=None)], id="the item, by an unknown donor"),
        pytest.param([delivery(1, item="radio", project="hd")], id="something for its project"),
        pytest.param([pledge(40, "2023-02-01", supersedes=["@it"])], id="raised since"),
        pytest.param([said("cancellation", supersedes=["@it"])], id="cancelled"),
    ],
)
def test_a_promise_of_which_something_came(drafts: list[Draft]) -> None:
    """Whatever may have come of it, linked or not, is enough; so is that it was replaced."""
    assert not codes(pledge(30, due="2023-02", project="hd", label="it"), *drafts, today=TODAY)


@pytest.mark.parametrize(
    "draft",
    [delivery(1, donor="LT"), delivery(1, item="radio"), delivery(1, "2022-01-01"), paid(5, project="jica")],
)
def test_a_promise_of_which_nothing_came(draft: Draft) -> None:
    """Another donor's, another item, something that came before the promise: nothing of these keeps it."""
    assert "warning overdue" in codes(pledge(30, due="2023-02", project="hd"), draft, today=TODAY)


def test_only_deeds_keep_a_promise() -> None:
    """A commitment that made a pledge firm does not keep it, and what keeps the commitment does."""
    promised = [pledge(30, due="2023-02", label="it"), said("commitment", fulfils=["@it"], item="truck", label="firm")]
    assert codes(*promised, today=TODAY) == ["warning overdue"]
    assert not codes(*promised, delivery(1, donor="LT", fulfils=["@firm"]), today=TODAY)


@pytest.mark.parametrize("day", ["[..2023-01]", "2023-01~", "2023?"])
def test_a_promise_of_no_certain_day_is_overdue_too(day: str) -> None:
    """Nothing came at all, so nothing can have come of it, whenever it was made."""
    assert codes(pledge(30, day, due="2023-02"), today=TODAY) == ["warning overdue"]
    assert not codes(pledge(30, day, due="2023-02"), delivery(1), today=TODAY)


def test_over_delivered_is_never_said_of_other_measures() -> None:
    """What comes in another unit, or may serve, is never more than was promised."""
    promised = pledge(3, label="it")
    assert not codes(promised, delivery(9, unit="kg", fulfils=["@it"]), delivery(9))


def test_a_raised_promise_is_overdue_unless_the_first_was_kept() -> None:
    """What fulfils a promise fulfils the one that replaced it."""
    raised = [pledge(30, item=None, label="it"), pledge(40, "2023-02-01", item=None, due="2023-03", supersedes=["@it"])]
    assert codes(*raised, today=TODAY) == ["warning overdue"]
    assert not codes(*raised, delivery(1, donor="LT", fulfils=["@it"]), today=TODAY)


# Projects.


@pytest.mark.parametrize(
    ("moves", "warnings"),
    [
        (["pipeline", "implementation", "finalisation", "closed"], 0),
        (["pipeline", "closed"], 0),
        (["implementation", "suspended", "implementation", "cancelled"], 0),
        (["implementation", "implementation"], 0),
        (["implementation", "pipeline"], 1),
        (["closed", "implementation"], 1),
        (["cancelled", "implementation", "closed"], 1),
        (["closed", "cancelled"], 1),
        (["finalisation", "pipeline", "implementation"], 1),
    ],
)
def test_moves_of_a_status(moves: list[str], warnings: int) -> None:
    """An activity goes forward, may be suspended and go on, and what has ended does not begin again."""
    drafts = [status(each, f"2023-{month:02}-01") for month, each in enumerate(moves, start=1)]
    assert codes(*drafts) == ["warning status-move"] * warnings


def test_moves_whose_order_is_unknown_are_none() -> None:
    """If two dates overlap, either status may be the first; other projects are others."""
    assert not codes(status("implementation", "2023"), status("pipeline", "2023-06-01"))
    assert codes(status("closed", "2023-01-01"), status("pipeline", "2023-06-01") | {"project": "kh"}) == [
        "warning unknown-slug"
    ]


def test_a_project_planned_to_end_before_it_begins() -> None:
    """In one profile it is an error; over several, one of them was not reported again."""
    profile = said("project", project="hd", planned_start="2024-06", planned_end="2023")
    assert codes(profile) == ["error ends-before-start"]
    assert not codes(said("project", project="hd", planned_start="2023-06", planned_end="2023"))
    moved = said("project", "2023-05-01", project="hd", planned_start="2026")
    planned = said("project", project="hd", planned_start="2023", planned_end="2025")
    assert codes(planned, moved) == ["warning ends-before-start"]
    assert not codes(planned, moved, said("project", "2023-06-01", project="hd", planned_end="2027"))


# What is reported twice.


def test_a_probable_duplicate_comes_with_the_draft_that_settles_it() -> None:
    """Two outlets report 30 trucks in March: recorded as it stands, the hint makes one fact of them."""
    drafts = [
        delivery(30, "2023-03", published="2023-04-02"),
        delivery(30, "2023-03-04", by="Kyodo News", published="2023-04-01"),
    ]
    [found] = problems(*drafts)
    assert (found.code, found.severity, found.line) == ("probable-duplicate", "warning", 1)
    assert found.hint is not None
    records = log(*drafts)
    [settled] = read_drafts([(None, 1, found.hint)], [record.id for record in records])
    assert not isinstance(settled, Record)
    records.append(Record(record_id(settled), RECORDED + timedelta(days=1), settled))
    assert not check(records, VOCABULARY)
    assert replay(records, Counts(), as_of="2023-12-31")["truck"].high == 30
    [fact] = believe(records).facts
    assert len(fact.accounts) == 2


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(delivery("1.."), id="a number that is not stated"),
        pytest.param(delivery("20..40", recipient="sesu"), id="an agency of the country"),
        pytest.param(delivery("~30", recipient=None, project="hd"), id="less is said"),
        pytest.param(delivery(30, value={"amount": 5, "currency": "USD"}), id="more is said"),
    ],
)
def test_what_may_be_the_same(other: Draft) -> None:
    """Dates overlap, amounts could agree, and nothing distinguishes the two."""
    first = delivery(30, "2023-03", via=["undp"])
    assert codes(first, other | said("delivery", "2023-03-04", by="Kyodo News")) == ["warning probable-duplicate"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"sources": delivery()["sources"]}, id="the same report"),
        pytest.param({"quantity": 31}, id="another number"),
        pytest.param({"quantity": "0.."}, id="it may be counted already"),
        pytest.param({"date": "2023-04-01"}, id="another day"),
        pytest.param({"donor": "LT"}, id="another donor"),
        pytest.param({"item": "radio"}, id="another item"),
        pytest.param({"recipient": "LT"}, id="another country"),
        pytest.param({"unit": "kg"}, id="another unit"),
        pytest.param({"package": "second"}, id="another package"),
        pytest.param({"ref": "no. 2"}, id="another number of the source"),
        pytest.param({"via": ["undp"]}, id="another way"),
        pytest.param({"fulfils": ["@other"]}, id="another promise"),
        pytest.param({"supersedes": ["@it"]}, id="it replaces the first"),
    ],
)
def test_what_is_told_apart(other: Draft) -> None:
    """One difference that both state is enough; so is a link between them."""
    first = delivery(30, label="it", package="first", ref="no. 1", via=["jica"], fulfils=["@one"])
    promises = [pledge(40, label="one"), pledge(50, "2023-01-06", label="other")]
    again = delivery(30, by="Kyodo News") | other
    assert not [code for code in codes(*promises, first, again) if "unknown-slug" not in code]


def test_promises_with_different_dues_are_two() -> None:
    """8 machines by June and 8 by December, reported by two outlets; the same without dues may be one promise."""
    assert not codes(pledge(8, due="2023-06"), pledge(8, by="Kyodo News", due="2023-12"))
    assert codes(pledge(8, due="2023-06"), pledge(8, by="Kyodo News")) == ["warning probable-duplicate"]


def test_what_keeps_a_promise_of_its_own_is_not_a_duplicate() -> None:
    """A delivery that keeps a promise, and one that keeps none or another, are two; a raised promise is still one."""
    promises = [
        pledge(40, label="one"),
        pledge(50, "2023-01-06", label="raised", supersedes=["@one"]),
        pledge(9, "2023-01-07", label="other"),
    ]
    linked = delivery(30, fulfils=["@one"])
    assert not codes(*promises, linked, delivery(30, by="Kyodo News"))
    both = delivery(30, by="Kyodo News", fulfils=["@one", "@other"])
    assert "warning probable-duplicate" not in codes(*promises, linked, both)
    again = delivery(30, by="Kyodo News", fulfils=["@raised"])
    assert "warning probable-duplicate" in codes(*promises, linked, again)


def test_what_is_said_to_overlap_is_not_a_duplicate() -> None:
    """Sums weigh it already: a part, what may tell of the same as another fact, or as all of a project."""
    first = delivery(30, label="it", project="hd")
    for said_so in ({"part_of": "@it"}, {"overlaps": ["@it"]}, {"overlaps": ["hd"]}):
        [it] = log(first)
        links = json.loads(json.dumps(said_so).replace("@it", it.id))
        assert not codes(first, delivery(30, by="Kyodo News") | links)


def test_a_probable_duplicate_names_the_nearest_twin() -> None:
    """Of three that may be the same, the one that is nearest in date, amount and parties, whichever came last."""
    drafts = [
        delivery(30, "2023-03-04", by="A", published="2023-04-01"),
        delivery("20..40", "2023-03", by="B", published="2023-04-02"),
        delivery(30, "2023-03-04", recipient="sesu", by="C", published="2023-04-03"),
        delivery("25..35", "2023-02-20/2023-03-20", by="D", published="2023-04-04"),
        delivery(30, "2023-03-04", by="E", published="2023-04-05"),
    ]
    records = log(*drafts)
    numbers = {record.id: number for number, record in enumerate(records, start=1)}
    hints = [json.loads(each.hint or "") for each in problems(*drafts) if each.code == "probable-duplicate"]
    assert {(numbers[hint["of"]], numbers[hint["duplicate_of"]]) for hint in hints} == {(2, 1), (3, 1), (4, 2), (5, 1)}


# Datasets that may tell of the same.


def entry(dataset: str, amount: int, day: str = "2023-03-01", **fields: Any) -> Draft:
    source = {"publisher": dataset, "published": "2024-12-31", "dataset": dataset}
    return paid(amount, day, ref=f"{dataset} {amount} {day}", **fields) | {"sources": [source]}


def of_datasets(*drafts: Draft, overlaps: tuple[tuple[str, str], ...] = ()) -> list[Problem]:
    names = {each for pair in overlaps for each in pair}
    datasets = {
        slug: Dataset(slug=slug, name=slug, overlaps=[b for a, b in overlaps if a == slug]) for slug in sorted(names)
    }
    known = attrs.evolve(VOCABULARY, datasets=datasets)
    return [each for each in check(log(*drafts), known) if each.code in ("alike-datasets", "probable-duplicate")]


def test_two_datasets_that_are_alike_are_named_once() -> None:
    """However many entries are alike: how many of how many, the nearest two, and the line that declares it."""
    drafts = [entry("fts", number) for number in (1, 2, 3, 9)] + [
        *(entry("iati/jp", number, "2023-03-20") for number in (1, 2)),
        entry("iati/jp", 3, "2023-03-02"),
    ]
    [found] = of_datasets(*drafts)
    assert (found.code, found.severity, found.line) == ("alike-datasets", "warning", 3)
    assert "they have 3 of 4 and 3 of 3 facts with the same kind, donor, item and amount" in found.message
    assert "events.jsonl:7" in found.message
    assert found.hint is not None
    assert json.loads(found.hint[found.hint.index("{") :]) == {"slug": "fts", "name": "fts", "overlaps": ["iati/jp"]}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(entry("fts", 5), id="the same dataset"),
        pytest.param(entry("iati/jp", 6), id="another amount"),
        pytest.param(entry("iati/jp", 5, "2023-04-02"), id="a day that is not close"),
        pytest.param(entry("iati/jp", 5, donor="LT"), id="another donor"),
        pytest.param(entry("iati/jp", 5, kind="commitment"), id="another kind"),
        pytest.param(entry("iati/jp", 5, recipient="LT"), id="another country"),
    ],
)
def test_what_two_datasets_do_not_share(other: Draft) -> None:
    """Same kind, donor, item and amount, and close dates, or nothing is alike."""
    assert not of_datasets(entry("fts", 5, recipient="UA"), other)


def test_datasets_that_are_declared_to_overlap_are_silent() -> None:
    """Directly, from either side, or through others."""
    drafts = entry("fts", 5), entry("iati/jp", 5)
    assert of_datasets(*drafts, overlaps=(("fts", "other"),))
    assert not of_datasets(*drafts, overlaps=(("fts", "iati/jp"),))
    assert not of_datasets(*drafts, overlaps=(("iati/jp", "fts"),))
    assert not of_datasets(*drafts, overlaps=(("fts", "other"), ("iati/jp", "other")))


def test_an_entry_has_one_twin() -> None:
    """Twelve equal months in one dataset are not alike with one payment of another twelve times."""
    months = [entry("fts", 5, f"2023-01-{day:02}") for day in range(1, 13)]
    [found] = of_datasets(*months, entry("iati/jp", 5, "2023-01-05"))
    assert "1 of 12 and 1 of 1 facts" in found.message
    assert "events.jsonl:13" in found.message
    assert found.line in (4, 5)


def test_money_may_be_reported_twice() -> None:
    """A payment is known by its donor, currency and amount; a status is not a sum, and may be reported twice."""
    assert codes(paid(5), paid(5, by="Kyodo News")) == ["warning probable-duplicate"]
    assert not codes(paid(5), paid(6, by="Kyodo News"))
    assert not codes(status("closed", "2023-01-01"), status("closed", "2023-01-01", by="Kyodo News"))


def test_what_is_corroborated_is_not_reported_again() -> None:
    """A report that stands behind both is of two things."""
    second = said("corroboration", None, by="Kyodo News", of="@it")
    assert not codes(delivery(30, label="it"), second, delivery(30, "2023-03", by="Kyodo News"))


def test_many_facts_alike_are_compared_with_so_many_only() -> None:
    """Work is bounded: a group beyond that says that not all were compared with all."""
    many = [delivery(number, "2023", by=f"Outlet {number}") for number in range(1, LOOK_BACK + 12)]
    assert codes(*many) == ["warning not-all-compared"]
    assert not codes(*many[: LOOK_BACK + 1])


# Levels.


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        (observed(30), []),
        (observed(31), ["warning observation-above-counts"]),
        (observed("31.."), ["warning observation-above-counts"]),
        (observed("~31"), []),
        (observed("~61"), ["warning observation-above-counts"]),
        (observed(29), ["warning observation-below-counts"]),
        (observed("..29"), ["warning observation-below-counts"]),
        (observed("~29"), []),
        (observed(10, "2023-02-28"), ["warning observation-above-counts"]),
        (observed(0, "2023-02-28"), []),
        (observed(0, "2023-03-01"), []),
        (observed("30..99", "[..2023-06-01]"), []),
        (observed(31, "2023-06-01", unit="set"), []),
        (observed(31, "2023-06-01") | {"item": "radio"}, ["warning observation-above-counts"]),
        (observed(29, indicator="in-repair"), []),
        (observed(29, location="Bucha"), []),
        (observed(31, location="Bucha"), ["warning observation-above-counts"]),
        (observed(29, recipient="UA"), ["warning observation-below-counts"]),
        (observed(29, recipient="sesu"), []),
        (observed(31, recipient="sesu"), ["warning observation-above-counts"]),
        (observed(30, recipient="sesu"), []),
        (observed(1, recipient="LT"), ["warning observation-above-counts"]),
        (observed(1, donor="LT"), ["warning observation-above-counts"]),
        (observed(1, donor="undp"), ["warning observation-above-counts"]),
        (observed(29, donor="JP"), ["warning observation-below-counts"]),
    ],
)
def test_levels_against_the_counts(observation: Draft, expected: list[str]) -> None:
    """30 trucks came from Japan to Ukraine on 1 March: more were not there, and less not either, afterwards."""
    assert codes(delivery(30), observation) == expected


def test_levels_against_vague_counts() -> None:
    """What may have come reaches any level up to it, and passes none; what was not counted may be any number."""
    assert not codes(delivery(30, "2023"), observed(30), observed(1, "2023-06-02"))
    assert not codes(delivery("1.."), observed(1000))
    uncounted = said("delivery", item="truck")
    assert not codes(delivery(30), uncounted, observed(31))
    assert not codes(delivery(30, "2023-03-01~"), observed(30, "2023-02-01"), observed(1, "2023-06-01"))


def test_levels_follow_what_is_superseded() -> None:
    """A running total of 30 replaces the 12: 42 were never there, and 12 are too few when 30 have come."""
    totals = [delivery(12, "2023-01-10", label="it"), delivery(30, "2023-03-01", supersedes=["@it"])]
    assert not codes(*totals, observed(12, "2023-02-01"), observed(30, "2023-04-01"))
    assert codes(*totals, observed(42, "2023-04-01")) == ["warning observation-above-counts"]
    assert codes(*totals, observed(12, "2023-04-01")) == ["warning observation-below-counts"]
    maybe = [delivery(30, "2023-01-10", label="it"), delivery(12, "2023", supersedes=["@it"])]
    assert not codes(*maybe, observed(12, "2023-06-01"), observed(30, "2023-06-01"))


def test_reversals_take_away() -> None:
    """What was given back is there no more."""
    assert not codes(delivery(30), delivery(-10, "2023-04-01"), observed(20), observed(30, "2023-03-15"))


def test_levels_come_to_what_replay_has_on_those_days() -> None:
    """The 12 that a total of 30 replaces are never beside it; what was given back is gone, and was there before."""
    totals = [delivery(12, "2023-01-10", label="it"), delivery(30, "2023-03-01", supersedes=["@it"])]
    assert codes(*totals, observed(31, "2023")) == ["warning observation-above-counts"]
    given_back = [delivery(30), delivery(-10, "2023-04-01")]
    assert codes(*given_back, observed(21)) == ["warning observation-above-counts"]
    assert codes(*given_back, observed(29, "2023-03-15")) == ["warning observation-below-counts"]


days = st.integers(1, 12).map(lambda day: f"2023-03-{day:02}")
ranges = st.tuples(days, days).map(lambda ends: "/".join(sorted(ends)))
amounts = st.one_of(st.integers(-3, 9), st.just("1.."), st.just("2..4"))


@given(
    st.lists(st.tuples(days | ranges, amounts, st.sampled_from(("JP", "LT")), st.booleans()), min_size=1, max_size=6),
    st.lists(st.tuples(days | ranges, st.integers(0, 30), st.sampled_from((None, "JP"))), min_size=1, max_size=4),
)
def test_levels_are_told_only_where_replay_agrees(
    came: list[tuple[str, int | str, str, bool]], seen: list[tuple[str, int, str | None]]
) -> None:
    """Where a level is out of reach, or passed, it is so in the bounds of replay on every day it may be of."""
    drafts: list[Draft] = []
    for number, (day, quantity, donor, replaces) in enumerate(came):
        link = {"supersedes": [f"@{number - 1}"]} if replaces and number else {}
        drafts.append(delivery(quantity, day, donor=donor, ref=str(number), label=str(number), **link))
    drafts += [
        observed(level, day, ref=f"level {number}") | ({"donor": donor} if donor else {})
        for number, (day, level, donor) in enumerate(seen)
    ]
    records = log(*drafts)
    for problem in check(records, VOCABULARY):
        if problem.code.startswith("observation-"):
            [observation] = (record.event for record in records if record.id == problem.event_id)
            assert isinstance(observation, Observation)
            assert observation.quantity is not None
            where = {"donor": observation.donor} if observation.donor else {}
            first, last = observation.date.earliest, observation.date.latest
            assert first is not None
            assert last is not None
            for offset in range((last - first).days + 1):
                table = replay(records, Counts(where=where), as_of=first + timedelta(days=offset))
                row = table.get("truck")
                low, high = (row.low, row.high) if row else (Decimal(0), Decimal(0))
                if problem.code == "observation-above-counts":
                    assert high is not None
                    assert high < observation.quantity.low
                else:
                    assert low > observation.quantity.low


# All of them.


@given(logs(), st.integers(0, 2**32).map(Random), st.none() | st.just(date(2026, 1, 1)))
def test_any_log_can_be_checked_in_any_order(records: list[Record], random: Random, today: date | None) -> None:
    """No log is too broken to be checked, and shuffling it, or recording it again, finds the same."""
    shuffled = random.sample(records, len(records)) + records

    def found_in(records: list[Record]) -> set[tuple[str | None, ...]]:
        once = "unknown-slug"  # said where a slug is first met
        found = [each for each in check(records, today=today) if each.code != once]
        return {(each.code, each.severity, each.event_id, each.path, each.message) for each in found}

    assert found_in(shuffled) == found_in(records)


def test_problems_stand_in_the_order_of_lines() -> None:
    """As one reads the file."""
    found = problems(delivery(item="boat"), delivery(31, item="cart"), said("training", item="course", quantity=8))
    assert [problem.line for problem in found] == [1, 2, 3]


def test_the_record_has_no_problems() -> None:
    """The story in events/ is in order, whatever the day."""
    timeline = Timeline.open(ROOT / "events")
    for today in (None, date(2026, 11, 21), date(2100, 1, 1)):
        assert check(timeline.records, timeline.vocabulary, today=today) == []


def test_a_long_chain_and_many_facts_are_checked() -> None:
    """No check needs recursion, or time that grows with the square of the log."""
    source = Source(publisher="Rubryka", published="2024-12-31")
    records: list[Record] = []
    for number in range(3000):
        supersedes = records[-1].id if number else ()
        event = Delivery(date="2023", donor="JP", item="truck", quantity=number, supersedes=supersedes, sources=source)
        records.append(Record(record_id(event), RECORDED, event))
    assert {problem.code for problem in check(records, VOCABULARY)} <= {"not-all-compared"}


def test_a_message_has_the_article_of_the_kind() -> None:
    """Of an announcement as of a pledge."""
    drafts = pledge(label="it"), observed(5, fulfils=["@it"])
    [found] = [each for each in problems(*drafts) if each.code == "fulfils-wrong-kind"]
    assert found.message.startswith("an observation fulfils the pledge of 5 Jan 2023")


# The list of checks.


def test_every_check_names_its_codes() -> None:
    """The list of checks can be read: each function's docstring begins with its codes."""
    known = set(BY_NAME)
    for each in CHECKS:
        first = (each.__doc__ or "").splitlines()[0].partition(": ")[0]
        named = re.findall(r"`([a-z-]+)`", first)
        assert named
        assert set(named) <= known


def test_a_hint_is_a_line_of_its_own() -> None:
    """A draft stands alone in its hint, so that `check --json` can be piped into `record`."""
    [found] = problems(delivery(30), delivery(30, by="Kyodo News"))
    assert found.hint is not None
    assert json.loads(found.hint)["kind"] == "retraction"


def test_an_entry_of_a_dataset_in_two_records_is_told() -> None:
    """As two logs have it that were merged; a level and what it replaces are no such thing."""

    def entry(line: int, quantity: int = 5, **more: Any) -> dict[str, Any]:
        source = {"publisher": "A", "published": "2024-12-01", "dataset": "d", "locator": f"line {line}"}
        return delivery(quantity, ref="r", **more) | {"sources": [source]}

    [found] = [each for each in problems(entry(1), entry(2)) if each.code == "same-entry"]
    assert (found.severity, found.path) == ("warning", "$.ref")
    assert json.loads(found.hint or "")["kind"] == "retraction"
    restated = [entry(1) | {"label": "it"}, entry(2, 7, supersedes=["@it"])]
    assert "warning same-entry" not in codes(*restated)
    elsewhere = [entry(1) | {"label": "it"}, entry(2), delivery(7, supersedes=["@it"])]
    assert "warning same-entry" not in codes(*elsewhere)
