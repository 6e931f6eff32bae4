"""Attacks on people's signatures, by the holder of the log's key: only the real one counts."""

from collections.abc import Callable
from dataclasses import dataclass

from signoff_ledger.integrity.ssh.public_key import parse_ssh_public_key
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE
from signoff_ledger.integrity.statement import statement_of
from tests.attacks.attack import LOGS, Actor, Attack, Kind, Refused, Table, Unseen, on
from tests.attacks.forging import Fields, Forgery, dumped
from tests.attacks.story import LedgerStory

SIGN_OFF, HOLD = "process-signed-off", "process-held"


@dataclass
class Desk:
    """Where signatures are forged.

    Attributes:
        forgery: The log.
    """

    forgery: Forgery

    def statement(self, topic: str = SIGN_OFF) -> bytes:
        """Make the statement of an event, as it stands in the log."""
        fields = self.forgery.fields(self.forgery.find(topic))
        return statement_of(fields, "example.com/mugs", fields["data"]["printed_name"])

    def put(self, armored: str, key: str | None = None, topic: str = SIGN_OFF) -> None:
        """Put a signature into an event, and say that a key made it."""

        def change(fields: Fields) -> None:
            fields["data"]["signature"]["sshsig"] = armored
            if key is not None:
                fields["data"]["signature"]["fingerprint"] = self.fingerprint(key)

        self.forgery.edit(self.forgery.find(topic), change)

    def fingerprint(self, key: str) -> str:
        """Give the fingerprint of a key."""
        public = self.forgery.story.key_of(key).with_suffix(".pub").read_text("ascii")
        return parse_ssh_public_key(public).fingerprint

    def signed_by(self, key: str, namespace: str = NAMESPACE, statement: bytes = b"") -> None:
        """Sign the sign-off with a person's key."""
        made = self.forgery.story.sign_with(key, namespace, statement or self.statement())
        self.put(made, key)

    def signature_of(self, full: LedgerStory, topic: str) -> Fields:
        """Give the signature of an event of a story."""
        genuine = Forgery(full, self.forgery.folder)
        found: Fields = genuine.fields(genuine.find(topic))["data"]["signature"]
        return found

    def transplant(self, full: LedgerStory, topic: str, into: str = SIGN_OFF) -> None:
        """Put the whole signature of one event into another."""
        moved = self.signature_of(full, topic)
        self.forgery.edit(
            self.forgery.find(into), lambda fields: fields["data"].update(signature=moved)
        )


def unacknowledged(desk: Desk) -> None:
    forgery = desk.forgery
    forgery.remove(forgery.find("decision-taken"))


def acknowledged_by_another(desk: Desk) -> None:
    forgery = desk.forgery
    at = forgery.find("decision-taken")
    stream = forgery.fields(forgery.find("person-enrolled"))["stream"]
    forgery.edit(at, lambda fields: fields.update(stream=stream))
    forgery.renumber()


def unsigned(desk: Desk) -> None:
    desk.forgery.edit(
        desk.forgery.find(SIGN_OFF), lambda f: f["data"].update(signature={"kind": "none"})
    )


def unsigned_and_unacknowledged(desk: Desk) -> None:
    unsigned(desk)
    unacknowledged(desk)


def revocation_put_first(desk: Desk) -> None:
    """Let the key with which the sign-off was signed have been revoked before."""
    forgery = desk.forgery
    line = forgery.fields(forgery.find("signing-key-revoked"))
    line["data"]["fingerprint"] = desk.fingerprint("anna-2")
    forgery.insert(forgery.find(SIGN_OFF), line)


def acceptance_put_last(desk: Desk) -> None:
    """Let the key with which the sign-off was signed have been accepted only later."""
    forgery = desk.forgery
    accepted = forgery.find("signing-key-accepted")
    line, given = forgery.fields(accepted), forgery.fields(accepted + 1)
    assert "signoff.signature-given.v1" == given["type"]
    forgery.remove(accepted, accepted + 1)
    forgery.lines += [dumped(line), dumped(given)]
    forgery.renumber()


