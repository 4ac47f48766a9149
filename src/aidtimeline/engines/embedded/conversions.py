"""By which rates sums are converted, from a store: of plain rows the database says how many have which date."""

from __future__ import annotations

from collections.abc import Iterable

from aidtimeline.engines.embedded.asked import Asked
from aidtimeline.engines.embedded.sums import Plain
from aidtimeline.projections.sums.conversions import NOT_CONVERTED, Conversions, Looking
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.semantics import Fact


def conversions(asked: Asked, question: Sums, *, every_day: bool) -> Conversions:
    """The rates by which the sums of a question are converted, on the day of the cut or on any day."""
    plain = Plain(asked, question)
    if plain.converting is None:
        return NOT_CONVERTED
    looking = Looking(plain.converting)
    facts, rows = _on_every_day(plain) if every_day else (plain.handed_over(), plain.rows)
    for fact in facts:
        if fact.value is not None and fact in question.selection:
            looking.add(fact)
    texts = asked.store.texts
    query = f"SELECT currency, date, count(DISTINCT (id, id_rest)) FROM facts WHERE {rows} GROUP BY ALL"
    for currency, when, number in asked.store.rows(query):
        looking.add_many((str(texts("currency")[currency]), str(texts("date")[when])), number)
    return looking.finish()


def _on_every_day(plain: Plain) -> tuple[Iterable[Fact], str]:
    """The facts that the reference weighs on some day, and the condition of all other rows."""
    weighed = plain.asked.handing_over(every_day=True, converted=True)
    facts = plain.asked.cuts.belief(plain.thought_of()).facts
    return facts, f"{plain.asked.known} AND {plain.summed} AND component NOT IN ({weighed})"
