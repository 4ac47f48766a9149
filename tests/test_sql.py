"""SQL over the table of facts: what adds up there is what the reference says, and nothing else can be reached."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings, strategies as st

from aidtimeline import Commitment, Delivery, Disbursement, EventLog, Pledge, Retraction, Source, Timeline
from aidtimeline.errors import UsageError
from aidtimeline.events import Event, Record
from aidtimeline.projections import Counts, MoneySums
from aidtimeline.projections.protocol import fold
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.semantics import Fact
from aidtimeline.testing.drawnlogs import cuts, logs
from aidtimeline.testing.engines import written
from aidtimeline.testing.laws import Cuts
from aidtimeline.testing.strategies import repeatable
from aidtimeline.timeline import View
from aidtimeline.values.dates import format_instant

pytest.importorskip("duckdb")

PAPER = Source(publisher="Daily", published="2023-03-05")
AT = "(?, known_at := ?)"


def cut(value: date | datetime | None) -> str | None:
    if value is None:
        return None
    return format_instant(value) if isinstance(value, datetime) else value.isoformat()


def asked(timeline: Timeline, sql: str, view: View) -> list[dict[str, Any]]:
    return timeline.sql(sql, [cut(view.as_of), cut(view.known_at)]).to_dicts()


def counts(view: View) -> Sums:
    return Counts(["item", "donor"], kind=[], vocabulary=view.vocabulary)


def money(view: View) -> Sums:
    return MoneySums(["donor"], vocabulary=view.vocabulary)


SUMS: Sequence[tuple[str, Callable[[View], Sums], str]] = (
    ("quantity", counts, "kind, item, donor, unit"),
    ("value", money, "kind, currency, donor"),
)


def hold(timeline: Timeline, reference: View) -> None:
    """What `facts_at` adds up to is what the reference says of all that is not handed over; nothing is lost."""
    handed = {row["id"] for row in asked(timeline, f"SELECT id FROM handed_over_at{AT}", reference)}
    rows = {row["id"]: row for row in asked(timeline, f"SELECT * FROM facts_at{AT}", reference)}
    facts = {fact.id: fact for fact in reference.facts}
    assert rows.keys() | handed >= facts.keys() >= rows.keys()
    assert not rows.keys() & handed
    kept = [fact for fact in reference.facts if fact.id not in handed]
    for measure, question, key in SUMS:
        sums = question(reference)
        table = sums.finish(fold(kept, sums.piece))
        low, high = f"sum({measure}_low)", f"sum({measure}_high)"
        sql = f"SELECT {key}, {low}, {high} FROM facts_at{AT} WHERE {measure}_low IS NOT NULL GROUP BY ALL"
        found = {tuple(row.values())[:-2]: tuple(row.values())[-2:] for row in asked(timeline, sql, reference)}
        assert found == {key: (bounds.low, bounds.high) for key, bounds in dict(table).items()}
    for each, row in rows.items():
        same_columns(facts[each], row)


SAME = ("kind", "item", "unit", "donor", "recipient", "project", "package", "indicator", "side", "party", "role")


def same_columns(fact: Fact, row: Mapping[str, Any]) -> None:
    """The columns of a row are what the fact says."""
    assert {name: row[name] for name in SAME} == {name: getattr(fact, name) for name in SAME}
    assert (row["via"], row["currency"]) == ("+".join(sorted(fact.via)) or None, fact.currency)
    assert (row["location"], row["sector"], row["date"]) == (fact.location, fact.sector, fact.date.text)
    assert (row["disputed"], row["planned"]) == (bool(fact.disputed), fact.planned)
    for name, amount in (("quantity", fact.quantity), ("value", None if fact.value is None else fact.value.amount)):
        text, is_open = (None, None) if amount is None else (amount.text, amount.high is None)
        assert (row[name], row[f"{name}_open"]) == (text, is_open)


@settings(repeatable(16), phases=[Phase.generate, Phase.shrink])
@given(logs(1, 14), st.lists(cuts(), min_size=2, max_size=2), st.randoms(use_true_random=False))
def test_what_adds_up_is_what_the_reference_says(records: list[Record], at: list[Cuts], random: Random) -> None:
    """For drawn logs that grow step by step, at drawn cuts, over either engine."""
    with TemporaryDirectory() as folder:
        for _ in written(Path(folder), records, random):
            reference = Timeline.open(folder, engine="fold")
            with Timeline.open(folder, engine=random.choice(("fold", "embedded"))) as timeline:
                for each in at:
                    hold(timeline, reference.as_of(each.as_of, known_at=each.known_at))


def mixed(folder: Path, random: Random, number: int = 60) -> None:
    """A log with everything that does not just add up: books of both sides, datasets that overlap, shares, sizes."""
    (folder / "vocabulary").mkdir()
    names: Sequence[tuple[str, list[str]]] = ("kiel", ["fts"]), ("fts", []), ("own", [])
    lines = ({"slug": slug, "name": slug, "overlaps": others} for slug, others in names)
    (folder / "vocabulary" / "datasets.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in lines))
    log, ids = EventLog(folder), list[str]()
    for at in range(number):
        day = f"2023-0{random.randint(1, 3)}-{random.randint(1, 28):02}"
        fields: dict[str, Any] = {
            "date": random.choice((day, f"{day}/2023-04-02", f"{day}/..")),
            "donor": random.choice(("JP", "LT", None)),
            "ref": str(at),
            "location": random.choice((None, "KE", {"KE": 60, "UG": 40})),
            "supersedes": random.sample(ids, 1) if ids and random.random() < 0.1 else [],
            "sources": [
                Source(
                    publisher="Daily",
                    published=f"2023-04-0{random.randint(1, 9)}",
                    dataset=random.choice((None, "own", "own", "kiel", "fts")),
                )
            ],
        }
        amounts = str(at), f"1..{at + 2}", f"~{at}.25", f"{at}..", f"..{at + 1}", f"-{at}", "0.0123456789", "9" * 25
        amount = random.choice(amounts)
        if random.random() < 0.4:
            event: Event = Delivery(item=random.choice(("truck", "radio")), quantity=amount, **fields)
        elif random.random() < 0.5:
            event = Disbursement(value=f"USD {amount}", side=random.choice(("provider", "receiver")), **fields)
        else:
            event = random.choice((Pledge, Commitment))(value=f"{random.choice(('USD', 'EUR'))} {amount}", **fields)
        [record] = log.append(event)
        if isinstance(event, Pledge):
            ids = [record.id]
        if random.random() < 0.1:
            log.append(Retraction(of=record.id, sources=[Source(publisher="Daily", published="2023-04-20")]))


@pytest.mark.parametrize("seed", range(6))
def test_what_takes_thought_is_handed_over(seed: int, tmp_path: Path) -> None:
    """Books that may repeat others, shares, and amounts of many digits are left out of `facts`, and found beside it."""
    mixed(tmp_path, Random(seed))
    reference = Timeline.open(tmp_path, engine="fold")
    with Timeline.open(tmp_path, engine="embedded") as timeline:
        for as_of, known_at in (("2023-02-15", None), ("2023-03-20", "2023-04-05"), ("2025-01-01", "2023-04-21")):
            hold(timeline, reference.as_of(as_of, known_at=known_at))
        [found] = timeline.sql("SELECT list(DISTINCT handed_over ORDER BY handed_over) FROM handed_over")
        assert set(found[0]) >= {"books", "shares", "size"}


def test_amounts_are_exact_or_handed_over_as_text(tmp_path: Path) -> None:
    """No number is rounded; one that does not fit is a text, and in no sum."""
    EventLog(tmp_path).append(
        [
            Delivery(date="2023-03-01", item="salt", unit="kg", quantity=amount, sources=PAPER)
            for amount in ("0.000000001", "1000000000000000000", "0.0000000001", "9" * 30, "2.5..")
        ]
    )
    timeline = Timeline.open(tmp_path)
    facts = {row["quantity"]: row for row in timeline.sql("FROM facts").to_dicts()}
    assert {text: (row["quantity_low"], row["quantity_high"]) for text, row in facts.items()} == {
        "0.000000001": (Decimal("0.000000001"),) * 2,
        "1000000000000000000": (Decimal(10**18),) * 2,
        "2.5..": (Decimal("2.5"), None),
    }
    handed = timeline.sql("SELECT quantity, quantity_low, handed_over FROM handed_over ORDER BY 1").rows
    assert handed == (("0.0000000001", None, "size"), ("9" * 30, None, "size"))
    [(low, high)] = timeline.sql("SELECT sum(quantity_low), sum(quantity_high) FROM facts WHERE unit = 'kg'")
    assert (low, high) == (Decimal("1000000000000000002.500000001"), None)


def test_a_sum_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    """It never wraps, and is never rounded."""
    EventLog(tmp_path).append([Delivery(date="2023", item="salt", quantity=10**18, sources=PAPER)])
    with pytest.raises(UsageError, match="Out of Range"):
        Timeline.open(tmp_path).sql("SELECT sum(quantity_low * 100000) FROM facts, range(1000000)")


def test_what_the_log_grows_by_is_in_it(tmp_path: Path) -> None:
    """Over the table that is kept lies what came since, also what hides old rows."""
    log = EventLog(tmp_path)
    [first, _] = log.append([Delivery(date="2023-03-01", item="truck", quantity=n, sources=PAPER) for n in (3, 4)])
    query = "SELECT sum(quantity_low) FROM facts"
    with Timeline.open(tmp_path, engine="embedded") as timeline:
        assert timeline.sql(query).rows == ((Decimal(7),),)
    log.append([Delivery(date="2023-03-02", item="radio", quantity=10, sources=PAPER), Retraction(of=first.id)])
    with Timeline.open(tmp_path, engine="embedded") as timeline:
        assert timeline.sql(query).rows == ((Decimal(14),),)


def test_a_damaged_table_is_not_believed(tmp_path: Path) -> None:
    """Where the file of the table is damaged or gone, the records of the log are asked instead."""
    log = EventLog(tmp_path)
    log.append([Delivery(date="2023-03-01", item="truck", quantity=n, sources=PAPER) for n in (3, 4)])
    for spoil in (damage, Path.unlink):
        with Timeline.open(tmp_path, engine="embedded") as timeline:
            for path in (tmp_path / ".aidtimeline").glob("*.duckdb"):
                spoil(path)
            for _ in range(2):
                assert timeline.sql("SELECT sum(quantity_low) FROM facts").rows == ((Decimal(7),),)


def damage(path: Path) -> None:
    found = bytearray(path.read_bytes())
    for at in range(4096, len(found), 97):
        found[at] ^= 255
    path.write_bytes(found)
