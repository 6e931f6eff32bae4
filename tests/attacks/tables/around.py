"""What stands around the lines of a live ledger, changed by its owner.

These are made and led back from by `test_tampered_schema.py`, on a small ledger of its own.
"""

from collections.abc import Mapping

from tests.attacks.attack import Actor, Attack, Kind, Reported, Surface, Table, on
from tests.attacks.tables.rows import sql
from tests.attacks.tamperings import POSTGRES, SQLITE, Tampering


def reported(tamperings: Mapping[str, Tampering], surface: Surface) -> Mapping[str, Attack]:
    """Expect `doctor` to name what was changed."""
    return {
        name: Attack(
            sql(*one.statements),
            on(surface, Reported("schema", "BROKEN", one.reported, by="doctor")),
        )
        for name, one in tamperings.items()
    }


_SAYS = "`signoff repair` leads back from most; of the others `signoff doctor` says what does."
IN_FILE = Table(
    "Around the lines of a ledger file",
    Actor.WRITER,
    Kind.ROWS,
    _SAYS,
    reported(SQLITE, Surface.FILE),
)
IN_DATABASE = Table(
    "Around the lines of a ledger in PostgreSQL",
    Actor.WRITER,
    Kind.ROWS,
    _SAYS,
    reported(POSTGRES, Surface.POSTGRES),
)
TABLES = (IN_FILE, IN_DATABASE)
