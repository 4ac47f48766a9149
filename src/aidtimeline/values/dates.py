"""Days, instants, and dates that may be vague: the values of valid time and of every cut.

Days and instants are inclusive bounds: a day as a cut means all of that day in UTC. `DateRange` is a date in the EDTF
text of its source (see `aidtimeline.values.edtf` for the forms), with the first and last day that it can mean.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, final

from attrs import field, frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.values import edtf

if TYPE_CHECKING:
    from pendulum import Interval

REMEMBERED = 2**16
"""How many distinct texts are cached once parsed; beyond that, the least recently used are parsed again."""

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
DateLike: TypeAlias = "str | date | DateRange | Interval[Any]"
"""What a date may be given as: EDTF text, a day (and no instant), a range, or an interval of pendulum."""

_LATEST_TIME = time.max.replace(tzinfo=UTC)


@final
@frozen(order=False)
class DateRange:
    """A date as a source gave it: one unknown day between two known ones.

    `text` is the EDTF, unchanged; two ranges are equal if their texts are. `earliest` and `latest` are inclusive; None
    is an open or unknown end. `uncertain` (`?`, `%`): the source doubts the date; `approximate` (`~`, `%`): it is about
    that date. Neither widens the range.

    `a < b` is true if `a` lies wholly before `b`, `a > b` if wholly after; if they share a day, neither is, and there
    is no `<=`. `str()` writes the date in words.

    Raises `InvalidValue` for a text that is not EDTF of the supported forms, names a day that does not exist, or ends
    before it begins.

    >>> handover = DateRange("2022/2023-11~")
    >>> handover.earliest, handover.latest, handover.approximate
    (datetime.date(2022, 1, 1), datetime.date(2023, 11, 30), True)
    >>> str(handover)
    '2022 to about Nov 2023'
    >>> DateRange("2021") < handover, DateRange("2023") > handover
    (True, False)
    """

    text: str
    earliest: date | None = field(init=False, eq=False, repr=False)
    latest: date | None = field(init=False, eq=False, repr=False)
    uncertain: bool = field(init=False, eq=False, repr=False)
    approximate: bool = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for name, value in edtf.span(self.text)._asdict().items():
            object.__setattr__(self, name, value)

    @classmethod
    def parse(cls, found: DateLike) -> DateRange:
        """The range of an EDTF text, of a day, or of an interval of pendulum; a range is itself.

        An interval of days is the range from the first to the last, both inclusive. Raises `InvalidValue` for anything
        else; also for an instant, and an interval of instants, since its day depends on the place: say `.date()`.

        >>> DateRange.parse("[..2025]").latest, DateRange.parse(date(2023, 11, 20))
        (datetime.date(2025, 12, 31), DateRange(text='2023-11-20'))
        >>> import pendulum
        >>> DateRange.parse(pendulum.interval(pendulum.date(2023, 11, 20), pendulum.date(2023, 11, 28)))
        DateRange(text='2023-11-20/2023-11-28')
        """
        if isinstance(found, str):
            return _parse(found)
        if isinstance(found, DateRange):
            return found
        if isinstance(found, date):
            return _parse(_day(found).isoformat())
        if (ends := _ends(found)) is not None:
            return cls.between(_day(ends[0]), _day(ends[1]))
        return cls(found)  # type: ignore[arg-type]

    @classmethod
    def between(cls, earliest: date | None, latest: date | None) -> DateRange:
        """The range from the day `earliest` to the day `latest`, both inclusive; None leaves an end open.

        Raises `InvalidValue` if they are reversed.

        >>> day = date(2023, 11, 28)
        >>> DateRange.between(None, day), DateRange.between(day, day)
        (DateRange(text='../2023-11-28'), DateRange(text='2023-11-28'))
        """
        return cls.parse(text_between(earliest, latest))

    @property
    def qualified(self) -> bool:
        """Whether the date is uncertain or approximate.

        >>> DateRange("2023-11~").qualified, DateRange("2023-11?").qualified, DateRange("[..2023-11]").qualified
        (True, True, False)
        """
        return self.uncertain or self.approximate

    def certain_by(self, day: date) -> bool:
        """Whether all of its days are on that day or before.

        >>> DateRange("2022/2023").certain_by(date(2023, 12, 31)), DateRange("2022/2023").certain_by(date(2023, 12, 30))
        (True, False)
        """
        return self.latest is not None and self.latest <= day

    def possible_by(self, day: date) -> bool:
        """Whether some of its days are on that day or before.

        >>> DateRange("2022/2023").possible_by(date(2022, 1, 1)), DateRange("2022/2023").possible_by(date(2021, 12, 31))
        (True, False)
        """
        return self.earliest is None or self.earliest <= day

    def __lt__(self, other: DateRange) -> bool:
        if not isinstance(other, DateRange):
            return NotImplemented
        return self.latest is not None and other.earliest is not None and self.latest < other.earliest

    def __str__(self) -> str:
        return edtf.say(self.text)


_parse = lru_cache(REMEMBERED)(DateRange)


def _day(found: date) -> date:
    """A plain day. Raises `InvalidValue` for an instant."""
    if isinstance(found, datetime):
        raise InvalidValue(found, "a day, not an instant", "say which day it is: .date()")
    return date.fromordinal(found.toordinal())


def _ends(found: object) -> tuple[date, date] | None:
    """The ends of an interval of pendulum, which is not imported for it: if nobody has, there is no interval."""
    pendulum = sys.modules.get("pendulum")
    if pendulum is None or not isinstance(found, pendulum.Interval):
        return None
    return found.start, found.end


def text_between(earliest: date | None, latest: date | None) -> str:
    """The text of the range from one day to another, both inclusive; None leaves an end open.

    >>> text_between(date(2023, 11, 28), None)
    '2023-11-28/..'
    """
    first, last = (".." if end is None else end.isoformat() for end in (earliest, latest))
    return first if first == last != ".." else f"{first}/{last}"


def parse_day(found: str | date) -> date:
    """A day, from a text of exactly the form YYYY-MM-DD (ISO 8601) or a `date`.

    Raises `InvalidValue` for anything else, also for a datetime.

    >>> parse_day("2023-11-28")
    datetime.date(2023, 11, 28)
    """
    if isinstance(found, str):
        return edtf.day(found)
    if isinstance(found, date) and not isinstance(found, datetime):
        return _day(found)
    raise InvalidValue(found, edtf.EXPECTED_DAY)


def parse_instant(text: str) -> datetime:
    """An instant in UTC, from an RFC 3339 text: upper-case `T`, then `Z` or an offset; a second's fraction has at most
    six digits.

    Raises `InvalidValue` for anything else, also for leap seconds (`:60`).

    >>> parse_instant("2026-11-21T19:00:00+09:00")
    datetime.datetime(2026, 11, 21, 10, 0, tzinfo=datetime.timezone.utc)
    """
    if isinstance(text, str) and _INSTANT.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # an hour, day or month that does not exist, or one that leaves the calendar in UTC
    raise InvalidValue(text, "an instant with its offset from UTC, such as 2026-11-21T10:00:00Z")


def format_instant(instant: datetime) -> str:
    """An instant as RFC 3339 text in UTC, with microseconds if they are not zero.

    Raises `InvalidValue` for a datetime without an offset from UTC.

    >>> format_instant(datetime(2026, 11, 21, 10, tzinfo=UTC))
    '2026-11-21T10:00:00Z'
    """
    return in_utc(instant).isoformat().replace("+00:00", "Z")


def parse_cut(cut: str | date | datetime) -> date | datetime:
    """The cut of a question: a day (YYYY-MM-DD), or an instant, in UTC, from a text that `read_instant` takes.

    Raises `InvalidValue` for any other text, and for a datetime without an offset from UTC.

    >>> parse_cut("2023-11-28"), parse_cut("2023-11-28T12:00:00Z").hour
    (datetime.date(2023, 11, 28), 12)
    """
    if isinstance(cut, datetime):
        return in_utc(cut)
    if isinstance(cut, date):
        return _day(cut)
    if isinstance(cut, str) and _INSTANT.fullmatch(cut):
        return parse_instant(cut)
    if isinstance(cut, str) and cut.endswith("]"):
        from aidtimeline.values.zones import read_instant  # noqa: PLC0415  (few cuts are given so)

        return read_instant(cut)
    try:
        return parse_day(cut)
    except InvalidValue as error:
        raise InvalidValue(cut, "a day (2023-11-28) or an instant (2023-11-28T12:00:00Z)", error.hint) from None


def end_of(cut: date | datetime) -> datetime:
    """The last instant of a cut, inclusive: the last microsecond of a day in UTC, or the instant itself.

    Raises `InvalidValue` for a datetime without an offset from UTC.

    >>> format_instant(end_of(date(2023, 11, 28)))
    '2023-11-28T23:59:59.999999Z'
    """
    return in_utc(cut) if isinstance(cut, datetime) else datetime.combine(cut, _LATEST_TIME)


def in_utc(instant: datetime) -> datetime:
    """An instant in UTC, as a plain `datetime`, also of a class derived from it.

    Raises `InvalidValue` without an offset from UTC, or outside the years 1 to 9999 in UTC.
    """
    if type(instant) is not datetime:
        instant = datetime.combine(datetime.date(instant), datetime.time(instant), instant.tzinfo)
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise InvalidValue(instant, "a datetime with its offset from UTC", "add tzinfo=datetime.UTC if it is in UTC")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise InvalidValue(instant, "an instant within the years 0001 to 9999 in UTC") from None
