"""Running the console blocks of a page, the way a reader would type them.

A line that begins with `$ ` is a command, what follows is what it prints. A line `...` stands for
any lines, `...` within a line for anything on it. A command that ends with another code than 0 is
followed by `$ echo $?`, so that a page never shows a failure by accident.

A plain `signoff` command runs in this process, also where a pipe leads on from it; everything else
runs in a shell. Most pages begin from the demo's story, which is played once and then copied.
"""

import io
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from signoff_cli.main import run
from signoff_cli.session import Session
from tests.tree import SOURCE_ROOTS, clean_environment

_OPERATORS = frozenset("();<>|&")
_LEADING_ON = re.compile(r"(signoff [^|]*) \| (?!.*\bsignoff\b)(.+)")
_KEEP = ["demo", "--keep"]
_SHIM = """\
#!/bin/sh
exec "{python}" -c 'from signoff_cli.main import main; main()' "$@"
"""
_PYTHON = '#!/bin/sh\nexec "{python}" "$@"\n'


class MissingToolError(Exception):
    """A page uses a program that this machine does not have."""


class Command(NamedTuple):
    """A command of a block and what the page says it prints."""

    line: str
    expected: list[str]


class Answer(NamedTuple):
    """What a command printed, both streams in order, and its exit code."""

    printed: str
    code: int


def commands(text: str) -> Iterator[Command]:
    """Split a console block; a command that ends in a backslash goes on in the next line."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        if not line.startswith("$ "):
            msg = f"output without a command: {line!r}"
            raise ValueError(msg)
        command = line[2:]
        number += 1
        while command.endswith("\\"):
            command = f"{command[:-1].rstrip()} {lines[number].strip()}"
            number += 1
        begin = number
        while number < len(lines) and not lines[number].startswith("$ "):
            number += 1
        yield Command(command, lines[begin:number])


def matches(expected: list[str], printed: str) -> bool:
    """Hold what was printed against what the page says, wildcards included."""
    pattern = "".join(
        r"(?:[^\n]*\n)*?"
        if line.strip() == "..."
        else re.escape(line.rstrip()).replace(r"\.\.\.", "[^\n]*") + "\n"
        for line in expected
    )
    actual = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
    return re.fullmatch(pattern, actual) is not None


class Console:
    """One folder, one environment, and the commands that are typed there in order.

    Args:
        folder: Where they are typed.
        tools: A folder to make for the programs that they find first.
        stories: Holds what `signoff demo --keep` made for other pages.
    """

    def __init__(self, folder: Path, tools: Path, stories: Path) -> None:
        self.folder = folder
        self.stories = stories
        self.last_code = 0
        self.environment = clean_environment(*SOURCE_ROOTS)
        self.environment |= {"COLUMNS": "100", "HOME": str(folder.parent)}
        tools.mkdir()
        for name, text in (("signoff", _SHIM), ("python3", _PYTHON)):
            tool = tools / name
            tool.write_text(text.format(python=sys.executable), "utf-8")
            tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
        self.environment["PATH"] = os.pathsep.join([str(tools), self.environment.get("PATH", "")])

    def join(self, variables: Mapping[str, str]) -> None:
        """Add to the environment; folders of programs come behind those that are there."""
        paths = [self.environment["PATH"], variables.get("PATH", "")]
        self.environment |= {**variables, "PATH": os.pathsep.join(paths)}

    def write(self, name: str, text: str) -> None:
        """Write a file that the page shows."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def type(self, line: str) -> Answer:
        """Run one command line."""
        answer = Answer(f"{self.last_code}\n", 0) if line == "echo $?" else self._run(line)
        self.last_code = answer.code
        return answer

    def _run(self, line: str) -> Answer:
        words = list(shlex.shlex(line, posix=True, punctuation_chars=True))
        if words[0] == "export":
            name, _, value = shlex.split(line)[1].partition("=")
            self.environment[name] = value
            return Answer("", 0)
        if words[0] == "cd":
            self.folder = (self.folder / words[-1]).resolve()
            return Answer("", 0)
        operators = {word for word in words if set(word) <= _OPERATORS}
        if words[0] != "signoff" or re.search(r"\$|>>|[\d&]>", line) or operators - {">", "|"}:
            return self._in_a_shell(line, words)
        if "|" in operators:
            led = _LEADING_ON.fullmatch(line)
            return self._piped(*led.groups()) if led else self._in_a_shell(line, words)
        plain = shlex.split(line)
        if plain[1:-1] == _KEEP:
            return self._demo(plain[-1])
        if ">" not in plain:
            return self._in_this_process(plain[1:])
        cut = plain.index(">")
        answer = self._in_this_process(plain[1:cut])
        self.write(plain[cut + 1], answer.printed)
        return Answer("", answer.code)

    def _piped(self, line: str, onward: str) -> Answer:
        """Give what is printed to the programs behind the pipe; errors are shown before theirs."""
        errors = _stream()
        answer = self._in_this_process(shlex.split(line)[1:], errors)
        piped = self.feed(onward, answer.printed)
        return Answer(_text(errors) + piped.printed, piped.code)

    def _in_this_process(
        self, arguments: list[str], errors: io.TextIOWrapper | None = None
    ) -> Answer:
        """Run our command; errors are printed among the rest unless they have a stream."""
        printed = _stream()
        with (
            chdir(self.folder),
            patch.dict(os.environ, self.environment, clear=True),
            patch.multiple(sys, stdin=_stream(), stdout=printed, stderr=errors or printed),
        ):
            code = run(arguments, Session())
        return Answer(_text(printed), code)

    def _demo(self, name: str) -> Answer:
        kept, printed = self.stories / name, self.stories / f"{name}.txt"
        if kept.exists():
            shutil.copytree(kept, self.folder / name)
            return Answer(printed.read_text("utf-8"), 0)
        answer = self._in_this_process([*_KEEP, name])
        if answer.code == 0:
            shutil.copytree(self.folder / name, kept)
            printed.write_text(answer.printed, "utf-8")
        return answer

    def feed(self, line: str, text: str) -> Answer:
        """Run one command line in a shell, with a text as its input."""
        return self._in_a_shell(line, shlex.split(line), text)

    def _in_a_shell(self, line: str, words: list[str], text: str = "") -> Answer:
        begins = {"(", "|", "&&", ";"}
        tools = [b for a, b in pairwise([";", *words]) if a in begins and b not in begins]
        for tool in ("sh", *tools):
            if shutil.which(tool, path=self.environment["PATH"]) is None:
                raise MissingToolError(tool)
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self.environment,
            check=False,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        return Answer(done.stdout, done.returncode)


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


def said_of(command: Command, answer: Answer) -> Mapping[str, object]:
    """Put both sides beside each other, for whoever has to find the difference."""
    return {
        "command": command.line,
        "exit code": answer.code,
        "the page says": command.expected,
        "it printed": answer.printed.splitlines(),
    }
