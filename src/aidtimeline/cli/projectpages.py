"""Projects and those who take part in them, as a person reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from aidtimeline.cli.pages import Paper
from aidtimeline.cli.words import NOTHING, possible
from aidtimeline.events import ROLES
from aidtimeline.projections import Announced, Part, PartyRole, ProjectState, Row, Table
from aidtimeline.text.safe import printable
from aidtimeline.text.tables import Column, table, wrapped
from aidtimeline.values.amounts import Money
from aidtimeline.vocabulary import Vocabulary
from aidtimeline.words import named

INDENT = "  "
NAME_WIDTH = 15
EMPTY = "Nothing: no such project was named by then, for all that was reported."


def overview(paper: Paper, states: Mapping[str, ProjectState]) -> Iterator[str]:
    """A few words on each project: its status, its planned end, who leads it, and what is announced."""
    if not states:
        yield EMPTY
        return
    cells = []
    for state in states.values():
        slug = state.project
        for line in _few_words(state, paper.view.vocabulary) or [NOTHING]:
            cells.append([slug, line])
            slug = ""
    yield from table([Column("project"), Column("state", wrap=True)], cells, paper.width)


def _few_words(state: ProjectState, vocabulary: Vocabulary) -> list[str]:
    end = possible(state.planned_end)
    leaders = _parties((each for each in state.parties if each.role == "lead"), vocabulary.label)
    said = [possible(state.status), end and f"planned end {end}", leaders and f"led by {leaders}"]
    announced = [f"announced: {each}" for each in _announced(state.announced, vocabulary.label)]
    return [*filter(None, ["; ".join(filter(None, said))]), *announced]


def projects(paper: Paper, states: Mapping[str, ProjectState]) -> Iterator[str]:
    """All that is known of the state of each project, a paragraph each."""
    if not states:
        yield EMPTY
    for number, state in enumerate(states.values()):
        if number:
            yield ""
        yield from _paragraph(paper, state)


def _paragraph(paper: Paper, state: ProjectState) -> Iterator[str]:
    vocabulary = paper.view.vocabulary
    name = partial(named, vocabulary)
    title = possible(state.title) or vocabulary.label("project", state.project)
    yield from _hanging("", f"{state.project}{INDENT}{'' if title == state.project else title}", paper.width)
    by_role: dict[str, list[PartyRole]] = defaultdict(list)
    for each in state.parties:
        by_role[each.role].append(each)
    said: dict[str, str | list[str]] = {
        "status": possible(state.status),
        "part of": possible(state.parent),
        "planned start": possible(state.planned_start),
        "planned end": possible(state.planned_end),
        "actual start": possible(state.actual_start),
        "actual end": possible(state.actual_end),
        **{role: _parties(by_role[role], name) for role in ROLES},
        "announced": _announced(state.announced, name),
        "promised": _numbers(state.promised),
        "delivered": _numbers(state.delivered),
        "paid": _numbers(state.paid),
    }
    for head, texts in said.items():
        for text in filter(None, [texts] if isinstance(texts, str) else texts):
            yield from _hanging(f"{INDENT}{head:<{NAME_WIDTH}}", text, paper.width)
            head = ""  # noqa: PLW2901 - said once, over the first of its lines


def _hanging(lead: str, text: str, width: int | None) -> Iterator[str]:
    text = printable(text)
    lines = [text] if width is None else wrapped(text, max(width - len(lead), NAME_WIDTH))
    for line in lines:
        yield (lead + line).rstrip()
        lead = " " * len(lead)


def _parties(parties: Iterable[PartyRole], name: Callable[[str, str], str]) -> str:
    return ", ".join(("" if each.certain else "possibly ") + name("party", each.party) for each in parties)


def _announced(announced: Iterable[Announced], name: Callable[[str, str], str]) -> list[str]:
    return list(dict.fromkeys(_intention(each, name) for each in announced))


def _intention(announced: Announced, name: Callable[[str, str], str]) -> str:
    by = "of" if announced.intent == "participation" else "by"
    who = "" if announced.party is None else f" {by} {name('party', announced.party)}"
    role = "" if announced.role is None else f" as {announced.role}"
    item = "" if announced.item is None else f": {name('item', announced.item)}"
    return f"{announced.intent}{who}{role}{item}"


def _numbers(sums: Table) -> list[str]:
    return [_number(dict(zip(sums.names, row.key, strict=True)), row) for row in sums.rows]


def _number(key: Mapping[str, str | None], row: Row) -> str:
    currency = key.get("currency")
    amount = str(row.bounds) if currency is None else str(Money(row.bounds.quantity, currency))
    kind = "" if key["kind"] == "delivery" else f"({key['kind']})"
    return " ".join(filter(None, [amount, row.unit, key.get("item"), kind]))


def participation(paper: Paper, parts: Iterable[Part]) -> Iterator[str]:
    """One line a role."""
    columns = [Column("project"), Column("party"), Column("role"), Column("note")]
    vocabulary = paper.view.vocabulary
    cells = [
        [each.project, named(vocabulary, "party", each.party), each.role, "" if each.certain else "possibly"]
        for each in parts
    ]
    if cells:
        yield from table(columns, cells, paper.width)
    else:
        yield "Nothing: nobody had a role in such a project by then, for all that was reported."
