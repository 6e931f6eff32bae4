"""The views that are states: rows of a process, its batches or a person, written from the events.

Every row is at least as new as the event that it is written for: what is loaded is the present.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.person import Person
from signoff_ledger.projections import (
    batch_state,
    explanations,
    nonconformities,
    open_work,
    process_state,
    tables,
    unit_list,
)
from signoff_ledger.projections.current_case import current_case
from signoff_ledger.projections.table import Cursor, ViewTable

if TYPE_CHECKING:
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.process import Process
    from signoff_ledger.persistence.store import LedgerStore

Stream = tuple[str, str]
"""A kind, such as batch, and a key."""

Write = Callable[[Cursor], None]
"""Writes rows within a transaction."""


class _Replacement(NamedTuple):
    """Rows that take the place of those with the values given."""

    table: ViewTable
    rows: list[tuple[object, ...]]
    of: Mapping[str, str]


def of_people(store: LedgerStore, touched: Mapping[Stream, int]) -> Write:
    """Load people and give what writes their rows.

    Args:
        store: The ledger.
        touched: Who, with the position of the last event of each.
    """
    people = {key: store.load(Person, key) for _, key in touched}

    def write(cursor: Cursor) -> None:
        for stream, last in touched.items():
            if _is_newer(cursor, stream, last):
                person = people[stream[1]]
                roles = json.dumps(sorted(map(str, person.roles)))
                row = (person.key, person.printed_name, roles)
                tables.PEOPLE.replace(cursor, [row], person=person.key)

    return write


def of_process(store: LedgerStore, key: str, touched: Mapping[Stream, int]) -> Write:
    """Load a process and give what writes its rows and those of its batches that were touched.

    Args:
        store: The ledger.
        key: The process.
        touched: The process, its batches or both, with the position of the last event of each.
    """
    case = current_case(store, key)
    process, of = case.process, {"process": key}
    batches = {name: case.batches[name] for kind, name in touched if kind == "batch"}
    made = [_Replacement(tables.OPEN_WORK, [*open_work.steps(case)], {**of, "about": ""})]
    is_touched = ("process", key) in touched
    if is_touched:
        made += _of_process(store, process)
        made += [_nonconformities(process, batch) for batch in case.batches.values()]
    if is_touched or any(_is_explained(process, name) for name in batches):
        made.append(_Replacement(tables.EXPLANATIONS, [*explanations.rows(store, case)], of))

    def write(cursor: Cursor) -> None:
        for name, batch in batches.items():
            if _is_newer(cursor, ("batch", name), touched["batch", name]):
                _write_batch(cursor, process, batch)
        if _is_newer(cursor, ("process", key), max(touched.values())):
            for table, rows, place in made:
                table.replace(cursor, rows, **place)

    return write


def _of_process(store: LedgerStore, process: Process) -> list[_Replacement]:
    of, positions = {"process": process.key}, store.positions(process.id)
    return [
        _Replacement(tables.PROCESSES, [process_state.row(process)], of),
        _Replacement(tables.BARS, [*process_state.bars(process, positions)], of),
        _Replacement(tables.ORDERS, [*process_state.orders(process, positions)], of),
    ]


def _nonconformities(process: Process, batch: Batch) -> _Replacement:
    of = {"process": process.key, "batch": batch.key}
    return _Replacement(tables.NONCONFORMITIES, [*nonconformities.rows(process, batch)], of)


def _is_explained(process: Process, batch: str) -> bool:
    """Say whether the explanation of a decision rests on a batch.

    A decision rests on its batch and on those opened before it, one on no batch on all of them; and
    it is disclosed how every batch would have fared under a plan published since.
    """
    if not process.decisions:
        return False
    keys = [*process.batches]
    decided = {decision.batch for decision in process.decisions}
    is_older = process.batches[batch].opened.plan != process.plans[-1].number
    on_none = process.decisions[-1].batch is None
    return on_none or is_older or bool(decided & {*keys[keys.index(batch) :]})


def _write_batch(cursor: Cursor, process: Process, batch: Batch) -> None:
    tables.BATCHES.replace(cursor, [batch_state.row(batch)], batch=batch.key)
    waiting = open_work.corrections(batch)
    tables.OPEN_WORK.replace(cursor, waiting, process=process.key, about=batch.key)
    table, rows, of = _nonconformities(process, batch)
    table.replace(cursor, rows, **of)
    cursor.execute(
        f"SELECT serial, mark FROM {tables.UNITS.name} WHERE batch = ?",  # noqa: S608  # ours
        (batch.key,),
    )
    known = dict(map(tuple, cursor.fetchall()))
    changed = [*unit_list.changed_rows(batch, known)]
    for serial in known.keys() & {str(row[1]) for row in changed}:
        tables.UNITS.remove(cursor, batch=batch.key, serial=serial)
    tables.UNITS.insert(cursor, changed)


def _is_newer(cursor: Cursor, stream: Stream, last: int) -> bool:
    """Say whether rows up to an event are newer than those that stand there, and note them."""
    cursor.execute(_NOTE, (*stream, last))
    return bool(cursor.fetchall())


_NOTE = (
    f"INSERT INTO {tables.STATES.name} AS known VALUES (?, ?, ?)"  # noqa: S608  # ours
    " ON CONFLICT (kind, subject) DO UPDATE SET position = excluded.position"
    " WHERE known.position < excluded.position RETURNING position"
)
