"""Several files at once, folders, and histories: each version in its order, and those of one version together."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from itertools import permutations
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from iatifiles import activity, file, transaction

from aidtimeline import Timeline
from aidtimeline.cli import application
from aidtimeline.errors import UsageError
from aidtimeline.formats import File
from aidtimeline.formats.importing.several import files_in, import_history, import_several

MAPPING = """
dataset = "register"
key = ["No."]
complete = true
[event.given]
kind = "delivery"
date = "../.."
donor = "{Donor}"
item = "truck"
quantity = "{Given}"
restated = true
"""
VERSIONS = {
    "2022-03-01": "No.,Donor,Given\n1,JP,10\n2,DE,5\n",
    "2022-06-01": "No.,Donor,Given\n1,KE,2\n2,JP,12\n3,DE,5\n",
    "2022-09-01": "No.,Donor,Given\n1,KE,2\n2,JP,14\n3,DE,6\n",
}


def run(log: Path, *words: object) -> Result:
    result = CliRunner().invoke(application, ["--log", str(log), *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def delivered(log: Path, as_of: str = "2030-01-01", known_at: str | None = None) -> dict[str, tuple[int, int]]:
    table = Timeline.open(log).as_of(as_of, known_at=known_at).counts(by="donor")
    return {str(row[0]): (int(row.low or 0), int(row.high or 0)) for row in table}


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "register.toml"
    path.write_text(MAPPING)
    return path


@pytest.fixture
def dated(tmp_path: Path) -> Path:
    """A folder of versions, each with its day in the name."""
    folder = tmp_path / "versions"
    folder.mkdir()
    for day, text in VERSIONS.items():
        (folder / f"register {day}.csv").write_text(text)
    (folder / ".hidden").write_text("not a version")
    return folder


def as_imported_one_by_one(log: Path, mapping: Path, dated: Path) -> dict[str, object]:
    for day in VERSIONS:
        words = ("csv", dated / f"register {day}.csv", "--mapping", mapping, "--published", day)
        assert run(log, "import", *words).exit_code == 0
    return {day: (delivered(log, day), delivered(log, day, day)) for day in VERSIONS}


# Histories.


def test_a_folder_of_dated_versions_is_a_history(tmp_path: Path, mapping: Path, dated: Path) -> None:
    """One command does what an import of each version, one after the other, does."""
    expected = as_imported_one_by_one(tmp_path / "one by one", mapping, dated)
    log = tmp_path / "log"
    result = run(log, "import", "csv", "--history", dated, "--mapping", mapping)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[:3] == ["3 versions", "", "'register 2022-03-01.csv'"]
    assert {day: (delivered(log, day), delivered(log, day, day)) for day in VERSIONS} == expected
    assert delivered(log, "2022-03-01")["JP"] == (10, 10)
    again = run(log, "import", "csv", "--history", dated, "--mapping", mapping)
    assert (again.exit_code, again.stdout.count("an older version than the log has")) == (0, 2)
    (dated / "register_20221001.csv").write_text(VERSIONS["2022-09-01"].replace("KE,2", "KE,3"))
    more = run(log, "import", "csv", "--history", dated, "--mapping", mapping, "--json")
    assert [each["recorded"] for each in json.loads(more.stdout)["versions"]] == [0, 0, 0, 1]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The same versions in git, with a change of the file's name, and two commits on one day."""
    folder = tmp_path / "repository" / "data"
    folder.mkdir(parents=True)

    def git(*words: str, day: str = "2022-01-01", hour: int = 12) -> None:
        instant = f"{day}T{hour:02}:00:00+00:00"
        environment = {**os.environ, "GIT_COMMITTER_DATE": instant, "GIT_AUTHOR_DATE": instant}
        name = ("-c", "user.name=A person", "-c", "user.email=person@example.org")
        subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True, env=environment)

    git("init")
    for number, (day, text) in enumerate(VERSIONS.items()):
        if number == 2:
            git("mv", "register.csv", "the register.csv")
        path = folder / ("register.csv" if number < 2 else "the register.csv")
        path.write_text(text.replace("10", "999"))
        git("add", ".")
        git("commit", "-m", "a slip of the morning", day=day, hour=8)
        path.write_text(text)
        git("commit", "--all", "--allow-empty", "-m", "a version", day=day, hour=20)
    return folder / "the register.csv"


def test_the_history_of_a_file_in_git(tmp_path: Path, mapping: Path, dated: Path, kept: Path) -> None:
    """Each version is known since the day of its commit, under whatever name; of one day the last counts."""
    expected = as_imported_one_by_one(tmp_path / "one by one", mapping, dated)
    log = tmp_path / "log"
    result = run(log, "import", "csv", "--history", kept, "--mapping", mapping, "--json")
    assert result.exit_code == 0, result.stderr
    assert [each["recorded"] > 0 for each in json.loads(result.stdout)["versions"]] == [True, True, True]
    assert {day: (delivered(log, day), delivered(log, day, day)) for day in VERSIONS} == expected


