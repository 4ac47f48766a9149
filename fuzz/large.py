"""Inputs of any size that are made to take much time or memory, each with the target that it is for.

`tests/test_hostile.py` counts what readers do with them at two sizes, `benchmarks/growth.py` measures it, and small
ones are seeds of the fuzzer.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from itertools import count

from fuzz.seeds import IATI, KIEL, WORKBOOK

Make = Callable[[int], bytes]
"""Makes an input of about so many bytes."""

SOURCE = '"sources":[{"publisher":"A"}]'
DELIVERY = '{"kind":"delivery","v":2,"date":"2023","item":"truck",' + SOURCE
ID = '"id":"00000000000000000000000000000000","recorded_at":"2026-11-21T10:00:00Z"'
WHOLE = DELIVERY + "," + ID
DRAFT = DELIVERY


def many(before: str, each: str, after: str, between: str = ",") -> Make:
    """Something again and again until the size is reached; {} in it is a number, another each time."""

    def make(size: int) -> bytes:
        parts: list[str] = []
        left = size - len(before) - len(after)
        if "{}" not in each:
            part = each + between
            whole = part * max(left // len(part.encode("utf-8", "surrogatepass")), 1)
            return (before + whole.removesuffix(between) + after).encode("utf-8", "surrogatepass")
        for number in count():
            part = each.replace("{}", str(number))
            left -= len(part.encode()) + len(between)
            if parts and left < 0:
                break
            parts.append(part)
        return (before + between.join(parts) + after).encode("utf-8", "surrogatepass")

    return make


def longer(make: Make) -> Make:
    """Longer than the limit of what each line of a file takes, also if the size is small."""
    return lambda size: make(size + 2**12)


def both(first: Make, second: Make) -> Make:
    """One behind the other, each of the size."""
    return lambda size: first(size) + second(size)


def line(each: str, after: str = "}") -> Make:
    """A line of the log in which a field, or what stands in its list, is there again and again."""
    before, _, each = each.rpartition("…")
    return many(f"{WHOLE},{before}", each, after)


def draft(each: str, after: str = "}") -> Make:
    """The same as a draft."""
    before, _, each = each.rpartition("…")
    return many(f"{DRAFT},{before}", each, after)


#: What may stand in a line: before the dots what stands there once, behind them what is repeated, and how it ends.
IN_A_LINE: dict[str, tuple[str, str]] = {
    "names": ('"a{}":1', "}"),
    "names like a known one": ('"quantit{}":1', "}"),
    "names that are no words": ('"\\u0001 {}":1', "}"),
    "a name twice behind many": ('"a{}":1', ',"a0":1}'),
    "names twice": ('"a{}":1,"a{}":1', "}"),
    "the same name": ('"note":"x"', "}"),
    "a long name": ('"…x', '":1}'),
    "a long name with escapes": ('"…\\u001b\\"', '":1}'),
    "a long kind": ('"kind":"…x', '"}'),
    "a long note": ('"note":"…x', '"}'),
    "a long slug": ('"donor":"…x', '"}'),
    "a long note with escapes": ('"note":"…\\u001b', '"}'),
    "a long note with halves": ('"note":"…\\ud800', '"}'),
    "a long note of emoji": ('"note":"…🚚', '"}'),
    "a long date": ('"due":"…x', '"}'),
    "a long number": ('"quantity":…9', "}"),
    "a long text of a number": ('"quantity":"…9', '"}'),
    "a long decimal": ('"quantity":0.…9', "}"),
    "numbers for sources": ('"fulfils":[…1', "]}"),
    "numbers for slugs": ('"via":[…1', "]}"),
    "slugs": ('"via":[…"a{}"', "]}"),
    "the same slug": ('"via":[…"a"', "]}"),
    "empty slugs": ('"via":[…""', "]}"),
    "lists for slugs": ('"via":[…[[]]', "]}"),
    "no ids": ('"fulfils":[…"a{}"', "]}"),
    "labels": ('"fulfils":[…"@a{}"', "]}"),
    "beginnings of ids": ('"supersedes":[…"abcd"', "]}"),
    "loose beginnings of ids": ('"overlaps":[…"abcdabcd"', "]}"),
    "ids": ('"fulfils":[…"0000000000000000000000000000000{}"', "]}"),
    "numbers for money": ('"valued":[…1', "]}"),
    "money as text": ('"valued":[…"USD {}"', "]}"),
    "no money as text": ('"valued":[…"{}"', "]}"),
    "money": ('"valued":[…{"amount":{},"currency":"USD"}', "]}"),
    "money without currency": ('"valued":[…{"amount":"x{}"}', "]}"),
    "empty money": ('"valued":[…{}'.replace("{}", "{ }"), "]}"),
    "money with names": ('"valued":[…{"a{}":1}', "]}"),
    "shares": ('"location":{…"a{}":0', "}}"),
    "shares in vocabularies": ('"sector":{…"{}:a":0', "}}"),
    "shares without percent": ('"sector":{…"{}:a":null', "}}"),
    "faulty shares": ('"location":{…"a{}":"x"', "}}"),
    "shares of numbers": ('"location":{…"a{}":{}.5', "}}"),
    "large shares": ('"location":{…"a{}":100', "}}"),
    "lists in lists": ('"via":[…[[[[]]]]', "]}"),
    "objects in lists": ('"via":[…{"a":{"b":{}}}', "]}"),
    "fields of an event": ('"event":{"kind":"delivery","v":1,…"a{}":1', "}}"),
}


def names_in_each(after: str) -> Make:
    """Corrections of corrections, with names in each of them."""

    def make(size: int) -> bytes:
        names = many(",", '"a{}":1', "}")(size // 13).decode()
        return (EVENTS * 12 + DELIVERY + names * 12 + after + "}").encode()

    return make


EVENTS = '{"kind":"correction","v":1,"of":"00000000000000000000000000000000","event":'

SHAPES: dict[str, tuple[str, Make]] = {
    f"{target}: {name}": (target, make(*shape))
    for name, shape in IN_A_LINE.items()
    for target, make in (("line", line), ("drafts", draft))
}

for _target, _after in (("line", "," + ID), ("drafts", "")):
    _begin = '{"kind":"delivery","v":2,"date":"2023","item":"truck"'
    for _name, _each in {
        "numbers for sources": "1",
        "empty sources": "{}".replace("{}", "{ }"),
        "sources with a number": '{"publisher":1}',
        "sources with names": '{"a{}":1}',
        "sources with two names": '{"publishe{}":1,"titl{}":2}',
        "sources with many faults": '{"publisher":1,"title":2,"url":3,"published":4,"x":5}',
        "sources": '{"publisher":"A{}"}',
        "the same source": '{"publisher":"A"}',
        "sources with dates": '{"publisher":"A","published":"{}"}',
        "lists for sources": "[[]]",
    }.items():
        SHAPES[f"{_target}: {_name} in a list"] = _target, many(_begin + ',"sources":[', _each, "]" + _after + "}")
    SHAPES[f"{_target}: names in events in events"] = (
        _target,
        many(EVENTS * 12 + DELIVERY + ",", '"a{}":1', "}" * 12 + _after + "}"),
    )
    SHAPES[f"{_target}: names in each event in events"] = _target, names_in_each(_after)

for _name, _make in {
    "braces": many("", "{", "", ""),
    "brackets": many("", "[", "", ""),
    "brackets within": many('{"a":', "[", "", ""),
    "empty lists": many('{"a":[', "[]", "]}"),
    "empty objects": many('{"a":[', "{ }", "]}"),
    "quotes": many("", '"', "", ""),
    "backslashes": many('"', "\\", "", ""),
    "quotes and backslashes": many("", '"\\', "", ""),
    "spaces": many("", " ", "", ""),
    "spaces in an object": many("{", " ", "}", ""),
    "NUL": many("", "\0", "", ""),
    "line ends": many("", "\n", "", ""),
    "carriage returns": many("", "\r\n", "", ""),
    "short lines": many("", "x", "\n", "\n"),
    "empty objects a line": many("", "{ }", "\n", "\n"),
    "short drafts": many("", '{"kind":"status"}', "\n", "\n"),
    "unknown kinds": many("", '{"kind":"statu{}"}', "\n", "\n"),
    "labels": many("", '{"label":"a{}","kind":"status","project":"@b{}"}', "\n", "\n"),
    "labels in a circle": many("", '{"label":"a{}","kind":"correction","of":"@a0"}', "\n", "\n"),
    "labels twice": many("", '{"label":"a","kind":"correction","of":"@a"}', "\n", "\n"),
    "unknown labels": many("", '{"label":"a{}","kind":"correction","of":"@b{}"}', "\n", "\n"),
    "numbers": many("", "1", "\n", "\n"),
    "not UTF-8": lambda size: b"\xff\n" * (size // 2),
    "items": many("", '{"slug":"a{}","label":"x"}', "\n", "\n"),
    "an item twice": many("", '{"slug":"a","label":"x"}', "\n", "\n"),
    "items without label": many("", '{"slug":"a{}"}', "\n", "\n"),
    "an item with many names": many('{"slug":"a","label":"x","names":[', '"{}"', "]}\n"),
    "an item with faulty names": many('{"slug":"a","label":"x","names":[', "{}", "]}\n"),
    "an item with many fields": many('{"slug":"a","label":"x",', '"a{}":1', "}\n"),
    "an item with a field twice": many('{"slug":"a","label":"x",', '"a{}":1', ',"a0":1}\n'),
}.items():
    for _target in ("drafts", "log"):
        SHAPES[f"{_target}: {_name}"] = _target, _make
SHAPES["drafts: defaults with many names"] = "drafts", many('{"defaults":{', '"a{}":1', "}}\n{}\n")
SHAPES["drafts: names beside defaults"] = "drafts", many('{"defaults":{},', '"a{}":1', "}\n{}\n")
for _name, _each in {"long defaults": '"a{}"', "faulty defaults": "{ }"}.items():
    SHAPES[f"drafts: {_name}"] = (
        "drafts",
        both(longer(many('{"defaults":{"via":[', _each, "]}}\n")), many("", '{"kind":"delivery"}', "\n", "\n")),
    )
SHAPES["drafts: defaults and defaults"] = "drafts", many("", '{"defaults":{"date":"2023"}}', "\n", "\n")
for _target, _texts in {
    "date": ("9", "[", "..", "/", "2023-", "x", "by ", "about ", " ", "[..", "١"),
    "cut": ("9", "2", ":", "T", "2023-11-28T", " "),
    "quantity": ("9", ".", "..", "~", "-", "9,999", " ", "USD ", "1 to ", "9.", "at least "),
}.items():
    for _text in _texts:
        SHAPES[f"{_target}: {_text!r} repeated"] = _target, many("", _text, "", "")

CELL = b"date,donor,item,quantity\n"


def bomb(make: Make) -> Make:
    """Packed with gzip to about the size: unpacked it is a thousand times as large, as long as that is no gigabyte."""
    return lambda size: gzip.compress(make(min(size * 1000, 2**30)))


_TABLES: dict[str, Make] = {
    "blank lines": many("", "\n", "", ""),
    "blank lines after the header": many(CELL.decode(), "\n", "", ""),
    "carriage returns": many(CELL.decode(), "\r", "", ""),
    "commas": many(CELL.decode(), ",,,\n", "", ""),
    "a row of commas": many(CELL.decode(), ",", "\n", ""),
    "a header of commas": many("", ",", "\n1", ""),
    "a header of names": many("", "a{}", "\n1,2\n"),
    "a header of one name": many("", "a", "\n1,2\n"),
    "headers of one name, and rows": lambda size: b"a," * min(size // 8, 16000) + b"\n" + b"1,2\n" * (size // 8),
    "wide rows": lambda size: CELL + (b"1," * min(size // 8, 5000) + b"\n") * (size // 2 // min(size // 8, 5000)),
    "rows of a cell too many": many(CELL.decode(), "2023,JP,truck,30,x\n", "", ""),
    "a long cell": many(CELL.decode() + '2023,JP,"', "x", '",3\n', ""),
    "a long cell of line ends": many(CELL.decode() + '2023,JP,"', "\n", '",3\n', ""),
    "an open quote": many(CELL.decode() + '2023,JP,"', "x\n", "", ""),
    "quotes": many(CELL.decode(), '"', "", ""),
    "doubled quotes": many(CELL.decode() + '"', '""', '"\n', ""),
    "a long number": many(CELL.decode() + "2023,JP,truck,", "9", "\n", ""),
    "a long date": many(CELL.decode(), "9", ",JP,truck,9\n", ""),
    "rows": many(CELL.decode(), "2023,JP,truck,{}\n", "", ""),
    "equal rows": many(CELL.decode(), "2023,JP,truck,3\n", "", ""),
    "faulty rows": many(CELL.decode(), "x,JP,truck,x\n", "", ""),
    "empty cells": many(CELL.decode(), '"","","",""\n', "", ""),
    "short rows": many(CELL.decode(), "x\n", "", ""),
    "semicolons": many("", ";,\t|", "\n", ""),
    "spaces": many(CELL.decode(), " ", "", ""),
    "lines of spaces": many(CELL.decode(), " \n", "", ""),
}
for _name, _make in _TABLES.items():
    for _target in ("csv", "kiel"):
        SHAPES[f"{_target}: {_name}"] = _target, _make
#: What is small only as long as it is packed.
BOMBS: dict[str, tuple[str, Make]] = {}
for _target in ("csv", "kiel", "jsonl", "fts", "iati"):
    BOMBS[f"{_target}: packed blank lines"] = _target, bomb(many("", "\n", "", ""))
    BOMBS[f"{_target}: packed spaces"] = _target, bomb(many("", " ", "", ""))
    BOMBS[f"{_target}: packed noughts"] = _target, bomb(many("", "\0", "", ""))
BOMBS["csv: packed blank lines after the header"] = "csv", bomb(many(CELL.decode(), "\n", "", ""))
BOMBS["csv: packed empty rows"] = "csv", bomb(many(CELL.decode(), ",,,\n", "", ""))
BOMBS["fts: packed blank lines after the header"] = "fts", bomb(many("id,status,date,amountUSD\n", "\n", "", ""))
BOMBS["kiel: packed blank lines after the header"] = "kiel", bomb(many(KIEL.decode(), "\n", "", ""))
BOMBS["jsonl: packed blank lines after an object"] = "jsonl", bomb(many('{"date":"2023"}', "\n", "", ""))

for _name, _make in {
    "names": many("{", '"a{}":1', "}\n"),
    "names twice": many("{", '"a{}":1', ',"a0":1}\n'),
    "values": many('{"a":[', "1", "]}\n"),
    "empty objects": many("", "{ }", "\n", "\n"),
    "blank lines": many('{"date":"2023"}\n', "\n", "", ""),
    "lists": many('{"a":[', "[]", "]}\n"),
    "names that become one": many("{", '"a{}":{"b.c":1}', ',"a0.b":{"c":1},"a0.b.c":1}\n'),
    "spaced names": lambda size: (
        b"{" + b",".join(b'"%ba":1' % (b" " * at) for at in range(1, int((2 * size) ** 0.5))) + b"}\n"
    ),
    "objects": many("", '{"date":"2023","donor":"JP","item":"truck","quantity":{}}', "\n", "\n"),
    "a long name": many('{"', "x", '":1}\n', ""),
    "nested long names": lambda size: (b'{"' + b"x" * (size // 20) + b'":') * 15 + b"1" + b"}" * 15 + b"\n",
    "nested long names, many": lambda size: (
        (b'{"' + b"x" * (size // 20) + b'":') * 10 + many("{", '"{}":1', "}")(size // 2) + b"}" * 10 + b"\n"
    ),
}.items():
    SHAPES[f"jsonl: {_name}"] = "jsonl", _make

_FLOW = '{"id":"{}","amountUSD":1,"date":"2020-01-01","status":"paid"'
for _name, _make in {
    "numbers for flows": many('{"data":{"flows":[', "1", "]}}"),
    "lists for flows": many('{"data":{"flows":[', "[]", "]}}"),
    "empty flows": many('{"data":{"flows":[', "{ }", "]}}"),
    "flows": many('{"data":{"flows":[', _FLOW + "}", "]}}"),
    "names": many("{", '"a{}":1', "}"),
    "names twice": many("{", '"a{}":1', ',"a0":1}'),
    "a flow with names": many('{"data":{"flows":[{', '"a{}":1', "}]}}"),
    "organisations": many(
        '{"data":{"flows":[' + _FLOW + ',"sourceObjects":[', '{"type":"Organization","name":"a{}"}', "]}]}}"
    ),
    "locations": many(
        '{"data":{"flows":[' + _FLOW + ',"destinationObjects":[', '{"type":"Location","name":"a{}"}', "]}]}}"
    ),
    "numbers for organisations": many('{"data":{"flows":[' + _FLOW + ',"sourceObjects":[', "1", "]}]}}"),
    "reports": many('{"data":{"flows":[' + _FLOW + ',"reportDetails":[', '{"organization":"a{}","date":"{}"}', "]}]}}"),
    "flows that are long": many('{"data":{"flows":[[', "1", "]]}}"),
    "a long description": many('{"data":{"flows":[' + _FLOW + ',"description":"', "x", '"}]}}', ""),
    "a long amount": many(
        '{"data":{"flows":[' + _FLOW + ',"originalCurrency":"EUR","originalAmount":', "9", "}]}}", ""
    ),
    "a long message": many('{"status":"error","message":[', "1", "]}"),
    "brackets": many("{", '"a":[', "", ""),
    "spaces": many("{", " ", "", ""),
    "quotes": many("{", '"', "", ""),
    "line ends": many("{", "\n", "x", ""),
}.items():
    SHAPES[f"fts: {_name}"] = "fts", _make

_BEFORE, _, _AFTER = IATI.decode().partition("</iati-activity>")
_AFTER = "</iati-activity>" + _AFTER
_TRANSACTION = '<transaction-type code="3"/><transaction-date iso-date="2022-02-01"/>'
_PERIOD = '<period-start iso-date="2022-01-01"/><period-end iso-date="2022-12-31"/>'
_INDICATOR = '<result type="1"><indicator><title><narrative>'
_TITLE, _, _BEHIND_TITLE = (_BEFORE + "\0" + _AFTER).partition("Mines")
_BEHIND_TITLE = _BEHIND_TITLE.replace("\0", "")


def activity(each: str, before: str = "", after: str = "") -> Make:
    """An activity in which something is there again and again."""
    return many(_BEFORE + before, each, after + _AFTER, "")


def title(each: str) -> Make:
    """An activity with a long title."""
    return many(_TITLE, each, "x" + _BEHIND_TITLE, "")


def among_transactions(each: str) -> Make:
    """An activity with many elements, and as many transactions that they hold for."""
    transactions = many("", f"<transaction>{_TRANSACTION}<value>{{}}</value></transaction>", _AFTER, "")
    return both(many(_BEFORE, each, "", ""), transactions)


def root(each: str) -> Make:
    """Children of the root."""
    return many('<iati-activities version="2.03">', each, "</iati-activities>", "")


_ORGANISATION = '<reporting-org ref="XM-1"/>'
for _name, _make in {
    "empty activities": root("<iati-activity/>"),
    "unknown elements": root("<a/>"),
    "empty elements in an activity": activity("<a/>"),
    "elements in elements": activity("<a>"),
    "attributes": many("<iati-activities", ' a{}=""', "/>", ""),
    "namespaces": many("<iati-activities", ' xmlns:a{}="b{}"', "/>", ""),
    "namespaces with attributes": many("<iati-activities", ' xmlns:a{}="b{}" a{}:c=""', "/>", ""),
    "elements with namespaces": root('<a xmlns="b{}"/>'),
    "a long namespace": lambda size: (
        b'<iati-activities xmlns:a="' + b"x" * (size // 2) + b'">' + b"<a:b/>" * (size // 12) + b"</iati-activities>"
    ),
    "a long namespace on attributes": lambda size: (
        b'<iati-activities xmlns:a="' + b"x" * (size * 10) + b'"' + many("", ' a:b{}=""', "", "")(size * 10) + b"/>"
    ),
    "a long namespace on kept elements": lambda size: (
        b'<iati-activities xmlns:a="'
        + b"x" * (size // 2)
        + b'"><iati-activity>'
        + b'<transaction a:b=""/>' * (size // 42)
        + b"</iati-activity></iati-activities>"
    ),
    "a comment": many("<iati-activities><!--", "-", "x--></iati-activities>", ""),
    "text": root("x"),
    "a long text": title("x"),
    "a long text of entities": title("&#65;"),
    "a long text of line ends": title("\n"),
    "a long text in parts": title("x<a/>"),
    "a text of many entities and lines": title("&#65;\n"),
    "narratives": title("</narrative><narrative>a{}"),
    "transactions": activity(f"<transaction>{_TRANSACTION}<value>{{}}</value></transaction>"),
    "equal transactions": activity(f"<transaction>{_TRANSACTION}<value>1</value></transaction>"),
    "transactions of one ref": activity(f'<transaction ref="1">{_TRANSACTION}<value>{{}}</value></transaction>'),
    "empty transactions": activity("<transaction/>"),
    "participants": activity('<participating-org role="4" ref="{}"/>'),
    "participants among transactions": among_transactions('<participating-org role="4" ref="{}"/>'),
    "budgets": activity(f"<budget>{_PERIOD}<value>{{}}</value></budget>"),
    "planned disbursements": activity(f"<planned-disbursement>{_PERIOD}<value>{{}}</value></planned-disbursement>"),
    "countries": activity('<recipient-country code="A{}" percentage="0"/>'),
    "countries among transactions": among_transactions('<recipient-country code="A{}" percentage="0"/>'),
    "sectors": activity('<sector code="{}" percentage="0"/>'),
    "sectors in vocabularies": activity('<sector vocabulary="{}" code="a" percentage="0"/>'),
    "sectors among transactions": among_transactions('<sector code="{}" percentage="0"/>'),
    "countries in transactions": activity(
        '<recipient-country code="A{}"/>', f"<transaction>{_TRANSACTION}<value>1</value>", "</transaction>"
    ),
    "related activities": activity('<related-activity type="1" ref="{}"/>'),
    "children": activity('<related-activity type="2" ref="{}"/>'),
    "dates": activity('<activity-date iso-date="2022-01-01" type="{}"/>'),
    "results": activity(
        _INDICATOR + 'a{}</narrative></title><period><actual value="1"/></period></indicator></result>'
    ),
    "periods": activity(
        f'<period>{_PERIOD}<actual value="{{}}"/></period>',
        _INDICATOR + "a</narrative></title>",
        "</indicator></result>",
    ),
    "identifiers": activity("<iati-identifier>a{}</iati-identifier>"),
    "activities of one identifier": root("<iati-activity><iati-identifier>a</iati-identifier></iati-activity>"),
    "activities of one parent": root(
        f"<iati-activity><iati-identifier>a{{}}</iati-identifier>{_ORGANISATION}"
        '<related-activity type="1" ref="a0"/></iati-activity>'
    ),
    "spaces in a tag": many("<iati-activities", " ", "/>", ""),
    "a long attribute": many('<iati-activities version="', "x", '"/>', ""),
    "a processing instruction": many("<?a ", "x", "?><iati-activities/>", ""),
    "an open CDATA": many("<iati-activities><![CDATA[", "x", "", ""),
}.items():
    SHAPES[f"iati: {_name}"] = "iati", _make

_EVENT = '[event.a]\nkind = "pledge"\ndate = "{date}"\n'
_MAPPING = 'dataset = "fuzz"\npublisher = "A"\n'
for _name, _make in {
    "dotted keys": many("", "a", " = 1\n", "."),
    "a dotted table": many("[", "a", "]\n", "."),
    "dotted keys of a known one": many("skip.", "a", " = 1\n", "."),
    "dotted keys again and again": many("", "a.b.c.d.e{} = 1", "\n", "\n"),
    "dotted keys, deep": lambda size: b"".join(
        b"b" * 1 + b".b" * 200 + b".c%d = 1\n" % at for at in range(size // 410)
    ),
    "tables": many("", "[a{}]", "\n", "\n"),
    "tables in tables": lambda size: b"".join(
        b"[" + b".".join([b"a"] * at) + b"]\n" for at in range(1, int(size**0.5))
    ),
    "arrays of tables": many("", "[[a]]", "\n", "\n"),
    "placeholders": many(_MAPPING + _EVENT + 'item = "', "{a{}}".replace("{a{}}", "{a}"), '"\n', ""),
    "placeholders of many columns": many(
        _MAPPING + _EVENT.replace("{date}", "2023") + 'item = "', "{a\0}".replace("\0", "{}"), '"\n', ""
    ),
    "open braces": many(_MAPPING + _EVENT + 'item = "', "{", '"\n', ""),
    "doubled braces": many(_MAPPING + _EVENT + 'item = "', "{{", '"\n', ""),
    "a long text": many(_MAPPING + _EVENT + 'item = "', "x", '"\n', ""),
    "events": many(_MAPPING, '[event.a{}]\nkind = "pledge"\ndate = "2023"\n', "", ""),
    "words": many(_MAPPING + _EVENT + 'item = "{item}"\n[words.item]\n', '"a{}" = "b"', "\n", "\n"),
    "texts that mean nothing": many(_MAPPING + "unknown = [", '"a{}"', "]\n" + _EVENT),
    "rows to skip": many(_MAPPING + _EVENT + "[skip]\ndate = [", '"a{}"', "]\n"),
    "columns to skip": many(_MAPPING + _EVENT + "[skip]\n", '"a{}" = "b"', "\n", "\n"),
    "key columns": many(_MAPPING + "key = [", '"a{}"', "]\n" + _EVENT),
    "needed columns": many(_MAPPING + _EVENT + "needs = [", '"a{}"', "]\n"),
    "forms of dates": many(_MAPPING + "dates = [", '"%d.%m.%Y{}"', "]\n" + _EVENT),
    "a long form of dates": many(_MAPPING + 'dates = ["', "%Y", '"]\n' + _EVENT, ""),
    "a long form of dates without directives": many(_MAPPING + 'dates = ["%Y', "x", '"]\n' + _EVENT, ""),
    "reports": many(_MAPPING + "reports = [", '"{\0}"'.replace("\0", "a{}"), "]\n" + _EVENT),
    "parties": many(_MAPPING + _EVENT + "via = [", '"a{}"', "]\n"),
    "parties of columns": many(_MAPPING + _EVENT + "via = [", '"{date} a{}"', "]\n"),
    "brackets": many(_MAPPING + "unknown = ", "[", "\n", ""),
    "unknown keys": many("", "a{} = 1", "\n", "\n"),
    "comments": many("", "#", "\n", "\n"),
    "line ends": many("", "\n", "", ""),
    "quotes": many("", '"', "", ""),
    "a long number": many("a = ", "9", "\n", ""),
    "a long decimal": many("a = 0.", "9", "\n", ""),
    "inline tables": many("a = [", "{b = 1}", "]\n"),
    "underscores": many("a = 1", "_1", "\n", ""),
    "a long date": many("a = 2023-01-01T00:00:00.", "9", "\n", ""),
}.items():
    SHAPES[f"mapping: {_name}"] = "mapping", _make

_SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def sheet(before: str, each: str, after: str, part: str = "xl/worksheets/sheet1.xml") -> Make:
    """A workbook, whose sheet is made of such rows."""
    begin, _, end = _SHEET.partition("{}")

    def make(size: int) -> bytes:
        held = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                data = many(begin + before, each, after + end, "")(size) if name == part else old.read(name)
                new.writestr(name, data)
        return held.getvalue()

    return make


for _name, _make in {
    "empty rows": sheet("", "<row/>", ""),
    "numbered rows": sheet("", '<row r="{}"/>', ""),
    "rows of one cell": sheet("", "<row><c><v>1</v></c></row>", ""),
    "rows of a far cell": sheet("", '<row><c r="ZZ1"><v>1</v></c></row>', ""),
    "rows of a cell beyond": sheet("", '<row><c r="ZZZZZZ1"><v>1</v></c></row>', ""),
    "cells in a row": sheet("<row>", "<c><v>1</v></c>", "</row>"),
    "empty cells in a row": sheet("<row>", "<c/>", "</row>"),
    "the same cell": sheet("<row>", '<c r="XFD1"><v>1</v></c>', "</row>"),
    "a long cell": sheet('<row><c t="str"><v>', "x", "</v></c></row>"),
    "a long number": sheet("<row><c><v>", "9", "</v></c></row>"),
    "rows of large numbers": sheet("", "<row><c><v>1e308</v></c></row>", ""),
    "elements outside": sheet("</sheetData>", "<a/>", "<sheetData>"),
    "elements in a row": sheet("<row>", "<a/>", "</row>"),
    "elements in rows": sheet("<row><c>", "<a/>", "</c></row>"),
    "elements beside rows": sheet("", "<a/>", ""),
    "open elements": sheet("", "<a>", ""),
}.items():
    SHAPES[f"xlsx: {_name}"] = "xlsx", _make


def small(name: str, size: int = 300) -> list[bytes]:
    """The inputs for a target, small enough to be changed and tried again and again."""
    return [make(size) for target, make in (*SHAPES.values(), *BOMBS.values()) if target == name]
