"""The use cases: what people do with a ledger, each as one function.

Everything is written through `ledger.Ledger.act`: one command, one id, one save.
"""
