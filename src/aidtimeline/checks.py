"""Everything that is wrong with a log, found in one pass: one list of small functions.

A check is a function from a `Log` to problems, and a row of `CHECKS`; docs/checks.md says of each code what it means
and how to mend it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from functools import cached_property

from attrs import frozen

from aidtimeline.errors import Problem, Severity
from aidtimeline.events import Correction, Event, Record, Training
from aidtimeline.semantics import Belief, believe
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary


@frozen(slots=False)
class Checked:
    """What the checks look at: the records, what is believed when all is known, and the vocabulary."""

    records: tuple[Record, ...]
    vocabulary: Vocabulary

    @cached_property
    def belief(self) -> Belief:
        """What the records say when all that they report is known."""
        return believe(self.records)

    def events(self) -> Iterator[tuple[Record, Event]]:
        """Every event, and every event that stands in a correction, with its record."""
        for record in self.records:
            text = record.event
            while isinstance(text, Correction):
                text = text.event
            if isinstance(text, Event):
                yield record, text


def replay_problems(log: Checked) -> Iterable[Problem]:
    """`dangling`, `bad-amendment`, `bad-link`, `circle`: what replay cannot make sense of, and ignores."""
    return log.belief.problems


def dangling_promises(log: Checked) -> Iterator[Problem]:
    """`dangling`, `bad-link`: what is said to be fulfilled is not in the log, or is no event."""
    kinds = {record.id: record.event for record in log.records}
    for record, event in log.events():
        for promise in event.fulfils:
            if promise not in kinds:
                yield _problem(record, "dangling", f"it fulfils {promise}, which is not in the log", "$.fulfils")
            elif not isinstance(kinds[promise], Event):
                yield _problem(record, "bad-link", f"it fulfils {promise}, which is an amendment", "$.fulfils")


def dates_after_report(log: Checked) -> Iterator[Problem]:
    """`date-after-report`: an event is reported when it has happened, and this date lies wholly after its report."""
    for fact in log.belief.facts:
        for account in fact.accounts:
            day = account.known_since.astimezone(UTC).date()
            if not account.date.possible_by(day) and account.date == account.stated_date:
                stated = getattr(account.record.event, "date", account.date)
                if stated is not None:
                    message = f"its date, {account.date.text}, is later than its own report of {day.isoformat()}"
                    hint = "a day on which a promise is to be kept is its `due`"
                    yield _problem(account.record, "date-after-report", message, "$.date", hint=hint)


def set_aside(log: Checked) -> Iterator[Problem]:
    """`other-currency`: an account states its value in another currency than its fact: the two do not compare."""
    for fact in log.belief.facts:
        for account in fact.accounts:
            if account.value is not None and fact.value is not None and account.value.currency != fact.value.currency:
                message = (
                    f"it states {account.value} of a fact whose value is in {fact.value.currency}, and is set aside"
                )
                yield _problem(account.record, "other-currency", message, "$.value", severity="warning")


def uncounted_training(log: Checked) -> Iterator[Problem]:
    """`no-unit`: a training's quantity without its unit counts pieces, and nobody trains pieces."""
    for record, event in log.events():
        if isinstance(event, Training) and event.quantity is not None and event.unit is None:
            message = "a training's quantity needs its unit: person or course"
            yield _problem(record, "no-unit", message, "$.unit", severity="warning")


#: The fields that hold slugs, and the part of the vocabulary that gives them labels.
SLUG_FIELDS = {
    "item": "items",
    "donor": "parties",
    "recipient": "parties",
    "via": "parties",
    "party": "parties",
    "project": "projects",
    "parent": "projects",
}


def unknown_slugs(log: Checked) -> Iterator[Problem]:
    """`unknown-slug`: a slug that the vocabulary does not have, with the nearest that it has; once for each slug."""
    first: dict[tuple[str, str], tuple[Record, str]] = {}
    times: Counter[tuple[str, str]] = Counter()
    for record, event in log.events():
        for name, part in SLUG_FIELDS.items():
            value = getattr(event, name, None)
            for slug in value if isinstance(value, tuple) else (value,):
                if slug is not None and slug not in getattr(log.vocabulary, part):
                    times[part, slug] += 1
                    first.setdefault((part, slug), (record, name))
    for (part, slug), (record, name) in first.items():
        near = log.vocabulary.nearest(part, slug)
        often = "" if times[part, slug] == 1 else f", here and in {times[part, slug] - 1} more"
        message = f"{slug!r} is not in vocabulary/{part}.jsonl{often}"
        hint = None if near is None else f"did you mean {near!r}?"
        yield _problem(record, "unknown-slug", message, f"$.{name}", severity="warning", hint=hint)


Check = Callable[[Checked], Iterable[Problem]]

CHECKS: tuple[Check, ...] = (
    replay_problems,
    dangling_promises,
    dates_after_report,
    set_aside,
    uncounted_training,
    unknown_slugs,
)


def check(records: Iterable[Record], vocabulary: Vocabulary = NO_VOCABULARY) -> list[Problem]:
    """Every problem of the records, in the order of the lines they were read from.

    Lines that cannot be read at all are the log's to report: `EventLog.read(skip_problems=True, problems=…)`.
    """
    checked = Checked(tuple(records), vocabulary)
    problems = dict.fromkeys(problem for each in CHECKS for problem in each(checked))
    return sorted(problems, key=lambda problem: (problem.file or "", problem.line or 0, problem.code, problem.message))


def _problem(
    record: Record,
    code: str,
    message: str,
    path: str,
    *,
    severity: Severity = "error",
    hint: str | None = None,
) -> Problem:
    return Problem(
        code=code,
        severity=severity,
        message=message,
        file=record.file,
        line=record.line,
        path=path,
        event_id=record.id,
        hint=hint,
    )
