"""Ids of streams, made of what each stream is about."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID, uuid5

STREAM_NAMESPACE = UUID("6a1f0d7e-9d0c-5f7b-8b43-1d6d9a1c5e02")
"""Namespace of stream ids: the same key always names the same stream, in every ledger."""


@lru_cache(maxsize=1_024)
def stream_id(kind: str, key: str) -> UUID:
    """Name the stream of an aggregate by what it is and what people call it."""
    return uuid5(STREAM_NAMESPACE, f"{kind}/{key}")
