"""What waits for a person: the next steps that their roles may take."""

import json
from collections import Counter
from datetime import datetime
from typing import TypedDict

from signoff_ledger.projections.tables import OPEN_WORK, PEOPLE
from signoff_ledger.queries.reader import Reader, picked
from signoff_ledger.queries.standing import is_past
from signoff_ledger.queries.value_forms import Count, RoleName
from signoff_ledger.unknown_names import unknown_person

SCHEMA = "signoff.tasks/1"


class TaskAnswer(TypedDict):
    """A next step, and the role that may take it."""

    process: str  #: The process.
    place: Count  #: Its place among the steps of the process.
    role: RoleName  #: The role that may take it.
    not_person: str  #: A person who may not, though they have the role; else empty.
    batch: str  #: The batch it is about; empty where there is none.
    task: str  #: The step in words.


class TasksAnswer(TypedDict):
    """What waits for a person: `signoff status --mine`."""

    person: str  #: Their key.
    tasks: list[TaskAnswer]  #: Steps that their roles may take.


ANSWER = TasksAnswer
ROW = TaskAnswer


def tasks_of(reader: Reader, person: str, now: datetime) -> TasksAnswer:
    """Say what waits for a person.

    Raises:
        NotFoundError: No person is enrolled under that key.
    """
    found = reader.read(PEOPLE, "person = ?", (person,))
    if not found:
        raise unknown_person(person)
    roles = json.loads(found[0]["roles"])
    steps = tasks(reader, now)
    mine = [step for step in steps if step["role"] in roles and step["not_person"] != person]
    return {"person": person, "tasks": mine}


def tasks(reader: Reader, now: datetime, process: str | None = None) -> list[TaskAnswer]:
    """List the next steps of every process, or of one, at a moment.

    A sign-off that time has ended waits for no order (G26).
    """
    where, of = ("process = ?", (process,)) if process is not None else ("", ())
    # Corrections come before the step of the process as a whole.
    rows = reader.read(OPEN_WORK, where, of, order="process, about = '', about, place")
    places: Counter[str] = Counter()
    answer = []
    for row in rows:
        is_due = not row["from_at"] or is_past(row["from_at"], now)
        if is_due and not is_past(row["until_at"], now):
            answer.append(picked(TaskAnswer, {**row, "place": places[row["process"]]}))
            places[row["process"]] += 1
    return answer
