#!/usr/bin/env python3
"""The developer's one command: `python3 dev.py check`.

It uses the standard library alone, so that a machine with Python, pip and git can run every check
that CI runs. Tools live in `.venv-dev`, which is made on first use and made again when the
dependencies change; your own environments are never touched.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv-dev"
STAMP = ENVIRONMENT / "dev-stamp"
SCRIPTS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
SUFFIX = ".exe" if os.name == "nt" else ""
PYTHON = SCRIPTS / f"python{SUFFIX}"
KEPT_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}
"""Else each of the workers and of the commands that tests start compiles every module anew."""

PYTEST = (str(PYTHON), "-m", "pytest", "-n", "auto", "--dist", "worksteal")
"""On every core; neighbours stay together, because they often share what is costly to make."""

PYTHON_MIN = (3, 11)
CONSTRAINTS = ROOT / "constraints.txt"
DOCS_GENERATOR = ROOT / "docs" / "generate.py"
PURE_COVERAGE = (
    "--include=ledger/signoff_ledger/domain/*,ledger/signoff_ledger/integrity/*",
    "--fail-under=100",
)

# The line pytest closes with. CI reads it to learn how many tests ran, so `check` always shows it.
PYTEST_SUMMARY = re.compile(
    r"^.*\b\d+ (?:passed|failed|errors?|skipped|deselected)\b.* in [\d.]+s.*$"
)

FAULT_ROUNDS = 2_000
"""Kills in `faults`; the power is cut at five times as many points."""

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


class DevError(Exception):
    """Something on this machine keeps the checks from running; the message says what to do."""


class Step(NamedTuple):
    """One line of `check`: what is shown, and what is run."""

    name: str
    arguments: tuple[str, ...]


class Result(NamedTuple):
    """What one step came to: whether it passed, what it printed, and how long it took."""

    ok: bool
    printed: str
    seconds: float


# --- the environment ------------------------------------------------------------------------------


def environment_digest() -> str:
    """Tell apart environments that would be installed differently.

    Only the parts of pyproject.toml that pip reads count: a changed lint rule must not cost a
    reinstallation. The folder counts because an environment cannot be moved.
    """
    import tomllib  # noqa: PLC0415  (An older Python must get as far as our own message.)

    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = {
        "build-system": pyproject["build-system"],
        "constraints": CONSTRAINTS.read_text(encoding="utf-8"),
        "folder": str(ROOT),
        "hatch": pyproject["tool"]["hatch"],
        "project": pyproject["project"],
        "python": sys.version,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def ensure_environment() -> None:
    """Make `.venv-dev` unless it already holds what pyproject.toml and constraints.txt ask for."""
    if sys.version_info < PYTHON_MIN:
        raise DevError(f"Python {'.'.join(map(str, PYTHON_MIN))} or later is needed")
    digest = environment_digest()
    if PYTHON.exists() and STAMP.is_file() and STAMP.read_text(encoding="utf-8") == digest:
        return
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise DevError(
            "this Python cannot make virtual environments with pip in them (no ensurepip).\n"
            f"  On Debian and Ubuntu: apt install python{version}-venv  (or python3-venv)"
        )
    if Path(sys.prefix).resolve() == ENVIRONMENT:
        raise DevError("the environment is out of date; run dev.py by a Python outside .venv-dev")
    started = time.monotonic()
    print("preparing .venv-dev ...", flush=True)
    run_quietly([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
    # The build backend comes first and build isolation is off, so that it is pinned like the rest.
    install("hatchling")
    install("--no-build-isolation", "--editable", ".[test]")
    STAMP.write_text(digest, encoding="utf-8")
    print(f"preparing .venv-dev took {time.monotonic() - started:.1f} s", flush=True)


def install(*arguments: str) -> None:
    """Install into `.venv-dev` at the versions of constraints.txt."""
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run_quietly([*pip, "--no-input", "--constraint", str(CONSTRAINTS), *arguments])


def run_quietly(command: Sequence[str]) -> None:
    """Run a command whose output matters only when it fails.

    Raises:
        DevError: The command failed; the message is all it said.
    """
    done = capture(command)
    if done.returncode != 0:
        raise DevError(f"this failed: {' '.join(command)}\n{done.stdout}")


def capture(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command in the project's folder and keep what it prints, both streams in order."""
    return subprocess.run(
        command,
        cwd=ROOT,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **KEPT_BYTECODE},
    )


