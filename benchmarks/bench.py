"""What the rows of the table share: the log, the sides that take turns, and what is measured of them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

from made import make
from measure import Figures, run

HERE = Path(__file__).parent
TODAY = "7912614"
"""The commit of the library with which targets say "today's"."""

Turns: TypeAlias = dict[str, list[Figures]]
"""The figures of each side, by turns."""


@dataclass(frozen=True)
class Target:
    """At most (or at least) so many times the peer; without a peer, so much.

    A ratio is always that of the one which should be larger: `at_least` is how many times as much the peer takes.

    >>> str(Target(0.5)), str(Target(3, at_least=True, of="as fast")), str(Target(0.05, of="s", alone=True))
    ('≤ 0.5 ×', '≥ 3 × as fast', '≤ 0.05 s')
    """

    limit: float
    of: str = ""
    at_least: bool = False
    alone: bool = False

    def __str__(self) -> str:
        times = "" if self.alone else "×"
        return " ".join(filter(None, ("≥" if self.at_least else "≤", f"{self.limit:g}", times, self.of)))

    def reached(self, ours: float, peer: float | None) -> float:
        """The figure that is held against the limit."""
        if peer is None:
            return ours
        return peer / ours if self.at_least else ours / peer

    def met(self, reached: float) -> bool:
        """Whether a figure is within the limit, as it is printed: with two digits behind the point."""
        rounded = round(reached, 2)
        return rounded >= self.limit if self.at_least else rounded <= self.limit


@dataclass(frozen=True)
class Measured:
    """One row of the table: ours and the peer's figures by turns, and the target."""

    work: str
    ours: str
    peer: str
    turns: Turns
    target: Target
    of: Callable[[Figures], float] = lambda figures: figures.seconds
    unit: str = "s"

    @property
    def reached(self) -> list[float]:
        """The figure of each turn that is held against the target."""
        return self._by(self.of)

    @property
    def by_processor(self) -> float | None:
        """The same in the time of processors, which other work on the machine changes less; None: not known."""
        if self.unit != "s" or any(each.processor is None for side in self.turns.values() for each in side):
            return None
        return median(self._by(lambda figures: figures.processor or 0.0))

    def _by(self, of: Callable[[Figures], float]) -> list[float]:
        ours = map(of, self.turns["ours"])
        peers = map(of, self.turns["peer"]) if "peer" in self.turns else [None] * len(self.turns["ours"])
        return [self.target.reached(one, peer) for one, peer in zip(ours, peers, strict=True)]

    @property
    def met(self) -> bool:
        """Whether the median is within the target."""
        return self.target.met(median(self.reached))


class Differ(Exception):
    """Two sides gave different answers."""


@dataclass(frozen=True)
class Bench:
    """A folder for the files, the number of records, and how many turns each side has."""

    folder: Path
    records: int
    runs: int

    @cached_property
    def made(self) -> Mapping[str, Any]:
        """What was made into the folder `log`: its size, and the sums that it must have."""
        log = self.folder / "log"
        if not log.exists():
            self.say(f"making {self.records:,} records")
            make(self.records, log)
        found: Mapping[str, Any] = json.loads((log / "made.json").read_text())
        if found["records"] != self.records:
            raise Differ(f"{log} has {found['records']:,} records: name another folder, or remove it")
        return found

    @cached_property
    def reference(self) -> list[Any]:
        """The answers of the fold at every pair of cuts; of the exact place they are those of the maker."""
        exact = list(self.made["exact"].values())
        self.say("asking the reference")
        answers: list[Any] = self.step("ours.py", "reference").answer
        equal("the reference and the maker", [each["exact"] for each in answers], exact)
        return answers

    @cached_property
    def handed(self) -> Mapping[str, Any]:
        """What the embedded engine hands to the reference: of the records, and of the facts at every pair of cuts."""
        found: Mapping[str, Any] = self.step("ours.py", "handed").answer
        return found

    @cached_property
    def older(self) -> Path:
        """The source of the library at the commit that targets call "today's"."""
        folder = self.folder / TODAY
        if not folder.exists():
            self.say(f"unpacking the library of {TODAY}")
            folder.mkdir()
            archive = folder / "src.tar"
            subprocess.run(["git", "archive", f"--output={archive}", TODAY, "src"], cwd=HERE.parent, check=True)
            shutil.unpack_archive(archive, folder, filter="data")
        return folder / "src"

    def step(self, script: str, step: str, source: Path | None = None, records: int | None = None) -> Figures:
        """Run a step of a script on the log, which is made if it is not there."""
        return run(HERE / script, step, self.folder, records or self.made["records"], source)

    def turns(self, **sides: Callable[[], Figures]) -> Turns:
        """Run every side once, then again: what slows the machine for a while slows all."""
        found: Turns = {name: [] for name in sides}
        for turn in range(self.runs):
            for name, side in sides.items():
                self.say(f"  turn {turn + 1} of {self.runs}: {name}")
                found[name].append(side())
        return found

    def say(self, what: str) -> None:
        """Tell the person who waits what is going on."""
        print(what, file=sys.stderr, flush=True)


def equal(what: str, *answers: Any) -> None:
    """Raise `Differ` unless all answers are the same."""
    for answer in answers[1:]:
        if answer != answers[0]:
            raise Differ(f"{what}: {_part(answers[0], answer)}")


def _part(one: Any, other: Any) -> str:
    """Where two answers differ first."""
    pairs: list[tuple[Any, Any]] = []
    if isinstance(one, list) and isinstance(other, list):
        pairs = list(zip(one, other, strict=False))
    elif isinstance(one, dict) and isinstance(other, dict):
        pairs = [(one.get(key), other.get(key)) for key in sorted(one.keys() | other.keys())]
    return next((_part(*pair) for pair in pairs if pair[0] != pair[1]), f"{one!r} is not {other!r}"[:500])
