"""`signoff completion`."""

import shutil
import subprocess
from pathlib import Path

import pytest

from signoff_cli.main import root
from tests.cli.terminal import Terminal

SHELLS = {
    "bash": ["bash", "-n"],
    "zsh": ["zsh", "-n"],
    "fish": ["fish", "--no-execute"],
    "powershell": None,
}


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_its_script(tmp_path: Path, shell: str) -> None:
    said = Terminal(tmp_path).did("completion", shell)

    assert "_SIGNOFF_COMPLETE" in said.out
    assert "signoff" in said.out


@pytest.mark.parametrize("shell", [shell for shell, check in SHELLS.items() if check])
def test_a_script_is_one_that_the_shell_can_read(tmp_path: Path, shell: str) -> None:
    check = SHELLS[shell]
    if check is None or shutil.which(check[0]) is None:
        pytest.skip(f"{shell} is not installed here")
    terminal = Terminal(tmp_path)
    terminal.write("script", terminal.did("completion", shell).out)

    done = subprocess.run([*check, "script"], cwd=tmp_path, check=False, capture_output=True)

    assert (0, b"") == (done.returncode, done.stderr)


def test_another_shell_is_refused_with_those_there_are(tmp_path: Path) -> None:
    said = Terminal(tmp_path)("completion", "tcsh")

    assert 2 == said.code
    assert "'powershell'" in said.err


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("signoff wi", ["withdraw", "witness"]),
        ("signoff order ", ["cancel", "commit", "report"]),
        ("signoff record --me", ["--method"]),
        ("signoff record --method li", ["line"]),
        ("signoff --for", ["--format"]),
        ("signoff --format js", ["json", "jsonl"]),
    ],
)
def test_words_are_completed(tmp_path: Path, words: str, completed: list[str]) -> None:
    variables = {
        "_SIGNOFF_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }

    said = Terminal(tmp_path).spawn(variables=variables)

    assert completed == [line.partition(",")[2] for line in said.out.splitlines()]


def test_every_command_is_completed(tmp_path: Path) -> None:
    variables = {"_SIGNOFF_COMPLETE": "zsh_complete", "COMP_WORDS": "signoff ", "COMP_CWORD": "1"}

    said = Terminal(tmp_path).spawn(variables=variables)

    lines = said.out.splitlines()
    assert list(root.table) == lines[1::3]
    assert list(root.table.values()) == [text.replace("\\:", ":") for text in lines[2::3]]
