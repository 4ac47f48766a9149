"""Folds in parts: whoever folds them, threads, processes or a cluster, the answer is that of one fold."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings, strategies as st
from tangled import linked_logs

from aidtimeline import EventLog, LogError, UsageError
from aidtimeline.codec import encode
from aidtimeline.events import Corroboration, Delivery, Pledge, Record, Source
from aidtimeline.forked import OfProcess
from aidtimeline.projections import Counts, Levels, MoneySums, ProjectStates
from aidtimeline.semantics import Fact
from aidtimeline.testing.drawnlogs import cuts, logs
from aidtimeline.testing.laws import Cuts
from aidtimeline.testing.strategies import repeatable
from aidtimeline.timeline import Timeline

pytest.importorskip("duckdb")

ENGINES: Any = ("fold", "embedded")


class ByItem:
    """How many facts there are of each item, and what is surely of it."""

    def initial(self) -> Counter[Any]:
        return Counter()

    def step(self, state: Counter[Any], fact: Fact) -> Counter[Any]:
        state[fact.item, "facts"] += 1
        if fact.certain and fact.quantity is not None:
            state[fact.item, "surely"] += fact.quantity.low  # type: ignore[assignment]
        return state

    def merge(self, one: Counter[Any], other: Counter[Any]) -> Counter[Any]:
        merged = one.copy()
        merged.update(other)
        return merged

    def finish(self, state: Counter[Any]) -> dict[Any, Decimal | int]:
        return dict(state)


class Failing(ByItem):
    """One that cannot divide."""

    def step(self, state: Counter[Any], fact: Fact) -> Counter[Any]:
        raise ZeroDivisionError(fact.item)


class Unsendable(ByItem):
    """One with a state that does not pickle."""

    def initial(self) -> Any:
        return lambda: None

    def step(self, state: Any, _: Fact) -> Any:
        return state


class Killed(ByItem):
    """One whose first worker is killed once it has seen some facts; whoever comes later finds the mark."""

    def __init__(self, mark: Path) -> None:
        self.mark, self.seen = mark, 0

    def step(self, state: Counter[Any], fact: Fact) -> Counter[Any]:
        self.seen += 1
        if self.seen == 3:
            try:
                self.mark.touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().step(state, fact)


def a_log(folder: Path) -> EventLog:
    """Deliveries, pledges that are raised, and reports of both."""
    log, random = EventLog(folder), Random(3)
    for number in range(60):
        source = Source(publisher="Daily", published="2023-06-01")
        fields: dict[str, Any] = {"item": random.choice(("truck", "radio")), "ref": str(number), "sources": source}
        [first] = log.append(Delivery(date=f"2023-01-{number % 28 + 1:02}", quantity=number, **fields))
        [pledge] = log.append(Pledge(date="2023-02", quantity=number, **fields))
        if number % 5 == 0:
            log.append(Corroboration(of=first.id, quantity=number + 1, sources=source))
            log.append(Pledge(date="2023-02-10/2023-04", quantity=2 * number, supersedes=pledge.id, **fields))
    return log


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield pool


@settings(repeatable(25), phases=[Phase.generate, Phase.shrink])
@given(logs(max_size=10), st.just([]) | linked_logs(6), cuts(), st.integers(1, 5))
def test_a_fold_in_parts_is_the_fold(records: list[Record], linked: list[Record], at: Cuts, parts: int) -> None:
    """Law 4, for what an executor makes of a log: sums with bounds, states, and a projection of one's own."""
    with TemporaryDirectory() as folder, ThreadPoolExecutor(2) as threads:
        lines = "".join(encode(each) + "\n" for each in records + linked)
        (Path(folder) / "a.jsonl").write_text(lines, encoding="utf-8")
        for engine in ENGINES:
            with Timeline.open(folder, engine=engine) as timeline:
                view = timeline.as_of(at.as_of, known_at=at.known_at, recorded_until=at.recorded_until)
                asked: Any
                for asked in (Counts(["donor"], kind=[]), MoneySums(), ProjectStates(), ByItem()):
                    assert view.replay(asked, executor=threads, parts=parts) == view.replay(asked)


@pytest.mark.parametrize("engine", ENGINES)
def test_processes_open_the_log_themselves(engine: Any, tmp_path: Path, pool: Executor) -> None:
    """Whatever the cuts; and once the log has grown, those that open it again see that."""
    log = a_log(tmp_path)
    for _ in range(2):
        timeline = Timeline.open(tmp_path, engine=engine)
        for as_of, known_at in (("2023-02-20", None), ("2023-12-31", None), ("2023-12-31", "2023-05-31")):
            view = timeline.as_of(as_of, known_at=known_at)
            asked: Any
            for asked in (ByItem(), Counts(kind=["delivery", "pledge"])):
                assert view.replay(asked, executor=pool, parts=3) == view.replay(asked)
        log.append(Delivery(date="2023-01-01", item="tent", quantity=1, sources=Source(publisher="Weekly")))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_worker_with_another_log_gives_no_answer(engine: Any, tmp_path: Path, pool: Executor) -> None:
    """Whether it has grown, or a line of the same length is another."""
    log = a_log(tmp_path)
    view = Timeline.open(tmp_path, engine=engine).as_of("2023-12-31")
    log.append(Delivery(date="2023-01-01", item="tent", quantity=1, sources=Source(publisher="Weekly")))
    with pytest.raises(LogError, match="not the one that was asked"):
        view.replay(ByItem(), executor=pool, parts=2)
    view = Timeline.open(tmp_path, engine=engine).as_of("2023-12-31")
    file = tmp_path / "events.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    instant = '"recorded_at":"20'
    assert instant in lines[0]
    file.write_text("".join([lines[0].replace(instant, '"recorded_at":"19'), *lines[1:]]))
    with pytest.raises(LogError):
        view.replay(ByItem(), executor=pool, parts=2)


