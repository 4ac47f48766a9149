"""docs/kinds.md names every kind and field that the classes have, and its examples can be read.

`python tests/test_kinds.py` writes its tables from the classes. It keeps what the page has in the columns *meaning* and
*example*; these are empty for a field that is new, until they are filled in.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import pytest

from aidtimeline.codec import event_from_json, event_to_json
from aidtimeline.codec.versions import version_of
from aidtimeline.errors import InvalidValue
from aidtimeline.events import AMENDMENT_KINDS, EVENT_KINDS, KINDS, Amendment, AnyEvent, Event, Goods, Source, Valued
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.values.shares import Shares

PAGE = Path(__file__).parent.parent / "docs" / "kinds.md"
SECTION = re.compile(r"^## (?P<name>.*)\n\n(?P<text>(?:(?![|#]).*\n)*)(?P<table>(?:\|.*\n)*)\n*", re.MULTILINE)
WRITTEN_HERE = ("meaning", "example")
TYPES: Mapping[Any, str] = {
    DateRange | None: "date",
    Quantity | None: "quantity",
    Money | None: "money",
    bool | None: "true or false",
    str | Shares | None: "slug or shares",
    tuple[Money, ...] | None: "list of money",
    tuple[Source, ...] | None: "sources",
    AnyEvent | Amendment | None: "event",
}
TEXTS = {"a slug": "slug", "text": "text", "the id of": "id", "one of": "word", "a currency": "currency"}
for each_class in (*KINDS.values(), Event, Source, Money):
    attrs.resolve_types(each_class)
SHARED = {each.name: each for each in attrs.fields(Event)}
Row: TypeAlias = dict[str, str]
Field: TypeAlias = "attrs.Attribute[Any]"


def required(field: Field) -> bool:
    return field.default is attrs.NOTHING


def bold(field: Field) -> str:
    return f"**`{field.name}`**" if required(field) else f"`{field.name}`"


def expected_by(field: Field) -> str:
    """What a field takes, in the words of the messages; empty where it takes anything of its type."""
    convert: Any = field.converter
    for nothing in ((), ((),)):
        try:
            convert(nothing)
        except InvalidValue as error:
            return error.expected
        except TypeError:
            break
    return ""


def type_of(field: Field) -> str:
    """The type of a field; of texts, what they have to be."""
    annotated: Any = field.type
    if (annotated | None) in TYPES:
        return TYPES[annotated | None]
    expected = expected_by(field)
    several = "s" if annotated == tuple[str, ...] else ""
    return next(name for start, name in TEXTS.items() if expected.startswith(start)) + several


def own_fields(cls: Any) -> list[Field]:
    """The fields that a kind does not share with all others, and those that only this kind must have."""
    shared = SHARED if issubclass(cls, Event) else {}
    return [
        each
        for each in attrs.fields(cls)
        if each.name not in shared or (required(each) and not required(shared[each.name]))
    ]


def kinds(classes: Mapping[str, Any]) -> Iterator[Row]:
    for kind, cls in classes.items():
        said = " ".join((inspect.getdoc(cls) or "").split("\n\n")[0].split())
        yield {"kind": f"`{kind}`", "says": said, "fields": ", ".join(map(bold, own_fields(cls)))}


def natures() -> Iterator[Row]:
    for kind, cls in EVENT_KINDS.items():
        nature = cls.nature
        carried = [name for name, mixin in (("goods", Goods), ("money", Valued)) if issubclass(cls, mixin)]
        yield {
            "kind": f"`{kind}`",
            "is a": nature.name,
            "carries": ", ".join(carried),
            "firmness": str(cls.firmness) if nature.may_fulfil else "",
            "may supersede, beside its kind": ", ".join(f"{name}s" for name in nature.may_supersede),
            "may be fulfilled": "yes" if nature.may_be_fulfilled else "",
            "added up": "yes" if nature.summed and carried else "",
        }


def fields(every: Iterable[Field]) -> Iterator[Row]:
    for each in every:
        yield {"field": bold(each), "type": type_of(each), "meaning": "", "example": ""}


def fields_of(classes: Mapping[str, Any]) -> Iterator[Row]:
    having: dict[str, list[str]] = {}
    first: dict[str, Field] = {}
    for kind, cls in classes.items():
        shared = SHARED if issubclass(cls, Event) else {}
        for each in attrs.fields(cls):
            if each.name not in shared:
                first.setdefault(each.name, each)
                having.setdefault(each.name, []).append(kind)
    for name, each in first.items():
        yield {"field": f"`{name}`", "type": type_of(each), "of": ", ".join(having[name]), "meaning": "", "example": ""}


def words() -> Iterator[Row]:
    lists: dict[tuple[str, str], list[str]] = {}
    for kind, cls in KINDS.items():
        for each in attrs.fields(cls):
            if type_of(each) == "word":
                lists.setdefault((each.name, expected_by(each).removeprefix("one of ")), []).append(kind)
    for (name, allowed), having in lists.items():
        yield {"field": f"`{name}`", "of": ", ".join(having), "one of": allowed}


def tables() -> dict[str, list[Row]]:
    """The tables of the page, by their headings."""
    return {
        "Kinds of events": list(kinds(EVENT_KINDS)),
        "What kinds may do": list(natures()),
        "Amendments": list(kinds(AMENDMENT_KINDS)),
        "Fields that events share": list(fields(SHARED.values())),
        "Fields of kinds": list(fields_of(EVENT_KINDS)),
        "Fields of amendments": list(fields_of(AMENDMENT_KINDS)),
        "Fields of a source": list(fields(attrs.fields(Source))),
        "Fields of money": list(fields(attrs.fields(Money))),
        "Words": list(words()),
    }


def read(table: str) -> list[Row]:
    """The rows of a table of the page."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


