"""Options of one invocation: the actor, the ledger, the format."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from signoff_cli.config import Setting
    from signoff_ledger.application.ledger import Receipt
    from signoff_ledger.wiring import Clock, IdSource


@dataclass
class Invocation:
    """The shared settings of one invocation."""

    ledger: str | None = None  #: Path or URL of the ledger, if named.
    actor: str | None = None  #: Key of the person who acts, if named.
    format: str | None = None  #: One of `FORMATS`.
    color: str | None = None  #: auto, always or never.
    yes: bool = False  #: Answer every question with yes.
    quiet: bool = False  #: Say nothing but the answer.
    dry_run: bool = False  #: Decide and show, record nothing.
    command_id: str | None = None  #: The caller's own id for the command.
    key: str | None = None  #: The file of the key to sign with, if named.
    #: Where to write what would be signed, if nothing else is wanted.
    statement_only: str | None = None
    attach: str | None = None  #: A signature that was made elsewhere, `STATEMENT.sig`.
    #: What was to be signed, where nothing else was wanted.
    statements: list[bytes] = field(default_factory=list)
    receipt: Receipt | None = None  #: What was recorded, once something is.
    done: str = ""  #: Further acts of the invocation, once there are some.
    clock: Clock | None = None  #: The ledger's clock, where it is not the machine's.
    ids: IdSource | None = None  #: The source of command ids, where they are not random.
    #: The source of log keys, where they are not random.
    new_key: Callable[[], Ed25519PrivateKey] | None = None

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """Every setting of the files, read when the first one is asked for.

        Raises:
            InputError: A file is not TOML, or holds what it may not.
        """
        from signoff_cli.config import settings  # reads files, so only when needed

        return settings()

    def setting(self, name: str) -> str | None:
        """Give a setting from the files, or None."""
        found = self.settings.get(name)
        return found.value if found else None

    @property
    def output_format(self) -> str:
        """The format to answer in."""
        return self.format or self.setting("format") or "table"

    @property
    def color_choice(self) -> str:
        """When to colour: auto, always or never."""
        return self.color or self.setting("color") or "auto"

    @property
    def fails_in_json(self) -> bool:
        """Whether errors are JSON; reads no file, which may be what the error is about."""
        return self.format in {"json", "jsonl"}
