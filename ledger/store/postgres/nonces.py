"""Nonces of signed requests: each key uses each once, whichever process it asks."""

from __future__ import annotations

from ledger.store.postgres.own import OwnConnection

_PURGE_AFTER = 1_000  # milliseconds between two purges


class PostgresNonces:
    """Implements `ledger.store.interface.Nonces` on one connection of its own. Any thread may use it."""

    def __init__(self, dsn: str) -> None:
        """Connect to the primary when it is first asked."""
        self._own = OwnConnection(dsn, "nonces")
        self._purged = 0

    def use(self, kid: bytes, nonce: str, *, until: int, now: int) -> bool:
        """Return whether a key uses this nonce for the first time; durable when it returns.

        Args:
            kid: 32 bytes.
            nonce: as it was signed.
            until: from when on nobody could use it anyway, milliseconds since 1970.
            now: milliseconds since 1970; what was kept until then is forgotten.

        Raises:
            BusyError: it could not be written; nothing is let in then.
        """
        with self._own.asking() as connection:
            if now - self._purged >= _PURGE_AFTER:
                self._purged = now
                connection.execute("DELETE FROM request_nonce WHERE until < %s", (now,))
            sql = "INSERT INTO request_nonce (kid, nonce, until) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
            return connection.execute(sql, (kid, nonce, until)).rowcount == 1

    def close(self) -> None:
        """Close the connection."""
        self._own.close()
