"""Leading a log back that keeps a note as its checkpoint which no key of it signed."""

from typing import Annotated

from signoff_ledger.application.checkpoints import sealed_tree
from signoff_ledger.application.commands.command import OWNERS, Command, as_text
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.errors import Advice, EvidenceError, NotFoundError
from signoff_ledger.integrity.disowned_notes import HISTORY
from signoff_ledger.persistence.store import LedgerStore


class SetAsideNote(Command, name="set-aside", roles=OWNERS):
    """Let a note that is kept as a checkpoint count no more; its bytes stay, and go along."""

    size: int  #: The size that it is kept under, in events.
    reason: Annotated[str, as_text("the reason")]  #: How it came there, as far as is known.

    def decide(self, work: UnitOfWork) -> None:
        """Set it aside.

        Raises:
            NotFoundError: SL208, nothing is kept under that size.
            InputError: SL109, it is set aside already.
            EvidenceError: SL511, it is the log's own; SL507 or SL508, a key of the log signed it,
                over another history.
        """
        founding, note = work.founding(), work.store.kept_note(self.size)
        if note is None:
            raise NotFoundError(
                "SL208",
                f"no checkpoint of {self.size} events is kept here",
                advice=Advice("find-bad-note"),
            )
        _check_foreign(work.store, self.size, note)
        founding.put_aside(work.stamp, self.size, note, self.reason)


def _check_foreign(store: LedgerStore, size: int, note: bytes) -> None:
    """Refuse what a key of the log signed."""
    try:
        sealed_tree(store).check(size, note)
    except EvidenceError as error:
        if error.code in HISTORY:
            raise
        return
    raise EvidenceError(
        "SL511",
        f"the checkpoint of {size} events cannot be set aside",
        why="it is the log's own: its key signed it, and the log begins with that tree",
        advice=Advice("nothing-to-do"),
    )
