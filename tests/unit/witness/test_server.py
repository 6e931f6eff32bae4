"""A witness over real HTTP: its protocol, its limits, many at once, a kill at the worst moment."""

import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from signoff_ledger.errors import InputError
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.witness.cosigned_notes import Memory
from signoff_ledger.witness.server import BODY_LIMIT_BYTES, CONNECTIONS_MAX, WitnessServer
from tests.ledgers import TickingClock
from tests.tree import ROOT, SOURCE_ROOTS, clean_environment
from tests.witnesses import PATIENCE_S, ToyLog, post, serving, witness_in

LOG = ToyLog()

HEAD = b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 9999\r\n\r\n"

DIES = """
import os, sys
from pathlib import Path
from signoff_ledger.witness.cosigned_notes import Memory
from tests.witnesses import ToyLog, serving, witness_in

remember = Memory.remember
def remembers_and_dies(self, origin, note):
    remember(self, origin, note)
    os._exit(9)
Memory.remember = remembers_and_dies
with serving(witness_in(Path(sys.argv[1]), ToyLog().verifier_key)) as server:
    print(server.server_port, flush=True)
    sys.stdin.read()
"""


def raw(server: WitnessServer, sent: bytes) -> bytes:
    """Send bytes and read until the other side ends."""
    with socket.create_connection(server.address, PATIENCE_S) as connection:
        connection.sendall(sent)
        received = b""
        while part := connection.recv(4096):
            received += part
        return received


def test_a_request_is_answered_as_the_protocol_says(tmp_path: Path) -> None:
    reported: list[str] = []
    with serving(witness_in(tmp_path, LOG.verifier_key), reported) as server:
        port = server.server_port
        first, stale = post(port, LOG.body(0, 3)), post(port, LOG.body(0, 5))

    assert 200 == first.status
    assert first.body.startswith("— w.example/1 ".encode())
    assert (409, "text/x.tlog.size", b"3\n") == stale
    assert [
        "2026-03-02T08:00:01Z 200 log.example/mug 3: cosigned",
        "2026-03-02T08:00:02Z 409 log.example/mug 5: asked from 0, cosigned 3",
    ] == reported


def test_one_connection_may_ask_several_times(tmp_path: Path) -> None:
    """C2SP tlog-witness: witnesses SHOULD support keep-alive."""
    with serving(witness_in(tmp_path, LOG.verifier_key)) as server:
        connection = HTTPConnection(*server.address, timeout=PATIENCE_S)
        with closing(connection):
            for old, new in ((0, 3), (3, 3), (0, 4), (3, 9)):
                connection.request("POST", "/add-checkpoint", LOG.body(old, new))
                answer = connection.getresponse()
                answer.read()
                assert answer.status == (409 if (old, new) == (0, 4) else 200)


def test_nothing_else_is_answered(tmp_path: Path) -> None:
    with serving(witness_in(tmp_path, LOG.verifier_key)) as server:
        port = server.server_port
        assert 404 == post(port, LOG.body(0, 3), "/elsewhere").status
        assert b" 404 " in raw(server, b"GET / HTTP/1.0\r\n\r\n").splitlines()[0]
        assert b"w.example/1+" in raw(server, b"GET / HTTP/1.0\r\n\r\n")
        for method in (b"PUT", b"TRACE", b"OPTIONS", b"DELETE"):
            assert b" 501 " in raw(server, method + b" / HTTP/1.0\r\n\r\n").splitlines()[0]
        assert (
            b" 400 " in raw(server, b"\x16\x03\x01 TLS perhaps\r\n\r\n").splitlines()[0] + b" 400 "
        )


