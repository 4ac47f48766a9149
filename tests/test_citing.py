"""Citations: what they say, and that other programs read them, whatever stands in a log."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from citeproc import Citation as Cite, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from click.testing import CliRunner
from hypothesis import given, strategies as st
from markdown_it import MarkdownIt
from pybtex.database import parse_string

from aidtimeline import Counts, Delivery, ProjectStates, Source, Timeline, UsageError
from aidtimeline.cli import application
from aidtimeline.codec import record_id
from aidtimeline.events import Event, Pledge, Record
from aidtimeline.explain import Explanation
from aidtimeline.projections import Participations
from aidtimeline.report.citing import FORMATS, cite
from aidtimeline.report.citing.bibliography import in_bibtex, issued
from aidtimeline.testing import cuts, logs
from aidtimeline.text.foreign import in_markdown, link_of, one_line
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import Item, Vocabulary

MADE = date(2026, 11, 27)
HOSTILE = (
    'a\\b{c}}d{{e %f $g$ #h &amp; &i; _j_ ~k ^l^ "m" <script>alert(1)</script> <b>x</b> [x](http://evil.example)'
    " ![i](http://evil.example/i) <http://evil.example> @misc{z, www.evil.example a@b.example "
    "https://evil.example | *b* `c` \u202eRTL\u202c\r\n\n# new\n- line\t1. \x1b[2J \u2028x ж 日本 é 🚚 "
    + "long "
    * 2000
)
HOSTILE_PIECES = st.lists(
    st.sampled_from(
        ["\\", "{", "}", "$", "&", "#", "_", "%", "~", "^", "[", "](", ")", "<b>", "|", "`", "*", "@a.b", "www."]
    )
    | st.sampled_from(
        ["http://x.y", "\n", "\r", "\u202e", "\ufffe", "\x1b", " ", "a", "ж", "!", "-", "=", "<!--", "&lt;"]
    ),
    min_size=1,
    max_size=12,
).map("".join)

STYLE = """<?xml version="1.0" encoding="utf-8"?>
<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
  <info><title>all</title><id>http://localhost/all</id><updated>2026-11-27T00:00:00+00:00</updated></info>
  <citation><layout><text variable="title"/></layout></citation>
  <bibliography><layout><group delimiter=" / ">
    <text variable="title"/><text variable="container-title"/><text variable="publisher"/>
    <date variable="issued" form="text"/><date variable="accessed" form="text"/>
    <text variable="version"/><text variable="URL"/><text variable="note"/>
  </group></layout></bibliography>
