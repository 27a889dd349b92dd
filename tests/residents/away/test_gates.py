"""Who moves to another house: what goes along, and what stays behind."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.db import transaction

from residents.away.models import CurfewException
from residents.away.queries.nights import curfew_of
from residents.stays.services import transfer
from soberhouse.history import acting_as
from tests.residents.away.evening import away, curfew_at


def hour(stay, source: str, at: int, **facts) -> CurfewException:
    facts = {"starts_on": stay.house.today() - timedelta(days=5), "reason": "ordered"} | facts
    with transaction.atomic(), acting_as(None, reason="given", source="command"):
        return CurfewException.objects.create(house=stay.house, stay=stay, source=source, hour=time(at), **facts)


@pytest.fixture
def other(cast):
    return curfew_at(cast.house_b, 23)


def test_an_officers_hour_goes_along_and_what_the_house_allowed_stays(cast, other):
    stay, today = cast.stay_of_dana, cast.today
    binding = hour(stay, "officer", 20)
    later = hour(stay, "officer", 19, starts_on=today + timedelta(days=3), ends_on=today + timedelta(days=9))
    past = hour(stay, "officer", 18, ends_on=today)
    ours = hour(stay, "house", 23)
    given_pass = away(stay, *(pass_time(cast, hours) for hours in (20, 40)), by=cast.alice)

    with acting_as(cast.olive, source="web"):
        following = transfer(stay=stay, bed=cast.bed_b("2B"), on=today, reason="To be near work", today=today)

    told = [(row.hour, row.source, row.starts_on, row.ends_on, row.house) for row in following.curfew_exceptions.all()]
    assert sorted(told) == [
        (time(19), "officer", later.starts_on, later.ends_on, other),
        (time(20), "officer", today, None, other),
    ]
    assert curfew_of(following, today).due_at.astimezone(other.zone).time() == time(20)
    ended = {row.pk: row.ends_on for row in stay.curfew_exceptions.all()}
    assert ended == {binding.pk: today, later.pk: later.starts_on, past.pk: today, ours.pk: None}
    given_pass.refresh_from_db()
    assert given_pass.status == "cancelled"
    reasons = CurfewException.history.filter(id=binding.pk).values_list("history_change_reason", flat=True)
    assert "To be near work" not in set(reasons)


def pass_time(cast, hours: int) -> datetime:
    return datetime.combine(cast.today, time(12), tzinfo=cast.house_a.zone) + timedelta(hours=hours)
