"""PgBouncer in transaction mode, as sites run it."""

import psycopg

from tests.servers.pgbouncer import PgBouncer
from tests.servers.postgres import Server


def test_many_clients_share_one_connection_a_transaction_at_a_time(own_server: Server) -> None:
    name = own_server.create_database()
    own_server.execute("CREATE ROLE another LOGIN")
    with (
        PgBouncer.before(own_server, pool_size=1) as bouncer,
        psycopg.connect(bouncer.url(name, "another"), autocommit=True) as one,
        psycopg.connect(bouncer.url(name, "another"), autocommit=True) as two,
    ):
        asked = "SELECT pg_backend_pid(), current_user"
        answers = [connection.execute(asked).fetchall() for connection in (one, two)]

    assert answers[0] == answers[1]
    assert "another" == answers[0][0][1]
