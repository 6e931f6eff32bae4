"""The proof of one line in an attacker's hands, and the reader whom they hand it to."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.c2sp.tlog_proof import parse_tlog_proof, verify_tlog_proof
from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey
from signoff_ledger.integrity.tree.leaf import leaf_hash
from tests.attacks.story import LedgerStory
from tests.cli.terminal import Said, Terminal


@dataclass
class LineProof:
    """The sign-off's line, as `signoff prove` gives it.

    Attributes:
        story: The story.
        other: The same story in another ledger.
        line: The line.
        proof: Its proof.
        key: The log's key, as its reader has it.
    """

    story: LedgerStory
    other: LedgerStory
    line: bytes
    proof: bytes
    key: bytes

    @classmethod
    def of(cls, full: LedgerStory, other: LedgerStory, folder: Path) -> Self:
        """Have a story's sign-off proved, with files in a folder."""
        terminal = Terminal(folder, variables={"SIGNOFF_LEDGER": str(full.ledger)})
        terminal.did("prove", str(full.signed_off), "-o", "line")
        line, proof = ((folder / f"line.{end}").read_bytes() for end in ("json", "tlog-proof"))
        return cls(full, other, line, proof, (full.log / "log.vkey").read_bytes())

    @property
    def head(self) -> bytes:
        """The proof's own part; behind it stands the checkpoint."""
        return self.proof.split(b"\n\n")[0] + b"\n\n"

    def position(self) -> int:
        """Check the proof as its reader does; gives the line's position."""
        read = parse_tlog_proof(self.proof)
        key = VerifierKey.parse(self.key.decode().rstrip("\n"))
        verify_tlog_proof(leaf_hash(self.line), read, key)
        return read.index + 1

    def looked_at(self) -> Said:
        """Check the proof, and answer as `verify` does."""
        check = {"name": "proof", "state": "proved", "says": ""}
        code, position = 0, None
        try:
            position = self.position()
        except EvidenceError as error:
            code = error.exit_code
            check = {"name": error.code, "state": "FAILED", "says": f"{error.what}: {error.why}"}
        data = {"verified": code == 0, "position": position, "checks": [check]}
        return Said(code, json.dumps({"data": data}), "")
