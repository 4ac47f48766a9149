"""Many lines that are just as this library writes them, verified at once.

What is asked of a line is what `aidtimeline.codec.quick` asks, in another order: the lines are decoded, encoded again
and compared together; then each field of the lines of one kind is a column, and each of its distinct values is read.
Where a block of lines fails, its parts are tried, down to single lines: so a bad line costs little, and only that line
is left to the strict decoder.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache, partial
from hashlib import blake2b
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

import attrs
import msgspec

from aidtimeline.codec.quick import (
    AT_KIND,
    KINDS_IN_LINES,
    LONGEST,
    REFUSED,
    REMEMBERED,
    instant_of,
    other_form,
    parsed,
    plan_of,
    values_of,
)
from aidtimeline.codec.versions import VERSIONS, version_of
from aidtimeline.codec.written import HEAD, Part, Written, encode_lines, encode_lines_sorted, types_of, union_of
from aidtimeline.events import KINDS, Source, check_source
from aidtimeline.remembering import Remembered
from aidtimeline.values.amounts import Money, Quantity

MOST = 2**10
"""How many lines are verified at once."""

PARTS = 16
"""Into how many parts a block is cut that has a line in it which is not just as it is written."""

FEW = 2**6
"""So many lines are decoded kind by kind: what decodes all kinds takes a while to make."""


def verified(lines: Sequence[bytes]) -> list[Written | None]:
    """The structs of lines without line ends that are just as they are written; None for each of the others.

    A line is taken if `aidtimeline.codec.quick.record` takes it.

    >>> from aidtimeline import EventLog
    >>> lines = [line.removesuffix(b"\\n") for _, _, line in EventLog("events").lines()][:2]
    >>> [found and found.kind for found in verified([*lines, b"{}", lines[0]])]
    ['announcement', 'corroboration', None, 'announcement']
    """
    found: list[Written | None] = []
    for start in range(0, len(lines), MOST):
        found += _verified(lines[start : start + MOST])
    return found


def _verified(lines: Sequence[bytes]) -> Sequence[Written | None]:
    try:
        return _as_written(lines)
    except REFUSED:
        if len(lines) == 1:
            return [None]
    size = -(-len(lines) // PARTS)
    return [each for start in range(0, len(lines), size) for each in _verified(lines[start : start + size])]


def _as_written(lines: Sequence[bytes]) -> Sequence[Written]:
    """The structs of lines all of which are just as they are written. Raises one of `REFUSED` otherwise."""
    if max(map(len, lines)) > LONGEST:
        raise other_form(lines)
    structs = _decoded(lines)
    # No encoded line has a line end within it: if the bytes are equal, each line is one value, and just so.
    if encode_lines(structs) != b"\n".join([*lines, b""]):
        raise other_form(lines)
    ids, instants = list(map(_ID, structs)), list(map(_RECORDED_AT, structs))
    for each in structs:
        each.id = each.recorded_at = None
    said = encode_lines_sorted(structs).split(b"\n")
    said.pop()
    if [blake2b(each, digest_size=16).hexdigest() for each in said] != ids:
        raise other_form(ids)
    by_kind: dict[type[Written], list[Written]] = defaultdict(list)
    for each in structs:
        by_kind[type(each)].append(each)
    for several in by_kind.values():
        _check(several)
    _check_instants(instants)
    for each, id_, instant in zip(structs, ids, instants, strict=True):
        each.id, each.recorded_at = id_, instant
    return structs


def _decoded(lines: Sequence[bytes]) -> list[Written]:
    if len(lines) <= FEW:
        return [KINDS_IN_LINES[line[AT_KIND : line.index(b'"', AT_KIND)]].decode(line) for line in lines]
    structs: list[Written] = _decoder().decode(b"[%b]" % b",".join(lines))
    return structs


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(list[union_of(KINDS.values())])  # type: ignore[misc]


def _check(structs: Sequence[Written]) -> None:
    """Raise one of `REFUSED` if not all values of structs of one kind are valid, and in their normal form."""
    cls: Any = KINDS[structs[0].kind]
    plan = plan_of(cls)
    if plan.asks:
        for each in structs:
            values_of(each, plan)
        return
    known = VERSIONS[structs[0].kind]
    for each in structs:
        if each.v not in known or each.v != version_of(each):
            raise other_form(each.v)
    _check_columns(structs, cls, HEAD)


def _check_columns(found: Sequence[Written | Part], cls: Any, head: int = 0) -> None:
    if not found:
        return
    values = list(zip(*map(msgspec.structs.astuple, found), strict=True))[head:]
    for column, each in zip(_columns(cls), values, strict=True):
        if column.is_required and None in each:
            raise other_form(None)
        column.check(each)


def _check_values(read: Callable[[Any], Any], values: Iterable[Any]) -> None:
    with contextlib.suppress(TypeError):  # shares are read one by one
        values = set(values)
    for value in values:
        if value is not None:
            read(value)


def _check_quantities(read: Callable[[Any], Any], values: Iterable[Any]) -> None:
    """Whole numbers of few digits are all valid, and written as they are."""
    _check_values(read, (value for value in set(values) if type(value) is not int or abs(value) >= _LARGE))


def _check_money(values: Iterable[Part | None]) -> None:
    _check_columns([each for each in values if each is not None], Money)


def _check_lists_of_money(values: Iterable[tuple[Part, ...] | None]) -> None:
    _check_columns(_within(values), Money)


def _check_sources(values: Iterable[tuple[Part, ...] | None]) -> None:
    sources = _within(values)
    _check_columns(sources, Source)
    for each in sources:
        check_source(each)


def _within(values: Iterable[tuple[Part, ...] | None]) -> Sequence[Part]:
    """What stands in lists. An empty list is never written."""
    stated = [each for each in values if each is not None]
    if not all(stated):
        raise other_form(())
    return list(chain.from_iterable(stated))


def _check_instants(texts: Iterable[str | None]) -> None:
    """Verify the texts of instants: of those in whole seconds, day, minute and second each by itself."""
    whole = []
    for text in texts:
        if text is not None and len(text) == len(_MIDNIGHT):
            whole.append(text)
        else:
            instant_of(text)
    for begin, end in _PARTS:
        for part in {text[begin:end] for text in whole}:
            _PART_OF_INSTANT[part, begin]


class _Column(NamedTuple):
    """A field of a class as a column: what verifies its values, and whether it must be there."""

    check: Callable[[Iterable[Any]], None]
    is_required: bool


@cache
def _columns(cls: Any) -> Sequence[_Column]:
    def columns() -> Iterator[_Column]:
        types = types_of(cls)
        for each, read in zip(attrs.fields(cls), plan_of(cls).reads, strict=True):
            kind = types[each.name]
            if kind in _OF_PARTS:
                check = _OF_PARTS[kind]
            else:
                check = partial(_check_quantities if kind == Quantity | None else _check_values, read)
            yield _Column(check, each.default is attrs.NOTHING)

    return tuple(columns())


_OF_PARTS: dict[Any, Callable[[Iterable[Any]], None]] = {
    Money | None: _check_money,
    tuple[Money, ...] | None: _check_lists_of_money,
    tuple[Source, ...] | None: _check_sources,
}
"""What verifies the values of a field by its type, if there are structs within them."""

_LARGE = 10**15
_ID, _RECORDED_AT = attrgetter("id"), attrgetter("recorded_at")

_MIDNIGHT = "2000-01-01T00:00:00Z"
_PARTS = (0, 10), (10, 17), (17, 20)
"""Where day, minute and second stand in an instant: each is good if it is good in another instant."""


def _instant_with(part: tuple[str, int]) -> datetime:
    text, begin = part
    return parsed(_MIDNIGHT[:begin] + text + _MIDNIGHT[begin + len(text) :])


_PART_OF_INSTANT = Remembered(_instant_with, REMEMBERED)
