"""Strict JSON lines: what the limits measure, and what a torn line is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidtimeline.codec.jsonlines import MAX_DEPTH, compact, depth, is_torn, parse_object
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


def test_the_nearest_name_is_near() -> None:
    """Or there is no tail."""
    assert nearest("itm", ["item", "unit"]) == "item"
    assert nearest("xyz", ["item", "unit"]) is None
