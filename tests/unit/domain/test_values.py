"""Texts, keys and times: what may be recorded, and what never reaches a stored line."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from signoff_ledger.domain.plan import DesignApproval, Price, ProcessIdentity
from signoff_ledger.domain.values import (
    LABEL_LIMIT,
    TEXT_LIMIT,
    Outcome,
    Severity,
    UtcTime,
    Value,
    check_fingerprint,
    check_key,
    check_label,
    check_text,
    check_verifier_key,
    format_utc,
    in_key_order,
    legible,
    parse_utc,
)

HIDDEN = [
    pytest.param("\x1b[2J", id="terminal escape"),
    pytest.param("a\x00b", id="null"),
    pytest.param("a\tb", id="tab"),
    pytest.param("a\rb", id="carriage return"),
    pytest.param("a\x7fb", id="delete"),
    pytest.param("a\x85b", id="next line"),
    pytest.param("abc\u202edef", id="right-to-left override"),
    pytest.param("abc\u2066def", id="direction isolate"),
    pytest.param("a\u200bb", id="zero width space"),
    pytest.param("a\u2028b", id="line separator"),
    pytest.param("a\u2029b", id="paragraph separator"),
    pytest.param("a\ufeffb", id="byte order mark"),
    pytest.param("a\ud800b", id="half a surrogate pair"),
    pytest.param("a\ue000b", id="private use"),
    pytest.param("a\uffffb", id="no character"),
]


JOINED = [
    pytest.param("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", id="a Persian name"),
    pytest.param("\u0915\u094d\u200d\u0937", id="Hindi, behind a virama"),
    pytest.param("\u0d28\u0d4d\u200d", id="Malayalam, at the end of a word"),
    pytest.param("\U0001f469\u200d\U0001f527", id="a mechanic"),
    pytest.param("\U0001f3f3\ufe0f\u200d\U0001f308", id="a flag with a variation selector"),
]

LOOSE = [
    pytest.param("a\u200db", id="between Latin letters"),
    pytest.param("\u200d\U0001f527", id="at the beginning"),
    pytest.param("\U0001f469\u200d", id="behind an emoji"),
    pytest.param("\U0001f469\u200c\U0001f527", id="a non-joiner between emoji"),
    pytest.param("\u0639\u200ca", id="between two scripts"),
    pytest.param("\u0639\u202e\u0631", id="a direction mark between Arabic letters"),
]


@pytest.mark.parametrize("text", JOINED)
def test_a_joiner_is_part_of_how_words_and_emoji_are_spelt(text: str) -> None:
    assert text == check_text(text) == check_label(text) == legible(text)


@pytest.mark.parametrize("text", LOOSE)
def test_a_joiner_that_joins_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="holds the hidden character"):
        check_text(text)


class Moment(Value):
    at: UtcTime


@pytest.mark.parametrize("text", HIDDEN)
def test_a_text_that_a_screen_would_obey_is_refused(text: str) -> None:
    """A stored note is shown on terminals for years (S-58)."""
    with pytest.raises(ValueError, match="holds the hidden character"):
        check_text(text)


@pytest.mark.parametrize("text", HIDDEN)
def test_a_label_that_a_screen_would_obey_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="holds the hidden character"):
        check_label(text)


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines",
        "Glasur: Nadelstiche, 0,3 mm",
        "釉薬のピンホール",
        "שלום",
        "£149",
        "x" * TEXT_LIMIT,
    ],
)
def test_a_text_in_any_language_is_kept_as_it_is(text: str) -> None:
    assert text == check_text(text)


@pytest.mark.parametrize("text", ["", " ", "\n", "\u00a0"])
def test_an_empty_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is empty"):
        check_text(text)


def test_a_text_has_a_limit() -> None:
    with pytest.raises(ValueError, match="has 2001 characters, the limit is 2000"):
        check_text("x" * (TEXT_LIMIT + 1))


@pytest.mark.parametrize("text", ["U-01", "№ 7", "Stoke on Trent", "x" * LABEL_LIMIT])
def test_a_label_may_be_what_is_printed_on_the_part(text: str) -> None:
    assert text == check_label(text)


@pytest.mark.parametrize("text", ["", " U-01", "U-01 ", "U-01\n", "x" * (LABEL_LIMIT + 1)])
def test_a_label_is_refused_when_it_is_empty_padded_or_too_long(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 80 characters and no space at either end"):
        check_label(text)


def test_a_label_is_a_single_line() -> None:
    """A serial with a line break could forge a row of a report."""
    with pytest.raises(ValueError, match="must be a single line"):
        check_label("U-01\nU-02")


@pytest.mark.parametrize("text", ["B1", "08.10.06", "line/2:a_b-c", "x" * 64])
def test_a_key_is_plain_ascii(text: str) -> None:
    assert text == check_key(text)


@pytest.mark.parametrize("text", ["", "-B1", "B 1", "B1\n", "Bäh", "x" * 65, "٣"])
def test_another_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be 1 to 64 of"):
        check_key(text)


@pytest.mark.parametrize("code", ["08.10.06", "00.00.00"])
def test_an_activity_code_is_three_pairs_of_digits(code: str) -> None:
    """S-29."""
    identity = ProcessIdentity(activity=code, name="Bowl", run_max=2, run_min=1)

    assert code == identity.activity


@pytest.mark.parametrize("code", ["8.10.6", "08.10", "08-10-06", "08.10.06.", "٠٨.10.06", ""])
def test_another_activity_code_is_refused(code: str) -> None:
    """S-29."""
    with pytest.raises(ValidationError, match="must be an activity code such as"):
        ProcessIdentity(activity=code, name="Bowl", run_max=2, run_min=1)


@pytest.mark.parametrize("digest", ["c" * 63, "C" * 64, "g" * 64, ""])
def test_a_digest_is_64_lower_case_hexadecimal_digits(digest: str) -> None:
    """S-03."""
    with pytest.raises(ValidationError, match="must be a SHA-256"):
        DesignApproval(document="DRW-7", reference="DA-7", sha256=digest)


def test_a_claimed_time_is_kept_in_utc() -> None:
    """G10."""
    offset = timezone(timedelta(hours=1))
    moment = Moment(at=datetime(2026, 3, 2, 9, 30, tzinfo=offset))

    assert datetime(2026, 3, 2, 8, 30, tzinfo=UTC) == moment.at
    assert '{"at":"2026-03-02T08:30:00.000000Z"}' == moment.model_dump_json()


def test_a_time_without_an_offset_is_refused() -> None:
    """G10."""
    with pytest.raises(ValidationError, match="needs an offset from UTC"):
        Moment.model_validate({"at": "2026-03-02T09:30:00"})


def test_a_time_is_written_with_microseconds_and_read_back() -> None:
    """G10."""
    moment = datetime(2026, 3, 2, 8, 30, 1, 7, tzinfo=UTC)

    assert "2026-03-02T08:30:01.000007Z" == format_utc(moment)
    assert moment == parse_utc(format_utc(moment))


def test_a_year_of_one_digit_is_written_with_four() -> None:
    """G10: a mistyped year must not make a line that cannot be read back."""
    moment = datetime(1, 1, 1, tzinfo=UTC)

    assert "0001-01-01T00:00:00.000000Z" == format_utc(moment)
    assert moment == parse_utc(format_utc(moment))


def test_a_time_before_the_first_year_of_utc_is_refused() -> None:
    """G10."""
    with pytest.raises(ValidationError, match="outside the years that UTC can write"):
        Moment.model_validate({"at": "0001-01-01T00:00:00+14:00"})


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T08:30:01Z",
        "2026-03-02T08:30:01.000007",
        "2026-03-02T08:30:01.000007+00:00",
        "2026-03-02 08:30:01.000007Z",
        "2026-03-02T08:30:01,000007Z",
        "2026-03-02T08:30:01.000007z",
        "2026-13-02T08:30:01.000007Z",
        "٢٠٢٦-03-02T08:30:01.000007Z",
    ],
)
def test_a_time_that_is_spelt_otherwise_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_utc(text)


def test_the_grades_are_ordered() -> None:
    """S-47."""
    grades = [Severity.CRITICAL, Severity.MINOR, Severity.MAJOR]

    assert [Severity.MINOR, Severity.MAJOR, Severity.CRITICAL] == sorted(
        grades, key=lambda grade: grade.rank
    )


def test_a_decision_has_two_outcomes() -> None:
    """S-19."""
    assert ["SIGNED_OFF", "HELD"] == [*Outcome]


@pytest.mark.parametrize("third", ["CONDITIONAL", "INTERIM", "signed_off", ""])
def test_a_third_outcome_is_refused(third: str) -> None:
    """S-19."""
    with pytest.raises(ValueError):
        Outcome(third)


def test_a_mapping_is_put_in_key_order() -> None:
    assert ["A", "B", "a"] == [*in_key_order({"a": 1, "B": 2, "A": 3})]


def test_a_value_cannot_be_changed() -> None:
    price = Price.model_validate({"amount": "149", "currency": "GBP"})

    with pytest.raises(ValidationError, match="frozen"):
        price.currency = "EUR"  # type: ignore[misc]


def test_a_value_takes_no_unknown_field() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Price.model_validate({"amount": "149", "currency": "GBP", "discount": "10"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SHA256:",
        "SHA256:" + "A" * 42,
        "SHA256:" + "A" * 44,
        "SHA256:" + "A" * 42 + "=",
        "SHA256:" + "A" * 42 + "-",
        "sha256:" + "A" * 43,
        "MD5:" + "A" * 43,
        "SHA256:" + "A" * 43 + "\n",
        "SHA256:" + "A" * 42 + "\u00c4",
    ],
)
def test_what_names_no_key_as_openssh_does_is_refused(text: str) -> None:
    assert "SHA256:" + "A+/" * 14 + "z" == check_fingerprint("SHA256:" + "A+/" * 14 + "z")

    with pytest.raises(ValueError, match="must be SHA256: and 43 characters of base64"):
        check_fingerprint(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a+c74f20a3",
        "a+c74f20a+" + "A" * 44,
        "a+C74F20A3+" + "A" * 44,
        "a+c74f20a3+" + "A" * 43,
        "a+c74f20a3+" + "A" * 45,
        "a+c74f20a3+" + "A" * 43 + "=",
        "+c74f20a3+" + "A" * 44,
        "a b+c74f20a3+" + "A" * 44,
        "a+b+c74f20a3+" + "A" * 44,
        "\u00e4+c74f20a3+" + "A" * 44,
        "a" * 201 + "+c74f20a3+" + "A" * 44,
        "a+c74f20a3+" + "A" * 44 + "\n",
    ],
)
def test_what_is_not_shaped_as_a_verifier_key_is_refused(text: str) -> None:
    good = "a" * 200 + "+c74f20a3+" + "A" * 44
    assert good == check_verifier_key(good)

    with pytest.raises(ValueError, match="must be a verifier key such as"):
        check_verifier_key(text)
