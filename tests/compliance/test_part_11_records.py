"""21 CFR Part 11, 11.10: controls for closed systems, each clause that software can hold."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from signoff_ledger.application.commands.bars import CountersignBar, SupersedeBar
from signoff_ledger.application.commands.catalogue import COMMANDS, ROLES
from signoff_ledger.application.commands.corrections import ConfirmCorrection
from signoff_ledger.application.commands.decisions import Withdraw
from signoff_ledger.application.commands.people import EnrolPerson, GrantRole
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.events.process import ProcessHeld, ProcessSignedOff
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import EvidenceError, IdentityError, InputError, RuleRefusedError
from signoff_ledger.exports.log_folder import LogFolder, export_log
from signoff_ledger.exports.restore import restore_log
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.log_check import Trust
from signoff_ledger.persistence.sqlite.backup import back_up
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.projections.sentences import sentence
from signoff_ledger.projections.subjects import Subject
from signoff_ledger.queries.check import judged
from tests.commands import idle
from tests.ledgers import PLAN, check_ledger, disarmed, long, plan_file, raw, readings, rewrite
from tests.offices import Office, by
from tests.refusals import refusal
from tests.roles import MATRIX
from tests.tree import LEDGER, python_files, relative

LOOSER = PLAN.replace("units = 7", "units = 10").replace("max_rejects = 1", "max_rejects = 2")
EVIDENCE = ("events", "commands", "nodes", "checkpoints", "cosignatures")


# --- (a) to (c): records that can be trusted, copied and kept ------------------------------------


def test_a_byte_changed_in_any_event_is_found_and_the_event_is_named(office: Office) -> None:
    """11.10(a): the ability to discern invalid or altered records."""
    lines = office.lines()
    named = []
    with closing(disarmed(office.store.path)) as connection:
        for position, line in enumerate(lines, 1):
            at = len(line) // 2
            spoiled = line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :]
            put(connection, position, spoiled)
            with pytest.raises(EvidenceError) as caught:
                office.verified()
            named.append(caught.value.position)
            put(connection, position, line)

    assert list(range(1, len(lines) + 1)) == named
    assert office.verified()


def put(connection: sqlite3.Connection, position: int, line: bytes) -> None:
    """Write a line over another one, and leave the hash beside it alone."""
    connection.execute("UPDATE events SET line = ? WHERE position = ?", (line, position))


def test_an_event_altered_together_with_its_hash_is_found_too(office: Office) -> None:
    """11.10(a): also where somebody knows how the file is made; the seal is over every line."""
    for position in (2, 31, 75):
        line = office.lines()[position - 1]
        rewrite(office.store.path, position, line.replace(b"T08:", b"T07:"))
        with pytest.raises(EvidenceError):
            office.verified()

        rewrite(office.store.path, position, line)
    assert office.verified()


def test_an_exported_copy_is_complete_and_can_be_read_in_again(
    office: Office, tmp_path: Path
) -> None:
    """11.10(b): accurate and complete copies in electronic form; the same root comes back."""
    exported = export_log(office.store, tmp_path / "copy")
    size, root = restore_log(tmp_path / "copy", tmp_path / "again.db")
    with closing(SqliteStore.open(tmp_path / "again.db")) as again:
        lines = [recorded.entry.line for recorded in again.read(0)]

    assert (exported.size, exported.root) == (size, root)
    assert office.lines() == lines
    assert check_ledger(tmp_path / "again.db") == exported.size


def test_every_event_can_be_read_as_a_sentence(office: Office, tmp_path: Path) -> None:
    """11.10(b): accurate and complete copies in human readable form."""
    export_log(office.store, tmp_path / "copy")
    reported = [sentence(r.entry, Subject("process", "mug")) for r in office.store.read(0)]

    assert office.store.size() == len(reported)
    assert [] == [text for text in reported if len(text) < len("a b c")]
    assert "events.ndjson" in (tmp_path / "copy" / "README.md").read_text("utf-8")


def test_a_backup_restored_elsewhere_verifies_and_is_the_same_ledger(
    office: Office, tmp_path: Path
) -> None:
    """11.10(c): records are protected and can be retrieved; a restore drill."""
    back_up(office.store, tmp_path / "backup.db")
    with closing(SqliteStore.open(tmp_path / "backup.db")) as backup:
        states = {check.state for check in verify_log(LiveLog(backup), Trust())}

        assert "FAILED" not in states
        assert office.store.root(75) == backup.root(75)


def test_an_old_backup_cannot_pass_for_the_newest_ledger(office: Office, tmp_path: Path) -> None:
    """11.10(c): a restored copy that lacks sealed records is refused where the log's key is."""
    back_up(office.store, office.store.path.with_name("old.db"))
    office.hold(by("anna"), "recorded after the backup")
    old = Office.again(office.store.path.with_name("old.db"))
    with refusal("SL507", "75 events"):
        old.sealer.seal()

    old.close_file()