def test_what_a_worker_raises_is_raised(tmp_path: Path, pool: Executor) -> None:
    """As it is; and what cannot be sent says so."""
    a_log(tmp_path)
    view = Timeline.open(tmp_path).as_of("2023-12-31")

    class Inner(ByItem):
        pass

    with pytest.raises(ZeroDivisionError, match=r"truck|radio"):
        view.replay(Failing(), executor=pool, parts=2)
    with pytest.raises(UsageError, match=r"Inner.* cannot be sent to a worker: .* at the top of a module"):
        view.replay(Inner(), executor=pool)
    with pytest.raises(UsageError, match=r"the state of .*Unsendable.* cannot be sent back"):
        view.replay(Unsendable(), executor=pool, parts=2)
    with pytest.raises(UsageError, match="open its folder"):
        Timeline(view.records).as_of("2023-12-31").replay(ByItem(), executor=pool)


def test_threads_need_no_folder_and_no_pickling(tmp_path: Path) -> None:
    """They ask the view itself."""

    class Inner(ByItem):
        pass

    view = Timeline(a_log(tmp_path).read()).as_of("2023-12-31")
    with ThreadPoolExecutor(3) as threads:
        assert view.replay(Inner(), executor=threads) == view.replay(ByItem())


def test_parts_need_an_executor_and_a_projection_that_has_them(tmp_path: Path) -> None:
    a_log(tmp_path)
    view: Any = Timeline.open(tmp_path).as_of("2023-12-31")
    with ThreadPoolExecutor(1) as threads:
        for options in ({"parts": 2}, {"executor": threads, "parts": 0}, {"executor": threads, "parts": "2"}):
            with pytest.raises(UsageError, match="parts"):
                view.replay(ByItem(), **options)
        with pytest.raises(UsageError, match="Levels"):
            view.replay(Levels(), executor=threads)


class Waiting(Executor):
    """An executor of which the first part is interrupted, and nothing else begins."""

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if not self.futures:
            future.set_exception(KeyboardInterrupt())
        self.futures.append(future)
        return future


def test_an_interrupt_cancels_what_has_not_begun(tmp_path: Path) -> None:
    a_log(tmp_path)
    waiting = Waiting()
    with pytest.raises(KeyboardInterrupt):
        Timeline.open(tmp_path).as_of("2023-12-31").replay(ByItem(), executor=waiting, parts=4)
    assert [each.cancelled() for each in waiting.futures] == [False, True, True, True]


@pytest.mark.filterwarnings("default")
def test_a_cluster_loses_a_worker_and_gives_the_right_answer(tmp_path: Path) -> None:
    """Dask, several processes on this machine, one of which is killed while it folds."""
    distributed = pytest.importorskip("distributed")
    a_log(tmp_path / "log")
    view = Timeline.open(tmp_path / "log", engine="embedded").as_of("2023-12-31")
    options = {"n_workers": 3, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with (
        distributed.LocalCluster(**options, local_directory=str(tmp_path), silence_logs=50) as cluster,
        distributed.Client(cluster) as client,
    ):
        mark = tmp_path / "killed"
        found = view.replay(Killed(mark), executor=client.get_executor(), parts=8)
    assert mark.exists()
    assert found == view.replay(ByItem())


def test_what_is_no_executor_is_an_error() -> None:
    """So is one that was shut down, and a number of parts that is none."""
    view, gone = Timeline.open("events", engine="fold").as_of("2023-11-28"), ThreadPoolExecutor(1)
    gone.shutdown()
    asked: list[tuple[Any, Any, str]] = [(5, 2, "executor: found 5"), (gone, 2, "takes no work"), (gone, True, "parts")]
    for executor, parts, said in asked:
        with pytest.raises(UsageError, match=said):
            view.replay(Counts(by="item"), executor=executor, parts=parts)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks on this system")
def test_a_fork_leaves_alone_what_its_parent_has_open() -> None:
    """It does not find it, does not close it, and does not wait for a thread that it has not got."""
    closed: list[int] = []

    class Thing:
        def __del__(self) -> None:
            closed.append(1)

    of_process = OfProcess[dict[str, Thing]]({"thing": Thing()})
    with of_process.threads:
        child = os.fork()
        if child == 0:
            is_new = not of_process.open and not closed and of_process.threads.acquire(blocking=False)
            os._exit(0 if is_new else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert list(of_process.open) == ["thing"]
