"""Another implementation of C2SP tlog-witness on the other side of the wire, both ways round.

`aics-witness` (Apache-2.0) needs Python 3.12, so it is no part of the test extra: whoever has
installed it runs these tests, and everybody else is told that they were left out.
"""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from signoff_ledger.application.ports import SystemClock
from signoff_ledger.integrity.c2sp.cosignature import verified_cosignatures
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, VerifierKey
from signoff_ledger.witness.http_client import HttpCourier
from tests.witnesses import ToyLog, key_of, serving, witness_in

others = pytest.importorskip("aics_witness", reason="aics-witness is not installed")
tlog = pytest.importorskip("aics_tlog", reason="aics-tlog is not installed")

LOG = ToyLog()
NAME = "w.example/1"


def growth(old: int, new: int) -> list[bytes]:
    """Give the proof that a request would hold."""
    from signoff_ledger.integrity.c2sp.add_checkpoint import parse_add_checkpoint

    return list(parse_add_checkpoint(LOG.body(old, new)).proof)


def test_their_client_takes_our_cosignatures(tmp_path: Path) -> None:
    ours = witness_in(tmp_path, LOG.verifier_key, clock=SystemClock())
    with serving(ours) as server:
        for size in (1, 3, 3, 8, 100):
            lines = others.submit_checkpoint(
                server.url, LOG.note(size), growth, witness_vkey=ours.key.line
            )
            seen = verified_cosignatures(parse_note(LOG.note(size) + lines.encode()), [ours.key])
            assert abs(time.time() - seen[ours.key]) < 60


def test_our_client_and_their_witness_understand_each_other(tmp_path: Path) -> None:
    key = VerifierKey.of(NAME, COSIGNATURE_V1, key_of(NAME))
    log = tlog.parse_vkey(LOG.verifier_key.line)
    store = others.WitnessStore(tmp_path / "theirs.db", create=True)
    theirs = others.Witness(NAME, key_of(NAME), store, [others.LogConfig(LOG.origin, (log,))])
    with others.make_server(theirs) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"{server.url}/add-checkpoint"
            for old, new in ((0, 3), (3, 8), (8, 8), (8, 100)):
                reply = HttpCourier().post(url, LOG.body(old, new))
                assert 200 == reply.status
                assert key in verified_cosignatures(parse_note(LOG.note(new) + reply.body), [key])
            stale = HttpCourier().post(url, LOG.body(3, 120))
            forked = HttpCourier().post(url, ToyLog(forks_at=5).body(100, 120))
        finally:
            server.shutdown()
            thread.join()
    store.close()

    assert (409, "text/x.tlog.size", b"100\n") == (stale.status, stale.kind, stale.body)
    assert 422 == forked.status


def answers(tmp_path: Path) -> tuple[Callable[[bytes], int], Callable[[bytes], int]]:
    """Give both witnesses as functions from a body to a status."""
    log = tlog.parse_vkey(LOG.verifier_key.line)
    store = others.WitnessStore(tmp_path / "theirs.db", create=True)
    theirs = others.Witness(NAME, key_of(NAME), store, [others.LogConfig(LOG.origin, (log,))])
    ours = witness_in(tmp_path, LOG.verifier_key, clock=SystemClock())

    def their_status(body: bytes) -> int:
        try:
            theirs.add_checkpoint(body)
        except others.WitnessError as error:
            return int(error.status)
        return 200

    return lambda body: ours.add_checkpoint(body).status, their_status


def test_both_answer_a_hostile_client_with_the_same_statuses(tmp_path: Path) -> None:
    ours, theirs = answers(tmp_path)
    forked, stranger = ToyLog(forks_at=3), ToyLog("log.example/other")
    good = LOG.body(5, 9)
    bodies = [
        LOG.body(0, 5),
        LOG.body(0, 7),
        LOG.body(6, 5, []),
        LOG.body(5, 9, []),
        forked.body(5, 9),
        forked.body(0, 9),
        stranger.body(0, 5),
        ToyLog(key="another").body(5, 9),
        good[:-2],
        good.replace(b"old 5", b"old 05"),
        good.replace(b"old 5", b"old  5"),
        good.replace(b"\n", b"\r\n"),
        good + b"\n",
        good + b"\xff",
        b"",
        LOG.body(0, 3),
        LOG.body(5, 5),
        good,
        LOG.body(5, 9),
    ]

    assert [theirs(body) for body in bodies] == [ours(body) for body in bodies]
