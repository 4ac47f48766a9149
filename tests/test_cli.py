"""The command line: its JSON to the letter, its tables, its exit codes, and that it answers as the Python API does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import click
import pytest
from click.testing import CliRunner, Result

from aidtimeline import (
    Announcement,
    Commitment,
    Correction,
    Corroboration,
    Delivery,
    Disbursement,
    EventLog,
    Participation,
    Pledge,
    Project,
    Receipt,
    Retraction,
    Source,
    Status,
    Table,
    Timeline,
    Training,
    report,
)
from aidtimeline.cli import application
from aidtimeline.codec import record_id

RUBRYKA = Source(publisher="Rubryka", published="2023-11-28")
KYODO = Source(publisher="Kyodo News", published="2023-11-28")
RELIEFWEB = Source(publisher="ReliefWeb", published="2024-12-31")
YOMIURI = Source(publisher="Yomiuri Shimbun", published="2023-11-23")
LATER = Source(publisher="Yomiuri Shimbun", published="2024-07-10")
LATEST = Source(publisher="Kyodo News", published="2024-07-11")
RECORDED = datetime(2026, 11, 21, 10, tzinfo=UTC)
CUTS = [
    {"as_of": "2023-11-28"},
    {"as_of": "2023-01-01"},
    {"as_of": "2023-11-28", "known_at": "2023-11-25"},
    {"as_of": "2024-03-15", "known_at": "2024-05-01T12:00:00Z"},
    {"as_of": "2026-01-01", "recorded_until": "2026-11-20"},
]


class Run(Protocol):
    """Run the command line on the log of the test; the first word may be several."""

    def __call__(
        self, *words: str, stdin: str | bytes | None = None, log: Path | None = None, columns: str | None = None
    ) -> Result:
        """The result of the run."""


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return tmp_path / "events"


@pytest.fixture
def log(empty: Path) -> Path:
    """A log with vague dates, a raised pledge, several accounts, a correction, two kinds of unit, and a vocabulary."""
    log = EventLog(empty)
    raised = Pledge(date="2024-02-01", donor="JP", item="truck", quantity=100, sources=[RUBRYKA])
    report = Delivery(
        date="[..2023-11-28]",
        project="hd-capacity",
        donor="JP",
        recipient="sesu",
        via=["unicef", "undp"],
        item="truck",
        quantity=30,
        sources=[RUBRYKA],
    )
    [pledge, trucks] = log.append([raised, report], recorded_at=RECORDED)
    [machine] = log.append(
        Delivery(date="2024-07-09", donor="JP", item="machine", quantity=2, sources=[LATER]), recorded_at=RECORDED
    )
    log.append(
        [
            Pledge(date="2024-03", donor="JP", item="truck", quantity="150", supersedes=[pledge.id], sources=[RUBRYKA]),
            Delivery(date="2023-11-20", donor="JP", item="mine-detector", quantity="50..", sources=[YOMIURI, KYODO]),
            Delivery(date="2023", donor="LT", item="rope", unit="m", quantity="~11.5", sources=[KYODO]),
            Training(date="2023", item="demining-training", unit="person", quantity="2..4", sources=[KYODO]),
            Corroboration(of=machine.id, quantity=4, sources=[LATEST]),
            Correction(of=trucks.id, event=report, reason="nothing changed"),
            Announcement(
                date="2023-11-28", intent="participation", project="group", party="JP", role="member", sources=[KYODO]
            ),
            Announcement(date="2023-11-28", intent="commitment", value="EUR 160000000", donor="JP", sources=[RUBRYKA]),
            Disbursement(date="2022/2024", project="group", value="USD 1000.50", donor="JP", sources=[RELIEFWEB]),
            Project(date="2022", project="equipment", title="Equipment", planned_end="2025", sources=[RUBRYKA]),
            Status(date="2022/2024", project="equipment", status="implementation", sources=[RELIEFWEB]),
            Participation(date="2022", project="group", party="LT", role="lead", sources=[KYODO]),
            Participation(date="2023-11", project="group", party="US", role="member", sources=[KYODO]),
        ],
        recorded_at=RECORDED,
    )
    vocabulary = empty / "vocabulary"
    vocabulary.mkdir()
    (vocabulary / "items.jsonl").write_text('{"slug":"truck","label":"lorry","category":"vehicles"}\n')
    (vocabulary / "parties.jsonl").write_text('{"slug":"LT","name":"Lithuania"}\n{"slug":"JP","name":"Japan"}\n')
    return empty


@pytest.fixture
def run(empty: Path) -> Run:
    def run(
        *words: str, stdin: str | bytes | None = None, log: Path | None = None, columns: str | None = None
    ) -> Result:
        all_words = [*" ".join(words[:1]).split(), *words[1:]]
        runner = CliRunner(env={"COLUMNS": columns})
        result = runner.invoke(application, ["--log", str(log or empty), *all_words], input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result

    return run


def answered(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def words_of(options: Mapping[str, str]) -> list[str]:
    return [word for name, value in options.items() for word in ("--" + name.replace("_", "-"), value)]


# JSON


def test_counts_are_the_contract_to_the_letter(run: Run, log: Path) -> None:
    """The object, its members and their order, integers, decimal strings, null: all as docs/json.md says."""
    result = run("counts", "--as-of", "2024-07-31", "--json")

    flags = {"approximate": False, "disputed": False, "loose": False}
    found = answered(result)
    assert list(found) == ["as_of", "known_at", "rows", "about"]
    about = found.pop("about")
    assert found == {
        "as_of": "2024-07-31",
        "known_at": None,
        "rows": [
            {"item": "machine", "unit": None, "low": 2, "high": 4, "open": 0, **flags, "disputed": True},
            {"item": "mine-detector", "unit": None, "low": 50, "high": None, "open": 1, **flags},
            {"item": "rope", "unit": "m", "low": "11.5", "high": "11.5", "open": 0, **flags, "approximate": True},
            {"item": "truck", "unit": None, "low": 30, "high": 30, "open": 0, **flags},
        ],
    }
    assert list(found["rows"][0]) == [
        *("item", "unit", "low", "high", "open", "approximate", "disputed", "loose"),
    ]
    assert [list(each) for each in about] == [["labels", "overlap", "stated", "facts", "datasets", "sources"]] * 4
    assert [(each["facts"], each["stated"]) for each in about] == [(1, None)] * 4
    assert [len(each["sources"]) for each in about] == [2, 2, 1, 1]


def test_several_kinds_put_kind_first_into_the_key(run: Run, log: Path) -> None:
    """With two kinds the key is kind, then the fields asked for, and null comes first."""
    rows = answered(run("counts --as-of 2024-12-31 --kind delivery --kind pledge --by donor --by project --json"))[
        "rows"
    ]

    assert list(rows[0])[:4] == ["kind", "donor", "project", "unit"]
    assert [tuple(row.values())[:4] for row in rows] == [
        ("delivery", "JP", None, None),
        ("delivery", "JP", "hd-capacity", None),
        ("delivery", "LT", None, "m"),
        ("pledge", "JP", None, None),
    ]


def test_a_total_has_no_key(run: Run, log: Path) -> None:
    """--total sums everything of one unit in one row without a key."""
    rows = answered(run("counts --as-of 2023-11-28 --total --json"))["rows"]

    assert [next(iter(row)) for row in rows] == ["unit", "unit"]
    assert [row["low"] for row in rows] == [80, "11.5"]


def test_money_is_the_contract_to_the_letter(run: Run, log: Path) -> None:
    """Kind and currency, the fields asked for, the bounds and their flags; nothing of units."""
    rows = answered(run("money --as-of 2023-11-28 --by project --json"))["rows"]

    assert [list(row) for row in rows] == [
        ["kind", "currency", "project", "low", "high", "open", "approximate", "disputed", "loose"]
    ] * 2
    assert [tuple(row.values())[:5] for row in rows] == [
        ("announcement", "EUR", None, 160000000, 160000000),
        ("disbursement", "USD", "group", 0, "1000.5"),
    ]


def test_projects_are_the_contract_to_the_letter(run: Run, log: Path) -> None:
    """Possible values with null first, EDTF texts, parties, and announcements with their whole ids."""
    rows = answered(run("projects --as-of 2023-11-28 --json"))["rows"]

    assert [list(row) for row in rows] == [
        ["project", "title", "status", "planned_start", "planned_end", "parties", "announced", "loose"]
    ] * 3
    equipment, group, _ = rows
    assert equipment == {
        "project": "equipment",
        "title": ["Equipment"],
        "status": [None, "implementation"],
        "planned_start": [None],
        "planned_end": ["2025"],
        "parties": [],
        "announced": [],
        "loose": [],
    }
    assert group["parties"] == [
        {"party": "LT", "role": "lead", "certain": True},
        {"party": "US", "role": "member", "certain": True},
    ]
    [announced] = group["announced"]
    assert list(announced) == ["intent", "party", "role", "item", "id"]
    assert list(announced.values())[:4] == ["participation", "JP", "member", None]
    assert re.fullmatch("[0-9a-f]{32}", announced["id"])


def test_participation_says_who_is_certain(run: Run, log: Path) -> None:
    """In the middle of November 2023 it is open whether the US had joined."""
    rows = answered(run("participation --as-of 2023-11-15 --json"))["rows"]

    assert rows == [
        {"project": "group", "party": "LT", "role": "lead", "certain": True},
        {"project": "group", "party": "US", "role": "member", "certain": False},
    ]


@pytest.mark.parametrize("cuts", CUTS, ids=str)
def test_the_overview_is_counts_money_and_projects(run: Run, log: Path, cuts: Mapping[str, str]) -> None:
    """`as-of DAY --json` is the rows of deliveries by item, with money and projects beside them."""
    others = {name: cut for name, cut in cuts.items() if name != "as_of"}
    whole = answered(run("as-of", cuts["as_of"], *words_of(others), "--json"))

    assert list(whole) == ["as_of", "known_at", "rows", "about", "money", "projects"]
    assert whole["as_of"] == cuts["as_of"]
    assert whole["known_at"] == cuts.get("known_at")
    for name, command in {"rows": "counts", "money": "money", "projects": "projects"}.items():
        assert whole[name] == answered(run(command, *words_of(cuts), "--json"))["rows"]


SUMS: list[tuple[list[str], dict[str, Any]]] = [
    ([], {}),
    (["--by", "donor", "--by", "via"], {"by": ["donor", "via"]}),
    (["--by", "item-category"], {"by": "item-category"}),
    (["--total"], {"by": ()}),
    (["--kind", "pledge"], {"kind": "pledge"}),
    (["--kind", "pledge", "--kind", "delivery", "--by", "kind"], {"kind": ["pledge", "delivery"], "by": "kind"}),
    (
        ["--where", "item=truck", "--where", "item=machine", "--where", "donor=JP"],
        {"where": {"item": ("truck", "machine"), "donor": "JP"}},
    ),
    (["--where", "project="], {"where": {"project": None}}),
    (["--where", "via=unicef+undp"], {"where": {"via": "unicef+undp"}}),
]


def bounds(table: Table) -> list[tuple[object, ...]]:
    return [
        (
            *row.key,
            row.bounds.low,
            row.bounds.high,
            row.bounds.open,
            row.bounds.approximate,
            row.bounds.disputed,
            row.bounds.loose,
        )
        for row in table.rows
    ]


def printed(rows: Sequence[dict[str, Any]]) -> list[tuple[object, ...]]:
    from decimal import Decimal

    for row in rows:
        row.pop("unit", None)
        for end in ("low", "high"):
            row[end] = None if row[end] is None else Decimal(row[end])
    return [tuple(row.values()) for row in rows]


@pytest.mark.parametrize("cuts", CUTS, ids=str)
@pytest.mark.parametrize(("words", "options"), SUMS, ids=str)
def test_every_sum_is_the_python_api_s(
    run: Run, log: Path, cuts: Mapping[str, Any], words: list[str], options: dict[str, Any]
) -> None:
    """`counts` and `money` print what `View.counts` and `View.money` give."""
    given = dict(cuts)
    view = Timeline.open(log).as_of(given.pop("as_of"), **given)

    answer = answered(run("counts", *words_of(cuts), *words, "--json"))
    assert printed(answer["rows"]) == bounds(view.counts(**options))
    answer = answered(run("money", *words_of(cuts), *words, "--json"))
    assert printed(answer["rows"]) == bounds(view.money(**options))


@pytest.mark.parametrize("cuts", CUTS, ids=str)
@pytest.mark.parametrize("where", [{}, {"project": "group"}, {"party": ("JP", "LT")}], ids=str)
def test_every_state_is_the_python_api_s(
    run: Run, log: Path, cuts: Mapping[str, Any], where: dict[str, str | tuple[str, ...]]
) -> None:
    """`projects` and `participation` print what `View.projects` and `View.participation` give."""
    given = dict(cuts)
    view = Timeline.open(log).as_of(given.pop("as_of"), **given)
    words = [
        word
        for name, values in where.items()
        for value in ([values] if isinstance(values, str) else values)
        for word in ("--where", f"{name}={value}")
    ]

    answer = answered(run("projects", *words_of(cuts), *words, "--json"))["rows"]
    states = view.projects(where)
    assert [row["project"] for row in answer] == [state.project for state in states]
    for row in answer:
        state = states[row["project"]]
        assert row["title"] == list(state.title)
        assert row["status"] == list(state.status)
        assert row["planned_end"] == [each and each.text for each in state.planned_end]
        assert [tuple(each.values()) for each in row["parties"]] == [
            (each.party, each.role, each.certain) for each in state.parties
        ]
        assert [each["id"] for each in row["announced"]] == [each.id for each in state.announced]
        assert row["loose"] == list(state.loose) == []
    answer = answered(run("participation", *words_of(cuts), *words, "--json"))["rows"]
    assert [tuple(row.values()) for row in answer] == [
        (each.project, each.party, each.role, each.certain) for each in view.participation(where)
    ]


# Tables


@pytest.mark.parametrize(
    "command",
    [["as-of"], ["counts", "--as-of"], ["money", "--as-of"], ["projects", "--as-of"], ["participation", "--as-of"]],
)
def test_every_table_shows_both_dates(run: Run, log: Path, command: list[str]) -> None:
    """Every page says as of when, and with what knowledge, even if no cut was asked for."""
    assert (
        "as of 28 Nov 2023 · with all that is known today (no --known-at cut)\n" in run(*command, "2023-11-28").stdout
    )
    cut = run(*command, "2023-11-28", "--known-at", "2023-11-25", "--recorded-until", "2026-11-21T10:00:00Z").stdout
    assert "as of 28 Nov 2023 · as known on 25 Nov 2023 · from the log as it stood at 2026-11-21T10:00:00Z\n" in cut


def test_a_table_of_counts(run: Run, log: Path) -> None:
    """Labels stand beside slugs, bounds lean to the right, flags are explained, reports are dated."""
    assert run("counts --as-of 2024-07-31 --where donor=JP --where donor=LT").stdout == (
        "delivery by item, where donor is JP or LT\n"
        "as of 31 Jul 2024 · with all that is known today (no --known-at cut)\n"
        "\n"
        "item           label       number  unit  note                             reports\n"
        "─────────────  ─────  ───────────  ────  ───────────────────────────────  "
        "─────────────────────────────────────────────────\n"
        "machine                    2 to 4        disputed                         "
        "Yomiuri Shimbun 2024-07-10; Kyodo News 2024-07-11\n"
        "mine-detector         at least 50        1 delivery without an upper end  "
        "Yomiuri Shimbun 2023-11-23; Kyodo News 2023-11-28\n"
        "rope                   about 11.5  m     about                            Kyodo News 2023-11-28\n"
        "truck          lorry           30                                         Rubryka 2023-11-28\n"
        "disputed: reports contradict each other, or parts their whole, and the bounds span what they say\n"
        "about: a report says “about”, and the bounds are only as good as that\n"
    )


def test_only_reports_that_were_out_stand_behind_a_number(run: Run, log: Path) -> None:
    """A second report of the same record, published after the cut, is not named."""
    page = run("counts --as-of 2023-11-28 --known-at 2023-11-25").stdout

    assert "Yomiuri Shimbun 2023-11-23" in page
    assert "Kyodo" not in page


def test_a_table_of_money(run: Run, log: Path) -> None:
    """Amounts stand with their currency, by kind."""
    page = run("money --as-of 2023-11-28").stdout

    assert re.search(r"announcement +EUR 160,000,000 +Rubryka 2023-11-28\n", page)
    assert re.search(r"disbursement +USD 0 to 1,000\.5 +ReliefWeb 2024-12-31\n", page)


def test_sums_of_money_leave_nothing_out_and_say_what_may_be_the_same(run: Run, empty: Path) -> None:
    """Both sides of one flow may be one, or two; parts of what the log does not have count in full; rows say so."""
    more: list[dict[str, Any]] = [{}, {"side": "receiver"}, {"side": "receiver", "part_of": "a"}, {"part_of": "a"}]
    flows = [Commitment(date="2023", donor="JP", value="USD 5", sources=[RUBRYKA], **each) for each in more]
    received = Receipt(date="2023", value="USD 4", side="receiver", sources=[RUBRYKA])
    EventLog(empty).append([*flows, received])
    page = run("money", "--as-of", "2024-12-31").stdout
    by_side = run("money", "--by", "side", "--as-of", "2024-12-31").stdout

    assert re.search(r"commitment +USD 10 to 20 +overlap +Rubryka", page)
    assert re.search(r"receipt +USD 4 +Rubryka", page)
    assert "2 facts are part of something that the log does not have, and count in full" in page
    assert re.findall(r"commitment +(\w+) +USD (\d+)", by_side) == [("provider", "10"), ("receiver", "10")]
    assert "rows report the same in part" in by_side
    assert "Nothing" in run("money", "--kind", "commitment", "--as-of", "2022-12-31").stdout


def test_sums_in_several_currencies_that_report_the_same_say_so(run: Run, empty: Path) -> None:
    """What is passed on in dollars is part of what was given in euros: each row has its own, so the page says it."""
    given = Commitment(date="2023", donor="JP", value="EUR 5", sources=[RUBRYKA])
    EventLog(empty).append([given])
    asked = ("money", "--as-of", "2024-12-31")
    assert "currencies:" not in run(*asked).stdout
    EventLog(empty).append([Commitment(date="2023", donor="UN", value="USD 4", sources=[RUBRYKA])])
    assert "currencies:" not in run(*asked).stdout
    part = Commitment(date="2023", donor="WFP", value="USD 2", part_of=record_id(given), sources=[RUBRYKA])
    EventLog(empty).append([part])
    assert "currencies: rows of several report the same in part" in run(*asked).stdout
    assert "currencies:" not in run(*asked, "--where", "donor=WFP").stdout


def test_a_page_of_projects(run: Run, log: Path) -> None:
    """What is only possible is marked, parties stand by role, and announcements are called so."""
    page = run("projects --as-of 2023-11-28").stdout

    assert page.endswith(
        "equipment  Equipment\n"
        "  status         possibly implementation\n"
        "  planned end    2025\n"
        "\n"
        "group\n"
        "  lead           Lithuania (LT)\n"
        "  member         US\n"
        "  announced      participation of Japan (JP) as member\n"
        "  paid           USD 0 to 1,000.5 (disbursement)\n"
        "\n"
        "hd-capacity\n"
        "  delivered      30 truck\n"
    )


@pytest.mark.parametrize("command", ["as-of", "counts", "money", "projects", "participation"])
def test_an_empty_answer_says_so(run: Run, log: Path, command: str) -> None:
    """If there is nothing, a sentence says so, and JSON has no rows."""
    day = ["1990-01-01"] if command == "as-of" else ["--as-of", "1990-01-01"]
    narrow = ["--where", "project=none"]

    assert "Nothing: " in run(command, *day, *narrow).stdout
    assert answered(run(command, *day, *narrow, "--json"))["rows"] == []


def test_a_narrow_terminal_wraps_the_reports_and_leaves_labels_out(log: Path) -> None:
    """No line is longer than the terminal is wide, and every report is still there."""
    view = Timeline.open(log).as_of("2023-11-28")
    _, _, _, *narrow = report.lines(view.counts(), 72)

    assert max(map(len, narrow[:-1])) <= 72
    assert "lorry" not in "\n".join(narrow)
    assert "lorry" in "\n".join(report.lines(view.counts(), 120))
    assert " ".join("".join(narrow).split()).count("2023-11-28") == 3


def test_a_given_width_is_kept(run: Run, log: Path) -> None:
    """$COLUMNS stands in for a terminal; without either nothing is wrapped."""
    wide, narrow = (run("as-of 2023-11-28", columns=columns).stdout for columns in (None, "72"))

    assert max(map(len, narrow.splitlines()[4:])) <= 72 < max(map(len, wide.splitlines()[4:]))
    assert "lorry" in wide


def test_no_control_character_of_the_data_reaches_the_terminal(run: Run, log: Path) -> None:
    """Escapes in a publisher's or project's name are shown, not sent."""
    EventLog(log).append(
        [
            Delivery(date="2023", item="trap", quantity=1, sources=[Source(publisher="\x1b[2J\x9b\u202e", title="x")]),
            Project(date="2023", project="trap", title="\x1b]0;owned\x07\nline", sources=[Source(publisher="p")]),
        ]
    )
    for words in (["as-of", "2023-12-31"], ["projects"], ["counts"], ["projects", "--json"], ["check"]):
        page = run(*words).output
        assert "trap" in page
        assert all(each.isprintable() or each == "\n" for each in page)


def test_the_default_day_is_today(run: Run, log: Path) -> None:
    """Without --as-of a question is asked as of today, UTC."""
    before = datetime.now(UTC).date()
    as_of = date.fromisoformat(answered(run("counts", "--json"))["as_of"])

    assert before <= as_of <= datetime.now(UTC).date()


def test_the_log_may_be_named_in_the_environment(log: Path) -> None:
    """$AIDTIMELINE_LOG stands in for --log."""
    result = CliRunner().invoke(application, ["counts", "--json"], env={"AIDTIMELINE_LOG": str(log)})

    assert answered(result)["rows"]


# Wrong use

WRONG = [
    (["as-of", "yesterday"], "'yesterday'"),
    (["as-of", "2023-02-30"], "'2023-02-30'"),
    (["as-of"], "DAY"),
    (["as-of", "2023-11-28T10:00:00Z"], "a day"),
    (["counts", "--as-of", "Nov 2023"], "--as-of"),
    (["counts", "--known-at", "2023-11-25 noon"], "--known-at"),
    (["counts", "--recorded-until", "now"], "--recorded-until"),
    (["counts", "--by", "itm"], "did you mean item?"),
    (["counts", "--where", "doner=JP"], "did you mean donor?"),
    (["projects", "--where", "doner=JP"], "did you mean donor?"),
    (["counts", "--where", "JP"], "FIELD=VALUE"),
    (["counts", "--kind", "delivry"], "did you mean delivery?"),
    (["counts", "--kind", "observation"], "observation"),
    (["money", "--kind", "training"], "training"),
    (["counts", "--total", "--by", "item"], "--total"),
    (["counts", "--as-of"], "--as-of"),
    (["count"], "count"),
    (["counts", "--colour"], "--colour"),
    (["counts", "--where", "\udcff=\udcff"], "field"),
    (["record", "missing.jsonl"], "missing.jsonl"),
    (["record", "."], "."),
    (["record"], "FILE"),
    (["record", "-", "--recorded-at", "2023-11-25"], "--recorded-at"),
    (["record", "-", "--to", "../elsewhere"], "../elsewhere"),
    (["completion", "tcsh"], "tcsh"),
]


@pytest.mark.parametrize(("words", "named"), WRONG, ids=str)
def test_wrong_use_is_exit_code_2_and_one_line(run: Run, log: Path, words: list[str], named: str) -> None:
    """A question that cannot be asked gets one line on stderr, which names the cause, and nothing on stdout."""
    result = run(*words, stdin="")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert re.fullmatch("aidtimeline[^\n]+\n", result.stderr)
    assert named in result.stderr


@pytest.mark.parametrize("command", ["counts", "check", "projects"])
def test_a_folder_without_a_log_says_how_to_start_one(run: Run, tmp_path: Path, command: str) -> None:
    """A folder that is missing, empty or a file: one line, exit code 2, and nothing is created."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    for name, hint in {"missing": "record", "empty": "record", "file": "file", "file/below": "below"}.items():
        result = run(command, log=tmp_path / name)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
        assert hint in result.stderr
    assert not (tmp_path / "missing").exists()


