"""Every table of attacks, in the order in which a reader meets them."""

from tests.attacks.tables import (
    around,
    decisions,
    dossiers,
    files,
    lines,
    rows,
    seals,
    set_ups,
    signatures,
    sites,
    views,
)

TABLES = (
    *lines.TABLES,
    *seals.TABLES,
    *signatures.TABLES,
    *decisions.TABLES,
    *set_ups.TABLES,
    *dossiers.TABLES,
    *files.TABLES,
    *rows.TABLES,
    *sites.TABLES,
)
"""What `test_attacks.py` makes."""

LISTED = (*TABLES, *around.TABLES, *views.TABLES)
"""What the page of attacks lists."""
