"""Attacks by whoever runs the ledger and holds the log's keys: history rewritten and sealed anew.

What people signed cannot be rewritten; what nobody signed can, and then the meaning must still
follow from the events, and a witness or an older checkpoint of the reader's own must tell.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid5

import pytest

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.examination import OPEN, PROVED
from signoff_ledger.integrity.line import STREAM_NAMESPACE
from tests.attacks.forging import Fields, Forgery, dumped
from tests.attacks.story import Told

SIGN_OFF, HOLD, ORDER = "process-signed-off", "process-held", "production-order-committed"


@pytest.fixture
def forgery(unsigned: Told, tmp_path: Path) -> Forgery:
    """A copy of a log that nobody signed, to rewrite."""
    return Forgery(unsigned, tmp_path / "log")


# --- what a decision means --------------------------------------------------------------------


def data(topic: str, **values: object) -> Callable[[Forgery], None]:
    """Change fields of the last event of a kind."""
    return lambda forgery: forgery.edit(forgery.find(topic), lambda f: f["data"].update(values))


def heads(**values: object) -> Callable[[Forgery], None]:
    """Change what the sign-off says it was taken on."""
    return lambda forgery: forgery.edit(
        forgery.find(SIGN_OFF), lambda f: f["data"]["heads"].update(values)
    )


def rule_turned(forgery: Forgery) -> None:
    def turn(fields: Fields) -> None:
        fields["data"]["verdict"]["findings"][0]["holds"] ^= True

    forgery.edit(forgery.find(SIGN_OFF), turn)


def sign_off_of_a_held_batch(forgery: Forgery) -> None:
    """Put the sign-off in the place of the hold, with the hold's verdict."""
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
    forgery.seal(forgery.told.vault.made, size=len(forgery.lines))


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


MEANING: Mapping[str, tuple[str, Callable[[Forgery], None]]] = {
    "a rule turned round": ("SL509", rule_turned),
    "a batch that was held signed off": ("SL509", sign_off_of_a_held_batch),
    "a verdict of rules that nobody has": (
        "SL501",
        lambda f: f.edit(f.find(SIGN_OFF), lambda x: x["data"]["verdict"].update(rule_set="none")),
    ),
    "a larger run signed off": ("SL509", data(SIGN_OFF, run_max=1_000)),
    "a smaller run signed off": ("SL509", data(SIGN_OFF, run_min=1)),
    "other tooling signed off": ("SL509", data(SIGN_OFF, tooling="T-9")),
    "another tooling revision signed off": ("SL509", data(SIGN_OFF, tooling_revision="B")),
    "another plan signed off": ("SL509", data(SIGN_OFF, plan_sha256="0" * 64)),
    "another bar signed off": ("SL509", data(SIGN_OFF, bar_sha256="0" * 64)),
    "another design signed off": (
        "SL509",
        data(SIGN_OFF, design={"document": "D", "reference": "R", "sha256": "0" * 64}),
    ),
    "another revision signed off": ("SL509", data(SIGN_OFF, process_revision=1)),
    "another name under the sign-off": ("SL509", data(SIGN_OFF, printed_name="Ann Other")),
    "another meaning of the sign-off": ("SL509", data(SIGN_OFF, meaning="I have seen it.")),
    "another name under the hold": ("SL509", data(HOLD, printed_name="Ann Other")),
    "another revision held": ("SL509", data(HOLD, process_revision=9)),
    "an earlier process looked at": ("SL509", heads(process=9)),
    "more of the process looked at than there was": ("SL509", heads(process=999)),
    "an earlier batch looked at": ("SL509", heads(batches={"B1": 8, "B2": 6})),
    "a later batch looked at": ("SL502", heads(batches={"B1": 8, "B2": 99})),
    "a batch not looked at": ("SL509", batch_left_out),
    "a batch of nobody looked at": ("SL502", heads(batches={"B1": 8, "B2": 6, "B9": 1})),
    "an earlier signer looked at": ("SL509", heads(person=1)),
    "a later signer looked at": ("SL502", heads(person=99)),
    "a larger log looked at": ("SL504", heads(size=999)),
    "a log of nothing looked at": ("SL504", heads(size=0)),
    "a log of less than nothing looked at": ("SL504", heads(size=-1)),
    "an event on the batch behind the signer's back": ("SL509", unit_scrapped_behind),
    "a role taken back before": ("SL509", role_revoked_before),
    "a signer without the role": ("SL506", signer_without_role),
    "a sign-off that its signer did not note": ("SL506", without_note("decision-taken")),
    "a sign-off that its batch did not note": ("SL509", without_note("batch-decided")),
    "a sign-off that its signer notes as a hold": ("SL509", note_of_another),
    "an order without a sign-off": ("SL509", no_sign_off),
    "an order of more than was signed off": ("SL509", data(ORDER, quantity=101)),
    "a process that calls itself otherwise": ("SL502", process_defined_by_another_name),
    "a person on a stream of nobody": ("SL506", person_on_another_stream),
    "an event of no kind": (
        "SL501",
        lambda f: f.edit(f.find(ORDER), lambda x: x.update(type="signoff.os-system.v1")),
    ),
    "an event of another aggregate's kind": (
        "SL506",
        lambda f: f.edit(
            f.find(ORDER),
            lambda x: x.update(type="signoff.role-granted.v1", data={"note": "x", "role": "owner"}),
        ),
    ),
    "an event with a field too many": ("SL503", data(ORDER, bonus=1)),
    "an event with a field of another type": ("SL503", data(ORDER, quantity=[50])),
}


