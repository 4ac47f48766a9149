"""`import`: record what other files say, and report what became of each part of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from aidtimeline.cli.application import command
from aidtimeline.cli.asking import answer
from aidtimeline.cli.interrupting import interruptible
from aidtimeline.cli.options import JSON, parsed
from aidtimeline.cli.printing import hand, note
from aidtimeline.cli.progress import bar
from aidtimeline.formats import FORMATS, File, import_file
from aidtimeline.report.imports import Imported
from aidtimeline.values.dates import DateRange, parse_instant


@command("import", "aidtimeline import iati activities.xml --dry-run")
@click.argument("format", metavar="[FORMAT]", required=False, type=click.Choice(list(FORMATS)))
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--mapping", metavar="TOML", type=click.Path(path_type=Path), help="The mapping of a table: which column is what."
)
@click.option("--example", is_flag=True, help="Print an example of a mapping, and a table that it fits.")
@click.option(
    "--published",
    metavar="DATE",
    callback=parsed(DateRange.parse),
    help="When this version of the file was published, if the file does not say. Default: known from now on.",
)
@click.option("--dataset", metavar="NAME", help="The name that all versions of the file share. Default: the format's.")
@click.option("--encoding", metavar="NAME", help="The encoding of a CSV file. Default: UTF-8.")
@click.option("--dry-run", is_flag=True, help="Record nothing; show what would be recorded.")
@click.option("--repair", is_flag=True, help="What differs from the log was a mistake in the log, not news.")
@click.option(
    "--recorded-at", metavar="INSTANT", callback=parsed(parse_instant), help="The instant of recording. Default: now."
)
@click.option("--to", "name", metavar="NAME", help="The file in the log's folder, without .jsonl. Default: the format.")
@JSON
@click.pass_obj
def import_command(
    folder: str,
    /,
    format: str | None,
    path: Path | None,
    *,
    example: bool,
    dry_run: bool,
    repair: bool,
    recorded_at: datetime | None,
    name: str | None,
    json: bool,
    **of_file: Any,
) -> None:
    """Record what a file says: iati, kiel, fts, a table, or a sheet.

    A table is a csv, xlsx or jsonl file with a --mapping. A sheet is a csv or xlsx file with a draft in each row, such
    as `template` makes: it is recorded as drafts are, and --to is events.

    Everything new is recorded, or nothing. Importing a file again changes nothing. From a newer version of a file, only
    the changes are recorded, as news known since that version. What could not be read is listed by reason.
    """
    if example:
        from aidtimeline.formats.tables import example as example_of_a_mapping

        hand(example_of_a_mapping())
        return
    if format is None or path is None:
        missing = "FILE" if format else "FORMAT"
        raise click.UsageError(f"Missing argument '{missing}'", click.get_current_context())
    file = File(path=path, **of_file)
    with interruptible(folder):
        report = import_file(
            folder, format, file, recorded_at=recorded_at, to=name, repair=repair, dry_run=dry_run, progress=bar
        )
    for problem in report.problems:
        note(str(problem))
    answer(Imported(report, dry_run), json=json)
