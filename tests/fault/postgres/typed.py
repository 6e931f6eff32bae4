"""The story of a sign-off as people type it, on a ledger in a database."""

from pathlib import Path
from typing import Any

from tests.cli.shops import STAGES, at
from tests.cli.terminal import Terminal

STORY = ("begun", "planned", "ready", "open", "built", "held", "answered", "clear", "signed")

ASKING = (
    ("status",),
    ("status", "mug"),
    ("why", "mug"),
    ("history", "mug"),
    ("check", "mug"),
    ("verify",),
)
"""Questions that a ledger answers wherever it may be read."""


def standing_in(folder: Path, url: str) -> Terminal:
    """Give a terminal whose ledger is a database."""
    folder.mkdir(exist_ok=True)
    terminal = at("empty", folder)
    terminal.write("signoff.toml", f'ledger = "{url}"\nkeys = "keys"\n')
    return terminal


def play(terminal: Terminal, url: str) -> None:
    """Type the whole story; the ledger is begun at a URL of its own, past any pooler."""
    for stage in STORY:
        for by, *words in STAGES[stage][1]:
            line = [url if word == "ledger.db" else word for word in words]
            terminal.did(*line, by=by)


def answers(terminal: Terminal) -> list[Any]:
    """Ask everything that can be asked; gives the answers, without the ledger's address."""
    report = [terminal.asked(*words) for words in ASKING]
    assert report[-1].pop("of").startswith("postgresql://")
    return report
