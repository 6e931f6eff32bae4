"""Checkpoints that the log's key did not sign: kept out, named as what they are, and led back from.

What happened before the key was looked at, and what a database takes from others, is planted here
past everything that is ours, on both stores.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.application.commands import keys
from signoff_ledger.application.commands.disowned_notes import SetAsideNote
from signoff_ledger.application.commands.people import EnrolPerson
from signoff_ledger.application.ledger import Call
from signoff_ledger.bootstrap import OpenLedger, begin_ledger, open_ledger
from signoff_ledger.custody import key_store as custody
from signoff_ledger.custody.log_key import write_key
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.errors import Advice, EvidenceError, IdentityError, SignoffError
from signoff_ledger.exports.dossier import seal_over
from signoff_ledger.exports.log_copy import carry, new_copy
from signoff_ledger.exports.log_folder import LogFolder, export_log
from signoff_ledger.exports.migrate import copy_ledger
from signoff_ledger.exports.restore import restore_log
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.cosignature import cosign
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey
from signoff_ledger.integrity.log_check import FLAGGED, Trust
from signoff_ledger.persistence.health_finding import HealthFinding
from signoff_ledger.persistence.store_factory import open_store
from signoff_ledger.projections.seals import seal_findings
from tests.attacks.story import KeptKeys
from tests.cli.terminal import Terminal
from tests.contract.conftest import vacant
from tests.ledgers import CountingIds, TickingClock, disarmed
from tests.servers.fixtures import Servers, versions

ORIGIN = "example.com/mugs"
STORES = ["sqlite", versions()[0]]
MALLORY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
OLGA = Call("olga")


@dataclass
class Log:
    """A sealed ledger, and what an attacker on its machine can do."""

    address: str
    folder: Path
    opened: OpenLedger
    vault: KeptKeys

    @property
    def log_key(self) -> VerifierKey:
        """The key that the ledger's own events name."""
        named = self.opened.ledger.work().founding().log_key
        assert named is not None
        return VerifierKey.parse(named)

    @property
    def key_file(self) -> Path:
        """Where its private half is kept."""
        (found,) = self.vault.folder.rglob(f"{self.log_key.key_id.hex()}.pem")
        return found

    @property
    def guard(self) -> bytes:
        """What is remembered of the last seal."""
        (found,) = self.vault.folder.rglob("guard.json")
        return found.read_bytes()

    def enrol(self, name: str) -> int:
        """Record something; gives its position."""
        receipt = self.opened.ledger.execute(
            EnrolPerson(person=name, printed_name=f"{name.title()} X"), OLGA
        )
        return receipt.recorded[-1].position

    def seal(self) -> int:
        """Seal the log; gives its size."""
        assert self.opened.sealer is not None
        return self.opened.sealer.seal().size

    def note(self, size: int, key: Ed25519PrivateKey, root: bytes | None = None) -> bytes:
        """Sign a checkpoint with any key."""
        root = root or self.opened.store.root(size)
        return sign_checkpoint(Checkpoint(ORIGIN, size, root), key)

    def plant(self, size: int, note: bytes) -> None:
        """Keep a note as a checkpoint, past everything that is ours."""
        if self.address.startswith("postgresql://"):
            with psycopg.connect(self.address, autocommit=True) as connection:
                connection.execute("ALTER TABLE signoff.checkpoints DISABLE TRIGGER USER")
                connection.execute("INSERT INTO signoff.checkpoints VALUES (%s, %s)", (size, note))
                connection.execute("ALTER TABLE signoff.checkpoints ENABLE TRIGGER USER")
            return
        with closing(disarmed(Path(self.address))) as connection:
            connection.execute("INSERT INTO checkpoints VALUES (?, ?)", (size, note))

    def checks(self) -> dict[str, tuple[str, str]]:
        """Verify the ledger; gives what was found by check."""
        found = verify_log(LiveLog(self.opened.store), Trust())
        return {check.name: (check.state, check.says) for check in found}

    def refusal(self, does: Callable[[], object]) -> SignoffError:
        """Expect a refusal."""
        with pytest.raises(SignoffError) as caught:
            does()
        return caught.value

    def doctor(self) -> dict[str, HealthFinding]:
        """Look at the seals' health."""
        return {found.check: found for found in seal_findings(self.opened.store)}


