"""What changed, as a feed and as a note: valid, the same for the same change, and safe whatever stands in a log."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, strategies as st
from logs import AT
from markdown_it import MarkdownIt

from aidtimeline import Correction, Counts, Delivery, MoneySums, Source, Timeline, UsageError, report
from aidtimeline.cli import application
from aidtimeline.codec import record_id
from aidtimeline.diff import CAUSES
from aidtimeline.events import Amendment, Event, Record, Retraction
from aidtimeline.projections import Fulfilment
from aidtimeline.report.feeds import ATOM, atom
from aidtimeline.report.releases import release
from aidtimeline.testing import Cuts, cuts, logs
from aidtimeline.timeline import View
from aidtimeline.values.dates import parse_instant
from aidtimeline.vocabulary import Item, Vocabulary

HOSTILE = (
    "<script>alert(1)</script> ]]> &amp; [x](http://evil.example) ![i](http://evil.example/i) | *b* `c` _d_ "
    "www.evil.example https://evil.example a@b.example \u202eRTL\u202c\r\n# new\n- line\x1b[2J \x01\ufffe "
    + "x"
    * 10_000
)


def recorded(*events: Event | Amendment) -> list[Record]:
    return [Record(record_id(event), AT, event) for event in events]


def looked(timeline: Timeline, asked: Cuts) -> View:
    return timeline.as_of(asked.as_of, known_at=asked.known_at, recorded_until=asked.recorded_until)


def run(*words: object) -> Result:
    return CliRunner().invoke(application, list(map(str, words)))


def checked(feed: str) -> list[ElementTree.Element]:
    """The entries of a feed that has all that RFC 4287 asks for (sections 4.1.1 and 4.1.2)."""
    assert feed.isascii()
    root = ElementTree.fromstring(feed)
    assert root.tag == f"{{{ATOM}}}feed"
    entries = root.findall(f"{{{ATOM}}}entry")
    ids = []
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            found = element.findall(f"{{{ATOM}}}{name}")
            assert len(found) == 1, name
            assert found[0].text
        ids.append(element.findtext(f"{{{ATOM}}}id") or "")
        assert ids[-1].startswith("urn:uuid:")
        assert UUID(ids[-1].removeprefix("urn:uuid:")).version == 5
        parse_instant(element.findtext(f"{{{ATOM}}}updated") or "")
        links = [(each.get("rel"), each.get("href")) for each in element.findall(f"{{{ATOM}}}link")]
        assert len(set(links)) == len(links)
        assert all(rel == "related" and urlsplit(href or "").scheme in ("http", "https") for rel, href in links)
        assert all(each.get("term") in CAUSES for each in element.findall(f"{{{ATOM}}}category"))
    assert len(set(ids)) == len(ids)
    assert root.findtext(f"{{{ATOM}}}author/{{{ATOM}}}name")
    for entry in entries:
        [content] = entry.findall(f"{{{ATOM}}}content")
        assert content.get("type") == "html"
        ElementTree.fromstring(f"<div>{content.text}</div>")
        assert set(re.findall(r"<([a-z]+)", content.text or "")) <= {"p", "ul", "li", "code", "a"}
    updated = [parse_instant(each.findtext(f"{{{ATOM}}}updated") or "") for each in entries]
    assert updated == sorted(updated, reverse=True)
    if entries:
        assert parse_instant(root.findtext(f"{{{ATOM}}}updated") or "") == updated[0]
    return entries


def titles(feed: str) -> list[str]:
    return [each.findtext(f"{{{ATOM}}}title") or "" for each in checked(feed)]


@given(logs(min_size=3), cuts(), cuts(), st.sampled_from(["counts", "money", "promises"]))
def test_every_change_of_every_log_is_told(records: list[Record], one: Cuts, other: Cuts, what: str) -> None:
    """A valid feed with an entry for each sum that changes, and a note with a line for each."""
    timeline = Timeline(records)
    before, after = looked(timeline, one), looked(timeline, other)
    asked: Any = {
        "counts": Counts(by=["item", "donor"], kind=[]),
        "money": MoneySums("donor"),
        "promises": Fulfilment(other.as_of),
    }[what]
    changes: Any = before.diff(after, asked)
    changed = [parts for parts in changes.answers.values() if parts]
    entries = checked(atom(changes))
    assert len(entries) == len(changed)
    note = release(changes)
    assert sum(line.startswith("- **") for line in note.splitlines()) == len(changed)
    assert all(line.isprintable() for line in note.splitlines())
    for parts in changed:
        for part in parts:
            text = "".join(entry.findtext(f"{{{ATOM}}}content") or "" for entry in entries)
            assert all(id_ in text for id_ in part.ids)


def test_the_same_change_is_the_same_entry() -> None:
    """Whatever the dates at which it is asked; another change is another."""
    source, later = Source(publisher="A", published="2023-11-01"), Source(publisher="B", published="2023-12-01")
    timeline = Timeline(
        recorded(
            Delivery(date="2023-10", item="truck", quantity=3, sources=source),
            Delivery(date="2023-10", item="bus", quantity=1, sources=later),
        )
    )

    def ids(until: str, since: str = "2023-10-01") -> dict[str, str]:
        before, after = (timeline.as_of("2023-12-31", known_at=cut) for cut in (since, until))
        entries = checked(atom(before.diff(after)))
        return {each.findtext(f"{{{ATOM}}}title") or "": each.findtext(f"{{{ATOM}}}id") or "" for each in entries}

    first = ids("2023-11-15")
    assert first == ids("2023-11-30") == ids("2023-11-30", "2023-09-01")
    both = ids("2023-12-15")
    assert len(both) == 2
    assert set(first.items()) < set(both.items())


def test_an_entry_is_updated_when_the_last_of_it_could_be_known() -> None:
    """A retraction counts, and its reason is told, with the report that was withdrawn."""
    source = Source(publisher="A", published="2023-11-01", url="https://a.example/1")
    [one] = recorded(Delivery(date="2023-10", item="truck", quantity=3, sources=source))
    taken = Retraction(of=one.id, reason="misread", sources=[Source(publisher="B", published="2023-12-05")])
    timeline = Timeline([one, *recorded(taken)])
    before, after = (timeline.as_of("2023-12-31", known_at=day) for day in ("2023-11-30", "2023-12-31"))
    changes = before.diff(after)
    [entry] = checked(atom(changes))
    assert entry.findtext(f"{{{ATOM}}}title") == "delivery: truck: 3 → 0 (retracted)"
    assert entry.findtext(f"{{{ATOM}}}updated") == "2023-12-05T23:59:59.999999Z"
    assert [each.get("href") for each in entry.findall(f"{{{ATOM}}}link")] == ["https://a.example/1"]
    assert "misread" in (entry.findtext(f"{{{ATOM}}}content") or "")
    note = release(changes).splitlines()
    assert f"- **truck**: 3 → 0: retracted `{one.id[:8]}`" in note
    assert "  - [A, 1 Nov 2023](https://a.example/1)" in note
    assert any(line.startswith("  - retraction") and line.endswith(": misread") for line in note)


def test_a_sum_that_changes_for_several_reasons_tells_all() -> None:
    """Part by part, each with its cause, ids and reports."""
    source = Source(publisher="A", published="2023-11-01")
    records = recorded(
        Delivery(date="2023-10", item="truck", quantity=3, sources=source),
        Delivery(date="2023-10", item="truck", quantity=5, sources=Source(publisher="C", published="2023-12-02")),
    )
    fixed = Correction(
        of=records[0].id,
        event=Delivery(date="2023-10", item="truck", quantity=4, sources=source),
        reason="counted again",
        sources=[Source(publisher="B", published="2023-12-01")],
    )
    timeline = Timeline([*records, *recorded(fixed)])
    before, after = (timeline.as_of("2023-12-31", known_at=day) for day in ("2023-11-30", "2023-12-31"))
    changes = before.diff(after)
    assert titles(atom(changes)) == ["delivery: truck: 3 → 9"]
    [entry] = checked(atom(changes))
    assert {each.get("term") for each in entry.findall(f"{{{ATOM}}}category")} == {"corrected by news", "newly known"}
    note = release(changes).splitlines()
    assert note[5] == "- **truck**: 3 → 9"
    assert note[6].startswith("  - 3 → 4: corrected by news `")
    assert any(line.startswith("    - correction") for line in note)


def test_nothing_changed_is_a_feed_too() -> None:
    """Without entries; the note says so."""
    view = Timeline.open("events").as_of("2023-11-28", known_at="2023-11-28")
    changes = view.diff(view)
    assert checked(atom(changes)) == []
    assert "<updated>2023-11-28T23:59:59.999999Z</updated>" in atom(changes)
    assert "Nothing changed." in release(changes)


def hostile() -> Any:
    source = Source(
        publisher=HOSTILE, title=HOSTILE, url="javascript:alert(1)", published="2023-11-01", attribution=HOSTILE
    )
    linked = Source(publisher="A", title=HOSTILE, url='https://e.example/?a="<b>|\\]]>&c=1', published="2023-11-01")
    item = Item(slug="truck", label=HOSTILE)
    events = [Delivery(date="2023-10", item="truck", unit="<b>|", quantity=3, sources=[source, linked])]
    timeline = Timeline(recorded(*events), Vocabulary({"truck": item}))
    before, after = (timeline.as_of("2023-12-31", known_at=day) for day in ("2023-01-01", "2023-12-31"))
    return before.diff(after, Counts(by="item", vocabulary=timeline.vocabulary))


def test_hostile_texts_in_a_feed_are_texts() -> None:
    """Parsed twice, as readers do: the XML, then the HTML in it."""
    [entry] = checked(atom(hostile()))
    assert "<script>alert(1)</script>" in (entry.findtext(f"{{{ATOM}}}title") or "")
    content = entry.findtext(f"{{{ATOM}}}content") or ""
    html = ElementTree.fromstring(f"<div>{content}</div>")
    assert [each.get("href") for each in html.iter("a")] == ["https://e.example/?a=%22%3Cb%3E%7C%5C]]%3E&c=1"]
    assert "<script" not in content
    assert not re.search("[\x00-\x1f\u202a-\u202e\ufffe]", content)


def test_hostile_texts_in_a_note_are_texts() -> None:
    """No link but those to reports on the web, no HTML, no other mark."""
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(release(hostile()))
    assert re.findall('href="([^"]*)"', html) == ["https://e.example/?a=%22%3Cb%3E%7C%5C%5D%5D%3E&amp;c=1"]
    assert set(re.findall("<([a-z0-9]+)", html)) == {"h2", "p", "ul", "li", "strong", "code", "a"}


def test_the_command_line_writes_both(tmp_path: Path) -> None:
    """`--format atom`, or a file that ends so; other answers are no feeds."""
    views = ["--from-as-of", "2023-01-01", "--to-as-of", "2023-11-28"]
    done = run("diff", *views, "--where", "item=truck", "--format", "atom")
    assert done.exit_code == 0, done.output
    assert titles(done.stdout) == ["delivery: Truck (truck): 0–30 → 30 (became certain)"]
    file = tmp_path / "changes.atom"
    assert run("diff", *views, "--where", "item=truck", "--out", file).exit_code == 0
    assert file.read_text() == done.stdout
    done = run("diff", *views, "--money", "--format", "markdown")
    assert done.stdout.startswith("## What changed: money under every kind with a value, in all\n")
    done = run("diff", *views, "--fulfilment", "--format", "atom")
    assert done.exit_code == 0
    checked(done.stdout)
    done = run("counts", "--out", tmp_path / "counts.atom")
    assert done.exit_code == 2
    assert "atom" in done.stderr
    assert run("counts", "--format", "atom").exit_code == 2


def test_changes_of_no_view_are_not_told() -> None:
    """There would be no reports to name."""
    changes = Timeline.open("events").as_of("2023-01-01").diff(Timeline.open("events").as_of("2023-11-28"))
    before, after = (type(each)(each.names, each.rows) for each in changes.tables)
    alone = type(changes)(changes.names, changes.rows, tables=(before, after))
    with pytest.raises(UsageError, match="between views"):
        report.write(alone, "atom")
