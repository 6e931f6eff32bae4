"""The values that options and settings share."""

FORMATS = ("table", "json", "jsonl", "csv")
COLORS = ("auto", "always", "never")
ENCODINGS = (
    "utf-8", "utf-16", "windows-1250", "windows-1251", "windows-1252", "windows-1253",
    "windows-1254", "windows-1257", "iso-8859-1", "iso-8859-2", "iso-8859-15", "macintosh",
    "shift_jis", "gb18030",
)  # fmt: skip
"""As `domain.notation.Encoding`, without loading it; a test holds the two together."""