def test_a_browser_is_asked_to_do_nothing_with_an_answer(tmp_path: Path) -> None:
    """ASVS 5.0: 3.2.1, 3.4.2 to 3.4.6, 4.1.1."""
    with serving(witness_in(tmp_path, LOG.verifier_key)) as server:
        for asked in (b"GET / HTTP/1.0\r\n\r\n", b"POST /elsewhere HTTP/1.0\r\n\r\n"):
            head = raw(server, asked).partition(b"\r\n\r\n")[0].decode().lower()
            assert "content-type: text/plain; charset=utf-8\r\n" in head
            assert "x-content-type-options: nosniff" in head
            assert "referrer-policy: no-referrer" in head
            assert "default-src 'none'; base-uri 'none'" in head
            assert "frame-ancestors 'none'" in head
            assert "access-control-" not in head


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"", 411),
        (b"Content-Length: -1\r\n", 411),
        (b"Content-Length: ten\r\n", 411),
        ("Content-Length: ٣\r\n".encode(), 411),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 411),
        (b"Content-Length: %d\r\n" % (BODY_LIMIT_BYTES + 1), 413),
        (b"Content-Length: " + b"9" * 4000 + b"\r\n", 413),
    ],
    ids=["none", "negative", "word", "digits of elsewhere", "chunked", "large", "huge"],
)
def test_a_body_of_no_acceptable_length_is_refused_unread(
    tmp_path: Path, headers: bytes, status: int
) -> None:
    with serving(witness_in(tmp_path, LOG.verifier_key)) as server:
        said = raw(server, b"POST /add-checkpoint HTTP/1.1\r\n" + headers + b"\r\n")

    assert b"HTTP/1.1 %d " % status in said
    assert b"Connection: close" in said


def test_a_body_that_ends_early_is_refused(tmp_path: Path) -> None:
    with serving(witness_in(tmp_path, LOG.verifier_key)) as server:
        address = server.address
        with socket.create_connection(address, PATIENCE_S) as connection:
            connection.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 99\r\n\r\nold")
            connection.shutdown(socket.SHUT_WR)
            assert b"HTTP/1.1 400 " in connection.recv(4096)


