"""All that touches the library `eventsourcing`: mapper, recorders, connection pool, repository.

Other modules take the few names of the library that they need from here, so that another release
of it, or another event store, changes this package alone.
"""

from eventsourcing.persistence import DatabaseError, IntegrityError, PersistenceError, StoredEvent

__all__ = ["DatabaseError", "IntegrityError", "PersistenceError", "StoredEvent"]
