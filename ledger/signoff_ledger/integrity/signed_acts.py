"""Which acts a person signs, and what signing each of them means; and why the others are not.

An act by which a person decides, vouches, gives or takes a right, or commits money is signed, by
every person who has had a key in force. An observation is not: those come by the thousand, and
what they lead to is signed. What follows by rule from another event is no person's act.

This is the one list: the ledger signs by it, verification asks by it, and the help of each command
and a page of the documentation are written from it. Kinds of events are named as in a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

DECISIONS = frozenset({"signoff.process-held.v1", "signoff.process-signed-off.v1"})
"""Acts that their author acknowledges on their own stream, signed or not."""


class SignedAct(NamedTuple):
    """An act that is signed."""

    meaning: str  #: What signing means, in the signer's words (Part 11 11.50(a)(3)).
    commands: tuple[str, ...]  #: The commands that record it.
    by_owner: bool = False  #: Whether an owner alone may do it.
    signer: str = "a person who has had a key in force"


SIGNED: Mapping[str, SignedAct] = {
    "signoff.person-enrolled.v1": SignedAct(
        "I know this person, and enrol them under this name.", ("person enrol",), by_owner=True
    ),
    "signoff.role-granted.v1": SignedAct(
        "I grant this role.", ("person enrol", "person grant"), by_owner=True
    ),
    "signoff.role-revoked.v1": SignedAct(
        "I take this role back.", ("person revoke",), by_owner=True
    ),
    "signoff.signing-key-registered.v1": SignedAct(
        "This key is mine, and I alone can sign with it.",
        ("key register",),
        signer="its holder, with this very key",
    ),
    "signoff.signing-key-accepted.v1": SignedAct(
        "I have made sure that this key is this person's.", ("key accept",), by_owner=True
    ),
    "signoff.signing-key-revoked.v1": SignedAct(
        "This key must not sign any more.", ("key revoke",)
    ),
    "signoff.log-key-rotated.v1": SignedAct(
        "The log must be sealed with this key from here on.", ("key rotate-log",), by_owner=True
    ),
    "signoff.witness-added.v1": SignedAct(
        "This witness must be asked to cosign.", ("witness add",), by_owner=True
    ),
    "signoff.checkpoint-set-aside.v1": SignedAct(
        "I set this note aside: it is no checkpoint of this log.",
        ("set-aside",),
        by_owner=True,
    ),
    "signoff.design-approval-referenced.v1": SignedAct(
        "This design was approved as stated.", ("plan publish", "approval")
    ),
    "signoff.tooling-approval-referenced.v1": SignedAct(
        "This tooling was approved as stated.", ("approval",)
    ),
    "signoff.inspection-plan-published.v1": SignedAct(
        "I publish this inspection plan.", ("plan publish",)
    ),
    "signoff.inspection-plan-countersigned.v1": SignedAct(
        "I agree to inspect by this plan, looser than before.", ("plan countersign",)
    ),
    "signoff.bar-registered.v1": SignedAct("I set this bar, before any result.", ("bar register",)),
    "signoff.bar-superseded.v1": SignedAct(
        "I set this bar in place of the one before.", ("bar supersede",)
    ),
    "signoff.bar-countersigned.v1": SignedAct(
        "I agree to decide by this bar, before any result.", ("bar countersign",)
    ),
    "signoff.nonconformity-attributed.v1": SignedAct(
        "The nonconformity comes from where I say.", ("defect attribute",)
    ),
    "signoff.cause-stated.v1": SignedAct(
        "This is the cause, or stands in its place.", ("defect cause",)
    ),
    "signoff.process-change-applied.v1": SignedAct(
        "The process was changed as stated.", ("change",)
    ),
    "signoff.unit-dispositioned.v1": SignedAct("This must happen to the unit.", ("dispose",)),
    "signoff.correction-requested.v1": SignedAct(
        "The entry is wrong, and this is right.", ("correct",)
    ),
    "signoff.correction-confirmed.v1": SignedAct(
        "I looked, and the correction is right.", ("correct",)
    ),
    "signoff.correction-declined.v1": SignedAct(
        "I looked, and the entry must stay as it is.", ("correct",)
    ),
    "signoff.batch-closed.v1": SignedAct(
        "I close this batch: what is missing stays missing.", ("close",)
    ),
    "signoff.process-signed-off.v1": SignedAct(
        "I approve this process revision for the production run stated.", ("sign",)
    ),
    "signoff.process-held.v1": SignedAct(
        "I hold this process: it is not approved for production.", ("hold",)
    ),
    "signoff.sign-off-withdrawn.v1": SignedAct("I withdraw this sign-off.", ("withdraw",)),
    "signoff.production-order-committed.v1": SignedAct(
        "I commit this production order.", ("order commit",)
    ),
    "signoff.production-order-cancelled.v1": SignedAct(
        "This production order must not be built.", ("order cancel",)
    ),
    "signoff.remark-recorded.v1": SignedAct("These are my words.", ("dissent",)),
}
"""The acts that are signed, by the kind of their event."""

_OBSERVED = "an observation, which comes by the thousand; what it leads to is signed"
_BY_RULE = "follows by rule from another event of the same command"
_NOTE = "notes on a stream what another event of the same command says"

UNSIGNED: Mapping[str, str] = {
    "signoff.ledger-founded.v1": "no person has a key yet; the founder registers one next",
    "signoff.signature-given.v1": _NOTE,
    "signoff.decision-taken.v1": _NOTE,
    "signoff.batch-decided.v1": _NOTE,
    "signoff.signature-refused.v1": "a person's attempt, kept because it was refused",
    "signoff.command-refused.v1": "a person's attempt, kept because it was refused",
    "signoff.process-defined.v1": "comes with its first plan, which is signed",
    "signoff.batch-opened.v1": "begins a run under a plan and a bar that are signed",
    "signoff.batch-started.v1": "begins a run under a plan and a bar that are signed",
    "signoff.sheet-imported.v1": _OBSERVED,
    "signoff.unit-inspected.v1": _OBSERVED,
    "signoff.unit-retested.v1": _OBSERVED,
    "signoff.nonconformity-recorded.v1": _OBSERVED,
    "signoff.order-placed-without-sign-off.v1": "an observation: a person ordered elsewhere",
    "signoff.builder-identified.v1": _BY_RULE,
    "signoff.batch-finished.v1": _BY_RULE,
    "signoff.batch-amended.v1": _BY_RULE,
    "signoff.units-handed-over.v1": _BY_RULE,
    "signoff.sign-off-lapsed.v1": _BY_RULE,
    "signoff.sign-off-unsupported.v1": _BY_RULE,
}
"""Why each of the other kinds of events is not signed."""

UNSIGNED_COMMANDS: Mapping[str, str] = {
    "init": UNSIGNED["signoff.ledger-founded.v1"],
    "open": UNSIGNED["signoff.batch-opened.v1"],
    "record": _OBSERVED,
    "import": _OBSERVED,
    "defect add": _OBSERVED,
    "order report": UNSIGNED["signoff.order-placed-without-sign-off.v1"],
}
"""Why what these commands record is not signed."""


def acts_of(command: str) -> tuple[SignedAct, ...]:
    """Give the acts that are signed in a command, in the order of the list."""
    return tuple(act for act in SIGNED.values() if command in act.commands)


def signing_sentence(command: str) -> str:
    """Say in a command's help who signs what it records, with which meaning.

    Raises:
        KeyError: The list does not know the command.
    """
    acts = acts_of(command)
    if not acts:
        return f"Not signed: {UNSIGNED_COMMANDS[command]}."
    return f"Signed by {acts[0].signer}: " + " ".join(f'"{act.meaning}"' for act in acts)
