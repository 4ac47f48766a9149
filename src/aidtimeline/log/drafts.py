"""Drafts: events as a person writes them down, before they are records.

A draft is a line of the log without `id` and `recorded_at`; `v` may be left out. It may have a `label`, by which other
drafts of the same batch refer to it as `@label` in `of`, `fulfils`, `supersedes`, `duplicate_of`, `part_of` and
`overlaps`, also within the `event` of a correction. An id may be shortened to digits with which only one id of the log
and the batch begins. A batch may also have whole lines of a log, with `id` and `recorded_at`. What else drafts may
leave out or write shorter is in `aidtimeline.log.shorthand`.

`part_of` and `overlaps` also take other texts. There only what begins one id, and is at least as long as ids are
printed, is taken for an id.

An id that is given whole need not be in the log: logs are merged, and its record may come from another one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, takewhile
from typing import Any, NamedTuple, cast

from attrs import define, evolve, field

from aidtimeline.codec import decode, event_from_json, record_id
from aidtimeline.codec.jsonlines import Token, parse_object
from aidtimeline.codec.versions import VERSIONS
from aidtimeline.errors import MOST_LISTED, InvalidValue, Problem, RefusedBatch, UnreadableLog
from aidtimeline.events import Amendment, Event, Record
from aidtimeline.graphs import strongly_connected
from aidtimeline.log.batch import check_duplicate
from aidtimeline.log.ids import Ids
from aidtimeline.log.shorthand import DEFAULTS, MAX_DEFAULTS, Defaults, described, expand_money, read_defaults
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.values.converters import to_slug

Line = tuple[str | None, int | None, str | bytes | dict[str, Any]]
"""A line of a batch: its file and number (from 1), for messages, and its text or the object that it is."""

SHORTEST = 4
"""The fewest digits that an id may be shortened to."""

MOST_HINTS = 20
"""So many unknown labels are looked up among those that are like them."""

AS_PRINTED = 8
"""The fewest digits to which an id is shortened where one is printed."""

_AND_MORE = Problem.more(f"… and perhaps more: after {MOST_LISTED:,} problems no more lines are read")
_ONE = ("of", "duplicate_of", "part_of")  # the fields that refer to one record, and those that refer to several
_SEVERAL = ("fulfils", "supersedes", "overlaps")
_LOOSE = ("part_of", "overlaps")  # those of them that may also hold another text
_FIRST_NAME = re.compile(r"\$\.(\w+)")
_HEX = re.compile(r"[0-9a-f]{1,32}")
_UNKNOWN = "0" * 32  # replaces a reference that is reported as a problem, so that the rest of its draft is read


def read_drafts(lines: Iterable[Line], known_ids: Collection[str] = ()) -> list[Event | Amendment | Record]:
    """The events of drafts and the records of whole lines, in the order given; empty lines are skipped.

    `known_ids` are the ids in the log. Raises `RefusedBatch` with every problem of every line.

    >>> source = '"sources":[{"publisher":"Kyodo News"}]'
    >>> first, second = read_drafts([
    ...     (None, 1, '{"kind":"pledge","date":"2022-04","quantity":150,"supersedes":["@first"],%s}' % source),
    ...     (None, 2, '{"label":"first","kind":"pledge","date":"2022-03","quantity":100,%s}' % source),
    ... ])
    >>> first.supersedes == (record_id(second),)
    True
    >>> read_drafts([("new.jsonl", 1, '{"kind":"retraction","of":"@old"}')])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    aidtimeline.errors.RefusedBatch: nothing was recorded:
    new.jsonl:1: error unknown-reference: retraction of @old: $.of: found '@old', expected the label of ...
    """
    entries = list(_until_too_faulty(_entries(lines)))
    if _found(entries) < MOST_LISTED:  # else some labels may not have been read
        drafts = [each for each in entries if each.event is None and not each.problems]
        labels = _labelled(drafts)
        known = known_ids if isinstance(known_ids, Ids) else Ids(known_ids)
        ids = known.with_more(each.event.id for each in entries if isinstance(each.event, Record))
        hints = iter(range(MOST_HINTS))
        for draft in _until_too_faulty(_in_order(drafts, labels)):
            _settle(draft, labels, ids, hints)
    if _found(entries):
        every = dict.fromkeys(entry.placed(problem) for entry in entries for problem in entry.problems)
        listed = list(islice(every, MOST_LISTED))  # a fault of defaults is one
        raise RefusedBatch("nothing was recorded:", listed if _found(entries) < MOST_LISTED else [*listed, _AND_MORE])
    return [entry.event for entry in entries if entry.event is not None]


def _until_too_faulty(entries: Iterable[_Entry]) -> Iterator[_Entry]:
    """The entries, until those that were given have so many problems that no more are listed."""
    left = MOST_LISTED
    for entry in entries:
        yield entry
        left -= len(entry.problems)
        if left <= 0:
            return


def _found(entries: Iterable[_Entry]) -> int:
    return sum(len(each.problems) for each in entries)


def is_beginning(text: str) -> bool:
    """Whether a text may be the beginning of an id.

    >>> is_beginning("72e8"), is_beginning("72"), is_beginning("truck")
    (True, False, False)
    """
    return bool(_HEX.fullmatch(text)) and len(text) >= SHORTEST


def find_id(shortened: str, ids: Sequence[str]) -> str:
    """The one id of a sorted sequence that begins with these digits; all 32 are an id, even if it is not there.

    Raises `InvalidValue` if no id or several begin so, and for something other than the beginning of an id.

    >>> find_id("72e8", ["53a450ca83550ea887399585dcc87a2f", "72e861e2820f05a88c15152830f6897b"])
    '72e861e2820f05a88c15152830f6897b'
    """
    if not is_beginning(shortened):
        raise InvalidValue(shortened, f"the id of a record, or its first digits ({SHORTEST} or more of 0-9 and a-f)")
    if len(shortened) == len(_UNKNOWN):
        return shortened
    start = bisect_left(ids, shortened)
    found = list(takewhile(lambda id_: id_.startswith(shortened), ids[start : start + 3]))
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidValue(shortened, "the beginning of one id", "several begin so: " + ", ".join(found))
    raise InvalidValue(shortened, "the beginning of the id of a record in the log or this batch")


def _id_or_text(text: str, ids: Sequence[str]) -> str:
    """The one id that begins with this text, if it is as long as ids are printed; else the text itself."""
    if len(text) < AS_PRINTED:
        return text
    try:
        return find_id(text, ids)
    except InvalidValue:
        return text


@define(eq=False)
class _Entry:
    """A line of the batch: the fields of a draft and the event made of them, or the record of a whole line.

    The fields of the names in `filled` are from the defaults of its file. `of` is what an amendment named, as it was
    written.
    """

    file: str | None
    line: int | None
    fields: dict[str, Any] = field(factory=dict)
    label: Any = None
    of: Any = None
    defaults: Defaults | None = None
    filled: frozenset[str] = frozenset()
    event: Event | Amendment | Record | None = None
    id: str = _UNKNOWN
    problems: list[Problem] = field(factory=list)

    def report(self, path: str | None, error: InvalidValue, code: str) -> None:
        """Add a problem of this line."""
        self.problems.append(Problem.of_value(path, error, code).at(self.file, self.line))

    def placed(self, problem: Problem) -> Problem:
        """A problem of this line with the draft that is meant; at the defaults, if it is in what they gave."""
        name = _FIRST_NAME.match(problem.path or "")
        if self.defaults is not None and problem.path and name and name[1] in self.filled:
            return evolve(problem, line=self.defaults.line, path=f"$.{DEFAULTS}{problem.path[1:]}")
        return evolve(problem, about=described(self.fields, self.label, self.of))

    def references(self) -> Iterator[_Reference]:
        """Each text in the place of an id, also in the event of a correction."""
        path, fields = "$", cast(Any, self.fields)
        while isinstance(fields, dict):
            for name in _ONE:
                if isinstance(fields.get(name), str):
                    yield _Reference(fields[name], f"{path}.{name}", fields, name, name in _LOOSE)
            for name in _SEVERAL:
                several: Any = fields.get(name)
                for index, each in enumerate(several if isinstance(several, list) else ()):
                    if isinstance(each, str):
                        yield _Reference(each, f"{path}.{name}[{index}]", several, index, name in _LOOSE)
            path, fields = f"{path}.event", fields.get("event")


class _Reference(NamedTuple):
    text: str
    path: str
    holder: Any
    key: str | int
    is_loose: bool

    @property
    def label(self) -> str | None:
        return self.text[1:] if self.text.startswith("@") else None


def _entry(file: str | None, number: int | None, line: str | bytes | dict[str, Any]) -> _Entry:
    """A line by itself: a whole line becomes a record at once, a draft waits for those that it refers to."""
    entry = _Entry(file, number)
    if isinstance(line, dict):
        entry.fields = line
        return entry
    try:
        fields = parse_object(line)
    except InvalidValue as error:
        entry.report(None, error, "bad-json")
        return entry
    if fields.get("id") is None and fields.get("recorded_at") is None:
        entry.fields = fields
        return entry
    try:
        entry.event = decode(line, file=file, line_number=number)
    except UnreadableLog as unreadable:
        entry.problems += unreadable.problems
    return entry


def _entries(lines: Iterable[Line]) -> Iterator[_Entry]:
    """The lines that are not empty. Each draft has what it takes from the defaults on the first line of its file."""
    before: tuple[str | None, int | None] | None = None
    defaults: Defaults | None = None
    for file, number, line in lines:
        if not isinstance(line, dict) and not line.strip():
            continue
        begins = before is None or before[0] != file or (number or 0) <= (before[1] or 0)
        before = file, number
        entry = _entry(file, number, line)
        if begins:
            defaults = None
        if DEFAULTS in entry.fields:
            given, faults = read_defaults(entry.fields)
            if isinstance(line, str | bytes) and len(line) > MAX_DEFAULTS:
                long = InvalidValue(Token(f"{len(line):,} bytes"), f"a line of defaults of at most {MAX_DEFAULTS:,}")
                given, faults = {}, [(f"$.{DEFAULTS}", long, "bad-value")]
            if not begins:
                late = InvalidValue(entry.fields[DEFAULTS], "defaults on the first line of a file, and once")
                faults.append((f"$.{DEFAULTS}", late, "bad-value"))
            for path, error, code in faults:
                entry.report(path, error, code)
            entry.fields = {}
            defaults = Defaults(number, given) if begins else defaults
            if faults:
                yield entry
            continue
        if defaults is not None and entry.event is None and not entry.problems:
            entry.defaults, entry.filled = defaults, defaults.fill(entry.fields)
        yield entry


def _labelled(entries: Iterable[_Entry]) -> dict[str, _Entry]:
    """The draft of each label."""
    labels: dict[str, _Entry] = {}
    for entry in entries:
        label = entry.label = entry.fields.pop("label", None)
        try:
            first = entry if label is None else labels.setdefault(to_slug(label), entry)
        except InvalidValue as error:
            entry.report("$.label", error, "bad-value")
            continue
        if first is not entry:
            there = f"{first.file or 'the batch'}:{first.line} has it"
            entry.report("$.label", InvalidValue(label, "a label of this draft alone", there), "duplicate-label")
    return labels


def _in_order(entries: Sequence[_Entry], labels: dict[str, _Entry]) -> list[_Entry]:
    """The drafts, each after those that it refers to. The links of a circle are reported."""
    named = {entry: [labels[each.label] for each in entry.references() if each.label in labels] for entry in entries}
    order: list[_Entry] = []
    for together in strongly_connected(named):
        order += together
        circle = set(together)
        for entry in together:
            for each in entry.references():
                if each.label in labels and labels[each.label] in circle:
                    closed = InvalidValue(each.text, "drafts that do not refer to each other in a circle")
                    entry.report(each.path, closed, "label-circle")
    return order


def _settle(entry: _Entry, labels: dict[str, _Entry], ids: Ids, hints: Iterator[int]) -> None:
    """Make the event of a draft, once the drafts that it refers to have theirs."""
    entry.of = entry.fields.get("of")
    for each in entry.references():
        id_ = _UNKNOWN
        try:
            if each.label is None:
                begun = ids.beginning(each.text) if is_beginning(each.text) else ()
                id_ = (_id_or_text if each.is_loose else find_id)(each.text, begun)
            elif each.label in labels:
                id_ = labels[each.label].id
            else:
                hint = None if next(hints, None) is None else did_you_mean(each.label, labels)
                raise InvalidValue(each.text, "the label of a draft of this batch", hint)
        except InvalidValue as error:
            entry.report(each.path, error, "unknown-reference")
        each.holder[each.key] = id_
    for path, fault in expand_money(entry.fields):
        entry.report(path, fault, "bad-value")
    fields: Any = entry.fields
    while isinstance(fields, dict):
        if fields.get("v") is None and isinstance(fields.get("kind"), str):
            fields["v"] = VERSIONS[fields["kind"]][-1] if fields["kind"] in VERSIONS else None
        fields = fields.get("event")
    try:
        entry.event = event = event_from_json(entry.fields, file=entry.file, line_number=entry.line)
        entry.id = record_id(event)
        if not entry.problems:
            check_duplicate(event)
    except UnreadableLog as unreadable:
        entry.problems += unreadable.problems
    except InvalidValue as error:
        entry.report(
            "$.duplicate_of" if entry.fields.get("duplicate_of") else "$.event.duplicate_of", error, "bad-link"
        )
