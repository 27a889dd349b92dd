"""PostgreSQL as the product needs it: each transaction knows who acts."""

from __future__ import annotations

from django.db.backends.postgresql import base
from psycopg import Connection, DataError, OperationalError
from psycopg.pq import Escaping, ExecStatus, TransactionStatus

from soberhouse.database import actor


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection, which tells every transaction who acts as soon as it begins.

    The settings are local to the transaction, so a pooled connection never carries one request's actor into the next.
    """

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)
        if not autocommit:
            acting = actor.current.get()
            if acting is not None:  # where nobody acts there is nothing to tell
                self.tell(acting)

    def tell(self, acting: actor.Acting | None) -> None:
        """Tell the transaction that is open, or that begins, who acts."""
        driver = self.connection
        status = driver.info.transaction_status
        with self.wrap_database_errors:
            if status == TransactionStatus.INTRANS:
                _send(driver, acting)
            elif status == TransactionStatus.IDLE:
                if (driver.isolation_level, driver.read_only, driver.deferrable) == (None, None, None):
                    # The driver has yet to begin. BEGIN goes in the same message: to name the actor costs no round
                    # trip.
                    _send(driver, acting, first=b"BEGIN; ")
                else:
                    driver.execute("SELECT 1")  # its own BEGIN says more than that
                    _send(driver, acting)


def _send(driver: Connection, acting: actor.Acting | None, *, first: bytes = b"") -> None:
    """Set what the triggers read, for this transaction only. By the simple protocol, which takes several statements
    at once and does not appear among the queries that tests count."""
    text = "" if acting is None else actor.packed(acting)
    if "\0" in text:
        raise DataError("Who acts, and why, cannot hold a null byte.")
    literal = Escaping(driver.pgconn).escape_literal(text.encode())
    result = driver.pgconn.exec_(first + b"SET LOCAL " + actor.SETTING.encode() + b" = " + literal)
    if result.status != ExecStatus.COMMAND_OK:
        raise OperationalError(result.error_message.decode(errors="replace"))
