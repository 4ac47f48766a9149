"""Completion: the script with which a shell completes commands, options, kinds and fields."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from aidtimeline.cli.application import application, command

VARIABLE = "_AIDTIMELINE_COMPLETE"


@command("completion", 'eval "$(aidtimeline completion bash)", in ~/.bashrc')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script for completion with the TAB key.

    It completes commands, options, kinds and fields.
    """
    script = get_completion_class(shell)
    if script is not None:
        click.echo(script(application, {}, "aidtimeline", VARIABLE).source())