def test_no_command_shows_them_all(run: Run) -> None:
    """Without a command the help is shown, on stderr, as wrong use."""
    result = run()

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "as-of" in result.stderr


def test_every_command_has_an_example_in_its_help(run: Run) -> None:
    """--help ends with a command to copy."""
    assert isinstance(application, click.Group)
    for name in application.commands:
        result = run(name, "--help")
        assert result.exit_code == 0
        assert re.search(rf"Example: .*aidtimeline (--log events )?{name}", " ".join(result.stdout.split()))


# Recording and checking

DRAFT = {
    "kind": "delivery",
    "date": "2023",
    "item": "truck",
    "quantity": 30,
    "sources": [{"publisher": "Rubryka", "published": "2023-11-28"}],
}


def drafts(*changes: Mapping[str, Any]) -> str:
    return "".join(json.dumps({**DRAFT, **each}) + "\n" for each in changes)


def test_recording_prints_ids_in_order_and_again_the_same(run: Run, empty: Path) -> None:
    """The ids of a batch are printed in its order, even if the log has it already; stderr says how many were new."""
    batch = drafts({"quantity": 2}, {"quantity": 1}, {"quantity": 2})
    first = run("record", "-", stdin=batch)

    assert first.exit_code == 0
    assert first.stderr == "2 recorded\n"
    two, one, again = first.stdout.split()
    assert two == again
    assert [record.id for record in EventLog(empty).read()] == [two, one]
    second = run("record", "-", stdin=batch + drafts({"quantity": 3}))
    assert second.stdout.startswith(first.stdout)
    assert second.stderr == "1 recorded, 2 there already\n"


