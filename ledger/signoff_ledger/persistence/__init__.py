"""Adapters: how lines are kept, and how aggregates come back from them."""
