"""Ledgers for tests of the command line, made by command lines, at each stage of one story.

A stage is built once in a test run and copied from then on. `at("signed", folder)` gives a terminal
in a folder whose ledger has come so far; `STAGES` tells what happened up to there.
"""

import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from functools import cache
from pathlib import Path

from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.cosignature import cosign
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, VerifierKey
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE
from tests.cli.terminal import LEDGER, Terminal
from tests.ledgers import PLAN, START, CountingIds, TickingClock, raw, unit, wide
from tests.signers import INES, NORTH, SOUTH, line_of, sign

Line = tuple[str, ...]
"""Who, and the words behind `signoff`.

`PEN` signs the statement in a file with the key of Ines; `NORTHERN` cosigns the checkpoint in one;
`STRANGER` puts a checkpoint of a size into the ledger, signed with a key that is not the log's;
`VANDAL` runs a statement on the ledger's file.
"""

PEN = "(a pen)"

STRANGER = "(a stranger)"

VANDAL = "(a vandal)"

NORTHERN = "witness.example/north"
WITNESS = VerifierKey.of(NORTHERN, COSIGNATURE_V1, NORTH).line
"""The verifier key of a witness."""

TIGHTER = PLAN.replace("max_rejects = 1", "max_rejects = 0")
LOOSER = PLAN.replace("units = 7", "units = 10").replace("max_rejects = 1", "max_rejects = 2")

WIDER = PLAN.replace('upper = "0.40"', 'upper = "0.45"')

REJECTS = {"B1-1": "0.50", "B1-2": "0.52"}
"""The gaps of the two units of the first batch that do not conform."""

FILES: Mapping[str, bytes] = {
    "signoff.toml": f'ledger = "{LEDGER}"\nkeys = "keys"\n'.encode(),
    "plan.toml": PLAN.encode(),
    "tighter.toml": TIGHTER.encode(),
    "looser.toml": LOOSER.encode(),
    "wider.toml": WIDER.encode(),
    "ines.pub": f"{line_of(INES)} ines@station-2\n".encode(),
    "other.pub": f"{line_of(SOUTH)}\n".encode(),
    "north.vkey": f"{WITNESS}\n".encode(),
    "sheet-1.csv": wide([unit(f"B1-{n}", gap=REJECTS.get(f"B1-{n}", "0.25")) for n in range(1, 8)]),
    "sheet-2.csv": wide([unit(f"B2-{n}", gap="0.24", build_minutes="6") for n in range(1, 8)]),
}
"""What lies in the folder of every terminal."""

CAUSE = ("--batch", "B1", "--cause", "it shrank")
CHANGE = ("--what", "skimmed the face", "--why", "it fouled", "--touches-design", "no")