def test_a_file_that_git_does_not_keep_is_said(tmp_path: Path, mapping: Path, kept: Path) -> None:
    """Outside of a repository, or not in one; and without git at all."""
    outside, unknown = tmp_path / "outside.csv", kept.with_name("unknown.csv")
    for path, said in ((outside, "not a git repository"), (unknown, "git has no version of it")):
        path.write_text("No.,Donor,Given\n")
        result = run(tmp_path / "log", "import", "csv", "--history", path, "--mapping", mapping)
        assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


def test_without_git_the_history_of_a_file_cannot_be_read(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the message says what does without it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"needs git .*; a folder of dated files does not"):
        list(import_history(tmp_path / "log", "csv", File(path=kept)))


@pytest.mark.parametrize("name", ["latest.csv", "2022-03-01 to 2022-06-01.csv", "20221301.csv"])
def test_a_version_without_one_date_in_its_name_is_refused(tmp_path: Path, mapping: Path, name: str) -> None:
    """Nobody guesses which version it is."""
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / name).write_text(VERSIONS["2022-03-01"])
    result = run(tmp_path / "log", "import", "csv", "--history", folder, "--mapping", mapping)
    assert result.exit_code == 2
    assert "expected one date in the name of each version" in result.stderr


def test_two_versions_of_one_day_are_refused(tmp_path: Path, mapping: Path) -> None:
    """Neither is left out unsaid."""
    folder = tmp_path / "versions"
    folder.mkdir()
    for name in ("aid-2022-03-01.csv", "more-20220301.csv"):
        (folder / name).write_text(VERSIONS["2022-03-01"])
    result = run(tmp_path / "log", "import", "csv", "--history", folder, "--mapping", mapping)
    assert result.exit_code == 2
    assert "two versions of one day" in result.stderr
    assert "aid-2022-03-01.csv" in result.stderr
    assert "more-20220301.csv" in result.stderr


def test_a_folder_of_git_is_told_from_one_of_versions(tmp_path: Path, mapping: Path, kept: Path) -> None:
    """The message says that the file is to be named."""
    result = run(tmp_path / "log", "import", "csv", "--history", kept.parent, "--mapping", mapping)
    assert (result.exit_code, "the file in it whose history git has" in result.stderr) == (2, True)


def test_a_dry_run_of_a_history_tells_each_version_as_if_those_before_were_recorded(
    tmp_path: Path, mapping: Path, dated: Path
) -> None:
    """And records nothing."""
    log = tmp_path / "log"
    result = run(log, "import", "csv", "--history", dated, "--mapping", mapping, "--dry-run", "--json")
    found = json.loads(result.stdout)["versions"]
    assert [(each["new"], each["renamed"], each["restated"]) for each in found] == [(2, 0, 0), (1, 1, 1), (0, 0, 2)]
    assert [each["recorded"] for each in found] == [0, 0, 0]
    assert not log.exists()


def test_a_version_that_cannot_be_read_stops_a_history(tmp_path: Path, mapping: Path, dated: Path) -> None:
    """Those before it are recorded, and told; those after it are not."""
    (dated / "register 2022-06-01.csv").write_bytes(b"PK\x03\x04")
    log = tmp_path / "log"
    result = run(log, "import", "csv", "--history", dated, "--mapping", mapping)
    assert result.exit_code == 1
    assert "2 recorded" in result.stdout
    assert "register 2022-06-01.csv" in result.stderr
    assert delivered(log) == {"JP": (10, 10), "DE": (5, 5)}


# Several files.


def test_files_are_imported_in_the_order_of_their_versions(tmp_path: Path) -> None:
    """In whatever order they are named: by the day that each says itself."""
    days = ("2022-01-05", "2023-01-05", "2024-01-05")
    paths = []
    for number, day in enumerate(days, start=1):
        paths.append(tmp_path / f"{number}.xml")
        paths[-1].write_text(
            file(
                activity(
                    transaction(ref="T", value=str(number), date="2021-05-06"), last_updated_datetime=f"{day}T00:00:00Z"
                )
            )
        )
    for order in permutations(paths):
        log = tmp_path / "log"
        shutil.rmtree(log, ignore_errors=True)
        assert run(log, "import", "iati", *order).exit_code == 0
        sums = [Timeline.open(log).as_of("2030-01-01", known_at=day).money()["disbursement", "USD"].low for day in days]
        assert sums == [1, 2, 3]


