"""The hours by which people are in: of the house, and one resident's own."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from residents.away.models import CurfewException, CurfewHour
from residents.away.queries.nights import coming_curfew
from residents.away.services.curfew import (
    curfew_exception_add,
    curfew_exception_end,
    curfew_hour_drop,
    curfew_hour_save,
)
from residents.houses.standing import Standing
from residents.models import PhaseKind
from residents.stays.queries import stays_seen
from residents.stays.services import discharge
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from soberhouse.pages.gather import gather
from tests.residents.away.evening import by_the_clock, curfew_at, works
from tests.residents.stays.stories import ORDINARY, refused

DAY = timedelta(days=1)


@pytest.fixture
def house(cast):
    return curfew_at(cast.house_a, 22, 23)


@pytest.fixture
def phase(cast, house):
    with transaction.atomic(), acting_as(cast.alice, source="web"):
        return PhaseKind.objects.create(house=house, number=1, name="Settling in")


@pytest.fixture
def alice_acts(cast):
    with acting_as(cast.alice, source="web"):
        yield


# --- the house ----------------------------------------------------------------------------------------------------


def test_hours_are_set_changed_and_taken_out(cast, house, phase, alice_acts):
    row = curfew_hour_save(house=house, phase=phase, hour=time(21))
    again = curfew_hour_save(house=house, phase=phase, weekday=5, hour=None, row=row)
    dropped = curfew_hour_drop(row=again)

    assert (again.pk, again.weekday, again.hour) == (row.pk, 5, None)
    assert not dropped.in_use
    assert CurfewHour.history.count() == 3


def test_those_who_live_there_are_told(cast, house, phase, alice_acts):
    curfew_hour_save(house=house, phase=phase, hour=time(21))

    told = set(Notice.objects.values_list("user__username", "text"))
    assert told == {(who, "The curfew hours of Alder House changed.") for who in ("dana", "frank")}


def test_what_is_no_hour_is_refused(cast, house, phase, alice_acts):
    with refused("Choose a phase, a weekday or both. What holds for all stands with the house."):
        curfew_hour_save(house=house, hour=time(21))
    row = curfew_hour_save(house=house, phase=phase, hour=time(21))
    with refused("There is an hour for this already."):
        curfew_hour_save(house=house, phase=phase, hour=time(20))
    with refused("This phase belongs to another house.", about="phase"):
        curfew_hour_save(house=cast.house_b, phase=phase, hour=time(21))
    curfew_hour_drop(row=row)
    with refused("This hour was taken out already."):
        curfew_hour_drop(row=row)
    curfew_hour_save(house=house, phase=phase, hour=time(20))  # its place is free


def test_the_page_of_the_hours(cast, house, phase, signed_in):
    client = signed_in(cast.alice)
    new = reverse("curfew_hour_new", args=[house.uuid])

    again = client.post(new, {"phase": "", "weekday": "", "hour": "21:00"})
    assert "Choose a phase, a weekday or both." in again.content.decode()
    assert again.context["form"]["hour"].value() == "21:00"
    client.post(new, {"phase": phase.uuid, "weekday": "4", "hour": "21:00"})
    page = client.get(reverse("curfew_hours", args=[house.uuid])).content.decode()
    for said in ("10 p.m.", "11 p.m.", "9 p.m.", "Settling in, night of Friday"):
        assert said in page

    row = CurfewHour.objects.get()
    client.post(reverse("curfew_hour_change", args=[row.uuid]), {"phase": "", "weekday": "4", "hour": ""})
    row.refresh_from_db()
    assert (row.phase, row.weekday, row.hour) == (None, 4, None)
    assert "no curfew" in client.get(reverse("curfew_hours", args=[house.uuid])).content.decode()

    client.post(reverse("curfew_hour_end", args=[row.uuid]))
    row.refresh_from_db()
    assert not row.in_use


def test_residents_read_the_hours_and_change_none(cast, house, phase, signed_in):
    with acting_as(cast.alice, source="web"):
        row = curfew_hour_save(house=house, phase=phase, hour=time(21))
    urls = [
        reverse("curfew_hour_new", args=[house.uuid]),
        reverse("curfew_hour_change", args=[row.uuid]),
        reverse("curfew_hour_end", args=[row.uuid]),
    ]

    page = signed_in(cast.dana).get(reverse("curfew_hours", args=[house.uuid]))

    assert page.status_code == 200
    assert "Settling in" in page.content.decode()
    assert "Take out" not in page.content.decode()
    for who, expected in ((cast.dana, 403), (cast.audra, 403), (cast.erin, 404), (cast.charlie, 404)):
        client = signed_in(who)
        assert [client.post(url, {"weekday": "3"}).status_code for url in urls] == [expected] * 3
    assert CurfewHour.history.count() == 1
    assert signed_in(cast.erin).get(reverse("curfew_hours", args=[house.uuid])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same(cast, house, signed_in, alice_acts, django_assert_num_queries, count):
    for weekday in range(count):
        curfew_hour_save(house=house, weekday=weekday, hour=time(21))
    client = signed_in(cast.alice)
    client.get(reverse("curfew_hours", args=[house.uuid]))

    with django_assert_num_queries(8):
        client.get(reverse("curfew_hours", args=[house.uuid]))


# --- one resident -------------------------------------------------------------------------------------------------


def add(stay, **facts):
    today = stay.house.today()
    ordinary = {"source": "house", "hour": time(23, 30), "starts_on": today, "reason": "A class.", "today": today}
    return curfew_exception_add(stay=stay, **(ordinary | facts))


def test_an_hour_of_their_own_is_set_and_ended(cast, house, alice_acts):
    row = add(cast.stay_of_dana, ends_on=cast.today + 9 * DAY)

    ended = curfew_exception_end(
        exception=row, ends_on=cast.today + 2 * DAY, reason="The class is over.", today=cast.today
    )

    assert ended.ends_on == cast.today + 2 * DAY
    assert list(CurfewException.history.values_list("history_change_reason", flat=True))[0] == "The class is over."
    texts = list(Notice.objects.filter(user=cast.dana.user).order_by("pk").values_list("text", flat=True))
    assert texts[0].startswith("Your own curfew hour is 11:30 p.m. from")
    assert texts[1].startswith("Your own curfew hour of 11:30 p.m. no longer holds from")


def test_one_that_has_not_begun_never_holds(cast, house, alice_acts):
    row = add(cast.stay_of_dana, starts_on=cast.today + 5 * DAY)

    ended = curfew_exception_end(exception=row, ends_on=cast.today, reason="No class.", today=cast.today)

    assert (ended.starts_on, ended.ends_on) == (cast.today + 5 * DAY, cast.today + 5 * DAY)


def test_what_cannot_be_is_refused(cast, house, alice_acts):
    with pytest.raises(ValidationError, match="too early"):
        add(cast.stay_of_dana, starts_on=cast.today - DAY)
    with refused("The first night it no longer holds comes after the first it does.", about="ends_on"):
        add(cast.stay_of_dana, ends_on=cast.today)
    with pytest.raises(ValidationError, match="blank"):
        add(cast.stay_of_dana, reason="")
    row = add(cast.stay_of_dana, ends_on=cast.today + 5 * DAY)
    with refused("Say why.", about="reason"):
        curfew_exception_end(exception=row, ends_on=cast.today, reason=" ", today=cast.today)
    with pytest.raises(ValidationError, match="too late"):
        curfew_exception_end(exception=row, ends_on=cast.today + 6 * DAY, reason="x", today=cast.today)
    with pytest.raises(ValidationError, match="too early"):
        curfew_exception_end(exception=row, ends_on=cast.today - DAY, reason="x", today=cast.today)
    curfew_exception_end(exception=row, ends_on=cast.today, reason="x", today=cast.today)
    with refused("This hour holds no more already."):
        curfew_exception_end(exception=row, ends_on=cast.today, reason="x", today=cast.today)
    discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)
    with refused("Dana R. does not live here any more."):
        add(cast.stay_of_dana)


def test_nobody_sets_their_own_hour(cast, house):
    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        add(cast.stay_of_dana)

    assert not CurfewException.objects.exists()


def test_the_pages_of_one_residents_hour(cast, house, signed_in):
    client = signed_in(cast.alice)
    new = reverse("curfew_exception_new", args=[cast.stay_of_dana.uuid])
    data = {"source": "officer", "hour": "20:30", "weekday": "", "starts_on": cast.today.isoformat(), "ends_on": ""}

    again = client.post(new, data | {"reason": ""})
    assert again.context["form"].errors == {"reason": ["This field is required."]}
    assert again.context["form"]["hour"].value() == "20:30"
    client.post(new, data | {"reason": "Terms of probation"})
    row = CurfewException.objects.get()
    page = client.get(reverse("curfew_of_stay", args=[cast.stay_of_dana.uuid])).content.decode()
    assert "in by 8:30 p.m." in page
    assert "Terms of probation" in page

    end = reverse("curfew_exception_end", args=[row.uuid])
    for who, expected in (
        (cast.dana, 403),
        (cast.audra, 403),
        (cast.erin, 404),
        (cast.charlie, 404),
        (cast.frank, 404),
    ):
        assert signed_in(who).post(end, {"ends_on": cast.today, "reason": "x"}).status_code == expected
        assert signed_in(who).post(new, data | {"reason": "x"}).status_code == expected
    assert CurfewException.history.count() == 1
    client.post(end, {"ends_on": (cast.today + DAY).isoformat(), "reason": "Lifted."})
    row.refresh_from_db()
    assert row.ends_on == cast.today + DAY


# --- the resident's side ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "minute", "nights_on"),
    [(13, 0, 0), (22, 30, 0), (4, 59, 0), (5, 0, 1), (11, 0, 1)],
)
def test_the_night_that_comes_is_the_one_it_is_until_dawn(cast, house, hour, minute, nights_on):
    night, found = coming_curfew(cast.stay_of_dana, by_the_clock(house, hour, minute))

    assert night == house.today() + nights_on * DAY
    assert found.due_at == by_the_clock(house, 22 if night.weekday() not in (4, 5) else 23, night=night)


def test_whoever_works_through_the_night_is_due_in_the_morning(cast, house):
    works(cast.stay_of_dana, 20, 7)

    night, found = coming_curfew(cast.stay_of_dana, by_the_clock(house, 6, 30))

    assert (night, found.due_at) == (house.today(), by_the_clock(house, 7))


def test_the_resident_reads_by_when_to_be_in(cast, house, signed_in, monkeypatch):
    curfew_at(house, 22)
    now = by_the_clock(house, 18)
    monkeypatch.setattr(timezone, "now", lambda: now)
    client = signed_in(cast.dana)

    assert "Be in by 10 p.m. tonight" in client.get(reverse("my_week")).content.decode()
    with acting_as(cast.alice, source="web"):
        add(cast.stay_of_dana, source="officer", hour=time(20), today=house.today())
    week = client.get(reverse("my_week")).content.decode()
    assert "Be in by 8 p.m. tonight" in week
    assert "your officer&#x27;s hour" in week
    home = {
        card.title: card
        for card in gather(
            "home", cast.dana, stays_seen(cast.dana, cast.dana.user), Standing(cast.dana.user), house.today()
        )
    }
    assert [row.fact for row in home["Curfew"].rows] == ["in by 10 p.m.", "in by 10 p.m."]
