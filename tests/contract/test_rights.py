"""Rights that are lost or too many in PostgreSQL: named by `doctor`, put right by `repair`."""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from signoff_ledger.bootstrap import open_ledger
from signoff_ledger.domain.process import Process
from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.persistence.postgres.schema import role_name
from signoff_ledger.persistence.store_factory import create_store, open_store
from signoff_ledger.projections.views import Views
from tests.contract.kept import remarks
from tests.servers.binaries import Binaries
from tests.servers.databases import Databases


class Shop(NamedTuple):
    """A ledger in a database, with a member.

    Attributes:
        server: Where it is.
        name: The name of the database.
        station: The member.
    """

    server: Databases
    name: str
    station: str

    @property
    def owner(self) -> str:
        """Give the address for the owner, here a superuser."""
        return self.server.url(self.name)

    @property
    def member(self) -> str:
        """Give the address for the member."""
        return self.server.url(self.name, user=self.station)

    def found(self, check: str = "grants") -> tuple[str, str]:
        """Give what `doctor` says of the grants."""
        with closing(open_store(self.owner)) as store:
            return next((f.state, f.says) for f in store.findings() if f.check == check)

    def repaired(self) -> list[str]:
        """Repair as the owner."""
        with closing(open_store(self.owner)) as store:
            return store.repair()

    def execute(self, statement: str) -> None:
        """Run a statement in the ledger's database, as a superuser."""
        self.server.execute(statement, self.name)


@pytest.fixture
def shop(postgres: Databases) -> Iterator[Shop]:
    """Make a ledger with views and a member."""
    name = postgres.create_database()
    shop = Shop(postgres, name, f"{name}_station")
    postgres.execute(f"CREATE ROLE {shop.station} LOGIN")
    with closing(create_store(shop.owner)) as store:
        store.save(remarks(Process("p"), 3, "c1"), "c1")
        Views(store, store).rebuild()
    postgres.execute(f"GRANT {role_name(name)} TO {shop.station}")
    yield shop
    postgres.drop_database(name)
    for role in (shop.station, role_name(name)):
        postgres.execute(f"DROP ROLE IF EXISTS {role}")


def assert_the_member_records(shop: Shop) -> None:
    with open_ledger(shop.member) as opened:
        entries = remarks(opened.store.load(Process, "p"), 1, "by-the-member")
        opened.store.save(entries, "by-the-member")
        opened.views.rebuild()


def test_a_new_ledger_has_exactly_the_rights_that_it_should(shop: Shop) -> None:
    assert "ok" == shop.found()[0]
    assert [] == shop.repaired()


def restored(shop: Shop, binaries: Binaries, folder: Path, *options: str) -> None:
    """Dump the database, and restore it under its name as an administrator would."""
    dump = folder / "press.dump"
    url = shop.owner
    subprocess.run([binaries.program("pg_dump"), "-Fc", "-f", dump, url], check=True)
    shop.server.drop_database(shop.name)
    shop.server.execute(f"CREATE DATABASE {shop.name} TEMPLATE template0")
    subprocess.run([binaries.program("pg_restore"), *options, "-d", url, dump], check=True)


def test_a_restore_with_its_grants_loses_nothing(
    shop: Shop, binaries: Binaries, tmp_path: Path
) -> None:
    restored(shop, binaries, tmp_path)

    assert "ok" == shop.found()[0]
    assert_the_member_records(shop)


def test_a_restore_without_its_grants_is_named_and_one_command_puts_it_right(
    shop: Shop, binaries: Binaries, tmp_path: Path
) -> None:
    restored(shop, binaries, tmp_path, "--no-privileges", "--no-owner")

    with pytest.raises(StoreError) as caught:
        open_store(shop.member)
    state, says = shop.found()
    role = role_name(shop.name)
    assert "SL703" == caught.value.code
    assert Advice("join-role-or-repair") == caught.value.advice
    assert "BAD" == state
    assert f"{role} lacks USAGE on signoff, signoff_views" in says
    assert "PUBLIC should not have EXECUTE on signoff.append" in says

    said = shop.repaired()

    assert f"{role} lacks USAGE on signoff, signoff_views" in said
    assert "ok" == shop.found()[0]
    assert [] == shop.repaired()
    assert_the_member_records(shop)


