"""Batches: opened under the plan and the bar in force, and closed."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

from signoff_ledger.application.commands.command import (
    ENGINEERS,
    INSPECTS,
    Command,
    as_key,
    as_text,
)
from signoff_ledger.application.commands.follow_up import settle
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.events.batch import BatchStarted
from signoff_ledger.domain.events.process import BatchFinished
from signoff_ledger.domain.plan import Parameter, Provenance, StatedProvenance
from signoff_ledger.domain.spelling import folded
from signoff_ledger.domain.text_checks import checked_label, printable
from signoff_ledger.errors import Advice, InputError, RuleRefusedError


def _checked_provenance(made_on: dict[str, str]) -> dict[str, str]:
    for name, value in made_on.items():
        if name not in Provenance.model_fields:
            raise InputError(
                "SL109",
                f"a run has no {printable(name)!r} to differ in",
                why=f"it has {', '.join(Provenance.model_fields)}",
            )
        checked_label(f"the {name}", value)
    return made_on


def _checked_settings(settings: dict[str, str]) -> dict[str, str]:
    stated_parameters(settings)
    return settings


def stated_parameters(settings: Mapping[str, str]) -> tuple[Parameter, ...] | None:
    """Check settings of the process as stated; gives them in the order of their names."""
    for name, value in settings.items():
        checked_label("the setting's name", name)
        checked_label(f"the setting {name}", value)
    if len({folded(name) for name in settings}) < len(settings):
        raise InputError(
            "SL109", "a setting is stated twice", why="the case of its name makes no other one"
        )
    made = [Parameter(name=name, value=value) for name, value in sorted(settings.items())]
    return tuple(made) or None


class OpenBatch(Command, name="open", roles=ENGINEERS):
    """Open a batch under the plan and bar in force."""

    process: str
    batch: Annotated[str, as_key("the batch's key")]  #: A key for the batch, unique in the ledger.
    #: Fields of the provenance that are stated for this run. What a change made required has to be
    #: stated, here or on the units (G17).
    made_on: Annotated[dict[str, str], AfterValidator(_checked_provenance)] = {}
    #: Settings of the process that are stated for this run.
    parameters: Annotated[dict[str, str], AfterValidator(_checked_settings)] = {}

    def decide(self, work: UnitOfWork) -> None:
        """Open it, on the process's stream and on its own."""
        known = work.known_process(self.process)
        started = work.batch(self.batch)
        if started.exists:
            raise RuleRefusedError(
                "SL305",
                f"batch {self.batch} exists already, in {started.started.process}",
                advice=Advice("choose-other-key"),
            )
        opened = known.open_batch_under(work.stamp, self.batch)
        bar, plan, required = known.bars[-1], known.plans[-1], known.made_on()
        settings = stated_parameters(self.parameters)
        started.start(
            work.stamp,
            BatchStarted(
                attempt=opened.attempt,
                bar=bar.bar,
                bar_number=bar.number,
                bar_set_at=bar.at,
                bar_sha256=bar.sha256,
                batch=self.batch,
                demanded=tuple(sorted(known.demanded)),
                made_on=StatedProvenance.model_validate({**self.made_on, "parameters": settings}),
                plan=plan.plan,
                plan_number=plan.number,
                plan_sha256=plan.plan_sha256,
                process=self.process,
                process_revision=opened.process_revision,
                required=required,
                required_parameters=known.required_parameters,
            ),
        )


class CloseBatch(Command, name="close", roles=INSPECTS):
    """Close a batch; one that has missed its bar holds the process in the same save (S-42)."""

    batch: str
    note: Annotated[str, as_text("the note")] | None = None

    def decide(self, work: UnitOfWork) -> None:
        """Close it, and let the bar speak."""
        known = work.known_batch(self.batch)
        known.close(work.stamp, self.note)
        finished = BatchFinished(batch=self.batch, units=len(known.units))
        work.process(known.started.process).emit(work.stamp, finished)
        settle(work, known)
