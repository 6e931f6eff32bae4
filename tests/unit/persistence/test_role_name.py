"""The role of those who may record belongs to one database alone."""

import pytest

from signoff_ledger.persistence.postgres.schema import role_name


@pytest.mark.parametrize("letter", ["x", "\N{LATIN SMALL LETTER U WITH DIAERESIS}"])
def test_databases_whose_long_names_begin_alike_have_roles_of_their_own(letter: str) -> None:
    common = letter * (60 // len(letter.encode()))
    names = [role_name(common + end) for end in ("a", "b", "")]

    assert 3 == len(set(names))
    assert all(len(name.encode()) <= 63 for name in names)
    assert ["signoff_press"] == [role_name("press")]
