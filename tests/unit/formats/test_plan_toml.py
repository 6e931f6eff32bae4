"""The plan file: every field reaches the plan, and every problem is said in the file's words."""

from decimal import Decimal

import pytest

from signoff_ledger.application.commands.bars import RegisterBar
from signoff_ledger.application.commands.plans import PublishPlan
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.bar import (
    ConfirmationBatch,
    MissingUnits,
    RepeatWithoutChange,
)
from signoff_ledger.domain.characteristic import Family, Kind
from signoff_ledger.domain.values import Severity
from signoff_ledger.errors import InputError
from signoff_ledger.formats.plan_toml import PLACEHOLDER, plan_template, read_plan
from tests.ledgers import PLAN, Shop


def uncommented(template: str) -> str:
    """Turn every commented field of the template into a field."""
    lines = []
    for line in template.splitlines():
        bare = line.removeprefix("# ")
        is_field = bare != line and (" = " in bare or bare.startswith("["))
        lines.append(bare if is_field else line)
    return "\n".join(lines)


def problems(text: str) -> list[str]:
    """Read a plan file that is bad; gives its problems, and checks that a screen can show them."""
    with pytest.raises(InputError) as caught:
        read_plan(text, "plan.toml")
    assert caught.value.code == "SL102"
    assert all(line.isprintable() for line in str(caught.value).splitlines())
    return [line.strip() for line in caught.value.why.splitlines()]


# --- the template ---------------------------------------------------------------------------------


def test_the_template_is_refused_until_it_is_filled_in() -> None:
    assert ["process.name: is the template's; fill the file in before it is published"] == problems(
        plan_template()
    )


def test_the_template_can_be_published_and_its_bar_registered(founded: Shop) -> None:
    file = read_plan(plan_template().replace(PLACEHOLDER, "Lamp"), "template")
    assert file.bar is not None
    founded.ledger.execute(PublishPlan.from_file(file, None), Call("egon"))
    founded.ledger.execute(RegisterBar(process=file.process, bar=file.bar), Call("egon"))
    process = founded.ledger.work().process("my-process")

    assert file.plan == process.plan
    assert file.bar == process.bars[0].bar


def test_every_field_that_the_template_explains_is_read() -> None:
    """S-01, S-29, S-31, S-47: the commented fields too."""
    text = uncommented(plan_template().replace(PLACEHOLDER, "Lamp"))
    declared = text[text.index("[[not_applicable]]") : text.index("[[characteristic]]")]
    file = read_plan(text.replace(declared, ""), "template")
    plan, bar, identity = file.plan, file.bar, file.plan.identity
    gap, finish, function, time = plan.characteristics
    (mode,) = plan.modes
    assert bar is not None
    assert identity.price is not None

    assert ("my-process", "Lamp") == (file.process, identity.name)
    assert (500, 1_000) == (identity.run_min, identity.run_max)
    assert ("pilot run", "08.10.06", "08 Develop", "08.20.01") == (
        identity.called,
        identity.activity,
        identity.stage,
        identity.next_activity,
    )
    assert (Decimal("149.00"), "GBP") == (identity.price.amount, identity.price.currency)
    assert ("DRW-0001 rev B", "DS-0001", "0" * 64) == (
        file.design.document,
        file.design.reference,
        file.design.sha256,
    )
    assert ("TOOL-1", "A", "Line 1", "Our site", "none specified") == (
        plan.provenance.tooling,
        plan.provenance.tooling_revision,
        plan.provenance.line,
        plan.provenance.site,
        plan.provenance.fixture,
    )
    assert (Family.FIT, Kind.VARIABLE, "mm", 2, Severity.MAJOR, "LID-SEAT") == (
        gap.family,
        gap.kind,
        gap.unit,
        gap.decimals,
        gap.severity,
        gap.mode,
    )
    assert (Decimal("0.10"), Decimal("0.40")) == (gap.lower, gap.upper)
    assert ("FINISH", Kind.ATTRIBUTE, "FUNCTION") == (finish.mode, finish.kind, function.mode)
    assert (Kind.TIME, "min", Decimal(4), "built by the engineer on the bench") == (
        time.kind,
        time.unit,
        time.reference,
        time.reference_note,
    )
    assert ("LID-SEAT", Severity.MAJOR, {"inside": Severity.MINOR}) == (
        mode.code,
        mode.severity,
        mode.zones,
    )
    assert (("assembler", "line worker", "operator"), True) == (
        plan.operator_roles,
        plan.signer_may_inspect,
    )
    assert (20, 1, 0, 420, 540) == (
        bar.units,
        bar.max_rejects,
        bar.max_critical,
        bar.build_time_median_max_s,
        bar.build_time_each_max_s,
    )
    assert (
        ConfirmationBatch.AFTER_CHANGE,
        MissingUnits.REJECT,
        RepeatWithoutChange.REFUSE,
        Severity.MINOR,
    ) == (
        bar.confirmation_batch,
        bar.missing_units,
        bar.repeat_without_change,
        bar.reject_from,
    )
    assert [("LID-SEAT", 0)] == [(c.mode, c.max_units) for c in bar.modes]
    assert [("gap", 0)] == [(c.characteristic, c.max_units) for c in bar.characteristics]
    assert "why this n and this number" == bar.rationale


