"""What views say of a standing and of a decision, compared with the log before it is answered.

A person who may write the database may write its views. What an answer shows of other things is
compared with the log by `signoff verify` and `signoff doctor` alone.
"""

from __future__ import annotations

from typing import Any

from signoff_ledger.errors import Advice, EvidenceError
from signoff_ledger.projections.log_index import STANDINGS, LoggedStanding
from signoff_ledger.projections.tables import PROCESSES
from signoff_ledger.queries.figures_answer import SentencesAnswer
from signoff_ledger.queries.reader import Reader, Row

_TRIES = 3
"""How often a row is read again, while others record."""

_OF_A_DECISION = ("printed_name", "meaning", "process_revision")
_OF_A_FINDING = ("rule", "holds", "says", "numbers", "counts")


def checked_standing(reader: Reader, row: Row) -> Row:
    """Compare the standing in a process's row with the last event in the log that gave one.

    Raises:
        EvidenceError: SL513, they differ: the row was not written by this program.
    """
    process, logged = row["process"], LoggedStanding()
    for _ in range(_TRIES):
        logged = reader.logged_standing(process)
        if row["standing"] == logged.standing:
            return row
        # Others may have recorded since the row was read; then it is another one by now.
        (row,) = reader.read(PROCESSES, "process = ?", (process,))
    at = f" at #{logged.position}" if logged.position else ""
    raise _not_of_the_log(
        process, f"they say {row['standing']}, and the log says {logged.standing}{at}"
    )


def check_decision(reader: Reader, process: str, explained: dict[str, Any]) -> None:
    """Compare what is said of a decision with its line in the log.

    Args:
        reader: The views.
        process: The process.
        explained: The explanation of the decision, as the view has it.

    Raises:
        EvidenceError: SL513, they differ: the row was not written by this program.
    """
    position = explained["decision"]["position"]
    line = reader.logged_decision(process, position)
    if line is None or _shown(explained) != _recorded(line):
        raise _not_of_the_log(process, f"the log does not hold at #{position} what they say of it")


def _shown(explained: dict[str, Any]) -> list[Any]:
    decision = explained["decision"]
    return [
        explained["outcome"],
        decision["at"],
        decision["by"],
        decision["signature"],
        [decision[name] for name in _OF_A_DECISION],
        explained["batch"],
        explained["rule_set"],
        [[rule[name] for name in _OF_A_FINDING] for rule in explained["rules"]],
        explained["figures"],
        explained["says"],
    ]


def _recorded(line: dict[str, Any]) -> list[Any]:
    data = line["data"]
    verdict, says = data["verdict"], data.get("says") or {}
    return [
        STANDINGS[line["type"]],
        line["at"],
        line["by"],
        data["signature"]["kind"],
        [data[name] for name in _OF_A_DECISION],
        verdict.get("batch"),
        verdict["rule_set"],
        [[finding[name] for name in _OF_A_FINDING] for finding in verdict["findings"]],
        data.get("figures"),
        {part: says.get(part, []) for part in SentencesAnswer.__annotations__},
    ]


def _not_of_the_log(process: str, why: str) -> EvidenceError:
    return EvidenceError(
        "SL513",
        f"the views of {process} are not those of the log",
        why=why,
        advice=Advice("examine-views"),
    )
