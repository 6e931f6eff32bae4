"""`signoff sign`."""

import re
from pathlib import Path

from tests.cli.shops import CAUSE, CHANGE, at


def test_a_sign_off_names_what_it_is_for(tmp_path: Path) -> None:
    """S-08: the process, its revision, its tooling and the run; not a batch, not a unit."""
    terminal = at("clear", tmp_path)

    said = terminal.did("sign", "mug", "--yes", "--quiet", "--note", "well done", by="anna")

    assert (
        "mug SIGNED OFF by Anna Approver on batch B2: process revision 2, tooling T-1 rev A, "
        "0/7 nonconforming, for a run of 50 to 100 (signature: none). Note: well done" in said.out
    )
    decision = terminal.asked("why", "mug")["decision"]
    assert ("Anna Approver", "none", 50, 100, "well done") == tuple(
        decision[name] for name in ("printed_name", "signature", "run_min", "run_max", "reason")
    )


def test_the_preview_shows_who_signs_what_with_which_meaning(tmp_path: Path) -> None:
    """Part 11 11.50: printed name and meaning."""
    terminal = at("clear", tmp_path)
    size = terminal.events()

    said = terminal.did("sign", "mug", "--yes", "--note", "-- well done", by="anna")

    for line in (
        "About to record: SIGN mug: -- well done",
        "  by         Anna Approver (anna)",
        "  meaning    I approve this process revision for the production run stated.",
        "  on batch   B2",
        "  signature  none (your name as authenticated)",
    ):
        assert line in said.err.splitlines()
    assert re.search(r"^  at         2026-03-\d\dT[0-9:.]+Z$", said.err, re.MULTILINE)
    assert re.search(rf"^  reviewed   {size} events, root [0-9a-f]{{64}}$", said.err, re.MULTILINE)
    assert "rejects-within-ac" in said.err


def test_conforming_units_are_handed_over(tmp_path: Path) -> None:
    """S-31."""
    terminal = at("clear", tmp_path)

    terminal.did("sign", "mug", "--yes", by="anna")

    assert {"activity": "08.20.01", "serials": [f"B2-{n}" for n in range(1, 8)]} == (
        terminal.asked("why", "mug")["handover"]
    )


def test_a_refused_sign_off_is_recorded_with_the_rules_that_said_no(tmp_path: Path) -> None:
    """G13."""
    terminal = at("held", tmp_path)
    before = terminal.events()

    error = terminal.refused("SL301", "sign", "mug", "--yes", by="anna")

    rules = [rule["rule"] for rule in error["rules"]]
    assert [
        "rejects-within-ac",
        "not-decided-before",
        "nonconformities-closed",
        "no-design-nonconformity",
    ] == rules
    assert before + 1 == terminal.events() == error["position"]
    reported = terminal.asked("history", "mug")[-1]
    assert ("anna", "signoff.command-refused.v1") == (reported["person"], reported["type"])
    assert reported["sentence"].startswith(
        "REFUSED [SL301] sign for batch B1: mug cannot be signed off"
    )
    assert "HELD" == terminal.asked("status", "mug")["standing"]


def test_people_read_where_the_refusal_is_recorded(tmp_path: Path) -> None:
    """G13."""
    terminal = at("held", tmp_path)

    said = terminal("sign", "mug", "--yes", "--quiet", by="anna")

    assert 3 == said.code
    assert f"  the refusal is recorded at position {terminal.events()}" in said.err


def test_a_refused_dry_run_is_not_recorded(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)
    before = terminal.events()

    error = terminal.refused("SL301", "sign", "mug", "--dry-run", by="anna")

    assert error["position"] is None
    assert before == terminal.events()


def test_a_repeated_refusal_is_answered_as_before(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)
    line = ("sign", "mug", "--yes", "--command-id", "once")

    first = terminal.refused("SL301", *line, by="anna")
    again = terminal.refused("SL301", *line, by="anna")

    assert (first["position"], first["rules"]) == (again["position"], again["rules"])
    assert f"this command was refused before, at position {first['position']}" == again["fix"]


def test_the_signer_is_not_the_only_inspector(tmp_path: Path) -> None:
    """G9: two people."""
    terminal = at("answered", tmp_path)
    terminal.did("person", "grant", "ines", "approver", by="olga")
    terminal.did("open", "mug", "--batch", "B2", by="egon")
    terminal.did("import", "sheet-2.csv", "--batch", "B2", by="ines")
    terminal.did("close", "B2", by="ines")

    error = terminal.refused("SL301", "sign", "mug", "--yes", by="ines")

    assert ["ines is the only inspector of batch B2"] == [rule["says"] for rule in error["rules"]]


