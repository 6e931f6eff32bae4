"""Documents on standard output: the bytes that a file of them has, and nothing beside."""

from pathlib import Path

import pytest

from tests.cli.shops import at


def test_a_checkpoint_is_the_same_in_a_file_and_redirected(tmp_path: Path) -> None:
    """It is compared, byte for byte, for years."""
    terminal = at("signed", tmp_path)
    terminal.did("checkpoint", "-o", "kept")

    terminal.write("redirected", terminal.did("checkpoint").out)

    assert (tmp_path / "kept").read_bytes() == (tmp_path / "redirected").read_bytes()
    assert "growth" in terminal.did("verify", "--since", "redirected").out


def test_a_proof_is_the_same_in_a_file_and_redirected(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)
    terminal.did("prove", "5", "-o", "five")

    proof = (tmp_path / "five.tlog-proof").read_bytes()
    assert proof == terminal.did("prove", "5").out.encode()


@pytest.mark.parametrize(
    ("args", "says"),
    [(("checkpoint",), "Sealed before, at exactly this size: "), (("prove", "5"), "are sealed, ")],
)
def test_the_other_stream_says_what_a_document_is(
    tmp_path: Path, args: tuple[str, ...], says: str
) -> None:
    terminal = at("signed", tmp_path)

    reported = terminal(*args, is_terminal=True)
    quiet = terminal(*args, "--quiet", is_terminal=True)
    machine = terminal(*args, "--json", is_terminal=True)
    piped = terminal(*args)

    assert says in reported.err
    assert ("", "", "") == (quiet.err, machine.err, piped.err)
    assert reported.out == quiet.out == piped.out
