"""How the changes of fulfilment between two views look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aidtimeline.diff import FulfilmentChange, FulfilmentChanges
from aidtimeline.projections import Fulfilment, FulfilmentTable
from aidtimeline.projections.fulfilment.rows import Key
from aidtimeline.report.changed import TOLD, Changed, ChangedPart
from aidtimeline.report.columns import NUMBER, SLUG, TEXT, TEXTS, Column, Json, json_row, number
from aidtimeline.report.frame import cuts_of_both
from aidtimeline.report.fulfilment import FulfilmentLook
from aidtimeline.report.look import Look, Part
from aidtimeline.report.words import NOTHING, cuts_in_words, narrowed, shortener


class FulfilmentChangesLook(Look[FulfilmentChanges]):
    """The look of changes of fulfilment: row by row, in parts with their causes."""

    OWN_FORMS = TOLD
    QUESTION = Fulfilment

    NAME = "changes"

    def title(self) -> str:
        """What is compared."""
        return f"what changed: promises{narrowed(self.result.question.selection.where)}"

    def heading(self) -> list[str]:
        """What is compared, and the cuts of both views."""
        views = [table.view for table in self.result.tables if table.view is not None]
        cuts = (cuts_in_words(each.as_of, each.known_at, each.recorded_until) for each in views)
        return [self.title(), *(f"{word:<6}{each}" for word, each in zip(("from", "to"), cuts, strict=True))]

    def columns(self) -> list[Column]:
        """The key of the row, which amount changes, the cause, the ids, and the change of low and high (null: open)."""
        units = ("unit", "currency")
        key = [Column(name, TEXT if name in units else SLUG) for name in Key._fields]
        change = Column("low", NUMBER, units), Column("high", NUMBER, units), Column("open", TEXT)
        return [*key, Column("of", TEXT), Column("cause", TEXT), Column("ids", TEXTS), *change]

    def plain_cuts(self) -> Iterable[tuple[str, str | None]]:
        """The cuts of both views, by name."""
        return cuts_of_both(self.result.tables)

    def json(self) -> Json:
        """Both views, the parts of the changes, and outstanding from and to, as a JSON object; see docs/json.md."""
        before, after = map(_side, self.result.tables)
        columns = self.columns()
        parts = [json_row(columns, row) for row in self.result.rows if row.of != "outstanding"]
        whole = [_outstanding(row) for row in self.result.rows if row.of == "outstanding"]
        return {"from": before, "to": after, "parts": parts, "outstanding": whole}

    def page(self) -> Iterator[Part]:
        """A line for each row that changes, and one for each part."""
        short = shortener(self.view)
        for changed in self.taken_apart():
            yield changed.name
            for part in changed.parts:
                ids = f"  [{', '.join(map(short, part.ids))}]" if part.ids else ""
                yield f"  {part.words}{ids}"
        same = sum(not parts for parts in self.result.answers.values())
        if not self.result.rows:
            yield "nothing"
        elif same:
            yield f"unchanged: {same} other {'row' if same == 1 else 'rows'}"

    def taken_apart(self) -> Iterator[Changed]:
        """Each row that changes, in words, with the parts of its change; the whole is what is outstanding."""
        for key, parts in self.result.answers.items():
            if parts:
                whole = next((str(each) for each in parts if each.of == "outstanding"), "")
                changed = (ChangedPart(str(part), part.cause, part.ids) for part in parts)
                yield Changed(key, _name(parts[0]), whole, tuple(changed))


def _name(part: FulfilmentChange) -> str:
    key = part.key
    who = key.donor or NOTHING
    what = (key.kind, who if key.recipient is None else f"{who} → {key.recipient}", key.project)
    return ", ".join(each for each in (*what, key.item, key.unit, key.currency) if each is not None)


def _side(table: FulfilmentTable) -> Json:
    look = FulfilmentLook(table)
    return {**look.json_cuts(), "rows": look.json_rows()}


def _outstanding(row: FulfilmentChange) -> Json:
    ends = {
        name: {"low": number(amount.low), "high": number(amount.high)}
        for name, amount in (("from", row.before), ("to", row.after))
    }
    return {**row.key._asdict(), **ends}
