"""`explain`, `diff`, `fulfilment` and `series` on the command line: their JSON to the letter, and what people read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result

from aidtimeline import (
    Correction,
    Corroboration,
    Counts,
    Delivery,
    Disbursement,
    EventLog,
    MoneySums,
    Participation,
    Pledge,
    ProjectStates,
    Record,
    Retraction,
    Source,
    Status,
    Timeline,
    replay,
)
from aidtimeline.cli import application
from aidtimeline.report import look

EVENTS = Path(__file__).parent.parent / "events"
MACHINES = ["--where", "item=mechanical-demining-machine", "--as-of", "2024-07-31"]
ARTICLES = [
    *("--from-as-of", "2023-11-28", "--from-known-at", "2023-11-25"),
    *("--to-as-of", "2023-11-28", "--to-known-at", "2023-11-28"),
]


def run(*words: str, log: Path = EVENTS, columns: str | None = None) -> Result:
    result = CliRunner(env={"COLUMNS": columns}).invoke(application, ["--log", str(log), *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def answered(*words: str, log: Path = EVENTS) -> Any:
    result = run(*words, "--json", log=log)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with a raised pledge, linked and other deliveries, several units and currencies, states and roles."""

    def source(day: str) -> Source:
        return Source(publisher="Kyodo News", published=day)

    log = EventLog(tmp_path / "events")
    [first] = log.append(
        Pledge(date="2023-02-01", donor="JP", item="truck", quantity=100, sources=source("2023-02-01"))
    )
    [raised] = log.append(
        Pledge(
            date="2023-03", donor="JP", item="truck", quantity=150, supersedes=first.id, sources=source("2023-03-31")
        )
    )
    log.append(
        [
            Delivery(
                date="2023-06/2023-08",
                donor="JP",
                item="truck",
                quantity="2..4",
                fulfils=raised.id,
                sources=source("2023-09-01"),
            ),
            Delivery(
                date="2023-05-05", donor="JP", item="rope", unit="metre", quantity="11.5", sources=source("2023-05-06")
            ),
            Disbursement(date="2023", donor="JP", value="USD 1000.50", sources=source("2024-01-02")),
            Disbursement(date="2023-07-01", donor="JP", value="EUR 7", sources=source("2023-07-01")),
            Status(date="2023-01", project="hd", status="pipeline", sources=source("2023-02-01")),
            Status(date="2023-06", project="hd", status="implementation", sources=source("2023-07-01")),
            Status(date="2023-06", project="it", status="pipeline", sources=source("2023-07-01")),
            Participation(date="2023-06", project="hd", party="LT", role="lead", sources=source("2023-07-01")),
        ]
    )
    return tmp_path / "events"


# explain


def test_an_explanation_is_the_contract_to_the_letter() -> None:
    """The cuts, the number, and the facts; each with its sources, and with what each of them says."""
    whole = answered("explain", *MACHINES)

    assert list(whole) == ["as_of", "known_at", "low", "high", "facts"]
    assert (whole["as_of"], whole["known_at"], whole["low"], whole["high"]) == ("2024-07-31", None, 2, 4)
    [fact] = whole["facts"]
    assert list(fact) == ["id", "kind", "date", "certain", "disputed", "low", "high", "sources"]
    assert list(fact.values())[1:7] == ["delivery", "2024-07-09/2024-07-10", True, True, 2, 4]
    assert [list(each) for each in fact["sources"]] == [
        ["publisher", "title", "url", "published", "attribution", "date", "quantity", "value", "record"]
    ] * 5


