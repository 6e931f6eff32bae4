"""`signoff withdraw`."""

from pathlib import Path

from tests.cli.shops import at


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


def test_what_was_withdrawn_can_be_signed_again(tmp_path: Path) -> None:
    """G12: a new decision, on the same rules."""
    terminal = at("signed", tmp_path)
    terminal.did("withdraw", "mug", "--reason", "other clay", "--yes", by="anna")

    terminal.did("sign", "mug", "--yes", by="anna")

    assert "SIGNED_OFF" == terminal.asked("status", "mug")["standing"]
    assert [True, True, True] == [d["same"] for d in terminal.asked("replay")["decisions"]]
