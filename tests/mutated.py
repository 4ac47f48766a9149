"""Lines with something wrong with them, or only unusual, made of lines that the library writes. Uses nothing of it but
the strict decoder, to compute an id anew so that it matches what the line says, or what it means."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Callable
from typing import Any

from aidtimeline.codec import event_from_json, record_id
from aidtimeline.errors import AidtimelineError

#: What may stand in a field instead of its value: other types, other forms of a value, values that are not valid.
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 3, 30, 2**63, 2**64, -(2**63) - 1, 10**29, 10**30, 10**31, 30.0, 0.5, 1e22),
    *(
        "",
        " ",
        "a",
        " a",
        "a ",
        "30",
        "30.0",
        "030",
        "1..2",
        "2..1",
        "1..",
        "..20",
        "0..20",
        "~20",
        "..",
        "-0",
        "0",
        "1e3",
    ),
    *("٣", "2..2", "~2..2", "11.50", "11.5", "1" * 30, "1" * 31, "..0", "0..", "-5..", "..-5", "true", "null", "½"),
    *(
        "2023",
        "2023-02-30",
        "2023-13",
        "2023/2022",
        "2022/2023",
        "202X",
        "2023-1",
        "0000",
        "[..2025]",
        "2023-11-28~",
        "now",
    ),
    *("July 2023", "2023-11-28T00:00:00Z", "../..", "[..]", "/", "2023-22", "2023-99", "９９９９"),
    *(
        "USD",
        "usd",
        "EURO",
        "XXX",
        "provider",
        "receiver",
        "delivery",
        "pledge",
        "observation",
        "correction",
        "retraction",
    ),
    *("person", "people", "lead", "leader", "closed", "running", "1:72040", "72040", "2:720", "10:food"),
    *(
        "0" * 32,
        "A" * 32,
        "0" * 31,
        "0" * 33,
        "a" * 200,
        "a" * 201,
        "\x00",
        "a\x00",
        "a\n",
        "\u2028",
        "\ufeff",
        "\ud800",
        "é",
    ),
    *("e\u0301", "\U0001f69a", "\x7f", "\x85", '"', "\\", "/", "2026-11-21T10:00:00Z", "2026-11-21T10:00:00+00:00"),
    *("2026-11-21T10:00:00.500Z", "2026-11-21T10:00:00.500000Z", "2026-02-30T10:00:00Z", "2026-11-21T19:00:00+09:00"),
    *([], {}, [[]], [None], ["a"], ["a", "a"], ["b", "a"], ["0" * 32], ["0" * 32, "0" * 32], [1], [{}], [""], ["@a"]),
    *(
        {"KE": 60},
        {"UG": 40, "KE": 60},
        {"KE": 60, "UG": 40},
        {"KE": 60, "UG": 50},
        {"KE": None},
        {"KE": "60"},
        {"KE": "12.5"},
    ),
    *({"KE": "12.50"}, {"KE": True}, {"": 1}, {"KE": -1}, {"KE": 101}, {"KE": "1..2"}, {"1:72040": 10}, {"72040": 50}),
    *({"1:72040": 60, "72040": 60}, {"2:720": 60, "72040": 60}, {"KE": {}}, {"KE": 10**31}),
    *(
        {"publisher": "A"},
        [{"publisher": "A"}],
        [{"publisher": ""}],
        [{}],
        [{"published": "2023"}],
        [{"dataset": "a b"}],
    ),
    *([{"dataset": " a"}], [{"publisher": "A", "published": "2023-02-30"}], [{"publisher": "A", "archived": "x"}]),
    *([{"publisher": "A", "note": "x"}], [{"publisher": None, "title": "A"}], [{"title": "A", "publisher": "B"}]),
    *(
        {"amount": 1, "currency": "USD"},
        {"amount": "1", "currency": "USD"},
        {"amount": 1, "currency": "usd"},
        {"amount": 1},
    ),
    *({"currency": "USD", "amount": 1}, {"currency": "USD"}, {"amount": "2..1", "currency": "USD"}, "USD 1", ["USD 1"]),
    *(
        [{"amount": 1, "currency": "USD"}],
        [{"amount": "1.0", "currency": "USD"}],
        {"amount": 10**30, "currency": "USD"},
    ),
)

#: Numbers as texts of JSON, which `json` would not write.
NUMBERS: tuple[str, ...] = (
    "3e1",
    "30.0",
    "1E400",
    "-0",
    "-0.0",
    "0.0",
    "1e-400",
    "9" * 19,
    "9" * 20,
    "9" * 30,
    "9" * 31,
    "9" * 400,
    "+1",
    "01",
)
NUMBERS += ("NaN", "Infinity", "0x1", "1_000", "true", "null", '""', "[]", "{}")


class _Text(float):
    """A number that is written as some text."""

    text: str

    def __new__(cls, text: str) -> _Text:
        made = super().__new__(cls, 0.0)
        made.text = text
        return made

    def __repr__(self) -> str:
        return self.text


def dumps(found: Any) -> str:
    """JSON as the library writes it; in `_Text` as it stands, and lone surrogates as escapes."""
    if isinstance(found, dict):
        return "{" + ",".join(f"{dumps(name)}:{dumps(value)}" for name, value in found.items()) + "}"
    if isinstance(found, list):
        return "[" + ",".join(map(dumps, found)) + "]"
    if isinstance(found, _Text):
        return found.text
    text = json.dumps(found, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text)


Mutation = Callable[[random.Random, dict[str, Any]], None]


def _objects(found: Any) -> list[dict[str, Any]]:
    """An object and all that are within it."""
    if isinstance(found, list):
        return [each for inner in found for each in _objects(inner)]
    if isinstance(found, dict):
        return [found, *(each for inner in found.values() for each in _objects(inner))]
    return []


def _lists(found: Any) -> list[list[Any]]:
    if isinstance(found, list):
        return [found, *(each for inner in found for each in _lists(inner))]
    return [each for inner in found.values() for each in _lists(inner)] if isinstance(found, dict) else []


def _other_value(chance: random.Random, line: dict[str, Any]) -> None:
    where = chance.choice([each for each in _objects(line) if each])
    where[chance.choice(list(where))] = json.loads(json.dumps(chance.choice(ODD)))


def _value_of_another(chance: random.Random, line: dict[str, Any]) -> None:
    values = [value for each in _objects(line) for value in each.values()]
    where = chance.choice([each for each in _objects(line) if each])
    where[chance.choice(list(where))] = json.loads(json.dumps(chance.choice(values)))


def _number(chance: random.Random, line: dict[str, Any]) -> None:
    places = [(each, name) for each in _objects(line) for name, value in each.items() if type(value) is int]
    where, name = chance.choice(places or [(line, "quantity")])
    where[name] = _Text(chance.choice(NUMBERS))


def _added(chance: random.Random, line: dict[str, Any]) -> None:
    where = chance.choice(_objects(line))
    names: tuple[str, ...] = (
        "side",
        "of_kind",
        "left",
        "via",
        "note",
        "ref",
        "unit",
        "quantity",
        "value",
        "valued",
        "id",
        "recorded_at",
    )
    names += ("v", "kind", "label", "x", "", "archived", "location", "sector", "humanitarian", "part_of", "overlaps")
    names += ("scope", "aid_type", "tied", "period", "counterpart")
    names += ("fulfils", "supersedes", "item", "indicator", "due", "value_date", "of", "event", "duplicate_of", "role")
    where[chance.choice(names)] = json.loads(json.dumps(chance.choice(ODD)))
    if chance.random() < 0.7:
        in_order = sorted(where.items(), key=lambda pair: _PLACES.get(pair[0], 0))
        where.clear()
        where.update(in_order)


def _default(_: random.Random, line: dict[str, Any]) -> None:
    name, value = _.choice(
        (("side", "provider"), ("left", False), ("of_kind", "delivery"), ("via", []), ("note", None))
    )
    line[name] = value
    in_order = sorted(line.items(), key=lambda pair: _PLACES.get(pair[0], 0))
    line.clear()
    line.update(in_order)


def _removed(chance: random.Random, line: dict[str, Any]) -> None:
    where = chance.choice([each for each in _objects(line) if each])
    del where[chance.choice(list(where))]


def _swapped(chance: random.Random, line: dict[str, Any]) -> None:
    where = chance.choice(_objects(line))
    pairs = list(where.items())
    chance.shuffle(pairs)
    where.clear()
    where.update(pairs)


def _list_changed(chance: random.Random, line: dict[str, Any]) -> None:
    for where in _lists(line)[:1]:
        act = chance.randrange(4)
        if act == 0:
            where.clear()
        elif act == 1 and where:
            where.append(where[0])
        elif act == 2:
            where.reverse()
        else:
            where.append(json.loads(json.dumps(chance.choice(ODD))))


def _version(chance: random.Random, line: dict[str, Any]) -> None:
    chance.choice([each for each in _objects(line) if "v" in each] or [line])["v"] = chance.choice(
        (0, 1, 2, 3, True, "1")
    )


def _kind(chance: random.Random, line: dict[str, Any]) -> None:
    kinds = ("delivery", "pledge", "receipt", "training", "observation", "project", "retraction", "correction", "gift")
    chance.choice([each for each in _objects(line) if "kind" in each] or [line])["kind"] = chance.choice(kinds)


def _nested(chance: random.Random, line: dict[str, Any]) -> None:
    """The event in a correction, in a correction, …"""
    for _ in range(chance.choice((1, 1, 2, 12, 15, 40))):
        inner = {
            name: value for name, value in line.items() if name not in ("id", "recorded_at") or chance.random() < 0.02
        }
        line.clear()
        line.update(kind="correction", v=1, id="0" * 32, recorded_at="2026-11-21T10:00:00Z", of="0" * 32, event=inner)


def _long(chance: random.Random, line: dict[str, Any]) -> None:
    line["note"] = "x" * chance.choice((3000, 4096, 5000, 2**20))


def _nothing(_: random.Random, line: dict[str, Any]) -> None:
    pass


_ORDER = """
kind v id recorded_at of date project package donor recipient via location sector humanitarian scope event intent
party role title parent planned_start planned_end actual_start actual_end status left of_kind reason duplicate_of item
indicator quantity unit value valued aid_type tied period due value_date side counterpart part_of overlaps fulfils
supersedes ref note sources
"""
_PLACES = {name: place for place, name in enumerate(_ORDER.split())}

MUTATIONS: tuple[tuple[int, Mutation], ...] = (
    (30, _other_value),
    (6, _value_of_another),
    (6, _number),
    (10, _added),
    (4, _default),
    (5, _removed),
    (4, _swapped),
    (6, _list_changed),
    (4, _version),
    (3, _kind),
    (3, _nested),
    (1, _long),
    (6, _nothing),
)


def _id_as_it_stands(line: dict[str, Any]) -> str | None:
    """The id by the rule, of what the line says to the letter."""
    said = {name: value for name, value in line.items() if name not in ("id", "recorded_at")}
    try:
        return hashlib.blake2b(_sorted(said).encode(), digest_size=16).hexdigest()
    except (TypeError, ValueError):
        return None


def _sorted(found: Any) -> str:
    if isinstance(found, dict):
        return "{" + ",".join(f"{dumps(name)}:{_sorted(found[name])}" for name in sorted(found)) + "}"
    return "[" + ",".join(map(_sorted, found)) + "]" if isinstance(found, list) else dumps(found)


def _id_of_what_is_meant(line: dict[str, Any]) -> str | None:
    """The id of the event that the strict decoder reads, if it reads one."""
    said = {name: value for name, value in line.items() if name not in ("id", "recorded_at")}
    try:
        return record_id(event_from_json(json.loads(dumps(said))))
    except (AidtimelineError, ValueError, RecursionError, TypeError, AttributeError):
        return None


def _bytes_changed(chance: random.Random, line: bytes) -> bytes:
    """The line with a few of its bytes changed, put in, or taken out."""
    changed = bytearray(line)
    for _ in range(chance.choice((1, 1, 2))):
        at = chance.randrange(len(changed))
        act = chance.randrange(7)
        if act == 0:
            changed[at] ^= 1 << chance.randrange(8)
        elif act == 1:
            changed[at:at] = chance.choice(
                (b" ", b"\t", b"\n", b"\r", b"\x00", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"0", b",", b"-")
            )
        elif act == 2:
            del changed[at]
        elif act == 3:
            changed += chance.choice((b" ", b"\r", b"\r\n", b"{}", b",", b"\x00", b"\n\n"))
        elif act == 4:
            changed[0:0] = chance.choice((b" ", b"\xef\xbb\xbf", b"\n", b"["))
        elif act == 5:  # an escape that means the same
            letters = [place for place, byte in enumerate(changed) if chr(byte).isalnum()]
            at = chance.choice(letters or [0])
            changed[at : at + 1] = b"\\u%04x" % changed[at]
        else:  # a name once more
            pairs = re.findall(rb'"[a-z_]+":(?:"[^"\\]*"|[0-9]+)', bytes(changed))
            if pairs:
                place = bytes(changed).find(pairs[0])
                changed[place:place] = chance.choice(pairs) + b","
    return bytes(changed)


def mutated(chance: random.Random, line: bytes) -> bytes:
    """A line like this one, with something changed; in most the id is then computed anew."""
    found: dict[str, Any] = json.loads(line)
    weights, mutations = zip(*MUTATIONS, strict=True)
    for mutate in chance.choices(mutations, weights, k=chance.choice((1, 1, 1, 2))):
        mutate(chance, found)
    if "id" in found:
        act = chance.randrange(10)
        fresh = _id_as_it_stands(found) if act < 5 else _id_of_what_is_meant(found) if act < 9 else None
        found["id"] = fresh or found["id"]
    text = dumps(found)
    made = text.encode(errors="surrogatepass")
    return _bytes_changed(chance, made) if chance.random() < 0.2 and len(made) < 2**16 else made


def restated(line: bytes, **fields: Any) -> bytes:
    """A line that says other things in some fields (None: nothing), in the order of lines, with the id of what it says.

    An `id` that is given is not changed.
    """
    found = {name: value for name, value in {**json.loads(line), **fields}.items() if value is not None}
    found = dict(sorted(found.items(), key=lambda pair: _PLACES[pair[0]]))
    if "id" not in fields:
        found["id"] = _id_as_it_stands(found)
    return dumps(found).encode()