def test_recording_reads_files_as_one_batch(run: Run, empty: Path, tmp_path: Path) -> None:
    """Labels work across files; --to names the file in the log, --recorded-at the instant; `-` may be among files."""
    (tmp_path / "one.jsonl").write_text(drafts({"label": "pledge", "kind": "pledge"}))
    (tmp_path / "two.jsonl").write_text(drafts({"fulfils": ["@pledge"]}))
    words = ["--to", "history", "--recorded-at", "2024-01-01T00:00:00+02:00"]
    result = run("record", str(tmp_path / "two.jsonl"), "-", str(tmp_path / "one.jsonl"), *words, stdin=drafts({}))

    assert result.exit_code == 0
    [delivery, _, pledge] = EventLog(empty).read()
    assert isinstance(delivery.event, Delivery)
    assert delivery.event.fulfils == (pledge.id,)
    assert delivery.recorded_at == datetime(2023, 12, 31, 22, tzinfo=UTC)
    assert [path.name for path in EventLog(empty).files()] == ["history.jsonl"]


def test_recording_the_log_s_own_lines_changes_nothing(run: Run, log: Path) -> None:
    """Whole lines may be recorded; if the log has them all, no file changes."""
    before = {path: path.read_bytes() for path in EventLog(log).files()}
    lines = b"".join(before.values())
    result = run("record", "-", "--to", "elsewhere", stdin=lines)

    assert result.exit_code == 0
    assert result.stderr.startswith("0 recorded, ")
    assert {path: path.read_bytes() for path in EventLog(log).files()} == before