@pytest.mark.parametrize("name", MEANING)
def test_a_decision_that_does_not_follow_is_refused_though_all_is_sealed_anew(
    forgery: Forgery, name: str
) -> None:
    code, attack = MEANING[name]
    attack(forgery)
    forgery.forge()

    with pytest.raises(EvidenceError) as caught:
        forgery.verify()

    assert code == caught.value.code, caught.value
    assert caught.value.position, caught.value


# --- what nothing in the log itself can tell ----------------------------------------------------


def reading_changed(forgery: Forgery) -> None:
    """Let a unit have been measured otherwise, well within the limits."""
    at = forgery.find("unit-inspected")
    forgery.lines[at - 1] = forgery.lines[at - 1].replace(b'"gap":25', b'"gap":26')
    forgery.forge()


def checks(forgery: Forgery) -> dict[str, tuple[str, str]]:
    """Verify, and give state and words of each check by its name."""
    return {check.name: (check.state, check.says) for check in forgery.verify()}


def test_a_rewrite_by_the_key_holder_is_reported_as_not_disproved(forgery: Forgery) -> None:
    """Without a witness and without a checkpoint of one's own nothing can tell: it is said so."""
    genuine = checks(forgery)
    reading_changed(forgery)

    found = checks(forgery)

    assert list(genuine) == list(found)
    state, says = found["history"]
    assert OPEN == state
    assert says.startswith("whoever holds the log's key can have rewritten all of it")
    assert OPEN == found["signatures"][0]


def test_a_rewrite_is_detected_by_an_older_checkpoint_of_ones_own(forgery: Forgery) -> None:
    forgery.since = forgery.files["checkpoint"]
    assert PROVED == checks(forgery)["growth"][0]
    reading_changed(forgery)

    with pytest.raises(EvidenceError, match="FORK") as caught:
        forgery.verify()
    assert "SL508" == caught.value.code


def test_a_rewrite_is_detected_by_the_witness(forgery: Forgery) -> None:
    """The witness cosigned the log up to the change; what it saw is there no more."""
    forgery.policy = forgery.told.policy()
    forgery.edit(
        forgery.find("unit-inspected", 0), lambda f: f.update(at=f["at"][:-8] + ".000001Z")
    )
    kept = dict(forgery.files)
    forgery.forge()

    with pytest.raises(EvidenceError, match="quorum") as caught:
        forgery.verify()
    assert "SL505" == caught.value.code

    forgery.files |= {name: note for name, note in kept.items() if b"witness.example" in note}
    with pytest.raises(EvidenceError, match="FORK"):
        forgery.verify()


