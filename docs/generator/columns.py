"""The table of what becomes of every column of a sheet."""

from docs.generator.markdown import table
from signoff_ledger.formats.columns import COLUMNS


def columns_table() -> str:
    """Make the table from the one that sheets are read by."""
    rows = [
        (
            f"`{each.name}`" + (f" (or `{each.alias}`)" if each.alias else ""),
            "wide and long" if each.layout == "both" else each.layout,
            each.meaning,
            f"recorded: `{each.recorded}`" if each.recorded else "compared",
            each.refused,
        )
        for each in COLUMNS
    ]
    return table(("column", "layout", "meaning", "what becomes of it", "refused"), rows)
