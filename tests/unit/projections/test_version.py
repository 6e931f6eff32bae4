"""Views belong to the program that made them; another sentence or rule is another program."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from signoff_ledger.projections.version import FOLDERS, PACKAGE, VERSION, program_version
from signoff_ledger.projections.views import Views
from tests.ledgers import Shop
from tests.tree import SOURCE_ROOTS, clean_environment

SENTENCE = "enrolled as"
ASK = "import sys; from signoff_cli.main import main; sys.exit(main())"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the library into a folder of its own."""
    package = tmp_path / "copy" / PACKAGE.name
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    return package


def change(module: Path, before: str, after: str) -> None:
    """Change a text of a module."""
    text = module.read_text("utf-8")
    assert before in text
    module.write_text(text.replace(before, after), "utf-8")


def asked(package: Path, *arguments: str) -> str:
    """Ask a copy of the program."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, *arguments],
        env=clean_environment(package.parent, *SOURCE_ROOTS),
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    return done.stdout


def test_a_changed_sentence_is_shown_anew(copy: Path, shop: Shop, views: Views, path: Path) -> None:
    """No number has to be raised for it; the views of the other program are begun again."""
    views.catch_up()
    shop.store.close()
    before = asked(copy, "history", "--ledger", str(path))
    kept = Views.version
    change(copy / "projections" / "sentences.py", SENTENCE, "put on the list as")
    after = asked(copy, "history", "--ledger", str(path))

    assert SENTENCE in before
    assert VERSION == kept
    assert before.replace(SENTENCE, "put on the list as") == after


@pytest.mark.parametrize("folder", FOLDERS)
def test_whatever_decides_what_a_row_holds_is_in_the_version(copy: Path, folder: str) -> None:
    assert VERSION == program_version(copy)
    module = max((copy / folder).rglob("*.py"), key=lambda path: len(path.parts))
    change(module, "\n", "\n\n")

    assert VERSION != program_version(copy)


def test_a_program_delivered_without_its_sources_has_a_version(copy: Path) -> None:
    for module in [path for name in FOLDERS for path in (copy / name).rglob("*.py")]:
        module.replace(module.with_suffix(".pyc"))

    assert VERSION == program_version(copy)


def test_the_version_fits_a_column_of_either_database() -> None:
    assert 0 < VERSION < 2**31
