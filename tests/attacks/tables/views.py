"""Attacks on the views of a live ledger: what is derived from the lines, and read by questions.

These are made by `test_forged_views.py`, on a small ledger of its own.
"""

from tests.attacks.attack import LIVE, Actor, Attack, Kind, Outcome, Refused, Reported, Table, on
from tests.attacks.tables.rows import sql


def forged(view: str, change: str, *shown_by: str) -> Attack:
    """Change rows of a view.

    Args:
        view: The view.
        change: What is done to its rows, as SQL.
        shown_by: Commands that compare with the log what they show of it.
    """
    refusals: list[Outcome] = [
        Refused("SL513", says="not those of the log", by=by) for by in shown_by
    ]
    found = (Reported("views", "flagged", view), Reported("views", "BAD", view, by="doctor"))
    return Attack(sql(change.format(view=view)), on(LIVE, *refusals, *found))


STANDING = ("status", "why", "orders")
CHANGES = {
    "a hold as a sign-off": forged(
        "view_processes", "UPDATE {view} SET standing = 'SIGNED_OFF'", *STANDING
    ),
    "a hold as no decision": forged(
        "view_processes", "UPDATE {view} SET standing = 'NOT_DECIDED', decisions = 0", *STANDING
    ),
    "another outcome of a decision": forged(
        "view_explanations",
        'UPDATE {view} SET answer = replace(answer, \'"outcome": "HELD"\','
        ' \'"outcome": "SIGNED_OFF"\') WHERE latest = 1',
        "why",
    ),
    "another finding of a decision": forged(
        "view_explanations",
        "UPDATE {view} SET answer = replace(answer, '\"holds\": true', '\"holds\": false')"
        " WHERE latest = 1",
        "why",
    ),
    "another name under a decision": forged(
        "view_explanations",
        'UPDATE {view} SET answer = replace(answer, \'"by": "anna"\', \'"by": "bela"\')'
        " WHERE latest = 1",
        "why",
    ),
    "a sentence of the history": forged(
        "view_history", "UPDATE {view} SET sentence = 'mug was signed off' WHERE position = 9"
    ),
    "an event left out of the history": forged(
        "view_history", "DELETE FROM {view} WHERE position = 9"
    ),
    "a unit that conforms": forged(
        "view_units", "UPDATE {view} SET answer = replace(answer, 'reject', 'pass')"
    ),
    "a count of a batch": forged("view_batches", "UPDATE {view} SET rejects = 0"),
    "an order's quantity": forged("view_orders", "UPDATE {view} SET quantity = quantity + 1"),
    "an order left out": forged("view_orders", "DELETE FROM {view}"),
    "a next step left out": forged("view_work", "DELETE FROM {view}"),
}
VIEWS = Table(
    "Rows of the views",
    Actor.WRITER,
    Kind.ROWS,
    "Where a process stands, and what `why` shows of a decision itself, is compared with the log"
    " before it is shown. Whatever else `status`, `history`, `why`, `unit` and `orders` show is"
    " shown as it stands there, until `signoff verify` (of up to 10,000 events), `signoff doctor`"
    " or `signoff rebuild`.",
    CHANGES,
)
TABLES = (VIEWS,)
