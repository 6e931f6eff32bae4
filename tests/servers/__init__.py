"""Real servers for tests: PostgreSQL, a standby of it, and PgBouncer, on Unix sockets alone.

They are started as an unprivileged user, in a folder of their own, and are gone with the process
that started them, however that ended.
"""
