"""The README of an export: what its files are, and the commands to check them by hand.

Its parts stand in `readme_parts/`; what differs from export to export is written there as `@name@`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from signoff_ledger.integrity.signing_time import GRACE_S
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE

if TYPE_CHECKING:
    from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey

README = "README.md"

_MARKER = re.compile(r"@([a-z]+)@")


def log_readme(size: int, sealed: int) -> str:
    """Write the README of a whole log."""
    tail = size - sealed
    unsealed = f" The last {tail} events are not sealed by it." if tail and sealed else ""
    seal = f"It is sealed at {sealed} events.{unsealed}" if sealed else "It is not sealed."
    parts = [_part("log", size=size, seal=seal), _part("with-signoff")]
    if sealed:
        parts += [_part("checkpoint"), _part("tree")]
    return "\n".join(parts)


@dataclass(frozen=True, slots=True)
class Dossier:
    """Values in the README of a dossier."""

    name: str  #: What the decision's files are called.
    position: int  #: Where the decision stands.
    size: int  #: Events in the checkpoint that shows it.
    key: VerifierKey  #: The log's key.
    says: str  #: The decision as a sentence.
    signer: str | None  #: Who signed it with a key; None where it is unsigned.
    stream: str  #: What the files of its process are called.
    #: What the files of the batches are called, and which version of each was decided on.
    batches: tuple[tuple[str, int], ...]


def dossier_readme(dossier: Dossier) -> str:
    """Write the README of one decision's dossier."""
    name = dossier.name
    parts = [
        _part(
            "dossier",
            says=dossier.says,
            position=dossier.position,
            log=dossier.key.name,
            size=dossier.size,
            name=name,
        ),
        _part("with-signoff"),
        _part("checkpoint"),
        _part("inclusion", name=name),
    ]
    if dossier.signer is None:
        return "\n".join([*parts, _part("unsigned")])
    batches = (f"        sed -n {version}p {stem}.ndjson\n" for stem, version in dossier.batches)
    parts.append(
        _part(
            "signatures",
            name=name,
            signer=dossier.signer,
            namespace=NAMESPACE,
            grace=GRACE_S,
            stream=dossier.stream,
            batches="".join(batches),
        )
    )
    return "\n".join(parts)


def _part(part: str, **values: object) -> str:
    name = ("exports", "readme_parts", f"{part}.md")
    text = files("signoff_ledger").joinpath(*name).read_text("utf-8")
    # Each marker as it stands in the part, so that no value is read for markers.
    return _MARKER.sub(lambda found: str(values[found[1]]), text)
