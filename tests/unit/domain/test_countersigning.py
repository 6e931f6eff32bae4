"""A buyer agrees to the bar, in advance or not at all."""

import pytest

from signoff_ledger.domain.events.process import BarCountersigned
from signoff_ledger.errors import Attempt, RuleRefusedError
from tests.stories import Story, bar


def registered() -> Story:
    """Register a bar."""
    story = Story()
    story.publish()
    story.register()
    return story


def refused(story: Story, code: str, why: str) -> RuleRefusedError:
    """Expect a countersignature to be refused, and nothing to be recorded."""
    recorded = len(story.journal)
    with pytest.raises(RuleRefusedError) as error:
        story.process.countersign_bar(story.stamp("bela"))
    assert (code, why) == (error.value.code, error.value.why)
    assert recorded == len(story.journal)
    return error.value


def test_the_bar_in_force_is_countersigned_as_it_is() -> None:
    story = registered()
    story.process.countersign_bar(story.stamp("bela"))

    in_force = story.process.bar
    assert in_force is not None
    assert BarCountersigned(bar_sha256=in_force.sha256, number=1) == story.last()
    assert "bela" == in_force.countersigned_by


def test_no_bar_cannot_be_countersigned() -> None:
    story = Story()
    story.publish()

    refused(story, "SL308", "the number to decide on is set before the first unit is built")


def test_a_bar_is_countersigned_once() -> None:
    story = registered()
    story.process.countersign_bar(story.stamp("bela"))

    refused(story, "SL311", "by bela")


def test_a_bar_that_takes_its_place_can_be_countersigned_again() -> None:
    story = registered()
    story.process.countersign_bar(story.stamp("bela"))
    story.supersede(bar(max_rejects=0))
    assert story.process.bar
    assert story.process.bar.countersigned_by is None

    story.process.countersign_bar(story.stamp("bela"))
    assert 2 == story.process.bar.number


def test_an_agreement_is_given_before_any_batch_is_opened() -> None:
    """S-02: the refusal is a fact that is recorded."""
    story = registered()
    story.open("B1")

    why = "batch B1 was opened under it; an agreement is given in advance"
    attempt = refused(story, "SL303", why).attempt
    assert attempt is not None
    found = [("bar-before-results", "batch B1 was opened under it")]
    assert Attempt("bowl", "bar countersign", "bar 1", found) == attempt
