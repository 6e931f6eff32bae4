"""Options and objects that every command shares: the actor, the ledger, the format.

Global options are taken before or behind the command's name; behind wins. Where a setting comes
from, in order: option, environment, `signoff.toml` upward from here (the ledger), the user's own
file (who they are, how they want to see things).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from signoff_cli.choices import COLORS, FORMATS
from signoff_cli.invocation import Invocation

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Call
    from signoff_ledger.bootstrap import OpenLedger
    from signoff_ledger.queries.health import HealthAnswer
    from signoff_ledger.queries.reader import Reader
    from signoff_ledger.wiring import SealPolicy, StatementSigner, Vault

F = TypeVar("F", bound=Callable[..., Any])


class Session(Invocation):
    """An invocation, and what it opens."""

    def address(self) -> str:
        """Give the ledger's path or URL; the latter may hold a password and is never shown.

        Raises:
            NotFoundError: None is named anywhere.
        """
        found = self.ledger or self.setting("ledger")
        if found:
            return found
        from signoff_ledger.errors import Advice, NotFoundError

        raise NotFoundError(
            "SL205",
            "no ledger is named",
            advice=Advice("name-or-begin-ledger"),
        )

    def place(self) -> str:
        """Give the ledger's path or URL as people may see it."""
        from signoff_ledger.wiring import redacted

        return redacted(self.address())

    def call(self) -> Call:
        """Say how the command is given: by whom and under which id."""
        from signoff_ledger.application.ledger import Call  # loads pydantic

        dry_run = self.dry_run or self.statement_only is not None
        return Call(self.actor or self.setting("actor"), self.command_id, dry_run, self._signer)

    @property
    def _signer(self) -> StatementSigner | None:
        """Signing method of the actor, where a signature is needed."""
        from signoff_ledger.wiring import statement_signer

        if self.statement_only is not None:
            return statement_signer(collect=self.statements)
        if self.attach is not None or self.key is not None:
            return statement_signer(self.key, attach=self.attach)
        return statement_signer(self.setting("key"), only_if_required=True)

    def vault(self) -> Vault:
        """Give the folder where this machine keeps the keys of its logs."""
        from signoff_cli.prompts import log_passphrase
        from signoff_ledger.wiring import key_store

        named = os.environ.get("SIGNOFF_KEYS") or self.setting("keys")
        return key_store(named, lambda: log_passphrase(self), self.new_key)

    def seal_policy(self) -> SealPolicy:
        """Say how much may stand unsealed."""
        from signoff_ledger.wiring import seal_policy

        events, minutes = self.setting("seal_after_events"), self.setting("seal_after_minutes")
        return seal_policy(int(events) if events else None, int(minutes) if minutes else None)

    def show_notices(self) -> None:
        """Write the library's notices to standard error."""
        from signoff_cli.notices import on_notice  # loads logging

        on_notice(quiet=self.quiet)

    def open(self, *, patient: bool = False, damaged: bool = False) -> OpenLedger:
        """Open the ledger.

        Args:
            patient: Whether a server that is not there is waited for, as a lost one would be.
            damaged: Whether it is opened whatever is wrong with it.
        """
        from signoff_ledger.bootstrap import open_ledger  # loads the event store

        self.show_notices()
        return open_ledger(
            self.address(),
            self.clock,
            self.ids,
            self.vault(),
            self.seal_policy(),
            patient=patient,
            damaged=damaged,
        )

    def health(self, progress: Callable[[int, int], None]) -> HealthAnswer:
        """Look for trouble in the ledger and around it, also where it cannot be opened."""
        from signoff_ledger.bootstrap import ledger_health

        self.show_notices()
        return ledger_health(self.address(), self.clock, self.vault(), self.seal_policy(), progress)

    @contextmanager
    def views(self) -> Iterator[Reader]:
        """Give the ledger's views, for one question; the write side is loaded only if need be."""
        from signoff_ledger.ledger_reader import open_reader
        from signoff_ledger.wiring import is_database_url

        address = self.address()
        if is_database_url(address):
            self.show_notices()
        with open_reader(address, self.open, self.vault) as reader, reader.views() as views:
            yield views

    def actor_named(self) -> str:
        """Give the key of the person who acts.

        Raises:
            IdentityError: None is named.
        """
        from signoff_ledger.unknown_names import no_actor

        actor = self.actor or self.setting("actor")
        if not actor:
            raise no_actor()
        return actor

    def now(self) -> datetime:
        """Give the present by the ledger's clock."""
        return self.clock.now() if self.clock else datetime.now(UTC)


