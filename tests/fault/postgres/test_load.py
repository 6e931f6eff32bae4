"""Many processes record in one database at once."""

import pytest

from tests.fault.postgres.crew import Job, crew
from tests.fault.postgres.holding import assert_all_there_once
from tests.fault.postgres.ledgers import begun
from tests.fault.postgres.size import COMMANDS, WRITERS


@pytest.mark.slow
def test_what_many_processes_record_at_once_is_there_once_and_without_gaps(
    database_url: str,
) -> None:
    """Each has a batch of its own, and every fourth command is on a process that all share."""
    names = [f"w{number}" for number in range(WRITERS)]
    begun(database_url, names).close()
    with crew(*(Job("record", name, database_url, COMMANDS) for name in names)) as workers:
        report = workers.end()

    assert WRITERS * COMMANDS == len(report.done)
    assert_all_there_once(database_url, report)
    taken_s = max(done.at_s for done in report.done) - min(done.at_s for done in report.done)
    print(f"{len(report.done) / taken_s:.0f} commands a second")  # noqa: T201  # shown by -rP
