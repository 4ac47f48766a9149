"""Codes: each has a page in docs/checks/, of one form, whose example finds it and mends it; docs/checks.md lists all.

`python tests/test_codes.py` writes what the codes say into the pages and the rows of docs/checks.md.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from consoles import BLOCK

from aidtimeline.checks.codes import BY_NAME, CODES, Code
from aidtimeline.cli import application

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "aidtimeline"
INDEX = ROOT / "docs" / "checks.md"
PAGES = ROOT / "docs" / "checks"
HEADINGS = (["Example", "When importing", "Related"], ["Example", "Details", "When importing", "Related"])

CODE = re.compile(r"[a-z]+(-[a-z]+)*")
FOUND = re.compile(r"\b(error|warning) ([a-z-]+): ")
PYTHON = re.compile(r"(?<=^```python\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
ROW = re.compile(r"^\| \[`([a-z-]+)`\].*\n", re.MULTILINE)
TELLING = {"Problem", "of_value", "problem", "_warning", "report", "error", "warning"}


def codes_in_source() -> Iterator[str]:
    """Every code that is written in a call that makes a problem, and the default of `Problem.of_value`."""
    for path in SOURCE.rglob("*.py"):
        if path.relative_to(SOURCE).parts[0] in ("cli", "testing"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in TELLING:
                continue
            said = [
                *node.args[: 1 if name in ("error", "warning") else None],
                *(each.value for each in node.keywords if each.arg == "code"),
            ]
            said += [each for part in said if isinstance(part, ast.IfExp) for each in (part.body, part.orelse)]
            for each in said:
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and CODE.fullmatch(each.value):
                    yield each.value


def page(code: Code) -> str:
    return (PAGES / f"{code.name}.md").read_text(encoding="utf-8")


def shown(code: Code) -> list[list[tuple[str, str]]]:
    """The problems that each command or example of a page shows, severity and code, in the order of the page."""
    text = page(code)
    typed = [part for block in BLOCK.findall(text) for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    examples = [part for block in PYTHON.findall(text) for part in re.split(r"^>>> ", block, flags=re.MULTILINE)[1:]]
    return [FOUND.findall(" ".join(part.splitlines())) for part in typed + examples]


def row(code: Code) -> str:
    return f"| [`{code.name}`](checks/{code.name}.md) | {' or '.join(code.severities)} | {code.meaning} |\n"


def head(code: Code) -> str:
    """What stands above the example of a page."""
    return (
        f"# `{code.name}`\n\n{code.meaning}\n\n- **Severity:** {' or '.join(code.severities)}\n"
        f"- **Meanwhile:** {code.meanwhile}\n- **Mending:** {code.mending}\n\n"
    )


def with_rows(index: str) -> str:
    """The index with the row of each code that it lists as the code has it."""
    return ROW.sub(lambda found: row(BY_NAME[found[1]]) if found[1] in BY_NAME else "", index)


def test_every_code_of_the_source_is_explained_and_no_other() -> None:
    """`bad-value` is the code of a value that was refused, unless another is given."""
    assert len(BY_NAME) == len(CODES)
    assert set(BY_NAME) == {*codes_in_source(), "bad-value"}


def test_every_code_has_its_page_and_every_page_its_code() -> None:
    """docs/checks/CODE.md."""
    assert {each.stem for each in PAGES.glob("*.md")} == set(BY_NAME)


def test_the_index_lists_every_code_once() -> None:
    """docs/checks.md has a row for each, in the order of the codes, with what the code says."""
    index = INDEX.read_text(encoding="utf-8")
    assert ROW.findall(index) == list(BY_NAME)
    assert index == with_rows(index)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_a_page_says_what_the_code_says(code: Code) -> None:
    """Title, meaning, severity, what answers make of it meanwhile, and the mending; then sections in one order."""
    text = page(code)
    assert text.startswith(head(code) + "## ")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) in HEADINGS


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_the_example_of_a_page_finds_the_code_and_mends_it(code: Code) -> None:
    """It shows this code alone, with each severity that it has; what is shown last is free of it.

    That the examples print this is found by tests/test_readme.py, and by doctest.
    """
    found = shown(code)
    assert found[-1] == []
    first = next(each for each in found if each)
    assert {name for _, name in first} == {code.name} or code.name == "more-problems"
    assert {severity for each in found for severity, name in each if name == code.name} == set(code.severities)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_a_code_is_explained_on_the_command_line(code: Code) -> None:
    """In any folder, also where there is no log: with its severity and all that the page begins with."""
    result = CliRunner().invoke(application, ["--log", "no-such-folder", "check", "--explain", code.name])
    said = " ".join(result.stdout.split())
    assert result.exit_code == 0
    assert said.startswith(f"{code.name} ({' or '.join(code.severities)})")
    assert all(each in said for each in (code.meaning, code.meanwhile, code.mending, f"docs/checks/{code.name}.md"))


def test_an_explanation_as_json() -> None:
    """The same texts, by name."""
    result = CliRunner().invoke(application, ["check", "--explain", "circle", "--json"])
    found = json.loads(result.stdout)
    assert found["severities"] == ["error"]
    assert found["mending"] == BY_NAME["circle"].mending


@pytest.mark.parametrize(
    ("name", "said"), [("over-deliverd", "did you mean 'over-delivered'?"), ("zzz", "docs/checks.md lists them")]
)
def test_a_misspelt_code_is_wrong_use(name: str, said: str) -> None:
    """The message names the nearest code, if one is near."""
    result = CliRunner().invoke(application, ["check", "--explain", name])
    assert result.exit_code == 2
    assert said in result.stderr


if __name__ == "__main__":
    INDEX.write_text(with_rows(INDEX.read_text(encoding="utf-8")), encoding="utf-8")
    for each in CODES:
        below = page(each).partition("## ")[2]
        (PAGES / f"{each.name}.md").write_text(f"{head(each)}## {below}", encoding="utf-8")
