"""How people say it: possible values, who reports something, and ids in short."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise
from urllib.parse import urlsplit

from aidtimeline.events import Source
from aidtimeline.explain.reasons import out_by
from aidtimeline.semantics import Fact

NOTHING = "–"
MOST_REPORTS = 8
SHORTEST = 8


def possible(values: Sequence[object]) -> str:
    """The values that something may have, None for none; nothing where it has none at all.

    >>> possible((None, "pipeline", "closed")), possible(("closed",)), possible((None,))
    ('possibly pipeline or closed', 'closed', '')
    """
    stated = " or ".join(str(each) for each in values if each is not None)
    return f"possibly {stated}" if stated and None in values else stated


def reports(facts: Iterable[Fact], known_at: date | datetime | None) -> str:
    """Who reports these facts, with the date of publication, the earliest first and those without one last.

    Only what was known by then."""
    sources = [source for fact in facts for account in fact.accounts for source in account.sources]
    known = [source for source in sources if out_by(source, known_at)]
    known.sort(
        key=lambda source: (source.published is None, (source.published and source.published.earliest) or date.min)
    )
    texts = list(dict.fromkeys(map(_cited, known)))
    more = [f"and {len(texts) - MOST_REPORTS} more"] if len(texts) > MOST_REPORTS + 1 else []
    return "; ".join(texts[:MOST_REPORTS] + more if more else texts)


def shortener(ids: Iterable[str]) -> Callable[[str], str]:
    """Ids shortened to digits with which no other of them begins, at least `SHORTEST`.

    >>> short = shortener(["3a79391099a76756", "3a793910aaaaaaaa", "c52234e27f62747c"])
    >>> short("3a79391099a76756"), short("c52234e27f62747c")
    ('3a7939109', 'c52234e27')
    """
    length = SHORTEST
    for one, other in pairwise(sorted(set(ids))):
        while one[:length] == other[:length]:
            length += 1
    return lambda id_: id_[:length]


def _cited(source: Source) -> str:
    told = (source.publisher, source.attribution, source.title, _site(source.url), source.dataset)
    who = next(filter(None, told), NOTHING)
    return who if source.published is None else f"{who} {source.published.text}"


def _when(source: Source) -> tuple[bool, date]:
    return source.published is None, (source.published and source.published.earliest) or date.min


def _site(url: str | None) -> str | None:
    """The name of the site, which is enough where there is no more to be said of a report."""
    try:
        return url and (urlsplit(url).hostname or url)
    except ValueError:
        return url
