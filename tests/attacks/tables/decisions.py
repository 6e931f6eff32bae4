"""Attacks by the holder of the log's keys: decisions that do not follow, in a log sealed again.

What people signed cannot be rewritten; what is unsigned can, and then its meaning must still
follow from the events.
"""

from collections.abc import Callable
from uuid import uuid5

from signoff_ledger.integrity.stream_ids import STREAM_NAMESPACE
from tests.attacks.attack import ANYWHERE, LOGS, Actor, Attack, Kind, Outcome, Refused, Table, on
from tests.attacks.forging import Fields, Forgery, dumped
from tests.attacks.steps import Step, all_put_right, data, edited, then
from tests.attacks.tables.set_ups import KEY_HOLDER, REWRITTEN, kept, witnessed

SIGN_OFF, HOLD, ORDER = "process-signed-off", "process-held", "production-order-committed"


def heads(**values: object) -> Callable[[Forgery], None]:
    """Change what the sign-off says it was taken on."""
    return lambda forgery: forgery.edit(
        forgery.find(SIGN_OFF), lambda f: f["data"]["heads"].update(values)
    )


def rule_turned(forgery: Forgery) -> None:
    def turn(fields: Fields) -> None:
        fields["data"]["verdict"]["findings"][0]["holds"] ^= True

    forgery.edit(forgery.find(SIGN_OFF), turn)


def number_changed(forgery: Forgery) -> None:
    def change(fields: Fields) -> None:
        fields["data"]["verdict"]["findings"][6]["numbers"]["rejects"] += 1

    forgery.edit(forgery.find(HOLD), change)


def settled_by_another(forgery: Forgery) -> None:
    def change(fields: Fields) -> None:
        fields["data"]["verdict"]["findings"][0]["settled_by"][0]["version"] += 1

    forgery.edit(forgery.find(SIGN_OFF), change)


def figures(**values: object) -> Step:
    """Change what the sign-off showed in numbers."""
    return edited(SIGN_OFF, lambda fields: fields["data"]["figures"].update(values))


def sign_off_of_a_held_batch(forgery: Forgery) -> None:
    """Put the sign-off in place of the hold, with the hold's verdict."""
    held, signed = forgery.find(HOLD), forgery.fields(forgery.find(SIGN_OFF))
    forged = forgery.fields(held)
    forged["type"] = signed["type"]
    forged["data"] = signed["data"] | {
        name: forged["data"][name] for name in ("heads", "process_revision", "verdict")
    }
    forgery.lines[held - 1] = dumped(forged)


def unit_scrapped_behind(forgery: Forgery) -> None:
    """Let something have happened to a unit of the batch, behind what the sign-off looked at."""
    line = forgery.fields(forgery.find("unit-inspected"))
    line["type"] = "signoff.unit-dispositioned.v1"
    line["data"] = {"disposition": "scrap", "reason": "cracked", "serial": "B2-4"}
    forgery.insert(forgery.find(SIGN_OFF), line)


def role_revoked_before(forgery: Forgery) -> None:
    """Let the signer's role have been taken back before the sign-off."""
    granted = next(
        at
        for at in range(1, len(forgery.lines) + 1)
        if forgery.fields(at)["data"].get("role") == "approver"
    )
    line = forgery.fields(granted)
    line["type"] = "signoff.role-revoked.v1"
    line["data"] = {"reason": "left", "role": "approver"}
    forgery.insert(forgery.find(SIGN_OFF), line)


def batch_left_out(forgery: Forgery) -> None:
    forgery.edit(forgery.find(SIGN_OFF), lambda f: f["data"]["heads"]["batches"].pop("B1"))


def process_defined_by_another_name(forgery: Forgery) -> None:
    rule_turned(forgery)
    forgery.edit(forgery.find("process-defined"), lambda f: f["data"].update(process="cup"))


def person_on_another_stream(forgery: Forgery) -> None:
    line = forgery.fields(forgery.find("person-enrolled"))
    line["stream"] = str(uuid5(STREAM_NAMESPACE, "person/nobody"))
    line["version"] = 1
    line.pop("prev", None)
    forgery.lines.append(dumped(line))
    forgery.seal(forgery.story.vault.made, size=len(forgery.lines))