def test_shuffled_lines_give_the_same_page(run: Run, log: Path) -> None:
    """The overview is the same, to the letter, whatever the order of the lines."""
    page = run("as-of", "2024-07-31").stdout
    [file] = EventLog(log).files()
    file.write_bytes(b"".join(sorted(file.read_bytes().splitlines(keepends=True), reverse=True)))

    assert run("as-of", "2024-07-31").stdout == page


@pytest.mark.parametrize("source", [[], [{"publisher": "Rubryka", "published": "2024-01-01"}]], ids=["repair", "news"])
def test_recording_again_what_was_retracted_says_so(run: Run, empty: Path, source: list[dict[str, str]]) -> None:
    """A retracted record stays retracted, and the retraction is named."""
    [first] = run("record", "-", stdin=drafts({})).stdout.split()
    retraction = {"kind": "retraction", "of": first[:8], "reason": "never happened", "sources": source}
    [second] = run("record", "-", stdin=json.dumps(retraction)).stdout.split()
    result = run("record", "-", stdin=drafts({}))

    assert result.exit_code == 0
    assert result.stdout == first + "\n"
    assert f"{first} is retracted by {second} ('never happened')" in result.stderr
    assert answered(run("counts", "--json"))["rows"] == []


REFUSED: dict[str, dict[str, Any]] = {
    "unknown kind": {"kind": "gift"},
    "unknown field": {"itm": "truck"},
    "reversed date": {"date": "2023/2022"},
    "no such currency": {"value": {"amount": 1, "currency": "EURO"}},
    "reversed quantity": {"quantity": "4..2"},
    "no such label": {"supersedes": ["@nothing"]},
    "no id": {"supersedes": ["xyz"]},
    "no source": {"sources": []},
}


