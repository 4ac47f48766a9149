"""Make a large log for the benchmarks, always the same one for the same numbers, without the library.

    python benchmarks/made.py RECORDS FOLDER [--seed N] [--files N]

The lines are written one by one, in bounded memory. `FOLDER/made.json` says what was made, and the sums that a question
about the place `EXACT` must have: there all is exact and nothing is amended, so that plain SQL is right too.
"""

from __future__ import annotations

import argparse
import json
import random
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from hashlib import blake2b
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, TypeAlias

Fields: TypeAlias = dict[str, Any]
"""The fields of an event, by name."""

SEED = 2026
EXACT = "place-00"
"""Where every fact is exact, and stays as it was written."""

CUTS: tuple[tuple[str, str | None], ...] = (
    ("2024-06-30", None),
    ("2024-06-30", "2024-07-31"),
    ("2019-05-17", None),
    ("2021-12-31", "2021-12-31"),
    ("2022-02-28", "2025-06-01"),
    ("2023-08-09", "2024-01-15"),
    ("2025-12-31", None),
    ("2020-10-10", "2020-12-24"),
)
"""The pairs of as_of and known_at that are asked; the first is asked where one question is enough."""

FIRST_DAY, LAST_DAY, LAST_REPORT = date(2018, 1, 1), date(2025, 12, 31), date(2026, 1, 31)
DAYS = (LAST_DAY - FIRST_DAY).days + 1
TEXTS = [str(FIRST_DAY + timedelta(days=day)) for day in range((LAST_REPORT - FIRST_DAY).days + 1)]
"""Days as texts, by their number. A day of a report is at most the last of them."""
EDGES = [TEXTS.index(as_of) for as_of, _ in CUTS]
"""The last days of questions. One in six of the exact facts is of such a day, so that no answer can miss it."""
FIRST_RECORDED = datetime(2026, 2, 1)

ITEMS: dict[str, str | None] = {
    **dict.fromkeys(("ambulance", "excavator", "generator", "laptop", "mine-detector", "tent", "truck", "vest")),
    "diesel": "l",
    "flour": "kg",
}
"""Each with the unit it is measured in; None: pieces."""
DONORS = ("CA", "DE", "FR", "GB", "JP", "NO", "PL", "US")
CURRENCIES = ("USD", "USD", "EUR", "JPY", "GBP", "NOK")
PUBLISHERS = tuple(
    f"{name} {number:02}" for number in range(40) for name in ("Courier", "Dépêche", "Газета", "Herald", "Ministry")
)
RECIPIENTS = tuple(f"agency-{number:02}" for number in range(40))
PLACES = tuple(f"place-{number:02}" for number in range(1, 25))
DATASETS = ("register", "tracker", "ledger")
PARTIES = (*DONORS, *RECIPIENTS[:12])
ROLES = ("funding", "accountable", "extending", "implementing", "beneficiary", "lead", "member")
STATUSES = ("pipeline", "implementation", "finalisation", "closed", "cancelled", "suspended")
TITLES = ("{} handed over", "First {} arrive at the depot", "Що стало з обіцянкою: {}", "List of {} by quarter")
QUOTED = 'Minister calls {} "a turning point"'

IN_LINE = (
    *("date", "project", "package", "donor", "recipient", "via", "location", "sector", "humanitarian"),
    *("party", "role", "left", "status", "title", "parent", "planned_start", "planned_end"),
    *("item", "quantity", "unit", "value", "due", "fulfils", "supersedes", "ref", "sources"),
)
"""The order of fields in a line."""
ADDED_BY_VERSION_2 = ("sector", "humanitarian")

VAGUE_DATES = 0.2
VAGUE_AMOUNTS = 0.1
EXACT_SHARE = 0.1
POOL = 20_000
"""How many of the records made so far may still be amended."""

