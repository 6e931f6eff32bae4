"""The table of the threat model: each attack, made with care, in each set-up.

The attacker has the file and the log's key, makes every hash, link and root anew, and seals what
comes out. docs/explanation/threat-model.md says what shows it; here is the same, done.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from signoff_ledger.application import people
from signoff_ledger.application.ledger import Call
from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.canonical import canonical, parse
from signoff_ledger.integrity.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.cosignature import cosign
from signoff_ledger.integrity.examination import Check, Examination, Row, Trust
from signoff_ledger.integrity.leaf import leaf_hash
from signoff_ledger.integrity.note import parse_note
from signoff_ledger.integrity.policy import parse_policy
from signoff_ledger.integrity.recomputed import RecomputedTree
from signoff_ledger.integrity.verifier_key import COSIGNATURE_V1, ED25519, VerifierKey
from signoff_ledger.persistence.sqlite import datastore as sqlite_module
from tests.ledgers import PEOPLE
from tests.offices import LOG_KEY, Office, careless
from tests.signers import NORTH, raw

ORIGIN = "example.com/press-shop"
WITNESS = "witness.example/north"
UNIT = "signoff.unit-inspected.v1"
KEPT = 40
"""So many events are in the checkpoint that the reader kept, and in the one that was cosigned."""

Lines = list[dict[str, Any]]


def edited(lines: Lines) -> Lines:
    """Turn the reading of a unit into another one."""
    at = next(n for n, line in enumerate(lines) if line["type"] == UNIT)
    lines[at]["data"]["readings"]["gap"] += 1
    return lines


def deleted(lines: Lines) -> Lines:
    """Leave a unit out."""
    at = next(n for n, line in enumerate(lines) if line["type"] == UNIT)
    return lines[:at] + lines[at + 1 :]


def inserted(lines: Lines) -> Lines:
    """Add a unit that nobody inspected."""
    at = next(n for n, line in enumerate(lines) if line["type"] == UNIT)
    made = parse(canonical(lines[at]))
    made["data"]["serial"] = "made-up"
    return [*lines[:at], made, *lines[at:]]


def reordered(lines: Lines) -> Lines:
    """Put a unit in front of the one before it."""
    at = next(n for n, line in enumerate(lines) if line["type"] == UNIT)
    return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]


def cut(lines: Lines) -> Lines:
    """Cut the newest events off, below what the reader kept."""
    return lines[: KEPT - 4]


def rewritten(lines: Lines) -> Lines:
    """Call the owner something else, from the beginning."""
    lines[1]["data"]["printed_name"] = "Somebody Else"
    return lines


ATTACKS: dict[str, Callable[[Lines], Lines]] = {
    "edit": edited,
    "delete": deleted,
    "insert": inserted,
    "reorder": reordered,
    "cut the tail, or an old backup": cut,
    "rewrite by the key holder": rewritten,
}


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Give the lines of a sealed ledger in which nobody signs with a key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_module, "assert_durable", careless)
        office = Office.begun(tmp_path_factory.mktemp("unsigned") / "ledger.db", ORIGIN)
        for key, (name, roles) in PEOPLE.items():
            people.enrol(office.ledger, Call("olga"), key, name, list(roles))
        office.publish()
        office.register()
        office.sign_off_a_repeat()
        lines = office.lines()
        office.close_file()
    return lines


@pytest.fixture
def unsigned(recorded: list[bytes]) -> Lines:
    """Give those lines, parsed, to do with as one likes."""
    return list(map(parse, recorded))


def forged(lines: Lines) -> Iterator[bytes]:
    """Write lines with numbers, links and reviewed roots that fit, as a careful forger would."""
    heads: dict[str, tuple[int, str]] = {}
    tree = RecomputedTree()
    for line in lines:
        version, head = heads.get(line["stream"], (0, ""))
        fields = {**{k: v for k, v in line.items() if k != "prev"}, "version": version + 1}
        if head:
            fields["prev"] = head
        reviewed = fields["data"].get("heads")
        if reviewed is not None:
            size = min(reviewed["size"], tree.size)
            reviewed |= {"root": tree.root(size).hex(), "size": size}
        written = canonical(fields)
        leaf = leaf_hash(written)
        heads[line["stream"]] = (version + 1, leaf.hex())
        tree.add(leaf)
        yield written


def sealed(lines: list[bytes], size: int) -> bytes:
    """Seal the first lines with the log's key."""
    tree = RecomputedTree()
    for line in lines[:size]:
        tree.add(leaf_hash(line))
    return sign_checkpoint(Checkpoint(ORIGIN, size, tree.root(size)), LOG_KEY)


def cosigned(note: bytes) -> bytes:
    """Have a checkpoint cosigned."""
    return note + cosign(parse_note(note).text, WITNESS, NORTH, 1_772_000_000).line.encode()


