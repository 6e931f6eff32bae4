"""Corrections: two people, nothing erased, and no reject gone by a word."""

import pytest

from signoff_ledger.domain.events.batch import CorrectionConfirmed, CorrectionRequested
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import BuildMethod, Role, Severity
from signoff_ledger.errors import Advice, InputError, NotFoundError, RuleRefusedError, SignoffError
from tests.stories import Story, opened, story_with_bar, unit


def story_of(*fails: str) -> Story:
    """Begin a story with one unit in the batch."""
    story = opened()
    story.record(unit("U-01", *fails))
    return story


def rejects(story: Story) -> int:
    """Count the rejects of the batch."""
    return len(story.batch.tally().rejects)


# --- asking -------------------------------------------------------------------------------------


def test_a_request_names_the_old_value_the_new_one_and_why() -> None:
    """S-23: the old value stays on record."""
    story = story_of()
    number = story.correct("U-01", "lid", "0.30")

    asked = story.last()

    assert 1 == number
    assert (
        CorrectionRequested(
            becomes="0.30 mm",
            field="lid",
            number=1,
            reading=30,
            reason="a slip",
            serial="U-01",
            was="0.25 mm",
        )
        == asked
    )


def test_nothing_changes_until_a_second_person_has_looked() -> None:
    """S-23."""
    story = story_of("lid")
    story.correct("U-01", "lid", "0.30", remeasured="with the other gauge, three times")

    assert 1 == rejects(story)
    assert 55 == story.batch.unit("U-01").readings["lid"]
    assert 1 == len(story.batch.pending_corrections)


@pytest.mark.parametrize(
    ("field", "becomes"),
    [
        ("lid", "0.30"),
        ("D-1", "void"),
        ("method", "bench"),
        ("tooling", "T-2"),
        ("process_revision", "9"),
        ("operator_role", "Engineer"),
    ],
)
def test_a_reject_does_not_go_away_by_a_word(field: str, becomes: str) -> None:
    """S-23: neither as a slip, nor as void, nor as a unit that should not have counted."""
    story = story_of("lid") if field != "D-1" else opened()
    if field == "D-1":
        story.record(unit("U-01", nonconformities=[NonconformityReport("PINHOLE")]))

    with pytest.raises(RuleRefusedError) as refused:
        story.correct("U-01", field, becomes)

    assert "SL307" == refused.value.code
    assert "cannot be taken back by a word" in refused.value.what
    assert 1 == rejects(story)


def test_a_reject_is_not_renamed_into_a_lighter_one_by_a_word() -> None:
    """S-23: re-labelling is taking back in small steps."""
    story = opened()
    story.record(unit("U-01", nonconformities=[NonconformityReport("NO-HEAT")]))

    with pytest.raises(RuleRefusedError) as refused:
        story.correct("U-01", "D-1", "PINHOLE")

    assert "SL307" == refused.value.code


def test_a_nonconformity_may_be_renamed_within_its_grade() -> None:
    """S-45: it stays a reject, under the right name."""
    story = opened()
    story.record(unit("U-01", nonconformities=[NonconformityReport("PINHOLE")]))
    story.correct("U-01", "D-1", "OTHER")
    story.confirm()

    assert 1 == rejects(story)
    assert "OTHER" == story.batch.unit("U-01").nonconformities[1].mode


@pytest.mark.parametrize("remeasured", [None, "looked again"])
@pytest.mark.parametrize("becomes", ["OTHER", "NO-HEAT", "PINHOLE@base"])
def test_a_mode_that_follows_from_a_reading_is_not_renamed(
    becomes: str, remeasured: str | None
) -> None:
    """G20: not even to a graver one; the clauses count what the readings say."""
    story = story_of("lid")

    with pytest.raises(InputError) as refused:
        story.correct("U-01", "D-1", becomes, remeasured=remeasured)

    assert "SL109" == refused.value.code
    assert (
        "a nonconformity cannot be given another name while the reading that shows it stands"
        == refused.value.why
    )
    assert "LID-SEAT" == story.batch.unit("U-01").nonconformities[1].mode


def test_the_place_of_a_nonconformity_that_a_reading_shows_can_be_put_right() -> None:
    """G20, S-47: its name stays, it is graded again at its zone."""
    story = story_of("glaze")
    story.correct("U-01", "D-1", "PINHOLE@rim")
    story.confirm()

    found = story.batch.unit("U-01").nonconformities[1]

    assert ("PINHOLE", "rim", Severity.CRITICAL) == (found.mode, found.location, found.severity)


