"""What every engine promises: its answers are those of the fold, to the last digit (docs/semantics.md, law 13).

An engine enrols with one call:

    def test_my_engine_is_exact():
        check_engine(lambda folder: MyTimeline.open(folder))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from attrs import evolve, frozen
from hypothesis import Phase, given, settings, strategies as st

from aidtimeline.codec import encode
from aidtimeline.events import Record
from aidtimeline.projections import FIELDS, Counts, Fulfilment, MoneySums
from aidtimeline.semantics.links import all_above
from aidtimeline.semantics.provenance import records_about
from aidtimeline.testing.drawnlogs import cuts, logs
from aidtimeline.testing.laws import Cuts, same
from aidtimeline.testing.strategies import repeatable
from aidtimeline.timeline import Timeline, View
from aidtimeline.vocabulary import Rate

LAW = "engines agree"


def check_engine(
    open_timeline: Callable[[Path], Timeline], *, examples: int = 100, sizes: tuple[int, int] = (1, 12)
) -> None:
    """Hold an engine to the fold: the same questions of drawn logs must have the same answers.

    Each log is written in several steps to the files of one folder, and asked after each, at drawn cuts.

    Args:
        open_timeline: Opens the log in a folder with the engine.
        examples: How many logs are tried.
        sizes: How many records a log has, at least and at most.

    Raises:
        LawBroken: With the question, both answers, and the smallest log that shows it.

    >>> check_engine(lambda folder: Timeline.open(folder, engine="fold"), examples=2)
    """
    least, most = sizes

    @settings(repeatable(examples), phases=[Phase.generate, Phase.shrink])
    @given(logs(least, most), st.lists(_questions(), min_size=3, max_size=3), st.integers(0, 99))
    def holds(records: list[Record], asked: list[Asked], seed: int) -> None:
        with TemporaryDirectory() as folder:
            for _ in written(Path(folder), records, Random(seed)):
                compare(Timeline.open(folder, engine="fold"), open_timeline(Path(folder)), asked)

    holds()


def written(folder: Path, records: Sequence[Record], random: Random) -> Iterator[None]:
    """Write records to the files of a log, in some order and in several steps, and stop after each."""
    waiting = random.sample(records, len(records))
    while waiting:
        for _ in range(random.randint(1, len(waiting))):
            with (folder / f"{random.choice('ab')}.jsonl").open("a", encoding="utf-8") as file:
                file.write(encode(waiting.pop()) + "\n")
        yield


def compare(fold: Timeline, found: Timeline, asked: Sequence[Asked]) -> None:
    """Ask both timelines the same, and raise `LawBroken` if an answer differs."""
    for each in asked:
        same(f"{LAW}: {each}", *(_shown(each.ask(timeline)) for timeline in (fold, found)))
        same(f"{LAW}: problems, {each.cuts}", *(_problems(timeline, each.cuts) for timeline in (fold, found)))
    for name in FIELDS:
        same(f"{LAW}: values known of {name}", fold.known.values(name), found.known.values(name))


def _shown(result: object) -> tuple[object, str]:
    """An answer, and how it looks: two numbers may be equal and not look equal."""
    return result, repr(result)


def _view(timeline: Timeline, cuts: Cuts) -> View:
    return timeline.as_of(cuts.as_of, known_at=cuts.known_at, recorded_until=cuts.recorded_until)


def _problems(timeline: Timeline, cuts: Cuts) -> list[str]:
    return sorted(map(str, _view(timeline, cuts).problems))


@frozen
class Asked:
    """A question as it can be asked of any timeline: `by` are fields, `where` is a field and a value.

    `dated` are years, quarters or months of the facts' own dates, which only sums of one day can be asked for.
    """

    kind: str
    cuts: Cuts
    before: Cuts
    by: tuple[str, ...]
    money: bool
    currency: str | None
    where: Mapping[str, str | None]
    dated: Mapping[str, str | None]

    def ask(self, timeline: Timeline) -> object:
        """The answer."""
        view = _view(timeline, self.cuts)
        return QUESTIONS[self.kind](self, timeline, view)

    def sums(self, view: View, *, every_day: bool = False) -> Counts | MoneySums:
        """A question for sums, of one day or of every day."""
        dated = {} if every_day else self.dated
        by = [*self.by, *(name for name, value in dated.items() if value is None)]
        where = {**self.where, **{name: value for name, value in dated.items() if value is not None}}
        if not self.money:
            return Counts(by, kind=[], where=where, vocabulary=view.vocabulary)
        return MoneySums(by, currency=self.currency, where=where, vocabulary=evolve(view.vocabulary, rates=RATES))


def _explained(asked: Asked, _timeline: Timeline, view: View) -> object:
    table = view.replay(asked.sums(view))
    return [table.explain(table.key_of(row)) for row in table.rows[:2]]


def _diff(asked: Asked, timeline: Timeline, view: View) -> object:
    return _view(timeline, asked.before).diff(view, asked.sums(view))


def _promises_explained(asked: Asked, _timeline: Timeline, view: View) -> object:
    table = view.fulfilment(asked.where)
    return [view.explain(table.question, row.key) for row in table.rows[:2]]


def _levels_explained(asked: Asked, _timeline: Timeline, view: View) -> object:
    table = view.levels(asked.where)
    return [view.explain(table.question, row.thing) for row in table.rows[:4]]


def _promises_compared(asked: Asked, timeline: Timeline, view: View) -> object:
    return _view(timeline, asked.before).diff(view, Fulfilment(view.as_of, asked.where, view.vocabulary))


def _series(asked: Asked, timeline: Timeline, view: View) -> object:
    found = timeline.series(
        asked.sums(view, every_day=True), known_at=view.known_at, recorded_until=view.recorded_until
    )
    until = asked.before.as_of
    return found, found.to(until), found.every("quarter", until)


def _within(asked: Asked, _timeline: Timeline, view: View) -> object:
    sums = asked.sums(view, every_day=True)
    return view.within(sums, "quarter"), view.within(sums, "month", asked.before.as_of)


def _narrowed(asked: Asked, _timeline: Timeline, view: View) -> object:
    """What a narrowed view promises: the facts that are chosen, with the records of each and of what may replace it."""
    selection, found = asked.sums(view).selection, []
    by_id = evolve(selection, where=(), ids=frozenset(list(view.ids())[::3]))
    for each, every_day in ((selection, False), (selection, True), (by_id, True)):
        near = view.narrowed(each, every_day=every_day)
        facts = [fact for fact in (near.belief.facts if every_day else near.facts) if fact in each]
        above = all_above((fact.id for fact in facts), near.belief.links.above)
        records = records_about({*above, *(fact.id for fact in facts)}, near.records, near.belief)
        found.append((facts, sorted(above), [record.id for record in records]))
    return found


def _conversions(asked: Asked, _timeline: Timeline, view: View) -> object:
    sums = asked.sums(view)
    return view.conversions(sums), view.conversions(sums, every_day=True)


def _ids(_asked: Asked, timeline: Timeline, view: View) -> object:
    ids = list(view.ids())
    return ids, [list(view.ids(each[:4])) for each in ids[:3]], view.id_length(1), view.id_length(8), repr(timeline)


#: Every question that a timeline answers.
QUESTIONS: Mapping[str, Callable[[Asked, Timeline, View], object]] = {
    "sums": lambda asked, _, view: view.replay(asked.sums(view)),
    "beside": lambda asked, _, view: view.beside(asked.sums(view)),
    "conversions": _conversions,
    "narrowed": _narrowed,
    "ids": _ids,
    "series": _series,
    "within": _within,
    "projects": lambda asked, _, view: view.projects(asked.where),
    "participation": lambda asked, _, view: view.participation(asked.where),
    "fulfilment": lambda asked, _, view: view.fulfilment(asked.where, matches=asked.money),
    "promises explained": _promises_explained,
    "promises compared": _promises_compared,
    "levels": lambda asked, _, view: view.levels(asked.where),
    "levels explained": _levels_explained,
    "diff": _diff,
    "explain": _explained,
    "facts": lambda asked, _, view: view.facts,
    "facts listed": lambda asked, _, view: view.facts_table(where=asked.where),
}


#: The rates by which money is converted: not of every day, and not exactly on some.
RATES = (
    Rate(currency="JPY", per="USD", rate="131.5", date="2022/2023", source="of the years"),
    Rate(currency="USD", per="JPY", rate="0.0075", date="2023-03", source="of a month"),
    Rate(currency="UAH", per="USD", rate="36.5686", date="[..2023-11]", source="since ever"),
)

#: What questions may be narrowed to.
WHERE: tuple[Mapping[str, str | None], ...] = (
    {"donor": "JP"},
    {"currency": "JPY"},
    {"item": "truck"},
    {"location": "Bucha"},
    {"unit": None},
    {"project": "hd-capacity"},
    {"role": "lead"},
    {"kind": "status", "sector": None},
)


#: The periods that sums are asked for by (None), or of.
DATED: tuple[Mapping[str, str | None], ...] = (
    {"quarter": None},
    {"month": None, "year": None},
    {"month": "2023-04"},
    {"year": None, "quarter": "2023-Q2"},
)


def _questions() -> st.SearchStrategy[Asked]:
    nothing: dict[str, str | None] = {}
    return st.builds(
        Asked,
        st.sampled_from(("sums", "beside") * 4 + tuple(QUESTIONS)),
        cuts(),
        cuts(),
        st.lists(st.sampled_from(sorted(FIELDS)), max_size=2, unique=True).map(tuple),
        st.booleans(),
        st.sampled_from((None, None, "USD", "UAH")),
        st.sampled_from((nothing,) * 4 + WHERE),
        st.sampled_from((nothing,) * 4 + DATED),
    )
