"""The README of an export: what its files are, and the commands to check them by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signoff_ledger.integrity.signing_time import GRACE_S
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE

if TYPE_CHECKING:
    from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey

README = "README.md"

_WITH_SIGNOFF = """\
## With signoff

    pip install signoff-ledger
    signoff verify {folder}

It prints what it proved and what it could not prove, and why. Bring your own trust along:
`--since FILE` is a checkpoint that you kept, `--policy FILE` names the witnesses you believe
(c2sp.org/tlog-policy).
"""

_CHECKPOINT = """\
## The checkpoint, with OpenSSL 3

A checkpoint is a signed note (c2sp.org/signed-note): text, an empty line, signature lines.
The key of this log is in `log.vkey`, as `name+id+base64`; the last 32 bytes of the base64 are the
Ed25519 key. Compare it with one that you got another way: the maker of this folder chose the file.

    work=$(mktemp -d)
    sed -n '/^$/q;p' checkpoint > "$work/text"
    grep '^— ' checkpoint | head -n 1 | cut -d' ' -f3 | base64 -d | tail -c 64 > "$work/signature"
    printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000' > "$work/key"
    cut -d+ -f3- log.vkey | base64 -d | tail -c 32 >> "$work/key"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key" \\
        -rawin -in "$work/text" -sigfile "$work/signature"
"""

_NODES = """\
    bytes() { printf "$(printf '%s' "$1" | sed 's/../\\\\x&/g')"; }
    node() { { printf '\\001'; bytes "$1"; bytes "$2"; } | sha256sum | cut -c1-64; }
"""

_TREE = """\
## The tree, with bash and coreutils

The hash of a line is SHA-256 over a zero byte and the line without its newline. `prev` in a line is
the hash of the line before it in the same stream.

    sed -n 1p events.ndjson
    { printf '\\000'; sed -n 1p events.ndjson | tr -d '\\n'; } | sha256sum

The tree (RFC 6962, section 2.1) hashes a one byte and two nodes into the node above them. This
makes its root from all the lines that the checkpoint seals, some hundred lines a second:

{nodes}\
    peaks=(); count=0
    while IFS= read -r line; do
        hash=$({ printf '\\000'; printf '%s' "$line"; } | sha256sum | cut -c1-64)
        pairs=$count
        while [ $((pairs % 2)) = 1 ]; do
            last=$((${#peaks[@]} - 1))
            hash=$(node "${peaks[$last]}" "$hash")
            unset "peaks[$last]"
            pairs=$((pairs / 2))
        done
        peaks+=("$hash"); count=$((count + 1))
    done < <(head -n "$(sed -n 2p checkpoint)" events.ndjson)
    root=${peaks[${#peaks[@]} - 1]}
    for ((at = ${#peaks[@]} - 2; at >= 0; at--)); do root=$(node "${peaks[$at]}" "$root"); done
    [ "$count $(bytes "$root" | base64)" = "$(sed -n 2,3p checkpoint | paste -s -d' ')" ] &&
        echo the root is the sealed one || { echo THE ROOT IS ANOTHER ONE; false; }
"""

_INCLUSION = """\
## The proof that the decision is in the log, with bash and coreutils

The hash of a line is SHA-256 over a zero byte and the line. Begin with that of the decision, and
take the hashes of `{name}.tlog-proof` one by one: the node above two is the hash of a one byte and
both, the left one first (RFC 9162, section 2.1.3.2). The last one must be the root in `checkpoint`.

{nodes}\
    hash=$({ printf '\\000'; cat {name}.json; } | sha256sum | cut -c1-64)
    index=$(sed -n 's/^index //p' {name}.tlog-proof)
    last=$(($(sed -n 2p checkpoint) - 1))
    for encoded in $(sed -n '/^$/q; 3,$p' {name}.tlog-proof); do
        sibling=$(printf '%s' "$encoded" | base64 -d | od -An -v -tx1 | tr -d ' \\n')
        if [ $((index % 2)) = 1 ] || [ "$index" = "$last" ]; then
            hash=$(node "$sibling" "$hash")
            while [ $((index % 2)) = 0 ] && [ "$index" != 0 ]; do
                index=$((index / 2)); last=$((last / 2))
            done
        else
            hash=$(node "$hash" "$sibling")
        fi
        index=$((index / 2)); last=$((last / 2))
    done
    [ "$last $(bytes "$hash" | base64)" = "0 $(sed -n 3p checkpoint)" ] &&
        echo the decision is in the log || { echo THE DECISION IS NOT IN THE LOG; false; }

The same goes for the last line of each stream and its proof, and for every line before it by
`prev`: the hash of the line before.
"""

_SIGNATURES = """\
## People's signatures, with OpenSSH

What a person signed is a statement, made from the event's own line; `allowed_signers` says whose
keys were in force when, with five minutes on both sides for clocks that differ. The signature's own
time is the statement's `signed.at`:

    signed=$(sed 's/^.*"signed":{{"at":"\\([^"]*\\)".*$/\\1/' {name}.statement)
    ssh-keygen -Y verify -f allowed_signers -I {signer} -n {namespace} \\
        -O verify-time=$(date -u -d "$signed" +%Y%m%d%H%M%SZ) \\
        -s {name}.statement.sig < {name}.statement

That time is the signer's own word, and OpenSSH knows nothing of the log. It must not be later than
the line's, nor earlier than that of the last lines that were reviewed, give or take the same five
minutes. Those are the line before the decision in its stream that another command wrote, and of
each batch the line whose version the decision names in `heads`. Where the line's own time is
earlier than theirs, the clock had gone backwards, and the line's own time is the bound:

    at() {{ sed 's/^{{"at":"\\([^"]*\\)".*$/\\1/'; }}
    seconds() {{ date -u -d "$1" +%s; }}
    command=$(sed 's/^{{"at":"[^"]*","by":"[^"]*",\\("cmd":"[^"]*"\\).*$/\\1/' {name}.json)
    version=$(sed 's/^.*"version":\\([0-9]*\\)}}$/\\1/' {name}.json)
    recorded=$(at < {name}.json)
    reviewed=$({{ head -n $((version - 1)) {stream}.ndjson | grep -v -F "$command" | tail -n 1
{batches}    }} | at | sort | tail -n 1)
    [[ "$reviewed" < "$recorded" ]] || reviewed=$recorded
    [ $(seconds "$signed") -le $(($(seconds "$recorded") + {grace})) ] &&
        [ $(seconds "$signed") -ge $(($(seconds "$reviewed") - {grace})) ] &&
        echo it was signed in time || {{ echo IT WAS SIGNED AT ANOTHER TIME; false; }}

The statement's `data` is that of the line, without the signature:

    said=$(sed 's/^{{"by":"[^"]*","data":\\(.*\\),"ledger":.*$/\\1/' {name}.statement)
    kept=$(sed 's/^{{"at":[^{{]*"data":\\(.*\\),"prev":.*$/\\1/' {name}.json)
    [ "$said" = "$(printf '%s' "$kept" | sed 's/"signature":{{[^}}]*}},//')" ] &&
        echo it is || {{ echo IT IS ANOTHER ONE; false; }}
"""


def log_readme(size: int, sealed: int) -> str:
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

Run the commands below in this folder, with bash. None of them needs a program of ours.
""",
        _WITH_SIGNOFF.format(folder="."),
    ]
    if sealed:
        parts += [_CHECKPOINT, _TREE.replace("{nodes}", _NODES)]
    return "\n".join(parts)


@dataclass(frozen=True, slots=True)
class Dossier:
    """What the README of a dossier says.

    Attributes:
        name: What the decision's files are called.
        position: Where the decision stands.
        size: Events in the checkpoint that shows it.
        key: The log's key.
        says: The decision as a sentence.
        signer: Who signed it with a key; None where it is unsigned.
        stream: What the files of its process are called.
        batches: What the files of the batches are called, and which version of each was decided on.
    """

    name: str
    position: int
    size: int
    key: VerifierKey
    says: str
    signer: str | None
    stream: str
    batches: tuple[tuple[str, int], ...]


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

In each stream, `prev` of a line is the hash of the line before it, so that none can be missing but
at its end. Run the commands below in this folder, with bash. None of them needs a program of ours.
""",
        _WITH_SIGNOFF.format(folder="."),
        _CHECKPOINT,
        _INCLUSION.replace("{nodes}", _NODES).replace("{name}", name),
    ]
    if dossier.signer is not None:
        batches = (f"    sed -n {version}p {stem}.ndjson" for stem, version in dossier.batches)
        parts.append(
            _SIGNATURES.format(
                name=name,
                signer=dossier.signer,
                namespace=NAMESPACE,
                grace=GRACE_S,
                stream=dossier.stream,
                batches="".join(f"    {command}\n" for command in batches),
            )
        )
    else:
        parts.append(
            "The decision is not signed with a key: its name is as authenticated, and proves\n"
            "nothing against the ledger's operator.\n"
        )
    return "\n".join(parts)
