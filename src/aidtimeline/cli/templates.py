"""The command `template`: a sheet of drafts to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from aidtimeline.cli.application import command
from aidtimeline.cli.options import FORCE, completing
from aidtimeline.cli.printing import hand, note
from aidtimeline.cli.recording import lines_in
from aidtimeline.events import Record
from aidtimeline.formats.sheet import as_csv, as_file, sheet_of
from aidtimeline.formats.sheet.columns import IN_SHEETS
from aidtimeline.log import EventLog
from aidtimeline.log.drafts import read_drafts
from aidtimeline.log.flat import names_of
from aidtimeline.log.vocabulary import load_vocabulary
from aidtimeline.log.whole import write_file

_FIELDS = tuple(dict.fromkeys(name for kind in IN_SHEETS for name in names_of(kind)))


@command("template", "aidtimeline template delivery pledge --field item --field quantity --out facts.xlsx")
@click.argument("kinds", metavar="[KIND]...", nargs=-1, shell_complete=completing(IN_SHEETS))
@click.option(
    "--field",
    "fields",
    metavar="FIELD",
    multiple=True,
    shell_complete=completing(_FIELDS),
    help="A column for this field, such as item or source.title, beside those that must be there; may be repeated. "
    "Default: all fields of the kinds.",
)
@click.option("--sources", metavar="N", type=click.IntRange(1, 9), default=1, help="Columns for N sources. Default: 1.")
@click.option("--drafts", metavar="FILE", type=click.Path(), help="Begin with these drafts, as `record` takes them.")
@click.option(
    "--out",
    "path",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a workbook (.xlsx), with lists to choose from, or a .csv. Default: print CSV.",
)
@FORCE
@click.pass_obj
def template(
    folder: str, /, kinds: tuple[str, ...], *, drafts: str | None, path: Path | None, force: bool, **of_sheet: object
) -> None:
    """Make a sheet to fill in: a row for each draft.

    It has columns for the fields of each KIND, by default of all but corrections. `import sheet` records its rows. A
    workbook has lists to choose from: kinds, roles, statuses, currencies, and the slugs of the vocabulary.
    """
    events = []
    if drafts is not None:
        read = read_drafts(lines_in(drafts), EventLog(folder).ids())
        events = [each.event if isinstance(each, Record) else each for each in read]
    sheet = sheet_of(kinds, vocabulary=load_vocabulary(folder), events=events, **of_sheet)  # type: ignore[arg-type]
    if path is None:
        hand(as_csv(sheet).removesuffix("\n"))
        return
    write_file(path, as_file(sheet, path.suffix), force=force)
    many = f"{len(sheet.names)} columns" + (f", {len(sheet.rows):,} rows" if sheet.rows else "")
    note(f"{many} written to {path}; `aidtimeline import sheet {path}` records what is filled in")
