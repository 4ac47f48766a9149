"""IATI out: budgets, planned disbursements, results and linked documents, and what is cancelled of promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given, strategies as st
from iatifiles import IATI, REAL, activity, attributes, file, org, transaction
from iatirules import schema
from iatiwritten import DAY, LESS, NEWS, OTHER, PAID, PROFILE, PROMISE, REPORT, ROAD, Written, view_of

from aidtimeline import Timeline
from aidtimeline.codec import record_id
from aidtimeline.events import (
    Cancellation,
    Commitment,
    Corroboration,
    Disbursement,
    Event,
    EventKind,
    Observation,
    Pledge,
    Project,
    Source,
)
from aidtimeline.formats import File, import_file
from aidtimeline.formats.iati import linking, measuring, sayable
from aidtimeline.formats.iati.writing import export_iati
from aidtimeline.semantics import Fact
from aidtimeline.timeline import View

needs_data = pytest.mark.skipif(not IATI.exists(), reason="the IATI files are not here")


def level(fact: Fact) -> tuple[object, ...]:
    """All that an observation says. A plan holds as of its report, so its date is that of the report."""
    names = ("indicator", "quantity", "unit", "donor", "recipient", "project", "location", "period", "ref")
    when = None if fact.period is not None else (fact.date.earliest, fact.date.latest)
    note = " ".join((fact.note or "").split())  # texts are on one line, with one space between words
    return when, fact.event.sources[1:], note, *(getattr(fact, name) for name in names)


def levels_of(facts: Sequence[Fact]) -> Counter[tuple[object, ...]]:
    return Counter(level(each) for each in facts if each.kind == "observation")


def documents_of(facts: Sequence[Fact]) -> Mapping[str | None, set[Source]]:
    linked: dict[str | None, set[Source]] = {}
    for each in facts:
        if each.kind == "project":
            linked.setdefault(each.project, set()).update(each.event.sources[1:])
    return linked


def rows(view: View) -> list[tuple[object, ...]]:
    return [tuple(map(str, row[: row._fields.index("sources")])) for row in view.levels()]


# Files


@needs_data
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_plans_results_and_documents_of_a_real_file_are_read_again(path: Path, tmp_path: Path) -> None:
    """Each with its note and its reference; none is left out."""
    import_file(tmp_path / "log", "iati", path)
    view = Timeline.open(tmp_path / "log").as_of(DAY)
    written = Written(view)
    assert sum(levels_of(view.facts).values()) == written.report.plans + written.report.results > 0
    assert levels_of(written.facts) == levels_of(view.facts)
    assert documents_of(written.facts) == documents_of(view.facts)
    assert schema().validate(written.root)


_words = st.text(st.sampled_from("aé/#2:; .~"), max_size=8)
_titles = st.sampled_from(["Wells", "Wells/2022", "a: target", "x" * 120, ""]) | _words
_days = st.dates(date(2021, 1, 1), date(2022, 12, 31))
_numbers = st.sampled_from(["5", "-2", "0", "1.50", "1000000", "none", ""])


def _element(tag: str, inner: str, **stated: str | None) -> str:
    return f"<{tag}{attributes(stated)}>{inner}</{tag}>"


def _titled(text: str, tag: str = "title") -> str:
    return f"<{tag}><narrative>{escape(text)}</narrative></{tag}>"


@st.composite
def _period(draw: st.DrawFn) -> str:
    start = draw(_days)
    end = start + timedelta(draw(st.sampled_from([0, 30, 364, -1])))
    last = draw(st.sampled_from([f'<period-end iso-date="{end}"/>'] * 4 + [""]))
    return f'<period-start iso-date="{start}"/>{last}'


@st.composite
def _plan(draw: st.DrawFn) -> str:
    tag = draw(st.sampled_from(["budget", "planned-disbursement"]))
    parties = [
        org(each, *draw(st.sampled_from([("XM-R",), ("GB-1", "One"), (None, "A name")])))
        for each in ("provider-org", "receiver-org")
        if tag != "budget" and draw(st.booleans())
    ]
    stated = {"type": draw(st.sampled_from(["1", "2", None])), "status": draw(st.sampled_from(["1", "2", None]))}
    value = f'<value value-date="2021-01-01">{draw(_numbers)}</value>'
    return _element(tag, draw(_period()) + value + "".join(parties), **stated)


@st.composite
def _value(draw: st.DrawFn, tag: str) -> str:
    places = [_element("location", "", ref=each) for each in draw(st.lists(_words, max_size=2))]
    names = draw(st.lists(st.sampled_from(["sex", "age/group", ""]), max_size=2))
    groups = [_element("dimension", "", name=each, value=draw(_words)) for each in names]
    comment = draw(st.none() | _words)
    year = draw(_days)
    dated = (
        {"year": str(year.year), "iso_date": str(year) if draw(st.booleans()) else None} if tag == "baseline" else {}
    )
    said = [*places, *groups, *([] if comment is None else [_titled(comment, "comment")])]
    links = [
        _element("document-link", _titled(draw(_words)), url=each)
        for each in draw(st.lists(st.sampled_from(["https://example.org/1", "docs/2 a.pdf", "[no]"]), max_size=2))
    ]
    return _element(tag, "".join((*said, *links)), value=draw(_numbers), **dated)


@st.composite
def _result(draw: st.DrawFn) -> str:
    indicators = []
    for _ in range(draw(st.integers(1, 2))):
        values = draw(st.lists(_value("baseline"), max_size=1))
        for _ in range(draw(st.integers(0, 2))):
            stated = draw(st.lists(_value("target"), max_size=2)) + draw(st.lists(_value("actual"), max_size=2))
            values.append(_element("period", draw(_period()) + "".join(stated)))
        measure = draw(st.sampled_from(["1", "2", "5", ""]))
        indicators.append(_element("indicator", _titled(draw(_titles)) + "".join(values), measure=measure))
    return _element("result", _titled(draw(_titles)) + "".join(indicators), type="1")


_dated = '<activity-status code="2"/><activity-date type="2" iso-date="2021-01-01"/>'
_named = org("participating-org", "XM-R", role="1")


@given(st.lists(_plan() | _result(), min_size=1, max_size=4))
def test_whatever_is_read_of_plans_and_results_is_written_and_read_again(parts: list[str]) -> None:
    """Each with its note, its titles, its places and groups; levels on any day are the same, and nothing is left out.

    Only a period that is open, and one that its report cut short, are no days.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "activities.xml"
        path.write_text(file(activity(_dated, _named, *parts)), encoding="utf-8")
        import_file(Path(folder) / "log", "iati", path)
        view = Timeline.open(Path(folder) / "log").as_of(DAY)
        written = Written(view)
    assert set(written.report.left_out) <= {sayable.VAGUE_PERIOD}
    assert all(each.date.latest is None or each.period is not None for each in view.facts if each.id in written.lost)
    kept = [each for each in view.facts if each.id not in written.lost]
    found, expected = levels_of(written.facts), levels_of(kept)
    assert found.total() == expected.total() == written.report.plans + written.report.results
    assert {each[:-1] for each in found} == {_as_linked(each)[:-1] for each in expected}
    assert not written.skipped
    if IATI.exists():
        judge = schema()
        assert judge.validate(written.root), judge.error_log