# --- (d), (g): access and authority --------------------------------------------------------------


@pytest.mark.parametrize("command", MATRIX)
def test_a_command_is_given_by_its_roles_and_by_no_other(founded: Office, command: str) -> None:
    """11.10(d), (g): access is limited, and authority is checked before a command is heard."""
    may: list[str] = []
    codes: set[str] = set()
    for role in Role:
        founded.ledger.execute(
            EnrolPerson(person=f"a-{role}", printed_name="Some One", roles=(role,)), by("olga")
        )
        size = founded.store.size()
        try:
            founded.ledger.execute(idle(command), Call(f"a-{role}"))
        except IdentityError as error:
            codes.add(error.code)
        else:
            may.append(str(role))
        assert size == founded.store.size()

    assert sorted(MATRIX[command].split()) == sorted(may)
    assert {"SL402"} >= codes


def test_somebody_who_is_not_enrolled_gives_no_command(founded: Office) -> None:
    """11.10(d): access is limited to people the ledger knows."""
    for command in MATRIX:
        with refusal_of("SL401"):
            founded.ledger.execute(idle(command), Call("stranger"))


def refusal_of(code: str) -> pytest.RaisesExc[IdentityError]:
    """Expect a refusal of a person."""
    return pytest.raises(IdentityError, check=lambda error: code == error.code)


def test_the_matrix_has_every_command_and_every_command_asks_it() -> None:
    """11.10(g): there is no way to record past the check."""
    folder = LEDGER / "application"
    texts = {f"{p.relative_to(folder)}": p.read_text("utf-8") for p in python_files(folder)}
    made = {name for text in texts.values() for name in re.findall(r"class (\w+)\(Command,", text)}
    saving = {name for name, text in texts.items() if "store.save(" in text}

    assert MATRIX.keys() == ROLES.keys()
    assert made == {command.__name__ for command in COMMANDS}
    assert ["init"] == [command.NAME for command in COMMANDS if command.ROLES is None]
    assert {"ledger.py"} == saving


# --- (e), (f): the audit trail, and steps in order -----------------------------------------------


@pytest.mark.parametrize("table", EVIDENCE)
def test_what_is_recorded_is_neither_changed_nor_deleted(office: Office, table: str) -> None:
    """11.10(e): record changes shall not obscure previously recorded information."""
    with closing(raw(office.store.path)) as connection:
        connection.execute("INSERT INTO cosignatures SELECT size, 'a line' FROM checkpoints")
        connection.execute("INSERT INTO nodes VALUES (9, 0, zeroblob(32))")
        first = connection.execute(f"PRAGMA table_info({table})").fetchone()[1]
        statements = [f"UPDATE {table} SET {first} = {first}", f"DELETE FROM {table}"]
        if table != "cosignatures":  # of which the whole row is the key: it replaces only itself
            statements.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        for statement in statements:
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)