_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Maker:
    """Draws records, and adds up what the exact ones among them come to."""

    def __init__(self, seed: int = SEED) -> None:
        self.chance = random.Random(seed)
        self.made = 0
        self.kinds: Counter[str] = Counter()
        self.sums: list[Counter[str]] = [Counter() for _ in CUTS]
        self.known: list[tuple[str, str, Fields, int]] = []
        """Records that may be amended: id, kind, fields, and the number of the day of the report."""
        self.promises: list[str] = []
        self.news: list[str] = []

    def lines(self) -> Iterator[bytes]:
        """Lines without an end. A few records come in twos: a duplicate, and the finding that it is one."""
        makes = tuple(MAKES)
        shares = list(accumulate(MAKES.values()))
        while True:
            yield from makes[bisect(shares, self.chance.random() * shares[-1])](self)

    # Events

    def event(self) -> Iterator[bytes]:
        """An event of some kind, which may be amended later unless it happened where all is exact."""
        kind = self.chance.choices(tuple(KINDS), tuple(KINDS.values()))[0]
        exact = kind == "delivery" and self.chance.random() < EXACT_SHARE / DELIVERIES
        day = self._pick(EDGES) if exact and self._one_in(6) else self._below(DAYS)
        report = self._later(day, 60)
        text = TEXTS[day] if exact else self._date(day)
        fields: Fields = {"date": text, **KIND_FIELDS[kind](self, day, exact)}
        fields["ref"] = f"no. {self.made}"
        fields["sources"] = self._sources(kind, fields, report, exact)
        id_, line = self._line(kind, fields)
        if exact:
            self._add(fields["item"], fields["quantity"], text, TEXTS[report])
        else:
            self._keep(self.known, (id_, kind, fields, report))
            if kind in ("pledge", "commitment"):
                self._keep(self.promises, id_)
        yield line

    def delivery(self, _day: int, exact: bool) -> Fields:
        """Goods; where all is exact nothing but whole numbers. Some keep a promise, some say what they are worth."""
        if exact:
            item, (low, high) = self._pick(tuple(ITEMS)), (1, 500)
            quantity = low + self._below(high)
            return {**self._parties(), "location": EXACT, **_goods(item, quantity)}
        fields = {**self._parties(), **self._goods()}
        if self._one_in(2):
            fields["location"] = self._pick(PLACES)
        if self._one_in(20):
            fields["via"] = ["undp"] if self._one_in(2) else ["undp", "unops"]
        if self._one_in(20):
            fields["value"] = self._money()
        if self._one_in(30):
            fields |= {"sector": self._pick(("15250", "72010", "10:3")), "humanitarian": self._one_in(2)}
        if self.promises and self._one_in(40):
            fields["fulfils"] = [self._pick(self.promises)]
        return fields

    def promise(self, day: int, _exact: bool) -> Fields:
        """Goods or money to come, mostly with the day by which they are due."""
        due = {"due": self._date(self._later(day, 700))} if self._below(10) < 7 else {}
        what = {"value": self._money()} if self._one_in(2) else self._goods()
        return {**self._parties(), **what, **due}

    def payment(self, _day: int, _exact: bool) -> Fields:
        """Money that was paid out."""
        return {**self._parties(), "value": self._money()}

    def status(self, _day: int, _exact: bool) -> Fields:
        """How a project stands."""
        return {"project": self._project(), "status": self._pick(STATUSES)}

    def project(self, day: int, _exact: bool) -> Fields:
        """The profile of a project."""
        fields = {"project": self._project(), "title": f"Clearance and supplies, lot {self.made % 900}"}
        if self._one_in(4):
            fields["parent"] = self._project()
        return {**fields, "planned_start": TEXTS[day], "planned_end": TEXTS[self._later(day, 900)][:7]}

    def participation(self, _day: int, _exact: bool) -> Fields:
        """A party takes a role in a project, or gives it up."""
        left: Fields = {"left": True} if self._one_in(6) else {}
        return {"project": self._project(), "party": self._pick(PARTIES), "role": self._pick(ROLES), **left}

    def supersession(self) -> Iterator[bytes]:
        """A record that replaces an earlier one of its kind from its own date on."""
        if target := self._take():
            id_, kind, before, reported = target
            day = self._later(min(reported, DAYS - 1), 200, DAYS - 1)
            report = self._later(day, 60)
            fields = self._restated(kind, before) | {"date": self._date(day), "supersedes": [id_]}
            fields["ref"] = f"no. {self.made}"
            fields["sources"] = self._sources(kind, fields, report)
            new, line = self._line(kind, fields)
            self._keep(self.known, (new, kind, fields, report))
            yield line

    # Amendments: without a source a repair, with one news

    def correction(self) -> Iterator[bytes]:
        """What a record should have said, as a whole."""
        if target := self._take():
            id_, kind, before, reported = target
            event = self._restated(kind, before)
            if event == before or self._one_in(4):
                event["date"] = self._date(self._below(min(reported, DAYS - 1) + 1))
            fields = {"of": id_, "event": _numbered(kind, event), "reason": "misread: the figures of another column"}
            yield self._amendment("correction", fields, self._report(kind, event, reported))

    def retraction(self) -> Iterator[bytes]:
        """A record should not count. One in twenty of the repairs takes back what was news."""
        if self.news and self._one_in(30):
            yield self._amendment("retraction", {"of": self._pick(self.news), "reason": "not in the report"}, [])
        elif target := self._take():
            id_, kind, event, reported = target
            fields = {"of": id_, "reason": "denied by the ministry the next day"}
            yield self._amendment("retraction", fields, self._report(kind, event, reported))

    def duplicate(self) -> Iterator[bytes]:
        """Another record of the same fact, vaguer or with another report, and the finding that it is the same."""
        if target := self._take():
            id_, kind, before, reported = target
            again = before | {"ref": f"no. {self.made}", "sources": self._sources(kind, before, reported)}
            if len(again["date"]) == 10 and self._one_in(2):
                again["date"] = again["date"][:7]
            copy, line = self._line(kind, again)
            yield line
            finding = {"of": copy, "reason": "the same handover", "duplicate_of": id_}
            yield self._amendment("retraction", finding, self._report(kind, before, reported))

    def corroboration(self) -> Iterator[bytes]:
        """Another account, which agrees or does not, of an event that states an amount."""
        if target := self._take():
            id_, kind, event, reported = target
            told = self._restated(kind, event) if self._one_in(3) else event
            names = ("quantity", "value") if self._one_in(2) else ("date", "quantity", "value")
            fields = {"of": id_} | {name: told[name] for name in names if name in told}
            sources = self._sources(kind, event, self._later(reported, 400))
            yield self._amendment("corroboration", fields, sources)

    def _amendment(self, kind: str, fields: Fields, sources: list[Fields]) -> bytes:
        fields["ref"] = f"no. {self.made}"
        if sources:
            fields["sources"] = sources
        id_, line = self._line(kind, fields)
        if sources and "duplicate_of" not in fields:
            self._keep(self.news, id_)
        return line

    def _report(self, kind: str, event: Fields, reported: int) -> list[Fields]:
        """The source of one amendment in three. All corroborations have one, so half of the amendments are news."""
        return self._sources(kind, event, self._later(reported, 400)) if self._one_in(3) else []

    def _restated(self, kind: str, before: Fields) -> Fields:
        after = dict(before)
        if "quantity" in before:
            after |= _goods(before["item"], self._quantity(before.get("unit")))
        if "value" in before:
            after["value"] = self._money() | {"currency": before["value"]["currency"]}
        if kind == "status":
            after["status"] = self._pick(STATUSES)
        return after

    # What is drawn

    def _below(self, end: int) -> int:
        return int(self.chance.random() * end)

    def _one_in(self, many: int) -> bool:
        return self.chance.random() * many < 1

    def _pick(self, values: Any) -> Any:
        return values[int(self.chance.random() * len(values))]

    def _later(self, day: int, most: int, last: int = len(TEXTS) - 1) -> int:
        return min(day + int(self.chance.random() ** 3 * most), last)

    def _project(self) -> str:
        return f"project-{self._below(10_000):04}"

    def _parties(self) -> Fields:
        fields = {"donor": self._pick(DONORS), "recipient": self._pick(RECIPIENTS)}
        return fields if self._one_in(8) else {"project": self._project(), **fields}

    def _goods(self) -> Fields:
        item = self._pick(tuple(ITEMS))
        return _goods(item, self._quantity(ITEMS[item]))

    def _date(self, day: int) -> str:
        """A date that has this day in it: itself, or vague."""
        if self.chance.random() >= VAGUE_DATES / (1 - EXACT_SHARE):
            return TEXTS[day]
        return VAGUE[bisect(VAGUE_SHARES, self.chance.random() * VAGUE_SHARES[-1])](day, self._below(20))

    def _quantity(self, unit: str | None) -> int | str | None:
        """A number as a line has it: exact, or a range. A few are not stated at all."""
        number = 1 + int(self.chance.random() ** 2 * 500)
        text = f"{number}.{1 + self._below(9)}" if unit and self._one_in(3) else ""
        if self.chance.random() >= VAGUE_AMOUNTS / (1 - EXACT_SHARE):
            return text or number
        wide = number + 1 + self._below(number)
        ranges = (f"{text or number}..{wide}", f"{text or number}..", f"..{wide}", f"~{text or number}", None)
        return ranges[bisect((4, 6, 7, 9), self.chance.random() * 10)]

    def _money(self) -> Fields:
        number = 1000 + int(self.chance.random() ** 3 * 2_000_000)
        amount: int | str = number * 100 if self._one_in(2) else number
        if self._one_in(4):
            amount = f"{number}.{1 + self._below(98):02}".rstrip("0")
        if self.chance.random() < VAGUE_AMOUNTS / (1 - EXACT_SHARE):
            amount = self._pick((f"{number}..{number * 2}", f"{number}..", f"~{number}"))
        return {"amount": amount, "currency": self._pick(CURRENCIES)}

    def _sources(self, kind: str, fields: Fields, report: int, exact: bool = False) -> list[Fields]:
        """One report, sometimes two. Where not all is exact, a few name a month, or no day at all."""
        found = [self._source(kind, fields, TEXTS[report])]
        if exact:
            return found
        if self._one_in(50):
            found[0]["published"] = TEXTS[report][:7]
        elif self._one_in(100):
            del found[0]["published"]
        if self._one_in(12):
            found.append(self._source(kind, fields, TEXTS[self._later(report, 90)]))
        return found

    def _source(self, kind: str, fields: Fields, published: str) -> Fields:
        publisher = self._below(len(PUBLISHERS))
        source = {"publisher": PUBLISHERS[publisher]}
        if self._one_in(2):
            title = QUOTED if self._one_in(25) else self._pick(TITLES)
            source["title"] = title.format(fields.get("item", kind))
        if self._one_in(3):
            source["url"] = f"https://news-{publisher:03}.example/{self._below(10**6):06}"
        source["published"] = published
        if self._one_in(20):
            source["attribution"] = "a government source"
        if self._one_in(7):
            source["dataset"] = self._pick(DATASETS)
        return source

    # What is kept

    def _add(self, item: str, quantity: int, day: str, published: str) -> None:
        for (as_of, known_at), sums in zip(CUTS, self.sums, strict=True):
            if day <= as_of and (known_at is None or published <= known_at):
                sums[item] += quantity

    def _keep(self, pool: list[Any], new: Any) -> None:
        """Add to a pool; where it is full, in the place of any other."""
        if len(pool) < POOL:
            pool.append(new)
        else:
            pool[self._below(POOL)] = new

    def _take(self) -> tuple[str, str, Fields, int] | None:
        """A record to amend. One in ten may be amended again."""
        if not self.known:
            return None
        place = self._below(len(self.known))
        if self._one_in(10):
            return self.known[place]
        self.known[place], self.known[-1] = self.known[-1], self.known[place]
        return self.known.pop()

    def _line(self, kind: str, fields: Fields) -> tuple[str, bytes]:
        said = _numbered(kind, fields)
        id_ = blake2b(_sorted(said).encode(), digest_size=16).hexdigest()
        at = (FIRST_RECORDED + timedelta(seconds=self.made)).isoformat()
        self.made += 1
        self.kinds[kind] += 1
        head = {"kind": kind, "v": said.pop("v"), "id": id_, "recorded_at": f"{at}Z"}
        return id_, _plain(head | said).encode()


