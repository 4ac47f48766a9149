"""Takes an answer apart into the facts behind it: the bounds of a sum, or the possible values of a state."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from attrs import field, frozen

from aidtimeline.events import Event, Record
from aidtimeline.explain.amended import Amended
from aidtimeline.explain.behind import Behind, Explained, behind_piece
from aidtimeline.explain.levels import behind_level
from aidtimeline.explain.promises import behind_row
from aidtimeline.explain.reasons import Part, Reason
from aidtimeline.projections import Bounds, Fulfilment, FulfilmentRow, LevelRow, Levels, Values
from aidtimeline.projections.results import Result
from aidtimeline.projections.sums.conversions import NOT_CONVERTED, Conversions
from aidtimeline.semantics import Fact
from aidtimeline.semantics.provenance import records_about
from aidtimeline.semantics.view import Viewed
from aidtimeline.text.showing import shows
from aidtimeline.values.dates import end_of

QUESTIONS: Mapping[type, Callable[[Viewed, Any, Hashable], Behind]] = {Levels: behind_level, Fulfilment: behind_row}
"""The questions that are not made of one sum or one state, and what finds what is behind their answers."""


@frozen
class Explanation(Result[Reason, Reason]):
    """Why an answer is what it is. It prints as text that can be cited.

    `answer` is the bounds of a sum, in `unit` (None: pieces) or `currency`, or the possible values of a state.
    `key` is the whole key of the answer, and `name` says in words what was asked. The rows are the reasons: first the
    facts that count in some world, then what may replace them; the key of a row is the id of a fact. `records` are all
    records that are needed to replay the answer at the cuts of the view. `conversions` are the rates, if a sum of money
    was converted.

    >>> from aidtimeline import Timeline
    >>> explanation = Timeline.open("events").as_of("2023-01-01").counts().explain("truck")
    >>> print(explanation.answer)
    0 to 30
    >>> for reason in explanation:
    ...     print(reason.states, reason.date, reason.certain, [source.publisher for source in reason.sources])
    30 by 28 Nov 2023 False ['Rubryka']
    """

    key: tuple[Any, ...]
    name: str
    answer: Bounds | Values[Any] | LevelRow | FulfilmentRow
    unit: str | None
    currency: str | None
    rows: tuple[Reason, ...]
    records: tuple[Record, ...] = field(repr=False)
    conversions: Conversions = field(default=NOT_CONVERTED, repr=False)

    @property
    def key_names(self) -> tuple[str, ...]:
        """The id of the fact alone."""
        return ("id",)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The rows under another name."""
        return self.rows

    def cite(self, format: str = "text", *, made: date | None = None) -> str:
        """The answer with its bounds, its dates and its sources, ready to be pasted (docs/citing.md).

        Args:
            format: "text" or "markdown": a sentence and numbered sources; "csl-json" or "bibtex": a bibliography.
            made: The day on which it is made: without a cut of knowledge, all that was known then. None: today (UTC).

        Raises `UsageError` for another format, and for an explanation that is of no view.

        >>> from aidtimeline import Timeline
        >>> view = Timeline.open("events").as_of("2023-11-28", known_at="2023-11-28")
        >>> print(view.counts().explain("truck").cite().splitlines()[0])
        As of 28 Nov 2023, deliveries of Truck came to 30, going by what was known on 28 Nov 2023.
        """
        return shows().cite(self, format, made=made)

    def bundle(self, *, made: date | None = None) -> str:
        """The answer with all that it rests on, as JSON, which `aidtimeline verify` derives again (docs/citing.md).

        `made` is the day on which it is made; None: today (UTC). Raises `UsageError` for a question of the user's own,
        for an explanation of no view, and for an answer that rests on too much; `LogError` if the log has changed.

        >>> from aidtimeline import Timeline
        >>> bundle = Timeline.open("events").as_of("2023-11-28").counts().explain("truck").bundle()
        >>> from aidtimeline.report import verify
        >>> verify(bundle).holds
        True
        """
        return shows().bundle(self, made=made)


