"""Check a log of promises, deliveries, payments, levels and amendments, as a ratio to replaying it.

    python benchmarks/check.py [--records N] [--runs K]

README.md says what is measured, and what it means.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from datetime import date, timedelta
from statistics import median
from time import process_time
from typing import Any

from deliveries import DAYS, DONORS, FIRST_DAY, FIRST_RECORDED, ITEMS, PUBLISHERS, SEED

from aidtimeline.checks import check
from aidtimeline.codec import record_id
from aidtimeline.events import (
    EVENT_KINDS,
    Amendment,
    Correction,
    Corroboration,
    Event,
    Record,
    Retraction,
    Source,
)
from aidtimeline.semantics import believe
from aidtimeline.vocabulary import Item, Party, ProjectName, Vocabulary

TODAY = FIRST_DAY + timedelta(days=3 * DAYS)
RECIPIENTS = ("UA", "ministry", "hospital", "MD")
COUNTRIES = {"ministry": "UA", "hospital": "UA"}

VAGUE_DATE = 0.2
RAISED, MADE_FIRM, CANCELLED = 0.3, 0.4, 0.05
AMENDED = 0.07


def main() -> None:
    """Make the records, replay and check them in turns, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    log = Register()
    while len(log.records) < options.records:
        log.write_project()
    records, words = log.records[: options.records], log.vocabulary()
    replayed, checked = [], []
    for _ in range(options.runs):
        begin = process_time()
        believe(records)
        replayed.append(process_time() - begin)
        begin = process_time()
        problems = check(records, words, today=TODAY)
        checked.append(process_time() - begin)
    kinds = Counter(record.event.kind for record in records)
    print(f"{len(records):,} records:", ", ".join(f"{number:,} {kind}" for kind, number in kinds.most_common()))
    print(
        "found:", ", ".join(f"{number:,} {code}" for code, number in sorted(Counter(p.code for p in problems).items()))
    )
    times = [check_ / replay for check_, replay in zip(checked, replayed, strict=True)]
    print(f"believe {median(replayed):.2f} s, check {median(checked):.2f} s", end=" ")
    print(f"({median(times):.2f} times, {min(times):.2f} to {max(times):.2f}); the quickest check {min(checked):.2f} s")


class Register:
    """Projects, each with a promise, what became of it, and what was reported of that."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)
        self.records: list[Record] = []
        self.projects = 0

    def vocabulary(self) -> Vocabulary:
        """The labels of all its slugs."""
        parties = (*DONORS, *RECIPIENTS)
        return Vocabulary(
            items={each: Item(slug=each, label=each) for each in (*ITEMS, "course")},
            parties={each: Party(slug=each, name=each, country=COUNTRIES.get(each, each)) for each in parties},
            projects={
                f"project-{number}": ProjectName(slug=f"project-{number}", label="A project")
                for number in range(self.projects)
            },
        )

    def write_project(self) -> None:
        """Write one more project down, with all that becomes of it."""
        chance = self.chance
        project, self.projects = f"project-{self.projects}", self.projects + 1
        self.day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
        self.common = {"project": project, "donor": chance.choice(DONORS), "recipient": chance.choice(RECIPIENTS)}
        self._record("project", title="A project", planned_end=self._later(600))
        self._record("status", status="implementation")
        self._record("participation", party=self.common["donor"], role="funding")
        if chance.random() < 0.3:
            self._record("announcement", intent="pledge")
        for _ in range(chance.randrange(1, 4)):
            if chance.random() < 0.7:
                self._goods(chance.choice(ITEMS))
            else:
                self._money()
        self._record("status", status="closed")

    def _goods(self, item: str) -> None:
        chance, total = self.chance, self.chance.randint(20, 400)
        promise = self._promise(item=item, quantity=total, due=self._later(chance.randint(100, 900)))
        came = 0
        before: tuple[str, ...] = ()
        for _ in range(chance.randrange(2, 12)):
            part = chance.randint(1, max(total // 6, 1))
            came += part
            linked = {"fulfils": promise} if chance.random() < 0.6 else {}
            if chance.random() < 0.15:  # a running total, which replaces the one before
                before = (self._record("delivery", item=item, quantity=came, supersedes=before, **linked),)
            else:
                self._record("delivery", item=item, quantity=self._quantity(part), **linked)
        if chance.random() < 0.5:
            self._record("observation", item=item, quantity=f"~{came}")
        if chance.random() < 0.1:
            self._record("observation", item=item, quantity=came, project=None, donor=None)
        if chance.random() < 0.3:
            self._record("training", item="course", quantity=chance.randint(3, 30), unit="person", fulfils=promise)

    def _money(self) -> None:
        chance, total = self.chance, self.chance.randint(10, 900) * 1000
        promise = self._promise(value=f"USD {total}")
        for _ in range(chance.randrange(1, 9)):
            value = f"USD {chance.randint(1, total // 1000) * 250}"
            self._record("disbursement", value=value, fulfils=promise)
            if chance.random() < 0.3:
                self._record(chance.choice(("receipt", "expenditure")), value=value)

    def _promise(self, **said: Any) -> str:
        chance = self.chance
        promise = self._record("pledge", **said)
        if chance.random() < RAISED:
            promise = self._record("pledge", **said, supersedes=promise)
        if chance.random() < MADE_FIRM:
            promise = self._record("commitment", **said, fulfils=promise)
        if chance.random() < CANCELLED:
            self._record("cancellation", supersedes=promise)
        return promise

    def _record(self, kind: str, **said: Any) -> str:
        """Write an event down, some days after the last, and now and then what is reported of it again."""
        chance = self.chance
        self.day += timedelta(days=chance.randrange(20))
        published = self.day + timedelta(days=40)
        common: dict[str, Any] = {"sources": self._source(published), "ref": f"no. {len(self.records)}"}
        event = EVENT_KINDS[kind](**{"date": self._date(), **self.common, **said, **common})
        of = self._write(event)
        if chance.random() < AMENDED:
            common["sources"] = self._source(published + timedelta(days=30))
            amendments: tuple[Amendment, ...] = (
                Corroboration(of=of, **common),
                Corroboration(of=of, date=self.day.isoformat(), **common),
                Correction(of=of, event=event, reason="once more", ref=common["ref"]),
                Retraction(of=of, reason="it never happened", **common),
            )
            self._write(chance.choice(amendments))
        return of

    def _write(self, event: Event | Amendment) -> str:
        record = Record(record_id(event), FIRST_RECORDED + timedelta(seconds=len(self.records)), event)
        self.records.append(record)
        return record.id

    def _source(self, day: date) -> Source:
        return Source(publisher=self.chance.choice(PUBLISHERS), published=day.isoformat())

    def _date(self) -> str:
        day = self.day
        if self.chance.random() >= VAGUE_DATE:
            return day.isoformat()
        return self.chance.choice((f"{day:%Y-%m}", f"{day:%Y}", f"{day}/{day + timedelta(days=9)}", f"{day}~"))

    def _quantity(self, number: int) -> str:
        if self.chance.random() >= 0.1:
            return str(number)
        return self.chance.choice((f"{number}..{number + 20}", f"~{number}", f"{number}.."))

    def _later(self, days: int) -> str:
        return (self.day + timedelta(days=days)).isoformat()


if __name__ == "__main__":
    main()
