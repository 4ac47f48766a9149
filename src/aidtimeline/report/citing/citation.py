"""What a citation has, whatever its format: the sentence, what is to be said of it, the log, and the sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from attrs import frozen

from aidtimeline.errors import UsageError
from aidtimeline.events import Source
from aidtimeline.explain import Explanation
from aidtimeline.log.digest import Digest
from aidtimeline.report.citing.sentence import remarks, sentence
from aidtimeline.report.explanation import said_in
from aidtimeline.report.notes import many
from aidtimeline.semantics.view import Viewed
from aidtimeline.timeline import View

SHORT = 12
"""So many digits of a digest are shown where people read it."""


@frozen
class Log:
    """The log that an answer is from: the name of its folder (None: there is none), and the digest of its records."""

    name: str | None
    digest: Digest

    @classmethod
    def of(cls, view: Viewed) -> Log:
        """The log of a view."""
        origin = view.engine.origin() if isinstance(view, View) else None
        if origin is None or origin.engine == "fold":
            digest = Digest.of(view.records)
        else:
            digest = Digest.of_folder(origin.folder, skip_problems=origin.skip_problems)
        return cls(None if origin is None else Path(origin.folder).name, digest)

    def __str__(self) -> str:
        named = "a log" if self.name is None else f"the log “{self.name}”"
        return f"{named} of aidtimeline, {many('record', self.digest.records)}, digest {self.digest.text[:SHORT]}"


@frozen
class Cited:
    """A source, and what it says of the facts behind the number where reports disagree: "4 (9 Jul 2024)"."""

    source: Source
    says: tuple[str, ...] = ()


@frozen
class Citation:
    """One answer, ready to be written: its sentence, remarks on it, the log it is from, and the sources in order.

    `made` is the day on which it was made.
    """

    sentence: str
    remarks: tuple[str, ...]
    log: Log
    sources: tuple[Cited, ...]
    made: date


def citation(explanation: Explanation, made: date) -> Citation:
    """What is cited of an answer. Raises `UsageError` if it is of no view."""
    view = explanation.view
    if view is None:
        raise UsageError("only an answer of a view can be cited: view.explain(…)")
    return Citation(
        sentence(explanation, view, made),
        tuple(remarks(explanation)),
        Log.of(view),
        tuple(_sources(explanation)),
        made,
    )


def _sources(explanation: Explanation) -> Iterator[Cited]:
    """Each source once, in the order of the facts; then those of what was done to these: corrections, retractions."""
    says: dict[Source, dict[str, None]] = defaultdict(dict)
    for reason in explanation.rows:
        if reason.part != "excluded":
            for report in reason.reports:
                said = says[report.source]
                if reason.disputed:
                    said[said_in(report)] = None
            for amendment in reason.amendments:
                for source in amendment.event.sources:
                    says[source]
    return (Cited(source, tuple(said)) for source, said in says.items())
