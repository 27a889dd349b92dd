"""What the house offers to Today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from residents.houses import cards, services
from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.models import House, Role
from soberhouse.accounts import services as accounts
from soberhouse.accounts.models import User
from soberhouse.history import acting_as
from tests.cast import Cast


def titles(house: House, user: User) -> list[str]:
    return [card.title for card in cards.today(house, [], Standing(user), house.today())]


@pytest.fixture
def empty_house(cast: Cast) -> House:
    with acting_as(cast.olive, source="web"):
        return services.house_create(organization=cast.organization, name="Dogwood", time_zone="America/Denver")


def test_house_without_beds_says_where_to_begin_to_those_who_may(
    cast: Cast, empty_house: House, signed_in: Callable[[Any], Client]
):
    page = signed_in(cast.olive).get(reverse("house_today", kwargs={"uuid": empty_house.uuid}))

    assert titles(empty_house, cast.olive) == ["This house has no beds yet"]
    assert titles(empty_house, cast.audra) == []
    assert titles(cast.house_a, cast.alice) == []
    assert "Set up the house" in page.content.decode()


def test_role_that_ends_within_a_week_is_told_to_the_operator_alone(cast: Cast):
    with acting_as(cast.olive, source="web"):
        services.role_end(
            role=Role.objects.get(user=cast.alice), ends_at=timezone.now() + timedelta(days=3), reason="moves on"
        )

    (card,) = cards.today(cast.house_a, [], Standing(cast.olive), cast.today)

    assert [row.fact for row in card.rows] == ["Alice Example"]
    assert str(cast.alice.uuid) in card.rows[0].button_url
    assert titles(cast.house_a, cast.alice) == []
    assert titles(cast.house_b, cast.olive) == []


@pytest.mark.parametrize("count", [1, 3])
def test_cards_cost_the_same_however_many_roles_end(cast: Cast, django_assert_num_queries, count):
    with acting_as(cast.olive, source="web"):
        for number in range(count):
            services.role_grant(
                user=accounts.user_create(username=f"gwen{number}", name="Gwen"),
                kind=RoleKind.MANAGER,
                organization=cast.organization,
                house=cast.house_a,
                starts_at=timezone.now() - timedelta(days=1),
                ends_at=timezone.now() + timedelta(days=1),
            )
    standing = Standing(cast.olive)

    with django_assert_num_queries(2):
        (card,) = cards.today(cast.house_a, [], standing, cast.today)

    assert len(card.rows) == count
