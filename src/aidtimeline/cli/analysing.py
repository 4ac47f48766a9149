"""The command for analysts: `sql` asks the table of facts."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import evolve

from aidtimeline import report
from aidtimeline.cli.application import command
from aidtimeline.cli.asking import hand_in, opened
from aidtimeline.cli.options import ENGINE, FORCE, FORMAT, JSON, OUT, SKIP_PROBLEMS, form_of
from aidtimeline.cli.printing import note
from aidtimeline.cli.streams import stdin
from aidtimeline.report.answers import written


@command("sql", "aidtimeline sql \"SELECT item, sum(quantity_low) FROM facts WHERE kind = 'delivery' GROUP BY item\"")
@click.argument("statement", metavar="SELECT")
@FORMAT
@OUT
@FORCE
@JSON
@ENGINE
@SKIP_PROBLEMS
@click.pass_obj
def sql(
    folder: str,
    /,
    statement: str,
    *,
    form: str | None,
    out: Path | None,
    force: bool,
    json: bool,
    engine: str | None,
    skip_problems: bool,
) -> None:
    """Ask the table of facts with one SELECT, in the SQL of DuckDB.

    SELECT may be - for stdin. `facts` has what stands today, `facts_at('2023-11-28', known_at := '2023-11-25')` what
    stood at other cuts, `handed_over` what must not just be added up, and `history` all that was ever known. What an
    answer leaves out is said on stderr. docs/sql.md has every column. It needs pip install 'aidtimeline[fast]'.
    """
    form = form_of(form, out, json=json)
    if statement == "-":
        try:
            with stdin() as stream:
                statement = stream.read().decode()
        except UnicodeDecodeError as error:
            raise click.UsageError(f"stdin: expected a text in UTF-8, at byte {error.start + 1}") from None
        except OSError as error:
            raise click.UsageError(f"<stdin>: {error.strerror or error}") from None
    found = opened(folder, engine, skip_problems).sql(statement)
    for each in found.notes:
        note(f"note: {each}")
    found = evolve(found, notes=())
    hand_in(written(found) if form == "json" else report.write(found, form), out, force=force)