@pytest.fixture(params=STORES)
def log(request: pytest.FixtureRequest, tmp_path: Path, servers: Servers) -> Iterator[Log]:
    """Give a sealed ledger on each store."""
    with vacant(request.param, tmp_path, servers) as address:
        vault = KeptKeys(tmp_path / "keys")
        opened = begin_ledger(
            address,
            OLGA,
            name="mugs",
            printed_name="Olga Owner",
            clock=TickingClock(),
            ids=CountingIds(),
            vault=vault,
            origin=ORIGIN,
        )
        with closing(opened):
            log = Log(address, tmp_path, opened, vault)
            log.enrol("anna")
            log.seal()
            yield log


def swap_key(path: Path, key: Ed25519PrivateKey, passphrase: str | None = None) -> None:
    """Put another key in place of one."""
    path.unlink()
    write_key(path, key, passphrase)


# --- another key in place of the log's ------------------------------------------------------


@pytest.mark.parametrize("passphrase", [None, "sesame"])
def test_another_key_in_the_log_keys_place_seals_nothing(log: Log, passphrase: str | None) -> None:
    right, guard = log.key_file.read_bytes(), log.guard
    log.vault._ask = lambda: passphrase
    swap_key(log.key_file, MALLORY, passphrase)
    size = log.enrol("bela")

    error = log.refusal(log.seal)

    assert ("SL406", 4) == (error.code, IdentityError.exit_code)
    mine = VerifierKey.of(ORIGIN, log.log_key.algorithm, MALLORY).line
    assert f"{log.key_file} holds {mine}, and the ledger's events name {log.log_key.line}" in (
        error.why
    )
    assert guard == log.guard
    assert log.opened.store.kept_note(size) is None
    log.key_file.write_bytes(right)
    assert size == log.seal()
    assert "seal" in log.checks()


def test_another_key_in_the_log_keys_place_is_not_rotated(log: Log) -> None:
    swap_key(log.key_file, MALLORY)
    before = log.opened.store.size()

    error = log.refusal(lambda: keys.rotate_log_key(log.opened.ledger, OLGA, log.vault, "old"))

    assert "SL406" == error.code
    assert before == log.opened.store.size()
    assert 1 == len(list(log.vault.folder.rglob("*.pem")))


