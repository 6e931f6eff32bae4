"""Views: one file per question, each rebuilt from zero by `signoff rebuild`.

They live in the ledger's own database and hold nothing that the events do not.
"""