def written(rows: list[Row]) -> str:
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    texts = ["|" + "|".join(f" {cell} " if cell else " " for cell in line) + "|\n" for line in lines]
    return "".join((texts[0], "|---" * len(rows[0]) + "|\n", *texts[1:]))


def regenerated(page: str) -> str:
    """The page with its tables made from the classes; what is written in it is kept, by the name of the field."""
    made = tables()

    def section(match: re.Match[str]) -> str:
        kept = {row.get("field", "").strip("*"): row for row in read(match["table"])}
        if match["name"] not in made:
            return match[0]
        rows = made.pop(match["name"])
        for row in rows:
            before = kept.get(row.get("field", "").strip("*"), {})
            row |= {name: before.get(name, "") for name in WRITTEN_HERE if name in row}
        text = match["text"].rstrip("\n")
        return f"## {match['name']}\n\n" + (f"{text}\n\n" if text else "") + written(rows) + "\n"

    page = SECTION.sub(section, page).rstrip("\n") + "\n"
    assert not made, f"the page has no heading for {', '.join(made)}"
    return page


def sections() -> dict[str, list[Row]]:
    return {match["name"]: read(match["table"]) for match in SECTION.finditer(PAGE.read_text(encoding="utf-8"))}


def test_the_page_names_every_kind_and_field() -> None:
    """The tables are those of the classes: `python tests/test_kinds.py` writes them."""
    page = PAGE.read_text(encoding="utf-8")

    assert page == regenerated(page)


def test_every_field_has_a_meaning_and_an_example() -> None:
    """None of the columns that are written by hand is empty."""
    rows = [(name, row) for name, table in sections().items() for row in table if "meaning" in row]

    assert [(name, row["field"]) for name, row in rows if not (row["meaning"] and row["example"])] == []


def examples(*headings: str) -> dict[str, Any]:
    """The example of each field, as a value of JSON."""
    rows = (row for heading in headings for row in sections()[heading])
    return {row["field"].strip("*`"): json.loads(row["example"].strip("`")) for row in rows}


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_are_read_and_written(kind: str) -> None:
    """Each field of each kind reads its example, beside those of the fields that must be there, and writes it back."""
    if kind in AMENDMENT_KINDS:
        values = examples("Fields of amendments")
    else:
        values = examples("Fields that events share", "Fields of kinds")
    every = attrs.fields(KINDS[kind])
    least = {each.name: values[each.name] for each in every if required(each)}
    least |= {"item": "truck", "quantity": 4} if kind == "observation" else {}

    for each in every:
        draft = {"kind": kind, "v": 3, **least, each.name: values[each.name]}
        event = event_from_json(draft)
        assert event_to_json(event) == {**draft, "v": version_of(event)}, each.name


@pytest.mark.parametrize(("heading", "cls"), [("Fields of a source", Source), ("Fields of money", Money)])
def test_the_examples_within_fields_are_read_and_written(heading: str, cls: type) -> None:
    """The examples of a source's fields make a source, and those of money an amount of money."""
    values = examples(heading)
    field = {"sources": [values]} if cls is Source else {"value": values}
    draft = {
        "kind": "pledge",
        "v": 2 if cls is Source else 1,
        "date": "2023",
        "sources": [{"publisher": "Kyodo News"}],
        **field,
    }

    assert set(values) == {each.name for each in attrs.fields(cls)}
    assert event_to_json(event_from_json(draft)) == draft


if __name__ == "__main__":
    PAGE.write_text(regenerated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