def run(*command: str | Path, **variables: str) -> int:
    """Run a command in the project's folder, talking to the terminal, and return its exit code."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        check=False,
        env={**os.environ, **KEPT_BYTECODE, **variables},
    ).returncode


# --- the checks -----------------------------------------------------------------------------------


def check_steps() -> list[Step]:
    """List the checks in the order in which their results are shown."""
    python = str(PYTHON)
    steps = [
        Step("ruff format", (python, "-m", "ruff", "format", "--check", ".")),
        Step("ruff check", (python, "-m", "ruff", "check", ".")),
        Step("mypy", (python, "-m", "mypy")),
        Step("lint-imports", (str(SCRIPTS / f"lint-imports{SUFFIX}"), "--no-logo")),
        Step("pytest", (*PYTEST, "-m", "not slow", "--cov", "--cov-report=term")),
    ]
    if DOCS_GENERATOR.exists():
        steps.insert(4, Step("docs", (python, str(DOCS_GENERATOR), "--check")))
    return steps


def pure_coverage() -> Step:
    """Give the check of what pytest has measured.

    The rules live in the domain, the evidence in integrity: there, a branch that no test takes is
    a gap in the gate, or a file that can be forged.
    """
    return Step("pure coverage", (str(PYTHON), "-m", "coverage", "report", *PURE_COVERAGE))


def run_step(step: Step) -> Result:
    """Run one check."""
    started = time.monotonic()
    done = capture(step.arguments)
    return Result(done.returncode == 0, done.stdout, time.monotonic() - started)


def results() -> Iterator[tuple[Step, Result]]:
    """Run the checks at the same time, and give them in order; what pytest measured comes last."""
    steps = check_steps()
    with ThreadPoolExecutor(len(steps)) as pool:
        yield from zip(steps, pool.map(run_step, steps), strict=True)
    last = pure_coverage()
    yield last, run_step(last)


def show(step: Step, result: Result) -> bool:
    """Print the line of a check, and everything it printed if it failed; say whether it passed."""
    outcome = "ok" if result.ok else "FAILED"
    print(f"{step.name:<16}{outcome:<7}{result.seconds:7.1f} s", flush=True)
    if not result.ok:
        print(result.printed, flush=True)
    elif step.name == "pytest":
        for line in result.printed.splitlines():
            if PYTEST_SUMMARY.match(line):
                print(line, flush=True)
    return result.ok


def check(arguments: Sequence[str]) -> int:
    """Run every check but the long rounds of `faults`, to the end, and say which ones failed."""
    refuse_arguments("check", arguments)
    started = time.monotonic()
    failed = [step.name for step, result in results() if not show(step, result)]
    seconds = time.monotonic() - started
    if failed:
        print(f"check: FAILED in {seconds:.1f} s: {', '.join(failed)}")
        return 1
    print(f"check: ok in {seconds:.1f} s")
    return 0


# --- the other tasks ------------------------------------------------------------------------------


def fmt(arguments: Sequence[str]) -> int:
    """Sort the imports and format every Python file in place."""
    refuse_arguments("fmt", arguments)
    sort = run(PYTHON, "-m", "ruff", "check", "--quiet", "--select", "I", "--fix", ".")
    return run(PYTHON, "-m", "ruff", "format", ".") or sort


def test(arguments: Sequence[str]) -> int:
    """Run the tests; every argument goes to pytest, for example: test -k gate -x."""
    return run(PYTHON, "-m", "pytest", *arguments)


def docs(arguments: Sequence[str]) -> int:
    """Write the generated pages of docs/ anew."""
    return run(PYTHON, DOCS_GENERATOR, *arguments)


def demo(arguments: Sequence[str]) -> int:
    """Run `signoff demo` from this checkout."""
    return run(SCRIPTS / f"signoff{SUFFIX}", "demo", *arguments)


def bench(arguments: Sequence[str]) -> int:
    """Measure speed against a floor taken in the same run; --quick for a first impression."""
    return run(PYTHON, "-m", "tests.bench.run", *arguments)


def faults(arguments: Sequence[str]) -> int:
    """Run what `check` leaves out, and what it gives few rounds; --rounds N or 2000."""
    marked = ("-m", "slow or rounds", "--durations=10")
    return run(*PYTEST, *marked, SIGNOFF_ROUNDS=str(rounds_of(arguments)))


def rounds_of(arguments: Sequence[str]) -> int:
    """Read --rounds N.

    Raises:
        DevError: Anything else stands there.
    """
    if not arguments:
        return FAULT_ROUNDS
    match arguments:
        case ["--rounds", number] if number.isdecimal() and int(number) > 0:
            return int(number)
    raise DevError(f"faults takes --rounds N with N from 1, got: {' '.join(arguments)}")


TASKS: dict[str, Callable[[Sequence[str]], int]] = {
    "check": check,
    "fmt": fmt,
    "test": test,
    "docs": docs,
    "demo": demo,
    "bench": bench,
    "faults": faults,
}


def refuse_arguments(task: str, arguments: Sequence[str]) -> None:
    """Stop at a misspelt option instead of leaving it unheard."""
    if arguments:
        raise DevError(f"{task} takes no arguments, got: {' '.join(arguments)}")


def usage() -> str:
    """List the tasks, each with the first line of its docstring."""
    lines = ["usage: python3 dev.py TASK [ARGUMENTS]", ""]
    for name, task in TASKS.items():
        summary = (task.__doc__ or "").splitlines()[0]
        lines.append(f"  {name:<7} {summary}")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Run one task and return the exit code."""
    if arguments and arguments[0] in {"-h", "--help", "help"}:
        print(usage())
        return 0
    if not arguments or arguments[0] not in TASKS:
        print(usage(), file=sys.stderr)
        return EXIT_USAGE
    try:
        ensure_environment()
        return TASKS[arguments[0]](arguments[1:])
    except DevError as error:
        print(f"dev.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