def without_note(topic: str) -> Callable[[Forgery], None]:
    """Take out the line in which the batch, or the signer, notes the sign-off."""
    return lambda forgery: forgery.remove(forgery.find(topic))


def note_of_another(forgery: Forgery) -> None:
    forgery.edit(forgery.find("decision-taken"), lambda f: f["data"].update(outcome="HELD"))


def no_sign_off(forgery: Forgery) -> None:
    at = forgery.find(SIGN_OFF)
    gone = [at]
    gone += [
        p
        for p in range(at, len(forgery.lines))
        if forgery.fields(p)["cmd"] == forgery.fields(at)["cmd"]
    ]
    forgery.remove(*set(gone))


def signer_without_role(forgery: Forgery) -> None:
    for topic in (SIGN_OFF, "decision-taken"):
        forgery.edit(forgery.find(topic), lambda f: f.update(by="egon"))
    heads(person=2)(forgery)


def sealed(does: Step, code: str) -> Attack:
    """Expect a refusal that names a position, though everything was put right."""
    return Attack(all_put_right(does), on(LOGS, Refused(code, ANYWHERE)), "unsigned")


DECISIONS = Table(
    "A decision that does not follow from its events",
    Actor.KEY_HOLDER,
    Kind.LINES,
    "No person signed with a key; every hash, root and checkpoint is made again.",
    {
        "a rule turned round": sealed(rule_turned, "SL509"),
        "a batch that was held signed off": sealed(sign_off_of_a_held_batch, "SL509"),
        "a verdict of an unknown set of rules": sealed(
            lambda f: f.edit(
                f.find(SIGN_OFF), lambda x: x["data"]["verdict"].update(rule_set="none")
            ),
            "SL501",
        ),
        "another number in a finding": sealed(number_changed, "SL509"),
        "another event that settles a finding": sealed(settled_by_another, "SL509"),
        "another figure": sealed(figures(needed=[]), "SL509"),
        "no figures": sealed(edited(SIGN_OFF, lambda f: f["data"].pop("figures")), "SL509"),
        "figures of an unknown edition": sealed(figures(edition="2"), "SL501"),
        "a larger run signed off": sealed(data(SIGN_OFF, run_max=1_000), "SL509"),
        "a smaller run signed off": sealed(data(SIGN_OFF, run_min=1), "SL509"),
        "other tooling signed off": sealed(data(SIGN_OFF, tooling="T-9"), "SL509"),
        "another tooling revision signed off": sealed(
            data(SIGN_OFF, tooling_revision="B"), "SL509"
        ),
        "another plan signed off": sealed(data(SIGN_OFF, plan_sha256="0" * 64), "SL509"),
        "another bar signed off": sealed(data(SIGN_OFF, bar_sha256="0" * 64), "SL509"),
        "another design signed off": sealed(
            data(SIGN_OFF, design={"document": "D", "reference": "R", "sha256": "0" * 64}), "SL509"
        ),
        "another revision signed off": sealed(data(SIGN_OFF, process_revision=1), "SL509"),
        "another name under the sign-off": sealed(
            data(SIGN_OFF, printed_name="Ann Other"), "SL509"
        ),
        "another meaning of the sign-off": sealed(
            data(SIGN_OFF, meaning="I have seen it."), "SL509"
        ),
        "another name under the hold": sealed(data(HOLD, printed_name="Ann Other"), "SL509"),
        "another revision held": sealed(data(HOLD, process_revision=9), "SL509"),
        "an earlier process looked at": sealed(heads(process=9), "SL509"),
        "more of the process looked at than there was": sealed(heads(process=999), "SL509"),
        "an earlier batch looked at": sealed(heads(batches={"B1": 8, "B2": 6}), "SL509"),
        "a later batch looked at": sealed(heads(batches={"B1": 8, "B2": 99}), "SL502"),
        "a batch not looked at": sealed(batch_left_out, "SL509"),
        "a batch looked at that is unknown": sealed(
            heads(batches={"B1": 8, "B2": 6, "B9": 1}), "SL502"
        ),
        "an earlier signer looked at": sealed(heads(person=1), "SL509"),
        "a later signer looked at": sealed(heads(person=99), "SL502"),
        "a larger log looked at": sealed(heads(size=999), "SL504"),
        "a log of nothing looked at": sealed(heads(size=0), "SL504"),
        "a log of less than nothing looked at": sealed(heads(size=-1), "SL504"),
        "an event on the batch behind the signer's back": sealed(unit_scrapped_behind, "SL509"),
        "a role taken back before": sealed(role_revoked_before, "SL509"),
        "a signer without the role": sealed(signer_without_role, "SL506"),
        "a sign-off that its signer did not note": sealed(without_note("decision-taken"), "SL506"),
        "a sign-off that its batch did not note": sealed(without_note("batch-decided"), "SL509"),
        "a sign-off that its signer notes as a hold": sealed(note_of_another, "SL509"),
        "an order without a sign-off": sealed(no_sign_off, "SL509"),
        "an order of more than was signed off": sealed(data(ORDER, quantity=101), "SL509"),
        "a process that calls itself otherwise": sealed(process_defined_by_another_name, "SL502"),
        "a person on a stream of no person": sealed(person_on_another_stream, "SL506"),
        "an event of no kind": sealed(
            lambda f: f.edit(f.find(ORDER), lambda x: x.update(type="signoff.os-system.v1")),
            "SL501",
        ),
        "an event of another aggregate's kind": sealed(
            lambda f: f.edit(
                f.find(ORDER),
                lambda x: x.update(
                    type="signoff.role-granted.v1", data={"note": "x", "role": "owner"}
                ),
            ),
            "SL506",
        ),
        "an event with a field too many": sealed(data(ORDER, bonus=1), "SL503"),
        "an event with a field of another type": sealed(data(ORDER, quantity=[50]), "SL503"),
    },
)