STAGES: Mapping[str, tuple[str, tuple[Line, ...]]] = {
    "empty": ("", ()),
    "begun": (
        "empty",
        (
            ("olga", "init", LEDGER, "--name", "test", "--printed-name", "Olga Owner"),
            ("olga", "person", "enrol", "ines", "--name", "Ines Inspector", "--role", "inspector"),
            ("olga", "person", "enrol", "ivan", "--name", "Ivan Inspector", "--role", "inspector"),
            ("olga", "person", "enrol", "egon", "--name", "Egon Engineer", "--role", "engineer"),
            ("olga", "person", "enrol", "anna", "--name", "Anna Approver", "--role", "approver"),
            ("olga", "person", "enrol", "bela", "--name", "Bela Buyer", "--role", "buyer"),
            ("olga", "person", "enrol", "aude", "--name", "Aude Auditor", "--role", "auditor"),
        ),
    ),
    "planned": ("begun", (("egon", "plan", "publish", "plan.toml"),)),
    "ready": ("planned", (("egon", "bar", "register", "plan.toml"),)),
    "open": ("ready", (("egon", "open", "mug", "--batch", "B1"),)),
    "built": ("open", (("ines", "import", "sheet-1.csv", "--batch", "B1"),)),
    "held": ("built", (("ines", "close", "B1"),)),
    "answered": (
        "held",
        (
            ("egon", "defect", "attribute", "LID-SEAT", "--origin", "process", "--reason", "seen"),
            ("egon", "defect", "cause", "LID-SEAT", *CAUSE),
            ("egon", "change", "mug", *CHANGE, "--addresses", "LID-SEAT"),
        ),
    ),
    "clear": (
        "answered",
        (
            ("egon", "open", "mug", "--batch", "B2"),
            ("ines", "import", "sheet-2.csv", "--batch", "B2"),
            ("ines", "close", "B2"),
        ),
    ),
    "signed": ("clear", (("anna", "sign", "mug", "--yes", "--quiet"),)),
    "ordered": ("signed", (("bela", "order", "commit", "mug", "50", "--reference", "PO-1"),)),
    "pending": (
        "signed",
        (("ines", "correct", "B2-1", "gap=0.55", "--batch", "B2", "--reason", "typed wrong"),),
    ),
    "unsupported": (
        "pending",
        (("ivan", "correct", "--confirm", "1", "--batch", "B2"),),
    ),
    "worded": (
        "begun",
        (
            ("ines", "key", "register", "ines.pub", "--statement-only", "ines.statement"),
            (PEN, "ines.statement"),
        ),
    ),
    "offered": (
        "worded",
        (("ines", "key", "register", "ines.pub", "--attach", "ines.statement.sig"),),
    ),
    "exported": ("signed", (("aude", "export", "handed-over"),)),
    "witnessed": (
        "exported",
        (
            ("olga", "witness", "add", "@north.vkey"),
            ("aude", "checkpoint", "-o", "note"),
            ("aude", "witness", "request", "-o", "request"),
            (NORTHERN, "note"),
        ),
    ),
    "loosened": (
        "held",
        (("egon", "plan", "publish", "wider.toml", "--reason", "0.45 mm holds as well"),),
    ),
    "foreign": ("begun", ((STRANGER, "5"),)),
    "unguarded": ("begun", ((VANDAL, "DROP TRIGGER events_are_never_deleted"),)),
}

WITHOUT_A_PROCESS = {"empty", "begun", "foreign", "unguarded", "worded", "offered"}
"""The stages at which nothing could be asked of a process."""


def at(stage: str, folder: Path) -> Terminal:
    """Give a terminal in a folder, whose ledger has come to a stage of the story."""
    terminal = _laid_out(folder, stage, f"after-{stage}")
    _write(folder, _made(stage))
    return terminal


def _laid_out(folder: Path, stage: str, ids: str) -> Terminal:
    days = timedelta(days=list(STAGES).index(stage))
    terminal = Terminal(folder, TickingClock(START + days), CountingIds(ids))
    for name, content in FILES.items():
        terminal.write(name, content)
    return terminal


@cache
def _made(stage: str) -> Mapping[str, bytes]:
    """Give the files that there are at a stage, beside those that lie in every folder."""
    previous, lines = STAGES[stage]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        terminal = _laid_out(folder, stage, stage)
        _write(folder, _made(previous) if previous else {})
        for by, *args in lines:
            if by == PEN:
                statement = (folder / args[0]).read_bytes()
                armored = sign(INES, statement, NAMESPACE.encode())
                terminal.write(f"{args[0]}.sig", armored)
            elif by == NORTHERN:
                text = parse_note((folder / args[0]).read_bytes()).text
                terminal.write(f"{args[0]}.answer", cosign(text, NORTHERN, NORTH, 1).line)
            elif by == STRANGER:
                note = sign_checkpoint(Checkpoint("example.com/x", int(args[0]), bytes(32)), SOUTH)
                with closing(raw(terminal.ledger)) as connection:
                    connection.execute("INSERT INTO checkpoints VALUES (?, ?)", (args[0], note))
            elif by == VANDAL:
                with closing(raw(terminal.ledger)) as connection:
                    connection.execute(args[0])
            else:
                terminal.did(*args, by=by)
        made = [path for path in folder.rglob("*") if path.is_file()]
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in made
            if path.name not in FILES and not path.is_relative_to(folder / "home")
        }


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        # A key that others could read is not used, and its folder is as signoff makes it.
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)
