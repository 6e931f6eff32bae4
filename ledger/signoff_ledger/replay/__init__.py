"""Replay: decisions taken again from their events, audits of whole logs, what-if questions."""