def test_five_reports_of_one_handover_are_distinguished() -> None:
    """All five are named with the day and number of each, in JSON and on the page."""
    [fact] = answered("explain", *MACHINES)["facts"]

    accounts = {(each["publisher"], each["date"], each["quantity"]) for each in fact["sources"]}
    assert accounts == {
        ("Censor.net", "2024-07-09", "2"),
        ("demine.gov.ua", "2024-07-09", "2"),
        ("Yomiuri", "2024-07-09", "4"),
        ("Japan Times", "2024-07-09", "4"),
        ("pledgetimes", "2024-07-10", "4"),
    }
    page = run("explain", *MACHINES).stdout
    assert "the reports disagree on its date and quantity:" in page
    for each in fact["sources"]:
        assert each["url"] in page
        assert re.search(rf"- {each['quantity']} \({int(each['date'][8:])} Jul 2024\): {each['publisher']}", page)


def test_the_named_facts_are_enough(log: Path) -> None:
    """What a journalist does: keep the lines of the named facts, ask again, and get the same number."""
    for day in ("2023-03-15", "2023-12-31"):
        whole = answered("explain", "--kind", "pledge", "--as-of", day, log=log)
        ids = {fact["id"] for fact in whole["facts"]}
        kept = [record for record in EventLog(log).read() if record.id in ids]
        [row] = replay(kept, Counts(by=(), kind="pledge"), as_of=day).rows
        assert (whole["low"], whole["high"]) == (row.bounds.low, row.bounds.high)


@pytest.mark.parametrize(
    ("words", "ask"),
    [
        (["--kind", "pledge"], lambda view: view.counts(by=(), kind="pledge").explain()),
        (["--where", "item=truck"], lambda view: view.counts(by=(), where={"item": "truck"}).explain()),
        (["--where", "unit=metre"], lambda view: view.counts(by=(), where={"unit": "metre"}).explain("metre")),
        (
            ["--money", "--where", "currency=EUR"],
            lambda view: view.money(where={"currency": "EUR"}).explain(("disbursement", "EUR")),
        ),
    ],
)
@pytest.mark.parametrize("cuts", [{}, {"known_at": "2023-09-02"}])
def test_every_explanation_is_the_python_api_s(
    log: Path, words: list[str], ask: Callable[[Any], Any], cuts: dict[str, str]
) -> None:
    """The command line shows the reasons that the API gives, in its order."""
    options = [word for key, value in cuts.items() for word in ("--" + key.replace("_", "-"), value)]
    whole = answered("explain", "--as-of", "2023-08-01", *words, *options, log=log)
    explanation = ask(Timeline.open(log).as_of("2023-08-01", **cuts))

    assert (whole["low"], whole["high"]) == tuple(
        end if end is None or isinstance(number, int) else str(end)
        for end, number in zip(
            (explanation.answer.low, explanation.answer.high), (whole["low"], whole["high"]), strict=True
        )
    )
    assert [(fact["id"], fact["certain"], fact["date"]) for fact in whole["facts"]] == [
        (reason.id, reason.certain, reason.date.text) for reason in explanation.reasons
    ]


def test_what_only_replaces_adds_nothing(log: Path) -> None:
    """It is among the facts, with low and high 0."""
    EventLog(log).append(
        [
            Delivery(
                date="2023-08-15/2023-12",
                item="car",
                quantity=7,
                supersedes=[record.id for record in EventLog(log).read() if record.event.kind == "delivery"],
                sources=Source(publisher="Kyodo News"),
            )
        ]
    )
    facts = answered("explain", "--where", "item=truck", "--as-of", "2023-09-01", log=log)["facts"]

    assert [(fact["low"], fact["high"], fact["certain"]) for fact in facts] == [(2, 4, False), (0, 0, False)]
    assert (
        "may replace what counts: delivery"
        in run("explain", "--where", "item=truck", "--as-of", "2023-09-01", log=log).stdout
    )


