"""One call that holds a projection to every law of projections (docs/semantics.md, "The laws")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any, NamedTuple, TypeAlias

import attrs
from hypothesis import Phase, settings

from aidtimeline.codec import encode
from aidtimeline.errors import UsageError
from aidtimeline.projections import Levels, Projection
from aidtimeline.projections.protocol import run
from aidtimeline.semantics.amendments import is_repair
from aidtimeline.testing import amendments, laws, oracles, worlds
from aidtimeline.testing.laws import Cuts, LawBroken
from aidtimeline.testing.purity import purity
from aidtimeline.testing.questions import Question, drawn_questions, hard_questions
from aidtimeline.testing.shrinking import shrunk
from aidtimeline.values.amounts import Quantity

Make: TypeAlias = Callable[[Cuts], Projection[Any, Any]]
"""What gives the projection for the cuts of a question."""

Hold: TypeAlias = Callable[[Question, Projection[Any, Any]], None]
"""A law: raises `LawBroken` if it does not hold for the projection on a question."""


class Law(NamedTuple):
    """A law of projections: its name, and in words what must be."""

    name: str
    words: str
    hold: Hold
    thorough: bool = False
    """The log has to be read again, which takes long."""
    of_bounds: bool = False
    """It is about what the answer says of what may have happened."""


def check_projection(
    projection: Projection[Any, Any] | Make,
    *,
    examples: int | None = None,
    against: Callable[..., Any] | None = None,
    bounds: bool = True,
) -> None:
    """Hold a projection to the laws of docs/semantics.md, on a corpus of small hard logs, and on logs that are drawn.

    They are the same ones in every run, whoever calls. Results are compared with `==`. Bounds, quantities, money and
    sets in them (in mappings, lists and data classes, at any depth) must contain what is true in each world, and be
    reached in some. What has a flag `certain` must be in all worlds if it is set, and else be missing in some. A class
    names in `not_bounds` those of its parts that are no bounds, such as an estimate. What breaks a law is made smaller
    until nothing can be left out.

    Of the settings of Hypothesis that are in force (a profile) these count: `max_examples`, and the phases `explicit`
    (the corpus), `generate` (what is drawn) and `shrink`. There is no deadline.

    Args:
        projection: The projection to test; or, for one that takes its cuts, a function that makes it of them:
            `lambda cuts: MyProjection(cuts.as_of)`. A function has no `step`; this tells them apart.
        examples: How many logs are drawn, each tried on all laws. None: `max_examples` of Hypothesis, by default 100.
        against: What the answer must be: a function of the facts of one world, in which all is certain and exact. If a
            log has one world, the answer must equal it, and contain it otherwise. It is given the cuts as well, as its
            second argument, if `projection` is a function of them. It computes decimals with 100 digits.
        bounds: False for an answer about the reports rather than about what has happened, such as how many there are:
            then the laws of bounds are not tried, and the oracle only where a log has one world.

    Raises:
        LawBroken: With the law, what was found instead, and the smallest log and question that show it. The law
            `vacuous`: nothing in the answers can be held to the laws of bounds, or they are all the same.
        UsageError: It is no projection.
        Exception: Whatever the projection itself raises, with the smallest log and question as a note.

    >>> from aidtimeline.projections import Counts, MoneySums
    >>> check_projection(Counts(by="item"), examples=5)
    >>> def received(facts):
    ...     dollars = [fact.value.amount.low for fact in facts if fact.kind == "receipt" and fact.currency == "USD"]
    ...     return {("receipt", "USD"): sum(dollars)}
    >>> check_projection(MoneySums(kind="receipt", where={"currency": "USD"}), examples=5, against=received)
    """
    make, from_cuts = _maker(projection)
    asked = settings()
    number = asked.max_examples if examples is None else examples
    hard = hard_questions() if Phase.explicit in asked.phases else ()
    drawn = drawn_questions(number if Phase.generate in asked.phases else 0)
    held = [law for law in LAWS if bounds or not law.of_bounds]
    if against is not None:
        held.insert(_PLAINEST, _oracle(against, from_cuts, bounds))
    tried: list[Question] = []
    for law, question in _in_turn(held, hard, drawn, tried):
        _try(law, question, make, shrink=Phase.shrink in asked.phases)
    if bounds and against is None:
        _refuse_vacuous([*hard, *tried], make)


def _maker(projection: Any) -> tuple[Make, bool]:
    """What gives the projection at any cuts, and whether it depends on them."""
    if isinstance(projection, type):
        name = projection.__name__
        raise UsageError(f"{name} is a class: give {name}(), or lambda cuts: {name}(cuts.as_of) if it takes its cut")
    if isinstance(projection, Levels):
        raise UsageError(
            "Levels is a question of a view, and no projection: it needs the sums of other days than that of the view, "
            "and its facts alone do not give them. To hold what is reported to the record, ask view.replay(Levels())"
        )
    if not hasattr(projection, "step") and callable(projection):
        return projection, True
    missing = [name for name in ("initial", "step", "merge", "finish") if not callable(getattr(projection, name, None))]
    if missing:
        raise UsageError(f"{type(projection).__name__} is no projection: it has no {' and no '.join(missing)}")
    return lambda _: projection, False


def _in_turn(
    held: list[Law], hard: Iterable[Question], drawn: Iterable[Question], tried: list[Question]
) -> Iterator[tuple[Law, Question]]:
    """The corpus law by law, so that the plainest law that is broken is named, and then what is drawn, as it is."""
    for law in held:
        for question in hard:
            if question.thorough or not law.thorough:
                yield law, question
    for question in drawn:
        tried.append(question)
        for law in held:
            yield law, question


def _try(law: Law, question: Question, make: Make, *, shrink: bool) -> None:
    try:
        law.hold(question, make(question.cuts))
    except Exception as error:  # noqa: BLE001 - what a projection raises is made smaller, too
        kind = type(error)
    else:
        return

    def breaks(smaller: Question) -> bool:
        try:
            law.hold(smaller, make(smaller.cuts))
        except Exception as error:  # noqa: BLE001
            return type(error) is kind
        return False

    smallest = shrunk(question, breaks) if shrink else question
    for each in (smallest, question):
        try:
            law.hold(each, make(each.cuts))
        except LawBroken as broken:
            raise _told(broken, law.words, each) from None
        except Exception as error:
            error.add_note(_as_python(each))
            raise


def _told(broken: LawBroken, words: str, question: Question) -> LawBroken:
    records = (*question.records, *question.amendments)
    said = f"{broken.found}\nThe law: {words}\n{_as_python(question)}"
    return LawBroken(broken.law, said, records=records, cuts=question.cuts)


def _as_python(question: Question) -> str:
    """The question, to be pasted. `projection` is the reader's own."""
    cuts = attrs.asdict(question.cuts)
    asked = ", ".join(f"{name}={value.isoformat()!r}" for name, value in cuts.items() if value is not None)
    records = (*question.records, *question.amendments)
    lines = [
        "The smallest log found, and the question, as Python:",
        "",
        "from aidtimeline import replay",
        "from aidtimeline.codec import decode",
        "",
        "log = r'''",
        *map(encode, records),
        "'''",
        "records = [decode(line) for line in log.split('\\n') if line]",
    ]
    if question.amendments:
        lines.append(f"replay(records[:{len(question.records)}], projection, {asked})  # without what amends it")
    return "\n".join([*lines, f"replay(records, projection, {asked})"])


