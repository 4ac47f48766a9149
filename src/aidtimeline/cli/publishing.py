"""`report`: a page to publish."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from aidtimeline.cli.application import command
from aidtimeline.cli.asking import hand_in, opened
from aidtimeline.cli.options import ENGINE, FORCE, SKIP_PROBLEMS, day
from aidtimeline.log.whole import refuse_existing


@command("report", "aidtimeline report --out report.html")
@click.option(
    "--out",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write, such as report.html.",
)
@FORCE
@click.option("--title", metavar="TEXT", help="The title of the page. Default: Aid as recorded in LOG.")
@click.option(
    "--licence", metavar="TEXT", help="Under what others may use the log, such as CC BY 4.0. Default: not stated."
)
@day("--made", help="The day up to which the page is made, YYYY-MM-DD. Default: today (UTC).")
@ENGINE
@SKIP_PROBLEMS
@click.pass_obj
def report(
    folder: str,
    /,
    out: Path,
    *,
    force: bool,
    title: str | None,
    licence: str | None,
    made: date | None,
    engine: str | None,
    skip_problems: bool,
) -> None:
    """Write a page to publish: one file, which shows what was delivered, promised and known, on any day.

    Two sliders move every number and chart: what had happened by a day, and what was known on a day. A click on a
    number shows its facts and the reports behind them. The page loads nothing and sends nothing, and works from a disk,
    a mail or a web server alike. It needs pip install 'aidtimeline[report]'.
    """
    from aidtimeline.report.publishing import html

    refuse_existing(out, force=force)
    timeline = opened(folder, engine, skip_problems)
    hand_in(html(timeline, Path(folder).resolve().name, title=title, licence=licence, made=made), out, force=force)