def test_a_refused_batch_names_every_line_and_leaves_the_log_untouched(run: Run, empty: Path, tmp_path: Path) -> None:
    """Problems are printed on stderr as file:line: severity code: message, the exit code is 1, nothing is recorded."""
    file = tmp_path / "drafts.jsonl"
    file.write_text(drafts({}, *REFUSED.values(), {"quantity": 7}) + "not json\n")
    result = run("record", str(file))

    assert result.exit_code == 1
    assert result.stdout == ""
    *problems, last = result.stderr.splitlines()
    assert last == "aidtimeline: nothing was recorded"
    found = [re.fullmatch(rf"{re.escape(str(file))}:(\d+): error [a-z-]+: (\$\S*: )?.+", each) for each in problems]
    assert all(found), result.stderr
    assert {int(each[1]) for each in found if each} == {*range(2, 2 + len(REFUSED)), 3 + len(REFUSED)}
    assert not EventLog(empty).files()


def test_an_empty_batch_records_nothing(run: Run, empty: Path) -> None:
    """No drafts are no problem."""
    result = run("record", "-", stdin="\n")

    assert (result.exit_code, result.stdout.strip(), result.stderr) == (0, "", "0 recorded\n")


def test_check_finds_nothing_or_says_what(run: Run, empty: Path) -> None:
    """With warnings the exit code is 0, with errors 1; if there are neither, a sentence says so."""
    run("record", "-", stdin=drafts({}))
    warned = run("check")
    assert warned.exit_code == 0
    assert re.fullmatch(r".+events\.jsonl:1: warning unknown-slug: .+\n", warned.stdout)
    counted, told = warned.stderr.splitlines()
    assert counted == "errors: 0, warnings: 1, in 1 records"
    assert told.endswith("aidtimeline check --explain unknown-slug")

    (empty / "vocabulary").mkdir()
    (empty / "vocabulary" / "items.jsonl").write_text('{"slug":"truck","label":"lorry"}\n')
    assert run("check").stdout == "no problems in 1 records\n"

    run("record", "-", stdin=json.dumps({"kind": "retraction", "of": "0" * 32, "reason": "a test"}))
    found = run("check")
    assert found.exit_code == 1
    assert re.fullmatch(r".+events\.jsonl:2: error [a-z-]+: .+\n", found.stdout)
    as_json = run("check", "--json")
    assert as_json.exit_code == 1
    [row] = json.loads(as_json.stdout)["rows"]
    assert row["line"] == 2
    assert list(row) == ["file", "line", "severity", "code", "path", "message", "event_id", "hint"]


