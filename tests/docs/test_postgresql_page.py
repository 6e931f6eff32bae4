"""The blocks of the page on PostgreSQL that nobody types: the programs they are for read them.

What commands print while a standby is absent is held in `tests/fault/postgres/`.
"""

import re
import shlex
import tomllib

import psycopg
import pytest

from signoff_ledger.bootstrap import open_ledger
from signoff_ledger.persistence.postgres.address import located
from tests.docs.markdown import DOCS, Block, blocks
from tests.fault.postgres.ledgers import begun, give
from tests.servers.pgbouncer import PgBouncer
from tests.servers.postgres import Server
from tests.tree import ROOT

PAGE = DOCS / "how-to" / "use-postgresql.md"
BLOCKS = list(blocks(PAGE))
FILES = {block.title: block for block in BLOCKS if block.title}


def test_every_block_of_the_page_is_run_or_read_by_what_it_is_for() -> None:
    left = [block for block in BLOCKS if not is_run(block)]

    assert {"pip", "text"} == {left_as(block) for block in left}
    assert {"pg_service.conf", "postgresql.conf", "pgbouncer.ini", "subscribe.sql"} == set(FILES)


def is_run(block: Block) -> bool:
    """Say whether a block is typed, given to a program, or one of the files tested here."""
    return block.language == "console" or bool(block.run) or bool(block.title)


def left_as(block: Block) -> str:
    """Name what a block is that is not run; the tests below read them all."""
    return "pip" if block.language == "sh" else block.language


def test_what_is_installed_is_a_package_with_that_extra() -> None:
    (command,) = (block.text for block in BLOCKS if block.language == "sh")
    pip, install, wanted = shlex.split(command)
    name, _, extra = wanted.removesuffix("]").partition("[")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert ("pip", "install", project["name"]) == (pip, install, name)
    assert extra in project["optional-dependencies"]


def test_the_url_of_two_servers_is_one_that_the_driver_reads() -> None:
    (url,) = (b.text.strip() for b in BLOCKS if b.language == "text" and "signoff: " not in b.text)

    place = located(url)
    assert ("db1.example.com,db2.example.com", "press") == (place.host, place.dbname)


def test_the_servers_settings_are_ones_that_a_server_takes(own_server: Server) -> None:
    """Put behind its own, the server itself says what it makes of them."""
    text = FILES["postgresql.conf"].text
    with (own_server.data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(text)
    own_server.execute("SELECT pg_reload_conf()")
    stated = dict(re.findall(r"^(\w+) = '?([^'\n]*)'?$", text, re.MULTILINE))
    rows = own_server.execute("SELECT name, setting, error FROM pg_file_settings")
    read = {name: (setting, error) for name, setting, error in rows}

    assert 3 == len(stated)
    assert {name: (value, None) for name, value in stated.items()} == {n: read[n] for n in stated}


REACHED = """
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
auth_type = trust
auth_file = {folder}/users
"""
"""What the page leaves to whoever runs the pooler: where it listens, and who is let in."""


def test_the_poolers_settings_carry_a_ledger_and_no_other_database(own_server: Server) -> None:
    own_server.execute("CREATE DATABASE press")
    begun(own_server.url("press"), ["w0"]).close()
    text = FILES["pgbouncer.ini"].text
    assert "host=/run/postgresql dbname=press\n" in text
    with PgBouncer(own_server, pool_size=5) as pool:
        text = text.replace("/run/postgresql", str(own_server.folder))
        settings = text + REACHED.format(folder=pool.folder)
        (pool.folder / "pgbouncer.ini").write_text(settings, "utf-8")
        pool.start("press")

        with open_ledger(pool.url("press")) as ledger:
            give(ledger.ledger, "w0", 1)
        with pytest.raises(psycopg.OperationalError, match="no such database"):
            pool.execute("SELECT 1", "postgres")
