"""Completion: the script with which a shell completes commands, options, kinds, fields and their values."""

from __future__ import annotations

import os
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

from aidtimeline.cli.application import COMPLETE, application, command
from aidtimeline.cli.printing import hand

_BASH = """
%(complete_func)s() {
    local IFS=$'\\n'
    local response

    response=$(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_WORDBREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)

    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"

        if [[ $type == 'dir' ]]; then
            COMPREPLY=()
            compopt -o dirnames
        elif [[ $type == 'file' ]]; then
            COMPREPLY=()
            compopt -o default
        elif [[ $type == 'plain' ]]; then
            COMPREPLY+=("$value")
            [[ $value == *= ]] && compopt -o nospace
        fi
    done

    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """Completion in bash, which takes `item=truck` for three words, and puts what it gets in place of the last one."""

    name = "bash"
    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """The whole words before the cursor, and the beginning of the one at it."""
        line = os.environ.get("COMP_LINE")
        if line is None:  # a script that click itself has made
            return super().get_completion_args()
        words = split_arg_string(line)
        return (words[1:], "") if line[-1:].isspace() else (words[1:-1], words[-1])

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """A completion without what stands before the last place at which bash breaks words."""
        _, incomplete = self.get_completion_args()
        breaks = [
            at for at, each in enumerate(incomplete) if each in "=:" and each in os.environ.get("COMP_WORDBREAKS", "")
        ]
        return f"{item.type},{item.value[breaks[-1] + 1 :] if breaks else item.value}"


add_completion_class(Bash, "bash")


@command("completion", 'eval "$(aidtimeline completion bash)", in ~/.bashrc')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script for completion with the TAB key.

    It completes commands, options, kinds, fields, and the values of fields that the log and its vocabulary know.
    """
    script = get_completion_class(shell)
    if script is not None:
        hand(script(application, {}, "aidtimeline", COMPLETE).source())
