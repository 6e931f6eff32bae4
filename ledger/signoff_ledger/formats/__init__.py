"""The files that people bring: results as sheets, plans as TOML."""
