"""What the commands of the state machine are made of: for each rule, the values of its arguments.

The same tables serve Hypothesis, which looks for the shortest way to a fault, and random ledgers,
which only have a seed. A value that stands in a table several times is so much more common.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast

from hypothesis import strategies as st
from hypothesis.stateful import rule

from signoff_ledger.application.commands.people import GrantRole, RevokeRole
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import CauseKind, Disposition, Origin, RemarkKind
from tests.property.floor import Way
from tests.property.materials import BARS, MODELS, MODES, PLANS, PROCESSES, RAMP, UNITS, change


class Spot(NamedTuple):
    """A unit of a batch of a process, whether they exist or not; the batch counted from the last.

    Attributes:
        key: The process.
        back: How many batches back.
        number: The unit's number.
    """

    key: str
    back: int = 0
    number: int = 0


class Several(NamedTuple):
    """A list of so many rows, each made of one value of every part."""

    parts: tuple[Sequence[Any], ...]
    most: int


Choice: TypeAlias = Sequence[Any] | Several

KEYS = (*[PROCESSES[0]] * 4, PROCESSES[1])
WAYS = tuple(
    Way(station, manner) for station in (0, 1) for manner in (*["once"] * 6, "twice", "dry")
)
SPOTS = tuple(
    Spot(key, back, number)
    for key, back, number in product(KEYS, (0, 0, 0, 1, 2), (0, 0, 1, 1, 2, 3, 4))
)
INSPECTORS = ("ines", "ines", "ivan", "ivan", "paul", "bela")
ENGINEERS = ("egon", "egon", "paul", "ines")
APPROVERS = ("anna", "anna", "paul", "egon")
ANYBODY = ("ines", "ivan", "egon", "anna", "paul", "bela", "aude", "nobody")
BUYERS = ("bela", "bela", "paul", "anna")
KINDS = ("good", "good", "good", *UNITS)
ALL_MODES = (*MODES, "NO-SUCH")
BEGINNINGS = ("nothing", "planned", "open", "held", "signed off", "signed off")
NONCONFORMITIES = tuple(
    NonconformityReport(mode, zone)
    for mode in ALL_MODES
    for zone in (None, None, "inside", "Inside", "nowhere")
)
CHANGES = tuple(
    change(addresses, touches_design=touches, fixture=jig, ramp=ramp, tooling_revision=revision)
    for addresses in ((), ("LID-SEAT",), ("CRACK", "FUNCTION"), ("FINISH",), ("OTHER", "NO-SUCH"))
    for touches in (False, False, False, True)
    for jig in (None, None, "JIG-1")
    for ramp in (None, None, "5", "6")
    for revision in (None, None, None, "B")
)
CORRECTIONS = (
    ("gap", "0.30"),
    ("gap", "0.55"),
    ("finish", "fail"),
    ("finish", "pass"),
    ("build_minutes", "9"),
    ("method", "bench"),
    ("method", "line"),
    ("built_by", "egon"),
    ("built_by", "Anna APPROVER"),
    ("built_by", "k.ward"),
    ("operator_role", "foreman"),
    ("operator_role", "Assembler"),
    ("line", "Line 9"),
    ("fixture", "JIG-1"),
    ("serial", "another"),
    ("D-1", "void"),
    ("D-1", "CRACK"),
    ("D-2", "FINISH"),
)
SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "as it is": lambda serial: serial,
    "capitals": str.upper,
    "leading zeros": lambda serial: f"{serial[:-1]}00{serial[-1]}",
    "no-break space": lambda serial: serial.replace("-", "\u00a0"),
    "no-break hyphen": lambda serial: serial.replace("-", "\u2011"),
    "nothing between": lambda serial: serial.replace("-", ""),
    "full width": lambda serial: serial.replace("1", "\uff11"),
    "without width": lambda serial: f"{serial[:2]}\u200b{serial[2:]}",
    "composed": lambda serial: f"{serial}-\u00e9",
    "decomposed": lambda serial: f"{serial}-e\u0301",
}
OBSERVED = tuple(
    timedelta(**span)
    for span in (
        {"days": -400}, {"days": -1}, {"minutes": -1}, {"seconds": 0}, {"minutes": 4},
        {"minutes": 6}, {"days": 30},
    )
)  # fmt: skip
MADE_ON: tuple[Mapping[str, str], ...] = (
    {}, {}, {"tooling": "T-9"}, {"fixture": "JIG-1"}, {"fixture": "jig-1", "line": "Line 1"},
)  # fmt: skip
SETTINGS: tuple[Mapping[str, str], ...] = ({}, {}, {RAMP: "5"}, {RAMP: "6"}, {"Gas": "town"})
REFERENCES = ("PO-1", "PO-1", "PO-2", "PO-3", "po-1", "PO\u20133")

CHOICES: Mapping[str, Mapping[str, Choice]] = {
    "publish_a_plan": {"by": ENGINEERS, "key": KEYS, "variant": (*PLANS, *MODELS), "way": WAYS},
    "publish_a_plan_and_agree_to_it": {
        "key": KEYS, "variant": (*PLANS, *MODELS), "by": ("anna", "anna", "egon", "bela"),
        "way": WAYS,
    },
    "countersign_the_plan": {"by": APPROVERS, "key": KEYS, "way": WAYS},
    "note_an_approval": {
        "by": ENGINEERS, "key": KEYS, "of": ("design", "tooling"), "is_new": (True, True, False),
        "way": WAYS,
    },
    "register_a_bar": {"by": APPROVERS, "key": KEYS, "name": (*BARS,), "way": WAYS},
    "supersede_the_bar": {"by": APPROVERS, "key": KEYS, "name": (*BARS,), "way": WAYS},
    "open_a_batch": {
        "by": ENGINEERS, "key": KEYS, "made_on": MADE_ON, "settings": SETTINGS, "way": WAYS,
    },
    "open_a_batch_and_close_it_empty": {"key": KEYS, "way": WAYS},
    "record_a_unit": {"by": INSPECTORS, "spot": SPOTS, "kind": KINDS, "way": WAYS},
    "record_a_unit_seen_at": {"by": INSPECTORS, "spot": SPOTS, "off": OBSERVED, "way": WAYS},
    "record_a_unit_spelt_otherwise": {
        "by": INSPECTORS, "spot": SPOTS, "spelling": (*SPELLINGS,),
        "is_another": (False, False, True), "way": WAYS,
    },
    "record_what_is_missing": {
        "by": INSPECTORS, "spot": SPOTS, "kind": ("good", "good", "gap", "dull"), "way": WAYS,
    },
    "record_a_replacement": {"by": INSPECTORS, "spot": SPOTS, "kind": KINDS, "way": WAYS},
    "replace_a_unit_and_finish_it_after_all": {
        "by": INSPECTORS, "spot": SPOTS, "kind": ("good", "dull", "cracked", "blank", "blank"),
        "way": WAYS,
    },
    "test_again": {
        "by": INSPECTORS, "spot": SPOTS, "kind": KINDS, "off": (None, None, *OBSERVED),
        "way": WAYS,
    },
    "import_a_wide_sheet": {
        "by": INSPECTORS, "rows": Several((SPOTS, KINDS), 4), "way": WAYS,
    },
    "import_a_long_sheet": {
        "by": INSPECTORS, "rows": Several((SPOTS, KINDS, (1, 2)), 3), "way": WAYS,
    },
    "add_a_nonconformity": {
        "by": INSPECTORS, "spot": SPOTS, "found": NONCONFORMITIES, "off": (None, None, *OBSERVED),
        "way": WAYS,
    },
    "dispose_of_a_unit": {
        "by": ENGINEERS, "spot": SPOTS, "what": (*Disposition,), "way": WAYS,
    },
    "close_a_batch": {"by": INSPECTORS, "spot": SPOTS, "way": WAYS},
    "attribute_a_mode": {
        "by": ENGINEERS, "key": KEYS, "mode": ALL_MODES, "origin": (*Origin,), "way": WAYS,
    },
    "attribute_one_nonconformity": {
        "by": ENGINEERS, "spot": SPOTS, "origin": (*Origin,), "way": WAYS,
    },
    "doubt_the_design_and_take_it_back": {
        "spot": SPOTS, "mode": (*MODES, None), "people": (("egon",), ("egon", "egon"),
        ("egon", "paul"), ("paul", "egon")), "way": WAYS,
    },
    "state_a_cause": {
        "by": APPROVERS, "spot": SPOTS, "mode": ALL_MODES, "kind": (*CauseKind,), "way": WAYS,
    },
    "change_the_process": {"by": ENGINEERS, "key": KEYS, "made": CHANGES, "way": WAYS},
    "ask_for_a_correction": {
        "by": INSPECTORS, "spot": SPOTS, "becomes": CORRECTIONS,
        "remeasured": (None, "with another gauge"), "way": WAYS,
    },
    "find_a_nonconformity_and_correct_it": {
        "spot": SPOTS, "found": NONCONFORMITIES, "becomes": ("void", *MODES), "way": WAYS,
    },
    "correct_between_two": {"spot": SPOTS, "becomes": CORRECTIONS, "way": WAYS},
    "confirm_a_correction": {
        "by": INSPECTORS, "spot": SPOTS, "number": (1, 2, 3), "way": WAYS,
    },
    "decline_a_correction": {
        "by": INSPECTORS, "spot": SPOTS, "number": (1, 2, 3), "way": WAYS,
    },
    "sign_off": {"by": APPROVERS, "spot": SPOTS, "is_named": (False, True), "way": WAYS},
    "hold": {
        "by": ANYBODY, "key": KEYS, "awaiting": (None, None, "the buyer's holiday"), "way": WAYS,
    },
    "withdraw": {"by": APPROVERS, "key": KEYS, "way": WAYS},
    "commit_an_order": {
        "by": BUYERS, "key": KEYS, "quantity": (50, 50, 60, 49, 100, 101),
        "reference": REFERENCES, "way": WAYS,
    },
    "cancel_an_order": {"by": BUYERS, "key": KEYS, "reference": REFERENCES, "way": WAYS},
    "report_an_order": {"by": ANYBODY, "key": KEYS, "reference": REFERENCES, "way": WAYS},
    "remark": {"by": ANYBODY, "key": KEYS, "kind": (*RemarkKind,), "way": WAYS},
    "make_an_approver_or_not": {
        "key": ("anna", "paul"), "record": (GrantRole, RevokeRole), "way": WAYS,
    },
    "let_time_pass": {"days": (1, 7, 400, 731)},
    "catch_up_with_the_views": {"station": (0, 1)},
    "come_to_a_decision": {"key": KEYS, "rejects": (0, 0, 1, 2)},
}  # fmt: skip
"""The arguments of every rule, by its name."""

RARE = frozenset(
    {"let_time_pass", "withdraw", "publish_a_plan", "doubt_the_design_and_take_it_back"}
)
COMMON = frozenset({"come_to_a_decision", "sign_off", "commit_an_order"})


Method = TypeVar("Method", bound=Callable[..., None])


def offered(name: str) -> Callable[[Method], Method]:
    """Decorate a method of the state machine as a rule, with the strategies of its arguments."""
    strategies: dict[str, Any] = {}
    for argument, choice in CHOICES[name].items():
        strategies[argument] = _strategy(choice)
    return cast("Callable[[Method], Method]", rule(**strategies))


def _strategy(choice: Choice) -> st.SearchStrategy[Any]:
    if isinstance(choice, Several):
        row = st.tuples(*map(st.sampled_from, choice.parts))
        return st.lists(row, min_size=1, max_size=choice.most)
    return st.sampled_from(choice)


def drawn(chance: Random) -> tuple[str, dict[str, Any]]:
    """Draw a rule by its weight, and a value for each of its arguments."""
    names = [*CHOICES]
    weights = [1 if name in RARE else 6 if name in COMMON else 3 for name in names]
    (name,) = chance.choices(names, weights)
    return name, {argument: _drawn(chance, choice) for argument, choice in CHOICES[name].items()}


def _drawn(chance: Random, choice: Choice) -> Any:
    if isinstance(choice, Several):
        count = chance.randint(1, choice.most)
        return [tuple(map(chance.choice, choice.parts)) for _ in range(count)]
    return chance.choice(choice)