def test_a_broken_line_stops_reading_unless_it_is_skipped(run: Run, log: Path) -> None:
    """The error names file, line and `aidtimeline check`; --skip-problems goes on and says what it skipped."""
    [file] = EventLog(log).files()
    lines = file.read_bytes().splitlines(keepends=True)
    lines.insert(3, b'{"kind":"delivery","v":1}\n')
    file.write_bytes(b"".join(lines))

    for command in (["as-of", "2024-07-31"], ["counts"], ["money"], ["projects"], ["participation"]):
        result = run(*command)
        assert (result.exit_code, result.stdout) == (1, "")
        assert f"{file}:4: error" in result.stderr
        assert "aidtimeline check" in result.stderr
        assert "--skip-problems" in result.stderr
        skipped = run(*command, "--skip-problems")
        assert skipped.exit_code == 0
        assert f"skipped {file}:4: error" in skipped.stderr
        assert skipped.stdout
    checked = run("check")
    assert checked.exit_code == 1
    assert f"{file}:4: error" in checked.stdout


def test_what_replay_ignores_is_mentioned(run: Run, log: Path) -> None:
    """An amendment of a missing record changes no answer, and stderr mentions it."""
    EventLog(log).append(Retraction(of="0" * 32))
    result = run("counts")

    assert result.exit_code == 0
    assert "aidtimeline check" in result.stderr
    assert "0" * 32 in result.stderr

    (log / "vocabulary" / "items.jsonl").write_text("nonsense\n")
    assert "items.jsonl:1: error" in run("counts").stderr


