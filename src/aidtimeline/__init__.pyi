from .codec import (
    configure as configure,
    decode as decode,
    encode as encode,
    record_id as record_id,
)
from .errors import (
    AidtimelineError as AidtimelineError,
    DataError as DataError,
    InvalidValue as InvalidValue,
    LogError as LogError,
    Problem as Problem,
    RefusedBatch as RefusedBatch,
    UnknownKey as UnknownKey,
    UnreadableLog as UnreadableLog,
    UsageError as UsageError,
)
from .events import (
    Amendment as Amendment,
    AmendmentKind as AmendmentKind,
    Announcement as Announcement,
    AnyEvent as AnyEvent,
    Cancellation as Cancellation,
    Commitment as Commitment,
    Correction as Correction,
    Corroboration as Corroboration,
    Delivery as Delivery,
    Disbursement as Disbursement,
    Event as Event,
    EventKind as EventKind,
    Expenditure as Expenditure,
    Observation as Observation,
    Participation as Participation,
    Pledge as Pledge,
    Project as Project,
    ProjectStatus as ProjectStatus,
    Receipt as Receipt,
    Record as Record,
    Retraction as Retraction,
    Role as Role,
    Side as Side,
    Source as Source,
    Status as Status,
    Tied as Tied,
    Training as Training,
    TrainingUnit as TrainingUnit,
)
from .log import (
    EventLog as EventLog,
    Log as Log,
    MemoryLog as MemoryLog,
)
from .projections import (
    Bounds as Bounds,
    Counts as Counts,
    Facts as Facts,
    Fulfilment as Fulfilment,
    Levels as Levels,
    MoneySums as MoneySums,
    Participations as Participations,
    Projection as Projection,
    ProjectStates as ProjectStates,
    Series as Series,
    Sum as Sum,
    Table as Table,
)
from .semantics import (
    Fact as Fact,
)
from .timeline import (
    Timeline as Timeline,
    View as View,
    replay as replay,
)
from .values.amounts import (
    Money as Money,
    Quantity as Quantity,
)
from .values.dates import (
    DateRange as DateRange,
)
from .version import (
    __version__ as __version__,
)
from .vocabulary import (
    Vocabulary as Vocabulary,
)
