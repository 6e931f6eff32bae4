"""The recount reads lines as they are published, and cuts a log where it is told to."""

from tests.recount.log import Log
from tests.recount.written import clear

LINE = (
    b'{"at":"2026-03-02T08:00:00.000000Z","by":"o.reid","cmd":"demo-001#b3ef5fa3e6e65f86",'
    b'"data":{"person":"o.reid","printed_name":"Olive Reid"},'
    b'"stream":"753b3259-0d59-5de1-926a-769dc57d70e3","type":"signoff.person-enrolled.v1",'
    b'"v":1,"version":1}'
)


def test_a_line_is_read_from_its_bytes() -> None:
    log = Log.read([LINE])
    (line,) = log.person("o.reid")

    assert ("person-enrolled", 1, "o.reid", ["o.reid"]) == (
        line.kind,
        line.position,
        line.by,
        log.people(),
    )
    assert "2026-03-02 08:00:00+00:00" == str(line.at)


def test_a_log_can_be_cut_before_a_position() -> None:
    written = clear()
    cut = written.log.before(written.log.batch("B1")[2].position)

    assert 2 == len(cut.batch("B1"))
    assert ([], 0) == (cut.batch("B2"), Log().size)


def test_a_log_can_be_cut_at_the_heads_of_a_decision() -> None:
    """Replay reads exactly up to them."""
    written = clear()
    heads = written.heads("anna")
    written.correct("B1-0", "station", "A")
    position = written.hold(heads=heads)
    cut = written.log.up_to_heads(position, heads, "anna")

    assert [] == [n for n in cut.batch("B1") if n.kind == "correction-requested"]
    assert written.log.size - 2 == cut.size