# Completion, and the real process

PROGRAM = [sys.executable, "-c", "from aidtimeline.cli import main; main()"]


def process(*words: str | bytes, log: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PROGRAM, "--log", str(log), *words],
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("aidtimeline co", {"counts", "completion", "correct", "corroborate"}),
        ("aidtimeline counts --by it", {"item", "item-category"}),
        ("aidtimeline counts --kind de", {"delivery"}),
        ("aidtimeline projects --where pr", {"project="}),
    ],
)
def test_tab_completes(run: Run, log: Path, typed: str, offered: set[str]) -> None:
    """The shell offers commands, fields, kinds and the fields of conditions."""
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    result = CliRunner().invoke(application, env={"_AIDTIMELINE_COMPLETE": "bash_complete", **words})

    assert {line.partition(",")[2] for line in result.stdout.splitlines()} == offered


def test_the_completion_script_is_click_s(run: Run) -> None:
    """`completion zsh` prints what _AIDTIMELINE_COMPLETE=zsh_source does."""
    script = run("completion", "zsh").stdout

    asked = CliRunner().invoke(application, env={"_AIDTIMELINE_COMPLETE": "zsh_source"})
    assert script.rstrip() == asked.stdout.rstrip()
    assert "_AIDTIMELINE_COMPLETE=zsh_complete" in script


