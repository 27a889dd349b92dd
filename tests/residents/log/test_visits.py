"""Visitors: in by one form, out by one tap, and who is in the house now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.log.models import Entry, Visit, VisitEnd
from residents.log.queries.visits import here_now, visited
from residents.log.services import visits as services
from residents.log.services.entries import entry_amend
from soberhouse.history import acting_as
from tests.cast import grant
from tests.residents.log.given import entry_of, visit_of


def rows():
    return {model.__name__: model.objects.count() for model in (Entry, Visit, VisitEnd)}


def came(user, house, **facts):
    with acting_as(user, source="web"):
        return services.visit_record(**{"house": house, "name": "Vera Holm", "now": timezone.now()} | facts)


def left(user, visit, **facts):
    with acting_as(user, source="web"):
        return services.visit_end(visit=visit, **{"now": timezone.now()} | facts)


def test_somebody_comes_and_goes(cast):
    visit = came(cast.alice, cast.house_a, about=[cast.stay_of_dana])
    [here] = here_now(cast.house_a, cast.bob)
    assert (here, visited(here)) == (visit, [cast.stay_of_dana])
    assert Visit.objects.visible_to(cast.dana.user).get() == visit
    assert not Visit.objects.visible_to(cast.frank.user).exists()

    end = left(cast.bob, visit)

    assert (end.came_at, end.left_at >= visit.came_at) == (visit.came_at, True)
    assert not here_now(cast.house_a, cast.bob)


@pytest.mark.parametrize(
    ("facts", "field"), [({"name": " "}, "name"), ({"came_at": timezone.now() + timedelta(days=2)}, "came_at")]
)
def test_what_cannot_be_leaves_nothing(cast, facts, field):
    before = rows()

    with pytest.raises(ValidationError) as refusal:
        came(cast.alice, cast.house_a, **facts)

    assert field in refusal.value.message_dict
    assert rows() == before


def test_nobody_leaves_twice_before_they_came_or_in_time_to_come(cast):
    visit = came(cast.alice, cast.house_a)
    now = timezone.now()
    for left_at in (visit.came_at - timedelta(hours=1), now + timedelta(hours=1)):
        with pytest.raises(ValidationError) as refusal:
            left(cast.alice, visit, left_at=left_at, now=now)
        assert "left_at" in refusal.value.message_dict
    left(cast.alice, visit)

    with pytest.raises(ValidationError, match="already"):
        left(cast.alice, visit)

    assert VisitEnd.objects.count() == 1


def test_nobody_writes_down_a_visit_to_themselves(cast, signed_in):
    with acting_as(None, source="command"):
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    visit = visit_of(cast.house_a, cast.alice, about=[cast.stay_of_frank])

    with pytest.raises(PermissionDenied):
        came(cast.frank.user, cast.house_a, about=[cast.stay_of_frank])
    with pytest.raises(PermissionDenied):
        left(cast.frank.user, visit)
    assert signed_in(cast.frank).post(reverse("visit_end", args=[visit.entry.uuid])).status_code == 403
    assert rows() == {"Entry": 1, "Visit": 1, "VisitEnd": 0}


def test_the_pages_and_today(cast, signed_in):
    client, today = signed_in(cast.alice), reverse("house_today", args=[cast.house_a.uuid])
    new = reverse("visit_new", args=[cast.house_a.uuid])
    assert client.post(new, {"name": ""}).status_code == 200
    client.post(new, {"name": "Vera Holm", "about": [cast.stay_of_dana.uuid]})
    visit = Visit.objects.get()
    assert "Vera Holm" in client.get(today).content.decode()

    answer = client.post(reverse("visit_end", args=[visit.entry.uuid]), {"from": "today"})

    assert answer["Location"] == today
    assert VisitEnd.objects.get().visit == visit
    client.get(today)  # says once that they left
    assert "Vera Holm" not in client.get(today).content.decode()
    assert "left" in client.get(reverse("entry", args=[visit.entry.uuid])).content.decode()


def test_they_left_earlier_by_the_clock_of_the_house(cast, signed_in):
    visit = visit_of(cast.house_a, cast.alice, days_ago=2)
    local = (visit.came_at + timedelta(hours=2)).astimezone(cast.house_a.zone)

    url = reverse("visit_end", args=[visit.entry.uuid])
    signed_in(cast.bob).post(url, {"left_at": local.strftime("%Y-%m-%dT%H:%M")})

    assert VisitEnd.objects.get().left_at == local.replace(second=0, microsecond=0)


def test_as_it_was_known_before_they_left(cast, signed_in):
    visit = came(cast.alice, cast.house_a)
    between = timezone.now()
    left(cast.alice, visit)
    client, url = signed_in(cast.bob), reverse("entry", args=[visit.entry.uuid])

    assert "in the house" in client.get(url, {"known": between.isoformat()}).content.decode()
    assert "in the house" not in client.get(url).content.decode()


@pytest.mark.parametrize("name", ["visit_new", "visit_end"])
def test_who_may_not(cast, signed_in, name):
    visit = visit_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    of = cast.house_a if name == "visit_new" else visit.entry
    before = rows()

    status = {
        who: signed_in(getattr(cast, who)).post(reverse(name, args=[of.uuid]), {"name": "Vera Holm"}).status_code
        for who in ("charlie", "audra", "dana", "erin")
    }

    assert status == {"charlie": 404, "audra": 403, "dana": 403, "erin": 404}
    assert rows() == before


def test_a_line_is_no_visit(cast, signed_in):
    entry = entry_of(cast.house_a, cast.alice)

    assert signed_in(cast.bob).post(reverse("visit_end", args=[entry.uuid])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_who_is_here_costs_the_same(cast, django_assert_num_queries, count):
    for _ in range(count):
        visit_of(cast.house_a, cast.alice, about=[cast.stay_of_dana, cast.stay_of_frank])

    with django_assert_num_queries(3):
        assert [len(visited(visit)) for visit in here_now(cast.house_a, cast.bob)] == [2] * count


def test_when_they_came_is_told_by_the_visit_alone(cast, signed_in):
    visit = came(cast.alice, cast.house_a, about=[cast.stay_of_dana])
    told = visit.entry.tellings.get()
    words = {"entry": visit.entry, "text": "Vera Holm came for dinner.", "reason": "She ate.", "now": timezone.now()}
    with acting_as(cast.alice, source="web"), pytest.raises(ValidationError) as refusal:
        entry_amend(**words, about=[cast.stay_of_dana], happened_at=told.happened_at - timedelta(hours=5))
    assert "happened_at" in refusal.value.message_dict

    url, alice = reverse("entry_amend", args=[visit.entry.uuid]), signed_in(cast.alice)
    assert list(alice.get(url).context["form"].fields) == ["text", "about", "reason"]
    sent = {"text": words["text"], "about": [cast.stay_of_frank.uuid], "reason": "She came to Frank."}
    assert alice.post(url, sent | {"happened_at": "2026-01-01T10:00"}).status_code == 302

    now = visit.entry.tellings.get(corrected_by=None)
    assert (now.text, now.happened_at, now.about.get().stay) == (words["text"], visit.came_at, cast.stay_of_frank)
