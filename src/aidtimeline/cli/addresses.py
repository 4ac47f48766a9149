"""The command `sources`: the addresses that the log cites, and which of them lack a kept copy."""

from __future__ import annotations

from pathlib import Path

import click

from aidtimeline import report
from aidtimeline.cli.application import command
from aidtimeline.cli.asking import hand_in
from aidtimeline.cli.options import FORCE, FORMAT, JSON, OUT, SKIP_PROBLEMS, form_of
from aidtimeline.cli.printing import note
from aidtimeline.cli.progress import bar
from aidtimeline.errors import Problem
from aidtimeline.log import EventLog
from aidtimeline.report.sources import SourcesShown
from aidtimeline.semantics.addresses import addresses


@command("sources", "aidtimeline sources --lacking")
@click.option("--lacking", is_flag=True, help="Only addresses of which no copy was kept.")
@SKIP_PROBLEMS
@FORMAT
@OUT
@FORCE
@JSON
@click.pass_obj
def sources(
    folder: str,
    /,
    *,
    lacking: bool,
    skip_problems: bool,
    form: str | None,
    out: Path | None,
    force: bool,
    json: bool,
) -> None:
    """List the addresses that the log cites, with their kept copies.

    Each has the number of facts that rest on it, and the copies that sources name (`archived`); those without one come
    first. `correct ID source.archived=…` adds one.
    """
    form = form_of(form, out, json=json)
    problems: list[Problem] = []
    found = addresses(EventLog(folder).read(skip_problems=skip_problems, problems=problems, progress=bar))
    for problem in problems:
        note(f"skipped {problem}")
    hand_in(report.write(SourcesShown(folder, found, lacking), form), out, force=force)
