"""`explain`: why a number or a state is what it is, and which reports say so; `citing` asks the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import click
from attrs import evolve

from aidtimeline.cli.application import command
from aidtimeline.cli.asking import reply, sums_of, view_of
from aidtimeline.cli.options import (
    AS_OF,
    COMMON,
    CURRENCY,
    FIELD,
    FULFILMENT,
    IDS,
    KIND,
    LEVEL,
    MONEY,
    Question,
    asking,
)
from aidtimeline.errors import InvalidValue, UnknownKey, UsageError
from aidtimeline.events import LEVEL as A_LEVEL, Observation
from aidtimeline.explain import Explanation
from aidtimeline.log.drafts import find_id, is_beginning
from aidtimeline.projections import Counts, Levels, MoneySums, Participations, ProjectStates
from aidtimeline.projections.fields import Selection
from aidtimeline.projections.fulfilment.rows import Key
from aidtimeline.projections.levels.things import Thing
from aidtimeline.report.absence import absence
from aidtimeline.report.words import converted, narrowed, summed
from aidtimeline.semantics import Fact
from aidtimeline.timeline import View

Asked: TypeAlias = Counts | MoneySums | ProjectStates | Participations

EXPLAINED = (IDS, AS_OF, KIND, MONEY, CURRENCY, FIELD, LEVEL, FULFILMENT)
"""The options that choose one answer, beside those of every question."""


@command("explain", "aidtimeline explain --where item=mechanical-demining-machine --as-of 2024-07-31")
@asking(*EXPLAINED, *COMMON)
def explain_number(question: Question) -> None:
    """Explain a number, a level or a state: the facts behind it.

    Each fact is shown with the reports behind it, and with what they disagree about.

    The number is the sum of all deliveries, or events of each --kind, that --where chooses. With IDs, it is what these
    facts add. With --level, it is a reported level, and the facts are those of the record that may lie in it. With
    --fulfilment, it is what is outstanding of promises, with what is linked to them and what may serve them. With
    --field, it is not a number but a state of a project, or the role of a party in it; --where names project, party and
    role.
    """
    reply(question, explained(question))


def explained(question: Question) -> Explanation:
    """The explanation of the one answer that is asked for."""
    if Observation.kind in question.kinds:
        raise click.UsageError("observations are levels, never summed: `levels` shows them, and --level explains one")
    view = view_of(question)
    question = evolve(question, ids=tuple(_ids(question.ids, view)))
    if question.fulfilment:
        return _row(question, view)
    if question.level or _are_levels(question.ids, view):
        return _level(question, view)
    asked, words = _asked(question, view)
    return evolve(view.explain(asked, _only_key(asked, words, question, view)), name=words)


def _ids(given: Iterable[str], view: View) -> Iterable[str]:
    """The ids of facts, from ids that may be shortened, and may be those of amendments or duplicates of a fact."""
    if not given:
        return
    for each in given:
        try:
            found = find_id(each, list(view.ids(each)) if is_beginning(each) else ())
        except InvalidValue as error:
            raise click.BadParameter(str(error), click.get_current_context(), param_hint="ID") from None
        near = view.narrowed(Selection((), (), view.vocabulary, frozenset((found,))))
        of = [fact.id for fact in near.belief.facts if found in _records_of(fact)]
        if not of:
            raise UnknownKey(f"{found} {absence(found, view)}")
        yield of[-1]


def _records_of(fact: Fact) -> Iterable[str]:
    """The ids of the records that a fact is made of."""
    return (*(account.record.id for account in fact.accounts), *fact.members)


def _are_levels(ids: Iterable[str], view: View) -> bool:
    """Whether these are the ids of observations."""
    wanted = frozenset(ids)
    near = view.narrowed(Selection((), (), view.vocabulary, wanted)) if wanted else None
    natures = {fact.nature for fact in near.belief.facts if fact.id in wanted} if near else set()
    return natures == {A_LEVEL}


def _level(question: Question, view: View) -> Explanation:
    """The explanation of the only level that is asked for."""
    if question.field is not None or question.money:
        raise click.UsageError("--level goes with --where, --kind or ids only")
    asked = Levels({**question.where, **({"kind": question.kinds} if question.kinds else {})}, view.vocabulary)
    if question.ids:
        asked.selection = evolve(asked.selection, ids=frozenset(question.ids))
    table = view.replay(asked)
    if not table.rows:
        why = _unknown(question, view) or "none such is reported by then"
        raise UnknownKey(f"there is no level{narrowed(asked.selection.where)}: {why}")
    return view.explain(asked, _narrowed([row.thing for row in table.rows], Thing._fields))


def _row(question: Question, view: View) -> Explanation:
    """The explanation of the only row of fulfilment that is asked for."""
    if question.field is not None or question.money or question.level or question.ids:
        raise click.UsageError("--fulfilment goes with --where and --kind only")
    where = {**question.where, **({"kind": question.kinds} if question.kinds else {})}
    table = view.fulfilment(where)
    if not table.rows:
        why = _unknown(question, view) or "none such is reported by then"
        raise UnknownKey(f"there is no promise{narrowed(table.question.selection.where)}: {why}")
    return view.explain(table.question, _narrowed([row.key for row in table.rows], Key._fields))


def _asked(question: Question, view: View) -> tuple[Asked, str]:
    """What the explanation is of, and its name in words."""
    if question.field is not None:
        return _state(question, view)
    sums = sums_of(evolve(question, total=True), view)
    view.check(sums)
    where = narrowed(sums.selection.where)
    if not question.ids:
        return sums, summed(sums) + converted(sums) + where
    if not question.kinds:
        sums = sums_of(evolve(question, total=True, kinds=sums.ALL_KINDS), view)
    sums.selection = evolve(sums.selection, ids=frozenset(question.ids))
    return sums, f"what {' and '.join(question.ids)} adds{converted(sums)}{where}"


def _state(question: Question, view: View) -> tuple[Asked, str]:
    if question.kinds or question.money or question.ids:
        raise click.UsageError("--field goes with --where only: a state has no kind and no sum")
    is_role = question.field == "role"
    states = (Participations if is_role else ProjectStates)(question.where, view.vocabulary)
    view.check(states)
    return states, f"{'whether a role is held' if is_role else question.field}{narrowed(states.selection.where)}"


def _only_key(asked: Asked, words: str, question: Question, view: View) -> Any:
    """The key of the only answer. If there are several, an error says how to narrow them."""
    names: Sequence[str] = ("project", "party", "role")
    if isinstance(asked, Counts | MoneySums):
        names = (*asked.names, "unit") if isinstance(asked, Counts) else asked.names
        keys = list(view.replay(asked).keys())
        if isinstance(asked, MoneySums) and asked.currency is not None:  # what was not converted stands apart
            at = asked.names.index("currency")
            keys = [key for key in keys if key[at] == asked.currency] or keys
    else:
        terms = (term for fact in view.narrowed(asked.selection).facts for term in asked.piece.terms(fact))
        keys = [key for key in dict.fromkeys(key for key, _ in terms) if question.field in ("role", key[1])]
    if not keys:
        raise UnknownKey(_nothing(words, question, view))
    return _narrowed(keys, names)


def _narrowed(keys: Sequence[Any], names: Sequence[str]) -> Any:
    """The only key. Raises `UsageError` if there are several, which says how to narrow them."""
    if len(keys) == 1:
        return keys[0]
    for at, name in enumerate(names):
        option = "--kind " if name == "kind" else f"--where {name}="
        choices = [option + choice for choice in sorted({str(key[at] or "") for key in keys})]
        if len(choices) > 1:
            raise UsageError(f"these are {len(keys)} answers, and explain takes one: narrow by {' or '.join(choices)}")
    raise UsageError(f"these are {len(keys)} answers, and explain takes one")


def _nothing(words: str, question: Question, view: View) -> str:
    """The message that there is no such number, and whether that is because nobody knows a value in --where."""
    unknown = _unknown(question, view)
    if unknown:
        return f"nothing counts: {words}: {unknown}"
    near = view.narrowed(Selection((), (), view.vocabulary, frozenset(question.ids)))
    if any(fact.id in question.ids for fact in near.facts):
        return f"{' '.join(question.ids)} states no quantity that is summed; --money explains its value"
    if question.ids:
        return "nothing counts: " + "; ".join(f"{each} {absence(each, view)}" for each in question.ids)
    return f"nothing counts: {words}: no such fact is reported to have happened by then"


def _unknown(question: Question, view: View) -> str:
    """The values in --where that neither the log nor its vocabulary has, in words."""
    where = [(name.replace("_", "-"), [each or None for each in values]) for name, values in question.where.items()]
    return ", and ".join(f"{each} in this log" for each in view.known.unknown(where))
