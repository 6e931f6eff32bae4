"""A person's signature as an event holds it, and what each signed event means to its signer.

The signature is inside the event, so it cannot be cut out and put under another one (Part 11
11.70); what is signed is the statement of `integrity.statement`, which is made from the same line.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from signoff_ledger.domain.values import Sha256, Text, UtcTime, Value, check_fingerprint

Fingerprint = Annotated[str, AfterValidator(check_fingerprint)]
"""An SSH key as OpenSSH names it: `SHA256:` and 43 characters of base64."""


class Unsigned(Value):
    """The name is as authenticated, and nothing more; proves nothing against the operator."""

    kind: Literal["none"] = "none"


class SshSignature(Value):
    """An SSHSIG over the event's statement, by a key registered for the person."""

    at: UtcTime  #: When the statement was made up, by the ledger's clock (Part 11 11.50(a)(2)).
    fingerprint: Fingerprint  #: The key.
    kind: Literal["ssh"] = "ssh"  #: Always `ssh`.
    meaning: Text  #: What signing meant (Part 11 11.50(a)(3)).
    root: Sha256  #: Root of the tree that the signer could review.
    size: int  #: Events in that tree.
    #: The armored signature, as `ssh-keygen -Y sign` writes it.
    sshsig: str = Field(max_length=8_192)


Signature = Annotated[Unsigned | SshSignature, Field(discriminator="kind")]

UNSIGNED = Unsigned()
