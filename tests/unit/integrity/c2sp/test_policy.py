"""Trust policies: whom a reader believes, and what is wrong with a file that says so."""

from itertools import combinations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.errors import InputError
from signoff_ledger.integrity.c2sp.policy import Group, Log, PolicyWitness, parse_policy
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, ED25519, VerifierKey
from tests.refusals import refusal
from tests.signers import LOG, ORIGIN

LOG_KEY = VerifierKey.of(ORIGIN, ED25519, LOG)
NAMES = ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
KEYS = {
    name: VerifierKey.of(
        f"{name}.example", COSIGNATURE_V1, Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32)
    )
    for at, name in enumerate(NAMES)
}

EXAMPLE = f"""\
# The example of c2sp.org/tlog-policy, with keys.
log {LOG_KEY.line}

witness X1 {KEYS["X1"].line}
\twitness  X2\t{KEYS["X2"].line} https://x2.example/ \t
witness X3 {KEYS["X3"].line}
group X-witnesses 2 X1 X2 X3

witness Y1 {KEYS["Y1"].line}
witness Y2 {KEYS["Y2"].line}
witness Y3 {KEYS["Y3"].line}
  # Any of them will do.
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
X1, X2, Y1 = (f"witness {name} {KEYS[name].line}\n" for name in ("X1", "X2", "Y1"))


def test_the_example_of_the_format_is_read() -> None:
    policy = parse_policy(EXAMPLE.encode())

    assert (Log(LOG_KEY, ""),) == policy.logs
    assert PolicyWitness("X2", KEYS["X2"], "https://x2.example/") == policy.witnesses[1]
    assert NAMES == [witness.name for witness in policy.witnesses]
    assert Group("X-witnesses", 2, ("X1", "X2", "X3")) == policy.groups[0]
    assert [2, 1, 2] == [group.threshold for group in policy.groups]
    assert "X-and-Y" == policy.quorum


def test_the_quorum_of_the_example_takes_two_of_three_and_one_of_three() -> None:
    """Every one of the 64 sets of witnesses, against the sentence in the format's text."""
    policy = parse_policy(EXAMPLE.encode())
    for count in range(7):
        for names in combinations(NAMES, count):
            wanted = sum(n[0] == "X" for n in names) >= 2 and any(n[0] == "Y" for n in names)

            assert wanted is policy.satisfied_by({KEYS[name] for name in names}), names


def test_one_witness_can_be_the_quorum() -> None:
    policy = parse_policy(f"{X1}{X2}quorum X2\n".encode())

    assert policy.satisfied_by({KEYS["X2"]: 1_772_440_200})
    assert not policy.satisfied_by({KEYS["X1"]: 1_772_440_200})


def test_no_witness_need_be_asked() -> None:
    policy = parse_policy(b"quorum none\n")

    assert policy.satisfied_by(())
    assert () == policy.logs


def test_a_log_is_found_by_its_origin() -> None:
    policy = parse_policy(f"log {LOG_KEY.line} https://log.example/\nquorum none\n".encode())

    assert LOG_KEY == policy.log_key(ORIGIN)
    assert policy.log_key("other") is None


