"""The data types in which OpenSSH writes keys and signatures (RFC 4251 section 5).

Reading takes every field in order and leaves nothing over; `ValueError` says what is wrong.
"""

from __future__ import annotations


class WireReader:
    """Takes one field after the other from a blob."""

    __slots__ = ("_at", "_blob")

    def __init__(self, blob: bytes) -> None:
        self._blob = blob
        self._at = 0

    def take(self, count: int) -> bytes:
        """Take the next bytes.

        Raises:
            ValueError: The blob ends before.
        """
        taken = self._blob[self._at : self._at + count]
        if len(taken) != count:
            raise ValueError("it is cut short")
        self._at += count
        return taken

    def uint32(self) -> int:
        """Take a number of four bytes.

        Raises:
            ValueError: The blob ends before.
        """
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        """Take a string: its length and its bytes.

        Raises:
            ValueError: The blob ends before.
        """
        return self.take(self.uint32())

    def mpint(self) -> int:
        """Take a positive integer in its shortest spelling.

        Raises:
            ValueError: The blob ends before; zero, negative, or with a needless zero in front.
        """
        data = self.string()
        value = int.from_bytes(data, "big", signed=True)
        if value <= 0 or mpint(value) != data:
            raise ValueError("a number in it is not a positive one in its shortest spelling")
        return value

    def end(self) -> None:
        """Assert that nothing is left.

        Raises:
            ValueError: Bytes are left over.
        """
        if self._at != len(self._blob):
            raise ValueError(f"{len(self._blob) - self._at} byte(s) are left over at its end")


def string(data: bytes) -> bytes:
    """Write a string."""
    return len(data).to_bytes(4, "big") + data


def mpint(value: int) -> bytes:
    """Give the bytes of a positive integer, without their length."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big")