def test_a_state_is_explained(log: Path) -> None:
    """--field names it: possible values, null first, and the facts that set them."""
    words = ["--where", "project=hd", "--as-of", "2023-06-15"]
    whole = answered("explain", "--field", "status", *words, log=log)
    view = Timeline.open(log).as_of("2023-06-15")
    explanation = view.explain(ProjectStates(), ("hd", "status"))

    assert list(whole) == ["as_of", "known_at", "values", "facts"]
    assert whole["values"] == ["implementation", "pipeline"] == sorted(explanation.answer)  # type: ignore[arg-type, type-var]
    assert [(fact["id"], fact["states"], fact["certain"]) for fact in whole["facts"]] == [
        (reason.id, reason.states, reason.certain) for reason in explanation.reasons
    ]
    assert answered("explain", "--field", "role", *words, log=log)["values"] == [None, True]
    assert (
        "status, where project is hd: implementation, or pipeline\n"
        in run("explain", "--field", "status", *words, log=log).stdout
    )


def test_a_fact_is_explained_by_its_id(log: Path) -> None:
    """Ids may be shortened; the id of another account stands for its fact; several ids are summed."""
    truck, rope = (each for each in EventLog(log).read() if each.event.kind == "delivery")
    as_of = ["--as-of", "2023-12-31"]

    assert [fact["id"] for fact in answered("explain", truck.id[:9], *as_of, log=log)["facts"]] == [truck.id]
    assert answered("explain", rope.id, *as_of, log=log)["low"] == "11.5"
    fact = answered("explain", "9bfadf9c", "--as-of", "2024-07-31")["facts"][0]
    assert fact["id"] == "105023d14d291aae147b26021c5246dd"
    assert answered("explain", "232ed3bf", "d8aa0609", "--as-of", "2024-07-31")["low"] == 22


WRONG = [
    (["--where", "item=trucks"], "did you mean truck?"),
    (["--where", "item=truck", "--where", "donor=JPP"], "did you mean JP?"),
    (["--where", "item=truck", "--as-of", "2022-01-01"], "nothing counts"),
    (["--where", "item=balloon"], "no item is 'balloon' in this log"),
    (["--where", "role=lead"], "no such fact is reported to have happened by then"),
    (["--fulfilment", "--where", "item=balloon"], "no item is 'balloon' in this log"),
    (["--level", "--where", "item=balloon"], "no item is 'balloon' in this log"),
    ([], "narrow by --where unit= or --where unit=metre"),
    (["--money"], "narrow by --where currency=EUR or --where currency=USD"),
    (["--kind", "pledge", "--kind", "delivery"], "narrow by --kind delivery or --kind pledge"),
    (["--field", "status"], "narrow by --where project=hd or --where project=it"),
    (["--field", "status", "--where", "project=hdd"], "did you mean hd?"),
    (["--field", "status", "--money"], "--field"),
    (["--field", "colour"], "colour"),
    (["--by", "item"], "--by"),
    (["0123"], "0123"),
    (["xyz"], "xyz"),
    (["0" * 32], "no fact"),
]


@pytest.mark.parametrize(("words", "named"), WRONG, ids=str)
def test_what_cannot_be_explained_says_so(log: Path, words: list[str], named: str) -> None:
    """Exit code 2 and one line, which names the nearest values of an unknown one, or how to narrow several answers."""
    result = run("explain", *words, log=log)

    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch("aidtimeline[^\n]+\n", result.stderr)
    assert named in result.stderr


