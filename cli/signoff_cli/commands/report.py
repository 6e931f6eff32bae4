"""`signoff report`: the certificate of a decision, as a page, a PDF, Markdown or data."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from signoff_cli import suffixes
from signoff_cli.output import as_json, say, write_bytes
from signoff_cli.session import Session, reporting
from signoff_ledger.bounded_file import SizeLimit, read_regular
from signoff_ledger.errors import Advice, InputError, StoreError
from signoff_ledger.queries.certificate import SCHEMA, latest_certificate
from signoff_ledger.reports.certificate_layout import document
from signoff_ledger.reports.html import page
from signoff_ledger.reports.markdown import markdown
from signoff_ledger.reports.pdf import pdf

if TYPE_CHECKING:
    from signoff_ledger.queries.answer_with_pictures import AnswerWithPictures
    from signoff_ledger.queries.certificate_answer import CertificateAnswer

FORMATS = ("html", "pdf", "md", "json")


@click.command
@click.argument("process", required=False)
@click.option("--format", "kind", type=click.Choice(FORMATS), help="What to write.  [default: what "
              "FILE's suffix says, html on standard output]")  # fmt: skip
@click.option("--json", "kind", flag_value="json", help="Short for --format json.")
@click.option("--output", "-o", metavar="FILE", default="-", help="Where to.  [default: standard "
              "output]")  # fmt: skip
@click.option("--batch", help="The decision on this batch.  [default: the latest decision]")
@click.option("--until", type=click.IntRange(min=1), metavar="POSITION",
              help="As of this position of the log.  [default: its end]")  # fmt: skip
@reporting
def report(
    session: Session,
    process: str | None,
    kind: str | None,
    output: str,
    batch: str | None,
    until: int | None,
) -> None:
    """Write the certificate of the latest decision on PROCESS, or of the one on a batch.

    It is one page without script that fetches nothing. The same position of the log gives the same
    bytes, in a file as on standard output. A PDF needs the extra `pdf`.

    \b
    Example:
      signoff report kiln-lid -o certificate.html
      signoff report kiln-lid --batch PB-1 --format md
    """
    file = None if output == "-" else Path(output)
    chosen = suffixes.choose_format(file, kind, FORMATS) if file else kind or "html"
    with session.open() as opened:
        made = latest_certificate(opened.ledger, process, batch, until)
    content = _content(made, chosen)
    if file is None:
        _to_standard_output(content, chosen)
    else:
        _to_file(session, file, content)


def _content(made: AnswerWithPictures[CertificateAnswer], kind: str) -> bytes:
    if kind == "json":
        return f"{as_json(SCHEMA, made.data)}\n".encode()
    laid_out = document(made)
    if kind == "md":
        return markdown(laid_out).encode()
    html = page(laid_out)
    return pdf(html) if kind == "pdf" else html.encode()


def _to_standard_output(content: bytes, kind: str) -> None:
    if kind == "pdf" and sys.stdout.isatty():
        raise InputError("SL109", "a PDF is not for a terminal", advice=Advice("write-pdf-to-file"))
    write_bytes(content)


def _to_file(session: Session, path: Path, content: bytes) -> None:
    """Write a new file; one with the same bytes may be there already, any other stays."""
    try:
        with path.open("xb") as file:
            file.write(content)
        done = "wrote"
    except FileExistsError:
        if not _holds(path, content):
            raise StoreError(
                "SL704",
                f"{path} is already there, with other content",
                why="a report never overwrites a file",
                advice=Advice("name-other-file"),
            ) from None
        done = "already there, the same bytes:"
    except OSError as error:
        raise StoreError("SL703", f"{path} cannot be written", why=str(error.strerror)) from None
    if not session.quiet:
        digest = sha256(content).hexdigest()
        say(f"{done} {path}, {len(content):,} bytes, SHA-256 {digest}")


def _holds(path: Path, content: bytes) -> bool:
    try:
        return read_regular(path, SizeLimit("report", len(content))) == content
    except OSError:
        return False