def parts(tmp_path: Path) -> list[Path]:
    """One activity, told by two files of one version: one for each year."""
    folder = tmp_path / "parts"
    folder.mkdir()
    found = []
    for year, value in (("2020", "100"), ("2021", "70")):
        found.append(folder / f"{year}.xml")
        found[-1].write_text(file(activity(transaction(date=f"{year}-03-01", value=value))))
    return found


def test_files_of_one_version_tell_one_whole(tmp_path: Path) -> None:
    """What one of them lacks is in another; what both say counts once. A folder is the files in it."""
    found = parts(tmp_path)
    for number, words in enumerate((found, found[::-1], [found[0].parent])):
        log = tmp_path / str(number)
        assert run(log, "import", "iati", *words).exit_code == 0
        assert Timeline.open(log).as_of("2030-01-01").money()["disbursement", "USD"].low == 170
        assert run(log, "import", "iati", *words).stdout.startswith("nothing new")


def test_files_that_tell_parts_one_after_the_other_are_asked_about(tmp_path: Path) -> None:
    """Two numbers gone is much; as a part, it adds up."""
    one, other = parts(tmp_path)
    one.write_text(
        file(activity(transaction(date="2020-03-01", value="100"), transaction(date="2020-04-01", value="5")))
    )
    log = tmp_path / "log"
    run(log, "import", "iati", one)
    result = run(log, "import", "iati", other)
    assert (result.exit_code, "lacks-much" in result.stderr, "--part" in result.stderr) == (1, True, True)
    assert run(log, "import", "iati", other, "--part").exit_code == 0
    assert Timeline.open(log).as_of("2030-01-01").money()["disbursement", "USD"].low == 175
    assert run(log, "import", "iati", other, "--whole").exit_code == 0
    assert Timeline.open(log).as_of("2030-01-01").money()["disbursement", "USD"].low == 70


def test_a_file_that_cannot_be_read_spares_the_others(tmp_path: Path) -> None:
    """It is listed with what is wrong with it; the exit code says that something was skipped. A strict import stops."""
    there = tmp_path / "files"
    there.mkdir()
    for name in "ace":
        (there / f"{name}.xml").write_text(file(activity(transaction(ref=name), id=f"XM-{name}")))
    (there / "b.xml").write_text(file(activity(id="XM-b"))[:-20])
    (there / "d.xml").write_text("<html/>")
    (there / "f.xml").write_text(file(activity(id="XM-f"), version="1.05"))

    strict = run(tmp_path / "strict", "import", "iati", there, "--strict")
    assert (strict.exit_code, "b.xml:" in strict.stderr) == (1, True)
    alone = run(tmp_path / "alone", "import", "iati", there / "d.xml")
    assert (alone.exit_code, "nothing was imported" in alone.stderr) == (1, True)

    result = run(tmp_path / "log", "import", "iati", there)
    assert result.exit_code == 1
    assert result.stdout.count("a file that cannot be read") == 3
    assert all(text in result.stdout for text in ("it is not XML", "its root is 'html'", "IATI 1.x"))
    table = Timeline.open(tmp_path / "log").as_of("2024-01-01").money(by="project")
    assert {row.project for row in table} == {"XM-a", "XM-c", "XM-e"}


def test_nothing_is_gone_where_a_file_of_the_version_cannot_be_read(tmp_path: Path, mapping: Path) -> None:
    """What the others lack may be in it. To import the whole, all files have to be read."""
    log, files = tmp_path / "log", [tmp_path / f"{name}.csv" for name in "ab"]
    words = ("import", "csv", *files, "--mapping", mapping, "--published")
    for path, row in zip(files, ("1,JP,10", "2,DE,5"), strict=True):
        path.write_text(f"No.,Donor,Given\n{row}\n")
    assert run(log, *words, "2022-03-01").exit_code == 0
    files[1].write_bytes(b"\x00\xff\x00\xff")
    whole = run(log, *words, "2022-06-01", "--whole")
    assert (whole.exit_code, "b.csv" in whole.stderr) == (1, True)
    result = run(log, *words, "2022-06-01")
    assert (result.exit_code, "a file that cannot be read" in result.stdout) == (1, True)
    assert delivered(log) == {"JP": (10, 10), "DE": (5, 5)}


def test_a_folder_without_files_is_said(tmp_path: Path) -> None:
    """And a folder within is looked into, but for hidden ones."""
    with pytest.raises(UsageError, match="a folder without files"):
        files_in(tmp_path)
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    for name in ("b/c/2.csv", "b/1.csv", "a.csv", ".git/config", "b/.hidden"):
        (tmp_path / name).write_text("")
    assert [each.relative_to(tmp_path).as_posix() for each in files_in(tmp_path)] == ["a.csv", "b/1.csv", "b/c/2.csv"]