def test_a_role_that_is_gone_is_made_anew(shop: Shop) -> None:
    role = role_name(shop.name)
    shop.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")

    state, says = shop.found()
    said = shop.repaired()
    shop.execute(f"GRANT {role} TO {shop.station}")

    assert ("BAD", True) == (state, f"there is no role {role}" in says)
    assert f"GRANT {role} TO" in said[0]
    assert "ok" == shop.found()[0]
    assert_the_member_records(shop)


TOO_MUCH = {
    "GRANT UPDATE (line) ON signoff.events TO {station}": (
        "{station} should not have UPDATE on signoff.events (line)"
    ),
    "GRANT DELETE ON signoff.events TO {role}": "{role} should not have DELETE on signoff.events",
    "GRANT EXECUTE ON FUNCTION signoff.grow TO PUBLIC": (
        "PUBLIC should not have EXECUTE on signoff.grow"
    ),
    "GRANT CREATE ON SCHEMA signoff_views TO {role}": (
        "{role} should not have CREATE on signoff_views"
    ),
    "GRANT SELECT ON signoff.nodes TO {role} WITH GRANT OPTION": (
        "{role} should not have SELECT on signoff.nodes"
    ),
    "GRANT TRIGGER ON signoff_views.view_positions TO PUBLIC": (
        "PUBLIC should not have TRIGGER on signoff_views.view_positions"
    ),
}


def test_rights_that_nobody_should_have_are_named_and_taken_away(shop: Shop) -> None:
    names = {"station": shop.station, "role": role_name(shop.name)}
    expected = {says.format(**names) for says in TOO_MUCH.values()}
    for given in TOO_MUCH:
        shop.execute(given.format(**names))

    state, found = shop.found()
    repaired = set(shop.repaired())

    assert ("BAD", []) == (state, [says for says in expected if says not in found])
    assert expected <= repaired
    assert "ok" == shop.found()[0]
    assert_the_member_records(shop)


def test_what_an_auditor_may_read_is_neither_reported_nor_taken_away(shop: Shop) -> None:
    shop.execute(f"REVOKE {role_name(shop.name)} FROM {shop.station}")
    shop.execute(f"GRANT USAGE ON SCHEMA signoff, signoff_views TO {shop.station}")
    shop.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA signoff, signoff_views TO {shop.station}")

    assert "ok" == shop.found()[0]
    assert [] == shop.repaired()
    with closing(open_store(shop.member)) as store:
        assert 3 == store.size()


def test_who_may_connect_is_reported(shop: Shop) -> None:
    role, said = role_name(shop.name), [shop.found("connections")]
    shop.execute(f"REVOKE CONNECT ON DATABASE {shop.name} FROM PUBLIC")
    said.append(shop.found("connections"))
    shop.execute(f"GRANT CONNECT ON DATABASE {shop.name} TO {role}")
    said.append(shop.found("connections"))

    assert ["note", "BAD", "ok"] == [state for state, _ in said]
    assert "every role may connect" in said[0][1]
    assert f"{role} may not connect" == said[1][1]
    assert role in said[2][1]
    assert_the_member_records(shop)


def test_only_the_owner_repairs(shop: Shop) -> None:
    shop.execute(f"REVOKE INSERT ON signoff_views.view_positions FROM {role_name(shop.name)}")

    with closing(open_store(shop.member)) as store, pytest.raises(StoreError) as caught:
        store.repair()

    assert ("SL703", True) == (caught.value.code, "does not own" in caught.value.why)
    assert "BAD" == shop.found()[0]
