"""Asking witnesses, and taking what comes back for no more than its signature is worth."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from signoff_ledger.application import witnesses
from signoff_ledger.application.checkpoints import Sealer
from signoff_ledger.application.commands.people import BeginLedger, EnrolPerson
from signoff_ledger.application.commands.witnesses import AddWitness
from signoff_ledger.application.ledger import Call, Ledger
from signoff_ledger.application.ports import Reply
from signoff_ledger.application.witnesses import SIZE_KIND, WitnessState
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import Advice, SignoffError
from signoff_ledger.integrity.c2sp.add_checkpoint import parse_add_checkpoint
from signoff_ledger.integrity.c2sp.cosignature import cosign
from signoff_ledger.integrity.c2sp.note import NoteSignature, parse_note
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, ED25519, VerifierKey
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.witness.cosigner import Cosigner
from tests.ledgers import CountingIds, TickingClock
from tests.witnesses import key_of, witness_in

URL = "https://w.example/1"


class Office:
    """A ledger with a log key, an owner, and a way to grow and to seal."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteStore.create(folder / "ledger.db")
        vault = Vault(folder / "keys", new_key=lambda: key_of("log"))
        self.sealer = Sealer(self.store, vault)
        self.ledger = Ledger(self.store, TickingClock(), CountingIds(), self.sealer)
        self.log_key = VerifierKey.parse(vault.make_key("log.example/mug", "test"))
        self.ledger.execute(
            BeginLedger(name="test", printed_name="Olga Owner", log_key=self.log_key.line),
            Call("olga"),
        )

    def grow(self, by: int = 1) -> int:
        """Record so many events and seal them; gives the size."""
        for _ in range(by):
            name = f"p{self.store.size()}"
            self.ledger.execute(EnrolPerson(person=name, printed_name=name), Call("olga"))
        return self.sealer.seal().size

    def add(self, key: VerifierKey, url: str | None = URL) -> WitnessState:
        """Add a witness."""
        self.ledger.execute(AddWitness(verifier_key=key.line, url=url), Call("olga"))
        return self.standing(key)

    def standing(self, key: VerifierKey) -> WitnessState:
        """Say how far a witness has cosigned."""
        return next(one for one in witnesses.standings(self.store) if one.key == key)


class Script:
    """A courier that hears every request and answers as it was told."""

    def __init__(self, *answers: Reply | Callable[[bytes], Reply]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, bytes]] = []

    def post(self, url: str, body: bytes) -> Reply:
        """Take a request down and give the next answer."""
        self.asked.append((url, body))
        answer = self._answers.pop(0)
        return answer if isinstance(answer, Reply) else answer(body)


def honest(witness: Cosigner) -> Callable[[bytes], Reply]:
    """Answer as a witness does."""

    def answer(body: bytes) -> Reply:
        status, said, kind, _ = witness.add_checkpoint(body)
        return Reply(status, kind.partition(";")[0], said.encode())

    return answer


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def witness(office: Office, tmp_path: Path) -> Cosigner:
    return witness_in(tmp_path / "w", office.log_key)


