"""The ledger's word against the recount's: every difference as a sentence.

`differences` holds each line that says something derived against the lines before it: verdicts,
attempts, what a batch demands, what is handed over, orders and their refusals. `differences_now`
does the same for an answer that the product gives today, handed in as plain data.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tests.recount.count import built_by_developers, count
from tests.recount.ground import Ground
from tests.recount.log import Data, Line, Log, of_kind
from tests.recount.promises import PROMISES, order_is_new
from tests.recount.rules import Finding, expected_findings, loosens
from tests.recount.standing import SIGNED_OFF, UNSUPPORTED, order_blockers, walk

NEVER_LOST = {"latest-batch", "no-correction-pending", "not-decided-before"}
"""Rules that a standing sign-off is not asked again: they are about taking the decision."""

Report = Iterator[str]


def differences(log: Log, after: int = 0) -> list[str]:
    """Compare every derived line behind a position with a recount of the lines before it."""
    found: list[str] = []
    for line in log.lines:
        check = _CHECKS.get(line.kind)
        if line.position > after and check is not None:
            found += [f"#{line.position} {line.kind}: {said}" for said in check(log, line)]
    return found


def differences_now(log: Log, key: str, said: Data, at: datetime) -> list[str]:
    """Compare what the product says of a process now with a recount.

    Args:
        log: Every line.
        key: The process.
        said: `verdict` with `batch` and `findings`, `signer` (who may be absent), `standing`,
            and `gate`: whether an order may be placed, by quantity and buyer.
        at: The product's clock.
    """
    ground = Ground(log, key)
    now = walk(ground, at)
    found = [*_compared(said["verdict"], _asked(ground, said, at))]
    if now.standing != said["standing"]:
        found.append(f"it stands at {said['standing']}, by the recount at {now.standing}")
    for (quantity, buyer), is_open in said["gate"].items():
        blockers = order_blockers(ground, quantity, buyer, at)
        if is_open is bool(blockers):
            gate = "open" if is_open else "shut"
            why = ", ".join(blockers) or "nothing"
            found.append(f"the gate is {gate} for {quantity} by {buyer}; against it is {why}")
    return [f"{key} now: {sentence}" for sentence in [*found, *_support(ground, at)]]


def _asked(ground: Ground, said: Data, at: datetime) -> Mapping[str, Finding]:
    batch = said["verdict"].get("batch")
    return expected_findings(ground, batch, said.get("signer") or "", at)


def _support(ground: Ground, at: datetime) -> Report:
    """Hold a standing sign-off, or the last word on what it lacks, against a recount (G11)."""
    now = walk(ground, at)
    if now.sign_off is None or now.standing not in {SIGNED_OFF, UNSUPPORTED}:
        return
    since = now.sign_off.position
    marks = [line for line in ground.of("sign-off-unsupported") if line.position > since]
    named = _failing(marks[-1].data["verdict"]) if marks else set()
    lost = set(_reconsidered(ground, now.sign_off, at)) - NEVER_LOST
    if named - NEVER_LOST != lost:
        yield f"the sign-off lacks {_listed(lost)}, on record is {_listed(named)}"


def _reconsidered(ground: Ground, sign_off: Line, at: datetime) -> list[str]:
    """Name the rules that a sign-off no longer meets."""
    findings = expected_findings(
        ground,
        sign_off.data["verdict"]["batch"],
        sign_off.by,
        at,
        is_approver=True,
    )
    return [rule for rule, finding in findings.items() if not finding.holds]


# --- verdicts -----------------------------------------------------------------------------------


def _compared(verdict: Data, expected: Mapping[str, Finding]) -> Report:
    """Compare a verdict, rule by rule and number by number."""
    said = {finding["rule"]: finding for finding in verdict["findings"]}
    about = f"of batch {verdict['batch']}" if "batch" in verdict else "without a batch"
    if said.keys() != expected.keys():
        yield f"the rules asked differ in {_listed(said.keys() ^ expected.keys())}"
    for rule in sorted(said.keys() & expected.keys()):
        finding, again = said[rule], expected[rule]
        if finding["holds"] is not again.holds:
            words = ("holds", "does not hold") if finding["holds"] else ("does not hold", "holds")
            yield f"{rule} {about} {words[0]}; by the recount it {words[1]}"
        for name in sorted(finding["numbers"].keys() & again.numbers.keys()):
            there, here = finding["numbers"][name], again.numbers[name]
            if there != here:
                yield f"{rule} {about} counts {there} {name}, the recount {here}"


def _reasons_compared(verdict: Data, ground: Ground) -> Report:
    """Compare the reasons why units do not count, and the units with each mode."""
    if verdict.get("batch") not in ground.batches:
        return
    counted = count(ground, verdict["batch"])
    said = {finding["rule"]: finding["counts"] for finding in verdict["findings"]}
    pairs = [("representative-units", counted.reasons), ("rejects-within-ac", counted.modes)]
    for rule, numbers in pairs:
        if dict(said.get(rule, {})) != dict(numbers):
            yield f"{rule} counts {dict(said.get(rule, {}))}, the recount {dict(numbers)}"


def _decided(log: Log, line: Line) -> Report:
    """Compare a decision with a recount of what it was taken on."""
    heads = line.data["heads"]
    before = Ground(log.up_to_heads(line.position, heads, line.by), _process_of(log, line))
    verdict = line.data["verdict"]
    signer = line.by if "person" in heads else ""
    expected = expected_findings(before, verdict.get("batch"), signer, line.at)
    yield from _compared(verdict, expected)
    yield from _reasons_compared(verdict, before)


def _held(log: Log, line: Line) -> Report:
    yield from _decided(log, line)
    yield from _ended(log, line)


def _ended(log: Log, line: Line) -> Report:
    """Compare the orders at risk by the end of a sign-off, or by a hold."""
    yield from _orders_at_risk(Ground(log.before(line.position), _process_of(log, line)), line)


def _signed(log: Log, line: Line) -> Report:
    batch = line.data["verdict"]["batch"]
    before = Ground(log.before(line.position), _process_of(log, line))
    findings = expected_findings(before, batch, line.by, line.at)
    lost = {rule for rule, finding in findings.items() if not finding.holds}
    if lost:
        yield f"it was signed off although {_listed(lost)} does not hold"
    built = built_by_developers(before, batch)
    if built:
        yield f"it rests on {_listed(built)}, built by engineers or approvers"
    yield from _decided(log, line)


def _unsupported(log: Log, line: Line) -> Report:
    before = Ground(log.before(line.position), _process_of(log, line))
    sign_off = walk(before, line.at).sign_off
    if sign_off is None:
        yield "there is no sign-off to be unsupported"
        return
    lost = set(_reconsidered(before, sign_off, line.at)) - NEVER_LOST
    named = _failing(line.data["verdict"]) - NEVER_LOST
    if lost != named:
        yield f"it lacks {_listed(named)}, by the recount {_listed(lost)}"
    yield from _reasons_compared(line.data["verdict"], before)
    yield from _orders_at_risk(before, line)


def _failing(verdict: Data) -> set[str]:
    return {finding["rule"] for finding in verdict["findings"] if not finding["holds"]}


def _orders_at_risk(before: Ground, line: Line) -> Report:
    """Compare the orders that a line names as at risk."""
    now = walk(before, line.at)
    mine = sorted((o.reference, o.quantity) for o in now.orders)
    said = sorted((o["reference"], o["quantity"]) for o in line.data.get("orders", []))
    if said != mine:
        yield f"it names {said} as ordered, by the recount {mine}"


# --- batches ------------------------------------------------------------------------------------


def _opened(log: Log, line: Line) -> Report:
    """Compare the attempt and the changes that a batch confirms."""
    ground = Ground(log, _process_of(log, line))
    key = line.data["batch"]
    if key not in ground.batches:
        return
    attempt = len(ground.earlier(key)) + 1
    confirms = [change.data["number"] for change in ground.confirmed_by(key)]
    if line.data["attempt"] != attempt:
        yield f"it is attempt {line.data['attempt']}, by the recount {attempt}"
    if line.data["confirms"] != confirms:
        yield f"it confirms {line.data['confirms']}, by the recount {confirms}"


def _started(log: Log, line: Line) -> Report:
    """Compare what a unit of the batch has to be made on."""
    demand = Ground(log, line.data["process"]).demand_at(line.position)
    pairs: list[tuple[str, Any, Any]] = [
        ("required", line.data["required"], demand.required),
        ("demanded", sorted(line.data.get("demanded", [])), sorted(demand.explicit)),
        ("required_parameters", _settings(line), demand.parameters),
    ]
    for name, said, here in pairs:
        if said != here:
            yield f"{name} is {said}, by the recount {here}"


def _settings(line: Line) -> dict[str, str]:
    return {each["name"]: each["value"] for each in line.data.get("required_parameters", [])}


def _closed(log: Log, line: Line) -> Report:
    """A batch that missed its bar holds the process by itself, by the time it is closed (S-42)."""
    started = log.batch(next(k for k in log.batches() if line in log.batch(k)))[0]
    whole = Log(n for n in log.lines if n.position <= line.position or n.command == line.command)
    ground = Ground(whole, started.data["process"])
    batch = ground.batches[started.data["batch"]]
    if not batch.units:
        return
    findings = expected_findings(ground, batch.key, "", line.at)
    missed = {rule for rule in _BY_ITSELF if not findings[rule].holds}
    held = any(h.data["verdict"].get("batch") == batch.key for h in ground.of("process-held"))
    if missed and not held:
        yield f"batch {batch.key} missed {_listed(missed)} and nothing holds the process"


_BY_ITSELF = (
    "representative-units",
    "rejects-within-ac",
    "no-critical",
    "build-time",
    "single-clauses",
)


def _handed_over(log: Log, line: Line) -> Report:
    """Compare the units that go to the next activity, over all lines of the same command."""
    ground = Ground(log.before(line.position), _process_of(log, line))
    batch = line.data["batch"]
    mine = count(ground, batch).conforming
    lines = [n for n in ground.log.lines if n.command == line.command] + [line]
    said = [s for n in of_kind(lines, line.kind) for s in n.data["serials"]]
    extra = [serial for serial in said if serial not in mine]
    if extra:
        yield f"{_listed(extra)} of batch {batch} must not be handed over"
    if _is_last_of_its_kind(log, line) and set(mine) - set(said):
        yield f"{_listed(set(mine) - set(said))} of batch {batch} could be handed over"


def _is_last_of_its_kind(log: Log, line: Line) -> bool:
    later = (n for n in log.lines if n.position > line.position and n.command == line.command)
    return not any(of_kind(later, line.kind))


# --- plans, orders, refusals --------------------------------------------------------------------


def _published(log: Log, line: Line) -> Report:
    ground = Ground(log, _process_of(log, line))
    marked = {each["difference"] for each in line.data.get("differences", [])}
    if loosens(ground, line) and not marked & {"LOOSENED", "REMOVED"}:
        yield f"plan {line.data['number']} loosens the one before it and does not say so"


def _ordered(log: Log, line: Line) -> Report:
    yield from order_is_new(log, line)
    ground = Ground(log.before(line.position), _process_of(log, line))
    blockers = order_blockers(ground, line.data["quantity"], line.by, line.at)
    if blockers:
        yield f"{line.data['quantity']} were ordered; against it is {_listed(blockers)}"


def _refused(log: Log, line: Line) -> Report:
    data = line.data
    ground = Ground(log.before(line.position), _process_of(log, line))
    subject = re.match(r"(\d+) as |batch (\S+)$", data["subject"])
    if data["code"] == "SL302" and subject is not None:
        if not order_blockers(ground, int(subject[1]), line.by, line.at):
            yield f"an order of {subject[1]} was refused; nothing is against it"
    elif data["code"] == "SL301":
        batch = subject[2] if subject else None
        findings = expected_findings(ground, batch, line.by, line.at)
        mine = {rule for rule, finding in findings.items() if not finding.holds}
        said = {rule["rule"] for rule in data["rules"]}
        if said != mine:
            yield f"a sign-off was refused for {_listed(said)}, by the recount for {_listed(mine)}"


def _process_of(log: Log, line: Line) -> str:
    return next(key for key in log.processes() if log.process(key)[0].stream == line.stream)


def _listed(names: Any) -> str:
    return ", ".join(sorted(names)) or "nothing"


_CHECKS: Mapping[str, Callable[[Log, Line], Report]] = {
    "batch-closed": _closed,
    "batch-opened": _opened,
    "batch-started": _started,
    "command-refused": _refused,
    "inspection-plan-published": _published,
    "process-held": _held,
    "process-signed-off": _signed,
    "production-order-committed": _ordered,
    "sign-off-lapsed": _ended,
    "sign-off-unsupported": _unsupported,
    "sign-off-withdrawn": _ended,
    "units-handed-over": _handed_over,
    **PROMISES,
}