def _as_linked(said: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is said, of documents what is a link."""
    when, sources, *others = said
    return when, tuple(each for each in sources if linking.is_linked(each)), *others


_any_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
_near_addresses = st.builds(
    str.__add__, st.sampled_from(["", "http://", "//", "a:"]), st.text("a1:/?#@%.[ ", max_size=8)
)


@given(_any_text | _near_addresses)
def test_what_is_written_as_an_address_is_one(url: str) -> None:
    """By IATI's schema. What is none is left out and listed."""
    if not url.strip():
        return
    source = Source(url=url, title="A report")
    project = Project(**{**ROAD, "sources": [REPORT, source]}, date="2023-01-10", title="A", actual_start="2023-01-10")
    written = Written(view_of(project, *PROFILE[1:]))
    assert len(written.root.xpath("//document-link")) == linking.is_linked(source)
    assert (linking.OTHER_SOURCES in written.report.without) == (not linking.is_linked(source))
    if IATI.exists():
        assert schema().validate(written.root)


# Levels that are no entries of a file


WELLS: Mapping[str, Any] = {"date": "2022", "indicator": "Wells built", "quantity": 5, "unit": "unit", **ROAD}


def wells(**changes: Any) -> Observation:
    return Observation(**{**WELLS, **changes})


def budget(**changes: Any) -> Observation:
    plan = {"indicator": "budget", "quantity": 100, "unit": "USD", "period": "2022", "date": "2022-01-01"}
    return Observation(**{**plan, **ROAD, **changes})


@pytest.mark.parametrize(
    ("reason", "events"),
    [
        (sayable.NO_INDICATOR, [wells(indicator=None, item="truck", unit=None)]),
        (sayable.NO_INDICATOR, [wells(value="USD 5")]),
        (sayable.NO_PROJECT, [wells(project=None)]),
        (sayable.VAGUE_VALUE, [wells(quantity="~5")]),
        (sayable.VAGUE_VALUE, [budget(quantity="5..7")]),
        (sayable.VAGUE_PERIOD, [wells(date="[..2022]")]),
        (sayable.VAGUE_PERIOD, [wells(date="2022~")]),
        (sayable.VAGUE_PERIOD, [budget(period="2022/..")]),
        (sayable.VAGUE_PERIOD, [budget(period=None)]),
        (sayable.NO_MEASURE, [wells(unit="km")]),
        (sayable.NARROWER, [wells(sector="14030")]),
        (sayable.NARROWER, [budget(via="undp")]),
        (sayable.OTHERWISE, [wells(donor="JP")]),
        (sayable.OTHERWISE, [wells(of_kind="pledge")]),
        (sayable.OTHERWISE, [budget(donor="JP")]),
        (sayable.OTHERWISE, [budget(indicator="planned-disbursement")]),  # whose provider would be who reports
        (sayable.OTHERWISE, [wells(location={"KE": 50, "UG": 50})]),
        (sayable.OTHERWISE, [wells(period="2022")]),
        (sayable.DISPUTED, [wells(), Corroboration(of=record_id(wells()), quantity=7, sources=NEWS)]),
        (sayable.IN_DOUBT, [wells(date="2024")]),
        (sayable.BY_OTHERS, [wells(sources=OTHER)]),
        (sayable.BY_OTHERS, [budget(sources=NEWS)]),
    ],
)
def test_levels_that_iati_cannot_say_are_left_out_and_listed(reason: str, events: list[Event]) -> None:
    """With the reason, and nothing of them is in the file."""
    written = Written(view_of(*PROFILE, *events))
    assert written.report.left_out == {reason: [record_id(events[0])]}
    assert (written.report.plans, written.report.results) == (0, 0)
    assert not levels_of(written.facts)


def test_a_level_that_is_no_entry_of_a_file_is_told_under_its_indicator() -> None:
    """And its target as a target, its budget as a budget. What nobody states is listed."""
    target = wells(date="2022-01-01", indicator="Wells built: target", quantity=9, period="2022")
    before = wells(date="2020", quantity=2, note="baseline; by the ministry")
    written = Written(
        view_of(*PROFILE, wells(location="KE"), target, before, budget(note="approved"), wells(unit=None))
    )
    assert not written.lost
    assert (written.report.plans, written.report.results) == (1, 4)
    [result] = written.root.xpath("//result")
    assert set(result.xpath(".//title/narrative/text()")) == {"Wells built"}
    assert result.xpath(".//target/@value") == ["9"]
    assert result.xpath(".//baseline/@year") == ["2020"]
    assert result.xpath(".//baseline/comment/narrative/text()") == ["by the ministry"]
    assert {measuring.NO_TYPE, measuring.NO_MEASURE, sayable.NO_VALUE_DATE_OF_PLAN, sayable.NOTE_OF_PLAN} <= set(
        written.report.without
    )
    if IATI.exists():
        assert schema().validate(written.root)


def test_a_period_that_the_report_cut_short_stays_so() -> None:
    """A level of 2023 that was reported in June is of the year until then, also if more is reported later."""
    late = Source(publisher="An agency", published="2023-12-20", dataset="iati/XM-A-1")
    paid = Commitment(**{**PAID, "date": "2023-12-01", "sources": late})
    view = view_of(*PROFILE, wells(date="2023"), paid)
    written = Written(view)
    assert not written.lost
    for facts in (view.facts, written.facts):
        [found] = [each for each in facts if each.kind == "observation"]
        assert (found.date.earliest, found.date.latest) == (date(2023, 1, 1), date(2023, 6, 1))


def test_titles_are_those_of_the_file_whatever_is_in_them() -> None:
    """Long ones, too, and references with many ways to be read are read fast."""
    assert measuring.told_of(_fact(wells()), DAY).titles == ("Wells built", "Wells built")
    many = wells(ref="XM-A-1-road/result/" + "/2022" * 20_000)
    assert measuring.told_of(_fact(many), DAY).titles == ("Wells built", "Wells built")


def _fact(event: Event) -> Fact:
    return next(iter(view_of(event).facts))


# Promises of which a part is cancelled


def _money(view: View) -> list[tuple[object, ...]]:
    kinds: list[EventKind] = ["pledge", "commitment", "disbursement"]
    return [(row.key, str(row.bounds)) for row in view.money(kind=kinds, by=["donor"]).rows]


def _outstanding(view: View) -> list[tuple[str, str | None]]:
    return [(row.kind, str(row.outstanding)) for row in view.fulfilment().rows]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 70), st.integers(1, 90)), max_size=4),
    st.sampled_from([Pledge, Commitment, Disbursement]),
)
@example([(0, 60, 10), (0, 40, 20)], Commitment)
@example([(0, 60, 10), (0, 41, 20)], Commitment)
def test_what_is_cancelled_of_a_promise_is_a_negative_one(less: list[tuple[int, int, int]], kind: type[Any]) -> None:
    """On every day what is promised is what it was. More than there is cannot be cancelled: that is listed."""
    promises = [kind(**{**PAID, "value": f"USD {100 + number}", "sector": "21020"}) for number in range(3)]
    taken = [
        Cancellation(
            date=date(2023, 2, 1) + timedelta(days),
            value=f"USD {amount}",
            supersedes=record_id(promises[number]),
            ref=str(place),
            sources=REPORT,
        )
        for place, (number, amount, days) in enumerate(less)
    ]
    view = view_of(*PROFILE, *promises, *taken)
    written = Written(view)
    lost = {number for number in range(3) if sum(amount for of, amount, _ in less if of == number) > 100 + number}
    of_lost = {record_id(each) for each, (number, *_) in zip(taken, less, strict=True) if number in lost}
    assert written.lost == {record_id(promises[number]) for number in lost} | of_lost
    assert len(written.money()) == written.report.transactions == 3 + len(taken) - len(written.lost)
    kept = Timeline([each for each in view.records if each.id not in written.lost])
    for day in {each.date.latest for each in written.money()}:
        assert day is not None
        assert _money(written.timeline.as_of(day)) == _money(kept.as_of(day))
        assert _outstanding(written.timeline.as_of(day)) == _outstanding(kept.as_of(day))
    assert all(each.sector == "21020" for each in written.money())


