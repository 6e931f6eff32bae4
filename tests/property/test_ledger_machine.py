"""Whatever people do in whatever order, no sign-off stands that the gate would refuse.

See `machine`; here it is played, by Hypothesis and by hand.
"""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from signoff_ledger.domain.unit import NonconformityReport
from tests.property.choices import Spot
from tests.property.floor import PLAINLY, Way
from tests.property.machine import LedgerMachine
from tests.rounds import ROUNDS

SETTINGS = settings(
    max_examples=max(6, ROUNDS * 2 // 5),
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.rounds
def test_no_order_of_commands_breaks_a_promise() -> None:
    """S-20, G11, G13: see the module; and sign-offs must be common, or nothing was tried."""
    reached: Counter[str] = Counter()

    class Counted(LedgerMachine):
        def teardown(self) -> None:
            super().teardown()
            reached.update({*self.floor.reached, "runs"})

    run_state_machine_as_test(Counted, settings=SETTINGS)

    assert reached["SIGNED_OFF"] >= reached["runs"] / 4


@pytest.fixture
def machine() -> Iterator[LedgerMachine]:
    """A machine whose commands are given by hand."""
    machine = LedgerMachine()
    yield machine
    machine.teardown()


def test_the_machine_reaches_every_standing(machine: LedgerMachine) -> None:
    """G11, G12: without this, the property above could hold because nothing ever happens."""
    machine.begin("signed off")
    machine.add_a_nonconformity("ines", Spot("mug"), NonconformityReport("CRACK"), None, PLAINLY)
    unsupported = machine.floor.process("mug").standing
    machine.withdraw("anna", "mug", PLAINLY)
    machine.come_to_a_decision("mug", 0)
    machine.commit_an_order("bela", "mug", 60, "PO-1", PLAINLY)
    machine.let_time_pass(731)
    machine.commit_an_order("bela", "mug", 50, "PO-2", Way(1, "twice"))
    lapsed = machine.floor.process("mug").standing
    machine.hold("ines", "mug", None, Way(1, "twice"))

    assert ("UNSUPPORTED", "LAPSED") == (unsupported, lapsed)
    assert {
        "NOT_DECIDED", "SIGNED_OFF", "UNSUPPORTED", "WITHDRAWN", "LAPSED", "HELD"
    } == machine.floor.reached  # fmt: skip


@pytest.mark.parametrize(
    ("so_far", "standing"),
    [("nothing", "NOT_DECIDED"), ("planned", "NOT_DECIDED"), ("open", "NOT_DECIDED"),
     ("held", "HELD"), ("signed off", "SIGNED_OFF")],
)  # fmt: skip
def test_the_machine_begins_where_it_says(
    machine: LedgerMachine, so_far: str, standing: str
) -> None:
    machine.begin(so_far)

    assert standing == machine.floor.process("mug").standing


def test_a_sign_off_that_a_hold_ended_is_not_given_again(machine: LedgerMachine) -> None:
    """G19: also where the hold was about an empty batch behind it, and nothing else was changed."""
    machine.begin("signed off")
    machine.open_a_batch("egon", "mug", {}, {}, PLAINLY)
    machine.hold("ines", "mug", None, PLAINLY)
    machine.close_a_batch("ines", Spot("mug"), PLAINLY)
    machine.sign_off("anna", Spot("mug", back=1), True, PLAINLY)

    assert "HELD" == machine.floor.process("mug").standing


def test_an_empty_batch_ends_no_sign_off(machine: LedgerMachine) -> None:
    """G25: it is no attempt, so its bar has nothing to say."""
    machine.begin("signed off")
    machine.open_a_batch_and_close_it_empty("mug", PLAINLY)

    assert "SIGNED_OFF" == machine.floor.process("mug").standing


def test_a_repeat_confirms_a_batch_of_its_own_design(machine: LedgerMachine) -> None:
    """G1, S-28: a design that is approved again does not take over what another one proved."""
    machine.publish_a_plan("egon", "mug", "plain", PLAINLY)
    machine.register_a_bar("egon", "mug", "repeat", PLAINLY)
    machine.note_an_approval("egon", "mug", "design", True, PLAINLY)
    machine.open_a_batch("egon", "mug", {}, {}, PLAINLY)
    machine.floor.finish("mug-1")
    machine.publish_a_plan("egon", "mug", "plain", PLAINLY)
    machine.open_a_batch("egon", "mug", {}, {}, PLAINLY)
    machine.floor.finish("mug-2")
    machine.sign_off("anna", Spot("mug"), False, PLAINLY)

    assert "NOT_DECIDED" == machine.floor.process("mug").standing
