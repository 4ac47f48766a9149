"""`cache`: the table of facts that is kept of a large log, shown, made or cleared by hand."""

from __future__ import annotations

import click

from aidtimeline.cli.application import command
from aidtimeline.cli.asking import answer
from aidtimeline.cli.options import JSON
from aidtimeline.cli.printing import show
from aidtimeline.cli.progress import bar
from aidtimeline.engines.caching import build, cached, clear
from aidtimeline.report.cached import CachedShown, size


@command("cache", "aidtimeline cache build")
@click.argument("action", metavar="[ACTION]", type=click.Choice(["show", "build", "clear"]), default="show")
@click.option(
    "--jobs", metavar="N", type=click.IntRange(min=1), default=1, help="How many processes build. Default: 1."
)
@JSON
@click.pass_obj
def cache(folder: str, action: str, *, jobs: int, json: bool) -> None:
    """Show, build or clear the table of facts of a large log.

    The table makes questions quick. It is made when it is needed, and may be cleared at any time: no answer depends on
    it. docs/engines.md says more.
    """
    if action == "clear":
        show([f"{size(clear(folder))} removed"])
        return
    if action == "build":
        build(folder, jobs=jobs, progress=bar)
    answer(CachedShown(cached(folder)), json=json)
