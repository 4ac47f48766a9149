"""`export`: what the log says, in files of other formats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from aidtimeline import report
from aidtimeline.cli.application import PROBLEMS, application
from aidtimeline.cli.asking import answer, opened, view_of
from aidtimeline.cli.options import AS_OF, ENGINE, FORCE, JSON, KNOWN_AT, RECORDED_UNTIL, SKIP_PROBLEMS, WHERE, Question
from aidtimeline.cli.printing import hand, note
from aidtimeline.engines.sql.exporting import FORMATS
from aidtimeline.report.write import room


@application.group("export", cls=click.Group, epilog="Example: aidtimeline export facts --out facts.parquet")
def export() -> None:
    """Write what the log says to a file of another format."""


@export.command("facts", epilog="Example: aidtimeline export facts --format csv --out facts.csv")
@click.option(
    "--out", "path", metavar="FILE", required=True, type=click.Path(path_type=Path), help="The file to write."
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(FORMATS),
    help="parquet, arrow (IPC file), csv or duckdb. Default: the ending of FILE.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@ENGINE
@SKIP_PROBLEMS
@click.pass_obj
def facts(
    folder: str, /, path: Path, *, shape: str | None, force: bool, engine: str | None, skip_problems: bool
) -> None:
    """Write the table of facts: each fact with the days and the knowledge in which it stands.

    It has the columns of `history` (docs/sql.md). `handed_over` says which rows must not just be added up. It needs
    pip install 'aidtimeline[fast]', and for arrow 'aidtimeline[arrow]'.
    """
    number = opened(folder, engine, skip_problems).export_facts(path, shape, force=force)  # type: ignore[arg-type]
    note(f"{number:,} row{'s' * (number != 1)} written to {path}")


@export.command("iati", epilog="Example: aidtimeline export iati --where donor=JP --out activities.xml")
@click.option(
    "--out",
    "path",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write. Default: stdout.",
)
@click.option(
    "--reporting-org",
    "ref",
    metavar="REF",
    help="The identifier of the organisation that reports what the log does not say who reports, such as XM-DAC-701-8.",
)
@click.option("--language", metavar="CODE", help="The language of the texts, such as en: the log does not know it.")
@AS_OF
@KNOWN_AT
@RECORDED_UNTIL
@WHERE
@FORCE
@ENGINE
@SKIP_PROBLEMS
@JSON
@click.pass_obj
def iati(
    folder: str,
    /,
    path: Path | None,
    *,
    ref: str | None,
    language: str | None,
    force: bool,
    json: bool,
    **asked: Any,
) -> None:
    """Write activities, transactions, plans and results as IATI 2.03: what is believed, each project an activity.

    What IATI cannot say is left out, and listed by reason: vague dates and amounts, goods, what is disputed or in
    doubt, and others. Nothing vague becomes exact. The list is on stderr, or with --json on stdout, with all ids. The
    exit code is 1 if no activity can be written; then there is no file.
    """
    from aidtimeline.formats.iati.writing import Exported, export_iati, iati_texts
    from aidtimeline.report.exports import IatiExported

    if json and path is None:
        raise click.UsageError("--json needs --out FILE: else the activities are on stdout")
    question = Question(folder=folder, **asked)
    view, exported = view_of(question), Exported()
    if path is not None:
        exported = export_iati(view, path, where=question.where, reporting_org=ref, language=language, force=force)
    else:
        for text in iati_texts(view, exported, where=question.where, reporting_org=ref, language=language):
            hand(text.encode("ascii", "xmlcharrefreplace").decode())
    shown = IatiExported(exported, view, None if path is None else str(path))
    if json:
        answer(shown, json=True)
    else:
        for line in report.lines(shown, room()):
            note(line)
    if not exported.activities:
        click.get_current_context().exit(PROBLEMS)
