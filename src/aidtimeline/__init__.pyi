from .errors import (
    AidtimelineError as AidtimelineError,
)
from .errors import (
    DataError as DataError,
)
from .errors import (
    InvalidValue as InvalidValue,
)
from .errors import (
    LogError as LogError,
)
from .errors import (
    Problem as Problem,
)
from .errors import (
    RefusedBatch as RefusedBatch,
)
from .errors import (
    UnknownKey as UnknownKey,
)
from .errors import (
    UnreadableLog as UnreadableLog,
)
from .errors import (
    UsageError as UsageError,
)
from .events import (
    Announcement as Announcement,
)
from .events import (
    Cancellation as Cancellation,
)
from .events import (
    Commitment as Commitment,
)
from .events import (
    Correction as Correction,
)
from .events import (
    Corroboration as Corroboration,
)
from .events import (
    Delivery as Delivery,
)
from .events import (
    Disbursement as Disbursement,
)
from .events import (
    Event as Event,
)
from .events import (
    Expenditure as Expenditure,
)
from .events import (
    Observation as Observation,
)
from .events import (
    Participation as Participation,
)
from .events import (
    Pledge as Pledge,
)
from .events import (
    Project as Project,
)
from .events import (
    Receipt as Receipt,
)
from .events import (
    Record as Record,
)
from .events import (
    Retraction as Retraction,
)
from .events import (
    Source as Source,
)
from .events import (
    Status as Status,
)
from .events import (
    Training as Training,
)
from .log import (
    EventLog as EventLog,
)
from .projections import (
    Bounds as Bounds,
)
from .projections import (
    Counts as Counts,
)
from .projections import (
    MoneySums as MoneySums,
)
from .projections import (
    Participations as Participations,
)
from .projections import (
    Projection as Projection,
)
from .projections import (
    ProjectStates as ProjectStates,
)
from .projections import (
    Table as Table,
)
from .semantics import (
    Fact as Fact,
)
from .timeline import (
    Timeline as Timeline,
)
from .timeline import (
    View as View,
)
from .timeline import (
    replay as replay,
)
from .values.amounts import (
    Money as Money,
)
from .values.amounts import (
    Quantity as Quantity,
)
from .values.dates import (
    DateRange as DateRange,
)
from .vocabulary import (
    Vocabulary as Vocabulary,
)
