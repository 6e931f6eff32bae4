"""The values that options and settings share."""

FORMATS = ("table", "json", "jsonl", "csv")
COLORS = ("auto", "always", "never")
