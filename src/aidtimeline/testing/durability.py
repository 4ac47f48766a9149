"""What a log on a disk promises besides: whatever goes wrong, no acknowledged record is lost, and no batch is halved.

    class TestMyLog(DurableLogConformance):
        def make_durable(self, folder, disk):
            return MyLog(folder, disk=disk)

Every step of an append goes wrong once (`aidtimeline.testing.faults`): the process dies there, the system reports an
error, or the power fails and what was not flushed is lost. The next writer recovers, and the same happens to it at
each of its steps.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import attrs

from aidtimeline.errors import LogError
from aidtimeline.events import Delivery
from aidtimeline.log import Log
from aidtimeline.log.disk import Disk
from aidtimeline.log.ending import SECTOR
from aidtimeline.testing.conformance import LogConformance, delivery
from aidtimeline.testing.faults import D, FaultyDisk, PowerCutDisk, every_step, put_back
from aidtimeline.testing.laws import hold

STANDING = (1, 2)
ADDED = ((3,), (3, 4, 5))
NEXT = (6,)


class DurableLogConformance(LogConformance):
    """Hold a log that writes through a `Disk` to what it acknowledged, whatever goes wrong.

    A subclass must define `make_durable`; what holds for every log (`LogConformance`) is tested too.

    >>> from aidtimeline import EventLog
    >>> class TestMyLog(DurableLogConformance):
    ...     def make_durable(self, folder, disk):
    ...         return EventLog(folder, disk=disk)
    >>> TestMyLog().test_recording_again_changes_nothing()
    """

    power_cuts = 3
    """In how many random ways the power fails at each step."""
    sectors: int = 2
    """Over how many sectors a line goes."""
    ways: int = 64
    """How many of the sets of sectors that may be left are tried at each step."""
    seed = 20231128

    def make_durable(self, folder: str, disk: Disk | None) -> Log:
        """Open the log in an existing `folder`. It writes through `disk` only; None is the real disk."""
        raise NotImplementedError

    def make_log(self, folder: str) -> Log:
        """The log on the real disk."""
        return self.make_durable(folder, None)

    def test_a_process_may_die_at_any_step_and_so_may_its_rescuers(self) -> None:
        """All or nothing of its append is there. The next writer may die at any step too, and yet another goes on."""
        for added in ADDED:
            with self._started() as folder:
                for disk in restored(folder, every_step(self._appending(folder, added), FaultyDisk)):
                    left = self._checked(folder, STANDING, added, acknowledged=not disk.reached)
                    for rescuer in restored(folder, every_step(self._appending(folder, NEXT), FaultyDisk)):
                        then = self._checked(folder, left, NEXT, acknowledged=not rescuer.reached)
                        self._appending(folder, (7,))(FaultyDisk(None))
                        self._checked(folder, then, (7,), acknowledged=True)

    def test_an_error_at_any_step_is_reported_and_leaves_all_or_nothing(self) -> None:
        """A disk that is full, for good or once, or broken: the message says so, and the append can be repeated."""
        for added in ADDED:
            for error, lasting in ((errno.ENOSPC, True), (errno.ENOSPC, False), (errno.EIO, False)):
                self._errors(added, error, lasting)

    def test_the_power_may_fail_at_any_step(self) -> None:
        """What was acknowledged is there, of the rest all or nothing; the power may fail for the next writer too."""
        for added, way in product(ADDED, range(self.power_cuts + 1)):
            chance = Random(self.seed + way) if way else None
            with self._started() as folder:
                make = partial(PowerCutDisk, folder)
                for disk in restored(folder, every_step(self._appending(folder, added), make)):
                    left = self._power_fails(disk, chance, STANDING, added)
                    for rescuer in restored(folder, every_step(self._appending(folder, NEXT), make)):
                        self._power_fails(rescuer, chance, left, NEXT)

    def test_sectors_may_land_in_any_order(self) -> None:
        """Any set of what was not flushed is left when the power fails, with holes between; the next writer goes on."""
        for length, added in ((self.sectors * SECTOR, (3,)), (SECTOR // 2, (3, 4, 5))):
            with self._started() as folder:
                append, chance = self._appending(folder, added, note="a" * length), Random(self.seed)
                for disk in restored(folder, every_step(append, partial(PowerCutDisk, folder))):
                    with disk:
                        for left in disk.every_cut(self.ways, chance):
                            put_back(folder, left)
                            self._goes_on(folder, added, acknowledged=not disk.reached)

    def _goes_on(self, folder: str, added: Sequence[int], *, acknowledged: bool) -> None:
        found = self._checked(folder, STANDING, added, acknowledged=acknowledged)
        self._appending(folder, NEXT)(FaultyDisk(None))
        self._checked(folder, found, NEXT, acknowledged=True)

    def _errors(self, added: Sequence[int], error: int, lasting: bool) -> None:
        with self._started() as folder:
            append, reason = self._appending(folder, added), os.strerror(error)
            messages: list[str] = []

            def act(disk: FaultyDisk) -> None:
                messages.clear()
                try:
                    append(disk)
                except LogError as problem:
                    messages.append(str(problem))

            for disk in restored(folder, every_step(act, partial(FaultyDisk, error=error, lasting=lasting))):
                hold("errors", disk.reached or not messages, "an error was reported, but nothing went wrong")
                hold("errors", all(reason in each for each in messages), f"no {reason!r} in the message: {messages}")
                self._checked(folder, STANDING, added, acknowledged=not messages)
                append(FaultyDisk(None))
                self._checked(folder, STANDING, added, acknowledged=True)

    def _power_fails(
        self, disk: PowerCutDisk, chance: Random | None, before: Sequence[int], added: Sequence[int]
    ) -> tuple[int, ...]:
        with disk:
            disk.cut(chance)
            return self._checked(disk.folder, before, added, acknowledged=not disk.reached)

    @contextmanager
    def _started(self) -> Iterator[str]:
        """A folder with a log of a few records."""
        with TemporaryDirectory() as folder:
            for each in STANDING:
                self._appending(folder, (each,))(None)
            yield folder

    def _appending(
        self, folder: str, numbers: Sequence[int], note: str | None = None
    ) -> Callable[[Disk | None], object]:
        events = [attrs.evolve(delivery(each), note=note) for each in numbers]
        return lambda disk: self.make_durable(folder, disk).append(events)

    def _checked(
        self, folder: str, before: Sequence[int], added: Sequence[int], *, acknowledged: bool
    ) -> tuple[int, ...]:
        """The numbers in the log: those before the append, and all or none of those added."""
        found = []
        for each in self.make_log(folder).read():
            if isinstance(each.event, Delivery) and each.event.quantity is not None:
                found.append(int(each.event.quantity.low))
        together = sorted({*before, *added})
        lost = f"{together} were acknowledged, and {found} were read"
        hold("durability", sorted(found) == together or not acknowledged, lost)
        hold("all or nothing", sorted(found) in (together, sorted(before)), f"{found} were read, of {together}")
        return tuple(sorted(found))


def restored(folder: str, disks: Iterator[D]) -> Iterator[D]:
    """The disks of `every_step`; after each, the folder has the files again that it has now."""
    held = {each.name: each.read_bytes() for each in Path(folder).iterdir()}
    for disk in disks:
        yield disk
        put_back(folder, held)
