"""The shortcuts that end in a thousand bad units: each is refused, by name, with exit code 3.

One test for each, named after it. Where the rules say that a refusal is itself a fact (G13), it
stands in the history with who tried.
"""

from pathlib import Path
from typing import Any

import click
import pytest

from signoff_cli.main import root
from tests.cli.terminal import Terminal
from tests.golden.story import PLAN, PROCESS, at_day, goes, play_until, sheet

ORDER = ("order", "commit", PROCESS, "1000", "--reference", "PO-4711")
SIGN = ("sign", PROCESS, "--yes")


def refused(terminal: Terminal, code: str, *args: str, by: str) -> dict[str, Any]:
    """Try a shortcut that must be refused and recorded; gives the error."""
    before = terminal.events()
    error = terminal.refused(code, *args, by=by)
    row = terminal.asked("history", PROCESS)[-1]
    assert before + 1 == terminal.events() == error["position"] == row["position"]
    assert ("signoff.command-refused.v1", by) == (row["type"], row["person"])
    assert f"REFUSED [{code}]" in row["sentence"]
    return error


def rules_of(error: dict[str, Any]) -> dict[str, str]:
    """Give the rules that said no, with what they said."""
    return {rule["rule"]: rule["says"] for rule in error["rules"]}


def test_no_pilot_batch(tmp_path: Path) -> None:
    """S-22: skip the pilot batch and order the full run."""
    terminal = play_until(tmp_path, goes("bar", "register"))

    error = refused(terminal, "SL302", *ORDER, by="dan")

    assert "no pilot batch has been built" in rules_of(error)["sign-off-stands"]
    signing = refused(terminal, "SL301", *SIGN, by="a.mercer")
    assert (
        "no batch has been built; there is no evidence"
        == (rules_of(signing)["representative-units"])
    )


def test_the_prototype_worked(tmp_path: Path) -> None:
    """S-21, S-14: prototype and bench figures are references, and no evidence."""
    terminal = play_until(tmp_path, goes("import"))
    terminal.did("close", "PB-1", by="d.hart")

    error = refused(terminal, "SL301", *SIGN, by="a.mercer")

    assert "no batch has been built; there is no evidence" == (rules_of(error)["rejects-within-ac"])


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("bench", "BENCH_BUILT"),
        ("3d-print", "PRINTED_3D"),
        ("engineer-assisted", "ENGINEER_ASSISTED"),
    ],
)
def test_one_good_unit_built_by_hand(tmp_path: Path, method: str, code: str) -> None:
    """S-24: sign off on one good unit that the engineer built."""
    terminal = play_until(tmp_path, goes("import"))
    good = ("lid-gap=0.25", "glaze=pass", "seal=pass", "build_minutes=4")
    terminal.did("record", "SN-1", *good, "--batch", "PB-1", "--method", method, by="d.hart")
    terminal.did("close", "PB-1", by="d.hart")

    error = refused(terminal, "SL301", *SIGN, by="a.mercer")

    assert "HELD" == terminal.asked("status", PROCESS)["standing"]
    says = rules_of(error)["representative-units"]
    assert "0/20 planned units count" in says
    assert f"SN-1 does not: {code}" in says
    assert "rejects-within-ac" in rules_of(error)


def test_first_rejects_as_bad_luck(tmp_path: Path) -> None:
    """S-23: try again without a change, or take the rejects back by a word."""
    terminal = play_until(tmp_path, goes("defect", "attribute"))

    error = refused(terminal, "SL304", "open", PROCESS, "--batch", "PB-2", by="m.lowe")
    word = terminal.refused(
        "SL307", "correct", "SN-003", "lid-gap=0.30", "--batch", "PB-1", "--reason", "bad luck",
        by="d.hart",
    )  # fmt: skip

    assert (
        "no process change is on record since batch PB-1"
        == (rules_of(error)["repeat-cites-change"])
    )
    assert "rejects are a signal, not bad luck" in error["why"]
    assert "cannot be taken back by a word" in word["what"]
    assert 5 == terminal.asked("status", PROCESS)["batches"][0]["rejects"]


def test_rejects_without_a_cause(tmp_path: Path) -> None:
    """S-23, G2: a reject is not left without a cause when signing off."""
    terminal = play_until(tmp_path, goes("check"))

    error = refused(terminal, "SL301", *SIGN, by="a.mercer")

    assert (
        "HANDLING-CHIP of batch PB-2 is open: state its cause, or that none was found"
        in (rules_of(error)["nonconformities-closed"])
    )