def accepted_by_no_owner(desk: Desk) -> None:
    """Let a person who is no owner confirm Anna's third key, and sign with it."""
    forgery, full = desk.forgery, desk.forgery.story
    accepted = forgery.fields(forgery.find("signing-key-accepted"))
    given = forgery.fields(forgery.find("signing-key-accepted") + 1)
    at = forgery.find(SIGN_OFF)
    stream = forgery.fields(forgery.find("signature-given", 0))["stream"]
    bela = next(
        forgery.fields(p)["stream"]
        for p in range(1, len(forgery.lines))
        if forgery.fields(p)["by"] == "bela" and "signature-given" in forgery.fields(p)["type"]
    )
    assert stream != bela
    accepted["by"] = given["by"] = "bela"
    accepted["data"]["fingerprint"] = desk.fingerprint("anna-3")
    forgery.insert(at, accepted)
    accepted = forgery.fields(at)
    accepted["data"]["signature"]["fingerprint"] = desk.fingerprint("bela")
    statement = statement_of(accepted, "example.com/mugs", "Bela Buyer")
    accepted["data"]["signature"]["sshsig"] = full.sign_with("bela", NAMESPACE, statement)
    forgery.lines[at - 1] = dumped(accepted)
    given["stream"] = bela
    given["data"] |= {
        "fingerprint": desk.fingerprint("bela"), "signed_stream": accepted["stream"],
        "signed_version": accepted["version"],
    }  # fmt: skip
    forgery.insert(at + 1, given)


def given_at(when: str) -> Callable[[Desk], None]:
    """Let the signer themselves say another time: the signature is real, the time is not."""

    def does(desk: Desk) -> None:
        at = desk.forgery.find(SIGN_OFF)
        desk.forgery.edit(at, lambda fields: fields["data"]["signature"].update(at=when))
        desk.signed_by("anna-2")

    return does


def forged_by(does: Callable[[Desk], object]) -> Attack:
    """Do something to signatures, and put right everything that the log's keys can."""

    def forge(forgery: Forgery) -> None:
        does(Desk(forgery))
        forgery.forge()

    return Attack(forge, on(LOGS, Refused("SL506")))


