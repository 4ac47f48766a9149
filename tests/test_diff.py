"""Diffs: the parts add up, and have the right causes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st
from tangled import overlapping_logs

from aidtimeline import Counts, MoneySums, Timeline
from aidtimeline.diff import CAUSES, OPPOSITES, Change
from aidtimeline.events import Amendment, Correction, Corroboration, Delivery, Event, Record, Retraction, Source
from aidtimeline.projections import COUNTED_KINDS
from aidtimeline.testing import Cuts, cuts, logs
from aidtimeline.timeline import View
from aidtimeline.values.dates import end_of

SUMS: list[Counts | MoneySums] = [Counts(kind=COUNTED_KINDS), Counts(by=(), where={"item": "truck"}), MoneySums()]
MIRRORED = OPPOSITES | {after: before for before, after in OPPOSITES.items()}


def looked(records: Iterable[Record], asked: Cuts) -> View:
    return Timeline(records).as_of(asked.as_of, known_at=asked.known_at, recorded_until=asked.recorded_until)


@given(logs(min_size=3) | overlapping_logs(), cuts(), cuts(), st.sampled_from(SUMS))
def test_parts_add_up(records: list[Record], one: Cuts, other: Cuts, sums: Counts | MoneySums) -> None:
    """Law 12: the lows of all parts of a sum add up to its change, and so do the highs where they are finite.

    Where an end is open, it is so in one of the parts, or in what does not change.
    """
    before, after = looked(records, one), looked(records, other)
    old, new = before.replay(sums.piece), after.replay(sums.piece)
    changes = before.diff(after, sums)

    assert {changes.key_of(change) for change in changes} <= {*old, *new}
    for key in {*old, *new}:
        parts = changes[key]
        lows = [Fraction(sums[key].low) if key in sums else 0 for sums in (old, new)]
        assert sum(Fraction(part.low) for part in parts) == lows[1] - lows[0]
        highs = [sums[key].high if key in sums else Fraction(0) for sums in (old, new)]
        if None not in highs:
            assert sum(Fraction(part.high or 0) for part in parts) == Fraction(highs[1] or 0) - Fraction(highs[0] or 0)
        assert any(part.open in ("before", "both") for part in parts) <= (highs[0] is None)
        assert any(part.open in ("after", "both") for part in parts) <= (highs[1] is None)
        if (highs[0] is None) is not (highs[1] is None):
            assert any(part.open for part in parts)
        facts = [each for part in parts if part.cause != "overlap" for each in part.ids]
        assert len(facts) == len(set(facts))


@given(logs(min_size=3) | overlapping_logs(), cuts(), cuts(), st.sampled_from(SUMS))
def test_a_diff_backwards_is_the_same_backwards(
    records: list[Record], one: Cuts, other: Cuts, sums: Counts | MoneySums
) -> None:
    """Seen from the other view each part has the same facts, the opposite change and the opposite cause."""
    before, after = looked(records, one), looked(records, other)
    forth, back = (
        {(changes.key_of(change), change.ids, change.cause == "overlap"): change for change in changes}
        for changes in (before.diff(after, sums), after.diff(before, sums))
    )

    assert set(forth) == set(back)
    for which, change in forth.items():
        assert (change.before, change.after) == (back[which].after, back[which].before)
        assert Fraction(change.low) == -Fraction(back[which].low)
        assert back[which].cause == MIRRORED[change.cause]


#: What can be the cause if only one cut is moved, and forward: of a day the world moves on, of the others the reports.
MOVING = {
    "as_of": {"happened", "became certain", "superseded", "overlap"},
    "known_at": {
        *("retracted", "no longer retracted", "corrected by news", "newly known", "another account"),
        *("superseded", "no longer superseded", "overlap"),
    },
    "recorded_until": {
        *("retracted", "no longer retracted", "corrected by news", "newly known", "another account", "repaired"),
        *("superseded", "no longer superseded", "overlap"),
    },
}


@pytest.mark.parametrize("moved", MOVING)
@given(logs(min_size=4), cuts(), cuts(), st.sampled_from(SUMS))
def test_a_cut_that_moves_forward_has_its_causes(
    moved: str, records: list[Record], one: Cuts, other: Cuts, sums: Counts | MoneySums
) -> None:
    """Nothing is undone on the way forward: nothing becomes unknown, and no correction, account or repair goes away."""
    of_one, of_other = (getattr(each, moved) for each in (one, other))
    late, early = (one, other) if _instant(of_one) > _instant(of_other) else (other, one)
    late = attrs.evolve(early, **{moved: getattr(late, moved)})

    for change in looked(records, early).diff(looked(records, late), sums):
        assert change.cause in MOVING[moved]


def _instant(cut: date | datetime | None) -> datetime:
    return datetime.max.replace(tzinfo=UTC) if cut is None else end_of(cut)


@given(logs(), cuts(), st.sampled_from(SUMS))
def test_nothing_changes_from_a_view_to_itself(records: list[Record], asked: Cuts, sums: Counts | MoneySums) -> None:
    """A diff of a view with itself is empty, even if the other is made from shuffled records."""
    view = looked(records, asked)

    assert view.diff(view, sums).rows == ()
    assert view.diff(looked(records[::-1], asked), sums).rows == ()


# Stories


RECORDED = datetime(2026, 11, 21, 10, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 10, tzinfo=UTC)
Log = list[tuple[Event | Amendment, datetime]]


def name(number: int) -> str:
    return f"{number:032x}"


def report(published: str | None) -> Source:
    return Source(publisher="Kyodo News", published=published)


def trucks(day: str, quantity: Any, published: str | None = "2023-02-01", **fields: Any) -> Delivery:
    return Delivery(**{"item": "truck", "sources": report(published), **fields}, date=day, quantity=quantity)


def changed(
    events: Iterable[Event | Amendment | tuple[Event | Amendment, datetime]],
    before: dict[str, str],
    after: dict[str, str],
) -> list[Change]:
    """What changes by item in a log in which the first event has the id 1, and so on."""
    written = (each if isinstance(each, tuple) else (each, RECORDED) for each in events)
    records = [Record(name(number), at, event) for number, (event, at) in enumerate(written, start=1)]
    views = ({"as_of": "2023-12-31", **cut} for cut in (before, after))
    one, other = (Timeline(records).as_of(view.pop("as_of"), **view) for view in views)
    return list(one.diff(other))


PLAIN = trucks("2023-01-10", 30)
SOON, LATE = {"known_at": "2023-03-01"}, {"known_at": "2023-06-01"}
STORIES: dict[str, tuple[list[Any], dict[str, str], dict[str, str], str]] = {
    "happened": ([PLAIN], {"as_of": "2023-01-01"}, {}, "truck: 0 → 30: happened"),
    "perhaps happened": (
        [trucks("2023-01/2023-02", 30, "2023-03-01")],
        {"as_of": "2022-12-31"},
        {"as_of": "2023-01-15"},
        "truck: 0 → 0–30: happened",
    ),
    "became certain": (
        [trucks("2023-01", "2..4")],
        {"as_of": "2023-01-15"},
        {},
        "truck: 0–4 → 2–4: became certain",
    ),
    "found to be part of another": (
        [
            PLAIN,
            attrs.evolve(PLAIN, ref="2"),
            Correction(of=name(2), event=attrs.evolve(PLAIN, ref="2", part_of=name(1)), sources=report("2023-05-01")),
        ],
        SOON,
        LATE,
        "truck: 0 → -30: overlap",
    ),
    "newly known": ([PLAIN], {"known_at": "2023-01-31"}, LATE, "truck: 0 → 30: newly known"),
    "corrected": (
        [PLAIN, Correction(of=name(1), event=trucks("2023-01-10", 20), sources=report("2023-05-01"))],
        SOON,
        LATE,
        "truck: 30 → 20: corrected by news",
    ),
    "a date corrected": (
        [PLAIN, Correction(of=name(1), event=trucks("2024-01-10", 30), sources=report("2023-05-01"))],
        SOON,
        LATE,
        "truck: 30 → 0: corrected by news",
    ),
    "retracted": (
        [PLAIN, Retraction(of=name(1), sources=report("2023-05-01"))],
        SOON,
        LATE,
        "truck: 30 → 0: retracted",
    ),
    "retracted and revived": (
        [
            PLAIN,
            Retraction(of=name(1), sources=report("2023-02-15")),
            Correction(of=name(1), event=PLAIN, sources=report("2023-05-01")),
        ],
        SOON,
        LATE,
        "truck: 0 → 30: no longer retracted",
    ),
    "a duplicate": (
        [
            PLAIN,
            trucks("2023-01", 30, "2023-02-02"),
            Retraction(of=name(2), duplicate_of=name(1), sources=report("2023-05-01")),
        ],
        SOON,
        LATE,
        "truck: 60 → 30: retracted",
    ),
    "one of two merged reports": (
        [
            PLAIN,
            trucks("2023-01", 40, "2023-02-02"),
            Retraction(of=name(2), duplicate_of=name(1)),
            Retraction(of=name(2), sources=report("2023-05-01")),
        ],
        SOON,
        LATE,
        "truck: 30–40 → 30: retracted",
    ),
    "another account": (
        [PLAIN, Corroboration(of=name(1), quantity=40, sources=report("2023-05-01"))],
        SOON,
        LATE,
        "truck: 30 → 30–40: another account",
    ),
    "superseded": (
        [PLAIN, trucks("2023-03-10", 50, "2023-04-01", supersedes=name(1))],
        {"as_of": "2023-03-01"},
        {},
        "truck: 30 → 50: superseded",
    ),
    "perhaps superseded": (
        [PLAIN, trucks("2023-03", 50, "2023-04-01", supersedes=name(1))],
        {"as_of": "2023-02-28"},
        {"as_of": "2023-03-10"},
        "truck: 30 → 30–50: superseded",
    ),
    "superseded by something else": (
        [PLAIN, trucks("2023-03-10", None, "2023-04-01", item=None, supersedes=name(1))],
        {"as_of": "2023-03-01"},
        {},
        "truck: 30 → 0: superseded",
    ),
    "no longer superseded": (
        [
            PLAIN,
            trucks("2023-01-20", None, "2023-02-01", item="car", supersedes=name(1)),
            Correction(of=name(2), event=trucks("2023-01-20", None, item="car"), sources=report("2023-05-01")),
        ],
        SOON,
        LATE,
        "truck: 0 → 30: no longer superseded",
    ),
    "repaired": (
        [PLAIN, (Correction(of=name(1), event=trucks("2023-01-10", 3)), LATER)],
        {"recorded_until": "2026-11-22"},
        {},
        "truck: 30 → 3: repaired",
    ),
    "repaired between two readings": (
        [PLAIN, (Correction(of=name(1), event=trucks("2023-01-10", 3)), LATER)],
        {"recorded_until": "2026-11-22"},
        {"recorded_until": "2026-11-24"},
        "truck: 30 → 3: repaired",
    ),
    "known earlier and read on": (
        [PLAIN, Corroboration(of=name(1), quantity=40, sources=report("2023-05-01"))],
        {**LATE, "recorded_until": "2026-11-22"},
        {**SOON, "recorded_until": "2026-11-24"},
        "truck: 30–40 → 30: one account fewer",
    ),
    "a duplicate that says nothing after all": (
        [
            PLAIN,
            trucks("2023-01-10", 40, "2023-02-02"),
            Retraction(of=name(2), duplicate_of=name(1), sources=report("2023-02-15")),
            Correction(of=name(2), event=trucks("2023-01-10", None, item=None), sources=report("2023-05-01")),
        ],
        {**SOON, "recorded_until": "2026-11-22"},
        {**LATE, "recorded_until": "2026-11-22"},
        "truck: 30–40 → 30: corrected by news",
    ),
    "back past the second of two news": (
        [
            PLAIN,
            Correction(of=name(1), event=trucks("2023-01-10", 7), sources=report("2023-02-05")),
            Correction(of=name(1), event=trucks("2023-01-10", 6), sources=report("2023-05-01")),
        ],
        LATE,
        SOON,
        "truck: 6 → 7: no longer corrected",
    ),
    "known under the id of another, of something else": (
        [
            trucks("2023-01-10", 30, "2023-05-01"),
            trucks("2023-01-10", None, "2023-02-02", item=None),
            Retraction(of=name(2), duplicate_of=name(1), sources=report("2023-05-01")),
        ],
        SOON,
        LATE,
        "truck: 0 → 30: newly known",
    ),
    "known under the id of another that was known": (
        [
            trucks("2023-01-10", 40, "2023-05-01"),
            trucks("2023-01-10", 30, "2023-02-02"),
            Retraction(of=name(1), duplicate_of=name(2)),
        ],
        SOON,
        LATE,
        "truck: 30 → 30–40: another account",
    ),
    "under the id of another, newly known": (
        [
            trucks("2023-01-10", 30, "2023-02-02"),
            trucks("2023-01-10", 40, "2023-05-01"),
            Retraction(of=name(1), duplicate_of=name(2), sources=report("2023-05-01")),
        ],
        SOON,
        LATE,
        "truck: 30 → 30–40: newly known",
    ),
    "a report under a retracted one": (
        [
            PLAIN,
            trucks("2023-01-10", 40, "2023-05-01"),
            Retraction(of=name(2), duplicate_of=name(1)),
            Retraction(of=name(1), sources=report("2023-02-15")),
            Correction(of=name(1), event=PLAIN, sources=report("2023-04-15")),
        ],
        {"known_at": "2023-02-20"},
        {"known_at": "2023-04-20"},
        "truck: 0 → 30: no longer retracted",
    ),
    "not known by its repaired report": (
        [PLAIN, (Correction(of=name(1), event=trucks("2023-01-10", 30, "2023-08-01")), LATER)],
        {**LATE, "recorded_until": "2026-11-22"},
        LATE,
        "truck: 30 → 0: repaired",
    ),
    "news repaired away": (
        [
            PLAIN,
            Correction(of=name(1), event=trucks("2023-01-10", 20), sources=report("2023-05-01")),
            (Retraction(of=name(2)), LATER),
        ],
        {"recorded_until": "2026-11-22"},
        {},
        "truck: 20 → 30: repaired",
    ),
    "a note is no cause": (
        [
            trucks("2023-01", 30),
            Correction(of=name(1), event=trucks("2023-01", 30, note="seen"), sources=report("2023-05-01")),
        ],
        {"as_of": "2023-01-15", **SOON},
        LATE,
        "truck: 0–30 → 30: became certain",
    ),
    "retracted on its own day and revived": (
        [
            PLAIN,
            Retraction(of=name(1), sources=report("2023-02-01")),
            Correction(of=name(1), event=PLAIN, sources=report("2023-05-01")),
        ],
        {"known_at": "2023-02-01"},
        LATE,
        "truck: 0 → 30: no longer retracted",
    ),
    "an account repaired away": (
        [
            PLAIN,
            Corroboration(of=name(1), quantity=40, sources=report("2023-02-02")),
            (Retraction(of=name(2)), LATER),
        ],
        {"recorded_until": "2026-11-22"},
        {},
        "truck: 30–40 → 30: repaired",
    ),
    "erased": (
        [PLAIN, (Retraction(of=name(1)), LATER)],
        {"recorded_until": "2026-11-22"},
        {},
        "truck: 30 → 0: retracted",
    ),
    "written later": (
        [(PLAIN, LATER)],
        {"recorded_until": "2026-11-22"},
        {},
        "truck: 0 → 30: newly known",
    ),
    "known and happened": (
        [PLAIN],
        {"as_of": "2023-01-01", "known_at": "2023-01-01"},
        {},
        "truck: 0 → 30: newly known",
    ),
    "happened and corrected": (
        [PLAIN, Correction(of=name(1), event=trucks("2023-01-10", 20), sources=report("2023-05-01"))],
        {"as_of": "2023-01-01", **SOON},
        LATE,
        "truck: 0 → 20: happened",
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_change_has_its_cause(story: str) -> None:
    """One change, and why; looked at backwards, the opposite."""
    events, before, after, words = STORIES[story]
    [change] = changed(events, before, after)
    [back] = changed(events, after, before)

    assert str(change) == words
    assert back.cause == MIRRORED[change.cause]


def test_every_cause_has_its_story() -> None:
    """Each cause, forwards or backwards, has an example above."""
    words = {each[3].rpartition(": ")[2] for each in STORIES.values()}

    assert {*words, *(MIRRORED[each] for each in words)} == set(CAUSES)


def test_open_ends_are_named() -> None:
    """If a high end is open, there is no number for its change, and the side is named."""
    [opened] = changed([trucks("2023-01", "1..")], {"as_of": "2022-12-31"}, {})
    [closed] = changed([trucks("2023-01", "1..")], {}, {"as_of": "2022-12-31"})
    [both] = changed([trucks("2023-01", "1..")], {"as_of": "2023-01-15"}, {})

    assert [change.low for change in (opened, closed, both)] == [1, -1, 1]
    assert [change.high for change in (opened, closed, both)] == [None, None, None]
    assert [change.open for change in (opened, closed, both)] == ["after", "before", "both"]
    assert str(opened) == "truck: 0 → at least 1: happened"


def test_the_sums_of_both_views_can_be_explained() -> None:
    """They are tables of their views, as if they had been asked for there."""
    timeline = Timeline([Record(name(1), RECORDED, PLAIN)])
    after = timeline.as_of("2023-12-31")
    changes = timeline.as_of("2023-01-01").diff(after)

    assert changes.tables[1].explain("truck") == after.counts().explain("truck")


def test_other_links_count_as_superseded() -> None:
    """If the facts that add have not changed, but what may replace them has, the links are the cause."""
    maybe = "2023-01-15/2023-01-31"
    log: list[Event | Amendment] = [
        trucks("2023-01-10", 5),
        trucks(maybe, 10, supersedes=name(3)),
        trucks("2023-02-10", None, "2023-02-20", item=None, supersedes=name(1)),
        Correction(of=name(3), event=trucks("2023-02-10", None, item=None), sources=report("2023-05-01")),
        trucks(maybe, None, "2023-05-01", item=None, supersedes=name(1)),
    ]
    early, later = ({"as_of": "2023-01-20", **known} for known in (SOON, LATE))

    assert [str(change) for change in changed(log, early, later)] == ["truck: 5–10 → 0–15: superseded"]


def test_parts_of_one_sum_stand_apart() -> None:
    """Facts that are not linked are separate parts, in order of cause; linked facts are one part."""
    changes = changed(
        [
            trucks("2023-01-10", 1, "2023-05-01"),
            trucks("2023-01", 2, "2023-02-01"),
            Corroboration(of=name(2), quantity=5, sources=report("2023-05-02")),
            trucks("2023-01-10", 10, "2023-02-01"),
            trucks("2023-01-20", 20, "2023-05-01", supersedes=name(4)),
            trucks("2023-01-20", 7, "2023-05-01", item="car", unit="set"),
        ],
        SOON,
        LATE,
    )

    assert [(str(change), [int(each, 16) for each in change.ids]) for change in changes] == [
        ("car: 0 → 7 set: newly known", [6]),
        ("truck: 10 → 20: superseded", [4, 5]),
        ("truck: 0 → 1: newly known", [1]),
        ("truck: 2 → 2–5: another account", [2]),
    ]


def test_amounts_of_any_size_are_taken_apart_exactly() -> None:
    """No digit is lost, however many there are."""
    huge = 10**29 + 1
    [change] = changed(
        [
            trucks("2023-01-10", huge),
            Correction(of=name(1), event=trucks("2023-01-10", 1), sources=report("2023-05-01")),
        ],
        SOON,
        LATE,
    )

    assert change.low == change.high == -(10**29)
