"""The words that commands share, and what they make together: a `Question`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import click
from attrs import frozen

from aidtimeline.dates import parse_cut, parse_day
from aidtimeline.errors import InvalidValue
from aidtimeline.events import EVENT_KINDS
from aidtimeline.projections import FIELDS

Cut = date | datetime
Where = dict[str, tuple[str | None, ...]]
T = TypeVar("T")


@frozen(kw_only=True)
class Question:
    """What is asked of the log in `folder`. `known_at` and `recorded_until` are inclusive; None is no cut.

    `kinds` is empty and `by` None where nobody said; an empty `by` is one total.
    """

    folder: str
    as_of: date
    known_at: Cut | None
    recorded_until: Cut | None
    where: Where
    kinds: tuple[str, ...] = ()
    by: tuple[str, ...] | None = None
    skip_problems: bool
    json: bool


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


KNOWN_AT = click.option(
    "--known-at",
    metavar="CUT",
    callback=parsed(parse_cut),
    help="Only what one could know by this day or instant. Default: all that is known today.",
)
RECORDED_UNTIL = click.option(
    "--recorded-until",
    metavar="CUT",
    callback=parsed(parse_cut),
    help="Only what this log held by this day or instant.",
)
AS_OF = click.option(
    "--as-of",
    metavar="DAY",
    callback=parsed(parse_day),
    help="What had happened by this day, YYYY-MM-DD. Default: today (UTC).",
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
SKIP_PROBLEMS = click.option(
    "--skip-problems", is_flag=True, help="Go on past lines that cannot be read, and say which."
)
JSON = click.option("--json", is_flag=True, help="Print JSON instead of a table.")

#: What every question takes, and what those take that sum.
CUTS = (KNOWN_AT, RECORDED_UNTIL)
COMMON = (*CUTS, WHERE, SKIP_PROBLEMS, JSON)
SUMS = (AS_OF, KIND, BY, TOTAL, *COMMON)


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
    as_of: date | None,
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