def test_a_process_keeps_data_and_messages_apart(log: Path) -> None:
    """As a real process: data on stdout, messages on stderr, and the exit code."""
    asked = process("counts", "--json", log=log)
    assert (asked.returncode, asked.stderr) == (0, b"")
    assert json.loads(asked.stdout)["rows"]

    for words, code in (
        (["counts", "--by", "itm"], 2),
        ([b"as-of", b"\xff\xfe"], 2),
        ([b"counts", b"--where", b"\xff"], 2),
    ):
        wrong = process(*words, log=log)
        assert (wrong.returncode, wrong.stdout) == (code, b"")
        assert wrong.stderr.count(b"\n") == 1
        assert b"Traceback" not in wrong.stderr


def test_a_terminal_without_utf_8_gets_its_tables_all_the_same(log: Path) -> None:
    """Characters that an encoding does not have are escaped."""
    shown = process("counts", log=log, PYTHONIOENCODING="ascii")

    assert (shown.returncode, shown.stderr) == (0, b"")
    assert b"at least 50" in shown.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise there")
def test_a_reader_that_leaves_is_no_traceback(log: Path) -> None:
    """`aidtimeline … | head` ends quietly."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        result = subprocess.run(
            [*PROGRAM, "--log", str(log), "as-of", "2023-11-28"], stdout=closed, stderr=subprocess.PIPE, check=False
        )

    assert (result.returncode, result.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_disk_under_the_output_is_one_line(log: Path) -> None:
    """Output that cannot be written is reported once."""
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [*PROGRAM, "--log", str(log), "as-of", "2023-11-28"], stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert result.returncode == 1
    assert result.stderr == b"aidtimeline: output: No space left on device\n"


def test_the_library_does_not_load_the_command_line() -> None:
    """`import aidtimeline` loads neither click nor aidtimeline.cli."""
    loaded = "import sys, aidtimeline; sys.exit(any(each in sys.modules for each in ('click', 'aidtimeline.cli')))"

    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0


def test_a_total_of_unlike_things_says_so(run: Run, empty: Path) -> None:
    """Which items it adds up; a total of one item, of one unit or of money mixes nothing."""
    EventLog(empty).append(
        Delivery(date="2023", item=item, quantity=3, unit=unit, value="USD 5", sources=[RUBRYKA])
        for item, unit in (("gepard", None), ("tent", None), ("rope", "metre"))
    )

    def said(*words: str) -> list[str]:
        return [line for line in run(*words, "--as-of", "2024-12-31").stdout.splitlines() if "adds up" in line]

    assert said("counts", "--total") == ["adds up 3 items: gepard, rope, tent"]
    assert said("counts", "--total", "--where", "unit=") == ["adds up 2 items: gepard, tent"]
    assert said("counts", "--total", "--where", "item=tent") == said("counts") == said("money", "--total") == []
    assert said("counts", "--by", "donor") == []


def test_the_sectors_of_several_vocabularies_are_not_to_be_added_up(run: Run, empty: Path) -> None:
    """Each has all of the money, and the page says so."""
    shares = {"72040": 60, "12220": 40, "10:food": 100}
    paid = Disbursement(date="2023", value="USD 100", sector=shares, sources=[RUBRYKA])
    EventLog(empty).append(paid)
    page = run("money", "--by", "sector", "--as-of", "2024-12-31").stdout
    assert page.endswith("\neach vocabulary of sectors has all of it: rows of several are not to be added up\n")
    assert "each vocabulary" not in run("money", "--by", "sector", "--where", "sector=72040").stdout


def test_a_promise_that_is_shared_is_shown_in_full(run: Run, empty: Path) -> None:
    """Where only a place is asked for that has a share of it; nothing keeps a part of a promise."""
    shares = {"KE": 60, "UG": 40}
    EventLog(empty).append(
        Commitment(date="2023", value="USD 100", location=location, sources=[RUBRYKA]) for location in (shares, "KE")
    )
    said = "\n1 of these promises is shared with others, and shown in full\n"
    assert said in run("fulfilment", "--where", "location=KE", "--as-of", "2024-12-31").stdout
    assert "in full" not in run("fulfilment", "--as-of", "2024-12-31").stdout
