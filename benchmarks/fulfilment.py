"""Ask what has become of the promises of a register without projects, as a ratio to replaying the same log.

    python benchmarks/fulfilment.py [--records N] [--runs K] [--folder DIR]

README.md says what is measured, and what it means.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from attrs import evolve
from deliveries import DAYS, FIRST_DAY, SEED
from measure import Sums, add_folder, run, run_step

from aidtimeline import EventLog, Timeline, report
from aidtimeline.events import Delivery, Event, Pledge, Source
from aidtimeline.timeline import View

AS_OF = FIRST_DAY + timedelta(days=DAYS)
DONORS = tuple(f"donor-{number}" for number in range(8))
ITEMS = tuple(f"item-{number}" for number in range(10))
LINKED = 0.1
VAGUE = 0.2


def main() -> None:
    """Write the register, replay it and ask in turns, each in a process of its own, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=40_000)
    parser.add_argument("--runs", type=int, default=3)
    add_folder(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        write(Path(folder), options.records)
        turns = [[run(Path(__file__), step, folder, options.records) for step in STEPS] for _ in range(options.runs)]
    print(
        f"{options.records:,} records, {options.runs} turns: medians; above the replay: what the answer takes beside it"
    )
    for number, step in enumerate(STEPS):
        seconds = median(turn[number].seconds for turn in turns)
        memory = median(turn[number].mebibytes for turn in turns)
        above = median(turn[number].seconds - turn[0].seconds for turn in turns)
        times = median((turn[number].seconds - turn[0].seconds) / turn[0].seconds for turn in turns)
        beside = median(turn[number].mebibytes - turn[0].mebibytes for turn in turns)
        print(
            f"{step:24} {seconds:7.2f} s {memory:6.0f} MiB   {above:6.2f} s ({times:.2f} times) {beside:5.0f} MiB above"
        )


def write(folder: Path, records: int) -> None:
    """Half of the records promise, the others deliver; one delivery in ten names its promise."""
    chance, log = random.Random(SEED), EventLog(folder)
    promised = [_event(Pledge, number, chance) for number in range(records // 2)]
    by_row: dict[tuple[str | None, str | None], list[str]] = defaultdict(list)
    for record, promise in zip(log.append(promised), promised, strict=True):
        by_row[promise.donor, promise.item].append(record.id)
    log.append([_delivery(number, chance, by_row) for number in range(records // 2, records)])


def _event(kind: type[Pledge | Delivery], number: int, chance: random.Random) -> Pledge | Delivery:
    day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
    due: dict[str, Any] = {"due": f"{day + timedelta(days=200)}"} if kind is Pledge else {}
    return kind(
        date=day.isoformat() if chance.random() >= VAGUE else f"{day:%Y-%m}",
        donor=chance.choice(DONORS),
        recipient="UA",
        item=chance.choice(ITEMS),
        quantity=chance.randint(1, 50),
        ref=f"no. {number}",
        sources=Source(publisher="Register", published=AS_OF.isoformat()),
        **due,
    )


def _delivery(number: int, chance: random.Random, promises: Mapping[tuple[str | None, str | None], list[str]]) -> Event:
    delivery = _event(Delivery, number, chance)
    if chance.random() >= LINKED:
        return delivery
    return evolve(delivery, fulfils=chance.choice(promises[delivery.donor, delivery.item]))


def _view(folder: Path) -> View:
    return Timeline.open(folder).as_of(AS_OF)


def replay(folder: Path, records: int) -> Sums:
    """Read the log and find the facts of the view."""
    return {"facts": (len(_view(folder).facts), None)}


def fulfilment(folder: Path, records: int) -> Sums:
    """The same, and what has become of each promise."""
    view = _view(folder)
    return {"facts": (len(view.facts), None), "rows": (len(view.fulfilment()), None)}


def as_json(folder: Path, records: int) -> Sums:
    """The same, and the answer as JSON."""
    return {"bytes": (len(report.json(_view(folder).fulfilment())), None)}


STEPS = {"replay": replay, "replay, and fulfilment": fulfilment, "the same, as JSON": as_json}

if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in STEPS:
        run_step(STEPS)
    else:
        main()