def test_what_a_cancellation_takes_off_is_told_with_its_promise_wherever_it_is_recorded() -> None:
    """Of no project, or of another: it is one of its own, once."""
    for project in (None, "another"):
        less = Cancellation(**{**LESS, "project": project})
        written = Written(view_of(*PROFILE, PROMISE, less))
        assert written.report.left_out == {}
        assert [str(each.value) for each in written.money()] == ["USD 100", "USD -40"]
        assert written.report.facts == 5


def test_a_promise_is_not_written_without_what_is_cancelled_of_it() -> None:
    """Also where only promises are asked for; where only cancellations are, these are listed."""
    view = view_of(*PROFILE, PROMISE, Cancellation(**LESS))
    written = Written(view, where={"kind": "commitment"})
    assert ([str(each.value) for each in written.money()], written.lost) == (["USD 100", "USD -40"], set())
    assert Written(view, where={"kind": "cancellation"}).report.left_out == {
        sayable.CANCELLATION: [record_id(Cancellation(**LESS))]
    }
    goods = Pledge(**{**PAID, "item": "truck", "quantity": 3})
    fewer = Cancellation(date="2023-03-01", quantity=1, item="truck", supersedes=record_id(goods), **ROAD)
    assert Written(view_of(*PROFILE, goods, fewer)).lost == {record_id(goods), record_id(fewer)}


def test_into_its_own_log_a_level_is_nothing_new(tmp_path: Path) -> None:
    """References are the same."""
    parts = [
        _element("budget", '<period-start iso-date="2022-01-01"/><period-end iso-date="2022-12-31"/><value>5</value>')
    ]
    parts += [_titled("A road"), _dated, _named, transaction(value_date="2022-05-06")]
    (tmp_path / "a.xml").write_text(file(activity(*parts)), encoding="utf-8")
    import_file(tmp_path / "log", "iati", tmp_path / "a.xml")
    timeline = Timeline.open(tmp_path / "log")
    export_iati(timeline.as_of(DAY), tmp_path / "out.xml")
    report = import_file(tmp_path / "log", "iati", File(path=tmp_path / "out.xml", covers="part"))
    assert rows(Timeline.open(tmp_path / "log").as_of(DAY)) == rows(timeline.as_of(DAY))
    assert report.recorded == 0
