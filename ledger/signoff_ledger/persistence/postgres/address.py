"""The URL of a ledger's database, and what of it may be shown."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from signoff_ledger.errors import InputError


def parsed(url: str) -> dict[str, Any]:
    """Read a URL as libpq does (PostgreSQL, section 34.1.1.2).

    Raises:
        InputError: SL115, it is none. The URL is not repeated: it may hold a password.
    """
    parts: dict[str, Any] | None = None
    with suppress(ProgrammingError):
        parts = dict(conninfo_to_dict(url))
    # A password with a slash or an at sign in it is easily taken for what comes behind it.
    ports = str((parts or {}).get("port") or "").split(",")
    misread = "@" in url.partition("?")[0].partition("://")[2].partition("/")[2]
    if parts is None or misread or not all(port == "" or port.isdecimal() for port in ports):
        raise InputError(
            "SL115",
            "the ledger's URL cannot be read",
            why="it is not of the form postgresql://user@host:port/database?option=value",
            fix="spell special characters as %XX; a password belongs in PGPASSWORD or ~/.pgpass",
        )
    return parts


def database(url: str) -> str:
    """Give the name of the database, which by libpq's rule is the user's where none is given."""
    parts = parsed(url)
    return str(parts.get("dbname") or parts.get("user") or "postgres")


def shown(url: str) -> str:
    """Give a URL as people may see it: user, hosts and database, and no secret."""
    parts = parsed(url)
    user = f"{parts['user']}@" if parts.get("user") else ""
    hosts = str(parts.get("host") or parts.get("hostaddr") or "").split(",")
    ports = str(parts.get("port") or "").split(",")
    if len(ports) < len(hosts):
        ports = [ports[0]] * len(hosts)
    places = [f"{host}:{port}" if port else host for host, port in zip(hosts, ports, strict=False)]
    return f"postgresql://{user}{','.join(places)}/{database(url)}"


def has_several_hosts(url: str) -> bool:
    """Say whether another server may take over, which is then worth waiting for."""
    parts = parsed(url)
    return "," in str(parts.get("host") or parts.get("hostaddr") or "")