def test_a_nonconformity_that_a_reading_shows_goes_with_the_reading_only() -> None:
    """S-23: a failing reading on record always makes a reject."""
    story = story_of("lid")

    with pytest.raises(InputError) as refused:
        story.correct("U-01", "D-1", "void", remeasured="looked again")

    assert "SL109" == refused.value.code
    assert Advice("correct-reading", characteristic="lid") == refused.value.advice


@pytest.mark.parametrize("harmless", ["cavity", "station", "built_by"])
def test_who_built_a_reject_and_where_may_be_put_right(harmless: str) -> None:
    """S-34: what does not decide whether a unit counts needs no new measurement."""
    story = story_of("lid")

    story.correct("U-01", harmless, "2")

    assert 1 == rejects(story)


@pytest.mark.parametrize(
    ("field", "becomes", "code"),
    [
        ("weight", "1", "SL204"),
        ("serial", "U-02", "SL204"),
        ("D-7", "void", "SL204"),
        ("D-1", "OUTLIER", "SL204"),
        ("lid", "0,30", "SL103"),
        ("lid", "", "SL103"),
        ("lid", "0.55", "SL109"),
        ("D-1", "LID-SEAT", "SL109"),
        ("method", "line", "SL109"),
        ("method", "by hand", "SL103"),
        ("process_revision", "soon", "SL103"),
        ("tooling", "T-1\nT-2", "SL103"),
    ],
)
def test_a_request_that_fits_nothing_on_record_is_refused(
    field: str, becomes: str, code: str
) -> None:
    """S-23: no nonconformity can be called an outlier."""
    story = story_of("lid")

    with pytest.raises(SignoffError) as refused:
        story.correct("U-01", field, becomes, remeasured="again")

    assert code == refused.value.code
    assert refused.value.why or refused.value.advice
    assert () == story.batch.pending_corrections


def test_a_refused_request_says_what_is_on_record() -> None:
    """S-23."""
    story = story_of("lid")
    whys = {}
    for field, becomes in (("D-7", "void"), ("lid", "wide"), ("process_revision", "soon")):
        with pytest.raises(SignoffError) as refused:
            story.correct("U-01", field, becomes)
        whys[field] = refused.value.why

    assert {
        "D-7": "it has D-1",
        "lid": "on record is 0.55 mm",
        "process_revision": "on record is as the batch",
    } == whys


def test_a_unit_without_a_nonconformity_is_said_to_have_none() -> None:
    """S-23."""
    with pytest.raises(NotFoundError) as refused:
        story_of().correct("U-01", "D-1", "void")

    assert "it has none" == refused.value.why


def test_a_reading_that_was_never_taken_is_recorded_and_not_corrected() -> None:
    """S-06."""
    story = opened()
    story.record(unit("U-01", without=["heat"]))

    with pytest.raises(NotFoundError) as refused:
        story.correct("U-01", "heat", "pass")

    assert Advice("record-unit") == refused.value.advice


def test_a_unit_that_is_not_there_cannot_be_corrected() -> None:
    story = opened()

    with pytest.raises(NotFoundError):
        story.correct("U-01", "lid", "0.30")


def test_a_field_that_the_batch_declared_is_shown_as_the_batchs() -> None:
    story = story_of()
    story.correct("U-01", "tooling", "T-1")

    asked = story.last()

    assert isinstance(asked, CorrectionRequested)
    assert "as the batch" == asked.was


# --- settings and builders ----------------------------------------------------------------------


def test_a_setting_of_a_unit_can_be_put_right() -> None:
    """G17: by its name; what was not stated was as the batch."""
    story = opened()
    kept = {"name": "air", "value": "wet"}
    story.record(unit("U-01", parameters=[kept, {"name": "ramp K/h", "value": "120"}]))
    story.correct("U-01", "parameter:ramp K/h", "60")
    asked = story.last()
    story.confirm()
    story.correct("U-01", "parameter:glaze", "thin")
    unsaid = story.last()
    story.confirm(2)

    assert isinstance(asked, CorrectionRequested)
    assert isinstance(unsaid, CorrectionRequested)
    assert ("120", "as the batch") == (asked.was, unsaid.was)
    assert [("air", "wet"), ("ramp K/h", "60"), ("glaze", "thin")] == [
        (p.name, p.value) for p in story.batch.unit("U-01").build.parameters or ()
    ]


@pytest.mark.parametrize(
    ("field", "code"),
    [("parameters", "SL204"), ("parameter:", "SL103"), ("parameter", "SL204")],
)
def test_a_setting_without_a_name_is_none(field: str, code: str) -> None:
    """G17."""
    with pytest.raises(SignoffError) as refused:
        story_of().correct("U-01", field, "60")

    assert code == refused.value.code