def test_what_does_not_count_says_why(tmp_path: Path) -> None:
    """Who withdrew it, when and why; what replaced it; that it was not known or recorded, or had not happened."""
    log = EventLog(tmp_path)
    paper = Source(publisher="Kyodo News", published="2023-02-01")
    [first] = log.append(Pledge(date="2023-01-10", item="truck", quantity=10, sources=paper))
    [other] = log.append(Pledge(date="2023-01-20", item="truck", quantity=12, supersedes=first.id, sources=paper))
    news = Source(publisher="NHK", published="2023-12-01")
    [gone] = log.append(Retraction(of=other.id, reason="never seen", sources=news))
    [seen] = log.append(Delivery(date="2023-01-10", item="truck", quantity=1, sources=paper))
    [slip] = log.append(Retraction(of=seen.id, reason="a slip"), recorded_at=datetime(2026, 11, 21, 10, tzinfo=UTC))

    def refused(record: Record, *cuts: str) -> str:
        result = run("explain", record.id, "--as-of", "2023-06-01", *cuts, log=tmp_path)
        assert (result.exit_code, result.stdout) == (2, "")
        return result.stderr.removeprefix("aidtimeline: ").strip()

    assert refused(other) == f"{other.id} was withdrawn: retraction {gone.id} (NHK, 1 Dec 2023): never seen"
    assert refused(gone).endswith(
        f"states no fact, but is the retraction {gone.id} of {other.id} (NHK, 1 Dec 2023): never seen"
    )
    assert refused(seen).endswith(f"retraction {slip.id} (a repair, recorded on 21 Nov 2026): a slip")
    early = "--known-at", "2023-03-01"
    assert refused(first, *early).endswith(f"{first.id} had been replaced by then, by {other.id}")
    assert refused(other, "--known-at", "2023-01-31").endswith("not known by then: its first report is of 1 Feb 2023")
    assert refused(first, "--as-of", "2023-01-01").endswith("had not happened by then: it is dated 10 Jan 2023")
    assert "not in the log by then" in refused(first, "--recorded-until", "2020-01-01")


def test_repairs_that_disagree_are_all_named(tmp_path: Path) -> None:
    """A record that one repair corrects and a later one withdraws: the one that decides, then the other."""
    log, paper = EventLog(tmp_path), Source(publisher="Kyodo News", published="2023-02-01")
    van = Delivery(date="2023-01-10", item="van", quantity=4, sources=paper)
    [seen] = log.append(van)
    fixed = Correction(of=seen.id, event=attrs.evolve(van, quantity=5), reason="misread")
    [mended] = log.append(fixed, recorded_at=datetime(2026, 11, 21, tzinfo=UTC))
    [gone] = log.append(Retraction(of=seen.id, reason="a slip"), recorded_at=datetime(2026, 11, 22, tzinfo=UTC))

    said = run("explain", seen.id, "--as-of", "2023-06-01", log=tmp_path).stderr

    assert f"was withdrawn: retraction {gone.id} (a repair, recorded on 22 Nov 2026): a slip." in said
    assert f"says otherwise: correction {mended.id} (a repair, recorded on 21 Nov 2026): misread" in said


def test_a_fact_without_a_number_says_so(log: Path) -> None:
    """A disbursement has no quantity, but a value."""
    [paid, *_] = (each for each in EventLog(log).read() if each.event.kind == "disbursement")

    refused = run("explain", paid.id, "--as-of", "2024-01-31", log=log)
    assert (refused.exit_code, "--money" in refused.stderr) == (2, True)
    assert answered("explain", paid.id, "--money", "--as-of", "2024-01-31", log=log)["low"] == "1000.5"


# diff


def test_a_diff_is_the_contract_to_the_letter() -> None:
    """Both views with their rows, and the parts with key, unit, cause, ids, and how the ends change."""
    whole = answered("diff", *ARTICLES)

    assert list(whole) == ["from", "to", "parts"]
    for side, known_at in (("from", "2023-11-25"), ("to", "2023-11-28")):
        assert list(whole[side]) == ["as_of", "known_at", "low", "high", "rows"]
        assert (whole[side]["as_of"], whole[side]["known_at"]) == ("2023-11-28", known_at)
        assert (whole[side]["low"], whole[side]["high"]) == (None, None)
        assert whole[side]["rows"] == answered("counts", "--as-of", "2023-11-28", "--known-at", known_at)["rows"]
    assert [list(part) for part in whole["parts"]] == [["item", "unit", "cause", "ids", "low", "high", "open"]] * 5