def test_what_has_no_date_comes_last_and_alone(tmp_path: Path) -> None:
    """Of tables nobody knows which version is which, if nobody says so."""
    mapping = tmp_path / "m.toml"
    mapping.write_text(MAPPING.replace("complete = true", ""))
    for name, text in zip("ab", VERSIONS.values(), strict=False):
        (tmp_path / f"{name}.csv").write_text(text)
    files = [File(path=tmp_path / f"{name}.csv", mapping=mapping) for name in "ab"]
    found = list(import_several(tmp_path / "log", "csv", files))
    assert [[file.name for file in each.files] for each in found] == [["a.csv"], ["b.csv"]]


def test_strict_records_nothing_if_anything_is_skipped(tmp_path: Path, mapping: Path) -> None:
    """The report says what, and what would have been recorded without that."""
    table = tmp_path / "table.csv"
    table.write_text("No.,Donor,Given\n1,JP,10\n2,DE,some\n")
    words = ("csv", table, "--mapping", mapping, "--published", "2022-03-01")
    log = tmp_path / "log"
    result = run(log, "import", *words, "--strict")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].startswith("nothing was recorded, since something was skipped")
    assert not log.exists()
    assert run(log, "import", *words).exit_code == 1
    assert delivered(log) == {"JP": (10, 10)}


@pytest.mark.parametrize(
    "words",
    [("csv",), ("csv", "a.csv", "--history", "b.csv"), (), ("sheet", "a.csv", "--part")],
)
def test_wrong_use_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    """No file, two ways to name it, and what a sheet of drafts cannot do."""
    result = run(tmp_path / "log", "import", *words)
    assert result.exit_code == 2


def test_what_two_files_say_of_one_key_on_different_days_is_reported(tmp_path: Path) -> None:
    """In the same words it counts once. On another day it is another thing: the second is skipped, not lost."""
    mapping = tmp_path / "days.toml"
    mapping.write_text(MAPPING.replace("complete = true", "").replace("restated = true", "").replace("../..", "{Day}"))
    for name, day in (("a", "2022-01-05"), ("b", "2022-01-05"), ("c", "2022-02-05")):
        (tmp_path / f"{name}.csv").write_text(f"No.,Donor,Given,Day\n1,JP,10,{day}\n")
    words = ("--mapping", mapping, "--published", "2022-03-01", "--dry-run")
    same = run(tmp_path / "log", "import", "csv", tmp_path / "a.csv", tmp_path / "b.csv", *words)
    assert (same.exit_code, "1 new" in same.stdout) == (0, True)
    other = run(tmp_path / "log", "import", "csv", tmp_path / "a.csv", tmp_path / "c.csv", *words)
    assert (other.exit_code, "the same reference a second time" in other.stdout) == (1, True)


def test_the_parts_of_a_table_that_are_in_no_file_are_named(tmp_path: Path) -> None:
    """By all the columns that name a part; a whole takes them back, each once."""
    mapping = tmp_path / "parts.toml"
    mapping.write_text(MAPPING.replace("complete = true", 'complete = ["Year", "Land"]'))
    rows = ("1,2020,DE,JP,1", "2,2020,FR,JP,2", "3,2020,DE,JP,3")
    for name, has in (("all", rows), ("one", rows[:1])):
        (tmp_path / f"{name}.csv").write_text("\n".join(("No.,Year,Land,Donor,Given", *has)) + "\n")

    def after(day: str, name: str, *more: str) -> list[str]:
        words = ("csv", tmp_path / f"{name}.csv", "--mapping", mapping, "--published", day, *more)
        return [line.strip() for line in run(tmp_path / "log", "import", *words).stdout.splitlines()]

    after("2022-03-01", "all")
    assert "1 of register: found '2020/FR'" in after("2022-04-01", "one", "--dry-run")
    assert "2 no longer there (retractions)" in after("2022-04-01", "one", "--whole")


def test_what_is_gone_from_several_files_is_taken_back(tmp_path: Path) -> None:
    """Also where nothing appeared in its place."""
    shared = {"id": "XM-1", "last_updated_datetime": "2023-06-01T00:00:00Z"}
    first, second = transaction(value="5"), transaction(value="7", date="2022-06-01")
    (tmp_path / "first.xml").write_text(file(activity(first, second, id="XM-1")))
    assert run(tmp_path / "log", "import", "iati", tmp_path / "first.xml").exit_code == 0
    for name in ("a", "b"):
        (tmp_path / f"{name}.xml").write_text(file(activity(first, **shared)))
    result = run(tmp_path / "log", "import", "iati", tmp_path / "a.xml", tmp_path / "b.xml")
    assert (result.exit_code, "1 no longer there" in result.stdout) == (0, True), result.output
