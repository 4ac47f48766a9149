from .course import (
    Course as Course,
    Moment as Moment,
)
from .fields import (
    FIELDS as FIELDS,
    names as names,
)
from .flows import (
    FlowRow as FlowRow,
    Flows as Flows,
    FlowTable as FlowTable,
)
from .fulfilment.matches import (
    Match as Match,
)
from .fulfilment.question import (
    Fulfilment as Fulfilment,
)
from .fulfilment.rows import (
    FulfilmentRow as FulfilmentRow,
    FulfilmentTable as FulfilmentTable,
)
from .levels.question import (
    LevelRow as LevelRow,
    Levels as Levels,
    LevelTable as LevelTable,
)
from .listing import (
    FactRow as FactRow,
    Facts as Facts,
    FactTable as FactTable,
)
from .pieces import (
    Product as Product,
    State as State,
    Union as Union,
    Values as Values,
)
from .protocol import (
    Projection as Projection,
    fold as fold,
)
from .results import (
    Result as Result,
)
from .states import (
    Announced as Announced,
    Part as Part,
    Participations as Participations,
    ParticipationTable as ParticipationTable,
    PartyRole as PartyRole,
    ProjectState as ProjectState,
    ProjectStates as ProjectStates,
    ProjectTable as ProjectTable,
)
from .sums.cells import (
    Bounds as Bounds,
)
from .sums.counting import (
    COUNTED_KINDS as COUNTED_KINDS,
    VALUED_KINDS as VALUED_KINDS,
    Counts as Counts,
    MoneySums as MoneySums,
)
from .sums.series import (
    Series as Series,
    SeriesRow as SeriesRow,
)
from .sums.steps import (
    Period as Period,
    Step as Step,
    Steps as Steps,
    at_ends as at_ends,
)
from .sums.summing import (
    Sum as Sum,
    Term as Term,
)
from .sums.tables import (
    Table as Table,
)
from .sums.within import (
    Within as Within,
)