def code_of(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(SignoffError) as refused:
        act()
    return refused.value.code, refused.value.why


def line_of(note: bytes, name: str = "w.example/1", time_s: int = 1) -> NoteSignature:
    return cosign(parse_note(note).text, name, key_of(name), time_s)


# --- adding ---------------------------------------------------------------------------------------


def test_a_witness_is_added_with_its_address_or_without(office: Office, witness: Cosigner) -> None:
    assert WitnessState(witness.key, None) == office.add(witness.key, None)
    assert WitnessState(witness.key, URL) == office.add(witness.key, f"{URL}/")
    assert 1 == len(witnesses.standings(office.store))


def test_the_same_witness_at_the_same_address_is_told_so(office: Office, witness: Cosigner) -> None:
    office.add(witness.key)

    assert "SL109" == code_of(lambda: office.add(witness.key))[0]


def test_only_the_key_of_a_witness_is_taken(office: Office) -> None:
    log = VerifierKey.of("other.example", ED25519, key_of("other"))

    for line in (log.line, "nonsense", "", "a+00000000+AAAA"):
        act = lambda: office.ledger.execute(AddWitness(verifier_key=line, url=None), Call("olga"))  # noqa: B023, E731
        assert "SL112" == code_of(act)[0]


def test_one_key_is_one_witness_and_never_the_log(office: Office, witness: Cosigner) -> None:
    """C2SP tlog-cosignature: the same key cannot be used across multiple cosigners."""
    office.add(witness.key)

    for key in (key_of("w.example/1"), key_of("log")):
        again = VerifierKey.of("another.example", COSIGNATURE_V1, key)
        assert "SL112" == code_of(lambda: office.add(again))[0]  # noqa: B023


@pytest.mark.parametrize(
    "url",
    [
        "",
        "w.example/1",
        "ftp://w.example",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://u:secret@w.example",
        "https://w.example/?q",
        "https://w.example/#f",
        "https://w.example/ x",
        "https://w.example/\n",
        "https://wï.example",
        "https://w.example:99999",
        "https://[::1",
        "https://w.example/" + "x" * 400,
    ],
)
def test_what_is_no_address_is_refused(office: Office, witness: Cosigner, url: str) -> None:
    assert "SL106" == code_of(lambda: office.add(witness.key, url))[0]


def test_only_an_owner_adds_one(office: Office, witness: Cosigner) -> None:
    office.ledger.execute(
        EnrolPerson(person="ines", printed_name="Ines", roles=(Role.INSPECTOR,)), Call("olga")
    )

    command = AddWitness(verifier_key=witness.key.line)
    assert "SL402" == code_of(lambda: office.ledger.execute(command, Call("ines")))[0]


def test_a_witness_is_found_by_name_and_by_the_id_of_its_key(
    office: Office, witness: Cosigner
) -> None:
    other = VerifierKey.of("w.example/1", COSIGNATURE_V1, key_of("rotated"))
    known = [office.add(witness.key)]
    assert known[0] is witnesses.named_witness(known, "w.example/1")

    known.append(office.add(other))

    assert "SL106" == code_of(lambda: witnesses.named_witness(known, "w.example/1"))[0]
    by_id = f"w.example/1+{other.key_id.hex()}"
    assert other == witnesses.named_witness(known, by_id).key
    assert witness.key == witnesses.named_witness(known, witness.key.line).key
    assert "SL208" == code_of(lambda: witnesses.named_witness(known, "who"))[0]
    assert "SL208" == code_of(lambda: witnesses.named_witness([], "who"))[0]


# --- asking ---------------------------------------------------------------------------------------


def test_a_witness_cosigns_whatever_grew_since(office: Office, witness: Cosigner) -> None:
    office.add(witness.key)
    size = 0
    for grows in (1, 5, 300):
        size = office.grow(grows)
        script = Script(honest(witness))

        attached = witnesses.ask(office.store, script, office.standing(witness.key))

        assert [(witness.key, size, True)] == [(c.key, c.size, c.is_new) for c in attached.cosigned]
        assert f"{URL}/add-checkpoint" == script.asked[0][0]
    assert size == office.standing(witness.key).size


def test_a_witness_that_has_cosigned_is_not_asked_again(office: Office, witness: Cosigner) -> None:
    office.add(witness.key)
    office.grow()
    witnesses.ask(office.store, Script(honest(witness)), office.standing(witness.key))
    silent = Script()

    attached = witnesses.ask(office.store, silent, office.standing(witness.key))

    assert [False] == [one.is_new for one in attached.cosigned]
    assert [] == silent.asked


def test_an_answer_that_was_lost_is_made_good_from_the_size_the_witness_names(
    office: Office, witness: Cosigner
) -> None:
    """The witness remembered before its answer was lost: 409 with its size, then 200."""
    standing = office.add(witness.key)
    office.grow()
    seal = witnesses.latest_seal(office.store)
    witness.add_checkpoint(witnesses.request(office.store, seal, 0))
    size = office.grow(3)
    script = Script(honest(witness), honest(witness))

    attached = witnesses.ask(office.store, script, standing)

    assert [size] == [one.size for one in attached.cosigned]
    olds = [parse_add_checkpoint(body).old_size for _, body in script.asked]
    assert [0, seal.size] == olds


def test_it_is_asked_twice_at_most(office: Office, witness: Cosigner) -> None:
    standing = office.add(witness.key)
    office.grow(5)
    script = Script(Reply(409, SIZE_KIND, b"2\n"), Reply(409, SIZE_KIND, b"3\n"))

    assert "SL605" == code_of(lambda: witnesses.ask(office.store, script, standing))[0]
    assert 2 == len(script.asked)


@pytest.mark.parametrize(
    ("stated", "says"), [(8, "ROLLBACK"), (7, "the last seal is of 6"), (2**62, "ROLLBACK")]
)
def test_a_witness_that_knows_more_than_is_sealed_stops_the_seal(
    office: Office, witness: Cosigner, stated: int, says: str
) -> None:
    standing = office.add(witness.key)
    assert 6 == office.grow(2)
    office.ledger.execute(EnrolPerson(person="last", printed_name="Last"), Call("olga"))
    script = Script(Reply(409, SIZE_KIND, b"%d\n" % stated))

    code, why = code_of(lambda: witnesses.ask(office.store, script, standing))

    assert "SL605" == code
    assert says in why


def test_a_fork_is_named_when_the_witness_says_it_grew_otherwise(
    tmp_path: Path, witness: Cosigner, office: Office
) -> None:
    """Another ledger with the same key, such as a copy that both sides went on with."""
    office.add(witness.key)
    office.grow()
    witnesses.ask(office.store, Script(honest(witness)), office.standing(witness.key))
    (tmp_path / "copy").mkdir()
    copy = Office(tmp_path / "copy")
    copy.ledger.execute(EnrolPerson(person="other", printed_name="Other"), Call("olga"))
    standing = copy.add(witness.key)
    copy.grow(4)

    with pytest.raises(SignoffError) as refused:
        witnesses.ask(copy.store, Script(honest(witness), honest(witness)), standing)

    assert "SL605" == refused.value.code
    assert "422" in refused.value.why
    assert "FORK" in refused.value.why
    assert Advice("compare-with-own-checkpoint") == refused.value.advice


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, "text/plain", b""),
        Reply(200, "text/plain", b"no line at all\n"),
        Reply(200, "text/plain", b"\xff\xfe\n"),
        Reply(200, "text/plain", "— w.example/1 AAAA\n".encode()),
        Reply(200, "text/plain", NoteSignature("x", b"1234", b"5").line.encode()),
        Reply(409, SIZE_KIND, b"07\n"),
        Reply(409, SIZE_KIND, b"7"),
        Reply(409, SIZE_KIND, b"-1\n"),
        Reply(409, SIZE_KIND, b"\xff\n"),
        Reply(409, "text/plain", b"0\n"),
        Reply(409, SIZE_KIND, b"0\n"),
        Reply(301, "text/html", b"moved"),
        Reply(403, "text/plain", b"who are you"),
        Reply(404, "text/plain", b""),
        Reply(500, "text/plain", b"x" * 100_000),
    ],
    ids=lambda reply: None,
)
def test_whatever_else_it_answers_is_no_cosignature(
    office: Office, witness: Cosigner, reply: Reply
) -> None:
    standing = office.add(witness.key)
    office.grow()

    code, why = code_of(lambda: witnesses.ask(office.store, Script(reply), standing))

    assert "SL605" == code
    assert why
    assert len(why) < 400
    assert [] == office.store.cosigned()


