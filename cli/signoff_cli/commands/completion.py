"""`signoff completion`: print a completion script."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from signoff_cli.output import write
from signoff_cli.session import Session, reading


@click.command
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
@reading
def completion(session: Session, shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    Example:
      signoff completion bash > ~/.local/share/bash-completion/completions/signoff
    """
    del session
    from signoff_cli.main import root  # main knows this module by name only

    script = get_completion_class(shell)
    if script is None:
        raise click.UsageError(f"there is no completion for {shell}")
    write(script(root, {}, "signoff", "_SIGNOFF_COMPLETE").source().rstrip())