def test_no_statement_of_the_program_changes_or_deletes_evidence() -> None:
    """11.10(e): the program has no path to do so, whatever the database would say."""
    tables = "|".join(EVIDENCE)
    forbidden = re.compile(
        rf"(UPDATE\s+({tables})\b|DELETE\s+FROM\s+({tables})\b|REPLACE\s+INTO\s+({tables})\b"
        rf"|DROP\s+TABLE\s+({tables})\b)",
        re.IGNORECASE,
    )

    assert forbidden.search("update events set line = ''")
    assert [] == [
        relative(path) for path in python_files(LEDGER) if forbidden.search(path.read_text("utf-8"))
    ]


def test_a_correction_keeps_the_value_as_it_was(office: Office) -> None:
    """11.10(e): the earlier value, the later one, who, when and why all stay on record."""
    before = office.store.size()
    office.correct("B2", "B2-1", "gap", "0.26")
    office.ledger.execute(ConfirmCorrection(batch="B2", number=1), Call("egon"))
    lines = [json.loads(line) for line in office.lines()]
    inspected = next(
        line["data"]
        for line in lines
        if line["type"] == "signoff.unit-inspected.v1" and line["data"]["serial"] == "B2-1"
    )
    request = lines[before]

    assert 25 == inspected["readings"]["gap"]
    assert ("ines", "typed wrong") == (request["by"], request["data"]["reason"])
    assert {"ines", "egon"} == {line["by"] for line in lines[before:]}


def test_the_time_of_an_event_is_the_ledgers_and_nobodys_claim(office: Office) -> None:
    """11.10(e): computer-generated time stamps; a person's own time is kept apart."""
    before = office.store.size()
    office.hold(by("anna"), "once more")
    lines = [json.loads(line) for line in office.lines()]

    assert all("at" not in line["data"] for line in lines)
    assert all(re.fullmatch(r"2026-03-03T.{15}Z", line["at"]) for line in lines[before:])


def bring_to(office: Office, stage: str) -> None:
    """Tell the story up to a stage."""
    office.publish()
    if stage == "planned":
        return
    office.register()
    if stage in {"open", "begun"}:
        office.open("B1")
    if stage == "begun":
        office.record("B1", "S1")
    if stage in {"closed", "held"}:
        office.build("B1", rejects=2 if stage == "held" else 0)


def looser() -> Bar:
    """Give a bar that lets more pass."""
    bar = plan_file(LOOSER).bar
    assert bar is not None
    return bar


Give = Callable[[Office], object]
ILLEGAL: dict[str, tuple[str, str, Give]] = {
    "a batch under no bar": ("planned", "SL308", lambda o: o.open("B1")),
    "a sign-off without a batch": ("ready", "SL301", lambda o: o.sign(by("anna"))),
    "an order without a sign-off": ("ready", "SL302", lambda o: o.order(by("bela"))),
    "a withdrawal of nothing": (
        "ready",
        "SL309",
        lambda o: o.ledger.execute(Withdraw(process="mug", reason="why"), by("anna")),
    ),
    "two batches at once": ("open", "SL305", lambda o: o.open("B2")),
    "a bar agreed to after the batch": (
        "open",
        "SL303",
        lambda o: o.ledger.execute(CountersignBar(process="mug"), by("bela")),
    ),
    "a bar changed after results": (
        "begun",
        "SL303",
        lambda o: o.ledger.execute(
            SupersedeBar(process="mug", bar=looser(), reason="why"), by("anna")
        ),
    ),
    "a bar changed once its batch is open": (
        "open",
        "SL303",
        lambda o: o.ledger.execute(
            SupersedeBar(process="mug", bar=looser(), reason="why"), by("anna")
        ),
    ),
    "a plan changed after results": (
        "begun",
        "SL311",
        lambda o: o.publish(PLAN.replace("Works as specified", "Works"), "why"),
    ),
    "a second first result": ("begun", "SL306", lambda o: o.record("B1", "S1", gap="0.24")),
    "a unit into a closed batch": ("closed", "SL305", lambda o: o.record("B1", "late")),
    "closing twice": ("closed", "SL305", lambda o: o.close("B1")),
    "a sign-off below the bar": ("held", "SL301", lambda o: o.sign(by("anna"))),
    "a repeat without a change": ("held", "SL304", lambda o: o.open("B2")),
}
"""Steps out of order: where the story stands, the code of the refusal, and the step."""


