"""The URL of a ledger's database, and what of it may be shown."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from signoff_ledger.errors import Advice, InputError
from signoff_ledger.persistence.postgres.service import service_parameters


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
            advice=Advice("spell-address"),
        )
    return parts


class ServerAddress(NamedTuple):
    """Where libpq will connect: what the URL says, then a service file, then the environment."""

    #: Hosts or folders of sockets, a comma between them; "" for the server's own default.
    host: str
    hostaddr: str  #: Addresses that are taken in place of looking the hosts up, or "".
    port: str  #: Ports, a comma between them, or "" for the usual one.
    user: str  #: The role, or "" where it is that of the operating system's user.
    dbname: str  #: The database.
    service: str  #: A service that is named and was not found in any file, or "".


def located(url: str) -> ServerAddress:
    """Say where libpq will connect.

    Raises:
        InputError: SL115, the URL cannot be read.
    """
    parts = parsed(url)
    name = str(parts.get("service") or os.environ.get("PGSERVICE") or "")
    service = service_parameters(name) if name else {}
    sources = (parts, service or {}, _of_environment())
    host, hostaddr, port, user, dbname = (
        str(next((source[key] for source in sources if source.get(key) is not None), ""))
        for key in _VARIABLES
    )
    usual = dbname or user or _own_name()
    return ServerAddress(host, hostaddr, port, user, usual, "" if service is not None else name)


_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "dbname": "PGDATABASE",
}


def _of_environment() -> dict[str, str]:
    return {
        key: os.environ[variable] for key, variable in _VARIABLES.items() if variable in os.environ
    }


def _own_name() -> str:
    """Give the user whom libpq takes where none is named."""
    found = {option.keyword: option.val for option in Conninfo.get_defaults()}
    return (found.get(b"user") or b"postgres").decode(errors="replace")


def database(url: str) -> str:
    """Give the name of the database, which by libpq's rule is the user's where none is given."""
    return located(url).dbname


def redacted(url: str) -> str:
    """Give the URL of where libpq will connect: user, hosts and database, and no secret.

    A user with access there can give it again as it stands.
    """
    place = located(url)
    options = {"hostaddr": place.hostaddr, "service": place.service}
    hosts, ports = place.host.split(","), place.port.split(",")
    if any(host.startswith(("/", "@")) for host in hosts):
        # A folder of sockets cannot stand where a URL has its host.
        options = {"host": place.host, "port": place.port, **options}
        authority = ""
    else:
        if len(ports) < len(hosts):
            ports = [ports[0]] * len(hosts)
        authority = ",".join(map(_host_and_port, hosts, ports))
    user = f"{quote(place.user, safe='')}@" if place.user else ""
    query = urlencode({k: v for k, v in options.items() if v}, quote_via=quote, safe="/,@:")
    end = f"?{query}" if query else ""
    return f"postgresql://{user}{authority}/{quote(place.dbname, safe='')}{end}"


def _host_and_port(host: str, port: str) -> str:
    spelt = f"[{quote(host, safe=':')}]" if ":" in host else quote(host, safe="")
    return f"{spelt}:{port}" if port else spelt


def has_several_hosts(url: str) -> bool:
    """Say whether another server may take over, which is then worth waiting for."""
    place = located(url)
    return "," in (place.host or place.hostaddr)
