"""The addresses that a log cites: their kept copies, and the facts that rest on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result
from hypothesis import given

from aidtimeline import Correction, Corroboration, Delivery, EventLog, Retraction, Source, Timeline
from aidtimeline.cli import application
from aidtimeline.events import Record
from aidtimeline.semantics.addresses import Address, addresses
from aidtimeline.testing.drawnlogs import logs

COPY = "https://web.archive.org/1"


def source(url: str | None, **fields: Any) -> Source:
    return Source(**{"publisher": "NHK", "published": "2023-06-01", "url": url, **fields})


def delivery(url: str | None, item: str = "truck", **fields: Any) -> Delivery:
    return Delivery(date="2023", item=item, sources=source(url, **fields))


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    return EventLog(tmp_path / "events")


def rows(log: EventLog) -> dict[str, tuple[tuple[str, ...], int]]:
    """The copies and the number of facts of each address."""
    return {row.url: (row.archived, row.facts) for row in addresses(log.read()).rows}


@given(logs(max_size=9))
def test_as_many_facts_are_counted_as_are_believed(records: list[Record]) -> None:
    """Where no source has an address; drawn logs have none."""
    assert not any(each.url for record in records for each in record.event.sources)
    assert addresses(records) == attrs.evolve(
        addresses([]), without=len(Timeline(records).as_of("2999-01-01").belief.facts)
    )


def test_facts_that_rest_on_an_address_are_counted_once(log: EventLog) -> None:
    """Through whatever reports; copies and publishers are those of all sources with it."""
    one, *_ = log.append([delivery("a"), delivery("a", "radio", archived=COPY, publisher="B"), delivery(None, "boat")])
    log.append(Corroboration(of=one.id, sources=[source("a"), source("b")]))
    found = addresses(log.read())
    assert found.rows == (Address("a", (COPY,), ("B", "NHK"), 2), Address("b", (), ("NHK",), 1))
    assert ([row.url for row in found.lacking], found.without) == (["b"], 1)


def test_repairs_replace_addresses_and_news_adds_to_them(log: EventLog) -> None:
    """What was written down wrongly is gone; what was reported stays, and its correction is beside it."""
    one, other = log.append([delivery("wrong"), delivery("first", "radio")])
    log.append(Correction(of=one.id, event=delivery("right", archived=COPY)))
    log.append(Correction(of=other.id, event=delivery("first", "boat"), sources=source("second")))
    assert rows(log) == {"right": ((COPY,), 1), "first": ((), 1), "second": ((), 1)}


def test_what_is_retracted_is_no_fact(log: EventLog) -> None:
    """By a repair as if it had never been written; by news its reports stay. Duplicates are one."""
    ids = [each.id for each in log.append([delivery(url) for url in ("a", "b", "c", "d")])]
    log.append(Retraction(of=ids[0]))
    log.append(Retraction(of=ids[1], sources=source("news")))
    log.append(Retraction(of=ids[2], duplicate_of=ids[3]))
    found = rows(log)
    assert found == {"b": ((), 0), "news": ((), 0), "c": ((), 1), "d": ((), 1)}
    log.append([delivery("c", "radio"), Corroboration(of=ids[3], sources=source("c"))])
    assert rows(log)["c"] == ((), 2)


def test_a_correction_of_a_corroboration_has_addresses_too(log: EventLog) -> None:
    """An amendment that was repaired cites what it was repaired to."""
    [one] = log.append(delivery("a"))
    [account] = log.append(Corroboration(of=one.id, sources=source("wrong")))
    log.append(Correction(of=account.id, event=Corroboration(of=one.id, sources=source("right"))))
    assert rows(log) == {"a": ((), 1), "right": ((), 1)}


def run(log: EventLog, *words: str) -> Result:
    return CliRunner().invoke(application, ["--log", str(log.folder), "sources", *words], env={"COLUMNS": "200"})


def test_the_command_lists_what_lacks_a_copy_first(log: EventLog) -> None:
    """And with --lacking nothing else; JSON is in the order of addresses."""
    log.append([delivery("a", archived=COPY), delivery("b", "radio"), delivery(None, "boat")])
    shown = run(log)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout.splitlines() == [
        f"addresses that {log.folder} cites: 2; without a kept copy: 1",
        "",
        "facts  publisher  address, and its kept copies",
        "─────  ─────────  ────────────────────────────",
        "    1  NHK        b",
        "    1  NHK        a",
        "                    https://web.archive.org/1",
        "1 fact has no source with an address",
    ]
    assert json.loads(run(log, "--json").stdout) == {
        "without": 1,
        "rows": [
            {"url": "a", "archived": [COPY], "publishers": ["NHK"], "facts": 1},
            {"url": "b", "archived": [], "publishers": ["NHK"], "facts": 1},
        ],
    }
    assert [row["url"] for row in json.loads(run(log, "--lacking", "--json").stdout)["rows"]] == ["b"]


def test_the_addresses_are_handed_out_in_every_format(log: EventLog) -> None:
    """As answers are: copies and publishers are texts."""
    log.append([delivery("a", archived=COPY), delivery("b", "radio")])
    lines = run(log, "--format", "csv").stdout.splitlines()
    assert lines == ["url,archived,publishers,facts", f"a,{COPY},NHK,1", "b,,NHK,1"]
    assert "| b" in run(log, "--format", "markdown").stdout
    out = log.folder / "sources.xlsx"
    assert run(log, "--out", str(out)).exit_code == 0
    assert out.read_bytes().startswith(b"PK")


def test_a_log_without_addresses_says_so(log: EventLog) -> None:
    """And one that is not there is an error."""
    assert run(log).exit_code == 2
    log.append(delivery(None))
    assert "Nothing." in run(log).stdout
