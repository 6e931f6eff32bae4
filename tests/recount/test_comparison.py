"""The comparison finds what a line says wrongly, and nothing in a log that is right."""

from typing import Any

import pytest

from tests.recount.comparison import differences_now
from tests.recount.log import Log
from tests.recount.written import UNSIGNED, Written, clear, signed

SHORT = [f"B2-{n}" for n in range(5)]


def story() -> Written:
    """Tell of a batch that failed, a change, a batch that was signed, and an order."""
    written = Written()
    written.register()
    written.open("B1")
    for number in range(7):
        written.unit(f"B1-{number}", gap=50 if number < 2 else 25)
    written.hold(automatic=True)
    written.close("B1")
    written.attribute("LID-SEAT", "process")
    written.cause("LID-SEAT")
    written.change("LID-SEAT")
    written.build("B2")
    written.sign()
    handed = {"batch": "B2", "next_activity": "08.20.01", "serials": [f"B2-{n}" for n in range(7)]}
    written.say("units-handed-over", handed, "anna")
    written.order(reference="po\u20130")
    written.order()
    return written


def tampered(kind: str, **changes: Any) -> list[str]:
    """Change the data of the last line of a kind; gives the differences."""
    written = story()
    lines = [
        line._replace(data={**line.data, **changes}) if line.kind == kind and is_last else line
        for line in written.log.lines
        for is_last in [line is [n for n in written.log.lines if n.kind == kind][-1]]
    ]
    written.log = Log(lines)
    return written.differences()


def test_a_log_that_is_right_differs_in_nothing() -> None:
    assert [] == story().differences()
    assert "none" == UNSIGNED["kind"]


def test_a_verdict_that_is_wrong_is_named_with_its_rule() -> None:
    """S-33."""
    written = story()
    verdict = written.verdict("B2")
    for finding in verdict["findings"]:
        if finding["rule"] == "rejects-within-ac":
            finding["holds"] = False
            finding["numbers"]["rejects"] = 2
    found = tampered("process-signed-off", verdict=verdict)

    assert any("rejects-within-ac of batch B2 does not hold; by the" in f for f in found)
    assert any("rejects-within-ac of batch B2 counts 2 rejects, the recount 0" in f for f in found)


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("batch-opened", {"attempt": 1}, "it is attempt 1, by the recount 2"),
        ("batch-opened", {"confirms": []}, "it confirms [], by the recount [1]"),
        ("batch-started", {"demanded": ["line"]}, "demanded is ['line'], by the recount []"),
        ("units-handed-over", {"serials": ["B2-0", "B1-0"]}, "B1-0 of batch B2 must not be"),
        (
            "units-handed-over",
            {"serials": [f"B2-{n}" for n in range(5)]},
            "B2-5, B2-6 of batch B2 could be handed",
        ),
        ("production-order-committed", {"reference": "PO-0"}, "PO-0 is the order of #"),
        ("production-order-committed", {"quantity": 101}, "101 were ordered; against it is run"),
        ("process-held", {"orders": [{"quantity": 1, "reference": "X"}]}, "it names [('X', 1)]"),
        ("unit-inspected", {"serial": "b1-02"}, "unit b1-02 is B1-2 of another batch"),
        ("unit-inspected", {"observed_at": "2030-01-01T00:00:00.000000Z"}, "later than it was"),
        (
            "unit-inspected",
            {"build": {"built_by": "egon", "method": "line"}},
            "egon is enrolled as ['engineer'], on record is None",
        ),
    ],
)
def test_a_line_that_says_otherwise_is_named(kind: str, changes: dict[str, Any], said: str) -> None:
    found = tampered(kind, **changes)

    assert any(said in sentence for sentence in found)


def test_a_sign_off_against_the_rules_is_named() -> None:
    """S-20."""
    written = clear()
    written.unit("B1-9", build={"method": "bench"})
    written.unit("B1-8", gap=50)
    written.unit("B1-7", gap=50)
    written.sign()

    assert any("signed off although" in sentence for sentence in written.differences())


def test_a_missed_bar_that_holds_nothing_is_named() -> None:
    """S-42."""
    written = Written()
    written.register()
    written.build(rejects=2)

    assert any("nothing holds the process" in sentence for sentence in written.differences())


def test_a_bar_that_is_none_is_named() -> None:
    """G22."""
    written = Written()
    written.register(units=1, max_rejects=0)

    assert ["#12 bar-registered: 0 of 1 is no bar"] == written.differences()


def test_a_sheet_that_another_batch_read_is_named() -> None:
    """G21."""
    written = clear()
    sheet = {"name": "a.csv", "rows": 1, "sha256": "a" * 64, "sheet": 1}
    written.say("sheet-imported", sheet, "ines", "B1")
    written.change("DULL")
    written.open("B2")
    written.say("sheet-imported", sheet, "ines", "B2")

    assert any("sheet a.csv was read into another batch" in said for said in written.differences())


@pytest.mark.parametrize(
    ("rules", "differs"), [(["signer-allowed"], False), (["rejects-within-ac"], True)]
)
def test_a_refusal_names_the_rules_that_said_no(rules: list[str], *, differs: bool) -> None:
    """G13."""
    written = clear()
    data = {
        "code": "SL301",
        "command": "sign",
        "rules": [{"rule": rule, "says": "no"} for rule in rules],
        "subject": "batch B1",
        "what": "refused",
    }
    written.say("command-refused", data, "egon")

    assert differs is bool([s for s in written.differences() if "sign-off was refused" in s])


def test_an_order_that_was_refused_for_nothing_is_named() -> None:
    """G13."""
    written = signed()
    data = {"code": "SL302", "command": "order commit", "rules": [], "subject": "50 as PO-1"}
    written.say("command-refused", data | {"what": "refused"}, "bela")

    assert any("nothing is against it" in sentence for sentence in written.differences())


# --- now ----------------------------------------------------------------------------------------


def said_now(written: Written, **changes: Any) -> list[str]:
    """Compare what somebody says of the process now."""
    said = {
        "gate": {(50, "bela"): True, (101, "bela"): False},
        "signer": "anna",
        "standing": "SIGNED_OFF",
        "verdict": written.verdict(),
    }
    return differences_now(written.log, "mug", said | changes, written.at)


def test_an_answer_that_is_right_differs_in_nothing() -> None:
    assert [] == said_now(signed())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"standing": "HELD"}, "it stands at HELD, by the recount at SIGNED_OFF"),
        ({"gate": {(101, "bela"): True}}, "the gate is open for 101 by bela"),
        ({"gate": {(50, "bela"): False}}, "the gate is shut for 50 by bela; against it is nothing"),
        ({"verdict": {"findings": []}}, "the rules asked differ in after-last-change"),
    ],
)
def test_an_answer_that_is_wrong_is_named(changes: dict[str, Any], said: str) -> None:
    assert any(said in sentence for sentence in said_now(signed(), **changes))


def test_a_sign_off_that_lost_its_support_unnoticed_is_named() -> None:
    """G11."""
    written = signed()
    late = {"nonconformity": written.nonconformity("CRACK", "critical"), "serial": "B1-0"}
    written.say("nonconformity-recorded", late, "ines", "B1")

    lost = "no-critical, no-design-nonconformity, nonconformities-closed"
    assert any(f"the sign-off lacks {lost}" in sentence for sentence in said_now(written))
