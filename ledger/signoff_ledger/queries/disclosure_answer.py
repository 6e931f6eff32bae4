"""What a reader of a decision has to know first, in an answer."""

from typing import TypedDict


class DisclosureAnswer(TypedDict):
    """One thing that a reader of a decision has to know first.

    Attributes:
        topic: What it is about.
        says: It, in a sentence.
    """

    topic: str
    says: str