def test_its_words_cannot_reach_the_terminal(office: Office, witness: Cosigner) -> None:
    standing = office.add(witness.key)
    office.grow()
    words = "\x1b]0;owned\x07\x1b[31m\u202egnirts\r\nsecond\x00".encode() + b"\xff"

    _, why = code_of(
        lambda: witnesses.ask(office.store, Script(Reply(500, "text/plain", words)), standing)
    )

    assert why.isprintable()
    assert "\\x1b" in why


def test_a_cosignature_over_another_checkpoint_is_refused(
    office: Office, witness: Cosigner
) -> None:
    standing = office.add(witness.key)
    office.grow()
    older = witnesses.latest_seal(office.store)
    office.grow()
    lie = Reply(200, "text/plain", line_of(older.note).line.encode())

    code, why = code_of(lambda: witnesses.ask(office.store, Script(lie), standing))

    assert "SL605" == code
    assert "over none" in why
    assert [] == office.store.cosigned()


def test_the_line_of_another_witness_is_not_enough(office: Office, witness: Cosigner) -> None:
    standing = office.add(witness.key)
    office.add(VerifierKey.of("w.example/2", COSIGNATURE_V1, key_of("w.example/2")))
    office.grow()
    line = line_of(witnesses.latest_seal(office.store).note, "w.example/2").line

    act = lambda: witnesses.ask(  # noqa: E731
        office.store, Script(Reply(200, "text/plain", line.encode())), standing
    )
    assert "SL605" == code_of(act)[0]
    assert [] == office.store.cosigned()


def test_a_witness_without_an_address_cannot_be_asked(office: Office, witness: Cosigner) -> None:
    standing = office.add(witness.key, None)

    assert "SL109" == code_of(lambda: witnesses.ask(office.store, Script(), standing))[0]


def test_what_is_not_sealed_cannot_be_cosigned(office: Office, witness: Cosigner) -> None:
    standing = office.add(witness.key)

    assert "SL604" == code_of(lambda: witnesses.ask(office.store, Script(), standing))[0]


# --- by file --------------------------------------------------------------------------------------


