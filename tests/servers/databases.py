"""The databases of a PostgreSQL server, whoever runs it."""

import secrets
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict


class Databases:
    """A server as its address: a database for each test is made and dropped there."""

    def __init__(self, address: str) -> None:
        self._parameters = conninfo_to_dict(address)

    def url(self, database: str = "", user: str | None = None, **options: str) -> str:
        """Give the address of a database in the form that libpq and the product understand.

        Args:
            database: The name of the database; else the one that the server's address names.
            user: The role; else the one that the server's address names.
            options: Further parameters of libpq, such as `connect_timeout`.
        """
        parameters: dict[str, Any] = {**self._parameters, **options}
        database = database or parameters.get("dbname") or "postgres"
        user = user or parameters.get("user")
        query = {name: parameters[name] for name in parameters.keys() - {"dbname", "user"}}
        authority = f"{quote(user, safe='')}@" if user else ""
        query_text = urlencode(sorted(query.items()), quote_via=quote, safe="/,")
        return f"postgresql://{authority}/{quote(database, safe='')}?{query_text}"

    def connect(self, database: str = "", **options: str) -> psycopg.Connection[tuple[Any, ...]]:
        """Connect in a way in which each statement stands by itself."""
        return psycopg.connect(self.url(database, **options), autocommit=True)

    def execute(self, statement: str, database: str = "") -> list[tuple[Any, ...]]:
        """Run one statement on a connection of its own, and give its rows."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def create_database(self, template: str = "template0") -> str:
        """Make a database that no other test run uses, and give its name."""
        name = f"signoff_test_{secrets.token_hex(6)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        with self.connect() as connection:
            connection.execute(statement)
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database with all connections to it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        with self.connect() as connection:
            connection.execute(statement)
