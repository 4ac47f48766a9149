"""How flows between projects look, and what sums say beside them: that they add up money that was passed on."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from aidtimeline.projections import Table
from aidtimeline.projections.fields import Condition, Selection
from aidtimeline.projections.flows import FlowRow, Flows, FlowTable
from aidtimeline.projections.sums.beside import Reports
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.report.columns import BOUNDS, DATE, SAID, TEXT, Column
from aidtimeline.report.look import Grid, Look, Part
from aidtimeline.report.words import NOTHING, amount, narrowed
from aidtimeline.semantics import Fact
from aidtimeline.semantics.reporting import Said
from aidtimeline.text import tables
from aidtimeline.values.amounts import Quantity

REPORTED = {
    "same": "both say the same",
    "differs": "both, of other amounts",
    "provider": "only who gives says so",
    "receiver": "only who gets it says so",
}

MOST_CHAINS = 3
"""So many chains are named below a sum; the others are counted."""


class FlowsLook(Look[FlowTable]):
    """The look of flows between projects."""

    QUESTION = Flows
    NAME = "flows"

    def title(self) -> str:
        """Which flows are shown."""
        return f"flows between projects, as both sides report them{narrowed(self.result.question.selection.where)}"

    def columns(self) -> list[Column]:
        """The chain, what each side says, and who reports it."""
        return [
            *(Column("what", TEXT), Column("source", TEXT), Column("target", TEXT), Column("currency", TEXT)),
            *(Column("given_on", DATE), Column("given", BOUNDS, "currency")),
            *(Column("received_on", DATE), Column("received", BOUNDS, "currency")),
            *(Column("reported", TEXT), Column("sources", SAID, get=self._said)),
        ]

    def page(self) -> Iterator[Part]:
        """A line for each flow."""
        if not self.result.rows:
            yield "Nothing: no payment or promise in these books names the project at its other end."
            return
        heads = map(tables.Column, ("from", "to", "what"))
        numbers = (tables.Column("given on"), tables.Column("given", "right"), tables.Column("received on"))
        last = (tables.Column("received", "right"), tables.Column("reported", wrap=True))
        yield Grid([*heads, *numbers, *last], [self._cells(row) for row in self.result.rows])

    def _cells(self, row: FlowRow) -> list[str]:
        def said(quantity: Quantity | None) -> str:
            return NOTHING if quantity is None else amount(quantity, row.currency)

        days = ("" if day is None else str(day) for day in (row.given_on, row.received_on))
        given_on, received_on = days
        label = self.vocabulary.label
        ends = [NOTHING if each is None else label("project", each) for each in (row.source, row.target)]
        return [*ends, row.what, given_on, said(row.given), received_on, said(row.received), REPORTED[row.reported]]

    def _said(self, row: FlowRow) -> tuple[Said, ...] | None:
        known_at = None if self.view is None else self.view.known_at
        return Reports.of(row.facts, known_at, money=True).said


def passed_on(table: Table) -> Iterator[str]:
    """A line below a table of money if one project of it pays another, which pays on: both are in the sums."""
    view, question = table.view, table.question
    if view is None or not isinstance(question, Sums) or not table.money:
        return
    known = view.known.values("counterpart")
    if not known:
        return
    naming = Selection((), (Condition.of("counterpart", *known),), question.selection.vocabulary)
    chains = sorted({_chain(fact) for fact in view.narrowed(naming).facts if fact.project is not None})
    ends = {each for chain in chains for each in chain}
    where = (*question.selection.where, Condition.of("project", *ends))
    asked = evolve(question.selection, where=where)
    summed: dict[str, dict[tuple[str, str], list[Fact]]] = {}
    for fact in view.narrowed(asked).facts:
        if fact in asked and fact.project is not None and fact.currency is not None:
            summed.setdefault(fact.project, {}).setdefault((fact.kind, fact.currency), []).append(fact)
    said = [
        f"{source} to {target}"
        for source, target in chains
        if source != target and summed.get(source, {}).keys() & summed.get(target, {}).keys()
    ]
    if said:
        named = ", ".join(said[:MOST_CHAINS])
        more = f", and {len(said) - MOST_CHAINS:,} more" if len(said) > MOST_CHAINS else ""
        yield f"passed on: what goes from {named}{more} is in these sums, and what that pays on too (flows lists both)"


def _chain(fact: Fact) -> tuple[str, str]:
    ends = fact.project or "", fact.counterpart or ""
    return ends if fact.side == "provider" else (ends[1], ends[0])
