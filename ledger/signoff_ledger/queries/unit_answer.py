"""A unit of a batch in an answer: whether it counts, what was found, who made it and how."""

from typing import Annotated, TypedDict

from signoff_ledger.queries.value_forms import Count, Form


class UnitAnswer(TypedDict):
    """A unit of the batch, corrections applied.

    Attributes:
        serial: The unit.
        typed: The serial as it was typed, where that is another spelling.
        method: How it was made; only line counts.
        counts: Whether it stands for the process.
        excluded: Codes of the reasons why it does not.
        missing: Characteristics without a reading.
        reject: Whether it is nonconforming in a counted grade.
        nonconformities: Nonconformities that stand, each as its number and its mode.
        readings: First valid readings by characteristic, with their unit.
        built_by: Who built it, as stated.
        operator_role: The builder's role, as stated.
        enrolled_as: The role as which the ledger knows the builder; null for none.
        gauges: What it was measured with.
        cavity: Cavity or nest of the tool.
        station: Station on the line.
        inspectors: Who recorded results of it.
        replaces: The planned unit that it stands in for.
        disposition: What happens to it, if decided.
        retests: Further results on record.
        failed_retests: Characteristics that a later retest failed.
        releasable: Whether it may go on to a user.
        result: `conforms`, `nonconforming`, `incomplete` or `reject`.
        found: What was found, in a few words.
        made: Who made it and how, in a few words.
    """

    serial: str
    typed: str | None
    method: Annotated[str, Form(choices=("line", "bench", "3d-print", "engineer-assisted"))]
    counts: bool
    excluded: list[str]
    missing: list[str]
    reject: bool
    nonconformities: list[Annotated[str, Form(r"^D-\d+ ")]]
    readings: dict[str, str]
    built_by: str | None
    operator_role: str | None
    enrolled_as: str | None
    gauges: list[str]
    cavity: str | None
    station: str | None
    inspectors: list[str]
    replaces: str | None
    disposition: (
        Annotated[
            str, Form(choices=("rework", "repair", "regrade", "scrap", "use-as-is", "return"))
        ]
        | None
    )
    retests: Count
    failed_retests: list[str]
    releasable: bool
    result: Annotated[str, Form(choices=("conforms", "nonconforming", "incomplete", "reject"))]
    found: str
    made: str