def test_a_family_may_be_declared_not_applicable_with_a_reason() -> None:
    """S-06."""
    text = PLAN.replace('id = "finish"\nfamily = "finish"', 'id = "finish"\nfamily = "fit"')
    text += '[[not_applicable]]\nfamily = "finish"\nreason = "never seen"\n'
    (declared,) = read_plan(text, "plan").plan.not_applicable

    assert (Family.FINISH, "never seen") == (declared.family, declared.reason)


def test_the_operator_roles_that_count_are_named_in_the_process() -> None:
    """G23, G24: what is left out is the stricter default."""
    named = PLAN.replace("run_min = 50", 'operator_roles = ["Packer"]\nrun_min = 50')
    left_out, plan = read_plan(PLAN, "plan").plan, read_plan(named, "plan").plan

    assert (("assembler", "line worker", "operator"), False) == (
        left_out.operator_roles,
        left_out.signer_may_inspect,
    )
    assert (("Packer",), frozenset({"packer"})) == (plan.operator_roles, plan.counted_roles)


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("operator_roles = []", "process.operator_roles: "),
        ('operator_roles = "operator"', "process.operator_roles: "),
        ('operator_roles = ["a", ""]', "process.operator_roles.1: "),
        ('signer_may_inspect = "maybe"', "process.signer_may_inspect: "),
    ],
)
def test_a_field_of_the_plan_that_is_wrong_is_named_where_it_stands(field: str, says: str) -> None:
    (problem,) = problems(PLAN.replace("run_min = 50", f"{field}\nrun_min = 50"))

    assert problem.startswith(says)


def test_a_bar_may_be_left_out() -> None:
    assert read_plan(PLAN.partition("[bar]")[0], "plan").bar is None


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_plan(PLAN, "plan") == read_plan("\ufeff" + PLAN, "plan")


@pytest.mark.parametrize(("text", "seconds"), [("90 s", 90), ("7 min", 420), ("2 h", 7_200)])
def test_a_time_in_the_bar_is_written_with_its_unit(text: str, seconds: int) -> None:
    bar = read_plan(PLAN + f'build_time_each_max = "{text}"\n', "plan").bar

    assert bar is not None
    assert seconds == bar.build_time_each_max_s