def _refuse_vacuous(questions: Iterable[Question], make: Make) -> None:
    """Fail if nothing in the answers can be held to the laws of bounds, or all answers are the same."""
    first, differ, holds, example = None, False, False, None
    for number, question in enumerate(questions):
        answer = run(question.facts, make(question.cuts))
        first = answer if number == 0 else first
        differ = differ or answer != first
        holds = holds or any(isinstance(found, Quantity) or found for _, found in worlds.held(answer))
        if differ and holds:
            return
        if answer and example is None:
            example = answer
    if not differ:
        raise LawBroken(
            "vacuous",
            f"the answer is {first!r} in all logs, so nothing was tried. What the projection asks for is not in them: "
            "they have the items truck and radio, the parties JP, UA, US and undp, the projects hd-capacity and "
            "hd-equipment, the places Kharkiv and Bucha, and days around 1 April 2023",
        )
    raise _nothing_to_hold(example, questions, make)


def _nothing_to_hold(example: object, questions: Iterable[Question], make: Make) -> LawBroken:
    found = (
        f"the answer, such as {example!r} ({type(example).__name__}), has nothing to hold to the laws of bounds: it "
        "cannot say what is in doubt. Answer with Bounds or Quantity where it is a number, and with the set of what "
        "may be where it is none; or say with against= what is true in a world; or, if it is about the reports and not "
        "about what has happened, give bounds=False"
    )

    def doubtful(question: Question) -> bool:
        projection = make(question.cuts)
        answer = run(question.facts, projection)
        return any(run(world, projection) != answer for world in question.worlds)

    question = next(filter(doubtful, questions), None)
    if question is None:
        return LawBroken("vacuous", found)
    question = shrunk(question, doubtful)
    projection = make(question.cuts)
    answers = [run(world, projection) for world in question.worlds]
    among = " or ".join(dict.fromkeys(map(repr, answers)))
    found += f".\nHere it is {run(question.facts, projection)!r}, and may be {among}"
    return _told(LawBroken("vacuous", found), "an answer is never exact where it may be wrong.", question)


