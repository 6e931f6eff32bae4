"""A unit of a batch in an answer: whether it counts, what was found, who made it and how."""

from typing import Annotated, TypedDict

from signoff_ledger.queries.value_forms import Count, Form


class UnitAnswer(TypedDict):
    """A unit of the batch, corrections applied."""

    serial: str  #: The unit.
    typed: str | None  #: The serial as it was typed, where that is another spelling.
    #: How it was made; only line counts.
    method: Annotated[str, Form(choices=("line", "bench", "3d-print", "engineer-assisted"))]
    counts: bool  #: Whether it stands for the process.
    excluded: list[str]  #: Codes of the reasons why it does not.
    missing: list[str]  #: Characteristics without a reading.
    reject: bool  #: Whether it is nonconforming in a counted grade.
    #: Nonconformities that stand, each as its number and its mode.
    nonconformities: list[Annotated[str, Form(r"^D-\d+ ")]]
    readings: dict[str, str]  #: First valid readings by characteristic, with their unit.
    built_by: str | None  #: Who built it, as stated.
    operator_role: str | None  #: The builder's role, as stated.
    enrolled_as: str | None  #: The role as which the ledger knows the builder; null for none.
    gauges: dict[str, str]  #: What its readings were taken with, by characteristic.
    cavity: str | None  #: Cavity or nest of the tool.
    station: str | None  #: Station on the line.
    inspectors: list[str]  #: Who recorded results of it.
    replaces: str | None  #: The planned unit that it stands in for.
    #: What happens to it, if decided.
    disposition: (
        Annotated[
            str, Form(choices=("rework", "repair", "regrade", "scrap", "use-as-is", "return"))
        ]
        | None
    )
    retests: Count  #: Further results on record.
    failed_retests: list[str]  #: Characteristics that a later retest failed.
    releasable: bool  #: Whether it may go on to a user.
    #: `conforms`, `nonconforming`, `incomplete` or `reject`.
    result: Annotated[str, Form(choices=("conforms", "nonconforming", "incomplete", "reject"))]
    found: str  #: What was found, in a few words.
    made: str  #: Who made it and how, in a few words.