# --- problems -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not toml", "Expected"),
        ("a = \x1b[2J", "Invalid value"),
        ("a = '\x1b[2J'", "character '\\x1b'"),
        ("a = 1e99999999999999999999", "out of every range"),
        ("a = " + "[" * 5_000, ""),
    ],
    ids=["no toml", "an escape", "an escape in a text", "a huge number", "deep nesting"],
)
def test_what_is_not_toml_is_refused_as_such(text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        read_plan(text, "plan.toml")

    assert "plan.toml is not valid TOML" == caught.value.what
    assert why in caught.value.why
    assert caught.value.why.isprintable()


@pytest.mark.parametrize("text", ["", 'format = "signoff.plan/2"', "[process]", "format = 1"])
def test_a_file_of_another_format_is_no_plan_file(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_plan(text, "plan.toml")

    assert "plan.toml is not a plan file" == caught.value.what
    assert 'format = "signoff.plan/1"' in caught.value.why


BAD_FIELDS = {
    'run_min = 50|run_min = "many"': "process.run_min: ",
    "run_min = 50|run_min = 500": "process: run_min 500 is above run_max 100",
    "run_max = 100|run_max = 10000000000": "process.run_max: ",
    'name = "A mug with a lid"|nome = "A mug"': "process.nome: ",
    'name = "A mug with a lid"|name = ""': "process.name: is empty",
    'name = "A mug with a lid"|activity = "8.1"\nname = "A"': "process.activity: must be an acti",
    'name = "A mug with a lid"|price = { amount = -1, currency = "GBP" }\nname = "A"': (
        "process.price.amount: "
    ),
    'document = "DRW-1 rev B"|document = 7': "process.design.document: ",
    'reference = "DS-1"|': "process.design.reference: ",
    'sha256 = "0000|sha256 = "xxxx': "process.design.sha256: must be a SHA-256",
    'tooling = "T-1"|': "process.provenance.tooling: ",
    "[process.design]|[process.designs]": "design: the table [design] is missing",
    'id = "gap"|id = "the gap"': "characteristic.0.id: must be 1 to 64",
    'id = "finish"|id = "gap"': "characteristic gap is defined twice",
    'kind = "variable"|kind = "length"': "characteristic.0.kind: ",
    'family = "fit"|family = "looks"': "characteristic.0.family: ",
    'unit = "mm"|': "a variable needs a unit",
    'lower = "0.10"|lower = "0.50"': "the lower limit 0.50 is above the upper limit 0.40",
    'lower = "0.10"|lower = "0.105"': "lower 0.105 is finer than the plan's scale of 2 decimals",
    'lower = "0.10"|lower = nan': "characteristic.0.lower: ",
    'lower = "0.10"|lower = "1e999999"': "characteristic",
    'upper = "0.40"|upper = "1e999999"': "characteristic",
    "decimals = 2|decimals = 99": "characteristic.0.decimals: ",
    'unit = "min"|unit = "days"': "a time needs the unit s, min or h",
    'code = "CRACK"|code = "LID-SEAT"': "LID-SEAT is defined twice",
    'zones = { inside = "minor" }|zones = { inside = "tiny" }': "mode.0.zones.inside: ",
    'severity = "critical"|severity = "grave"': "mode.1.severity: ",
    "units = 7|units = 0": "bar.units: ",
    "units = 7|units = 1": "bar: max_rejects 1 of 1 units can never be exceeded",
    "units = 7|": "bar.units: ",
    "max_rejects = 1|max_rejects = 0.5": "bar.max_rejects: ",
    "max_rejects = 1|max_rejects = 1\nmax_critical = 99999999999": "bar.max_critical: ",
    "max_rejects = 1|max_rejects = 1\nforgive = true": "bar.forgive: ",
    'max_rejects = 1|max_rejects = 1\nbuild_time_each_max = "7"': (
        "bar.build_time_each_max: must be a time with its unit, such as '7 min'"
    ),
    'max_rejects = 1|max_rejects = 1\nbuild_time_median_max = "seven min"': (
        "bar.build_time_median_max: must be a time"
    ),
    'max_rejects = 1|max_rejects = 1\nbuild_time_each_max = "0 s"': "bar.build_time_each_max: ",
    'max_rejects = 1|max_rejects = 1\n[[bar.mode]]\nmode = "LID"\nmax_units = 0': (
        "the bar names the mode LID, the plan does not"
    ),
    "max_rejects = 1|max_rejects = 1\n[[bar.mode]]\nmode = 7\nmax_units = 0": "bar.mode.0.mode: ",
    '[bar]|[[bar.characteristic]]\ncharacteristic = "x"\nmax_units = 0\n[bar]': (
        "the bar names the characteristic x, the plan does not"
    ),
    "[bar]|[bars]": "bars: there is no such table",
    '[bar]|["\\u001b[2J"]': "\\x1b[2J: there is no such table",
    "[bar]|[[bar]]": "bar: must be a table, [bar]",
    "[[mode]]|[mode]": "mode: must be written as [[mode]]",
    "[[characteristic]]|[characteristic]": "characteristic: must be written as [[characteristic]]",
}


def bad(change: str) -> str:
    """Make one change, `old|new`, to a good plan file."""
    old, _, new = change.partition("|")
    assert old in PLAN
    if old == "[[mode]]":
        return PLAN.partition("[[mode]]")[0] + "[mode]\n[bar]\nunits = 7\nmax_rejects = 1\n"
    if old == "[[characteristic]]":
        kept, _, rest = PLAN.partition("[[characteristic]]")
        return kept + "[characteristic]\n" + rest[rest.index("[[mode]]") :]
    return PLAN.replace(old, new, 1)


@pytest.mark.parametrize("change", BAD_FIELDS, ids=ascii)
def test_what_is_wrong_with_a_field_is_said_in_the_files_own_words(change: str) -> None:
    found = problems(bad(change))

    assert any(BAD_FIELDS[change] in problem for problem in found), found


def test_every_family_is_checked_or_declared_not_applicable() -> None:
    """S-06."""
    without = PLAN.replace('family = "finish"', 'family = "fit"')
    both = PLAN + '[[not_applicable]]\nfamily = "finish"\nreason = "why"\n'

    assert any("no characteristic checks finish" in problem for problem in problems(without))
    assert any("both covered and declared not applicable" in problem for problem in problems(both))


def test_all_problems_of_a_file_are_said_at_once() -> None:
    text = PLAN.replace("units = 7", "units = 0").replace("run_min = 50", 'run_min = "many"')
    text = text.replace('reference = "DS-1"', "reference = 7") + "[unheard_of]\n"

    assert 4 == len(problems(text))


def test_a_process_is_called_by_a_plain_key() -> None:
    for line in ('id = "my mug"', "", 'id = "\\u001b[2J"'):
        with pytest.raises(InputError) as caught:
            read_plan(PLAN.replace('id = "mug"', line), "plan")

        assert "SL106" == caught.value.code
        assert all(text.isprintable() for text in str(caught.value).splitlines())


def test_a_file_name_is_shown_so_that_no_terminal_obeys_it() -> None:
    with pytest.raises(InputError) as caught:
        read_plan("", "/home/x/\x1b[2J\udcff.toml")

    assert "/home/x/\\x1b[2J\\udcff.toml is not a plan file" == caught.value.what


@pytest.mark.parametrize("name", ["note", "line", "value", "time"])
def test_a_characteristic_is_not_called_like_a_column(name: str) -> None:
    text = PLAN.replace('id = "gap"', f'id = "{name}"', 1)

    assert (
        f"characteristic: the id '{name}' is the name of a column in sheets of results"
        in problems(text)
    )