def finding_said_otherwise(fields: Fields) -> None:
    fields["data"]["verdict"]["findings"][6]["says"] = "no unit was found nonconforming"


def figures_said_otherwise(fields: Fields) -> None:
    fields["data"]["says"]["evidence"][0] = "The process makes no rejects."


def meaning_said_otherwise(forgery: Forgery) -> None:
    """Change what the decision meant, on both streams that say it."""
    for topic in (SIGN_OFF, "decision-taken"):
        forgery.edit(forgery.find(topic), lambda f: f["data"].update(meaning="I have seen it."))


FINDING, FIGURES = (
    edited(SIGN_OFF, finding_said_otherwise),
    edited(SIGN_OFF, figures_said_otherwise),
)


def spoken(does: Step, *outcomes: Outcome, story: str = "unsigned") -> Attack:
    return Attack(all_put_right(does), on(LOGS, *outcomes), story)


SENTENCES = Table(
    "A sentence of a decision",
    Actor.KEY_HOLDER,
    Kind.LINES,
    "Every hash, root and checkpoint is made again. A sentence is what was shown then, and is "
    "compared with nothing; its signer, a witness or a kept checkpoint protects it.",
    {
        "another sentence of a finding": spoken(FINDING, KEY_HOLDER, REWRITTEN),
        "another sentence of the figures": spoken(FIGURES, KEY_HOLDER, REWRITTEN),
        "no sentences of the figures": spoken(
            edited(SIGN_OFF, lambda f: f["data"].pop("says")), KEY_HOLDER, REWRITTEN
        ),
        "another reason of a hold by the bar": spoken(
            data(HOLD, reason="one unit was late"), KEY_HOLDER, REWRITTEN
        ),
        "another meaning, noted by its signer as well": spoken(
            meaning_said_otherwise, KEY_HOLDER, REWRITTEN
        ),
        "another sentence of a finding, signed": spoken(FINDING, Refused("SL506"), story="full"),
        "another sentence of the figures, signed": spoken(FIGURES, Refused("SL506"), story="full"),
        "another sentence of a finding, with a checkpoint kept": spoken(
            then(kept(-1), FINDING), Refused("SL508", says="FORK")
        ),
        "another sentence of a finding, cosigned by a witness": spoken(
            then(witnessed, FINDING), Refused("SL505", says="quorum")
        ),
    },
)
TABLES = (DECISIONS, SENTENCES)