@pytest.mark.parametrize(
    ("args", "by"),
    [
        (("bar", "supersede", "looser.toml", "--reason", "it nearly passed"), "a.mercer"),
        (("bar", "register", "looser.toml"), "m.lowe"),
    ],
    ids=["supersede", "register"],
)
def test_the_bar_set_after_the_results(tmp_path: Path, args: tuple[str, ...], by: str) -> None:
    """S-26, S-37: not after you see them."""
    terminal = play_until(tmp_path, goes("close"))
    terminal.write("looser.toml", PLAN.replace("max_rejects = 1", "max_rejects = 5"))

    error = refused(terminal, "SL303", *args, by=by)

    assert "bar 1 froze when batch PB-1 was opened" == rules_of(error)["bar-before-results"]
    assert 1 == terminal.asked("why", PROCESS)["bars"][-1]["max_rejects"]


def test_results_from_before_the_bar(tmp_path: Path) -> None:
    """S-37: seeing results includes importing a file of them."""
    terminal = play_until(tmp_path, goes("import"))
    lines = sheet(1).splitlines()
    old = [f"{lines[0]},observed_at", *(f"{line},2026-03-01T12:00:00Z" for line in lines[1:])]
    terminal.write("old.csv", "\n".join(old))
    before = terminal.events()

    rows = terminal.refused("SL104", "import", "old.csv", "--batch", "PB-1", by="d.hart")["rows"]
    one = terminal.refused(
        "SL310", "record", "SN-1", "lid-gap=0.2", "--batch", "PB-1", "--method", "line",
        "--observed-at", "2026-03-01T12:00:00Z", by="d.hart",
    )  # fmt: skip

    assert 20 == len(rows)
    assert all("before the bar" in row["problem"] for row in rows)
    assert "a bar set after results were seen is no bar" in one["why"]
    assert before == terminal.events()


def test_inspecting_reworked_units_again(tmp_path: Path) -> None:
    """S-28: the first twenty after rework can never clear the bar."""
    terminal = play_until(tmp_path, goes("import", "batch-2.csv"))
    good = ("lid-gap=0.25", "glaze=pass", "seal=pass", "build_minutes=6")
    unit = ("record", "SN-003", *good, "--method", "line")

    error = terminal.refused("SL306", *unit, "--batch", "PB-2", by="d.hart")
    again = ("import", "again.csv", "--batch", "PB-2")
    same = terminal.refused("SL313", "import", "batch-1.csv", "--batch", "PB-2", by="d.hart")
    terminal.write("again.csv", sheet(1) + "\n")
    rows = terminal.refused("SL104", *again, by="d.hart")["rows"]
    terminal.did(*unit, "--batch", "PB-1", "--retest", by="d.hart")

    assert "unit SN-003 belongs to batch PB-1" == error["what"]
    assert "a repeat is proved on fresh units" in error["why"]
    assert "batch-1.csv was read into another batch" == same["what"]
    assert 20 == len(rows)
    assert 5 == terminal.asked("status", PROCESS)["batches"][0]["rejects"]


def test_reworking_until_it_fits(tmp_path: Path) -> None:
    """G4: rework is a disposition of the unit, never of the count."""
    terminal = play_until(tmp_path, goes("defect", "attribute"))
    for serial in ("SN-003", "SN-005", "SN-007", "SN-013", "SN-017"):
        terminal.did(
            "dispose", serial, "rework", "--batch", "PB-1", "--reason", "lid ground", by="m.lowe"
        )

    error = refused(terminal, "SL301", *SIGN, by="a.mercer")

    assert "5/20 nonconforming" in rules_of(error)["rejects-within-ac"]


def test_a_sign_off_of_the_tooling_taken_for_one_of_the_process(tmp_path: Path) -> None:
    """S-43: three different sign-offs are not confused."""
    terminal = play_until(tmp_path, goes("order", "commit"))

    error = refused(terminal, "SL302", *ORDER, by="dan")

    assert (
        "the approval T-12 is of the tooling SOT-LID, not of the process"
        in (rules_of(error)["sign-off-stands"])
    )


