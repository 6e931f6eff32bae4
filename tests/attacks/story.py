"""A story with everything in it that can be attacked, with real signatures of OpenSSH.

`make_full` writes it once: a held batch, a change, a batch signed off and an order; people who sign
with keys, one of them revoked and one never accepted; a log key that was rotated, checkpoints at
many sizes, one of them cosigned by a witness. `LedgerStory` holds the ledger's exports and every
private key, because the strongest attacker has them all.
"""

import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.application.commands import keys
from signoff_ledger.application.commands.bars import CountersignBar, RegisterBar
from signoff_ledger.application.commands.decisions import Hold, SignOff
from signoff_ledger.application.commands.keys import AcceptKey, RegisterKey, RevokeKey
from signoff_ledger.application.commands.orders import CommitOrder
from signoff_ledger.application.commands.people import EnrolPerson
from signoff_ledger.application.commands.plans import PublishPlan
from signoff_ledger.application.ledger import Call
from signoff_ledger.bootstrap import OpenLedger, begin_ledger
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.custody.statement_signers import OpenSshSigner
from signoff_ledger.exports.dossier import export_decision
from signoff_ledger.exports.log_folder import export_log
from signoff_ledger.integrity.c2sp.cosignature import cosign
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, VerifierKey
from tests.attacks.tools import needed
from tests.ledgers import PEOPLE, PLAN, CountingIds, Shop, TickingClock, on_file, plan_file, wide

WITNESS = "witness.example/north"
SMALL_PLAN = """\
format = "signoff.plan/1"

[process]
id = "mug"
name = "A mug"
run_min = 1
run_max = 9

[process.design]
document = "D"
reference = "R"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"

[process.provenance]
tooling = "T"
tooling_revision = "A"
line = "L"
site = "S"
fixture = "none specified"

[[characteristic]]
id = "fit"
family = "fit"
kind = "attribute"
name = "Fits"
{}
[bar]
units = 4
max_rejects = 0
""".format(
    "".join(
        f'\n[[not_applicable]]\nfamily = "{family}"\nreason = "none"\n'
        for family in ("finish", "function", "build_time")
    )
)


@dataclass
class Workshop(Shop):
    """A shop whose people sign with the keys in a folder, if they have one.

    Attributes:
        people: The folder.
    """

    people: Path = Path()

    def by(self, person: str) -> Call:
        """Give a call of somebody."""
        key = self.people / person
        return Call(
            person, signer=OpenSshSigner(key, only_if_required=True) if key.exists() else None
        )


class KeptKeys(Vault):
    """A vault that also remembers the private keys it made, oldest first."""

    def __init__(self, folder: Path) -> None:
        self.made: list[Ed25519PrivateKey] = []
        super().__init__(folder, new_key=self._make)

    def _make(self) -> Ed25519PrivateKey:
        self.made.append(Ed25519PrivateKey.generate())
        return self.made[-1]


