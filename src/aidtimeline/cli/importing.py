"""`import`: what other files say, recorded; and what became of each part of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from aidtimeline.cli import rows
from aidtimeline.cli.application import command, show
from aidtimeline.cli.options import JSON, parsed
from aidtimeline.codec import event_to_json
from aidtimeline.codec.jsonlines import compact
from aidtimeline.formats import FORMATS, File, Report, import_file
from aidtimeline.formats.readings import Remark, Skipped
from aidtimeline.text.safe import printable, shown
from aidtimeline.values.dates import DateRange, parse_instant

EXAMPLES = 3
SHOWN_AFTER = 1.0  # seconds

_WORDS = {
    "new": "new",
    "restated": "restated (new facts that supersede older ones)",
    "news": "news (corrections, known since this version)",
    "repaired": "read anew (repairs)",
    "gone": "no longer there (retractions)",
}


@command("import", "aidtimeline import iati activities.xml --dry-run")
@click.argument("format", metavar="[FORMAT]", required=False, type=click.Choice(list(FORMATS)))
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--mapping", metavar="TOML", type=click.Path(path_type=Path), help="Which column is what, of a table.")
@click.option("--example", is_flag=True, help="Print a mapping with comments, and a table that goes with it.")
@click.option(
    "--published",
    metavar="DATE",
    callback=parsed(DateRange.parse),
    help="When this version of the file came out, where it does not say so itself. Default: known since now.",
)
@click.option("--dataset", metavar="NAME", help="What all versions of the file are called. Default: the format's.")
@click.option("--encoding", metavar="NAME", help="How the text of a CSV is encoded. Default: UTF-8.")
@click.option("--dry-run", is_flag=True, help="Record nothing; show the first events and all that would become of it.")
@click.option("--repair", is_flag=True, help="What differs from the log is a mistake of ours, and no news.")
@click.option("--recorded-at", metavar="INSTANT", callback=parsed(parse_instant), help="When it was recorded.")
@click.option("--to", "name", metavar="NAME", help="The file in the log's folder. Default: the format's name.")
@JSON
@click.pass_obj
def import_command(
    folder: str,
    format: str | None,
    path: Path | None,
    *,
    mapping: Path | None,
    example: bool,
    published: DateRange | None,
    dataset: str | None,
    encoding: str | None,
    dry_run: bool,
    repair: bool,
    recorded_at: datetime | None,
    name: str | None,
    json: bool,
) -> None:
    """Record what FILE says: iati, kiel, fts, or a table (csv, xlsx, jsonl) with a mapping.

    All that is new is recorded, or nothing. A file that was imported before changes nothing; of a newer version only
    what changed is recorded, as news known since that version. What could not be read is told by reason.
    """
    if example:
        from aidtimeline.formats.tables import example as example_of_a_mapping

        show([example_of_a_mapping()])
        return
    if format is None or path is None:
        missing = "FILE" if format else "FORMAT"
        raise click.UsageError(f"Missing argument '{missing}'", click.get_current_context())
    file = File(
        path=path,
        published=published,
        dataset=dataset,
        mapping=mapping,
        encoding=encoding,
        progress=_progress(path.name),
    )
    report = import_file(folder, format, file, recorded_at=recorded_at, to=name, repair=repair, dry_run=dry_run)
    show([rows.written(_as_json(report, dry_run))] if json else map(printable, _page(report, dry_run)))


def _progress(name: str) -> Callable[[float], None]:
    """Tells on a terminal how much of a file has been read, once that takes long."""
    started = last = time.monotonic()

    def tell_of(fraction: float) -> None:
        nonlocal last
        instant = time.monotonic()
        if instant - started > SHOWN_AFTER and (instant - last > SHOWN_AFTER or fraction == 1):
            last = instant
            click.echo(f"\r{name}: {fraction:.0%} read", err=True, nl=fraction == 1)

    return tell_of if sys.stderr is not None and sys.stderr.isatty() else lambda _: None


def _page(report: Report, dry_run: bool) -> Iterator[str]:
    if dry_run:
        yield from (compact(event_to_json(event)) for event in report.first)
        yield f"nothing was recorded; {report.recorded:,} would be:" if report.recorded else "nothing to record"
    else:
        yield f"{report.recorded:,} recorded" if report.recorded else "nothing new"
    for outcome, words in _WORDS.items():
        if many := report.outcomes[outcome]:
            yield f"  {many:,} {words}"
    yield f"{report.read:,} read, {report.outcomes['unchanged']:,} of them unchanged"
    yield from _reasons("skipped", report.skipped, report.counts)
    yield from _reasons("worth a look", report.remarks, report.counts)


def _reasons(head: str, kept: Mapping[str, Sequence[Skipped | Remark]], counts: Mapping[str, int]) -> Iterator[str]:
    if not kept:
        return
    yield f"{sum(counts[reason] for reason in kept):,} {head}:"
    for reason in sorted(kept, key=lambda each: -counts[each]):
        yield f"  {counts[reason]:,} × {reason}"
        yield from (f"      {_where(each)}" for each in kept[reason][:EXAMPLES])
        if counts[reason] > EXAMPLES:
            yield "      …"


def _where(each: Skipped | Remark) -> str:
    line = "" if each.line is None or f"line {each.line}" in each.place else f"line {each.line}: "
    return f"{line}{each.place}" + ("" if each.found is None else f": found {shown(each.found)}")


def _as_json(report: Report, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "read": report.read,
        "recorded": 0 if dry_run else report.recorded,
        **{outcome: report.outcomes[outcome] for outcome in (*_WORDS, "unchanged")},
        "skipped": list(_each(report.skipped, report.counts)),
        "remarks": list(_each(report.remarks, report.counts)),
        "first": [event_to_json(event) for event in report.first],
    }


def _each(kept: Mapping[str, Iterable[Skipped | Remark]], counts: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for reason, several in kept.items():
        examples = [{"line": each.line, "place": each.place, "found": each.found} for each in several]
        yield {"reason": reason, "count": counts[reason], "examples": examples}
