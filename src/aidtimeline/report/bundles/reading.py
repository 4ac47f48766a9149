"""Reading bundles, which anybody may have written: what is no bundle is refused, in little time and memory."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

from attrs import frozen

from aidtimeline.codec import decode
from aidtimeline.codec.jsonlines import DECODER, MAX_DEPTH, Token, broken_off, too_deep
from aidtimeline.errors import InvalidValue, UnreadableLog
from aidtimeline.events import Record
from aidtimeline.report.bundles.asking import Asking
from aidtimeline.report.bundles.labels import vocabulary_of
from aidtimeline.report.bundles.making import MOST_BYTES, VERSION, digest_of
from aidtimeline.report.columns import Json
from aidtimeline.values.amounts import MAX_DIGITS
from aidtimeline.values.dates import parse_day
from aidtimeline.vocabulary import Vocabulary

MEMBERS = ("bundle", "library", "made", "question", "answer", "log", "vocabulary", "lines", "digest")


@frozen
class Bundle:
    """A bundle as it was read: what it says, and the records of its lines. The answer in it is not derived yet."""

    library: str
    made: date
    asking: Asking
    command: str
    answer: Json
    log: Json
    vocabulary: Vocabulary
    lines: tuple[str, ...]
    records: tuple[Record, ...]


def read(text: bytes) -> Bundle:
    """The bundle in a file. Raises `InvalidValue` for anything else, and for one of which a byte was changed."""
    found = _object(text)
    if found.get("bundle") != VERSION or isinstance(found.get("bundle"), bool):
        raise InvalidValue(found.get("bundle"), f"a bundle of version {VERSION}, in its member 'bundle'")
    for name in dict.fromkeys((*MEMBERS, *found)):
        if name not in found or name not in MEMBERS:
            raise InvalidValue(name, f"the members {', '.join(MEMBERS)}", "missing" if name in MEMBERS else None)
    if found["digest"] != _digest(found):
        raise InvalidValue(Token("something else"), "what its digest is of", "it was changed")
    question, log, answer = (_is(found[name], dict, name) for name in ("question", "log", "answer"))
    for name, kind in (("name", str | None), ("records", int), ("digest", str)):
        _is(log.get(name), kind, f"log.{name}")
    lines = tuple(_is(line, str, "lines") for line in _is(found["lines"], list, "lines"))
    return Bundle(
        _is(found["library"], str, "library"),
        parse_day(_is(found["made"], str, "made")),
        Asking.of_data(question),
        str(question.get("command")),
        answer,
        log,
        vocabulary_of(found["vocabulary"]),
        lines,
        _records(lines),
    )


def _digest(found: Json) -> str:
    try:
        return digest_of(found)
    except TypeError:  # the strict decoder keeps such numbers as they are written
        raise InvalidValue(Token("another number"), f"whole numbers of at most {MAX_DIGITS} digits") from None


def _object(text: bytes) -> Json:
    if len(text) > MOST_BYTES:
        raise InvalidValue(f"more than {MOST_BYTES:,} bytes", "a bundle")
    try:
        decoded = text.decode()
        if too_deep(decoded):
            raise InvalidValue(decoded, f"a JSON object nested at most {MAX_DEPTH} deep")
        found = DECODER.decode(decoded)
    except UnicodeDecodeError as error:
        raise InvalidValue(text[error.start : error.start + 10], "a JSON object in UTF-8") from None
    except json.JSONDecodeError as error:
        raise InvalidValue(decoded, "a JSON object", broken_off(error)) from None
    return _is(found, dict, "a bundle")  # type: ignore[no-any-return]


def _is(found: Any, kind: Any, name: str) -> Any:
    if isinstance(found, kind) and not (kind is int and isinstance(found, bool)):
        return found
    raise InvalidValue(found, f"{name} of another type")


def _records(lines: tuple[str, ...]) -> tuple[Record, ...]:
    records = []
    for number, line in enumerate(lines, start=1):
        try:
            records.append(decode(line))
        except UnreadableLog as error:
            raise InvalidValue(line, f"a line of a log as line {number}", str(error.problems[0].message)) from None
    twice = [id_ for id_, number in Counter(each.id for each in records).items() if number > 1]
    if twice:
        raise InvalidValue(twice[0], "lines with each id once")
    return tuple(records)
