"""`signoff help`: explain a topic."""

from __future__ import annotations

from importlib.resources import files

import click

from signoff_cli.output import write
from signoff_cli.session import Session, reading
from signoff_ledger.errors import Advice, NotFoundError

TOPICS = {
    "names": "What a production prototype is also called.",
    "roles": "Who may do what.",
    "rules": "What a sign-off takes, rule by rule.",
    "formats": "Sheets of results, plan files, and answers for machines.",
    "exit-codes": "What each exit code means.",
    "environment": "Variables and settings files.",
    "events": "What is recorded, and how to read a line.",
    "evidence": "Seals, signatures and proofs, and how to check them.",
}

ALIASES = (
    "production prototype", "first-off-tool", "pilot run", "pre-production sample",
    "process sign-off",
)  # fmt: skip


@click.command("help")
@click.argument("topic", nargs=-1)
@reading
def help_(session: Session, topic: tuple[str, ...]) -> None:
    """Explain TOPIC, or list the topics. Each name of a production prototype is a topic, too.

    \b
    Example:
      signoff help rules
      signoff help pilot run
    """
    del session
    wanted = " ".join(topic).lower()
    if not wanted:
        write("\n".join(f"{name:<14}{says}" for name, says in TOPICS.items()))
        return
    known = {alias.replace("-", " "): "names" for alias in ALIASES}
    known |= {name.replace("-", " "): name for name in TOPICS}
    name = known.get(wanted.replace("-", " "))
    if name is None:
        raise NotFoundError(
            "SL207",
            f"there is no help on {wanted!r}",
            advice=Advice("choose-topic", topics=", ".join(TOPICS)),
        )
    write(files("signoff_cli").joinpath("topics", f"{name}.txt").read_text("utf-8").rstrip())
