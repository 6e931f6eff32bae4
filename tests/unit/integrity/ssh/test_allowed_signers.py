"""Allowed signers: the lines; whether OpenSSH takes them is tried where OpenSSH is."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from signoff_ledger.integrity.ssh.allowed_signers import AllowedSigner, format_allowed_signers
from signoff_ledger.integrity.ssh.public_key import SshPublicKey
from tests.refusals import refusal
from tests.signers import INES, ssh_blob

KEY = SshPublicKey.of_blob(ssh_blob(INES))
MORNING = datetime(2026, 3, 2, 9, 30, 0, 999_999, timezone(timedelta(hours=1)))


def test_a_line_names_the_person_the_namespace_the_times_and_the_key() -> None:
    signer = AllowedSigner("ines", KEY, MORNING, datetime(2027, 1, 1, tzinfo=UTC))

    assert (
        'ines namespaces="signoff-decision@v1",valid-after="20260302083000Z",'
        f'valid-before="20270101000000Z" {KEY.line}\n'
    ) == signer.line


def test_a_key_without_times_is_always_good() -> None:
    assert f'ines namespaces="signoff-decision@v1" {KEY.line}\n' == AllowedSigner("ines", KEY).line


def test_the_file_has_a_line_for_each_key() -> None:
    signers = [AllowedSigner(name, KEY) for name in ("ines", "aude@plant.example")]

    assert "".join(signer.line for signer in signers) == format_allowed_signers(signers)
    assert "" == format_allowed_signers([])


@pytest.mark.parametrize(
    "name", ["", "a b", "a,b", "*", "in?s", "!ines", "#ines", '"ines"', "ines\n", "é", "-ines"]
)
def test_a_name_that_would_match_others_is_refused(name: str) -> None:
    with refusal("SL106", "name others too"):
        AllowedSigner(name, KEY)


def test_a_time_without_an_offset_is_refused() -> None:
    with refusal("SL108", "ambiguous"):
        AllowedSigner("ines", KEY, valid_after=MORNING.replace(tzinfo=None))
    with refusal("SL108", "ambiguous"):
        AllowedSigner("ines", KEY, valid_before=MORNING.replace(tzinfo=None))
