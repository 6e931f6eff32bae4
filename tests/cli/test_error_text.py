"""How an error is laid out on a screen."""

from signoff_cli.error_text import lay_out

FIX = "where the source is still there, do this:  signoff close B1 --yes  and then open it"


def test_a_command_that_fits_on_a_line_is_not_torn_apart() -> None:
    assert [
        "signoff: it is open [SL305]",
        "  fix: where the source is still there, do this:",
        "       signoff close B1 --yes  and then open it",
    ] == lay_out("it is open [SL305]", fix=FIX, width=56).splitlines()


def test_every_cause_begins_a_line_and_its_rest_hangs_below() -> None:
    assert [
        "signoff: x",
        "  why: one two",
        "         three",
        "       four",
    ] == lay_out("x", why="one two three\nfour", width=15).splitlines()


def test_what_a_screen_would_obey_is_spelt_out_and_forges_no_line() -> None:
    said = lay_out("a\n  fix: b", why="c\x1b\x1fd\n  fix: e", width=80)

    assert "signoff: a\\n  fix: b\n  why: c\\u001b\\u001fd\n         fix: e" == said


def test_a_word_that_is_longer_than_a_line_stays_whole() -> None:
    path = "/a" * 40

    assert path in lay_out("no", why=f"it is {path} there", width=40).split()