def test_the_first_batch_signed_before_the_fixes_are_confirmed(tmp_path: Path) -> None:
    """S-27: fix the process, then repeat the batch."""
    terminal = play_until(tmp_path, goes("dissent"))

    error = refused(terminal, "SL301", *SIGN, by="a.mercer")

    assert {"rejects-within-ac", "after-last-change", "not-decided-before"} == set(rules_of(error))


def test_ordering_while_the_process_is_held(tmp_path: Path) -> None:
    """S-04: nobody orders a thousand off the first batch."""
    terminal = play_until(tmp_path, goes("defect", "attribute"))

    error = refused(terminal, "SL302", *ORDER, by="dan")

    assert "kiln-lid is HELD: 5/20 nonconforming" in rules_of(error)["sign-off-stands"]


def test_ordering_under_a_sign_off_of_an_earlier_revision(tmp_path: Path) -> None:
    """S-08: any change ends it."""
    terminal = play_until(tmp_path, goes("order", "commit", PROCESS, "1001"))
    at_day(terminal, 8)
    terminal.did(
        "change", PROCESS, "--what", "another clay", "--why", "cheaper", "--kind", "material",
        "--touches-design", "no", by="m.lowe",
    )  # fmt: skip

    error = refused(terminal, "SL302", *ORDER, by="dan")

    assert "kiln-lid is LAPSED" in rules_of(error)["sign-off-stands"]


def test_adding_units_until_enough_are_good(tmp_path: Path) -> None:
    """S-18: the size of the batch is part of the bar."""
    terminal = play_until(tmp_path, goes("close"))

    error = terminal.refused(
        "SL305", "record", "SN-021", "lid-gap=0.2", "--batch", "PB-1", "--method", "line",
        by="d.hart",
    )  # fmt: skip

    assert "choosing among more units would not be" in error["why"]


def test_signing_ones_own_fix(tmp_path: Path) -> None:
    """G9: enforced, not advised."""
    terminal = play_until(tmp_path, goes("sign"))
    terminal.did("person", "grant", "m.lowe", "approver", by="o.reid")

    error = refused(terminal, "SL301", *SIGN, by="m.lowe")

    assert ["signer-allowed"] == list(rules_of(error))


def test_ordering_under_ones_own_sign_off(tmp_path: Path) -> None:
    """G9: the signer is not who commits the order."""
    terminal = play_until(tmp_path, goes("order", "commit", PROCESS, "1001"))
    terminal.did("person", "grant", "a.mercer", "buyer", by="o.reid")

    error = refused(terminal, "SL302", *ORDER, by="a.mercer")

    assert ["buyer-is-not-signer"] == list(rules_of(error))


def test_an_outcome_in_between(tmp_path: Path) -> None:
    """S-19: no conditional and no interim sign-off; there are two ends."""
    terminal = play_until(tmp_path, goes("sign"))

    for word in ("--conditional", "--interim", "--partial", "--with-comments"):
        assert 2 == terminal("sign", PROCESS, "--yes", word, by="a.mercer").code


def test_no_option_turns_the_gate_off() -> None:
    """S-22: walk through every option of every command."""
    suspicious = ("force", "skip", "override", "bypass", "ignore", "disable", "unsafe", "without",
                  "no-check", "no-verify", "no-gate", "allow", "anyway", "admin")  # fmt: skip
    context = click.Context(root)
    commands: list[click.Command] = [root]
    for name in root.table:
        command = root.get_command(context, name)
        assert command is not None
        commands += [
            command,
            *(command.commands.values() if isinstance(command, click.Group) else ()),
        ]

    options = {
        (command.name, option)
        for command in commands
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in (*parameter.opts, *parameter.secondary_opts)
    }

    assert 100 < len(options)
    assert [] == [
        (name, option) for name, option in options if any(word in option for word in suspicious)
    ]
    assert {"--no-color", "--no-pager"} == {
        option for _, option in options if option.startswith("--no-")
    }


def test_no_variable_turns_the_gate_off(tmp_path: Path) -> None:
    """S-22: every option has a variable; a confirmation is the most that one can give."""
    terminal = play_until(tmp_path, goes("order", "commit"))
    terminal.variables = {
        f"SIGNOFF_{name}": "1"
        for name in ("FORCE", "YES", "ORDER_COMMIT_FORCE", "SKIP", "SIGN_YES", "OVERRIDE")
    }

    refused(terminal, "SL302", *ORDER, by="dan")
    refused(terminal, "SL301", *SIGN, by="a.mercer")