def test_names_are_octets() -> None:
    """A Kelvin sign is not a K, and what is not UTF-8 is a name too."""
    kelvin, foreign = "\N{KELVIN SIGN}".encode(), b"\xff\xfe"
    one, two = KEYS["X1"].line.encode(), KEYS["X2"].line.encode()
    data = b"witness K %b\nwitness %b %b\ngroup %b any %b\nquorum %b\n" % (
        one, kelvin, two, foreign, kelvin, foreign,
    )  # fmt: skip
    policy = parse_policy(data)

    assert policy.satisfied_by({KEYS["X2"]})
    assert not policy.satisfied_by({KEYS["X1"]})
    assert foreign == policy.quorum.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("log\n", 1, "no log, witness, group or quorum line"),
        (f"log {LOG_KEY.line} url url\n", 1, "no log, witness"),
        (f"LOG {LOG_KEY.line}\n", 1, "no log, witness"),
        ("witness X1\n", 1, "no log, witness"),
        (f"{X1[:-1]} url url\n", 1, "no log, witness"),
        (f"{X1}group G any\n", 2, "no log, witness"),
        ("quorum\n", 1, "no log, witness"),
        ("quorum none none\n", 1, "no log, witness"),
        ("quorum none # as we like\n", 1, "no log, witness"),
        ("quorum none\r\n", 1, "control character 0x0d"),
        ("# \x1b[2J\n", 1, "control character 0x1b"),
        ("# \x7f\n", 1, "control character 0x7f"),
        ("log rubbish\n", 1, "name+id+key"),
        (f"log {KEYS['X1'].line}\n", 1, "a log has a key of type 0x01, not 0x04"),
        (f"witness L {LOG_KEY.line}\n", 1, "a witness has a key of type 0x04, not 0x01"),
        (f"log {LOG_KEY.line}\nlog {LOG_KEY.line}\n", 2, "earlier line"),
        (f"{X1}{X1.replace('X1 ', 'X2 ', 1)}", 2, "earlier line"),
        (f"{X1}{X2.replace('X2 ', 'X1 ', 1)}", 2, "'X1' is taken"),
        (X1.replace("X1 ", "none ", 1), 1, "'none' is taken"),
        (f"{X1}group X1 any X1\n", 2, "'X1' is taken"),
        (f"{X1}group none any X1\n", 2, "'none' is taken"),
        (f"{X1}group G 0 X1\n", 2, "0 of 1"),
        (f"{X1}group G 2 X1\n", 2, "2 of 1"),
        (f"{X1}group G 01 X1\n", 2, "leading zeros"),
        (f"{X1}group G most X1\n", 2, "leading zeros"),
        (f"{X1}group G any X1 X9\n", 2, "'X9' is not defined"),
        (f"{X1}group G any G\n", 2, "'G' is not defined"),
        (f"{X1}group G any none\n", 2, "'none' is not defined"),
        (f"{X1}group G 2 X1 X1\n", 2, "'X1' is already a member"),
        (f"{X1}{Y1}group G any X1\ngroup H any Y1 X1\n", 4, "'X1' is already a member"),
        ("quorum X1\n", 1, "'X1' is not defined"),
        ("quorum none\nquorum none\n", 2, "quorum line already"),
        ("quorum none", 1, "does not end in a newline"),
    ],
)
def test_a_line_that_is_not_valid_is_refused_by_its_number(text: str, line: int, why: str) -> None:
    with refusal("SL113", why):
        parse_policy(text.encode(), "mine.policy")
    with refusal("SL113", f"mine.policy:{line}: "):
        parse_policy(text.encode(), "mine.policy")


def test_every_line_that_is_not_valid_is_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        parse_policy(b"log x\nrubbish\nquorum none\nquorum y\n", "mine.policy")

    numbers = [line.split(":")[1] for line in caught.value.why.splitlines()]
    assert ["1", "2", "4"] == numbers
    assert "mine.policy" in caught.value.what


@pytest.mark.parametrize("text", ["", "# nothing\n", X1])
def test_a_policy_without_a_quorum_is_refused(text: str) -> None:
    with refusal("SL113", "no quorum line"):
        parse_policy(text.encode())


def test_a_policy_of_endless_size_is_refused() -> None:
    with refusal("SL113", "the limit is"):
        parse_policy(b"#" * (1 << 17) + b"\n")
    with refusal("SL113", "no quorum line"):
        parse_policy(b"#" * ((1 << 17) - 1) + b"\n")


def test_groups_may_stand_upon_groups_a_thousand_deep() -> None:
    chain = [f"group G{n} any G{n - 1}" for n in range(2, 1000)]
    text = "\n".join([X1 + "group G1 any X1", *chain, "quorum G999", ""])
    policy = parse_policy(text.encode())

    assert policy.satisfied_by({KEYS["X1"]})
    assert not policy.satisfied_by({KEYS["X2"]})
