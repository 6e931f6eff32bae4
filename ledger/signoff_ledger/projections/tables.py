"""The tables of the views: names and columns, apart from the modules that fill them.

A reader imports this module and none that fills a view, so that an answer loads neither the rules
nor the events.
"""

from __future__ import annotations

from signoff_ledger.projections.table import ViewTable

POSITIONS = ViewTable(
    "view_positions",
    (("name", "TEXT NOT NULL"), ("position", "INTEGER NOT NULL")),
    key=("name",),
)

STATES = ViewTable(
    "view_states",
    (("kind", "TEXT NOT NULL"), ("subject", "TEXT NOT NULL"), ("position", "INTEGER NOT NULL")),
    key=("kind", "subject"),
)
"""The event up to which the rows of a process, batch or person were written.

It keeps a slow writer from writing older rows over newer ones.
"""

SUBJECTS = ViewTable(
    "view_subjects",
    (
        ("stream", "TEXT NOT NULL"),
        ("kind", "TEXT NOT NULL"),
        ("subject", "TEXT NOT NULL"),
        ("process", "TEXT NOT NULL"),
        ("begun", "INTEGER NOT NULL"),
    ),
    key=("stream",),
    indexes=(("kind", "subject"),),
)
"""What each stream is about, and the position at which it begins."""

PEOPLE = ViewTable(
    "view_people",
    (
        ("person", "TEXT NOT NULL"),
        ("printed_name", "TEXT NOT NULL"),
        ("roles", "TEXT NOT NULL"),
    ),
    key=("person",),
)
"""Every person enrolled; the roles are a JSON list in the order of their names."""

HISTORY = ViewTable(
    "view_history",
    (
        ("position", "INTEGER NOT NULL"),
        ("recorded_at", "TEXT NOT NULL"),
        ("observed_at", "TEXT NOT NULL"),
        ("person", "TEXT NOT NULL"),
        ("kind", "TEXT NOT NULL"),
        ("subject", "TEXT NOT NULL"),
        ("process", "TEXT NOT NULL"),
        ("serial", "TEXT NOT NULL"),
        ("type", "TEXT NOT NULL"),
        ("sentence", "TEXT NOT NULL"),
        ("is_context", "INTEGER NOT NULL"),
        ("command_id", "TEXT NOT NULL"),
    ),
    key=("position",),
    indexes=(("process", "position"), ("subject", "position"), ("serial", "position")),
)
"""The auditable history: one row and one plain sentence per event.

`serial` is the unit that an event is about, or "". `is_context` is 1 for what `why` lists as
the context of a decision.
"""

PROCESSES = ViewTable(
    "view_processes",
    (
        ("process", "TEXT NOT NULL"),
        ("name", "TEXT NOT NULL"),
        ("called", "TEXT NOT NULL"),
        ("activity", "TEXT NOT NULL"),
        ("stage", "TEXT NOT NULL"),
        ("next_activity", "TEXT NOT NULL"),
        ("standing", "TEXT NOT NULL"),
        ("standing_why", "TEXT NOT NULL"),
        ("signature", "TEXT NOT NULL"),
        ("process_revision", "INTEGER NOT NULL"),
        ("signed_revision", "INTEGER"),
        ("run_min", "INTEGER NOT NULL"),
        ("run_max", "INTEGER NOT NULL"),
        ("ordered", "INTEGER NOT NULL"),
        ("orders", "TEXT NOT NULL"),
        ("orders_from_before", "TEXT NOT NULL"),
        ("lapses_at", "TEXT NOT NULL"),
        ("lapse_why", "TEXT NOT NULL"),
        ("plan", "INTEGER NOT NULL"),
        ("bar", "INTEGER"),
        ("planned", "INTEGER"),
        ("ac", "INTEGER"),
        ("attempts", "INTEGER NOT NULL"),
        ("open_batch", "TEXT NOT NULL"),
        ("latest_batch", "TEXT NOT NULL"),
        ("changes", "INTEGER NOT NULL"),
        ("decisions", "INTEGER NOT NULL"),
        ("held_since", "TEXT NOT NULL"),
        ("made_of", "TEXT NOT NULL"),
        ("seen_by_others", "TEXT NOT NULL"),
    ),
    key=("process",),
)
"""The current state of each process.

`made_of` is JSON: its tooling, and the documents and digests of its designs. `seen_by_others` is
what is said of it where another process has the same tooling or design.
"""

BARS = ViewTable(
    "view_bars",
    (
        ("process", "TEXT NOT NULL"),
        ("number", "INTEGER NOT NULL"),
        ("units", "INTEGER NOT NULL"),
        ("max_rejects", "INTEGER NOT NULL"),
        ("registered_at", "TEXT NOT NULL"),
        ("loosened", "TEXT NOT NULL"),
        ("reason", "TEXT"),
        ("digest", "TEXT NOT NULL"),
        ("position", "INTEGER NOT NULL"),
    ),
    key=("process", "number"),
)
"""Every bar of each process; `loosened` is a JSON list."""