def test_a_connection_that_is_silent_is_ended(tmp_path: Path) -> None:
    with serving(witness_in(tmp_path, LOG.verifier_key), request_s=0.05) as server:
        assert b"" == raw(server, b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 99\r\n")


def test_a_connection_that_is_endless_is_ended(tmp_path: Path) -> None:
    """Without a limit to the whole, a byte now and then would hold it permanently."""
    reported: list[str] = []
    limits = {"request_s": PATIENCE_S, "connection_s": 0.05}
    with serving(witness_in(tmp_path, LOG.verifier_key), reported, **limits) as server:
        assert b"" == raw(server, b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 99\r\n")


@pytest.mark.parametrize("sent", [b"POST /add-checkpoint HTTP/1.1\r\nX: ", b"", HEAD])
def test_a_request_that_drips_is_cut_off_in_time_and_the_others_are_served(
    tmp_path: Path, sent: bytes
) -> None:
    """Each byte would begin a wait for the next one again (slowloris)."""
    with serving(witness_in(tmp_path, LOG.verifier_key), request_s=0.3) as server:
        slow = [socket.create_connection(server.address, PATIENCE_S) for _ in range(4)]
        began = time.monotonic()
        for connection in slow:
            connection.sendall(sent)
        assert 200 == post(server.server_port, LOG.body(0, 3)).status
        for connection in slow:
            drip(connection)
        took_s = time.monotonic() - began
        assert 200 == post(server.server_port, LOG.body(3, 5)).status

    assert 0.25 < took_s < PATIENCE_S / 2


def drip(connection: socket.socket) -> None:
    """Send a byte now and then until the other side has had enough."""
    with connection, suppress(ConnectionError):
        connection.settimeout(0.02)
        while True:
            connection.sendall(b"x")
            with suppress(TimeoutError):
                if not connection.recv(100):
                    return


def test_too_many_connections_are_turned_away_and_those_that_are_there_served(
    tmp_path: Path,
) -> None:
    reported: list[str] = []
    with serving(witness_in(tmp_path, LOG.verifier_key), reported) as server:
        address = server.address
        held = [socket.create_connection(address, PATIENCE_S) for _ in range(CONNECTIONS_MAX)]
        with socket.create_connection(address, PATIENCE_S) as one_more:
            assert b"" == one_more.recv(10)
        held[0].sendall(
            b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(LOG.body(0, 3))
            + LOG.body(0, 3)
        )
        assert b"HTTP/1.1 200 " in held[0].recv(4096)
        for connection in held:
            connection.close()

    assert any("too many connections" in line for line in reported)


def test_a_client_that_goes_away_is_noted_and_leaves_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    reported: list[str] = []
    with serving(witness_in(tmp_path, LOG.verifier_key), reported) as server:

        def breaks(_: bytes) -> None:
            raise BrokenPipeError

        monkeypatch.setattr(server.witness, "add_checkpoint", breaks)
        raw(server, b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 1\r\n\r\nx")

    assert reported[0].endswith("--- a connection broke before it was answered")
    assert "Traceback" not in capfd.readouterr().err


def test_a_memory_that_fails_is_the_witnesss_own_trouble(tmp_path: Path) -> None:
    reported: list[str] = []
    with serving(witness_in(tmp_path, LOG.verifier_key), reported) as server:
        port = server.server_port
        post(port, LOG.body(0, 3))
        next((tmp_path / "cosigned").iterdir()).write_bytes(b"damaged")
        said = post(port, LOG.body(3, 5))

    assert (500, b"the witness cannot cosign now\n") == (said.status, said.body)
    assert "damaged" in reported[-1]


def test_a_taken_port_is_reported_plainly(tmp_path: Path) -> None:
    witness = witness_in(tmp_path, LOG.verifier_key)
    with serving(witness) as server, pytest.raises(InputError) as refused:
        WitnessServer(witness, server.server_port, TickingClock(), print)

    assert "SL109" == refused.value.code


def test_many_at_once_never_take_the_witness_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C2SP tlog-witness: looking at the last size and keeping the new one are one step."""
    remember = Memory.remember
    sizes: list[int] = []

    def remembers(memory: Memory, origin: str, note: bytes) -> None:
        sizes.append(Checkpoint.parse(parse_note(note).text).size)
        remember(memory, origin, note)

    def grow(new: int) -> bool:
        """Ask for a size as a client does: told another one, it proves from there."""
        old = 0
        while old <= new:
            said = post(port, LOG.body(old, new))
            if said.status == 200:
                return True
            assert (409, "text/x.tlog.size") == (said.status, said.kind)
            old = int(said.body)
        return False

    monkeypatch.setattr(Memory, "remember", remembers)
    with serving(witness_in(tmp_path, LOG.verifier_key)) as server:
        port = server.server_port
        with ThreadPoolExecutor(8) as pool:
            done = list(pool.map(grow, range(1, 25)))

    assert sorted(sizes) == sizes
    assert 24 == sizes[-1]
    assert sum(done) == len(sizes)


def test_a_witness_killed_before_it_answered_gives_the_cosignature_on_the_next_try(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", DIES, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=clean_environment(*SOURCE_ROOTS, ROOT),
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with pytest.raises(ConnectionError):
            post(port, LOG.body(0, 5))
        assert 9 == process.wait(PATIENCE_S)

    with serving(witness_in(tmp_path, LOG.verifier_key)) as server:
        port = server.server_port
        stale = post(port, LOG.body(0, 5))
        again = post(port, LOG.body(5, 5))

    assert (409, b"5\n") == (stale.status, stale.body)
    assert 200 == again.status


def test_ending_lets_those_be_answered_who_have_asked(tmp_path: Path) -> None:
    witness = witness_in(tmp_path, LOG.verifier_key)
    body = LOG.body(0, 5)
    with serving(witness) as server:
        idle = socket.create_connection(server.address, PATIENCE_S)
        idle.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body))
        idle.sendall(body)
        assert b"HTTP/1.1 200 " in idle.recv(4096)

    with idle:
        # The body may come after the head; behind it nothing does, and nobody waits for us.
        while idle.recv(4096):
            pass
