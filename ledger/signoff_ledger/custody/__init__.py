"""Files outside the ledger: the log's key, the signer guard, and the ways to sign.

None of it is in a backup of the ledger, and none of it is needed to read or to verify one.
"""
