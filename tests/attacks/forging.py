"""What an attacker does to an export: edit, and put right again whatever gives the edit away.

Works on copies, with the keys that the attacker is given and nothing of the code that verifies.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.exports.dossier_folder import is_dossier, verify_dossier
from signoff_ledger.exports.log_folder import LogFolder
from signoff_ledger.exports.readme import log_readme
from signoff_ledger.exports.verification import verify_log
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.policy import parse_policy
from signoff_ledger.integrity.log_check import Check, Trust
from signoff_ledger.integrity.tree.leaf import leaf_hash
from tests.attacks.story import LedgerStory

Fields = dict[str, Any]


def dumped(fields: object) -> bytes:
    """Write canonical JSON, as the format has it."""
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def root_of(leaves: list[bytes]) -> bytes:
    """Give the root of a tree by the definition itself (RFC 6962 section 2.1)."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def path_of(leaves: list[bytes], index: int) -> list[bytes]:
    """Give the audit path of a leaf by the definition itself (RFC 6962 section 2.1.1)."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*path_of(leaves[:split], index), root_of(leaves[split:])]
    return [*path_of(leaves[split:], index - split), root_of(leaves[:split])]


@dataclass
class Forgery:
    """A copy of an exported log, in the attacker's hands.

    Attributes:
        story: The story it was exported from, with all its keys.
        folder: Where the copy is.
        lines: Its lines.
        files: Its other files by name.
        since: A checkpoint that the reader has kept.
        policy: A policy that the reader has.
        story_named: Gives other stories, whose keys and exports the attacker has, too.
    """

    story: LedgerStory
    folder: Path
    story_named: Callable[[str], LedgerStory] | None = None
    lines: list[bytes] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    since: bytes | None = None
    policy: bytes | None = None

    def __post_init__(self) -> None:
        self.files = read_files(self.story.log)
        self.lines = self.files.pop("events.ndjson").splitlines()

    @property
    def other(self) -> LedgerStory:
        """The same story in another ledger."""
        assert self.story_named is not None
        return self.story_named("other")

    # --- the lines ------------------------------------------------------------------------------

    def fields(self, position: int) -> Fields:
        """Read the line at a position."""
        read: Fields = json.loads(self.lines[position - 1])
        return read

    def find(self, topic: str, last: int = -1) -> int:
        """Give the position of an event of a kind, by default of the last one."""
        found = [
            position
            for position in range(1, len(self.lines) + 1)
            if self.fields(position)["type"] == f"signoff.{topic}.v1"
        ]
        return found[last]

    def edit(self, position: int, change: Callable[[Fields], None]) -> None:
        """Change a line, in canonical spelling."""
        fields = self.fields(position)
        change(fields)
        self.lines[position - 1] = dumped(fields)

    def replace(self, position: int, old: bytes, new: bytes) -> None:
        """Change a line's bytes."""
        line = self.lines[position - 1]
        assert old in line, (old, line)
        self.lines[position - 1] = line.replace(old, new, 1)

    def insert(self, position: int, fields: Fields) -> None:
        """Put a line in front of the one at a position; versions and chains are put right."""
        self.lines.insert(position - 1, dumped(fields))
        self.renumber()

    def remove(self, *positions: int) -> None:
        """Take lines out; versions and chains are put right."""
        self.lines = [line for at, line in enumerate(self.lines, 1) if at not in positions]
        self.renumber()

    def renumber(self) -> None:
        """Number every stream's lines again, and chain them."""
        versions: dict[str, int] = {}
        for position in range(1, len(self.lines) + 1):
            fields = self.fields(position)
            stream = fields["stream"]
            versions[stream] = fields["version"] = versions.get(stream, 0) + 1
            if fields["version"] > 1:
                fields.setdefault("prev", "")
            self.lines[position - 1] = dumped(fields)
        self.rechain()

    def rechain(self, *, claims: bool = True) -> None:
        """Make every `prev` again, and every root that a line names."""
        heads: dict[str, str] = {}
        leaves: list[bytes] = []
        for at, line in enumerate(self.lines):
            fields = json.loads(line)
            if "prev" in fields:
                fields["prev"] = heads.get(fields["stream"], "")
            for part in (fields["data"].get("heads"), fields["data"].get("signature")):
                if claims and isinstance(part, dict) and part.get("size"):
                    part["root"] = root_of(leaves[: part["size"]]).hex()
            self.lines[at] = dumped(fields)
            leaves.append(leaf_hash(self.lines[at]))
            heads[fields["stream"]] = leaves[-1].hex()

    # --- the seals ------------------------------------------------------------------------------

    @property
    def sizes(self) -> list[int]:
        """The sizes of the checkpoints."""
        names = (name.partition("checkpoints/")[2] for name in self.files)
        return sorted(int(name) for name in names if name)

    def notes(self) -> dict[int, bytes]:
        """Give the checkpoints by their size."""
        return {size: self.files[f"checkpoints/{size}"] for size in self.sizes}

    def seal(
        self, keys: Iterable[Ed25519PrivateKey], origin: str | None = None, size: int | None = None
    ) -> None:
        """Make every checkpoint again, or add one, each by the first key that fits the lines."""
        by = list(keys)
        rotations = [self.find("log-key-rotated")] if len(by) > 1 else []
        leaves = [leaf_hash(line) for line in self.lines]
        origin = origin or self.fields(1)["data"]["log_key"].split("+")[0]
        for one in [size] if size else [s for s in self.sizes if s <= len(leaves)]:
            key = by[sum(one >= rotation for rotation in rotations)]
            checkpoint = Checkpoint(origin, one, root_of(leaves[:one]))
            self.files[f"checkpoints/{one}"] = sign_checkpoint(checkpoint, key)
        for gone in [s for s in self.sizes if s > len(leaves)]:
            del self.files[f"checkpoints/{gone}"]
        self.files["checkpoint"] = self.files[f"checkpoints/{self.sizes[-1]}"]

    def forge(self) -> None:
        """Put right everything that the holder of the log's keys can."""
        self.rechain()
        self.seal(self.story.vault.made)
        self.describe()

    def describe(self) -> None:
        """Make the README again, which names sizes."""
        self.files["README.md"] = log_readme(len(self.lines), self.sizes[-1]).encode()

    # --- looking --------------------------------------------------------------------------------

    def write(self) -> Path:
        """Write the folder."""
        end = self.files.pop("tail", b"\n")
        events = b"\n".join(self.lines) + end * bool(self.lines)
        write_files(self.folder, {"events.ndjson": events} | self.files)
        return self.folder

    def verify(self) -> list[Check]:
        """Write the folder and verify it."""
        return verify(self.write(), self.policy, self.since)


def read_files(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Write files into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def verify(folder: Path, policy: bytes | None = None, since: bytes | None = None) -> list[Check]:
    """Verify an exported folder."""
    trust = Trust(parse_policy(policy) if policy else None, since)
    if is_dossier(folder):
        return list(verify_dossier(folder, trust))
    return list(verify_log(LogFolder(folder), trust))
