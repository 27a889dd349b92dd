"""What the demo hands to the world outside: a referral partner's key."""

from __future__ import annotations

from datetime import timedelta

from soberhouse.accounts.keys import key_create, partner_create
from soberhouse.accounts.scopes import Scope
from soberhouse.history import acting_as
from soberhouse.pages.demo.place import Setting

PARTNER = "Lakeside Treatment Center"


def hand_out(setting: Setting) -> str:
    """A partner with a key for a year, given by the operator. The key itself: nobody can be told it again."""
    with acting_as(setting.users["olive"], source="command"):
        partner = partner_create(
            organization=setting.organization, name=PARTNER, email="placements@lakeside.example.org"
        )
        _key, secret = key_create(
            partner=partner,
            name="Bed finder at the admissions desk",
            scopes=[Scope.OCCUPANCY, Scope.REFERRALS],
            expires_at=setting.now + timedelta(days=365),
            now=setting.now,
        )
    return secret
