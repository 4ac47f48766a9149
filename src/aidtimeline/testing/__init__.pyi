from .checking import check_projection as check_projection
from .conformance import LogConformance as LogConformance
from .drawnlogs import (
    MOVES as MOVES,
    bounds as bounds,
    chains as chains,
    corrections_within as corrections_within,
    cuts as cuts,
    facts as facts,
    logs as logs,
    news as news,
    repairs as repairs,
)
from .durability import DurableLogConformance as DurableLogConformance
from .engines import check_engine as check_engine
from .faults import (
    Died as Died,
    FaultNotReached as FaultNotReached,
    FaultyDisk as FaultyDisk,
    PowerCutDisk as PowerCutDisk,
    every_step as every_step,
)
from .laws import Cuts as Cuts, LawBroken as LawBroken, check_laws as check_laws
from .machine import LogMachine as LogMachine
from .strategies import (
    dates as dates,
    days as days,
    events as events,
    instants as instants,
    money as money,
    quantities as quantities,
    record_ids as record_ids,
    sources as sources,
)