def test_a_transplanted_cosignature_is_refused(forgery: Forgery) -> None:
    forgery.policy = forgery.told.policy()
    line = next(n for n in forgery.files.values() if b"witness" in n).splitlines(keepends=True)[-1]
    reading_changed(forgery)
    name = f"checkpoints/{forgery.sizes[-1]}"
    forgery.files[name] = forgery.files["checkpoint"] = forgery.files[name] + line

    with pytest.raises(EvidenceError, match="signed note") as caught:
        forgery.verify()
    assert "SL505" == caught.value.code


def test_what_came_behind_the_witness_is_said_to_be_unwitnessed(forgery: Forgery) -> None:
    forgery.policy = forgery.told.policy()
    kept = dict(forgery.files)
    reading_changed(forgery)
    forgery.files |= {name: note for name, note in kept.items() if b"witness.example" in note}

    found = checks(forgery)

    cosigned = next(
        int(name.split("/")[1])
        for name, n in forgery.files.items()
        if b"witness" in n and "/" in name
    )
    assert (PROVED, f"witness.example/north cosigned {cosigned} events") == found["witnesses"]
    assert (
        OPEN,
        f"the last {len(forgery.lines) - cosigned} events have no quorum yet",
    ) == found["unwitnessed"]


def test_two_views_of_one_log_are_told_apart_by_either_readers_checkpoint(
    unsigned: Told, tmp_path: Path
) -> None:
    """A split view: each export verifies by itself, and neither beside the other's checkpoint."""
    mine, yours = Forgery(unsigned, tmp_path / "mine"), Forgery(unsigned, tmp_path / "yours")
    reading_changed(yours)
    assert mine.verify()
    assert yours.verify()

    for reader, teller in ((mine, yours), (yours, mine)):
        reader.since = teller.files["checkpoint"]
        with pytest.raises(EvidenceError, match="FORK"):
            reader.verify()


def test_an_older_copy_is_a_rollback_beside_a_newer_checkpoint(forgery: Forgery) -> None:
    forgery.since = forgery.files["checkpoint"]
    del forgery.lines[forgery.sizes[-2] :]
    forgery.forge()

    with pytest.raises(EvidenceError, match="ROLLBACK"):
        forgery.verify()


def test_a_checkpoint_of_another_log_is_none_of_this_one(forgery: Forgery, other: Told) -> None:
    forgery.since = (other.log / "checkpoint").read_bytes()

    with pytest.raises(EvidenceError) as caught:
        forgery.verify()
    assert "SL505" == caught.value.code


def test_lines_behind_the_last_checkpoint_are_said_to_be_unsealed(forgery: Forgery) -> None:
    """Anybody can write there: nothing vouches for it, and nothing says that it does."""
    forgery.insert(len(forgery.lines) + 1, forgery.fields(forgery.find(ORDER)))

    found = checks(forgery)

    assert (OPEN, "the last 1 events are not sealed yet") == found["tail"]


def test_a_log_without_checkpoints_proves_no_key_and_no_witness(forgery: Forgery) -> None:
    """Anybody can name anybody's key in a first line; only what it sealed is its."""
    forgery.policy = forgery.told.policy()
    for name in [name for name in forgery.files if name.startswith("checkpoint")]:
        del forgery.files[name]

    with pytest.raises(EvidenceError, match="quorum"):
        forgery.verify()
    forgery.policy = forgery.policy.splitlines()[0] + b"\nquorum none\n"
    found = checks(forgery)

    assert {"seal": OPEN, "log key": OPEN} == {name: found[name][0] for name in ("seal", "log key")}


def test_a_policy_that_names_another_key_refuses_the_log(forgery: Forgery, other: Told) -> None:
    log_key = other.opened.ledger.work().founding().log_key
    forgery.policy = f"log {log_key}\nquorum none\n".encode()

    with pytest.raises(EvidenceError) as caught:
        forgery.verify()
    assert "SL505" == caught.value.code


def test_a_time_put_back_is_flagged(told: Told, tmp_path: Path) -> None:
    """What was signed keeps its time; when it was recorded is the ledger's word alone."""
    forgery = Forgery(told, tmp_path / "log")
    forgery.edit(forgery.find(SIGN_OFF), lambda f: f.update(at=f["at"].replace("2026", "2025")))
    edited = forgery.find(SIGN_OFF)
    forgery.forge()

    with pytest.raises(EvidenceError) as caught:
        forgery.verify()
    assert edited == caught.value.position