def test_what_two_articles_added() -> None:
    """Trucks, vehicles, cars, sappers' equipment, and detectors that may be those of before: all newly known."""
    parts = answered("diff", *ARTICLES)["parts"]

    assert [(part["item"], part["low"], part["high"], part["open"]) for part in parts] == [
        ("mine-detector", 0, None, "after"),
        ("pyrotechnic-team-car", 1, None, "after"),
        ("pyrotechnic-vehicle", 12, 12, None),
        ("sapper-equipment", 1, None, "after"),
        ("truck", 30, 30, None),
    ]
    assert {part["cause"] for part in parts} == {"newly known"}
    page = run("diff", *ARTICLES).stdout
    assert "Truck (truck): 0 → 30: newly known  [c7e1bd20]\n" in page
    assert (
        "from  as of 28 Nov 2023 · as known on 25 Nov 2023\nto    as of 28 Nov 2023 · as known on 28 Nov 2023\n" in page
    )


def test_a_diff_reads_as_people_say_it() -> None:
    """A line a sum: from, to, and why; what did not change is counted."""
    page = run("diff", "--from-as-of", "2023-01-01", "--to-as-of", "2023-11-28", "--where", "recipient=sesu").stdout

    assert page.startswith("what changed: delivery by item, where recipient is sesu\nfrom  as of 1 Jan 2023 · with all")
    assert "Truck (truck): 0–30 → 30: became certain  [c7e1bd20]\n" in page
    same = run("diff", "--from-as-of", "2023-11-28", "--to-as-of", "2023-11-28").stdout
    assert same.endswith("\n\nnothing\n")


@pytest.mark.parametrize(
    ("words", "sums"),
    [
        ([], Counts()),
        (["--kind", "pledge"], Counts(kind="pledge")),
        (["--total", "--where", "unit="], Counts(by=(), where={"unit": None})),
        (["--by", "donor", "--kind", "pledge", "--kind", "delivery"], Counts(by="donor", kind=["pledge", "delivery"])),
        (["--money"], MoneySums()),
        (["--money", "--by", "donor"], MoneySums(by="donor")),
    ],
)
def test_every_diff_is_the_python_api_s(log: Path, words: list[str], sums: Counts | MoneySums) -> None:
    """The parts are those of `View.diff`, and the lows of the views differ by what they add up to."""
    whole = answered("diff", "--from-as-of", "2023-03-15", "--to-as-of", "2023-07-15", *words, log=log)
    timeline = Timeline.open(log)
    changes = timeline.as_of("2023-03-15").diff(timeline.as_of("2023-07-15"), sums)

    assert [(part["cause"], part["ids"], Decimal(part["low"])) for part in whole["parts"]] == [
        (change.cause, list(change.ids), change.low) for change in changes
    ]
    assert [[part[name] for name in sums.names] for part in whole["parts"]] == [list(each.key) for each in changes]
    assert all(("unit" in part) is ("currency" not in part) for part in whole["parts"])
    if whole["to"]["low"] is not None:
        lows = [Decimal(whole[side]["low"]) for side in ("from", "to")]
        assert lows[1] - lows[0] == sum(Decimal(part["low"]) for part in whole["parts"])


def test_sides_are_summed_where_they_count_one_thing(log: Path) -> None:
    """Rows of one unit are added up, with open ends too; rows of several units, kinds or currencies are not."""

    def ends(*words: str) -> list[list[Any]]:
        whole = answered("diff", "--from-as-of", "2022-12-31", "--to-as-of", "2023-12-31", *words, log=log)
        return [[whole[side]["low"], whole[side]["high"]] for side in ("from", "to")]

    assert ends("--where", "item=truck") == [[0, 0], [2, 4]]
    assert ends("--where", "item=nothing") == [[0, 0], [0, 0]]
    assert ends() == ends("--money") == ends("--kind", "pledge", "--kind", "delivery") == [[None, None]] * 2
    assert ends("--money", "--where", "currency=USD") == [[0, 0], ["1000.5", "1000.5"]]
    assert ends("--total", "--where", "unit=metre") == [[0, 0], ["11.5", "11.5"]]


