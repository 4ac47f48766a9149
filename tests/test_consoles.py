"""Console examples: a command that is run by a fork prints what it prints in a shell."""

from __future__ import annotations

from pathlib import Path

import pytest
from consoles import Console, command_alone

DRAFT = '{"kind":"status","date":"2023","project":"hd","status":"closed","sources":[{"publisher":"A"}]}'
COMMANDS = (
    f"aidtimeline --log mine record - <<'END'\n{DRAFT}\nEND\n",
    "aidtimeline --log mine check\n",
    "aidtimeline --log mine check --json\n",
    "aidtimeline --log 'no such folder' check\n",
    "aidtimeline check --no-such-option\n",
    "aidtimeline\n",
)

pytestmark = pytest.mark.skipif(not Path("/bin/sh").exists(), reason="the examples are typed into a POSIX shell")


def test_a_fork_prints_what_a_shell_does(tmp_path: Path) -> None:
    """Data, messages, failures and help, in the same order, and what one command writes the next one reads."""
    shell, fork = (tmp_path / name for name in ("shell", "fork"))
    shell.mkdir()
    fork.mkdir()

    for typed in COMMANDS:
        alone = command_alone(typed)
        assert alone is not None
        assert Console(fork).by_fork(*alone) == Console(shell).by_shell(typed) != ""


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("aidtimeline counts --where 'item=a b'\n", ["counts", "--where", "item=a b"], id="quoted"),
        pytest.param("aidtimeline correct 1a 'note=5 > 3'\n", ["correct", "1a", "note=5 > 3"], id="quoted operator"),
        pytest.param("aidtimeline check | wc -l\n", None, id="a pipe"),
        pytest.param("aidtimeline check 2>/dev/null\n", None, id="redirected"),
        pytest.param("aidtimeline check; aidtimeline seal\n", None, id="two commands"),
        pytest.param("aidtimeline --log $HOME check\n", None, id="a variable"),
        pytest.param("aidtimeline merge b*\n", None, id="a pattern"),
        pytest.param("aidtimeline check # all of it\n", None, id="a comment"),
        pytest.param("aidtimeline check\naidtimeline seal\n", None, id="two lines"),
        pytest.param("cat mine/events.jsonl\n", None, id="another program"),
    ],
)
def test_what_only_a_shell_can_read_is_left_to_it(typed: str, words: list[str] | None) -> None:
    """A fork takes a command of aidtimeline whose words a shell would only split."""
    alone = command_alone(typed)

    assert (None if alone is None else alone[0]) == words