def _numbered(kind: str, fields: Fields) -> Fields:
    """The fields in the order of a line, behind their kind and its version."""
    version = 2 if any(name in fields for name in ADDED_BY_VERSION_2) else 1
    if kind not in KINDS:
        return {"kind": kind, "v": 1, **fields}
    return {"kind": kind, "v": version, **{name: fields[name] for name in IN_LINE if name in fields}}


def _goods(item: str, quantity: int | str | None) -> Fields:
    unit = ITEMS[item]
    return {"item": item, **({} if quantity is None else {"quantity": quantity}), **({"unit": unit} if unit else {})}


def _quarter(day: str) -> str:
    return f"{day[:5]}{33 + (int(day[5:7]) - 1) // 3}"


VAGUE: tuple[Callable[[int, int], str], ...] = (
    lambda day, _: TEXTS[day][:7],
    lambda day, _: TEXTS[day][:4],
    lambda day, wide: f"{TEXTS[max(day - wide, 0)]}/{TEXTS[min(day + wide + 1, len(TEXTS) - 1)]}",
    lambda day, wide: f"{TEXTS[day][:7]}/{TEXTS[min(day + 32 + wide, len(TEXTS) - 1)][:7]}",
    lambda day, wide: f"[..{TEXTS[min(day + wide, len(TEXTS) - 1)]}]",
    lambda day, _: _quarter(TEXTS[day]),
    lambda day, _: f"{TEXTS[day]}~",
    lambda day, _: f"{TEXTS[day][:7]}~",
)
"""From the number of a day, and another below 20, a vague date that has the day in it."""
VAGUE_SHARES = list(accumulate((35, 18, 10, 5, 12, 10, 6, 4)))

