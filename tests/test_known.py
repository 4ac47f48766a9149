"""What log and vocabulary know: a value that is misspelt is an error, one that is not there is said to be not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st

from aidtimeline import (
    Correction,
    Corroboration,
    Counts,
    Delivery,
    EventLog,
    MoneySums,
    Participations,
    Pledge,
    ProjectStates,
    Record,
    Source,
    Timeline,
    UsageError,
    replay,
)
from aidtimeline.cli import application
from aidtimeline.codec import record_id
from aidtimeline.errors import MisspeltValue
from aidtimeline.projections import Fulfilment
from aidtimeline.text.nearest import folded, misspelt, nearest_of
from aidtimeline.vocabulary import Item, Party, Vocabulary

REPORT = Source(publisher="Rubryka", published="2023-12-31", dataset="kiel")
GEPARDS = Delivery(
    date="2023-05-01",
    donor="DE",
    recipient="UA",
    via=("undp", "nspa"),
    item="gepard",
    quantity=3,
    project="air-defence",
    package="spring-2023",
    location={"Kyiv": 60, "Odesa": 40},
    sector="15210",
    value="EUR 5",
    sources=REPORT,
)
VOCABULARY = Vocabulary(
    items={
        "gepard": Item(slug="gepard", label="Flakpanzer Gepard", category="air-defence"),
        "patriot": Item(slug="patriot", label="Patriot system", names=["MIM-104"]),
    },
    parties={"TR": Party(slug="TR", name="Türkiye", names=["Turkey"])},
)


def log(*events: Any) -> list[Record]:
    return [Record(record_id(each), datetime(2024, 1, 1, tzinfo=UTC), each) for each in events]


TIMELINE = Timeline(
    log(GEPARDS, Pledge(date="2023-04-01", donor="DE", item="iris-t", quantity=1, sources=REPORT)), VOCABULARY
)
VIEW = TIMELINE.as_of("2023-12-31")
ANY_TIMELINE: Any = TIMELINE
ANY_VIEW: Any = VIEW


@pytest.mark.parametrize(
    ("field", "asked", "meant"),
    [
        ("item", "Gepard", "gepard"),
        ("item", "gepards", "gepard"),
        ("item", "geaprd", "gepard"),
        ("item", "Iris T", "iris-t"),
        ("item", "iris_t", "iris-t"),
        ("item", "flakpanzer gepard", "gepard"),
        ("item", "mim 104", "patriot"),
        ("item", "Patriot", "patriot"),
        ("donor", "de", "DE"),
        ("recipient", "Turkey", "TR"),
        ("donor", "turkye", "TR"),
        ("donor", "UAE", "UA"),
        ("via", "UNDP", "undp"),
        ("via", "nspa+Undp", "undp"),
        ("project", "air defense", "air-defence"),
        ("package", "spring 2023", "spring-2023"),
        ("location", "kyiv", "Kyiv"),
        ("currency", "eur", "EUR"),
        ("dataset", "Kiel", "kiel"),
        ("item-category", "air defence", "air-defence"),
        ("kind", "Delivery", "delivery"),
        ("side", "reciever", "receiver"),
        ("role", "fundig", "funding"),
    ],
)
def test_a_misspelt_value_is_an_error(field: str, asked: str, meant: str) -> None:
    """In capitals, with other marks, under its label or another name, or with a slip of the hand."""
    asked_for = asked.rsplit("+", maxsplit=1)[-1]
    with pytest.raises(MisspeltValue, match=f"^no {field} is '{asked_for}'; did you mean {meant}\\?$"):
        VIEW.counts(where={field: asked})


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("item", "leopard"),
        ("item", "gepard-2"),
        ("donor", "AE"),
        ("donor", "UK"),
        ("recipient", "DE"),
        ("location", "Kharkiv"),
        ("package", "spring-2022"),
        ("item", "patriot"),
        ("item", "gepard"),
        ("donor", "TR"),
        ("item", None),
        ("item", ""),
        ("item", "g" * 5000),
        ("via", "undp+nspa"),
        ("sector", "1:15210"),
        ("sector", "15211"),
        ("humanitarian", "True"),
        ("humanitarian", True),
    ],
)
def test_what_is_another_name_is_asked_for(field: str, asked: Any) -> None:
    """What is known, or like nothing that is known: other digits, other short codes, other words."""
    VIEW.counts(where={field: asked})


QUESTIONS: list[Callable[[dict[str, Any]], object]] = [
    lambda where: VIEW.counts(where=where),
    lambda where: VIEW.money(where=where),
    VIEW.projects,
    VIEW.participation,
    VIEW.fulfilment,
    VIEW.levels,
    lambda where: VIEW.replay(Counts(where=where)),
    lambda where: VIEW.replay(MoneySums(where=where)),
    lambda where: VIEW.replay(ProjectStates(where)),
    lambda where: VIEW.replay(Participations(where)),
    lambda where: VIEW.replay(Fulfilment("2023-12-31", where)),
    lambda where: VIEW.explain(Counts(where=where), "gepard"),
    lambda where: VIEW.diff(VIEW, Counts(where=where)),
    lambda where: TIMELINE.series(Counts(where=where)),
    lambda where: replay(TIMELINE.records, Counts(where=where), as_of="2023-12-31"),
]


@pytest.mark.parametrize("ask", QUESTIONS)
def test_every_question_is_held_to_it(ask: Callable[[dict[str, Any]], object]) -> None:
    """One misspelt value among several is enough."""
    with pytest.raises(MisspeltValue, match="did you mean gepard"):
        ask({"item": ["patriot", "Gepard"]})


def test_a_value_is_known_at_every_cut() -> None:
    """Also if its record is not known yet, corrected away or no fact: it is not misspelt."""
    wrong = attrs.evolve(GEPARDS, item="gerpad")
    [record] = log(wrong)
    records = [record, *log(Correction(of=record.id, event=GEPARDS))]
    for asked in ("gerpad", "gepard"):
        assert not replay(records, Counts(where={"item": asked}), as_of="1990-01-01").rows
    view = Timeline(records).as_of("1990-01-01")
    assert "Nothing: no such fact" in str(view.counts(where={"item": "gerpad"}))


def test_what_nobody_knows_is_said() -> None:
    """Instead of "nothing had happened", and beside what is there."""
    assert "\n\nNothing: no item is 'balloon' in this log." in str(VIEW.counts(where={"item": "balloon"}))
    assert str(VIEW.counts(where={"item": ["balloon", "gepard"]})).endswith("\nno item is 'balloon' in this log")
    two = VIEW.projects({"project": "moon-base", "donor": "Atlantis"})
    assert "Nothing: no project is 'moon-base' in this log, no donor is 'Atlantis' in this log." in str(two)
    assert (
        "<br>Nothing: no item is &#x27;balloon&#x27; in this log.</p>"
        in VIEW.counts(where={"item": "balloon"})._repr_html_()
    )


COMMANDS = (
    *("counts", "money", "projects", "participation", "fulfilment", "levels", "series", "explain"),
    *(
        "diff",
        "as-of 2023-12-31",
        "explain --level",
        "explain --field status",
        "explain --field role",
        "counts --total",
    ),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    EventLog(tmp_path).append(record.event for record in TIMELINE.records)
    (tmp_path / "vocabulary").mkdir()
    entry = {"slug": "patriot", "label": "Patriot system", "names": ["MIM-104"]}
    (tmp_path / "vocabulary" / "items.jsonl").write_text(json.dumps(entry), "utf-8")
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("asked", ["item=Gepard", "item=MIM 104", "donor=de"])
def test_every_command_says_what_was_meant(folder: Path, command: str, asked: str) -> None:
    """On stderr, with the exit code of wrong use, and nothing on stdout."""
    result = CliRunner().invoke(application, ["--log", str(folder), *command.split(), "--where", asked])
    assert (result.exit_code, result.stdout) == (2, "")
    field, _, value = asked.partition("=")
    meant = {"Gepard": "gepard", "MIM 104": "patriot", "de": "DE"}[value]
    assert result.stderr == f"aidtimeline: no {field} is '{value}'; did you mean {meant}?\n"


@pytest.mark.parametrize("command", [each for each in COMMANDS if not each.startswith("explain")])
def test_every_command_says_what_nobody_knows(folder: Path, command: str) -> None:
    """And that is no error; JSON has no rows, as always."""
    words = ["--log", str(folder), *command.split(), "--where", "item=balloon"]
    result = CliRunner().invoke(application, words)
    assert result.exit_code == 0
    assert result.stdout.endswith("\nNothing: no item is 'balloon' in this log.\n")
    assert json.loads(CliRunner().invoke(application, [*words, "--json"]).stdout).get("rows", []) == []


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: ANY_VIEW.replay("item"), "found 'item', expected a projection, such as Counts(by='item')"),
        (lambda: ANY_VIEW.replay(Counts), "expected a projection, such as Counts(by='item')"),
        (lambda: ANY_TIMELINE.series("item"), "found 'item', expected a projection, such as Counts(by='item')"),
        (lambda: TIMELINE.series(by="item"), "such as timeline.series(Counts(by='item')), not by"),
        (TIMELINE.series, "such as timeline.series(Counts(by='item'))"),
        (lambda: VIEW.counts(where={"humanitarian": "yes"}), "humanitarian is true, false or empty, not 'yes'"),
        (lambda: VIEW.counts(where={"item": True}), "where item: found true, expected a text"),
        (lambda: VIEW.counts("Donor"), "there is no field 'Donor'; did you mean donor?"),
        (lambda: VIEW.counts(kind="PLEDGE"), "there is no kind 'PLEDGE'; did you mean pledge?"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_asked_says_what_can(ask: Callable[[], object], said: str) -> None:
    """As an error of use, with the way to ask."""
    with pytest.raises(UsageError) as error:
        ask()
    assert said in str(error.value)


@pytest.mark.parametrize("engine", ["fold", "embedded"])
def test_what_a_fact_says_is_known(engine: Any, tmp_path: Path) -> None:
    """Whoever says it: a correction or a corroboration may be reported in another dataset than the record."""
    if engine == "embedded":
        pytest.importorskip("duckdb")
    log, other = EventLog(tmp_path), [attrs.evolve(REPORT, dataset=name) for name in ("own", "fts")]
    [first, second] = log.append([GEPARDS, attrs.evolve(GEPARDS, item="patriot")])
    log.append(Correction(of=first.id, event=attrs.evolve(GEPARDS, quantity=4), sources=other))
    log.append(Corroboration(of=second.id, sources=attrs.evolve(REPORT, dataset="register")))
    view = Timeline.open(tmp_path, engine=engine).as_of("2024-01-01")
    assert frozenset().union(*(fact.datasets for fact in view.facts)) == {"kiel", "own", "fts", "register"}
    assert view.known.values("dataset") == {"kiel", "own", "fts", "register"}


def test_the_slips_of_a_hand() -> None:
    """In names of eight letters two; of short ones one more at the end; other digits are another name."""
    assert misspelt("detectro", ["detector", "director"]) == ["detector"]
    assert misspelt("detcetro", ["detector"]) == ["detector"]
    assert misspelt("radio", ["radar"]) == []
    assert misspelt("uk", ["ua", "us"]) == []
    assert misspelt("usa", ["us"]) == ["us"]
    assert misspelt("155mm", ["152mm"]) == []
    assert folded("Iris‑T SLM_2") == "iristslm2"
    assert nearest_of("DELIVERY", ["delivery", "pledge"]) == ["delivery"]


letters = st.text("abc", min_size=1, max_size=9)


@given(letters, letters)
def test_misspelling_is_mutual(one: str, other: str) -> None:
    """Of long names. What is the same is no slip at all."""
    assert misspelt(one, [one]) == [one] or len(one) < 4
    if min(len(one), len(other)) >= 8:
        assert bool(misspelt(one, [other])) == bool(misspelt(other, [one]))


@given(st.text("abcd", min_size=8, max_size=10), st.integers(0, 9), st.sampled_from("abcd"))
def test_one_slip_is_found(name: str, at: int, letter: str) -> None:
    """A letter left out, put in, replaced, or exchanged with the next."""
    at %= len(name) - 1
    slips = [name[:at] + name[at + 1 :], name[:at] + letter + name[at:], name[:at] + letter + name[at + 1 :]]
    slips.append(name[:at] + name[at + 1] + name[at] + name[at + 2 :])
    assert all(misspelt(slip, [name]) == [name] for slip in slips)
