"""A ledger in one PostgreSQL database, for several stations or sites that write at once."""
