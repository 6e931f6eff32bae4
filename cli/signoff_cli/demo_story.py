"""The story that `signoff demo` plays: twenty lids, five rejects, one week, one sign-off.

Its steps stand in `story/steps.toml`: command lines as a person types them, with who gives each and
when. The clock is part of the story; nothing outside this module can set a ledger's clock.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class Step(NamedTuple):
    """One command of the story."""

    at: tuple[int, int, int]  #: Days, hours and minutes after the story began.
    by: str  #: Who gives it.
    args: tuple[str, ...]  #: The command line behind `signoff`.
    intro: str = ""  #: A sentence before it, where one is due.


BEGINNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def _steps() -> Iterator[Step]:
    text = files("signoff_cli").joinpath("story", "steps.toml").read_text("utf-8")
    for step in tomllib.loads(text)["step"]:
        yield Step(tuple(step["at"]), step["by"], tuple(step["args"]), step.get("intro", ""))


STEPS = tuple(_steps())


@dataclass
class StoryClock:
    """The story's clock; the teller moves it."""

    moment: datetime = BEGINNING

    def now(self) -> datetime:
        """Give the story's present."""
        return self.moment

    def move_to(self, at: tuple[int, int, int]) -> None:
        """Go to a moment of the story."""
        days, hours, minutes = at
        self.moment = BEGINNING + timedelta(days=days, hours=hours, minutes=minutes)


@dataclass
class StoryIds:
    """Command ids in order, so that the story is the same every time."""

    given: int = 0

    def new(self) -> str:
        """Give the next id."""
        self.given += 1
        return f"demo-{self.given:03}"


def story_key() -> Ed25519PrivateKey:
    """Give the key of the story's log, which is public: it seals nothing that is kept."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(sha256(b"the lid that did not seat").digest())
