"""Logs written line by line, by hand: for what a reader must refuse and no writer would write.

`Lines` numbers and chains the lines of each stream by its own means, and signs as a person would.
"""

import json
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.verifier_key import ED25519, VerifierKey
from signoff_ledger.integrity.encoding import encode_base64
from signoff_ledger.integrity.log_check import StoredRow
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE
from signoff_ledger.integrity.statement import Act, write_statement
from signoff_ledger.integrity.stream_ids import stream_id
from tests import signers
from tests.rfc6962 import leaf_of, root_of
from tests.signers import INES, LOG, ORIGIN

Fields = dict[str, Any]

LEDGER = str(stream_id("ledger", "ledger"))
PERSON = str(stream_id("person", "ines"))
PROCESS = str(stream_id("process", "mug"))


def dumped(fields: object) -> bytes:
    """Write canonical JSON."""
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def log_key(key: Ed25519PrivateKey = LOG, origin: str = ORIGIN) -> str:
    """Write the verifier key of a log."""
    return VerifierKey(origin, ED25519, signers.raw(key)).line


def rotation(old: Ed25519PrivateKey | None, new: Ed25519PrivateKey, origin: str = ORIGIN) -> Fields:
    """Give the data of a rotation that both keys signed."""
    old_line, new_line = log_key(old) if old else None, log_key(new, origin)
    statement = dumped({"new": new_line, "old": old_line, "statement": "signoff-log-key@v1"})
    data = {
        "log_key": new_line,
        "new_signature": encode_base64(new.sign(statement)),
        "reason": "a year has passed",
    }
    return data | ({"old_signature": encode_base64(old.sign(statement))} if old else {})


class Lines:
    """A log in memory.

    Attributes:
        lines: Its lines.
        at: The time of the next line; set it to go elsewhere.
        cmd: The command of the next lines; each has its own unless it is set.
    """

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.at = 0
        self.cmd: str | None = None
        self._heads: dict[str, tuple[int, str]] = {}

    @property
    def leaves(self) -> list[bytes]:
        """The leaf hashes."""
        return [leaf_of(line) for line in self.lines]

    @property
    def rows(self) -> list[StoredRow]:
        """The lines as a file gives them."""
        return [StoredRow(line) for line in self.lines]

    @property
    def parsed(self) -> list[Fields]:
        """The lines as parsed."""
        return [json.loads(line) for line in self.lines]

    def root(self, size: int) -> bytes:
        """Give the root of the first lines."""
        return root_of(self.leaves[:size])

    def seal(self, size: int, key: Ed25519PrivateKey = LOG, claim: int | None = None) -> bytes:
        """Sign a checkpoint of the first lines, which may claim to be of another size."""
        return sign_checkpoint(Checkpoint(ORIGIN, claim or size, self.root(size)), key)

    def time(self) -> str:
        """Give the time of the next line."""
        return f"2026-03-02T08:{self.at // 60:02}:{self.at % 60:02}.000000Z"

    def add(self, kind: str, by: str, data: Fields, stream: str = LEDGER) -> Fields:
        """Append a line; gives it as parsed."""
        version, prev = self._heads.get(stream, (0, None))
        fields: Fields = {
            "at": self.time(),
            "by": by,
            "cmd": self.cmd or f"c-{len(self.lines)}#0123456789abcdef",
            "data": data,
            "stream": stream,
            "type": f"signoff.{kind}.v1",
            "v": 1,
            "version": version + 1,
        }
        if prev is not None:
            fields["prev"] = prev
        self.at += 1
        line = dumped(fields)
        self.lines.append(line)
        self._heads[stream] = (version + 1, sha256(b"\x00" + line).hexdigest())
        return fields

    # --- a story --------------------------------------------------------------------------------

    def founded(self, key: Ed25519PrivateKey | None = LOG) -> "Lines":
        """Begin with a ledger and with Ines in it."""
        data: Fields = {"ledger_format": 1, "name": "test"}
        self.add("ledger-founded", "olga", data | ({"log_key": log_key(key)} if key else {}))
        self.add("person-enrolled", "olga", {"person": "ines", "printed_name": "Ines I"}, PERSON)
        return self

    def owner(self) -> "Lines":
        """Make Ines an owner, as the founder of a ledger is."""
        self.add("role-granted", "ines", {"role": "owner", "signature": {"kind": "none"}}, PERSON)
        return self

    def registered(self, key: Ed25519PrivateKey = INES, *, in_force: bool = False) -> "Lines":
        """Show a key of Ines, signed with it."""
        data = {"in_force": in_force, "public_key": signers.line_of(key)}
        self.signed("signing-key-registered", data, PERSON, key)
        return self

    def accepted(self, key: Ed25519PrivateKey = INES) -> "Lines":
        """Accept a key of Ines."""
        print_ = signers.fingerprint_of(key)
        data = {"fingerprint": print_, "signature": {"kind": "none"}}
        self.add("signing-key-accepted", "olga", data, PERSON)
        return self

    def revoked(self, key: Ed25519PrivateKey = INES) -> "Lines":
        """Revoke a key of Ines."""
        data = {"fingerprint": signers.fingerprint_of(key), "reason": "lost"}
        self.add("signing-key-revoked", "olga", data, PERSON)
        return self

    def signed(
        self,
        kind: str,
        data: Fields,
        stream: str = PROCESS,
        key: Ed25519PrivateKey = INES,
        when: str | None = None,
        **signature: Any,
    ) -> Fields:
        """Append a line that Ines signs, at its own time unless another is given.

        Parts of the signature may be put in other words.
        """
        version, _ = self._heads.get(stream, (0, None))
        size = len(self.lines)
        act = Act(when or self.time(), "I mean it.", self.root(size).hex(), size)
        statement = write_statement(
            act=act,
            by="ines",
            data=data,
            ledger=ORIGIN,
            printed_name="Ines I",
            stream=stream,
            type_=f"signoff.{kind}.v1",
            version=version + 1,
        )
        made: Fields = {
            **act._asdict(),
            "fingerprint": signers.fingerprint_of(key),
            "kind": "ssh",
            "sshsig": signers.sign(key, statement, NAMESPACE.encode()),
        }
        merged = made | signature
        held = {name: value for name, value in merged.items() if value is not None}
        return self.add(kind, "ines", data | {"signature": held}, stream)

    def given(self, signed: Fields, by: str = "ines", stream: str = PERSON) -> Fields:
        """Acknowledge a signature on the signer's own stream."""
        data = {
            "fingerprint": signers.fingerprint_of(INES),
            "signed_stream": signed["stream"],
            "signed_version": signed["version"],
        }
        return self.add("signature-given", by, data, stream)

    def unsigned(self, kind: str, by: str = "ines", **data: object) -> Fields:
        """Append a line that could be signed and is not."""
        return self.add(kind, by, data | {"signature": {"kind": "none"}}, PROCESS)

    def decided(self, signed: Fields, by: str = "ines", stream: str = PERSON) -> Fields:
        """Acknowledge a decision on the taker's own stream."""
        data = {"process": "mug", "process_version": signed["version"]}
        return self.add("decision-taken", by, data, stream)
