"""Projections: what is asked of a view. Built of few pieces that give bounds, or folds of your own."""

from aidtimeline.projections.fields import FIELDS, names
from aidtimeline.projections.pieces import Bounds, Product, State, Sum, Term, Union
from aidtimeline.projections.protocol import Projection, fold
from aidtimeline.projections.states import (
    Announced,
    Part,
    Participations,
    PartyRole,
    ProjectState,
    ProjectStates,
)
from aidtimeline.projections.sums import COUNTED_KINDS, VALUED_KINDS, Counts, MoneySums
from aidtimeline.projections.tables import Row, Table, in_order

__all__ = [
    "COUNTED_KINDS",
    "FIELDS",
    "VALUED_KINDS",
    "Announced",
    "Bounds",
    "Counts",
    "MoneySums",
    "Part",
    "Participations",
    "PartyRole",
    "Product",
    "ProjectState",
    "ProjectStates",
    "Projection",
    "Row",
    "State",
    "Sum",
    "Table",
    "Term",
    "Union",
    "fold",
    "in_order",
    "names",
]