# The laws as functions of a question.


def _split(question: Question, projection: Projection[Any, Any]) -> None:
    laws.split_in_two(question.facts, projection)
    laws.split_facts(question.facts, projection, Random(question.seed))


def _shuffled(law: Callable[..., None]) -> Hold:
    return lambda question, projection: law(question.records, question.cuts, projection, Random(question.seed))


def _refinement(question: Question, projection: Projection[Any, Any]) -> None:
    asked = attrs.evolve(question.cuts, recorded_until=None)
    before = laws.answer(question.records, asked, projection)
    for correction, facts in question.closer:
        if said := worlds.wider(run(facts, projection), before):
            raise LawBroken("refinement", f"{said} when this was recorded, which is more exact:\n{encode(correction)}")


def _amended(question: Question, projection: Projection[Any, Any]) -> None:
    for each in question.amendments:
        law = amendments.repair if is_repair(each.event) else amendments.news
        law(question.records, each, question.cuts, projection)


def _oracle(against: Callable[..., Any], from_cuts: bool, bounds: bool) -> Law:
    def agrees(question: Question, projection: Projection[Any, Any]) -> None:
        cuts = question.cuts
        oracle = (lambda facts: against(facts, cuts)) if from_cuts else against
        answer = run(question.facts, projection)
        oracles.agrees(question.facts, question.worlds, cuts.as_of, answer, oracle, only_one=not bounds)

    words = "where only one world is possible, the answer is what the oracle says of it; otherwise it contains that."
    return Law("oracle", words, agrees)


_PLAINEST = 2
"""Before so many of the laws that are tried no oracle is asked."""

#: The laws in the order of trying: the earlier ones are plainer, and what breaks them often breaks later ones too.
LAWS: tuple[Law, ...] = (
    Law(
        "purity",
        "a projection changes no state that it was not given to change, and remembers nothing. initial() gives a new "
        "state each time, step() may change only its state, merge() and finish() change nothing.",
        lambda question, projection: purity(question.facts, projection),
    ),
    Law(
        "split",
        "facts may be folded in any parts, and the parts merged in any order; the answer is the same. (Floats round, "
        "and so do Decimals of more than 28 digits: sum quantities, which never do.)",
        _split,
    ),
    Law(
        "accounts",
        "a fact counts once, however many reports and records tell of it, with the date and amount that they give "
        "together: fact.date, fact.quantity and fact.value, not those of fact.event.",
        lambda question, projection: oracles.accounts(question.facts, projection),
        of_bounds=True,
    ),
    Law(
        "soundness",
        "bounds contain what is true in each world: whichever of the doubtful facts have happened.",
        lambda question, projection: worlds.sound(question.facts, question.worlds, projection),
        of_bounds=True,
    ),
    Law(
        "tightness",
        "bounds are no wider than what may be true: each end is reached in some world (unless they say loose=True).",
        lambda question, projection: worlds.tight(question.facts, question.worlds, projection),
        of_bounds=True,
    ),
    Law(
        "refinement",
        "what says more exactly what was said before never gives an answer that was not within the earlier one.",
        _refinement,
        thorough=True,
        of_bounds=True,
    ),
    Law("order", "shuffling the lines of a log changes no answer.", _shuffled(laws.order), thorough=True),
    Law("idempotence", "recording again changes nothing.", _shuffled(laws.idempotence), thorough=True),
    Law("union", "two logs merged by lines are the log of all records.", _shuffled(laws.union), thorough=True),
    Law(
        "prefix",
        "what is dated wholly after the day of the question changes no answer, but for its links.",
        lambda question, projection: laws.prefix(question.records, question.cuts, projection),
        thorough=True,
    ),
    Law(
        "repair, news",
        "after a repair all is as if the record had been written so at first; after news, as if from its "
        "publication on.",
        _amended,
        thorough=True,
    ),
)