KINDS = {
    "delivery": 80.0,
    "pledge": 4.0,
    "commitment": 4.0,
    "disbursement": 5.0,
    "status": 3.0,
    "project": 2.0,
    "participation": 2.0,
}
"""The kinds of events, in percent."""
DELIVERIES = KINDS["delivery"] / 100
KIND_FIELDS: dict[str, Callable[[Maker, int, bool], Fields]] = {
    "delivery": Maker.delivery,
    "pledge": Maker.promise,
    "commitment": Maker.promise,
    "disbursement": Maker.payment,
    "status": Maker.status,
    "project": Maker.project,
    "participation": Maker.participation,
}

MAKES: dict[Callable[[Maker], Iterator[bytes]], float] = {
    Maker.event: 94.5,
    Maker.supersession: 1.0,
    Maker.correction: 1.0,
    Maker.retraction: 1.5,
    Maker.duplicate: 0.5,
    Maker.corroboration: 1.0,
}
"""What is made next, in percent."""


def make(records: int, folder: Path, *, seed: int = SEED, files: int = 1) -> Fields:
    """Write a log of so many records into a new folder, in so many files; returns what `made.json` says."""
    folder.mkdir(parents=True)
    maker = Maker(seed)
    written = 0
    with ExitStack() as stack:
        names = [folder / f"made-{number + 1:02}.jsonl" for number in range(files)]
        opened = [stack.enter_context(name.open("wb", buffering=2**20)) for name in names]
        for number, line in enumerate(islice(maker.lines(), records)):
            written += opened[number % files].write(line + b"\n")
    cuts = (f"{as_of} {known_at or ''}".strip() for as_of, known_at in CUTS)
    made = {
        "seed": seed,
        "records": records,
        "bytes": written,
        "kinds": dict(sorted(maker.kinds.items())),
        "exact": {cut: dict(sorted(sums.items())) for cut, sums in zip(cuts, maker.sums, strict=True)},
    }
    (folder / "made.json").write_text(json.dumps(made, indent=1) + "\n")
    return made


def main() -> None:
    """Make a log, and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=int, metavar="RECORDS")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="of the log; it must not exist yet")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="(default %(default)s)")
    parser.add_argument("--files", type=int, default=1, metavar="N", help="over which lines are spread (default 1)")
    options = parser.parse_args()
    made = make(options.records, options.folder, seed=options.seed, files=options.files)
    print(f"{made['records']:,} records, {made['bytes'] / made['records']:.0f} bytes each")


if __name__ == "__main__":
    main()
