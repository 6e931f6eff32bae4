"""An answer with pictures: one that has been computed to be drawn, too."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from signoff_ledger.figures.picture import Picture

A_co = TypeVar("A_co", covariant=True)


class AnswerWithPictures(NamedTuple, Generic[A_co]):
    """An answer in plain data, and the pictures of what it says."""

    data: A_co  #: The answer.
    #: The same findings drawn, in the order in which they are to be shown.
    pictures: tuple[Picture, ...]