@pytest.mark.parametrize("step", ILLEGAL)
def test_a_step_out_of_order_is_refused(founded: Office, step: str) -> None:
    """11.10(f): operational checks enforce the permitted sequencing of steps and events."""
    stage, code, give = ILLEGAL[step]
    bring_to(founded, stage)
    before = founded.store.size()
    with pytest.raises(RuleRefusedError) as caught:
        give(founded)

    assert code == caught.value.code
    assert {"command-refused"} >= set(founded.topics(before))


# --- (h) to (k): sources, training, documents ----------------------------------------------------


def test_station_gauge_and_line_are_recorded_with_the_result(founded: Office) -> None:
    """11.10(h): the source of input is on record; that a gauge is fit for use is procedural."""
    founded.publish()
    founded.register()
    founded.open("B1")
    rows = [{**row, "station": "ST-4", "gauge_id": "G-17"} for row in readings("S1", gap="0.25")]
    founded.bring("B1", long(rows))
    unit = json.loads(founded.lines()[-1])["data"]

    assert ("ST-4", {"G-17"}) == (unit["build"]["station"], {*unit["gauges"].values()})


def test_a_unit_from_another_line_is_shown_and_does_not_count(founded: Office) -> None:
    """11.10(h): input from a source other than the one planned is told apart by the rules."""
    founded.publish()
    founded.register()
    founded.open("B1")
    rows = [{**row, "line": "Line 2"} for row in readings("S1")]
    founded.bring("B1", long(rows))
    _, verdict = judged(founded.ledger.work(), "mug", "B1", None)

    assert "0/7" in verdict.finding("representative-units").says


def test_a_role_is_granted_with_a_note_and_never_without(founded: Office) -> None:
    """11.10(i): the grant says why, such as a training record; the training is procedural."""
    with pytest.raises(InputError):
        founded.ledger.execute(GrantRole(person="ines", role=Role.ENGINEER, note=" "), by("olga"))
    founded.ledger.execute(
        GrantRole(person="ines", role=Role.ENGINEER, note="training record 118"), by("olga")
    )
    granted = [
        json.loads(line)["data"] for line in founded.lines() if b"signoff.role-granted.v1" in line
    ]

    assert "training record 118" == granted[-1]["note"]
    assert all(grant["note"].strip() for grant in granted)


def test_a_decision_names_the_rules_the_plan_and_the_bar_it_was_taken_by(office: Office) -> None:
    """11.10(k): documents that govern a decision are versioned, and the decision says which."""
    decisions = [
        recorded.entry.event
        for recorded in office.store.read(0)
        if isinstance(recorded.entry.event, (ProcessHeld, ProcessSignedOff))
    ]
    signed = next(d for d in decisions if isinstance(d, ProcessSignedOff))
    pinned = [json.loads(line)["data"] for line in office.lines() if b"batch-started.v1" in line]

    assert {"1"} == {decision.verdict.rule_set for decision in decisions}
    assert signed.plan_sha256 == pinned[-1]["plan_sha256"]
    assert signed.bar_sha256 == pinned[-1]["bar_sha256"]


def test_an_exported_log_can_be_verified_by_itself(office: Office, tmp_path: Path) -> None:
    """11.10(a), (b): whoever has the copy needs neither the ledger nor its key."""
    export_log(office.store, tmp_path / "copy")
    checks = {c.name: c.state for c in verify_log(LogFolder(tmp_path / "copy"), Trust())}

    assert {"proved"} == {checks[name] for name in ("lines", "seal", "signatures", "decisions")}
