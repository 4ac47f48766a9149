"""No input crashes a parser: it is read or refused. `make fuzz` tries millions of inputs, these tests a few."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings, strategies as st

from fuzz.large import BOMBS, SHAPES
from fuzz.seeds import SEEDS
from fuzz.targets import TARGETS, one_input

PIECES = (
    b"",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r\n",
    b'"',
    b"{" * 50,
    b"9" * 50,
    b"\xed\xa0\x80",
    b"\x1b[2J",
    b"NaN",
    b",,",
)
SLOW = ("command", "log", "xlsx")


def changed(data: bytes, at: float, length: int, piece: bytes) -> bytes:
    """The data with a stretch of it replaced."""
    start = int(at * len(data))
    return data[:start] + piece + data[start + length :]


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_read_or_refused(name: str) -> None:
    """Each target has some, and takes them."""
    assert SEEDS[name]
    for data in SEEDS[name]:
        one_input(name, data)


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_crashes(name: str) -> None:
    """Seeds with parts of them lost, repeated, or replaced by what often hurts."""

    @settings(max_examples=max(5, settings().max_examples // (10 if name in SLOW else 1)), deadline=None)
    @given(
        st.sampled_from(SEEDS[name]),
        st.lists(
            st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(PIECES) | st.binary(max_size=8)), max_size=4
        ),
    )
    def give(data: bytes, changes: list[tuple[float, int, bytes]]) -> None:
        for at, length, piece in changes:
            data = changed(data, at, length, piece)
        one_input(name, data)

    give()


@pytest.mark.parametrize("name", [*SHAPES, *BOMBS])
def test_what_is_made_to_be_slow_is_read_or_refused(name: str) -> None:
    """Small, it is also where the fuzzer begins."""
    target, make = {**SHAPES, **BOMBS}[name]
    one_input(target, make(300))


def test_noise_is_refused() -> None:
    """Bytes that mean nothing crash no target either."""
    noise = random.Random(1).randbytes(300)
    for name in TARGETS:
        one_input(name, noise)