def test_both_views_have_the_same_day_by_default(log: Path) -> None:
    """With dates of knowledge only, both views are of the same day."""
    whole = answered("diff", "--from-known-at", "2023-02-28", "--to-as-of", "2023-12-31", "--kind", "pledge", log=log)

    assert whole["from"]["as_of"] == whole["to"]["as_of"] == "2023-12-31"
    assert [(part["cause"], part["low"]) for part in whole["parts"]] == [("superseded", 50)]
    old = answered("diff", "--from-recorded-until", "2020-01-01", "--to-as-of", "2023-12-31", log=log)
    assert {part["cause"] for part in old["parts"]} == {"newly known"}


def test_a_sum_of_several_parts_is_shown_with_its_total(log: Path) -> None:
    """The change of the whole stands above its parts, and rows that stay are counted."""
    page = run(
        "diff", "--from-as-of", "2023-01-01", "--to-as-of", "2023-12-31", "--by", "donor", "--money", log=log
    ).stdout

    assert re.search(r"\ndisbursement, JP: EUR 0 → 7: happened  \[\w{8,}\]\n", page)
    assert re.search(r"\ndisbursement, JP: USD 0–1,000.5 → 1,000.5: became certain  \[\w{8,}\]\n", page)
    EventLog(log).append(
        Delivery(date="2023-07", item="truck", quantity=1, sources=Source(publisher="Yomiuri", published="2023-08-01"))
    )
    page = run("diff", "--from-as-of", "2023-06-15", "--to-as-of", "2023-12-31", log=log).stdout
    assert re.search(r"\ntruck: 0–4 → 3–5\n  0 → 1: happened  \[\w+\]\n  0–4 → 2–4: became certain  \[\w+\]\n", page)
    assert page.endswith("unchanged: 1 other row\n")


# fulfilment


def test_22_pledged_2_to_4_delivered_18_to_20_outstanding() -> None:
    """On events/, by 31 July 2024, with the days on which they are due."""
    whole = answered("fulfilment", "--as-of", "2024-07-31", "--matches")

    assert list(whole) == ["as_of", "known_at", "rows", "about"]
    assert [len(each["sources"]) for each in whole["about"]][:1] == [1]
    [row] = [row for row in whole["rows"] if row["item"] == "mechanical-demining-machine"]
    assert [row[name] for name in ("promised", "linked", "outstanding")] == [
        {"low": 22, "high": 22},
        {"low": 2, "high": 4},
        {"low": 18, "high": 20},
    ]
    assert row["due"] == ["../2024-12-31", "../2025-04"]
    assert {match["match"] for match in row["matches"]} == {"linked"}
    page = run("fulfilment", "--as-of", "2024-07-31", "--matches").stdout
    assert re.search(r"JP → sesu +mechanical-demining-machine +22 +2–4 +0 +18–20 +0 +– +disputed", page)
    assert re.search(r"d8aa0609 +105023d1 +0 to 4 +linked +at least 86 days", page)


def test_fulfilment_is_explained_and_compared() -> None:
    """Why a row is what it is, and what changed; a row has to be named, and the options of sums do not go with it."""
    row = answered("explain", "--fulfilment", "--as-of", "2024-07-31", "--where", "item=mechanical-demining-machine")
    assert (row["low"], row["high"], row["promised"]) == (18, 20, {"low": 22, "high": 22})
    assert [each["part"] for each in row["facts"]] == ["promised", "promised", "linked"]
    assert row["excluded"] == []
    changed = answered("diff", "--fulfilment", "--from-as-of", "2024-06-30", "--to-as-of", "2024-07-31")
    assert [(each["of"], each["cause"], each["low"], each["high"]) for each in changed["parts"]] == [
        ("linked", "happened", 2, 4)
    ]
    [outstanding] = changed["outstanding"]
    assert (outstanding["from"], outstanding["to"]) == ({"low": 22, "high": 22}, {"low": 18, "high": 20})
    for wrong in (
        ["explain", "--fulfilment"],
        ["explain", "--fulfilment", "--money"],
        ["diff", "--fulfilment", "--money"],
    ):
        assert run(*wrong).exit_code == 2