ORDERS = ViewTable(
    "view_orders",
    (
        ("process", "TEXT NOT NULL"),
        ("place", "INTEGER NOT NULL"),
        ("reference", "TEXT NOT NULL"),
        ("quantity", "INTEGER NOT NULL"),
        ("batch", "TEXT"),
        ("person", "TEXT NOT NULL"),
        ("recorded_at", "TEXT NOT NULL"),
        ("position", "INTEGER NOT NULL"),
        ("cancelled", "INTEGER NOT NULL"),
    ),
    key=("process", "place"),
)
"""Every production order of each process, in the order recorded; no batch where it was reported."""

EXPLANATIONS = ViewTable(
    "view_explanations",
    (
        ("process", "TEXT NOT NULL"),
        ("batch", "TEXT NOT NULL"),
        ("position", "INTEGER NOT NULL"),
        ("latest", "INTEGER NOT NULL"),
        ("answer", "TEXT NOT NULL"),
    ),
    key=("process", "batch"),
)
"""The latest decision on each batch, as `why` shows it, in JSON; batch "" for one on no batch.

`latest` is 1 where it answers for the process as a whole: no later batch is the question.
"""

BATCHES = ViewTable(
    "view_batches",
    (
        ("batch", "TEXT NOT NULL"),
        ("process", "TEXT NOT NULL"),
        ("attempt", "INTEGER NOT NULL"),
        ("state", "TEXT NOT NULL"),
        ("outcome", "TEXT NOT NULL"),
        ("process_revision", "INTEGER NOT NULL"),
        ("bar", "INTEGER NOT NULL"),
        ("planned", "INTEGER NOT NULL"),
        ("ac", "INTEGER NOT NULL"),
        ("recorded", "INTEGER NOT NULL"),
        ("units", "INTEGER NOT NULL"),
        ("excluded", "INTEGER NOT NULL"),
        ("incomplete", "INTEGER NOT NULL"),
        ("rejects", "INTEGER NOT NULL"),
        ("nonconformities", "INTEGER NOT NULL"),
        ("critical", "INTEGER NOT NULL"),
        ("timed", "INTEGER NOT NULL"),
        ("build_time_median_s", "TEXT"),
        ("build_time_reference_s", "INTEGER"),
        ("build_time_ratio", "TEXT"),
        ("retests", "INTEGER NOT NULL"),
        ("corrections", "INTEGER NOT NULL"),
        ("corrections_pending", "INTEGER NOT NULL"),
        ("excluded_units", "TEXT NOT NULL"),
        ("incomplete_units", "TEXT NOT NULL"),
        ("modes", "TEXT NOT NULL"),
        ("outcomes", "TEXT NOT NULL"),
    ),
    key=("batch",),
    indexes=(("process", "attempt"),),
)
"""The current state of each batch, counted; the last four columns are JSON."""

UNITS = ViewTable(
    "view_units",
    (
        ("batch", "TEXT NOT NULL"),
        ("serial", "TEXT NOT NULL"),
        ("process", "TEXT NOT NULL"),
        ("place", "INTEGER NOT NULL"),
        ("mark", "TEXT NOT NULL"),
        ("answer", "TEXT NOT NULL"),
    ),
    key=("batch", "serial"),
    indexes=(("batch", "place"), ("serial",)),
)
"""Every unit as JSON, at its place in its batch; `mark` changes with whatever the JSON shows."""

NONCONFORMITIES = ViewTable(
    "view_nonconformities",
    (
        ("process", "TEXT NOT NULL"),
        ("batch", "TEXT NOT NULL"),
        ("mode", "TEXT NOT NULL"),
        ("origin", "TEXT NOT NULL"),
        ("severity", "TEXT NOT NULL"),
        ("location", "TEXT NOT NULL"),
        ("tooling", "TEXT NOT NULL"),
        ("cavity", "TEXT NOT NULL"),
        ("station", "TEXT NOT NULL"),
        ("counts", "INTEGER NOT NULL"),
        ("units", "INTEGER NOT NULL"),
        ("nonconformities", "INTEGER NOT NULL"),
    ),
    key=(
        "process",
        "batch",
        "mode",
        "origin",
        "severity",
        "location",
        "tooling",
        "cavity",
        "station",
        "counts",
    ),
)

OPEN_WORK = ViewTable(
    "view_work",
    (
        ("process", "TEXT NOT NULL"),
        ("about", "TEXT NOT NULL"),
        ("place", "INTEGER NOT NULL"),
        ("from_at", "TEXT NOT NULL"),
        ("until_at", "TEXT NOT NULL"),
        ("role", "TEXT NOT NULL"),
        ("not_person", "TEXT NOT NULL"),
        ("batch", "TEXT NOT NULL"),
        ("task", "TEXT NOT NULL"),
    ),
    key=("process", "about", "place"),
)
"""Open tasks.

`about` names the batch whose corrections wait, and is "" for the next step of the process. A task
waits from `from_at` on and up to `until_at`, where these are not "": time alone ends a sign-off.
"""

TABLES = (
    POSITIONS,
    STATES,
    SUBJECTS,
    PEOPLE,
    HISTORY,
    PROCESSES,
    BARS,
    ORDERS,
    EXPLANATIONS,
    BATCHES,
    UNITS,
    NONCONFORMITIES,
    OPEN_WORK,
)
STATEMENTS = tuple(statement for table in TABLES for statement in table.statements)
