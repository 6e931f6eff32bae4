"""Forms of the values in answers: what a text, a number or a part looks like, for the schemas."""

from typing import Annotated, NamedTuple


class Form(NamedTuple):
    """What a plain value looks like."""

    pattern: str = ""  #: A regular expression that a text matches.
    minimum: int | None = None  #: The smallest number.
    choices: tuple[str, ...] = ()  #: Every text there is; empty for any.
    always: bool | None = None  #: The one value there is; None for any.


class ModelData(NamedTuple):
    """Says that a value is a model of the domain as JSON: its fields are described there alone."""

    module: str  #: The module of the model, which an answer is read without.
    name: str  #: Its name.


Position = Annotated[int, Form(minimum=1)]
Number = Annotated[int, Form(minimum=1)]
Count = Annotated[int, Form(minimum=0)]
Digest = Annotated[str, Form(r"^[0-9a-f]{64}$")]
Moment = Annotated[str, Form(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]
DecimalText = Annotated[str, Form(r"^-?\d+(\.\d+)?(E[+-]\d+)?$")]
ActivityCode = Annotated[str, Form(r"^\d\d\.\d\d\.\d\d$")]
EventName = Annotated[str, Form(r"^signoff\.[a-z-]+\.v\d+$")]
OutcomeName = Annotated[str, Form(choices=("HELD", "SIGNED_OFF"))]
StandingName = Annotated[
    str,
    Form(choices=("NOT_DECIDED", "HELD", "SIGNED_OFF", "LAPSED", "WITHDRAWN", "UNSUPPORTED")),
]
RoleName = Annotated[
    str, Form(choices=("inspector", "engineer", "approver", "buyer", "auditor", "owner"))
]
Always = Annotated[bool, Form(always=True)]
