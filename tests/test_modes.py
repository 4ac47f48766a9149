"""Owners and modes: who may write the folder of a log may write the log, whatever the umask of who began it."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import filelock  # which those cannot load who may not read this house
import pytest
from logs import AT, delivery, log_in, numbers
from test_forked import exit_code_of_fork

from aidtimeline.errors import LogError
from aidtimeline.log.disk import Disk
from aidtimeline.log.lock import LOCK
from aidtimeline.log.seal import NAME as SEAL, seal
from aidtimeline.testing import FaultyDisk, every_step

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the system has other modes")
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become others")

GROUP, ANN, BEN, CAT = 61_234, 61_001, 61_002, 61_003
"""A group of two, and one who is not in it; each has a group of the same number too."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others reach."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        made = Path(name, "log")
        made.mkdir()
        yield made


def modes(folder: Path) -> dict[str, int]:
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}


def become(user: int, umask: int = 0o077, groups: tuple[int, ...] = (GROUP,)) -> None:
    os.setgroups(groups)
    os.setgid(user)
    os.setuid(user)
    os.umask(umask)


@pytest.mark.parametrize(
    ("of_folder", "of_files"),
    [(0o700, 0o600), (0o755, 0o600), (0o770, 0o660), (0o2775, 0o660), (0o777, 0o666), (0o1777, 0o666), (0o707, 0o606)],
)
def test_the_mode_of_the_folder_decides(folder: Path, of_folder: int, of_files: int) -> None:
    """For each file that a log makes, also where its writer died; and a looser umask is followed too."""
    folder.chmod(of_folder)
    before = os.umask(0o077)
    try:
        log = log_in(folder)
        log.append(delivery(1))
        with (folder / "events.jsonl").open("ab") as file:
            file.write(b"torn")
        log.append(delivery(2))
        seal(log, AT)
        found = modes(folder)
        for disk in every_step(lambda disk: log_in(folder, disk).append([delivery(3), delivery(4)]), FaultyDisk):
            found |= modes(folder)
            assert disk.at is not None
        assert {LOCK, SEAL, "events.jsonl", "events.jsonl.pending"} < found.keys()
        assert any(name.endswith(".torn") for name in found)
        assert set(found.values()) == {of_files}
        os.umask(0o022)
        log.append(delivery(5), to="other")
        assert modes(folder)["other.jsonl"] == of_files | 0o644
    finally:
        os.umask(before)


@as_root
@pytest.mark.parametrize("of_folder", [0o770, 0o2770, 0o1770])
def test_a_group_appends_by_turns(folder: Path, of_folder: int) -> None:
    """Singles, batches, seals; one sets aside what another left, and the file stays whose it is.

    In a sticky folder nobody can remove or replace another's file, so there is no seal of both; a note is emptied.
    """
    os.chown(folder, 0, GROUP)
    folder.chmod(of_folder)

    def turn(user: int, *new: int) -> None:
        become(user)
        log_in(folder).append([delivery(number) for number in new])
        if not of_folder & stat.S_ISVTX:
            seal(log_in(folder), AT)

    def dies(user: int) -> None:
        become(user)
        for disk in every_step(lambda disk: log_in(folder, disk).append([delivery(98), delivery(99)]), FaultyDisk):
            if (folder / "events.jsonl.pending").exists() and (folder / "events.jsonl").stat().st_size > size:
                return
            assert disk.reached

    for number, user in enumerate((ANN, BEN, ANN, BEN)):
        assert exit_code_of_fork(partial(turn, user, number)) == 0
        assert exit_code_of_fork(partial(turn, user, 10 + number, 20 + number)) == 0
        size = (folder / "events.jsonl").stat().st_size
        if number % 2:
            assert exit_code_of_fork(partial(dies, user)) == 0
            assert exit_code_of_fork(partial(turn, BEN if user == ANN else ANN, number)) == 0
            assert (folder / "events.jsonl").stat().st_size == size
        else:
            with (folder / "events.jsonl").open("ab") as file:
                file.write(b'{"kind":"deliv')
    events = (folder / "events.jsonl").stat()
    assert (events.st_uid, events.st_gid, stat.S_IMODE(events.st_mode)) == (ANN, GROUP, 0o660)
    assert sorted(numbers(folder)) == [*range(4), *range(10, 14), *range(20, 24)]
    assert exit_code_of_fork(partial(turn, CAT, 9)) == 0, "she was given the group"

    def refused() -> None:
        become(CAT, groups=())
        with pytest.raises(LogError, match="Permission denied"):
            log_in(folder).append(delivery(8))

    assert exit_code_of_fork(refused) == 0


@as_root
def test_a_file_is_not_opened_to_another_group(folder: Path) -> None:
    """Who writes a folder of a group that he is not in gives nothing to a group of his own."""
    os.chown(folder, ANN, GROUP)
    folder.chmod(0o770)

    def child() -> None:
        become(ANN, groups=())
        log_in(folder).append(delivery(1))

    assert exit_code_of_fork(child) == 0
    assert modes(folder) == {LOCK: 0o600, "events.jsonl": 0o600}


@as_root
def test_a_lock_that_can_only_be_read_is_a_lock(folder: Path) -> None:
    """It is another's, and still excludes."""
    folder.chmod(0o777)
    (folder / LOCK).touch()
    (folder / LOCK).chmod(0o444)

    def child() -> None:
        from aidtimeline.log import lock

        lock.LOCK_SECONDS = 0
        become(ANN)
        log_in(folder).append(delivery(1))

    with filelock.FileLock(folder / LOCK):
        assert exit_code_of_fork(child) == 1
    assert exit_code_of_fork(child) == 0
    assert numbers(folder) == [1]
    (folder / LOCK).chmod(0o400)

    def refused() -> None:
        become(BEN)
        with pytest.raises(LogError, match=rf"{LOCK}: Permission denied"):
            log_in(folder).append(delivery(2))

    assert exit_code_of_fork(refused) == 0


def test_what_is_there_is_opened_as_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system may refuse to open another's file in a sticky folder by what would make it (fs.protected_regular)."""
    log_in(folder).append(delivery(1))
    opened = os.open

    def protected(path: str, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT and os.path.exists(path):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, flags, mode)

    monkeypatch.setattr(os, "open", protected)
    log_in(folder).append([delivery(2), delivery(3)])
    monkeypatch.undo()
    assert numbers(folder) == [1, 2, 3]


def test_of_two_who_make_a_file_at_once_one_makes_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other opens what is there then, and leaves its mode."""
    path, opened = str(folder / "file"), os.open

    def late(path: str, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_EXCL:
            os.close(opened(path, os.O_WRONLY | os.O_CREAT, 0o600))
        return opened(path, flags, mode)

    folder.chmod(0o777)
    monkeypatch.setattr(os, "open", late)
    disk = Disk()
    disk.close(disk.open(path, os.O_WRONLY | os.O_CREAT))
    monkeypatch.undo()
    assert modes(folder) == {"file": 0o600}
