"""Where attacks are made: a copy of what is attacked, changed by the attacker, then looked at.

A `Stage` holds the stories that are attacked, each made once a session, and copies of each that are
quick to copy again. `made` makes one attack on one surface, and gives what there is to look at.
"""

import shutil
import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple, TypeGuard

import psycopg

from signoff_ledger.persistence.sqlite.backup import back_up
from tests.attacks.attack import Actor, Attack, Kind, Surface, Table
from tests.attacks.databases import Logins, Template
from tests.attacks.dossier_files import DossierFiles
from tests.attacks.forging import Forgery, write_files
from tests.attacks.line_proof import LineProof
from tests.attacks.rows import rows_at
from tests.attacks.site import Site
from tests.attacks.story import LedgerStory
from tests.cli.terminal import Said, Terminal
from tests.ledgers import on_file
from tests.servers.databases import Databases

Act = Callable[[Any], object]
Trust = tuple[bytes | None, bytes | None]
"""A policy and an older checkpoint."""


@dataclass
class Scene:
    """One attack on one surface, made.

    Attributes:
        story: The story that was attacked.
        look: Gives a command that looks at what was made; gives its answer as JSON.
        place: Which of the attack's places this is.
        denied: What the database refused the attack with.
        trust: What the reader brings along.
    """

    story: LedgerStory
    look: Callable[[str], Said]
    trust: Trust = (None, None)
    place: object = None
    denied: Exception | None = None
    _said: dict[str, Said] = field(default_factory=dict)

    def said(self, command: str) -> Said:
        """Give the answer of a command, which is given once."""
        if command not in self._said:
            self._said[command] = self.look(command)
        return self._said[command]

    def checks(self, command: str) -> dict[str, tuple[str, str]]:
        """Give state and words of each check of a command, by its name."""
        name = "name" if command == "verify" else "check"
        return {row[name]: (row["state"], row["says"]) for row in self.said(command).data["checks"]}

    def doubts(self) -> set[tuple[str, str]]:
        """Give name and state of each check that is not proved."""
        found = self.checks("verify").items()
        return {(name, state) for name, (state, _) in found if state != "proved"}


class Target(NamedTuple):
    """What an attacker is handed.

    Attributes:
        victim: What the function of a row takes.
        look: See `Scene`; what the attacker did is put in its place first.
    """

    victim: Any
    look: Callable[[str], Said]


