"""`explain`: why a number is what it is, or what state it is that something is in, and who says so."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import click
from attrs import evolve, frozen

from aidtimeline.cli import rows
from aidtimeline.cli.application import command, show
from aidtimeline.cli.options import AS_OF, COMMON, FIELD, IDS, KIND, MONEY, Question, asking
from aidtimeline.cli.pages import narrowed, paper_for
from aidtimeline.cli.questions import look, sums_of
from aidtimeline.errors import InvalidValue, UnknownKey, UsageError
from aidtimeline.explain import Explanation, explain
from aidtimeline.log.drafts import find_id
from aidtimeline.projections import (
    COUNTED_KINDS,
    FIELDS,
    VALUED_KINDS,
    Bounds,
    Participations,
    ProjectStates,
    State,
    Sum,
)
from aidtimeline.semantics import Fact
from aidtimeline.text.safe import shown
from aidtimeline.timeline import View


@frozen
class Asked:
    """What an explanation is asked of: sums or states by some names, and how a person calls what is asked."""

    piece: Sum[Any] | State[Any, Any]
    names: Sequence[str]
    words: str

    def keys(self, facts: Iterable[Fact]) -> list[Any]:
        """The keys under which the facts count."""
        return list(dict.fromkeys(key for fact in facts for key, _ in self.piece.terms(fact)))


@command("explain", "aidtimeline explain --where item=mechanical-demining-machine --as-of 2024-07-31")
@asking(IDS, AS_OF, KIND, MONEY, FIELD, *COMMON)
def explain_number(question: Question) -> None:
    """Why a number is what it is: the facts behind it, the reports behind these, and where the reports disagree.

    The number is the sum of what --where names, deliveries unless --kind says otherwise; or of what the facts with
    these IDs add. With --field it is a state: of the project, or project, party and role, that --where names.
    """
    view = look(question)
    question = evolve(question, ids=tuple(_ids(question.ids, view)))
    asked = _asked(question, view)
    explanation = explain(view, asked, _only_key(asked, question, view))
    if question.json:
        show([_as_json(explanation)])
    else:
        named = evolve(explanation, name=asked.words)
        show(named.lines(paper_for(view).width))


def _as_json(explanation: Explanation) -> str:
    answer = explanation.answer
    if isinstance(answer, Bounds):
        said: rows.Json = {"low": rows.number(answer.low), "high": rows.number(answer.high)}
    else:
        said = {"values": rows.state_values(answer)}
    cuts = rows.cuts(explanation.as_of, explanation.known_at)
    return rows.written({**cuts, **said, "facts": rows.fact_rows(explanation)})


def _ids(given: Iterable[str], view: View) -> Iterable[str]:
    """The ids of the facts that are meant: records may be named in short, and amendments for what they amend."""
    if not given:
        return
    known = sorted({record.id for record in view.records})
    facts = {
        each: fact.id
        for fact in view.belief.facts
        for each in (*(account.record.id for account in fact.accounts), *fact.members)
    }
    for each in given:
        try:
            found = find_id(each, known)
        except InvalidValue as error:
            raise click.BadParameter(str(error), click.get_current_context(), param_hint="ID") from None
        if found not in facts:
            raise UnknownKey(f"{found} states no fact that is believed at these cuts")
        yield facts[found]


def _asked(question: Question, view: View) -> Asked:
    where = narrowed(question.where)
    if question.field is not None:
        if question.kinds or question.money or question.ids:
            raise click.UsageError("--field goes with --where only: a state has no kind, and no sum")
        if question.field == "role":
            parts = Participations(question.where, view.vocabulary)
            return Asked(parts.piece, ("project", "party", "role"), f"whether a role is held{where}")
        states = ProjectStates(question.where, view.vocabulary)
        return Asked(_of_field(states, question.field), ("project",), f"{question.field}{where}")
    if question.ids:
        every = VALUED_KINDS if question.money else COUNTED_KINDS
        sums = sums_of(evolve(question, by=(), kinds=question.kinds or every), view)
        piece = Sum(lambda fact: sums.piece.terms(fact) if fact.id in question.ids else ())
        return Asked(piece, sums.names, f"what {' and '.join(question.ids)} adds{where}")
    sums = sums_of(evolve(question, by=()), view)
    default = "money under every kind with a value" if question.money else "delivery"
    return Asked(sums.piece, sums.names, f"{' and '.join(question.kinds) or default}{where}")


def _of_field(states: ProjectStates, name: str) -> State[Any, Any]:
    return State(lambda fact: ((key, value) for key, value in states.piece.terms(fact) if key[1] == name))


def _only_key(asked: Asked, question: Question, view: View) -> Hashable:
    keys = asked.keys(view.facts)
    if len(keys) == 1:
        only: Hashable = keys[0]
        return only
    if not keys:
        raise UnknownKey(_nothing(asked, question, view))
    if isinstance(asked.piece, Sum):
        values = [dict(zip(asked.names, key, strict=True)) | {"unit": unit} for key, unit in keys]
        options = {"kind": "--kind {}", "currency": "--where currency={}", "unit": "--where unit={}"}
    else:
        values = [dict(zip(asked.names, key, strict=False)) for key in keys]
        options = {name: f"--where {name}={{}}" for name in asked.names}
    choices = [
        [option.format(choice) for choice in sorted({each.get(name) or "" for each in values})]
        for name, option in options.items()
    ]
    narrow = next(" or ".join(each) for each in choices if len(each) > 1)
    raise UsageError(f"these are {len(keys)} answers, and explain takes one: narrow by {narrow}")


def _nothing(asked: Asked, question: Question, view: View) -> str:
    """That there is no such number; with the nearest values of the fields asked for, where a value is unknown."""
    anything = _asked(evolve(question, where={}, ids=()), view)
    facts = [fact for fact in view.belief.facts if any(True for _ in anything.piece.terms(fact))]
    for name, values in question.where.items():
        known = {FIELDS[name.replace("_", "-")](fact, view.vocabulary) or "" for fact in facts}
        for value in values:
            if (value or "") not in known:
                near = difflib.get_close_matches(value or "", known, n=3, cutoff=0.5)
                meant = f"; did you mean {' or '.join(near)}?" if near else ""
                return f"nothing counts{narrowed(question.where).removeprefix(',')}: no {name} is {shown(value)}{meant}"
    if any(fact.id in question.ids for fact in view.facts):
        return f"{' '.join(question.ids)} states no number that is summed; ask for a value with --money"
    what = " ".join(question.ids) or asked.words
    return f"nothing counts: {what}: no such fact had happened by then, for all that was reported"
