"""The options that commands share, and the `Question` that they make together."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import evolve, field as attribute, frozen

from aidtimeline.cli import printing, values
from aidtimeline.engines.choosing import ENGINES, EngineName
from aidtimeline.errors import InvalidValue
from aidtimeline.events import EVENT_KINDS, EventKind
from aidtimeline.projections import FIELDS, Period
from aidtimeline.projections.dated import DATED
from aidtimeline.projections.states import PROFILE
from aidtimeline.report import FORMATS, PICTURES
from aidtimeline.values.currencies import CURRENT, check_currency
from aidtimeline.values.dates import parse_cut, parse_day

Cut = date | datetime
Where = dict[str, tuple[str | None, ...]]
T = TypeVar("T")


def _or_today(day: date | None) -> date:
    return day or datetime.now(UTC).date()


@frozen(kw_only=True)
class Question:
    """What is asked of the log in `folder`: the values of the options, by the names of their parameters.

    All cuts are inclusive; None is no cut, and no day is today (UTC). `kinds` and `by` are empty if the user named
    none. The `from_…` cuts are those of the first view of a diff. A series ends on the day `until`, and has a step at
    the end of every period `every`, or is how the sum changed `within` each.
    An explanation is of the state `field`, or of the records `ids`. A citation has a
    `style`, and may go with a `bundle`.
    """

    folder: str
    as_of: date = attribute(default=None, converter=_or_today)
    known_at: Cut | None
    recorded_until: Cut | None
    where: Where
    kinds: tuple[EventKind, ...] = ()
    by: tuple[str, ...] = ()
    total: bool = False
    money: bool = False
    currency: str | None = None
    from_as_of: date | None = None
    from_known_at: Cut | None = None
    from_recorded_until: Cut | None = None
    until: date | None = None
    every: Period | None = None
    within: Period | None = None
    field: str | None = None
    level: bool = False
    ids: tuple[str, ...] = ()
    matches: bool = False
    fulfilment: bool = False
    style: str | None = None
    bundle: Path | None = None
    engine: EngineName | None = None
    skip_problems: bool
    form: str = "table"
    out: Path | None = None
    force: bool = False

    def __attrs_post_init__(self) -> None:
        if self.total and self.by:
            raise click.UsageError("--total and --by exclude each other")
        if self.every and self.within:
            raise click.UsageError("--every and --within exclude each other")
        if self.currency is not None:
            object.__setattr__(self, "money", True)  # nothing else can be converted

    @property
    def before(self) -> Question:
        """The same question, asked of the first view of a diff."""
        return evolve(
            self,
            as_of=self.from_as_of or self.as_of,
            known_at=self.from_known_at,
            recorded_until=self.from_recorded_until,
        )


Command = Callable[..., Any]
Option = Callable[[Command], Command]


def parsed(parse: Callable[[str], T]) -> Callable[[click.Context, click.Parameter, str | None], T | None]:
    """A callback that parses the text of a parameter; an error names the parameter."""

    def read(context: click.Context, parameter: click.Parameter, given: str | None) -> T | None:
        try:
            return None if given is None else parse(given)
        except InvalidValue as error:
            raise click.BadParameter(str(error), context, parameter) from None

    return read


def conditions(context: click.Context, parameter: click.Parameter, given: Iterable[str]) -> Where:
    """A callback that parses several FIELD=VALUE; an empty value is None."""
    where: Where = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            error = InvalidValue(text, "FIELD=VALUE, such as item=truck")
            raise click.BadParameter(str(error), context, parameter)
        where[name] = (*where.get(name, ()), value or None)
    return where


def completing(names: Iterable[str]) -> Callable[..., list[str]]:
    """A callback that gives the shell the names it can complete a parameter with."""
    return lambda context, parameter, incomplete: [name for name in names if name.startswith(incomplete)]


def cut(*names: str, help: str) -> Option:
    """An option that takes a cut: a day or an instant."""
    return click.option(*names, metavar="CUT", callback=parsed(parse_cut), help=help)


def day(*names: str, help: str) -> Option:
    """An option that takes a day."""
    return click.option(*names, metavar="DAY", callback=parsed(parse_day), help=help)


KNOWN_AT = cut("--known-at", help="Only what could be known by this day or instant. Default: all that is known today.")
RECORDED_UNTIL = cut("--recorded-until", help="Only what this log held by this day or instant. Default: all of it.")
AS_OF = day("--as-of", help="What had happened by the end of this day, YYYY-MM-DD. Default: today (UTC).")
UNTIL = day("--as-of", "until", help="End the series on this day, YYYY-MM-DD. Default: show all days.")
FROM_AND_TO = (
    day("--from-as-of", help="First view: what had happened by this day, YYYY-MM-DD. Default: the day of --to-as-of."),
    cut("--from-known-at", help="First view: what could be known by this day or instant. Default: all known today."),
    cut("--from-recorded-until", help="First view: what this log held by this day or instant. Default: all of it."),
    day("--to-as-of", "as_of", help="Second view: what had happened by this day. Default: today (UTC)."),
    cut("--to-known-at", "known_at", help="Second view: what could be known. Default: all known today."),
    cut("--to-recorded-until", "recorded_until", help="Second view: what this log held. Default: all of it."),
)
AS_OF_ARGUMENT = click.argument("as_of", metavar="DAY", callback=parsed(parse_day))
WHERE = click.option(
    "--where",
    metavar="FIELD=VALUE",
    multiple=True,
    callback=conditions,
    shell_complete=values.where,
    help="Only facts with this value, such as item=truck. Several values of one field are alternatives; several "
    "fields must all match. An empty VALUE means that the field is empty.",
)
KIND = click.option(
    "--kind",
    "kinds",
    metavar="KIND",
    multiple=True,
    shell_complete=completing(EVENT_KINDS),
    help="The kind of event, such as pledge; may be repeated. Default: delivery; for money, every kind with a value.",
)
ANY_KIND = click.option(
    "--kind",
    "kinds",
    metavar="KIND",
    multiple=True,
    shell_complete=completing(EVENT_KINDS),
    help="The kind of event, such as pledge; may be repeated. Default: all.",
)
BY = click.option(
    "--by",
    metavar="FIELD",
    multiple=True,
    shell_complete=completing((*FIELDS, *DATED)),
    help="One row for each value of this field, such as donor, or for each year, quarter or month of the facts' own "
    "dates; may be repeated. Default: item; for money, none.",
)
TOTAL = click.option("--total", is_flag=True, help="One sum of all, not split by any field.")
MONEY = click.option("--money", is_flag=True, help="Sums of money, as in the command money, instead of counts.")
CURRENCY = click.option(
    "--currency",
    metavar="CODE",
    callback=parsed(check_currency),
    shell_complete=completing(sorted(CURRENT)),
    help="Convert money to this currency (USD): as its source values it, else by the rates of the vocabulary, else by "
    "those of the European Central Bank. What has no rate stands apart.",
)
EVERY = click.option(
    "--every",
    type=click.Choice(["month", "quarter", "year"]),
    help="Show the sum at the end of each month, quarter or year. Default: every step.",
)
WITHIN = click.option(
    "--within",
    type=click.Choice(["month", "quarter", "year"]),
    help="Show how the sum changed within each month, quarter or year, instead of the sum.",
)
FIELD = click.option(
    "--field",
    type=click.Choice(["role", "status", *PROFILE]),
    help="Explain a state instead of a sum: a role, or this field of a project.",
)
LEVEL = click.option("--level", is_flag=True, help="Explain a reported level instead of a sum; --where chooses it.")
FULFILMENT = click.option("--fulfilment", is_flag=True, help="Ask of a row of fulfilment instead of a sum.")
MATCHES = click.option("--matches", is_flag=True, help="List which delivery keeps which promise, or may.")
IDS = click.argument("ids", metavar="[ID]...", nargs=-1)
ENGINE = click.option(
    "--engine",
    type=click.Choice(ENGINES),
    help="What answers; the answers are the same. Default: $AIDTIMELINE_ENGINE, else auto: embedded for a large log.",
)
SKIP_PROBLEMS = click.option("--skip-problems", is_flag=True, help="Skip lines that cannot be read, and list them.")


def formats(*own: str) -> Option:
    """The option that chooses how an answer is written: as all answers may be, or in some way of its own."""
    return click.option(
        "--format",
        "form",
        type=click.Choice([*FORMATS, *own]),
        help="How the answer is written. Default: by the ending of --out, else table.",
    )


FORMAT, FEED = formats(), formats("atom")
JSON = click.option("--json", is_flag=True, help="The same as --format json.")
OUT = click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the answer to this file. Default: stdout.",
)
FORCE = click.option("--force", is_flag=True, help="Replace the file that is to be written if it is there.")
TO = click.option(
    "--to",
    "name",
    metavar="NAME",
    default="events",
    help="The file in the log's folder, without .jsonl. Default: events.",
)

NARROWED = (WHERE, ENGINE, SKIP_PROBLEMS, FORMAT, OUT, FORCE, JSON)
"""The options of every question."""

COMMON = (KNOWN_AT, RECORDED_UNTIL, *NARROWED)
"""The options of every question about one view, beside its day."""

SUMS = (KIND, BY, TOTAL)
"""The options that choose a sum."""


ENDINGS = {
    **{f".{each}": each for each in PICTURES},
    ".csv": "csv",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xlsx": "xlsx",
    ".json": "json",
    ".atom": "atom",
}
"""The format of a file by its ending; any other is a table."""


def form_of(form: str | None, out: Path | None, *, json: bool) -> str:
    """The format of an answer. A workbook is bytes, so it has to be written to a file, or into a pipe."""
    if json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} exclude each other")
    form = "json" if json else form or ("table" if out is None else ENDINGS.get(out.suffix.lower(), "table"))
    if form == "xlsx" and out is None and printing.is_terminal():
        raise click.UsageError("a workbook is no text: name a file with --out")
    if form in PICTURES:
        printing.hush("matplotlib")
    return form


def asking(*options: Option) -> Callable[[Callable[[Question], None]], Command]:
    """Give a function of a `Question` these options: click's values become the question."""

    def decorate(answer: Callable[[Question], None]) -> Command:
        @functools.wraps(answer)
        def command(**given: Any) -> None:
            form = form_of(given.pop("form", None), given.get("out"), json=given.pop("json", False))
            answer(Question(folder=click.get_current_context().obj, form=form, **given))

        decorated: Command = command
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