def explain(view: Viewed, projection: Explained | Levels | Fulfilment, key: Hashable) -> Explanation:
    """Take one answer of a view apart into the facts behind it.

    Args:
        view: The view.
        projection: The question, such as `Counts` or `ProjectStates`.
        key: The key of the answer. For sums, levels and fulfilment it is that of the row, and counts may have the unit
            last; for project states it is project and field, for participations project, party and role.

    Raises:
        UnknownKey: No fact that counts in some world has this key; the message names the nearest.
        UsageError: The projection is not made of one sum or one state.

    >>> from aidtimeline import ProjectStates, Timeline
    >>> view = Timeline.open("events").as_of("2023-11-28")
    >>> sorted(explain(view, ProjectStates(), ("hd-equipment", "status")).answer)
    ['implementation']
    """
    behind = next((made for kind, made in QUESTIONS.items() if isinstance(projection, kind)), behind_piece)
    found = behind(view, projection, key)
    near = found.view or view
    records = tuple(records_about({*found.parts, *found.replacing}, _in_log(near), near.belief))
    return Explanation(
        key=found.key,
        name=found.name,
        answer=found.answer,
        unit=found.unit,
        currency=found.currency,
        rows=tuple(_reasons(found, near, records)),
        records=records,
        conversions=found.conversions,
        view=view,
        question=projection,
    )


def _in_log(view: Viewed) -> Iterator[Record]:
    """The records that the log held at the cut of record time."""
    until = None if view.recorded_until is None else end_of(view.recorded_until)
    return (record for record in view.records if until is None or record.recorded_at <= until)


def _reasons(found: Behind, view: Viewed, records: Iterable[Record]) -> Iterator[Reason]:
    """The facts behind an answer, then those that may replace them, then the records that are not believed as facts.

    The order of the log has no meaning: records stand as they were recorded.
    """
    earliest: dict[str, Record] = {}
    for record in sorted(records, key=lambda each: (each.recorded_at, each.id)):
        earliest.setdefault(record.id, record)
    records = tuple(earliest.values())
    amended = Amended(records, view.known_at)
    circles = {each for circle in view.belief.links.circles for each in circle}
    # The facts of the view are those of the belief as they count there, and so take their place.
    facts = {fact.id: fact for fact in (*view.belief.facts, *view.facts, *found.facts)}
    believed = {each: fact for each, fact in facts.items() if each in found.parts or each in found.replacing}
    parts = list(dict.fromkeys(part for part, _ in found.parts.values()))

    def in_turn(fact: Fact) -> tuple[Any, ...]:
        return parts.index(found.parts[fact.id][0]) if fact.id in found.parts else len(parts), fact.rank

    for fact in sorted(believed.values(), key=in_turn):
        part, states = found.parts.get(fact.id, ("circle" if fact.id in circles else "replaces", None))
        yield Reason.of_fact(
            fact,
            part,
            states,
            amended,
            view.known_at,
        )
    duplicates = {each for fact in believed.values() for each in fact.members} - believed.keys()
    others = {*found.replacing, *found.parts, *duplicates} - believed.keys()
    told = {account.of for fact in believed.values() for account in fact.accounts}
    for record in records:
        if record.id in others and isinstance(record.event, Event):
            if record.id in duplicates and not _matters(record.id, record.event, told, amended):
                continue
            rest: Part = "duplicate" if record.id in duplicates else "circle" if record.id in circles else "replaces"
            part, _ = found.parts.get(record.id, (rest, None))
            yield Reason(record.id, record.event, record.event.date, part, **amended.of([record.id]))


def _matters(id_: str, event: Event, told: set[str], amended: Amended) -> bool:
    """Whether a duplicate is more than a report that was not known by then: it is told, withdrawn, or has links."""
    linked = event.supersedes or event.fulfils or event.overlaps or event.part_of
    about = amended.of([id_])
    return id_ in told or bool(linked or about["withdrawn"] or amended.joins(id_))
