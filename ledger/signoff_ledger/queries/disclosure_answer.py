"""What a reader of a decision has to know first, in an answer."""

from typing import TypedDict


class DisclosureAnswer(TypedDict):
    """One thing that a reader of a decision has to know first."""

    topic: str  #: What it is about.
    says: str  #: It, in a sentence.
