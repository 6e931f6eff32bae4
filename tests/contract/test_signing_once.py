"""A token is asked once for the same words, and in a dry run not at all, on every store."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import UUID

import pytest

from signoff_ledger.application.commands.decisions import Hold, RecordRemark
from signoff_ledger.application.commands.keys import RegisterKey, RevokeKey
from signoff_ledger.application.commands.people import EnrolPerson, GrantRole
from signoff_ledger.application.ledger import Call, Ledger
from signoff_ledger.custody.statement_signers import OpenSshSigner
from signoff_ledger.domain.events.event import EventEnvelope
from signoff_ledger.domain.signature import SshSignature
from signoff_ledger.domain.values import RemarkKind, Role
from signoff_ledger.errors import ConflictError, IdentityError
from signoff_ledger.persistence.store import LedgerStore
from signoff_ledger.persistence.store_errors import StaleError
from tests.contract.conftest import STORES
from tests.fault.postgres.ledgers import check_database
from tests.ledgers import CountingIds, check_ledger
from tests.offices import Office, by
from tests.servers.databases import Databases
from tests.servers.fixtures import Servers
from tests.tools import tool
from tests.unit.custody.test_statement_signers import made_key, on_path, public

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a shell script")


class Token:
    """A key file behind an `ssh-keygen` that counts how often it is asked to sign."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.key = made_key(folder)
        self._count = folder / "asked"
        self._count.touch()
        real = tool("ssh-keygen")
        on_path(folder, monkeypatch, f'echo asked >> "{self._count}"\nexec {real} "$@"')

    @property
    def asked(self) -> int:
        """How often a signature was asked for."""
        return len(self._count.read_text().splitlines())

    def call(self, person: str) -> Call:
        """Give a call of a person who signs with this token."""
        return Call(person, signer=OpenSshSigner(self.key))


class LateStore:
    """A store before each of whose saves something happens."""

    def __init__(self, store: LedgerStore, before: Callable[[int], None]) -> None:
        self._store = store
        self._before = before
        self.saves = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def save(
        self,
        entries: Sequence[EventEnvelope],
        command_id: str,
        seen: Mapping[UUID, int] | None = None,
    ) -> list[int]:
        """Save behind whatever happens first."""
        self.saves += 1
        self._before(self.saves)
        return self._store.save(entries, command_id, seen)


@pytest.fixture(scope="module", params=STORES)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, servers: Servers
) -> Iterator[tuple[Path, Databases | None, str]]:
    """Found an office whose first batch can be signed off.

    Yields:
        Its folder, the server and the name of its database; no server for a file.
    """
    folder = tmp_path_factory.mktemp("stage")
    server = None if request.param == "sqlite" else servers.named(request.param)
    name = server.create_database() if server else ""
    address = server.url(name) if server else folder / "ledger.db"
    office = Office.begun(address, "example.com/press-shop", folder / "keys")
    office.enrol_everybody()
    office.publish()
    office.register()
    office.build("B1")
    office.close_file()
    yield folder, server, name
    if server:
        server.drop_database(name)


@pytest.fixture
def office(stage: tuple[Path, Databases | None, str], tmp_path: Path) -> Iterator[Office]:
    """Give a copy of the office; it is verified in the end."""
    folder, server, template = stage
    copytree(folder, tmp_path, dirs_exist_ok=True)
    name = server.create_database(template) if server else ""
    address = server.url(name) if server else str(tmp_path / "ledger.db")
    office = Office.again(address, tmp_path / "keys")
    yield office
    office.verified()
    office.close_file()
    if server:
        check_database(address)
        server.drop_database(name)
    else:
        check_ledger(Path(address))


