"""The figures in answers are those of decisions: their schema is made of the domain's models."""

from decimal import Decimal

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it brings no types

from signoff_ledger.domain.figures import BarFigures, RateChance
from signoff_ledger.queries import bars, why
from signoff_ledger.queries.json_schema import schema_of
from signoff_ledger.queries.rules import sentences


def test_the_schema_of_a_model_takes_what_is_written_of_it() -> None:
    chance = RateChance(chance=Decimal("0.5"), rate=Decimal("1E-7"))
    figures = BarFigures(
        accepted=(chance,),
        consumer_rate=Decimal("0.2"),
        indifferent_rate=Decimal("0.1"),
        max_rejects=0,
        producer_rate=Decimal("0.01"),
        rate=Decimal(0),
        units=20,
    )
    definitions = schema_of(bars, closed=True)["$defs"]
    schema = {"$defs": definitions, "$ref": "#/$defs/BarFigures"}

    written = figures.model_dump(mode="json")

    assert Draft202012Validator(schema).is_valid(written)
    assert not Draft202012Validator(schema).is_valid(written | {"rate": 0.0})
    assert not Draft202012Validator(schema).is_valid(written | {"more": "1"})


def test_only_what_a_model_can_have_none_of_may_be_absent() -> None:
    figures = schema_of(why)["$defs"]["Figures"]

    absent = {*figures["properties"]} - {*figures["required"]}

    assert {"build_time", "currency", "fix"} == absent


def test_models_within_models_are_described() -> None:
    change = schema_of(why)["$defs"]["BuildTimeChange"]["properties"]

    assert {"batch", "change", "hours", "median_s", "run"} == set(change)
    assert "The earlier batch's median." == change["median_s"]["description"]


def test_nothing_is_said_where_no_batch_is_in_question() -> None:
    assert {"rule": [], "evidence": [], "limits": []} == sentences(None)
