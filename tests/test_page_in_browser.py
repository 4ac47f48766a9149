"""The page in a real browser: its numbers, its addresses, its explanations, what it asks for, and who can read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import browsing
import pytest

from aidtimeline import (
    Cancellation,
    Correction,
    Corroboration,
    Counts,
    Delivery,
    Disbursement,
    EventLog,
    MoneySums,
    Observation,
    Participation,
    Pledge,
    Project,
    Retraction,
    Source,
    Status,
    Timeline,
    View,
)
from aidtimeline.report import publishing
from aidtimeline.report.publishing import answers as answering
from aidtimeline.report.words import amount, in_short, on
from aidtimeline.semantics.provenance import sources_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MADE = date(2026, 11, 27)
SIZES = {"phone": browsing.PHONE, "desktop": browsing.DESKTOP}
DATES = (("2026-11-27", None), ("2023-11-28", "2023-11-25"), ("2022-04-05", None))
"""Three pairs of dates of the record: today, in the middle, and at its beginning."""

VERBS = {
    "delivery": "delivered",
    "training": "trained",
    "pledge": "pledged",
    "commitment": "committed",
    "announcement": "announced",
    "cancellation": "cancelled",
    "disbursement": "disbursed",
    "receipt": "received",
    "expenditure": "spent",
}

SHOWN = """async (addresses) => {
  const found = [];
  for (const address of addresses) {
    const before = location.hash;
    if (before !== address) {
      const moved = new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
      location.hash = address;
      await moved;
    }
    const buttons = [...document.querySelectorAll("#sums .number")];
    found.push(buttons.map((each) => each.getAttribute("aria-label") + " | " + each.textContent));
  }
  return found;
}"""
"""The numbers that a page shows at some addresses, each with what it is."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.started() as found:
        yield found


@pytest.fixture(scope="module")
def record() -> Timeline:
    return Timeline.open("events")