def test_a_seal_that_waited_for_a_rotation_is_by_the_new_key(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever read the key in force before its turn would sign with the one of before."""
    log.enrol("bela")
    sealing, waits = log.vault.sealing, [True]

    def sealing_late(log_key: str) -> object:
        if waits.pop() if waits else False:
            keys.rotate_log_key(log.opened.ledger, OLGA, log.vault, "a year has passed")
            log.enrol("egon")
        return sealing(log_key)

    monkeypatch.setattr(log.vault, "sealing", sealing_late)
    size = log.seal()

    assert log.opened.store.size() == size
    assert f"of {size} events" in log.checks()["seal"][1]


# --- one that was planted before ----------------------------------------------------------------


@pytest.fixture
def planted(log: Log, monkeypatch: pytest.MonkeyPatch) -> tuple[Log, int]:
    """A ledger that a program without the comparison sealed with a wrong key."""
    right, size = log.key_file.read_bytes(), log.enrol("bela")
    swap_key(log.key_file, MALLORY)
    monkeypatch.setattr(custody, "check_half", lambda *_: None)
    assert size == log.seal()
    monkeypatch.undo()
    log.key_file.write_bytes(right)
    return log, size


def test_a_checkpoint_by_another_key_is_reported_as_that(planted: tuple[Log, int]) -> None:
    log, size = planted
    mallory = VerifierKey.of(ORIGIN, log.log_key.algorithm, MALLORY)

    error = log.refusal(log.checks)

    assert "SL511" == error.code
    assert f"the checkpoint kept of {size} events is not the log's own" == error.what
    assert (
        f"it bears the signature of {ORIGIN}+{mallory.key_id.hex()}; the log's key there is "
        f"{ORIGIN}+{log.log_key.key_id.hex()}" == error.why
    )
    assert Advice("set-note-aside", size=size) == error.advice
    found = log.doctor()["checkpoints"]
    assert "BROKEN" == found.state
    assert error.why in found.says
    assert error.advice == found.advice


def test_nothing_is_made_of_a_checkpoint_by_another_key(planted: tuple[Log, int]) -> None:
    log, size = planted

    assert "SL511" == log.refusal(log.seal).code
    exported = export_log(log.opened.store, log.folder / "out")
    copied = copy_ledger(log.opened.store, log.folder / "copy.db")

    assert ((size,), (size,)) == (exported.left_out, copied.left_out)
    assert exported.sealed < size
    assert exported.sealed == seal_over(log.opened.store, 1)[0]
    assert "SL604" == log.refusal(lambda: seal_over(log.opened.store, size)).code
    with closing(open_store(log.folder / "copy.db")) as store:
        assert exported.sealed == store.sealed_size()


@pytest.mark.parametrize("size", [5, 99])
def test_nothing_is_made_of_a_log_with_another_history(log: Log, size: int) -> None:
    """A checkpoint that the log's key signed is never left out in silence."""
    log.enrol("bela")
    log.plant(size, log.note(size, log.vault.made[0], bytes(32)))
    tries: list[Callable[[], object]] = [
        lambda: export_log(log.opened.store, log.folder / "out"),
        lambda: copy_ledger(log.opened.store, log.folder / "copy.db"),
        lambda: seal_over(log.opened.store, 1),
    ]

    assert [{5: "SL508", 99: "SL507"}[size]] * 3 == [log.refusal(does).code for does in tries]
    assert not (log.folder / "out").exists()
    assert not (log.folder / "copy.db").exists()


def test_a_ledger_is_led_back_and_loses_nothing(planted: tuple[Log, int]) -> None:
    log, size = planted
    store = log.opened.store
    note = store.kept_note(size)
    assert note is not None

    at = log.opened.ledger.execute(
        SetAsideNote(size=size, reason="another log's key lay there"), OLGA
    ).recorded[-1]

    assert size + 1 == at.position
    assert note == store.kept_note(size)
    assert store.checkpoint(size) is None
    assert size not in {kept for kept, _ in store.checkpoints()}
    assert size > store.sealed_size()
    assert at.position == log.seal()
    checks = log.checks()
    state, says = checks[f"set aside #{at.position}"]
    assert FLAGGED == state
    assert f"the note kept as the checkpoint of {size} events does not count" in says
    assert f"set aside by Olga Owner at position {at.position}, because: another log's key" in says
    assert "2 checkpoints verify" in checks["seal"][1]
    assert ("ok", True) == (
        log.doctor()["checkpoints"].state,
        "1 notes are set aside" in log.doctor()["checkpoints"].says,
    )


def test_what_was_set_aside_goes_wherever_the_log_goes(planted: tuple[Log, int]) -> None:
    log, size = planted
    note = log.opened.store.kept_note(size)
    log.opened.ledger.execute(SetAsideNote(size=size, reason="why"), OLGA)
    last = log.seal()

    export_log(log.opened.store, log.folder / "out")
    restore_log(log.folder / "out", log.folder / "restored.db")
    copy_ledger(log.opened.store, log.folder / "copy.db")

    assert last == seal_over(log.opened.store, 1)[0]
    for name in ("restored.db", "copy.db"):
        with closing(open_store(log.folder / name)) as store:
            ((of, held, _),) = store.load(LedgerStream, "ledger").set_aside
            assert (size, note) == (of, held)
            assert log.opened.store.checkpoints() == store.checkpoints()
            assert f"set aside #{size + 1}" in {c.name for c in verify_log(LiveLog(store), Trust())}
    exported = verify_log(LogFolder(log.folder / "out"), Trust())
    assert f"set aside #{size + 1}" in {check.name for check in exported}
    assert {str(kept) for kept, _ in log.opened.store.checkpoints()} == {
        path.name for path in (log.folder / "out" / "checkpoints").iterdir()
    }


def test_the_command_leads_back_and_says_each_step(planted: tuple[Log, int]) -> None:
    log, size = planted
    where = {"SIGNOFF_LEDGER": log.address, "SIGNOFF_KEYS": str(log.vault.folder)}
    terminal = Terminal(log.folder, ids=CountingIds("typed"), variables=where)

    reported = terminal("verify")
    assert 5 == reported.code
    assert "To do: find out who put it there, then let an owner of the ledger set it aside:  " in (
        reported.out
    )
    assert f"signoff set-aside {size} --reason" in reported.out
    assert 5 == terminal("doctor").code
    terminal.refused("SL402", "set-aside", str(size), "--reason", "x", by="anna")
    terminal.did("set-aside", str(size), "--reason", "a stranger's key", by="olga")
    terminal.refused("SL109", "set-aside", str(size), "--reason", "x", by="olga")
    terminal.refused("SL208", "set-aside", "99", "--reason", "x", by="olga")
    terminal.did("checkpoint")
    assert "set aside by Olga" in " ".join(terminal.did("verify").out.split())


def test_an_older_copy_that_still_counts_the_note_is_a_rollback(planted: tuple[Log, int]) -> None:
    """What was set aside here is not taken for a seal by whoever brings a backup back."""
    log, size = planted
    note = log.opened.store.kept_note(size)
    assert note is not None
    lines = [line for *_, line, _ in log.opened.store.raw()]
    log.opened.ledger.execute(SetAsideNote(size=size, reason="why"), OLGA)
    log.seal()

    with new_copy(log.folder / "old.db") as old:
        carry(lines, list, old, (size, log.opened.store.root(size)))
        old.keep_checkpoint(size, note)
    with open_ledger(log.folder / "old.db", TickingClock(), vault=log.vault) as opened:
        assert opened.sealer is not None
        assert "SL507" == log.refusal(opened.sealer.seal).code
        assert "SL507" == log.refusal(opened.sealer.check).code


# --- what others put there ----------------------------------------------------------------------


def test_a_right_root_under_a_wrong_signature_is_led_back_from(log: Log) -> None:
    size = log.enrol("bela")
    good = log.note(size, log.vault.made[0])
    cut = good.rindex(b" ") + 9
    log.plant(size, good[:cut] + (b"A" if good[cut : cut + 1] != b"A" else b"B") + good[cut + 1 :])

    error = log.refusal(log.checks)
    assert ("SL505", True) == (error.code, f"{size} events" in error.what)
    assert error.why.endswith("does not verify")
    assert "SL505" == log.refusal(log.seal).code
    log.opened.ledger.execute(SetAsideNote(size=size, reason="planted"), OLGA)

    assert size + 1 == log.seal()
    log.checks()


def test_a_checkpoint_of_a_size_to_come_is_led_back_from(log: Log) -> None:
    size = log.enrol("bela")
    log.plant(size + 1, log.note(size + 1, MALLORY, bytes(32)))
    assert "SL511" == log.refusal(log.checks).code

    log.opened.ledger.execute(SetAsideNote(size=size + 1, reason="planted"), OLGA)

    # Its own place is taken permanently; one event more, and the log is sealed again.
    assert "SL511" == log.refusal(log.seal).code
    size = log.enrol("egon")
    assert size == log.seal()
    log.checks()


def test_cosignatures_under_a_note_that_was_set_aside_are_ignored(planted: tuple[Log, int]) -> None:
    log, size = planted
    note = log.opened.store.kept_note(size)
    assert note is not None
    line = cosign(parse_note(note).text, "witness.example/n", MALLORY, 1_772_500_000).line
    log.opened.store.keep_cosignature(size, line)

    log.opened.ledger.execute(SetAsideNote(size=size, reason="why"), OLGA)
    log.seal()

    log.checks()
    export_log(log.opened.store, log.folder / "out")
    assert [line] == log.opened.store.cosignatures(size)


def test_a_cosignature_that_is_none_is_reported_and_does_not_count(log: Log) -> None:
    """Nothing that others say about a checkpoint takes the checkpoint away."""
    size, note = log.opened.store.checkpoints()[-1]
    line = cosign(parse_note(note).text, "witness.example/n", MALLORY, 1_772_500_000).line
    log.opened.store.keep_cosignature(size, line)
    own = parse_note(note).signatures[0].line
    for forged in ("x", own):
        if log.address.startswith("postgresql://"):
            with psycopg.connect(log.address, autocommit=True) as connection:
                connection.execute("ALTER TABLE signoff.cosignatures DISABLE TRIGGER USER")
                statement = "INSERT INTO signoff.cosignatures VALUES (%s, %s)"
                connection.execute(statement, (size, forged))
        else:
            with closing(disarmed(Path(log.address))) as connection:
                connection.execute("INSERT INTO cosignatures VALUES (?, ?)", (size, forged))

    state, says = log.checks()[f"cosignatures of {size}"]
    assert (FLAGGED, True) == (state, says.startswith("2 lines"))
    found = log.doctor()["cosignatures"]
    assert ("BAD", True) == (found.state, f"of {size} events" in found.says)
    export_log(log.opened.store, log.folder / "out")
    exported = (log.folder / "out" / "checkpoint").read_bytes()
    assert note + line.encode() == exported
    assert size + 1 == log.enrol("bela") == log.seal()


def test_garbage_is_led_back_from(tmp_path: Path, servers: Servers) -> None:
    """Whoever can write the file can put anything there, also what no database would take."""
    with vacant("sqlite", tmp_path, servers) as address:
        opened = begin_ledger(
            address, OLGA, name="m", printed_name="O", clock=TickingClock(), ids=CountingIds(),
            vault=KeptKeys(tmp_path / "keys"), origin=ORIGIN,
        )  # fmt: skip
        with closing(opened):
            log = Log(address, tmp_path, opened, KeptKeys(tmp_path / "keys"))
            log.seal()
            notes = {500: b"", 600: b"\xff" * 200_000, 700: b"x\n\n" + b"y\n" * 40_000}
            for size, note in notes.items():
                log.plant(size, note)
                error = log.refusal(log.checks)
                assert ("SL505", True) == (error.code, f"{size} events" in error.what)
                log.opened.ledger.execute(SetAsideNote(size=size, reason="garbage"), OLGA)
                log.seal()
                log.checks()
            export_log(log.opened.store, tmp_path / "out")
            restore_log(tmp_path / "out", tmp_path / "new.db")

            # Another note in place of one that was set aside is another note.
            with closing(disarmed(Path(address))) as connection:
                connection.execute("UPDATE checkpoints SET note = x'00' WHERE size = 500")
            assert "SL505" == log.refusal(log.checks).code


# --- what is never set aside --------------------------------------------------------------------


def test_the_logs_own_checkpoint_is_never_set_aside(log: Log) -> None:
    size, before = log.opened.store.sealed_size(), log.opened.store.size()

    error = log.refusal(
        lambda: log.opened.ledger.execute(SetAsideNote(size=size, reason="I do not like it"), OLGA)
    )

    assert ("SL511", EvidenceError) == (error.code, type(error))
    assert before == log.opened.store.size()


def test_a_fork_is_never_set_aside(log: Log) -> None:
    """The log's key signed another history: that is what a checkpoint is kept for."""
    size = log.enrol("bela")
    log.plant(size, log.note(size, log.vault.made[0], bytes(32)))
    assert "SL508" == log.refusal(log.checks).code

    assert (
        "SL508"
        == log.refusal(
            lambda: log.opened.ledger.execute(SetAsideNote(size=size, reason="x"), OLGA)
        ).code
    )
    assert {"SL508"} == {log.refusal(does).code for does in (log.seal, log.checks)}


def test_a_rollback_is_never_set_aside(log: Log) -> None:
    log.plant(99, log.note(99, log.vault.made[0], bytes(32)))

    assert (
        "SL507"
        == log.refusal(
            lambda: log.opened.ledger.execute(SetAsideNote(size=99, reason="x"), OLGA)
        ).code
    )
    assert "SL507" == log.refusal(log.checks).code


@pytest.mark.parametrize(("of", "code"), [("its own tree", "SL511"), ("another tree", "SL508")])
def test_an_event_that_sets_a_genuine_checkpoint_aside_is_refused(
    log: Log, monkeypatch: pytest.MonkeyPatch, of: str, code: str
) -> None:
    """Whoever writes it past the command hides nothing by it."""
    size = log.enrol("bela")
    root = None if of == "its own tree" else bytes(32)
    log.plant(size, log.note(size, log.vault.made[0], root))
    monkeypatch.setattr(
        "signoff_ledger.application.commands.disowned_notes._check_foreign", lambda *_: None
    )
    log.opened.ledger.execute(SetAsideNote(size=size, reason="hidden"), OLGA)
    monkeypatch.undo()
    at = log.seal()

    error = log.refusal(log.checks)

    assert isinstance(error, EvidenceError)
    assert (code, at) == (error.code, error.position)
    assert code == log.refusal(lambda: export_log(log.opened.store, log.folder / "out")).code


def test_a_retired_keys_note_over_this_very_log_is_set_aside(log: Log) -> None:
    """Whoever stole the old key shows no other history by it, and must not end this one."""
    keys.rotate_log_key(log.opened.ledger, OLGA, log.vault, "it was seen")
    size = log.enrol("bela")
    log.plant(size, log.note(size, log.vault.made[0]))
    error = log.refusal(log.checks)
    assert ("SL511", True) == (error.code, log.log_key.key_id.hex() in error.why)

    log.opened.ledger.execute(
        SetAsideNote(size=size, reason="signed with the key that was seen"), OLGA
    )

    assert size + 1 == log.seal()
    log.checks()


def test_a_retired_key_that_signed_another_history_stays_a_fork(log: Log) -> None:
    keys.rotate_log_key(log.opened.ledger, OLGA, log.vault, "it was seen")
    size = log.enrol("bela")
    log.plant(size, log.note(size, log.vault.made[0], bytes(32)))

    assert (
        "SL508"
        == log.refusal(
            lambda: log.opened.ledger.execute(SetAsideNote(size=size, reason="x"), OLGA)
        ).code
    )
    assert "SL508" == log.refusal(log.checks).code
