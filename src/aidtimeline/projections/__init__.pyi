from .fields import (
    FIELDS as FIELDS,
)
from .fields import (
    names as names,
)
from .fulfilment import (
    Fulfilment as Fulfilment,
)
from .fulfilment import (
    FulfilmentRow as FulfilmentRow,
)
from .fulfilment import (
    FulfilmentTable as FulfilmentTable,
)
from .matching import (
    Match as Match,
)
from .pieces import (
    Bounds as Bounds,
)
from .pieces import (
    Product as Product,
)
from .pieces import (
    State as State,
)
from .pieces import (
    Sum as Sum,
)
from .pieces import (
    Term as Term,
)
from .pieces import (
    Union as Union,
)
from .protocol import (
    Projection as Projection,
)
from .protocol import (
    fold as fold,
)
from .results import (
    Result as Result,
)
from .series import (
    Period as Period,
)
from .series import (
    Series as Series,
)
from .series import (
    SeriesRow as SeriesRow,
)
from .series import (
    Step as Step,
)
from .series import (
    Steps as Steps,
)
from .series import (
    at_ends as at_ends,
)
from .states import (
    Announced as Announced,
)
from .states import (
    Part as Part,
)
from .states import (
    Participations as Participations,
)
from .states import (
    ParticipationTable as ParticipationTable,
)
from .states import (
    PartyRole as PartyRole,
)
from .states import (
    ProjectState as ProjectState,
)
from .states import (
    ProjectStates as ProjectStates,
)
from .states import (
    ProjectTable as ProjectTable,
)
from .sums import (
    COUNTED_KINDS as COUNTED_KINDS,
)
from .sums import (
    VALUED_KINDS as VALUED_KINDS,
)
from .sums import (
    Counts as Counts,
)
from .sums import (
    MoneySums as MoneySums,
)
from .tables import (
    Table as Table,
)
