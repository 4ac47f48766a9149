"""The words of fixed lists: kinds of events, roles, statuses, sides, and what trainings are counted in.

Each list is written once, as a type. A checker then refuses a misspelt word where it is written. A text that comes from
data is no such word yet: `to_role` and the others make it one, or raise `InvalidValue`.

>>> found = "lead"                   # a text: for a checker it may be any
>>> role: Role = to_role(found)
>>> to_role("leader")  # doctest: +ELLIPSIS
Traceback (most recent call last):
    ...
aidtimeline.errors.InvalidValue: found 'leader', expected one of funding, accountable, extending, ...
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal, TypeAlias, TypeVar, get_args, get_origin

from aidtimeline.errors import InvalidValue

EventKind: TypeAlias = Literal[
    "announcement",
    "pledge",
    "commitment",
    "disbursement",
    "receipt",
    "expenditure",
    "delivery",
    "training",
    "project",
    "status",
    "participation",
    "cancellation",
    "observation",
]
"""A kind of event, in the order in which people read them; `aidtimeline.events.EVENT_KINDS` has the class of each."""
AmendmentKind: TypeAlias = Literal["correction", "retraction", "corroboration"]
"""A kind of amendment."""
Role: TypeAlias = Literal["funding", "accountable", "extending", "implementing", "beneficiary", "lead", "member"]
"""A role in a project: IATI's four participating-org roles, and beneficiary, lead, member."""
ProjectStatus: TypeAlias = Literal["pipeline", "implementation", "finalisation", "closed", "cancelled", "suspended"]
"""A status of IATI's ActivityStatus codelist, by name."""
Side: TypeAlias = Literal["provider", "receiver"]
"""Whose books a flow of money is from."""
Tied: TypeAlias = Literal["tied", "partially-tied", "untied"]
"""Whether goods and services must be bought from the donor, by the names of IATI's TiedStatus."""
TrainingUnit: TypeAlias = Literal["person", "course"]
"""What trainings are counted in."""

ROLES: tuple[Role, ...] = get_args(Role)
STATUSES: tuple[ProjectStatus, ...] = get_args(ProjectStatus)
SIDES: tuple[Side, ...] = get_args(Side)
TIED: tuple[Tied, ...] = get_args(Tied)
TRAINING_UNITS: tuple[TrainingUnit, ...] = get_args(TrainingUnit)

W = TypeVar("W", bound=str)


def one_of(allowed: Collection[W], value: object) -> W:
    """One of the words allowed."""
    if isinstance(value, str) and value in allowed:
        word: Any = value
        return word  # type: ignore[no-any-return]
    raise InvalidValue(value, "one of " + ", ".join(allowed))


def words_in(type_: Any) -> bool:
    """Whether a type is that of the words of a list, or of these and None.

    >>> words_in(Role), words_in(Side | None), words_in(str | None)
    (True, True, False)
    """
    return any(get_origin(each) is Literal for each in (type_, *get_args(type_)))


def to_role(value: str) -> Role:
    """A role in a project, by its name."""
    return one_of(ROLES, value)


def to_status(value: str) -> ProjectStatus:
    """A status of a project, by its name."""
    return one_of(STATUSES, value)


def to_side(value: str) -> Side:
    """Whose books a flow of money is from, by its name."""
    return one_of(SIDES, value)


# The converters of fields: a checker lets them take words only.


def role_field(value: Role) -> Role:
    """A role in a project."""
    return one_of(ROLES, value)


def optional_role_field(value: Role | None) -> Role | None:
    """A role in a project, or None."""
    return None if value is None else one_of(ROLES, value)


def status_field(value: ProjectStatus) -> ProjectStatus:
    """A status of a project."""
    return one_of(STATUSES, value)


def side_field(value: Side) -> Side:
    """Whose books a flow of money is from."""
    return one_of(SIDES, value)


def optional_tied_field(value: Tied | None) -> Tied | None:
    """Whether aid is tied, or None."""
    return None if value is None else one_of(TIED, value)


def optional_unit_field(value: TrainingUnit | None) -> TrainingUnit | None:
    """What trainings are counted in, or None."""
    return None if value is None else one_of(TRAINING_UNITS, value)