def test_a_reject_does_not_leave_by_another_setting() -> None:
    """S-23, G17."""
    story = story_with_bar(units=7)
    story.build(units=7)
    story.change("PINHOLE", parameter="ramp K/h", old="120", new="60")
    story.open("B2")
    story.record(unit("U-01", "lid"))

    with pytest.raises(RuleRefusedError) as refused:
        story.correct("U-01", "parameter:ramp K/h", "120")

    assert "SL307" == refused.value.code


def corrected_builder(story: Story, becomes: str, role: Role | None) -> None:
    """Correct who built a unit, as the ledger does: it says whom it knows."""
    number = story.batch.request_correction(
        story.stamp("ines"),
        "U-01",
        "built_by",
        becomes,
        reason="a slip",
        remeasured=None,
        builder_enrolled_as=role,
    )
    story.batch.confirm_correction(story.stamp("ivan"), number, role)


def test_a_unit_that_an_engineer_built_after_all_leaves_the_count() -> None:
    """G23: and comes back when it was somebody else."""
    story = story_of()
    corrected_builder(story, "egon", Role.ENGINEER)
    by_engineer = story.batch.tally().excluded
    corrected_builder(story, "pat", None)

    assert {"U-01": ("ENGINEER_ASSISTED",)} == by_engineer
    assert ("U-01",) == story.batch.tally().representative


def test_a_reject_does_not_leave_because_an_engineer_built_it() -> None:
    """S-23, G23."""
    story = story_of("lid")

    with pytest.raises(RuleRefusedError) as refused:
        corrected_builder(story, "egon", Role.ENGINEER)

    assert "SL307" == refused.value.code
    assert 1 == rejects(story)


def test_a_builder_who_became_an_engineer_meanwhile_takes_no_reject_away() -> None:
    """S-23, G23: what was harmless when it was asked for is not when it is confirmed."""
    story = story_of("lid")
    number = story.correct("U-01", "built_by", "egon")

    with pytest.raises(RuleRefusedError) as refused:
        story.batch.confirm_correction(story.stamp("ivan"), number, Role.ENGINEER)

    assert "SL307" == refused.value.code


def test_a_nonconformity_may_move_to_another_zone_within_its_grade_or_up() -> None:
    """S-47."""
    story = opened()
    story.record(unit("U-01", nonconformities=[NonconformityReport("PINHOLE", "base")]))
    story.correct("U-01", "D-1", "PINHOLE@RIM")
    asked = story.last()
    story.confirm()

    found = story.batch.unit("U-01").nonconformities[1]

    assert isinstance(asked, CorrectionRequested)
    assert ("PINHOLE@base", "PINHOLE@rim") == (asked.was, asked.becomes)
    assert ("rim", Severity.CRITICAL) == (found.location, found.severity)
    with pytest.raises(RuleRefusedError):
        story.correct("U-01", "D-1", "PINHOLE@base")


# --- answering ----------------------------------------------------------------------------------


def test_whoever_asked_cannot_confirm() -> None:
    """S-23: two people."""
    story = story_of()
    story.correct("U-01", "lid", "0.30")

    with pytest.raises(RuleRefusedError) as refused:
        story.confirm(by="ines")

    assert "SL307" == refused.value.code
    assert "needs a second person" in refused.value.what


def test_whoever_asked_cannot_decline() -> None:
    """S-23."""
    story = story_of()
    story.correct("U-01", "lid", "0.30")

    with pytest.raises(RuleRefusedError) as refused:
        story.batch.decline_correction(story.stamp("ines"), 1, "on second thoughts")

    assert "SL307" == refused.value.code


def test_a_confirmed_correction_counts_from_there_on() -> None:
    """S-23: measured again, with a reason, by two people."""
    story = story_of("lid")
    story.correct("U-01", "lid", "0.30", remeasured="gauge was set to inches")
    story.confirm()

    recorded = story.batch.unit("U-01")

    assert 0 == rejects(story)
    assert (30, {}) == (recorded.readings["lid"], recorded.nonconformities)
    assert [1] == [*story.batch.voided]
    assert () == story.batch.pending_corrections
    assert (2, 4) == recorded.events


def test_a_declined_correction_changes_nothing() -> None:
    """S-23."""
    story = story_of("lid")
    before = story.batch.unit("U-01")
    story.correct("U-01", "lid", "0.30", remeasured="again")
    story.batch.decline_correction(story.stamp("ivan"), 1, "the gauge is fine")

    assert before == story.batch.unit("U-01")
    assert () == story.batch.pending_corrections
    assert "ivan" == story.batch.corrections[1].declined_by


