"""Two accounts of before, one with a password that somebody else chose, brought to the newest schema. Prints what it
finds as JSON.

Run as `python -m tests.migrating.given` with DATABASE_URL.
"""

from __future__ import annotations

import json
import os

import django
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

os.environ["DJANGO_SETTINGS_MODULE"] = "soberhouse.settings"
django.setup()

from soberhouse.accounts.models import User  # noqa: E402 -- the settings must be there first

BEFORE = [("accounts", "0003_partners_keys_and_slips")]
executor = MigrationExecutor(connection)
executor.migrate(BEFORE)
then = executor.loader.project_state(BEFORE).apps.get_model("accounts", "User")
for name, given in (("alice", False), ("bob", True)):
    then.objects.create(username=name, name=name, password=make_password("x"), must_change_password=given)
call_command("migrate", verbosity=0)
found = {user.username: user.has_usable_password() for user in User.objects.all()}
print(json.dumps(found))  # noqa: T201 -- read by the test that started this
