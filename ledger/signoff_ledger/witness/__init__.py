"""Witnesses at the other end of a wire: asking them over HTTP, and being a small one.

C2SP tlog-witness. None of it is needed to record, to sign or to verify; nothing here is called but
by the commands that name a witness.
"""
