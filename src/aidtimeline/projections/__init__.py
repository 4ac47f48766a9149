"""Projections: what is asked of a view. Built of few pieces that give bounds, or folds of your own."""

from aidtimeline.projections.fields import FIELDS, names
from aidtimeline.projections.fulfilment import Fulfilment, FulfilmentRow, FulfilmentTable, fulfilment_rows
from aidtimeline.projections.keyed import in_order
from aidtimeline.projections.matching import Match
from aidtimeline.projections.pieces import Bounds, Product, State, Sum, Term, Union
from aidtimeline.projections.protocol import Projection, fold
from aidtimeline.projections.series import Period, Series, SeriesRow, Step, Steps, at_ends, series
from aidtimeline.projections.states import (
    Announced,
    Part,
    Participations,
    PartyRole,
    ProjectState,
    ProjectStates,
)
from aidtimeline.projections.sums import COUNTED_KINDS, VALUED_KINDS, Counts, MoneySums
from aidtimeline.projections.tables import Row, Table

__all__ = [
    "COUNTED_KINDS",
    "FIELDS",
    "VALUED_KINDS",
    "Announced",
    "Bounds",
    "Counts",
    "Fulfilment",
    "FulfilmentRow",
    "FulfilmentTable",
    "Match",
    "MoneySums",
    "Part",
    "Participations",
    "PartyRole",
    "Period",
    "Product",
    "ProjectState",
    "ProjectStates",
    "Projection",
    "Row",
    "Series",
    "SeriesRow",
    "State",
    "Step",
    "Steps",
    "Sum",
    "Table",
    "Term",
    "Union",
    "at_ends",
    "fold",
    "fulfilment_rows",
    "in_order",
    "names",
    "series",
]
