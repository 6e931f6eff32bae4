"""Attacks on the machine that records, where the log's keys are and the guard remembers."""

from collections.abc import Callable

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.attacks.attack import LIVE, Actor, Attack, Kind, Refused, Table, Unseen, on
from tests.attacks.site import Site
from tests.attacks.steps import MALLORY, Step
from tests.attacks.tables.set_ups import GENUINE, REWRITES, backed_up

SEAL = "checkpoint --as olga"


def old_backup(site: Site) -> None:
    """Put an older state in place of the newest."""
    site.rewrite(backed_up)


def rewritten(does: Step) -> Callable[[Site], None]:
    """Put another history in place of the one that was."""
    return lambda site: site.rewrite(does)


def old_backup_without_guard(site: Site) -> None:
    """Put an older state in place of the newest, and let the guard have seen nothing."""
    old_backup(site)
    site.guard.unlink()


def guard_spoiled(site: Site) -> None:
    """Let the guard remember what is no tree."""
    site.guard.write_text("{")


def keys_gone(site: Site) -> None:
    """Take the log's keys away."""
    for path in site.key_files():
        path.unlink()


def another_key(site: Site) -> None:
    """Put another key in place of the log's."""
    made = MALLORY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for path in site.key_files():
        path.write_bytes(made)


MACHINE = Table(
    "The machine that records",
    Actor.KEY_HOLDER,
    Kind.SITE,
    "`signoff checkpoint` is what every decision does, too, before it is recorded.",
    {
        "an old backup in the ledger's place": Attack(
            old_backup, on(LIVE, Refused("SL507", says="ROLLBACK", by=SEAL), GENUINE)
        ),
        "an old backup, with the guard taken away": Attack(
            old_backup_without_guard,
            on(LIVE, Unseen("the guard alone remembers that there was more", by=SEAL)),
        ),
        **{
            f"{name}, in the ledger itself": Attack(
                rewritten(does), on(LIVE, Refused("SL507 SL508", by=SEAL)), "unsigned"
            )
            for name, does in REWRITES.items()
        },
        "a guard that holds no tree": Attack(guard_spoiled, on(LIVE, Refused("SL703", by=SEAL))),
        "another key in place of the log's": Attack(
            another_key, on(LIVE, Refused("SL406", by=SEAL))
        ),
        "no key of the log": Attack(keys_gone, on(LIVE, Refused("SL406", by=SEAL))),
    },
)
TABLES = (MACHINE,)
