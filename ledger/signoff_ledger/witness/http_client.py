"""HTTP client for witnesses; it believes nothing that comes back."""

from __future__ import annotations

import ipaddress
import time
from http.client import HTTPException, IncompleteRead
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from signoff_ledger.application.ports import Reply
from signoff_ledger.errors import Advice, ConflictError
from signoff_ledger.integrity.c2sp.note import NOTE_LIMIT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT_S = 10.0
"""How long a witness may be silent."""

PATIENCE_S = 30.0
"""How long the whole exchange may take, the look-up of the name included."""

_PART_BYTES = 1 << 16


class HttpCourier:
    """Implements `application.ports.Courier`: one POST, no redirect, a limit to size and time.

    The settings of the system name a proxy if there is one; this very machine is asked directly.

    Args:
        timeout_s: How long the witness may be silent.
        patience_s: How long the whole exchange may take.
    """

    def __init__(self, timeout_s: float = TIMEOUT_S, patience_s: float = PATIENCE_S) -> None:
        self._timeout_s = timeout_s
        self._patience_s = patience_s

    def post(self, url: str, body: bytes) -> Reply:
        """Post a body to an address.

        Raises:
            ConflictError: SL605, there was no answer that could be read.
        """
        came: list[Reply | Exception] = []

        def exchange() -> None:
            try:
                came.append(self._exchange(url, body))
            except (OSError, HTTPException, ValueError) as error:
                came.append(error)

        # In a thread, because neither looking a name up nor a server that sends a byte now and
        # then ends by itself. One that is given up ends with the process.
        thread = Thread(target=exchange, name="witness", daemon=True)
        thread.start()
        thread.join(self._patience_s)
        if not came:
            raise _silent(url, f"it took longer than {self._patience_s:g} s")
        if isinstance(came[0], Exception):
            reason = getattr(came[0], "reason", came[0])
            raise _silent(url, str(reason) or type(reason).__name__)
        return came[0]

    def _exchange(self, url: str, body: bytes) -> Reply:
        if not url.startswith(("http://", "https://")):
            msg = "only http:// and https:// are asked"
            raise ValueError(msg)
        deadline = time.monotonic() + self._patience_s
        headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "signoff"}
        asked = Request(url, body, headers)  # noqa: S310  # the scheme was looked at
        with _opener(url).open(asked, timeout=self._timeout_s) as answer:
            content = _read(answer.read1, deadline)
            if answer.length:
                raise IncompleteRead(content, answer.length)
            return Reply(answer.status, answer.headers.get_content_type(), content)


def _read(read: Callable[[int], bytes], deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := read(_PART_BYTES):
        parts.append(part)
        size += len(part)
        if size > NOTE_LIMIT_BYTES:
            msg = f"its answer is longer than {NOTE_LIMIT_BYTES} bytes"
            raise ValueError(msg)
        if time.monotonic() > deadline:
            raise TimeoutError
    return b"".join(parts)


def _opener(url: str) -> OpenerDirector:
    """Make an opener that knows two schemes, gives every status back, and follows nothing."""
    opener = OpenerDirector()
    proxies: dict[str, str] | None = {} if _is_this_machine(url) else None
    for handler in (ProxyHandler(proxies), HTTPHandler(), HTTPSHandler()):
        opener.add_handler(handler)
    return opener


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _silent(url: str, why: str) -> ConflictError:
    return ConflictError(
        "SL605",
        f"no witness answered at {url}",
        why="".join(c if c.isprintable() else "?" for c in why)[:200],
        advice=Advice("ask-witness-later"),
    )
