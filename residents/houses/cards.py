"""What the house itself offers to Today: where to begin when it has no beds, and whose role here ends soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import Bed, House, Role
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from soberhouse.cards import Card, Order, Row

SOON = timedelta(days=7)


def today(house: House, stays: Any, standing: Standing, today: date) -> Iterator[Card]:
    # Where somebody lives there are beds.
    if standing.may(Action.SETTLE_HOUSE, house) and not stays and not Bed.objects.filter(house=house).exists():
        yield Card(
            title=_("This house has no beds yet"),
            order=Order.NOW,
            rows=[
                Row(
                    fact=_("Write down its rooms and beds"),
                    reason=_("then people can be moved in"),
                    button=_("Set up the house"),
                    button_url=reverse("house_settings", kwargs={"uuid": house.uuid}),
                )
            ],
        )
    if standing.may(Action.RUN_ORGANIZATION, house) and (rows := _ending_roles(house)):
        yield Card(title=_("Roles that end"), order=Order.DUE, rows=rows)


def _ending_roles(house: House) -> list[Row]:
    """Managers of the house whose role ends within a week. One query."""
    now = timezone.now()
    ending = Role.objects.live(now=now).filter(house=house, ends_at__lte=now + SOON, user__is_active=True)
    return [
        Row(
            fact=role.user.name,
            reason=_("%(role)s until %(when)s")
            % {
                "role": role.get_kind_display(),
                "when": date_format(role.ends_at.astimezone(house.zone), "DATETIME_FORMAT"),
            },
            button=_("Give a role"),
            button_url=f"{reverse('role_new', args=[house.organization.uuid])}?person={role.user.uuid}",
        )
        for role in ending.select_related("user").order_by("ends_at", "pk")
    ]