@pytest.fixture
def token(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Token:
    """Give Anna's token, whose key is in force; it has not been asked since."""
    token = Token(tmp_path, monkeypatch)
    office.ledger.execute(RegisterKey(public_key=public(token.key)), token.call("anna"))
    office.accept_key("anna")
    token._count.write_text("")
    return token


def behind(office: Office, before: Callable[[int], None]) -> tuple[Ledger, LateStore]:
    """Give a ledger whose saves come too late."""
    store: Any = LateStore(office.store, before)
    return Ledger(store, office.clock, CountingIds("late"), office.sealer), store


def lost(times: int) -> Callable[[int], None]:
    """Lose so many races."""

    def race(save: int) -> None:
        if save <= times:
            raise StaleError

    return race


def remark(ledger: Ledger, call: Call) -> None:
    """Have Anna say something about the process, which she signs."""
    ledger.execute(
        RecordRemark(process="mug", kind=RemarkKind.NOTE, text="the lids look fine"), call
    )


def signed(office: Office, after: int) -> list[SshSignature]:
    """Give the signatures in the events behind a position."""
    events = [recorded.entry.event for recorded in office.store.read(after)]
    found = [getattr(event, "signature", None) for event in events]
    return [signature for signature in found if isinstance(signature, SshSignature)]


def test_lost_races_ask_the_token_once_for_a_decision(office: Office, token: Token) -> None:
    size = office.store.size()
    office.ledger, store = behind(office, lost(3))
    office.sign(token.call("anna"))

    assert (1, 4) == (token.asked, store.saves)
    (signature,) = signed(office, size)
    assert size == signature.size


def test_a_dry_run_asks_the_token_for_nothing(office: Office, token: Token) -> None:
    """What is not recorded is not signed; the signature would be one without an event."""
    size, call = office.store.size(), token.call("anna")
    planned = office.sign(call._replace(dry_run=True)).planned

    assert 0 == token.asked
    assert ["ProcessSignedOff", "UnitsHandedOver"] == [
        type(entry.event).__name__ for entry in planned
    ][:2]
    assert size == office.store.size()
    office.sign(call)
    assert 1 == token.asked


def test_each_statement_of_a_command_is_signed_once(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: Token
) -> None:
    office.ledger.execute(GrantRole(person="anna", role=Role.OWNER, note="stands in"), by("olga"))
    size = office.store.size()
    ledger, _ = behind(office, lost(2))
    ledger.execute(
        EnrolPerson(person="dora", printed_name="Dora", roles=(Role.INSPECTOR, Role.ENGINEER)),
        token.call("anna"),
    )

    assert (3, 3) == (token.asked, len(signed(office, size)))


def test_a_rival_who_leaves_the_words_as_they_are_costs_no_further_signature(
    office: Office, token: Token
) -> None:
    """The signer's own stream moved: what was signed still says what is recorded."""

    def rival(save: int) -> None:
        if save == 1:
            office.ledger.execute(
                GrantRole(person="anna", role=Role.INSPECTOR, note="stands in"), by("olga")
            )

    ledger, store = behind(office, rival)
    remark(ledger, token.call("anna"))

    assert (1, 2) == (token.asked, store.saves)
    assert ["role-granted", "signature-given", "remark-recorded", "signature-given"] == (
        office.topics()[-4:]
    )


def test_a_rival_who_changes_the_words_is_named_and_nothing_is_recorded(
    office: Office, token: Token
) -> None:
    def rival(save: int) -> None:
        remark(office.ledger, by("bela"))

    ledger, store = behind(office, rival)
    with pytest.raises(ConflictError) as refused:
        remark(ledger, token.call("anna"))

    assert ("SL603", 1, 1) == (refused.value.code, token.asked, store.saves)
    size = office.store.size()
    assert "version was" in refused.value.why
    assert f"recorded since: #{size - 1} by bela, #{size} by bela" in refused.value.why
    assert "anna" not in {recorded.entry.by for recorded in office.store.read(size - 2)}


def test_a_decision_is_not_taken_on_what_moved_after_it_was_signed(
    office: Office, token: Token
) -> None:
    usual = office.ledger

    def rival(save: int) -> None:
        usual.execute(Hold(process="mug", batch=None, reason="two lids rattle"), by("anna"))

    office.ledger, _ = behind(office, rival)
    with pytest.raises(ConflictError) as refused:
        office.hold(token.call("anna"), "three lids rattle")

    assert ("SL603", 1) == (refused.value.code, token.asked)
    assert "data.heads" in refused.value.why


def test_a_key_that_is_revoked_after_it_signed_signs_no_further_try(
    office: Office, token: Token
) -> None:
    fingerprint = list(office.ledger.work().person("anna").keys_in_force)[-1]

    def rival(save: int) -> None:
        if save == 1:
            office.ledger.execute(
                RevokeKey(person="anna", fingerprint=fingerprint, reason="stolen"), by("olga")
            )

    ledger, _ = behind(office, rival)
    with pytest.raises(IdentityError) as refused:
        remark(ledger, token.call("anna"))

    assert ("SL405", 1) == (refused.value.code, token.asked)
    assert fingerprint in refused.value.why
    assert "signature-refused" == office.topics()[-1]
