"""The table of targets in texts: on the terminal, and as the page `docs/performance.md`."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import zip_longest
from pathlib import Path
from statistics import median
from textwrap import fill

from bench import TODAY, Bench, Measured
from measure import Figures

PACKAGES = ("duckdb", "eventsourcing", "msgspec", "attrs", "cattrs")
HEAD = ("work", "ours", "peer", "reached", "least, most", "in processor time", "target", "met")
FIGURES: tuple[tuple[str, Callable[[Figures], float | None], str], ...] = (
    ("time", lambda each: each.seconds, "s"),
    ("of the processors", lambda each: each.processor, "s"),
    ("peak memory", lambda each: each.mebibytes, "MiB"),
)


def table(measured: Sequence[Measured]) -> str:
    """The table for a terminal."""
    rows = [HEAD, *map(_row, measured)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def page(measured: Sequence[Measured], about: Iterable[str], bench: Bench, command: str) -> str:
    """The page, in Markdown."""
    missed = [each for each in measured if not each.met]
    return "\n".join(
        [
            "# Performance",
            "",
            f"`{command}` wrote this page on {datetime.now(UTC):%Y-%m-%d}. Edit `benchmarks/`, not the page.",
            "",
            *_missed(missed, len(measured)),
            "",
            "## The table",
            "",
            f"{bench.records:,} records of {_bytes(bench):.0f} bytes each; the targets are for a million.",
            f"The sides took turns, {bench.runs} each or more, in processes of their own. A ratio is that of one",
            "turn, and the table has medians. Time is that of the clock; other work on the machine changes that of the",
            "processors less. All answers were compared before this was written.",
            "",
            *_markdown(HEAD, map(_row, measured)),
            "",
            "## What the rows mean",
            "",
            *(fill(f"- {each}", 118, subsequent_indent="  ", break_on_hyphens=False) for each in about),
            "",
            f"*Before* is the library at commit `{TODAY}`. `benchmarks/made.py` makes the log, without the library",
            "([benchmarks](../benchmarks/README.md)). Ratios hold on other machines better than seconds do.",
            "",
            "## What is handed to the reference",
            "",
            *_handed(bench),
            "",
            "## Every side",
            "",
            "Medians, with the least and most.",
            "",
            *_markdown(("side", *(name for name, _, _ in FIGURES)), _sides(measured)),
            "",
            "## The machine",
            "",
            *_markdown(("", ""), _machine(bench)),
            "",
        ]
    )


def _bytes(bench: Bench) -> float:
    return float(bench.made["bytes"] / bench.records)


def _missed(missed: Sequence[Measured], rows: int) -> list[str]:
    if not missed:
        return [f"All {rows} targets are met."]
    return [
        f"**Not met: {len(missed)} of {rows} targets.**",
        "",
        *(f"- {each.work}: {_figure(median(each.reached), each)}, target {each.target}" for each in missed),
    ]


def _handed(bench: Bench) -> Iterable[str]:
    """The shares, at the build and for each question."""
    handed = bench.handed
    linked = _share(handed["linked"], handed["records"])
    yield f"When the table is made: {linked} of the records, which others amend, supersede or are linked with."
    yield "When deliveries are counted by item: the facts that no row stands for."
    yield ""
    rows = ((cut, f"{facts:,}", _share(over, facts)) for cut, (over, facts) in handed["asked"].items())
    yield from _markdown(("as of", "deliveries", "handed over"), rows)


def _share(some: int, of: int) -> str:
    return f"{some:,} ({some / of:.1%})" if of else f"{some:,}"


def _row(each: Measured) -> tuple[str, ...]:
    reached = each.reached
    ours, peer = (
        f"{name}: {_amount(median(map(each.of, each.turns[side])), each.unit)}" if side in each.turns else ""
        for side, name in (("ours", each.ours), ("peer", each.peer))
    )
    spread = ", ".join(_figure(end(reached), each) for end in (min, max))
    by_processor = "" if each.by_processor is None else _figure(each.by_processor, each)
    verdict = "yes" if each.met else "**no**"
    return each.work, ours, peer, _figure(median(reached), each), spread, by_processor, str(each.target), verdict


def _figure(reached: float, each: Measured) -> str:
    return _amount(reached, each.unit) if each.target.alone else f"{reached:.2f} ×"


def _amount(amount: float, unit: str) -> str:
    if unit != "s":
        return f"{amount:,.0f} {unit}"
    if amount < 0.1:
        return f"{amount * 1000:.3g} ms"
    return f"{amount:.2f} s" if amount < 100 else f"{amount:,.0f} s"


def _sides(measured: Iterable[Measured]) -> Iterable[tuple[str, ...]]:
    """Each side once, also where several rows are about it."""
    seen = set()
    for each in measured:
        for name, side in ((each.ours, "ours"), (each.peer, "peer")):
            turns = each.turns.get(side, [])
            if turns and name not in seen:
                seen.add(name)
                yield name, *(_spread([of(figures) for figures in turns], unit) for _, of, unit in FIGURES)


def _spread(found: Sequence[float | None], unit: str) -> str:
    known = [each for each in found if each is not None]
    if not known:
        return ""
    return f"{_amount(median(known), unit)} ({_amount(min(known), unit)} to {_amount(max(known), unit)})"


def _machine(bench: Bench) -> Iterable[tuple[str, ...]]:
    yield "processors", f"{os.cpu_count()} × {_processor()}"
    yield "memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    yield "system", f"{platform.system()} {platform.release()}"
    yield "load, these sides included", f"{os.getloadavg()[2]:.1f} on average of 15 minutes"
    yield "Python", platform.python_version()
    for name in PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "not installed"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or sys.platform
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(cell for cell, _ in zip_longest(row, head, fillvalue=''))} |"
