"""A session that keeps the log's lock: no command waits permanently, and nothing is recorded."""

from contextlib import closing
from urllib.parse import urlsplit

import psycopg
import pytest

from signoff_ledger.bootstrap import open_ledger
from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.persistence.postgres import connection
from signoff_ledger.persistence.postgres.locks import APPEND_LOCK
from signoff_ledger.persistence.postgres.schema import role_name
from tests.fault.postgres.ledgers import begun, check_database, give
from tests.servers.databases import Databases

WAIT = "ALTER FUNCTION signoff.turn SET lock_timeout = '100ms'"


HOLDS = {
    "the append lock": f"SELECT pg_advisory_xact_lock({APPEND_LOCK})",
    "a table": "LOCK TABLE signoff.events IN EXCLUSIVE MODE",
}


@pytest.mark.parametrize("held", HOLDS)
def test_a_writer_who_keeps_a_lock_is_named_and_keeps_nobody_waiting_for_ever(
    database_url: str, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    monkeypatch.setattr(connection, "LOCK_TIMEOUT_S", 0.2)
    with (
        begun(database_url, ["w0"]) as ledger,
        closing(psycopg.connect(database_url)) as other,
    ):
        before = ledger.store.size()
        with psycopg.connect(database_url) as owner:
            owner.execute(WAIT)
        other.execute(HOLDS[held].encode())
        (user, pid, since) = other.execute(
            "SELECT current_user, pg_backend_pid(), to_char(now(), 'YYYY-MM-DD')"
        ).fetchone() or ("", 0, "")

        with pytest.raises(StoreError) as caught:
            give(ledger.ledger, "w0", 1)
        assert "SL705" == caught.value.code
        assert f"held by role {user}, process {pid}, since {since}" in (caught.value.why or "")
        assert Advice("repeat-or-end-backends", backends=f"{pid}") == caught.value.advice
        assert before == ledger.store.size()
        with psycopg.connect(database_url, autocommit=True) as administrator:
            administrator.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))
        assert [before + 1] == [r.position for r in give(ledger.ledger, "w0", 1).recorded]
    check_database(database_url)


def test_a_stranger_who_keeps_the_lock_is_named_to_a_member(
    database_url: str, postgres: Databases
) -> None:
    """A member may not see what others do, and sees who they are."""
    name = urlsplit(database_url).path.removeprefix("/")
    stranger, member = f"{name}_stranger", f"{name}_member"
    begun(database_url, ["w0"]).close()
    postgres.execute(f"CREATE ROLE {stranger} LOGIN; CREATE ROLE {member} LOGIN")
    postgres.execute(f"GRANT {role_name(name)} TO {member}")
    postgres.execute(WAIT, name)
    try:
        with (
            closing(psycopg.connect(postgres.url(name, user=stranger))) as other,
            open_ledger(postgres.url(name, user=member)) as ledger,
        ):
            other.execute(HOLDS["the append lock"].encode())
            with pytest.raises(StoreError) as caught:
                give(ledger.ledger, "w0", 1)
            assert "SL705" == caught.value.code
            pid = other.info.backend_pid
            assert f"role {stranger}, process {pid}" in (caught.value.why or "")
            other.rollback()
            # What the how-to says: who cannot connect cannot hold it.
            postgres.execute(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
            postgres.execute(f"GRANT CONNECT ON DATABASE {name} TO {role_name(name)}")
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                psycopg.connect(postgres.url(name, user=stranger))
            give(ledger.ledger, "w0", 1)
    finally:
        postgres.drop_database(name)
        postgres.execute(f"DROP ROLE {stranger}; DROP ROLE {member}; DROP ROLE {role_name(name)}")
