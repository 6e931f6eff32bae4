"""`signoff order`."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.shops import at
from tests.ledgers import TickingClock

COMMIT = ("order", "commit", "mug")
AS_PO = ("--reference", "PO-1")


@pytest.mark.parametrize("quantity", ["50", "75", "100"])
def test_an_order_within_the_signed_run_is_committed(tmp_path: Path, quantity: str) -> None:
    """S-55."""
    terminal = at("signed", tmp_path)

    said = terminal.did(*COMMIT, quantity, *AS_PO, by="bela")

    assert f"Production order PO-1 for {quantity} units of mug committed" in said.out
    assert int(quantity) == terminal.asked("status", "mug")["ordered"]


@pytest.mark.parametrize("quantity", ["49", "101", "1"])
def test_an_order_outside_the_signed_run_is_refused_and_recorded(
    tmp_path: Path, quantity: str
) -> None:
    """S-08, G13."""
    terminal = at("signed", tmp_path)

    error = terminal.refused("SL302", *COMMIT, quantity, *AS_PO, by="bela")

    assert ["run-quantity"] == [rule["rule"] for rule in error["rules"]]
    assert f"{quantity} is outside the signed run of 50 to 100" == error["why"]
    assert error["position"] == terminal.events()
    assert "REFUSED [SL302] order commit" in terminal.asked("history")[-1]["sentence"]


def test_orders_add_up_to_no_more_than_the_signed_run(tmp_path: Path) -> None:
    """S-08."""
    terminal = at("ordered", tmp_path)

    error = terminal.refused("SL302", *COMMIT, "51", "--reference", "PO-2", by="bela")
    terminal.did(*COMMIT, "50", "--reference", "PO-2", by="bela")

    assert "51 is outside the signed run of 50 to 100 (50 are ordered already)" == error["why"]


@pytest.mark.parametrize(
    ("stage", "says"),
    [
        ("planned", "mug was never signed off; no pilot batch has been built"),
        ("clear", "mug is HELD"),
        ("pending", None),
        ("unsupported", "mug is UNSUPPORTED"),
    ],
)
def test_only_a_standing_sign_off_opens_the_gate(
    tmp_path: Path, stage: str, says: str | None
) -> None:
    """S-04."""
    terminal = at(stage, tmp_path)

    said = terminal("--json", *COMMIT, "50", *AS_PO, by="bela")

    if says is None:
        assert 0 == said.code
    else:
        assert 3 == said.code
        assert ("SL302", True) == (said.error["code"], says in said.error["why"])


def test_the_buyer_is_not_the_signer(tmp_path: Path) -> None:
    """G9: two people."""
    terminal = at("signed", tmp_path)
    terminal.did("person", "grant", "anna", "buyer", by="olga")

    error = terminal.refused("SL302", *COMMIT, "50", *AS_PO, by="anna")

    assert [{"rule": "buyer-is-not-signer", "says": "anna signed the process off"}] == (
        error["rules"]
    )


def test_two_years_without_an_order_end_a_sign_off(tmp_path: Path) -> None:
    """G12, G26: it lapses by itself, and that is recorded before the refusal."""
    terminal = at("signed", tmp_path)
    clock = terminal.clock
    assert isinstance(clock, TickingClock)
    clock.time += timedelta(days=731)

    before = terminal.asked("status", "mug")["standing"]
    error = terminal.refused("SL302", *COMMIT, "50", *AS_PO, by="bela")

    assert ["sign-off-stands"] == [rule["rule"] for rule in error["rules"]]
    assert "mug is LAPSED: " in error["why"]
    assert ("LAPSED", "LAPSED") == (before, terminal.asked("status", "mug")["standing"])
    kinds = [event["type"] for event in terminal.asked("history", "mug")[-2:]]
    assert ["signoff.sign-off-lapsed.v1", "signoff.command-refused.v1"] == kinds


def test_an_order_placed_outside_is_recorded_and_opens_nothing(tmp_path: Path) -> None:
    """S-22."""
    terminal = at("held", tmp_path)

    said = terminal.did(
        "order", "report", "mug", "1000", *AS_PO, "--note", "placed by phone", by="ines"
    )

    assert "Order PO-1 for 1000 units of mug was PLACED WITHOUT A SIGN-OFF" in said.out
    assert "PLACED WITHOUT A SIGN-OFF" in terminal.did("why", "mug").out
    status = terminal.asked("status", "mug")
    assert ("HELD", 1_000) == (status["standing"], status["ordered"])
    terminal.refused("SL302", *COMMIT, "50", "--reference", "PO-2", by="bela")
    error = terminal.refused("SL606", *COMMIT, "1000", *AS_PO, by="bela")
    assert "by ines, was placed without a sign-off" in error["why"]


@pytest.mark.parametrize(
    ("quantity", "code"), [("0", "SL103"), ("1000000001", "SL103"), ("9" * 40, "SL103")]
)
def test_a_quantity_can_be_ordered(tmp_path: Path, quantity: str, code: str) -> None:
    terminal = at("signed", tmp_path)

    terminal.refused(code, *COMMIT, quantity, *AS_PO, by="bela")


@pytest.mark.parametrize("quantity", ["many", "1e3", "9" * 5_000])
def test_a_quantity_is_a_whole_number(tmp_path: Path, quantity: str) -> None:
    said = at("signed", tmp_path)(*COMMIT, quantity, *AS_PO, by="bela")

    assert 2 == said.code
    assert "is not a valid int" in said.err


def test_one_reference_is_one_order(tmp_path: Path) -> None:
    """S-04: an order given twice is on record once, and its number is taken for any other."""
    terminal = at("ordered", tmp_path)
    before = terminal.events()

    again = terminal.did(*COMMIT, "50", "--reference", "po-1", by="bela")
    error = terminal.refused("SL606", *COMMIT, "51", *AS_PO, by="bela")

    assert f"Order PO-1 of 50 units is committed already, at #{before}." in again.out
    assert "the reference PO-1 of mug is taken" == error["what"]
    assert before == terminal.events()


def test_a_cancelled_order_frees_its_units_and_keeps_its_reference(tmp_path: Path) -> None:
    """S-08."""
    terminal = at("ordered", tmp_path)
    cancel = ("order", "cancel", "mug", "PO-1", "--reason", "the fair was called off")

    said = terminal.did(*cancel, by="bela")
    terminal.refused("SL309", *cancel, by="bela")
    terminal.refused("SL606", *COMMIT, "50", *AS_PO, by="bela")
    terminal.did(*COMMIT, "100", "--reference", "PO-2", by="bela")

    assert "PO-1" in said.out
    assert "the fair was called off" in said.out
    assert 100 == terminal.asked("status", "mug")["ordered"]


def test_there_must_be_an_order_to_cancel(tmp_path: Path) -> None:
    error = at("ordered", tmp_path).refused(
        "SL209", "order", "cancel", "mug", "PO-7", "--reason", "none", by="bela"
    )

    assert ("mug has no order PO-7", "it has PO-1") == (error["what"], error["why"])


def test_orders_at_risk_are_named_where_a_sign_off_ends(tmp_path: Path) -> None:
    """S-22."""
    terminal = at("ordered", tmp_path)

    said = terminal.did("withdraw", "mug", "--reason", "other clay", "--yes", "-q", by="anna")

    assert "PO-1 (50)" in said.out
