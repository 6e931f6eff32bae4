"""Asking over HTTP somebody who lies, stalls, floods, redirects or is not there."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from signoff_ledger.errors import ConflictError
from signoff_ledger.integrity.c2sp.note import NOTE_LIMIT_BYTES
from signoff_ledger.witness.http_client import HttpCourier

Play = Callable[[socket.socket], None]


@contextmanager
def played(play: Play) -> Iterator[str]:
    """Let somebody answer one connection with whatever bytes they like."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)

        def once() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.settimeout(20)
                asked = b""
                while not asked.endswith(b"\r\n\r\nbody"):
                    asked += connection.recv(1 << 16)
                play(connection)

        thread = Thread(target=once)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/add-checkpoint"
        thread.join()


def sends(*parts: bytes) -> Play:
    def play(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return play


def waits(connection: socket.socket) -> None:
    """Say nothing until the other side gives up."""
    connection.recv(1)


def drips(connection: socket.socket) -> None:
    """Send a byte now and then, for as long as anybody listens."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x")
        connection.settimeout(0.01)
        with suppress(TimeoutError):
            if not connection.recv(1):
                return


def floods(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(2 * NOTE_LIMIT_BYTES // 10_000):
        connection.sendall(b"x" * 10_000)


def refusal(play: Play, courier: HttpCourier | None = None) -> str:
    with played(play) as url, pytest.raises(ConflictError) as refused:
        (courier or HttpCourier()).post(url, b"body")
    assert "SL605" == refused.value.code
    return refused.value.why


def test_an_answer_is_given_back_as_it_is_whatever_its_status() -> None:
    answer = b"HTTP/1.1 409 Conflict\r\nContent-Type: Text/X.Tlog.Size; charset=x\r\n\r\n12\n"
    with played(sends(answer)) as url:
        reply = HttpCourier().post(url, b"body")

    assert (409, "text/x.tlog.size", b"12\n") == (reply.status, reply.kind, reply.body)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(status: int) -> None:
    """It could lead anywhere, into a network that only this machine reaches."""
    answer = b"HTTP/1.1 %d Moved\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    with played(sends(answer % status)) as url:
        assert status == HttpCourier().post(url, b"body").status


@pytest.mark.parametrize(
    "sent",
    [b"", b"\0" * 100, b"HTTP/9.9 ??\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"],
    ids=["nothing", "zeros", "no http", "cut short"],
)
def test_what_is_no_answer_is_none(sent: bytes) -> None:
    assert refusal(sends(sent)).isprintable()


def test_endless_headers_are_refused() -> None:
    assert refusal(sends(b"HTTP/1.1 200 OK\r\n", b"X: " + b"x" * 70_000))


def test_an_answer_without_end_is_refused() -> None:
    assert "longer than" in refusal(floods)


def test_a_witness_that_is_silent_is_given_up() -> None:
    assert "timed out" in refusal(waits, HttpCourier(timeout_s=0.05))


def test_a_witness_that_drips_is_given_up() -> None:
    """Each byte would begin the wait again."""
    refusal(drips, HttpCourier(timeout_s=5, patience_s=0.2))


def test_a_witness_that_drips_its_headers_is_given_up() -> None:
    def play(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        connection.settimeout(0.02)
        for _ in range(30):
            connection.sendall(b"X-More: yes\r\n")
            with suppress(TimeoutError):
                connection.recv(1)

    assert "longer than 0.2 s" in refusal(play, HttpCourier(timeout_s=5, patience_s=0.2))


def test_a_witness_with_a_certificate_of_nobody_is_not_asked(tmp_path: Path) -> None:
    """ASVS 5.0 12.3.2: whoever stands between could make one like it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "server.pem"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        received: list[bytes] = []

        def once() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.settimeout(20)
                received.append(context.wrap_socket(connection, server_side=True).recv(1))

        thread = Thread(target=once)
        thread.start()
        port = listening.getsockname()[1]
        with pytest.raises(ConflictError) as caught:
            HttpCourier().post(f"https://127.0.0.1:{port}/add-checkpoint", b"body")
        thread.join()

    assert "certificate" in caught.value.why
    assert not any(received)


def self_signed(path: Path) -> Path:
    """Write a key, and a certificate for this machine that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    return path


def test_an_address_without_a_server_is_reported_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    with pytest.raises(ConflictError) as refused:
        HttpCourier().post(f"http://127.0.0.1:{port}/add-checkpoint", b"body")

    assert "refused" in refused.value.why


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:,x", "gopher:x"])
def test_only_http_is_asked(url: str) -> None:
    with pytest.raises(ConflictError, match="SL605"):
        HttpCourier().post(url, b"body")


def test_an_address_that_nobody_can_read_is_refused() -> None:
    with pytest.raises(ConflictError):
        HttpCourier().post("http://[::1/add-checkpoint", b"body")


def test_this_machine_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with played(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as url:
        assert 200 == HttpCourier().post(url, b"body").status
        # The others go by the proxy that the system names.
    with pytest.raises(ConflictError, match="no witness answered"):
        HttpCourier().post("http://witness.example/add-checkpoint", b"")
