"""The dossier of a sign-off in an attacker's hands, who has other dossiers of it, too."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field

from signoff_ledger.integrity.tree.leaf import leaf_hash
from tests.attacks.forging import path_of, read_files
from tests.attacks.story import LedgerStory


@dataclass
class DossierFiles:
    """A copy of the dossier of the sign-off.

    Attributes:
        story: The story; it has the whole log.
        story_named: Gives other stories.
        files: The copy.
    """

    story: LedgerStory
    story_named: Callable[[str], LedgerStory]
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.files = read_files(self.story.dossier(self.story.signed_off))

    @property
    def held(self) -> dict[str, bytes]:
        """The dossier of the hold in the same log."""
        return read_files(self.story.dossier(self.story.held))

    @property
    def other(self) -> dict[str, bytes]:
        """The dossier of the same decision in another ledger."""
        other = self.story_named("other")
        return read_files(other.dossier(other.signed_off))

    def prove(self, name: str, line: bytes, lines: list[bytes] | None = None) -> None:
        """Prove a line in the log, or in another one, against the checkpoint that is there."""
        leaves = [leaf_hash(one) for one in lines or self.story.lines]
        index = leaves.index(leaf_hash(line))
        hashes = "".join(f"{b64encode(one).decode()}\n" for one in path_of(leaves, index))
        head = f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n".encode()
        self.files[f"{name}.tlog-proof"] = head + self.files["checkpoint"]

    def cut(self, stream: str, count: int = 1) -> None:
        """Cut a stream's last lines, and prove the one that is last then."""
        lines = self.files[f"streams/{stream}.ndjson"].splitlines()[:-count]
        self.files[f"streams/{stream}.ndjson"] = b"".join(line + b"\n" for line in lines)
        self.prove(f"streams/{stream}", lines[-1])

    def rename(self, stream: str, to: str) -> None:
        """Give a stream another name."""
        for end in ("ndjson", "tlog-proof"):
            self.files[f"streams/{to}.{end}"] = self.files.pop(f"streams/{stream}.{end}")


def hashes_of(proof: bytes) -> list[bytes]:
    """Give the lines of a proof that are hashes."""
    return proof.split(b"\n\n")[0].split(b"\n")[2:]


def flipped(encoded: bytes) -> bytes:
    """Change one bit of a hash."""
    raw = b64decode(encoded)
    return b64encode(bytes([raw[0] ^ 1]) + raw[1:])


def without_first_hash(proof: bytes) -> bytes:
    """Leave the first hash out of a proof."""
    return proof.replace(hashes_of(proof)[0] + b"\n", b"", 1)


def one_hash_more(proof: bytes) -> bytes:
    """Double the last hash of a proof."""
    last = hashes_of(proof)[-1]
    return proof.replace(last, last + b"\n" + last, 1)


def two_hashes_swapped(proof: bytes) -> bytes:
    """Swap the first two hashes of a proof."""
    one, two = hashes_of(proof)[:2]
    return proof.replace(one + b"\n" + two, two + b"\n" + one)


def next_index(proof: bytes) -> bytes:
    """Let a proof be of the next line."""
    index = proof.split(b"\n")[1]
    return proof.replace(index, b"index %d" % (int(index.split()[1]) + 1), 1)
