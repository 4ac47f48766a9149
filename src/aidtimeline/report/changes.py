"""How the changes between two views look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aidtimeline.diff import Change, Changes, arrow
from aidtimeline.projections import Table
from aidtimeline.projections.sums.overlapping import TakenOff
from aidtimeline.projections.sums.tables import SumKey
from aidtimeline.report.changed import TOLD, Changed, ChangedPart
from aidtimeline.report.columns import NUMBER, TEXT, TEXTS, Column, Json, ends
from aidtimeline.report.frame import cuts_of_both
from aidtimeline.report.keyed import KeyedLook
from aidtimeline.report.look import Part
from aidtimeline.report.rates import in_cells, is_converted, json_of
from aidtimeline.report.sums import SumsLook
from aidtimeline.report.words import NOTHING, cuts_in_words, named, shortener
from aidtimeline.values.amounts import ZERO, Quantity


class ChangesLook(KeyedLook[Changes]):
    """The look of changes: sum by sum, in parts with their causes."""

    OWN_FORMS = TOLD
    NAME = "changes"

    def title(self) -> str:
        """What is compared."""
        return f"what changed: {super().title()}"

    def heading(self) -> list[str]:
        """What is compared, and the cuts of both views."""
        views = [table.view for table in self.result.tables if table.view is not None]
        cuts = (cuts_in_words(each.as_of, each.known_at, each.recorded_until) for each in views)
        return [self.title(), *(f"{word:<6}{each}" for word, each in zip(("from", "to"), cuts, strict=True))]

    def columns(self) -> list[Column]:
        """The key of the sum, the cause, the ids of the facts, and the change of low and high (null: open)."""
        change = Column("low", NUMBER, self.unit), Column("high", NUMBER, self.unit), Column("open", TEXT)
        return [*self.key_columns(), Column("cause", TEXT), Column("ids", TEXTS), *change]

    def plain_cuts(self) -> Iterable[tuple[str, str | None]]:
        """The cuts of both views, by name."""
        return (*cuts_of_both(self.result.tables), *in_cells(self.result))

    def json(self) -> Json:
        """Both views and the parts of the change, as a JSON object; see docs/json.md."""
        before, after = map(self._side, self.result.tables)
        rates = json_of(self.result.conversions) if is_converted(self.result) else {}
        return {"from": before, "to": after, "parts": self.json_rows(), **rates}

    def page(self) -> Iterator[Part]:
        """A line for each sum that changes, and one for each part; then how many others do not."""
        yield from self.changed()
        same = sum(not parts for parts in self.result.answers.values())
        if not self.result.rows:
            yield "nothing"
        elif same:
            yield f"unchanged: {same} other {'row' if same == 1 else 'rows'}"
        yield from self.rates()

    def changed(self) -> Iterator[str]:
        """A line for each sum that changes, and one for each part, unless a single part is the whole change."""
        short = shortener(self.view)
        for each in self.taken_apart():
            lines = [f"{part.words}  [{', '.join(map(short, part.ids))}]" for part in each.parts]
            if len(lines) == 1 and lines[0].startswith(f"{each.whole}: "):
                yield f"{each.name}: {lines[0]}"
            else:
                yield f"{each.name}: {each.whole}"
                yield from (f"  {line}" for line in lines)

    def taken_apart(self) -> Iterator[Changed]:
        """Each sum that changes, in words, with the parts of its change."""
        before, after = (table.answers for table in self.result.tables)
        for key, parts in self.result.answers.items():
            if parts:
                was, is_now = (sums[key].quantity if key in sums else ZERO for sums in (before, after))
                changed = (
                    ChangedPart(f"{self._arrow(part, part.before, part.after)}: {part.cause}", part.cause, part.ids)
                    for part in parts
                )
                yield Changed(key, self._name(parts[0]), self._arrow(parts[0], was, is_now), tuple(changed))

    def _side(self, table: Table) -> Json:
        """One view in JSON: its cuts, its rows and their sum, null if the rows do not all count one thing."""
        summed = ZERO
        for row in table.rows:
            summed += row.bounds.quantity
        one_thing = len({self._counted(each, key) for each in self.result.tables for key in each.answers}) <= 1
        look = SumsLook(table)
        total = ends(summed) if one_thing else {"low": None, "high": None}
        return {**look.json_cuts(), **total, "rows": look.json_rows()}

    def _counted(self, table: Table, key: SumKey) -> tuple[str | None, ...]:
        """What a sum counts: its kind, and its unit or currency. Only sums of the same can be added."""
        apart = [at for at, name in enumerate(table.names) if name in ("kind", "currency")]
        return (*(key[at] for at in apart), None if table.money else key[-1])

    def _name(self, part: Change) -> str:
        values = (each for each in zip(self.result.names, part.key, strict=True) if not self._is_currency(each[0]))
        words = (NOTHING if value is None else named(self.vocabulary, name, value) for name, value in values)
        return ", ".join(words) or "all"

    def _arrow(self, part: Change, before: Quantity | TakenOff, after: Quantity | TakenOff) -> str:
        return " ".join(filter(None, (self.currency_of(part), arrow(before, after), self.unit_of(part))))
