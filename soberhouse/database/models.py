"""The row every table begins with."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Func, UUIDField


class RandomUUID(Func):
    """A random UUID made by the database, so that a row written in plain SQL has one too."""

    template = "gen_random_uuid()"
    output_field = UUIDField()

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="lower(hex(randomblob(16)))", **context)


class Row(models.Model):
    """A bigint key for the house, a UUID for the world: only `uuid` ever stands in a URL, a form or an answer."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)

    class Meta:
        abstract = True
