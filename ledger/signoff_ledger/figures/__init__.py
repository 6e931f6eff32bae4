"""Figures computed for people about a case, and the sentences that state them."""