def test_an_answered_correction_cannot_be_answered_again() -> None:
    """S-23."""
    story = story_of()
    story.correct("U-01", "lid", "0.30")
    story.confirm()

    with pytest.raises(NotFoundError):
        story.confirm()


def test_a_correction_that_nobody_asked_for_cannot_be_answered() -> None:
    story = story_of()

    with pytest.raises(NotFoundError) as refused:
        story.batch.decline_correction(story.stamp(), 3, "no")

    assert "none" in refused.value.why


def test_the_corrections_that_wait_are_named() -> None:
    story = story_of()
    story.correct("U-01", "lid", "0.30")
    story.correct("U-01", "station", "A")

    with pytest.raises(NotFoundError) as refused:
        story.batch.decline_correction(story.stamp(), 3, "no")

    assert "1, 2" in refused.value.why


def test_a_correction_can_make_a_reject() -> None:
    """S-23: it works against the batch as it does for it."""
    story = story_of()
    story.correct("U-01", "lid", "0.55")
    story.confirm()

    event = next(e.event for e in story.journal if isinstance(e.event, CorrectionConfirmed))

    assert event.nonconformity is not None
    assert ("LID-SEAT", 1) == (event.nonconformity.mode, event.nonconformity.number)
    assert (1, 1) == (rejects(story), story.batch.last_nonconformity)


def test_one_failing_value_for_another_makes_no_second_nonconformity() -> None:
    """S-45."""
    story = story_of("lid")
    story.correct("U-01", "lid", "0.60")
    story.confirm()

    assert [1] == [*story.batch.unit("U-01").nonconformities]
    assert 60 == story.batch.unit("U-01").readings["lid"]


def test_a_conforming_value_for_another_makes_no_nonconformity() -> None:
    story = story_of()
    story.correct("U-01", "lid", "0.40")
    story.confirm()

    assert {} == story.batch.unit("U-01").nonconformities


def test_a_nonconformity_can_be_named_rightly() -> None:
    """S-45, S-47: it is graded again at its place."""
    story = opened()
    story.record(unit("U-01", nonconformities=[NonconformityReport("OTHER", "rim", "a hole")]))
    story.correct("U-01", "D-1", "PINHOLE")
    story.confirm()

    named = story.batch.unit("U-01").nonconformities[1]

    assert ("PINHOLE", Severity.CRITICAL, "a hole") == (named.mode, named.severity, named.note)


def test_a_nonconformity_that_was_none_can_be_void() -> None:
    """S-23: only where it was looked at again, and it stays visible as void."""
    story = opened()
    story.record(unit("U-01", nonconformities=[NonconformityReport("PINHOLE")]))
    story.correct("U-01", "D-1", "void", remeasured="it was dust; wiped off, photographed")
    story.confirm()

    assert 0 == rejects(story)
    assert "PINHOLE" == story.batch.voided[1].mode


def test_how_a_unit_was_built_can_be_corrected() -> None:
    """S-05: it leaves the count, and stays visible."""
    story = story_of()
    story.correct("U-01", "method", "bench")
    story.confirm()

    batch = story.batch

    assert BuildMethod.BENCH is batch.unit("U-01").build.method
    assert {"U-01": ("BENCH_BUILT",)} == batch.tally().excluded


def test_a_correction_that_no_longer_fits_the_record_cannot_be_confirmed() -> None:
    """S-23: another correction came first."""
    story = story_of()
    story.correct("U-01", "lid", "0.30")
    story.correct("U-01", "lid", "0.35")
    story.confirm(1)

    with pytest.raises(RuleRefusedError) as refused:
        story.confirm(2)

    assert "SL305" == refused.value.code
    assert "it would correct 0.25 mm, by now lid is 0.30 mm" == refused.value.why
    assert 30 == story.batch.unit("U-01").readings["lid"]


def test_a_nonconformity_is_void_once() -> None:
    """S-23."""
    story = opened()
    story.record(unit("U-01", nonconformities=[NonconformityReport("PINHOLE")]))
    story.correct("U-01", "D-1", "void", remeasured="dust")
    story.correct("U-01", "D-1", "void", remeasured="dust")
    story.confirm(1)

    with pytest.raises(NotFoundError):
        story.confirm(2)


def test_a_unit_that_became_a_reject_meanwhile_does_not_leave_by_a_word() -> None:
    """S-23: what was harmless when it was asked for is not when it is confirmed."""
    story = story_of()
    story.correct("U-01", "method", "bench")
    story.batch.record_nonconformity(story.stamp(), "U-01", NonconformityReport("PINHOLE"), None)

    with pytest.raises(RuleRefusedError) as refused:
        story.confirm()

    assert "SL307" == refused.value.code
    assert 1 == rejects(story)
