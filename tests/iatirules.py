"""IATI's official ruleset, as far as the rules for activities are plain: an independent judge of files."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from iatifiles import IATI
from lxml import etree  # type: ignore[import-untyped]

Judge = Callable[[Any, Mapping[str, Any]], bool]


def schema() -> Any:
    """The XML Schema of IATI 2.03."""
    return etree.XMLSchema(etree.parse(str(IATI / "xsd" / "iati-activities-schema.xsd")))


def broken(root: Any) -> Counter[str]:
    """How often a file breaks each rule, by the number of the rule."""
    rules = json.loads((IATI / "iati-standard-ruleset-2.03.json").read_text(encoding="utf-8"))
    found: Counter[str] = Counter()
    for context, kinds in rules.items():
        for element in root.xpath(context):
            for kind, several in kinds.items():
                for case in several["cases"]:
                    _judge(element, kind, case, found)
    return +found


def _judge(element: Any, kind: str, case: Mapping[str, Any], found: Counter[str]) -> None:
    if kind == "loop":
        for value in dict.fromkeys(element.xpath(case["foreach"])):
            for inner, several in case["do"].items():
                for each in several["cases"]:
                    filled = {name: _filled(text, value) for name, text in each.items()}
                    _judge(element, inner, filled, found)
    elif kind in _JUDGES and ("condition" not in case or element.xpath(case["condition"])):
        found[case["ruleInfo"]["id"]] += not _JUDGES[kind](element, case)


def _filled(given: Any, value: str) -> Any:
    if isinstance(given, list):
        return [_filled(each, value) for each in given]
    return given.replace("$1", value) if isinstance(given, str) else given


def _texts(element: Any, case: Mapping[str, Any]) -> list[str]:
    return [
        each if isinstance(each, str) else each.text or "" for path in case["paths"] for each in element.xpath(path)
    ]


def _prefixes(element: Any, case: Mapping[str, Any]) -> bool:
    if case["prefix"] == ["ORG-ID-PREFIX"]:  # the list of agencies is not here
        return True
    prefixes = [each for path in case["prefix"] for each in element.xpath(path)]
    return all(any(text.startswith(each) for each in prefixes) for text in _texts(element, case))


def _one_or_all(element: Any, case: Mapping[str, Any]) -> bool:
    if element.xpath(case["one"]):
        return True
    every = {
        "lang": ".//narrative[not(@xml:lang)]",
        "currency": ".//value[not(@currency)]",
        "sector": "transaction[sector][../transaction[not(sector)]]",
    }
    return not element.xpath(every[case["all"]])


def _in_order(element: Any, case: Mapping[str, Any]) -> bool:
    less = element.xpath(case["less"])
    more = [] if case["more"] == "NOW" else element.xpath(case["more"])
    return all(one <= other for one in less for other in more)


_JUDGES: Mapping[str, Judge] = {
    "atleast_one": lambda element, case: any(element.xpath(path) for path in case["paths"]),
    "no_more_than_one": lambda element, case: sum(len(element.xpath(path)) for path in case["paths"]) <= 1,
    "unique": lambda element, case: len(set(_texts(element, case))) == len(_texts(element, case)),
    "startswith": _prefixes,
    "one_or_all": _one_or_all,
    "regex_matches": lambda element, case: all(re.search(case["regex"], each) for each in _texts(element, case)),
    "no_spaces": lambda element, case: all(each == each.strip() for each in _texts(element, case)),
    "strict_sum": lambda element, case: sum(map(Decimal, _texts(element, case))) == case["sum"],
    "range": lambda element, case: all(case["min"] <= float(each) <= case["max"] for each in _texts(element, case)),
    "if_then": lambda element, case: not element.xpath(case["if"]) or bool(element.xpath(case["then"])),
    "date_order": _in_order,
}
