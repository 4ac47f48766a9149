"""The golden files of tests/golden, which say themselves what is expected; their README says how they are run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result

from aidtimeline.cli import application
from aidtimeline.codec import decode
from aidtimeline.errors import DataError, Problem
from aidtimeline.events import KINDS, Event, Source
from aidtimeline.log.drafts import read_drafts
from aidtimeline.values.amounts import Money

GOLDEN = Path(__file__).parent / "golden"
RECORDED_AT = "2026-11-21T10:00:00Z"
FOR_PEOPLE = ("file", "message", "hint", "about")


def names(folder: str, ending: str) -> list[str]:
    return sorted(file.name.removesuffix(ending) for file in (GOLDEN / folder).glob(f"*{ending}"))


RECORDS = names("records", ".drafts.jsonl")
REFUSED = ("drafts", "lines")
LOGS = names("questions", ".questions.json")


def cases(folder: str, file: str) -> list[Any]:
    """The cases of a file, each under its name and number."""
    text = (GOLDEN / folder / file).read_bytes()
    found = json.loads(text) if file.endswith(".json") else [json.loads(line) for line in text.splitlines()]
    name = file.split(".", maxsplit=1)[0]
    return [pytest.param(name, case, id=f"{name}-{number}") for number, case in enumerate(found, start=1)]


def run(log: Path, words: Sequence[str]) -> Result:
    return CliRunner().invoke(application, ["--log", str(log), *words])


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("form", ["drafts", "lines"])
def test_drafts_become_their_lines(name: str, form: str, tmp_path: Path) -> None:
    """Recording the drafts writes the lines, and prints their ids; recording the lines writes them again."""
    expected = (GOLDEN / "records" / f"{name}.lines.jsonl").read_bytes()

    result = run(tmp_path, ["record", "--recorded-at", RECORDED_AT, str(GOLDEN / "records" / f"{name}.{form}.jsonl")])

    assert result.exit_code == 0, result.output
    assert (tmp_path / "events.jsonl").read_bytes() == expected
    assert result.stdout.split() == [json.loads(line)["id"] for line in expected.splitlines()]


def test_every_kind_and_field_is_recorded() -> None:
    """The lines hold the fields of each kind, of sources and of money, and those that all kinds share in some kind."""
    recorded: set[tuple[str, str]] = set()
    for name in RECORDS:
        for line in (GOLDEN / "records" / f"{name}.lines.jsonl").read_bytes().splitlines():
            found = json.loads(line)
            parts = [(found["kind"], found), *(("source", each) for each in found.get("sources", ()))]
            parts += [("money", found["value"])] if "value" in found else []
            recorded |= {(what, field) for what, part in parts for field in part}
    shared = set(attrs.fields_dict(Event))
    classes = {**KINDS, "source": Source, "money": Money}

    assert {
        (what, name) for what, cls in classes.items() for name in attrs.fields_dict(cls) if name not in shared
    } <= recorded
    assert shared <= {field for _, field in recorded}


def as_text(given: str | dict[str, Any]) -> str:
    return given if isinstance(given, str) else json.dumps(given)


def found_in(problems: Sequence[Problem], expected: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The problems, as far as the expected ones say something of them."""
    members = expected[0] if expected else ("code", "path")
    return [{member: getattr(each, member) for member in members} for each in problems]


def in_any_order(problems: Sequence[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(each, sort_keys=True) for each in problems)


@pytest.mark.parametrize(("name", "case"), [case for name in REFUSED for case in cases("refused", f"{name}.jsonl")])
def test_what_is_refused(name: str, case: dict[str, Any]) -> None:
    """A batch of drafts, or a line, has these problems and no others."""
    problems: Sequence[Problem] = ()
    try:
        if name == "drafts":
            read_drafts((None, number, as_text(draft)) for number, draft in enumerate(case["batch"], start=1))
        else:
            decode(as_text(case["line"]))
    except DataError as error:
        problems = error.problems

    assert in_any_order(found_in(problems, case["problems"])) == in_any_order(case["problems"]), case["why"]


def compared(answer: Any) -> Any:
    """An answer without what is for people."""
    if isinstance(answer, dict):
        return {name: compared(value) for name, value in answer.items() if name not in FOR_PEOPLE}
    return [compared(each) for each in answer] if isinstance(answer, list) else answer


@pytest.mark.parametrize(
    ("name", "case"), [case for name in LOGS for case in cases("questions", f"{name}.questions.json")]
)
def test_questions_have_their_answers(name: str, case: dict[str, Any], tmp_path: Path) -> None:
    """Asked of its log, a question has its answer."""
    shutil.copy(GOLDEN / "questions" / f"{name}.log.jsonl", tmp_path / "events.jsonl")
    items = GOLDEN / "questions" / f"{name}.items.jsonl"
    if items.exists():
        (tmp_path / "vocabulary").mkdir()
        shutil.copy(items, tmp_path / "vocabulary" / "items.jsonl")

    result = run(tmp_path, [*case["ask"].split(" "), "--json"])

    assert result.stdout, result.output
    assert compared(json.loads(result.stdout)) == case["answer"], case["why"]


def test_every_file_is_used() -> None:
    """Each file is one that the tests above read, and the README names it."""
    used = {f"records/{name}.{form}.jsonl" for name in RECORDS for form in ("drafts", "lines")}
    used |= {f"refused/{name}.jsonl" for name in REFUSED}
    used |= {f"questions/{name}.{form}" for name in LOGS for form in ("log.jsonl", "questions.json")}
    optional = {f"questions/{name}.items.jsonl" for name in LOGS}
    there = {str(file.relative_to(GOLDEN).as_posix()) for file in GOLDEN.rglob("*") if file.is_file()}
    readme = (GOLDEN / "README.md").read_text(encoding="utf-8")

    assert there - optional == used | {"README.md"}
    assert [name for name in (*RECORDS, *LOGS) if f"`{name}`" not in readme] == []
