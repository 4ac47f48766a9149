"""What a flow is for: clusters as sectors, plans and emergencies as scopes, and the years of its use.

FTS sorts flows by global clusters, which are the same everywhere, and by the clusters of a plan. Both are vocabularies
of sectors of their own: `fts-cluster:Health`, `fts-plan-cluster:Health COVID-19`. Plans and emergencies go by their
names, which both shapes of a flow have: `fts-plan:Afghanistan 2020`. What several share has no stated share of any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from aidtimeline.formats.reading.files import as_slug
from aidtimeline.values.shares import HUNDRED, Shares

CLUSTER, PLAN_CLUSTER = "fts-cluster", "fts-plan-cluster"
"""The vocabularies of FTS's global clusters, and of the clusters of its plans."""

PLAN, EMERGENCY = "fts-plan", "fts-emergency"
"""The vocabularies of its plans and emergencies, as humanitarian scopes."""

OPEN = ".."
"""What stands for a year that nobody states."""

_UNSAID = re.compile(r"multiple\b.*|not specified|not yet specified|to be allocated", re.IGNORECASE)
_YEAR = re.compile(r"[0-9]{4}")


def classified(named: Mapping[str, Iterable[str]]) -> str | Shares | None:
    """The names of each vocabulary as one class or shares: all of it, or where there are several, nobody says how much.

    >>> classified({"fts-cluster": ["Health"]}), classified({"fts-cluster": ["Not specified"]})
    ('fts-cluster:Health', None)
    >>> print(classified({"fts-cluster": ["Health", "Nutrition"], "fts-plan-cluster": ["Health COVID-19"]}))
    fts-cluster:Health unstated, fts-cluster:Nutrition unstated, fts-plan-cluster:Health COVID-19 100 %
    """
    parts: dict[str, Decimal | None] = {}
    for vocabulary, names in named.items():
        told = dict.fromkeys(as_slug(f"{vocabulary}:{name}") for name in names if name and not _UNSAID.fullmatch(name))
        parts.update(dict.fromkeys(told, HUNDRED if len(told) == 1 else None))
    if not parts:
        return None
    return next(iter(parts)) if len(parts) == 1 else Shares(parts)


def span(years: Iterable[str]) -> str | None:
    """The years of use, from the first to the last, as EDTF; None if one of them is not a year.

    `OPEN` stands first or last for a year that nobody states.

    >>> span(["2020"]), span(["2022", "2020"]), span(["2020", "soon"]), span(["2020", ".."])
    ('2020', '2020/2022', None, '2020/..')
    """
    given = list(filter(None, years))
    found = sorted(each for each in given if each != OPEN)
    if not found or not all(map(_YEAR.fullmatch, found)):
        return None
    first, last = (OPEN if given[end] == OPEN else found[end] for end in (0, -1))
    return first if first == last else f"{first}/{last}"


def places(names: Iterable[str]) -> str | Shares | None:
    """Countries as one place or shares: of what several share, nobody says how much is for which.

    >>> places(["Jordan"]), places([])
    ('Jordan', None)
    >>> print(places(["Jordan", "Lebanon", "Jordan"]))
    Jordan unstated, Lebanon unstated
    """
    slugs = dict.fromkeys(as_slug(name) for name in names if name)
    return Shares(dict.fromkeys(slugs)) if len(slugs) > 1 else next(iter(slugs), None)


def split(cell: str) -> tuple[str, ...]:
    """The names in a cell of a table, between commas; a comma in a name has a space after it.

    >>> split("Health,Housing, Land and Property")
    ('Health', 'Housing, Land and Property')
    """
    return tuple(filter(None, (each.strip() for each in re.split(r",(?! )", cell))))
