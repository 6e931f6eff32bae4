"""Base of all commands: a record of what is asked for, checked when it is made.

One record is at once the content that a command id is compared with, the validation of what a
person typed, and the name of the roles that may give it. `Ledger.execute` gives it; `decide` loads
what it needs from the unit of work and emits events, or raises. A field that is no part of what is
asked for, such as what a signer was shown, is excluded from the content.
"""

from functools import partial
from typing import Any, ClassVar, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.text_checks import (
    checked_fingerprint,
    checked_key,
    checked_label,
    checked_serial,
    checked_text,
    checked_time,
)
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import InputError

INSPECTS = frozenset({Role.INSPECTOR, Role.ENGINEER})
ENGINEERS = frozenset({Role.ENGINEER})
APPROVERS = frozenset({Role.APPROVER})
ASSESSES = ENGINEERS | APPROVERS
WORKS = INSPECTS | APPROVERS
BUYERS = frozenset({Role.BUYER})
OWNERS = frozenset({Role.OWNER})
ANYONE = frozenset(Role)


class Command(BaseModel):
    """Base of every command.

    Raises:
        InputError: A field has a value that cannot be recorded, is missing or is unknown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    NAME: ClassVar[str]
    ROLES: ClassVar[frozenset[Role] | None]

    def __init_subclass__(cls, *, name: str, roles: frozenset[Role] | None, **config: Any) -> None:
        """Take what the command is called, as in `integrity.signed_acts`, and who may give it.

        Args:
            name: Its name; several records may share one.
            roles: One of them is enough; None for the command that makes the first person.
            **config: As for every model.
        """
        super().__init_subclass__(**config)
        cls.NAME, cls.ROLES = name, roles

    def __init__(self, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            _refuse(self.NAME, error)

    @property
    def is_signed(self) -> bool:
        """Whether events of it that call for a signature get one."""
        return self.ROLES is not None

    def content(self) -> dict[str, Any]:
        """Give everything that makes the command what it is, as plain JSON data."""
        return self.model_dump(mode="json", exclude_none=True)

    def decide(self, work: UnitOfWork) -> object:
        """Load what it needs and emit events, or raise; gives the receipt's result, if any."""
        raise NotImplementedError  # pydantic's base cannot be abstract; each command has its own


def as_text(noun: str) -> AfterValidator:
    """Check a field as free text; refused with SL105."""
    return AfterValidator(partial(checked_text, noun))


def as_label(noun: str) -> AfterValidator:
    """Check a field as a label; refused with SL106."""
    return AfterValidator(partial(checked_label, noun))


def as_key(noun: str) -> AfterValidator:
    """Check a field as a key of plain ASCII; refused with SL106."""
    return AfterValidator(partial(checked_key, noun))


def as_serial(noun: str) -> AfterValidator:
    """Check a field as a serial, and spell it canonically; refused with SL106."""
    return AfterValidator(partial(checked_serial, noun))


def as_time(noun: str) -> AfterValidator:
    """Check a field as a time that names a moment; refused with SL108."""
    return AfterValidator(partial(checked_time, noun))


def as_fingerprint(noun: str) -> AfterValidator:
    """Check a field as the fingerprint of a key; refused with SL106."""
    return AfterValidator(partial(checked_fingerprint, noun))


def _refuse(command: str, error: ValidationError) -> NoReturn:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(map(str, first["loc"]))
    raise InputError(
        "SL109",
        f"the command {command!r} cannot be given like that",
        why=f"{field}: {first['msg'].removeprefix('Value error, ')}",
    ) from None