SIGNATURES = Table(
    "A signature that is not the signer's own over this event",
    Actor.KEY_HOLDER,
    Kind.LINES,
    "The log is sealed again with its own keys; the sign-off's signature is ...",
    {
        "of another version": forged_by(lambda d: d.transplant(d.forgery.story, HOLD)),
        "of the sign-off on the hold": forged_by(
            lambda d: d.transplant(d.forgery.story, SIGN_OFF, HOLD)
        ),
        "of another kind of event": forged_by(
            lambda d: d.transplant(d.forgery.story, "bar-registered")
        ),
        "of another person's event": forged_by(
            lambda d: d.transplant(d.forgery.story, "bar-countersigned")
        ),
        "of another ledger": forged_by(lambda d: d.transplant(d.forgery.other, SIGN_OFF)),
        "of a key's registration": forged_by(
            lambda d: d.transplant(d.forgery.story, "signing-key-registered")
        ),
        "by another person": forged_by(lambda d: d.signed_by("egon")),
        "by an owner": forged_by(lambda d: d.signed_by("olga")),
        "by another person, said to be the signer's": forged_by(
            lambda d: d.put(d.forgery.story.sign_with("egon", NAMESPACE, d.statement()), "anna-2")
        ),
        "by a key that was revoked": forged_by(lambda d: d.signed_by("anna")),
        "by a key that was not accepted": forged_by(lambda d: d.signed_by("anna-3")),
        "for commits": forged_by(lambda d: d.signed_by("anna-2", "git")),
        "for files": forged_by(lambda d: d.signed_by("anna-2", "file")),
        "in nearly the same namespace": forged_by(lambda d: d.signed_by("anna-2", f"{NAMESPACE}1")),
        "over another statement": forged_by(
            lambda d: d.signed_by(
                "anna-2", statement=d.statement().replace(b"well done", b"well dine")
            )
        ),
        "over the statement without its newline": forged_by(
            lambda d: d.signed_by("anna-2", statement=d.statement().rstrip())
        ),
        "over nothing": forged_by(lambda d: d.signed_by("anna-2", statement=b"\n")),
        "over the line instead": forged_by(
            lambda d: d.signed_by("anna-2", statement=d.forgery.lines[d.forgery.find(SIGN_OFF) - 1])
        ),
        "cut": forged_by(
            lambda d: d.put(str(d.signature_of(d.forgery.story, SIGN_OFF)["sshsig"])[:-40])
        ),
        "emptied": forged_by(lambda d: d.put("")),
        "without its last newline": forged_by(
            lambda d: d.put(str(d.signature_of(d.forgery.story, SIGN_OFF)["sshsig"])[:-1])
        ),
        "in one long line": forged_by(
            lambda d: d.put(
                str(d.signature_of(d.forgery.story, SIGN_OFF)["sshsig"]).replace("\n", "")
            )
        ),
        "taken away": forged_by(unsigned),
        "taken away with its acknowledgement": forged_by(unsigned_and_unacknowledged),
        "that was not acknowledged": forged_by(unacknowledged),
        "that another person acknowledged": forged_by(acknowledged_by_another),
        "by a key revoked just before": forged_by(revocation_put_first),
        "by a key accepted only later": forged_by(acceptance_put_last),
        "over another meaning": forged_by(
            lambda d: d.forgery.edit(
                d.forgery.find(SIGN_OFF),
                lambda f: f["data"]["signature"].update(meaning="I looked at it."),
            )
        ),
        "at another time": forged_by(
            lambda d: d.forgery.edit(
                d.forgery.find(SIGN_OFF),
                lambda f: f["data"]["signature"].update(at="2026-03-02T08:00:00.000000Z"),
            )
        ),
        "over another size": forged_by(
            lambda d: d.forgery.edit(
                d.forgery.find(SIGN_OFF), lambda f: f["data"]["signature"].update(size=3)
            )
        ),
        "by a key that a person without the right accepted": forged_by(accepted_by_no_owner),
        "given in 1999": forged_by(given_at("1999-12-31T23:59:59.000000Z")),
        "given before the key was accepted": forged_by(given_at("2026-03-02T07:50:00.000000Z")),
        "given in 2099": forged_by(given_at("2099-01-01T00:00:00.000000Z")),
        "given on a day that there is not": forged_by(given_at("2026-02-30T00:00:00.000000Z")),
    },
)


def resigned(forgery: Forgery) -> None:
    """Change a decision and sign it again with the signer's own key.

    What others signed behind it covers it, and is left out.
    """
    at = forgery.find(SIGN_OFF)
    forgery.edit(at, lambda fields: fields["data"].update(note="as agreed"))
    decided = forgery.fields(at)["cmd"]
    while forgery.fields(len(forgery.lines))["cmd"] != decided:
        del forgery.lines[-1]
    for size in [size for size in forgery.sizes if size > len(forgery.lines)]:
        del forgery.files[f"checkpoints/{size}"]
    Desk(forgery).signed_by("anna-2")
    forgery.forge()
    forgery.seal(forgery.story.vault.made, size=len(forgery.lines))
    forgery.describe()


STOLEN = Table(
    "A person's key in other hands",
    Actor.PERSON,
    Kind.LINES,
    "",
    {
        "their decision, changed and signed again": Attack(
            resigned, on(LOGS, Unseen("a key proves the key, and not whose hand it was in"))
        )
    },
)
TABLES = (SIGNATURES, STOLEN)
