"""The words that commands share, and what they make together: a `Question`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import click
from attrs import evolve, frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.events import EVENT_KINDS
from aidtimeline.projections import FIELDS, Period
from aidtimeline.projections.states import PROFILE
from aidtimeline.values.dates import parse_cut, parse_day

Cut = date | datetime
Where = dict[str, tuple[str | None, ...]]
T = TypeVar("T")


@frozen(kw_only=True)
class Question:
    """What is asked of the log in `folder`. `known_at` and `recorded_until` are inclusive; None is no cut.

    `kinds` is empty and `by` None where nobody said; an empty `by` is one total. `until` is the day up to which a
    series goes, `every` the period at whose ends it is told; `field` is the state, and `ids` are the records, of which
    an explanation is asked.
    """

    folder: str
    as_of: date
    known_at: Cut | None
    recorded_until: Cut | None
    where: Where
    kinds: tuple[str, ...] = ()
    by: tuple[str, ...] | None = None
    money: bool = False
    from_as_of: date | None = None
    from_known_at: Cut | None = None
    from_recorded_until: Cut | None = None
    until: date | None = None
    every: Period | None = None
    field: str | None = None
    ids: tuple[str, ...] = ()
    skip_problems: bool
    json: bool

    @property
    def before(self) -> Question:
        """The same, asked of the view with which this one is compared."""
        return evolve(
            self,
            as_of=self.from_as_of or self.as_of,
            known_at=self.from_known_at,
            recorded_until=self.from_recorded_until,
        )


Command = Callable[..., Any]
Option = Callable[[Command], Command]


def parsed(parse: Callable[[str], T]) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A callback that reads the text of a parameter, and says which one it was that could not be read."""

    def read(context: click.Context, parameter: click.Parameter, given: Any) -> Any:
        try:
            if isinstance(given, tuple):
                return tuple(map(parse, given))
            return None if given is None else parse(given)
        except InvalidValue as error:
            raise click.BadParameter(str(error), context, parameter) from None

    return read


def condition(text: str) -> tuple[str, str | None]:
    """FIELD=VALUE, where an empty value means that the field is empty."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidValue(text, "FIELD=VALUE, such as item=truck")
    return name, value or None


def completing(names: Iterable[str], suffix: str = "") -> Callable[..., list[str]]:
    """What the shell offers for a parameter."""
    return lambda context, parameter, incomplete: [name + suffix for name in names if name.startswith(incomplete)]


def cut(*names: str, help: str, parse: Callable[[str], Cut] = parse_cut, metavar: str = "CUT") -> Option:
    """An option that takes a cut: a day or an instant, or where `parse` says so a day only."""
    return click.option(*names, metavar=metavar, callback=parsed(parse), help=help)


def day(*names: str, help: str) -> Option:
    """An option that takes a day."""
    return cut(*names, help=help, parse=parse_day, metavar="DAY")


KNOWN_AT = cut("--known-at", help="Only what one could know by this day or instant. Default: all that is known today.")
RECORDED_UNTIL = cut("--recorded-until", help="Only what this log held by this day or instant.")
AS_OF = day("--as-of", help="What had happened by this day, YYYY-MM-DD. Default: today (UTC).")
UNTIL = day("--as-of", "until", help="Tell of the days up to this one, YYYY-MM-DD. Default: of all.")
FROM_AND_TO = (
    day("--from-as-of", help="The view before: what had happened by this day. Default: the day of --to-as-of."),
    cut("--from-known-at", help="The view before: what one could know by then. Default: all that is known today."),
    cut("--from-recorded-until", help="The view before: what this log held by then."),
    day("--to-as-of", "as_of", help="The view after: what had happened by this day. Default: today (UTC)."),
    cut("--to-known-at", "known_at", help="The view after: what one could know by then. Default: all known today."),
    cut("--to-recorded-until", "recorded_until", help="The view after: what this log held by then."),
)
AS_OF_ARGUMENT = click.argument("as_of", metavar="DAY", callback=parsed(parse_day))
WHERE = click.option(
    "--where",
    metavar="FIELD=VALUE",
    multiple=True,
    callback=parsed(condition),
    shell_complete=completing(FIELDS, "="),
    help="Only facts with this value; repeat for alternatives or more fields. Empty VALUE: the field is empty.",
)
KIND = click.option(
    "--kind",
    "kinds",
    metavar="KIND",
    multiple=True,
    shell_complete=completing(EVENT_KINDS),
    help="Which kind of event; repeat for several.",
)
BY = click.option(
    "--by",
    metavar="FIELD",
    multiple=True,
    shell_complete=completing(FIELDS),
    help="One row for each value of this field; repeat for several.",
)
TOTAL = click.option("--total", is_flag=True, help="One sum of all, not by any field.")
MONEY = click.option("--money", is_flag=True, help="Sums of money, as the money command has them, instead of counts.")
EVERY = click.option(
    "--every", type=click.Choice(["month", "quarter", "year"]), help="The sum at the end of each, not step by step."
)
FIELD = click.option(
    "--field", type=click.Choice(["role", "status", *PROFILE]), help="A state instead of a sum: of a project or a role."
)
IDS = click.argument("ids", metavar="[ID]...", nargs=-1)
SKIP_PROBLEMS = click.option(
    "--skip-problems", is_flag=True, help="Go on past lines that cannot be read, and say which."
)
JSON = click.option("--json", is_flag=True, help="Print JSON instead of a table.")

#: What every question takes, and what those take that sum.
NARROWED = (WHERE, SKIP_PROBLEMS, JSON)
COMMON = (KNOWN_AT, RECORDED_UNTIL, *NARROWED)
SUMS = (KIND, BY, TOTAL)


def asking(*options: Option) -> Callable[[Callable[[Question], int | None]], Command]:
    """Make a function of a `Question` one that click can hand its options to."""

    def decorate(answer: Callable[[Question], int | None]) -> Command:
        @functools.wraps(answer)
        def command(**given: Any) -> int | None:
            return answer(_question(click.get_current_context().obj, **given))

        decorated: Command = command
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


def _question(
    folder: str,
    *,
    as_of: date | None = None,
    where: tuple[tuple[str, str | None], ...],
    by: tuple[str, ...] = (),
    total: bool = False,
    **given: Any,
) -> Question:
    if total and by:
        raise click.UsageError("--total and --by exclude each other")
    conditions: Where = {}
    for name, value in where:
        conditions[name] = (*conditions.get(name, ()), value)
    return Question(
        folder=folder,
        as_of=as_of or datetime.now(UTC).date(),
        where=conditions,
        by=by or (() if total else None),
        **given,
    )
