"""Whatever stands where a file is expected: refused by name, in time, and with no traceback.

`STANDS` holds what may stand there, `READERS` every place where a file is read; each reader meets
each of them, under a limit of time and memory. The other tables hold contents and names.
"""

import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.attacks.forging import read_files, write_files
from tests.attacks.story import LedgerStory
from tests.cli.shops import at
from tests.cli.terminal import Terminal
from tests.ledgers import rewrite

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes as files")

OBEYED = ("\x1b", "\x07", "\u202e", "\u2066", "\x9b")
PATIENCE_S = 30
"""Far above what any of it takes; what hangs or grows with the square takes minutes."""

MEMORY_KIB = 400_000


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def long(path: Path) -> None:
    """Make a file of a gibibyte that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(1 << 30)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))


STANDS: Mapping[str, Callable[[Path], object]] = {
    "a pipe that nobody writes": os.mkfifo,
    "endless zeros": endless,
    "a gibibyte": long,
    "a folder": Path.mkdir,
    "a socket": listening,
    "a link to itself": lambda path: path.symlink_to(path),
}


@dataclass(frozen=True)
class Reader:
    """A command that reads a file which an attacker has put something else in place of.

    Attributes:
        args: The command line; `{}` is the file.
        by: Who types it.
        file: The file, in the terminal's folder.
    """

    args: tuple[str, ...]
    by: str | None = None
    file: str = "hostile"


READERS: Mapping[str, Reader] = {
    "sheet": Reader(("import", "{}", "--batch", "B2"), "ines"),
    "plan": Reader(("plan", "publish", "{}"), "egon"),
    "bar": Reader(("bar", "register", "{}"), "egon"),
    "text": Reader(("dissent", "mug", "@{}"), "bela"),
    "public key": Reader(("key", "register", "{}"), "anna"),
    "signing key": Reader(("key", "register", "ines.pub", "--key", "{}"), "ines"),
    "statement": Reader(("sign", "mug", "--yes", "--attach", "hostile.sig"), "anna"),
    "signature": Reader(
        ("sign", "mug", "--yes", "--attach", "{}"), "anna", "statement.sig"
    ),
    "policy": Reader(("verify", "--policy", "{}")),
    "older checkpoint": Reader(("verify", "--since", "{}")),
    "cosignatures": Reader(("witness", "attach", "{}")),
    "verifier key": Reader(("witness", "add", "@{}"), "olga"),
    "log to watch": Reader(("witness", "serve", "--state", "w", "--name", "w.example/w",
                            "--trust", "{}", "--answer", "plan.toml")),
    "request": Reader(("witness", "serve", "--state", "w", "--name", "w.example/w",
                       "--trust", "log.vkey", "--answer", "{}")),
    "project settings": Reader(("status",), file="signoff.toml"),
    "own settings": Reader(("status",), file="home/signoff/config.toml"),
    "guard": Reader(("checkpoint",), file="keys/guard.json"),
    "log key": Reader(("checkpoint",), file="keys/log.pem"),
    "ledger": Reader(("status",), file="ledger.db"),
}  # fmt: skip


def place(folder: Path, name: str) -> Path:
    """Find the file that a reader reads."""
    kept = {"keys/guard.json": "guard.json", "keys/log.pem": "*.pem"}
    if name in kept:
        return next((folder / "keys").rglob(kept[name]))
    return folder / name


@contextmanager
def in_time() -> Iterator[None]:
    """Break off what waits or reads on permanently, and hold it to little memory."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    memory_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if sys.platform == "linux":
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory_kib < MEMORY_KIB


