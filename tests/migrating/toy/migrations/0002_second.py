"""Everything that usually happens to a table, on audited ones that triggers tie together."""

from __future__ import annotations

from django.db import migrations, models


def both(operation, name: str, *args, **kwargs) -> list:
    """The same for a table and for its history."""
    return [operation(name, *args, **kwargs), operation(f"historical{name}", *args, **kwargs)]


class Migration(migrations.Migration):
    dependencies = [("toy", "0001_first")]

    operations = [
        *both(migrations.AddField, "shelf", "place", models.CharField(default="hall", max_length=20)),
        *both(migrations.RemoveField, "shelf", "colour"),
        *both(migrations.AlterField, "shelf", "name", models.CharField(max_length=80)),
        *both(migrations.RenameField, "jar", "label", "title"),
        *both(migrations.AlterField, "jar", "grams", models.BigIntegerField()),
        migrations.RenameModel("Jar", "Crock"),
        migrations.RenameModel("HistoricalJar", "HistoricalCrock"),
        migrations.RenameIndex("historicalcrock", new_name="hist_crock_ix", old_name="hist_jar_ix"),
        migrations.AlterModelOptions(
            "historicalcrock",
            {
                "verbose_name": "historical crock",
                "verbose_name_plural": "historical crocks",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
        ),
    ]
