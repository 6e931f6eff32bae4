"""Forms of the plain values in answers: what a text or a number looks like, for the schemas."""

from typing import Annotated, NamedTuple


class Form(NamedTuple):
    """What a plain value looks like.

    Attributes:
        pattern: A regular expression that a text matches.
        minimum: The smallest number.
        choices: Every text there is; empty for any.
        always: The one value there is; None for any.
    """

    pattern: str = ""
    minimum: int | None = None
    choices: tuple[str, ...] = ()
    always: bool | None = None


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
