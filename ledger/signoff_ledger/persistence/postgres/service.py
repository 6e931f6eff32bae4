"""Connection service files of libpq (PostgreSQL, section 34.17), of which some parts are shown."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from signoff_ledger.bounded_file import SERVICES, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAME = "pg_service.conf"


def service_parameters(name: str) -> Mapping[str, str] | None:
    """Give the parameters of a service as libpq finds them; None where no file names it.

    The first file that has the service counts. A folder that was compiled into libpq is not known
    here, only the one that `PGSYSCONFDIR` names.
    """
    for path in _files():
        with suppress(OSError):
            text = read_regular(path, SERVICES).decode("utf-8", "replace")
            found = _section(text, name)
            if found is not None:
                return found
    return None


def _files() -> Iterator[Path]:
    if own := os.environ.get("PGSERVICEFILE"):
        yield Path(own)
    elif sys.platform == "win32":
        yield Path(os.environ.get("APPDATA", ""), "postgresql", f".{_NAME}")
    else:
        with suppress(RuntimeError):
            yield Path.home() / f".{_NAME}"
    if folder := os.environ.get("PGSYSCONFDIR"):
        yield Path(folder, _NAME)


def _section(text: str, name: str) -> Mapping[str, str] | None:
    found: dict[str, str] | None = None
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            if found is not None:
                break
            if line.startswith(f"[{name}]"):
                found = {}
        elif found is not None and line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, value)
    return found
