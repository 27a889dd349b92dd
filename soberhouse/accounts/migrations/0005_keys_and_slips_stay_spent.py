"""What was revoked or used stays so, whatever asks the table; a key has scopes that its holder may have."""

from __future__ import annotations

from django.db import migrations, models

import soberhouse.database.constraints


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_reasons_of_events_and_no_given_passwords")]

    operations = [
        migrations.AlterField(
            model_name="accountevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("password", "password changed"),
                    ("pin", "PIN changed"),
                    ("pin_locked", "PIN locked after wrong tries"),
                    ("invited", "invitation slip made"),
                    ("joined", "invitation slip used"),
                    ("second_factor", "second factor added"),
                    ("second_factor_gone", "second factor removed"),
                    ("recovery_codes", "recovery codes made anew"),
                    ("signed_out", "signed out elsewhere"),
                    ("keys_stopped", "API keys revoked"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=soberhouse.database.constraints.FrozenOnceSet(fields=("revoked_at",), name="api_key_revoked"),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("partner", None),
                        (
                            "scopes__in",
                            [
                                "occupancy",
                                "read",
                                "write",
                                "occupancy read",
                                "occupancy write",
                                "read write",
                                "occupancy read write",
                            ],
                        ),
                    ),
                    models.Q(("scopes__in", ["occupancy", "referrals", "occupancy referrals"]), ("user", None)),
                    _connector="OR",
                ),
                name="api_key_scopes",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=soberhouse.database.constraints.FrozenOnceSet(
                fields=("used_at", "revoked_at"), name="invitation_spent"
            ),
        ),
    ]
