"""Flows of money between projects, as both sides tell of them; and sums that add up money which was passed on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st
from iatifiles import NOW, activity, file, org, transaction

from aidtimeline import EventLog, MemoryLog, Timeline, report
from aidtimeline.cli import application
from aidtimeline.events import Commitment, Disbursement, Event, Receipt, Source
from aidtimeline.formats.importing.importer import import_file
from aidtimeline.projections import Flows
from aidtimeline.testing import check_projection

SOURCE = Source(publisher="A", published="2024-12-31")


def paid(amount: int, date: str = "2023-02-01", **more: Any) -> Disbursement:
    fields = {"project": "grant", "counterpart": "clinic", **more}
    return Disbursement(date=date, value=f"USD {amount}", sources=SOURCE, **fields)


def got(amount: int, date: str = "2023-02-03", **more: Any) -> Receipt:
    fields = {"project": "clinic", "counterpart": "grant", **more}
    return Receipt(date=date, value=f"USD {amount}", side="receiver", sources=SOURCE, **fields)


def flows(*events: Event, **where: str) -> list[tuple[Any, ...]]:
    """Both ends of each flow, both amounts, and how it is told."""
    log = MemoryLog()
    log.append(events)
    found = Timeline(log.read()).as_of("2024-12-31").flows(where or None)
    return [
        (row.source, row.target, row.given and str(row.given), row.received and str(row.received), row.reported)
        for row in found
    ]


@pytest.mark.parametrize(
    ("given_side", "received_side", "told"),
    [
        (paid(100), got(100), [("grant", "clinic", "100", "100", "same")]),
        (paid(100), got(100, counterpart=None), [("grant", "clinic", "100", "100", "same")]),
        (paid(100, counterpart=None), got(100), [("grant", "clinic", "100", "100", "same")]),
        (paid(100), got(98), [("grant", "clinic", "100", "98", "differs")]),
        (paid(100), got(98, "2023-09-01"), [
            ("grant", "clinic", "100", None, "provider"), ("grant", "clinic", None, "98", "receiver")]),
        (paid(100), got(100, "2023-09-01"), [
            ("grant", "clinic", "100", None, "provider"), ("grant", "clinic", None, "100", "receiver")]),
        (paid(100, counterpart=None), got(98), [("grant", "clinic", None, "98", "receiver")]),
        (paid(100, counterpart=None, recipient="x"), got(100, recipient="y"), [
            ("grant", "clinic", None, "100", "receiver")]),
        (paid(100, counterpart="school"), got(100), [
            ("grant", "clinic", None, "100", "receiver"), ("grant", "school", "100", None, "provider")]),
        (paid(100, counterpart=None), got(100, counterpart=None), []),
    ],
)  # fmt: skip
def test_a_flow_is_told_by_both_sides_or_by_one(given_side: Event, received_side: Event, told: Any) -> None:
    """They are one by the projects that they name, the amount and the days; in whichever order they are recorded."""
    assert flows(given_side, received_side) == told
    assert flows(received_side, given_side) == told


def test_commitments_of_both_sides_are_one_and_no_payment(tmp_path: Path) -> None:
    """Each kind by itself; each fact is of one flow at most, the same amounts before others."""
    both: Any = {"date": "2023-02-01", "value": "USD 100", "sources": SOURCE}
    promised = [
        Commitment(project="grant", counterpart="clinic", **both),
        Commitment(project="clinic", counterpart="grant", side="receiver", **both),
    ]
    found = flows(*promised, paid(100), paid(40), got(39), got(40, "2023-02-20"))
    assert sorted(found, key=str) == [
        ("grant", "clinic", "100", "100", "same"),
        ("grant", "clinic", "100", "39", "differs"),
        ("grant", "clinic", "40", "40", "same"),
    ]
    assert flows(paid(100), got(100), counterpart="clinic") == [("grant", "clinic", "100", None, "provider")]


DAYS = st.integers(1, 28).map(lambda day: f"2023-02-{day:02}")


@given(
    st.lists(st.tuples(st.integers(1, 3), DAYS, st.booleans()), max_size=6),
    st.lists(st.tuples(st.integers(1, 3), DAYS, st.booleans()), max_size=6),
)
def test_each_fact_is_of_one_flow(givers: list[tuple[int, str, bool]], takers: list[tuple[int, str, bool]]) -> None:
    """None that names the chain is lost or told twice, and amounts that can be matched are."""
    events: list[Event] = []
    for make, other, side in ((paid, "clinic", givers), (got, "grant", takers)):
        for ref, (n, day, named) in enumerate(side):
            events.append(make(n, day, counterpart=other if named else None, ref=str(ref)))
    found = flows(*events)
    for column, side in ((2, givers), (3, takers)):
        told = sorted(int(row[column]) for row in found if row[column] is not None)
        naming, every = sorted(n for n, _, name in side if name), sorted(n for n, _, _ in side)
        assert all(told.count(n) >= naming.count(n) for n in naming)
        assert all(told.count(n) <= every.count(n) for n in told)
    for n in (1, 2, 3):
        both = min(*(sum(amount == n and name for amount, _, name in side) for side in (givers, takers)))
        assert sum(row[2] == row[3] == str(n) for row in found) >= both


def test_the_laws_hold() -> None:
    """It may be asked in parts, in any order."""
    check_projection(Flows(), examples=20, bounds=False)


DONOR = '<reporting-org ref="XM-D" type="10"/>'


def files(folder: Path, *, named_by_donor: bool, named_by_receiver: bool) -> list[Path]:
    """A donor's grant of 100, and 90 of it that an organisation passes on."""
    to = org("receiver-org", "XM-N", receiver_activity_id="XM-N-A" if named_by_donor else None)
    come = org("provider-org", "XM-D", provider_activity_id="XM-D-G" if named_by_receiver else None)
    reporter = '<reporting-org ref="XM-N" type="21"/>'
    texts = {
        "donor": activity(transaction("3", "100", "2022-02-01", to), id="XM-D-G", reporter=DONOR),
        "receiver": activity(
            transaction("1", "100", "2022-02-03", come),
            transaction("3", "90", "2022-03-01", org("receiver-org", "XM-L")),
            id="XM-N-A",
            reporter=reporter,
        ),
    }
    paths = [folder / f"{name}.xml" for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(file(text), encoding="utf-8")
    return paths


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(("by_donor", "by_receiver"), [(True, True), (False, True), (True, False)])
def test_money_that_is_passed_on_is_never_added_up_unsaid(
    tmp_path: Path, order: int, by_donor: bool, by_receiver: bool
) -> None:
    """Where who passes it on names its funder the sum is bounds; whoever names the other, the chain is named below."""
    for path in files(tmp_path, named_by_donor=by_donor, named_by_receiver=by_receiver)[::order]:
        import_file(tmp_path / "log", "iati", path, recorded_at=NOW)
    view = Timeline.open(tmp_path / "log").as_of("2024-01-01")
    table = view.money(kind="disbursement")
    assert str(table.rows[0].bounds) == ("100 to 190" if by_receiver else "190")
    said = "passed on: what goes from XM-D-G to XM-N-A is in these sums"
    assert said in str(table)
    assert [(row.source, row.target, row.reported) for row in view.flows()] == [("XM-D-G", "XM-N-A", "same")]
    for lone in ("XM-D-G", "XM-N-A"):
        alone = view.money(kind="disbursement", where={"project": lone})
        assert "passed on" not in str(alone)
        assert alone.rows[0].low == alone.rows[0].high
    assert "passed on" not in str(view.money(kind="receipt"))


def test_flows_are_shown_on_the_command_line(tmp_path: Path) -> None:
    """As a table and as JSON, with the reports of both sides."""
    EventLog(tmp_path).append([paid(100), got(98), got(5, counterpart="elsewhere")])
    words = ["--log", str(tmp_path), "flows", "--as-of", "2024-12-31"]
    page = CliRunner().invoke(application, words).stdout
    assert page.splitlines()[3:] == [
        "from       to      what     given on      given  received on  received  reported",
        "─────────  ──────  ───────  ──────────  ───────  ───────────  ────────  ────────────────────────",
        "elsewhere  clinic  payment                    –  3 Feb 2023      USD 5  only who gets it says so",
        "grant      clinic  payment  1 Feb 2023  USD 100  3 Feb 2023     USD 98  both, of other amounts",
    ]
    rows = json.loads(CliRunner().invoke(application, [*words, "--json"]).stdout)["rows"]
    assert [(row["source"], row["target"], row["given"], row["reported"]) for row in rows] == [
        ("elsewhere", "clinic", None, "receiver"),
        ("grant", "clinic", {"low": 100, "high": 100}, "differs"),
    ]
    nothing = CliRunner().invoke(application, [*words, "--where", "counterpart="]).stdout
    assert "names the project at its other end" in nothing
    assert report.text(Timeline.open(tmp_path).as_of("2024-12-31").flows()).splitlines()[3:] == page.splitlines()[3:]
