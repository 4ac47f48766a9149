"""Questions as data, and as the command line that asks them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from attrs import evolve, frozen

from aidtimeline.errors import AidtimelineError, InvalidValue, UsageError
from aidtimeline.explain import Explanation
from aidtimeline.projections import Counts, Fulfilment, Levels, MoneySums, Participations, ProjectStates
from aidtimeline.projections.fields import Selection
from aidtimeline.projections.fulfilment.rows import Key
from aidtimeline.projections.levels.things import Thing
from aidtimeline.report.columns import Json
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.converters import to_record_ids
from aidtimeline.values.currencies import check_currency
from aidtimeline.values.dates import format_instant, parse_cut, parse_day
from aidtimeline.vocabulary import Vocabulary

Cut = date | datetime | None
Where = Mapping[str, tuple[str | None, ...]]


class _Asked(NamedTuple):
    """What a question is made of, beside its kind."""

    as_of: date
    by: tuple[str, ...]
    kinds: tuple[str, ...]
    where: Where
    vocabulary: Vocabulary
    currency: str | None = None

    @property
    def sums(self) -> dict[str, Any]:
        """What a question for sums takes."""
        return {"by": self.by, "kind": self.kinds, "where": self.where, "vocabulary": self.vocabulary}


def _states(make: Any) -> Callable[[_Asked], Any]:
    return lambda asked: make(asked.where, asked.vocabulary)


QUESTIONS: Mapping[str, tuple[type, Callable[[_Asked], Any]]] = {
    "counts": (Counts, lambda it: Counts(**it.sums)),
    "money": (MoneySums, lambda it: MoneySums(**it.sums, currency=it.currency)),
    "level": (Levels, _states(Levels)),
    "fulfilment": (Fulfilment, lambda it: Fulfilment(it.as_of, it.where, it.vocabulary)),
    "state": (ProjectStates, _states(ProjectStates)),
    "role": (Participations, _states(Participations)),
}
"""The questions that a bundle may have: their classes, and what makes them."""


@frozen
class Asking:
    """A question with its cuts and the key of the answer, as read from data."""

    of: str
    as_of: date
    known_at: Cut
    recorded_until: Cut
    by: tuple[str, ...]
    kinds: tuple[str, ...]
    where: Where
    ids: tuple[str, ...] | None
    key: tuple[Any, ...]
    currency: str | None = None

    @classmethod
    def of_explanation(cls, explanation: Explanation, view: Viewed) -> Asking:
        """The question of an explanation. Raises `UsageError` if it is one of the user's own."""
        question = explanation.question
        of = next((name for name, (kind, _) in QUESTIONS.items() if type(question) is kind), None)
        if of is None or (of == "fulfilment" and question.as_of != view.as_of):
            raise UsageError(
                "only sums, levels, promises and states of a view can be bundled, not questions of your own"
            )
        selection: Selection = question.selection
        return cls(
            of,
            view.as_of,
            view.known_at,
            view.recorded_until,
            tuple(getattr(question, "by", ())),
            selection.kinds if of in ("counts", "money") else (),
            {each.name: tuple(each.values) for each in selection.where},
            None if selection.ids is None else tuple(sorted(selection.ids)),
            tuple(explanation.key),
            getattr(question, "currency", None),
        )

    @classmethod
    def of_data(cls, found: Json) -> Asking:
        """The question that data say. Raises `InvalidValue` for anything else."""
        try:
            return cls(
                _text("of", found["of"]),
                parse_day(_text("as_of", found["as_of"])),
                _cut(found["known_at"]),
                _cut(found["recorded_until"]),
                _texts("by", found["by"]),
                _texts("kinds", found["kinds"]),
                {
                    name: _texts("where", values, empty=True)
                    for name, values in _object("where", found["where"]).items()
                },
                None if found["ids"] is None else to_record_ids(_texts("ids", found["ids"])),
                tuple(_value(each) for each in _list("key", found["key"])),
                None if "currency" not in found else check_currency(found["currency"]),
            )
        except KeyError as error:
            raise InvalidValue(found, f"a question with {error.args[0]!r}") from None

    @property
    def data(self) -> Json:
        """The question as data, with the command line first."""
        return {
            "command": self.command,
            "of": self.of,
            "as_of": self.as_of.isoformat(),
            "known_at": _written(self.known_at),
            "recorded_until": _written(self.recorded_until),
            "by": list(self.by),
            "kinds": list(self.kinds),
            "where": {name: list(values) for name, values in self.where.items()},
            "ids": None if self.ids is None else list(self.ids),
            "key": list(self.key),
            **({} if self.currency is None else {"currency": self.currency}),
        }

    def question(self, vocabulary: Vocabulary) -> Any:
        """The question, with a vocabulary. Raises `UsageError` or `InvalidValue` if there is none such."""
        if self.of not in QUESTIONS:
            raise InvalidValue(self.of, f"one of {', '.join(QUESTIONS)}")
        _, make = QUESTIONS[self.of]
        try:
            made = make(_Asked(self.as_of, self.by, self.kinds, self.where, vocabulary, self.currency))
        except AidtimelineError as error:
            raise InvalidValue(self.data["where"], f"a question that can be asked: {error}") from None
        if self.ids is not None:
            made.selection = evolve(made.selection, ids=frozenset(self.ids))
        return made

    @property
    def whole_key(self) -> tuple[Any, ...]:
        """The key as the question has it. Raises `InvalidValue` for one of another width."""
        fields: Any = {"level": Thing, "fulfilment": Key}.get(self.of)
        if fields is None:
            return self.key
        try:
            whole: tuple[Any, ...] = fields._make(self.key)
        except TypeError:
            raise InvalidValue(list(self.key), f"a key with {', '.join(fields._fields)}") from None
        return whole

    @property
    def command(self) -> str:
        """The command line that explains the answer.

        >>> from aidtimeline import Timeline
        >>> view = Timeline.open("events").as_of("2023-11-28")
        >>> print(Asking.of_explanation(view.counts().explain("truck"), view).command)
        aidtimeline explain --as-of 2023-11-28 --kind delivery --where item=truck
        """
        return shlex.join(["aidtimeline", "explain", *self._words()])

    def _words(self) -> Iterator[str]:
        yield from self.ids or ()
        yield from ("--as-of", self.as_of.isoformat())
        for option, cut in (("--known-at", self.known_at), ("--recorded-until", self.recorded_until)):
            if cut is not None:
                yield from (option, str(_written(cut)))
        flags = {"money": "--money", "level": "--level", "fulfilment": "--fulfilment", "role": "--field"}
        if self.of == "state":
            yield from ("--field", str(self.key[-1]) if self.key else "")
        elif self.currency is not None:
            yield from ("--currency", self.currency)
        elif self.of in flags:
            yield flags[self.of]
            yield from ["role"] * (self.of == "role")
        where = dict(self.where) | {name: (value,) for name, value in self._of_key()}
        kinds = where.pop("kind", self.kinds)
        for kind in kinds:
            yield from ("--kind", str(kind))
        for name, values in where.items():
            for value in values:
                yield from ("--where", f"{name}={'' if value is None else value}")

    @property
    def named(self) -> Iterator[tuple[str, str]]:
        """The texts of the key, each with its field."""
        pairs = zip(self._names, self.key, strict=False)
        return ((name, value) for name, value in pairs if isinstance(value, str))

    def _of_key(self) -> Iterator[tuple[str, str | None]]:
        """What the key says of fields: the answer is that of the question which is narrowed to it."""
        for name, value in zip(self._names, self.key, strict=False):
            if name == "currency" and value == self.currency is not None:
                continue  # what is converted may state any
            if value is not None or not (name in ("unit", "currency") or self.of == "level"):
                yield name, str(value).lower() if isinstance(value, bool) else value

    @property
    def _names(self) -> tuple[str, ...]:
        """The names of the values of the key."""
        if self.of == "counts":
            kind = ("kind",) if len(self.kinds) > 1 else ()
            return (*dict.fromkeys((*kind, *(name for name in self.by if name != "unit"))), "unit")
        if self.of == "money":
            return tuple(dict.fromkeys(("kind", "currency", *self.by)))
        return _KEYS[self.of]


