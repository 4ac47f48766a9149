"""How the report on a file of IATI that was written looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import frozen

from aidtimeline.formats.iati.writing import Exported
from aidtimeline.report.columns import Json
from aidtimeline.report.look import Part
from aidtimeline.report.notes import many
from aidtimeline.report.words import shortener
from aidtimeline.text.safe import shown
from aidtimeline.timeline import View
from aidtimeline.values.converters import is_record_id

RETRACTION = "a retraction: what it takes back is not there, and IATI has no word for that"

EXAMPLES = 3
"""How many ids the page names for each reason."""


@frozen
class IatiExported:
    """What became of the facts of a view that were asked for; `file` is None if they were printed."""

    exported: Exported
    view: View
    file: str | None = None

    def heading(self) -> list[str]:
        """No heading: the user named the file."""
        return []

    def page(self) -> Iterator[Part]:
        """How much was written, and what was left out, by reason."""
        found = self.exported
        if found.activities:
            written = [many("activity", found.activities), many("transaction", found.transactions)]
            written += [
                many(what, number) for what, number in (("plan", found.plans), ("result", found.results)) if number
            ]
            yield ", ".join(written) + ("" if self.file is None else f" written to {shown(self.file)}")
        else:
            where = "" if self.file is None else f" to {shown(self.file)}"
            yield f"nothing written{where}: there is no activity that IATI can say"
        lost = sum(map(len, found.left_out.values()))
        short = shortener(self.view)
        taken_back = {RETRACTION: found.taken_back} if found.taken_back else {}
        yield from _reasons(f"{lost:,} of {many('fact', found.facts)} left out", found.left_out, short)
        yield from _reasons("not written, since it was taken back", taken_back, short)
        yield from _reasons("written without, or with what IATI wants", found.without, short)

    def json(self) -> Json:
        """The same as a JSON object, with all ids."""
        found = self.exported
        return {
            "file": self.file if found.activities else None,
            "activities": found.activities,
            "transactions": found.transactions,
            "plans": found.plans,
            "results": found.results,
            "facts": found.facts,
            "left_out": _json(found.left_out),
            "taken_back": list(found.taken_back),
            "without": _json(found.without),
        }


def _reasons(head: str, reasons: Mapping[str, Sequence[str]], short: Callable[[str], str]) -> Iterator[str]:
    if reasons:
        yield f"{head}:"
    for reason, ids in _in_order(reasons):
        named = ", ".join(short(each) if is_record_id(each) else shown(each) for each in ids[:EXAMPLES])
        yield f"  {len(ids):,} × {reason}"
        yield f"      {named}{', …' if len(ids) > EXAMPLES else ''}"


def _json(reasons: Mapping[str, Sequence[str]]) -> list[Json]:
    return [{"reason": reason, "count": len(ids), "ids": list(ids)} for reason, ids in _in_order(reasons)]


def _in_order(reasons: Mapping[str, Sequence[str]]) -> list[tuple[str, Sequence[str]]]:
    """The most frequent reason first."""
    return sorted(reasons.items(), key=lambda each: (-len(each[1]), each[0]))
