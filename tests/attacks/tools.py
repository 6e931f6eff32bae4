"""Other people's programs, which must be there where the suite is held to be complete."""

import os
import shutil

import pytest


def needed(*programs: str) -> str:
    """Find programs; gives the path of the first.

    Where one is missing the test is skipped by name, or fails where CI says that nothing may be.
    """
    found = {name: shutil.which(name) for name in programs}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        why = f"not on this machine: {', '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return str(found[programs[0]])