@pytest.mark.parametrize("day", ["2023-03-15", "2023-12-31"])
def test_fulfilment_is_the_python_api_s(log: Path, day: str) -> None:
    """The rows are those of `View.fulfilment`, also where promises are chosen."""
    view = Timeline.open(log).as_of(day)

    assert answered("fulfilment", "--as-of", day, log=log)["rows"] == look(view.fulfilment()).json()["rows"]
    assert answered("fulfilment", "--as-of", day, "--where", "item=rope", log=log)["rows"] == []
    assert "Nothing: " in run("fulfilment", "--as-of", day, "--where", "item=rope", log=log).stdout


# series


def test_a_series_is_the_contract_to_the_letter(log: Path) -> None:
    """The by fields, the unit, and the steps: a day or null, low, high."""
    whole = answered("series", log=log)

    assert whole == {
        "as_of": None,
        "known_at": None,
        "rows": [
            {"item": "rope", "unit": "metre", "steps": [["2023-05-05", "11.5", "11.5"]]},
            {"item": "truck", "unit": None, "steps": [["2023-06-01", 0, 4], ["2023-08-31", 2, 4]]},
        ],
    }
    [euro, dollar] = answered("series", "--money", log=log)["rows"]
    assert euro == {"kind": "disbursement", "currency": "EUR", "steps": [["2023-07-01", 7, 7]]}
    assert dollar["steps"] == [["2023-01-01", 0, "1000.5"], ["2023-12-31", "1000.5", "1000.5"]]


def test_a_series_starts_where_nobody_says_when() -> None:
    """A step since ever has no day."""
    [row] = answered("series", "--where", "item=truck")["rows"]

    assert row["steps"] == [[None, 0, 30], ["2023-11-28", 30, 30]]
    page = run("series", "--where", "item=truck").stdout
    assert re.search(r"truck +Truck +ever +0 to 30\n +28 Nov 2023 +30\n$", page)


@pytest.mark.parametrize("options", [[], ["--known-at", "2023-08-01"], ["--kind", "pledge", "--total"]])
def test_a_series_is_on_every_day_what_counts_are(log: Path, options: list[str]) -> None:
    """Each step holds until the next."""
    rows = answered("series", *options, log=log)["rows"]
    for day in ("2023-02-28", "2023-03-15", "2023-05-31", "2023-06-01", "2023-08-31", "2024-12-31"):
        counts = answered("counts", "--as-of", day, *options, log=log)["rows"]
        held = {
            (row.get("item"), row["unit"]): ([step[1:] for step in row["steps"] if step[0] <= day] or [[0, 0]])[-1]
            for row in rows
        }
        counted = {(row.get("item"), row["unit"]): [row["low"], row["high"]] for row in counts}
        assert {key: value for key, value in held.items() if value != [0, 0]} == counted


def test_a_series_by_period_and_up_to_a_day(log: Path) -> None:
    """--every gives the end of each period, --as-of the last day."""
    truck = ["--where", "item=truck"]

    [row] = answered("series", *truck, "--every", "quarter", log=log)["rows"]
    assert row["steps"] == [["2023-06-30", 0, 4], ["2023-09-30", 2, 4]]
    whole = answered("series", *truck, "--every", "month", "--as-of", "2023-07-15", log=log)
    assert whole["as_of"] == "2023-07-15"
    assert whole["rows"][0]["steps"] == [["2023-06-30", 0, 4], ["2023-07-15", 0, 4]]
    [row] = answered("series", *truck, "--as-of", "2023-07-15", log=log)["rows"]
    assert row["steps"] == [["2023-06-01", 0, 4]]
    assert answered("series", "--as-of", "1990-01-01", log=log)["rows"] == []
    assert "Nothing: " in run("series", "--as-of", "1990-01-01", log=log).stdout
    assert "end of quarter" in run("series", "--every", "quarter", log=log).stdout
    assert run("series", "--every", "week", log=log).exit_code == 2