def examined(lines: list[bytes], notes: list[tuple[int, bytes]], trust: Trust) -> list[Check]:
    """Examine the evidence as `signoff verify` does, up to the meaning."""
    examination = Examination()
    for _ in examination.read(map(Row, lines)):
        pass
    checks = [*examination.lines(), *examination.seals(notes)]
    return [*checks, *examination.trusted(notes, trust), *examination.signatures()]


def believing() -> Trust:
    """Give the trust of a reader who believes one witness."""
    log, witness = (
        VerifierKey(ORIGIN, ED25519, raw(LOG_KEY)),
        VerifierKey(WITNESS, COSIGNATURE_V1, raw(NORTH)),
    )
    text = f"log {log.line}\nwitness north {witness.line}\nquorum north\n"
    return Trust(policy=parse_policy(text.encode(), "my.policy"))


def attack(name: str, lines: Lines) -> tuple[list[bytes], list[tuple[int, bytes]]]:
    """Attack a log with care, and seal what comes out; gives its lines and checkpoints."""
    made = list(forged(ATTACKS[name](lines)))
    return made, [(len(made), sealed(made, len(made)))]


def test_the_log_that_nobody_attacked_holds_in_every_set_up(unsigned: Lines) -> None:
    """Without this, the attacks could be found for another reason."""
    lines = list(forged(unsigned))
    kept = sealed(lines, KEPT)
    notes = [(KEPT, cosigned(kept)), (len(lines), sealed(lines, len(lines)))]

    assert lines == [canonical(line) for line in unsigned]
    assert examined(lines, notes, Trust(since=kept))
    assert examined(lines, notes, believing())


@pytest.mark.parametrize("name", ATTACKS)
def test_by_itself_a_ledger_shows_nothing_that_its_key_holder_did(
    unsigned: Lines, name: str
) -> None:
    """Set-up 1: the table says no, and it says so truly."""
    lines, notes = attack(name, unsigned)
    checks = {check.name: check.state for check in examined(lines, notes, Trust())}

    assert "not proved" == checks["history"]
    assert "not proved" == checks["signatures"]


@pytest.mark.parametrize("name", ATTACKS)
def test_a_checkpoint_that_the_reader_kept_shows_every_attack(unsigned: Lines, name: str) -> None:
    """Set-up 2."""
    kept = sealed(list(forged(unsigned)), KEPT)
    lines, notes = attack(name, unsigned)
    with pytest.raises(EvidenceError) as caught:
        examined(lines, notes, Trust(since=kept))

    assert caught.value.code == ("SL507" if len(lines) < KEPT else "SL508")


@pytest.mark.parametrize("name", ATTACKS)
def test_a_witness_shows_every_attack(unsigned: Lines, name: str) -> None:
    """Set-up 3: the cosigned checkpoint does not fit, and nothing else has a cosignature."""
    before = list(forged(unsigned))
    lines, notes = attack(name, unsigned)
    genuine = (KEPT, cosigned(sealed(before, KEPT)))
    with pytest.raises(EvidenceError):
        examined(lines, notes, believing())
    with pytest.raises(EvidenceError):
        examined(lines, sorted([genuine, *notes]), believing())


def test_an_older_cosigned_checkpoint_does_not_show_a_cut_tail(unsigned: Lines) -> None:
    """Set-up 3: as the table says; the age of the cosignature, or the witness itself, does."""
    before = list(forged(unsigned))
    genuine = (KEPT, cosigned(sealed(before, KEPT)))
    checks = {check.name: check.state for check in examined(before[:KEPT], [genuine], believing())}

    assert "proved" == checks["witnesses"]


@pytest.mark.parametrize("name", [name for name in ATTACKS if "tail" not in name])
def test_peoples_signatures_show_what_was_done_before_them(office: Office, name: str) -> None:
    """Set-up 4: each signature is over the root of everything before it."""
    lines, notes = attack(name, [parse(line) for line in office.lines()])
    with pytest.raises(EvidenceError) as caught:
        examined(lines, notes, Trust())

    assert caught.value.code in {"SL504", "SL506"}


def test_peoples_signatures_do_not_show_that_they_were_left_out(office: Office) -> None:
    """Set-up 4: a cut tail is as the table says; whoever signed what is missing knows."""
    lines, notes = attack("cut the tail, or an old backup", list(map(parse, office.lines())))
    checks = {check.name: check.state for check in examined(lines, notes, Trust())}

    assert "proved" == checks["signatures"]


def test_of_a_split_view_a_witness_cosigns_one(unsigned: Lines) -> None:
    """The readers of one policy cannot both be satisfied by histories that differ."""
    before = list(forged(unsigned))
    other, notes = attack("edit", unsigned)
    seen = [(len(before), cosigned(sealed(before, len(before))))]

    assert examined(before, seen, believing())
    with pytest.raises(EvidenceError):
        examined(other, notes, believing())
    with pytest.raises(EvidenceError):
        examined(other, seen, believing())
