"""Strict JSON lines: what the limits measure, and what a torn line is."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from aidtimeline.codec.jsonlines import MAX_DEPTH, MAX_LINE_BYTES, compact, depth, is_torn, lines_of, parse_object
from aidtimeline.errors import InvalidValue
from aidtimeline.text.nearest import nearest

texts = st.text(st.characters(codec="utf-8") | st.sampled_from('"\\[]{}'), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)
objects = st.dictionaries(texts, values, max_size=4)


def deep(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(deep, inner), default=0)


@given(objects, st.booleans())
def test_what_is_written_is_read_back(found: dict[str, Any], sort: bool) -> None:
    """As bytes or text, with a line end or without; and it is one line."""
    line = compact(found, sort=sort)
    assert "\n" not in line
    if deep(found) <= MAX_DEPTH:
        assert parse_object(line) == parse_object(line.encode() + b"\n") == parse_object(line + "\r\n") == found


def test_a_line_that_is_too_long_is_cut_and_the_next_one_is_whole() -> None:
    """Whatever its length, it is read in parts; what is given of it is still too long."""
    longest = b"a" * MAX_LINE_BYTES + b"\n"
    for extra in (1, 2, 3, 2 * MAX_LINE_BYTES):
        too_long = b"a" * (MAX_LINE_BYTES + extra) + b"\n"
        given = io.BytesIO(b"first\n" + too_long + longest + b"\n" + too_long + b"last")
        first, cut, whole, empty, again, last = lines_of(given)
        assert (first, whole, empty, last) == (b"first\n", longest, b"\n", b"last")
        assert cut == again == too_long[: MAX_LINE_BYTES + 2]
        with pytest.raises(InvalidValue, match=f"of at most {MAX_LINE_BYTES} bytes"):
            parse_object(cut)


@given(objects)
def test_depth_counts_brackets_outside_of_texts(found: dict[str, Any]) -> None:
    """With any texts."""
    assert depth(compact(found)) == depth(json.dumps(found, indent=1)) == deep(found)


@given(st.integers(1, 3 * MAX_DEPTH), st.sampled_from([",", ',"[[[[[[[[[[[[[[[[[[[[[[[[",']))
def test_nesting_is_limited_and_brackets_within_texts_are_not(levels: int, between: str) -> None:
    """An object is taken if and only if it is nested at most `MAX_DEPTH` deep."""
    line = '{"a":' + "[" * (levels - 1) + f'"x"{between}"y"' * (levels > 1) + "1" * (levels == 1)
    line += "]" * (levels - 1) + "}"
    if levels <= MAX_DEPTH:
        assert deep(parse_object(line)) == levels
    else:
        with pytest.raises(InvalidValue, match="nested at most"):
            parse_object(line)


@given(objects, st.integers(0, 10**6))
def test_every_beginning_of_a_line_is_torn_and_a_whole_one_is_not(found: dict[str, Any], cut: int) -> None:
    """So a tail without its line end shows whether it was written whole."""
    line = compact(found).encode()
    assert not is_torn(line)
    assert is_torn(line[: 1 + cut % (len(line) - 1)])


def test_a_last_line_that_is_json_is_not_torn() -> None:
    """Not even if its numbers are too long for this library; blanks and lines beyond the limit are not either."""
    for tail in (b"9" * 5000, b"[0." + b"9" * 5000 + b"]", b" ", b"", b"{" * (MAX_LINE_BYTES + 1)):
        assert not is_torn(tail)
    assert is_torn(b"{" + b" " * (MAX_LINE_BYTES - 1))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"a":NaN}', "found 'NaN', expected a number that JSON has"),
        (
            b"\xff" * (MAX_LINE_BYTES + 1),
            f"found '{chr(0xFFFD) * 80}…', expected a JSON object on one line, of at most {MAX_LINE_BYTES} bytes",
        ),
    ],
    ids=["NaN", "bytes"],
)
def test_what_cannot_be_read_says_why(line: str | bytes, message: str) -> None:
    """In one line, whatever was found."""
    with pytest.raises(InvalidValue) as error:
        parse_object(line)
    assert str(error.value) == message


def test_fields_are_written_in_the_order_given_or_sorted() -> None:
    """Without spaces."""
    assert compact({"b": 1, "a": [2]}) == '{"b":1,"a":[2]}'
    assert compact({"b": 1, "a": [2]}, sort=True) == '{"a":[2],"b":1}'


def test_the_nearest_name_is_near() -> None:
    """If there is one."""
    assert nearest("itm", ["item", "unit"]) == "item"
    assert nearest("xyz", ["item", "unit"]) is None