@pytest.fixture(scope="module")
def file(record: Timeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(record, tmp_path_factory.mktemp("page"))


def written(timeline: Timeline, folder: Path, title: str | None = None) -> Path:
    found = folder / "report.html"
    found.write_text(publishing.html(timeline, "events", title=title, made=MADE), encoding="utf-8")
    return found


def address(as_of: object, known_at: object = None, **others: str) -> str:
    named = {"as-of": as_of, "known-at": known_at, **others}
    return "#" + "&".join(f"{name}={value}" for name, value in named.items() if value is not None)


def days_of(timeline: Timeline) -> tuple[list[date], list[date]]:
    """The days on which something becomes known, and those on which something may happen, with the days before them."""
    known, valid = set(), set()
    for each in timeline.records:
        for source in each.event.sources:
            known.add(source.published.latest if source.published else None)
        said = each.event.event if isinstance(each.event, Correction) else each.event
        dates = [getattr(said, "date", None)]
        for when in dates:
            valid |= {when.earliest, when.latest} if when else set()
    days = [{day for day in found if day is not None and 1 < day.year < 9999} for found in (known, valid)]
    return tuple(sorted({*found, *(day - timedelta(1) for day in found)}) for found in days)  # type: ignore[return-value]


def numbers_of(view: View) -> set[str]:
    """What the library answers, as the page is to say it."""
    label = view.vocabulary.label
    counts = view.replay(Counts("item", kind=Counts.ALL_KINDS, vocabulary=view.vocabulary))
    found = set()
    for row in counts:
        name = " ".join(
            filter(None, (label("item", row.item) if row.item else "Not specified", row.unit and f"({row.unit})"))
        )
        text = " ".join(filter(None, (amount(row.bounds), row.unit)))
        found.add(f"{name}, {VERBS[row.kind]}: {text}. Why? | {text}")
    for row in view.replay(MoneySums(vocabulary=view.vocabulary)):
        text = amount(row.bounds, row.currency)
        found.add(f"Money, {row.currency}, {VERBS[row.kind]}: {text}. Why? | {text}")
    return found


def holds(browser: Browser, file: Path, timeline: Timeline) -> int:
    """Hold every number of a page to the library's, at every pair of dates that matters."""
    known, valid = days_of(timeline)
    pairs = list(product((None, *known), valid))
    with browsing.opened(browser, file) as page:
        shown = page.evaluate(SHOWN, [address(day, at) for at, day in pairs])
        for (at, day), numbers in zip(pairs, shown, strict=True):
            assert set(numbers) == numbers_of(timeline.as_of(day, known_at=at)), (at, day)
    return sum(map(len, shown))


def test_the_numbers_of_the_record_at_every_pair_of_dates(browser: Browser, file: Path, record: Timeline) -> None:
    """Each as the library says it, to the last digit."""
    assert holds(browser, file, record) > 2000


def test_numbers_that_take_thought_at_every_pair_of_dates(browser: Browser, tmp_path: Path) -> None:
    """Long and small numbers, open and disputed ones, what replaces and what takes off, two books and datasets."""
    assert holds(browser, written(thoughtful(tmp_path / "log"), tmp_path), Timeline.open(tmp_path / "log")) > 500


PROMISES = """async (addresses) => {
  const found = [];
  for (const address of addresses) {
    if (location.hash !== address) {
    const moved = new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
    location.hash = address;
    await moved;
    }
    const heads = [...document.querySelectorAll("#fulfilment th")].map((each) => each.textContent);
    const rows = [...document.querySelectorAll("#fulfilment tbody tr")].map((row) =>
      Object.fromEntries([...row.cells].map((cell, number) => [heads[number], cell.textContent])));
    found.push([document.getElementById("fulfilment-kept").textContent, rows]);
  }
  return found;
}"""
"""What a page says of promises at some addresses."""


def test_promises_at_every_day_that_matters(browser: Browser, tmp_path: Path) -> None:
    """What is outstanding, and what is overdue since the day after it was due, whatever else happened on that day."""
    log = EventLog(tmp_path / "log")
    paper = Source(publisher="A", published="2023-02-01")
    [pledge, _, _] = log.append(
        [
            Pledge(date="2023-01-05", donor="JP", item="pump", quantity=100, due="2023-06-30", sources=paper),
            Pledge(date="2023-01-06", donor="UA", item="tent", quantity="3..5", due="2023-08", sources=paper),
            Pledge(date="2023-01-07", donor="JP", item="truck", quantity=2, due="2023-05/2023-09", sources=paper),
        ]
    )
    delivered = Source(publisher="B", published="2023-11-01")
    log.append(Delivery(date="2023-04", item="pump", quantity=60, fulfils=pledge.id, sources=delivered))
    timeline = Timeline.open(tmp_path / "log")
    dues = [getattr(each.event, "due", None) for each in timeline.records]
    ends = {end for due in dues if due for end in (due.earliest, due.latest) if end}
    valid = sorted({*days_of(timeline)[1], *(end + timedelta(step) for end in ends for step in (0, 1, 2))})
    pairs = [(at, day) for at in (None, date(2023, 3, 1)) for day in valid]
    with browsing.opened(browser, written(timeline, tmp_path)) as page:
        shown = page.evaluate(PROMISES, [address(day, at) for at, day in pairs])
    for (at, day), (kept, rows) in zip(pairs, shown, strict=True):
        expected = [
            {"outstanding": in_short(row.outstanding), "overdue": in_short(row.overdue) if row.overdue else "–"}
            for row in timeline.as_of(day, known_at=at).fulfilment()
        ]
        assert kept or [{name: row[name] for name in ("outstanding", "overdue")} for row in rows] == expected, (at, day)
    assert not any(kept for kept, _ in shown)


def thoughtful(folder: Path) -> Timeline:
    """A log of all that makes a sum more than a sum."""

    def paper(day: str, name: str = "A", **others: Any) -> Source:
        return Source(publisher=name, published=day, **others)

    log = EventLog(folder)
    first, second = log.append(
        [
            Pledge(date="2023-01", donor="JP", item="pump", quantity=100, due="2023-06", sources=paper("2023-02-03")),
            Pledge(date="2023-01-09", donor="JP", value="USD 90071992547409930.25", sources=paper("2023-02-03")),
        ]
    )
    [raised] = log.append(
        Pledge(date="2023-03", item="pump", quantity=150, supersedes=first.id, sources=paper("2023-04-01"))
    )
    log.append(
        Pledge(date="2023-03/2023-05", item="pump", quantity=170, supersedes=raised.id, sources=paper("2023-06-01"))
    )
    [trucks, _, some, _] = log.append(
        [
            Delivery(date="2023", item="truck", quantity=30, sources=paper("2023-06-01")),
            Delivery(date="2023-04-02", item="truck", quantity="~7.5", fulfils=first.id, sources=paper("2023-06-02")),
            Delivery(date="2023-04-03", item="tent", sources=paper("2023-06-02")),
            Delivery(
                date="2023-04-04", item="diesel", unit="l", quantity="0.001..12345.5", sources=paper("2023-06-02")
            ),
        ]
    )
    log.append(Corroboration(of=trucks.id, date="2023-05", quantity=13, sources=paper("2023-06-10", "B")))
    log.append(
        Correction(
            of=some.id,
            event=Delivery(date="2023-04", item="tent", quantity="2..4", sources=paper("2023-06-02")),
            sources=paper("2023-07"),
        )
    )
    log.append(
        [
            Disbursement(date="2023-05-01", value="USD 10", sources=paper("2023-05-02", dataset="iati", locator="1")),
            Disbursement(
                date="2023-05-01", value="USD -2.5..0.75", sources=paper("2023-05-03", dataset="fts", locator="1")
            ),
            Disbursement(date="2023-05-04", value="USD 4", part_of=second.id, sources=paper("2023-05-05")),
            Delivery(date="2023-05-05", item="truck", quantity=3, overlaps=trucks.id, sources=paper("2023-05-09")),
        ]
    )
    log.append(Retraction(of=second.id, reason="withdrawn", sources=paper("2023-08-01")))
    return Timeline.open(folder)


def test_sliders_and_their_buttons_move_every_number(browser: Browser, file: Path, record: Timeline) -> None:
    """With keys, with the buttons to the previous and next change, and with a day that is typed."""
    with browsing.opened(browser, file) as page:

        def agrees() -> tuple[str, str | None]:
            as_of, known_at = page.input_value("#as-of-date"), page.input_value("#known-date") or None
            numbers = page.evaluate(SHOWN, [page.evaluate("location.hash")])[0]
            assert set(numbers) == numbers_of(record.as_of(as_of, known_at=known_at))
            assert on(date.fromisoformat(as_of)) in page.inner_text("#cuts")
            return as_of, known_at

        assert agrees() == (MADE.isoformat(), None)
        assert page.inner_text("#known-today") == "today"
        page.focus("#as-of")
        page.keyboard.press("ArrowLeft")
        before, _ = agrees()
        assert before < MADE.isoformat()
        page.click("#as-of-before")
        earlier, _ = agrees()
        assert earlier < before
        page.keyboard.press("Enter")
        assert agrees()[0] < earlier
        page.click("#as-of-after")
        assert agrees()[0] == earlier
        page.focus("#known")
        page.keyboard.press("ArrowLeft")
        _, known = agrees()
        assert known is not None
        page.click("#known-before")
        assert (agrees()[1] or "9") < known
        page.keyboard.press("End")
        page.focus("#known")
        page.keyboard.press("Home")
        assert agrees()[1] is not None
        page.fill("#as-of-date", "2023-11-28")
        page.fill("#known-date", "2023-11-25")
        assert agrees() == ("2023-11-28", "2023-11-25")
        page.fill("#known-date", "")
        assert agrees() == ("2023-11-28", None)


def test_an_address_opens_its_dates_and_item(browser: Browser, file: Path, record: Timeline) -> None:
    """And the page has the address of what it shows."""
    asked = address("2023-11-28", "2023-11-25", item="truck")
    with browsing.opened(browser, file, asked) as page:
        assert page.input_value("#as-of-date") == "2023-11-28"
        assert page.input_value("#known-date") == "2023-11-25"
        assert page.locator("#subject option:checked").inner_text() == "Truck"
        page.wait_for_timeout(400)
        assert page.evaluate("location.hash") == asked
        assert "as of 28 Nov 2023 · as known on 25 Nov 2023" in page.inner_text("#cuts")
        page.select_option("#subject", label="Money, USD")
        page.wait_for_url("**currency=USD**")
        moved = page.evaluate("location.hash")
    with browsing.opened(browser, file, moved) as page:
        assert page.locator("#subject option:checked").inner_text() == "Money, USD"
    for bad in ("#as-of=2023-02-31&item=nothing", "#known-at=x&as-of=", "#%", "#item=__proto__&as-of=9999-12-31"):
        with browsing.opened(browser, file, bad) as page:
            assert page.locator("#cuts").inner_text().startswith("as of ")


def test_an_address_opened_after_a_move_stands(browser: Browser, file: Path) -> None:
    """Though the address of the move is written only when the slider rests."""
    with browsing.opened(browser, file) as page:
        page.wait_for_timeout(400)
        page.click("#as-of-before")
        asked = address("2023-11-28", "2023-11-25", item="truck")
        busy = "const end = performance.now() + 300; while (performance.now() < end);"
        page.evaluate(f"(asked) => {{ location.hash = asked; {busy} }}", asked)
        page.wait_for_timeout(500)
        assert page.evaluate("location.hash") == asked
        assert page.input_value("#as-of-date") == "2023-11-28"


@pytest.mark.parametrize(("item", "expected"), [("truck", "30"), ("mine-detector", "at least 50")])
def test_a_number_opens_its_explanation(
    browser: Browser, file: Path, record: Timeline, item: str, expected: str
) -> None:
    """The facts that it rests on, each with its reports and their addresses; Escape closes it."""
    with browsing.opened(browser, file, address("2023-11-28", item=item)) as page:
        number = page.locator("#cards .number").first
        assert number.inner_text() == expected
        number.focus()
        page.keyboard.press("Enter")
        dialog = page.locator("#explanation")
        assert dialog.is_visible()
        facts = record.as_of("2023-11-28").facts
        behind = [fact for fact in facts if (fact.kind, fact.item) == ("delivery", item)]
        assert behind
        links = dialog.locator("a").evaluate_all("all => all.map(each => each.getAttribute('href'))")
        for fact in behind:
            assert fact.id in dialog.inner_text()
            named = list(sources_of(fact, None))
            assert {each.url for each in named if each.url} <= set(links)
            assert all(each.publisher is None or each.publisher in dialog.inner_text() for each in named)
        assert browsing.faults(page) == []
        page.keyboard.press("Escape")
        assert not dialog.is_visible()
        assert page.evaluate("document.activeElement.className") == "number"


def test_an_explanation_has_what_takes_off_and_what_was_learned(browser: Browser, tmp_path: Path) -> None:
    """A cancellation of a part, and a correction, once they are known."""
    log = EventLog(tmp_path / "log")

    def paper(day: str) -> Source:
        return Source(publisher=f"Paper of {day}", published=day)

    pledge = Pledge(date="2023-01-05", item="pump", quantity=90, sources=paper("2023-01-06"))
    [first] = log.append(pledge)
    log.append(
        Cancellation(date="2023-03-01", item="pump", quantity=30, supersedes=first.id, sources=paper("2023-03-02"))
    )
    log.append(Correction(of=first.id, event=attrs.evolve(pledge, quantity=100), sources=paper("2023-02-01")))
    file = written(Timeline.open(tmp_path / "log"), tmp_path)
    said = {}
    for known_at in ("2023-01-31", "2023-02-28", "2023-03-31"):
        with browsing.opened(browser, file, address("2023-03-31", known_at, item="pump")) as page:
            page.locator(".card", has_text="pledged").locator(".number").click()
            said[known_at] = page.inner_text("#explanation")
    texts = [
        [text in each for text in ("pledged: 90", "pledged: 100", "pledged: 70", "cancellation", "correction")]
        for each in said.values()
    ]
    assert texts == [
        [True, False, False, False, False],
        [False, True, False, False, True],
        [False, False, True, True, True],
    ], said


def test_a_page_says_where_it_has_another_day(
    browser: Browser, record: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If promises, projects and levels are kept for some days only; else they are of the day shown."""
    monkeypatch.setattr(answering, "MOST", 20)
    known, valid = days_of(record)
    pairs = list(product((None, *known[::2]), valid[::3]))
    with browsing.opened(browser, written(record, tmp_path)) as page:
        shown = page.evaluate(PROMISES, [address(day, at) for at, day in pairs])
    assert 0 < sum(bool(kept) for kept, _ in shown) < len(pairs)
    for (at, day), (kept, rows) in zip(pairs, shown, strict=True):
        expected = [in_short(row.outstanding) for row in record.as_of(day, known_at=at).fulfilment()]
        assert kept or [row["outstanding"] for row in rows] == expected, (at, day)


def test_facts_are_found_and_sorted(browser: Browser, file: Path, record: Timeline) -> None:
    """By any text; the number that was found is said."""
    with browsing.opened(browser, file) as page:
        everything = len(record.as_of(MADE).facts)
        assert page.inner_text("#found").startswith(f"{everything} facts")
        page.get_by_role("button", name=f"Show all {everything}").click()
        assert page.locator("#facts tbody tr").count() == everything
        page.fill("#search", "truck")
        found = page.locator("#facts tbody tr").count()
        assert 0 < found < everything
        assert page.inner_text("#found").startswith(str(found))
        page.fill("#search", "")
        dates = page.locator("#facts tbody tr td:first-child").all_inner_texts()
        page.locator("#facts th button").first.click()
        assert page.locator("#facts tbody tr td:first-child").all_inner_texts() != dates
        assert page.locator("#facts th:is([aria-sort=descending], [aria-sort=ascending])").count() == 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, file: Path, size: str, scheme: str) -> None:
    """At three pairs of dates; nor is anything wider than the screen."""
    with browsing.opened(browser, file, color_scheme=scheme, **SIZES[size]) as page:
        for as_of, known_at in DATES:
            page.evaluate(SHOWN, [address(as_of, known_at)])
            assert browsing.faults(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, paper[4:-1].split(","))) < 200) == (scheme == "dark")


def test_it_is_used_with_the_keyboard_alone(browser: Browser, file: Path) -> None:
    """Every control is reached, in order, and shows that it has the focus."""
    with browsing.opened(browser, file) as page:
        reached = []
        for _ in range(16):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none" or reached[-1].endswith("-date")  # its button has one of its own
        wanted = [
            "skip",
            "as-of-before",
            "as-of-date",
            "as-of-after",
            "as-of",
            "known-before",
            "known-date",
            "known-after",
        ]
        met = iter(reached)
        assert all(any(name == each for each in met) for name in wanted), reached
        for each in page.locator("input, select, button").all():
            name = each.evaluate(
                "e => (e.labels?.[0]?.innerText || e.getAttribute('aria-label') || e.innerText || '').trim()"
            )
            assert name


def test_it_prints(browser: Browser, file: Path, record: Timeline) -> None:
    """On white, with the addresses of links, without the controls."""
    with browsing.opened(browser, file, color_scheme="dark") as page:
        assert page.pdf()[:5] == b"%PDF-"
        page.emulate_media(media="print", color_scheme="dark")
        assert not page.locator("#as-of").is_visible()
        assert not page.locator("#search").is_visible()
        assert page.locator("#cuts").is_visible()
        after = page.locator("#facts a").first.evaluate("e => getComputedStyle(e, '::after').content")
        assert "http" in after
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_without_scripts_there_is_a_table(browser: Browser, file: Path, record: Timeline) -> None:
    """Of the day on which the page was made, with the library's numbers."""
    with browsing.opened(browser, file, java_script_enabled=False) as page:
        text = page.inner_text("body")
        for row in record.as_of(MADE).counts():
            assert amount(row.bounds) in text


def test_an_empty_log_has_a_page(browser: Browser, tmp_path: Path) -> None:
    """That says so."""
    with browsing.opened(browser, written(Timeline([]), tmp_path)) as page:
        assert page.locator("#cards").inner_text()
        assert browsing.faults(page) == []


HOSTILE = {
    "script": '</script><script>document.title="broken"</script>',
    "comment": "<!--<script>",
    "image": '<img src="https://example.invalid/x.png" onerror="document.title=\'broken\'">',
    "quotes": "\"'`${document.title='broken'}\\",
    "right-to-left": "abc\u202egnp.exe\u2066\u200f\u2029\u2028",
    "entities": "&lt;b&gt;&amp;#60;",
    "percent": "%%DATA%% %s {0}",
    "long": "x" * 10_000,
    "long-words": "wide words " * 900,
}


def hostile(folder: Path) -> Timeline:
    """A log in which each hostile text is in every field that takes any text."""
    log = EventLog(folder)
    for number, (name, text) in enumerate(HOSTILE.items()):
        paper = Source(
            publisher=text,
            title=text,
            url="https://example.org/" + text.replace(" ", ""),
            published="2023-06-01",
            attribution=text,
            quote=text,
        )
        several: dict[str, Any] = {"date": "2023-05", "note": text, "ref": text, "sources": paper}
        [first, *_] = log.append(
            [
                Delivery(item=name, quantity=3, **several),
                Delivery(item=name, quantity=4, **several | {"ref": f"{text}2"}),
                Pledge(item=name, quantity=9, donor="JP", recipient="UA", project=name, due="2023-07", **several),
                Project(project=name, title=text, **several),
                Status(project=name, status="closed", **several),
                Participation(project=name, party="JP", role="lead", **several),
                Observation(item=name, quantity=50 + number, **several),
            ]
        )
        log.append(Retraction(of=first.id, reason=text, sources=paper))
    (folder / "vocabulary").mkdir()
    items = [json.dumps({"slug": name, "label": text}) for name, text in HOSTILE.items()]
    (folder / "vocabulary" / "items.jsonl").write_text("\n".join(items) + "\n", encoding="utf-8")
    return Timeline.open(folder)


@pytest.mark.parametrize("size", SIZES)
def test_hostile_texts_are_texts(browser: Browser, tmp_path: Path, size: str) -> None:
    """None is run, none asks for anything, none breaks the page."""
    file = written(hostile(tmp_path / "log"), tmp_path, title="".join(HOSTILE.values()))
    with browsing.opened(browser, file, **SIZES[size]) as page:
        for name, text in HOSTILE.items():
            page.evaluate(SHOWN, [address("2026-11-27", item=name)])
            number = page.locator("#cards .number").first
            assert number.inner_text() == "4"
            number.click()
            assert page.locator("#explanation").is_visible()
            if len(text) < 100 and "\u2028" not in text:
                assert text in page.inner_text("#explanation")
            page.keyboard.press("Escape")
        assert not page.locator(":is(#page, #explanation, header, footer) :is(img, script, iframe)").count()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert page.title() != "broken"
        assert browsing.faults(page) == []


@pytest.mark.parametrize(
    "address_", ["javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "file:///etc/passwd"]
)
def test_only_addresses_of_the_web_are_links(browser: Browser, tmp_path: Path, address_: str) -> None:
    """Others are shown as texts."""
    paper = Source(publisher="A", url=address_, archived=address_, published="2023-06-01")
    log = EventLog(tmp_path / "log")
    log.append(Delivery(item="truck", quantity=3, date="2023-05", sources=paper))
    with browsing.opened(browser, written(Timeline.open(tmp_path / "log"), tmp_path)) as page:
        page.locator("#cards .number").first.click()
        assert page.locator("#page a, #explanation a").count() == 0