_KEYS: Mapping[str, tuple[str, ...]] = {
    "level": Thing._fields,
    "fulfilment": Key._fields,
    "state": ("project",),
    "role": ("project", "party", "role"),
}
"""The names of the values of keys that are the same for every question."""


def _written(cut: Cut) -> str | None:
    if cut is None:
        return None
    return format_instant(cut) if isinstance(cut, datetime) else cut.isoformat()


def _cut(found: Any) -> Cut:
    return None if found is None else parse_cut(_text("a cut", found))


def _text(what: str, found: Any) -> str:
    if isinstance(found, str):
        return found
    raise InvalidValue(found, f"{what} as a text")


def _value(found: Any) -> str | bool | None:
    if found is None or isinstance(found, str | bool):
        return found
    raise InvalidValue(found, "a text, true, false or null in a key")


def _list(what: str, found: Any) -> list[Any]:
    if isinstance(found, list):
        return found
    raise InvalidValue(found, f"{what} as a list")


def _object(what: str, found: Any) -> Json:
    if isinstance(found, dict):
        return found
    raise InvalidValue(found, f"{what} as an object")


def _texts(what: str, found: Any, *, empty: bool = False) -> tuple[Any, ...]:
    for each in _list(what, found):
        if not (isinstance(each, str) or (empty and each is None)):
            raise InvalidValue(each, f"texts in {what}")
    return tuple(found)
