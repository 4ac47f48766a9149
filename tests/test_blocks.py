"""Lines verified in blocks: what is taken among many is what is taken alone, and as the strict decoder reads it."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st
from mutated import mutated
from test_written import ALL_EVENTS, SOURCE, everything, read

from aidtimeline.codec import blocks, encode_new, quick
from aidtimeline.codec.written import encode_in_order
from aidtimeline.events import Delivery, Event
from aidtimeline.testing.strategies import repeatable
from aidtimeline.values.dates import format_instant

AT = "2026-11-21T10:00:00Z"


def line_of(event: Event) -> bytes:
    """The line of an event, without its end."""
    return encode_new(event, AT)[1].removesuffix(b"\n")


def assert_as_alone(lines: Sequence[bytes]) -> None:
    """Each line of a block is taken, or left to the strict decoder, as it is by itself; what it says is the same."""
    found = blocks.verified(lines)
    for line, said in zip(lines, found, strict=True):
        alone = quick.record(line) if b"\n" not in line else None
        assert (said is None) == (alone is None), line
        if said is None or alone is None:
            continue
        assert encode_in_order(said) == line
        assert (said.id, said.recorded_at) == (alone.id, format_instant(alone.recorded_at))
        assert everything(quick.event_of(said)) == everything(alone.event)
        strict = read(line)
        assert strict is not None, line
        assert everything(strict.event) == everything(alone.event), line


@given(st.lists(ALL_EVENTS, min_size=1, max_size=4), st.integers(0, 2**32))
@repeatable(150)
def test_a_line_among_others_is_taken_as_it_is_alone(events: Sequence[Event], seed: int) -> None:
    """In blocks of all sizes, with one bad line or many, so that parts of blocks are tried, and both decoders."""
    chance = random.Random(seed)
    good = list(map(line_of, events))
    bad = [mutated(chance, chance.choice(good)) for _ in range(chance.choice((0, 1, 1, 5)))]
    lines = [*bad, *chance.choices(good, k=chance.choice((0, 3, blocks.FEW, 3 * blocks.FEW)))]
    chance.shuffle(lines)
    assert_as_alone(lines)


TRUCKS = line_of(Delivery(date="2023", item="truck", quantity=3, sources=SOURCE))
RADIOS = line_of(Delivery(date="2023", item="radio", sources=SOURCE))


@pytest.mark.parametrize(
    "odd",
    [
        TRUCKS + b"," + RADIOS,
        TRUCKS + b"\n" + RADIOS,
        TRUCKS + b",\n" + RADIOS,
        TRUCKS + b"\r",
        TRUCKS + b" ",
        TRUCKS + b",",
        TRUCKS + b"]",
        TRUCKS + b"\x00",
        b"[" + TRUCKS,
        b"," + TRUCKS,
        b"\xef\xbb\xbf" + TRUCKS,
        TRUCKS[:-1],
        TRUCKS[: len(TRUCKS) // 2],
        b"",
        b" ",
        b"null",
        b"{}",
        b"[]",
        b"]",
        b"1",
        TRUCKS.replace(b'"quantity":3', b'"quantity":NaN'),
        TRUCKS.replace(b'"quantity":3', b'"quantity":3.0'),
        TRUCKS.replace(b'"quantity":3', b'"quantity":' + b"3" * 400),
        TRUCKS.replace(b'"quantity":3', b'"quantity":4'),
        TRUCKS.replace(b'"v":1', b'"v":2'),
        TRUCKS.replace(b"}", b"]}"),
    ],
)
@pytest.mark.parametrize("size", [1, blocks.FEW // 2, 2 * blocks.FEW, 2 * blocks.MOST])
def test_an_odd_line_is_found_among_many(odd: bytes, size: int) -> None:
    """Wherever it stands: no other line is lost or taken for it, and two values in a line are not two lines."""
    lines = [TRUCKS, RADIOS] * (size // 2)
    for place in {0, len(lines) // 2, len(lines)}:
        found = blocks.verified([*lines[:place], odd, *lines[place:]])
        assert [number for number, each in enumerate(found) if each is None] == [place]


def test_a_line_cut_in_two_is_two_bad_lines() -> None:
    """Though with a comma between them they would be one value, or two."""
    cut = TRUCKS.index(b",") + 1
    for lines in ([TRUCKS[: cut - 1], TRUCKS[cut:]], [TRUCKS[:cut], TRUCKS[cut:]]):
        for others in ([], [RADIOS] * 2 * blocks.FEW):
            found = blocks.verified([*lines, *others])
            assert found[:2] == [None, None]
            assert all(found[2:])


def test_a_few_bad_lines_do_not_make_a_log_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a bad line in every block no line is decoded more than three times."""
    decoded = 0
    decode = blocks._decoded

    def counted(lines: Sequence[bytes]) -> object:
        nonlocal decoded
        decoded += len(lines)
        return decode(lines)

    monkeypatch.setattr(blocks, "_decoded", counted)
    lines = [TRUCKS] * 4 * blocks.MOST
    for place in range(5, len(lines), blocks.MOST):
        lines[place] = TRUCKS[:-1]
    assert blocks.verified(lines).count(None) == 4
    assert decoded < 3 * len(lines)


def test_a_struct_is_what_its_line_says() -> None:
    """The id and the instant of each are its own, in the order of the lines."""
    lines = [line_of(Delivery(date="2023", item=f"item-{number}", sources=SOURCE)) for number in range(200)]
    assert [encode_in_order(each) for each in blocks.verified(lines) if each is not None] == lines
