"""A ledger in PostgreSQL that is copied for each attack: a template is quick to copy.

Copies bear the name of the database in which the ledger was made, one after the other, because its
role is named after that.
"""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from psycopg.sql import SQL, Identifier

from signoff_ledger.exports.migrate import copy_ledger
from signoff_ledger.persistence.postgres.schema import role_name
from tests.attacks.story import LedgerStory
from tests.servers.databases import Databases


class Logins(NamedTuple):
    """Two ways to a ledger.

    Attributes:
        owner: The address for the owner of its tables, who is no superuser.
        member: The address for a member of its role.
    """

    owner: str
    member: str


class Template:
    """A ledger in a database that is copied.

    Args:
        server: Where.
        story: The ledger, in a file.
    """

    def __init__(self, server: Databases, full: LedgerStory) -> None:
        self._server = server
        self._name = f"signoff_test_{secrets.token_hex(6)}"
        self._template = f"{self._name}_story"
        self._owner, self._member = f"{self._name}_owner", f"{self._name}_member"
        self._do("CREATE ROLE {} LOGIN CREATEROLE", self._owner)
        self._do("CREATE ROLE {} LOGIN", self._member)
        self._do("CREATE DATABASE {} OWNER {} TEMPLATE template0", self._name, self._owner)
        copy_ledger(full.opened.store, self._url(self._owner))
        self._do("GRANT {} TO {}", role_name(self._name), self._member)
        self._do("ALTER DATABASE {} RENAME TO {}", self._name, self._template)

    @contextmanager
    def copied(self) -> Iterator[Logins]:
        """Give a copy, and take it away."""
        self._do("CREATE DATABASE {} OWNER {} TEMPLATE {}", self._name, self._owner, self._template)
        try:
            yield Logins(self._url(self._owner), self._url(self._member))
        finally:
            self._server.drop_database(self._name)

    def close(self) -> None:
        """Take everything away."""
        self._server.drop_database(self._template)
        for role in (self._member, role_name(self._name), self._owner):
            self._do("DROP ROLE IF EXISTS {}", role)

    def _url(self, user: str) -> str:
        return self._server.url(self._name, user=user)

    def _do(self, statement: str, *names: str) -> None:
        with closing(self._server.connect()) as connection:
            connection.execute(SQL(statement).format(*map(Identifier, names)))
