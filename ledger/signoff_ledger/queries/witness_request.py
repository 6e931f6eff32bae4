"""A request for a cosignature, in a file."""

from __future__ import annotations

from typing import TypedDict

from signoff_ledger.queries.value_forms import Count, Position

SCHEMA = "signoff.request/1"

_From = TypedDict("_From", {"from": Count})


class WitnessRequestAnswer(_From):
    """A request for a cosignature in a file: `signoff witness request -o`.

    Attributes:
        from: Events in the checkpoint that its proof of growth begins at; 0 where there is none.
    """

    witness: str  #: The witness it is for.
    file: str  #: Where it was written.
    size: Position  #: Events in the checkpoint to cosign.


ANSWER = WitnessRequestAnswer


def witness_request(witness: str, file: str, old_size: int, size: int) -> WitnessRequestAnswer:
    """Say what was written for a witness: growth from an old size to that of a checkpoint."""
    return {"witness": witness, "file": file, "from": old_size, "size": size}
