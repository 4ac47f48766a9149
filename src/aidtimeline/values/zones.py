"""Instants as people give them: in UTC, with an offset, or by the clocks of a place. pendulum knows the time zones.

The form with a zone is that of RFC 9557: `2026-11-21T19:00:00[Asia/Tokyo]`. What is kept is the instant in UTC.
"""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, datetime

from aidtimeline.errors import InvalidValue
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.values.dates import in_utc, parse_instant

_ZONED = re.compile(r"([^\[\]]{1,40}?)(Z|[+-][0-9]{2}:[0-9]{2})?\[([^\[\]]{1,60})\]")


def read_instant(text: str) -> datetime:
    """The instant of a text, in UTC: that of `parse_instant`, or the time of a place with its zone in brackets.

    A time that the clocks of the place show twice in a night needs its offset too, and one that they skip is none.
    Raises `InvalidValue`.

    >>> read_instant("2026-11-21T19:00:00[Asia/Tokyo]") == read_instant("2026-11-21T10:00:00Z")
    True
    >>> read_instant("2026-10-25T02:30:00[Europe/Kyiv]").isoformat(), read_instant("2026-11-21T19:00:00+09:00").hour
    ('2026-10-24T23:30:00+00:00', 10)
    """
    match = _ZONED.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return parse_instant(text)
    from pendulum import timezone, timezones  # noqa: PLC0415  (few instants are given so)
    from pendulum.tz.exceptions import InvalidTimezone  # noqa: PLC0415

    local, offset, name = match.groups()
    try:
        shown = parse_instant(f"{local}Z").replace(tzinfo=None)
    except InvalidValue as error:
        raise InvalidValue(text, error.expected) from None
    try:
        zone = timezone(name)
    except (InvalidTimezone, ValueError, OSError):
        near = did_you_mean(name, timezones())
        raise InvalidValue(text, "a time zone of the IANA database, such as [Asia/Tokyo]", near) from None
    if not MINYEAR < shown.year < MAXYEAR:
        raise InvalidValue(text, f"a year from {MINYEAR + 1} to {MAXYEAR - 1} with a time zone")
    possible = {in_utc(shown.replace(tzinfo=zone, fold=fold)) for fold in (0, 1)}
    possible = {each for each in possible if each.astimezone(zone).replace(tzinfo=None) == shown}
    if offset is not None:
        possible &= {parse_instant(local + offset)}
    if len(possible) == 1:
        return possible.pop()
    if offset is not None:
        raise InvalidValue(text, f"the offset that {name} has at that time")
    if not possible:
        raise InvalidValue(text, f"a time that there is: the clocks of {name} are set forward over it")
    forms = " or ".join(f"{local}{each.astimezone(zone).isoformat()[-6:]}[{name}]" for each in sorted(possible))
    raise InvalidValue(text, f"its offset too, since the clocks of {name} show it twice: {forms}")
