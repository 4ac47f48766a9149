"""The commands that amend the log: `correct`, `retract` and `corroborate` a record, and show what that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import click

from aidtimeline.amending import correction, corroboration, effects, retraction
from aidtimeline.cli.application import command
from aidtimeline.cli.asking import answer
from aidtimeline.cli.clocks import note_clock
from aidtimeline.cli.interrupting import interruptible
from aidtimeline.cli.options import AS_OF, ENGINE, JSON, TO, Command, parsed
from aidtimeline.cli.printing import note, show
from aidtimeline.cli.progress import bar
from aidtimeline.codec import encode_new
from aidtimeline.errors import InvalidValue
from aidtimeline.events import EVENT_KINDS, Amendment, Source
from aidtimeline.log import EventLog, now
from aidtimeline.log.flat import names_of, read_source
from aidtimeline.log.state import Overtaken
from aidtimeline.report.amended import AmendmentShown
from aidtimeline.text.progress import Progress, untold
from aidtimeline.timeline import Timeline
from aidtimeline.values.dates import format_instant, in_utc


def _sources(context: click.Context, parameter: click.Parameter, given: Iterable[str]) -> tuple[Source, ...]:
    one = parsed(read_source)
    return tuple(found for each in given if (found := one(context, parameter, each)) is not None)


def _fields(context: click.Context, parameter: click.Parameter, given: Iterable[str]) -> dict[str, str]:
    """A callback that parses several FIELD=VALUE, each field once."""
    fields: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name in fields:
            error = InvalidValue(text, "FIELD=VALUE, such as quantity=12, and each field once")
            raise click.BadParameter(str(error), context, parameter)
        fields[name] = value
    return fields


def _names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    names = dict.fromkeys(name for kind in EVENT_KINDS for name in names_of(kind))
    return [f"{name}=" for name in names if name.startswith(incomplete)]


ID = click.argument("of", metavar="ID")
FIELDS = click.argument("fields", metavar="FIELD=VALUE...", nargs=-1, callback=_fields, shell_complete=_names)
REASON = click.option("--reason", metavar="TEXT", help="Why.")
NOTE = click.option("--note", metavar="TEXT", help="A remark that is kept with the amendment.")
SOURCE = click.option(
    "--source",
    "sources",
    metavar="FIELD=VALUE,…",
    multiple=True,
    callback=_sources,
    help="Who reported it: publisher=…,published=…,url=…, or JSON; may be repeated. With a source it is news.",
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Record nothing; show what would change.")
WRITING = (AS_OF, DRY_RUN, TO, ENGINE, JSON)


def _with(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Give a command these options, in this order."""

    def decorate(function: Command) -> Command:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


@command("correct", "aidtimeline correct c7e1bd20 quantity=13 --reason 'misread' --dry-run")
@_with(ID, FIELDS, REASON, SOURCE, NOTE, *WRITING)
@click.pass_obj
def correct(folder: str, /, of: str, fields: dict[str, str], **given: Any) -> None:
    """Correct a record, and show what that changes.

    The record keeps what it says, but for each FIELD=VALUE; FIELD= empties a field. Values are written as in drafts;
    currency=, source.url=, source2.title= change money and sources in part. Without a --source it is a repair: it was
    written down wrongly. With one it is news: known since its publication.
    """
    if not fields:
        raise click.UsageError("Missing argument 'FIELD=VALUE'", click.get_current_context())
    _amend(folder, of, lambda timeline, of, said: correction(timeline, of, fields, **said), **given)


@command("retract", "aidtimeline retract c7e1bd20 --reason 'of another country' --dry-run")
@_with(ID, REASON, click.option("--duplicate-of", metavar="ID", help="It is the same fact as this record."), SOURCE)
@_with(NOTE, *WRITING)
@click.pass_obj
def retract(folder: str, /, of: str, duplicate_of: str | None, **given: Any) -> None:
    """Withdraw a record, and show what that changes.

    With --duplicate-of it counts as one fact with another record, and its reports are accounts of that. Without a
    --source it acts as if the record had never been written; with one it is news.
    """
    _amend(folder, of, lambda timeline, of, said: retraction(timeline, of, duplicate_of=duplicate_of, **said), **given)


@command("corroborate", "aidtimeline corroborate c7e1bd20 quantity=32 --source publisher=NHK,published=2023-12-01")
@_with(ID, FIELDS, SOURCE, *WRITING)
@click.pass_obj
def corroborate(folder: str, /, of: str, fields: dict[str, str], **given: Any) -> None:
    """Record another report of the same fact, and show what that changes.

    It may state date, quantity and value; what it leaves out is taken from the record. It needs a --source.
    """
    if not given["sources"]:
        raise click.UsageError("Missing option '--source'", click.get_current_context())
    _amend(folder, of, lambda timeline, of, said: corroboration(timeline, of, fields, **said), **given)


def _amend(
    folder: str,
    of: str,
    make: Callable[[Timeline, str, dict[str, Any]], Amendment],
    *,
    as_of: date | None,
    dry_run: bool,
    name: str,
    engine: Any,
    json: bool,
    **said: Any,
) -> None:
    """Make an amendment, show it, and record it, unless what was shown no longer holds."""
    log, day = EventLog(folder), as_of or in_utc(now()).date()

    def shown(of: str, progress: Progress = untold, told: Callable[[str], None] = lambda _: None) -> AmendmentShown:
        timeline = Timeline.open(folder, engine=engine, progress=progress)
        for each in timeline.notes:
            told(each)
        try:
            made = make(timeline, of, said)
            standing = timeline.find(of)
        except InvalidValue as error:
            raise click.UsageError(str(error), click.get_current_context()) from None
        return AmendmentShown(standing, made, effects(timeline, made, as_of=day), dry_run)

    stamp = log.stamp()
    page = shown(of, bar, note)
    if dry_run or not json:
        answer(page, json=json)
    if dry_run:
        note("nothing was recorded")
        return

    def check() -> None:
        """Look again at what others have changed meanwhile: what was shown must be what would be shown now."""
        nonlocal stamp
        if (found := log.stamp()) != stamp:
            if not page.is_as(shown(page.standing.record.id)):
                raise Overtaken(f"{folder}: the log has changed meanwhile, and with it what this changes; try again")
            stamp = found

    # What was shown holds if it is the last one recorded, also by a clock that is behind.
    at = max(in_utc(now()), page.effects.at)
    note_clock(log.newest())
    with interruptible(folder):
        id_, line = encode_new(page.amendment, format_instant(at))
        log.add_lines([(id_, at, line)], to=name, check=check)
    if json:
        answer(page, json=True)
    else:
        show([id_])
    note("1 recorded")
