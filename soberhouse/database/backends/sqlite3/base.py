"""SQLite as the product needs it: triggers can ask who acts, and REPLACE cannot slip past them."""

from __future__ import annotations

from django.db.backends.sqlite3 import base

from soberhouse.database import actor


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection plus two functions that history triggers call.

    A client without them (a bare `sqlite3` shell) cannot write to an audited table at all: it fails closed.
    """

    def get_new_connection(self, conn_params):
        connection = super().get_new_connection(conn_params)
        connection.create_function("soberhouse_acting", 1, actor.setting)
        connection.create_function("soberhouse_now", 0, actor.now_text)
        # Without it, INSERT OR REPLACE deletes a row and fires no delete trigger.
        connection.execute("PRAGMA recursive_triggers = ON")
        return connection
