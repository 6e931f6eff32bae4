"""`signoff witness`: ask witnesses to cosign the log's checkpoints, or be one."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from signoff_cli import receipts, suffixes
from signoff_cli.inputs import input_bytes, long_text
from signoff_cli.output import answer, is_unread, say, table, write_file
from signoff_cli.session import Session, reading
from signoff_ledger.application import witnesses
from signoff_ledger.application.commands.witnesses import AddWitness
from signoff_ledger.application.witnesses import SIZE_KIND
from signoff_ledger.bounded_file import NOTE, REQUEST
from signoff_ledger.errors import Advice, ConflictError, InputError
from signoff_ledger.queries.cosignatures import SCHEMA as COSIGNATURES_SCHEMA
from signoff_ledger.queries.cosignatures import (
    cosignature_answers,
    cosignatures_answer,
    refused_cosignature,
)
from signoff_ledger.queries.served_witness import SCHEMA as SERVED_SCHEMA
from signoff_ledger.queries.served_witness import served_witness
from signoff_ledger.queries.witness_reply import SCHEMA as REPLY_SCHEMA
from signoff_ledger.queries.witness_reply import witness_reply
from signoff_ledger.queries.witness_request import SCHEMA as REQUEST_SCHEMA
from signoff_ledger.queries.witness_request import witness_request
from signoff_ledger.queries.witnesses import SCHEMA as WITNESSES_SCHEMA
from signoff_ledger.queries.witnesses import witnesses as witnesses_of
from signoff_ledger.wiring import system_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.application.witnesses import WitnessState
    from signoff_ledger.queries.cosignatures import CosignatureAnswer, CosignaturesAnswer
    from signoff_ledger.queries.served_witness import ServedWitnessAnswer
    from signoff_ledger.queries.witnesses import WitnessesAnswer
    from signoff_ledger.wiring import Clock, LedgerStore
    from signoff_ledger.witness.cosigner import Cosigner

DEFAULT_PORT = 7963


@click.group
def witness() -> None:
    """Ask witnesses to cosign the log's checkpoints, or run one.

    A witness signs only what grew from what it signed before, so two histories cannot be shown to
    two people. Nothing is sent anywhere but by the command `request`.
    """


@witness.command(short_help="Add a witness.")
@click.argument("verifier_key", metavar="KEY")
@click.option("--url", metavar="URL", help="Where it answers; without it, it is reached by file.")
@receipts.gives(AddWitness, verifier_key=long_text)
def add() -> None:
    """Add the witness with the verifier key KEY; @FILE reads the key from a file.

    Given once more, it changes the address.

    \b
    Example:
      signoff witness add @witness.vkey --url https://witness.example/w1
    """


@witness.command(short_help="Have the latest checkpoint cosigned.")
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Ask every witness that has an address.")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path),
              help="Write what would be sent to FILE, to be carried there.")  # fmt: skip
@click.option("--from", "old_size", type=click.IntRange(0), metavar="SIZE",
              help="With -o: the size that the witness says it cosigned last.")  # fmt: skip
@reading
def request(
    session: Session,
    name: str | None,
    every: bool,
    output: Path | None,
    old_size: int | None,
) -> int:
    """Have the witness NAME cosign the latest checkpoint, and keep its cosignature.

    For a site without a network, write the request to a file, have it posted where the witness is,
    and bring the answer back with `attach`.

    \b
    Example:
      signoff witness request --all
      signoff witness request witness.example/w1 -o request
      curl --data-binary @request https://witness.example/w1/add-checkpoint > answer
    """
    with session.open() as opened:
        standings = witnesses.standings(opened.store)
        if output is not None:
            if every:
                raise InputError(
                    "SL109", "a file is for one witness", advice=Advice("name-one-witness")
                )
            suffixes.check(output, "a request")
            one = _chosen(standings, name)
            size = one.size if old_size is None else old_size
            _write_request(session, opened.store, one.key.name, size, output)
            return 0
        if old_size is not None:
            raise InputError(
                "SL109", "--from is for a request in a file", advice=Advice("name-request-file")
            )
        if every and name is None:
            asked = [one for one in standings if one.url is not None]
            if not asked:
                raise InputError(
                    "SL109",
                    "no witness has an address",
                    advice=Advice("add-witness"),
                )
        elif every:
            raise InputError(
                "SL109", "one witness is named, and all", advice=Advice("name-one-or-all-witnesses")
            )
        else:
            asked = [_chosen(standings, name)]
        rows, refused = _ask(opened.store, asked)
    _tell(session, cosignatures_answer(rows))
    return refused.exit_code if refused else 0


@witness.command(short_help="Bring cosignatures in from a file.")
@click.argument("file")
@reading
def attach(session: Session, file: str) -> None:
    """Keep the cosignatures in FILE: what a witness answered, or a checkpoint that bears them.

    Lines of keys that this ledger does not know are ignored.

    \b
    Example:
      signoff witness attach answer
    """
    content, _ = input_bytes(file, NOTE)
    with session.open() as opened:
        attached = witnesses.attach(opened.store, content)
    rows = cosignature_answers(attached.cosigned)
    _tell(session, cosignatures_answer(rows, attached.ignored))


@witness.command("list", short_help="List the witnesses.")
@reading
def list_(session: Session) -> None:
    """List the witnesses, and the largest checkpoint that each has cosigned.

    \b
    Example:
      signoff witness list
    """
    with session.open() as opened:
        data = witnesses_of(opened.store)
    answer(session, WITNESSES_SCHEMA, data, data["witnesses"], lambda: _listed(data))


@witness.command(short_help="Run a small witness on this machine.")
@click.option("--state", required=True, metavar="DIR", type=click.Path(path_type=Path),
              help="The witness's folder: its key, and what it cosigned.")  # fmt: skip
@click.option("--name", metavar="NAME", help="Its name, needed the first time.")
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True,
              help="The port on 127.0.0.1; 0 takes any.")  # fmt: skip
@click.option("--trust", metavar="FILE", multiple=True, type=click.Path(path_type=Path),
              help="The key of a log to watch, such as log.vkey; may be repeated.")  # fmt: skip
@click.option("--answer", "asked", metavar="FILE",
              help="Answer the request in FILE and end; no port is opened.")  # fmt: skip
@reading
def serve(
    session: Session,
    state: Path,
    name: str | None,
    port: int,
    trust: tuple[Path, ...],
    asked: str | None,
) -> None:
    """Run a witness for the logs of others, on this machine alone, until it is interrupted.

    It cosigns a checkpoint only if that grew from the last one, and keeps in DIR/evidence what
    speaks against a log. Logs are those of --trust and of DIR/logs/*.vkey; when a log's key is
    rotated, add the new one. Keep DIR out of every backup that may be brought back.

    \b
    Example:
      signoff witness serve --state witness --name witness.example/w1 --trust log.vkey
      signoff witness serve --state witness --answer request > answer
    """
    from signoff_ledger.witness.state_folder import working_witness

    clock = session.clock or system_clock()
    with working_witness(state, name, trust, clock) as one:
        if asked is None:
            _serve(session, one, port, clock)
        else:
            _answer(session, one, input_bytes(asked, REQUEST)[0])


def _serve(session: Session, one: Cosigner, port: int, clock: Clock) -> None:
    from signoff_ledger.witness.server import WitnessServer

    def tell(line: str) -> None:
        if not session.quiet:
            say(line)

    with WitnessServer(one, port, clock, tell) as server, _until_interrupted():
        data = served_witness(one, server.url)
        answer(session, SERVED_SCHEMA, data, [data], lambda: _introduced(data))
        if not is_unread():
            server.serve_forever()
    tell("signoff: the witness has ended")


def _answer(session: Session, one: Cosigner, body: bytes) -> None:
    verdict = one.add_checkpoint(body)
    if verdict.status != 200:
        raise ConflictError(
            "SL605",
            f"{one.key.name} does not cosign",
            why=f"{verdict.status}: {verdict.says}",
            advice=Advice("tell-size-to-asker") if verdict.kind == SIZE_KIND else None,
        )
    data = witness_reply(one, verdict.body)
    answer(
        session,
        REPLY_SCHEMA,
        data,
        [data],
        lambda: data["cosignature"],
        done=f"{one.key.name} has cosigned",
    )


def _chosen(standings: list[WitnessState], name: str | None) -> WitnessState:
    if name is None:
        if len(standings) == 1:
            return standings[0]
        raise InputError(
            "SL109",
            f"there are {len(standings)} witnesses, and none is named",
            advice=Advice("name-one-or-all-witnesses" if standings else "add-witness"),
        )
    return witnesses.named_witness(standings, name)


def _write_request(
    session: Session, store: LedgerStore, name: str, old_size: int, output: Path
) -> None:
    seal = witnesses.latest_seal(store)
    body = witnesses.request(store, seal, old_size)
    write_file(output, body)
    data = witness_request(name, str(output), old_size, seal.size)
    answer(
        session,
        REQUEST_SCHEMA,
        data,
        [data],
        lambda: (
            f"What to post to add-checkpoint of {name} is in {output}.\n"
            "Bring its answer back with  signoff witness attach FILE"
        ),
        done=f"the request is in {output}",
    )


def _ask(
    store: LedgerStore, asked: list[WitnessState]
) -> tuple[list[CosignatureAnswer], ConflictError | None]:
    """Ask each witness, whatever the others say."""
    from signoff_ledger.witness.http_client import HttpCourier

    courier = HttpCourier()
    rows: list[CosignatureAnswer] = []
    refused: ConflictError | None = None
    for one in asked:
        try:
            rows += cosignature_answers(witnesses.ask(store, courier, one).cosigned)
        except ConflictError as error:
            if len(asked) == 1 or error.code != "SL605":
                raise
            refused = error
            rows.append(refused_cosignature(one.key.name, error))
    return rows, refused


def _tell(session: Session, data: CosignaturesAnswer) -> None:
    rows = data["cosignatures"]
    kept = sum(row["state"] == "new" for row in rows)
    answer(
        session,
        COSIGNATURES_SCHEMA,
        data,
        rows,
        lambda: _told(data),
        done=f"new cosignatures kept: {kept}" if kept else "",
    )


def _told(data: CosignaturesAnswer) -> str:
    ignored = data["ignored_lines"]
    lines = [
        f"{row['witness']}: {row['why']}"
        if row["state"] == "refused"
        else f"{row['witness']} cosigned {row['size']} events at {row['at']}"
        + (", as is kept already" if row["state"] == "kept before" else "")
        for row in data["cosignatures"]
    ]
    if ignored:
        lines.append(f"{ignored} lines of keys that this ledger does not know were ignored.")
    return "\n".join(lines) or "There is no cosignature in it."


def _listed(data: WitnessesAnswer) -> str:
    rows = data["witnesses"]
    if not rows:
        return "No witness is asked. Add one:  signoff witness add @witness.vkey --url URL"
    shown = [
        (r["witness"], r["cosigned"] or "-", r["at"] or "-", r["url"] or "by file") for r in rows
    ]
    shown_as = table(("witness", "cosigned", "at", "reached"), shown)
    return f"{shown_as}\n\nThe last seal is of {data['sealed']} events."


def _introduced(data: ServedWitnessAnswer) -> str:
    logs = "\n".join(f"  {origin}" for origin in data["logs"])
    return f"{data['verifier_key']}\nanswers at {data['url']} and watches\n{logs}"


@contextmanager
def _until_interrupted() -> Iterator[None]:
    """Do something until Ctrl-C, or until the system asks to end."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)