pass_session = click.make_pass_decorator(Session, ensure=True)


def _setter(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def take(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
        session = ctx.ensure_object(Session)
        source = ctx.get_parameter_source(parameter.name or "")
        # An option wins over a variable, wherever either of them stands.
        overridden = source is ParameterSource.ENVIRONMENT and getattr(session, name)
        if value not in {None, False} and not overridden:
            setattr(session, name, value)

    return take


def _option(*names: str, to: str, **attrs: Any) -> Callable[[F], F]:
    return click.option(*names, callback=_setter(to), expose_value=False, **attrs)


def _with(options: Iterable[Callable[[F], F]], command: F) -> F:
    for option in reversed([*options]):
        command = option(command)
    return command


def every_option(command: F) -> F:
    """Give a command the options that every command takes."""
    return _with(_READING, command)


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its session, and the options that every command takes."""
    return every_option(pass_session(command))


def reporting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Do so for a command that has formats of its own."""
    return _with(_AMONG_FORMAT, pass_session(command))


def recording(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command its session, the options of all that records, and of signing where it is due.

    Who signs, and what that means, goes into its help: all of it by the one list of signed acts.

    Args:
        name: What the list calls it, such as `order commit`.
    """
    from signoff_ledger.integrity.signed_acts import (  # only commands need it
        acts_of,
        signing_sentence,
    )

    options = (*_WRITING, *(_SIGNING if acts_of(name) else ()))

    def give(command: Callable[..., Any]) -> Callable[..., Any]:
        text, example, rest = (command.__doc__ or "").partition("    \b\n")
        command.__doc__ = f"{text}    {signing_sentence(name)}\n\n{example}{rest}"
        return every_option(_with(options, pass_session(command)))

    return give


_NAMING: tuple[Callable[[Any], Any], ...] = (
    _option(
        "--ledger",
        to="ledger",
        metavar="FILE",
        envvar="SIGNOFF_LEDGER",
        help="The ledger: a file, or a postgresql:// URL.  [env: SIGNOFF_LEDGER]",
    ),
    _option(
        "--as",
        "actor",
        to="actor",
        metavar="PERSON",
        envvar="SIGNOFF_ACTOR",
        help="Who you are.  [env: SIGNOFF_ACTOR]",
    ),
)
_FORMAT: tuple[Callable[[Any], Any], ...] = (
    _option(
        "--format",
        to="format",
        type=click.Choice(FORMATS),
        envvar="SIGNOFF_FORMAT",
        help="How to answer.  [default: table; env: SIGNOFF_FORMAT]",
    ),
    _option(
        "--json",
        to="format",
        flag_value="json",
        default=None,
        help="Short for --format json.",
    ),
)
_SHOWING: tuple[Callable[[Any], Any], ...] = (
    _option(
        "--color",
        to="color",
        type=click.Choice(COLORS),
        envvar="SIGNOFF_COLOR",
        help="When to colour.  [default: auto; env: SIGNOFF_COLOR]",
    ),
    _option(
        "--no-color",
        to="color",
        flag_value="never",
        default=None,
        help="Short for --color never; pictures keep to ASCII.",
    ),
    _option("--quiet", "-q", to="quiet", is_flag=True, help="Say nothing but the answer."),
)
_READING = (*_NAMING, *_FORMAT, *_SHOWING)
_AMONG_FORMAT = (*_NAMING, *_SHOWING)
_WRITING: tuple[Callable[[Any], Any], ...] = (
    _option(
        "--dry-run", to="dry_run", is_flag=True, help="Decide and show; record and sign nothing."
    ),
    _option(
        "--command-id",
        to="command_id",
        metavar="ID",
        help="Your own id, so that the command may be repeated safely.",
    ),
    _option("--yes", "-y", to="yes", is_flag=True, help="Answer every question with yes."),
)
_SIGNING: tuple[Callable[[Any], Any], ...] = (
    _option(
        "--key",
        "signing_key",
        to="key",
        metavar="FILE",
        help="The SSH key to sign with.  [default: the registered one, from your agent]",
    ),
    _option(
        "--statement-only",
        to="statement_only",
        metavar="FILE",
        help="Write what would be signed, to be signed elsewhere; record nothing.",
    ),
    _option(
        "--attach",
        to="attach",
        metavar="FILE.sig",
        help="Record with the signature of a statement that was written before.",
    ),
)
