"""A folder of files that appears whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from signoff_ledger.custody.rollback_guard import sync_folder
from signoff_ledger.errors import Advice, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Self


class Bundle:
    """Files written to a temporary folder, and moved to their place when all are on disk.

    Args:
        target: The folder to make; nothing may be there.

    Raises:
        StoreError: SL704 when something is there, SL703 when nothing can be written.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise StoreError(
                "SL704", f"there is something already: {target}", advice=Advice("name-new-folder")
            )
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folder = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        except OSError as error:
            raise _refused(target, error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                for folder in {path.parent for path in self._folder.rglob("*")}:
                    sync_folder(folder)
                self._folder.chmod(0o755)
                self._folder.replace(self._target)
                sync_folder(self._target.parent)
        except OSError as error:
            raise _unsure(self._target, error) from None
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def write(self, name: str, content: bytes | Iterable[bytes]) -> None:
        """Write one file, in parts where it is long.

        Raises:
            StoreError: SL703.
        """
        path = self._folder / name
        try:
            path.parent.mkdir(exist_ok=True)
            with path.open("xb") as file:
                for part in (content,) if isinstance(content, bytes) else content:
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _refused(self._target, error) from None


def _unsure(target: Path, error: OSError) -> StoreError:
    """Tell of a failure at the last step, which may have been done all the same."""
    return StoreError(
        "SL703",
        f"the export may not outlast a power cut: {target}"
        if _is_whole(target)
        else f"the export cannot be written: {target}",
        why=str(error.strerror),
        advice=Advice("export-again" if _is_whole(target) else "free-disk-and-export"),
    )


def _is_whole(target: Path) -> bool:
    return target.is_dir() and any(target.iterdir())


def _refused(target: Path, error: OSError) -> StoreError:
    return StoreError(
        "SL703",
        f"the export cannot be written: {target}",
        why=str(error.strerror),
        advice=Advice("free-disk-and-export"),
    )
