"""The event store library's own recorder suites, from its wheel.

Their module imports the library's cipher, which needs a package that nothing here uses; a stand-in
is there while they are loaded, and is never called.
"""

import sys
from types import ModuleType
from unittest.mock import patch

_cipher = ModuleType("eventsourcing.cipher")
_cipher.AESCipher = None  # type: ignore[attr-defined]

with patch.dict(sys.modules, {_cipher.__name__: _cipher}):
    from eventsourcing.tests.persistence import (
        ApplicationRecorderTestCase,
        NonInterleavingNotificationIDsBaseCase,
    )

__all__ = ["ApplicationRecorderTestCase", "NonInterleavingNotificationIDsBaseCase"]
