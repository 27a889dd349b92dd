"""A data migration on audited tables."""

from __future__ import annotations

from django.db import migrations
from django.db.models import F

from soberhouse.history.migrating import capturing


def forwards(apps, schema_editor) -> None:
    with capturing(apps, schema_editor, reason="Weights are in milligrams."):
        apps.get_model("toy", "Crock").objects.update(grams=F("grams") * 1000)
        shelf = apps.get_model("toy", "Shelf").objects.get(name="upper")
        shelf.place = "kitchen"
        shelf.save()


class Migration(migrations.Migration):
    dependencies = [("toy", "0002_second")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