class Stage:
    """Everything that attacks are made on.

    Args:
        folder: Where it keeps its own files.
        makers: How each story is made in a folder, by its name.
        server: Gives the server of the session.
    """

    def __init__(
        self,
        folder: Path,
        makers: Mapping[str, Callable[[Path], LedgerStory]],
        server: Callable[[], Databases],
    ) -> None:
        self._folder = folder
        self._makers = makers
        self._server = server
        self._stories: dict[str, LedgerStory] = {}
        self._templates: dict[str, Template] = {}
        self._genuine: dict[tuple[object, ...], Scene] = {}
        self._stack = ExitStack()

    def close(self) -> None:
        """Let go of everything."""
        self._stack.close()

    def story(self, name: str) -> LedgerStory:
        """Give a story, made when it is first asked for."""
        if name not in self._stories:
            full = self._makers[name](self._folder / name)
            self._stack.callback(full.opened.close)
            back_up(on_file(full.opened.store), self._whole(name))
            self._stories[name] = full
        return self._stories[name]

    def made(self, table: Table, attack: Attack, surface: Surface) -> Iterator[Scene]:
        """Make an attack on a copy; gives each place at which it was made."""
        folder = Path(mkdtemp(dir=self._folder))
        full = self.story(attack.story)
        try:
            with self._target(table, attack.story, surface, folder) as (victim, look):
                for place, denied in _places(attack.does, victim):
                    trust = (victim.policy, victim.since) if _brings(victim) else (None, None)
                    yield Scene(full, look, trust, place, denied)
        finally:
            shutil.rmtree(folder)

    def genuine(self, table: Table, story: str, surface: Surface, trust: Trust) -> Scene:
        """Look at what nobody attacked, as a reader who brings the same along."""
        key = (table.kind, story, surface, *trust)
        if key not in self._genuine:
            folder = Path(mkdtemp(dir=self._folder))
            with self._target(table, story, surface, folder) as (victim, look):
                if _brings(victim):
                    victim.policy, victim.since = trust
                self._genuine[key] = Scene(self.story(story), look, trust)
                self._genuine[key].said("verify")
            shutil.rmtree(folder)
        return self._genuine[key]

    # --- targets --------------------------------------------------------------------------------

    def _target(
        self, table: Table, story: str, surface: Surface, folder: Path
    ) -> AbstractContextManager[Target]:
        match table.kind:
            case Kind.LINES | Kind.FILES if surface is Surface.EXPORT:
                return self._export(story, folder)
            case Kind.LINES:
                return self._live_lines(story, surface, folder)
            case Kind.ROWS:
                return self._rows(story, surface, folder, table.by)
            case Kind.FILES:
                return self._dossier(story, folder)
            case Kind.SITE:
                return self._site(story, surface, folder)
            case Kind.PROOF:
                return self._proof(story, folder)

    @contextmanager
    def _export(self, story: str, folder: Path) -> Iterator[Target]:
        forgery = Forgery(self.story(story), folder / "log", self.story)

        def look(command: str) -> Said:
            if forgery.folder.exists():
                shutil.rmtree(forgery.folder)
            forgery.write()
            return Terminal(folder)(*command.split(), "log", *trust_of(forgery, folder), "--json")

        yield Target(forgery, look)

    @contextmanager
    def _live_lines(self, story: str, surface: Surface, folder: Path) -> Iterator[Target]:
        forgery = Forgery(self.story(story), folder, self.story)
        with self._live(surface, story, folder) as logins, rows_at(logins.owner) as rows:
            rows.free()

            def look(command: str) -> Said:
                rows.put(forgery.lines, forgery.notes())
                trust = trust_of(forgery, folder) if command == "verify" else ()
                words = (*command.split(), "--ledger", logins.member, *trust, "--json")
                return Terminal(folder)(*words)

            yield Target(forgery, look)

    @contextmanager
    def _rows(self, story: str, surface: Surface, folder: Path, by: Actor) -> Iterator[Target]:
        with self._live(surface, story, folder) as logins:
            address = logins.member if by is Actor.MEMBER else logins.owner
            with rows_at(address) as rows:
                yield Target(
                    rows,
                    lambda command: Terminal(folder)(
                        *command.split(), "--ledger", logins.member, "--json"
                    ),
                )

    @contextmanager
    def _site(self, story: str, surface: Surface, folder: Path) -> Iterator[Target]:
        forgery = Forgery(self.story(story), folder, self.story)
        keys = Path(shutil.copytree(self.story(story).folder / "keys", folder / "keys"))
        with self._live(surface, story, folder) as logins, rows_at(logins.owner) as rows:
            at = {"SIGNOFF_LEDGER": logins.member, "SIGNOFF_KEYS": str(keys)}
            terminal = Terminal(folder, variables=at)
            yield Target(
                Site(forgery, rows, keys),
                lambda command: terminal(*command.split(), "--json"),
            )

    @contextmanager
    def _dossier(self, story: str, folder: Path) -> Iterator[Target]:
        dossier = DossierFiles(self.story(story), self.story)

        def look(command: str) -> Said:
            if (folder / "dossier").exists():
                shutil.rmtree(folder / "dossier")
            write_files(folder / "dossier", dossier.files)
            return Terminal(folder)(*command.split(), "dossier", "--json")

        yield Target(dossier, look)

    @contextmanager
    def _proof(self, story: str, folder: Path) -> Iterator[Target]:
        proof = LineProof.of(self.story(story), self.story("other"), folder)
        yield Target(proof, lambda _: proof.looked_at())

    # --- copies ---------------------------------------------------------------------------------

    def _whole(self, story: str) -> Path:
        return self._folder / f"{story}.db"

    @contextmanager
    def _live(self, surface: Surface, story: str, folder: Path) -> Iterator[Logins]:
        """Copy a ledger that is in use."""
        full = self.story(story)
        if surface is Surface.FILE:
            address = str(shutil.copy(self._whole(story), folder / "ledger.db"))
            yield Logins(address, address)
            return
        if story not in self._templates:
            self._templates[story] = Template(self._server(), full)
            self._stack.callback(self._templates[story].close)
        with self._templates[story].copied() as logins:
            yield logins


def trust_of(forgery: Forgery, folder: Path) -> tuple[str, ...]:
    """Write what the reader brings along, and give the words that name it."""
    words: tuple[str, ...] = ()
    for name, content in (("policy", forgery.policy), ("since", forgery.since)):
        if content is not None:
            (folder / name).write_bytes(content)
            words += (f"--{name}", name)
    return words


def _brings(victim: object) -> TypeGuard[Forgery]:
    """Say whether a reader of what is attacked can bring something along."""
    return isinstance(victim, Forgery)


def _places(does: Act, victim: object) -> Iterator[tuple[object, Exception | None]]:
    """Make an attack; gives each place at which it was made, or what the database said to it."""
    try:
        made = does(victim)
    except (psycopg.Error, sqlite3.Error) as error:
        yield None, error
        return
    if isinstance(made, Generator):
        yield from ((place, None) for place in made)
    else:
        yield None, None
