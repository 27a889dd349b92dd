"""PostgreSQL as the product needs it: each transaction knows who acts."""

from __future__ import annotations

from django.db.backends.postgresql import base

from soberhouse.database import actor


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection, which tells every transaction who acts as soon as it begins.

    The settings are local to the transaction, so a pooled connection never carries one request's actor into the next.
    """

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)
        if not autocommit:
            actor.push(self)
