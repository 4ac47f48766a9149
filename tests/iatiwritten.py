"""Small logs to be written as IATI, and what is read of them again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from aidtimeline import Record, Timeline
from aidtimeline.codec import record_id
from aidtimeline.events import (
    Amendment,
    Commitment,
    Disbursement,
    Event,
    Participation,
    Project,
    Source,
    State,
    Status,
)
from aidtimeline.formats import import_file
from aidtimeline.formats.iati.writing import Exported, export_iati
from aidtimeline.semantics import Fact
from aidtimeline.timeline import View
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

DAY = date(2029, 1, 1)
REPORT = Source(publisher="An agency", published="2023-06-01", dataset="iati/XM-A-1")
ROAD: Mapping[str, Any] = {"project": "XM-A-1-road", "sources": REPORT}
PROFILE: Sequence[Event] = (
    Project(date="2023-01-10", title="A road", actual_start="2023-01-10", **ROAD),
    Status(date="2023-01-10", status="implementation", **ROAD),
    Participation(date="2023-01-10", party="XM-A-1", role="funding", **ROAD),
)
PAID: Mapping[str, Any] = {"date": "2023-02-01", "value": "USD 100", "donor": "XM-A-1", **ROAD}


def view_of(*events: Event | Amendment, vocabulary: Vocabulary = NO_VOCABULARY) -> View:
    """What is believed of events."""
    at = datetime(2023, 7, 1, tzinfo=UTC)
    return Timeline([Record(record_id(each), at, each) for each in events], vocabulary).as_of(DAY)


def of_records(records: Iterable[Record]) -> View:
    return Timeline(records).as_of(DAY)


class Written:
    """What is written of a view, and what is read of it again, into an empty log with the same vocabulary."""

    def __init__(self, view: View, **options: Any) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "activities.xml"
            self.report: Exported = export_iati(view, path, **options)
            self.text = path.read_text(encoding="utf-8") if path.exists() else ""
            self.facts: tuple[Fact, ...] = ()
            self.timeline = Timeline([])
            if self.text:
                log = Path(folder) / "log"
                _keep(view.vocabulary, log / "vocabulary")
                self.skipped = import_file(log, "iati", path).skipped
                self.timeline = Timeline(list(Timeline.open(log).records), view.vocabulary)
                self.facts = self.timeline.as_of(DAY).facts
        self.lost = {id_ for ids in self.report.left_out.values() for id_ in ids}

    @property
    def root(self) -> Any:
        """The root of the file, as another parser reads it."""
        return etree.fromstring(self.text.encode())

    def money(self) -> list[Fact]:
        """What is read of its transactions."""
        return [each for each in self.facts if not isinstance(each.event, State) and each.kind != "observation"]


def _keep(vocabulary: Vocabulary, folder: Path) -> None:
    folder.mkdir(parents=True)
    parties = (
        {name: getattr(each, name) for name in ("slug", "name", "kind", "iati_org_id")}
        for each in vocabulary.parties.values()
    )
    (folder / "parties.jsonl").write_text("".join(json.dumps(each) + "\n" for each in parties), encoding="utf-8")


def said(fact: Fact) -> tuple[object, ...]:
    """What a fact says that IATI can say too."""
    value_date = fact.value_date or (fact.date if fact.value is not None else None)
    when = None if isinstance(fact.event, State) else (fact.date.earliest, fact.date.latest)
    names = ("kind", "project", "donor", "recipient", "side", "value", "counterpart", "party", "role", "status")
    purposes = ("location", "sector", "humanitarian", "scope", "aid_type", "tied", "overlaps")
    profile = ("title", "parent", "planned_start", "planned_end", "actual_start", "actual_end")
    stated = tuple(getattr(fact, name) for name in (*names, *purposes, *profile))
    return when, None if value_date is None else value_date.earliest, *stated


NEWS = Source(publisher="A paper", published="2023-06-02")
FTS = Source(publisher="FTS", published="2023-06-02", dataset="fts")
OTHER = Source(publisher="Another", published="2023-06-02", dataset="iati/XM-B-2")
PROMISE = Commitment(**PAID)
LESS: Mapping[str, Any] = {"date": "2023-03-01", "value": "USD 40", "supersedes": record_id(PROMISE), **ROAD}
PAYMENT = Disbursement(**PAID)


def changed(**changes: Any) -> Disbursement:
    return Disbursement(**{**PAID, **changes})
