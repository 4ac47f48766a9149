"""Projections: the questions that a view answers. See docs/projections.md for how to write one.

The built-in ones are made of few pieces that give bounds: `Sum`, `State`, `Union` and `Product`.
"""

from aidtimeline.projections.fields import FIELDS, names
from aidtimeline.projections.fulfilment import Fulfilment, FulfilmentRow, FulfilmentTable
from aidtimeline.projections.matching import Match
from aidtimeline.projections.pieces import Bounds, Product, State, Sum, Term, Union
from aidtimeline.projections.protocol import Projection, fold
from aidtimeline.projections.results import Result
from aidtimeline.projections.series import Period, Series, SeriesRow, Step, Steps, at_ends, series
from aidtimeline.projections.states import (
    Announced,
    Part,
    Participations,
    ParticipationTable,
    PartyRole,
    ProjectState,
    ProjectStates,
    ProjectTable,
)
from aidtimeline.projections.sums import COUNTED_KINDS, VALUED_KINDS, Counts, MoneySums
from aidtimeline.projections.tables import Table

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
    "ParticipationTable",
    "Participations",
    "PartyRole",
    "Period",
    "Product",
    "ProjectState",
    "ProjectStates",
    "ProjectTable",
    "Projection",
    "Result",
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
    "names",
    "series",
]
