"""An event of an account may carry a reason. Nobody chooses a password for somebody else any more.

Whoever never replaced one that somebody else chose has none from now on: an invitation slip lets them choose it.
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.contrib.auth.hashers import make_password
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from soberhouse.history.migrating import capturing


def forget_given_passwords(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    with capturing(apps, schema_editor, reason="Nobody chooses a password for somebody else any more."):
        for user in users.filter(must_change_password=True):
            users.filter(pk=user.pk).update(password=make_password(None))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_partners_keys_and_slips")]

    operations = [
        migrations.AddField(
            model_name="accountevent",
            name="reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        # No key changes, so PostgreSQL has nothing pending when the column goes.
        migrations.RunPython(forget_given_passwords, migrations.RunPython.noop),
        migrations.RemoveField(model_name="user", name="must_change_password"),
    ]
