"""The page of attacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docs.generator.markdown import NOTICE, table
from tests.attacks.attack import ANYWHERE, Attack, Denied, Refused, Reported, Unseen
from tests.attacks.every_table import LISTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.attacks.attack import Outcome


def attacks_page() -> str:
    """List every attack that the tests make, with what shows it."""
    kinds = {Refused: "refused", Denied: "refused", Reported: "reported", Unseen: "cannot be seen"}
    made = [(attack, surface) for table in LISTED for _, attack, surface in table.cases()]
    first = [kinds[type(attack.outcomes[surface][0])] for attack, surface in made]
    lines = [
        NOTICE,
        "# Attacks",
        "",
        "Every attack that the tests make, by whom, on what, and what shows it.",
        "Each is made on a copy of a real ledger, and `signoff` is then asked as a reader would.",
        "",
        "- **refused**: by the code that follows, or by the database itself.",
        "- **reported**: the command answers, and says what a reader should look at.",
        "- **cannot be seen**: nothing can show it, for the reason that follows;",
        "  the test fails on the day on which something does.",
        "",
        f"There are {sum(len(table.attacks) for table in LISTED)} of them;",
        f"on the surfaces on which they are made, {first.count('refused')} are refused,",
        f"{first.count('reported')} reported, and {first.count('cannot be seen')} cannot be seen.",
        "",
        "See [the threat model](../explanation/threat-model.md) for what follows from that,",
        "and [testing](../internals/testing.md#attacks) for how one more is added.",
        "",
    ]
    for made_by in LISTED:
        lines += [f"## {made_by.title}", "", f"By {made_by.by}.", *filter(None, [made_by.says]), ""]
        rows = [
            (name if number == 0 else "", where, shown)
            for name, attack in made_by.attacks.items()
            for number, (where, shown) in enumerate(outcomes_of(attack))
        ]
        lines += [table(("attack", "on", "what shows it"), rows), ""]
    return "\n".join(lines).rstrip() + "\n"


def outcomes_of(attack: Attack) -> Iterator[tuple[str, str]]:
    """Say what is expected of an attack, once for all surfaces on which it is the same."""
    where: dict[str, list[str]] = {}
    for surface, outcomes in attack.outcomes.items():
        where.setdefault("; ".join(map(shown_by, outcomes)), []).append(surface)
    for shown, surfaces in where.items():
        yield ", ".join(surfaces), shown


def shown_by(outcome: Outcome) -> str:
    """Say in a table what shows an attack."""
    match outcome:
        case Refused(codes, at, says, by):
            code = codes.replace(" ", ", ")
            place = "any line" if at == ANYWHERE else f"its `{at}` line"
            words = f", at {place}" * bool(at) + f", “{says}”" * bool(says)
            command = f" by `signoff {by}`" * (by != "verify")
            return f"refused{command}: {code}{words}"
        case Denied(state):
            return f"refused by the database: {state.replace(' ', ', ')}"
        case Reported(check, state, says, by):
            said = says.format(place="which one")
            command = f" by `signoff {by}`" * (by != "verify")
            return f"reported{command}: *{check}*, {state}" + f", “{said}”" * bool(said)
        case Unseen(because):
            return f"**cannot be seen**, because {because}"