@pytest.fixture
def clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A ledger with a key of its log, a guard, and everything that the readers need besides."""
    terminal = at("clear", tmp_path)
    key = terminal.asked("key", "list")["log_key"]
    terminal.write("log.vkey", f"{key}\n")
    terminal.write("statement", "{}\n")
    terminal.did("checkpoint")
    terminal.settings_file()
    monkeypatch.chdir(tmp_path)
    return terminal


@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_of_its_kind_is_refused_in_time(clear: Terminal, reader: str) -> None:
    one = READERS[reader]
    path = place(clear.folder, one.file)
    before = clear.events()
    kept = path.read_bytes() if path.exists() else None
    for kind, make in STANDS.items():
        path.unlink(missing_ok=True)
        make(path)
        if path.suffix == ".pem" and path.is_file():
            path.chmod(0o600)
        args = [part.replace("{}", one.file) for part in one.args]

        with in_time():
            said = clear(*args, by=one.by)

        reported = said.out + said.err
        assert said.code in {1, 2, 4, 5}, (kind, reported)
        assert not {"unexpected", "Traceback"} & set(reported.split()), (kind, reported)
        assert path.name in reported or path.parent.name in reported, (kind, reported)
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    if kept is not None:
        path.write_bytes(kept)
    assert before == clear.events()


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal", ".lock"])
def test_a_pipe_beside_a_ledger_is_refused_in_time(clear: Terminal, end: str) -> None:
    beside = clear.ledger.with_name(f"{clear.ledger.name}{end}")
    beside.unlink(missing_ok=True)
    os.mkfifo(beside)

    with in_time():
        error = clear.refused("SL701", "dissent", "mug", "words", by="bela")

    assert f"{beside.name} is not a regular file" == error["why"]


@pytest.mark.parametrize("command", [
    ("checkpoint", "-o", "pipe"), ("prove", "1", "-o", "pipe"), ("report", "mug", "-o", "pipe"),
    ("sign", "mug", "--statement-only", "pipe"), ("export", "pipe"), ("backup", "pipe"),
    ("init", "pipe"), ("move", "ledger.db", "pipe"),
])  # fmt: skip
def test_nobody_is_waited_for_at_the_end_of_a_pipe(
    clear: Terminal, command: tuple[str, ...]
) -> None:
    for name in ("pipe", "pipe.json", "pipe.tlog-proof"):
        os.mkfifo(clear.folder / name)

    with in_time():
        said = clear(*command, by="anna")

    assert said.code in {1, 2, 3, 4}, said.out
    assert "unexpected" not in said.err


@pytest.mark.parametrize("typed", [b"\xff\n", b"y\xff\n", b"\x1b[8my\n", b"\x00\n"])
def test_bytes_that_are_no_answer_are_none(clear: Terminal, typed: bytes) -> None:
    before = clear.events()

    said = clear("sign", "mug", by="anna", stdin=typed, is_terminal=True)

    assert 130 == said.code
    assert "Error: invalid input" in said.err
    assert not any(character in said.err for character in OBEYED)
    assert before == clear.events()


WITNESS_FILES = ("witness.pem", "witness.vkey", "logs/a.vkey", "cosigned/*.checkpoint")


@pytest.mark.parametrize("name", WITNESS_FILES)
def test_a_pipe_in_a_witness_s_folder_lets_nothing_be_cosigned(clear: Terminal, name: str) -> None:
    serve = ("witness", "serve", "--state", "w", "--name", "w.example/w", "--answer", "request")
    (clear.folder / "w" / "logs").mkdir(parents=True)
    clear.write("w/logs/a.vkey", (clear.folder / "log.vkey").read_bytes())
    clear(*serve[:-1], "plan.toml")  # makes the witness, which answers nothing to this
    clear.did("witness", "add", "@w/witness.vkey", by="olga")
    clear.did("witness", "request", "-o", "request")
    clear.did(*serve)
    path = next((clear.folder / "w").glob(name))
    path.unlink()
    os.mkfifo(path)

    with in_time():
        said = clear(*serve)

    assert said.code in {1, 2, 4, 6}, said.out
    assert path.name in said.err or "cannot cosign" in said.err
    assert "unexpected" not in said.err


GUARDS: Mapping[str, bytes] = {
    "negative": b'{"root":"%s","size":-1}',
    "an infinity": b'{"root":"%s","size":1e400}',
    "a fraction": b'{"root":"%s","size":7.5}',
    "a truth": b'{"root":"%s","size":true}',
    "a text": b'{"root":"%s","size":"7"}',
    "a huge integer": b'{"root":"%s","size":' + b"9" * 3_000 + b"}",
    "no size": b'{"root":"%s"}',
    "no root": b'{"size":7}',
    "another root": b'{"root":"00","size":7}',
    "a root of numbers": b'{"root":[0],"size":7}',
    "an array": b"[]",
    "a number": b"1",
    "null": b"null",
    "deep": b"[" * 4_000,
    "deep and closed": b"[" * 2_000 + b"]" * 2_000,
    "deeper than any": b"[" * 100_000 + b"]" * 100_000,
    "nothing": b"",
    "noise": bytes(range(256)),
    "half a surrogate": b'{"root":"\\ud800","size":7}',
}


@pytest.mark.parametrize("content", GUARDS)
def test_a_spoilt_guard_lets_nothing_be_signed(clear: Terminal, content: str) -> None:
    place(clear.folder, "keys/guard.json").write_bytes(GUARDS[content].replace(b"%s", b"00" * 32))
    clear.did("dissent", "mug", "words", by="bela")

    said = clear("checkpoint", "--json")

    assert (1, "SL703") == (said.code, said.error["code"])
    assert "the signer guard cannot be read" in said.error["what"]


SETTINGS: Mapping[str, bytes] = {
    "deep": b"ledger = " + b"[" * 30_000,
    "deep and closed": b"ledger = " + b"[" * 20_000 + b"]" * 20_000,
    "a huge number": b"seal_after_events = 0x" + b"f" * 60_000,
    "a long number": b"seal_after_events = " + b"9" * 60_000,
    "dots": b"a" + b".a" * 30_000 + b" = 1",
    "a NUL in a path": b'ledger = "a\\u0000b"',
    "nobody's home": b'keys = "~nobody-of-this-name/keys"',
    "no UTF-8": b'ledger = "\xff"',
    "an escape": b'ledger = "\\u001b[8m"',
    "a directory": b"ledger = {}",
}


@pytest.mark.parametrize("content", SETTINGS)
def test_hostile_settings_are_refused_in_time(clear: Terminal, content: str) -> None:
    clear.write("signoff.toml", SETTINGS[content])

    with in_time():
        said = clear("checkpoint")

    assert said.code in {1, 2}, said.err
    assert "unexpected" not in said.err
    assert not any(character in said.err for character in OBEYED)
    assert len(said.err) < 2_000


PLANS: Mapping[str, bytes] = {
    "deep": b"process = " + b"[" * 300_000,
    "deep and closed": b"process = " + b"[" * 100_000 + b"]" * 100_000,
    "dots": b"a" + b".a" * 400_000 + b" = 1\n",
    "dots in a header": b"[a" + b".a" * 400_000 + b"]\n",
    "tables": b"[[mode]]\n" * 30_000,
    "many names": b"".join(b"a%d.b = 1\n" % n for n in range(20_000)),
    "a huge number": b"x = 0x" + b"f" * 900_000,
    "a huge id": b'format = "signoff.plan/1"\n[[characteristic]]\nid = 0x' + b"f" * 90_000,
    "a huge time": b'format = "signoff.plan/1"\n[bar]\nbuild_time_each_max = 0x' + b"f" * 90_000,
    "a huge process": b'format = "signoff.plan/1"\n[process]\nid = 0x' + b"f" * 90_000,
    "a huge exponent": b'format = "signoff.plan/1"\n[process]\nrun_min = 1e999999999',
    "more than a plan is long": b"#" * 2_000_000,
}


@pytest.mark.parametrize("content", PLANS)
def test_a_hostile_plan_is_refused_in_time(clear: Terminal, content: str) -> None:
    clear.write("hostile", PLANS[content])

    with in_time():
        said = clear("plan", "publish", "hostile", by="egon")

    assert 2 == said.code, said.err
    assert len(said.err) < 20_000


SHEETS: Mapping[str, Callable[[], bytes]] = {
    "newlines": lambda: b"\n" * (60 << 20),
    "newlines below a header": lambda: b"unit_serial,gap\n" + b"\n" * (20 << 20),
    "columns": lambda: b"unit_serial" + b"".join(b",c%d" % n for n in range(300_000)) + b"\n",
    "commas": lambda: b"," * (60 << 20),
    "commas in a row": lambda: b"unit_serial,gap\n" + b"," * (60 << 20),
    "quotes": lambda: b'"' * (4 << 20),
}


@pytest.mark.parametrize("content", SHEETS)
def test_a_hostile_sheet_is_refused_in_time(clear: Terminal, content: str) -> None:
    clear.write("hostile", SHEETS[content]())

    with in_time():
        said = clear("import", "hostile", "--batch", "B2", by="ines")

    assert 2 == said.code, said.err
    assert len(said.err) < 20_000


LINES: Mapping[str, Callable[[BinaryIO], object]] = {
    "newlines": lambda file: file.write(b"\n" * (100 << 20)),
    "zeros": lambda file: file.truncate(1 << 30),
    "no lines": lambda file: file.write((b'{"x":"%s"}\n' % (b"a" * 150)) * 100_000),
    "empty objects": lambda file: file.write(b"{}\n" * (4 << 20)),
}


@pytest.mark.parametrize("content", LINES)
def test_a_file_of_lines_that_holds_none_ends_at_its_first(
    short: LedgerStory, tmp_path: Path, content: str
) -> None:
    """A hundred megabytes of newlines took more than a minute and 700 MB."""
    log, dossier = read_files(short.log), read_files(short.dossier(short.signed_off))
    for files, name in ((log, "events.ndjson"), (dossier, "streams/batch-B1.ndjson")):
        folder = tmp_path / name.partition(".")[0].replace("/", "-")
        write_files(folder, files)
        with (folder / name).open("wb") as file:
            LINES[content](file)
        with in_time():
            said = Terminal(tmp_path)("verify", str(folder))
        (folder / name).unlink()

        assert 5 == said.code
        assert "FAILED" in said.out


def test_what_lies_beside_the_evidence_is_reported_by_name(
    short: LedgerStory, tmp_path: Path
) -> None:
    for source in (short.log, short.dossier(short.signed_off)):
        folder = tmp_path / source.name
        write_files(folder, read_files(source))
        assert Terminal(tmp_path).asked("verify", str(folder))["unproved"] == []

        beside = {"notes.txt": b"x", "certificate.html": b"<b>signed off</b>", "more/deep": b"x"}
        write_files(folder, beside)
        (folder / "link").symlink_to("/etc/passwd")
        with (folder / "README.md").open("ab") as file:
            file.write(b"\nIt was signed off.\n")
        said = Terminal(tmp_path)("verify", str(folder))
        reported = Terminal(tmp_path)("verify", str(folder), "--json").data

        assert 0 == said.code
        assert ["README.md", "certificate.html", "link", "more/", "notes.txt"] == reported[
            "unproved"
        ]
        assert reported["verified"]
        states = {check["name"]: check["state"] for check in reported["checks"]}
        assert ("flagged", "not proved") == (states["readme"], states["other files"])
        assert "README.md is NOT the one that goes with this" in " ".join(said.out.split())


def test_an_unsigned_decision_proves_no_statement_that_was_put_beside_it(
    unsigned: LedgerStory, tmp_path: Path
) -> None:
    folder = tmp_path / "dossier"
    write_files(folder, read_files(unsigned.dossier(unsigned.signed_off)))
    write_files(folder, {"decision.statement": b"{}\n", "streams/notes": b"x"})

    reported = Terminal(tmp_path)("verify", str(folder), "--json").data

    assert ["decision.statement", "streams/notes"] == reported["unproved"]


def test_a_link_in_an_export_is_never_followed(short: LedgerStory, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("the reader's own words\n", "ascii")
    for source in (short.log, short.dossier(short.signed_off)):
        for number, name in enumerate(read_files(source)):
            folder = tmp_path / f"{source.name}-{number}"
            write_files(folder, read_files(source))
            (folder / name).unlink()
            (folder / name).symlink_to(tmp_path / "secret")

            said = Terminal(tmp_path)("verify", str(folder))

            assert "own words" not in said.out + said.err
            assert said.code == (0 if name == "README.md" else 5), (name, said.out)
            assert "README.md is NOT" in said.out or "a link" in said.out, (name, said.out)


HIDDEN = "x\x1b[8m\x1b[31;1m\x9b8m\u202e\u2066\x07"


@pytest.mark.parametrize("command", [
    ("history",), ("why", "mug"), ("status", "mug"), ("status", "mug", "--batch", "B2"),
    ("history", "--format", "json"), ("history", "--format", "csv"), ("verify",), ("doctor",),
    ("report", "mug", "--format", "html"), ("report", "mug", "--format", "md"),
    ("report", "mug", "-o", "certificate.html"),
    ("export", "--decision", "{}", "dossier"), ("person", "list"), ("check", "mug"),
])  # fmt: skip
def test_what_a_screen_would_obey_is_shown_escaped_everywhere(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Somebody wrote it into the file past us: into names, which every answer shows."""
    terminal = at("signed", tmp_path)
    position = next(
        at_
        for at_, line in enumerate(terminal.lines(), 1)
        if b'"signoff.process-signed-off' in line
    )
    fields = json.loads(terminal.lines()[position - 1])
    fields["by"] = HIDDEN
    for finding in fields["data"]["verdict"]["findings"]:
        finding["says"] += HIDDEN
    line = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    rewrite(terminal.ledger, position, line.encode())
    terminal("rebuild")

    args = [part.replace("{}", str(position)) for part in command]
    said = terminal("--color", "never", *args)

    assert "unexpected" not in said.err
    assert not any(character in said.out + said.err for character in OBEYED)
    for path in (*tmp_path.glob("certificate.*"), *tmp_path.glob("dossier/README.md")):
        assert not any(character in path.read_text("utf-8") for character in OBEYED)