# all of them


@pytest.mark.parametrize(
    "words",
    [
        ["explain", "--kind", "pledge"],
        ["diff", "--from-as-of", "2023-02-01", "--kind", "pledge"],
        ["fulfilment"],
        ["series"],
    ],
    ids=lambda words: words[0],
)
def test_problems_are_mentioned_on_stderr(log: Path, words: list[str]) -> None:
    """Broken lines stop it, unless they are skipped; what replay ignores is mentioned, and changes no answer."""
    before = run(*words, "--json", log=log)
    EventLog(log).append(Retraction(of="0" * 32))
    answer = run(*words, "--json", log=log)
    assert answer.stdout == before.stdout
    assert "aidtimeline check" in answer.stderr

    with (log / "events.jsonl").open("a") as file:
        file.write("nonsense\n")
    assert run(*words, log=log).exit_code == 1
    skipped = run(*words, "--skip-problems", "--json", log=log)
    assert (skipped.exit_code, skipped.stdout) == (0, before.stdout)
    assert "skipped" in skipped.stderr


def test_pages_fit_the_terminal() -> None:
    """No line is longer than the terminal is wide, if its text can be broken."""
    page = run("explain", "--where", "item=truck", "--as-of", "2023-11-28", columns="60").stdout

    assert max(map(len, page.splitlines()[2:])) <= 60


def test_an_explanation_says_which_share_is_whose(tmp_path: Path) -> None:
    """The part that a fact adds, and beside it the places and sectors that share it."""
    location, sector = {"KE": 60, "UG": None}, {"72040": 70, "12220": 30}
    paid = Disbursement(date="2023", value="USD 100", location=location, sector=sector, sources=[Source(publisher="A")])
    EventLog(tmp_path).append(paid)
    page = run("explain", "--money", "--where", "location=KE", log=tmp_path).stdout
    assert "USD 60, for sure: disbursement, 2023" in page
    assert "location KE 60 %, UG unstated · sector 12220 30 %, 72040 70 %" in page


def test_an_explanation_says_what_is_planned_and_what_overlaps(tmp_path: Path) -> None:
    """A date after its reports is a plan; a sum of reports that may be of the same is said to be one."""
    early, late = Source(publisher="A", published="2023-01-01"), Source(publisher="B", published="2023-06-01")
    planned = Delivery(date="2023-05", item="pump", quantity=9, sources=early)
    done = Delivery(date="2023-05", item="tent", quantity=9, sources=early)
    log = EventLog(tmp_path)
    _, fact = log.append([planned, done])
    log.append(Corroboration(of=fact.id, date="2023-05-07", quantity=8, sources=late))
    whole = log.append(Delivery(date="2023-05", item="cot", quantity=3, sources=late))[0]
    log.append(Delivery(date="2023-04", item="cot", quantity=2, overlaps=whole.id, sources=late))

    page = run("explain", "--where", "item=pump", log=tmp_path).stdout
    assert "a plan, not a deed: its date is later than every report of it" in page
    page = run("explain", "--where", "item=tent", log=tmp_path).stdout
    assert "- planned 9 (May 2023): A, 1 Jan 2023" in page
    page = run("explain", "--where", "item=cot", log=tmp_path).stdout
    assert page.startswith("delivery, where item is cot: 3 to 5, overlap")
    assert "overlap: reports may be of the same" in page