def test_the_signer_did_not_apply_what_the_batch_confirms(tmp_path: Path) -> None:
    """G9: two people."""
    terminal = at("clear", tmp_path)
    terminal.did("person", "grant", "egon", "approver", by="olga")

    error = terminal.refused("SL301", "sign", "mug", "--yes", by="egon")

    assert ["egon applied C-1, which this sign-off rests on"] == [r["says"] for r in error["rules"]]


def test_what_is_signed_off_is_not_signed_off_again(tmp_path: Path) -> None:
    """G12: a sign-off stands until it lapses, is held or is withdrawn."""
    terminal = at("signed", tmp_path)
    before = terminal.events()

    error = terminal.refused("SL309", "sign", "mug", "--yes", by="anna")

    assert "mug is SIGNED OFF already" == error["what"]
    assert before == terminal.events()


def test_a_note_is_read_once(tmp_path: Path) -> None:
    """What is signed is what the preview showed, also where it is piped in."""
    terminal = at("clear", tmp_path)

    terminal.did("sign", "mug", "--yes", "--note", "@-", by="anna", stdin="well done")

    assert "well done" == terminal.asked("why", "mug")["decision"]["reason"]


def test_a_first_batch_that_clears_its_bar_may_be_signed(tmp_path: Path) -> None:
    """G1: the default, `after_change`."""
    terminal = at("open", tmp_path)
    terminal.did("import", "sheet-2.csv", "--batch", "B1", by="ines")
    terminal.did("close", "B1", by="ines")

    terminal.did("sign", "mug", "--yes", by="anna")


def test_a_bar_may_always_ask_for_a_repeat(tmp_path: Path) -> None:
    """G1."""
    terminal = at("planned", tmp_path)
    plan = (tmp_path / "plan.toml").read_text("utf-8") + 'confirmation_batch = "always"\n'
    terminal.write("always.toml", plan)
    terminal.did("bar", "register", "always.toml", by="egon")
    terminal.did("open", "mug", "--batch", "B1", by="egon")
    terminal.did("import", "sheet-2.csv", "--batch", "B1", by="ines")
    terminal.did("close", "B1", by="ines")

    error = terminal.refused("SL301", "sign", "mug", "--yes", by="anna")

    assert ["confirmation-batch"] == [rule["rule"] for rule in error["rules"]]


def test_one_reject_within_the_bar_needs_its_cause(tmp_path: Path) -> None:
    """G2, S-54: the bar is inclusive."""
    terminal = at("answered", tmp_path)
    terminal.did("open", "mug", "--batch", "B2", by="egon")
    terminal.write(
        "sheet.csv", (tmp_path / "sheet-2.csv").read_bytes().replace(b"0.24", b"0.50", 1)
    )
    terminal.did("import", "sheet.csv", "--batch", "B2", by="ines")
    terminal.did("close", "B2", by="ines")

    error = terminal.refused("SL301", "sign", "mug", "--yes", by="anna")
    terminal.did("defect", "cause", "LID-SEAT", "--batch", "B2", "--none-found", "seen", by="egon")
    terminal.did("sign", "mug", "--yes", by="anna")

    assert ["nonconformities-closed"] == [rule["rule"] for rule in error["rules"]]
    data = terminal.asked("why", "mug")
    assert (1, 7) == (data["batches"][1]["rejects"], data["batches"][1]["units"])
    assert ["LID-SEAT"] == data["recurrences"]
    assert "RECURRENCE: LID-SEAT was declared fixed before." in terminal.did("why", "mug").out


def test_a_cause_alone_closes_no_nonconformity_of_an_earlier_batch(tmp_path: Path) -> None:
    """S-39: every nonconformity is closed by a change that this batch confirms."""
    terminal = at("held", tmp_path)
    terminal.did(
        "defect", "attribute", "LID-SEAT", "--origin", "process", "--reason", "x", by="egon"
    )
    terminal.did("defect", "cause", "LID-SEAT", *CAUSE, by="egon")
    terminal.did("change", "mug", *CHANGE, "--addresses", "CRACK", by="egon")
    terminal.did("open", "mug", "--batch", "B2", by="egon")
    terminal.did("import", "sheet-2.csv", "--batch", "B2", by="ines")
    terminal.did("close", "B2", by="ines")

    error = terminal.refused("SL301", "sign", "mug", "--yes", by="anna")

    assert ["nonconformities-closed"] == [rule["rule"] for rule in error["rules"]]
