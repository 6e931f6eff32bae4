"""`signoff withdraw`."""

from pathlib import Path

from tests.cli.shops import CHANGE, at


def test_a_withdrawn_sign_off_stays_on_record_and_shuts_the_gate(tmp_path: Path) -> None:
    """G12."""
    terminal = at("signed", tmp_path)

    said = terminal.did("withdraw", "mug", "--reason", "other clay", "--yes", "-q", by="anna")

    assert "Sign-off of mug WITHDRAWN by Anna Approver, because: other clay" in said.out
    assert ("SIGNED_OFF", "WITHDRAWN") == tuple(
        terminal.asked("why", "mug")[name] for name in ("outcome", "standing")
    )
    error = terminal.refused(
        "SL302", "order", "commit", "mug", "50", "--reference", "PO", by="bela"
    )
    assert "mug is WITHDRAWN" in error["why"]
    assert "The process is WITHDRAWN" in terminal.did("why", "mug").out


def test_there_must_be_a_sign_off(tmp_path: Path) -> None:
    error = at("clear", tmp_path).refused(
        "SL309", "withdraw", "mug", "--reason", "x", "--yes", by="anna"
    )

    assert "mug has no sign-off to withdraw" == error["what"]


def test_what_was_withdrawn_is_signed_again_on_another_batch_alone(tmp_path: Path) -> None:
    """G12, G19: a new decision, on the same rules and on another batch."""
    terminal = at("signed", tmp_path)
    terminal.did("withdraw", "mug", "--reason", "other clay", "--yes", by="anna")

    error = terminal.refused("SL301", "sign", "mug", "--yes", by="anna")
    terminal.did("change", "mug", *CHANGE, by="egon")
    terminal.did("open", "mug", "--batch", "B3", by="egon")
    terminal.write("sheet-3.csv", (tmp_path / "sheet-2.csv").read_bytes().replace(b"B2-", b"B3-"))
    terminal.did("import", "sheet-3.csv", "--batch", "B3", by="ines")
    terminal.did("close", "B3", by="ines")
    terminal.did("sign", "mug", "--yes", by="anna")

    assert ["not-decided-before"] == [rule["rule"] for rule in error["rules"]]
    assert "SIGNED_OFF" == terminal.asked("status", "mug")["standing"]
    assert [True, True, True] == [d["same"] for d in terminal.asked("replay")["decisions"]]
