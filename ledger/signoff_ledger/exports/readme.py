"""What stands in an export for whoever opens it first, with the commands to check it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.integrity.sshsig import NAMESPACE

if TYPE_CHECKING:
    from signoff_ledger.exports.dossier import Dossier
    from signoff_ledger.integrity.verifier_key import VerifierKey

_WITH_SIGNOFF = """\
## With signoff

    pip install signoff-ledger
    signoff verify {folder}

It prints what it proved and what it could not prove, and why. Bring your own trust along:
`--since FILE` is a checkpoint that you kept, `--policy FILE` names the witnesses you believe
(c2sp.org/tlog-policy).
"""

_CHECKPOINT = """\
## The checkpoint, with OpenSSL

A checkpoint is a signed note (c2sp.org/signed-note): text, an empty line, signature lines.
The key of this log is in `log.vkey`, as `name+id+base64`; the last 32 bytes of the base64 are the
Ed25519 key.

    sed -n '/^$/q;p' checkpoint > text
    grep '^— ' checkpoint | head -1 | cut -d' ' -f3 | base64 -d | tail -c 64 > signature
    printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000' > key
    cut -d+ -f3- log.vkey | base64 -d | tail -c 32 >> key
    openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in text -sigfile signature
"""

_SIGNATURES = """\
## People's signatures, with OpenSSH

What a person signed is a statement, made from the event's own line; `allowed_signers` says whose
keys were in force when. The signature's own time is the statement's `signed.at`.
"""


def log_readme(size: int, sealed: int, key: VerifierKey | None) -> str:
    """Write the README of a whole log."""
    tail = size - sealed
    unsealed = f" The last {tail} events are not sealed by it." if tail and sealed else ""
    seal = f"It is sealed at {sealed} events.{unsealed}" if sealed else "It is not sealed."
    parts = [
        f"""\
# A sign-off ledger, exported whole

{size} events, one canonical JSON line each, in the order recorded. {seal}

| file | what it is |
|---|---|
| `events.ndjson` | the lines; line n is position n |
| `checkpoint` | the last signed size and root of the tree over all lines (RFC 6962) |
| `checkpoints/` | every checkpoint, named by its size, with the cosignatures of witnesses |
| `log.vkey` | the key that signs checkpoints; compare it with one you got another way |
| `allowed_signers` | who could sign with which SSH key, from when to when |

The hash of a line is SHA-256 over a zero byte and the line without its newline. `prev` in a line is
the hash of the line before it in the same stream.
""",
        _WITH_SIGNOFF.format(folder="."),
    ]
    if key is not None:
        parts.append(_CHECKPOINT)
    parts.append(
        """\
## The lines, with jq and coreutils

    sed -n 7p events.ndjson | jq .
    ( printf '\\0'; sed -n 7p events.ndjson | tr -d '\\n' ) | sha256sum
"""
    )
    return "\n".join(parts)


def dossier_readme(dossier: Dossier) -> str:
    """Write the README of one decision's dossier."""
    name = dossier.name
    parts = [
        f"""\
# The dossier of one decision

{dossier.says}

It stands at position {dossier.position} of the log {dossier.key.name}, and is shown to be in it by
a checkpoint of {dossier.size} events.

| file | what it is |
|---|---|
| `{name}.json` | the decision's line, to the byte |
| `{name}.tlog-proof` | that this line is in the log (c2sp.org/tlog-proof) |
| `{name}.growth` | that the log grew from what the signer reviewed to the checkpoint |
| `streams/` | every line of the streams concerned, and a proof for the last line of each |
| `checkpoint`, `log.vkey` | the signed size and root, and the key to check it with |
| `allowed_signers` | who could sign with which SSH key, from when to when |

In each stream, `prev` of a line is the hash of the line before it, so that none can be missing.
""",
        _WITH_SIGNOFF.format(folder="."),
        _CHECKPOINT,
        _inclusion(dossier),
    ]
    if dossier.signer is not None:
        parts.append(_SIGNATURES)
        parts.append(
            f"""\
    ssh-keygen -Y verify -f allowed_signers -I {dossier.signer} -n {NAMESPACE} \\
        -O verify-time={dossier.signed_at} -s {name}.statement.sig < {name}.statement

The statement's `data` is that of the line, without the signature:

    diff <(jq -S .data {name}.statement) <(jq -S '.data | del(.signature)' {name}.json)
"""
        )
    else:
        parts.append(
            "The decision is not signed with a key: its name is as authenticated, and proves\n"
            "nothing against whoever ran the ledger.\n"
        )
    return "\n".join(parts)


def _inclusion(dossier: Dossier) -> str:
    return f"""\
## The inclusion proof, with coreutils

Begin with the hash of the line, take the hashes of `{dossier.name}.tlog-proof` one by one, and hash
a one byte with both, the left one first; the last result is the root in `checkpoint`, in base64.
At each step the line's index says which is left: an odd index, or the last one of its level, has
its sibling on the left. Then halve the index. (RFC 9162, section 2.1.3.2.)

    ( printf '\\0'; cat {dossier.name}.json ) | sha256sum
"""