</style>"""

CSL_NAMES = {
    *("id", "type", "title", "container-title", "publisher", "issued", "accessed", "URL", "archive_location"),
    *("version", "note"),
}
CSL_TYPES = {"webpage", "dataset", "document"}


def recorded(*events: Event) -> list[Record]:
    return [Record(record_id(event), datetime(2026, 11, 21, tzinfo=UTC), event) for event in events]


def explained(*events: Event, vocabulary: Vocabulary | None = None, day: str = "2024-01-01") -> Explanation:
    view = Timeline(recorded(*events), vocabulary or Vocabulary()).as_of(day)
    table = view.counts()
    found: Explanation = table.explain(table.key_of(table.rows[0]))
    return found


def record() -> Timeline:
    return Timeline.open("events")


def first(text: str) -> str:
    return text.splitlines()[0]


def test_the_sentence_has_labels_bounds_and_both_dates() -> None:
    """As of which day, what of whom, between what, and as known when."""
    view = record().as_of("2023-11-28", known_at="2023-11-25")
    detectors = view.counts(by=["item", "donor"]).explain(("mine-detector", "JP"))
    assert first(cite(detectors, made=MADE)) == (
        "As of 28 Nov 2023, deliveries of Mine detector from Japan came to at least 50 (50 stated, and 1 delivery"
        " without a number), going by what was known on 25 Nov 2023."
    )


def test_without_a_cut_it_is_as_known_on_the_day_it_was_made() -> None:
    """No cut is all that is known today: which day that was is said."""
    machines = record().as_of("2024-07-31").counts().explain("mechanical-demining-machine")
    text = cite(machines, made=MADE).splitlines()
    assert text[0].endswith("came to between 2 and 4, going by all that was known on 27 Nov 2026.")
    assert text[1].startswith("Disputed: reports contradict each other")
    assert re.fullmatch(r"Record: the log “events” of aidtimeline, \d+ records, digest [0-9a-f]{12}\.", text[2])
    assert text[4].startswith("[1] 2 (9 Jul 2024): Censor.net, 9 Jul 2024, https://censor.net/")
    assert len(text) == 4 + 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--money", "--where", "currency=EUR"], "announcements came to EUR 160,000,000"),
        (
            ["--kind", "pledge", "--kind", "delivery", "--where", "kind=pledge", "--where", "unit="],
            "pledges with no unit",
        ),
        (["--where", "item=helmet"], "deliveries of Helmet came to at least 1 (1 delivery without a number)"),
        (["--where", "item=truck", "--where", "item=helmet"], "deliveries of Truck or Helmet came to at least 31"),
        (["c7e1bd20"], "(only c7e1bd204371b9a4710e38d6b0f749ca) came to 30"),
        (
            ["--level", "--where", "item=mine-detector", "--where", "donor=JP"],
            "was reported to be about 50 (1 Jul 2025 to 17",
        ),
        (
            ["--fulfilment", "--where", "item=mechanical-demining-machine"],
            "between 18 and 20 were outstanding of 22 promised",
        ),
        (
            ["--field", "status", "--where", "project=hd-equipment"],
            "Equipment for humanitarian demining was implementation",
        ),
        (
            ["--field", "role", "--where", "role=lead", "--where", "party=LT"],
            "Lithuania was lead in the project Contact Group",
        ),
    ],
)
def test_whatever_can_be_explained_can_be_cited(arguments: list[str], said: str) -> None:
    """The options choose what is cited, as they choose what is explained."""
    done = CliRunner().invoke(application, ["cite", "--as-of", "2025-12-31", *arguments])
    assert done.exit_code == 0, done.output
    assert said in first(done.stdout)


def test_where_a_copy_is_kept_and_when_it_was_read_is_said() -> None:
    """The archived copy stands beside the source, and is a link where links are."""
    source = Source(
        publisher="A",
        url="https://a.example/1",
        published="2023-11-28",
        retrieved="2023-12-01",
        archived="https://web.archive.org/web/1/https://a.example/1",
    )
    explanation = explained(Delivery(date="2023-11", item="truck", quantity=3, sources=source))
    assert cite(explanation, made=MADE).splitlines()[-1] == (
        "[1] A, 28 Nov 2023, https://a.example/1, retrieved 1 Dec 2023,"
        " archived at https://web.archive.org/web/1/https://a.example/1"
    )
    assert cite(explanation, "markdown", made=MADE).splitlines()[-1] == (
        "1. [A, 28 Nov 2023](https://a.example/1), retrieved 1 Dec 2023,"
        " [archived copy](https://web.archive.org/web/1/https://a.example/1)"
    )
    entry = json.loads(cite(explanation, "csl-json", made=MADE))[0]
    assert entry["archive_location"] == source.archived
    assert entry["accessed"] == {"date-parts": [[2023, 12, 1]]}


def test_a_format_that_there_is_not_is_refused() -> None:
    """With the nearest one."""
    with pytest.raises(UsageError, match="did you mean 'bibtex'"):
        cite(record().as_of("2023-11-28").counts().explain("truck"), "bibtx")


def test_python_asks_the_answer_itself() -> None:
    """`explanation.cite("markdown")` is `report.citing.cite`."""
    explanation = record().as_of("2023-11-28").counts().explain("truck")
    for each in FORMATS:
        assert explanation.cite(each, made=MADE) == cite(explanation, each, made=MADE)


def test_states_and_roles_in_python() -> None:
    """The key names the project; what is not sure is said so."""
    view = record().as_of("2023-11-28")
    lead = view.explain(Participations(), ("contact-group", "US", "lead"))
    assert "United States was lead in the project" in cite(lead, made=MADE)
    status = view.explain(ProjectStates(), ("contact-group-demining", "status"))
    assert "the status of the project Contact Group: demining framework was pipeline" in cite(status, made=MADE)


@pytest.mark.parametrize(
    ("text", "parts", "circa"),
    [
        ("2023-11-28", [[2023, 11, 28]], False),
        ("2023-11", [[2023, 11]], False),
        ("2023", [[2023]], False),
        ("2023-11~", [[2023, 11]], True),
        ("2023-11-28?", [[2023, 11, 28]], True),
        ("2022/2023", [[2022, 1, 1], [2023, 12, 31]], True),
        ("2023-21", [[2023, 3, 1], [2023, 5, 31]], True),
        ("202X", [[2020, 1, 1], [2029, 12, 31]], True),
        ("[2022..2023]", [[2022, 1, 1], [2023, 12, 31]], True),
    ],
)
def test_dates_of_csl(text: str, parts: list[list[int]], circa: bool) -> None:
    """A day, month or year as it is; what is vague has its ends, and `circa`."""
    assert issued(DateRange(text)) == {"date-parts": parts, **({"circa": True} if circa else {})}


@given(logs(min_size=2), cuts())
def test_every_answer_of_every_log_can_be_cited(records: list[Record], asked: Any) -> None:
    """In all formats; CSL-JSON and BibTeX have the same keys, each once."""
    view = Timeline(records).as_of(asked.as_of, known_at=asked.known_at, recorded_until=asked.recorded_until)
    table = view.replay(Counts(by="item", kind=[]))
    for row in table.rows[:2]:
        explanation = table.explain(table.key_of(row))
        text = cite(explanation, made=MADE)
        assert all(line.isprintable() for line in text.splitlines())
        entries = json.loads(cite(explanation, "csl-json", made=MADE))
        keys = [entry["id"] for entry in entries]
        assert len(set(keys)) == len(keys)
        assert list(parse_string(cite(explanation, "bibtex", made=MADE), "bibtex").entries) == keys
        for entry in entries:
            assert set(entry) <= CSL_NAMES
            assert entry["type"] in CSL_TYPES


def hostile() -> Explanation:
    source = Source(
        publisher=HOSTILE,
        title=HOSTILE,
        url="https://e.example/a{b}|<c>?x=%20&y=1#z~",
        attribution=HOSTILE,
        published="2023-21",
        archived="javascript:alert(1)",
        locator=HOSTILE,
    )
    other = Source(publisher=HOSTILE, url="javascript:alert(document.domain)")
    item = Item(slug="truck", label=HOSTILE)
    return explained(
        Delivery(date="2023", item="truck", quantity=3, sources=[source, other]), vocabulary=Vocabulary({"truck": item})
    )


def test_hostile_texts_in_text_stand_on_their_line() -> None:
    """No line end, no control character, no mark of direction."""
    lines = cite(hostile(), made=MADE).splitlines()
    assert len(lines) == 5
    assert all(line.isprintable() for line in lines)


def test_hostile_texts_in_markdown_are_texts() -> None:
    """An independent reader finds the links that were meant, no HTML, and the label as it is."""
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(cite(hostile(), "markdown", made=MADE))
    assert re.findall("<a href=[^>]*>", html) == ['<a href="https://e.example/a%7Bb%7D%7C%3Cc%3E?x=%20&amp;y=1#z~">']
    assert set(re.findall("<([a-z0-9]+)", html)) == {"p", "br", "ol", "li", "a"}
    plain = one_line(HOSTILE).replace("@", "@\u2060")
    assert plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;") in html


@given(HOSTILE_PIECES)
def test_a_text_in_markdown_is_shown_as_it_is(text: str) -> None:
    """Within a paragraph, a list, a link and a cell of a table; also by a reader that makes links of bare addresses."""
    shown = one_line(text)
    if not shown:
        return
    escaped = in_markdown(text)
    page = f"a {escaped}\n\n- **{escaped}**: b\n\n[a {escaped}](https://e.example)\n\n"
    page += f"| a | b |\n|---|---|\n| {escaped} | c |\n"
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(page)
    assert sum(each.type == "td_open" for each in tokens) == 2
    inline = [each for each in tokens if each.type == "inline"]
    assert len(inline) == 7
    for token in inline:
        children = token.children or []
        assert {each.type for each in children} <= {
            "text",
            "strong_open",
            "strong_close",
            "link_open",
            "link_close",
            "text_special",
        }
        assert all(each.attrs == {"href": "https://e.example"} for each in children if each.type == "link_open")
    said = "".join(each.content for each in inline[0].children or [])
    assert said == f"a {shown}".replace("@", "@\u2060")
    assert not re.search(r"(?i)(?<!\\):(?=//)|www\.|@[a-z0-9]", escaped)


SPELT = {"backslash": "\\", "braceleft": "{", "braceright": "}", "asciitilde": "~", "asciicircum": "^"}


def unescaped(text: str) -> str:
    """What LaTeX prints for what stands in a field."""
    for name, character in SPELT.items():
        text = text.replace(f"\\text{name}{{}}", f"\0{ord(character)}\0")
    assert not re.search(r"[~^]|(?<!\\)[$&#_%]", text)
    text = re.sub(r"\\([$&#_%])", r"\1", text)
    assert not re.search(r"[\\{}]", text)
    return re.sub("\0([0-9]+)\0", lambda found: chr(int(found[1])), text)


@given(HOSTILE_PIECES)
def test_a_text_in_bibtex_is_read_as_it_was(text: str) -> None:
    """By an independent reader, with balanced braces."""
    read = parse_string(f"@misc{{a,\n  title = {{{{{in_bibtex(text)}}}}},\n  note = {{x}},\n}}", "bibtex")
    title = read.entries["a"].fields["title"]
    assert unescaped(title[1:-1]).strip() == one_line(text)
    assert read.entries["a"].fields["note"] == "x"


def test_hostile_texts_in_bibtex() -> None:
    """Each entry is there with its fields, and says what the log says; the address is one."""
    entries = parse_string(cite(hostile(), "bibtex", made=MADE), "bibtex").entries
    assert len(entries) == 3
    one = next(iter(entries.values()))
    assert unescaped(one.fields["title"][1:-1]) == one_line(HOSTILE)
    assert one.fields["url"] == "https://e.example/a%7Bb%7D%7C%3Cc%3E?x=%20&y=1#z~"
    assert [str(each) for each in one.persons["author"]] == [f"{{{in_bibtex(HOSTILE)}}}"]


@pytest.mark.filterwarnings("ignore")
def test_a_citation_processor_takes_csl_json(tmp_path: Path) -> None:
    """An independent one prints what the items say."""
    style = tmp_path / "all.csl"
    style.write_text(STYLE, encoding="utf-8")
    items = json.loads(cite(hostile(), "csl-json", made=MADE))
    source = CiteProcJSON(items)
    made = CitationStylesBibliography(CitationStylesStyle(str(style), validate=False), source, formatter.plain)
    for each in items:
        made.register(Cite([CitationItem(each["id"])]))
    printed = [str(each) for each in made.bibliography()]
    assert len(printed) == 3
    assert "日本 é 🚚" in printed[0]
    assert "https://e.example/a%7Bb%7D%7C%3Cc%3E?x=%20&y=1#z~" in printed[0]
    assert "javascript:" not in items[0].get("URL", "") + items[1].get("URL", "") + items[0].get("archive_location", "")
    assert "came to 3" in printed[2]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "http:evil",
        "http:///x",
        " https://a b",
        "ftp://a.example",
        "",
    ],
)
def test_what_is_no_address_of_the_web_is_no_link(address: str) -> None:
    """Nothing is linked but http and https with a host."""
    assert link_of(address) is None


def test_one_number_of_several_reports_names_each_once() -> None:
    """A source of two facts is one source."""
    source = Source(publisher="A", published="2023-11-28")
    explanation = explained(
        Delivery(date="2023-11", item="truck", quantity=3, sources=source),
        Delivery(date="2023-10", item="truck", quantity=4, sources=source),
        Pledge(date="2023-10", item="truck", quantity=4, sources=Source(publisher="B")),
    )
    assert [line for line in cite(explanation, made=MADE).splitlines() if line.startswith("[")] == [
        "[1] A, 28 Nov 2023"
    ]
