"""What a user installs: the built wheel, in an environment of its own.

Nothing here touches the network: the build backend and the dependencies are those the tests run on.
"""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.tree import ROOT, clean_environment

TOP_LEVEL = {"signoff_cli", "signoff_ledger"}
SOURCE_TOP_LEVEL = {
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "PKG-INFO",
    "README.md",
    "SECURITY.md",
    "cli",
    "constraints.txt",
    "dev.py",
    "docs",
    "ledger",
    "pyproject.toml",
    "tests",
}


def succeed(command: Sequence[str | Path], cwd: Path) -> str:
    """Run a command that must succeed and return what it printed."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=clean_environment(),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert 0 == done.returncode, done.stdout
    return done.stdout


def build(kind: str, folder: Path) -> Path:
    """Build one kind of distribution into an empty folder and return its file."""
    options = [kind, "--no-isolation", "--outdir", str(folder)]
    succeed([sys.executable, "-m", "build", *options, str(ROOT)], cwd=folder)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the wheel built from this checkout."""
    return build("--wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of executables of an environment into which the wheel was installed.

    The dependencies come by a path file from the environment that runs the tests: installing them
    again would need the network and would test pip.
    """
    environment = tmp_path_factory.mktemp("installed")
    venv.EnvBuilder(symlinks=os.name != "nt", with_pip=False).create(environment)
    folder = environment / ("Scripts" if os.name == "nt" else "bin")
    python = str(folder / Path(sys.executable).name)
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    install = ["install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    succeed([*pip, *install], cwd=environment)
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site_packages = succeed([python, "-c", code], cwd=environment).strip()
    borrowed = sysconfig.get_path("purelib")
    (Path(site_packages) / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
    return folder


def test_the_wheel_claims_only_our_two_import_names(wheel: Path) -> None:
    """Pip overwrites a neighbour's package of the same name without a word."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    top_level = {name.split("/", 1)[0] for name in names}
    assert TOP_LEVEL == {name for name in top_level if not name.endswith(".dist-info")}
    assert len(TOP_LEVEL) + 1 == len(top_level)


def test_the_wheel_carries_its_types_and_its_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    assert {f"{package}/py.typed" for package in TOP_LEVEL} <= set(names)
    assert [name for name in names if name.endswith(".dist-info/licenses/LICENSE")]
    assert [] == [name for name in names if "__pycache__" in name or name.endswith(".db")]


def test_the_source_archive_holds_what_is_listed_and_nothing_else(tmp_path: Path) -> None:
    with tarfile.open(build("--sdist", tmp_path)) as archive:
        names = archive.getnames()

    top_level = {name.split("/", 2)[1] for name in names if "/" in name}
    assert set() == top_level - SOURCE_TOP_LEVEL
    assert {"cli", "ledger", "tests", "pyproject.toml", "LICENSE"} <= top_level


def test_the_installed_command_comes_from_the_wheel(scripts: Path, tmp_path: Path) -> None:
    """Otherwise the tests below would pass on the checkout."""
    code = "import signoff_cli, signoff_ledger as s; print(signoff_cli.__file__, s.__file__)"

    python = scripts / Path(sys.executable).name
    printed = succeed([python, "-c", code], cwd=tmp_path)

    assert [True, True] == [Path(name).is_relative_to(scripts.parent) for name in printed.split()]


def test_the_installed_command_tells_its_version(scripts: Path, tmp_path: Path) -> None:
    from signoff_ledger import __version__

    assert __version__ in succeed([scripts / "signoff", "--version"], cwd=tmp_path)


def test_the_installed_command_runs_its_demo(scripts: Path, tmp_path: Path) -> None:
    """The first thing a newcomer runs, in an empty folder, with nobody at the keyboard."""
    assert succeed([scripts / "signoff", "demo"], cwd=tmp_path)