def test_an_answer_comes_in_by_file(office: Office, witness: Cosigner) -> None:
    standing = office.add(witness.key, None)
    size = office.grow()
    seal = witnesses.latest_seal(office.store)
    answer = witness.add_checkpoint(witnesses.request(office.store, seal, standing.size))

    first = witnesses.attach(office.store, answer.body.encode())
    again = witnesses.attach(office.store, answer.body.encode())

    assert [(size, True)] == [(one.size, one.is_new) for one in first.cosigned]
    assert [(size, False)] == [(one.size, one.is_new) for one in again.cosigned]
    assert size == office.standing(witness.key).size


def test_a_line_that_comes_late_finds_the_checkpoint_it_is_over(
    office: Office, witness: Cosigner
) -> None:
    office.add(witness.key)
    size = office.grow()
    old = witnesses.latest_seal(office.store)
    office.grow(3)

    attached = witnesses.attach(office.store, line_of(old.note).line.encode())

    assert [size] == [one.size for one in attached.cosigned]


def test_a_whole_note_is_taken_and_unknown_lines_are_ignored(
    office: Office, witness: Cosigner
) -> None:
    """C2SP tlog-witness: the client MUST ignore any cosignatures from unknown keys."""
    office.add(witness.key)
    office.grow()
    seal = witnesses.latest_seal(office.store)
    unknown = NoteSignature("post.quantum", b"\6\6\6\6", b"x" * 2428).line
    stranger = line_of(seal.note, "stranger").line
    note = seal.note + f"{unknown}{line_of(seal.note).line}{stranger}".encode()

    attached = witnesses.attach(office.store, note)

    assert 1 == len(attached.cosigned)
    assert 2 == attached.ignored
    assert 1 == len(office.store.cosigned())


def test_one_witness_has_one_line_below_a_checkpoint(office: Office, witness: Cosigner) -> None:
    """Two lines of one key make a note that every strict reader refuses."""
    office.add(witness.key)
    size = office.grow()
    note = witnesses.latest_seal(office.store).note
    both = line_of(note, time_s=1).line + line_of(note, time_s=2).line

    attached = witnesses.attach(office.store, both.encode())

    assert [True, False] == [one.is_new for one in attached.cosigned]
    assert [(size, line_of(note, time_s=1).line)] == office.store.cosigned()


def test_one_wrong_line_of_a_known_witness_and_nothing_is_kept(
    office: Office, witness: Cosigner
) -> None:
    office.add(witness.key)
    second = VerifierKey.of("w.example/2", COSIGNATURE_V1, key_of("w.example/2"))
    office.add(second)
    office.grow()
    note = witnesses.latest_seal(office.store).note
    good = line_of(note).line
    forged = NoteSignature("w.example/2", second.key_id, b"\0" * 72).line

    assert "SL505" == code_of(lambda: witnesses.attach(office.store, (good + forged).encode()))[0]
    assert [] == office.store.cosigned()


def test_a_note_of_another_log_is_told_apart(office: Office, witness: Cosigner) -> None:
    from tests.witnesses import ToyLog

    office.add(witness.key)
    size = office.grow()

    for note in (ToyLog().note(size), ToyLog().note(3), ToyLog("other").note(size)):
        assert "SL208" == code_of(lambda: witnesses.attach(office.store, note))[0]  # noqa: B023


def files(office: Office) -> Sequence[bytes]:
    """Give files that hold no cosignature."""
    note = witnesses.latest_seal(office.store).note
    return (
        b"",
        b"\0",
        b"hello\n",
        b"x" * 1_000_001,
        "— w.example/1 AAAA".encode(),
        "— w.example/1 not-base64\n".encode(),
        "— w.example/1 ".encode() + b"\xff\n",
        note[:-1],
        b"\r\n".join(note.split(b"\n")),
        ("— x AAAAAAAA\n" * 101).encode(),
    )


def test_what_is_no_answer_of_a_witness_is_refused(office: Office, witness: Cosigner) -> None:
    office.add(witness.key)
    office.grow()

    for content in files(office):
        assert "SL505" == code_of(lambda: witnesses.attach(office.store, content))[0]  # noqa: B023


def test_a_line_that_somebody_wrote_into_the_file_does_not_count(
    office: Office, witness: Cosigner
) -> None:
    """`signoff verify` finds it; asking goes on from what the witness did cosign."""
    office.add(witness.key)
    size = office.grow()
    note = witnesses.latest_seal(office.store).note
    office.store.keep_cosignature(size, line_of(note).line)
    later = office.grow()
    with office.store.writing() as cursor:
        for line in (NoteSignature("w.example/1", witness.key.key_id, b"\0" * 72).line, "junk"):
            cursor.execute("INSERT INTO cosignatures VALUES (?, ?)", (later, line))

    assert size == office.standing(witness.key).size
