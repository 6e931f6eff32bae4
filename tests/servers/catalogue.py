"""Writes the catalogue of a fresh ledger: `python -m tests.servers.catalogue`, after a change."""

import json
from contextlib import closing

from signoff_ledger.persistence.postgres import catalogue
from signoff_ledger.persistence.postgres.connection import connect
from signoff_ledger.persistence.store_factory import create_store
from tests.servers.databases import Databases
from tests.servers.fixtures import Servers
from tests.tree import ROOT

KEPT = ROOT / "ledger" / "signoff_ledger" / "persistence" / "postgres" / "catalogue.json"


def of_a_fresh_ledger(server: Databases) -> str:
    """Make a ledger in a database of its own; gives its catalogue as it is kept."""
    name = server.create_database()
    try:
        create_store(server.url(name)).close()
        with closing(connect(server.url(name))) as connection:
            found = catalogue.catalogue(connection)
    finally:
        server.drop_database(name)
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    servers = Servers()
    try:
        KEPT.write_text(of_a_fresh_ledger(servers.first()), encoding="utf-8")
    finally:
        servers.close()
