"""Setting things up: the plan, the bar, approvals from elsewhere, opening a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.events.batch import BatchStarted
from signoff_ledger.domain.plan import (
    DesignApproval,
    Parameter,
    Provenance,
    StatedProvenance,
    content_sha256,
)
from signoff_ledger.domain.spelling import folded
from signoff_ledger.domain.text_checks import (
    checked_key,
    checked_label,
    checked_text,
    printable,
)
from signoff_ledger.errors import InputError, NotFoundError, RuleRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signoff_ledger.application.ledger import Call, Ledger, Receipt, UnitOfWork
    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.formats.plan_toml import PlanFile


def publish_plan(ledger: Ledger, call: Call, file: PlanFile, reason: str | None) -> Receipt:
    """Publish the plan of a file, and its design approval where that is new."""
    checked_text("the reason", reason)

    def decide(work: UnitOfWork) -> None:
        process = work.process(file.process)
        process.publish_plan(work.stamp, file.plan, file.design, reason)

    content = {
        "process": file.process,
        "plan": content_sha256(file.plan),
        "design": content_sha256(file.design),
        "reason": reason,
    }
    return ledger.act(call, "plan publish", content, decide)


def countersign_plan(ledger: Ledger, call: Call, process: str) -> Receipt:
    """Agree, as a second person, to a plan that loosens the one before (G15)."""

    def decide(work: UnitOfWork) -> None:
        work.known_process(process).countersign_plan(work.stamp)

    return ledger.act(call, "plan countersign", {"process": process}, decide)


def note_approval(
    ledger: Ledger,
    call: Call,
    process: str,
    *,
    of: str,
    reference: str,
    note: str | None,
    document: str | None = None,
    sha256: str | None = None,
) -> Receipt:
    """Refer to an approval given elsewhere: of the design, or of the tooling (S-12, S-43)."""
    checked_label("the reference", reference)
    checked_text("the note", note)

    def decide(work: UnitOfWork) -> None:
        known = work.known_process(process)
        if of == "tooling" and (document is not None or sha256 is not None):
            raise InputError(
                "SL109",
                "a tooling approval names no document",
                fix="leave --document and --sha256 out, or say --of design",
            )
        if of == "tooling":
            tooling = known.made_on().tooling
            known.note_tooling_approval(work.stamp, tooling, reference, note)
            return
        if document is None or sha256 is None:
            raise InputError(
                "SL109",
                "a design approval needs the document and its digest",
                fix="--document ID --sha256 HEX, as  sha256sum FILE  prints it",
            )
        approval = _design(document, reference, sha256)
        known.publish_plan(work.stamp, known.plans[-1].plan, approval, note)

    content = {
        "process": process,
        "of": of,
        "reference": reference,
        "note": note,
        "document": document,
        "sha256": sha256,
    }
    return ledger.act(call, "approval", content, decide)


def register_bar(ledger: Ledger, call: Call, process: str, bar: Bar) -> Receipt:
    """Register the first bar of a process, before any unit is built."""

    def decide(work: UnitOfWork) -> None:
        work.known_process(process).register_bar(work.stamp, bar)

    content = {"process": process, "bar": content_sha256(bar)}
    return ledger.act(call, "bar register", content, decide)


def supersede_bar(ledger: Ledger, call: Call, process: str, bar: Bar, reason: str) -> Receipt:
    """Put another bar in force for the next batch (G6, G16)."""
    checked_text("the reason", reason)

    def decide(work: UnitOfWork) -> None:
        work.known_process(process).supersede_bar(work.stamp, bar, reason)

    content = {"process": process, "bar": content_sha256(bar), "reason": reason}
    return ledger.act(call, "bar supersede", content, decide)


def countersign_bar(ledger: Ledger, call: Call, process: str) -> Receipt:
    """Agree to the bar in force, as whoever will order, before a batch is opened under it."""

    def decide(work: UnitOfWork) -> None:
        work.known_process(process).countersign_bar(work.stamp)

    return ledger.act(call, "bar countersign", {"process": process}, decide)


def open_batch(
    ledger: Ledger,
    call: Call,
    process: str,
    batch: str,
    made_on: Mapping[str, str],
    *,
    parameters: Mapping[str, str] | None = None,
) -> Receipt:
    """Open a batch under the plan and bar in force.

    Args:
        ledger: The ledger.
        call: By whom.
        process: The process.
        batch: A key for the batch, unique in the ledger.
        made_on: Fields of the provenance that are stated for this run. What a change made
            required has to be stated, here or on the units (G17).
        parameters: Settings of the process that are stated for this run.
    """
    checked_key("the batch's key", batch)
    for name, value in made_on.items():
        if name not in Provenance.model_fields:
            raise InputError(
                "SL109",
                f"a run has no {printable(name)!r} to differ in",
                why=f"it has {', '.join(Provenance.model_fields)}",
            )
        checked_label(f"the {name}", value)
    settings = stated_parameters(parameters or {})

    def decide(work: UnitOfWork) -> None:
        known = work.known_process(process)
        started = work.batch(batch)
        if started.exists:
            raise RuleRefusedError(
                "SL305",
                f"batch {batch} exists already, in {started.started.process}",
                fix="choose another key",
            )
        opened = known.open_batch_under(work.stamp, batch)
        bar, plan, required = known.bars[-1], known.plans[-1], known.made_on()
        started.start(
            work.stamp,
            BatchStarted(
                attempt=opened.attempt,
                bar=bar.bar,
                bar_number=bar.number,
                bar_set_at=bar.at,
                bar_sha256=bar.sha256,
                batch=batch,
                demanded=tuple(sorted(known.demanded)),
                made_on=StatedProvenance.model_validate({**made_on, "parameters": settings}),
                plan=plan.plan,
                plan_number=plan.number,
                plan_sha256=plan.plan_sha256,
                process=process,
                process_revision=opened.process_revision,
                required=required,
                required_parameters=known.required_parameters,
            ),
        )

    content = {
        "process": process,
        "batch": batch,
        "made_on": dict(made_on),
        "parameters": dict(parameters or {}),
    }
    return ledger.act(call, "open", content, decide)


def stated_parameters(parameters: Mapping[str, str]) -> tuple[Parameter, ...] | None:
    """Check settings of the process as stated; gives them in the order of their names."""
    for name, value in parameters.items():
        checked_label("the setting's name", name)
        checked_label(f"the setting {name}", value)
    if len({folded(name) for name in parameters}) < len(parameters):
        raise InputError(
            "SL109", "a setting is stated twice", why="the case of its name makes no other one"
        )
    made = [Parameter(name=name, value=value) for name, value in sorted(parameters.items())]
    return tuple(made) or None


def only_process(work: UnitOfWork, key: str | None) -> str:
    """Give the key of the process meant: the one named, or the only one there is.

    Raises:
        NotFoundError: None is named and there is not exactly one.
    """
    if key is not None:
        work.known_process(key)
        return key
    keys = work.store.process_keys()
    if len(keys) == 1:
        return keys[0]
    raise NotFoundError(
        "SL201",
        "no process is named" if keys else "this ledger has no process yet",
        why=f"this ledger has {', '.join(keys)}" if keys else "",
        fix="name one" if keys else "publish a plan:  signoff plan publish FILE",
    )


def _design(document: str, reference: str, sha256: str) -> DesignApproval:
    try:
        return DesignApproval(document=document, reference=reference, sha256=sha256)
    except ValueError as error:
        first = error.errors()[0]  # type: ignore[attr-defined]  # pydantic raises it
        raise InputError(
            "SL106",
            f"the design approval: {first['loc'][0]} {first['msg'].removeprefix('Value error, ')}",
            fix="--document ID --sha256 HEX, as  sha256sum FILE  prints it",
        ) from None