@dataclass
class LedgerStory:
    """A ledger with its story, and what an attacker can get of it.

    Attributes:
        folder: Everything of this story is in here.
        opened: The ledger, open.
        shop: The ledger's steps.
        vault: The log's keys, private halves and all.
        witness: The witness's private key.
    """

    folder: Path
    opened: OpenLedger
    shop: Shop
    vault: KeptKeys
    witness: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return on_file(self.opened.store).path

    @property
    def origin(self) -> str:
        """The log's name in checkpoints."""
        return str(self.opened.ledger.work().founding().log_key).partition("+")[0]

    @property
    def log(self) -> Path:
        """The whole log, exported."""
        return self.folder / "log"

    def dossier(self, position: int) -> Path:
        """The dossier of a decision."""
        return self.folder / f"dossier-{position}"

    def key_of(self, name: str) -> Path:
        """The file of a person's private key."""
        return self.folder / "people" / name

    def public_key(self, name: str) -> str:
        """The public half of a key, as a line without its comment."""
        return self.key_of(name).with_suffix(".pub").read_text("ascii").rsplit(" ", 1)[0]

    @cached_property
    def lines(self) -> list[bytes]:
        """Every line of the log."""
        return self.shop.lines()

    def positions(self, topic: str) -> list[int]:
        """Where events of a kind stand, named shortly."""
        return [at for at, kind in enumerate(self.shop.topics(), 1) if kind == topic]

    @property
    def signed_off(self) -> int:
        """Where the sign-off stands."""
        return self.positions("process-signed-off")[-1]

    @property
    def held(self) -> int:
        """Where the hold that a person signed stands; the first one is the bar's."""
        return self.positions("process-held")[-1]

    def policy(self) -> bytes:
        """The policy of a reader who believes this log and the witness."""
        log_key = self.opened.ledger.work().founding().log_key
        witness = VerifierKey.of(WITNESS, COSIGNATURE_V1, self.witness).line
        return f"log {log_key}\nwitness north {witness}\nquorum north\n".encode()

    def call(self, person: str, key: str | None = None) -> Call:
        """Give a command as somebody who signs with a key of theirs."""
        return Call(person, signer=OpenSshSigner(self.key_of(key or person)))

    def sign_with(self, key: str, namespace: str, statement: bytes) -> str:
        """Sign anything with anybody's key."""
        done = subprocess.run(
            [needed("ssh-keygen"), "-Y", "sign", "-f", self.key_of(key), "-n", namespace],
            input=statement,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode()

    def seal(self) -> bytes:
        """Seal the log as it stands."""
        assert self.opened.sealer is not None
        return self.opened.sealer.seal().note

    def cosign_last(self) -> None:
        """Have the witness cosign the last checkpoint."""
        size, note = self.opened.store.checkpoints()[-1]
        self.opened.store.keep_cosignature(size, self.cosignature(note))

    def cosignature(self, note: bytes) -> str:
        """Give the line with which the witness cosigns a checkpoint."""
        return cosign(parse_note(note).text, WITNESS, self.witness, 1_772_500_000).line

    def export(self) -> None:
        """Export the log, and the dossier of every decision."""
        export_log(self.opened.store, self.log)
        for position in [*self.positions("process-held"), *self.positions("process-signed-off")]:
            export_decision(self.opened.store, position, self.dossier(position))


def begin_unsigned(folder: Path, origin: str) -> LedgerStory:
    """Begin a ledger; its founder has no key."""
    folder.mkdir(parents=True, exist_ok=True)
    vault, clock, ids = KeptKeys(folder / "keys"), TickingClock(), CountingIds(origin)
    opened = begin_ledger(
        folder / "ledger.db",
        Call("olga"),
        name="mugs",
        printed_name="Olga Owner",
        clock=clock,
        ids=ids,
        vault=vault,
        origin=origin,
    )
    shop = Workshop(on_file(opened.store), clock, ids, folder / "people")
    shop.ledger = opened.ledger
    return LedgerStory(folder, opened, shop, vault)


def begin(folder: Path, origin: str) -> LedgerStory:
    """Begin a ledger whose founder signs with a key."""
    story = begin_unsigned(folder, origin)
    (folder / "people").mkdir()
    make_key(story, "olga")
    register(story, "olga", "olga")
    return story


def make_key(story: LedgerStory, name: str) -> None:
    """Make a key for a person, as they would."""
    path = story.key_of(name)
    command = [needed("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]
    subprocess.run([*command, str(path)], check=True)


def register(story: LedgerStory, person: str, key: str) -> None:
    """Register a key of a person's."""
    public = story.key_of(key).with_suffix(".pub").read_text("ascii")
    story.opened.ledger.execute(RegisterKey(public_key=public), story.call(person, key))


def enrol_unsigned(story: LedgerStory, person: str) -> None:
    """Enrol a person who never has a key."""
    name, roles = PEOPLE[person]
    owner = story.call("olga") if story.key_of("olga").exists() else Call("olga")
    story.opened.ledger.execute(
        EnrolPerson(person=person, printed_name=name, roles=tuple(roles)), owner
    )


def enrol(story: LedgerStory, person: str) -> None:
    """Enrol a person, and have their key accepted."""
    enrol_unsigned(story, person)
    make_key(story, person)
    register(story, person, person)
    story.opened.ledger.execute(AcceptKey(person=person, fingerprint=None), story.call("olga"))


def make_full(folder: Path, origin: str = "example.com/mugs") -> LedgerStory:
    """Tell the whole story."""
    story = begin(folder, origin)
    ledger, shop = story.opened.ledger, story.shop
    for person in ("egon", "anna", "bela"):
        enrol(story, person)
    for person in ("ines", "aude"):
        enrol_unsigned(story, person)
    ledger.execute(PublishPlan.from_file(plan_file(), None), story.call("egon"))
    bar = plan_file().bar
    assert bar is not None
    ledger.execute(RegisterBar(process="mug", bar=bar), story.call("egon"))
    ledger.execute(CountersignBar(process="mug"), story.call("bela"))
    story.seal()
    shop.build("B1", rejects=2)
    ledger.execute(Hold(process="mug", batch=None, reason="not yet: £ “ä”"), story.call("anna"))
    story.cosign_last()
    shop.answer("B1")
    change_keys(story)
    shop.build("B2")
    ledger.execute(
        SignOff(process="mug", batch=None, note="well done"), story.call("anna", "anna-2")
    )
    ledger.execute(CommitOrder(process="mug", quantity=50, reference="PO-1"), story.call("bela"))
    story.seal()
    story.export()
    return story


def change_keys(story: LedgerStory) -> None:
    """Rotate the log's key; give Anna a new key, revoke her old one, and leave a third waiting."""
    ledger = story.opened.ledger
    keys.rotate_log_key(ledger, story.call("olga"), story.vault, "every year")
    make_key(story, "anna-2")
    register(story, "anna", "anna-2")
    ledger.execute(AcceptKey(person="anna", fingerprint=None), story.call("olga"))
    fingerprint = next(iter(ledger.work().person("anna").keys))
    ledger.execute(
        RevokeKey(person="anna", fingerprint=fingerprint, reason="lost"), story.call("anna")
    )
    make_key(story, "anna-3")
    register(story, "anna", "anna-3")


def make_unsigned(folder: Path, *, sealed: bool = True) -> LedgerStory:
    """Tell the story without anybody's key: what the holder of the log's key can rewrite.

    Args:
        folder: Where.
        sealed: Whether the last event is sealed, too.
    """
    story = begin_unsigned(folder, "example.com/plain")
    for person in PEOPLE:
        enrol_unsigned(story, person)
    shop = story.shop
    shop.publish()
    shop.register()
    story.seal()
    shop.build("B1", rejects=2)
    shop.hold()
    shop.answer("B1")
    story.cosign_last()
    shop.build("B2")
    shop.sign()
    shop.order()
    if sealed:
        story.seal()
    story.export()
    return story


def make_long(folder: Path) -> LedgerStory:
    """Tell a story of more lines than a stored subtree root is over, signed by nobody."""
    story = begin_unsigned(folder, "example.com/long")
    for person in PEOPLE:
        enrol_unsigned(story, person)
    plan = PLAN.replace("units = 7", "units = 250")
    story.shop.publish(plan)
    story.shop.register(plan)
    story.shop.build("B1", units=250)
    story.seal()
    story.export()
    return story


def make_short(folder: Path) -> LedgerStory:
    """Tell the shortest story that ends in a signed decision, for attacks on every byte of it."""
    story = begin(folder, "example.com/small")
    ledger, shop = story.opened.ledger, story.shop
    enrol(story, "anna")
    for person in ("egon", "ines"):
        enrol_unsigned(story, person)
    shop.publish(SMALL_PLAN)
    shop.register(SMALL_PLAN)
    shop.open("B1")
    rows = [{"unit_serial": f"U{n}", "build_method": "line", "fit": "pass"} for n in range(1, 5)]
    shop.bring("B1", wide(rows))
    shop.close("B1")
    ledger.execute(SignOff(process="mug", batch=None, note=None), story.call("anna"))
    story.cosign_last()
    story.export()
    return story
