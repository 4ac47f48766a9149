"""Everything that is wrong with a log, or worth a look: one list of small functions.

A check is a function from a `Checked` log to problems, and a row of `CHECKS`; `codes` says what each code means and how
to mend it. Checks look at what replay believes when all is known, after repairs: what a repair has mended is no
longer found. None takes more than one pass over sorted facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Context, Inexact, InvalidOperation, localcontext

from aidtimeline.checks.checked import Check, Checked
from aidtimeline.checks.duplicates import probable_duplicates, same_entries
from aidtimeline.checks.levels import observed_levels
from aidtimeline.checks.links import (
    dangling_promises,
    fulfilled_before,
    fulfilled_kinds,
    superseded_before,
    superseded_kinds,
)
from aidtimeline.checks.projects import planned_ends, status_moves
from aidtimeline.checks.promises import over_delivered, overdue
from aidtimeline.checks.texts import (
    dates_after_report,
    disagreeing_repairs,
    recorded_in_future,
    replay_problems,
    set_aside,
    unknown_slugs,
    unpublished,
    without_units,
)
from aidtimeline.checks.twins import alike_datasets
from aidtimeline.errors import Problem
from aidtimeline.events import Record
from aidtimeline.text.progress import Progress, untold
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

__all__ = ["CHECKS", "Check", "Checked", "check"]

CHECKS: tuple[Check, ...] = (
    replay_problems,
    dangling_promises,
    disagreeing_repairs,
    dates_after_report,
    recorded_in_future,
    unpublished,
    set_aside,
    without_units,
    unknown_slugs,
    superseded_before,
    superseded_kinds,
    fulfilled_before,
    fulfilled_kinds,
    over_delivered,
    overdue,
    status_moves,
    planned_ends,
    probable_duplicates,
    same_entries,
    alike_datasets,
    observed_levels,
)

# Room for a million numbers with 30 digits before the point and others with 30 behind it: nothing here is rounded.
_EXACT = Context(prec=120, traps=[Inexact, InvalidOperation])


def check(
    records: Iterable[Record],
    vocabulary: Vocabulary = NO_VOCABULARY,
    *,
    today: date | None = None,
    now: datetime | None = None,
    progress: Progress = untold,
) -> list[Problem]:
    """Every problem of the records, in the order of the lines they were read from.

    `today` is the day on which promises are found to be overdue, and `now` the instant after which nothing can have
    been recorded; if they are None, none is. `progress` is told how many of the checks are done. Lines that cannot be
    read are reported by the log: `EventLog.read(skip_problems=True, problems=…)`.

    >>> check([])
    []
    """
    checked = Checked(tuple(records), vocabulary, today, now)
    problems: dict[Problem, None] = {}
    with localcontext(_EXACT):
        for done, each in enumerate(CHECKS, start=1):
            problems |= dict.fromkeys(each(checked))
            progress("checking", done, len(CHECKS))
    return sorted(problems, key=lambda problem: (problem.file or "", problem.line or 0, problem.code, problem.message))
