"""How the report on an imported file looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from attrs import frozen

from aidtimeline.codec import event_to_json
from aidtimeline.codec.jsonlines import compact
from aidtimeline.formats import Report
from aidtimeline.formats.readings import Note
from aidtimeline.report.columns import COUNT, TEXT, Column, Json, json_row, number
from aidtimeline.report.look import Part
from aidtimeline.text.safe import shown

EXAMPLES = 3
"""How many places the page names for each reason."""

OUTCOMES = {
    "new": "new",
    "restated": "restated (new facts that supersede older ones)",
    "news": "news (corrections, known since this version)",
    "repaired": "read differently than before (repairs)",
    "linked": "of other files, which this one says are part of what it has (repairs)",
    "renamed": "known again under another number or name (corrections)",
    "gone": "no longer there (retractions)",
}
"""What can become of an entry, in words."""

_PLACE = (Column("line", COUNT), Column("place", TEXT), Column("found", TEXT))


@frozen
class Imported:
    """What became of the `files` of one version; of a `dry_run`, what would have become of them."""

    report: Report
    dry_run: bool
    files: Sequence[str] = ()

    def heading(self) -> list[str]:
        """No heading: the user named the file."""
        return []

    def page(self) -> Iterator[Part]:
        """How many records each outcome has, and what was skipped or is worth a look, by reason."""
        report = self.report
        if self.dry_run:
            yield from (compact(event_to_json(event)) for event in report.first)
        if report.refused:
            yield "nothing was recorded, since something was skipped (--strict); without that:"
        elif self.dry_run:
            yield f"nothing was recorded; {report.recorded:,} would be:" if report.recorded else "nothing to record"
        else:
            yield f"{report.recorded:,} recorded" if report.recorded else "nothing new"
        for outcome, words in OUTCOMES.items():
            if many := report.outcomes[outcome]:
                yield f"  {many:,} {words}"
        yield f"{report.read:,} read, {report.outcomes['unchanged']:,} of them unchanged"
        yield from self._reasons("skipped" + self._share(), report.skipped)
        yield from self._reasons("worth a look", report.remarks)

    def json(self) -> Json:
        """The same as a JSON object, with every place that was kept for each reason."""
        report = self.report
        outcomes = {outcome: report.outcomes[outcome] for outcome in (*OUTCOMES, "unchanged")}
        outcomes["repaired"] += outcomes.pop("linked")
        return {
            "files": list(self.files),
            "dry_run": self.dry_run,
            "refused": report.refused,
            "read": report.read,
            "recorded": 0 if self.dry_run or report.refused else report.recorded,
            **outcomes,
            "values": [
                {"currency": currency, "read": number(read), "skipped": number(skipped)}
                for currency, (read, skipped) in sorted(report.values.items())
            ],
            "skipped": self._json_reasons(report.skipped),
            "remarks": self._json_reasons(report.remarks),
            "first": [event_to_json(event) for event in report.first],
        }

    def _share(self) -> str:
        """Which share of all entries and of their money was skipped, as far as it can be read."""
        report = self.report
        many = sum(report.counts[reason] for reason in report.skipped)
        lost = [
            f"{_percent(skipped, read + skipped)} of {currency} {read + skipped:,f}"
            for currency, (read, skipped) in sorted(report.values.items())
            if skipped
        ]
        return f" ({', '.join([_percent(many, report.read + many), *lost])})" if many else ""

    def _reasons(self, head: str, kept: Mapping[str, Sequence[Note]]) -> Iterator[str]:
        counts = self.report.counts
        if kept:
            yield f"{sum(counts[reason] for reason in kept):,} {head}:"
        for reason in sorted(kept, key=lambda each: -counts[each]):
            yield f"  {counts[reason]:,} × {reason}"
            yield from (f"      {_where(each)}" for each in kept[reason][:EXAMPLES])
            if counts[reason] > EXAMPLES:
                yield "      …"

    def _json_reasons(self, kept: Mapping[str, Iterable[Note]]) -> list[Json]:
        return [
            {
                "reason": reason,
                "count": self.report.counts[reason],
                "examples": [json_row(_PLACE, each) for each in several],
            }
            for reason, several in kept.items()
        ]


def _where(each: Note) -> str:
    line = "" if each.line is None or f"line {each.line}" in each.place else f"line {each.line}: "
    return f"{line}{each.place}" + ("" if each.found is None else f": found {shown(each.found)}")


def _percent(part: Decimal | int, whole: Decimal | int) -> str:
    """A share in words, which is nothing and all only if it is."""
    share = Decimal(100) * part / whole
    return "less than 1 %" if share < 1 else "more than 99 %" if 99 < share < 100 else f"{share:.0f} %"


@frozen
class AllImported:
    """What became of several versions, the oldest first."""

    imports: Sequence[Imported]

    def heading(self) -> list[str]:
        """How many versions there were."""
        return [f"{len(self.imports):,} versions"]

    def page(self) -> Iterator[Part]:
        """The page of each version, under the names of its files."""
        for each in self.imports:
            if each is not self.imports[0]:
                yield ""
            yield ", ".join(map(shown, each.files))
            yield from ["an older version than the log has"] if each.report.is_older else each.page()

    def json(self) -> Json:
        """An object with the object of each version, in `versions`."""
        return {"versions": [each.json() for each in self.imports]}
