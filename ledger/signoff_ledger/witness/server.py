"""A witness's HTTP (C2SP tlog-witness): `POST /add-checkpoint` on this machine, nothing else.

Each connection, body and answer is bounded in size and time, so that a slow or endless
client keeps no other client out.
"""

from __future__ import annotations

import socket
from datetime import UTC
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import BoundedSemaphore, Lock, Timer
from typing import TYPE_CHECKING, Any

from signoff_ledger.errors import Advice, InputError, StoreError, os_errors_as
from signoff_ledger.integrity.c2sp.note import NOTE_LIMIT_BYTES
from signoff_ledger.witness.cosigner import WORDS_KIND, CosignerAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from signoff_ledger.application.ports import Clock
    from signoff_ledger.witness.cosigner import Cosigner

ADDRESS = "127.0.0.1"
PATH = "/add-checkpoint"
BODY_LIMIT_BYTES = 2 * NOTE_LIMIT_BYTES
CONNECTIONS_MAX = 32
REQUEST_S = 10.0
CONNECTION_S = 60.0

_FOR_BROWSERS = {
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""An answer is for a program; a browser that gets one shows it as text and does nothing else."""


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness on the loopback address; a tunnel of yours may lead there.

    Args:
        witness: Who judges.
        port: The port; 0 takes any that is free.
        clock: Tells the time of the lines below.
        tell: Takes one line for each request.
        request_s: How long one request may take to arrive, from the end of the last one to the last
            byte of its body; a byte now and then does not begin it again.
        connection_s: How long a connection may last.

    Raises:
        InputError: SL109, the port cannot be used.
    """

    # The end waits for requests under way: `server_close` takes no further ones.
    daemon_threads = False
    request_queue_size = CONNECTIONS_MAX

    def __init__(
        self,
        witness: Cosigner,
        port: int,
        clock: Clock,
        tell: Callable[[str], None],
        *,
        request_s: float = REQUEST_S,
        connection_s: float = CONNECTION_S,
    ) -> None:
        self.witness = witness
        self.request_s = request_s
        self.connection_s = connection_s
        self._clock = clock
        self._tell = tell
        self._room = BoundedSemaphore(CONNECTIONS_MAX)
        self._open: set[socket.socket] = set()
        self._guard = Lock()
        what = f"{ADDRESS}:{port} cannot be used"
        with os_errors_as(InputError, "SL109", what, Advice("take-other-port")):
            super().__init__((ADDRESS, port), _Exchange)

    @property
    def address(self) -> tuple[str, int]:
        """The address it is bound to, and the port."""
        return ADDRESS, self.server_port

    @property
    def url(self) -> str:
        """Where it answers, as `signoff witness add --url` takes it."""
        return f"http://{ADDRESS}:{self.server_port}"

    def tell(self, line: str) -> None:
        """Note a line for the operator, with the time before it."""
        at = self._clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._guard:
            self._tell(f"{at} {line}")

    def server_bind(self) -> None:
        """Bind without looking the machine's name up, which can take long and is not needed."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, self.socket.getsockname()[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own, while there are not too many."""
        if not self._room.acquire(blocking=False):
            self.tell("503 - there are too many connections")
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer whatever one connection asks."""
        with self._guard:
            self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._guard:
                self._open.discard(request)
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Note that a connection broke; no client is left to answer."""
        del request, client_address
        self.tell("--- a connection broke before it was answered")

    def server_close(self) -> None:
        """Take no further requests, answer those under way, and release the port."""
        with self._guard:
            for connection in self._open:
                _shut(connection, socket.SHUT_RD)
        super().server_close()


class _Exchange(BaseHTTPRequestHandler):
    """One connection, and the requests that come over it one by one."""

    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "signoff-witness"
    sys_version = ""

    def setup(self) -> None:
        """Begin to count the connection's time."""
        self._says = ""
        self.request.settimeout(self.server.request_s)
        super().setup()
        self._end = self._ending(self.server.connection_s)

    def finish(self) -> None:
        """Stop counting."""
        self._end.cancel()
        super().finish()

    def handle_one_request(self) -> None:
        """Read one request, in time, and answer it."""
        self._arrival = self._ending(self.server.request_s)
        try:
            super().handle_one_request()
        finally:
            self._arrival.cancel()

    def do_POST(self) -> None:
        """Answer a request for a cosignature."""
        body = self._body()
        if body is not None:
            self._give(self._verdict(body))

    def do_GET(self) -> None:
        """Say what this is, for a browser."""
        self._give(_plain(404, f"this is the witness {self.server.witness.key.line}"))

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Note the answer in one line."""
        del size
        self.server.tell(f"{int(code)} {self._says or '-'}")
        self._says = ""  # The next request on this connection may not get so far.

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name above it
        """Note nothing more: `log_request` has all."""

    def _verdict(self, body: bytes) -> CosignerAnswer:
        if self.path != PATH:
            return _plain(404, f"only POST {PATH} is answered")
        try:
            return self.server.witness.add_checkpoint(body)
        except StoreError as error:
            kept = f"{error.what}: {error.why}"
            return CosignerAnswer(500, "the witness cannot cosign now\n", WORDS_KIND, kept)

    def _body(self) -> bytes | None:
        """Read the body, or refuse to, for good."""
        length = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self._end_with(411, "say how long the body is")
            return None
        if len(length) > 9 or int(length) > BODY_LIMIT_BYTES:
            self._end_with(413, f"the limit is {BODY_LIMIT_BYTES} bytes")
            return None
        body = self.rfile.read(int(length))
        self._arrival.cancel()  # How long the judge takes is not the client's doing.
        if len(body) < int(length):
            self._end_with(400, "the body ended early")
            return None
        return body

    def _ending(self, after_s: float) -> Timer:
        """Begin to count a time, behind which the connection is cut."""
        timer = Timer(after_s, _shut, (self.connection, socket.SHUT_RDWR))
        timer.daemon = True
        timer.start()
        return timer

    def _end_with(self, status: int, words: str) -> None:
        self.close_connection = True
        self._give(_plain(status, words))

    def _give(self, verdict: CosignerAnswer) -> None:
        content = verdict.body.encode()
        self._says = verdict.says
        self.send_response(verdict.status)
        self.send_header("Content-Type", verdict.kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in _FOR_BROWSERS.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)


def _plain(status: int, words: str) -> CosignerAnswer:
    return CosignerAnswer(status, f"{words}\n", WORDS_KIND, words)


def _shut(connection: socket.socket, how: int) -> None:
    try:
        connection.shutdown(how)
    except OSError:
        return  # It ended by itself.
