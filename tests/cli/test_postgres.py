"""The command line on a ledger in PostgreSQL: the whole story, and a password that nobody sees."""

import re
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from psycopg.conninfo import conninfo_to_dict

from signoff_cli.demo_story import STEPS
from signoff_ledger.integrity.log_check import FAILED
from signoff_ledger.persistence.postgres.address import located
from signoff_ledger.persistence.store_factory import open_store
from tests.cli.terminal import LEDGER, Terminal
from tests.golden.story import give, laid_out

SECRET = "hunter2%20and%20more"
UNREACHABLE = f"postgresql://u:{SECRET}@/x?host=/no/such/folder&password={SECRET}"


@pytest.fixture
def terminal(tmp_path: Path, database_url: str) -> Terminal:
    """Give a terminal whose environment names a database."""
    terminal = laid_out(tmp_path)
    terminal.variables = {"SIGNOFF_LEDGER": database_url, "SIGNOFF_KEYS": str(tmp_path / "keys")}
    return terminal


def lines_at(address: str | Path) -> list[bytes]:
    """Give every line, but for the log's key, which is another one each time, and its hashes."""
    key = re.compile(rb'"(log_key|prev|root|name)":"[^"]+"')
    with closing(open_store(address)) as store:
        return [key.sub(rb'"\1":""', line) for _, _, _, _, line, _ in store.raw()]


def test_the_same_commands_write_the_same_lines_and_get_the_same_answers(
    terminal: Terminal, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    in_file = laid_out(tmp_path_factory.mktemp("file"))
    for step in STEPS:
        elsewhere = tuple(database_url if word == LEDGER else word for word in step.args)
        here, there = give(terminal, step._replace(args=elsewhere)), give(in_file, step)
        assert there.code == here.code, (step, here.err)
        if step.args[0] != "init":
            assert len(there.out.splitlines()) == len(here.out.splitlines()), step
    for question in (("status",), ("why", "kiln-lid"), ("replay",), ("stats", "kiln-lid")):
        assert in_file.asked(*question) == terminal.asked(*question)

    assert lines_at(in_file.ledger) == lines_at(database_url)
    assert FAILED not in {check["state"] for check in terminal.asked("verify")["checks"]}
    assert {"ok", "note"} >= {check["state"] for check in terminal.asked("doctor")["checks"]}


def test_a_ledger_is_begun_once_and_the_same_command_is_no_error(
    terminal: Terminal, database_url: str
) -> None:
    begin = ("init", "--printed-name", "Olive", "--command-id", "begin")
    terminal.did(*begin, "--dry-run", by="olive")
    with pytest.raises(Exception, match="there is no ledger"):
        open_store(database_url)
    first = terminal.asked(*begin, by="olive")
    again = terminal.asked(*begin, by="olive")

    database = urlsplit(database_url).path.removeprefix("/")
    assert (database, False, True) == (first["name"], first["repeated"], again["repeated"])
    terminal.refused("SL704", "init", by="olive")
    terminal.refused("SL704", "init", "--dry-run", by="olive")


def test_a_founding_that_is_refused_leaves_nothing_behind(
    terminal: Terminal, database_url: str
) -> None:
    terminal.refused("SL106", "init", "--command-id", "\x1b", by="olive")
    with pytest.raises(Exception, match="there is no ledger"):
        open_store(database_url)

    terminal.did("init", by="olive")


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("config",),
        ("verify",),
        ("doctor",),
        ("init", "--as", "olive"),
        ("restore", "nothing"),
        ("move", "story.db", UNREACHABLE),
        ("status", "--ledger", UNREACHABLE.replace("@/x", "@[")),
        ("status", "--ledger", f"postgresql://u:{SECRET}@h:{SECRET}/x"),
    ],
)
@pytest.mark.parametrize("format_", ["table", "json"])
def test_a_password_in_a_url_is_never_shown(
    tmp_path: Path, words: tuple[str, ...], format_: str
) -> None:
    terminal = Terminal(tmp_path, variables={"SIGNOFF_LEDGER": UNREACHABLE})
    said = terminal(*words, "--format", format_)

    assert "hunter2" not in said.out + said.err
    assert re.search(r"SL1\d\d|SL205|SL510|SL707|u@/x\?host=/no/such/folder", said.out + said.err)


def test_a_file_of_settings_may_name_a_database(tmp_path: Path, database_url: str) -> None:
    terminal = Terminal(tmp_path)
    terminal.write("signoff.toml", f'ledger = "{database_url}"\nkeys = "keys"\n')
    terminal.did("init", by="olive")
    setting = next(s for s in terminal.asked("config")["settings"] if s["setting"] == "ledger")

    assert str(tmp_path / "signoff.toml") == setting["origin"]
    assert ["olive"] == [row["person"] for row in terminal.asked("person", "list")]


SERVICE = """[plant]
host={host}
port={port}
dbname={database}
user={user}
password=hunter2
"""


@pytest.mark.parametrize("address", ["postgresql://?service=plant", "postgresql://"])
def test_a_service_leads_to_a_ledger_and_is_shown_as_the_place_it_is(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.delenv("PGHOST", raising=False)
    parts = conninfo_to_dict(database_url)
    database = str(parts["dbname"])
    service = SERVICE.format(**{**parts, "database": database})
    (tmp_path / "services.conf").write_text(service, "utf-8")
    variables = {"SIGNOFF_LEDGER": address, "PGSERVICEFILE": str(tmp_path / "services.conf")}
    if "service" not in address:
        variables["PGSERVICE"] = "plant"
    terminal = Terminal(tmp_path, variables=variables)

    begun = terminal.asked("init", by="olive")
    stated = next(s for s in terminal.asked("config")["settings"] if s["setting"] == "ledger")
    again = terminal("init", by="olive")

    assert database == begun["name"]
    assert located(database_url) == located(begun["ledger"])
    assert begun["ledger"] == stated["value"] == terminal.asked("verify")["of"]
    assert begun["ledger"] in again.err
    assert "hunter2" not in begun["ledger"] + stated["value"] + again.err
    assert 1 == len(terminal.asked("person", "list", "--ledger", begun["ledger"]))