NAMES = (
    "\x1b[8mhidden",
    "a\x9b8m",
    "b\u202etxt.exe",
    "c\nproved  all",
    os.fsdecode(b"caf\xe9\xff"),
)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_file_s_name_is_shown_escaped_in_errors_and_answers(
    short: LedgerStory, clear: Terminal, name: str
) -> None:
    """Whoever unpacks an archive did not choose the names in it."""
    clear.write(name, b"\x00")
    write_files(clear.folder / "log", read_files(short.log) | {name: b"x"})
    for by, *args in (
        ("ines", "import", name, "--batch", "B2"),
        ("egon", "plan", "publish", name),
        ("anna", "key", "register", name),
        ("anna", "sign", "mug", "--yes", "--attach", name),
        ("anna", "sign", "mug", "--yes", "--key", name),
        (None, "verify", name),
        (None, "verify", "log"),
        (None, "verify", "log", "--policy", name),
        (None, "restore", name, "--ledger", "l.db"),
        (None, "--ledger", name, "status"),
        (None, "checkpoint", "-o", f"{name}/x"),
    ):
        for format_ in ("table", "json"):
            said = clear(*args, "--format", format_, by=by)
            reported = said.out + said.err
            reported.encode()
            assert "unexpected" not in reported, args
            assert not any(character in reported for character in OBEYED), args
            assert not any(line.startswith("proved  all") for line in reported.splitlines()), args
