"""One good command line for everything the command line can do, on a ledger at the right stage.

`WRITES` are those that record, `READS` those that only answer. Tests of what all commands have in
common go over these tables; `tests/cli/test_every_command.py` holds the tables complete.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tests.cli.shops import WITNESS
from tests.signers import INES, fingerprint_of

PRINT = fingerprint_of(INES)
REMARK = "a week costs us the fair"
UNIT = ("finish=pass", "function=pass", "build_minutes=11")


class Write(NamedTuple):
    """A command that records.

    Attributes:
        stage: How far the ledger has come, see `tests.cli.shops`.
        by: Who gives it.
        args: The words behind `signoff`.
        other: The same command with another content.
        records: The kinds of event it records, shortly.
        to_anybody: Whether it takes no role.
    """

    stage: str
    by: str
    args: tuple[str, ...]
    other: tuple[str, ...]
    records: tuple[str, ...]
    to_anybody: bool = False


class Read(NamedTuple):
    """A command that only answers.

    Attributes:
        stage: How far the ledger has come.
        args: The words behind `signoff`.
        schema: The name of its answer's schema.
        by: Who asks, where it matters.
        code: Its exit code.
    """

    stage: str
    args: tuple[str, ...]
    schema: str
    by: str | None = None
    code: int = 0


def _w(
    stage: str, by: str, args: str, other: str, records: str, *, to_anybody: bool = False
) -> Write:
    """Write a line of the table; words with spaces in them are written with underscores."""
    words, others = (
        tuple(word.replace("_", " ") if "_" in word and "=" not in word else word for word in line)
        for line in (args.split(), other.split())
    )
    return Write(stage, by, words, others, tuple(records.split()), to_anybody=to_anybody)


WRITES: Mapping[str, Write] = {
    "person enrol": _w(
        "begun",
        "olga",
        "person enrol nina --name Nina_New --role inspector",
        "person enrol nina --name Nina_Newer --role inspector",
        "person-enrolled role-granted",
    ),
    "person grant": _w(
        "begun",
        "olga",
        "person grant ines approver --note record_118",
        "person grant ines engineer --note record_118",
        "role-granted",
    ),
    "person revoke": _w(
        "begun",
        "olga",
        "person revoke ines inspector --reason moved",
        "person revoke ines inspector --reason left",
        "role-revoked",
    ),
    "key register": _w(
        "worded",
        "ines",
        "key register ines.pub --attach ines.statement.sig",
        "key register other.pub --attach ines.statement.sig",
        "signing-key-registered",
        to_anybody=True,
    ),
    "key accept": _w(
        "offered",
        "olga",
        "key accept ines",
        f"key accept ines {PRINT}",
        "signing-key-accepted",
    ),
    "key revoke": _w(
        "offered",
        "olga",
        f"key revoke ines {PRINT} --reason lost",
        f"key revoke ines {PRINT} --reason stolen",
        "signing-key-revoked",
    ),
    "key rotate-log": _w(
        "begun",
        "olga",
        "key rotate-log --reason a_year_has_passed",
        "key rotate-log --reason the_laptop_was_lost",
        "log-key-rotated",
    ),
    "witness add": _w(
        "begun",
        "olga",
        f"witness add {WITNESS}",
        f"witness add {WITNESS} --url http://127.0.0.1:9",
        "witness-added",
    ),
    "set-aside": _w(
        "foreign",
        "olga",
        "set-aside 5 --reason another_key_lay_there",
        "set-aside 5 --reason somebody_put_it_there",
        "checkpoint-set-aside",
    ),
    "plan publish": _w(
        "begun",
        "egon",
        "plan publish plan.toml",
        "plan publish plan.toml --reason again",
        "process-defined design-approval-referenced inspection-plan-published",
    ),
    "plan countersign": _w(
        "loosened",
        "bela",
        "plan countersign mug",
        "plan countersign bowl",
        "inspection-plan-countersigned",
    ),
    "approval": _w(
        "ready",
        "egon",
        "approval mug --of tooling --reference T-12",
        "approval mug --of tooling --reference T-13",
        "tooling-approval-referenced",
    ),
    "bar register": _w(
        "planned",
        "egon",
        "bar register plan.toml",
        "bar register tighter.toml",
        "bar-registered",
    ),
    "bar countersign": _w(
        "ready",
        "bela",
        "bar countersign mug",
        "bar countersign bowl",
        "bar-countersigned",
    ),
    "bar supersede": _w(
        "ready",
        "anna",
        "bar supersede looser.toml --reason agreed_with_the_buyer",
        "bar supersede looser.toml --reason wanted",
        "bar-superseded",
    ),
    "open": _w(
        "ready",
        "egon",
        "open mug --batch B1",
        "open mug --batch B9",
        "batch-opened batch-started",
    ),
    "record": _w(
        "open",
        "ines",
        "record U-1 gap=0.24 finish=pass function=pass --batch B1 --method line",
        "record U-1 gap=0.25 finish=pass function=pass --batch B1 --method line",
        "unit-inspected",
    ),
    "import": _w(
        "open",
        "ines",
        "import sheet-2.csv --batch B1",
        "import sheet-1.csv --batch B1",
        "sheet-imported" + " unit-inspected" * 7,
    ),
    "defect add": _w(
        "built",
        "ines",
        "defect add B1-3 LID-SEAT@rim --batch B1 --note rattles",
        "defect add B1-3 LID-SEAT@inside --batch B1 --note rattles",
        "nonconformity-recorded",
    ),
    "defect attribute": _w(
        "held",
        "egon",
        "defect attribute LID-SEAT --origin process --reason shrinkage",
        "defect attribute LID-SEAT --origin material --reason shrinkage",
        "nonconformity-attributed",
    ),
    "defect cause": _w(
        "held",
        "egon",
        "defect cause LID-SEAT --batch B1 --cause the_clay_shrank",
        "defect cause LID-SEAT --batch B1 --none-found looked_everywhere",
        "cause-stated",
    ),
    "change": _w(
        "held",
        "egon",
        "change mug --what a_skim --why it_fouled --touches-design no --addresses LID-SEAT",
        "change mug --what a_skim --why it_fouled --touches-design no",
        "process-change-applied",
    ),
    "dispose": _w(
        "held",
        "egon",
        "dispose B1-1 rework --batch B1 --reason lid_ground",
        "dispose B1-1 scrap --batch B1 --reason lid_ground",
        "unit-dispositioned",
    ),
    "correct": _w(
        "held",
        "ines",
        "correct B1-1 gap=0.45 --batch B1 --reason typed_wrong",
        "correct B1-1 gap=0.46 --batch B1 --reason typed_wrong",
        "correction-requested batch-amended",
    ),
    "correct --confirm": _w(
        "pending",
        "ivan",
        "correct --confirm 1 --batch B2",
        "correct --decline 1 --batch B2 --reason no",
        "correction-confirmed batch-amended sign-off-unsupported",
    ),
    "correct --decline": _w(
        "pending",
        "ivan",
        "correct --decline 1 --batch B2 --reason it_was_right",
        "correct --confirm 1 --batch B2",
        "correction-declined batch-amended",
    ),
    "close": _w("built", "ines", "close B1", "close B1 --note done", "batch-closed batch-finished"),
    "sign": _w(
        "clear",
        "anna",
        "sign mug --yes",
        "sign mug --yes --note well",
        "process-signed-off units-handed-over batch-decided decision-taken",
    ),
    "hold": _w(
        "clear",
        "anna",
        "hold mug --yes --reason two_lids_rattle",
        "hold mug --yes --reason three_lids_rattle",
        "process-held batch-decided decision-taken",
    ),
    "withdraw": _w(
        "signed",
        "anna",
        "withdraw mug --yes --reason other_clay",
        "withdraw mug --yes --reason other_kiln",
        "sign-off-withdrawn",
    ),
    "order commit": _w(
        "signed",
        "bela",
        "order commit mug 50 --reference PO-1",
        "order commit mug 51 --reference PO-1",
        "production-order-committed",
    ),
    "order cancel": _w(
        "ordered",
        "bela",
        "order cancel mug PO-1 --reason called_off",
        "order cancel mug PO-1 --reason late",
        "production-order-cancelled",
    ),
    "order report": _w(
        "held",
        "bela",
        "order report mug 50 --reference PO-1 --note by_phone",
        "order report mug 50 --reference PO-2 --note by_phone",
        "order-placed-without-sign-off",
        to_anybody=True,
    ),
    "dissent": _w(
        "held",
        "bela",
        "dissent mug a_week_costs_us_the_fair",
        "dissent mug a_week_costs_us_the_fair --kind note",
        "remark-recorded",
        to_anybody=True,
    ),
}

READS: Mapping[str, Read] = {
    "why": Read("signed", ("why", "mug"), "signoff.why/2"),
    "why, held": Read("held", ("why",), "signoff.why/2"),
    "why, by hand": Read("signed", ("why", "mug", "--batch", "B1"), "signoff.why/2"),
    "why, undecided": Read("open", ("why", "mug"), "signoff.why/2"),
    "check": Read("clear", ("check", "mug", "--list"), "signoff.check/1"),
    "check, blocked": Read("held", ("check", "mug"), "signoff.check/1", code=3),
    "orders": Read("ordered", ("orders",), "signoff.orders/1"),
    "orders of a process": Read("ordered", ("orders", "mug"), "signoff.orders/1"),
    "unit": Read("signed", ("unit", "B2-2"), "signoff.unit/1"),
    "unit of a batch": Read("held", ("unit", "B1-1", "--batch", "B1"), "signoff.unit/1"),
    "status": Read("signed", ("status",), "signoff.status/1"),
    "status of a process": Read("signed", ("status", "mug", "--why-not"), "signoff.process/1"),
    "status of a batch": Read("held", ("status", "--batch", "B1"), "signoff.batch/1"),
    "status --mine": Read("clear", ("status", "--mine"), "signoff.tasks/1", by="anna"),
    "history": Read("signed", ("history",), "signoff.history/1"),
    "replay": Read("signed", ("replay", "mug"), "signoff.replay/1"),
    "replay --until": Read("signed", ("replay", "mug", "--until", "30"), "signoff.replay/1"),
    "replay --what-if": Read(
        "signed", ("replay", "mug", "--what-if", "ac=0..2"), "signoff.whatif/1"
    ),
    "stats": Read("signed", ("stats", "mug"), "signoff.stats/1"),
    "stats of a batch": Read("held", ("stats", "--batch", "B1"), "signoff.stats/1"),
    "compare": Read("signed", ("compare", "B1", "B2"), "signoff.compare/1"),
    "handover": Read("signed", ("handover", "mug"), "signoff.handover/1"),
    "plan size": Read("empty", ("plan", "size", "--show", "5%"), "signoff.size/1"),
    "bar show": Read("signed", ("bar", "show", "mug"), "signoff.bar/1"),
    "bar pick": Read("empty", ("bar", "pick", "--aql", "2.5", "--lot", "1000"), "signoff.pick/1"),
    "person list": Read("signed", ("person", "list"), "signoff.people/1"),
    "doctor": Read("signed", ("doctor",), "signoff.doctor/2"),
    "backup": Read("signed", ("backup", "copy.db"), "signoff.backup/1"),
    "move": Read("signed", ("move", "ledger.db", "elsewhere.db"), "signoff.move/1"),
    "rebuild": Read("signed", ("rebuild",), "signoff.rebuild/1"),
    "repair": Read("unguarded", ("repair",), "signoff.repair/1"),
    "config": Read("signed", ("config",), "signoff.config/1"),
    "key list": Read("offered", ("key", "list"), "signoff.keys/1"),
    "checkpoint": Read("signed", ("checkpoint",), "signoff.checkpoint/1"),
    "verify": Read("signed", ("verify",), "signoff.verification/2"),
    "verify an export": Read("exported", ("verify", "handed-over"), "signoff.verification/2"),
    "export": Read("signed", ("export", "out"), "signoff.export/1"),
    "prove": Read("signed", ("prove", "20"), "signoff.proof/1"),
    "restore": Read(
        "exported", ("restore", "handed-over", "--ledger", "again.db"), "signoff.restore/1"
    ),
    "witness list": Read("witnessed", ("witness", "list"), "signoff.witnesses/1"),
    "witness request": Read(
        "witnessed", ("witness", "request", "-o", "asked"), "signoff.request/1"
    ),
    "witness attach": Read(
        "witnessed", ("witness", "attach", "note.answer"), "signoff.cosignatures/1"
    ),
    "witness serve": Read(
        "witnessed",
        (
            *("witness", "serve", "--state", "w", "--name", "w.example", "--answer", "request"),
            *("--trust", "handed-over/log.vkey"),
        ),
        "signoff.answer/1",
    ),
    "init": Read("empty", ("init", "new.db"), "signoff.init/1", by="olga"),
}

SPEAKING = ("new", "completion", "demo", "help", "report")
"""Commands whose answer is a text for people in every format."""
