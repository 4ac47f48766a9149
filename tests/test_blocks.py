"""Lines verified in blocks: what is taken among many is what is taken alone, and as the strict decoder reads it."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st
from mutated import mutated, restated
from test_written import ALL_EVENTS, SOURCE, everything, read

from aidtimeline.codec import blocks, encode_new, quick
from aidtimeline.codec.written import encode_in_order
from aidtimeline.events import Amendment, Correction, Delivery, Disbursement, Event, Observation, Retraction, Status
from aidtimeline.testing.strategies import repeatable
from aidtimeline.values.dates import format_instant

AT = "2026-11-21T10:00:00Z"


def line_of(event: Event | Amendment) -> bytes:
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


LEVEL = line_of(Observation(date="2023", item="truck", quantity=3, value="USD 5", sources=SOURCE))
CLOSED = line_of(Status(date="2023", project="hd", status="closed", sources=SOURCE))
PAID = line_of(Disbursement(date="2023", value="USD 5", sources=SOURCE))
TAKEN_BACK = line_of(Retraction(of="0" * 32))
CORRECTED = line_of(Correction(of="0" * 32, event=Delivery(date="2023", item="truck", sources=SOURCE)))
INNER = {"kind": "delivery", "v": 1, "date": "2023", "item": "truck"}
REPORTS = {"sources": [{"publisher": "Rubryka", "published": "2023-11-28"}]}
REFUSED: dict[str, Sequence[bytes]] = {
    "a default that is written": [
        restated(TRUCKS, side="provider"),
        restated(TRUCKS, via=[]),
        restated(TRUCKS, valued=[]),
        restated(TAKEN_BACK, sources=[]),
        restated(LEVEL, of_kind="delivery"),
        restated(CORRECTED, event={**INNER, "side": "provider", **REPORTS}),
    ],
    "a version that is not the first that has all this": [
        restated(TRUCKS, v=2),
        restated(TRUCKS, v=0),
        restated(TRUCKS, v=3),
        restated(TRUCKS, v=1, humanitarian=True),
        restated(TRUCKS, v=1, location={"KE": 60, "UG": 40}),
        restated(TRUCKS, v=1, sources=[{"publisher": "A", "archived": "https://b.example"}]),
        restated(CLOSED, v=2),
        restated(TAKEN_BACK, v=2),
        restated(LEVEL, v=1),
        restated(CORRECTED, event={**INNER, "v": 2, **REPORTS}),
    ],
    "an id that is not its own": [
        restated(TRUCKS, id="0" * 32),
        restated(RADIOS, id=json.loads(TRUCKS)["id"]),
        restated(TRUCKS, id=json.loads(TRUCKS)["id"].upper()),
        restated(TRUCKS, id=json.loads(TRUCKS)["id"], note="more"),
        restated(CORRECTED, id=json.loads(CORRECTED)["id"], reason="more"),
    ],
    "what its class asks of several fields": [
        restated(LEVEL, v=1, quantity=None, value=None),
        restated(LEVEL, item=None),
        restated(TRUCKS, sources=[{"published": "2023"}]),
        restated(TRUCKS, sources=[{"publisher": "A"}, {"published": "2023"}]),
        restated(CORRECTED, event={"kind": "observation", "v": 1, "date": "2023", "quantity": 3, **REPORTS}),
    ],
    "an id or an instant within a correction": [
        restated(CORRECTED, event={"kind": "delivery", "v": 1, "id": "0" * 32, "date": "2023", **REPORTS}),
        restated(
            CORRECTED, event={"kind": "delivery", "v": 1, "recorded_at": AT, "date": "2023", "item": "truck", **REPORTS}
        ),
    ],
    "another form of the instant": [
        restated(TRUCKS, recorded_at=each)
        for each in (
            *("2026-11-21T10:00:00+00:00", "2026-11-21T11:00:00+01:00", "2026-11-21T10:00:00.000000Z"),
            *("2026-11-21T10:00:00.5Z", "2026-11-21T10:00:00z", "2026-11-21 10:00:00Z", "2026-11-21T10:00Z"),
            *("2026-02-30T10:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T10:60:00Z", "2026-11-21T10:00:60Z"),
            *("20261121T100000+0000", "0000-11-21T10:00:00Z", "2026-W47-6T10:00:00Z", "2026-11-21T10:00:0٣Z", ""),
        )
    ],
    "a field that must be there": [
        restated(TRUCKS, recorded_at=None),
        restated(TRUCKS, date=None),
        restated(TRUCKS, sources=None),
        restated(CLOSED, project=None),
        restated(CLOSED, status=None),
        restated(PAID, value=None),
        restated(PAID, value={"amount": 5}),
        restated(PAID, value={"currency": "USD"}),
        restated(TAKEN_BACK, of=None),
        restated(CORRECTED, event=None),
        restated(CORRECTED, event={"kind": "delivery", "v": 1, "date": "2023"}),
    ],
    "another form of what it says": [
        TRUCKS.replace(b'"item":"truck"', b'"item":"truck","item":"truck"'),
        TRUCKS.replace(b'"item":"truck"', b'"item":"radio","item":"truck"'),
        TRUCKS.replace(b'"item":"truck"', b'"item": "truck"'),
        TRUCKS.replace(b'"item":"truck"', b'"item":"\\u0074ruck"'),
        TRUCKS.replace(b'"item":"truck"', b'"item":"truck","note":null'),
        TRUCKS.replace(b'"item":"truck","quantity":3', b'"quantity":3,"item":"truck"'),
        TRUCKS.replace(b'"kind":"delivery","v":1', b'"v":1,"kind":"delivery"'),
        TRUCKS.replace(b'"publisher":"Rubryka"', b'"publisher":"A","publisher":"Rubryka"'),
    ],
    "a value that is not valid, or not in its normal form": [
        restated(TRUCKS, date="2023-02-30"),
        restated(TRUCKS, item=" truck"),
        restated(TRUCKS, quantity="3"),
        restated(TRUCKS, quantity="~03"),
        restated(TRUCKS, quantity=10**15 * 10**20),
        restated(TRUCKS, ref=" "),
        restated(TRUCKS, v=2, valued=[{"amount": "5.0", "currency": "USD"}]),
        restated(PAID, value={"amount": "5", "currency": "USD"}),
        restated(PAID, value={"amount": 5, "currency": "USX"}),
        restated(TRUCKS, sources=[{"publisher": "A", "published": "2023-02-30"}]),
        restated(TRUCKS, fulfils=["0" * 31]),
        restated(TRUCKS, fulfils=["0" * 32, "0" * 32]),
        restated(TRUCKS, v=2, location={"UG": 40, "KE": 60}),
    ],
}


def test_a_line_that_is_stated_again_is_taken() -> None:
    """So what is refused below is refused for what was changed."""
    for line in (TRUCKS, RADIOS, LEVEL, CLOSED, PAID, TAKEN_BACK, CORRECTED):
        assert restated(line) == line
        assert quick.record(line) is not None
    for changed in ({"quantity": 4}, {"side": "receiver"}, {"v": 2, "humanitarian": True}, {"quantity": 10**15}):
        assert_as_alone([restated(TRUCKS, **changed)])
        assert None not in blocks.verified([restated(TRUCKS, **changed)])


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_left_to_the_strict_decoder_is_left_to_it_alone_and_among_many(why: str) -> None:
    """Each line has the id of what it says, and is in the order of lines: only this one thing is wrong with it."""
    for line in REFUSED[why]:
        assert quick.record(line) is None, line
        assert blocks.verified([line]) == [None], line
        assert blocks.verified([*[TRUCKS, RADIOS] * blocks.FEW, line]).index(None) == 2 * blocks.FEW, line
