"""`import`: record what other files say, and report what became of each part of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from aidtimeline.cli.application import PROBLEMS, command
from aidtimeline.cli.asking import answer
from aidtimeline.cli.interrupting import interruptible
from aidtimeline.cli.options import JSON, parsed
from aidtimeline.cli.printing import hand, note
from aidtimeline.cli.progress import bar
from aidtimeline.formats import FORMATS, File
from aidtimeline.formats.importing.several import files_in, import_history, import_several
from aidtimeline.report.imports import AllImported, Imported
from aidtimeline.text.safe import shown
from aidtimeline.values.dates import DateRange
from aidtimeline.values.zones import read_instant


@command("import", "aidtimeline import iati activities.xml --dry-run")
@click.argument("format", metavar="[FORMAT]", required=False, type=click.Choice(list(FORMATS)))
@click.argument("paths", metavar="[FILE]…", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--mapping", metavar="TOML", type=click.Path(path_type=Path), help="The mapping of a table: which column is what."
)
@click.option("--example", is_flag=True, help="Print an example of a mapping, and a table that it fits.")
@click.option("--guess", is_flag=True, help="Print a first mapping for a table, with comments; record nothing.")
@click.option(
    "--published",
    metavar="DATE",
    callback=parsed(DateRange.parse),
    help="When this version of the file was published, if the file does not say. Default: known from now on.",
)
@click.option(
    "--until",
    metavar="DATE",
    callback=parsed(DateRange.parse),
    help="The last day that this version covers, if it came out later.",
)
@click.option(
    "--part",
    "covers",
    flag_value="part",
    help="The file has a part of its dataset (a year, a country): what it lacks is not gone.",
)
@click.option("--whole", "covers", flag_value="whole", help="The file has all of its dataset: what it lacks is gone.")
@click.option(
    "--history",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="All versions of a file: one that git keeps, or a folder of files with a date in each name.",
)
@click.option("--dataset", metavar="NAME", help="The name that all versions of the file share. Default: the format's.")
@click.option("--encoding", metavar="NAME", help="The encoding of a CSV file. Default: UTF-8.")
@click.option("--dry-run", is_flag=True, help="Record nothing; show what would be recorded.")
@click.option("--strict", is_flag=True, help="Record nothing if anything is skipped.")
@click.option("--repair", is_flag=True, help="What differs from the log was a mistake in the log, not news.")
@click.option(
    "--recorded-at", metavar="INSTANT", callback=parsed(read_instant), help="The instant of recording. Default: now."
)
@click.option("--to", "name", metavar="NAME", help="The file in the log's folder, without .jsonl. Default: the format.")
@JSON
@click.pass_obj
def import_command(
    folder: str,
    /,
    format: str | None,
    paths: tuple[Path, ...],
    *,
    history: Path | None,
    example: bool,
    guess: bool,
    dry_run: bool,
    strict: bool,
    repair: bool,
    recorded_at: datetime | None,
    name: str | None,
    json: bool,
    **of_file: Any,
) -> None:
    """Record what files say: iati, kiel, fts, tables, or sheets.

    A table is a csv, xlsx or jsonl file with a --mapping. A sheet is a csv or xlsx file with a draft in each row, such
    as `template` makes: it is recorded as drafts are, and --to is events.

    Everything new in a file is recorded, or nothing. Importing it again changes nothing. From a newer version, only the
    changes are recorded, as news known since that version. Several files, or all in a folder, are imported in the order
    of their versions. What could not be read is listed by reason; then the exit code is 1.
    """
    if example:
        from aidtimeline.formats.tables import example as example_of_a_mapping

        hand(example_of_a_mapping())
        return
    if format is None or not (paths or history):
        missing = "FILE" if format else "FORMAT"
        raise click.UsageError(f"Missing argument '{missing}'", click.get_current_context())
    if guess and paths:
        from aidtimeline.formats.tables.guess import guess as guessed

        hand(guessed(File(path=paths[0], encoding=of_file["encoding"])).rstrip("\n"))
        return
    if paths and history:
        message = f"--history {shown(str(history))} names the file; leave out FILE"
        raise click.UsageError(message, click.get_current_context())
    options: dict[str, Any] = {"recorded_at": recorded_at, "to": name, "repair": repair, "strict": strict}
    options |= {"dry_run": dry_run, "progress": bar}
    if history:
        imports = import_history(folder, format, File(path=history, **of_file), **options)
    else:
        files = [File(path=each, **of_file) for path in paths for each in files_in(path)]
        imports = import_several(folder, format, files, **options)
    done: list[Imported] = []
    try:
        with interruptible(folder):
            for each in imports:
                done.append(Imported(each.report, dry_run, [file.name for file in each.files]))
    finally:  # what was recorded is said, whatever comes after it
        for problem in (problem for each in done for problem in each.report.problems):
            note(str(problem))
        if done:
            answer(done[0] if len(done) == 1 and not history else AllImported(done), json=json)
    if any(each.report.skipped and not (history and each.report.is_older) for each in done):
        click.get_current_context().exit(PROBLEMS)
