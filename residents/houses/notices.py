"""What people are told about houses and roles, and whom the news of a house is for."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.houses.models import House, Role
from residents.houses.permissions import RoleKind
from soberhouse.accounts.models import User
from soberhouse.language import in_site_language
from soberhouse.notices.services import declare, notify

ROLE_GIVEN = declare("role-given", gettext_lazy("you were given a role"))
ROLE_ENDED = declare("role-ended", gettext_lazy("a role of yours was ended"))
KEYS_STOPPED = declare("keys-stopped", gettext_lazy("your API keys were revoked"))


def who_runs(house: House) -> list[User]:
    """Whom the news of a house is for: its managers now; where it has none, the operators. One query."""
    roles = (
        Role.objects.live()
        .filter(Q(kind=RoleKind.MANAGER, house=house) | Q(kind=RoleKind.OPERATOR, organization=house.organization_id))
        .select_related("user")
    )
    operators, managers = [], []
    for role in roles:
        (managers if role.kind == RoleKind.MANAGER else operators).append(role.user)
    return managers or operators


@in_site_language
def tell_role_given(role: Role) -> None:
    """To whoever has it from now on."""
    place = role.house or role.organization
    facts = {"role": role.get_kind_display(), "place": place, "day": _day(role.starts_at, role)}
    if role.ends_at is None:
        text = _("Your role at %(place)s from %(day)s: %(role)s.") % facts
    else:
        text = _("Your role at %(place)s from %(day)s until %(until)s: %(role)s.") % (
            facts | {"until": _day(role.ends_at, role)}
        )
    notify(users=[role.user], kind=ROLE_GIVEN, text=text, url=reverse("today"))


@in_site_language
def tell_keys_stopped(role: Role) -> None:
    """To whoever came to a second organization by this role."""
    text = _("Your API keys were revoked: they were made before you had a role at %(place)s.") % {
        "place": role.house or role.organization
    }
    notify(users=[role.user], kind=KEYS_STOPPED, text=text, url=reverse("own_account"))


@in_site_language
def tell_role_ended(role: Role) -> None:
    """To whoever had it."""
    place = role.house or role.organization
    facts = {"role": role.get_kind_display(), "place": place, "day": _day(role.ends_at, role)}
    notify(users=[role.user], kind=ROLE_ENDED, text=_("Your role at %(place)s ends on %(day)s: %(role)s.") % facts)


def _day(instant: datetime, role: Role) -> str:
    zone = (role.house or role.organization).time_zone
    return date_format(instant.astimezone(ZoneInfo(zone)), "DATE_FORMAT")
